// Directories with JSON schemas, as the settings name them: `{group}/{kind}_{version}.json`, the
// layout of CRDs-catalog and flux-schema.
//
// Which files there are is read at once; a file only when somebody asks for its kind.
// Thread contract: immutable but for what it remembers; may be asked from any thread.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/workspace/file_system.h"
#include "schemas/schema.h"

namespace fluxls {

class SchemaDirectories {
 public:
  // Directories that cannot be read are named in `problems`.
  SchemaDirectories(std::shared_ptr<const FileSystem> files,
                    const std::vector<std::string>& directories,
                    std::vector<std::string>& problems);

  // Of several directories the first counts. Null when none has the kind, or its file is no schema.
  const schema::KindSchema* Find(std::string_view group, std::string_view version,
                                 std::string_view kind) const;

 private:
  struct Entry {
    explicit Entry(std::string file) : path(std::move(file)) {}
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { delete schema.load(); }
    std::string path;
    // Null until it is read. Two threads may read at once; the first result stays.
    std::atomic<const schema::KindSchema*> schema = nullptr;
  };

  std::shared_ptr<const FileSystem> files_;
  std::map<std::string, std::unique_ptr<Entry>, std::less<>> entries_;  // "group/kind_version"
};

}  // namespace fluxls
