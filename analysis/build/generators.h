// ConfigMaps and Secrets that kustomize generates, and the hashes behind their names.
//
// Facts: kustomize's api/internal/generators, api/kv, api/hasher, api/resmap.
// Thread contract: as for transformers.h.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "analysis/build/transformers.h"

namespace fluxls::build {

// Bytes of a file that a generator names; null when it cannot be read (a problem is then reported).
using LoadBytes =
    std::function<std::shared_ptr<const std::string>(const Value& entry, std::string_view path)>;

// One entry of `configMapGenerator` or `secretGenerator` (`secret`). `shared`: the kustomization's
// generatorOptions, may be null. `file`: of the kustomization; must outlive the object.
std::optional<Object> Generate(const Context& context, const Value* entry, const Value* shared,
                               bool secret, std::string_view file, const LoadBytes& load);

// Adds a generated object: a new one, or one that is merged into, or takes the place of, the one of
// that name.
void Absorb(const Context& context, Objects& objects, Object generated);

// The ten characters behind the name of a generated object.
std::string ContentHash(const Value* root);
// Appends them to the names of all objects that need them.
void AddHashes(const Context& context, Objects& objects);

std::string Base64(std::string_view bytes);
// Nothing when the text is not base64.
std::optional<std::string> FromBase64(std::string_view text);

}  // namespace fluxls::build
