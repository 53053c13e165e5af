// URIs ↔ paths. Paths are those of analysis/workspace/file_system.h: absolute, normalised, UTF-8.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fluxls::lsp {

// Path of a `file:` URI ("file:///a%20b", "file://localhost/a", "file:/a"), normalised; an
// `untitled:` document gets a path that no file has. Nothing for every other scheme: those are
// views of something (git:, vscode-vfs: …), not files to judge.
std::optional<std::string> PathFromUri(std::string_view uri);
// Everything outside of the unreserved characters and '/' is percent-encoded.
std::string UriFromPath(std::string_view path);
std::string PercentDecode(std::string_view text);
bool IsUntitledPath(std::string_view path);

// Remembers how the client spells things, so that it gets its own spelling back. Main thread only.
class UriMap {
 public:
  // Folders as the client named them: path and URI.
  void SetFolders(std::vector<std::pair<std::string, std::string>> folders) {
    folders_ = std::move(folders);
  }
  void Remember(const std::string& path, const std::string& uri) { documents_[path] = uri; }
  void Forget(const std::string& path) { documents_.erase(path); }
  // The URI of an open document, or the folder's with the rest of the path, or one of our making.
  std::string UriFor(const std::string& path) const;

 private:
  std::vector<std::pair<std::string, std::string>> folders_;
  std::map<std::string, std::string> documents_;
};

}  // namespace fluxls::lsp
