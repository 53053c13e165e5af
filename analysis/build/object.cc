#include "analysis/build/object.h"

#include <fmt/format.h>

#include <tuple>

#include "schemas/kustomize_fields.h"

namespace fluxls::build {

std::string_view ObjectId::EffectiveNamespace() const {
  if (cluster_scoped) return "_non_namespaceable_";
  return namespace_.empty() ? "default" : namespace_;
}

bool ObjectId::Equals(const ObjectId& other) const {
  return name == other.name && SameKind(other) &&
         EffectiveNamespace() == other.EffectiveNamespace();
}

std::string ObjectId::Key() const {
  std::string key;
  for (std::string_view part : {group, version, kind, EffectiveNamespace(), name}) {
    key += part;
    key += '\n';
  }
  return key;
}

std::string Describe(const ObjectId& id) {
  std::string out = fmt::format("{} \"{}\"", id.kind, id.name);
  if (!id.namespace_.empty()) out += fmt::format(" in namespace \"{}\"", id.namespace_);
  return out;
}

std::pair<std::string_view, std::string_view> SplitApiVersion(std::string_view api) {
  const size_t slash = api.find('/');
  if (slash == std::string_view::npos) return {"", api};
  return {api.substr(0, slash), api.substr(slash + 1)};
}

ObjectId IdOf(const Value* root) {
  ObjectId id;
  std::tie(id.group, id.version) = SplitApiVersion(Text(root, "apiVersion"));
  // kustomize's own plugins.
  if (id.group.empty() && id.version == "builtin") std::swap(id.group, id.version);
  id.kind = Text(root, "kind");
  const Value* metadata = Find(root, "metadata");
  id.name = Text(metadata, "name");
  id.namespace_ = Text(metadata, "namespace");
  id.cluster_scoped = catalog::IsClusterScoped(id.group, id.version, id.kind);
  return id;
}

bool Object::IsCalled(const ObjectId& wanted) const {
  return IsOrWas([&wanted](const ObjectId& other) { return other.Equals(wanted); });
}

bool HasFatal(const std::vector<Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return problem.fatal; });
}

void Object::StorePrevious() {
  previous.push_back(id);
}

}  // namespace fluxls::build
