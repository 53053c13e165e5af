// Diagnostics, pushed and pulled, from one list.
#include <fmt/format.h>

#include "lsp/server.h"

namespace fluxls::lsp {
namespace {
// Several files change together; the client is asked once.
constexpr std::chrono::milliseconds kRefreshPause{100};
}  // namespace

ConvertContext Server::Context() const {
  return {encoding_, &client_, &uris_, [snapshot = project_.snapshot()](const std::string& path) {
            return snapshot.Find(path);
          }};
}

ReportPtr Server::ReportOf(const std::string& path, const CheckedFilePtr& result) {
  return publisher_.ReportOf(path, result, Context());
}

void Server::OnChecked(const std::string& path) {
  CheckedFilePtr result = project_.Result(path);
  if (!result) {
    publisher_.Clear(path);
    NotePullChange(path, *ReportOf(path, nullptr));
    return;
  }
  const Document* document = FindPath(path);
  // A list for an older text, or from before the document was closed, is not for anybody to see.
  if (document ? result->file->version != document->version : result->file->version.has_value())
    return;
  // A check that failed has no findings: better none than those of a text that is gone.
  ReportPtr report = ReportOf(path, result);
  if (push_ && (document || settings_.closed_files)) {
    publisher_.Publish(path, uris_.UriFor(path), result->file->version, *report);
  }
  NotePullChange(path, *report);
}

void Server::PublishAll() {
  for (const SourceFilePtr& file : project_.snapshot().Files()) {
    if (project_.IsFresh(file->path)) OnChecked(file->path);
  }
}

void Server::NotePullChange(const std::string& path, const Report& report) {
  if (!pull_ || !client_.diagnosticRefresh || refresh_pending_) return;
  auto served = served_.find(path);
  if (served == served_.end()) {
    // Never asked about: news only for somebody who asked about everything.
    if (!workspace_pulled_ || report.empty) return;
  } else {
    if (served->second.resultId == report.resultId) return;
    // After its own edits the client asks by itself.
    if (const Document* document = FindPath(path);
        document && served->second.version != document->version)
      return;
  }
  RefreshSoon("workspace/diagnostic/refresh", refresh_pending_);
}

void Server::RefreshSoon(const char* method, bool& pending) {
  if (pending) return;
  pending = true;
  executor_.PostAfter(kRefreshPause, [this, method, &pending] {
    pending = false;
    if (dispatcher_.phase() == Phase::kRunning) dispatcher_.Ask(method, {});
  });
}

void Server::DocumentDiagnostic(const DocumentDiagnosticParams& params, Reply reply) {
  Start();  // some clients forget `initialized`
  std::optional<std::string> path = PathFromUri(params.uri);
  if (!path) {
    ReportPtr empty = ReportOf("", nullptr);
    return reply.Ok(EncodeDocumentReport(&empty->list, empty->resultId));
  }
  project_.RequestScan(Project::Urgency::kMaybe);
  AskFresh(*path, reply, [this, path = *path, params, reply](const CheckedFilePtr& result) {
    if (result && !result->failure.empty())
      return reply.Fail(ErrorCode::kInternalError, result->failure);
    ReportPtr report = ReportOf(path, result);
    served_[path] = {report->resultId, result ? result->file->version : std::nullopt};
    bool unchanged = params.previousResultId == report->resultId;
    reply.Ok(EncodeDocumentReport(unchanged ? nullptr : &report->list, report->resultId));
  });
}

void Server::AskFresh(const std::string& path, const Reply& reply,
                      std::function<void(CheckedFilePtr)> done) {
  // Nobody tells of a file that a shell has written a moment ago.
  project_.Refresh(path, [this, path, reply, done = std::move(done)] {
    if (!reply.answered()) project_.WhenFresh(path, reply.stop_token(), done);
  });
}

void Server::WorkspaceDiagnostic(const WorkspaceDiagnosticParams& params, Reply reply) {
  Start();  // some clients forget `initialized`
  // Clients that watch files ask this every few seconds; they tell when there is something to look
  // at.
  if (!client_.watchedFilesRegistration) project_.RequestScan(Project::Urgency::kLikely);
  workspace_pulled_ = true;
  project_.WhenAllFresh(reply.stop_token(),
                        [this, params, reply] { reply.Ok(WorkspaceReport(params)); });
}

Encoded Server::WorkspaceReport(const WorkspaceDiagnosticParams& params) {
  std::map<std::string, std::string> previous;  // by path
  std::vector<Encoded> items;
  ReportPtr empty = ReportOf("", nullptr);
  Snapshot snapshot = project_.snapshot();
  for (const auto& [uri, id] : params.previousResultIds) {
    std::optional<std::string> path = PathFromUri(uri);
    if (path && snapshot.Find(*path)) {
      previous[*path] = id;
    } else if (id != empty->resultId) {
      items.push_back(EncodeWorkspaceReportItem(uri, std::nullopt, &empty->list, empty->resultId));
    }
  }
  for (const SourceFilePtr& file : snapshot.Files()) {
    if (!settings_.closed_files && !FindPath(file->path)) continue;
    ReportPtr report = ReportOf(file->path, project_.Result(file->path));
    auto known = previous.find(file->path);
    // Files without findings are only worth a line when the client may think otherwise.
    if (known == previous.end() && report->empty) continue;
    bool unchanged = known != previous.end() && known->second == report->resultId;
    served_[file->path] = {report->resultId, file->version};
    items.push_back(EncodeWorkspaceReportItem(uris_.UriFor(file->path), file->version,
                                              unchanged ? nullptr : &report->list,
                                              report->resultId));
  }
  return EncodeWorkspaceReport(items);
}

}  // namespace fluxls::lsp
