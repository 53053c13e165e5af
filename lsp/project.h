// The opened folders and documents, kept read, parsed and checked.
//
// Owns the Workspace. Reading, parsing and checking run on workers over immutable data; the results
// come back to the main thread, which alone changes state. Nothing here knows JSON or the protocol.
//
//   disk      RequestScan → ScanFolder → ApplyScan → read + parse what changed → Install
//   editor    Open/Change → debounce → parse → Install
//   findings  Install → CheckFile → `checked` event; other files again when exported facts changed
//
// No file is checked before the first scan is through, while a scan runs, or while the project is
// held: a finding that is published is complete. A result is fresh when it was made from the file
// as it is now, nothing that other files export has changed since (`epoch`), and the builds say the
// same of the file (`signature`). Every change makes the builds anew, on a worker; checks wait for
// it.
//
// Thread contract: main thread only; workers get what they need by value. The executor's workers
// must be joined before the project is destroyed.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "analysis/rules/finding.h"
#include "analysis/workspace/workspace.h"
#include "lsp/executor.h"
#include "lsp/log.h"
#include "lsp/scheduler.h"

namespace fluxls::build {
class Fleet;
}

namespace fluxls::lsp {

class SharedFleet;

// The findings of one file. Immutable.
struct CheckedFile {
  SourceFilePtr file;  // what they were made from
  uint64_t epoch = 0;
  uint64_t signature = 0;  // of the file in the fleet that they were made with
  std::vector<Finding> findings;
  // Other files that fixes edit, as they were when the findings were made: ranges refer to these.
  std::vector<SourceFilePtr> edited;
  std::string failure;  // not empty: the check died of an internal error
};
using CheckedFilePtr = std::shared_ptr<const CheckedFile>;

class Project {
 public:
  struct Events {
    // There is a new result for `path`, or the file is gone (then Result() is null).
    std::function<void(const std::string& path)> checked;
    // Reading folders: files done and files known so far; `done == total` ends it.
    std::function<void(size_t done, size_t total)> indexing;
    // There are new builds: fleet() is another one.
    std::function<void()> built;
    LogFunction log;
  };

  Project(Executor& executor, std::shared_ptr<const FileSystem> files, Events events);
  ~Project();
  Project(const Project&) = delete;
  Project& operator=(const Project&) = delete;

  // Tells running workers to give up; the end.
  void Stop();

  // Checks begin when Release() has been called as often as Hold().
  void Hold() { ++held_; }
  void Release();

  // Takes effect at once; what it changes is read and checked again. `closed_files`: check files
  // that are not open, too.
  void Configure(Settings settings, bool closed_files);
  const Settings& settings() const { return workspace_.settings(); }
  void SetFolders(const std::vector<std::string>& roots);
  const std::vector<std::string>& folders() const { return roots_; }

  // Texts of the editor. A path may be opened again without being closed. Files of a chart's
  // templates/ are recognised.
  void Open(const std::string& path, TextPtr text, int64_t version, bool helm_template);
  void Change(const std::string& path, TextPtr text, int64_t version);
  void Close(const std::string& path);
  bool IsOpen(const std::string& path) const { return open_.contains(path); }

  enum class Urgency : uint8_t {
    kMust,     // nothing may be checked before
    kChanged,  // files are said to have changed: perhaps many times a second
    kLikely,   // a document was opened or saved
    kMaybe,    // somebody asked a question
  };
  // Looks at the disk again, unless that was done a moment ago (measured by what it costs).
  void RequestScan(Urgency urgency);
  struct FileChange {
    std::string path;
    bool content_only = false;  // it did not come or go
  };
  // The same, and these paths have changed even if their size and time look the same. What cannot
  // matter (outside of the folders, ignored) is passed over.
  void FilesChanged(const std::vector<FileChange>& changes);
  // Looks at this one file on disk, and reads it when it has changed; then calls back. At once for
  // open files.
  void Refresh(const std::string& path, std::function<void()> done);

  // The latest result, fresh or not; null when the file was never checked or is gone.
  CheckedFilePtr Result(const std::string& path) const;
  bool IsFresh(const std::string& path) const;
  // Calls back, once, when every edit and scan known by now is worked in and `path` is checked; at
  // once when that is so already. The result is null for a file that the workspace does not have.
  // Never calls back once `stop` is set.
  void WhenFresh(const std::string& path, std::stop_token stop,
                 std::function<void(CheckedFilePtr)> done);
  // The same for all files of the workspace.
  void WhenAllFresh(std::stop_token stop, std::function<void()> done);

  // Calls back when all folders have been read once; checks may be to come. Never once `stop` is
  // set.
  void WhenIndexed(std::stop_token stop, std::function<void()> done);

  Snapshot snapshot() const { return workspace_.snapshot(); }
  // The latest builds, of this state or of an earlier one; null before the first.
  const build::Fleet* fleet() const { return fleet_.get(); }

 private:
  // Looks which schemas there are in the directories that the settings name.
  void ReadSchemaDirectories();

