#include "analysis/rules/support.h"

#include <algorithm>
#include <array>
#include <map>

#include "analysis/text/unicode.h"
#include "analysis/workspace/schema_choice.h"

namespace fluxls {
namespace {

using yaml::Node;

// Fields that stand at the top of a kustomization file and nowhere else.
constexpr std::string_view kKustomizeFields[] = {
    "resources",
    "bases",
    "patchesStrategicMerge",
    "patchesJson6902",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "commonLabels",
    "commonAnnotations",
    "replacements",
    "configurations",
    "crds",
    "vars",
    "helmCharts",
    "transformers",
    "generators",
};
// Fields of a kustomization file that Flux objects have as well, one level down: without the right
// indentation they stand at the top. They count where there is no `metadata`, which a Flux object
// would have.
constexpr std::string_view kSharedFields[] = {
    "components", "patches", "namespace", "namePrefix",
    "nameSuffix", "labels",  "images",    "replicas",
};

// Fields of a Flux Kustomization's spec, each of which proves what the object is.
constexpr std::string_view kFluxFields[] = {"sourceRef", "interval",  "prune",           "path",
                                            "dependsOn", "postBuild", "targetNamespace", "wait"};

}  // namespace

bool HasTemplate(std::string_view text) {
  for (std::string_view mark : {"${", "{{", "{%", "$("}) {
    if (text.find(mark) != std::string_view::npos) return true;
  }
  const size_t open = text.find("<<");
  return open != std::string_view::npos && text.find(">>", open) != std::string_view::npos;
}

struct SchemaChoices {
  std::map<std::pair<ApiVersion, std::string>, schema::Choice> by_kind;
};

const schema::Choice& SchemaFor(const RuleContext& context, const ApiVersion& api,
                                std::string_view kind) {
  std::shared_ptr<SchemaChoices>& memo = context.memo().schemas;
  if (!memo) memo = std::make_shared<SchemaChoices>();
  auto [entry, fresh] = memo->by_kind.try_emplace({api, std::string(kind)});
  if (fresh) entry->second = schema::Choose(context.snapshot(), context.file().path, api, kind);
  return entry->second;
}

std::string Shown(std::string_view text, uint32_t most) {
  std::string out(text.substr(0, PrefixOfCodePoints(text, most)));
  if (out.size() < text.size()) out += "…";
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

Node FindKustomizeField(Node root) {
  if (!root.IsMapping()) return {};
  const bool shared = !root.Find("metadata");
  for (Node value : root) {
    const std::string_view key = value.key().value();
    if (std::ranges::find(kKustomizeFields, key) != std::end(kKustomizeFields) ||
        (shared && std::ranges::find(kSharedFields, key) != std::end(kSharedFields))) {
      return value;
    }
  }
  return {};
}

bool IsKustomizeFileUnderFluxApi(Node root) {
  return root.Find("kind").value() == "Kustomization" &&
         ApiVersion::Parse(root.Find("apiVersion").value()).group == kFluxKustomizeGroup &&
         !root.Find("spec") && FindKustomizeField(root);
}

bool IsFluxKustomizationUnderKustomizeApi(Node root) {
  if (root.Find("kind").value() != "Kustomization" ||
      ApiVersion::Parse(root.Find("apiVersion").value()).group != kKustomizeGroup) {
    return false;
  }
  Node spec = root.Find("spec");
  return spec.IsMapping() && !FindKustomizeField(root) &&
         std::ranges::any_of(kFluxFields,
                             [&](std::string_view field) { return bool(spec.Find(field)); });
}

bool IsGeneratedFile(const SourceFile& file) {
  return BaseName(file.path) == "gotk-components.yaml";
}

bool LooksInline(Node scalar) {
  const std::string_view text = scalar.value();
  return scalar.IsBlockScalar() || text.find('\n') != std::string_view::npos ||
         text.find(": ") != std::string_view::npos || text.starts_with('{') ||
         text.starts_with('[');
}

bool TouchesDamage(const yaml::Document& document, ByteRange range) {
  for (ByteRange damaged : document.damaged()) {
    if (damaged.begin <= range.end && range.begin <= damaged.end) return true;
  }
  return false;
}

bool TakesComment(const yaml::Document& document, const std::vector<TextEdit>& edits) {
  return std::ranges::any_of(document.comments(), [&](ByteRange comment) {
    return std::ranges::any_of(edits, [&](const TextEdit& edit) {
      return edit.range.begin < comment.end && comment.begin < edit.range.end;
    });
  });
}

std::optional<std::vector<TextEdit>> WriteFirst(const yaml::Document& document, Node mapping,
                                                std::string_view key, std::string_view value) {
  const Node old = mapping.FindOwn(key);
  return old ? yaml::SetScalar(document, old, value)
             : yaml::AddFirstKey(document, mapping, key, value);
}

std::optional<std::vector<TextEdit>> Together(std::optional<std::vector<TextEdit>> first,
                                              std::optional<std::vector<TextEdit>> second) {
  if (!first || !second) return std::nullopt;
  first->insert(first->end(), second->begin(), second->end());
  return first;
}

std::optional<std::vector<TextEdit>> OneAfterTheOther(
    const SourceFile& file, const std::optional<std::vector<TextEdit>>& first,
    const std::function<std::optional<std::vector<TextEdit>>(const yaml::Document&)>& second) {
  if (!first) return std::nullopt;
  const std::string& before = file.text->content();
  const std::string between = ApplyEdits(before, *first);
  const yaml::File yaml = yaml::Parse(between);
  for (const yaml::Document& document : yaml.documents) {
    if (!document.root()) continue;
    std::optional<std::vector<TextEdit>> edits = second(document);
    if (!edits) return std::nullopt;
    return std::vector<TextEdit>{MinimalEdit(before, ApplyEdits(between, *edits))};
  }
  return std::nullopt;
}

namespace {

yaml::Value Copied(Node node, int depth) {
  constexpr int kMaxDepth = 100;
  if (node.IsNull() || !node || depth > kMaxDepth) return yaml::Value::Verbatim("null");
  if (node.IsMapping()) {
    std::vector<yaml::ValuePair> pairs;
    for (const Node value : node)
      pairs.push_back({std::string(value.key().value()), Copied(value, depth + 1)});
    return yaml::Value::Mapping(std::move(pairs));
  }
  if (node.IsSequence()) {
    std::vector<yaml::Value> items;
    for (const Node item : node) items.push_back(Copied(item, depth + 1));
    return yaml::Value::Sequence(std::move(items));
  }
  if (node.IsBlockScalar()) return yaml::Value::Block(std::string(node.value()));
  if (node.style() == yaml::ScalarStyle::kPlain)
    return yaml::Value::Verbatim(std::string(node.value()));
  return yaml::Value::String(std::string(node.value()));
}

}  // namespace

bool IsBound(Node node) {
  bool bound = false;
  node.Visit([&](Node inside) {
    bound = bound || inside.IsAlias() || !inside.anchor().empty() || !inside.tag().empty() ||
            (inside.IsKey() && inside.value() == "<<");
  });
  return bound;
}

yaml::Value ValueOf(Node node) {
  return Copied(node, 0);
}

const yaml::Document* KustomizationDocument(const RuleContext& context) {
  if (!IsKustomizationFileName(BaseName(context.file().path))) return nullptr;
  if (!context.file().facts.kustomization) return nullptr;
  for (const yaml::Document& document : context.documents()) {
    const Node root = document.root();
    if (!root) continue;
    const std::string_view api = root.Find("apiVersion").value();
    const bool is_kustomization = root.IsMapping() && !HasTemplate(api) &&
                                  (api.empty() || ApiVersion::Parse(api).group == kKustomizeGroup ||
                                   IsKustomizeFileUnderFluxApi(root));
    // kustomize reads the first document only.
    return is_kustomization ? &document : nullptr;
  }
  return nullptr;
}

}  // namespace fluxls
