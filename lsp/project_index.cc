// The disk: scanning folders and reading what changed.
#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "lsp/project.h"

namespace fluxls::lsp {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

// Files a worker reads and parses before it comes back.
constexpr size_t kReadBatch = 16;
// Between two scans for changed files: room for checks, however often files change.
constexpr milliseconds kMinScanPause{20};
constexpr milliseconds kMaxScanPause{2000};

bool IsChart(const FileSystem& files, std::string_view directory) {
  while (true) {
    if (files.Stat(JoinPath(directory, "Chart.yaml"))) return true;
    // Subcharts: charts/<name>/ of a chart.
    std::string_view charts = DirectoryName(directory);
    if (BaseName(charts) != "charts") return false;
    directory = DirectoryName(charts);
  }
}

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
  if (!workspace_.settings().schemas.empty()) ReadSchemaDirectories();
  RequestScan(Urgency::kMust);
}

bool Project::IsHelmTemplate(const std::string& path) const {
  for (std::string_view at = DirectoryName(path); at != "/" && !at.empty();
       at = DirectoryName(at)) {
    // A folder that is opened itself is where the scan begins.
    if (std::find(roots_.begin(), roots_.end(), at) != roots_.end()) break;
    if (BaseName(at) == "templates" && IsChart(*files_, DirectoryName(at))) return true;
  }
  return false;
}

void Project::Reclassify(const ScanResult& scan) {
  for (auto& [path, open] : open_) {
    if (!IsInside(path, scan.root)) continue;
    bool template_ = false;
    // A file that is not on disk is what its folder is.
    for (std::string_view at = path; at.size() > scan.root.size(); at = DirectoryName(at)) {
      auto entry = std::lower_bound(
          scan.entries.begin(), scan.entries.end(), at,
          [](const ScanResult::Entry& a, std::string_view b) { return a.path < b; });
      if (entry == scan.entries.end() || entry->path != at) continue;
      if (entry->kind == PathKind::kUnknown && at != path) {
        template_ = IsHelmTemplate(path);  // nobody looked into it
      } else {
        template_ = entry->helm_template;
      }
      break;
    }
    bool helm_template = open.helm_language || template_;
    if (helm_template == open.helm_template) continue;
    open.helm_template = helm_template;
    StartParse(path);
  }
}

bool Project::IsInFolder(const std::string& path) const {
  return std::any_of(roots_.begin(), roots_.end(),
                     [&path](const std::string& root) { return IsInside(path, root); });
}

bool Project::CanMatter(const FileChange& change, const Snapshot& snapshot) const {
  const std::string& path = change.path;
  if (!IsInFolder(path) || path.find("/.git/") != std::string::npos) return false;
  if (!indexed_ || scanning_) return true;
  // Below an ignored folder or a link.
  if (snapshot.Stat(std::string(DirectoryName(path))) == PathKind::kUnknown) return false;
  if (!change.content_only || BaseName(path) == ".gitignore" || snapshot.Find(path)) return true;
  return snapshot.Stat(path) == PathKind::kMissing;
}

void Project::RequestScan(Urgency urgency) {
  if (scanning_) {
    scan_again_ |= urgency == Urgency::kMust;
    scan_due_ |= urgency == Urgency::kChanged;
    return;
  }
  if (urgency == Urgency::kChanged) {
    auto pause =
        std::clamp<Executor::Clock::duration>(2 * scan_cost_, kMinScanPause, kMaxScanPause);
    auto since = executor_.Now() - scan_end_;
    if (indexed_ && since < pause) {
      scan_due_ = true;
      if (due_timer_) return;
      due_timer_ = true;
      executor_.PostAfter(duration_cast<milliseconds>(pause - since) + milliseconds(1), [this] {
        due_timer_ = false;
        if (scan_due_ && !scanning_) StartScan();
      });
      return;
    }
  } else if (urgency != Urgency::kMust) {
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

void Project::FilesChanged(const std::vector<FileChange>& changes) {
  Snapshot snapshot = workspace_.snapshot();
  bool news = false;
  for (const FileChange& change : changes) {
    if (!CanMatter(change, snapshot)) continue;
    touched_on_disk_.insert(change.path);
    news = true;
  }
  if (news) RequestScan(Urgency::kChanged);
}

void Project::Refresh(const std::string& path, std::function<void()> done) {
  if (open_.contains(path) || !indexed_ || !IsInFolder(path)) return done();
  SourceFilePtr known = workspace_.snapshot().Find(path);
  executor_.RunOnWorker([this, path, known, files = files_, settings = workspace_.settings(),
                         done = std::move(done)] {
    SourceFilePtr file = known;
    std::optional<FileStat> stat = files->Stat(path);
    if (!stat || stat->type != EntryType::kFile) {
      file = nullptr;
    } else if (known && known->stat != *stat) {
      file = ReadAndParse(*files, {path, known->file_class == FileClass::kHelmTemplate}, settings,
                          known);
    }
    bool exists = stat.has_value();
    executor_.Post([this, path, known, file, exists, done] {
      // A file that came or went is for a scan to tell: there may be more.
      if (exists != (known != nullptr)) {
        // What a scan has passed over (ignored) is no news.
        if (known || workspace_.snapshot().Stat(path) == PathKind::kMissing)
          RequestScan(Urgency::kChanged);
      } else if (file != known) {
        OnRefreshed(path, known, file);
      }
      done();
    });
  });
}

void Project::WhenIndexed(std::stop_token stop, std::function<void()> done) {
  if (indexed_) return done();
  index_waiters_.emplace_back(std::move(stop), std::move(done));
}

void Project::OnRefreshed(const std::string& path, const SourceFilePtr& known, SourceFilePtr file) {
  // Opened or read by a scan meanwhile: that is newer.
  if (!file || open_.contains(path) || workspace_.snapshot().Find(path) != known) return;
  if (workspace_.Install(std::move(file))) FactsChanged();
  CheckAfterChange(milliseconds(0));
}

void Project::StartScan() {
  scanning_ = true;
  scan_again_ = scan_due_ = false;
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
    Reclassify(result);
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
    if (!IsInFolder(path)) continue;
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
  for (const auto& waiter : std::exchange(index_waiters_, {})) {
    if (!waiter.first.stop_requested()) waiter.second();
  }
  if (scan_again_) {
    StartScan();
    return;
  }
  CheckAfterChange(milliseconds(0));
  if (scan_due_ && !scanning_) RequestScan(Urgency::kChanged);
}

}  // namespace fluxls::lsp
