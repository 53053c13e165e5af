// From parser events to a tree with exact byte ranges.
//
// yaml-cpp says where a node starts, not where it ends, and nothing about comments, dashes and
// colons. All of that is found by scanning the gaps between the starts: behind every node `pos_`
// stands at its end, and what lies between `pos_` and the next node's start is white space,
// comments and indicators only. The parser's decoded value tells where a plain scalar ends.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <algorithm>
#include <utility>

#include "analysis/yaml/piece.h"

namespace fluxls::yaml {
namespace {

constexpr uint32_t kNone = NodeData::kNoOffset;

uint32_t Clamp(size_t offset, std::string_view text) {
  return static_cast<uint32_t>(std::min(offset, text.size()));
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, uint32_t shift, const std::vector<HiddenProperties>& hidden,
              Piece& piece)
      : text_(text), shift_(shift), hidden_(hidden), piece_(piece), pos_(piece.content_begin) {
    anchors_.push_back(kNoNode);  // ids start at 1
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnAnchor(const YAML::Mark&, const std::string&) override { has_anchor_ = true; }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    uint32_t at = Offset(mark);
    uint32_t literal = 0;
    Start start;
    if (has_anchor_) {
      start = Begin(at, false);
      literal = NullLiteralLength(text_, start.begin);
      if (literal == 0) start.begin = start.behind_properties;
      RequireIndentation(start);
    } else if ((literal = ExplicitNullAt(at)) > 0) {
      start = Begin(at, false);
    } else if (at < text_.size() && text_[at] == '!' && IsOwn(at)) {  // a lone tag
      start = Begin(at, true);
      start.begin = start.behind_properties;
    } else {
      uint32_t empty = PlaceEmpty();
      start = {empty, empty, empty, {}};
    }
    NodeId id = Add(NodeKind::kNull, start, start.begin + literal);
    SetValue(id, start.begin, literal);
    pos_ = start.begin + literal;
    Anchor(id, anchor);
    Placed();
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Start start = Begin(Offset(mark), false);
    RequireIndentation(start);
    uint32_t end = PropertyEnd(start.begin);
    NodeId id = Add(NodeKind::kAlias, start, end);
    SetValue(id, start.begin + 1, end - start.begin - 1);
    piece_.nodes[id].child = anchor < anchors_.size() ? anchors_[anchor] : kNoNode;
    pos_ = end;
    Placed();
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& parsed) override {
    std::string value = parsed;
    if (HiddenAlias(Offset(mark), value)) return;
    Start start = Begin(Offset(mark), tag != "?");
    if (start.begin < text_.size() && text_[start.begin] == '_' && piece_.text[start.begin] == '*')
      AddError({start.begin, start.begin + 1}, "an alias cannot have an anchor or a tag");
    char first = start.begin < text_.size() ? text_[start.begin] : '\0';
    std::optional<uint32_t> end;
    ScalarStyle style = ScalarStyle::kPlain;
    if (first == '"' || first == '\'') {
      style = first == '"' ? ScalarStyle::kDoubleQuoted : ScalarStyle::kSingleQuoted;
      end = QuotedEnd(text_, start.begin);
      // Behind a tag without a value there may be a quote that is none of it.
      if (value.empty() && start.begin > start.full_begin && end && *end > start.begin + 2 &&
          text_[start.begin + 1] != '\\') {
        style = ScalarStyle::kPlain;
        start.begin = start.behind_properties;
        end = start.begin;
      }
    } else if (first == '|' || first == '>') {
      style = first == '|' ? ScalarStyle::kLiteral : ScalarStyle::kFolded;
      end = BlockScalarEnd(text_, start.begin, BlockColumn());
      if (!unread_ && IsMisread(text_, {start.begin, *end}, BlockColumn(), value))
        unread_ = NextLine(text_, start.begin);
    } else if (value.empty()) {  // `!tag` with nothing behind it
      start.begin = start.behind_properties;
      end = start.begin;
    } else {
      end = PlainEnd(text_, start.begin, value);
    }
    if (!end) {
      // The parser takes a quote that is still open at the end of the text for closed.
      if (style != ScalarStyle::kPlain && !unclosed_quote_) unclosed_quote_ = start.begin;
      end = LineEnd(text_, start.begin);
    }
    if (style == ScalarStyle::kSingleQuoted || style == ScalarStyle::kDoubleQuoted)
      value.append(LostBreaks(text_, {start.begin + 1, *end - 1}), '\n');
    if (style == ScalarStyle::kFolded) MendFoldedEnd(value, text_, {start.begin, *end});
    RequireIndentation(start);
    const NodeId id = Add(NodeKind::kScalar, start, *end);
    NodeData& node = piece_.nodes[id];
    node.style = style;
    if (style == ScalarStyle::kLiteral || style == ScalarStyle::kFolded)
      HeaderComment(start.begin, *end);
    uint32_t inner = style == ScalarStyle::kPlain ? 0 : 1;
    const ByteRange slice{start.begin + inner,
                          start.begin + inner + static_cast<uint32_t>(value.size())};
    // The text itself may have a `\r` for a line end.
    if (Slice(text_, slice) == value &&
        (value.find('\n') == std::string::npos || Slice(piece_.text, slice) == value)) {
      SetValue(id, start.begin + inner, static_cast<uint32_t>(value.size()));
    } else {
      node.pooled = true;
      SetValue(id, static_cast<uint32_t>(piece_.pool.size()), static_cast<uint32_t>(value.size()));
      piece_.pool += Restored(value, {start.begin, *end});
    }
    pos_ = *end;
    last_scalar_ = id;
    Anchor(id, anchor);
    RestoreHidden(id);
    Placed();
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    Open(mark, tag, anchor, NodeKind::kSequence, style == YAML::EmitterStyle::Flow);
  }
  void OnSequenceEnd() override { Close(']'); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    Open(mark, tag, anchor, NodeKind::kMapping, style == YAML::EmitterStyle::Flow);
  }
  void OnMapEnd() override { Close('}'); }

