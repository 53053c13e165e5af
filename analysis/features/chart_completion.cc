#include "analysis/features/chart_completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "analysis/build/resolve.h"

namespace fluxls {
namespace {

using build::Object;
using build::Value;
using yaml::CursorRole;

// More than that nobody reads.
constexpr size_t kMostItems = 100;

// Where a kind says which chart it means, and in which version.
struct ChartFields {
  std::string_view kind;
  std::string_view at;      // route of what holds all that; the others lead on from there
  std::string_view chart;   // route of the chart; the address, for OCIRepositories
  std::string_view source;  // route of its source; "" for none
  std::vector<std::string_view> versions;
};
const std::vector<ChartFields>& AllChartFields() {
  static const std::vector<ChartFields> kFields = {
      {"HelmRelease", "spec.chart.spec", "chart", "sourceRef", {"version"}},
      {"HelmChart", "spec", "chart", "sourceRef", {"version"}},
      {"OCIRepository", "spec", "url", "", {"ref.tag", "ref.semver"}},
  };
  return kFields;
}

std::string_view TextAt(const Value* root, std::string_view route) {
  std::string_view out;
  build::VisitRoute(root, route, [&out](const Value* value) { out = value->str(); });
  return out;
}

// What tells sources apart: kind, namespace and name.
using SourceKey = std::tuple<std::string_view, std::string_view, std::string_view>;

SourceKey SourceOf(const Object& object, const Value* holder, std::string_view route) {
  SourceKey out;
  build::VisitRoute(holder, route, [&](const Value* source) {
    const std::string_view ns = build::Text(source, "namespace");
    out = {build::Text(source, "kind"), ns.empty() ? object.id.EffectiveNamespace() : ns,
           build::Text(source, "name")};
  });
  return out;
}

// A version that somebody uses.
struct Use {
  std::string_view version;
  const Object* user = nullptr;
  size_t users = 0;
  bool same_source = false;
};

// Numbers of a version, and what stands behind a dash; ranges and other texts have none.
struct Numbers {
  std::vector<uint64_t> parts;
  std::string_view pre;
};
Numbers NumbersOf(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  Numbers out;
  text = text.substr(0, text.find('+'));
  if (const size_t dash = text.find('-'); dash != std::string_view::npos) {
    out.pre = text.substr(dash + 1);
    text = text.substr(0, dash);
  }
  while (!text.empty()) {
    const size_t dot = std::min(text.find('.'), text.size());
    const std::string_view part = text.substr(0, dot);
    const bool number = !part.empty() && part.size() < 19 &&
                        part.find_first_not_of("0123456789") == std::string_view::npos;
    if (!number) return {};
    out.parts.push_back(std::stoull(std::string(part)));
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return out;
}

// The newest first; what is no version, a range for example, behind all versions.
bool IsNewer(std::string_view a, std::string_view b) {
  const Numbers left = NumbersOf(a);
  const Numbers right = NumbersOf(b);
  if (left.parts.empty() != right.parts.empty()) return right.parts.empty();
  if (left.parts != right.parts) return left.parts > right.parts;
  if (left.pre.empty() != right.pre.empty()) return left.pre.empty();
  return std::tie(left.pre, a) > std::tie(right.pre, b);
}

class ChartCompleter {
 public:
  ChartCompleter(const NameRequest& request, const ChartFields& fields)
      : request_(request), fields_(fields), cursor_(request.cursor) {
    const yaml::Node metadata = request.place.root.Find("metadata");
    name_ = metadata.Find("name").value();
    const yaml::Node holder = request.place.root.At(fields.at);
    chart_ = holder.At(fields.chart).value();
    const yaml::Node source = holder.At(fields.source);
    const std::string_view ns = source.Find("namespace").value();
    source_ = {source.Find("kind").value(), ns, source.Find("name").value()};
    // Namespaces of the object itself come from whoever builds it.
    if (!ns.empty()) return;
    std::get<1>(source_) = metadata.Find("namespace").value();
    for (const build::Effect effect : request.fleet->EffectsOf(request.path)) {
      const Object& object = request.fleet->ObjectOf(effect);
      if (IsThis(object)) std::get<1>(source_) = object.id.EffectiveNamespace();
    }
  }

  std::optional<CompletionList> Versions(std::string_view route) const {
    if (chart_.empty()) return std::nullopt;
    std::map<std::string_view, Use> uses;
    Visit([&](const Object& object, const Value* holder, const ChartFields& fields) {
      if (TextAt(holder, fields.chart) != chart_) return;
      const bool same =
          !fields.source.empty() && SourceOf(object, holder, fields.source) == source_;
      for (const std::string_view version : fields.versions) {
        // A range is no tag, and the other way round.
        if (fields_.source.empty() && version != route) continue;
        Note(uses, holder, version, object, same);
      }
    });
    std::vector<Use> ordered = Ordered(uses);
    std::stable_sort(ordered.begin(), ordered.end(), [](const Use& a, const Use& b) {
      if (a.same_source != b.same_source) return a.same_source;
      return IsNewer(a.version, b.version);
    });
    return ListOf(ordered);
  }

  std::optional<CompletionList> Charts() const {
    std::map<std::string_view, Use> uses;
    const bool any = std::get<2>(source_).empty();
    Visit([&](const Object& object, const Value* holder, const ChartFields& fields) {
      if (fields.source.empty()) return;
      const bool same = SourceOf(object, holder, fields.source) == source_;
      // A path in a Git repository, or a chart of another source, would be wrong here.
      if (any || same) Note(uses, holder, fields.chart, object, same);
    });
    std::vector<Use> ordered = Ordered(uses);
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const Use& a, const Use& b) { return a.users > b.users; });
    return ListOf(ordered);
  }

