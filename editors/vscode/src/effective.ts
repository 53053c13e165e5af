// Effective objects in read-only documents that follow the edits of the file they come from.
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

const scheme = 'fluxcd-effective';

interface Place {
  uri: string;
  position: { line: number; character: number };
}

export class EffectiveObjects implements vscode.TextDocumentContentProvider {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly places = new Map<string, Place>();
  private timer: NodeJS.Timeout | undefined;
  readonly onDidChange = this.changed.event;

  constructor(private readonly client: () => LanguageClient | undefined) {}

  register(context: vscode.ExtensionContext): void {
    context.subscriptions.push(
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      vscode.commands.registerCommand('fluxcd.showEffectiveObject', (place?: Place) => this.show(place)),
      vscode.workspace.onDidChangeTextDocument((event) => this.follow(event)),
      vscode.workspace.onDidCloseTextDocument((document) => this.places.delete(document.uri.toString())),
    );
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const place = this.places.get(uri.toString());
    if (!place) return '';
    const text = await this.client()?.sendRequest<string | null>('fluxcd/effectiveObject', {
      textDocument: { uri: place.uri },
      position: place.position,
    });
    return text ?? '# no build applies this document\n';
  }

  private async show(asked?: Place): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const client = this.client();
    if (!client || (!asked && !editor)) return;
    const place = asked ?? {
      uri: client.code2ProtocolConverter.asUri(editor!.document.uri),
      position: client.code2ProtocolConverter.asPosition(editor!.selection.active),
    };
    const name = place.uri.slice(place.uri.lastIndexOf('/') + 1);
    const uri = vscode.Uri.from({
      scheme,
      path: `/effective ${decodeURIComponent(name)}`,
      query: `${place.uri}#${place.position.line}`,
    });
    this.places.set(uri.toString(), { uri: place.uri, position: { ...place.position } });
    this.changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, 'yaml');
    await vscode.window.showTextDocument(document, {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
      preview: true,
    });
  }

  // Lines above the object come and go; any file may have a part in it.
  private follow(event: vscode.TextDocumentChangeEvent): void {
    if (event.document.uri.scheme === scheme || this.places.size === 0) return;
    const uri = this.client()?.code2ProtocolConverter.asUri(event.document.uri);
    for (const place of this.places.values()) {
      if (place.uri !== uri) continue;
      for (const change of event.contentChanges) {
        if (change.range.end.line > place.position.line) continue;
        const added = change.text.split('\n').length - 1;
        place.position.line += added - (change.range.end.line - change.range.start.line);
      }
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      for (const key of this.places.keys()) this.changed.fire(vscode.Uri.parse(key));
    }, 300);
  }
}
