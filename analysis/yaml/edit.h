// Structural edits of YAML text: say what should change, get the smallest text edits that do it.
//
// Comments, quote style, indentation width and line ends of the file are kept, in block and in flow
// style. Every function returns edits in file offsets for the text the document was parsed from, or
// nothing when the change cannot be made safely there (damaged text, a value behind an alias, a key
// that is not there).
//
// Thread contract: pure functions over immutable input. The order of edits at one offset counts
// (see ApplyEdits).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/text/text.h"
#include "analysis/yaml/tree.h"

namespace fluxls::yaml {

struct ValuePair;

// A value to be written.
struct Value {
  enum class Kind { kScalar, kVerbatim, kBlock, kMapping, kSequence };
  Kind kind = Kind::kScalar;
  // kScalar: a string, quoted when YAML would read the plain text as something else.
  // kVerbatim: written as it is (numbers, booleans, text the caller has quoted).
  // kBlock: written as a literal block scalar (`|`), or as a quoted scalar inside flow style.
  std::string text;
  std::vector<ValuePair> pairs;  // kMapping, in order
  std::vector<Value> items;      // kSequence

  static Value String(std::string text);
  static Value Verbatim(std::string text);
  static Value Block(std::string text);
  static Value Mapping(std::vector<ValuePair> pairs);
  static Value Sequence(std::vector<Value> items);
};

struct ValuePair {
  std::string key;
  Value value;
};

using Edits = std::optional<std::vector<TextEdit>>;

// Replaces a scalar (or null) by the string `value`. Quotes of the old value are kept where they
// can be.
Edits SetScalar(const Document& document, Node scalar, std::string_view value);

// Replaces any value, whole, by `value`: anchor and tag of the old value go, a comment behind it on
// its line stays.
Edits ReplaceValue(const Document& document, Node old_value, const Value& value);

// Adds a pair to `mapping`. `after` names the key behind which it goes; without it, or when there
// is no such key, the pair becomes the last one. Refuses when the key is already there.
Edits AddKey(const Document& document, Node mapping, std::string_view key, const Value& value,
             std::optional<std::string_view> after = std::nullopt);

// Adds a scalar as the first pair of `mapping`, which must have one already: what says what an
// object is stands in front. Refuses when the key is already there.
Edits AddFirstKey(const Document& document, Node mapping, std::string_view key,
                  std::string_view value);

// Removes a pair with its lines, the comment at its line's end and comment lines that belong to it
// (directly above, same indentation). A mapping that would be left empty becomes `{}`. `value` is
// the pair's value node; see Node::key().
Edits RemovePair(const Document& document, Node value);

// Writes a new key in place of the old one; the old key's quotes are kept.
Edits RenameKey(const Document& document, Node value, std::string_view new_key);

// Adds an item at the end of `sequence`. A null value (`resources:` with nothing behind it) becomes
// a sequence.
Edits AppendItem(const Document& document, Node sequence, const Value& value);

// The same in front of the item at `index`; at or behind the last index it appends. In block style
// only what fits on one line goes to the front.
Edits InsertItem(const Document& document, Node sequence, uint32_t index, const Value& value);

// Removes one item, as RemovePair does for pairs. A sequence that would be left empty becomes `[]`.
// Comment lines above it may as well be entries that are commented out; `kStay` leaves them where
// they are.
enum class CommentsAbove : uint8_t { kGo, kStay };
Edits RemoveItem(const Document& document, Node item, CommentsAbove above = CommentsAbove::kGo);

// How `value` is written as a one-line scalar: plain where that reads back as the same string, else
// quoted (`"` unless `prefer` says single quotes). `in_flow`: inside brackets, where fewer plain
// characters are allowed.
std::string QuoteScalar(std::string_view value, ScalarStyle prefer = ScalarStyle::kPlain,
                        bool in_flow = false);

// Number of spaces that nested mappings of this document are indented by; 2 when there is no
// example.
uint32_t IndentWidth(const Document& document);

}  // namespace fluxls::yaml
