#include "analysis/build/makers.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "analysis/build/flux_build.h"

namespace fluxls::build {
namespace {

// Where the name of what is made stands: a route in the maker, with `[]` behind lists. When there
// is nothing, the maker's own name counts if `else_own`.
struct Rule {
  std::string_view group;
  std::string_view kind;
  std::string_view made;
  std::string_view route;
  bool else_own = false;
};

constexpr Rule kRules[] = {
    {"external-secrets.io", "ExternalSecret", "Secret", "spec.target.name", true},
    {"bitnami.com", "SealedSecret", "Secret", "spec.template.metadata.name", true},
    {"isindir.github.com", "SopsSecret", "Secret", "spec.secretTemplates[].name"},
    {"isindir.github.com", "SopsSecret", "Secret", "spec.secret_templates[].name"},
    {"onepassword.com", "OnePasswordItem", "Secret", "", true},
    {"cert-manager.io", "Certificate", "Secret", "spec.secretName"},
    {"secrets.hashicorp.com", "VaultStaticSecret", "Secret", "spec.destination.name"},
    {"secrets.hashicorp.com", "VaultDynamicSecret", "Secret", "spec.destination.name"},
    {"secrets.hashicorp.com", "VaultPKISecret", "Secret", "spec.destination.name"},
    {"secrets.infisical.com", "InfisicalSecret", "Secret",
     "spec.managedSecretReference.secretName"},
    {"secrets.doppler.com", "DopplerSecret", "Secret", "spec.managedSecret.name"},
    {"ricoberger.de", "VaultSecret", "Secret", "", true},
    {"k8s.bitwarden.com", "BitwardenSecret", "Secret", "spec.secretName"},
    {"lerentis.uploadfilter24.eu", "BitwardenSecret", "Secret", "spec.name"},
    {"spv.no", "AzureKeyVaultSecret", "Secret", "spec.output.secret.name"},
    {"objectbucket.io", "ObjectBucketClaim", "Secret", "", true},
    {"objectbucket.io", "ObjectBucketClaim", "ConfigMap", "", true},
    {"trust.cert-manager.io", "Bundle", "ConfigMap", "", true},
    {"source.extensions.fluxcd.io", "ArtifactGenerator", "ExternalArtifact",
     "spec.artifacts[].name"},
};

bool IsPlain(std::string_view text) {
  return !text.empty() && text.find_first_of("{$") == std::string_view::npos;
}

// A FluxInstance's `sync` makes a source and a Kustomization of one name.
void AddSync(const Object& object, std::vector<Made>& out) {
  const Value* sync = Find(object.root, {"spec", "sync"});
  if (!sync || !sync->IsMap()) return;
  const std::string_view ns = object.id.EffectiveNamespace();
  const Value* written = Find(sync, "name");
  const std::string_view name = written && !written->str().empty() ? written->str() : ns;
  if (!IsPlain(name)) return;
  const std::string_view kind = Text(sync, "kind");
  if (!kind.empty()) out.push_back({kind, ns, name, written ? written : Find(sync, "kind")});
  out.push_back({"Kustomization", ns, name, written ? written : Find(sync, "kind")});
}

// Is it the kind of an object in a template?
bool NamesKind(const Value* value, std::string_view kind) {
  if (value->IsScalar()) {
    const std::string_view text = value->str();
    const size_t at = text.find(kind);
    return at != std::string_view::npos &&
           (text == kind || text.find("kind:") != std::string_view::npos);
  }
  const auto names = [kind](const Value* child) { return NamesKind(child, kind); };
  return std::any_of(value->Pairs().begin(), value->Pairs().end(),
                     [&names](const Pair& pair) { return names(pair.value); }) ||
         std::any_of(value->Items().begin(), value->Items().end(), names);
}

// helm-controller makes a HelmChart in the namespace of the source.
void AddChart(std::string_view cluster, const Object& object, uint32_t index,
              std::vector<MadeBy>& out) {
  const Value* source = Find(object.root, {"spec", "chart", "spec", "sourceRef"});
  if (!source) return;
  const std::string_view own = object.id.EffectiveNamespace();
  const std::string_view written = Text(source, "namespace");
  std::string name(own);
  name += '-';
  name += object.id.name;
  out.push_back({HashOfName(cluster, "HelmChart", written.empty() ? own : written, name), index});
}

}  // namespace

std::vector<Made> FindMade(const Object& object) {
  std::vector<Made> out;
  if (!object.root) return out;
  const ObjectId& id = object.id;
  if (id.kind == "FluxInstance") AddSync(object, out);
  for (const Rule& rule : kRules) {
    if (rule.kind != id.kind || rule.group != id.group) continue;
    std::vector<const Value*> names;
    if (!rule.route.empty()) {
      VisitRoute(object.root, rule.route, [&names](const Value* name) {
        if (name->IsScalar()) names.push_back(name);
      });
    }
    for (const Value* name : names) {
      if (IsPlain(name->str()))
        out.push_back({rule.made, id.EffectiveNamespace(), name->str(), name});
    }
    if (names.empty() && rule.else_own && IsPlain(id.name))
      out.push_back({rule.made, id.EffectiveNamespace(), id.name, nullptr});
  }
  return out;
}

std::vector<MadeBy> FindMade(std::string_view cluster, const Objects& objects) {
  std::vector<MadeBy> out;
  for (uint32_t i = 0; i < objects.size(); ++i) {
    const ObjectId& id = objects[i].id;
    const bool makes = id.kind == "FluxInstance" ||
                       std::any_of(std::begin(kRules), std::end(kRules), [&id](const Rule& rule) {
                         return rule.kind == id.kind && rule.group == id.group;
                       });
    if (id.kind == "HelmRelease" && id.group == "helm.toolkit.fluxcd.io")
      AddChart(cluster, objects[i], i, out);
    if (!makes) continue;
    for (const Made& made : FindMade(objects[i]))
      out.push_back({HashOfName(cluster, made.kind, made.namespace_, made.name), i});
  }
  return out;
}

bool MakesUnnamed(const Object& object, std::string_view made) {
  const ObjectId& id = object.id;
  const bool config = made.empty() || made == "Secret" || made == "ConfigMap";
  if (id.kind == "ClusterExternalSecret") return made.empty() || made == "Secret";
  if (id.group == "kyverno.io") return config;
  if (id.group == "fluxcd.controlplane.io" && id.kind == "ResourceSet") {
    if (made.empty()) return true;
    for (std::string_view field : {"resources", "resourcesTemplate", "steps"}) {
      const Value* templates = Find(object.root, {"spec", field});
      if (templates && NamesKind(templates, made)) return true;
    }
    return false;
  }
  // Names with captures of `pathPattern`.
  if (id.group == "source.extensions.fluxcd.io" && id.kind == "ArtifactGenerator") {
    return (made.empty() || made == "ExternalArtifact") &&
           Find(object.root, {"spec", "pathPattern"}) != nullptr;
  }
  return false;
}

}  // namespace fluxls::build
