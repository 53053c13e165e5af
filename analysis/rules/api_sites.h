// Every place of a file that names an apiVersion and a kind.
//
// One walk for all rules about API versions: the objects themselves, patch targets, inline patches
// (patches inside patches too), health checks, event sources, the references of Flux objects.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "analysis/rules/rule.h"
#include "analysis/yaml/inner_yaml.h"

namespace fluxls {

struct ApiSite {
  enum class Role : uint8_t {
    kObject,  // an object, or a patch in a file of its own
    kPatch,   // a partial object inside a string or a patch list, which finds its object by what it
              // says
    kTargetedPatch,  // the same with a `target`, which finds the object: kustomize takes the
                     // object's apiVersion then
    kCoveredPatch,   // the same, and the target names the version; never visited
    kTarget,         // `target: {group, version, kind}`; `version_node` holds the version alone
    kReference,  // a field of a Flux object that names another object, and whose apiVersion counts
    kLooseReference,  // the same, but the controller does not look at the apiVersion
  };
  Role role = Role::kObject;
  ApiVersion api;
  std::string kind;
  std::string target_kind;  // kTargetedPatch: what its target says
  std::string name;         // of the object, target or reference; may be empty
  // No reconcile fails because of this apiVersion: nobody looks at it, or a target selects nothing.
  bool IsLoose() const {
    return role == Role::kLooseReference || role == Role::kTargetedPatch || role == Role::kTarget;
  }
  // One of RuleContext::objects(): no patch, and no object inside of another.
  bool IsOfFile() const { return role == Role::kObject && !nested; }
  bool nested = false;      // stands in another object: a ResourceSet's
  yaml::Node version_node;  // scalar that holds `group/version`, or the version alone in a target
  yaml::Node object;        // the mapping that holds both
  const yaml::Document* document = nullptr;  // that `version_node` belongs to
  const InnerYaml* inner = nullptr;          // where that document is inside a string
  ByteRange range;                           // of `version_node`, in the file
};

// All sites of a file, and the texts in strings that they point into.
struct ApiSites {
  std::vector<ApiSite> sites;
  std::vector<std::unique_ptr<const InnerYaml>> inner;
};

// The sites of the context's file, in order of the objects. Sites that a template engine will fill
// in, CRDs and what bootstrap generates are left out. Found once; they live as long as the context.
const std::vector<ApiSite>& ApiSitesOf(const RuleContext& context);

// Edits that write another version there. For objects `group/version` as a whole is written.
std::optional<std::vector<TextEdit>> RewriteVersion(const ApiSite& site, std::string_view group,
                                                    std::string_view version);

}  // namespace fluxls