  struct OpenFile {
    TextPtr text;
    int64_t version = 0;
    bool helm_language = false;  // the editor says that it is a template
    bool helm_template = false;
    bool parsing = false;
    bool parse_again = false;
    uint64_t incarnation = 0;
    std::chrono::nanoseconds parse_cost{0};
  };
  struct CheckJob {
    uint64_t id = 0;
    SourceFilePtr file;
    uint64_t epoch = 0;
    std::stop_source stop;
  };
  struct Waiter {
    std::string path;   // "" for all files
    uint64_t scan = 0;  // the scan that must be through
    std::stop_token stop;
    std::function<void(CheckedFilePtr)> done;
  };

  // project_index.cc
  void StartScan();
  void OnScanned(uint64_t scan, ScanResult result);
  void StartReads(std::vector<Workspace::ToRead> list);
  void OnRead(uint64_t scan, std::vector<SourceFilePtr> parsed);
  void FinishScanStep();
  void OnScanDone();
  void OnRefreshed(const std::string& path, const SourceFilePtr& known, SourceFilePtr file);
  bool CanMatter(const FileChange& change, const Snapshot& snapshot) const;
  bool IsInFolder(const std::string& path) const;
  // The scan's rule, for files that no scan has seen.
  bool IsHelmTemplate(const std::string& path) const;
  // Gives open files below the scan's root the class that the scan says.
  void Reclassify(const ScanResult& scan);

  // project.cc
  void StartParse(const std::string& path);
  void OnParsed(const std::string& path, uint64_t incarnation, SourceFilePtr file,
                std::chrono::nanoseconds cost);
  static bool IsParsed(const OpenFile& open, const SourceFilePtr& file);
  bool HasUnparsedEdits() const;
  // The scan after which everything known by now is worked in.
  uint64_t NeededScan() const { return scan_ + (scan_again_ || scan_due_ ? 1 : 0); }
  bool CanCheck() const { return indexed_ && held_ == 0 && !scanning_; }
  // Exported facts changed: every result is stale.
  void FactsChanged();
  void Dropped(const std::string& path);

  // project_check.cc
  using FleetPtr = std::shared_ptr<const build::Fleet>;
  // Was the fleet made from the present state?
  bool IsFleetCurrent() const;
  void StartFleet();
  void OnFleet(FleetPtr fleet);
  void CheckAfterChange(std::chrono::milliseconds sweep_delay);
  void StartCheck(const std::string& path);
  void OnChecked(const std::string& path, uint64_t job, CheckedFilePtr result, bool stopped,
                 std::chrono::nanoseconds cost);
  void Store(const std::string& path, CheckedFilePtr result);
  void ScheduleSweep(std::chrono::milliseconds delay);
  void StartSweep();
  void FillSweep();
  void OnSwept(uint64_t sweep, std::vector<CheckedFilePtr> results);
  bool SweepRunning() const { return sweep_in_flight_ > 0 || !sweep_queue_.empty(); }
  // Answers the waiters that can be answered and starts what the others need.
  void Pump();
  std::vector<std::pair<Waiter, CheckedFilePtr>> TakeReady();

  void Log(LogLevel level, const std::string& text) const {
    if (events_.log) events_.log(level, text);
  }

  Executor& executor_;
  std::shared_ptr<const FileSystem> files_;
  Events events_;
  std::shared_ptr<SharedFleet> fleets_;
  Workspace workspace_;
  Scheduler scheduler_;
  std::vector<std::string> roots_;
  bool closed_files_ = true;
  int held_ = 0;

  std::map<std::string, OpenFile> open_;
  uint64_t incarnations_ = 0;

  bool indexed_ = false;
  bool scanning_ = false;
  bool scan_again_ = false;
  bool scan_timer_ = false;
  bool scan_due_ = false;  // files have changed since the last scan began
  bool due_timer_ = false;
  uint64_t scan_ = 0;      // number of the present scan; results of others are dropped
  size_t scan_steps_ = 0;  // worker tasks of the present scan that are still out
  size_t read_done_ = 0;
  size_t read_total_ = 0;
  Executor::Clock::time_point scan_start_;
  Executor::Clock::time_point scan_end_;
  Executor::Clock::duration scan_cost_{0};
  std::set<std::string> touched_on_disk_;  // FilesChanged since the last scan began
  std::set<std::string> closed_;           // closed since then: the disk's word counts
  std::stop_source scan_stop_;
  std::set<std::string> logged_;  // problems told already

  FleetPtr fleet_;  // the latest; null before the first
  bool fleet_running_ = false;
  // Files that are not open are checked again when typing has changed what matters to them, but not
  // at every keystroke.
  static constexpr std::chrono::milliseconds kSweepPause{300};
  std::chrono::milliseconds sweep_delay_ = kSweepPause;  // to wait when the builds are done
  std::stop_source fleet_stop_;

  uint64_t epoch_ = 1;
  uint64_t jobs_ = 0;
  std::map<std::string, CheckJob> checks_;
  std::map<std::string, CheckedFilePtr> results_;
  std::deque<SourceFilePtr> sweep_queue_;
  uint64_t sweep_ = 0;
  size_t sweep_in_flight_ = 0;
  uint64_t sweep_timer_ = 0;
  bool swept_once_ = false;
  std::stop_source sweep_stop_;
  std::vector<Waiter> waiters_;
  std::vector<std::pair<std::stop_token, std::function<void()>>> index_waiters_;
  bool pumping_ = false;
};

}  // namespace fluxls::lsp
