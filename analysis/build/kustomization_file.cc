#include "analysis/build/kustomization_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/build/kustomization_shape.h"
#include "analysis/workspace/file_system.h"

namespace fluxls::build {
namespace {

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
    for (Misfit& misfit : FindMisfits(root)) {
      if (misfit.unknown_field && !strict_) continue;
      Refuse(ProblemKind::kBadKustomization, misfit.where->origin, std::move(misfit.message));
    }
    const bool anything =
        std::any_of(root->Pairs().begin(), root->Pairs().end(), [](const Pair& pair) {
          return !pair.value->IsNull() && !EqualsIgnoringCase(pair.key, "apiVersion") &&
                 !EqualsIgnoringCase(pair.key, "kind");
        });
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
  return IsTrue(Field(map, name));
}

std::span<const Value* const> FieldItems(const Value* map, std::string_view name) {
  return ItemsOf(Field(map, name));
}

Setting FieldSetting(const Value* map, std::string_view name) {
  const Value* value = Field(map, name);
  if (!value || !value->IsScalar()) return {};
  return {value->str(), value->origin};
}

std::string DescribeFields(const Value* map, std::initializer_list<std::string_view> names) {
  std::string out;
  for (std::string_view name : names) {
    const std::string_view text = FieldText(map, name);
    if (!text.empty()) out += fmt::format("{}{} \"{}\"", out.empty() ? "" : ", ", name, text);
  }
  return out;
}

bool Kustomization::Has(std::string_view option) const {
  return std::find(build_metadata.begin(), build_metadata.end(), option) != build_metadata.end();
}

Kustomization ReadKustomizationFile(const std::string& path, const Value* root, bool strict,
                                    std::vector<Problem>& problems) {
  return Reader(path, strict, problems).Read(root);
}

}  // namespace fluxls::build