  // Makes what there is a whole tree, after the end or after the parser gave up.
  void Finish(ParseOutcome& outcome) {
    outcome.last_scalar = last_scalar_;
    for (const Frame& frame : frames_) outcome.open.push_back(frame.id);
    while (!frames_.empty()) {
      Frame& top = frames_.back();
      if (piece_.nodes[top.id].kind == NodeKind::kMapping && !top.expects_key) {
        Add(NodeKind::kNull, {pos_, pos_, pos_, {}}, pos_);
        Placed();
      }
      NodeData& node = piece_.nodes[frames_.back().id];
      node.end = std::max(node.begin, pos_);
      frames_.pop_back();
    }
    std::stable_sort(piece_.properties.begin(), piece_.properties.end(),
                     [](const Properties& a, const Properties& b) { return a.node < b.node; });
  }

  // Scans behind the last node: trailing comments, and text that no node holds (its first byte
  // comes back).
  std::optional<uint32_t> ScanTail() {
    if (unread_) return unread_;  // of a block scalar that the parser took for empty
    const uint32_t end = Clamp(text_.size(), text_);
    while ((pos_ = SkipSpace(pos_, end)) < end) {
      const bool marker = text_.substr(pos_).starts_with("...") && LineBegin(text_, pos_) == pos_;
      if (!marker) return pos_;
      pos_ += 3;
    }
    return std::nullopt;
  }

  std::optional<uint32_t> unclosed_quote() const { return unclosed_quote_; }

  std::vector<SyntaxError> TakeErrors() { return std::move(errors_); }

 private:
  struct Frame {
    NodeId id;
    bool flow;
    bool brackets;  // has a closing bracket of its own; `[a: b]`'s inner mapping has not
    bool expects_key = true;
    bool explicit_key = false;
    uint32_t column;  // of the keys or dashes
    uint32_t lead = kNone;
    NodeId last = kNoNode;
  };
  struct Start {
    uint32_t full_begin;
    uint32_t begin;
    uint32_t behind_properties;
    Properties properties;
  };

