// From a parsed document to values, as kustomize reads it: aliases and merge keys are written out,
// plain scalars get their type.
//
// Thread contract: pure functions over immutable input; they fill the arena they are given.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "analysis/build/value.h"
#include "analysis/yaml/inner_yaml.h"
#include "analysis/yaml/tree.h"

namespace fluxls::build {

struct LoadOptions {
  const OriginFile* file = nullptr;  // null: values without origin
  // From offsets of the tree to offsets of the file; null: they are the same.
  const OffsetMap* to_file = nullptr;
  ByteRange whole;  // stands in for what `to_file` does not know
};

// What kustomize would refuse, with its place in the file.
struct LoadError {
  ByteRange range;
  std::string message;
};

// The value of `root`; null for no node. The strings of the values point into the tree: keep its
// file alive. Of duplicate keys the last one counts. `error`, if given, gets the first thing that
// kustomize refuses (a duplicate key, an alias that holds itself, aliases that grow beyond limits).
const Value* Load(Arena& arena, yaml::Node root, const LoadOptions& options,
                  std::optional<LoadError>* error = nullptr);

}  // namespace fluxls::build
