#include "analysis/features/name_completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "analysis/build/hash.h"
#include "analysis/build/resolve.h"
#include "analysis/model/reference_table.h"
#include "analysis/rules/schema_words.h"
#include "analysis/text/unicode.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

using build::Effect;
using build::Fleet;
using build::FluxBuild;
using build::Object;
using yaml::CursorRole;
using yaml::Node;
using yaml::PathStep;

// More than that nobody reads.
constexpr size_t kMostItems = 300;

// An object that could be meant.
struct Candidate {
  int rank = 0;                        // the lowest is the nearest
  const build::Value* root = nullptr;  // null when no build has it
  std::string_view kind;
  std::string_view namespace_;  // "" when nobody says
  std::string_view name;
};

// What comes along with a name.
struct Addition {
  std::vector<TextEdit> edits;
  std::string lines;  // behind the name itself
};

// Who refers: the clusters that apply it, and the namespaces it lives in.
struct Referrer {
  std::set<std::string_view> clusters;
  std::set<std::string_view> namespaces;
  bool IsIn(std::string_view namespace_) const {
    return namespaces.empty() || namespaces.contains(namespace_);
  }
};

class NameCompleter {
 public:
  explicit NameCompleter(const NameRequest& request)
      : request_(request), cursor_(request.cursor), place_(request.place) {
    FindReferrer();
  }

  std::optional<CompletionList> Run() {
    if (cursor_.role != CursorRole::kValue || cursor_.path.size() < 2) return std::nullopt;
    const std::string route = RouteOf(cursor_.path);
    for (const ReferenceField& field : ReferenceFieldsOf(place_.api.group, place_.kind)) {
      if (field.is_name ? route == field.route : IsBelow(route, field.route, "name"))
        return Names(field);
      if (field.is_name) continue;
      const bool has_namespace =
          field.rule == NamespaceRule::kDefaultOwn || field.rule == NamespaceRule::kAsWritten;
      if (has_namespace && IsBelow(route, field.route, "namespace")) return Namespaces();
      if (IsBelow(route, field.route, "valuesKey")) return Keys();
    }
    const bool target = route == "spec.targetNamespace" && IsFluxGroup(place_.api.group);
    if (target || route == "metadata.namespace") return Namespaces();
    return std::nullopt;
  }

 private:
  static bool IsBelow(std::string_view route, std::string_view field, std::string_view key) {
    return route.size() == field.size() + 1 + key.size() && route.starts_with(field) &&
           route[field.size()] == '.' && route.ends_with(key);
  }

  void AddClusters(const std::vector<uint32_t>& builds) {
    for (const uint32_t index : builds) {
      const FluxBuild& build = *request_.fleet->builds()[index];
      if (build.flux) referrer_.clusters.insert(build.cluster);
    }
  }

  void FindReferrer() {
    const Node metadata = place_.root.Find("metadata");
    own_name_ = metadata.Find("name").value();
    const std::string_view written = metadata.Find("namespace").value();
    if (const Fleet* fleet = request_.fleet) {
      for (const Effect effect : fleet->EffectsOf(request_.path)) {
        const FluxBuild& build = fleet->BuildOf(effect);
        const Object& object = fleet->ObjectOf(effect);
        if (build.flux) referrer_.clusters.insert(build.cluster);
        const build::ObjectId& was = object.original();
        if (!object.root || was.kind != place_.kind || was.name != own_name_) continue;
        if (written.empty() || was.namespace_ == written)
          referrer_.namespaces.insert(object.id.EffectiveNamespace());
      }
      if (referrer_.clusters.empty()) AddClusters(fleet->BuildsReading(request_.path));
      if (referrer_.clusters.empty()) {
        // Nothing has built it yet: whoever builds its directory may.
        const std::string directory(DirectoryName(request_.path));
        if (const auto kustomization = request_.snapshot.KustomizationIn(directory))
          AddClusters(fleet->BuildsReading(*kustomization));
        for (const build::FluxBuildPtr& build : fleet->builds()) {
          if (!build->flux || build->directory.empty()) continue;
          if (directory == build->directory || directory.starts_with(build->directory + "/"))
            referrer_.clusters.insert(build->cluster);
        }
      }
    }
    if (referrer_.namespaces.empty() && !written.empty()) referrer_.namespaces.insert(written);
  }

