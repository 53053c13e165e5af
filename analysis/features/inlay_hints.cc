#include "analysis/features/inlay_hints.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/build/hash.h"
#include "analysis/build/open_value.h"
#include "analysis/features/build_titles.h"
#include "analysis/text/unicode.h"

namespace fluxls {
namespace {

using build::Effect;
using build::Fleet;
using State = build::VariableValue::State;

// Longer values are cut; they stand between somebody's words.
constexpr uint32_t kMostLetters = 30;
// More builds are counted.
constexpr size_t kMostLines = 8;

// What builds say of one place: texts in the order in which they come, each with its builds.
struct Answers {
  std::vector<std::pair<std::string, std::vector<uint32_t>>> texts;

  void Add(const std::string& text, uint32_t build) {
    auto found = std::find_if(texts.begin(), texts.end(),
                              [&text](const auto& one) { return one.first == text; });
    if (found == texts.end()) found = texts.insert(texts.end(), {text, {}});
    std::vector<uint32_t>& builds = found->second;
    if (builds.empty() || builds.back() != build) builds.push_back(build);
  }
};

std::string Short(const std::string& text) {
  const uint32_t bytes = PrefixOfCodePoints(text, kMostLetters);
  return bytes < text.size() ? text.substr(0, bytes) + "…" : text;
}

// `green: Kustomization flux-system/apps (production)`, one build a line.
std::string TellBuilds(const Snapshot& snapshot, const Fleet& fleet, const Answers& answers) {
  std::string out;
  size_t lines = 0;
  for (const auto& [text, builds] : answers.texts) {
    for (const uint32_t build : builds) {
      if (++lines > kMostLines) continue;
      out += fmt::format("{}{}: {}", out.empty() ? "" : "\n", text,
                         BuildTitle(snapshot, fleet, *fleet.builds()[build]));
    }
  }
  if (lines > kMostLines) out += fmt::format("\nand {} more", lines - kMostLines);
  return out;
}

std::string AndMore(const Answers& answers) {
  return answers.texts.size() > 1 ? fmt::format(" and {} more", answers.texts.size() - 1) : "";
}

// --- Namespaces ---

void AddNamespace(const Snapshot& snapshot, const Fleet& fleet, yaml::Node root,
                  const std::vector<Effect>& effects, std::vector<InlayHint>& out) {
  const yaml::Node metadata = root.Find("metadata");
  const yaml::Node name = metadata.Find("name");
  if (!name || name.range().empty() || metadata.Find("namespace")) return;
  static const std::string kNone = "no namespace";
  Answers answers;
  for (Effect effect : effects) {
    const build::ObjectId& id = fleet.ObjectOf(effect).id;
    answers.Add(id.namespace_.empty() ? kNone : std::string(id.namespace_), effect.build);
  }
  // The first one speaks; that no build gives any is nothing to talk of.
  std::stable_partition(answers.texts.begin(), answers.texts.end(),
                        [](const auto& one) { return one.first != kNone; });
  if (answers.texts.empty() || answers.texts.front().first == kNone) return;
  InlayHint hint{name.range().end, "namespace: " + answers.texts.front().first + AndMore(answers),
                 ""};
  if (answers.texts.size() > 1) hint.tooltip = TellBuilds(snapshot, fleet, answers);
  out.push_back(std::move(hint));
}

// --- Variables ---

// One `${…}`, with the uses that are nested in it.
struct Expression {
  ByteRange range;  // in the text
  std::vector<build::VariableUse> uses;
};

std::vector<Expression> ExpressionsIn(std::string_view text) {
  std::vector<Expression> out;
  for (build::VariableUse& use : build::VariablesIn(text)) {
    if (out.empty() || use.range.begin >= out.back().range.end) out.push_back({use.range, {}});
    out.back().uses.push_back(std::move(use));
  }
  return out;
}

// What one build makes of an expression; nothing when that is not known, or only what the
// expression says itself. `secret` is set when it works with a value that is not for everybody to
// see.
std::optional<std::string> ValueIn(const build::Variables& variables, std::string_view text,
                                   const Expression& expression, bool& secret) {
  bool any = false;
  for (const build::VariableUse& use : expression.uses) {
    const auto found = variables.defined.find(use.name);
    if (found == variables.defined.end()) continue;
    any = true;
    if (!build::IsOpen(found->second)) secret = true;
  }
  if (!any || secret) return std::nullopt;
  const build::LookupVariable lookup = [&](std::string_view name) -> build::VariableValue {
    const auto found = variables.defined.find(name);
    if (found != variables.defined.end()) return {State::kSet, found->second.value};
    return {variables.complete ? State::kUnset : State::kUnknown, ""};
  };
  const build::Substituted done =
      build::Substitute(Slice(text, expression.range), lookup, variables.strict);
  if (done.error || done.unknown) return std::nullopt;
  return done.text;
}

// Where the variable of an expression is set: `set in clusters/production/apps.yaml`.
std::string TellPlace(const Snapshot& snapshot, const build::Variables& variables,
                      const Expression& expression) {
  const auto found = variables.defined.find(expression.uses.front().name);
  if (found == variables.defined.end() || !found->second.origin) return "";
  return "set in " + snapshot.DisplayPath(found->second.origin.file->path);
}

void AddVariables(const Snapshot& snapshot, const Fleet& fleet, const SourceFile& file,
                  ByteRange scalar, const std::vector<Effect>& effects,
                  std::vector<InlayHint>& out) {
  const std::string_view text = Slice(file.text->content(), scalar);
  for (const Expression& expression : ExpressionsIn(text)) {
    Answers answers;
    bool secret = false;
    for (Effect effect : effects) {
      const build::Variables& variables = fleet.BuildOf(effect).variables;
      if (auto value = ValueIn(variables, text, expression, secret))
        answers.Add(value->empty() ? "\"\"" : *value, effect.build);
    }
    if (secret || answers.texts.empty()) continue;
    const std::string& first = answers.texts.front().first;
    InlayHint hint{scalar.begin + expression.range.end, "= " + Short(first) + AndMore(answers), ""};
    if (answers.texts.size() > 1) {
      hint.tooltip = TellBuilds(snapshot, fleet, answers);
    } else {
      const build::FluxBuild& build = *fleet.builds()[answers.texts.front().second.front()];
      hint.tooltip = TellPlace(snapshot, build.variables, expression);
      if (Short(first) != first)
        hint.tooltip = first + (hint.tooltip.empty() ? "" : "\n") + hint.tooltip;
    }
    out.push_back(std::move(hint));
  }
}

}  // namespace

std::vector<InlayHint> InlayHintsIn(const Snapshot& snapshot, const Fleet& fleet,
                                    const SourceFile& file, ByteRange range) {
  std::vector<InlayHint> out;
  std::map<ByteRange, std::vector<Effect>> objects;
  for (Effect effect : fleet.EffectsOf(file.path))
    objects[fleet.ObjectOf(effect).origin.range].push_back(effect);
  for (const yaml::Document& document : file.yaml.documents) {
    const yaml::Node root = document.root();
    const auto found = objects.find(root.range());
    if (found != objects.end() && root.range().Overlaps(range))
      AddNamespace(snapshot, fleet, root, found->second, out);
  }
  for (const auto& [scalar, effects] : fleet.SubstitutedIn(file.path)) {
    if (scalar.end <= file.text->content().size() && scalar.Overlaps(range))
      AddVariables(snapshot, fleet, file, scalar, effects, out);
  }
  std::erase_if(out, [range](const InlayHint& hint) { return !range.Touches(hint.offset); });
  std::sort(out.begin(), out.end(),
            [](const InlayHint& a, const InlayHint& b) { return a.offset < b.offset; });
  return out;
}

uint64_t HintStamp(const Fleet& fleet, const std::string& path) {
  uint64_t stamp = fleet.SignatureOf(path);
  build::Mix(stamp, ClustersStamp(fleet));
  return stamp;
}

}  // namespace fluxls
