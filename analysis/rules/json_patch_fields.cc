#include "analysis/rules/json_patch_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "analysis/rules/schema_words.h"
#include "analysis/rules/support.h"
#include "analysis/workspace/schema_choice.h"
#include "analysis/yaml/inner_yaml.h"
#include "schemas/nearest.h"

namespace fluxls {
namespace {

using schema::FactKind;
using schema::Field;
using yaml::Node;
using Kind = SchemaProblem::Kind;

constexpr size_t kMaxSteps = 64;

// `/spec/chart~1x/0` → {"spec", "chart/x", "0"}; nothing for what is no path.
std::optional<std::vector<std::string>> StepsOf(std::string_view path) {
  std::vector<std::string> steps;
  if (!path.starts_with('/')) return std::nullopt;
  while (!path.empty() && steps.size() < kMaxSteps) {
    path.remove_prefix(1);
    const std::string_view raw = path.substr(0, path.find('/'));
    path.remove_prefix(raw.size());
    std::string step;
    for (size_t i = 0; i < raw.size(); ++i) {
      const bool escape = raw[i] == '~' && i + 1 < raw.size();
      step += !escape ? raw[i] : raw[i + 1] == '1' ? '/' : '~';
      if (escape) ++i;
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

// The target's API: what it says, and for the rest what the catalogue knows.
std::optional<ApiVersion> ApiOf(const RuleContext& context, Node target) {
  const std::string_view kind = target.Find("kind").value();
  ApiVersion api{std::string(target.Find("group").value()),
                 std::string(target.Find("version").value())};
  if (api.group.empty()) {
    const std::vector<std::string_view> groups = catalog::GroupsOf(kind);
    if (groups.size() != 1) return std::nullopt;
    api.group = groups[0];
  }
  if (api.version.empty()) {
    const ReleaseAnswer answer = context.snapshot().ReleaseFor(context.file().path);
    const catalog::Api* best = catalog::Best(api.group, kind, ToCatalog(answer.release));
    if (!best) return std::nullopt;
    api.version = best->version;
    // Objects of another version may be meant, with other fields.
    for (const catalog::Api* other : catalog::Versions(api.group, kind)) {
      if (other != best &&
          context.snapshot().HasObjectOf({api.group, std::string(other->version)}, kind))
        return std::nullopt;
    }
  }
  return api;
}

class Checker {
 public:
  Checker(const RuleContext& context, std::vector<SchemaProblem>& problems)
      : context_(context), problems_(problems) {}

  void Patches(Node list) {
    if (!list.IsSequence()) return;
    for (const Node item : list) Patch(item.Resolve());
  }

 private:
  void Patch(Node item) {
    const Node target = item.Find("target");
    const Node patch = item.Find("patch");
    if (!target || !patch.IsScalar() || patch.value().find("op") == std::string_view::npos) return;
    const std::optional<ApiVersion> api = ApiOf(context_, target);
    if (!api) return;
    const std::string_view kind = target.Find("kind").value();
    const schema::Choice& choice = SchemaFor(context_, *api, kind);
    if (!choice) return;
    const InnerYaml inner =
        ReadInner(patch, context_.file().text->content(), OffsetMap::Identity(), patch.range());
    for (const yaml::Document& document : inner.file.documents) {
      const Node operations = document.root();
      if (!operations.IsSequence() || document.HasErrors()) continue;
      for (const Node operation : operations) Operation(inner, operation.Resolve(), choice, kind);
    }
  }

  void Operation(const InnerYaml& inner, Node operation, const schema::Choice& choice,
                 std::string_view kind) {
    const std::string_view op = operation.Find("op").value();
    const Node path = operation.Find("path");
    const auto steps = StepsOf(path.value());
    // What is removed or tested need not be allowed.
    if (!steps || (op != "add" && op != "replace") || HasTemplate(path.value())) return;
    const Field* field = &choice.schema->root;
    std::string route;
    for (const std::string& step : *steps) {
      // Not described: the metadata of every object.
      if (route.empty() && step == "metadata") return;
      const Field* next = Next(*field, step, choice.release);
      if (!next) {
        if (IsClosed(*field, choice.release))
          Unknown(inner, path, *field, choice.release, route.empty() ? kind : route, step);
        return;
      }
      const bool item = next->name == schema::kItems;
      route += item ? fmt::format("[{}]", step) : (route.empty() ? "" : ".") + step;
      field = next;
    }
    const Node value = operation.Find("value");
    if (!value.IsScalar() || HasTemplate(value.value())) return;
    if (const auto misfit = FindMisfit(TypeOfNode(value), value.value(), *field, choice.release))
      problems_.push_back(
          {misfit->is_type ? Kind::kInvalidType : Kind::kInvalidValue,
           inner.RangeOf(value),
           fmt::format("{} takes {}, found \"{}\"", route, misfit->takes, Shown(value.value())),
           {}});
  }

  static const Field* Next(const Field& field, const std::string& step, schema::Release release) {
    if (schema::TypeOf(field, release) == "list")
      return schema::FindField(field, schema::kItems, release);
    const Field* next = schema::FindField(field, step, release);
    return next ? next : schema::FindField(field, schema::kValues, release);
  }

  static bool IsClosed(const Field& field, schema::Release release) {
    return !field.fields.empty() && !schema::HasFact(field, FactKind::kOpen, release) &&
           schema::TypeOf(field, release) != "list";
  }

  void Unknown(const InnerYaml& inner, Node path, const Field& field, schema::Release release,
               std::string_view where, const std::string& step) {
    std::vector<std::string_view> names;
    for (const Field& candidate : field.fields) {
      if (candidate.span.Holds(release)) names.push_back(candidate.name);
    }
    std::string message = fmt::format("{} has no field \"{}\"", where, step);
    if (const auto near = Nearest(std::string_view(step), std::span<const std::string_view>(names)))
      message += fmt::format("; did you mean \"{}\"?", *near);
    problems_.push_back({Kind::kUnknownField, inner.RangeOf(path), std::move(message), {}});
  }

  const RuleContext& context_;
  std::vector<SchemaProblem>& problems_;
};

}  // namespace

void AddJsonPatchFields(const RuleContext& context, std::vector<SchemaProblem>& problems) {
  Checker checker(context, problems);
  if (const yaml::Document* document = KustomizationDocument(context))
    checker.Patches(document->root().Find("patches"));
  for (const RuleContext::Object& object : context.objects()) {
    if (object.api.group == kFluxKustomizeGroup) checker.Patches(object.root.At("spec.patches"));
  }
}

}  // namespace fluxls
