#include "analysis/build/source_ignore.h"

namespace fluxls::build {
namespace {

const IgnorePatterns& AlwaysIgnored() {
  static const IgnorePatterns kPatterns =
      IgnorePatterns::FromLines({".git/", ".gitignore", ".gitmodules", ".gitattributes"});
  return kPatterns;
}

const IgnorePatterns& IgnoredByDefault() {
  static const IgnorePatterns kPatterns = IgnorePatterns::FromLines({"*.jpg",
                                                                     "*.jpeg",
                                                                     "*.gif",
                                                                     "*.png",
                                                                     "*.wmv",
                                                                     "*.flv",
                                                                     "*.tar.gz",
                                                                     "*.zip",
                                                                     ".github/",
                                                                     ".circleci/",
                                                                     ".travis.yml",
                                                                     ".gitlab-ci.yml",
                                                                     "appveyor.yml",
                                                                     ".drone.yml",
                                                                     "cloudbuild.yaml",
                                                                     "codeship-services.yml",
                                                                     "codeship-steps.yml",
                                                                     "**/.goreleaser.yml",
                                                                     "**/.sops.yaml",
                                                                     "**/.flux.yaml"});
  return kPatterns;
}

// What patterns say of a path; the directories it lies in count where nothing is said of it itself.
std::optional<bool> Ask(const IgnorePatterns& patterns, std::string_view path, bool is_directory) {
  while (!path.empty()) {
    if (std::optional<bool> answer = patterns.Match(path, is_directory)) return answer;
    const size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) break;
    path = path.substr(0, slash);
    is_directory = true;
  }
  return std::nullopt;
}

}  // namespace

SourceIgnore::SourceIgnore(Files& files, std::string root, std::string_view more)
    : files_(files), root_(std::move(root)), more_(IgnorePatterns::FromText(more)) {}

const IgnorePatterns& SourceIgnore::PatternsOf(const std::string& directory) {
  auto [known, fresh] = known_.try_emplace(directory);
  if (fresh) {
    const std::string path = JoinPath(directory, ".sourceignore");
    if (files_.Stat(path) == PathKind::kFile) {
      if (std::shared_ptr<const std::string> text = files_.Bytes(path))
        known->second = IgnorePatterns::FromText(*text);
    }
  }
  return known->second;
}

bool SourceIgnore::IsIgnored(const std::string& path, bool is_directory) {
  if (root_.empty() || !IsInside(path, root_) || path == root_) return false;
  const std::string_view from_root = std::string_view(path).substr(root_.size() + 1);
  bool any = !more_.empty();
  std::optional<bool> answer = Ask(more_, from_root, is_directory);
  // The nearest file that says something counts.
  for (std::string directory(DirectoryName(path)); IsInside(directory, root_);
       directory = DirectoryName(directory)) {
    const IgnorePatterns& patterns = PatternsOf(directory);
    any |= !patterns.empty();
    if (!answer)
      answer = Ask(patterns, std::string_view(path).substr(directory.size() + 1), is_directory);
    if (directory == root_) break;
  }
  if (!answer) answer = Ask(AlwaysIgnored(), from_root, is_directory);
  if (!answer && !any) answer = Ask(IgnoredByDefault(), from_root, is_directory);
  return answer.value_or(false);
}

}  // namespace fluxls::build
