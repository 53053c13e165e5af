#include "analysis/workspace/schema_directories.h"

#include <fmt/format.h>

#include "analysis/schema/crd.h"
#include "analysis/text/unicode.h"
#include "analysis/yaml/tree.h"

namespace fluxls {
namespace {

constexpr std::string_view kExtension = ".json";
// A schema of that size is none.
constexpr uint64_t kMaxBytes = 8u << 20;

}  // namespace

SchemaDirectories::SchemaDirectories(std::shared_ptr<const FileSystem> files,
                                     const std::vector<std::string>& directories,
                                     std::vector<std::string>& problems)
    : files_(std::move(files)) {
  for (const std::string& directory : directories) {
    const auto groups = files_->List(directory);
    if (!groups) {
      problems.push_back(fmt::format("no directory with schemas: {}", directory));
      continue;
    }
    for (const DirectoryEntry& group : *groups) {
      if (group.stat.type != EntryType::kDirectory) continue;
      const std::string folder = JoinPath(directory, group.name);
      for (const DirectoryEntry& file :
           files_->List(folder).value_or(std::vector<DirectoryEntry>())) {
        if (!file.name.ends_with(kExtension) || file.stat.size > kMaxBytes) continue;
        const std::string name = file.name.substr(0, file.name.size() - kExtension.size());
        entries_.try_emplace(AsciiLower(group.name + "/" + name),
                             std::make_unique<Entry>(JoinPath(folder, file.name)));
      }
    }
  }
}

const schema::KindSchema* SchemaDirectories::Find(std::string_view group, std::string_view version,
                                                  std::string_view kind) const {
  const auto found = entries_.find(AsciiLower(fmt::format("{}/{}_{}", group, kind, version)));
  if (found == entries_.end()) return nullptr;
  Entry& entry = *found->second;
  const schema::KindSchema* schema = entry.schema.load();
  if (!schema) {
    auto fresh = std::make_unique<schema::KindSchema>();
    fresh->group = group;
    fresh->version = version;
    const std::optional<std::string> text = files_->Read(entry.path);
    // JSON is YAML.
    const yaml::File file = yaml::Parse(text.value_or(""));
    const yaml::Node root = file.documents.empty() ? yaml::Node() : file.documents[0].root();
    // Without a kind it is no schema.
    if (root.Find("properties").IsMapping()) {
      if (auto read = schema::ReadOpenApi(root, schema::SchemaForm::kJson)) {
        fresh->kind = kind;
        fresh->root = std::move(*read);
      }
    }
    if (entry.schema.compare_exchange_strong(schema, fresh.get())) schema = fresh.release();
  }
  return schema->kind.empty() ? nullptr : schema;
}

}  // namespace fluxls
