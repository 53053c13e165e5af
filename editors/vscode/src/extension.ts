// Starts fluxcd-ls and passes the settings `fluxcd.*` on. Everything else is the server's work.
import * as vscode from 'vscode';
import { EffectiveObjects } from './effective';
import { registerGraph } from './graph';
import { registerReferences } from './references';
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from 'vscode-languageclient/node';

let client: LanguageClient | undefined;

// What stands under `fluxcd` without what is meant for this extension.
function serverSettings(all: unknown): unknown {
  if (typeof all !== 'object' || all === null) return all;
  const { server, trace, ...rest } = all as Record<string, unknown>;
  return rest;
}

async function start(): Promise<void> {
  const settings = vscode.workspace.getConfiguration('fluxcd');
  const server: ServerOptions = {
    command: settings.get<string>('server.path', 'fluxcd-ls'),
    args: settings.get<string[]>('server.arguments', ['--stdio']),
  };
  const options: LanguageClientOptions = {
    documentSelector: [
      { scheme: 'file', language: 'yaml' },
      { scheme: 'file', pattern: '**/Kustomization' },
    ],
    initializationOptions: serverSettings(settings),
    synchronize: { configurationSection: 'fluxcd' },
    middleware: {
      workspace: {
        configuration: async (params, token, next) => {
          const answer = await next(params, token);
          return Array.isArray(answer) ? answer.map(serverSettings) : answer;
        },
        didChangeConfiguration: async () => {
          const fluxcd = serverSettings(vscode.workspace.getConfiguration('fluxcd'));
          await client?.sendNotification('workspace/didChangeConfiguration', { settings: { fluxcd } });
        },
      },
    },
  };
  client = new LanguageClient('fluxcd', 'Flux CD', server, options);
  // The server then offers code lenses that run our commands.
  client.registerFeature({
    fillClientCapabilities: (capabilities) => {
      const experimental = (capabilities.experimental ?? {}) as Record<string, unknown>;
      capabilities.experimental = { ...experimental, fluxcdEffectiveObject: true, fluxcdShowReferences: true };
    },
    initialize: () => {},
    getState: () => ({ kind: 'static' }),
    clear: () => {},
  });
  try {
    await client.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const choice = await vscode.window.showErrorMessage(
      `fluxcd-ls did not start: ${reason}. Is "${server.command}" on PATH, or fluxcd.server.path right?`,
      'Open settings',
    );
    if (choice) await vscode.commands.executeCommand('workbench.action.openSettings', 'fluxcd.server.path');
  }
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  if (running?.needsStop()) await running.stop();
}

async function restart(): Promise<void> {
  await stop();
  await start();
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  new EffectiveObjects(() => client).register(context);
  registerGraph(context, () => client);
  registerReferences(context, () => client);
  context.subscriptions.push(
    vscode.commands.registerCommand('fluxcd.restart', restart),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration('fluxcd.server')) await restart();
    }),
  );
  await start();
}

export function deactivate(): Promise<void> {
  return stop();
}
