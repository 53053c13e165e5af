#include "analysis/features/path_completion.h"

#include <algorithm>
#include <set>

#include "analysis/model/kustomization.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

using yaml::CursorRole;
using yaml::PathStep;

enum class Wants : uint8_t { kNothing, kManifests, kYamlFiles, kAnyFile, kDirectories };

// What an entry of a kustomization file at these steps leads to.
Wants WantedIn(const std::vector<PathStep>& steps) {
  if (steps.empty() || steps[0].IsIndex()) return Wants::kNothing;
  const std::string_view field = steps[0].key;
  const bool item = steps.size() == 2 && steps[1].IsIndex();
  if (item) {
    if (field == "resources") return Wants::kManifests;
    if (field == "components" || field == "bases") return Wants::kDirectories;
    for (const std::string_view list : {"patchesStrategicMerge", "crds", "configurations",
                                        "generators", "transformers", "validators"}) {
      if (field == list) return Wants::kYamlFiles;
    }
    return Wants::kNothing;
  }
  const bool pair = steps.size() == 3 && steps[1].IsIndex() && steps[2].key == "path";
  if (pair && (field == "patches" || field == "patchesJson6902" || field == "replacements"))
    return Wants::kYamlFiles;
  const bool generator = field == "configMapGenerator" || field == "secretGenerator";
  if (generator && steps.size() == 4 && steps[3].IsIndex() &&
      (steps[2].key == "files" || steps[2].key == "envs"))
    return Wants::kAnyFile;
  return Wants::kNothing;
}

bool IsManifest(std::string_view name) {
  return name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json");
}

class PathCompleter {
 public:
  explicit PathCompleter(const NameRequest& request)
      : request_(request), cursor_(request.cursor), own_(DirectoryName(request.path)) {}

  std::optional<CompletionList> Run() {
    if (cursor_.role != CursorRole::kValue && cursor_.role != CursorRole::kItem)
      return std::nullopt;
    const Place& place = request_.place;
    if (place.api.group == kKustomizeGroup) {
      wants_ = WantedIn(cursor_.path);
      base_ = own_;
      ReadListed();
    } else if (place.api.group == kFluxKustomizeGroup && place.kind == "Kustomization" &&
               yaml::ToString(cursor_.path) == "spec.path") {
      wants_ = Wants::kDirectories;
      is_flux_ = true;
      if (request_.fleet) base_ = request_.fleet->RootOf(request_.snapshot, request_.path);
      if (base_.empty()) base_ = request_.snapshot.RootOf(request_.path);
    }
    if (wants_ == Wants::kNothing || base_.empty()) return std::nullopt;
    return Segments();
  }

 private:
  // What this kustomization lists, as it is typed now.
  void ReadListed() {
    KustomizationFacts facts;
    ReadKustomization(request_.place.root, facts);
    for (const KustomizeEntry& entry : facts.entries)
      listed_.insert(NormalizePath(JoinPath(own_, EntryPath(entry))));
  }

  std::optional<CompletionList> Segments() {
    std::string_view typed = cursor_.prefix;
    const uint32_t end = std::clamp(request_.offset, cursor_.word.begin, cursor_.word.end);
    // `key=path` in the files of a generator.
    if (wants_ == Wants::kAnyFile) typed.remove_prefix(typed.rfind('=') + 1);
    if (typed.find("://") != std::string_view::npos) return std::nullopt;
    const size_t slash = typed.rfind('/');
    const std::string_view parents =
        slash == std::string_view::npos ? std::string_view() : typed.substr(0, slash + 1);
    const std::string_view segment = typed.substr(parents.size());
    // Flux takes `/apps` for a path below the root, kustomize does not.
    if (parents.starts_with('/') && !is_flux_) return std::nullopt;
    std::string_view below = parents;
    while (below.starts_with('/')) below.remove_prefix(1);
    const std::string directory = below.empty() ? base_ : NormalizePath(JoinPath(base_, below));
    const std::string root = request_.snapshot.RootOf(request_.path);
    if (directory != root && !directory.starts_with(root + "/")) return std::nullopt;

    list_.insert = {end - static_cast<uint32_t>(segment.size()), end};
    // A segment ends where the next one begins.
    const std::string_view rest = Slice(request_.text, {end, cursor_.word.end});
    const size_t next = std::min(rest.find('/'), rest.size());
    list_.replace = {list_.insert.begin, end + static_cast<uint32_t>(next)};
    has_slash_ = next < rest.size();
    // Flux's own way to write a path.
    start_ = is_flux_ && typed.empty() ? "./" : "";

    for (const std::string& name : request_.snapshot.Names(directory))
      Consider(directory, name, segment);
    const bool up = !is_flux_ && directory != root && (parents.empty() || parents.ends_with("../"));
    if (up) Add(4, "..", CompletionItem::Kind::kFolder);
    std::stable_sort(ranked_.begin(), ranked_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [rank, item] : ranked_) list_.items.push_back(std::move(item));
    return std::move(list_);
  }

