// Text and positions inside it.
//
// The engine speaks byte offsets into UTF-8 text, nothing else. Lines and the encodings of the
// protocol exist only at the edges (lsp/convert, cli reporters), which use LineIndex and unicode.h
// to get there.
//
// Thread contract: everything here is immutable after construction and may be shared between
// threads.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fluxls {

// Half-open range of byte offsets, [begin, end).
struct ByteRange {
  uint32_t begin = 0;
  uint32_t end = 0;

  constexpr uint32_t size() const { return end - begin; }
  constexpr bool empty() const { return begin == end; }
  constexpr bool Contains(uint32_t offset) const { return begin <= offset && offset < end; }
  // True when `offset` is inside or directly behind the range, as a text cursor is.
  constexpr bool Touches(uint32_t offset) const { return begin <= offset && offset <= end; }
  constexpr bool Overlaps(ByteRange other) const { return begin < other.end && other.begin < end; }
  constexpr ByteRange Shifted(uint32_t by) const { return {begin + by, end + by}; }
  constexpr auto operator<=>(const ByteRange&) const = default;
};

// Replaces the bytes of `range` by `new_text`. An empty range inserts.
struct TextEdit {
  ByteRange range;
  std::string new_text;
  auto operator<=>(const TextEdit&) const = default;
};

// Start offsets of all lines. Line ends are \n, \r\n and a lone \r, as the LSP specification has
// it. Lines are counted from 0. A text always has at least one line; a final line end opens an
// empty last line.
class LineIndex {
 public:
  explicit LineIndex(std::string_view text);

  uint32_t LineCount() const { return static_cast<uint32_t>(starts_.size()); }
  // Offsets behind the text count as its last line.
  uint32_t LineOf(uint32_t offset) const;
  uint32_t LineStart(uint32_t line) const { return starts_[line]; }
  // End of the line's text, before its line end.
  uint32_t LineEnd(uint32_t line) const { return ends_[line]; }

 private:
  std::vector<uint32_t> starts_;
  std::vector<uint32_t> ends_;
};

// An immutable document text with its line index.
class Text {
 public:
  explicit Text(std::string content) : content_(std::move(content)), lines_(content_) {}
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;

  const std::string& content() const { return content_; }
  const LineIndex& lines() const { return lines_; }

 private:
  std::string content_;
  LineIndex lines_;
};
using TextPtr = std::shared_ptr<const Text>;

// Applies edits that do not overlap, in any order; all ranges refer to `text` as it was.
// Several inserts at one offset keep their given order. Edits that overlap an earlier one, or lie
// outside the text, are dropped: an edit computed for another text must not corrupt this one.
std::string ApplyEdits(std::string_view text, std::vector<TextEdit> edits);

// The smallest edit that turns `before` into `after`: what they have in common at both ends is left
// out. No code point is cut, and no CRLF.
TextEdit MinimalEdit(std::string_view before, std::string_view after);

// Slice of `text`, clamped to it.
std::string_view Slice(std::string_view text, ByteRange range);

// The line around an offset, without an index: its begin, its end before the line end, and where
// the next one begins (or the end of the text). `\n`, `\r` and both together end a line.
uint32_t LineBegin(std::string_view text, uint32_t offset);
uint32_t LineEnd(std::string_view text, uint32_t offset);
uint32_t NextLine(std::string_view text, uint32_t offset);

// The line end that the text uses most: "\n" or "\r\n". "\n" for a text without line ends.
std::string_view PreferredLineEnd(std::string_view text);

}  // namespace fluxls
