// What a Snapshot holds, and what Workspace changes. Private to analysis/workspace.
//
// Everything big is shared between the workspace and its snapshots and cloned piece by piece when
// it changes.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "analysis/workspace/sharded_map.h"
#include "analysis/workspace/workspace.h"

namespace fluxls {

// A small value that is cloned before its first change after a copy was taken. Contract as for
// ShardedMap.
template <typename T>
class CopyOnWrite {
 public:
  const T& get() const { return *value_; }
  T& Mutable() {
    if (!owned_) {
      value_ = std::make_shared<T>(*value_);
      owned_ = true;
    }
    return *value_;
  }
  void Freeze() { owned_ = false; }

 private:
  std::shared_ptr<T> value_ = std::make_shared<T>();
  bool owned_ = true;
};

struct Snapshot::State {
  struct Name {
    std::string path;
    uint32_t resource = 0;
    std::string namespace_;
  };
  struct Evidence {
    std::string directory;  // speaks for everything in it
    FluxRelease release;
  };

  std::shared_ptr<const Settings> settings = std::make_shared<Settings>();
  std::shared_ptr<const SchemaDirectories> schemas;
  uint64_t generation = 0;
  // One a folder, ordered by root.
  std::vector<std::shared_ptr<const ScanResult>> scans;
  // What is known better than the scans: kFile for installed files that they do not list, kMissing
  // for removed ones.
  CopyOnWrite<std::map<std::string, PathKind>> delta;

  ShardedMap<SourceFilePtr> files;                        // by path
  ShardedMap<std::vector<Name>> names;                    // by NameKey
  ShardedMap<std::vector<std::string>> listings;          // path → kustomizations that list it
  ShardedMap<uint32_t> counts;                            // by PatchKey and ObjectKey: how often
  CopyOnWrite<std::map<std::string, Evidence>> releases;  // by path of the file that says so
  CopyOnWrite<std::map<std::string, std::set<std::string>>> crds;  // by CrdKey: their files

  static std::string NameKey(std::string_view kind, std::string_view name) {
    std::string key(kind);
    key += '\n';
    key += name;
    return key;
  }

  static std::string PatchKey(std::string_view kind) { return NameKey("patch", kind); }
  static std::string ObjectKey(const ApiVersion& api, std::string_view kind) {
    return NameKey(api.ToString(), kind);
  }

  static std::string CrdKey(std::string_view group, std::string_view kind) {
    return NameKey(group, kind);
  }

  // The scan of the innermost folder around `path`.
  const ScanResult* ScanFor(std::string_view path) const;
  // What the scans alone say.
  PathKind ScannedKind(std::string_view path) const;
  // What is known in all.
  PathKind Kind(const std::string& path) const;

  void Freeze() {
    delta.Freeze();
    files.Freeze();
    names.Freeze();
    listings.Freeze();
    counts.Freeze();
    releases.Freeze();
    crds.Freeze();
  }
};

// The entry of `path`, or null.
const ScanResult::Entry* FindEntry(const ScanResult& scan, std::string_view path);

}  // namespace fluxls
