#include "analysis/features/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/features/artifact_alias.h"
#include "analysis/features/chart_completion.h"
#include "analysis/features/field_help.h"
#include "analysis/features/inner_block.h"
#include "analysis/features/marker_completion.h"
#include "analysis/features/name_completion.h"
#include "analysis/features/path_completion.h"
#include "analysis/features/place.h"
#include "analysis/features/snippet.h"
#include "analysis/features/target_completion.h"
#include "analysis/features/variable_completion.h"
#include "analysis/rules/schema_words.h"
#include "analysis/text/unicode.h"
#include "analysis/yaml/cursor.h"
#include "schemas/catalog.h"
#include "schemas/embedded.h"
#include "schemas/kinds.h"

namespace fluxls {
namespace {

using schema::FactKind;
using schema::Field;
using schema::Release;
using yaml::CursorRole;
using yaml::Node;
using yaml::PathStep;
using Kind = CompletionItem::Kind;

// Fields of `metadata`, and annotations and labels that Flux reads.
constexpr std::string_view kMetadataFields[] = {"name", "namespace", "labels", "annotations"};
constexpr std::pair<std::string_view, std::string_view> kFluxAnnotations[] = {
    {"kustomize.toolkit.fluxcd.io/prune", "disabled"},
    {"kustomize.toolkit.fluxcd.io/ssa", "Merge"},
    {"kustomize.toolkit.fluxcd.io/substitute", "disabled"},
    {"kustomize.toolkit.fluxcd.io/force", "Enabled"},
    {"kustomize.toolkit.fluxcd.io/decrypt", "Disabled"},
    {"helm.toolkit.fluxcd.io/driftDetection", "disabled"},
    {"reconcile.fluxcd.io/watch", "Enabled"},
};
constexpr std::string_view kDurations[] = {"1m", "5m", "10m", "30m", "60m", "1h", "12h", "24h"};

// An apiVersion and kind that can be written, Flux's first.
struct WritableKind {
  std::string api;
  std::string kind;
  bool flux = false;
};

std::vector<WritableKind> WritableKinds(Release release) {
  std::vector<WritableKind> out;
  for (const std::string_view group : catalog::Groups()) {
    for (const std::string_view kind : catalog::KindsOf(group)) {
      for (const catalog::Api* api : catalog::ServedVersions(group, kind, release)) {
        // Old versions are not proposed.
        if (api->DeprecatedAt(release)) continue;
        // Flux Operator writes these itself.
        if (kind == "FluxReport") continue;
        out.push_back({fmt::format("{}/{}", group, api->version), std::string(kind), true});
      }
    }
  }
  out.push_back({"kustomize.config.k8s.io/v1beta1", "Kustomization", true});
  out.push_back({"kustomize.config.k8s.io/v1alpha1", "Component", true});
  for (const schema::KnownKind& known : schema::KnownKinds()) {
    out.push_back({std::string(known.api), std::string(known.kind), false});
  }
  return out;
}

class Completer {
 public:
  // `cursor`: what stands at `offset`.
  Completer(const Snapshot& snapshot, const std::string& path, std::string_view text,
            const yaml::File& file, uint32_t offset, yaml::Cursor cursor,
            const CompletionOptions& options)
      : snapshot_(snapshot),
        path_(path),
        text_(text),
        file_(file),
        options_(options),
        offset_(offset),
        cursor_(std::move(cursor)),
        place_(FindPlace(snapshot, path, file, cursor_.document)),
        release_(ToCatalog(snapshot.ReleaseFor(path).release)),
        kustomization_(IsKustomizationFileName(BaseName(path))) {}

