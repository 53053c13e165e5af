// Kinds that Flux repositories hold beside those of Flux: Kubernetes' own and well-known
// neighbours. Only what they are called; their fields are not known. Data: schemas/kinds.txt.
//
// Thread contract: may be asked from any thread.
#pragma once

#include <span>
#include <string_view>

namespace fluxls::schema {

struct KnownKind {
  std::string_view api;  // "apps/v1"
  std::string_view kind;
  bool namespaced = true;  // objects of it live in a namespace
};

// In the order of the data.
std::span<const KnownKind> KnownKinds();

// The data as it is.
std::string_view KindsText();

}  // namespace fluxls::schema
