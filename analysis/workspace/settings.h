// Settings of the engine, the same for editor and command line.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/model/flux_release.h"

namespace fluxls {

// Severities in order of weight; a smaller value is more severe.
enum class Severity : uint8_t { kError, kWarning, kInfo, kHint };

enum class Profile : uint8_t { kMinimal, kRecommended, kStrict, kHouse };

struct Settings {
  // Overrides what the repository says about its Flux release.
  std::optional<FluxRelease> flux_release;
  Profile profile = Profile::kRecommended;
  // Rule id → severity, or nothing for "off". Wins over the profile.
  std::map<std::string, std::optional<Severity>> rules;
  uint64_t max_file_bytes = 4u << 20;
  // Extra ignore patterns, gitignore syntax, relative to each folder.
  std::vector<std::string> exclude;
  // Directories with JSON schemas (schema_directories.h); relative ones to the first folder.
  std::vector<std::string> schemas;
  bool operator==(const Settings&) const = default;
};

}  // namespace fluxls