  CompletionList Run() {
    list_.replace = cursor_.word;
    list_.insert = {cursor_.word.begin, std::clamp(offset_, cursor_.word.begin, cursor_.word.end)};
    const NameRequest names{snapshot_, options_.fleet, path_,   text_,
                            file_,     offset_,        cursor_, place_};
    for (const auto complete :
         {CompleteName, CompleteChart, CompleteTarget, CompleteArtifactAlias}) {
      std::optional<CompletionList> found = complete(names);
      if (!found || found->items.empty()) continue;
      list_ = std::move(*found);
      Rank(cursor_.prefix);
      return std::move(list_);
    }
    if (std::optional<CompletionList> found = CompletePath(names); found && !found->items.empty()) {
      list_ = std::move(*found);
      Rank(Slice(text_, list_.insert));
      return std::move(list_);
    }
    switch (cursor_.role) {
      case CursorRole::kKey:
        Keys(cursor_.path);
        break;
      case CursorRole::kItem:
        Item();
        break;
      case CursorRole::kValue:
        Value();
        break;
      case CursorRole::kComment:
      case CursorRole::kBlockScalar:
      case CursorRole::kMarker:
        break;
    }
    Rank(cursor_.prefix);
    return std::move(list_);
  }

 private:
  CompletionItem& Add(Kind kind, std::string_view label, std::string text) {
    CompletionItem& item = list_.items.emplace_back();
    item.kind = kind;
    item.label = label;
    item.text = std::move(text);
    return item;
  }

  // The best stay in front; what begins with what is typed goes before the rest.
  void Rank(std::string_view prefix) {
    if (prefix.empty()) return;
    const std::string typed = AsciiLower(prefix);
    std::stable_partition(list_.items.begin(), list_.items.end(), [&](const CompletionItem& item) {
      return AsciiLower(item.label).starts_with(typed);
    });
  }

  // Is there a colon behind the word already? Then it is a key that gets another name.
  bool HasColon() const {
    if (cursor_.quote != 0) return true;
    return cursor_.word.end < text_.size() && text_[cursor_.word.end] == ':';
  }

  // Columns between the first character of the line and the word: keys of an item stand deeper than
  // its dash, where editors indent from.
  SnippetStyle Style() const {
    const size_t begin = cursor_.word.begin;
    const size_t line = LineBegin(text_, cursor_.word.begin);
    const size_t first = std::min(text_.find_first_not_of(' ', line), begin);
    SnippetStyle style{.snippet = options_.snippets, .flow = cursor_.in_flow};
    style.indent = options_.snippets ? begin - first : begin - line;
    return style;
  }

  void AddField(const Field& field, const std::vector<PathStep>& path) {
    std::string text = field.name;
    SnippetStyle style = Style();
    if (!HasColon()) text = FieldText(field, release(), style);
    CompletionItem& item = Add(Kind::kField, field.name, std::move(text));
    item.snippet = options_.snippets && !HasColon();
    item.detail = schema::TypeOf(field, release());
    if (schema::HasFact(field, FactKind::kRequired, release())) item.detail += ", required";
    std::vector<PathStep> steps = path;
    steps.push_back({field.name, -1});
    item.help = fmt::format("{} {} {}", place_.api.ToString(), place_.kind, yaml::ToString(steps));
  }

  Release release() const { return place_.choice ? place_.choice.release : release_; }

  bool IsThere(std::string_view key) const {
    return std::find(cursor_.siblings.begin(), cursor_.siblings.end(), key) !=
           cursor_.siblings.end();
  }