  uint32_t Offset(const YAML::Mark& mark) const {
    return std::max(Clamp(static_cast<size_t>(std::max(mark.pos, 0)) + shift_, text_),
                    piece_.content_begin);
  }

  // A byte order mark takes no column.
  uint32_t Column(uint32_t offset) const {
    return offset - std::max(LineBegin(text_, offset), std::min(shift_, offset));
  }

  int BlockColumn() const {
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
      if (!frame->flow) return static_cast<int>(frame->column);
    }
    return -1;
  }

  bool InMapping() const {
    return !frames_.empty() && piece_.nodes[frames_.back().id].kind == NodeKind::kMapping;
  }

  // First offset at or behind `i` that is not white space or a comment. Comments on the way are
  // collected.
  uint32_t SkipSpace(uint32_t i, uint32_t limit) {
    while (i < limit) {
      // Between two nodes a `#` can only start a comment, whatever stands before it.
      if (text_[i] == '#') {
        uint32_t end = std::min(LineEnd(text_, i), limit);
        piece_.comments.push_back({i, end});
        i = end;
      } else if (IsBlank(text_[i]) || IsBreak(text_[i])) {
        ++i;
      } else {
        break;
      }
    }
    return i;
  }

  // Moves `pos_` over white space, comments and `indicators`; stops at anything else or at `limit`.
  // The first dash, question mark or colon on the way is the lead of the coming node.
  void Skip(uint32_t limit, std::string_view indicators) {
    while ((pos_ = SkipSpace(pos_, limit)) < limit) {
      char c = text_[pos_];
      if (indicators.find(c) == std::string_view::npos) return;
      if (!frames_.empty() && c != ',') {
        Frame& frame = frames_.back();
        if (c == '?') frame.explicit_key = true;
        if (frame.lead == kNone) frame.lead = pos_;
      }
      ++pos_;
    }
  }

  // Start of a node whose first byte (anchor and tag included) is at `at`.
  Start Begin(uint32_t at, bool tagged) {
    if (at > pos_) {
      Skip(at, "-?:,");
      pos_ = at;
    }
    Start start{at, at, at, {}};
    bool anchored = std::exchange(has_anchor_, false);
    while (start.begin < text_.size()) {
      bool anchor = anchored && text_[start.begin] == '&';
      bool tag = tagged && text_[start.begin] == '!';
      if (!anchor && !tag) break;
      uint32_t end = PropertyEnd(start.begin);
      (anchor ? start.properties.anchor : start.properties.tag) = {start.begin + (anchor ? 1 : 0),
                                                                   end};
      (anchor ? anchored : tagged) = false;
      start.behind_properties = end;
      if (end < text_.size() && !IsBlank(text_[end]) && !IsBreak(text_[end]) &&
          (frames_.empty() || !frames_.back().flow || text_[end] != ',')) {
        AddError({end, end + 1}, anchor ? "a space is missing behind the anchor"
                                        : "a space is missing behind the tag");
      }
      start.begin = SkipSpace(end, Clamp(text_.size(), text_));
    }
    return start;
  }

  uint32_t PropertyEnd(uint32_t begin) const {
    if (text_.substr(begin).starts_with("!<")) {
      size_t close = text_.find('>', begin);
      return Clamp(close == std::string_view::npos ? text_.size() : close + 1, text_);
    }
    // A tag ends where the characters of a URI end; an anchor or alias at a blank or bracket.
    const bool tag = begin < text_.size() && text_[begin] == '!';
    uint32_t end = begin;
    while (end < text_.size() && !IsBlank(text_[end]) && !IsBreak(text_[end]) &&
           std::string_view("[]{},").find(text_[end]) == std::string_view::npos &&
           (!tag || IsUriCharacter(text_[end]))) {
      ++end;
    }
    return end;
  }

