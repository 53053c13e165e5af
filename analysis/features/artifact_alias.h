// Aliases of an ArtifactGenerator: `alias: charts` in spec.sources gives a source the name that its
// artifacts know it by, `@charts/apps/**`.
//
// They mean something only inside their object, so that its document is all that is looked at.
// Source: ArtifactGenerator v1beta1 (spec.sources, spec.artifacts, spec.pathPattern).
// Ranges are byte offsets in the file. Thread contract: pure functions over immutable input.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/features/completion.h"
#include "analysis/features/name_completion.h"
#include "analysis/features/navigation.h"

namespace fluxls {

struct ArtifactAlias {
  std::string name;
  ByteRange at;                        // the name that was pointed at
  std::vector<NamePlace> definitions;  // in spec.sources; more than one is a mistake
  std::vector<NamePlace> uses;         // behind an `@`
};

// The alias that is written at `offset`, defined or not.
std::optional<ArtifactAlias> ArtifactAliasAt(const SourceFile& file, uint32_t offset);

// The aliases of the sources of the ArtifactGenerator around `offset`, in order.
std::vector<std::string> ArtifactAliasesAt(const SourceFile& file, uint32_t offset);

// Behind the `@` of a field that takes an alias: those there are.
std::optional<CompletionList> CompleteArtifactAlias(const NameRequest& request);

// Must look so: `^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$`, 63 bytes at most, and not `artifact`.
bool IsArtifactAlias(std::string_view name);

}  // namespace fluxls
