// Hashes of what is compared often: equal inputs, equal hashes, in one process.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string_view>

namespace fluxls::build {

inline void Mix(uint64_t& hash, uint64_t value) {
  hash ^= value + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
}
inline void Mix(uint64_t& hash, std::string_view text) {
  Mix(hash, std::hash<std::string_view>()(text));
}

inline uint64_t HashOfTexts(std::initializer_list<std::string_view> texts) {
  uint64_t hash = texts.size();
  for (std::string_view text : texts) Mix(hash, text);
  return hash;
}

}  // namespace fluxls::build
