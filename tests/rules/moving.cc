#include "tests/rules/moving.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "analysis/build/print.h"
#include "analysis/rules/rule.h"
#include "tests/rules/fixture.h"

namespace fs = std::filesystem;

namespace fluxls::test {

MovingRepo MovingRepo::FromText(std::string_view text) {
  MovingRepo repo;
  for (const File& file : ParseFixture(text).files)
    repo.files_[JoinPath(kRoot, file.path)] = file.text;
  repo.Load();
  return repo;
}

MovingRepo MovingRepo::FromDisk(const fs::path& root) {
  MovingRepo repo;
  for (auto at = fs::recursive_directory_iterator(root); at != fs::recursive_directory_iterator();
       ++at) {
    if (at->is_directory() && at->path().filename() == ".git") at.disable_recursion_pending();
    if (!at->is_regular_file() || at->is_symlink()) continue;
    std::ifstream in(at->path(), std::ios::binary);
    repo.files_[JoinPath(kRoot, at->path().lexically_relative(root).string())] = {
        std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  repo.Load();
  return repo;
}

void MovingRepo::Load() {
  disk_ = std::make_shared<MemoryFileSystem>();
  for (const auto& [path, text] : files_) disk_->Write(path, text);
  Workspace workspace;
  LoadFolders(*disk_, {std::string(kRoot)}, workspace, nullptr);
  snapshot_ = workspace.snapshot();
  fleet_ = build::FleetBuilder(disk_.get()).Build(*snapshot_);
}

std::string MovingRepo::Text(const std::string& path) const {
  auto found = files_.find(JoinPath(kRoot, path));
  return found == files_.end() ? "" : found->second;
}

MovingRepo MovingRepo::After(const std::vector<FileEdit>& edits,
                             std::span<const FileRename> moves) const {
  std::map<std::string, std::string> edited = files_;
  for (const FileEdit& edit : edits) edited[edit.path] = ApplyEdits(edited[edit.path], edit.edits);
  MovingRepo repo;
  for (auto& [path, text] : edited) repo.files_[Moved(path, moves)] = std::move(text);
  repo.Load();
  return repo;
}

std::map<std::string, std::string> MovingRepo::Applied(std::span<const FileRename> moves) const {
  std::map<std::string, std::string> out;
  // A build is called after where its kustomization lies.
  const auto directory = [&moves](const std::string& path) {
    for (std::string_view name : kKustomizationFileNames) {
      const std::string file = JoinPath(path, name);
      for (const FileRename& move : moves) {
        if (move.from == file) return std::string(DirectoryName(move.to));
      }
    }
    return Moved(path, moves);
  };
  for (const build::FluxBuildPtr& one : fleet_->builds()) {
    const std::string title = one->flux ? one->Title() : directory(one->directory);
    const std::string cluster = directory(JoinPath(kRoot, one->cluster));
    const std::string key = fmt::format("{} {}", cluster, title);
    out[key] =
        fmt::format("{}, {} unknowns\n", one->failed ? "fails" : "works", one->unknowns.size());
    for (const build::Object& object : one->objects) {
      build::ObjectId id = object.id;
      std::string text = build::PrintYaml(object.root);
      const std::string group(id.group);
      // Where they lead has changed on purpose.
      if (group.ends_with("fluxcd.io") || group.ends_with("controlplane.io")) {
        std::string kept;
        for (size_t at = 0; at < text.size();) {
          const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
          const std::string line = text.substr(at, end - at);
          const bool is_path = line.find("path: ") != std::string::npos ||
                               line.find("from: ") != std::string::npos ||
                               line.find("chart: ") != std::string::npos ||
                               line.find("- ") != std::string::npos;
          if (!is_path) kept += line;
          at = end;
        }
        text = kept;
      }
      out[key + " " + id.Key()] += text;
    }
  }
  return out;
}

std::map<std::string, int> MovingRepo::Messages() const {
  std::map<std::string, int> counts;
  for (const SourceFilePtr& file : snapshot_->Files()) {
    for (const Finding& finding : CheckFile(*snapshot_, *file, fleet_.get())) {
      if (finding.severity == Severity::kError || finding.severity == Severity::kWarning)
        ++counts[finding.rule];
    }
  }
  return counts;
}

std::string Moved(const std::string& path, std::span<const FileRename> moves) {
  const FileRename* best = nullptr;
  for (const FileRename& move : moves) {
    if (IsInside(path, move.from) && (!best || move.from.size() > best->from.size())) best = &move;
  }
  return best ? best->to + path.substr(best->from.size()) : path;
}

std::string Difference(const std::map<std::string, std::string>& before,
                       const std::map<std::string, std::string>& after) {
  std::string out;
  for (const auto& [key, text] : before) {
    auto found = after.find(key);
    if (found == after.end()) {
      out += "- " + key + "\n";
    } else if (found->second != text) {
      out += fmt::format("! {}\n{}---\n{}", key, text, found->second);
    }
  }
  for (const auto& [key, text] : after) {
    if (!before.contains(key)) out += "+ " + key + "\n";
  }
  return out;
}

}  // namespace fluxls::test
