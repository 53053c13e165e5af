// YAML inside a string: the `patch: |` of a kustomization, read as YAML of its own, with the way
// back to the file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/text/text.h"
#include "analysis/yaml/tree.h"

namespace fluxls {

// Maps offsets of a text to offsets of the text around it, line by line. A map of no lines knows no
// way back.
class OffsetMap {
 public:
  // Every offset is its own.
  static OffsetMap Identity();
  // From the value of a block scalar to the document it stands in. Empty unless every line of the
  // value stands in the text as it is: folded and quoted scalars have no such lines.
  static OffsetMap OfLiteral(yaml::Node scalar, std::string_view outer_text);
  // The same for the literal block scalar that stands at `range` of the text and reads `value`.
  static OffsetMap OfLiteral(ByteRange range, std::string_view value, std::string_view outer_text);

  bool IsKnown() const { return identity_ || !lines_.empty(); }
  // Nothing when the range is not on one line, or the way is not known.
  std::optional<ByteRange> Map(ByteRange range) const;
  // The map that goes first through this one, then through `outer`.
  OffsetMap Then(const OffsetMap& outer) const;

 private:
  struct Line {
    ByteRange inner;
    uint32_t outer = 0;
  };
  bool identity_ = false;
  std::vector<Line> lines_;
};

// A document inside a scalar.
struct InnerYaml {
  std::string text;
  yaml::File file;
  OffsetMap to_file;  // from `text` to the file
  ByteRange whole;    // the scalar in the file, for what has no place of its own
  ByteRange RangeOf(yaml::Node node) const { return to_file.Map(node.range()).value_or(whole); }
  // Edits of `text` as edits of the file; nothing when one of them has no place there.
  std::optional<std::vector<TextEdit>> ToFile(std::optional<std::vector<TextEdit>> edits) const;
};

// Reads a scalar as YAML. `outer_text` is the text that `scalar` was parsed from, `outer` the way
// from there to the file, `whole` what to mark when a place inside is not known.
InnerYaml ReadInner(yaml::Node scalar, std::string_view outer_text, const OffsetMap& outer,
                    ByteRange whole);

}  // namespace fluxls
