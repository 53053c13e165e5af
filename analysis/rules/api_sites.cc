#include "analysis/rules/api_sites.h"

#include <set>
#include <tuple>

#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

using yaml::Document;
using yaml::Node;

// Patches inside patches: root → cluster apps → app. Deeper than this nobody writes.
constexpr int kMaxDepth = 4;
// Items of lists that are looked at in one file. Aliases can make a small file a very large one.
constexpr int kMaxItems = 20'000;

class Walker {
 public:
  // `wait_is_patched`: a Flux Kustomization that does not say `wait` may get it from a patch.
  Walker(bool wait_is_patched, ApiSites& out) : wait_is_patched_(wait_is_patched), out_(out) {}

  // Where the walk is: a document, and the way from its text to the file.
  struct Place {
    const Document* document = nullptr;
    const InnerYaml* inner = nullptr;
    std::string_view text;         // of the file or the string that the document was parsed from
    std::string_view target_kind;  // of the patch that is being read
  };

  // `role` is that of `root` itself.
  void Object(const Place& place, Node root, ApiSite::Role role, int depth) {
    if (depth > kMaxDepth || !root.IsMapping() || !IsNew(root)) return;
    const std::string_view kind = root.Find("kind").value();
    const ApiVersion api = ApiVersion::Parse(root.Find("apiVersion").value());
    if (kind == "CustomResourceDefinition") return;
    // Where the target names the version, it is said there.
    if (role != ApiSite::Role::kCoveredPatch) Pair(place, root, role, depth > 0);
    const bool flux = IsFluxGroup(api.group);
    const bool kustomize = api.group == kKustomizeGroup || IsKustomizeFileUnderFluxApi(root);
    if (!flux && !kustomize) return;
    if (kustomize) {
      Patches(place, root, depth);
      return;
    }
    Node spec = root.Find("spec");
    Patches(place, spec, depth);                    // Kustomization
    Patches(place, spec.Find("kustomize"), depth);  // FluxInstance
    for (Node renderer : Items(spec.Find("postRenderers"))) {
      Patches(place, renderer.Find("kustomize"), depth);
    }
    for (Node item : Items(spec.Find("resources"))) {
      // Objects of a ResourceSet; what a Receiver listens for.
      Object(place, item,
             kind == "ResourceSet" ? ApiSite::Role::kObject : ApiSite::Role::kReference, depth + 1);
    }
    // With `wait` the controller waits for everything and does not read the list.
    Node wait = spec.Find("wait");
    const bool waits = wait ? wait.value() == "true" : wait_is_patched_;
    for (Node item : Items(spec.Find("healthChecks"))) {
      Pair(place, item, waits ? ApiSite::Role::kLooseReference : ApiSite::Role::kReference);
    }
    for (Node item : Items(spec.Find("healthCheckExprs"))) {
      Pair(place, item, ApiSite::Role::kLooseReference);
    }
    for (Node item : Items(spec.Find("eventSources"))) {
      Pair(place, item, ApiSite::Role::kLooseReference);
    }
    for (Node item : Items(spec.Find("dependsOn"))) Pair(place, item, ApiSite::Role::kReference);
    for (std::string_view route : {"sourceRef", "chartRef", "chart.spec.sourceRef"}) {
      Pair(place, spec.At(route), ApiSite::Role::kLooseReference);
    }
  }

  // A kustomization file, whatever its header says.
  void Kustomization(const Place& place, Node root) { Patches(place, root, 0); }

 private:
  // Resolved items of a sequence; none for everything else.
  std::vector<Node> Items(Node list) {
    std::vector<Node> items;
    if (!list.IsSequence()) return items;
    for (Node item : list) {
      if (items_left_ == 0) break;
      --items_left_;
      items.push_back(item.Resolve());
    }
    return items;
  }

  // Objects and inner texts are read where they are met first, not again behind every alias.
  // Equal documents of a file share one piece, so the place counts too.
  bool IsNew(Node node) {
    return seen_.emplace(node.piece(), node.full_range().begin, node.id()).second;
  }

  // Patch lists of a kustomization file, a Flux Kustomization's spec, or a post renderer.
  void Patches(const Place& place, Node holder, int depth) {
    if (!holder.IsMapping()) return;
    for (std::string_view field : {"patches", "patchesJson6902"}) {
      for (Node patch : Items(holder.Find(field))) {
        Node target = patch.Find("target");
        Target(place, target);
        Inner(place, patch.Find("patch"),
              !target                  ? ApiSite::Role::kPatch
              : target.Find("version") ? ApiSite::Role::kCoveredPatch
                                       : ApiSite::Role::kTargetedPatch,
              depth, target.Find("kind").value());
      }
    }
    for (Node patch : Items(holder.Find("patchesStrategicMerge"))) {
      if (patch.IsMapping()) {
        Object(place, patch, ApiSite::Role::kPatch, depth + 1);
      } else {
        Inner(place, patch, ApiSite::Role::kPatch, depth);
      }
    }
  }

