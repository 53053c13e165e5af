// Internal to analysis/yaml: how values are written. Used by edit.cc.
#pragma once

#include <string>
#include <string_view>

#include "analysis/yaml/edit.h"

namespace fluxls::yaml {

// The habits of a document that new text follows.
struct Layout {
  std::string_view line_end = "\n";
  uint32_t width = 2;            // indentation of nested mappings
  bool indent_sequences = true;  // dashes are indented below their key
};
Layout LayoutOf(const Document& document);

// What stands behind `key:` at column `column`, the blank or line end before it included.
std::string EmitPairValue(const Value& value, uint32_t column, const Layout& layout);
// What stands behind `-` at column `column`, likewise.
std::string EmitItemValue(const Value& value, uint32_t column, const Layout& layout);
// The value itself, its first line without indentation, the others at `column`.
std::string EmitBlockValue(const Value& value, uint32_t column, const Layout& layout);
// One line, for use inside brackets. `json` quotes all keys and strings.
std::string EmitFlow(const Value& value, bool json);

// True when the last line written belongs to a block scalar, which needs a line end behind it.
bool EndsWithBlock(const Value& value);

// A double- or single-quoted scalar; single quotes fall back to double ones where they cannot hold
// the value.
std::string Quote(std::string_view value, ScalarStyle style);

}  // namespace fluxls::yaml
