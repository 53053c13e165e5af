#include "analysis/build/builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/build/build_metadata.h"
#include "analysis/build/name_references.h"
#include "analysis/build/target.h"

namespace fluxls::build {
namespace {

void Collect(const Accumulation& accumulation, std::set<const Accumulation*>& seen,
             std::vector<Problem>& problems, std::vector<Unknown>& unknowns) {
  if (!seen.insert(&accumulation).second) return;
  for (const AccumulationPtr& base : accumulation.bases) {
    Collect(*base, seen, problems, unknowns);
  }
  problems.insert(problems.end(), accumulation.problems.begin(), accumulation.problems.end());
  unknowns.insert(unknowns.end(), accumulation.unknowns.begin(), accumulation.unknowns.end());
}

// kustomize keeps notes in the annotations while it builds; what is left of them afterwards are
// strings, or nothing at all.
void MakeAnnotationsStrings(Arena& arena, Object& object) {
  const bool noted = !object.previous.empty() || !object.prefixes.empty() ||
                     !object.suffixes.empty() || object.needs_hash ||
                     !object.generator.kind.empty();
  UpdateChild(arena, object.root, "metadata", [&](const Value*& metadata) {
    if (!metadata || !metadata->IsMap()) return;
    const Value* old = Find(metadata, "annotations");
    if (old && noted && IsEmpty(old)) {
      Erase(Own(arena, metadata), "annotations");
      return;
    }
    UpdateChild(arena, metadata, "annotations", [&](const Value*& annotations) {
      if (annotations) MakeTexts(arena, annotations);
    });
  });
}

bool IsLocalConfig(const Object& object) {
  const Value* mark =
      Find(Find(Find(object.root, "metadata"), "annotations"), "config.kubernetes.io/local-config");
  return mark && mark->str() != "false";
}

bool IsAbsence(const Problem& problem) {
  return problem.absence;
}

// What failed to load may be what somebody looks for.
void DropGuesses(Accumulation& accumulation) {
  accumulation.complete =
      accumulation.unknowns.empty() &&
      std::all_of(accumulation.bases.begin(), accumulation.bases.end(),
                  [](const AccumulationPtr& base) { return base->complete; }) &&
      std::none_of(accumulation.problems.begin(), accumulation.problems.end(),
                   [](const Problem& problem) { return problem.fatal && !problem.absence; });
  if (!accumulation.complete) std::erase_if(accumulation.problems, IsAbsence);
}

}  // namespace

void CollectProblems(const Accumulation& accumulation, std::vector<Problem>& problems,
                     std::vector<Unknown>& unknowns) {
  std::set<const Accumulation*> seen;
  Collect(accumulation, seen, problems, unknowns);
}

std::optional<Kustomization> Builder::ReadKustomization(const std::string& directory, bool strict,
                                                        Arena& arena, const Value* entry,
                                                        std::vector<Problem>& problems) {
  int several = 0;
  const std::string path = files_.KustomizationIn(directory, &several);
  Problem problem;
  problem.kind = ProblemKind::kNoKustomization;
  problem.path = entry && entry->origin ? entry->origin.file->path : directory;
  problem.range = entry ? entry->origin.range : ByteRange();
  const std::string_view shown = entry ? entry->str() : std::string_view(directory);
  if (several != 1) {
    problem.message =
        several == 0
            ? fmt::format(
                  "directory \"{}\" has no kustomization.yaml, so kustomize cannot build it", shown)
            : fmt::format("directory \"{}\" has more than one kustomization file", shown);
    problems.push_back(std::move(problem));
    return std::nullopt;
  }
  LoadedFilePtr file = files_.Load(path);
  if (!file) {
    problem.message = fmt::format("{} cannot be read", path);
    problems.push_back(std::move(problem));
    return std::nullopt;
  }
  arena.Keep(file->arena);
  if (file->syntax) {
    problems.push_back(
        {ProblemKind::kSyntax, true, path, file->syntax->range, file->syntax->message, {}});
  }
  const Value* root = nullptr;
  for (const LoadedDocument& document : file->documents) {
    if (!document.root) continue;
    root = document.root;
    break;
  }
  Kustomization kustomization = ReadKustomizationFile(path, root, strict, problems);
  if (!kustomization.origin) kustomization.origin = {file->file, {0, 0}};
  return kustomization;
}

AccumulationPtr Builder::Accumulate(const std::string& directory) {
  if (stack_.empty()) StartBuild();
  auto cached = cache_.find(directory);
  if (cached != cache_.end() && cached->second->schema_before == schema_ &&
      StillHolds(cached->second)) {
    schema_ = cached->second->schema_after;
    return cached->second;
  }

  auto arena = std::make_shared<Arena>();
  std::vector<Problem> problems;
  Dependencies dependencies;
  Dependencies* outer = files_.Record(&dependencies);
  std::optional<Kustomization> kustomization =
      ReadKustomization(directory, true, *arena, nullptr, problems);
  files_.Record(outer);
  AccumulationPtr result;
  if (kustomization) {
    result = Accumulate(*kustomization, arena, std::move(problems), std::move(dependencies));
  } else {
    auto empty = std::make_shared<Accumulation>();
    empty->directory = directory;
    empty->complete = false;
    empty->config = DefaultTransformerConfig();
    empty->schema_before = empty->schema_after = schema_;
    empty->problems = std::move(problems);
    empty->arena = std::move(arena);
    empty->dependencies = std::move(dependencies);
    result = std::move(empty);
  }
  checked_[result.get()] = true;
  if (circles_ == 0) cache_[directory] = result;
  return result;
}

AccumulationPtr Builder::Accumulate(const Kustomization& kustomization,
                                    std::shared_ptr<Arena> arena, std::vector<Problem> problems,
                                    Dependencies dependencies) {
  if (stack_.empty()) StartBuild();
  auto accumulation = std::make_shared<Accumulation>();
  accumulation->schema_before = schema_;
  accumulation->directory = kustomization.directory;
  accumulation->kustomization = kustomization;
  accumulation->problems = std::move(problems);
  accumulation->arena = std::move(arena);
  accumulation->dependencies = std::move(dependencies);
  Dependencies* outer = files_.Record(&accumulation->dependencies);
  stack_.push_back(kustomization.directory);
  Target(*this, kustomization, *accumulation).Run();
  stack_.pop_back();
  DropGuesses(*accumulation);
  accumulation->schema_after = schema_;
  files_.Record(outer);
  checked_[accumulation.get()] = true;
  return accumulation;
}

bool Builder::StillHolds(const AccumulationPtr& accumulation) {
  auto [known, fresh] = checked_.emplace(accumulation.get(), false);
  if (!fresh) return known->second;
  bool holds = files_.StillHolds(accumulation->dependencies);
  for (const AccumulationPtr& base : accumulation->bases) {
    if (!holds) break;
    // A base that was built anew meanwhile is another one.
    auto current = cache_.find(base->directory);
    holds = current != cache_.end() && current->second == base && StillHolds(base);
  }
  checked_[accumulation.get()] = holds;
  return holds;
}

BuildResult Builder::Finish(const AccumulationPtr& accumulation, SortOrder order) {
  BuildResult result;
  result.accumulation = accumulation;
  result.arena = std::make_shared<Arena>();
  result.arena->Keep(accumulation);
  result.objects = accumulation->objects;
  std::vector<Problem> own;
  const Context context{*result.arena, own, accumulation->schema_after.openapi};
  AddHashes(context, result.objects);
  FixNameReferences(context, result.objects, *accumulation->config);
  ResolveVariables(context, result.objects, accumulation->variables,
                   accumulation->config->variables);
  std::erase_if(result.objects, IsLocalConfig);
  for (Object& object : result.objects) MakeAnnotationsStrings(*result.arena, object);
  const std::optional<Kustomization>& top = accumulation->kustomization;
  if (top) AddBuildMetadata(context, *top, result.objects);
  if (top && top->sort_options) {
    std::string problem = SortByOptions(top->sort_options, result.objects);
    if (!problem.empty())
      context.Fail(ProblemKind::kBadKustomization, top->sort_options->origin, problem);
  } else if (order == SortOrder::kLegacy) {
    SortLegacy(result.objects);
  }
  CollectProblems(*accumulation, result.problems, result.unknowns);
  if (!accumulation->complete) std::erase_if(own, IsAbsence);
  result.problems.insert(result.problems.end(), own.begin(), own.end());
  result.failed = HasFatal(result.problems);
  return result;
}

BuildResult Builder::Build(const std::string& directory, SortOrder order) {
  return Finish(Accumulate(directory), order);
}

}  // namespace fluxls::build
