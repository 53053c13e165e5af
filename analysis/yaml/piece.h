// Internal to analysis/yaml: how a parsed piece is stored. Others use Document and Node of tree.h.
//
// Nodes lie in one vector, parents before children, linked by index; a mapping's children alternate
// key, value. All offsets are relative to the piece's text.
//
// Thread contract: a piece is filled by one thread and never changed again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/text/text.h"
#include "analysis/yaml/tree.h"

namespace YAML {
class EventHandler;
}

namespace fluxls::yaml {

struct NodeData {
  uint32_t begin = 0;  // without anchor and tag
  uint32_t end = 0;
  uint32_t full_begin = 0;  // with them
  // Sequence items: the dash in block style. Mapping values: the colon. Explicit keys: the question
  // mark. kNoOffset where there is none.
  uint32_t lead = kNoOffset;
  NodeId parent = kNoNode;
  NodeId next = kNoNode;
  NodeId child = kNoNode;     // first child; for an alias the node it names
  NodeId pair_key = kNoNode;  // of a mapping's value: its key
  uint32_t value_begin = 0;   // in `text`, or in `pool` when `pooled`
  uint32_t value_size = 0;
  NodeKind kind = NodeKind::kNull;
  ScalarStyle style = ScalarStyle::kPlain;
  bool flow : 1 = false;
  bool key : 1 = false;
  bool pooled : 1 = false;
  bool has_properties : 1 = false;

  static constexpr uint32_t kNoOffset = UINT32_MAX;
};

// Anchor and tag of a node, for the few that have them; ordered by node.
struct Properties {
  NodeId node = kNoNode;
  ByteRange anchor;  // without `&`
  ByteRange tag;     // with `!`
};

// How the piece is written; what edits follow. Found once, at parsing.
struct Habits {
  bool crlf = false;
  uint32_t indent_width = 2;
  bool indent_sequences = true;  // dashes are indented below their key
};

struct Piece {
  std::string text;
  uint32_t content_begin = 0;
  NodeId root = kNoNode;
  std::vector<NodeData> nodes;
  std::vector<Properties> properties;
  std::string pool;  // decoded values that are not a slice of the text
  std::vector<SyntaxError> errors;
  std::vector<ByteRange> damaged;
  std::vector<ByteRange> comments;
  std::vector<NodeId> duplicate_keys;
  std::vector<NodeId> aliases;
  Habits habits;

  std::string_view ValueOf(const NodeData& node) const {
    return std::string_view(node.pooled ? pool : text).substr(node.value_begin, node.value_size);
  }
};

// Where the pieces of a text begin; covers the text without gaps. An empty text is one empty piece.
// `content_begin` is behind the `---` (or `...`) of the piece, relative to it.
struct PieceSlice {
  ByteRange range;
  uint32_t content_begin = 0;
};
std::vector<PieceSlice> SplitPieces(std::string_view text);

// One parser run over `text`, which is the piece's text with some bytes blanked out; fills the tree
// of `piece`.
struct ParseOutcome {
  bool failed = false;
  uint32_t error_offset = 0;
  std::string error;  // the parser's own message
  // What was open when the parser gave up, for the diagnosis.
  NodeId last_scalar = kNoNode;
  std::vector<NodeId> open;  // collections, outermost first
};
// Anchor and tag that were blanked out of `text` because the parser cannot read them; see
// parser_faults.cc.
struct HiddenProperties {
  ByteRange range;   // what was blanked; the scalar's header is at its end
  ByteRange anchor;  // without `&`; empty when there is none
  ByteRange tag;
};
// Changes `text`, bytes for bytes, so that the parser reads what it should be able to read; says
// what it blanked. What stands in one of `scalars` (in order) only looks like a property.
std::vector<HiddenProperties> HideFaults(std::string& text, const std::vector<ByteRange>& scalars);

ParseOutcome BuildTree(std::string_view text, const std::vector<HiddenProperties>& hidden,
                       Piece& piece);

uint32_t ByteOrderMarkSize(std::string_view text);

// One run of yaml-cpp: its events go to `handler`, its exceptions into the outcome.
ParseOutcome RunParser(std::string_view text, YAML::EventHandler& handler);

// The same without a tree: only how far it gets.
ParseOutcome ProbeParse(std::string_view text);

// Turns the parser's complaint into ours: on the culprit, in plain words, with a repair where one
// is obvious. `piece` holds the partial tree of the failed run.
SyntaxError Diagnose(std::string_view text, const Piece& piece, const ParseOutcome& outcome);

// Fills `habits` and `aliases` of a parsed piece.
void FindHabits(Piece& piece);

// Parses one piece, with recovery: fills everything but `text` and `content_begin`, which are
// given.
void ParsePiece(Piece& piece);

// Small scanners shared by the above. All offsets are clamped to the text.
bool IsBlank(char c);         // space, tab
bool IsBreak(char c);         // \n, \r
bool IsUriCharacter(char c);  // what a tag may be made of
uint32_t LineAbove(std::string_view text,
                   uint32_t line_begin);  // start of the line above; 0 on the first
uint32_t IndentOf(std::string_view text, uint32_t line_begin);  // number of leading spaces
bool IsBlankLine(std::string_view text, uint32_t line_begin);   // blank or a comment only
// End of the quoted scalar that starts at `begin`: behind its closing quote; nothing when it is not
// closed.
std::optional<uint32_t> QuotedEnd(std::string_view text, uint32_t begin);
// How many line breaks at the end of a quoted scalar (`inside` its quotes) the parser drops.
size_t LostBreaks(std::string_view text, ByteRange inside);
// Whether the parser has read the block scalar at `range` with a wrong indentation, as it does
// behind properties: as nothing but blanks, or without the blanks that an indentation indicator
// makes content.
bool IsMisread(std::string_view text, ByteRange range, int parent_indent, std::string_view value);
// Where a text ends with a line of blanks without a line end, the parser folds the break before it
// into a blank.
void MendFoldedEnd(std::string& value, std::string_view text, ByteRange range);
// Length of the plain `null` at `at`, or 0.
uint32_t NullLiteralLength(std::string_view text, uint32_t at);
// End of the plain scalar at `begin` that the parser has read as `value`; nothing when the two do
// not agree.
std::optional<uint32_t> PlainEnd(std::string_view text, uint32_t begin, std::string_view value);
// End of the block scalar whose header starts at `begin`: behind the last line of its content (its
// line end is not part of it). `parent_indent` is the column of the collection it stands in, -1 at
// the root.
uint32_t BlockScalarEnd(std::string_view text, uint32_t begin, int parent_indent);
// On one line: the colon that makes what stands before it a key (`key: `, `"key":`), searched from
// `begin`, quotes skipped.
std::optional<uint32_t> FindKeyColon(std::string_view text, uint32_t begin, uint32_t end);

}  // namespace fluxls::yaml
