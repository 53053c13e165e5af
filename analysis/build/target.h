// Internal to analysis/build: one kustomization at work.
#pragma once

#include <string>
#include <vector>

#include "analysis/build/builder.h"

namespace fluxls::build {

// Adds what a kustomization contributes to an accumulation. A component works on the accumulation
// of the one that lists it.
class Target {
 public:
  Target(Builder& builder, const Kustomization& kustomization, Accumulation& into);
  void Run();

 private:
  Context MakeContext();
  void ReadResources(const std::vector<const Value*>& entries);
  void ReadResource(const Value& entry);
  void AddFile(const Value& entry, const std::string& path);
  void AddBase(const Value& entry, const std::string& directory);
  void AddDocuments(const LoadedFile& file, Origin listed);
  // `listed`: the entry that leads to the file.
  void AddDocument(const LoadedFile& file, const Value* root, Origin listed,
                   std::vector<const Value*>& queue);
  void AddObject(Object object, Origin listed, bool from_base);
  void ReadConfigurations();
  void ReadOpenApi();
  void RunGenerators();
  void ReadComponents();
  void ReadComponent(const Value& entry);
  void RunTransformers();
  Objects ReadPlugins(const Value& entry);
  void RunPlugins(const std::vector<const Value*>& entries, bool generators);
  void RunTransformerPlugin(const Object& plugin);
  void RunGeneratorPlugin(const Object& plugin);
  void GenerateServiceAccount(const Object& plugin);
  void AddValues(const Object& plugin);
  void RunValidators();
  void Stamp(std::string_view transformer);
  void Stamp(Step step);
  Step StepOf(const Object& plugin) const;

  struct Found {
    std::string path;
    PathKind kind = PathKind::kMissing;
  };
  // Where an entry of this kustomization leads; nothing (and a problem, or an unknown) when
  // nowhere.
  std::optional<Found> Resolve(const Value& entry, std::string_view text, bool directory_only);
  bool IsAllowed(const Value& entry, const std::string& path);
  LoadedFilePtr LoadPath(const Value& entry);
  PatchLoader MakeLoader();
  std::shared_ptr<const std::string> LoadBytes(const Value& entry, std::string_view path);
  void Fail(ProblemKind kind, const Value& entry, std::string message);
  void AddUnknown(const Value& entry, std::string reason);

  Builder& builder_;
  const Kustomization& k_;
  Accumulation& into_;
  std::unordered_map<std::string, size_t> ids_;  // of the objects so far
};

}  // namespace fluxls::build
