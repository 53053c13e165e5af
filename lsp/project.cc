// Documents of the editor, and who waits for what.
#include "lsp/project.h"

#include "analysis/workspace/schema_directories.h"

#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "lsp/shared_fleet.h"

namespace fluxls::lsp {

using std::chrono::milliseconds;

Project::Project(Executor& executor, std::shared_ptr<const FileSystem> files, Events events)
    : executor_(executor),
      files_(std::move(files)),
      events_(std::move(events)),
      fleets_(std::make_shared<SharedFleet>(files_)),
      scheduler_(executor, [this](const std::string& path) { StartParse(path); }) {}

Project::~Project() {
  Stop();
}

void Project::Stop() {
  ++held_;
  scan_stop_.request_stop();
  sweep_stop_.request_stop();
  fleet_stop_.request_stop();
  for (auto& [path, job] : checks_) job.stop.request_stop();
}

void Project::Release() {
  if (held_ > 0 && --held_ == 0) CheckAfterChange(milliseconds(0));
}

void Project::Configure(Settings settings, bool closed_files) {
  bool more_files = closed_files && !closed_files_;
  closed_files_ = closed_files;
  if (settings == workspace_.settings()) {
    if (more_files) CheckAfterChange(milliseconds(0));
    return;
  }
  const bool schemas = settings.schemas != workspace_.settings().schemas;
  workspace_.SetSettings(std::move(settings));
  if (schemas) ReadSchemaDirectories();
  FactsChanged();
  if (indexed_ || scanning_) RequestScan(Urgency::kMust);
}

void Project::ReadSchemaDirectories() {
  std::vector<std::string> directories;
  for (const std::string& directory : workspace_.settings().schemas)
    directories.push_back(JoinPath(roots_.empty() ? "/" : roots_.front(), directory));
  if (directories.empty()) return workspace_.SetSchemas(nullptr);
  std::vector<std::string> problems;
  workspace_.SetSchemas(std::make_shared<SchemaDirectories>(files_, directories, problems));
  for (const std::string& problem : problems) events_.log(LogLevel::kWarning, problem);
}

void Project::Open(const std::string& path, TextPtr text, int64_t version, bool helm_template) {
  workspace_.Open(path);
  closed_.erase(path);
  OpenFile& file = open_[path];
  file = OpenFile{};
  file.text = std::move(text);
  file.version = version;
  file.helm_language = helm_template;
  file.helm_template = helm_template || IsHelmTemplate(path);
  file.incarnation = ++incarnations_;
  scheduler_.Forget(path);
  scheduler_.Touch(path);
}

void Project::Change(const std::string& path, TextPtr text, int64_t version) {
  auto found = open_.find(path);
  if (found == open_.end()) return;
  found->second.text = std::move(text);
  found->second.version = version;
  // What is being checked is out of date already.
  if (auto job = checks_.find(path); job != checks_.end()) job->second.stop.request_stop();
  scheduler_.Touch(path);
}

void Project::Close(const std::string& path) {
  if (open_.erase(path) == 0) return;
  scheduler_.Forget(path);
  workspace_.Close(path);
  if (IsInFolder(path)) {
    closed_.insert(path);
    RequestScan(Urgency::kMust);
  } else {
    Dropped(path);
    CheckAfterChange(milliseconds(0));
  }
  Pump();
}

void Project::StartParse(const std::string& path) {
  auto found = open_.find(path);
  if (found == open_.end()) return;
  OpenFile& open = found->second;
  if (open.parsing) {
    open.parse_again = true;
    return;
  }
  SourceFilePtr previous = workspace_.snapshot().Find(path);
  if (IsParsed(open, previous)) return;
  open.parsing = true;
  open.parse_again = false;

  Source source;
  source.path = path;
  source.text = open.text;
  source.version = open.version;
  // A template has nothing to take over.
  if (previous && previous->file_class == FileClass::kHelmTemplate) previous = nullptr;
  if (open.helm_template) {
    source.file_class = FileClass::kHelmTemplate;
  } else if (open.text->content().size() > workspace_.settings().max_file_bytes) {
    source.file_class = FileClass::kTooLarge;
  }
  executor_.RunOnWorker(
      [this, source = std::move(source), previous, incarnation = open.incarnation]() mutable {
        auto start = Executor::Clock::now();
        std::string name = source.path;
        TextPtr text = source.text;
        auto version = source.version;
        SourceFilePtr file;
        std::string failure;
        // Catch site of the engine's exceptions: parsing.
        try {
          file = ParseSource(std::move(source), previous.get());
        } catch (const std::exception& e) {
          auto broken = std::make_shared<SourceFile>();
          broken->path = name;
          broken->file_class = FileClass::kUnreadable;
          broken->text = text;
          broken->version = version;
          broken->error = failure = fmt::format("internal error while parsing: {}", e.what());
          file = broken;
        }
        auto cost = Executor::Clock::now() - start;
        executor_.Post([this, name, incarnation, file, cost, failure] {
          if (!failure.empty()) Log(LogLevel::kError, fmt::format("{}: {}", name, failure));
          OnParsed(name, incarnation, file, cost);
        });
      });
}

void Project::OnParsed(const std::string& path, uint64_t incarnation, SourceFilePtr file,
                       std::chrono::nanoseconds cost) {
  auto found = open_.find(path);
  // Closed, or closed and opened again: that text is history.
  if (found == open_.end() || found->second.incarnation != incarnation) return;
  OpenFile& open = found->second;
  open.parsing = false;
  open.parse_cost = cost;
  bool current = IsParsed(open, file);
  bool facts_changed = workspace_.Install(std::move(file));
  if (facts_changed) FactsChanged();
  if (open.parse_again) StartParse(path);
  // A text that has been edited since comes back here.
  if (facts_changed || current) CheckAfterChange(kSweepPause);
  Pump();
}

bool Project::IsParsed(const OpenFile& open, const SourceFilePtr& file) {
  return file && file->text == open.text && file->version == open.version &&
         (file->file_class == FileClass::kHelmTemplate) == open.helm_template;
}

bool Project::HasUnparsedEdits() const {
  if (open_.empty()) return false;
  Snapshot snapshot = workspace_.snapshot();
  return std::any_of(open_.begin(), open_.end(), [&snapshot](const auto& item) {
    return !IsParsed(item.second, snapshot.Find(item.first));
  });
}

void Project::FactsChanged() {
  ++epoch_;
}

void Project::Dropped(const std::string& path) {
  if (workspace_.Remove(path)) FactsChanged();
  if (auto job = checks_.find(path); job != checks_.end()) {
    job->second.stop.request_stop();
    checks_.erase(job);
  }
  results_.erase(path);
  if (events_.checked) events_.checked(path);
}

CheckedFilePtr Project::Result(const std::string& path) const {
  auto found = results_.find(path);
  return found == results_.end() ? nullptr : found->second;
}

bool Project::IsFresh(const std::string& path) const {
  auto found = results_.find(path);
  return found != results_.end() && found->second->epoch == epoch_ && IsFleetCurrent() &&
         found->second->signature == fleet_->SignatureOf(path) &&
         found->second->file == workspace_.snapshot().Find(path);
}

void Project::WhenFresh(const std::string& path, std::stop_token stop,
                        std::function<void(CheckedFilePtr)> done) {
  waiters_.push_back({path, NeededScan(), std::move(stop), std::move(done)});
  Pump();
}

void Project::WhenAllFresh(std::stop_token stop, std::function<void()> done) {
  waiters_.push_back({"", NeededScan(), std::move(stop),
                      [done = std::move(done)](const CheckedFilePtr&) { done(); }});
  Pump();
}

namespace {
struct Raised {
  explicit Raised(bool& f) : flag(f) { flag = true; }
  ~Raised() { flag = false; }
  Raised(const Raised&) = delete;
  Raised& operator=(const Raised&) = delete;
  bool& flag;
};
}  // namespace

void Project::Pump() {
  std::vector<std::pair<Waiter, CheckedFilePtr>> ready = TakeReady();
  for (auto& [waiter, result] : ready) waiter.done(result);
}

std::vector<std::pair<Project::Waiter, CheckedFilePtr>> Project::TakeReady() {
  std::vector<std::pair<Waiter, CheckedFilePtr>> ready;
  if (waiters_.empty() || pumping_) return ready;
  std::erase_if(waiters_, [](const Waiter& waiter) { return waiter.stop.stop_requested(); });
  if (waiters_.empty() || !CanCheck()) return ready;
  // StartCheck and parses come back here; one level is enough.
  Raised pumping(pumping_);
  scheduler_.Flush();
  if (!HasUnparsedEdits() && !IsFleetCurrent()) {
    StartFleet();
  } else if (!HasUnparsedEdits()) {
    Snapshot snapshot = workspace_.snapshot();
    std::vector<Waiter> rest;
    for (Waiter& waiter : waiters_) {
      if (waiter.scan > scan_) {
        // Files have changed since; the scan that finds out is to come.
      } else if (waiter.path.empty()) {
        bool all_open_fresh = true;
        for (const auto& [path, open] : open_) {
          if (IsFresh(path)) continue;
          StartCheck(path);
          all_open_fresh = false;
        }
        if (!SweepRunning() && all_open_fresh && checks_.empty()) {
          StartSweep();
          if (!SweepRunning()) {
            ready.emplace_back(std::move(waiter), nullptr);
            continue;
          }
        }
      } else if (!snapshot.Find(waiter.path)) {
        ready.emplace_back(std::move(waiter), nullptr);
        continue;
      } else if (IsFresh(waiter.path)) {
        CheckedFilePtr result = Result(waiter.path);
        ready.emplace_back(std::move(waiter), result);
        continue;
      } else {
        StartCheck(waiter.path);
      }
      rest.push_back(std::move(waiter));
    }
    waiters_ = std::move(rest);
  }
  return ready;
}

}  // namespace fluxls::lsp
