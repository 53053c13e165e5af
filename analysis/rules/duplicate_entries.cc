#include "analysis/rules/duplicate_entries.h"

#include <map>

#include "analysis/model/kustomization.h"
#include "analysis/rules/support.h"

namespace fluxls {

std::vector<DuplicateEntry> FindDuplicateEntries(const RuleContext& context) {
  std::vector<DuplicateEntry> out;
  const yaml::Document* document = KustomizationDocument(context);
  if (!document) return out;
  const std::string directory(DirectoryName(context.file().path));
  std::map<std::string, yaml::Node> seen;
  for (std::string_view field : {"resources", "bases"}) {
    const yaml::Node list = document->root().Find(field);
    if (!list.IsSequence()) continue;
    for (yaml::Node entry : list) {
      if (!entry.IsScalar() || entry.value().empty()) continue;
      const std::string path = IsRemoteEntry(entry.value()) ? std::string(entry.value())
                                                            : JoinPath(directory, entry.value());
      auto [first, fresh] = seen.emplace(path, entry);
      if (!fresh) out.push_back({entry, first->second});
    }
  }
  return out;
}

std::set<ByteRange> RangesOfDuplicateEntries(const RuleContext& context) {
  std::set<ByteRange> out;
  for (const DuplicateEntry& entry : FindDuplicateEntries(context)) out.insert(entry.entry.range());
  return out;
}

}  // namespace fluxls
