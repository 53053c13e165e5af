#include "analysis/yaml/edit.h"

#include <algorithm>

#include "analysis/yaml/emit.h"
#include "analysis/yaml/piece.h"

namespace fluxls::yaml {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// A document's text with offsets of the file, and the shorthand that every edit needs.
struct Source {
  explicit Source(const Document& d)
      : document(d), text(d.text()), base(d.base()), layout(LayoutOf(d)) {}

  uint32_t LineBeginOf(uint32_t offset) const {
    uint32_t begin = LineBegin(text, offset - base);
    if (begin == 0 && text.starts_with(kByteOrderMark) && offset - base >= kByteOrderMark.size()) {
      begin = static_cast<uint32_t>(kByteOrderMark.size());
    }
    return begin + base;
  }
  uint32_t LineEndOf(uint32_t offset) const { return LineEnd(text, offset - base) + base; }
  uint32_t NextLineOf(uint32_t offset) const { return NextLine(text, offset - base) + base; }
  uint32_t Column(uint32_t offset) const { return offset - LineBeginOf(offset); }
  char At(uint32_t offset) const {
    return offset - base < text.size() ? text[offset - base] : '\0';
  }
  // Written behind a lone \r, a \n would become one line end with it.
  std::string NewLineAt(uint32_t at) const {
    return std::string(at > base && At(at - 1) == '\r' ? "\r\n" : layout.line_end);
  }
  uint32_t End() const { return base + static_cast<uint32_t>(text.size()); }
  bool OnlyBlanksBefore(uint32_t offset) const {
    for (uint32_t i = LineBeginOf(offset); i < offset; ++i) {
      if (At(i) != ' ') return false;
    }
    return true;
  }
  bool IsCommentLine(uint32_t line) const {
    uint32_t i = line;
    while (IsBlank(At(i))) ++i;
    return At(i) == '#';
  }
  uint32_t IndentOfLine(uint32_t line) const { return IndentOf(text, line - base); }

