#include "analysis/rules/schema_problems.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>

#include "analysis/build/scalar_type.h"
#include "analysis/rules/api_sites.h"
#include "analysis/rules/json_patch_fields.h"
#include "analysis/rules/schema_words.h"
#include "analysis/rules/substituted_values.h"
#include "analysis/rules/support.h"
#include "analysis/text/unicode.h"
#include "analysis/workspace/schema_choice.h"
#include "analysis/yaml/edit.h"
#include "schemas/nearest.h"

namespace fluxls {
namespace {

using schema::FactKind;
using schema::Field;
using yaml::Node;
using Kind = SchemaProblem::Kind;

constexpr int kMaxDepth = 100;
// Aliases can make a small object a very large one.
constexpr int kMaxNodes = 100'000;
// Unknown fields of one object that are looked into, and those that are told at all.
constexpr int kMaxExplained = 30;
constexpr int kMaxUnknown = 500;

// What every object may have in `metadata`.
constexpr std::string_view kMetadata[] = {"name",
                                          "namespace",
                                          "labels",
                                          "annotations",
                                          "finalizers",
                                          "ownerReferences",
                                          "generateName",
                                          "creationTimestamp",
                                          "deletionTimestamp",
                                          "deletionGracePeriodSeconds",
                                          "generation",
                                          "managedFields",
                                          "resourceVersion",
                                          "selfLink",
                                          "uid",
                                          "clusterName"};

// Fields that every object has.
bool IsCommon(std::string_view key) {
  return key == "apiVersion" || key == "kind" || key == "metadata" || key == "status";
}

// The way to a value; put into words only where there is something to say.
struct Way {
  const Way* parent = nullptr;
  std::string_view key;
  int64_t index = -1;

  Way Key(std::string_view name) const { return {this, name, -1}; }
  Way Index(int64_t number) const { return {this, "", number}; }
  std::string ToString() const {
    if (!parent) return "";
    std::string out = parent->ToString();
    if (index >= 0) return out + fmt::format("[{}]", index);
    if (!out.empty()) out += ".";
    return out + std::string(key);
  }
};

class Walker {
 public:
  Walker(const RuleContext& context, const ApiSite& site, const schema::Choice& choice,
         std::vector<SchemaProblem>& problems)
      : context_(context),
        site_(site),
        choice_(choice),
        release_(choice.release),
        problems_(problems) {}

  void Run() {
    if (IsTooNew()) return;
    Metadata();
    Mapping(site_.object, choice_.schema->root,
            choice_.catalogue ? &choice_.catalogue->root : nullptr, Way(), 0);
  }

 private:
  // The whole version came later: no field of it needs to be looked at.
  bool IsTooNew() {
    const catalog::Api* api = catalog::Lookup(site_.api.group, site_.api.version, site_.kind);
    if (!api || choice_.assumed || !(choice_.cluster < api->introduced)) return false;
    const Node version = site_.object.FindOwn("apiVersion");
    if (!version.IsScalar()) return true;
    Add(Kind::kNewerFlux, version, Part::kValue,
        fmt::format("{} {} needs Flux {}.{} or newer, this cluster runs {}.{}",
                    site_.api.ToString(), site_.kind, api->introduced.major, api->introduced.minor,
                    choice_.cluster.major, choice_.cluster.minor));
    return true;
  }

  void Metadata() {
    const Node metadata = site_.object.FindOwn("metadata");
    if (!metadata.IsMapping()) return;
    std::vector<std::string_view> names;
    for (const std::string_view name : kMetadata) {
      if (!metadata.FindOwn(name)) names.push_back(name);
    }
    for (const Node value : metadata) {
      const std::string_view key = value.key().value();
      if (std::find(std::begin(kMetadata), std::end(kMetadata), key) != std::end(kMetadata))
        continue;
      if (key == "<<" || key.starts_with('$') || HasTemplate(key) || !value.key().IsScalar() ||
          TouchesDamage(*site_.document, value.pair_range()) || ++unknown_ > kMaxUnknown)
        continue;
      Suggest(value, key, fmt::format("metadata has no field \"{}\"", Shown(key)), std::nullopt,
              names);
    }
  }

