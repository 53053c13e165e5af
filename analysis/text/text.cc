#include "analysis/text/text.h"

#include <algorithm>

namespace fluxls {

LineIndex::LineIndex(std::string_view text) {
  starts_.push_back(0);
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c != '\n' && c != '\r') continue;
    ends_.push_back(static_cast<uint32_t>(i));
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    starts_.push_back(static_cast<uint32_t>(i + 1));
  }
  ends_.push_back(static_cast<uint32_t>(text.size()));
}

uint32_t LineIndex::LineOf(uint32_t offset) const {
  auto it = std::upper_bound(starts_.begin(), starts_.end(), offset);
  return static_cast<uint32_t>(it - starts_.begin()) - 1;
}

std::string ApplyEdits(std::string_view text, std::vector<TextEdit> edits) {
  std::stable_sort(edits.begin(), edits.end(), [](const TextEdit& a, const TextEdit& b) {
    // An insert goes before a replacement that starts at the same offset.
    return std::pair(a.range.begin, !a.range.empty()) < std::pair(b.range.begin, !b.range.empty());
  });
  std::string out;
  out.reserve(text.size());
  size_t done = 0;
  for (const TextEdit& edit : edits) {
    if (edit.range.begin < done || edit.range.end < edit.range.begin ||
        edit.range.end > text.size()) {
      continue;
    }
    out.append(text.substr(done, edit.range.begin - done));
    out.append(edit.new_text);
    done = edit.range.end;
  }
  out.append(text.substr(done));
  return out;
}

std::string_view Slice(std::string_view text, ByteRange range) {
  size_t begin = std::min<size_t>(range.begin, text.size());
  size_t end = std::clamp<size_t>(range.end, begin, text.size());
  return text.substr(begin, end - begin);
}

uint32_t LineBegin(std::string_view text, uint32_t offset) {
  size_t i = std::min<size_t>(offset, text.size());
  while (i > 0 && text[i - 1] != '\n' && text[i - 1] != '\r') --i;
  return static_cast<uint32_t>(i);
}

uint32_t LineEnd(std::string_view text, uint32_t offset) {
  size_t i = std::min<size_t>(offset, text.size());
  while (i < text.size() && text[i] != '\n' && text[i] != '\r') ++i;
  return static_cast<uint32_t>(i);
}

uint32_t NextLine(std::string_view text, uint32_t offset) {
  const uint32_t end = LineEnd(text, offset);
  if (end >= text.size()) return static_cast<uint32_t>(text.size());
  return end + (text.substr(end).starts_with("\r\n") ? 2 : 1);
}

TextEdit MinimalEdit(std::string_view before, std::string_view after) {
  const auto is_continuation = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
  };
  const size_t shorter = std::min(before.size(), after.size());
  size_t head = 0;
  while (head < shorter && before[head] == after[head]) ++head;
  // Never between the bytes of a code point or of a CRLF.
  while (head > 0 &&
         ((head < before.size() && is_continuation(before[head])) ||
          (head < after.size() && is_continuation(after[head])) || before[head - 1] == '\r')) {
    --head;
  }
  size_t tail = 0;
  while (tail < shorter - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  while (tail > 0 &&
         (is_continuation(before[before.size() - tail]) || before[before.size() - tail] == '\n'))
    --tail;
  return {{static_cast<uint32_t>(head), static_cast<uint32_t>(before.size() - tail)},
          std::string(after.substr(head, after.size() - head - tail))};
}

std::string_view PreferredLineEnd(std::string_view text) {
  size_t crlf = 0;
  size_t lf = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\n') continue;
    (i > 0 && text[i - 1] == '\r') ? ++crlf : ++lf;
  }
  return crlf > lf ? "\r\n" : "\n";
}

}  // namespace fluxls