  // A new item's place in the list: what is certain and near comes first.
  int Rank(const FluxBuild& build, std::string_view namespace_) const {
    const bool here = build.flux && referrer_.clusters.contains(build.cluster);
    return (here ? 0 : 2) + (referrer_.IsIn(namespace_) ? 0 : 1);
  }

  template <typename Wanted>
  std::vector<Candidate> Collect(const Wanted& wanted) const {
    std::vector<Candidate> out;
    if (const Fleet* fleet = request_.fleet) {
      for (const build::FluxBuildPtr& build : fleet->builds()) {
        for (const Object& object : build->objects) {
          if (!object.root || !wanted(object.id.kind)) continue;
          const std::string_view namespace_ =
              object.id.cluster_scoped ? "" : object.id.EffectiveNamespace();
          // What gets a hash for a suffix is referred to without.
          const std::string_view name = object.needs_hash ? object.original().name : object.id.name;
          if (name.empty()) continue;
          out.push_back({Rank(*build, namespace_), object.root, object.id.kind, namespace_, name});
        }
        for (const build::MadeBy& made_by : build->made) {
          for (const build::Made& made : build::FindMade(build->objects[made_by.maker])) {
            if (!wanted(made.kind)) continue;
            out.push_back(
                {Rank(*build, made.namespace_), nullptr, made.kind, made.namespace_, made.name});
          }
        }
      }
    }
    for (const SourceFilePtr& file : request_.snapshot.Files()) {
      if (request_.fleet && !request_.fleet->EffectsOf(file->path).empty()) continue;
      for (const Resource& resource : file->facts.resources) {
        const ResourceId& id = resource.id;
        if (!wanted(id.kind) || id.name.empty()) continue;
        const bool near = !id.namespace_.empty() && referrer_.IsIn(id.namespace_);
        out.push_back({near ? 4 : 5, nullptr, id.kind, id.namespace_, id.name});
      }
    }
    std::erase_if(out, [](const Candidate& candidate) {
      return build::IsTemplatedName(candidate.name) || build::IsTemplatedName(candidate.namespace_);
    });
    return out;
  }

  // Each once, the nearest first; of too many, what begins as it is typed before all else.
  // Were there too many?
  bool Tidy(std::vector<Candidate>& candidates) const {
    std::unordered_map<uint64_t, size_t> places;
    std::vector<Candidate> out;
    for (const Candidate& c : candidates) {
      const auto [at, fresh] =
          places.try_emplace(build::HashOfTexts({c.kind, c.namespace_, c.name}), out.size());
      if (fresh) {
        out.push_back(c);
      } else if (c.rank < out[at->second].rank) {
        out[at->second] = c;
      }
    }
    const auto is_before = [](const Candidate& a, const Candidate& b) {
      return std::tie(a.rank, a.name, a.kind, a.namespace_) <
             std::tie(b.rank, b.name, b.kind, b.namespace_);
    };
    const size_t count = std::min(out.size(), kMostItems);
    const auto end = out.begin() + static_cast<ptrdiff_t>(count);
    auto typed_end = out.begin();
    if (out.size() > kMostItems && !cursor_.prefix.empty()) {
      const std::string typed = AsciiLower(cursor_.prefix);
      typed_end = std::partition(out.begin(), out.end(), [&](const Candidate& candidate) {
        return AsciiLower(candidate.name).starts_with(typed);
      });
    }
    if (typed_end < end) {
      std::sort(out.begin(), typed_end, is_before);
      std::partial_sort(typed_end, end, out.end(), is_before);
    } else {
      std::partial_sort(out.begin(), end, typed_end, is_before);
    }
    const bool cut = out.size() > count;
    out.resize(count);
    candidates = std::move(out);
    return cut;
  }