  const Document& document;
  std::string_view text;
  uint32_t base;
  Layout layout;
};

std::vector<TextEdit> One(ByteRange range, std::string text) {
  return {{range, std::move(text)}};
}

bool InFlow(Node node) {
  for (Node up = node.parent(); up; up = up.parent()) {
    if (up.IsFlow()) return true;
  }
  return false;
}

bool Contains(Node node, NodeId id) {
  const std::vector<NodeData>& nodes = node.piece()->nodes;
  for (; id != kNoNode; id = nodes[id].parent) {
    if (id == node.id()) return true;
  }
  return false;
}

// An alias elsewhere needs an anchor inside `node`; taking the anchor away would break the
// document.
bool IsNeededElsewhere(Node node) {
  const Piece& piece = *node.piece();
  return std::any_of(piece.aliases.begin(), piece.aliases.end(), [&](NodeId alias) {
    return Contains(node, piece.nodes[alias].child) && !Contains(node, alias);
  });
}

// `[a: b]` holds a mapping without brackets of its own, which has room for one pair only.
bool IsBarePair(const Source& source, Node mapping) {
  return mapping.IsMapping() && mapping.IsFlow() && source.At(mapping.range().begin) != '{';
}

// JSON-like brackets quote all their keys; new pairs do the same.
bool IsJson(Node mapping) {
  for (Node value : mapping) {
    if (value.key().style() != ScalarStyle::kDoubleQuoted) return false;
  }
  return mapping.size() > 0;
}

// Column of a block collection's keys or dashes.
uint32_t ColumnOf(const Source& source, Node collection) {
  Node first = *collection.begin();
  return source.Column(first ? first.pair_range().begin : collection.range().begin);
}

// End of the lines that belong to something at `column` which ends at `end`: its own last line and
// comment lines directly below that are indented deeper. Without the last line end.
uint32_t EndOfLines(const Source& source, uint32_t end, uint32_t column) {
  uint32_t line_end = source.LineEndOf(end);
  for (uint32_t line = source.NextLineOf(line_end); line < source.End();
       line = source.NextLineOf(line)) {
    if (!source.IsCommentLine(line) || source.IndentOfLine(line) <= column) break;
    line_end = source.LineEndOf(line);
  }
  return line_end;
}

// Start of the lines that belong to something that starts at `begin`: comment lines directly above
// with the same indentation count.
uint32_t BeginOfLines(const Source& source, uint32_t begin) {
  uint32_t line = source.LineBeginOf(begin);
  uint32_t column = begin - line;
  uint32_t first = source.document.content_begin();
  while (line > first) {
    uint32_t above = source.LineBeginOf(line - 1);
    if (source.At(line - 1) == '\n' && line >= 2 && source.At(line - 2) == '\r')
      above = source.LineBeginOf(line - 2);
    if (above >= line || above < first || !source.IsCommentLine(above) ||
        source.IndentOfLine(above) != column)
      break;
    line = above;
  }
  return line;
}

bool SpansLines(const Value& value) {
  return !value.pairs.empty() || !value.items.empty() || value.kind == Value::Kind::kBlock;
}

// Lines of blanks with a tab are allowed inside of scalars only.
bool TabFollows(const Source& source, uint32_t at) {
  for (uint32_t line = source.NextLineOf(at); line < source.End(); line = source.NextLineOf(line)) {
    const uint32_t begin = line + source.IndentOfLine(line);
    if (begin < source.LineEndOf(line)) return source.At(begin) == '\t';
  }
  return false;
}

// Whether `value`, written up to the end of the line of `at`, leaves what follows as it is. A block
// scalar at its end would swallow deeper lines of blanks or comments.
bool FitsBefore(const Source& source, uint32_t at, uint32_t column, const Value& value) {
  if (SpansLines(value) && TabFollows(source, at)) return false;
  if (!EndsWithBlock(value)) return true;
  for (uint32_t line = source.NextLineOf(at); line < source.End(); line = source.NextLineOf(line)) {
    const uint32_t indent = source.IndentOfLine(line);
    const bool blank = line + indent == source.LineEndOf(line);
    if (indent > column && (blank || source.At(line + indent) == '#')) return false;
    if (!blank) return true;
  }
  return true;
}

bool HasCommentWithin(const Document& document, ByteRange range) {
  const std::vector<ByteRange> comments = document.comments();
  return std::any_of(comments.begin(), comments.end(), [&](ByteRange comment) {
    return comment.begin >= range.begin && comment.begin < range.end;
  });
}

bool HasCommentBehind(const Source& source, uint32_t offset) {
  return HasCommentWithin(source.document, {offset, source.LineEndOf(offset)});
}

// Whether there are comments in `value` or between it and the line of its key or dash.
bool HasCommentAbove(const Source& source, Node value) {
  ByteRange range = value.full_range();
  const uint32_t lead = value.piece()->nodes[value.id()].lead;
  if (lead != NodeData::kNoOffset)
    range.begin = std::min(range.begin, source.LineEndOf(lead + source.base));
  return HasCommentWithin(source.document, range);
}

// A blank where a comment follows closely, as it may behind quotes and brackets.
std::string_view Gap(const Source& source, uint32_t end) {
  return source.At(end) == '#' ? " " : "";
}

// Removes child `node` (the value of a pair, or an item) of a flow collection with the comma that
// is too much. Refuses where a comment of something else would go with it.
Edits RemoveFromFlow(const Source& source, Node collection, Node node) {
  Node previous;
  Node next;
  for (Node child : collection) {
    if (child == node) continue;
    if (child.pair_range().begin < node.pair_range().begin) previous = child;
    if (!next && child.pair_range().begin > node.pair_range().begin) next = child;
  }
  ByteRange own = node.pair_range();
  ByteRange removed{collection.range().begin + 1, collection.range().end - 1};
  if (next) {
    removed = {own.begin, next.pair_range().begin};
  } else if (previous) {
    removed = {previous.pair_range().end, own.end};
  }
  for (ByteRange comment : source.document.comments()) {
    const bool its_own = comment.begin >= own.begin && comment.begin < source.LineEndOf(own.end);
    if (comment.begin >= removed.begin && comment.begin < removed.end && !its_own)
      return std::nullopt;
  }
  return One(removed, "");
}

// What is written last of `node`: a scalar, or a key without a value.
Node LastWithin(Node node) {
  while (node.size() > 0) {
    Node last;
    for (Node child : node) last = child;
    node = last;
  }
  return node.IsNull() && node.range().empty() && node.key() ? LastWithin(node.key()) : node;
}

// Whether lines of blanks at `end`, behind `node`, would become content of the `|+` before it.
bool LeavesBlanks(const Source& source, Node collection, Node node, uint32_t end) {
  Node before;
  for (Node child : collection) {
    if (child.pair_range().begin < node.pair_range().begin) before = child;
  }
  before = LastWithin(before);
  const uint32_t line = source.NextLineOf(end);
  return before.IsBlockScalar() && line < source.End() &&
         source.text.substr(before.range().begin - source.base, 3).find('+') !=
             std::string_view::npos &&
         line + source.IndentOfLine(line) == source.LineEndOf(line);
}

// Removes a child of a block collection that has others.
Edits RemoveFromBlock(const Source& source, Node collection, Node node, bool keep_comments_above) {
  ByteRange own = node.pair_range();
  if (source.OnlyBlanksBefore(own.begin)) {
    uint32_t begin =
        keep_comments_above ? source.LineBeginOf(own.begin) : BeginOfLines(source, own.begin);
    uint32_t end = EndOfLines(source, own.end, source.Column(own.begin));
    if (TabFollows(source, end) || LeavesBlanks(source, collection, node, end)) return std::nullopt;
    return One({begin, std::min(source.NextLineOf(end), source.End())}, "");
  }
  // `- a: 1` and `- - x`: what follows moves up behind the dash.
  Node next;
  for (Node child : collection) {
    if (child.pair_range().begin > own.begin) {
      next = child;
      break;
    }
  }
  if (!next) return std::nullopt;
  uint32_t next_begin = next.pair_range().begin;
  for (uint32_t line = source.NextLineOf(own.end); line < next_begin;
       line = source.NextLineOf(line)) {
    if (source.IsCommentLine(line)) return std::nullopt;  // it would have to go with one of the two
  }
  return One({own.begin, next_begin}, "");
}

// Inserts `text` as one more child behind `before` in a flow collection: on its own line where the
// others are, and behind the comment that speaks of `before`.
std::vector<TextEdit> InsertIntoFlow(const Source& source, Node collection, Node before,
                                     const std::string& text) {
  const uint32_t end = before.pair_range().end;
  const uint32_t begin = before.pair_range().begin;
  if (source.LineBeginOf(begin) == source.LineBeginOf(collection.range().begin))
    return One({end, end}, (", " + text).append(Gap(source, end)));
  uint32_t behind = end;
  while (IsBlank(source.At(behind))) ++behind;
  const bool comma = source.At(behind) == ',';
  if (comma) ++behind;
  while (IsBlank(source.At(behind))) ++behind;
  const uint32_t line_end = source.LineEndOf(end);
  if (behind != line_end && source.At(behind) != '#') return One({end, end}, ", " + text);
  std::string line =
      std::string(source.layout.line_end) + std::string(source.Column(begin), ' ') + text;
  if (comma) return One({line_end, line_end}, line + ",");
  return {{{end, end}, ","}, {{line_end, line_end}, line}};
}

// One more item behind `before`, and behind the comment lines that belong to it.
Edits InsertBehind(const Source& source, Node sequence, Node before, const Value& value) {
  if (sequence.IsFlow()) {
    bool json = before.style() == ScalarStyle::kDoubleQuoted;
    return InsertIntoFlow(source, sequence, before, EmitFlow(value, json));
  }
  if (LastWithin(before).IsBlockScalar() && LastWithin(before).IsKey()) return std::nullopt;
  uint32_t column = ColumnOf(source, sequence);
  uint32_t at = EndOfLines(source, before.pair_range().end, column);
  if (!FitsBefore(source, at, column, value)) return std::nullopt;
  std::string text = source.NewLineAt(at);
  text.append(column, ' ').append("-").append(EmitItemValue(value, column, source.layout));
  if (at == source.End() && EndsWithBlock(value)) text += source.layout.line_end;
  return One({at, at}, std::move(text));
}

// Writes `text`, which is `value`, in place of `old`. A comment behind it on its line stays there:
// what goes on that line is put before it, the other lines go below it.
std::vector<TextEdit> PutBeforeComment(const Source& source, ByteRange old, std::string text,
                                       const Value& value) {
  const uint32_t line_end = source.LineEndOf(old.end);
  const size_t first_break = text.find_first_of("\r\n");
  const bool split = HasCommentBehind(source, old.end) && first_break != std::string::npos;
  if ((split ? line_end : old.end) == source.End() && EndsWithBlock(value))
    text += source.layout.line_end;
  if (!split) return One(old, text.append(Gap(source, old.end)));
  return {{old, text.substr(0, first_break).append(Gap(source, old.end))},
          {{line_end, line_end}, text.substr(first_break)}};
}

// The place of a root that is not written, in a document without `---`: only a `...` makes a
// document of nothing. The comments above it stay above; nothing when that is not what there is.
std::optional<uint32_t> PlaceOfRoot(const Source& source, Node node) {
  const ByteRange range = node.full_range();
  uint32_t line = source.LineBeginOf(range.begin);
  if (node.parent() || !range.empty() || line < source.document.content_begin())
    return std::nullopt;
  while (line < source.End() && IsBlankLine(source.text, line - source.base))
    line = source.NextLineOf(line);
  return line;
}

// `? key` and `{key}` have no colon behind which a value could be written.
bool LacksColon(Node value) {
  return value.key() && value.piece()->nodes[value.id()].lead == NodeData::kNoOffset;
}

}  // namespace

