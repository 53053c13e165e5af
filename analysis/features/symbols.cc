#include "analysis/features/symbols.h"

#include <algorithm>
#include <iterator>

#include "analysis/model/resource.h"
#include "analysis/rules/support.h"
#include "analysis/workspace/file_system.h"

namespace fluxls {
namespace {

using yaml::Node;

// A field that is worth a line in the outline of a kind.
struct OutlineField {
  std::string_view kind;
  std::string_view route;
};

// Of Flux kinds, in the order of facts about them: where it comes from, what it needs, what it
// sets.
constexpr OutlineField kFluxFields[] = {
    {"HelmRelease", "spec.chart.spec.chart"},
    {"HelmRelease", "spec.chart.spec.version"},
    {"HelmRelease", "spec.chart.spec.sourceRef"},
    {"HelmRelease", "spec.chartRef"},
    {"HelmRelease", "spec.releaseName"},
    {"HelmRelease", "spec.targetNamespace"},
    {"HelmRelease", "spec.dependsOn"},
    {"HelmRelease", "spec.valuesFrom"},
    {"HelmRelease", "spec.values"},
    {"HelmRelease", "spec.postRenderers"},
    {"Kustomization", "spec.path"},
    {"Kustomization", "spec.sourceRef"},
    {"Kustomization", "spec.targetNamespace"},
    {"Kustomization", "spec.dependsOn"},
    {"Kustomization", "spec.components"},
    {"Kustomization", "spec.patches"},
    {"Kustomization", "spec.images"},
    {"Kustomization", "spec.healthChecks"},
    {"Kustomization", "spec.decryption"},
    {"Kustomization", "spec.postBuild.substitute"},
    {"Kustomization", "spec.postBuild.substituteFrom"},
    {"GitRepository", "spec.url"},
    {"GitRepository", "spec.ref"},
    {"GitRepository", "spec.secretRef"},
    {"GitRepository", "spec.include"},
    {"OCIRepository", "spec.url"},
    {"OCIRepository", "spec.ref"},
    {"OCIRepository", "spec.layerSelector"},
    {"OCIRepository", "spec.secretRef"},
    {"HelmRepository", "spec.url"},
    {"HelmRepository", "spec.type"},
    {"HelmRepository", "spec.secretRef"},
    {"HelmChart", "spec.chart"},
    {"HelmChart", "spec.version"},
    {"HelmChart", "spec.sourceRef"},
    {"HelmChart", "spec.valuesFiles"},
    {"Bucket", "spec.endpoint"},
    {"Bucket", "spec.bucketName"},
    {"Bucket", "spec.prefix"},
    {"Bucket", "spec.secretRef"},
    {"ExternalArtifact", "spec.sourceRef"},
    {"ArtifactGenerator", "spec.sources"},
    {"ArtifactGenerator", "spec.artifacts"},
    {"Alert", "spec.providerRef"},
    {"Alert", "spec.eventSeverity"},
    {"Alert", "spec.eventSources"},
    {"Provider", "spec.type"},
    {"Provider", "spec.channel"},
    {"Provider", "spec.address"},
    {"Provider", "spec.secretRef"},
    {"Receiver", "spec.type"},
    {"Receiver", "spec.events"},
    {"Receiver", "spec.resources"},
    {"Receiver", "spec.secretRef"},
    {"ImageRepository", "spec.image"},
    {"ImageRepository", "spec.secretRef"},
    {"ImagePolicy", "spec.imageRepositoryRef"},
    {"ImagePolicy", "spec.filterTags"},
    {"ImagePolicy", "spec.policy"},
    {"ImageUpdateAutomation", "spec.sourceRef"},
    {"ImageUpdateAutomation", "spec.git.checkout.ref"},
    {"ImageUpdateAutomation", "spec.git.push"},
    {"ImageUpdateAutomation", "spec.policySelector"},
    {"ImageUpdateAutomation", "spec.update"},
    {"FluxInstance", "spec.distribution"},
    {"FluxInstance", "spec.components"},
    {"FluxInstance", "spec.cluster"},
    {"FluxInstance", "spec.sync"},
    {"FluxInstance", "spec.kustomize.patches"},
    {"ResourceSet", "spec.dependsOn"},
    {"ResourceSet", "spec.inputs"},
    {"ResourceSet", "spec.inputsFrom"},
    {"ResourceSet", "spec.resources"},
    {"ResourceSet", "spec.resourcesTemplate"},
    {"ResourceSetInputProvider", "spec.type"},
    {"ResourceSetInputProvider", "spec.url"},
    {"ResourceSetInputProvider", "spec.filter"},
    {"ResourceSetInputProvider", "spec.defaultValues"},
};

// Of other kinds that stand in every Flux repository.
constexpr OutlineField kOtherFields[] = {
    {"ConfigMap", "data"},
    {"ConfigMap", "binaryData"},
    {"Secret", "data"},
    {"Secret", "stringData"},
    {"CustomResourceDefinition", "spec.group"},
    {"CustomResourceDefinition", "spec.scope"},
    {"CustomResourceDefinition", "spec.versions"},
};

// Inline patches are read to tell what they patch; nobody writes one this long.
constexpr size_t kMaxInlinePatch = 64 << 10;

// Nobody reads an outline of more entries of one list, and editors choke on it.
constexpr size_t kMaxEntries = 1000;

bool Inside(ByteRange inner, ByteRange outer) {
  return outer.begin <= inner.begin && inner.end <= outer.end;
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// Editors throw away the whole list for one symbol without a name.
std::string NameOf(std::string_view text) {
  return IsBlank(text) ? "\"\"" : Shown(text);
}

// The first candidate that lies in `range`: a name may come from an anchor elsewhere.
ByteRange SelectionIn(ByteRange range, std::initializer_list<Node> candidates) {
  for (Node node : candidates) {
    if (node && Inside(node.range(), range) && !node.range().empty()) return node.range();
  }
  return {range.begin, range.begin};
}

Node FirstKey(Node mapping) {
  if (!mapping.IsMapping()) return {};
  for (Node value : mapping) return value.key();
  return {};
}

std::string ObjectName(std::string_view kind, std::string_view space, std::string_view name) {
  std::string out(kind);
  for (std::string_view part : {space, name}) {
    if (IsBlank(part)) continue;
    if (!out.empty()) out += '/';
    out += part;
  }
  return out;
}

// `Kind/namespace/name`, as far as it is written: of a reference, or of an object itself.
std::string NamedIn(Node node) {
  if (!node.IsMapping()) return "";
  const bool whole = !node.Find("name") && node.Find("metadata").IsMapping();
  const Node names = whole ? node.Find("metadata") : node;
  return ObjectName(node.Find("kind").value(), names.Find("namespace").value(),
                    names.Find("name").value());
}

// What an inline patch changes; "" when it does not say (a JSON patch).
std::string PatchedBy(Node scalar) {
  if (!scalar.IsScalar() || scalar.value().size() > kMaxInlinePatch) return "";
  const yaml::File patch = yaml::Parse(scalar.value());
  for (const yaml::Document& document : patch.documents) {
    if (std::string named = NamedIn(document.root()); !named.empty()) return named;
  }
  return "";
}

// What tells one item of a list from the others; "" when nothing does.
std::string LabelOf(Node item) {
  item = item.Resolve();
  if (item.IsBlockScalar()) {
    if (std::string patched = PatchedBy(item); !patched.empty()) return patched;
  }
  if (!item.IsMapping()) return std::string(item.value());
  if (std::string named = NamedIn(item); !named.empty()) return named;
  if (const Node path = item.Find("path"); !IsBlank(path.value())) return std::string(path.value());
  if (std::string target = NamedIn(item.Find("target")); !target.empty()) return target;
  if (std::string patched = PatchedBy(item.Find("patch")); !patched.empty()) return patched;
  for (Node value : item) {
    if (!value.IsScalar() || value.IsBlockScalar() || IsBlank(value.value())) continue;
    return std::string(value.key().value()) + ": " + std::string(value.value());
  }
  return "";
}

SymbolKind KindOf(Node node) {
  const Node resolved = node.Resolve();
  if (resolved.IsMapping()) return SymbolKind::kMapping;
  return resolved.IsSequence() ? SymbolKind::kSequence : SymbolKind::kScalar;
}

// What stands behind a key, in a few words.
std::string DetailOf(Node value) {
  value = value.Resolve();
  if (value.IsMapping()) return Shown(NamedIn(value));
  return value.IsBlockScalar() ? "" : Shown(value.value());
}

struct Style {
  bool values = true;  // show what scalars say
  int depth = 1;       // levels of children
};

std::vector<Symbol> ChildrenOf(Node node, Style style);

// A pair of a mapping.
Symbol PairSymbol(Node value, Style style) {
  Symbol out;
  out.name = NameOf(value.key().value());
  out.kind = KindOf(value);
  out.range = value.pair_range();
  out.selection = SelectionIn(out.range, {value.key()});
  if (style.values) out.detail = DetailOf(value);
  out.children = ChildrenOf(value, style);
  return out;
}

Symbol ItemSymbol(Node item, uint32_t index, Style style) {
  Symbol out;
  const std::string label = style.values ? LabelOf(item) : "";
  out.name = IsBlank(label) ? "[" + std::to_string(index) + "]" : Shown(label);
  out.kind = KindOf(item);
  out.range = item.pair_range();
  out.selection = SelectionIn(out.range, {item.IsMapping() ? FirstKey(item) : item});
  out.children = ChildrenOf(item, style);
  return out;
}

// Written below `node` itself: aliases lead out of the parent's range.
std::vector<Symbol> ChildrenOf(Node node, Style style) {
  std::vector<Symbol> out;
  if (style.depth == 0) return out;
  --style.depth;
  uint32_t index = 0;
  if (node.IsMapping()) {
    for (Node value : node) {
      if (out.size() == kMaxEntries) break;
      out.push_back(PairSymbol(value, style));
    }
  } else if (node.IsSequence()) {
    for (Node item : node) {
      if (out.size() == kMaxEntries) break;
      out.push_back(ItemSymbol(item, index++, style));
    }
  }
  return out;
}

Node FindWritten(Node node, std::string_view route) {
  while (node && !route.empty()) {
    const size_t dot = std::min(route.find('.'), route.size());
    node = node.FindOwn(route.substr(0, dot));
    route.remove_prefix(std::min(dot + 1, route.size()));
  }
  return node;
}

bool IsHead(std::string_view key) {
  return key == "apiVersion" || key == "kind";
}

template <size_t N>
std::vector<Symbol> TableChildren(const OutlineField (&table)[N], std::string_view kind, Node root,
                                  Style style) {
  std::vector<Symbol> out;
  for (const OutlineField& field : table) {
    if (field.kind != kind) continue;
    const Node value = FindWritten(root, field.route);
    if (value && value.key()) out.push_back(PairSymbol(value, style));
  }
  return out;
}

template <size_t N>
bool Knows(const OutlineField (&table)[N], std::string_view kind) {
  return std::ranges::any_of(table, [&](const OutlineField& field) { return field.kind == kind; });
}

// All keys but the head, each with what `style` says of it.
std::vector<Symbol> TopKeys(Node root, Style style) {
  std::vector<Symbol> out;
  for (Node value : root) {
    if (!IsHead(value.key().value())) out.push_back(PairSymbol(value, style));
  }
  return out;
}

void Order(std::vector<Symbol>& symbols) {
  std::ranges::stable_sort(symbols, {}, [](const Symbol& symbol) { return symbol.range; });
}

// `written` is the node that stands in the file, an alias perhaps.
Symbol ObjectSymbol(Node written) {
  const Node root = written.Resolve();
  const Node kind = root.Find("kind");
  const Node metadata = root.Find("metadata");
  Node name = metadata.Find("name");
  if (IsBlank(name.value())) name = metadata.Find("generateName");
  const std::string group = ApiVersion::Parse(root.Find("apiVersion").value()).group;
  const bool flux =
      IsFluxGroup(group) || (!root.Find("apiVersion") && Knows(kFluxFields, kind.value()));

  Symbol out;
  out.name = NameOf(ObjectName(kind.value(), "", name.value()));
  out.detail = Shown(metadata.Find("namespace").value());
  out.kind = flux ? SymbolKind::kFluxObject : SymbolKind::kObject;
  // The dash of an item is its own.
  out.range = written.pair_range();
  out.selection = SelectionIn(out.range, {name, kind, FirstKey(written), written});
  if (written != root) return out;

  const Node items = root.FindOwn("items");
  if (kind.value().ends_with("List") && items.IsSequence()) {
    for (Node item : items) {
      if (item.Resolve().Find("kind").IsScalar()) out.children.push_back(ObjectSymbol(item));
    }
    return out;
  }
  const Style style{.values = kind.value() != "Secret"};
  out.children = flux ? TableChildren(kFluxFields, kind.value(), root, style)
                      : TableChildren(kOtherFields, kind.value(), root, style);
  if (out.children.empty()) out.children = TopKeys(root, style);
  Order(out.children);
  return out;
}

Symbol KustomizationSymbol(std::string_view path, Node root) {
  const Node kind = root.Find("kind");
  const Node name = root.Find("metadata").Find("name");
  Symbol out;
  out.name =
      NameOf(ObjectName(kind.value().empty() ? "Kustomization" : kind.value(), "", name.value()));
  out.detail = BaseName(DirectoryName(path));
  out.kind = SymbolKind::kObject;
  out.range = root.full_range();
  out.selection = SelectionIn(out.range, {name, kind, FirstKey(root), root});
  for (Node value : root) {
    if (!IsHead(value.key().value()) && value.key().value() != "metadata")
      out.children.push_back(PairSymbol(value, {}));
  }
  return out;
}

bool IsKustomization(std::string_view path, Node root) {
  const std::string_view api = root.Find("apiVersion").value();
  if (!api.empty()) return ApiVersion::Parse(api).group == kKustomizeGroup;
  const std::string_view kind = root.Find("kind").value();
  return IsKustomizationFileName(BaseName(path)) &&
         (kind.empty() || kind == "Kustomization" || kind == "Component");
}

}  // namespace

std::vector<Symbol> DocumentSymbols(std::string_view path, const yaml::File& file) {
  std::vector<Symbol> out;
  for (const yaml::Document& document : file.documents) {
    const Node root = document.root();
    if (!root.IsMapping()) continue;
    // Charts have a `kind` among their values, too.
    const bool object = !IsBlank(root.Find("kind").value()) &&
                        (root.Find("apiVersion") || root.Find("metadata").IsMapping());
    if (IsKustomization(path, root)) {
      out.push_back(KustomizationSymbol(path, root));
    } else if (object) {
      out.push_back(ObjectSymbol(root));
    } else {
      std::ranges::move(ChildrenOf(root, {}), std::back_inserter(out));
    }
  }
  return out;
}

}  // namespace fluxls
