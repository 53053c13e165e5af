#include "analysis/build/kustomization_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "analysis/model/resource.h"
#include "analysis/workspace/file_system.h"
#include "schemas/nearest.h"

namespace fluxls::build {
namespace {

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

enum class Shape : uint8_t { kText, kMap, kList, kAny };

struct KnownField {
  std::string_view name;
  Shape shape;
};
constexpr KnownField kFields[] = {
    {"apiVersion", Shape::kText},
    {"kind", Shape::kText},
    {"metadata", Shape::kMap},
    {"openapi", Shape::kMap},
    {"namePrefix", Shape::kText},
    {"nameSuffix", Shape::kText},
    {"namespace", Shape::kText},
    {"commonLabels", Shape::kMap},
    {"labels", Shape::kList},
    {"commonAnnotations", Shape::kMap},
    {"patchesStrategicMerge", Shape::kList},
    {"patchesJson6902", Shape::kList},
    {"patches", Shape::kList},
    {"images", Shape::kList},
    {"imageTags", Shape::kList},
    {"replacements", Shape::kList},
    {"replicas", Shape::kList},
    {"vars", Shape::kList},
    {"sortOptions", Shape::kMap},
    {"resources", Shape::kList},
    {"components", Shape::kList},
    {"crds", Shape::kList},
    {"bases", Shape::kList},
    {"configMapGenerator", Shape::kList},
    {"secretGenerator", Shape::kList},
    {"helmGlobals", Shape::kMap},
    {"helmCharts", Shape::kList},
    {"helmChartInflationGenerator", Shape::kList},
    {"generatorOptions", Shape::kMap},
    {"configurations", Shape::kList},
    {"generators", Shape::kList},
    {"transformers", Shape::kList},
    {"validators", Shape::kList},
    {"buildMetadata", Shape::kList},
};

bool Fits(const Value* value, Shape shape) {
  switch (shape) {
    case Shape::kText:
      return value->IsScalar();
    case Shape::kMap:
      return value->IsMap();
    case Shape::kList:
      return value->IsList();
    case Shape::kAny:
      return true;
  }
  return true;
}

std::string_view ShapeName(Shape shape) {
  switch (shape) {
    case Shape::kText:
      return "a text";
    case Shape::kMap:
      return "a mapping";
    case Shape::kList:
      return "a list";
    case Shape::kAny:
      break;
  }
  return "a value";
}

class Reader {
 public:
  Reader(const std::string& path, bool strict, std::vector<Problem>& problems)
      : path_(path), strict_(strict), problems_(problems) {}

  Kustomization Read(const Value* root) {
    Kustomization out;
    out.path = path_;
    out.directory = DirectoryName(path_);
    out.root = root;
    out.origin = root ? root->origin : Origin();
    if (!root || root->IsNull()) {
      Refuse(ProblemKind::kBadKustomization, out.origin, "this kustomization file is empty");
      return out;
    }
    if (!root->IsMap()) {
      Refuse(ProblemKind::kBadKustomization, out.origin, "a kustomization file must be a mapping");
      return out;
    }
    CheckFields(root);
    CheckKind(root, out);
    Append(out.resources, root, "resources");
    Append(out.resources, root, "bases");
    Append(out.components, root, "components");
    Append(out.patches_strategic, root, "patchesStrategicMerge");
    Append(out.patches, root, "patches");
    Append(out.patches_json, root, "patchesJson6902");
    Append(out.images, root, "images");
    Append(out.images, root, "imageTags");
    Append(out.replicas, root, "replicas");
    Append(out.replacements, root, "replacements");
    Append(out.vars, root, "vars");
    Append(out.config_maps, root, "configMapGenerator");
    Append(out.secrets, root, "secretGenerator");
    Append(out.generators, root, "generators");
    Append(out.transformers, root, "transformers");
    Append(out.validators, root, "validators");
    Append(out.configurations, root, "configurations");
    Append(out.crds, root, "crds");
    Append(out.labels, root, "labels");
    out.common_labels = Field(root, "commonLabels");
    out.common_annotations = Field(root, "commonAnnotations");
    out.generator_options = Field(root, "generatorOptions");
    out.openapi = Field(root, "openapi");
    out.sort_options = Field(root, "sortOptions");
    for (std::string_view name : {"helmCharts", "helmChartInflationGenerator"}) {
      if (const Value* helm = Field(root, name); helm && !out.helm) out.helm = helm;
    }
    out.namespace_ = FieldSetting(root, "namespace");
    out.name_prefix = FieldSetting(root, "namePrefix");
    out.name_suffix = FieldSetting(root, "nameSuffix");
    for (const Value* option : FieldItems(root, "buildMetadata"))
      out.build_metadata.push_back(option->str());
    return out;
  }