Edits SetScalar(const Document& document, Node scalar, std::string_view value) {
  if ((!scalar.IsScalar() && !scalar.IsNull()) || LacksColon(scalar)) return std::nullopt;
  Source source(document);
  if (PlaceOfRoot(source, scalar))
    return ReplaceValue(document, scalar, Value::String(std::string(value)));
  ByteRange range = scalar.range();
  bool flow = InFlow(scalar);
  if (scalar.IsBlockScalar()) {
    uint32_t column = scalar.parent() ? ColumnOf(source, scalar.parent()) : 0;
    std::string text = EmitPairValue(Value::Block(std::string(value)), column, source.layout);
    text.erase(0, 1);
    // What may follow the header belongs to it, also where the range of an empty value ends before.
    const uint32_t header_end = source.LineEndOf(range.begin);
    range.end = std::max(range.end, header_end);
    if (!FitsBefore(source, range.end, column, Value::Block(std::string(value))))
      return std::nullopt;
    for (ByteRange comment : document.comments()) {
      if (comment.begin < range.begin || comment.begin >= header_end) continue;
      const ByteRange within{comment.begin - source.base, comment.end - source.base};
      text.insert(std::min(text.find_first_of("\r\n"), text.size()),
                  " " + std::string(Slice(source.text, within)));
      break;
    }
    return One(range, std::move(text));
  }
  std::string text = QuoteScalar(value, scalar.style(), flow);
  if (range.empty() && range.begin > document.base() && !IsBlank(source.At(range.begin - 1)))
    text.insert(0, " ");
  return One(range, text.append(Gap(source, range.end)));
}

