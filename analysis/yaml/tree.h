// The YAML tree: what a file says and exactly where it says it.
//
// A file is a sequence of pieces, cut at the lines that start with `---` or `...` (those are
// document markers wherever they stand, so the cut is exact). Each piece is parsed on its own,
// once, and is kept as long as its bytes do not change; offsets inside a piece are relative to it.
// `Document` puts a piece at its place in the file, and `Node` is a small handle that answers in
// offsets of the file.
//
// Parsing never fails: it gives a tree and a list of errors. Ranges that recovery had to blank out
// are "damaged": what is missing there is not known to be missing.
//
// Thread contract: immutable after parsing; share freely. A Node is valid while its Document's
// piece lives.
#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/text/text.h"

namespace fluxls::yaml {

enum class NodeKind : uint8_t { kNull, kScalar, kAlias, kSequence, kMapping };
enum class ScalarStyle : uint8_t { kPlain, kSingleQuoted, kDoubleQuoted, kLiteral, kFolded };

using NodeId = uint32_t;
inline constexpr NodeId kNoNode = UINT32_MAX;

enum class SyntaxErrorKind : uint8_t {
  kOther,
  kUndefinedAlias,
  kTab,  // a tab where YAML wants spaces
  kUnclosedQuote,
  kUnclosedBracket,
  kMissingColon,       // a line that should be `key: value`
  kMappingInScalar,    // `a: b: c`, or a mapping below a value that already has a scalar
  kReservedCharacter,  // a plain value that starts with @ or `
  kBadIndentation,
  kUnexpectedContent,  // text behind the end of the document's node
  kBadCharacter,       // control characters and malformed UTF-8
  kBadEscape,
  kTooDeep,
};

// One syntax error in plain words. `edits` is a repair that keeps the meaning the author most
// likely had; empty when there is no obvious one. Ranges are relative to the piece inside `Piece`,
// and to the file in `Document::errors()`.
struct SyntaxError {
  SyntaxErrorKind kind = SyntaxErrorKind::kOther;
  ByteRange range;
  std::string message;
  std::string fix_title;
  std::vector<TextEdit> edits;
};

struct Piece;  // parsed bytes of one piece; see parse.cc

class Document;
class NodeIterator;

// Handle on one node. The default-constructed handle is "no such node": it is false, and every
// question about it has the empty answer, so that chains such as `root.At("spec.chart").Find("x")`
// need no checks between.
class Node {
 public:
  Node() = default;

  explicit operator bool() const { return piece_ != nullptr; }
  bool operator==(const Node& other) const = default;

  NodeKind kind() const;
  bool IsMapping() const { return *this && kind() == NodeKind::kMapping; }
  bool IsSequence() const { return *this && kind() == NodeKind::kSequence; }
  bool IsScalar() const { return *this && kind() == NodeKind::kScalar; }
  bool IsAlias() const { return *this && kind() == NodeKind::kAlias; }
  // A missing value, `~`, or a plain `null`.
  bool IsNull() const { return *this && kind() == NodeKind::kNull; }

  // Decoded text of a scalar ("" for every other kind); for an alias its name.
  std::string_view value() const;
  ScalarStyle style() const;
  bool IsQuoted() const {
    return style() == ScalarStyle::kSingleQuoted || style() == ScalarStyle::kDoubleQuoted;
  }
  bool IsBlockScalar() const {
    return style() == ScalarStyle::kLiteral || style() == ScalarStyle::kFolded;
  }
  // A collection in brackets or braces.
  bool IsFlow() const;
  std::string_view anchor() const;
  // As written (`!binary`, `!!str`); "" when there is none.
  std::string_view tag() const;

  // The node itself: quotes, brackets and block scalar header included; anchor and tag not.
  // A missing value has an empty range behind the `:` (or `-`) that it is missing from.
  ByteRange range() const;
  // The same with anchor and tag.
  ByteRange full_range() const;

  Node parent() const;
  // For the value of a mapping pair: its key. For all others: none.
  Node key() const;
  bool IsKey() const;
  // From the key's start to the value's end; for items of a sequence from the dash (block) or the
  // item (flow).
  ByteRange pair_range() const;

