// The objects that a build handles, and what went wrong while it did.
//
// Texts in an ObjectId and an Object point into the values they were read from.
// Thread contract: plain data.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/build/value.h"

namespace fluxls::build {

struct ObjectId {
  std::string_view group;
  std::string_view version;
  std::string_view kind;
  std::string_view name;
  std::string_view namespace_;
  bool cluster_scoped = false;  // certainly in no namespace, as far as kustomize knows

  // "default" where nothing is said; "_non_namespaceable_" for what lives in no namespace.
  std::string_view EffectiveNamespace() const;
  bool SameKind(const ObjectId& other) const {
    return group == other.group && version == other.version && kind == other.kind;
  }
  // Same kind and name, in the same effective namespace: kustomize's idea of identity.
  bool Equals(const ObjectId& other) const;
  // For a hash map: equal for ids that Equals() holds for.
  std::string Key() const;
};

// `Deployment "podinfo" in namespace "web"`.
std::string Describe(const ObjectId& id);

// Group and version of an apiVersion; the group is "" for "v1".
std::pair<std::string_view, std::string_view> SplitApiVersion(std::string_view api);

// Reads apiVersion, kind and metadata.
ObjectId IdOf(const Value* root);

enum class Behavior : uint8_t { kCreate, kMerge, kReplace };

// Who transformed or generated an object: for kustomize's annotations.
struct Step {
  std::string_view file;  // of the kustomization, or of the plugin's configuration
  std::string_view kind;  // "PrefixTransformer"
  // Of the object that configures a plugin; "" for what a field of the kustomization asks for.
  std::string_view name;
  std::string_view namespace_;
};

struct Object {
  const Value* root = nullptr;  // null once a patch has deleted it
  ObjectId id;
  std::vector<ObjectId> previous;  // what it was called before, oldest first
  std::vector<std::string_view> prefixes;
  std::vector<std::string_view> suffixes;
  std::vector<std::string_view> variables;  // kustomize `vars` that read from it
  std::vector<Step> steps;
  Behavior behavior = Behavior::kCreate;  // of a generated one
  bool needs_hash = false;
  // Where it is written: the file and the range of its document's root. For a generated one the
  // entry that generates it.
  Origin origin;
  // What generates it, "ConfigMapGenerator" in a kustomization; without kind for what a file holds.
  Step generator;

  // Does `matches` hold for what it is called, or for what it was called before?
  template <typename Matches>
  bool IsOrWas(const Matches& matches) const {
    return matches(id) || std::any_of(previous.begin(), previous.end(), matches);
  }
  // Is or was it called that? See ObjectId::Equals.
  bool IsCalled(const ObjectId& wanted) const;
  const ObjectId& original() const { return previous.empty() ? id : previous.front(); }
  // Reads the id again, after a change.
  void Refresh() { id = IdOf(root); }
  void StorePrevious();
};

using Objects = std::vector<Object>;

enum class ProblemKind : uint8_t {
  kSyntax,            // a file that is not YAML
  kBadObject,         // no kind, no name, a list with an empty item, …
  kBadKustomization,  // a field that does not exist, a value of the wrong type
  kMissingEntry,      // a listed path that is not there
  kOutsideRoot,       // a listed path that leads out of the repository
  kNoKustomization,   // a directory without kustomization file, or with two
  kCycle,
  kComponent,  // Component under resources, or the other way round
  kDuplicateObject,
  kUnsupported,  // helmCharts, plugins
  kPatch,        // a patch that fails
  kPatchTarget,  // a patch or replacement that selects nothing; not an error to kustomize
  kGenerator,
  kReplacement,
  kTransformer,
  kVariable,
  kNameReference,
  kPath,     // Flux: spec.path
  kOverlap,  // Flux: two Kustomizations of a cluster apply the same object
  kSubstitution,
};

struct Place {
  std::string path;
  ByteRange range;
  std::string message;
};

struct Problem {
  ProblemKind kind = ProblemKind::kBadObject;
  bool fatal = true;  // the build fails
  std::string path;   // where it can be mended; "" when there is no such file
  ByteRange range;
  std::string message;  // one line, stands alone
  std::vector<Place> related;
  // Something was not found among the objects: not said where not all of them are known.
  bool absence = false;
};

// Does a build with these fail?
bool HasFatal(const std::vector<Problem>& problems);

// Something that cannot be known here, and why: a remote base, a file outside of the repository.
struct Unknown {
  std::string path;
  ByteRange range;
  std::string reason;
  std::string entry;       // of a kustomization, that leads there; "" for anything else
  bool bootstrap = false;  // what `flux bootstrap` writes: Flux itself and how it reads this
};

}  // namespace fluxls::build
