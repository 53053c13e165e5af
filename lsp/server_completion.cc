// Completion, and the documentation of its items.
#include "analysis/features/completion.h"

#include "lsp/server.h"

namespace fluxls::lsp {
namespace {

// CompletionItemKind of the protocol.
int ProtocolKind(CompletionItem::Kind kind) {
  using Kind = CompletionItem::Kind;
  switch (kind) {
    case Kind::kField:
      return 10;  // Property
    case Kind::kValue:
      return 12;  // Value
    case Kind::kEnumValue:
      return 20;  // EnumMember
    case Kind::kApiVersion:
      return 9;  // Module
    case Kind::kKind:
      return 7;  // Class
    case Kind::kObject:
      return 15;  // Snippet
    case Kind::kName:
      return 18;  // Reference
    case Kind::kFile:
      return 17;  // File
    case Kind::kFolder:
      return 19;  // Folder
    case Kind::kVariable:
      return 6;  // Variable
  }
  return 1;
}

}  // namespace

// Answers from the text as it is now, not from the last check: nobody waits for a proposal.
void Server::Completion(const TextDocumentPositionParams& params, Reply reply) {
  const Document* document = Find(params.uri);
  if (!document || document->path.empty()) return reply.Ok({"null"});
  const Snapshot snapshot = project_.snapshot();
  const SourceFilePtr known = snapshot.Find(document->path);
  const bool is_template = known && known->file_class == FileClass::kHelmTemplate;
  if (is_template) return reply.Ok({"null"});
  const Text& text = *document->text;
  const yaml::File file = yaml::Parse(text.content(), known ? &known->yaml : nullptr);
  const CompletionList found = Complete(snapshot, document->path, text.content(), file,
                                        ToOffset(text, params.position, encoding_),
                                        {.snippets = client_.snippets, .fleet = project_.fleet()});
  CompletionAnswer answer;
  answer.replace = ToRange(text, found.replace, encoding_);
  answer.insert = ToRange(text, found.insert, encoding_);
  answer.isIncomplete = found.cut;
  for (const CompletionItem& item : found.items) {
    CompletionAnswer::Item& out = answer.items.emplace_back();
    out.label = item.label;
    out.kind = ProtocolKind(item.kind);
    out.detail = item.detail;
    out.newText = item.text;
    out.snippet = item.snippet;
    if (client_.completionResolveDocumentation) {
      out.help = item.help;
      out.path = document->path;
    } else if (!item.help.empty()) {
      out.documentation = Documentation(snapshot, document->path, item.help);
    }
    for (const TextEdit& edit : item.more)
      out.additionalTextEdits.push_back({ToRange(text, edit.range, encoding_), edit.new_text});
  }
  reply.Ok(Encode(answer, client_));
}

Encoded Server::ResolveCompletion(const CompletionToResolve& params) {
  return EncodeResolved(params.item, Documentation(project_.snapshot(), params.path, params.help),
                        client_.completionMarkdown);
}

}  // namespace fluxls::lsp