  // Number of items of a sequence, or of pairs of a mapping.
  uint32_t size() const;
  // Items of a sequence, or the values of a mapping (ask each for its key()). No aliases are
  // followed.
  NodeIterator begin() const;
  NodeIterator end() const;
  // The item at `index` of a sequence, or the value of that pair of a mapping.
  Node operator[](uint32_t index) const;

  // Follows an alias to the node that it names; every other node is returned as it is.
  Node Resolve() const;
  // Value of `key` in this mapping, as Kubernetes reads it: aliases are followed, `<<` is merged,
  // the last of duplicate keys wins. The value is resolved too. No such node when the key is absent
  // or this is no mapping.
  Node Find(std::string_view key) const;
  // The same, only among the pairs that are written in this mapping itself; the value is not
  // resolved.
  Node FindOwn(std::string_view key) const;
  // Find along a route: names separated by dots, sequence indices in brackets:
  // `spec.patches[0].target.kind`. For keys that hold dots themselves use Find.
  Node At(std::string_view route) const;

  // True when recovery blanked something out inside this node: its content is not complete.
  bool IsDamaged() const;

  // Depth-first walk over this node and everything written below it (keys included, aliases not
  // followed).
  template <typename F>
  void Visit(F&& visit) const;

  const Piece* piece() const { return piece_; }
  NodeId id() const { return id_; }

 private:
  friend class Document;
  friend class NodeIterator;
  Node(const Piece* piece, uint32_t base, NodeId id) : piece_(piece), base_(base), id_(id) {}
  Node Handle(NodeId id) const { return id == kNoNode ? Node() : Node(piece_, base_, id); }
  NodeId FirstValue() const;
  NodeId NextValue(NodeId id) const;

  const Piece* piece_ = nullptr;
  uint32_t base_ = 0;
  NodeId id_ = kNoNode;
};

class NodeIterator {
 public:
  using value_type = Node;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;
  NodeIterator() = default;
  explicit NodeIterator(Node node) : node_(node) {}
  Node operator*() const { return node_; }
  NodeIterator& operator++();
  bool operator==(const NodeIterator& other) const = default;

 private:
  Node node_;
};

// One piece at its place in the file. Copying is cheap.
class Document {
 public:
  Document(std::shared_ptr<const Piece> piece, uint32_t base)
      : piece_(std::move(piece)), base_(base) {}

  // The top node. No such node for a document of comments only, or one that could not be read at
  // all.
  Node root() const;
  // Everything from the document's marker (or the first byte) to the next one.
  ByteRange range() const;
  // Offset of the content: behind `---` and its line, where a first key can be written.
  uint32_t content_begin() const;
  // The text of the piece.
  std::string_view text() const;

  // In file offsets, ordered. The first of them is what users should be told.
  std::vector<SyntaxError> errors() const;
  bool HasErrors() const;
  // Places that recovery blanked out, in file offsets, ordered.
  std::vector<ByteRange> damaged() const;
  // Comments from `#` to the end of the line, in file offsets, ordered.
  std::vector<ByteRange> comments() const;

  // The deepest node whose full range touches `offset`; keys count as nodes. None outside the tree.
  Node NodeAt(uint32_t offset) const;
  // Keys that stand twice in their mapping: the later ones' key nodes, ordered by position.
  std::vector<Node> duplicate_keys() const;

  const std::shared_ptr<const Piece>& piece() const { return piece_; }
  uint32_t base() const { return base_; }

 private:
  std::shared_ptr<const Piece> piece_;
  uint32_t base_ = 0;
};

// A parsed file. Documents are in file order and cover all of it.
struct File {
  std::vector<Document> documents;
};

// Parses `text`. Pieces of `previous` whose bytes are the same are taken over, not parsed again;
// `stats`, if given, says how many.
struct ParseStats {
  uint32_t pieces_parsed = 0;
  uint32_t pieces_reused = 0;
};
File Parse(std::string_view text, const File* previous = nullptr, ParseStats* stats = nullptr);

// "spec.chart.spec.sourceRef.name", "resources[2]": where `node` stands in its document, for
// messages and tests.
std::string RouteOf(Node node);

template <typename F>
void Node::Visit(F&& visit) const {
  if (!*this) return;
  visit(*this);
  for (Node child : *this) {
    if (Node key = child.key()) key.Visit(visit);
    child.Visit(visit);
  }
}

}  // namespace fluxls::yaml
