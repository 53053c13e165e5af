#include "analysis/text/unicode.h"

namespace fluxls {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

uint8_t Byte(std::string_view text, size_t i) {
  return static_cast<uint8_t>(text[i]);
}

// Calls `step(sequence_length, utf16_units)` for each code point (or malformed byte) until it says
// false.
template <typename Step>
void ForEachCodePoint(std::string_view text, Step step) {
  for (size_t i = 0; i < text.size();) {
    uint32_t length = Byte(text, i) < 0x80 ? 1 : Utf8SequenceLength(text.substr(i, 4));
    if (length == 0) length = 1;
    if (!step(length, length == 4 ? 2u : 1u)) return;
    i += length;
  }
}

uint32_t Prefix(std::string_view text, uint32_t units, bool utf16) {
  uint32_t bytes = 0;
  uint32_t used = 0;
  ForEachCodePoint(text, [&](uint32_t length, uint32_t utf16_units) {
    uint32_t width = utf16 ? utf16_units : 1;
    if (used + width > units) return false;
    used += width;
    bytes += length;
    return true;
  });
  return bytes;
}

std::string Utf16ToUtf8(std::string_view bytes, bool big_endian) {
  auto unit = [&](size_t i) -> uint32_t {
    uint32_t first = Byte(bytes, i);
    uint32_t second = Byte(bytes, i + 1);
    return big_endian ? first << 8 | second : second << 8 | first;
  };
  std::string out;
  out.reserve(bytes.size());
  size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) {
    uint32_t code = unit(i);
    if (code >= 0xD800 && code < 0xDC00 && i + 3 < bytes.size()) {
      uint32_t low = unit(i + 2);
      if (low >= 0xDC00 && low < 0xE000) {
        AppendUtf8(out, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
        i += 2;
        continue;
      }
    }
    if (code >= 0xD800 && code < 0xE000) {
      out.append(kReplacement);
    } else {
      AppendUtf8(out, code);
    }
  }
  if (i < bytes.size()) out.append(kReplacement);
  return out;
}

}  // namespace

uint32_t Utf8SequenceLength(std::string_view text) {
  if (text.empty()) return 0;
  uint8_t lead = Byte(text, 0);
  if (lead < 0x80) return 1;
  uint32_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (uint32_t i = 1; i < length; ++i) {
    if ((Byte(text, i) & 0xC0) != 0x80) return 0;
  }
  uint8_t second = Byte(text, 1);
  if (lead == 0xE0 && second < 0xA0) return 0;  // overlong
  if (lead == 0xED && second > 0x9F) return 0;  // surrogates
  if (lead == 0xF0 && second < 0x90) return 0;  // overlong
  if (lead == 0xF4 && second > 0x8F) return 0;  // beyond U+10FFFF
  return length;
}

std::optional<uint32_t> FirstInvalidUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    if (Byte(text, i) < 0x80) {
      ++i;
      continue;
    }
    uint32_t length = Utf8SequenceLength(text.substr(i, 4));
    if (length == 0) return static_cast<uint32_t>(i);
    i += length;
  }
  return std::nullopt;
}

uint32_t CountCodePoints(std::string_view text) {
  uint32_t count = 0;
  ForEachCodePoint(text, [&](uint32_t, uint32_t) { return ++count, true; });
  return count;
}

uint32_t CountUtf16Units(std::string_view text) {
  uint32_t count = 0;
  ForEachCodePoint(text, [&](uint32_t, uint32_t units) { return count += units, true; });
  return count;
}

uint32_t PrefixOfCodePoints(std::string_view text, uint32_t units) {
  return Prefix(text, units, false);
}

uint32_t PrefixOfUtf16Units(std::string_view text, uint32_t units) {
  return Prefix(text, units, true);
}

std::string AsciiLower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

void AppendUtf8(std::string& out, char32_t code_point) {
  auto push = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  uint32_t code = code_point;
  if (code < 0x80) {
    push(code);
  } else if (code < 0x800) {
    push(0xC0 | code >> 6);
    push(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    push(0xE0 | code >> 12);
    push(0x80 | (code >> 6 & 0x3F));
    push(0x80 | (code & 0x3F));
  } else {
    push(0xF0 | code >> 18);
    push(0x80 | (code >> 12 & 0x3F));
    push(0x80 | (code >> 6 & 0x3F));
    push(0x80 | (code & 0x3F));
  }
}

DecodedFile DecodeFile(std::string bytes) {
  std::string_view view = bytes;
  if (view.starts_with("\xFF\xFE")) return {Utf16ToUtf8(view.substr(2), false), true};
  if (view.starts_with("\xFE\xFF")) return {Utf16ToUtf8(view.substr(2), true), true};
  return {std::move(bytes), false};
}

}  // namespace fluxls
