// Shows places that the server found, in VS Code's own list: its command wants objects where the protocol has JSON.
import * as vscode from 'vscode';
import type { LanguageClient, Location, Position } from 'vscode-languageclient/node';

interface Shown {
  uri: string;
  position: Position;
  locations: Location[];
}

async function show(client: LanguageClient | undefined, shown: Shown): Promise<void> {
  if (!client) return;
  const convert = client.protocol2CodeConverter;
  await vscode.commands.executeCommand(
    'editor.action.showReferences',
    convert.asUri(shown.uri),
    convert.asPosition(shown.position),
    shown.locations.map((location) => convert.asLocation(location)),
  );
}

// Only lenses run it, with their argument: it is no command of the palette.
export function registerReferences(context: vscode.ExtensionContext, client: () => LanguageClient | undefined): void {
  context.subscriptions.push(
    vscode.commands.registerCommand('fluxcd.showReferences', (shown: Shown) => show(client(), shown)),
  );
}
