#include "analysis/workspace/schema_choice.h"

#include <algorithm>

#include "analysis/schema/crd.h"
#include "analysis/workspace/schema_directories.h"
#include "schemas/embedded.h"

namespace fluxls::schema {
namespace {

size_t CommonPrefix(std::string_view a, std::string_view b) {
  const size_t size = std::min(a.size(), b.size());
  const auto end =
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(size), b.begin());
  return static_cast<size_t>(end.first - a.begin());
}

// The release to ask the catalogue's facts at: one that serves the version. An object of a version
// that is gone is judged by the last release that had it.
Release Clamp(Release release, const catalog::Api* api) {
  if (!api) return release;
  if (release < api->introduced) release = api->introduced;
  if (api->RemovedAt(release)) release = {api->removed->major, api->removed->minor - 1};
  return release;
}

}  // namespace

const Field* FieldAt(const Choice& choice, const std::vector<yaml::PathStep>& steps) {
  if (!choice) return nullptr;
  const Field* field = &choice.schema->root;
  for (const yaml::PathStep& step : steps) {
    const Field* next =
        FindField(*field, step.IsIndex() ? kItems : std::string_view(step.key), choice.release);
    if (!next && !step.IsIndex()) next = FindField(*field, kValues, choice.release);
    if (!next) return nullptr;
    field = next;
  }
  return field;
}

Choice Choose(const Snapshot& snapshot, const std::string& path, const ApiVersion& api,
              std::string_view kind) {
  const ReleaseAnswer answer = snapshot.ReleaseFor(path);
  Choice choice;
  choice.assumed = answer.assumed;
  choice.cluster = {answer.release.major, answer.release.minor};
  choice.release = Clamp(ToCatalog(answer.release), catalog::Lookup(api.group, api.version, kind));
  choice.catalogue = FindEmbedded(api.group, api.version, kind);
  if (const SchemaDirectories* extra = snapshot.schemas())
    choice.schema = extra->Find(api.group, api.version, kind);
  if (!choice.schema) choice.schema = choice.catalogue;
  const bool is_known = answer.release <= kNewestRelease;
  // The CRD that lies nearest: every cluster may bring its own.
  size_t nearest = 0;
  for (SourceFilePtr& file : snapshot.CrdFiles(api.group, kind)) {
    const KindSchema* found = file->crds ? file->crds->Find(api.group, api.version, kind) : nullptr;
    // What bootstrap writes says nothing that the catalogue does not say better.
    if (!found || (choice.catalogue && file->facts.release && is_known)) continue;
    const size_t common = CommonPrefix(path, file->path) + 1;
    if (common <= nearest) continue;
    nearest = common;
    choice.schema = found;
    choice.owner = file;
  }
  return choice;
}

}  // namespace fluxls::schema
