// Completion: API versions, kinds, fields, values and whole objects, where somebody types.
//
// Works from the cursor (indentation and the tree around it), so it works in broken text. What a
// document may hold says its schema; the order says what repositories use most.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/text/text.h"
#include "analysis/workspace/workspace.h"
#include "analysis/yaml/tree.h"

namespace fluxls::build {
class Fleet;
}

namespace fluxls {

struct CompletionItem {
  enum class Kind : uint8_t {
    kField,
    kValue,
    kEnumValue,
    kApiVersion,
    kKind,
    kObject,
    kName,
    kFile,
    kFolder,
    kVariable
  };
  Kind kind = Kind::kField;
  std::string label;
  std::string detail;  // short, beside the label
  // What to insert. A snippet in LSP's syntax when `snippet`; lines after the first are then
  // indented relative to the line that it is inserted in, otherwise as they stand.
  std::string text;
  bool snippet = false;
  // Names what `Documentation` tells about; "" when there is nothing.
  std::string help;
  // Elsewhere in the document: an apiVersion that goes with a kind.
  std::vector<TextEdit> more;
};

struct CompletionOptions {
  bool snippets = true;
  const build::Fleet* fleet = nullptr;  // the last one: names come from it
};

struct CompletionList {
  ByteRange replace;                  // the word under the cursor
  ByteRange insert;                   // its part before the cursor
  std::vector<CompletionItem> items;  // the best first
  // There are more of them: what is typed next may bring others.
  bool cut = false;
};

// `file` is the parse of `text`, which may be newer than what the snapshot has at `path`.
CompletionList Complete(const Snapshot& snapshot, const std::string& path, std::string_view text,
                        const yaml::File& file, uint32_t offset, const CompletionOptions& options);

// Markdown for an item of such a list, by its `help`.
std::string Documentation(const Snapshot& snapshot, const std::string& path, std::string_view help);

}  // namespace fluxls