  void Keys(const std::vector<PathStep>& path) {
    if (path.empty()) TopKeys();
    if (!path.empty() && path[0].key == "metadata") return MetadataKeys(path);
    const Field* field = FindField(place_, path);
    if (!field) return;
    // A list that has no dash yet.
    const bool list = schema::TypeOf(*field, release()) == "list";
    if (list) field = schema::FindField(*field, schema::kItems, release());
    if (!field || (list && (cursor_.in_flow || !cursor_.siblings.empty()))) return;
    if (list && schema::TypeOf(*field, release()) != "object") {
      Values(*field);
      for (CompletionItem& item : list_.items) item.text = "- " + item.text;
      return;
    }
    std::vector<const Field*> fields;
    for (const Field& child : field->fields) {
      if (child.name == schema::kItems || child.name == schema::kValues) continue;
      if (child.span.Holds(release()) && !IsThere(child.name)) fields.push_back(&child);
    }
    std::stable_sort(fields.begin(), fields.end(), [&](const Field* a, const Field* b) {
      const bool needs_a = schema::HasFact(*a, FactKind::kRequired, release());
      const bool needs_b = schema::HasFact(*b, FactKind::kRequired, release());
      if (needs_a != needs_b) return needs_a;
      return a->usage > b->usage;
    });
    std::vector<PathStep> at = path;
    if (list) at.push_back({"", 0});
    for (const Field* child : fields) {
      AddField(*child, at);
      if (list) list_.items.back().text = "- " + list_.items.back().text;
    }
  }

  void TopKeys() {
    if (cursor_.in_flow) return;
    const bool empty = cursor_.siblings.empty();
    const bool plain = HasColon();
    for (const std::string_view key : {"apiVersion", "kind"}) {
      if (!IsThere(key))
        Add(Kind::kField, key, plain ? std::string(key) : fmt::format("{}: ", key));
    }
    if (!IsThere("metadata") && place_.api.group != kKustomizeGroup && !(empty && kustomization_)) {
      CompletionItem& item = Add(Kind::kField, "metadata", "metadata");
      if (!plain) item.text += options_.snippets ? ":\n  name: $1" : ":\n  name: ";
      item.snippet = options_.snippets && !plain;
    }
    if (!empty || plain) return;
    for (const WritableKind& writable : WritableKinds(release_)) {
      const ApiVersion api = ApiVersion::Parse(writable.api);
      const bool kustomize = api.group == kKustomizeGroup;
      if (kustomize != kustomization_) continue;
      const schema::KindSchema* schema =
          schema::FindEmbedded(api.group, api.version, writable.kind);
      if (!schema) continue;
      SnippetStyle style{.snippet = options_.snippets};
      CompletionItem& item =
          Add(Kind::kObject, writable.kind, ObjectText(*schema, release_, style));
      item.snippet = options_.snippets;
      item.detail = writable.api;
      item.help = fmt::format("{} {}", writable.api, writable.kind);
    }
  }

  void MetadataKeys(const std::vector<PathStep>& path) {
    const std::string_view end = HasColon() ? "" : ": ";
    if (path.size() == 1) {
      for (const std::string_view key : kMetadataFields) {
        if (IsThere(key)) continue;
        const bool map = key == "labels" || key == "annotations";
        SnippetStyle style = Style();
        std::string text = fmt::format("{}{}", key, end);
        if (map && !HasColon() && !cursor_.in_flow) {
          text = fmt::format("{}:\n{}", key, std::string(style.indent + 2, ' '));
          if (options_.snippets) text += "$1";
        }
        CompletionItem& item = Add(Kind::kField, key, text);
        item.snippet = options_.snippets && map && !HasColon();
      }
      return;
    }
    if (path.size() != 2 || (path[1].key != "annotations" && path[1].key != "labels")) return;
    for (const auto& [key, value] : kFluxAnnotations) {
      if (!IsThere(key))
        Add(Kind::kField, key, HasColon() ? std::string(key) : fmt::format("{}: {}", key, value));
    }
  }

  void Item() {
    const Field* field = FindField(place_, cursor_.path);
    if (!field) return;
    if (schema::TypeOf(*field, release()) == "object") {
      Keys(cursor_.path);
    } else {
      Values(*field);
    }
  }

  void Value() {
    const std::vector<PathStep>& path = cursor_.path;
    if (path.size() == 1 && path[0].key == "apiVersion") return ApiVersions();
    if (path.size() == 1 && path[0].key == "kind") return Kinds();
    const Field* field = FindField(place_, path);
    if (field) Values(*field);
  }

  // A blank in front, where the colon has none yet.
  std::string Blank() const {
    return cursor_.word.begin > 0 && text_[cursor_.word.begin - 1] == ':' ? " " : "";
  }