  void Inner(const Place& place, Node scalar, ApiSite::Role role, int depth,
             std::string_view target_kind = "") {
    // A path, or operations only: nothing to read.
    if (!scalar.IsScalar() || !IsNew(scalar) ||
        scalar.value().find("apiVersion") == std::string_view::npos) {
      return;
    }
    const OffsetMap outer = place.inner ? place.inner->to_file : OffsetMap::Identity();
    const ByteRange whole = place.inner ? place.inner->RangeOf(scalar) : scalar.range();
    const InnerYaml& inner = *out_.inner.emplace_back(
        std::make_unique<const InnerYaml>(ReadInner(scalar, place.text, outer, whole)));
    for (const Document& document : inner.file.documents) {
      Object({&document, &inner, inner.text, target_kind}, document.root(), role, depth + 1);
    }
  }

  void Target(const Place& place, Node target) {
    if (!target.IsMapping()) return;
    Node version = target.Find("version");
    ApiSite site;
    site.role = ApiSite::Role::kTarget;
    site.api = {std::string(target.Find("group").value()), std::string(version.value())};
    site.kind = target.Find("kind").value();
    site.name = target.Find("name").value();
    // Without a group a target selects by kind; the kinds of Flux have one group each.
    if (!target.Find("group")) {
      const std::vector<std::string_view> groups = catalog::GroupsOf(site.kind);
      if (groups.size() == 1 && catalog::Lookup(groups[0], site.api.version, site.kind))
        site.api.group = groups[0];
    }
    Emit(place, std::move(site), target, version);
  }

  void Pair(const Place& place, Node object, ApiSite::Role role, bool nested = true) {
    if (!object.IsMapping()) return;
    Node version = object.Find("apiVersion");
    ApiSite site;
    site.role = role;
    site.nested = nested;
    site.target_kind = place.target_kind;
    site.api = ApiVersion::Parse(version.value());
    site.kind = object.Find("kind").value();
    Node name = object.Find("name");
    site.name = name ? name.value() : object.At("metadata.name").value();
    Emit(place, std::move(site), object, version);
  }

  // Only plain words are judged: a template is not known, and a regular expression is more than one
  // version.
  static bool IsLiteral(std::string_view text) {
    for (char c : text) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '.' || c == '-';
      if (!plain) return false;
    }
    return !text.empty();
  }

  void Emit(const Place& place, ApiSite site, Node object, Node version) {
    if (!version.IsScalar() || !IsLiteral(site.api.version) || !IsLiteral(site.kind) ||
        !IsLiteral(site.api.group)) {
      return;
    }
    if (TouchesDamage(*place.document, version.range())) return;
    site.version_node = version;
    site.object = object;
    site.document = place.document;
    site.inner = place.inner;
    site.range = place.inner ? place.inner->RangeOf(version) : version.range();
    out_.sites.push_back(std::move(site));
  }

  const bool wait_is_patched_;
  ApiSites& out_;
  int items_left_ = kMaxItems;
  std::set<std::tuple<const yaml::Piece*, uint32_t, yaml::NodeId>> seen_;
};

}  // namespace

const std::vector<ApiSite>& ApiSitesOf(const RuleContext& context) {
  std::shared_ptr<const ApiSites>& memo = context.memo().api_sites;
  if (memo) return memo->sites;
  auto found = std::make_shared<ApiSites>();
  memo = found;
  if (IsGeneratedFile(context.file())) return memo->sites;
  const std::string_view text = context.file().text->content();
  if (text.find("fluxcd.") == std::string_view::npos) return memo->sites;
  Walker walker(context.snapshot().IsKindPatched("Kustomization"), *found);
  for (const RuleContext::Object& object : context.objects()) {
    walker.Object({object.document, nullptr, text}, object.root, ApiSite::Role::kObject, 0);
  }
  if (!IsKustomizationFileName(BaseName(context.file().path))) return memo->sites;
  for (const yaml::Document& document : context.documents()) {
    // A kustomization file need not say what it is.
    if (!document.root().Find("apiVersion")) {
      walker.Kustomization({&document, nullptr, text}, document.root());
    }
  }
  return memo->sites;
}

std::optional<std::vector<TextEdit>> RewriteVersion(const ApiSite& site, std::string_view group,
                                                    std::string_view version) {
  std::string value(version);
  if (site.role != ApiSite::Role::kTarget) value = std::string(group) + "/" + value;
  std::optional<std::vector<TextEdit>> edits =
      yaml::SetScalar(*site.document, site.version_node, value);
  return site.inner ? site.inner->ToFile(std::move(edits)) : edits;
}

}  // namespace fluxls