  SchemaProblem& Add(Kind kind, Node node, Part part, std::string message) {
    Node at = node;
    if (part == Part::kKey && node.key()) at = node.key();
    const ByteRange range = site_.inner ? site_.inner->RangeOf(at) : at.range();
    return problems_.emplace_back(SchemaProblem{kind, range, std::move(message), {}});
  }

  void Repair(SchemaProblem& problem, std::string title, yaml::Edits edits, bool safe) {
    if (site_.inner) edits = site_.inner->ToFile(std::move(edits));
    if (edits) problem.repairs.push_back({std::move(title), std::move(edits), safe});
  }

  static std::string Join(const std::string& route, std::string_view key) {
    return route.empty() ? std::string(key) : route + "." + std::string(key);
  }

  // `known`: the same field in the catalogue, which knows other releases too; may be null.
  void Value(Node value, const Field& field, const Field* known, const Way& route, int depth) {
    Node node = value.Resolve();
    if (!node || node.IsNull() || depth > kMaxDepth || --nodes_left_ < 0 || node.IsDamaged())
      return;
    const std::string_view wanted = schema::TypeOf(field, release_);
    if (node.IsScalar() && HasTemplate(node.value())) return;
    const std::string_view found = node.IsMapping()    ? "object"
                                   : node.IsSequence() ? "list"
                                                       : TypeName(TypeOfNode(node));
    if (!Fits(wanted, found)) return WrongType(value, node, field, found, route);
    if (node.IsMapping()) {
      Mapping(node, field, known, route, depth);
    } else if (node.IsSequence()) {
      List(node, field, known, route, depth);
    } else if (value == node) {
      Scalar(node, field, known, route);
    }
  }

  void WrongType(Node value, Node node, const Field& field, std::string_view found,
                 const Way& route) {
    const std::string_view wanted = schema::TypeOf(field, release_);
    const bool scalar = node.IsScalar();
    const std::string pattern(schema::FactValue(field, FactKind::kPattern, release_));
    const bool duration = IsDurationPattern(pattern);
    SchemaProblem& problem =
        Add(Kind::kInvalidType, value, scalar ? Part::kValue : Part::kKey,
            fmt::format("{} takes {}, found {}", route.ToString(),
                        duration ? PatternInWords(pattern) : TypeInWords(wanted),
                        scalar && found == "string"
                            ? fmt::format("the text \"{}\"", Shown(node.value()))
                        : scalar ? fmt::format("{}", Shown(node.value()))
                                 : TypeInWords(found)));
    if (!scalar || value != node) return;
    if (duration) {
      // A number without unit: seconds are the likely ones.
      if (found == "integer") {
        const std::string seconds = fmt::format("{}s", node.value());
        Repair(problem, "Change to " + seconds, yaml::SetScalar(*site_.document, node, seconds),
               false);
      }
    } else if (wanted == "string" && Matches(node.value(), pattern)) {
      Repair(problem, "Quote it",
             yaml::ReplaceValue(*site_.document, node,
                                yaml::Value::Verbatim(fmt::format("\"{}\"", node.value()))),
             true);
    } else if (node.IsQuoted() && Fits(wanted, TypeName(build::PlainType(node.value())))) {
      Repair(problem, "Take the quotes away",
             yaml::ReplaceValue(*site_.document, node,
                                yaml::Value::Verbatim(std::string(node.value()))),
             true);
    } else if (wanted == "boolean") {
      for (const auto& [word, means] :
           {std::pair<std::string_view, std::string_view>{"yes", "true"},
            {"on", "true"},
            {"no", "false"},
            {"off", "false"}}) {
        if (node.value() != word) continue;
        Repair(problem, fmt::format("Write {}", means),
               yaml::ReplaceValue(*site_.document, node, yaml::Value::Verbatim(std::string(means))),
               true);
      }
    }
  }

  void List(Node node, const Field& field, const Field* known, const Way& route, int depth) {
    const Field* items = schema::FindField(field, schema::kItems, release_);
    CheckCount(node, field, FactKind::kMinItems, FactKind::kMaxItems, "items", route);
    if (!items) return;
    const Field* known_items = known ? schema::FindField(*known, schema::kItems) : nullptr;
    uint32_t index = 0;
    for (const Node item : node) {
      Value(item, *items, known_items, route.Index(index), depth + 1);
      ++index;
    }
  }