  void Values(const Field& field) {
    const std::string_view preset = schema::FactValue(field, FactKind::kDefault, release());
    const auto add = [&](std::string_view value, Kind kind) {
      CompletionItem& item = Add(kind, value, Blank() + std::string(value));
      if (value == preset) item.detail = "default";
    };
    std::vector<std::string_view> values = schema::EnumOf(field, release());
    if (schema::TypeOf(field, release()) == "boolean") values = {"true", "false"};
    for (const std::string_view value : values) add(value, Kind::kEnumValue);
    if (!values.empty()) return;
    const std::string_view pattern = schema::FactValue(field, FactKind::kPattern, release());
    if (!IsDurationPattern(pattern)) {
      if (!preset.empty() && preset[0] != '{' && preset[0] != '[') add(preset, Kind::kValue);
      return;
    }
    const std::string_view best = BestDuration();
    for (const std::string_view value : kDurations) {
      if (value == best) add(value, Kind::kValue);
    }
    for (const std::string_view value : kDurations) {
      const bool hours = value.back() == 'h';
      if (value != best && !(hours && MendDuration(value, pattern) != std::string(value)))
        add(value, Kind::kValue);
    }
  }

  // What the conventions have for this kind.
  std::string_view BestDuration() const {
    const std::string_view field = cursor_.path.back().key;
    if (field == "timeout") return "5m";
    if (field != "interval") return "1m";
    if (place_.kind == "HelmRepository") return "1h";
    if (place_.kind == "OCIRepository" || place_.kind == "ImageRepository") return "5m";
    if (place_.kind == "HelmRelease") return "1h";
    return "10m";
  }

  void ApiVersions() {
    const std::string_view kind = place_.root.Find("kind").value();
    std::set<std::string> seen;
    for (const WritableKind& writable : WritableKinds(release_)) {
      if (!kind.empty() && writable.kind != kind) continue;
      if (!kind.empty()) {
        if (seen.insert(writable.api).second) AddApi(writable, false);
      } else if (writable.flux) {
        AddApi(writable, !cursor_.in_flow && !place_.root.FindOwn("kind"));
      } else if (seen.insert(writable.api).second) {
        AddApi(writable, false);
      }
    }
  }

  void AddApi(const WritableKind& writable, bool with_kind) {
    std::string text = Blank() + writable.api;
    if (with_kind) text += "\nkind: " + writable.kind;
    CompletionItem& item = Add(Kind::kApiVersion, writable.api, std::move(text));
    item.detail = with_kind || !place_.kind.empty() ? writable.kind : "";
    item.help = fmt::format("{} {}", writable.api, writable.kind);
  }

  void Kinds() {
    const std::string api(place_.root.Find("apiVersion").value());
    std::vector<WritableKind> kinds = WritableKinds(release_);
    std::stable_sort(kinds.begin(), kinds.end(), [&](const WritableKind& a, const WritableKind& b) {
      return (a.api == api) > (b.api == api);
    });
    const Node written = place_.root.FindOwn("apiVersion");
    for (const WritableKind& writable : kinds) {
      CompletionItem& item = Add(Kind::kKind, writable.kind, Blank() + writable.kind);
      item.detail = writable.api;
      item.help = fmt::format("{} {}", writable.api, writable.kind);
      if (writable.api == api || cursor_.in_flow) continue;
      if (written.IsNull()) {
        item.more.push_back({written.range(), " " + writable.api});
      } else if (written.IsScalar()) {
        item.more.push_back({written.range(), writable.api});
      } else if (!written) {
        const uint32_t begin = LineBegin(text_, cursor_.word.begin);
        item.more.push_back({{begin, begin}, fmt::format("apiVersion: {}\n", writable.api)});
      }
    }
  }