Edits ReplaceValue(const Document& document, Node old_value, const Value& value) {
  if (!old_value || old_value.IsKey() || LacksColon(old_value) || IsNeededElsewhere(old_value)) {
    return std::nullopt;
  }
  Source source(document);
  Node up = old_value.parent();
  ByteRange old = old_value.full_range();
  if (InFlow(old_value)) {
    std::string text = EmitFlow(value, IsJson(up));
    if (old.empty() && !IsBlank(source.At(old.begin - 1))) text.insert(0, " ");
    return One(old, text.append(Gap(source, old.end)));
  }
  // Blanks at the line's end would otherwise end up behind the new value.
  uint32_t behind_old = old.end;
  while (IsBlank(source.At(behind_old))) ++behind_old;
  if (behind_old == source.LineEndOf(old.end)) old.end = behind_old;
  bool sequence = up.IsSequence();
  if (!up) {
    if (std::optional<uint32_t> line = PlaceOfRoot(source, old_value)) {
      std::string text = EmitBlockValue(value, 0, source.layout).append(source.layout.line_end);
      return One({*line, *line}, std::move(text));
    }
    // On the line of the `---` only values of one line can stand.
    bool on_marker_line = source.LineBeginOf(old.begin) < document.content_begin();
    bool lines = !value.pairs.empty() || !value.items.empty();
    if (!on_marker_line && lines && !source.OnlyBlanksBefore(old.begin))
      return std::nullopt;  // a tab
    uint32_t column = on_marker_line ? 0 : source.Column(old.begin);
    if (!FitsBefore(source, old.end, column, value)) return std::nullopt;
    std::string text = EmitBlockValue(value, column, source.layout);
    if (on_marker_line && (lines || !IsBlank(source.At(old.begin - 1)))) {
      text.insert(0, lines ? source.layout.line_end : " ");
    }
    return PutBeforeComment(source, old, std::move(text), value);
  }
  uint32_t column = ColumnOf(source, up);
  if (!FitsBefore(source, old.end, column, value)) return std::nullopt;
  std::string text = sequence ? EmitItemValue(value, column, source.layout)
                              : EmitPairValue(value, column, source.layout);
  // `lead` is the colon or dash; what replaces the value starts right behind it.
  ByteRange pair = old_value.pair_range();
  uint32_t behind =
      sequence ? pair.begin + 1 : old_value.piece()->nodes[old_value.id()].lead + source.base + 1;
  behind = std::min(behind, old.begin);
  bool same_line = source.LineBeginOf(behind) == source.LineBeginOf(old.begin);
  // On the line of the key or dash only a comment can stand, which stays there as well.
  if (same_line) return PutBeforeComment(source, {behind, old.end}, std::move(text), value);
  if (EndsWithBlock(value) && HasCommentBehind(source, old.end)) return std::nullopt;
  if (old.end == source.End() && EndsWithBlock(value)) text += source.layout.line_end;
  const size_t first_break = std::min(text.find_first_of("\r\n"), text.size());
  std::vector<TextEdit> edits;
  if (first_break > 0) edits.push_back({{behind, behind}, text.substr(0, first_break)});
  edits.push_back(
      {{source.LineEndOf(behind), old.end}, text.substr(first_break).append(Gap(source, old.end))});
  return edits;
}

