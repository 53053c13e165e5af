// ScanFolder: walks a folder once, without recursion, and says what is there.
#include <algorithm>

#include "analysis/workspace/gitignore.h"
#include "analysis/workspace/workspace.h"

namespace fluxls {
namespace {

// The patterns that hold in a directory: its own file first, then those of its parents.
struct IgnoreChain {
  std::shared_ptr<const IgnoreChain> parent;
  std::string directory;
  IgnorePatterns patterns;
};
using IgnoreChainPtr = std::shared_ptr<const IgnoreChain>;

// A directory that waits to be listed.
struct Pending {
  std::string path;
  IgnoreChainPtr ignore;
  bool helm_template = false;  // inside templates/ of a chart
  bool chart = false;          // a subchart, known from where it lies
  bool charts = false;         // charts/ of a chart: what lies in it are subcharts
};

std::string_view Below(std::string_view path, std::string_view directory) {
  return path.substr(directory == "/" ? 1 : directory.size() + 1);
}

IgnoreChainPtr WithFile(const FileSystem& files, IgnoreChainPtr parent,
                        const std::string& directory) {
  std::optional<std::string> text = files.Read(JoinPath(directory, ".gitignore"));
  if (!text) return parent;
  IgnorePatterns patterns = IgnorePatterns::FromText(*text);
  if (patterns.empty()) return parent;
  return std::make_shared<IgnoreChain>(
      IgnoreChain{std::move(parent), directory, std::move(patterns)});
}

// A folder inside a Git repository obeys the ignore files above it as well.
IgnoreChainPtr ParentsOf(const FileSystem& files, const std::string& root) {
  std::vector<std::string> above;
  std::string directory = root;
  while (!files.Stat(JoinPath(directory, ".git"))) {
    if (directory == "/") return nullptr;  // no repository
    directory = DirectoryName(directory);
    above.push_back(directory);
  }
  IgnoreChainPtr chain;
  for (auto it = above.rbegin(); it != above.rend(); ++it) {
    chain = WithFile(files, std::move(chain), *it);
  }
  return chain;
}

class Scanner {
 public:
  Scanner(const FileSystem& files, const std::string& root, const Settings& settings)
      : files_(files), exclude_(IgnorePatterns::FromLines(settings.exclude)) {
    result_.root = root;
  }

  ScanResult Run(const std::function<bool()>& stop) {
    pending_.push_back({result_.root, ParentsOf(files_, result_.root)});
    while (!pending_.empty()) {
      if (stop && stop()) break;
      Pending next = std::move(pending_.back());
      pending_.pop_back();
      ScanDirectory(next);
    }
    std::sort(
        result_.entries.begin(), result_.entries.end(),
        [](const ScanResult::Entry& a, const ScanResult::Entry& b) { return a.path < b.path; });
    return std::move(result_);
  }

 private:
  void ScanDirectory(const Pending& directory) {
    std::optional<std::vector<DirectoryEntry>> entries = files_.List(directory.path);
    if (!entries) {
      result_.problems.push_back(directory.path + ": cannot read this directory");
      return;
    }
    bool chart = directory.chart;
    IgnoreChainPtr ignore = directory.ignore;
    for (const DirectoryEntry& entry : *entries) {
      if (entry.stat.type != EntryType::kFile) continue;
      if (entry.name == "Chart.yaml") chart = true;
      if (entry.name == ".gitignore") ignore = WithFile(files_, ignore, directory.path);
    }
    for (DirectoryEntry& entry : *entries) {
      std::string path = JoinPath(directory.path, entry.name);
      bool is_directory = entry.stat.type == EntryType::kDirectory;
      bool ignored = entry.name == ".git" || entry.name == "node_modules" ||
                     IsIgnored(path, is_directory && !entry.stat.is_symlink, ignore);
      ScanResult::Entry out;
      out.stat = entry.stat;
      out.helm_template =
          directory.helm_template || (chart && is_directory && entry.name == "templates");
      if (entry.stat.type == EntryType::kFile) {
        out.kind = PathKind::kFile;
        out.yaml = !ignored && IsYamlName(entry.name);
      } else if (is_directory && !entry.stat.is_symlink && !ignored) {
        out.kind = PathKind::kDirectory;
        pending_.push_back(
            {path, ignore, out.helm_template, directory.charts, chart && entry.name == "charts"});
      } else {
        out.kind = PathKind::kUnknown;
      }
      out.path = std::move(path);
      result_.entries.push_back(std::move(out));
    }
  }

  static bool IsYamlName(std::string_view name) {
    return name.ends_with(".yaml") || name.ends_with(".yml") || name == "Kustomization";
  }

  bool IsIgnored(const std::string& path, bool is_directory, const IgnoreChainPtr& ignore) const {
    if (auto verdict = exclude_.Match(Below(path, result_.root), is_directory)) return *verdict;
    for (const IgnoreChain* chain = ignore.get(); chain; chain = chain->parent.get()) {
      if (auto verdict = chain->patterns.Match(Below(path, chain->directory), is_directory)) {
        return *verdict;
      }
    }
    return false;
  }

  const FileSystem& files_;
  IgnorePatterns exclude_;
  std::vector<Pending> pending_;
  ScanResult result_;
};

}  // namespace

ScanResult ScanFolder(const FileSystem& files, const std::string& root, const Settings& settings,
                      const std::function<bool()>& stop) {
  return Scanner(files, NormalizePath(root), settings).Run(stop);
}

}  // namespace fluxls
