// The outline of a file: its objects, its kustomization, and of each the fields that people look
// for.
//
// Works on what can be read of a broken file. Names are never empty, a selection lies inside its
// range, and children inside their parent. Of one list no more than the first thousand entries are
// told. What a Secret holds is never shown.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/text/text.h"
#include "analysis/yaml/tree.h"

namespace fluxls {

enum class SymbolKind : uint8_t { kFluxObject, kObject, kMapping, kSequence, kScalar };

struct Symbol {
  // `HelmRelease/podinfo` for an object, `Kustomization` for a kustomization file, a key, or what
  // tells one item of a list from the others.
  std::string name;
  // An object's namespace, a kustomization's directory, a scalar's value, what a reference names.
  std::string detail;
  SymbolKind kind = SymbolKind::kMapping;
  ByteRange range;      // everything that belongs to it
  ByteRange selection;  // its name, or what comes closest
  std::vector<Symbol> children;
};

// Ordered by position. Of YAML that is neither an object nor a kustomization: the keys at the top.
std::vector<Symbol> DocumentSymbols(std::string_view path, const yaml::File& file);

}  // namespace fluxls
