#include "analysis/features/marker_completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "analysis/text/unicode.h"
#include "analysis/workspace/file_system.h"

namespace fluxls {
namespace {

using build::ImageAutomationEntry;
using build::ImageAutomations;
using build::ImagePolicyEntry;
using yaml::Node;

// More than that nobody reads.
constexpr size_t kMostItems = 300;
constexpr std::string_view kStart = "{\"$imagepolicy\": \"";

// What a marker sets: the whole image, or the part that its suffix names.
enum class Part : uint8_t { kImage, kTag, kName, kDigest };
constexpr std::string_view kSuffixes[] = {"", ":tag", ":name", ":digest"};

// The part that a field holds; nothing where image automation has nothing to do.
std::optional<Part> PartOf(Node scalar) {
  const std::string key = AsciiLower(scalar.key().value());
  const std::string_view value = scalar.value();
  if (key.ends_with("digest")) return Part::kDigest;
  if (key.ends_with("tag")) return Part::kTag;
  if (key == "newname" || key.ends_with("repository")) return Part::kName;
  const size_t slash = value.find('/');
  const bool tagged =
      value.find(':', slash == std::string_view::npos ? 0 : slash) != std::string_view::npos;
  if (key.ends_with("image")) return Part::kImage;
  if (slash != std::string_view::npos && tagged) return Part::kImage;
  // Most names are no image's.
  const Node beside = scalar.parent();
  const bool of_image = beside.Find("tag") || AsciiLower(beside.key().value()).ends_with("image");
  if (key.ends_with("imagename") || (key == "name" && of_image)) return Part::kName;
  if (key.ends_with("version")) return Part::kTag;
  return std::nullopt;
}

// The image that is written around a scalar, without tag.
std::string_view ImageAround(Node scalar, Part part) {
  std::string_view image = scalar.value();
  if (part == Part::kTag || part == Part::kDigest) {
    const Node beside = scalar.parent();
    for (const std::string_view key : {"newName", "repository", "image", "name"}) {
      image = beside.Find(key).value();
      if (!image.empty()) break;
    }
    if (image.empty()) return "";
  }
  image = image.substr(0, image.find('@'));
  const size_t slash = image.rfind('/');
  const size_t colon = image.find(':', slash == std::string_view::npos ? 0 : slash);
  return image.substr(0, colon);
}

// A policy that can be named, once for all clusters.
struct Policy {
  int rank = 0;  // the lowest is the nearest
  std::string_view namespace_;
  std::string_view name;
  std::string_view image;  // "" when it is not known
  bool digests = false;    // it knows digests at all
};

// 0: an automation of the policy's namespace works on the file; 2: none does.
int RankOf(const ImageAutomations& images, const ImagePolicyEntry& policy,
           const std::string& path) {
  const bool served = std::any_of(
      images.automations.begin(), images.automations.end(), [&](const ImageAutomationEntry& one) {
        return one.cluster == policy.cluster && one.namespace_ == policy.namespace_ &&
               (!one.directory || one.directory->empty() || IsInside(path, *one.directory));
      });
  return served ? 0 : 2;
}

std::vector<Policy> PoliciesFor(const build::Fleet& fleet, const ImageAutomations& images,
                                const std::string& path, std::string_view image) {
  std::map<std::pair<std::string_view, std::string_view>, Policy> found;
  for (const ImagePolicyEntry& entry : images.policies) {
    Policy policy{RankOf(images, entry, path), entry.namespace_, entry.name, "", false};
    const build::Object* object =
        fleet.Find(entry.cluster, "ImagePolicy", entry.namespace_, entry.name);
    if (object) {
      const build::Value* spec = build::Find(object->root, "spec");
      const std::string_view digests = build::Text(spec, "digestReflectionPolicy");
      policy.digests = !digests.empty() && digests != "Never";
      const build::Value* reference = build::Find(spec, "imageRepositoryRef");
      const std::string_view ns = build::Text(reference, "namespace");
      if (const build::Object* repository =
              fleet.Find(entry.cluster, "ImageRepository", ns.empty() ? entry.namespace_ : ns,
                         build::Text(reference, "name")))
        if (const build::Value* value = build::Find(repository->root, {"spec", "image"}))
          policy.image = build::HiddenBy(*value).empty() ? value->str() : std::string_view();
    }
    if (image.empty() || policy.image != image) ++policy.rank;
    const auto [at, fresh] = found.try_emplace({policy.namespace_, policy.name}, policy);
    if (!fresh && policy.rank < at->second.rank) at->second = policy;
  }
  std::vector<Policy> out;
  out.reserve(found.size());
  for (const auto& [key, policy] : found) out.push_back(policy);
  std::stable_sort(out.begin(), out.end(),
                   [](const Policy& a, const Policy& b) { return a.rank < b.rank; });
  return out;
}

// Where what is completed stands.
struct Wanted {
  ByteRange replace;
  bool whole = false;       // the marker from its brace on, else only what is in quotes
  bool blank = false;       // a blank must go in front
  std::string_view behind;  // must follow: the end of a marker that has none yet
};

// `comment`: its range, from the # on.
std::optional<Wanted> ReadComment(std::string_view text, ByteRange comment, uint32_t offset) {
  const uint32_t end = LineEnd(text, comment.begin);
  uint32_t begin = comment.begin + 1;
  const bool blank = begin == end || text[begin] != ' ';
  while (begin < end && (text[begin] == ' ' || text[begin] == '\t')) ++begin;
  uint32_t last = end;
  while (last > begin && std::string_view(" \t\r").find(text[last - 1]) != std::string_view::npos)
    --last;
  const std::string_view written = Slice(text, {begin, last});
  // Nothing yet, or a part of what goes in front of the policy.
  const std::string_view bare = "$imagepolicy";
  if (written.empty())
    return Wanted{{offset, offset}, true, blank && offset == comment.begin + 1, ""};
  const bool begun = written != kStart && kStart.starts_with(written);
  if (begun || bare.starts_with(written) || (written == "{}" && offset == begin + 1))
    return Wanted{{begin, last}, true, blank, ""};
  // Inside the quotes behind the colon.
  const size_t key = written.find("\"$imagepolicy\"");
  if (key == std::string_view::npos) return std::nullopt;
  const size_t colon = written.find_first_not_of(" \t", key + 14);
  if (colon == std::string_view::npos || written[colon] != ':') return std::nullopt;
  const size_t quote = written.find_first_not_of(" \t", colon + 1);
  if (quote == std::string_view::npos || written[quote] != '"') return std::nullopt;
  const size_t close = std::min(written.find('"', quote + 1), written.size());
  const ByteRange value{begin + static_cast<uint32_t>(quote) + 1,
                        begin + static_cast<uint32_t>(close)};
  if (offset < value.begin || offset > value.end) return std::nullopt;
  const std::string_view rest = written.substr(close);
  return Wanted{value, false, false, rest.empty() ? "\"}" : ""};
}

}  // namespace

std::optional<CompletionList> CompleteMarker(const Snapshot& snapshot, const build::Fleet* fleet,
                                             const std::string& path, std::string_view text,
                                             const yaml::File& file, uint32_t document,
                                             uint32_t offset) {
  if (!fleet || document >= file.documents.size()) return std::nullopt;
  const ImageAutomations& images = fleet->ImagesOf(fleet->RootOf(snapshot, path));
  if (images.policies.empty()) return std::nullopt;
  const std::vector<ByteRange> comments = file.documents[document].comments();
  const auto comment = std::find_if(comments.begin(), comments.end(), [&](ByteRange range) {
    return range.begin < offset && offset <= LineEnd(text, range.begin);
  });
  if (comment == comments.end()) return std::nullopt;
  const std::optional<Wanted> wanted = ReadComment(text, *comment, offset);
  // The value stands in front of the comment, on its line.
  const std::string_view line = Slice(text, {LineBegin(text, comment->begin), comment->begin});
  const size_t last = line.find_last_not_of(" \t\"'");
  if (!wanted || last == std::string_view::npos) return std::nullopt;
  const Node scalar = file.documents[document].NodeAt(LineBegin(text, comment->begin) +
                                                      static_cast<uint32_t>(last));
  if (!scalar.IsScalar() || scalar.range().end > comment->begin) return std::nullopt;
  std::optional<Part> part = PartOf(scalar);
  const bool asked = !wanted->whole || wanted->replace.begin < wanted->replace.end;
  if (!part && !asked) return std::nullopt;
  if (!part) part = Part::kImage;

  const std::vector<Policy> policies =
      PoliciesFor(*fleet, images, path, ImageAround(scalar, *part));
  CompletionList list;
  list.replace = wanted->replace;
  list.insert = {wanted->replace.begin, offset};
  const auto add = [&](const Policy& policy, Part form) {
    if (form == Part::kDigest && !policy.digests && *part != Part::kDigest) return;
    const std::string value = fmt::format("{}:{}{}", policy.namespace_, policy.name,
                                          kSuffixes[static_cast<size_t>(form)]);
    CompletionItem& item = list.items.emplace_back();
    item.kind = CompletionItem::Kind::kValue;
    item.label = wanted->whole ? fmt::format("{}{}\"}}", kStart, value) : value;
    item.text = (wanted->blank ? " " : "") + item.label + std::string(wanted->behind);
    item.detail = policy.image;
    if (form == Part::kDigest && !policy.digests)
      item.detail = "needs digestReflectionPolicy in the ImagePolicy";
  };
  for (const Policy& policy : policies) add(policy, *part);
  for (const Part form : {Part::kImage, Part::kTag, Part::kName, Part::kDigest}) {
    if (form == *part) continue;
    for (const Policy& policy : policies) add(policy, form);
  }
  // What begins as it is typed goes before the rest.
  const std::string typed(Slice(text, list.insert));
  std::stable_partition(list.items.begin(), list.items.end(),
                        [&](const CompletionItem& item) { return item.label.starts_with(typed); });
  list.cut = list.items.size() > kMostItems;
  if (list.cut) list.items.resize(kMostItems);
  return list;
}

}  // namespace fluxls
