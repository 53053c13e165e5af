// kustomize's build: from a directory to the objects it makes.
//
// What a directory contributes (its Accumulation) is computed once and shared by all that list it,
// and kept as long as everything it was made from stays the same.
//
// Facts: kustomize 5.8.1, api/internal/target; see each transformer for its own.
//
// Thread contract: one thread at a time. Accumulations and results are immutable once returned.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/build/files.h"
#include "analysis/build/generators.h"
#include "analysis/build/kustomization_file.h"
#include "analysis/build/patches.h"
#include "analysis/build/sort_order.h"
#include "analysis/build/transformers.h"
#include "analysis/build/variables.h"

namespace fluxls::build {

// The OpenAPI document that stands in for Kubernetes' own. The first kustomization that is read and
// chooses one, from the top down, does so for the whole build.
struct SchemaChoice {
  bool made = false;
  const Value* openapi = nullptr;  // null: the one that kustomize has built in
  bool operator==(const SchemaChoice& other) const = default;
};

// What a directory contributes: objects before names are fixed up, and what its parents must know.
struct Accumulation {
  std::string directory;
  // What was run; nothing when it could not be read.
  std::optional<Kustomization> kustomization;
  Objects objects;
  TransformerConfigPtr config;
  std::vector<Variable> variables;
  SchemaChoice schema_before;  // it was built after this choice
  SchemaChoice schema_after;
  std::vector<Problem> problems;  // its own; those of bases are with them
  std::vector<Unknown> unknowns;
  std::vector<Origin> hits;  // targets of patches and replacements that select something
  // Nothing is missing in it: what is not among its objects does not exist.
  bool complete = true;
  std::shared_ptr<Arena> arena;
  Dependencies dependencies;
  std::vector<std::string> kustomizations;  // files that were run in it: its own, and components
  std::vector<std::shared_ptr<const Accumulation>> bases;
};
using AccumulationPtr = std::shared_ptr<const Accumulation>;

// A finished build.
struct BuildResult {
  Objects objects;
  std::vector<Problem> problems;  // of all that took part; each once
  std::vector<Unknown> unknowns;  // what is missing, and why
  std::shared_ptr<Arena> arena;
  AccumulationPtr accumulation;
  bool failed = false;  // kustomize would refuse
};

// Appends the problems and unknowns of an accumulation and its bases, each base once.
void CollectProblems(const Accumulation& accumulation, std::vector<Problem>& problems,
                     std::vector<Unknown>& unknowns);

struct BuilderOptions {
  // Files must lie in or below the directory of the kustomization that names them, as the command
  // line of kustomize has it by default. Flux does not ask for that.
  bool restrict_files = false;
};

class Builder {
 public:
  Builder(Files& files, BuilderOptions options) : files_(files), options_(options) {}

  // What a directory with a kustomization file contributes. Never null: a directory that cannot be
  // built gives an accumulation with the problem.
  AccumulationPtr Accumulate(const std::string& directory);
  // The same for a kustomization that is at hand (Flux changes the one at its path).
  // `dependencies`: what it rests on beside the files read here.
  AccumulationPtr Accumulate(const Kustomization& kustomization, std::shared_ptr<Arena> arena,
                             std::vector<Problem> problems, Dependencies dependencies);

  // Names, references, hashes and variables are final.
  BuildResult Finish(const AccumulationPtr& accumulation, SortOrder order);
  // Both for a directory: `kustomize build`.
  BuildResult Build(const std::string& directory, SortOrder order);

  // Reads the kustomization of a directory into `arena`; nothing when there is none or several, and
  // a problem then says so (at `entry`, the line that names the directory; no file: at the
  // directory).
  std::optional<Kustomization> ReadKustomization(const std::string& directory, bool strict,
                                                 Arena& arena, const Value* entry,
                                                 std::vector<Problem>& problems);

  // Is the accumulation what it would be now?
  bool StillHolds(const AccumulationPtr& accumulation);
  // Forgets what was checked against an earlier state of the files.
  void NextGeneration() { checked_.clear(); }

  Files& files() { return files_; }

 private:
  friend class Target;
  Files& files_;
  BuilderOptions options_;
  std::unordered_map<std::string, AccumulationPtr> cache_;
  // Accumulations known to hold in this generation, or not to.
  std::unordered_map<const Accumulation*, bool> checked_;
  std::vector<std::string> stack_;  // directories that are being built
  SchemaChoice schema_;             // so far, in the build at the bottom of the stack
  void StartBuild() {
    schema_ = {};
    circles_ = 0;
  }

  // Circles that were found in the build at the bottom of the stack. Where one closes depends on
  // where the build started: nothing around it is kept.
  int circles_ = 0;
};

}  // namespace fluxls::build