  void CheckCount(Node node, const Field& field, FactKind least, FactKind most,
                  std::string_view what, const Way& route) {
    // A list in a patch may be merged with what is there.
    const bool patch = site_.role != ApiSite::Role::kObject;
    for (const FactKind kind : {least, most}) {
      const std::optional<double> limit = Limit(field, kind);
      if (!limit) continue;
      if (kind == least && (patch || node.size() >= *limit)) continue;
      if (kind == most && node.size() <= *limit) continue;
      Add(Kind::kInvalidValue, node, Part::kKey,
          fmt::format("{} takes at {} {} {}, found {}", route.ToString(),
                      kind == least ? "least" : "most", *limit, what, node.size()));
    }
  }

  // The number that a fact gives.
  std::optional<double> Limit(const Field& field, FactKind kind) const {
    return NumberIn(schema::FactValue(field, kind, release_));
  }

  static std::optional<double> NumberIn(std::string_view text) {
    double number = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc())
      return std::nullopt;
    return number;
  }

  void Mapping(Node node, const Field& field, const Field* known, const Way& route, int depth) {
    const Field* values = schema::FindField(field, schema::kValues, release_);
    const Field* known_values = known ? schema::FindField(*known, schema::kValues) : nullptr;
    const bool open =
        schema::HasFact(field, FactKind::kOpen, release_) || (field.fields.empty() && depth > 0);
    for (const Node value : node) {
      const Node key_node = value.key();
      const std::string_view key = key_node.value();
      if (depth == 0 && (IsCommon(key) || key == "sops")) continue;
      // Merge keys, patch directives and templates.
      if (key == "<<" || key.starts_with('$') || HasTemplate(key) || !key_node.IsScalar()) continue;
      if (const Field* child = schema::FindField(field, key, release_)) {
        Value(value, *child, known ? schema::FindField(*known, key) : nullptr, route.Key(key),
              depth + 1);
      } else if (values) {
        Value(value, *values, known_values, route.Key(key), depth + 1);
      } else if (!open) {
        Unknown(value, key, node, field, known, route);
      }
    }
  }

  void Unknown(Node value, std::string_view key, Node mapping, const Field& field,
               const Field* known, const Way& route) {
    if (unknown_ >= kMaxUnknown || TouchesDamage(*site_.document, value.pair_range())) return;
    const Field* other = known ? schema::FindField(*known, key) : nullptr;
    if (!other && choice_.schema == choice_.catalogue) other = schema::FindField(field, key);
    if (other && other->span.since > release_) {
      if (choice_.assumed) return;
      Add(Kind::kNewerFlux, value, Part::kKey,
          fmt::format("{} needs Flux {}.{} or newer, this cluster runs {}.{}",
                      route.Key(key).ToString(), other->span.since.major, other->span.since.minor,
                      choice_.cluster.major, choice_.cluster.minor));
      return;
    }
    const std::string where = route.parent ? route.ToString() : site_.kind;
    std::string message = fmt::format("{} has no field \"{}\"", where, Shown(key));
    // Looking for what was meant costs a look at the whole mapping.
    if (++unknown_ > kMaxExplained) {
      Add(Kind::kUnknownField, value, Part::kKey, std::move(message));
      return;
    }
    std::vector<std::string_view> names;
    for (const Field& candidate : field.fields) {
      if (candidate.span.Holds(release_) && !mapping.FindOwn(candidate.name))
        names.push_back(candidate.name);
    }
    Suggest(value, key, std::move(message), Home(key, mapping), names);
  }

  // Nothing is removed that has a place to go to.
  void Suggest(Node value, std::string_view key, std::string message,
               const std::optional<std::vector<std::string>>& home,
               const std::vector<std::string_view>& names) {
    const std::optional<std::string_view> near =
        home ? std::nullopt : Nearest(key, std::span<const std::string_view>(names));
    if (near) message += fmt::format("; did you mean \"{}\"?", *near);
    std::string to;
    if (home) {
      for (const std::string& step : *home) to = Join(to, step);
      message += fmt::format("; it belongs to {}", to);
    }
    SchemaProblem& problem = Add(Kind::kUnknownField, value, Part::kKey, std::move(message));
    if (near) {
      Repair(problem, fmt::format("Rename to {}", *near),
             yaml::RenameKey(*site_.document, value, *near), false);
    } else if (home) {
      if (!site_.inner) Repair(problem, "Move it to " + to, Move(value, key, *home), false);
    } else {
      Repair(problem, fmt::format("Remove {}", key), yaml::RemovePair(*site_.document, value),
             false);
    }
  }

