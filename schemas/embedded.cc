#include "schemas/embedded.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <mutex>

#include "schemas/schema_text.h"

namespace fluxls::schema {
namespace {

struct Entry {
  std::string_view text;
  std::once_flag once;
  std::unique_ptr<KindSchema> schema;
};

// Gives fields of an older version the help that the newer one has.
void TakeHelp(Field& field, const Field& newer) {
  if (field.help.empty()) field.help = newer.help;
  if (field.usage == 0) field.usage = newer.usage;
  for (Field& child : field.fields) {
    if (const Field* other = FindField(newer, child.name)) TakeHelp(child, *other);
  }
}

const KindSchema* Newest(const KindSchema& schema) {
  const std::vector<const catalog::Api*> versions = catalog::Versions(schema.group, schema.kind);
  if (versions.empty() || versions.front()->version == schema.version) return nullptr;
  return FindEmbedded(schema.group, versions.front()->version, schema.kind);
}

}  // namespace

std::string DataName(std::string_view group, std::string_view version, std::string_view kind) {
  return fmt::format("{}_{}_{}", group.empty() ? "core" : group, kind, version);
}

const KindSchema* FindEmbedded(std::string_view group, std::string_view version,
                               std::string_view kind) {
  static std::map<std::string_view, Entry>& entries = *[] {
    auto* made = new std::map<std::string_view, Entry>;
    for (const DataFile& file : DataFiles()) (*made)[file.name].text = file.text;
    return made;
  }();
  const auto found = entries.find(DataName(group, version, kind));
  if (found == entries.end()) return nullptr;
  Entry& entry = found->second;
  std::call_once(entry.once, [&] {
    auto schema = std::make_unique<KindSchema>();
    // A test reads every file; what cannot be read is not there.
    if (!ReadSchema(entry.text, *schema).message.empty()) return;
    if (const KindSchema* newest = Newest(*schema)) TakeHelp(schema->root, newest->root);
    entry.schema = std::move(schema);
  });
  return entry.schema.get();
}

}  // namespace fluxls::schema