 private:
  void Refuse(ProblemKind kind, Origin where, std::string message) {
    problems_.push_back({kind, true, path_, where.range, std::move(message), {}});
  }

  static void Append(std::vector<const Value*>& list, const Value* root, std::string_view name) {
    for (const Value* item : FieldItems(root, name)) list.push_back(item);
  }

  void CheckFields(const Value* root) {
    bool anything = false;
    for (const Pair& pair : root->Pairs()) {
      auto known = std::find_if(
          std::begin(kFields), std::end(kFields),
          [&pair](const KnownField& field) { return EqualsIgnoringCase(field.name, pair.key); });
      if (known == std::end(kFields)) {
        if (strict_) {
          std::string message = fmt::format("\"{}\" is no field of a kustomization file", pair.key);
          if (auto near = Nearest(pair.key, KustomizationFieldNames()))
            message += fmt::format("; did you mean \"{}\"?", *near);
          Refuse(ProblemKind::kBadKustomization, pair.value->origin, std::move(message));
        }
        continue;
      }
      if (pair.value->IsNull()) continue;
      anything |= known->name != "apiVersion" && known->name != "kind";
      if (!Fits(pair.value, known->shape)) {
        Refuse(ProblemKind::kBadKustomization, pair.value->origin,
               fmt::format("{} must be {}", known->name, ShapeName(known->shape)));
      }
    }
    if (strict_ && !anything) {
      Refuse(ProblemKind::kBadKustomization, root->origin, "this kustomization file lists nothing");
    }
  }

  void CheckKind(const Value* root, Kustomization& out) {
    const std::string_view kind = FieldText(root, "kind");
    const std::string_view api = FieldText(root, "apiVersion");
    out.component = kind == "Component";
    if (!kind.empty() && kind != "Kustomization" && kind != "Component") {
      Refuse(ProblemKind::kBadKustomization, Field(root, "kind")->origin,
             fmt::format("kind is \"{}\"; kustomize reads Kustomization and Component", kind));
      return;
    }
    const std::string_view wanted =
        out.component ? "kustomize.config.k8s.io/v1alpha1" : "kustomize.config.k8s.io/v1beta1";
    if (!api.empty() && api != wanted) {
      Refuse(ProblemKind::kBadKustomization, Field(root, "apiVersion")->origin,
             fmt::format("apiVersion of a {} is {}, not {}",
                         out.component ? "Component" : "Kustomization", wanted, api));
    }
  }

  const std::string& path_;
  bool strict_;
  std::vector<Problem>& problems_;
};

}  // namespace

const Value* Field(const Value* map, std::string_view name) {
  if (!map) return nullptr;
  const Value* found = nullptr;
  for (const Pair& pair : map->Pairs()) {
    if (EqualsIgnoringCase(pair.key, name)) found = pair.value;
  }
  return found && !found->IsNull() ? found : nullptr;
}

std::string_view FieldText(const Value* map, std::string_view name) {
  const Value* value = Field(map, name);
  return value ? value->str() : std::string_view();
}

bool FieldIsTrue(const Value* map, std::string_view name) {
  const Value* value = Field(map, name);
  return value && value->type == Type::kBool && (value->str()[0] == 't' || value->str()[0] == 'T');
}

std::span<const Value* const> FieldItems(const Value* map, std::string_view name) {
  const Value* value = Field(map, name);
  return value ? value->Items() : std::span<const Value* const>();
}

Setting FieldSetting(const Value* map, std::string_view name) {
  const Value* value = Field(map, name);
  if (!value || !value->IsScalar()) return {};
  return {value->str(), value->origin};
}

bool Kustomization::Has(std::string_view option) const {
  return std::find(build_metadata.begin(), build_metadata.end(), option) != build_metadata.end();
}

Kustomization ReadKustomizationFile(const std::string& path, const Value* root, bool strict,
                                    std::vector<Problem>& problems) {
  return Reader(path, strict, problems).Read(root);
}

const std::vector<std::string_view>& KustomizationFieldNames() {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> names;
    for (const KnownField& field : kFields) names.push_back(field.name);
    return names;
  }();
  return kNames;
}

}  // namespace fluxls::build
