// What builds read: the workspace first, and where it may be, the disk.
//
// Loaded files are kept, and taken over by the next generation as long as their bytes are the same.
// Every question is noted as a dependency of whoever asks, so that a result can be kept as long as
// all answers stay what they were.
//
// Thread contract: one thread at a time. LoadedFile and what it holds is immutable.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/build/load.h"
#include "analysis/build/object.h"
#include "analysis/build/value.h"
#include "analysis/workspace/workspace.h"

namespace fluxls::build {

struct LoadedDocument {
  const Value* root = nullptr;       // null for one of comments only
  std::optional<LoadError> refused;  // what kustomize refuses in it
};

// The documents of a file, or of a text inside of one, as values.
struct LoadedFile {
  std::string path;
  SourceFilePtr source;  // null for an inline text
  std::shared_ptr<Arena> arena;
  const OriginFile* file = nullptr;
  std::vector<LoadedDocument> documents;
  std::optional<LoadError> syntax;  // the first syntax error
  bool is_template = false;         // text for a template engine
};
using LoadedFilePtr = std::shared_ptr<const LoadedFile>;

// The first thing in a file that kustomize would stop at.
std::optional<LoadError> FirstError(const LoadedFile& file);

// One answer that a result rests on.
struct Dependency {
  std::string path;
  enum class What : uint8_t { kContent, kKind, kBytes, kNames } what = What::kContent;
  const void* content = nullptr;  // kContent: the SourceFile; null for none
  std::shared_ptr<const void> keep;
  PathKind kind = PathKind::kMissing;
  FileStat stat;                   // kBytes
  std::vector<std::string> names;  // kNames
};
using Dependencies = std::vector<Dependency>;

class Files {
 public:
  // `disk`: for what the workspace does not hold (files of generators, JSON); may be null.
  // `outside`: read files out of the workspace's folders and ignored ones too.
  Files(const FileSystem* disk, bool outside) : disk_(disk), outside_(outside) {}

  // From now on questions are about this state.
  void SetSnapshot(const Snapshot& snapshot);
  const Snapshot& snapshot() const { return *snapshot_; }

  // All questions until the next call are noted here; null: nowhere.
  Dependencies* Record(Dependencies* dependencies);
  // Would all questions be answered as they were?
  bool StillHolds(const Dependencies& dependencies) const;

  PathKind Stat(const std::string& path);
  // Null when there is no such file, or it cannot be read.
  LoadedFilePtr Load(const std::string& path);
  // An inline YAML text, parsed once for all who use it. Never null.
  LoadedFilePtr Inline(const Value& scalar);
  // Bytes of any file; nothing when it cannot be read.
  std::shared_ptr<const std::string> Bytes(const std::string& path);
  // Path of the kustomization file of a directory; "" when there is none. `several`: how many.
  std::string KustomizationIn(const std::string& directory, int* several = nullptr);
  // Names in a directory, ordered.
  std::vector<std::string> Names(const std::string& directory);

 private:
  PathKind StatNow(const std::string& path) const;
  std::vector<std::string> NamesNow(const std::string& directory) const;
  SourceFilePtr SourceOf(const std::string& path);
  void Note(Dependency dependency);

  const FileSystem* disk_;
  bool outside_;
  std::optional<Snapshot> snapshot_;
  Dependencies* recorder_ = nullptr;
  std::unordered_map<std::string, LoadedFilePtr> loaded_;
  std::unordered_map<std::string, LoadedFilePtr> inline_;  // by text and place
  std::unordered_map<std::string, LoadedFilePtr> older_inline_;
  struct DiskBytes {
    FileStat stat;
    std::shared_ptr<const std::string> bytes;
  };
  std::unordered_map<std::string, DiskBytes> bytes_;
  std::unordered_map<std::string, SourceFilePtr> disk_sources_;
};

}  // namespace fluxls::build
