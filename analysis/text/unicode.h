// UTF-8 helpers: validation, and lengths in the units that others count in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fluxls {

// Length in bytes of the well-formed UTF-8 sequence that starts at `text[0]`, or 0 if there is none
// (empty text, stray continuation byte, overlong form, surrogate, beyond U+10FFFF, cut short).
uint32_t Utf8SequenceLength(std::string_view text);

// Offset of the first byte that is not part of well-formed UTF-8, if any.
std::optional<uint32_t> FirstInvalidUtf8(std::string_view text);

// Number of code points / UTF-16 code units of `text`. A malformed byte counts as one of each.
uint32_t CountCodePoints(std::string_view text);
uint32_t CountUtf16Units(std::string_view text);

// Byte length of the longest prefix of `text` that holds at most `units` code points / UTF-16
// units. Never splits a sequence: a position inside a surrogate pair is the position before it.
uint32_t PrefixOfCodePoints(std::string_view text, uint32_t units);
uint32_t PrefixOfUtf16Units(std::string_view text, uint32_t units);

// Capitals of ASCII in small; everything else as it is.
std::string AsciiLower(std::string_view text);

// Appends the UTF-8 form of a code point.
void AppendUtf8(std::string& out, char32_t code_point);

// Text of a file as UTF-8: UTF-16 with a byte order mark is converted, everything else is passed on
// as it is (a UTF-8 byte order mark included). `converted` says that the bytes are not those of the
// file, so that an edit of the text cannot be written back byte for byte.
struct DecodedFile {
  std::string text;
  bool converted = false;
};
DecodedFile DecodeFile(std::string bytes);

}  // namespace fluxls
