#include "analysis/model/flux_release.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace fluxls {
namespace {

bool IsWildcard(std::string_view part) {
  return part == "x" || part == "X" || part == "*";
}

std::optional<int> ParseNumber(std::string_view part) {
  int value = 0;
  if (part.empty() || part.size() > 4) return std::nullopt;
  const char* end = part.data() + part.size();
  auto [stop, error] = std::from_chars(part.data(), end, value);
  if (error != std::errc() || stop != end || value < 0) return std::nullopt;
  return value;
}

// "1.2.3" → {"1", "2", "3"}.
std::vector<std::string_view> SplitDots(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    size_t dot = text.find('.');
    parts.push_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

catalog::Release ToCatalog(FluxRelease release) {
  return std::min(catalog::Release{release.major, release.minor}, catalog::kNewest);
}

std::string FluxRelease::ToString() const {
  return fmt::format("{}.{}", major, minor);
}

std::optional<FluxRelease> ParseFluxRelease(std::string_view text) {
  if (!text.empty() && (text.front() == 'v' || text.front() == 'V')) text.remove_prefix(1);
  // Pre-release and build parts do not change what is served: "2.3.0-rc.1" is a 2.3.
  if (size_t cut = text.find_first_of("-+"); cut != std::string_view::npos) {
    if (cut + 1 == text.size()) return std::nullopt;
    text = text.substr(0, cut);
  }
  std::vector<std::string_view> parts = SplitDots(text);
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  std::optional<int> major = ParseNumber(parts[0]);
  if (!major) return std::nullopt;
  if (IsWildcard(parts[1])) {
    // "2.x" follows the newest release; of other majors nothing is known.
    if (*major != kNewestRelease.major || (parts.size() == 3 && !IsWildcard(parts[2]))) {
      return std::nullopt;
    }
    return kNewestRelease;
  }
  std::optional<int> minor = ParseNumber(parts[1]);
  if (!minor) return std::nullopt;
  if (parts.size() == 3 && !IsWildcard(parts[2]) && !ParseNumber(parts[2])) return std::nullopt;
  return FluxRelease{*major, *minor};
}

}  // namespace fluxls