Edits AddKey(const Document& document, Node mapping, std::string_view key, const Value& value,
             std::optional<std::string_view> after) {
  if (!mapping || mapping.IsDamaged() || mapping.FindOwn(key)) return std::nullopt;
  if (mapping.IsNull() || (mapping.IsMapping() && mapping.size() == 0)) {
    if (HasCommentAbove(Source(document), mapping)) return std::nullopt;
    return ReplaceValue(document, mapping, Value::Mapping({{std::string(key), value}}));
  }
  if (!mapping.IsMapping()) return std::nullopt;
  Source source(document);
  Node behind;
  for (Node child : mapping) {
    if (!behind || !after || behind.key().value() != *after) behind = child;
  }
  if (IsBarePair(source, mapping)) return std::nullopt;
  if (mapping.IsFlow()) {
    bool json = IsJson(mapping);
    std::string text = EmitFlow(Value::Mapping({{std::string(key), value}}), json);
    return InsertIntoFlow(source, mapping, behind, text.substr(1, text.size() - 2));
  }
  // At the end of a text without a last line end, a block scalar would gain one.
  if (LastWithin(behind).IsBlockScalar() && LastWithin(behind).IsKey()) return std::nullopt;
  uint32_t column = ColumnOf(source, mapping);
  uint32_t at = EndOfLines(source, behind.pair_range().end, column);
  if (!FitsBefore(source, at, column, value)) return std::nullopt;
  std::string text = source.NewLineAt(at);
  text.append(column, ' ').append(QuoteScalar(key)).append(":");
  text += EmitPairValue(value, column, source.layout);
  if (at == source.End() && EndsWithBlock(value)) text += source.layout.line_end;
  return One({at, at}, std::move(text));
}

