#include "analysis/build/kustomization_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>

#include "analysis/build/kustomization_file.h"
#include "schemas/nearest.h"

namespace fluxls::build {
namespace {

enum class Shape : uint8_t { kText, kBool, kWhole, kTexts, kTextMap, kBoolMap, kObject, kObjects };

// The structs of kustomize's api/types; each has its own name for the messages.
enum class Struct : uint8_t {
  kNone,
  kKustomization,
  kMetadata,
  kLabel,
  kFieldSpec,
  kPatch,
  kSelector,
  kImage,
  kReplacement,
  kSource,
  kTarget,
  kReplacementOptions,
  kReplicas,
  kVar,
  kVarObject,
  kVarField,
  kSortOptions,
  kLegacySortOptions,
  kConfigMap,
  kSecret,
  kGeneratorOptions,
};

std::string_view NameOf(Struct type) {
  switch (type) {
    case Struct::kNone:
      break;
    case Struct::kKustomization:
      return "a kustomization file";
    case Struct::kMetadata:
      return "metadata";
    case Struct::kLabel:
      return "an entry of labels";
    case Struct::kFieldSpec:
      return "a field spec";
    case Struct::kPatch:
      return "a patch";
    case Struct::kSelector:
      return "a selector";
    case Struct::kImage:
      return "an entry of images";
    case Struct::kReplacement:
      return "a replacement";
    case Struct::kSource:
      return "a replacement's source";
    case Struct::kTarget:
      return "a replacement's target";
    case Struct::kReplacementOptions:
      return "a replacement's options";
    case Struct::kReplicas:
      return "an entry of replicas";
    case Struct::kVar:
      return "a var";
    case Struct::kVarObject:
      return "objref";
    case Struct::kVarField:
      return "fieldref";
    case Struct::kSortOptions:
      return "sortOptions";
    case Struct::kLegacySortOptions:
      return "legacySortOptions";
    case Struct::kConfigMap:
      return "a configMapGenerator";
    case Struct::kSecret:
      return "a secretGenerator";
    case Struct::kGeneratorOptions:
      return "generator options";
  }
  return "this mapping";
}

struct FieldRule {
  Struct owner;
  std::string_view name;
  Shape shape;
  Struct type = Struct::kNone;
};

constexpr FieldRule kRules[] = {
    {Struct::kKustomization, "apiVersion", Shape::kText},
    {Struct::kKustomization, "kind", Shape::kText},
    {Struct::kKustomization, "metadata", Shape::kObject, Struct::kMetadata},
    {Struct::kKustomization, "openapi", Shape::kTextMap},
    {Struct::kKustomization, "namePrefix", Shape::kText},
    {Struct::kKustomization, "nameSuffix", Shape::kText},
    {Struct::kKustomization, "namespace", Shape::kText},
    {Struct::kKustomization, "commonLabels", Shape::kTextMap},
    {Struct::kKustomization, "labels", Shape::kObjects, Struct::kLabel},
    {Struct::kKustomization, "commonAnnotations", Shape::kTextMap},
    {Struct::kKustomization, "patchesStrategicMerge", Shape::kTexts},
    {Struct::kKustomization, "patchesJson6902", Shape::kObjects, Struct::kPatch},
    {Struct::kKustomization, "patches", Shape::kObjects, Struct::kPatch},
    {Struct::kKustomization, "images", Shape::kObjects, Struct::kImage},
    {Struct::kKustomization, "imageTags", Shape::kObjects, Struct::kImage},
    {Struct::kKustomization, "replacements", Shape::kObjects, Struct::kReplacement},
    {Struct::kKustomization, "replicas", Shape::kObjects, Struct::kReplicas},
    {Struct::kKustomization, "vars", Shape::kObjects, Struct::kVar},
    {Struct::kKustomization, "sortOptions", Shape::kObject, Struct::kSortOptions},
    {Struct::kKustomization, "resources", Shape::kTexts},
    {Struct::kKustomization, "components", Shape::kTexts},
    {Struct::kKustomization, "crds", Shape::kTexts},
    {Struct::kKustomization, "bases", Shape::kTexts},
    {Struct::kKustomization, "configMapGenerator", Shape::kObjects, Struct::kConfigMap},
    {Struct::kKustomization, "secretGenerator", Shape::kObjects, Struct::kSecret},
    {Struct::kKustomization, "helmGlobals", Shape::kObject},
    {Struct::kKustomization, "helmCharts", Shape::kObjects},
    {Struct::kKustomization, "helmChartInflationGenerator", Shape::kObjects},
    {Struct::kKustomization, "generatorOptions", Shape::kObject, Struct::kGeneratorOptions},
    {Struct::kKustomization, "configurations", Shape::kTexts},
    {Struct::kKustomization, "generators", Shape::kTexts},
    {Struct::kKustomization, "transformers", Shape::kTexts},
    {Struct::kKustomization, "validators", Shape::kTexts},
    {Struct::kKustomization, "buildMetadata", Shape::kTexts},
    {Struct::kMetadata, "name", Shape::kText},
    {Struct::kMetadata, "namespace", Shape::kText},
    {Struct::kMetadata, "labels", Shape::kTextMap},
    {Struct::kMetadata, "annotations", Shape::kTextMap},
    {Struct::kLabel, "pairs", Shape::kTextMap},
    {Struct::kLabel, "includeSelectors", Shape::kBool},
    {Struct::kLabel, "includeTemplates", Shape::kBool},
    {Struct::kLabel, "fields", Shape::kObjects, Struct::kFieldSpec},
    {Struct::kFieldSpec, "group", Shape::kText},
    {Struct::kFieldSpec, "version", Shape::kText},
    {Struct::kFieldSpec, "kind", Shape::kText},
    {Struct::kFieldSpec, "path", Shape::kText},
    {Struct::kFieldSpec, "create", Shape::kBool},
    {Struct::kPatch, "path", Shape::kText},
    {Struct::kPatch, "patch", Shape::kText},
    {Struct::kPatch, "target", Shape::kObject, Struct::kSelector},
    {Struct::kPatch, "options", Shape::kBoolMap},
    {Struct::kSelector, "group", Shape::kText},
    {Struct::kSelector, "version", Shape::kText},
    {Struct::kSelector, "kind", Shape::kText},
    {Struct::kSelector, "name", Shape::kText},
    {Struct::kSelector, "namespace", Shape::kText},
    {Struct::kSelector, "labelSelector", Shape::kText},
    {Struct::kSelector, "annotationSelector", Shape::kText},
    {Struct::kImage, "name", Shape::kText},
    {Struct::kImage, "newName", Shape::kText},
    {Struct::kImage, "newTag", Shape::kText},
    {Struct::kImage, "tagSuffix", Shape::kText},
    {Struct::kImage, "digest", Shape::kText},
    {Struct::kReplacement, "path", Shape::kText},
    {Struct::kReplacement, "source", Shape::kObject, Struct::kSource},
    {Struct::kReplacement, "sourceValue", Shape::kText},
    {Struct::kReplacement, "targets", Shape::kObjects, Struct::kTarget},
    {Struct::kSource, "group", Shape::kText},
    {Struct::kSource, "version", Shape::kText},
    {Struct::kSource, "kind", Shape::kText},
    {Struct::kSource, "name", Shape::kText},
    {Struct::kSource, "namespace", Shape::kText},
    {Struct::kSource, "fieldPath", Shape::kText},
    {Struct::kSource, "options", Shape::kObject, Struct::kReplacementOptions},
    {Struct::kTarget, "select", Shape::kObject, Struct::kSelector},
    {Struct::kTarget, "reject", Shape::kObjects, Struct::kSelector},
    {Struct::kTarget, "fieldPaths", Shape::kTexts},
    {Struct::kTarget, "options", Shape::kObject, Struct::kReplacementOptions},
    {Struct::kReplacementOptions, "delimiter", Shape::kText},
    {Struct::kReplacementOptions, "encoding", Shape::kText},
    {Struct::kReplacementOptions, "index", Shape::kWhole},
    {Struct::kReplacementOptions, "create", Shape::kBool},
    {Struct::kReplicas, "name", Shape::kText},
    {Struct::kReplicas, "count", Shape::kWhole},
    {Struct::kVar, "name", Shape::kText},
    {Struct::kVar, "objref", Shape::kObject, Struct::kVarObject},
    {Struct::kVar, "fieldref", Shape::kObject, Struct::kVarField},
    {Struct::kVarObject, "apiVersion", Shape::kText},
    {Struct::kVarObject, "group", Shape::kText},
    {Struct::kVarObject, "version", Shape::kText},
    {Struct::kVarObject, "kind", Shape::kText},
    {Struct::kVarObject, "name", Shape::kText},
    {Struct::kVarObject, "namespace", Shape::kText},
    {Struct::kVarField, "fieldPath", Shape::kText},
    {Struct::kSortOptions, "order", Shape::kText},
    {Struct::kSortOptions, "legacySortOptions", Shape::kObject, Struct::kLegacySortOptions},
    {Struct::kLegacySortOptions, "orderFirst", Shape::kTexts},
    {Struct::kLegacySortOptions, "orderLast", Shape::kTexts},
    {Struct::kConfigMap, "name", Shape::kText},
    {Struct::kConfigMap, "namespace", Shape::kText},
    {Struct::kConfigMap, "behavior", Shape::kText},
    {Struct::kConfigMap, "env", Shape::kText},
    {Struct::kConfigMap, "literals", Shape::kTexts},
    {Struct::kConfigMap, "files", Shape::kTexts},
    {Struct::kConfigMap, "envs", Shape::kTexts},
    {Struct::kConfigMap, "options", Shape::kObject, Struct::kGeneratorOptions},
    {Struct::kSecret, "name", Shape::kText},
    {Struct::kSecret, "namespace", Shape::kText},
    {Struct::kSecret, "behavior", Shape::kText},
    {Struct::kSecret, "env", Shape::kText},
    {Struct::kSecret, "literals", Shape::kTexts},
    {Struct::kSecret, "files", Shape::kTexts},
    {Struct::kSecret, "envs", Shape::kTexts},
    {Struct::kSecret, "options", Shape::kObject, Struct::kGeneratorOptions},
    {Struct::kSecret, "type", Shape::kText},
    {Struct::kGeneratorOptions, "labels", Shape::kTextMap},
    {Struct::kGeneratorOptions, "annotations", Shape::kTextMap},
    {Struct::kGeneratorOptions, "disableNameSuffixHash", Shape::kBool},
    {Struct::kGeneratorOptions, "immutable", Shape::kBool},
};

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}
bool IsOldTrue(std::string_view text) {
  return IsOneOf(text, {"y", "Y", "yes", "Yes", "YES", "on", "On", "ON"});
}
bool IsOldFalse(std::string_view text) {
  return IsOneOf(text, {"n", "N", "no", "No", "NO", "off", "Off", "OFF"});
}

bool IsBool(const Value* value) {
  if (value->type == Type::kBool) return true;
  return value->type == Type::kString && value->style == yaml::ScalarStyle::kPlain &&
         (IsOldTrue(value->str()) || IsOldFalse(value->str()));
}

// The type as JSON has it.
std::string_view Found(const Value* value) {
  if (value->IsMap()) return "a mapping";
  if (value->IsList()) return "a list";
  if (IsBool(value)) return "true or false";
  if (value->type == Type::kInt || value->type == Type::kFloat) return "a number";
  return "a text";
}

std::string_view Wanted(Shape shape) {
  switch (shape) {
    case Shape::kText:
      return "a text";
    case Shape::kBool:
      return "true or false";
    case Shape::kWhole:
      return "a whole number";
    case Shape::kTexts:
    case Shape::kObjects:
      return "a list";
    case Shape::kTextMap:
    case Shape::kBoolMap:
    case Shape::kObject:
      return "a mapping";
  }
  return "a value";
}

class Checker {
 public:
  std::vector<Misfit> misfits;

