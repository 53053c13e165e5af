#include "analysis/yaml/inner_yaml.h"

namespace fluxls {

using yaml::Node;

OffsetMap OffsetMap::Identity() {
  OffsetMap map;
  map.identity_ = true;
  return map;
}

OffsetMap OffsetMap::OfLiteral(Node scalar, std::string_view outer_text) {
  if (scalar.style() != yaml::ScalarStyle::kLiteral) return {};
  return OfLiteral(scalar.range(), scalar.value(), outer_text);
}

OffsetMap OffsetMap::OfLiteral(ByteRange range, std::string_view value,
                               std::string_view outer_text) {
  OffsetMap map;
  const std::string_view raw = Slice(outer_text, range);
  // The first line is the header: `|`, `|-`, `|2+`.
  size_t at = raw.find('\n');
  if (at == std::string_view::npos) return map;
  ++at;
  size_t begin = 0;
  while (begin < value.size()) {
    size_t end = value.find('\n', begin);
    if (end == std::string_view::npos) end = value.size();
    const std::string_view line = value.substr(begin, end - begin);
    if (at > raw.size()) return {};
    size_t raw_end = raw.find('\n', at);
    if (raw_end == std::string_view::npos) raw_end = raw.size();
    std::string_view raw_line = raw.substr(at, raw_end - at);
    if (raw_line.ends_with('\r')) raw_line.remove_suffix(1);
    if (!raw_line.ends_with(line)) return {};
    const std::string_view indent = raw_line.substr(0, raw_line.size() - line.size());
    if (indent.find_first_not_of(' ') != std::string_view::npos) return {};
    map.lines_.push_back({{static_cast<uint32_t>(begin), static_cast<uint32_t>(end)},
                          static_cast<uint32_t>(range.begin + at + indent.size())});
    at = raw_end + 1;
    begin = end + 1;
  }
  return map;
}

std::optional<ByteRange> OffsetMap::Map(ByteRange range) const {
  if (identity_) return range;
  for (const Line& line : lines_) {
    if (line.inner.begin <= range.begin && range.end <= line.inner.end) {
      const uint32_t begin = line.outer + (range.begin - line.inner.begin);
      return ByteRange{begin, begin + range.size()};
    }
  }
  return std::nullopt;
}

OffsetMap OffsetMap::Then(const OffsetMap& outer) const {
  if (identity_) return outer;
  if (outer.identity_) return *this;
  OffsetMap map;
  for (const Line& line : lines_) {
    const uint32_t size = line.inner.size();
    std::optional<ByteRange> place = outer.Map({line.outer, line.outer + size});
    if (!place) return {};
    map.lines_.push_back({line.inner, place->begin});
  }
  return map;
}

std::optional<std::vector<TextEdit>> InnerYaml::ToFile(
    std::optional<std::vector<TextEdit>> edits) const {
  if (!edits) return std::nullopt;
  for (TextEdit& edit : *edits) {
    std::optional<ByteRange> place = to_file.Map(edit.range);
    if (!place || edit.new_text.find('\n') != std::string::npos) return std::nullopt;
    edit.range = *place;
  }
  return edits;
}

InnerYaml ReadInner(Node scalar, std::string_view outer_text, const OffsetMap& outer,
                    ByteRange whole) {
  InnerYaml inner;
  inner.text = scalar.value();
  inner.file = yaml::Parse(inner.text);
  inner.whole = whole;
  if (outer.IsKnown()) inner.to_file = OffsetMap::OfLiteral(scalar, outer_text).Then(outer);
  return inner;
}

}  // namespace fluxls
