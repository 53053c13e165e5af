// The workspace: every Flux and kustomize file of the opened folders, kept up to date.
//
//   ScanFolder   what is there                (IO, pure function; run it anywhere)
//   ReadSource   bytes of one file → Source   (IO, pure function; run it anywhere)
//   ParseSource  Source → SourceFile          (no IO, pure function; run it anywhere)
//   Workspace    owns the current state       (one thread)
//   Snapshot     that state, frozen           (immutable; share it freely, copying is cheap)
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/model/resource.h"
#include "analysis/text/text.h"
#include "analysis/workspace/file_system.h"
#include "analysis/workspace/settings.h"
#include "analysis/yaml/tree.h"

namespace fluxls::schema {
class LazyCrds;
}

namespace fluxls {

class SchemaDirectories;

// How a file is treated.
enum class FileClass : uint8_t {
  kYaml,
  kHelmTemplate,  // templates/ of a chart: text for a template engine, never judged as YAML
  kTemplated,  // other templates (`{{ … }}`, `{% … %}` where YAML cannot have them): syntax is not
               // judged
  kTooLarge,  // over Settings::max_file_bytes; not read
  kUnreadable,
};

// One file, read and parsed. Immutable.
struct SourceFile {
  std::string path;
  FileClass file_class = FileClass::kYaml;
  TextPtr text;            // never null; empty text where the file was not read
  bool converted = false;  // text is not byte for byte the file (UTF-16): no edits
  yaml::File yaml;         // no documents unless file_class is kYaml or kTemplated
  FileFacts facts;
  std::shared_ptr<const schema::LazyCrds> crds;  // null when no CRD is in it
  FileStat stat;                   // of the bytes read; default for text that an editor holds
  std::optional<int64_t> version;  // the editor's version when the text is the editor's
  std::string error;               // kUnreadable: why
};
using SourceFilePtr = std::shared_ptr<const SourceFile>;

// Bytes of a file before parsing.
struct Source {
  std::string path;
  FileClass file_class = FileClass::kYaml;
  TextPtr text;
  bool converted = false;
  FileStat stat;
  std::optional<int64_t> version;
  std::string error;
};

// Reads a file from disk. `helm_template` comes from the scan.
Source ReadSource(const FileSystem& files, const std::string& path, const Settings& settings,
                  bool helm_template);
// Parses; takes over unchanged pieces of `previous`.
SourceFilePtr ParseSource(Source source, const SourceFile* previous = nullptr);

enum class PathKind : uint8_t {
  kMissing,
  kFile,
  kDirectory,
  kUnknown,  // outside the opened folders, below an ignored directory or a symbolic link: nobody
             // looked
};

// What a folder holds. Ignored: .git, node_modules, what .gitignore and Settings::exclude say.
struct ScanResult {
  std::string root;
  struct Entry {
    std::string path;
    PathKind kind = PathKind::kFile;  // kUnknown: exists, but what is below it was not looked at
                                      // (ignored, symbolic link)
    FileStat stat;
    bool yaml = false;  // to be read: *.yaml, *.yml, Kustomization, not ignored
    bool helm_template = false;
  };
  std::vector<Entry> entries;         // ordered by path
  std::vector<std::string> problems;  // directories that could not be read, in words
};
ScanResult ScanFolder(const FileSystem& files, const std::string& root, const Settings& settings,
                      const std::function<bool()>& stop = nullptr);

struct ResourceLocation {
  SourceFilePtr file;
  uint32_t resource = 0;  // index in file->facts.resources
};

// Which Flux release applies to a file, and how that is known.
struct ReleaseAnswer {
  FluxRelease release;   // the lowest one when several clusters share the file
  bool assumed = false;  // nothing in the workspace says; `release` is the newest of the catalogue
  std::string source;    // path of the file that says so; "" when assumed or from the settings
};

// The frozen state of a workspace.
class Snapshot {
 public:
  SourceFilePtr Find(const std::string& path) const;
  // All files, ordered by path.
  std::vector<SourceFilePtr> Files() const;
  // Does a path exist? Open editor buffers count as files.
  PathKind Stat(const std::string& path) const;
  // Names in a directory, ordered; for "nearest" suggestions.
  std::vector<std::string> Names(const std::string& directory) const;
  // The kustomization file of a directory, if there is one: its path. More than one: the first that
  // kustomize knows.
  std::optional<std::string> KustomizationIn(const std::string& directory) const;
  // Kustomization files that list `path` (a file or a directory) in resources, components, bases or
  // patches.
  std::vector<SourceFilePtr> KustomizationsListing(const std::string& path) const;
  // Objects by kind and name; `namespace_` "" matches every namespace.
  std::vector<ResourceLocation> Resources(std::string_view kind, std::string_view namespace_,
                                          std::string_view name) const;
  // Does any patch in a kustomization file or Flux Kustomization change objects of this kind?
  bool IsKindPatched(std::string_view kind) const;
  // Does any file hold an object of this apiVersion and kind?
  bool HasObjectOf(const ApiVersion& api, std::string_view kind) const;
  // Files with a CustomResourceDefinition of this kind, ordered by path.
  std::vector<SourceFilePtr> CrdFiles(std::string_view group, std::string_view kind) const;
  // Schemas from directories that the settings name; may be null.
  const SchemaDirectories* schemas() const;
  ReleaseAnswer ReleaseFor(const std::string& path) const;
  // Does `path` lie in a hidden directory of its folder (`.archive/`, `.github/`)? People park
  // there what no cluster applies.
  bool IsParked(std::string_view path) const;
  // The opened folder that `path` is in; "" for a file outside of all.
  std::string RootOf(std::string_view path) const;
  // Path for messages: relative to its folder.
  std::string DisplayPath(const std::string& path) const;
  const Settings& settings() const;
  // Grows with every change.
  uint64_t generation() const;