  void Consider(const std::string& directory, const std::string& name, std::string_view segment) {
    // Hidden ones only for those who ask for them.
    if (name.starts_with('.') && !segment.starts_with('.')) return;
    const std::string path = JoinPath(directory, name);
    const PathKind kind = request_.snapshot.Stat(path);
    const bool is_directory = kind == PathKind::kDirectory;
    if (!is_directory) {
      if (wants_ == Wants::kDirectories || kind != PathKind::kFile) return;
      if (wants_ != Wants::kAnyFile && !IsManifest(name)) return;
      if (wants_ == Wants::kManifests && IsKustomizationFileName(name)) return;
      if (path == request_.path) return;
    }
    // Nobody includes oneself.
    if (is_directory && !is_flux_ && path == own_) return;
    int rank = 0;
    if (listed_.contains(path)) {
      rank = 3;
    } else if (is_directory && !is_flux_ && FitsBadly(path)) {
      rank = 2;
    } else if (!is_flux_ && !request_.snapshot.KustomizationsListing(path).empty()) {
      rank = 1;
    }
    Add(rank, name, is_directory ? CompletionItem::Kind::kFolder : CompletionItem::Kind::kFile);
  }

  // A directory that can only be on the way: it is no kustomization, or one of the other sort.
  bool FitsBadly(const std::string& directory) const {
    if (wants_ != Wants::kManifests && wants_ != Wants::kDirectories) return true;
    const auto kustomization = request_.snapshot.KustomizationIn(directory);
    if (!kustomization) return true;
    const SourceFilePtr file = request_.snapshot.Find(*kustomization);
    const bool component =
        file && file->facts.kustomization && file->facts.kustomization->component;
    return component != (cursor_.path[0].key == "components");
  }

  void Add(int rank, const std::string& name, CompletionItem::Kind kind) {
    CompletionItem item;
    item.kind = kind;
    const bool is_directory = kind == CompletionItem::Kind::kFolder;
    const std::string end = is_directory ? "/" : "";
    item.label = start_ + name + end;
    item.text = item.label;
    if (has_slash_ && is_directory) item.text.pop_back();
    const uint32_t begin = list_.replace.begin;
    if (begin > 0 && request_.text[begin - 1] == ':') item.text.insert(0, " ");
    // Names that YAML reads as something else need quotes, and those only fit around a whole word.
    const bool whole = list_.replace == cursor_.word;
    if (cursor_.quote == 0 && whole && !item.text.starts_with(' '))
      item.text = yaml::QuoteScalar(item.text, yaml::ScalarStyle::kPlain, cursor_.in_flow);
    ranked_.emplace_back(rank, std::move(item));
  }

  const NameRequest& request_;
  const yaml::Cursor& cursor_;
  const std::string own_;  // directory of the file
  std::string base_;       // that paths are relative to
  Wants wants_ = Wants::kNothing;
  bool is_flux_ = false;
  bool has_slash_ = false;  // behind the segment already
  std::string start_;
  std::set<std::string> listed_;
  std::vector<std::pair<int, CompletionItem>> ranked_;
  CompletionList list_;
};

}  // namespace

std::optional<CompletionList> CompletePath(const NameRequest& request) {
  return PathCompleter(request).Run();
}

}  // namespace fluxls