  CompletionList Names(const ReferenceField& field) {
    const size_t depth = cursor_.path.size() - 1;
    const Node beside = field.is_name ? Node() : Follow(place_.root, cursor_.path, depth);
    const std::string_view kind = beside.Find("kind").value();
    const std::string_view namespace_ = beside.Find("namespace").value();
    const bool has_namespace =
        field.rule == NamespaceRule::kDefaultOwn || field.rule == NamespaceRule::kAsWritten;
    const bool fixed = field.rule == NamespaceRule::kOwn;

    std::vector<std::string_view> kinds;
    if (!field.target.empty()) {
      kinds = {field.target};
    } else if (!kind.empty()) {
      kinds = {kind};
    } else {
      kinds = KindsAllowed(depth);
    }
    std::vector<Candidate> found = Collect([&](std::string_view candidate) {
      return kinds.empty() || std::find(kinds.begin(), kinds.end(), candidate) != kinds.end();
    });
    const std::set<std::tuple<std::string_view, std::string_view>> taken = Taken(depth, kind);
    std::string_view wanted = has_namespace ? namespace_ : std::string_view();
    if (field.rule == NamespaceRule::kOfSource)
      wanted = place_.root.At("spec.chart.spec.sourceRef.namespace").value();
    const bool own = fixed || (field.rule == NamespaceRule::kOfSource && wanted.empty());
    std::erase_if(found, [&](const Candidate& c) {
      if (!c.namespace_.empty()) {
        if (!wanted.empty() && c.namespace_ != wanted) return true;
        if (own && !referrer_.IsIn(c.namespace_)) return true;
      }
      const bool itself = c.kind == place_.kind && c.name == own_name_ &&
                          (c.namespace_.empty() || referrer_.IsIn(c.namespace_));
      return itself || taken.contains({c.name, c.namespace_});
    });
    const bool cut = Tidy(found);

    CompletionList list = ListForWord(request_);
    list.cut = cut;
    std::map<std::string, Addition> additions;
    for (const Candidate& candidate : found) {
      CompletionItem& item = Add(list, candidate.name);
      item.detail = candidate.namespace_.empty()
                        ? std::string(candidate.kind)
                        : fmt::format("{}, {}", candidate.kind, candidate.namespace_);
      std::vector<yaml::ValuePair> missing;
      if (field.target.empty() && kind.empty() && candidate.kind != field.default_kind) {
        if (field.rule == NamespaceRule::kAsWritten && candidate.root &&
            beside.Find("apiVersion").value().empty())
          missing.push_back({"apiVersion", yaml::Value::String(std::string(
                                               build::Text(candidate.root, "apiVersion")))});
        missing.push_back({"kind", yaml::Value::String(std::string(candidate.kind))});
      }
      const bool elsewhere =
          field.rule == NamespaceRule::kAsWritten ||
          (!referrer_.namespaces.empty() && !referrer_.IsIn(candidate.namespace_));
      if (has_namespace && wanted.empty() && elsewhere && !candidate.namespace_.empty())
        missing.push_back({"namespace", yaml::Value::String(std::string(candidate.namespace_))});
      if (missing.empty()) continue;
      std::string key;
      for (const yaml::ValuePair& pair : missing) key += pair.key + ' ' + pair.value.text + '\n';
      const auto [at, fresh] = additions.try_emplace(key);
      if (fresh) at->second = FillIn(beside, missing);
      item.more = at->second.edits;
      item.text += at->second.lines;
    }
    return list;
  }

