// Where a name leads: definition, references, what implements it, and what a reference means.
//
// Names mean what the builds make of them: a reference is looked up in the cluster of its referrer.
// Ranges are byte offsets in the files of `snapshot`, from which `fleet` must be made.
// Thread contract: pure functions over immutable input.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/build/resolve.h"
#include "analysis/build/unbuilt.h"

namespace fluxls {

struct NamePlace {
  std::string path;
  ByteRange range;  // of the name
  ByteRange whole;  // of what is called so: an object, a key with its value
  auto operator<=>(const NamePlace&) const = default;
};

// What somebody points at.
struct Subject {
  enum class Kind : uint8_t {
    kNothing,
    kObject,
    kReference,
    kFile,
    kVariable,
    kAnchor,
    kArtifactAlias
  };
  Kind kind = Kind::kNothing;
  ByteRange range;  // in the file that was asked about
  // Where the text of it stands: the same, or what an alias stands for.
  ByteRange text_range;
  // kObject: itself, in each build that has it; kReference: its targets.
  std::vector<build::Effect> objects;
  // The same for objects that no build has.
  std::vector<ResourceLocation> written;
  // kFile, kVariable, kArtifactAlias: where that is; kAnchor: the anchor.
  std::vector<NamePlace> places;
  std::string name;  // of the variable, anchor or alias
  // kReference: what the first build that has it says, for people: `OCIRepository "podinfo" in
  // namespace "web", from …`.
  std::string explanation;
  // kReference: is it the name, and not a kind or namespace beside it? What became of it, where it
  // is found in any build, else in the first.
  bool is_name = false;
  build::Standing standing = build::Standing::kUnknown;
  std::string reason;  // kUnknown: why
};

Subject SubjectAt(const Snapshot& snapshot, const build::Fleet& fleet, const SourceFile& file,
                  uint32_t offset);

// Where the subject is defined, each place once.
std::vector<NamePlace> DefinitionsOf(const build::Fleet& fleet, const Subject& subject);
// CustomResourceDefinitions of the objects' kinds in the workspace.
std::vector<NamePlace> TypeDefinitionsOf(const Snapshot& snapshot, const build::Fleet& fleet,
                                         const Subject& subject);
// What a Flux Kustomization applies, each document once.
std::vector<NamePlace> ImplementationsOf(const build::Fleet& fleet, const Subject& subject);
// Where the subject is named, in order of path and place; the definitions first when wanted.
std::vector<NamePlace> ReferencesOf(const Snapshot& snapshot, const build::Fleet& fleet,
                                    const SourceFile& file, const Subject& subject,
                                    bool definitions);
// Those of them that stand in `file`, without definitions; does not look at all other files.
std::vector<NamePlace> ReferencesWithin(const Snapshot& snapshot, const build::Fleet& fleet,
                                        const SourceFile& file, const Subject& subject);

// Fields that select the subject by its labels, in order: a `policySelector`, the `name: "*"` of an
// Alert's entry.
std::vector<NamePlace> SelectionsOf(const build::Fleet& fleet, const Subject& subject);

// The place of an object's name: metadata.name where that is written in the object's own document
// (builds may have made another one of it), else the beginning of the document.
NamePlace PlaceOf(const build::Object& object);
NamePlace PlaceOf(const ResourceLocation& location);
// Adds a place that is not there yet.
void AddPlace(NamePlace place, std::vector<NamePlace>& out);

}  // namespace fluxls
