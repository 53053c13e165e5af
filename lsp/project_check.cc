// Findings: open files at once, the others in the background.
#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "analysis/rules/rule.h"
#include "lsp/project.h"
#include "lsp/shared_fleet.h"

namespace fluxls::lsp {
namespace {

// Files a background task checks before it comes back; small enough that typing never waits long
// behind it.
constexpr size_t kSweepBatch = 16;

// Catch site of the engine's exceptions: rules.
CheckedFilePtr Check(const Snapshot& snapshot, const SourceFilePtr& file, uint64_t epoch,
                     const build::Fleet& fleet, const std::stop_token& stop) {
  auto result = std::make_shared<CheckedFile>();
  result->file = file;
  result->epoch = epoch;
  result->signature = fleet.SignatureOf(file->path);
  try {
    result->findings =
        CheckFile(snapshot, *file, &fleet, [&stop] { return stop.stop_requested(); });
  } catch (const std::exception& e) {
    result->failure = fmt::format("internal error while checking: {}", e.what());
  }
  for (const Finding& finding : result->findings) {
    for (const Fix& fix : finding.fixes) {
      for (const FileEdit& edit : fix.edits) {
        if (edit.path == file->path) continue;
        if (SourceFilePtr other = snapshot.Find(edit.path)) result->edited.push_back(other);
      }
    }
  }
  return result;
}

}  // namespace

bool Project::IsFleetCurrent() const {
  return fleet_ && fleet_->generation() == workspace_.snapshot().generation();
}

void Project::StartFleet() {
  if (fleet_running_ || !CanCheck() || IsFleetCurrent()) return;
  fleet_running_ = true;
  executor_.RunOnWorker(
      [this, fleets = fleets_, snapshot = workspace_.snapshot(), stop = fleet_stop_.get_token()] {
        FleetPtr fleet;
        std::string failure;
        // Catch site of the engine's exceptions: builds.
        try {
          fleet = fleets->For(snapshot, stop);
        } catch (const std::exception& e) {
          failure = fmt::format("internal error while building: {}", e.what());
        }
        executor_.Post([this, fleet, failure] {
          if (!failure.empty()) Log(LogLevel::kError, failure);
          OnFleet(fleet);
        });
      });
}

void Project::OnFleet(FleetPtr fleet) {
  fleet_running_ = false;
  // Stopped, or dead of an internal error: the next change tries again.
  if (!fleet) return;
  FleetPtr old = std::exchange(fleet_, std::move(fleet));
  if (!IsFleetCurrent()) {
    StartFleet();
  } else {
    if (events_.built) events_.built();
    CheckAfterChange(std::exchange(sweep_delay_, kSweepPause));
  }
  // To take down a large one takes milliseconds, in which nobody would be answered.
  executor_.RunOnWorker([old = std::move(old)] {});
}

void Project::CheckAfterChange(std::chrono::milliseconds sweep_delay) {
  if (!CanCheck()) return;
  if (!IsFleetCurrent()) {
    sweep_delay_ = std::min(sweep_delay_, sweep_delay);
    return StartFleet();
  }
  for (const auto& [path, open] : open_) {
    SourceFilePtr file = workspace_.snapshot().Find(path);
    // A text that has been edited since is checked when it is parsed.
    if (IsParsed(open, file) && !IsFresh(path)) StartCheck(path);
  }
  if (closed_files_) ScheduleSweep(sweep_delay);
  Pump();
}

void Project::StartCheck(const std::string& path) {
  if (!CanCheck() || IsFresh(path)) return;
  if (!IsFleetCurrent()) return StartFleet();
  Snapshot snapshot = workspace_.snapshot();
  SourceFilePtr file = snapshot.Find(path);
  if (!file) return;
  CheckJob& job = checks_[path];
  if (job.file == file && job.epoch == epoch_ && !job.stop.stop_requested()) return;
  job.stop.request_stop();
  job = CheckJob{++jobs_, file, epoch_, std::stop_source()};
  executor_.RunOnWorker([this, path, snapshot, file, fleet = fleet_, epoch = epoch_, id = job.id,
                         stop = job.stop.get_token()] {
    auto start = Executor::Clock::now();
    CheckedFilePtr result = Check(snapshot, file, epoch, *fleet, stop);
    auto cost = Executor::Clock::now() - start;
    bool stopped = stop.stop_requested();
    executor_.Post(
        [this, path, id, result, stopped, cost] { OnChecked(path, id, result, stopped, cost); });
  });
}

void Project::OnChecked(const std::string& path, uint64_t job, CheckedFilePtr result, bool stopped,
                        std::chrono::nanoseconds cost) {
  auto found = checks_.find(path);
  if (found == checks_.end() || found->second.id != job)
    return;  // a newer check runs, or the file is gone
  checks_.erase(found);
  if (!stopped) {
    if (auto open = open_.find(path); open != open_.end()) {
      scheduler_.RecordCost(path, open->second.parse_cost + cost);
    }
    // Facts that changed meanwhile start a new check, at once or when the scan is through; what is
    // stored is complete.
    if (result->epoch == epoch_ && workspace_.snapshot().Find(path) == result->file)
      Store(path, std::move(result));
  }
  Pump();
}

void Project::Store(const std::string& path, CheckedFilePtr result) {
  if (!result->failure.empty()) Log(LogLevel::kError, fmt::format("{}: {}", path, result->failure));
  results_[path] = std::move(result);
  if (events_.checked) events_.checked(path);
}

void Project::ScheduleSweep(std::chrono::milliseconds delay) {
  uint64_t timer = ++sweep_timer_;
  if (delay.count() == 0) {
    StartSweep();
    return;
  }
  executor_.PostAfter(delay, [this, timer] {
    if (timer == sweep_timer_) StartSweep();
  });
}

void Project::StartSweep() {
  if (!CanCheck()) return;
  // It comes back when the builds are done.
  if (!IsFleetCurrent()) return StartFleet();
  // A sweep that is under way over the same facts goes on; files that changed since are taken by
  // the next one.
  sweep_stop_.request_stop();
  sweep_stop_ = std::stop_source();
  ++sweep_;
  sweep_in_flight_ = 0;
  sweep_queue_.clear();
  for (SourceFilePtr& file : workspace_.snapshot().Files()) {
    if (open_.contains(file->path)) continue;
    if (auto job = checks_.find(file->path); job != checks_.end() && job->second.epoch == epoch_)
      continue;
    if (IsFresh(file->path)) continue;
    sweep_queue_.push_back(std::move(file));
  }
  FillSweep();
}

void Project::FillSweep() {
  // One worker stays free for open files, but not at the start, when everybody waits for the whole.
  size_t width = executor_.WorkerCount();
  if (swept_once_ && width > 1) --width;
  while (sweep_in_flight_ < std::max<size_t>(width, 1) && !sweep_queue_.empty()) {
    size_t count = std::min(kSweepBatch, sweep_queue_.size());
    auto end = sweep_queue_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<SourceFilePtr> batch(sweep_queue_.begin(), end);
    sweep_queue_.erase(sweep_queue_.begin(), end);
    ++sweep_in_flight_;
    executor_.RunOnWorker([this, batch = std::move(batch), snapshot = workspace_.snapshot(),
                           fleet = fleet_, epoch = epoch_, sweep = sweep_,
                           stop = sweep_stop_.get_token()] {
      std::vector<CheckedFilePtr> results;
      for (const SourceFilePtr& file : batch) {
        if (stop.stop_requested()) break;
        CheckedFilePtr result = Check(snapshot, file, epoch, *fleet, stop);
        if (!stop.stop_requested()) results.push_back(std::move(result));
      }
      executor_.Post([this, sweep, results = std::move(results)] { OnSwept(sweep, results); });
    });
  }
  if (!SweepRunning()) swept_once_ = true;
}

void Project::OnSwept(uint64_t sweep, std::vector<CheckedFilePtr> results) {
  for (CheckedFilePtr& result : results) {
    const std::string path = result->file->path;
    // Results of an older sweep count where they are still true.
    if (result->epoch == epoch_ && workspace_.snapshot().Find(path) == result->file &&
        !IsFresh(path)) {
      Store(path, std::move(result));
    }
  }
  if (sweep != sweep_) return;
  --sweep_in_flight_;
  FillSweep();
  if (!SweepRunning()) Pump();
}

}  // namespace fluxls::lsp
