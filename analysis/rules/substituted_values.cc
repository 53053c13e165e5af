#include "analysis/rules/substituted_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "analysis/build/open_value.h"
#include "analysis/rules/effective_schema.h"
#include "analysis/rules/schema_words.h"
#include "analysis/rules/support.h"

namespace fluxls {
namespace {

using build::Value;
using schema::Field;
using yaml::Node;

constexpr int kMaxDepth = 64;

class Walker {
 public:
  Walker(schema::Release release, std::vector<SchemaProblem>& problems)
      : release_(release), problems_(problems) {}

  // `values`: what the builds make of `node`.
  void Walk(Node node, const Field& field, const std::vector<const Value*>& values,
            const std::string& route, int depth = 0) {
    if (depth > kMaxDepth) return;
    if (node.IsScalar()) {
      if (HasTemplate(node.value())) Judge(node, field, values, route);
      return;
    }
    uint32_t index = 0;
    for (const Node child : node) {
      const std::string_view key = child.key().value();
      const Field* below = node.IsSequence() ? schema::FindField(field, schema::kItems, release_)
                                             : schema::FindField(field, key, release_);
      if (!below && node.IsMapping()) below = schema::FindField(field, schema::kValues, release_);
      std::vector<const Value*> found;
      for (const Value* value : values) {
        if (node.IsSequence()) {
          if (index < value->Items().size()) found.push_back(value->Items()[index]);
        } else if (const Value* at = build::Find(value, key)) {
          found.push_back(at);
        }
      }
      const std::string way = node.IsSequence() ? fmt::format("{}[{}]", route, index)
                              : route.empty()   ? std::string(key)
                                                : fmt::format("{}.{}", route, key);
      ++index;
      // Only what all builds have can be wrong in all of them.
      if (below && found.size() == values.size()) Walk(child, *below, found, way, depth + 1);
    }
  }

 private:
  void Judge(Node node, const Field& field, const std::vector<const Value*>& values,
             const std::string& route) {
    std::optional<ScalarMisfit> misfit;
    for (const Value* value : values) {
      if (!value->IsScalar() || value->IsNull() || HasTemplate(value->str())) return;
      misfit = FindMisfit(TypeAsWritten(value->type, value->str()), value->str(), field, release_);
      if (!misfit) return;
    }
    if (!misfit) return;
    problems_.push_back(
        {misfit->is_type ? SchemaProblem::Kind::kInvalidType : SchemaProblem::Kind::kInvalidValue,
         node.range(),
         fmt::format("{} takes {}, and this becomes \"{}\"", route, misfit->takes,
                     Shown(build::OpenText(*values.front()))),
         {}});
  }

  const schema::Release release_;
  std::vector<SchemaProblem>& problems_;
};

}  // namespace

void AddSubstitutedValues(const RuleContext& context, std::vector<SchemaProblem>& problems) {
  if (context.file().text->content().find("${") == std::string::npos) return;
  VisitEffectiveObjects(context, [&](const EffectiveObject& effective) {
    const bool built = !effective.builds.empty() &&
                       std::none_of(effective.values.begin(), effective.values.end(),
                                    [](const Value* value) { return value == nullptr; });
    if (built)
      Walker(effective.choice->release, problems)
          .Walk(effective.object->root, effective.choice->schema->root, effective.values, "");
  });
}

}  // namespace fluxls
