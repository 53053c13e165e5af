// "Did you mean …?": edit distance and the choice of a near name.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fluxls {

// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`, counted in
// bytes; `limit + 1` as soon as it is more than `limit`.
size_t EditDistance(std::string_view a, std::string_view b, size_t limit);

// The candidate nearest to `word` (capitals count little), if it is near enough to be what was
// meant: at most one slip in three letters, or the only one that begins with it. Of equals the
// first.
std::optional<std::string> Nearest(std::string_view word, std::span<const std::string> candidates);
std::optional<std::string_view> Nearest(std::string_view word,
                                        std::span<const std::string_view> candidates);

}  // namespace fluxls