  // The mapping near by, one level up or down, whose schema has the field and that does not have it
  // yet.
  std::optional<std::vector<std::string>> Home(std::string_view key, Node mapping) const {
    std::vector<std::string> route;
    Node top = mapping;
    for (; top.key(); top = top.parent())
      route.insert(route.begin(), std::string(top.key().value()));
    // Items of lists are no place to move things out of.
    if (top != site_.object) return std::nullopt;
    const auto has = [&](const std::vector<std::string>& at) {
      const Field* field = &choice_.schema->root;
      Node node = site_.object;
      for (const std::string& step : at) {
        field = schema::FindField(*field, step, release_);
        if (!field) return false;
        node = node ? node.Find(step) : node;
      }
      if (node && (!node.IsMapping() || node.Find(key))) return false;
      return schema::FindField(*field, key, release_) != nullptr;
    };
    std::vector<std::string> up = route;
    while (!up.empty()) {
      up.pop_back();
      if (!up.empty() && has(up)) return up;
    }
    const Field* field = &choice_.schema->root;
    for (const std::string& step : route) {
      field = schema::FindField(*field, step, release_);
      if (!field) return std::nullopt;
    }
    for (const Field& child : field->fields) {
      std::vector<std::string> down = route;
      down.push_back(child.name);
      if (schema::TypeOf(child, release_) == "object" && has(down)) return down;
    }
    return std::nullopt;
  }

  // Takes the pair away and writes it into the mapping at `home`.
  yaml::Edits Move(Node value, std::string_view key, const std::vector<std::string>& home) const {
    Node target = site_.object;
    for (const std::string& step : home) target = target.Find(step);
    if (!target.IsMapping() || IsBound(value)) return std::nullopt;
    const auto remove = yaml::RemovePair(*site_.document, value);
    if (!remove || TakesComment(*site_.document, *remove)) return std::nullopt;
    std::string route;
    for (const std::string& step : home) route = Join(route, step);
    const yaml::Value copy = ValueOf(value);
    const std::string name(key);
    return OneAfterTheOther(context_.file(), remove, [&](const yaml::Document& document) {
      return yaml::AddKey(document, document.root().At(route), name, copy);
    });
  }