  void CheckStruct(const Value* map, Struct type) {
    for (const Pair& pair : map->Pairs()) {
      const FieldRule* rule = RuleOf(type, pair.key);
      if (rule) {
        Check(pair.value, rule->shape, rule->type, rule->name);
      } else {
        ReportUnknown(pair, type);
      }
    }
  }

 private:
  static const FieldRule* RuleOf(Struct owner, std::string_view name) {
    auto found = std::find_if(std::begin(kRules), std::end(kRules), [&](const FieldRule& rule) {
      return rule.owner == owner && EqualsIgnoringCase(rule.name, name);
    });
    return found == std::end(kRules) ? nullptr : found;
  }

  void ReportUnknown(const Pair& pair, Struct type) {
    std::vector<std::string_view> names;
    for (const FieldRule& rule : kRules) {
      if (rule.owner == type) names.push_back(rule.name);
    }
    std::string message = fmt::format("\"{}\" is no field of {}", pair.key, NameOf(type));
    if (auto near = Nearest(pair.key, names))
      message += fmt::format("; did you mean \"{}\"?", *near);
    misfits.push_back({pair.value, true, std::move(message)});
  }

  void Expect(const Value* value, Shape shape, std::string_view name) {
    misfits.push_back(
        {value, false, fmt::format("{} must be {}, not {}", name, Wanted(shape), Found(value))});
  }

