#include "analysis/features/artifact_alias.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "analysis/features/workspace_symbols.h"

namespace fluxls {
namespace {

constexpr std::string_view kGroup = "source.extensions.fluxcd.io";

// Fields that begin with an alias.
struct UseField {
  std::string_view route;
  bool has_path;  // `@alias/path`
};
constexpr UseField kUses[] = {
    {"spec.pathPattern", true},
    {"spec.artifacts[].revision", false},
    {"spec.artifacts[].originRevision", false},
    {"spec.artifacts[].copy[].from", true},
};

// The name behind the `@` that a scalar begins with; quotes may stand in front.
std::optional<ByteRange> NameBehindAt(const SourceFile& file, yaml::Node node) {
  if (!node.IsScalar() || !node.value().starts_with('@')) return std::nullopt;
  const std::string_view text = file.text->content();
  const uint32_t end = node.range().end;
  uint32_t begin = node.range().begin;
  while (begin < end && text[begin] != '@') ++begin;
  if (begin == end) return std::nullopt;
  ByteRange name{begin + 1, begin + 1};
  while (name.end < end && (std::isalnum(static_cast<unsigned char>(text[name.end])) != 0 ||
                            text[name.end] == '-' || text[name.end] == '_'))
    ++name.end;
  return name;
}

// The text of a scalar, without quotes.
ByteRange Unquoted(yaml::Node node) {
  const ByteRange range = node.range();
  return node.IsQuoted() && range.size() >= 2 ? ByteRange{range.begin + 1, range.end - 1} : range;
}

class Reader {
 public:
  Reader(const SourceFile& file, yaml::Node root) : file_(file), root_(root) {}

  // All aliases of the object, and those that are used.
  void Read() {
    for (yaml::Node source : root_.At("spec.sources")) {
      const yaml::Node alias = source.Find("alias");
      if (alias.IsScalar()) definitions.push_back({file_.path, Unquoted(alias), source.range()});
    }
    for (const UseField& use : kUses) Visit(root_, use.route);
  }

  std::vector<NamePlace> definitions;
  std::vector<NamePlace> uses;

 private:
  void Visit(yaml::Node node, std::string_view route) {
    if (!node) return;
    if (route.empty()) return Use(node);
    const size_t dot = std::min(route.find('.'), route.size());
    std::string_view step = route.substr(0, dot);
    const std::string_view rest = route.substr(std::min(dot + 1, route.size()));
    if (!step.ends_with("[]")) return Visit(node.Find(step), rest);
    step.remove_suffix(2);
    for (yaml::Node item : node.Find(step)) Visit(item, rest);
  }

  void Use(yaml::Node node) {
    if (const std::optional<ByteRange> name = NameBehindAt(file_, node))
      uses.push_back({file_.path, *name, node.range()});
  }

  const SourceFile& file_;
  yaml::Node root_;
};

// The object around `offset`, when it is an ArtifactGenerator.
yaml::Node GeneratorAt(const SourceFile& file, uint32_t offset) {
  for (uint32_t i = 0; i < file.facts.resources.size(); ++i) {
    const ResourceId& id = file.facts.resources[i].id;
    if (id.kind != "ArtifactGenerator" || id.api.group != kGroup) continue;
    const yaml::Node root = ObjectOf(file, i);
    if (root.range().Touches(offset)) return root;
  }
  return {};
}

}  // namespace

bool IsArtifactAlias(std::string_view name) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= 63 && name != "artifact" && is_plain(name.front()) &&
         is_plain(name.back()) && std::all_of(name.begin(), name.end(), [&](char c) {
           return is_plain(c) || c == '-' || c == '_';
         });
}

std::optional<ArtifactAlias> ArtifactAliasAt(const SourceFile& file, uint32_t offset) {
  const yaml::Node root = GeneratorAt(file, offset);
  if (!root) return std::nullopt;
  Reader reader(file, root);
  reader.Read();
  ArtifactAlias alias;
  for (const auto* places : {&reader.definitions, &reader.uses}) {
    for (const NamePlace& place : *places) {
      if (place.range.Touches(offset)) alias.at = place.range;
    }
  }
  if (alias.at.end == 0) return std::nullopt;
  const std::string_view text = file.text->content();
  alias.name = Slice(text, alias.at);
  const auto is_other = [&](const NamePlace& place) {
    return Slice(text, place.range) != alias.name;
  };
  alias.definitions = std::move(reader.definitions);
  alias.uses = std::move(reader.uses);
  std::erase_if(alias.definitions, is_other);
  std::erase_if(alias.uses, is_other);
  return alias;
}

std::vector<std::string> ArtifactAliasesAt(const SourceFile& file, uint32_t offset) {
  std::vector<std::string> out;
  for (yaml::Node source : GeneratorAt(file, offset).At("spec.sources"))
    out.emplace_back(source.Find("alias").value());
  return out;
}

std::optional<CompletionList> CompleteArtifactAlias(const NameRequest& request) {
  const yaml::Cursor& cursor = request.cursor;
  const Place& place = request.place;
  if (cursor.role != yaml::CursorRole::kValue || place.kind != "ArtifactGenerator" ||
      place.api.group != kGroup)
    return std::nullopt;
  const std::string route = RouteOf(cursor.path);
  const auto field = std::find_if(std::begin(kUses), std::end(kUses),
                                  [&route](const UseField& use) { return use.route == route; });
  if (field == std::end(kUses)) return std::nullopt;
  // Behind the first slash stands a path in the source.
  if (cursor.prefix.find('/') != std::string::npos) return std::nullopt;
  CompletionList list;
  list.replace = cursor.word;
  const size_t slash = Slice(request.text, cursor.word).find('/');
  if (slash != std::string_view::npos)
    list.replace.end = cursor.word.begin + static_cast<uint32_t>(slash);
  list.insert = {list.replace.begin,
                 std::clamp(request.offset, list.replace.begin, list.replace.end)};
  const bool wants_slash = field->has_path && slash == std::string_view::npos;
  for (yaml::Node source : place.root.At("spec.sources")) {
    const std::string_view alias = source.Find("alias").value();
    if (!IsArtifactAlias(alias)) continue;
    CompletionItem& item = list.items.emplace_back();
    item.kind = CompletionItem::Kind::kName;
    item.label = fmt::format("@{}", alias);
    item.text = item.label + (wants_slash ? "/" : "");
    // A plain value cannot begin with it.
    if (cursor.quote == 0) item.text = fmt::format("\"{}\"", item.text);
    item.detail = fmt::format("{} {}", source.Find("kind").value(), source.Find("name").value());
  }
  return list;
}

}  // namespace fluxls
