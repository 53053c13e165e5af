// Documents, folders, and what happens to files behind our back.
#include <algorithm>

#include <fmt/format.h>

#include "analysis/model/resource.h"
#include "lsp/server.h"

namespace fluxls::lsp {
namespace {

bool IsYamlLanguage(std::string_view language) {
  return language == "yaml" || language == "yml" || language.starts_with("yaml.");
}

bool IsYamlName(std::string_view path) {
  std::string_view name = BaseName(path);
  return name.ends_with(".yaml") || name.ends_with(".yml") || IsKustomizationFileName(name);
}

}  // namespace

Server::Document* Server::Find(const std::string& uri) {
  std::optional<std::string> path = PathFromUri(uri);
  auto found = documents_.find(path ? *path : uri);
  // Documents that are not judged are filed under their URI.
  if (found == documents_.end()) found = documents_.find(uri);
  return found == documents_.end() ? nullptr : &found->second;
}

const Server::Document* Server::FindPath(const std::string& path) const {
  auto found = documents_.find(path);
  return found == documents_.end() || found->second.path.empty() ? nullptr : &found->second;
}

void Server::DidOpen(const DidOpenTextDocumentParams& params) {
  Start();  // some clients forget `initialized`
  if (Document* old = Find(params.uri)) {
    Log(LogLevel::kDebug, "didOpen for an open document; taken as its new text");
    documents_.erase(old->path.empty() ? std::string(old->uri) : std::string(old->path));
  }
  Document document;
  document.uri = params.uri;
  document.version = params.version;
  document.text = std::make_shared<Text>(params.text);
  std::optional<std::string> path = PathFromUri(params.uri);
  bool helm = params.languageId == "helm" || params.languageId.starts_with("helm.");
  if (path && (helm || IsYamlLanguage(params.languageId) || IsYamlName(*path))) {
    document.path = *path;
    uris_.Remember(*path, params.uri);
    publisher_.Expect(*path);
    project_.Open(*path, document.text, params.version, helm);
    project_.RequestScan(Project::Urgency::kLikely);
  }
  documents_[document.path.empty() ? params.uri : document.path] = std::move(document);
}

void Server::DidChange(const DidChangeTextDocumentParams& params) {
  Document* document = Find(params.uri);
  if (!document) {
    Log(LogLevel::kWarning, "didChange for a document that is not open; ignored");
    return;
  }
  for (const TextDocumentContentChangeEvent& change : params.contentChanges) {
    document->text = ApplyChange(document->text, change, encoding_);
  }
  document->version = params.version.value_or(document->version + 1);
  if (!document->path.empty()) project_.Change(document->path, document->text, document->version);
}

void Server::DidClose(const TextDocumentParams& params) {
  Document* document = Find(params.uri);
  if (!document) {
    Log(LogLevel::kDebug, "didClose for a document that is not open; ignored");
    return;
  }
  std::string path = document->path;
  documents_.erase(path.empty() ? document->uri : path);
  if (path.empty()) return;
  uris_.Forget(path);
  served_.erase(path);
  if (!settings_.closed_files) publisher_.Clear(path);
  project_.Close(path);
}

void Server::DidSave(const TextDocumentParams&) {
  project_.RequestScan(Project::Urgency::kLikely);
}

void Server::DidChangeWatchedFiles(const DidChangeWatchedFilesParams& params) {
  std::vector<Project::FileChange> paths;
  bool news = false;
  for (const auto& event : params.changes) {
    std::optional<std::string> path = PathFromUri(event.uri);
    if (!path) continue;
    // The text of an open document is the editor's, whatever happens to the file.
    news |= event.type != DidChangeWatchedFilesParams::kChanged || !project_.IsOpen(*path);
    paths.push_back({std::move(*path), event.type == DidChangeWatchedFilesParams::kChanged});
  }
  if (news) {
    project_.FilesChanged(paths);
  } else if (!paths.empty()) {
    project_.RequestScan(Project::Urgency::kLikely);
  }
}

void Server::DidChangeWorkspaceFolders(const DidChangeWorkspaceFoldersParams& params) {
  // Spellings of one folder may differ between the two lists; paths do not.
  for (const WorkspaceFolder& gone : params.removed) {
    std::optional<std::string> path = PathFromUri(gone.uri);
    std::erase_if(folders_, [&](const WorkspaceFolder& folder) {
      return folder.uri == gone.uri || (path && PathFromUri(folder.uri) == path);
    });
  }
  folders_.insert(folders_.end(), params.added.begin(), params.added.end());
  ApplyFolders();
}

bool Server::IsIndexable(const std::string& path) {
  // Editors that are started on a lone file name such places as the root; reading them whole helps
  // nobody.
  if (path == "/" || (path == host_.home && !files_->Stat(JoinPath(path, ".git")))) {
    Log(LogLevel::kWarning,
        fmt::format("{} is no repository; only open documents are checked", path));
    return false;
  }
  return true;
}

void Server::ApplyFolders() {
  std::vector<std::pair<std::string, std::string>> named;
  std::vector<std::string> roots;
  for (const WorkspaceFolder& folder : folders_) {
    std::optional<std::string> path = PathFromUri(folder.uri);
    if (!path || IsUntitledPath(*path)) {
      Log(LogLevel::kWarning, "a workspace folder that is no local directory; ignored");
      continue;
    }
    if (std::find(roots.begin(), roots.end(), *path) != roots.end() || !IsIndexable(*path))
      continue;
    roots.push_back(*path);
    named.emplace_back(*path, folder.uri);
  }
  uris_.SetFolders(std::move(named));
  publisher_.DropReports();
  project_.SetFolders(roots);
}

}  // namespace fluxls::lsp
