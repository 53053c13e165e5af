#include "lsp/convert.h"

#include <algorithm>

#include "analysis/text/unicode.h"

namespace fluxls::lsp {
namespace {

constexpr std::string_view kDocsBase =
    "https://github.com/fluxcd-ls/fluxcd-ls/blob/main/docs/rules/";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

int ToLspSeverity(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return Diagnostic::kError;
    case Severity::kWarning:
      return Diagnostic::kWarning;
    case Severity::kInfo:
      return Diagnostic::kInformation;
    case Severity::kHint:
      return Diagnostic::kHint;
  }
  return Diagnostic::kInformation;
}

}  // namespace

std::string_view EncodingName(PositionEncoding encoding) {
  switch (encoding) {
    case PositionEncoding::kUtf8:
      return "utf-8";
    case PositionEncoding::kUtf32:
      return "utf-32";
    case PositionEncoding::kUtf16:
      break;
  }
  return "utf-16";
}

PositionEncoding ChooseEncoding(const std::vector<std::string>& offered) {
  for (const std::string& name : offered) {
    if (name == "utf-8") return PositionEncoding::kUtf8;
    if (name == "utf-16") return PositionEncoding::kUtf16;
    if (name == "utf-32") return PositionEncoding::kUtf32;
  }
  return PositionEncoding::kUtf16;
}

uint32_t ToOffset(const Text& text, Position position, PositionEncoding encoding) {
  const LineIndex& lines = text.lines();
  if (position.line >= lines.LineCount()) return static_cast<uint32_t>(text.content().size());
  uint32_t start = lines.LineStart(position.line);
  std::string_view line = Slice(text.content(), {start, lines.LineEnd(position.line)});
  switch (encoding) {
    case PositionEncoding::kUtf8: {
      auto column = static_cast<uint32_t>(std::min<size_t>(position.character, line.size()));
      // A column inside a code point is the one before it.
      while (column > 0 && column < line.size() && IsContinuation(line[column])) --column;
      return start + column;
    }
    case PositionEncoding::kUtf16:
      return start + PrefixOfUtf16Units(line, position.character);
    case PositionEncoding::kUtf32:
      return start + PrefixOfCodePoints(line, position.character);
  }
  return start;
}

Position ToPosition(const Text& text, uint32_t offset, PositionEncoding encoding) {
  const LineIndex& lines = text.lines();
  offset = std::min(offset, static_cast<uint32_t>(text.content().size()));
  uint32_t line = lines.LineOf(offset);
  // An offset inside the line end is the end of the line's text.
  std::string_view before =
      Slice(text.content(), {lines.LineStart(line), std::min(offset, lines.LineEnd(line))});
  uint32_t column = 0;
  switch (encoding) {
    case PositionEncoding::kUtf8:
      column = static_cast<uint32_t>(before.size());
      break;
    case PositionEncoding::kUtf16:
      column = CountUtf16Units(before);
      break;
    case PositionEncoding::kUtf32:
      column = CountCodePoints(before);
      break;
  }
  return {line, column};
}

ByteRange ToByteRange(const Text& text, const Range& range, PositionEncoding encoding) {
  uint32_t begin = ToOffset(text, range.start, encoding);
  uint32_t end = ToOffset(text, range.end, encoding);
  return {std::min(begin, end), std::max(begin, end)};
}

Range ToRange(const Text& text, ByteRange range, PositionEncoding encoding) {
  return {ToPosition(text, range.begin, encoding), ToPosition(text, range.end, encoding)};
}

TextPtr ApplyChange(const TextPtr& text, const TextDocumentContentChangeEvent& change,
                    PositionEncoding encoding) {
  if (!change.range) return std::make_shared<Text>(change.text);
  ByteRange range = ToByteRange(*text, *change.range, encoding);
  std::string content;
  content.reserve(text->content().size() - range.size() + change.text.size());
  content.append(text->content(), 0, range.begin);
  content += change.text;
  content.append(text->content(), range.end);
  return std::make_shared<Text>(std::move(content));
}

Range ToRange(const SourceFile& file, ByteRange range, PositionEncoding encoding) {
  Range out = ToRange(*file.text, range, encoding);
  if (!file.version && file.text->content().starts_with(kByteOrderMark)) {
    uint32_t hidden = encoding == PositionEncoding::kUtf8 ? 3 : 1;
    for (Position* position : {&out.start, &out.end}) {
      if (position->line == 0) position->character -= std::min(hidden, position->character);
    }
  }
  return out;
}

Diagnostic ToDiagnostic(const Finding& finding, const SourceFile& file,
                        const ConvertContext& context) {
  const ClientCapabilities& client = *context.capabilities;
  Diagnostic out;
  out.range = ToRange(file, finding.range, context.encoding);
  out.severity = ToLspSeverity(finding.severity);
  out.code = finding.rule;
  out.source = "fluxcd";
  out.message = finding.message;
  if (client.codeDescription)
    out.codeDescriptionHref = std::string(kDocsBase) + finding.rule + ".md";
  if (client.deprecatedTag &&
      (finding.rule == "deprecated-api-version" || finding.rule == "removed-api-version")) {
    out.tags.push_back(Diagnostic::kDeprecated);
  }
  if (client.relatedInformation) {
    for (const Related& related : finding.related) {
      SourceFilePtr other = related.path == file.path ? nullptr : context.find(related.path);
      if (!other && related.path != file.path) continue;
      const SourceFile& there = other ? *other : file;
      out.relatedInformation.push_back(
          {{context.uris->UriFor(related.path), ToRange(there, related.range, context.encoding)},
           related.message});
    }
  }
  out.hasFix = client.diagnosticData && !finding.fixes.empty();
  return out;
}

std::optional<WorkspaceEdit> ToWorkspaceEdit(const Fix& fix, const ConvertContext& context) {
  const ClientCapabilities& client = *context.capabilities;
  WorkspaceEdit out;
  out.useDocumentChanges = client.documentChanges;
  if (!fix.renames.empty() && !(client.documentChanges && client.renameFiles)) return std::nullopt;
  for (const FileEdit& edit : fix.edits) {
    SourceFilePtr file = context.find(edit.path);
    if (!file || file->converted) return std::nullopt;
    TextDocumentEdit document;
    document.uri = context.uris->UriFor(edit.path);
    document.version = file->version;
    for (const TextEdit& change : edit.edits) {
      document.edits.push_back({ToRange(*file, change.range, context.encoding), change.new_text});
    }
    out.operations.emplace_back(std::move(document));
  }
  for (const FileRename& rename : fix.renames) {
    out.operations.emplace_back(
        RenameFile{context.uris->UriFor(rename.from), context.uris->UriFor(rename.to)});
  }
  if (out.operations.empty()) return std::nullopt;
  return out;
}

}  // namespace fluxls::lsp
