// Markers of image automation: `image: app:1.0 # {"$imagepolicy": "flux-system:app"}` tells Flux
// which ImagePolicy sets the value that the comment stands behind.
//
// Read exactly as Flux does; beside that, comments that are clearly meant as a marker and are none.
// Ranges are byte offsets in the file. Facts: image-automation-controller internal/update, kyaml
// fieldmeta; the comment must be one JSON object of strings and nothing else.
// Thread contract: pure function over immutable input. A marker's node lives as long as the
// document.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/text/text.h"
#include "analysis/yaml/tree.h"

namespace fluxls {

enum class MarkerFault : uint8_t {
  kNone,
  kSingleQuotes,   // {'$imagepolicy': 'ns:name'}
  kNotJson,        // quotes or braces are missing
  kKey,            // {"imagePolicy": "ns:name"}
  kText,           // text in front of the JSON or behind it
  kSlash,          // ns/name
  kNoNamespace,    // name alone
  kName,           // namespace or name cannot be one
  kUnknownSuffix,  // ns:name:tags
  kNoScalar,       // stands beside a mapping
};

struct ImagePolicyMarker {
  ByteRange comment;  // from the # to the end of the line
  ByteRange value;    // what names the policy, without quotes
  // Empty where `fault` says that the text is not made of these.
  ByteRange namespace_range;
  ByteRange name_range;
  ByteRange suffix_range;  // without the colon; empty when there is none
  std::string namespace_;
  std::string name;
  std::string suffix;  // "tag", "name", "digest"; "" for the whole image
  yaml::Node scalar;   // that the marker sets; no such node when that is not known
  MarkerFault fault = MarkerFault::kNone;  // the first one, of several
  std::string repaired;  // the comment as it should read; "" when that is not certain
  std::string text;      // that was found in front of or behind the JSON (kText)
};

// The markers of a document in order of place; none of one with syntax errors, which Flux skips.
std::vector<ImagePolicyMarker> ReadImagePolicyMarkers(const yaml::Document& document);

}  // namespace fluxls
