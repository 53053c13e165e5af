// The disk: scanning folders and reading what changed.
#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "lsp/project.h"

namespace fluxls::lsp {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

// Files a worker reads and parses before it comes back.
constexpr size_t kReadBatch = 16;

// Catch site of the engine's exceptions: reading.
SourceFilePtr ReadAndParse(const FileSystem& files, const Workspace::ToRead& item,
                           const Settings& settings, const SourceFilePtr& previous) {
  try {
    return ParseSource(ReadSource(files, item.path, settings, item.helm_template), previous.get());
  } catch (const std::exception& e) {
    auto broken = std::make_shared<SourceFile>();
    broken->path = item.path;
    broken->file_class = FileClass::kUnreadable;
    broken->text = std::make_shared<Text>("");
    broken->error = fmt::format("internal error while reading: {}", e.what());
    return broken;
  }
}

}  // namespace

void Project::SetFolders(const std::vector<std::string>& roots) {
  for (const std::string& old : roots_) {
    if (std::find(roots.begin(), roots.end(), old) != roots.end()) continue;
    std::vector<SourceFilePtr> before = workspace_.snapshot().Files();
    workspace_.RemoveFolder(old);
    FactsChanged();
    Snapshot after = workspace_.snapshot();
    for (const SourceFilePtr& file : before) {
      if (after.Find(file->path)) continue;
      results_.erase(file->path);
      if (events_.checked) events_.checked(file->path);
    }
  }
  roots_ = roots;
  RequestScan(Urgency::kMust);
}

bool Project::IsHelmTemplate(const std::string& path) const {
  if (SourceFilePtr known = workspace_.snapshot().Find(path); known && !known->version) {
    return known->file_class == FileClass::kHelmTemplate;
  }
  for (std::string_view at = DirectoryName(path); at != "/" && !at.empty();
       at = DirectoryName(at)) {
    if (BaseName(at) == "templates" && files_->Stat(JoinPath(DirectoryName(at), "Chart.yaml")))
      return true;
  }
  return false;
}

void Project::RequestScan(Urgency urgency) {
  if (scanning_) {
    if (urgency == Urgency::kMust) scan_again_ = true;
    return;
  }
  if (urgency != Urgency::kMust) {
    if (!indexed_) return;
    auto pause = urgency == Urgency::kLikely
                     ? std::max<Executor::Clock::duration>(milliseconds(20), 2 * scan_cost_)
                     : std::max<Executor::Clock::duration>(milliseconds(250), 10 * scan_cost_);
    auto since = executor_.Now() - scan_end_;
    if (since < pause) {
      if (scan_timer_) return;
      scan_timer_ = true;
      executor_.PostAfter(duration_cast<milliseconds>(pause - since) + milliseconds(1), [this] {
        scan_timer_ = false;
        if (!scanning_) StartScan();
      });
      return;
    }
  }
  StartScan();
}

void Project::FilesChanged(const std::vector<std::string>& paths) {
  touched_on_disk_.insert(paths.begin(), paths.end());
  RequestScan(Urgency::kMust);
}

void Project::StartScan() {
  scanning_ = true;
  scan_again_ = false;
  ++scan_;
  read_done_ = read_total_ = 0;
  scan_start_ = executor_.Now();
  scan_steps_ = roots_.size();
  if (roots_.empty()) {
    OnScanDone();
    return;
  }
  for (const std::string& root : roots_) {
    executor_.RunOnWorker([this, root, files = files_, settings = workspace_.settings(),
                           scan = scan_, stop = scan_stop_.get_token()] {
      ScanResult result;
      try {
        result = ScanFolder(*files, root, settings, [&stop] { return stop.stop_requested(); });
      } catch (const std::exception& e) {
        result = ScanResult{};
        result.problems.push_back(
            fmt::format("internal error while scanning {}: {}", root, e.what()));
      }
      result.root = root;
      // Shared, because a Task must be copyable and the list is long.
      auto shared = std::make_shared<ScanResult>(std::move(result));
      executor_.Post([this, scan, shared] { OnScanned(scan, std::move(*shared)); });
    });
  }
}