  // The parser lets a value stand as far left as its key, where YAML expects the next key.
  void RequireIndentation(const Start& start) {
    if (frames_.empty() || frames_.back().flow) return;
    const Frame& frame = frames_.back();
    if (InMapping() && frame.expects_key && !frame.explicit_key) return;
    for (uint32_t at : {start.full_begin, start.begin}) {
      const bool first_on_line = IndentOf(piece_.text, LineBegin(text_, at)) == Column(at);
      if (!first_on_line || Column(at) > frame.column) continue;
      AddError({at, std::max(at + 1, LineEnd(text_, at))});
      return;
    }
  }

  // The parser lets the colon of an explicit key stand left of its question mark.
  void RequireColonColumn(const Frame& frame, uint32_t colon) {
    if (frame.flow || colon == kNone || Column(colon) >= frame.column) return;
    if (IndentOf(text_, LineBegin(text_, colon)) == Column(colon))
      AddError({colon, colon + 1}, "expected a key before the \":\"");
  }

  // In block style an indicator has a blank behind it.
  bool IsIndicator(char c) const {
    if (pos_ >= text_.size() || text_[pos_] != c) return false;
    const uint32_t next = pos_ + 1;
    return frames_.back().flow || next == text_.size() || IsBlank(text_[next]) ||
           IsBreak(text_[next]);
  }

  // The place of a node that is not written: behind the colon or dash it belongs to.
  uint32_t PlaceEmpty() {
    uint32_t end = Clamp(text_.size(), text_);
    if (frames_.empty()) return pos_;
    Frame& frame = frames_.back();
    if (InMapping() && frame.expects_key) {
      Skip(end, ",");
      if (!frame.explicit_key && IsIndicator('?')) {
        frame.explicit_key = true;
        frame.lead = pos_++;
        pos_ = SkipSpace(pos_, end);
      }
      if (!frame.explicit_key && IsIndicator(':'))
        AddError({pos_, pos_ + 1}, "expected a key before the \":\"");
      return pos_;
    }
    if (InMapping()) {
      uint32_t before = pos_;
      bool across_lines = frame.explicit_key || frame.flow;
      size_t comments = piece_.comments.size();
      Skip(across_lines ? end : LineEnd(text_, pos_), "");
      if (IsIndicator(':')) {
        frame.lead = pos_++;
        return pos_;
      }
      pos_ = before;
      piece_.comments.resize(comments);
      if (!frame.explicit_key && !frame.flow) MissingColon(frame.last);
      return pos_;
    }
    if (!frame.flow) {
      Skip(end, "");
      if (IsIndicator('-')) frame.lead = pos_++;
    } else {
      pos_ = SkipSpace(pos_, end);
      if (frame.last != kNoNode && IsIndicator(',')) pos_ = SkipSpace(pos_ + 1, end);
      AddError({pos_, std::min(pos_ + 1, end)}, "expected a value before the \",\"");
    }
    return pos_;
  }

  void MissingColon(NodeId key) {
    if (key == kNoNode) return;
    const NodeData& node = piece_.nodes[key];
    AddError({node.full_begin, node.end});
  }

  // Without a message it is a line without a colon.
  void AddError(ByteRange range, std::string message = "") {
    errors_.push_back({SyntaxErrorKind::kMissingColon, range, std::move(message), "", {}});
  }

  // A written `~` or `null` at `at`, as opposed to the start of whatever comes next.
  uint32_t ExplicitNullAt(uint32_t at) const {
    const uint32_t length = NullLiteralLength(text_, at);
    return length > 0 && IsOwn(at) ? length : 0;
  }