  void Scalar(Node node, const Field& field, const Field* known, const Way& route) {
    const std::string_view text = node.value();
    const std::vector<std::string_view> allowed = schema::EnumOf(field, release_);
    if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), text) == allowed.end() &&
        !IsOperatorKind(field, text))
      return NotInEnum(node, allowed, known, route);
    CheckLength(node, field, route);
    CheckRange(node, field, route);
    const std::string pattern(schema::FactValue(field, FactKind::kPattern, release_));
    if (Matches(text, pattern)) return;
    SchemaProblem& problem = Add(Kind::kInvalidValue, node, Part::kValue,
                                 fmt::format("{} takes {}, found \"{}\"", route.ToString(),
                                             PatternInWords(pattern), Shown(text)));
    if (const auto mended = MendDuration(text, pattern)) {
      Repair(problem, fmt::format("Change to {}", *mended),
             yaml::SetScalar(*site_.document, node, *mended), true);
    }
  }

  void NotInEnum(Node node, const std::vector<std::string_view>& allowed, const Field* known,
                 const Way& route) {
    const std::string_view text = node.value();
    if (known) {
      for (const schema::Fact& fact : known->facts) {
        if (fact.kind != FactKind::kEnum || fact.value != text || fact.span.since <= release_)
          continue;
        if (choice_.assumed) return;
        Add(Kind::kNewerFlux, node, Part::kValue,
            fmt::format("{} \"{}\" needs Flux {}.{} or newer, this cluster runs {}.{}",
                        route.ToString(), text, fact.span.since.major, fact.span.since.minor,
                        choice_.cluster.major, choice_.cluster.minor));
        return;
      }
    }
    SchemaProblem& problem = Add(
        Kind::kInvalidValue, node, Part::kValue,
        fmt::format("{} takes {}, found \"{}\"", route.ToString(), OneOf(allowed), Shown(text)));
    if (const auto near = Nearest(text, std::span<const std::string_view>(allowed))) {
      Repair(problem, fmt::format("Change to {}", *near),
             yaml::SetScalar(*site_.document, node, *near), false);
    }
  }

  void CheckLength(Node node, const Field& field, const Way& route) {
    for (const FactKind kind : {FactKind::kMinLength, FactKind::kMaxLength}) {
      const std::optional<double> limit = Limit(field, kind);
      if (!limit) continue;
      const uint32_t size = CountCodePoints(node.value());
      const bool least = kind == FactKind::kMinLength;
      if (least ? size >= *limit : size <= *limit) continue;
      Add(Kind::kInvalidValue, node, Part::kValue,
          least && size == 0
              ? fmt::format("{} must not be empty", route.ToString())
              : fmt::format("{} takes at {} {} characters, found {}", route.ToString(),
                            least ? "least" : "most", *limit, size));
    }
  }

  void CheckRange(Node node, const Field& field, const Way& route) {
    for (const FactKind kind : {FactKind::kMinimum, FactKind::kMaximum}) {
      const std::optional<double> limit = Limit(field, kind);
      const std::optional<double> value = NumberIn(node.value());
      const bool least = kind == FactKind::kMinimum;
      if (!limit || !value || (least ? *value >= *limit : *value <= *limit)) continue;
      Add(Kind::kInvalidValue, node, Part::kValue,
          fmt::format("{} must be at {} {}, found {}", route.ToString(), least ? "least" : "most",
                      schema::FactValue(field, kind, release_), Shown(node.value())));
    }
  }

  const RuleContext& context_;
  const ApiSite& site_;
  const schema::Choice& choice_;
  const schema::Release release_;
  int nodes_left_ = kMaxNodes;
  int unknown_ = 0;
  std::vector<SchemaProblem>& problems_;
};

bool IsJudged(const ApiSite& site) {
  using Role = ApiSite::Role;
  if (site.role != Role::kObject && site.role != Role::kPatch && site.role != Role::kTargetedPatch)
    return false;
  // Encrypted texts are not what they will be; and one Kustomization taken for the other has a rule
  // of its own.
  if (site.api.group == kKustomizeGroup || site.object.Find("sops").IsMapping()) return false;
  // A patch with a target is one of what the target selects, whatever it says of itself.
  if (site.role == Role::kTargetedPatch && site.target_kind != site.kind) return false;
  return !IsKustomizeFileUnderFluxApi(site.object);
}

// An object of the file as a site; kinds beside those of Flux are none of the sites' business.
ApiSite SiteOf(const RuleContext::Object& object) {
  ApiSite site;
  site.api = object.api;
  site.kind = object.kind;
  site.object = object.root;
  site.document = object.document;
  return site;
}

}  // namespace

const std::vector<SchemaProblem>& SchemaProblems(const RuleContext& context) {
  std::shared_ptr<const std::vector<SchemaProblem>>& memo = context.memo().schema_problems;
  if (memo) return *memo;
  auto problems = std::make_shared<std::vector<SchemaProblem>>();
  memo = problems;
  if (context.file().file_class != FileClass::kYaml || IsGeneratedFile(context.file()))
    return *memo;
  const auto judge = [&](const ApiSite& site) {
    if (!IsJudged(site)) return;
    const schema::Choice& choice = SchemaFor(context, site.api, site.kind);
    if (choice) Walker(context, site, choice, *problems).Run();
  };
  for (const RuleContext::Object& object : context.objects()) judge(SiteOf(object));
  for (const ApiSite& site : ApiSitesOf(context)) {
    if (!site.IsOfFile()) judge(site);
  }
  AddSubstitutedValues(context, *problems);
  AddJsonPatchFields(context, *problems);
  return *memo;
}

void ReportSchemaProblems(RuleContext& context, SchemaProblem::Kind kind) {
  for (const SchemaProblem& problem : SchemaProblems(context)) {
    if (problem.kind != kind) continue;
    Finding& finding = context.ReportAt(problem.range, problem.message);
    for (const SchemaProblem::Repair& repair : problem.repairs)
      context.AddFix(finding, repair.title, repair.edits, repair.safe);
  }
}

}  // namespace fluxls
