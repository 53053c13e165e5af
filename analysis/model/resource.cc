#include "analysis/model/resource.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/model/kustomization.h"
#include "analysis/model/patched_kinds.h"
#include "analysis/model/reference_table.h"
#include "analysis/model/release_evidence.h"

namespace fluxls {
namespace {

using yaml::Node;

class Extractor {
 public:
  explicit Extractor(bool kustomization_file) : kustomization_file_(kustomization_file) {}

  void Read(Node root, uint32_t document) {
    if (!root.IsMapping()) return;
    ResourceId id = IdOf(root);
    if (kustomization_file_ || id.api.group == kKustomizeGroup) {
      if (!facts_.kustomization) facts_.kustomization.emplace();
      ReadKustomization(root, *facts_.kustomization);
      return;
    }
    if (id.kind.empty() || id.api.version.empty()) return;
    Node items = root.Find("items");
    if (id.kind.ends_with("List") && items.IsSequence()) {
      for (Node item : items) {
        Node object = item.Resolve();
        ResourceId item_id = IdOf(object);
        if (!item_id.kind.empty() && !item_id.api.version.empty()) {
          Add(object, std::move(item_id), document);
        }
      }
      return;
    }
    Add(root, std::move(id), document);
  }

  FileFacts Finish(std::string_view text) {
    // The header speaks for the whole manifest; its objects could have been labelled by hand.
    if (std::optional<ReleaseEvidence> header = ReleaseFromHeader(text)) {
      facts_.release = header;
    } else if (facts_.kustomization) {
      Note(ReleaseFromKustomization(*facts_.kustomization));
    }
    return std::move(facts_);
  }

 private:
  static ResourceId IdOf(Node root) {
    ResourceId id;
    if (!root.IsMapping()) return id;
    id.api = ApiVersion::Parse(root.Find("apiVersion").value());
    id.kind = root.Find("kind").value();
    Node metadata = root.Find("metadata");
    id.namespace_ = metadata.Find("namespace").value();
    id.name = metadata.Find("name").value();
    return id;
  }

  // Of several signs in one file the lowest release counts, as everywhere.
  void Note(std::optional<ReleaseEvidence> evidence) {
    if (evidence && (!facts_.release || evidence->release < facts_.release->release)) {
      facts_.release = evidence;
    }
  }

  void Add(Node root, ResourceId id, uint32_t document) {
    uint32_t index = static_cast<uint32_t>(facts_.resources.size());
    Note(ReleaseFromObject(root, id));
    if (IsFluxGroup(id.api.group)) {
      for (const ReferenceField& field : ReferenceFieldsOf(id.api.group, id.kind))
        Follow(field, id, index, root, root, field.route, "");
    }
    facts_.resources.push_back({std::move(id), document});
  }

  // Walks `route` from `node`; `walked` is what lies behind us, with real indices.
  void Follow(const ReferenceField& field, const ResourceId& id, uint32_t index, Node root,
              Node node, std::string_view route, std::string walked) {
    while (!route.empty()) {
      size_t dot = route.find('.');
      std::string_view step = route.substr(0, dot);
      route = dot == std::string_view::npos ? std::string_view() : route.substr(dot + 1);
      bool list = step.ends_with("[]");
      if (list) step.remove_suffix(2);
      node = node.Find(step);
      if (!node) return;
      if (!walked.empty()) walked += '.';
      walked += step;
      if (!list) continue;
      if (!node.IsSequence()) return;
      uint32_t position = 0;
      for (Node item : node) {
        Follow(field, id, index, root, item.Resolve(), route,
               fmt::format("{}[{}]", walked, position));
        ++position;
      }
      return;
    }
    AddReference(field, id, index, root, node, std::move(walked));
  }

