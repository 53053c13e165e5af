#include "schemas/nearest.h"

#include <algorithm>
#include <vector>

namespace fluxls {
namespace {

constexpr size_t kLeastPrefix = 4;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

template <typename T>
std::optional<T> NearestOf(std::string_view word, std::span<const T> candidates) {
  const std::string wanted = Lower(word);
  std::optional<T> best;
  size_t best_distance = 0;
  for (const T& candidate : candidates) {
    const size_t limit = std::max<size_t>(1, std::min(word.size(), candidate.size()) / 3);
    const size_t distance = EditDistance(wanted, Lower(candidate), limit);
    if (distance > limit || (best && distance >= best_distance)) continue;
    best = candidate;
    best_distance = distance;
  }
  if (best || word.size() < kLeastPrefix) return best;
  // An abbreviation, if it can only be one of them: GitRepo.
  for (const T& candidate : candidates) {
    if (!Lower(candidate).starts_with(wanted)) continue;
    if (best) return std::nullopt;
    best = candidate;
  }
  return best;
}

}  // namespace

size_t EditDistance(std::string_view a, std::string_view b, size_t limit) {
  const size_t gap = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (gap > limit) return limit + 1;
  // Three rows of the matrix: swaps look two rows back.
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    size_t smallest = row[0];
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
      smallest = std::min(smallest, row[j]);
    }
    if (smallest > limit) return limit + 1;
    std::swap(before, last);
    std::swap(last, row);
  }
  return std::min(last[b.size()], limit + 1);
}

std::optional<std::string> Nearest(std::string_view word, std::span<const std::string> candidates) {
  return NearestOf<std::string>(word, candidates);
}

std::optional<std::string_view> Nearest(std::string_view word,
                                        std::span<const std::string_view> candidates) {
  return NearestOf<std::string_view>(word, candidates);
}

}  // namespace fluxls