  // Namespaces that objects are, or live in; what the own clusters have comes first.
  CompletionList Namespaces() const {
    std::map<std::string_view, int> ranks;
    const auto note = [&](std::string_view name, int rank) {
      if (name.empty() || build::IsTemplatedName(name)) return;
      const auto [at, fresh] = ranks.try_emplace(name, rank);
      if (!fresh) at->second = std::min(at->second, rank);
    };
    if (const Fleet* fleet = request_.fleet) {
      for (const build::FluxBuildPtr& build : fleet->builds()) {
        const int rank = build->flux && referrer_.clusters.contains(build->cluster) ? 0 : 1;
        for (const Object& object : build->objects) {
          if (!object.root) continue;
          note(object.id.kind == "Namespace" ? object.id.name
               : object.id.cluster_scoped    ? std::string_view()
                                             : object.id.namespace_,
               rank);
        }
      }
    }
    const std::vector<SourceFilePtr> files = request_.snapshot.Files();
    for (const SourceFilePtr& file : files) {
      // What is being typed says nothing.
      if (file->path == request_.path) continue;
      for (const Resource& resource : file->facts.resources) {
        const bool is_namespace = resource.id.kind == "Namespace" && resource.id.api.group.empty();
        note(is_namespace ? resource.id.name : resource.id.namespace_, 2);
      }
    }
    std::vector<std::pair<int, std::string_view>> ordered;
    for (const auto& [name, rank] : ranks) ordered.emplace_back(rank, name);
    std::sort(ordered.begin(), ordered.end());
    CompletionList list = ListForWord(request_);
    for (const auto& [rank, name] : ordered) Add(list, name).detail = "Namespace";
    return list;
  }

  // Keys of the ConfigMap or Secret that is named beside.
  CompletionList Keys() const {
    const Node beside = Follow(place_.root, cursor_.path, cursor_.path.size() - 1);
    const std::string_view kind = beside.Find("kind").value();
    const std::string_view name = beside.Find("name").value();
    CompletionList list = ListForWord(request_);
    if (!request_.fleet || name.empty()) return list;
    std::set<std::string_view> keys;
    for (const build::FluxBuildPtr& build : request_.fleet->builds()) {
      if (!build->flux || !referrer_.clusters.contains(build->cluster)) continue;
      for (const Object& object : build->objects) {
        if (!object.root || object.id.kind != kind) continue;
        if (kind != "ConfigMap" && kind != "Secret") continue;
        const bool called =
            object.id.name == name || (object.needs_hash && object.original().name == name);
        if (!called || !referrer_.IsIn(object.id.EffectiveNamespace())) continue;
        for (const std::string_view part : {"data", "stringData", "binaryData"}) {
          const build::Value* data = build::Find(object.root, part);
          if (!data) continue;
          for (const build::Pair& pair : data->Pairs()) keys.insert(pair.key);
        }
      }
    }
    for (const std::string_view key : keys)
      Add(list, key).detail = fmt::format("{} {}", kind, name);
    return list;
  }

  // Kinds that the schema allows beside the name; none when it does not say.
  std::vector<std::string_view> KindsAllowed(size_t depth) const {
    std::vector<PathStep> steps(cursor_.path.begin(),
                                cursor_.path.begin() + static_cast<ptrdiff_t>(depth));
    steps.push_back({"kind", -1});
    const schema::Field* field = FindField(place_, steps);
    if (!field) return {};
    return schema::EnumOf(*field, place_.choice.release);
  }

  // What the other items of the same list name already.
  std::set<std::tuple<std::string_view, std::string_view>> Taken(size_t depth,
                                                                 std::string_view kind) const {
    std::set<std::tuple<std::string_view, std::string_view>> out;
    if (depth == 0 || !cursor_.path[depth - 1].IsIndex()) return out;
    const Node list = Follow(place_.root, cursor_.path, depth - 1);
    if (!list.IsSequence()) return out;
    for (uint32_t i = 0; i < list.size(); ++i) {
      const Node item = list[i];
      if (static_cast<int32_t>(i) == cursor_.path[depth - 1].index) continue;
      if (item.Find("kind").value() != kind) continue;
      const std::string_view name = item.Find("name").value();
      // With keys or parts of it, the same object may be named twice.
      if (name.empty() || item.Find("valuesKey") || item.Find("targetPath")) continue;
      const std::string_view written = item.Find("namespace").value();
      if (!written.empty()) {
        out.insert({name, written});
      } else {
        for (const std::string_view own : referrer_.namespaces) out.insert({name, own});
      }
    }
    return out;
  }