 private:
  bool IsThis(const Object& object) const {
    return object.original().name == name_ && object.id.kind == fields_.kind && object.origin &&
           object.origin.file->path == request_.path;
  }

  // Objects that name charts as this one does, but for itself.
  template <typename F>
  void Visit(const F& visit) const {
    for (const build::FluxBuildPtr& build : request_.fleet->builds()) {
      for (const ChartFields& fields : AllChartFields()) {
        // An address has no chart, and a chart no address.
        if (fields.source.empty() != fields_.source.empty() || !build->kinds.contains(fields.kind))
          continue;
        for (const Object& object : build->objects) {
          if (!object.root || object.id.kind != fields.kind || IsThis(object)) continue;
          build::VisitRoute(object.root, fields.at,
                            [&](const Value* holder) { visit(object, holder, fields); });
        }
      }
    }
  }

  static void Note(std::map<std::string_view, Use>& uses, const Value* holder,
                   std::string_view route, const Object& object, bool same_source) {
    std::string_view text;
    build::VisitRoute(holder, route, [&text](const Value* value) {
      if (build::HiddenBy(*value).empty()) text = value->str();
    });
    if (text.empty() || build::IsTemplatedName(text)) return;
    Use& use = uses[text];
    use.version = text;
    if (!use.user) use.user = &object;
    ++use.users;
    use.same_source |= same_source;
  }

  static std::vector<Use> Ordered(const std::map<std::string_view, Use>& uses) {
    std::vector<Use> out;
    out.reserve(uses.size());
    for (const auto& [text, use] : uses) out.push_back(use);
    return out;
  }

  std::optional<CompletionList> ListOf(const std::vector<Use>& uses) const {
    CompletionList list = ListForWord(request_);
    // Of too many, those that begin as it is typed; the order is theirs.
    std::vector<Use> shown = uses;
    if (shown.size() > kMostItems) {
      list.cut = true;
      std::stable_partition(shown.begin(), shown.end(), [this](const Use& use) {
        return use.version.starts_with(cursor_.prefix);
      });
      shown.resize(kMostItems);
    }
    for (const Use& use : shown) {
      CompletionItem& item = list.items.emplace_back();
      item.kind = CompletionItem::Kind::kName;
      item.label = use.version;
      item.text = WrittenForWord(request_, item.label);
      const build::ObjectId& id = use.user->id;
      item.detail = fmt::format("{} {}/{}", id.kind, id.EffectiveNamespace(), id.name);
      if (use.users > 1) item.detail += fmt::format(" and {} more", use.users - 1);
    }
    if (list.items.empty()) return std::nullopt;
    return list;
  }

  const NameRequest& request_;
  const ChartFields& fields_;
  const yaml::Cursor& cursor_;
  std::string_view name_;   // of the object itself
  std::string_view chart_;  // as it is written
  SourceKey source_;
};

}  // namespace

std::optional<CompletionList> CompleteChart(const NameRequest& request) {
  if (!request.fleet || request.cursor.role != CursorRole::kValue) return std::nullopt;
  if (!IsFluxGroup(request.place.api.group)) return std::nullopt;
  const std::string route = yaml::ToString(request.cursor.path);
  for (const ChartFields& fields : AllChartFields()) {
    if (fields.kind != request.place.kind || !route.starts_with(fields.at)) continue;
    const std::string_view below =
        std::string_view(route).substr(std::min(fields.at.size() + 1, route.size()));
    if (below == fields.chart && !fields.source.empty())
      return ChartCompleter(request, fields).Charts();
    if (std::find(fields.versions.begin(), fields.versions.end(), below) != fields.versions.end())
      return ChartCompleter(request, fields).Versions(below);
  }
  return std::nullopt;
}

}  // namespace fluxls
