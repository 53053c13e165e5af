#include "analysis/features/field_help.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/rules/schema_words.h"
#include "schemas/catalog.h"

namespace fluxls {
namespace {

using schema::FactKind;
using schema::Field;
using schema::Release;
using yaml::Node;

// How often things are looked at, by kind: the conventions' table.
struct Cadence {
  std::string_view kind;
  std::string_view advice;
};
constexpr Cadence kCadences[] = {
    {"HelmRepository", "1h is plenty: chart indexes change rarely, and public ones limit requests"},
    {"OCIRepository", "5m is usual"},
    {"Kustomization", "1m for the entry points of a cluster, 10m or more for the rest"},
    {"HelmRelease", "24h for stable infrastructure, 5m for apps that change often"},
    {"ImageRepository", "1m to 5m is usual"},
};

constexpr std::pair<std::string_view, std::string_view> kMetadata[] = {
    {"name", "Name of the object, unique for its kind in its namespace"},
    {"namespace", "Namespace the object lives in; a build may set it"},
    {"labels", "Keys and texts that select and group objects"},
    {"annotations", "Keys and texts for tools; Flux reads some of its own"},
};

std::string Minor(Release release) {
  return fmt::format("{}.{}", release.major, release.minor);
}

std::string InCode(std::string_view text) {
  return fmt::format("`{}`", text);
}

std::string TypeText(const Field& field, Release release) {
  const std::string_view pattern = schema::FactValue(field, FactKind::kPattern, release);
  if (IsDurationPattern(pattern)) return "duration";
  std::string type(schema::TypeOf(field, release));
  if (type != "list") return type;
  if (const Field* items = schema::FindField(field, schema::kItems, release))
    type += " of " + std::string(schema::TypeOf(*items, release)) + "s";
  return type;
}

}  // namespace

std::string FieldHelp(const Field& field, std::string_view route, Release release) {
  std::string out = fmt::format("**{}** · {}", route, TypeText(field, release));
  if (schema::HasFact(field, FactKind::kRequired, release)) out += " · required";
  if (!field.help.empty()) out += "\n\n" + field.help;
  std::vector<std::string> lines;
  if (const auto value = schema::FactValue(field, FactKind::kDefault, release); !value.empty())
    lines.push_back("default: " + InCode(value));
  if (const auto values = schema::EnumOf(field, release); !values.empty()) {
    std::string all;
    for (const std::string_view value : values) all += (all.empty() ? "" : ", ") + InCode(value);
    lines.push_back("one of: " + all);
  }
  if (const auto pattern = schema::FactValue(field, FactKind::kPattern, release);
      !pattern.empty()) {
    const std::string words = PatternInWords(pattern);
    lines.push_back("form: " + (words.find('^') == std::string::npos ? words : InCode(pattern)));
  }
  for (const FactKind kind : {FactKind::kMinimum, FactKind::kMaximum, FactKind::kMaxLength,
                              FactKind::kMinItems, FactKind::kMaxItems}) {
    if (const auto value = schema::FactValue(field, kind, release); !value.empty())
      lines.push_back(fmt::format("{}: {}", schema::FactName(kind), value));
  }
  if (field.span.since != schema::kAlways)
    lines.push_back(fmt::format("since Flux {}", Minor(field.span.since)));
  for (const schema::Rule& rule : field.rules) {
    if (rule.span.Holds(release) && !rule.message.empty()) lines.push_back("rule: " + rule.message);
  }
  for (size_t i = 0; i < lines.size(); ++i) out += (i == 0 ? "\n\n- " : "\n- ") + lines[i];
  return out;
}

std::string ApiHelp(const ApiVersion& api, std::string_view kind, Release release, bool assumed) {
  const catalog::Api* known = catalog::Lookup(api.group, api.version, kind);
  if (!known) return "";
  std::string out = fmt::format("**{}** {}", api.ToString(), kind);
  std::string life;
  if (known->introduced.major >= 2) life += fmt::format("since Flux {}", Minor(known->introduced));
  if (known->deprecated)
    life +=
        fmt::format("{}deprecated since {}", life.empty() ? "" : ", ", Minor(*known->deprecated));
  if (known->removed)
    life +=
        fmt::format("{}not served from {} on", life.empty() ? "" : ", ", Minor(*known->removed));
  if (!life.empty()) out += "\n\n" + life;
  if (api.group == "fluxcd.controlplane.io") return out;
  const catalog::Api* best = catalog::Best(api.group, kind, release);
  const std::string runs = assumed
                               ? fmt::format("Flux {} (assumed)", Minor(release))
                               : fmt::format("Flux {}, which this cluster runs,", Minor(release));
  if (best && best->version != api.version) {
    out += fmt::format("\n\n{} has {}", runs,
                       InCode(fmt::format("{}/{}", best->group, best->version)));
  } else if (best) {
    out += fmt::format("\n\nwhat to use with {}", assumed ? runs : "Flux " + Minor(release));
  }
  return out;
}

std::string KindHelp(const Place& place) {
  if (!place.choice) return "";
  std::string out = fmt::format("**{}** {}", place.kind, place.api.ToString());
  if (!place.choice.schema->root.help.empty()) out += "\n\n" + place.choice.schema->root.help;
  return out;
}

std::string_view MetadataHelp(std::string_view field) {
  for (const auto& [name, help] : kMetadata) {
    if (name == field) return help;
  }
  return "";
}

std::string HelpAt(const Snapshot& snapshot, const std::string& path, const yaml::File& file,
                   uint32_t offset, ByteRange& range) {
  for (uint32_t i = 0; i < file.documents.size(); ++i) {
    const yaml::Document& document = file.documents[i];
    if (offset < document.range().begin || offset > document.range().end) continue;
    const Node node = document.NodeAt(offset);
    if (!node || (!node.IsKey() && !node.IsScalar())) continue;
    const std::vector<yaml::PathStep> steps = StepsTo(node);
    if (steps.empty()) continue;
    const Place place = FindPlace(snapshot, path, file, i);
    range = node.range();
    const std::string& first = steps.front().key;
    if (steps.size() == 1 && first == "apiVersion")
      return ApiHelp(place.api, place.kind, place.choice.cluster, place.choice.assumed);
    if (steps.size() == 1 && first == "kind") return KindHelp(place);
    if (steps.size() == 2 && first == "metadata") {
      const std::string_view help = MetadataHelp(steps[1].key);
      return help.empty() ? "" : fmt::format("**metadata.{}**\n\n{}", steps[1].key, help);
    }
    const Field* field = FindField(place, steps);
    if (!field) continue;
    std::string out = FieldHelp(*field, yaml::ToString(steps), place.choice.release);
    if (steps.size() == 2 && steps[1].key == "interval") {
      for (const Cadence& cadence : kCadences) {
        if (cadence.kind == place.kind) out += fmt::format("\n- advice: {}", cadence.advice);
      }
    }
    return out;
  }
  return "";
}

}  // namespace fluxls