  void AddReference(const ReferenceField& field, const ResourceId& id, uint32_t index, Node root,
                    Node node, std::string route) {
    Node name = field.is_name ? node : node.Find("name");
    // `*` selects by labels; it names nothing.
    if (!name.IsScalar() || name.value().empty() || name.value() == "*") return;
    Reference reference;
    reference.resource = index;
    reference.route = std::move(route);
    reference.name = name.value();
    reference.kind = field.target;
    if (reference.kind.empty()) {
      reference.kind = node.Find("kind").value();
      if (reference.kind.empty()) reference.kind = field.default_kind;
      if (reference.kind.empty()) return;
    }
    std::string_view written = field.is_name ? std::string_view() : node.Find("namespace").value();
    switch (field.rule) {
      case NamespaceRule::kOwn:
        reference.namespace_ = id.namespace_;
        break;
      case NamespaceRule::kOfSource:
        written = root.At("spec.chart.spec.sourceRef.namespace").value();
        [[fallthrough]];
      case NamespaceRule::kDefaultOwn:
        reference.namespace_ = written.empty() ? std::string_view(id.namespace_) : written;
        break;
      case NamespaceRule::kAsWritten:
        reference.namespace_ = written;
        break;
    }
    facts_.references.push_back(std::move(reference));
  }

  bool kustomization_file_;
  FileFacts facts_;
};

}  // namespace

ApiVersion ApiVersion::Parse(std::string_view text) {
  size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {"", std::string(text)};
  return {std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

std::string ApiVersion::ToString() const {
  return group.empty() ? version : group + "/" + version;
}

bool IsKustomizationFileName(std::string_view base_name) {
  return std::ranges::find(kKustomizationFileNames, base_name) != std::end(kKustomizationFileNames);
}

bool IsFluxGroup(std::string_view group) {
  return group == "source.extensions.fluxcd.io" || group == "fluxcd.controlplane.io" ||
         group.ends_with(".toolkit.fluxcd.io");
}

namespace {

bool IsDnsLabel(std::string_view text) {
  const auto is_end = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && is_end(text.front()) && is_end(text.back()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_end(c) || c == '-'; });
}

}  // namespace

bool IsNamespaceName(std::string_view text) {
  return text.size() <= 63 && IsDnsLabel(text);
}

bool IsObjectName(std::string_view text) {
  if (text.size() > 253) return false;
  for (size_t dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.')) {
    if (!IsDnsLabel(text.substr(0, dot))) return false;
    text.remove_prefix(dot + 1);
  }
  return IsDnsLabel(text);
}

FileFacts ExtractFacts(std::string_view path, std::string_view text, const yaml::File& file) {
  size_t slash = path.rfind('/');
  std::string_view base = slash == std::string_view::npos ? path : path.substr(slash + 1);
  Extractor extractor(IsKustomizationFileName(base));
  for (size_t i = 0; i < file.documents.size(); ++i) {
    extractor.Read(file.documents[i].root(), static_cast<uint32_t>(i));
  }
  FileFacts facts = extractor.Finish(text);
  for (const yaml::Document& document : file.documents) {
    Node root = document.root();
    if (!root) continue;
    if (!facts.kustomization) break;
    const std::string_view api = root.Find("apiVersion").value();
    facts.kustomization->leads =
        !document.HasErrors() && (api.empty() || ApiVersion::Parse(api).group == kKustomizeGroup);
    break;
  }
  for (const yaml::Document& document : file.documents) {
    const Node root = document.root();
    if (root.Find("kind").value() != "CustomResourceDefinition") continue;
    const std::string_view group = root.At("spec.group").value();
    const std::string_view kind = root.At("spec.names.kind").value();
    if (group.empty() || kind.empty()) continue;
    facts.crds.push_back(
        {std::string(group), std::string(kind), std::hash<std::string_view>()(document.text())});
  }
  for (const yaml::Document& document : file.documents) {
    ReadPatchedKinds(document.root(), document.text(), facts.patched_kinds);
  }
  std::sort(facts.patched_kinds.begin(), facts.patched_kinds.end());
  facts.patched_kinds.erase(std::unique(facts.patched_kinds.begin(), facts.patched_kinds.end()),
                            facts.patched_kinds.end());
  return facts;
}

}  // namespace fluxls
