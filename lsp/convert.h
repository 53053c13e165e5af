// Engine ↔ protocol: the only place where byte offsets meet positions, and findings meet
// diagnostics.
//
// A position counts lines from 0 and, inside the line, code units of the negotiated encoding. What
// lies outside of a text is moved to its nearest place: a column behind the line's end to that end,
// a line behind the last to the text's end.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/rules/finding.h"
#include "analysis/text/text.h"
#include "analysis/workspace/workspace.h"
#include "lsp/protocol.h"
#include "lsp/uri.h"

namespace fluxls::lsp {

enum class PositionEncoding : uint8_t { kUtf8, kUtf16, kUtf32 };

std::string_view EncodingName(PositionEncoding encoding);  // "utf-8" …
// The first of `offered` that we know; UTF-16 when there is none.
PositionEncoding ChooseEncoding(const std::vector<std::string>& offered);

uint32_t ToOffset(const Text& text, Position position, PositionEncoding encoding);
Position ToPosition(const Text& text, uint32_t offset, PositionEncoding encoding);
// Ends in the wrong order are swapped.
ByteRange ToByteRange(const Text& text, const Range& range, PositionEncoding encoding);
Range ToRange(const Text& text, ByteRange range, PositionEncoding encoding);

// One event of didChange applied to a text.
TextPtr ApplyChange(const TextPtr& text, const TextDocumentContentChangeEvent& change,
                    PositionEncoding encoding);

// What conversion has to know about the session.
struct ConvertContext {
  PositionEncoding encoding = PositionEncoding::kUtf16;
  const ClientCapabilities* capabilities = nullptr;
  const UriMap* uris = nullptr;
  // The text that offsets in a path refer to; null when the file is not known.
  std::function<SourceFilePtr(const std::string& path)> find;
};

// Position ranges in a file. The byte order mark of a file that is not open counts nothing: editors
// hide it.
Range ToRange(const SourceFile& file, ByteRange range, PositionEncoding encoding);

// `file` is the file that the finding was made from.
Diagnostic ToDiagnostic(const Finding& finding, const SourceFile& file,
                        const ConvertContext& context);

// Nothing when the client cannot do it (renames without documentChanges) or a file is not known any
// more.
std::optional<WorkspaceEdit> ToWorkspaceEdit(const Fix& fix, const ConvertContext& context);

}  // namespace fluxls::lsp