void Project::OnScanned(uint64_t scan, ScanResult result) {
  if (scan != scan_) return;
  scan_cost_ = executor_.Now() - scan_start_;
  for (const std::string& problem : result.problems) {
    if (logged_.insert(problem).second) Log(LogLevel::kWarning, problem);
  }
  // The folder may have been taken away in the meantime.
  if (std::find(roots_.begin(), roots_.end(), result.root) != roots_.end()) {
    std::string root = result.root;
    Workspace::ScanDiff diff = workspace_.ApplyScan(std::move(result));
    if (diff.paths_changed || !diff.removed.empty()) FactsChanged();
    for (const std::string& path : diff.removed) {
      results_.erase(path);
      if (events_.checked) events_.checked(path);
    }
    std::set<std::string> listed;
    for (const Workspace::ToRead& item : diff.to_read) listed.insert(item.path);
    for (auto it = touched_on_disk_.begin(); it != touched_on_disk_.end();) {
      if (!IsInside(*it, root)) {
        ++it;
        continue;
      }
      SourceFilePtr known = workspace_.snapshot().Find(*it);
      if (known && !open_.contains(*it) && !listed.contains(*it)) {
        diff.to_read.push_back({*it, known->file_class == FileClass::kHelmTemplate});
      }
      it = touched_on_disk_.erase(it);
    }
    // Closed documents that the scan does not list: not on disk, or ignored.
    for (auto it = closed_.begin(); it != closed_.end();) {
      if (!IsInside(*it, root)) {
        ++it;
        continue;
      }
      SourceFilePtr known = workspace_.snapshot().Find(*it);
      if (known && known->version && !open_.contains(*it) && !listed.contains(*it)) Dropped(*it);
      it = closed_.erase(it);
    }
    StartReads(std::move(diff.to_read));
  }
  FinishScanStep();
}

void Project::StartReads(std::vector<Workspace::ToRead> list) {
  Snapshot snapshot = workspace_.snapshot();
  read_total_ += list.size();
  for (size_t begin = 0; begin < list.size(); begin += kReadBatch) {
    size_t end = std::min(begin + kReadBatch, list.size());
    std::vector<std::pair<Workspace::ToRead, SourceFilePtr>> batch;
    for (size_t i = begin; i < end; ++i) batch.emplace_back(list[i], snapshot.Find(list[i].path));
    ++scan_steps_;
    executor_.RunOnWorker([this, batch = std::move(batch), files = files_,
                           settings = workspace_.settings(), scan = scan_,
                           stop = scan_stop_.get_token()] {
      std::vector<SourceFilePtr> parsed;
      for (const auto& [item, previous] : batch) {
        if (stop.stop_requested()) return;
        parsed.push_back(ReadAndParse(*files, item, settings, previous));
      }
      executor_.Post([this, scan, parsed = std::move(parsed)] { OnRead(scan, parsed); });
    });
  }
}

void Project::OnRead(uint64_t scan, std::vector<SourceFilePtr> parsed) {
  if (scan != scan_) return;
  read_done_ += parsed.size();
  for (SourceFilePtr& file : parsed) {
    const std::string path = file->path;
    if (open_.contains(path)) continue;
    bool in_folder = std::any_of(roots_.begin(), roots_.end(),
                                 [&path](const std::string& root) { return IsInside(path, root); });
    if (!in_folder) continue;
    std::string problem;
    if (file->file_class == FileClass::kTooLarge) {
      problem = fmt::format("{}: skipped, {} bytes are over the limit", path, file->stat.size);
    } else if (file->file_class == FileClass::kUnreadable) {
      problem = fmt::format("{}: cannot be read: {}", path, file->error);
    }
    if (!problem.empty() && logged_.insert(problem).second) Log(LogLevel::kWarning, problem);
    if (workspace_.Install(std::move(file))) FactsChanged();
  }
  if (events_.indexing && read_done_ < read_total_) events_.indexing(read_done_, read_total_);
  FinishScanStep();
}

void Project::FinishScanStep() {
  if (--scan_steps_ == 0) OnScanDone();
}

void Project::OnScanDone() {
  scanning_ = false;
  indexed_ = true;
  scan_end_ = executor_.Now();
  if (events_.indexing) events_.indexing(read_total_, read_total_);
  if (scan_again_) {
    StartScan();
    return;
  }
  CheckAfterChange(milliseconds(0));
}

}  // namespace fluxls::lsp
