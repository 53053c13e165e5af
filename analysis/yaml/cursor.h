// Where is the user typing? Answers from indentation and the tree, so that it works while the text
// is broken.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/text/text.h"
#include "analysis/yaml/tree.h"

namespace fluxls::yaml {

enum class CursorRole : uint8_t {
  kKey,    // a key of a mapping is being typed, or could be
  kValue,  // the value of the last key of `path`
  kItem,   // an item of a sequence (`- ` was typed, or inside `[`); it may yet become a key of a
           // mapping
  kComment,
  kBlockScalar,  // in the lines of a `|` or `>` scalar
  kMarker,       // on a `---` or `...` line
};

// One step from the document's root: a key, or an index when `key` is empty and `index` is not -1.
struct PathStep {
  std::string key;
  int32_t index = -1;
  bool IsIndex() const { return index >= 0; }
  bool operator==(const PathStep&) const = default;
};

struct Cursor {
  CursorRole role = CursorRole::kKey;
  // kKey: the path of the mapping; kValue: ends with the key; kItem: ends with the item's index.
  std::vector<PathStep> path;
  // The word under the cursor, whole; it is what a completion replaces. Empty range at the cursor
  // when there is none. Quotes are outside of it.
  ByteRange word;
  // The part of the word before the cursor.
  std::string prefix;
  bool in_flow = false;
  // Quote character the word stands in, or 0.
  char quote = 0;
  // Column (in bytes) at which keys or dashes of the surrounding block collection stand; of the
  // word where there is none.
  uint32_t indent = 0;
  // Keys that the mapping has already, when role is kKey (or the item could become that mapping).
  std::vector<std::string> siblings;
  // Index of the document in the file.
  uint32_t document = 0;
};

// `text` is the file's text, `file` its parse, `offset` a byte offset in it (clamped).
Cursor CursorAt(std::string_view text, const File& file, uint32_t offset);

// "spec.chart.spec", "resources[2]".
std::string ToString(const std::vector<PathStep>& path);

}  // namespace fluxls::yaml