  // Whether what is written at `at` is the coming node, and not what follows an empty one.
  bool IsOwn(uint32_t at) const {
    if (at < pos_) return false;
    if (frames_.empty() || frames_.back().flow) return true;
    uint32_t indicator = pos_;
    while (indicator < at &&
           (IsBlank(text_[indicator]) || IsBreak(text_[indicator]) || text_[indicator] == '#')) {
      indicator = text_[indicator] == '#' ? LineEnd(text_, indicator) : indicator + 1;
    }
    if (InMapping() && frames_.back().expects_key && text_[indicator] != '?')
      return Column(at) >= frames_.back().column;
    // In block style the node's value is on the indicator's line or deeper than its collection.
    return LineBegin(text_, indicator) == LineBegin(text_, at) ||
           Column(at) > frames_.back().column;
  }

  NodeId Add(NodeKind kind, const Start& start, uint32_t end) {
    NodeId id = static_cast<NodeId>(piece_.nodes.size());
    NodeData& node = piece_.nodes.emplace_back();
    node.kind = kind;
    node.full_begin = start.full_begin;
    node.begin = start.begin;
    node.end = std::max(end, start.begin);
    if (!start.properties.anchor.empty() || !start.properties.tag.empty()) {
      node.has_properties = true;
      Properties properties = start.properties;
      properties.node = id;
      piece_.properties.push_back(properties);
    }
    if (frames_.empty()) {
      if (piece_.root == kNoNode) piece_.root = id;
      return id;
    }
    Frame& frame = frames_.back();
    node.parent = frame.id;
    node.lead = std::exchange(frame.lead, kNone);
    if (frame.last == kNoNode) {
      piece_.nodes[frame.id].child = id;
    } else {
      piece_.nodes[frame.last].next = id;
    }
    if (InMapping()) {
      if (frame.expects_key) {
        node.key = true;
        // The colon found on the way to a key belongs to nobody.
        if (node.lead != kNone && text_[node.lead] != '?') node.lead = kNone;
      } else {
        node.pair_key = frame.last;
        RequireColonColumn(frame, node.lead);
      }
    } else if (frame.flow) {
      node.lead = kNone;
    }
    frame.last = id;
    return id;
  }

  // A node (with everything in it) is complete.
  void Placed() {
    if (!InMapping()) return;
    Frame& frame = frames_.back();
    frame.expects_key = !frame.expects_key;
    if (frame.expects_key) frame.explicit_key = false;
  }

  void SetValue(NodeId id, uint32_t begin, uint32_t size) {
    piece_.nodes[id].value_begin = begin;
    piece_.nodes[id].value_size = size;
  }

  void Anchor(NodeId id, YAML::anchor_t anchor) {
    if (anchor == 0) return;
    if (anchors_.size() <= anchor) anchors_.resize(anchor + 1, kNoNode);
    anchors_[anchor] = id;
  }

  // The scalar at `at` is in truth an alias of an anchor that was blanked out.
  bool HiddenAlias(uint32_t at, const std::string& value) {
    if (hidden_.empty() || at >= text_.size() || text_[at] != '_' || piece_.text[at] != '*')
      return false;
    Start start = Begin(at, false);
    const uint32_t end = PropertyEnd(at);
    if (value.size() != end - at)
      AddError({end, LineEnd(text_, end)}, "unexpected text behind the alias");
    NodeId target = kNoNode;
    for (const auto& [name, node] : hidden_anchors_) {
      if (Slice(text_, {at + 1, end}) == name) target = node;
    }
    NodeId id = Add(NodeKind::kAlias, start, end);
    SetValue(id, at + 1, end - at - 1);
    piece_.nodes[id].child = target;
    pos_ = end;
    Placed();
    return true;
  }

  // A decoded value with the characters that were hidden from the parser (as `_`).
  std::string Restored(std::string value, ByteRange source) const {
    if (Slice(text_, source) == Slice(piece_.text, source)) return value;
    size_t at = 0;
    for (uint32_t i = source.begin; i < source.end; ++i) {
      if (text_[i] != '_') continue;
      at = value.find('_', at);
      if (at == std::string::npos) break;
      value[at++] = piece_.text[i];
    }
    return value;
  }

