#include "analysis/model/image_policy_marker.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "analysis/model/resource.h"
#include "schemas/nearest.h"

namespace fluxls {
namespace {

using yaml::Document;
using yaml::Node;

constexpr std::string_view kKey = "$imagepolicy";
constexpr std::string_view kSuffixes[] = {"tag", "name", "digest"};
constexpr std::string_view kSpaces = " \t\r";
// Longer comments are something else.
constexpr size_t kMaxComment = 1000;

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string Lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), Lower);
  return out;
}

// What a comment was found to say; offsets in the text that was read.
struct Found {
  size_t begin = 0;  // of the object
  size_t end = 0;
  size_t value = 0;  // of the text in quotes
  std::string_view value_text;
  MarkerFault fault = MarkerFault::kNone;
};

// Walks over the text of a comment.
class Reader {
 public:
  Reader(std::string_view text, size_t at) : text_(text), at_(at) {}

  void Space() { at_ = std::min(text_.find_first_not_of(kSpaces, at_), text_.size()); }
  bool Take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  char TakeOneOf(std::string_view set) {
    if (at_ >= text_.size() || set.find(text_[at_]) == std::string_view::npos) return '\0';
    return text_[at_++];
  }
  // The inside of a JSON string; none with escapes in it, which nobody writes here.
  std::optional<std::string_view> String() {
    if (!Take('"')) return std::nullopt;
    const size_t end = text_.find_first_of("\"\\", at_);
    if (end == std::string_view::npos || text_[end] == '\\') return std::nullopt;
    const std::string_view out = text_.substr(at_, end - at_);
    at_ = end + 1;
    return out;
  }
  std::string_view While(bool (*holds)(char)) {
    const size_t begin = at_;
    while (at_ < text_.size() && holds(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }
  size_t at() const { return at_; }

 private:
  std::string_view text_;
  size_t at_;
};

bool IsMarkerKey(std::string_view key) {
  std::string lower = Lowered(key);
  std::erase_if(lower, [](char c) { return c == '$' || c == '-' || c == '_'; });
  return lower == "imagepolicy";
}

// One JSON object of strings that begins at `at`, with a key that is meant to be the marker's.
std::optional<Found> ReadJson(std::string_view text, size_t at) {
  Reader reader(text, at);
  if (!reader.Take('{')) return std::nullopt;
  std::optional<Found> found;
  do {
    reader.Space();
    const std::optional<std::string_view> key = reader.String();
    reader.Space();
    if (!key || !reader.Take(':')) return std::nullopt;
    reader.Space();
    const size_t value = reader.at() + 1;
    const std::optional<std::string_view> text_of_value = reader.String();
    if (!text_of_value) return std::nullopt;
    // Of the same key the last one counts.
    if (*key == kKey || (IsMarkerKey(*key) && (!found || found->fault != MarkerFault::kNone))) {
      found = Found{at, 0, value, *text_of_value,
                    *key == kKey ? MarkerFault::kNone : MarkerFault::kKey};
    }
    reader.Space();
  } while (reader.Take(','));
  if (!reader.Take('}') || !found) return std::nullopt;
  found->end = reader.at();
  return found;
}

// The same, with other quotes or none, and perhaps without braces. `at`: of the key's letters.
std::optional<Found> ReadLoosely(std::string_view text, size_t at) {
  size_t begin = at;
  const auto before = [&](std::string_view set) {
    if (begin == 0 || set.find(text[begin - 1]) == std::string_view::npos) return '\0';
    return text[--begin];
  };
  const bool dollar = before("$") != '\0';
  bool single = before("'\"") == '\'';
  size_t open = begin;
  while (open > 0 && kSpaces.find(text[open - 1]) != std::string_view::npos) --open;
  const bool brace = open > 0 && text[open - 1] == '{';
  if (brace) begin = open - 1;
  if (!brace && !dollar) return std::nullopt;
  Reader reader(text, at + kKey.size() - 1);
  single |= reader.TakeOneOf("'\"") == '\'';
  reader.Space();
  if (!reader.TakeOneOf(":=")) return std::nullopt;
  reader.Space();
  single |= reader.TakeOneOf("'\"") == '\'';
  const size_t value = reader.at();
  const std::string_view written = reader.While([](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._:/").find(c) != std::string_view::npos;
  });
  if (written.empty() || reader.Take('\\')) return std::nullopt;
  single |= reader.TakeOneOf("'\"") == '\'';
  size_t end = reader.at();
  reader.Space();
  if (reader.Take('}')) end = reader.at();
  return Found{begin, end, value, written,
               single ? MarkerFault::kSingleQuotes : MarkerFault::kNotJson};
}

void Blame(ImagePolicyMarker& marker, MarkerFault fault) {
  if (marker.fault == MarkerFault::kNone) marker.fault = fault;
}

// Takes the value apart; the value as it should read comes back, "" when that is not certain.
std::string ReadValue(std::string_view value, uint32_t at, ImagePolicyMarker& marker) {
  std::string mended(value);
  if (value.find('/') != std::string_view::npos) {
    std::ranges::replace(mended, '/', ':');
    Blame(marker, MarkerFault::kSlash);
  }
  std::vector<std::string_view> parts;
  std::vector<size_t> begins;
  for (size_t begin = 0;;) {
    const size_t end = std::min(mended.find(':', begin), mended.size());
    parts.push_back(std::string_view(mended).substr(begin, end - begin));
    begins.push_back(begin);
    if (end == mended.size()) break;
    begin = end + 1;
  }
  const bool names = parts.size() > 1 && IsNamespaceName(parts[0]) && IsObjectName(parts[1]);
  if (!names || parts.size() > 3) {
    Blame(marker, parts.size() == 1 ? MarkerFault::kNoNamespace : MarkerFault::kName);
    return "";
  }
  const auto range = [&](size_t part) {
    const uint32_t begin = at + static_cast<uint32_t>(begins[part]);
    return ByteRange{begin, begin + static_cast<uint32_t>(parts[part].size())};
  };
  marker.namespace_range = range(0);
  marker.name_range = range(1);
  marker.namespace_ = parts[0];
  marker.name = parts[1];
  if (parts.size() == 2) return mended;
  marker.suffix_range = range(2);
  marker.suffix = parts[2];
  if (std::ranges::find(kSuffixes, parts[2]) != std::end(kSuffixes)) return mended;
  Blame(marker, MarkerFault::kUnknownSuffix);
  const std::optional<std::string_view> near = Nearest(Lowered(parts[2]), kSuffixes);
  return near ? mended.substr(0, begins[2]) + std::string(*near) : "";
}

// The value of the pair whose key is `key`.
Node ValueOfKey(Node key) {
  for (const Node value : key.parent()) {
    if (value.key() == key) return value;
  }
  return {};
}

// What a comment at `comment` speaks of: what ends in front of it on its line, or, where it has the
// line for itself, what begins on the next one.
Node NodeBeside(const Document& document, ByteRange comment, bool alone) {
  const std::string_view text = document.text();
  const uint32_t base = document.base();
  const uint32_t line = LineBegin(text, comment.begin - base);
  if (alone) {
    const uint32_t next = NextLine(text, comment.begin - base);
    size_t at = std::min(text.find_first_not_of(" -", next), text.size());
    if (at >= LineEnd(text, next) || text[at] == '#') return {};
    Node node = document.NodeAt(base + static_cast<uint32_t>(at));
    return node.IsKey() ? ValueOfKey(node).Resolve() : node.IsScalar() ? node : Node();
  }
  const std::string_view before = text.substr(line, comment.begin - base - line);
  const size_t last = before.find_last_not_of(kSpaces);
  if (last == std::string_view::npos) return {};
  const uint32_t end = base + line + static_cast<uint32_t>(last);  // of the last letter
  Node node = document.NodeAt(end);
  if (node.IsKey()) return ValueOfKey(node);
  return node;
}

std::optional<ImagePolicyMarker> ReadComment(const Document& document, ByteRange comment) {
  const std::string_view text =
      document.text().substr(comment.begin - document.base(), comment.size());
  if (text.size() > kMaxComment) return std::nullopt;
  const std::string lower = Lowered(text);
  const size_t word = lower.find("imagepolicy");
  if (word == std::string::npos || text.find_first_of("{$") == std::string_view::npos)
    return std::nullopt;
  const size_t content = std::min(text.find_first_not_of("#"), text.size());
  const size_t brace = text.rfind('{', word);
  std::optional<Found> found;
  if (brace != std::string_view::npos) found = ReadJson(text, brace);
  if (!found) found = ReadLoosely(text, word);
  if (!found) return std::nullopt;

  const auto trimmed = [](std::string_view part) {
    const size_t begin = part.find_first_not_of(kSpaces);
    if (begin == std::string_view::npos) return std::string_view();
    return part.substr(begin, part.find_last_not_of(kSpaces) - begin + 1);
  };
  const std::string_view before = trimmed(text.substr(content, found->begin - content));
  const std::string_view behind = trimmed(text.substr(found->end));
  const uint32_t line = LineBegin(document.text(), comment.begin - document.base());
  const bool alone =
      trimmed(document.text().substr(line, comment.begin - document.base() - line)).empty();
  // A line that somebody has commented out, or prose.
  const bool exact = found->fault == MarkerFault::kNone;
  if (!before.empty() && (alone || !exact)) return std::nullopt;
  if (alone && (!behind.empty() || !exact)) return std::nullopt;

  ImagePolicyMarker marker;
  marker.comment = comment;
  marker.fault = found->fault;
  marker.scalar = NodeBeside(document, comment, alone);
  if (!marker.scalar.IsScalar()) {
    const bool mapping = marker.scalar.IsMapping();
    marker.scalar = Node();
    if (mapping) Blame(marker, MarkerFault::kNoScalar);
    // Beside nothing that it could be meant for, as in a list of hints.
    if (alone && !mapping) return std::nullopt;
  }
  const uint32_t at = comment.begin + static_cast<uint32_t>(found->value);
  marker.value = {at, at + static_cast<uint32_t>(found->value_text.size())};
  const std::string value = ReadValue(found->value_text, at, marker);
  if (!before.empty() || !behind.empty()) {
    Blame(marker, MarkerFault::kText);
    marker.text = !before.empty() ? before : behind;
  }
  const bool mendable =
      marker.fault != MarkerFault::kNone && marker.fault != MarkerFault::kNoScalar;
  const bool one_text =
      exact ? before.empty() || behind.empty() : behind.empty() || behind.starts_with('#');
  if (mendable && !value.empty() && one_text)
    marker.repaired = "# {\"" + std::string(kKey) + "\": \"" + value + "\"}";
  return marker;
}

}  // namespace

std::vector<ImagePolicyMarker> ReadImagePolicyMarkers(const Document& document) {
  std::vector<ImagePolicyMarker> markers;
  if (document.HasErrors()) return markers;
  for (const ByteRange comment : document.comments()) {
    if (std::optional<ImagePolicyMarker> marker = ReadComment(document, comment))
      markers.push_back(std::move(*marker));
  }
  return markers;
}

}  // namespace fluxls