  // A null stands for a value that is not there, whatever its type.
  void Check(const Value* value, Shape shape, Struct type, std::string_view name) {
    if (value->IsNull()) return;
    const bool text = value->type == Type::kString && !IsBool(value);
    switch (shape) {
      case Shape::kText:
        if (!text) Expect(value, shape, name);
        return;
      case Shape::kBool:
        if (!IsBool(value)) Expect(value, shape, name);
        return;
      case Shape::kWhole:
        if (value->type != Type::kInt) Expect(value, shape, name);
        return;
      case Shape::kTexts:
      case Shape::kObjects:
        if (!value->IsList()) return Expect(value, shape, name);
        for (const Value* item : value->Items()) {
          const Shape of_item = shape == Shape::kTexts ? Shape::kText : Shape::kObject;
          Check(item, of_item, type, fmt::format("an entry of {}", name));
        }
        return;
      case Shape::kTextMap:
      case Shape::kBoolMap:
        if (!value->IsMap()) return Expect(value, shape, name);
        for (const Pair& pair : value->Pairs()) {
          const Shape of_value = shape == Shape::kTextMap ? Shape::kText : Shape::kBool;
          Check(pair.value, of_value, type, fmt::format("\"{}\" in {}", pair.key, name));
        }
        return;
      case Shape::kObject:
        if (!value->IsMap()) return Expect(value, shape, name);
        if (type != Struct::kNone) CheckStruct(value, type);
        return;
    }
  }
};

}  // namespace

std::vector<Misfit> FindMisfits(const Value* root) {
  Checker checker;
  checker.CheckStruct(root, Struct::kKustomization);
  return std::move(checker.misfits);
}

bool IsTrue(const Value* value) {
  if (!value || !IsBool(value)) return false;
  return value->type == Type::kBool ? value->str()[0] == 't' || value->str()[0] == 'T'
                                    : IsOldTrue(value->str());
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

}  // namespace fluxls::build