 private:
  friend class Workspace;
  struct State;
  std::shared_ptr<const State> state_;
};

// The state itself. All members belong to one thread.
class Workspace {
 public:
  Workspace();
  // A workspace of its own that begins as `snapshot` is; no file is open in it. What is installed
  // there is seen by nobody else: for trying out changes, on any thread.
  explicit Workspace(const Snapshot& snapshot);
  ~Workspace();
  Workspace(Workspace&&) noexcept;
  Workspace& operator=(Workspace&&) noexcept;

  void SetSettings(Settings settings);
  const Settings& settings() const;
  void SetSchemas(std::shared_ptr<const SchemaDirectories> schemas);
  const std::vector<std::string>& roots() const;

  // Takes over a scan. Returns the paths that have to be read: new ones and those whose stat
  // changed; files that are gone are dropped. Files open in an editor are left as they are.
  struct ToRead {
    std::string path;
    bool helm_template = false;
  };
  struct ScanDiff {
    std::vector<ToRead> to_read;
    std::vector<std::string> removed;
    bool paths_changed = false;  // some path came or went, YAML or not
  };
  ScanDiff ApplyScan(ScanResult scan);
  // Forgets a folder and all its files.
  void RemoveFolder(const std::string& root);

  // Puts a file in its place. Returns true when its exported facts are not what they were: other
  // files' findings may change.
  bool Install(SourceFilePtr file);
  // Drops a file. Returns true when other files' findings may change.
  bool Remove(const std::string& path);

  // Marks a file as held by an editor: ApplyScan leaves it alone. Works for files outside all
  // folders too.
  void Open(const std::string& path);
  // The editor let go: the caller installs what the disk has, or removes it.
  void Close(const std::string& path);
  bool IsOpen(const std::string& path) const;

  Snapshot snapshot() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Runs `body(0) … body(count - 1)`, perhaps on several threads.
using ParallelFor = std::function<void(size_t count, const std::function<void(size_t)>& body)>;

// Scans and reads whole folders into `workspace`; for the command line and tests. Problems worth a
// log line come back.
std::vector<std::string> LoadFolders(const FileSystem& files, const std::vector<std::string>& roots,
                                     Workspace& workspace, const ParallelFor& parallel_for);

}  // namespace fluxls