  // Adds pairs to the mapping that the name stands in, or leaves it.
  Addition FillIn(Node beside, const std::vector<yaml::ValuePair>& missing) const {
    if (!beside.IsMapping() || cursor_.document >= request_.file.documents.size()) return {};
    const yaml::Document& document = request_.file.documents[cursor_.document];
    std::vector<TextEdit> edits;
    std::string lines;
    for (const yaml::ValuePair& pair : missing) {
      if (const Node old = beside.FindOwn(pair.key)) {
        const yaml::Edits set = yaml::SetScalar(document, old, pair.value.text);
        if (set && IsApart(*set)) edits.insert(edits.end(), set->begin(), set->end());
        continue;
      }
      if (const auto added = AddApart(document, beside, pair)) {
        edits.insert(edits.end(), added->begin(), added->end());
      } else if (CanBreakLine()) {
        lines += fmt::format("\n{}{}: {}", std::string(cursor_.indent, ' '), pair.key,
                             yaml::QuoteScalar(pair.value.text));
      }
    }
    return {std::move(edits), std::move(lines)};
  }

  // An edit that adds a pair and does not touch the word.
  std::optional<std::vector<TextEdit>> AddApart(const yaml::Document& document, Node mapping,
                                                const yaml::ValuePair& pair) const {
    for (const std::string_view after : {"kind", "apiVersion", "namespace"}) {
      if (!mapping.FindOwn(after)) continue;
      const yaml::Edits edits = yaml::AddKey(document, mapping, pair.key, pair.value, after);
      if (edits && IsApart(*edits)) return edits;
    }
    if (yaml::Edits edits = yaml::AddKey(document, mapping, pair.key, pair.value);
        edits && IsApart(*edits))
      return edits;
    return std::nullopt;
  }

  bool IsApart(const std::vector<TextEdit>& edits) const {
    return std::all_of(edits.begin(), edits.end(), [&](const TextEdit& edit) {
      return edit.range.end < cursor_.word.begin || edit.range.begin > cursor_.word.end;
    });
  }

  // Is the word the last of its line, so that the lines behind it can come with it?
  bool CanBreakLine() const {
    if (cursor_.in_flow || cursor_.quote != 0) return false;
    const std::string_view text = request_.text;
    const size_t next = text.find_first_not_of(" \r", cursor_.word.end);
    return next == std::string_view::npos || text[next] == '\n';
  }

  CompletionItem& Add(CompletionList& list, std::string_view name) const {
    CompletionItem& item = list.items.emplace_back();
    item.kind = CompletionItem::Kind::kName;
    item.label = name;
    item.text = WrittenForWord(request_, name);
    return item;
  }

  const NameRequest& request_;
  const yaml::Cursor& cursor_;
  const Place& place_;
  Referrer referrer_;
  std::string_view own_name_;
};

}  // namespace

std::optional<CompletionList> CompleteName(const NameRequest& request) {
  return NameCompleter(request).Run();
}

CompletionList ListForWord(const NameRequest& request) {
  const ByteRange word = request.cursor.word;
  CompletionList list;
  list.replace = word;
  list.insert = {word.begin, std::clamp(request.offset, word.begin, word.end)};
  return list;
}

std::string WrittenForWord(const NameRequest& request, std::string_view value) {
  const yaml::Cursor& cursor = request.cursor;
  const bool tight = cursor.word.begin > 0 && request.text[cursor.word.begin - 1] == ':';
  std::string text = tight ? " " : "";
  text += cursor.quote != 0 ? std::string(value)
                            : yaml::QuoteScalar(value, yaml::ScalarStyle::kPlain, cursor.in_flow);
  return text;
}

}  // namespace fluxls