  const Snapshot& snapshot_;
  const std::string& path_;
  std::string_view text_;
  const yaml::File& file_;
  const CompletionOptions& options_;
  uint32_t offset_;
  yaml::Cursor cursor_;
  Place place_;
  Release release_;
  bool kustomization_;
  CompletionList list_;
};

// "spec.chart[0].x" → steps.
std::vector<PathStep> StepsOf(std::string_view route) {
  std::vector<PathStep> steps;
  while (!route.empty()) {
    const size_t end = std::min(route.find_first_of(".[", 1), route.size());
    std::string_view step = route.substr(0, end);
    route.remove_prefix(end);
    if (step.starts_with('[')) {
      steps.push_back({"", 0});
    } else {
      if (step.starts_with('.')) step.remove_prefix(1);
      steps.push_back({std::string(step), -1});
    }
  }
  return steps;
}

// Completion in a patch that is text: an object of its own.
CompletionList CompleteInside(const Snapshot& snapshot, const std::string& path,
                              const InnerBlock& block, uint32_t offset,
                              const CompletionOptions& options) {
  const yaml::File file = yaml::Parse(block.text);
  const std::string name = JoinPath(DirectoryName(path), "patch.yaml");
  const uint32_t inner = block.ToInner(offset);
  CompletionList list = Completer(snapshot, name, block.text, file, inner,
                                  yaml::CursorAt(block.text, file, inner), options)
                            .Run();
  const auto outer = [&](ByteRange range) {
    return ByteRange{block.ToOuter(range.begin), block.ToOuter(range.end)};
  };
  list.replace = outer(list.replace);
  list.insert = outer(list.insert);
  const std::string indent(block.indent, ' ');
  for (CompletionItem& item : list.items) {
    // Editors indent the lines of snippets themselves.
    for (size_t at = item.snippet ? std::string::npos : item.text.find('\n');
         at != std::string::npos; at = item.text.find('\n', at + 1))
      item.text.insert(at + 1, indent);
    for (TextEdit& edit : item.more) {
      edit.range = outer(edit.range);
      for (size_t at = edit.new_text.find('\n'); at != std::string::npos;
           at = edit.new_text.find('\n', at + 1))
        edit.new_text.insert(at + 1, indent);
    }
  }
  return list;
}

}  // namespace

CompletionList Complete(const Snapshot& snapshot, const std::string& path, std::string_view text,
                        const yaml::File& file, uint32_t offset, const CompletionOptions& options) {
  offset = std::min<uint32_t>(offset, static_cast<uint32_t>(text.size()));
  yaml::Cursor cursor = yaml::CursorAt(text, file, offset);
  if (cursor.role != CursorRole::kComment) {
    if (auto variables = CompleteVariable(snapshot, options.fleet, path, text, offset))
      return std::move(*variables);
  }
  if (cursor.role == CursorRole::kComment) {
    if (auto markers =
            CompleteMarker(snapshot, options.fleet, path, text, file, cursor.document, offset))
      return std::move(*markers);
  }
  if (cursor.role == CursorRole::kBlockScalar) {
    if (const auto block = FindInnerBlock(text, file, cursor, offset))
      return CompleteInside(snapshot, path, *block, offset, options);
  }
  return Completer(snapshot, path, text, file, offset, std::move(cursor), options).Run();
}

std::string Documentation(const Snapshot& snapshot, const std::string& path,
                          std::string_view help) {
  const size_t first = help.find(' ');
  if (first == std::string_view::npos) return "";
  const size_t second = help.find(' ', first + 1);
  Place place;
  place.api = ApiVersion::Parse(help.substr(0, first));
  place.kind =
      help.substr(first + 1, second == std::string_view::npos ? second : second - first - 1);
  place.choice = schema::Choose(snapshot, path, place.api, place.kind);
  if (second == std::string_view::npos) return KindHelp(place);
  const std::string_view route = help.substr(second + 1);
  const Field* field = FindField(place, StepsOf(route));
  return field ? FieldHelp(*field, route, place.choice.release) : "";
}

}  // namespace fluxls
