// What a rule says about a file, and how it could be mended.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "analysis/text/text.h"
#include "analysis/workspace/settings.h"

namespace fluxls {

enum class Confidence : uint8_t { kHigh, kMedium, kLow };

struct FileEdit {
  std::string path;
  std::vector<TextEdit> edits;
  auto operator<=>(const FileEdit&) const = default;
};

struct FileRename {
  std::string from;
  std::string to;
  auto operator<=>(const FileRename&) const = default;
};

struct Fix {
  std::string title;  // imperative, no full stop: `Change to helm.toolkit.fluxcd.io/v2`
  bool safe = false;  // keeps the meaning; may be applied unseen (fixAll, `fix` without --unsafe)
  bool preferred = false;  // at most one of a finding's fixes
  std::vector<FileEdit> edits;
  std::vector<FileRename> renames;  // done after the edits
  auto operator<=>(const Fix&) const = default;
};

struct Related {
  std::string path;
  ByteRange range;
  std::string message;
  auto operator<=>(const Related&) const = default;
};

struct Finding {
  std::string path;
  ByteRange range;
  Severity severity = Severity::kError;
  Confidence confidence = Confidence::kHigh;
  std::string rule;
  std::string message;  // one line, stands alone, no "fix available"
  std::vector<Related> related;
  std::vector<Fix> fixes;
  auto operator<=>(const Finding&) const = default;  // by path, then position
};

std::string_view SeverityName(Severity severity);        // "error", "warning", "info", "hint"
std::string_view ConfidenceName(Confidence confidence);  // "high", "medium", "low"

}  // namespace fluxls