Edits AddFirstKey(const Document& document, Node mapping, std::string_view key,
                  std::string_view value) {
  if (!mapping.IsMapping() || mapping.IsDamaged() || mapping.size() == 0 || mapping.FindOwn(key))
    return std::nullopt;
  const Source source(document);
  if (IsBarePair(source, mapping)) return std::nullopt;
  const uint32_t at = (*mapping.begin()).pair_range().begin;
  if (mapping.IsFlow()) {
    const bool json = IsJson(mapping);
    std::string text =
        EmitFlow(Value::Mapping({{std::string(key), Value::String(std::string(value))}}), json);
    return One({at, at}, text.substr(1, text.size() - 2) + ", ");
  }
  // A `?` in front of the first key would belong to the new one.
  for (uint32_t i = source.LineBeginOf(at); i < at; ++i) {
    if (source.At(i) != ' ' && source.At(i) != '-') return std::nullopt;
  }
  std::string text = QuoteScalar(key) + ": " + QuoteScalar(value);
  text += source.layout.line_end;
  text.append(source.Column(at), ' ');
  return One({at, at}, std::move(text));
}

Edits RemovePair(const Document& document, Node value) {
  Node mapping = value.parent();
  if (!value.key() || IsNeededElsewhere(value) || IsNeededElsewhere(value.key()))
    return std::nullopt;
  if (IsBarePair(Source(document), mapping)) return std::nullopt;
  if (mapping.IsFlow()) return RemoveFromFlow(Source(document), mapping, value);
  if (mapping.size() == 1) return ReplaceValue(document, mapping, Value::Mapping({}));
  // Comments above the first key of a document speak of the document.
  bool first_of_document = !mapping.parent() && *mapping.begin() == value;
  return RemoveFromBlock(Source(document), mapping, value, first_of_document);
}

Edits RenameKey(const Document& document, Node value, std::string_view new_key) {
  Node key = value.key();
  if (!key.IsScalar() || key.IsBlockScalar() || value.parent().FindOwn(new_key))
    return std::nullopt;
  return SetScalar(document, key, new_key);
}

Edits AppendItem(const Document& document, Node sequence, const Value& value) {
  if (!sequence || sequence.IsDamaged()) return std::nullopt;
  if (sequence.IsNull() || (sequence.IsSequence() && sequence.size() == 0)) {
    if (HasCommentAbove(Source(document), sequence)) return std::nullopt;
    return ReplaceValue(document, sequence, Value::Sequence({value}));
  }
  if (!sequence.IsSequence()) return std::nullopt;
  Node last;
  for (Node item : sequence) last = item;
  return InsertBehind(Source(document), sequence, last, value);
}

Edits InsertItem(const Document& document, Node sequence, uint32_t index, const Value& value) {
  if (!sequence.IsSequence() || index >= sequence.size())
    return AppendItem(document, sequence, value);
  if (sequence.IsDamaged()) return std::nullopt;
  Source source(document);
  if (index > 0) return InsertBehind(source, sequence, sequence[index - 1], value);
  const Node first = sequence[0];
  const uint32_t begin = std::min(first.pair_range().begin, first.full_range().begin);
  if (sequence.IsFlow()) {
    const bool json = first.style() == ScalarStyle::kDoubleQuoted;
    return One({begin, begin}, EmitFlow(value, json) + ", ");
  }
  if (SpansLines(value) || !source.OnlyBlanksBefore(begin)) return std::nullopt;
  const uint32_t column = source.Column(begin);
  const uint32_t line = BeginOfLines(source, begin);
  std::string text(column, ' ');
  text.append("-").append(EmitItemValue(value, column, source.layout));
  return One({line, line}, text.append(source.layout.line_end));
}

Edits RemoveItem(const Document& document, Node item, CommentsAbove above) {
  Node sequence = item.parent();
  if (!sequence.IsSequence() || IsNeededElsewhere(item)) return std::nullopt;
  if (sequence.IsFlow()) return RemoveFromFlow(Source(document), sequence, item);
  if (sequence.size() == 1) return ReplaceValue(document, sequence, Value::Sequence({}));
  return RemoveFromBlock(Source(document), sequence, item, above == CommentsAbove::kStay);
}

}  // namespace fluxls::yaml
