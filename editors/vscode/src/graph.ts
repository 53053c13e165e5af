// The server's page of what Flux reconciles, beside the editor.
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

async function show(client: LanguageClient | undefined): Promise<void> {
  if (!client) return;
  const graph = await client.sendRequest<{ text: string }>('fluxcd/graph', { format: 'html' });
  const panel = vscode.window.createWebviewPanel('fluxcdGraph', 'Flux graph', vscode.ViewColumn.Beside, {
    enableScripts: true,
    localResourceRoots: [],
    retainContextWhenHidden: true,
  });
  panel.webview.html = graph.text;
}

export function registerGraph(context: vscode.ExtensionContext, client: () => LanguageClient | undefined): void {
  context.subscriptions.push(vscode.commands.registerCommand('fluxcd.showGraph', () => show(client())));
}