  void RestoreHidden(NodeId id) {
    for (const HiddenProperties& hidden : hidden_) {
      NodeData& node = piece_.nodes[id];
      if (hidden.range.end != node.begin) continue;
      RequireIndentation({hidden.range.begin, node.begin, node.begin, {}});
      node.full_begin = std::min(node.full_begin, hidden.range.begin);
      Properties properties{id, hidden.anchor, hidden.tag};
      if (node.has_properties) {
        // The others stand on a line above.
        const Properties above = piece_.properties.back();
        piece_.properties.pop_back();
        if (properties.anchor.empty() == above.anchor.empty() ||
            properties.tag.empty() == above.tag.empty())
          AddError(hidden.range, "a value can have only one anchor and one tag");
        (properties.anchor.empty() ? properties.anchor : properties.tag) =
            properties.anchor.empty() ? above.anchor : above.tag;
      }
      node.has_properties = true;
      piece_.properties.push_back(properties);
      if (!hidden.anchor.empty())
        hidden_anchors_.emplace_back(Slice(piece_.text, hidden.anchor), id);
    }
  }

  void HeaderComment(uint32_t begin, uint32_t end) {
    uint32_t line_end = std::min(LineEnd(text_, begin), end);
    for (uint32_t i = begin; i < line_end; ++i) {
      if (text_[i] == '#') {
        piece_.comments.push_back({i, line_end});
        return;
      }
    }
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, NodeKind kind,
            bool flow) {
    Start start = Begin(Offset(mark), tag != "?" && !tag.empty());
    char first = start.begin < text_.size() ? text_[start.begin] : '\0';
    bool brackets = flow && first == (kind == NodeKind::kSequence ? '[' : '{');
    NodeId id = Add(kind, start, start.begin);
    piece_.nodes[id].flow = flow;
    Anchor(id, anchor);
    RestoreHidden(id);
    // Flow style has no columns, and may have lines without end.
    frames_.push_back({id, flow, brackets, true, false, flow ? 0 : Column(start.begin)});
    pos_ = std::max(pos_, start.begin + (brackets ? 1 : 0));
  }

  void Close(char bracket) {
    Frame frame = frames_.back();
    uint32_t end = pos_;
    if (frame.brackets) {
      Skip(Clamp(text_.size(), text_), ",?:");
      if (pos_ < text_.size() && text_[pos_] == bracket) ++pos_;
      end = pos_;
    }
    frames_.pop_back();
    piece_.nodes[frame.id].end = std::max(end, piece_.nodes[frame.id].begin);
    Placed();
  }

  std::string_view text_;
  uint32_t shift_;
  const std::vector<HiddenProperties>& hidden_;
  Piece& piece_;
  uint32_t pos_;
  bool has_anchor_ = false;
  std::vector<Frame> frames_;
  std::vector<NodeId> anchors_;
  std::vector<std::pair<std::string_view, NodeId>> hidden_anchors_;
  NodeId last_scalar_ = kNoNode;
  std::optional<uint32_t> unclosed_quote_;
  std::optional<uint32_t> unread_;
  std::vector<SyntaxError> errors_;
};

}  // namespace

ParseOutcome BuildTree(std::string_view text, const std::vector<HiddenProperties>& hidden,
                       Piece& piece) {
  piece.nodes.clear();
  piece.properties.clear();
  piece.pool.clear();
  piece.comments.clear();
  piece.errors.clear();
  piece.root = kNoNode;
  TreeBuilder builder(text, ByteOrderMarkSize(text), hidden, piece);
  ParseOutcome outcome = RunParser(text, builder);
  builder.Finish(outcome);
  if (builder.unclosed_quote()) {
    outcome.failed = true;
    outcome.error = "unclosed quote";
    outcome.error_offset = *builder.unclosed_quote();
  } else if (!outcome.failed) {
    if (std::optional<uint32_t> left_over = builder.ScanTail()) {
      outcome.failed = true;
      outcome.error = "unexpected content";
      outcome.error_offset = *left_over;
    }
  }
  piece.errors = builder.TakeErrors();
  return outcome;
}

}  // namespace fluxls::yaml
