#include "analysis/rules/kustomization_entries.h"

#include <algorithm>

#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

using yaml::Document;
using yaml::Node;

// Fields of kustomize's Helm support: lists of mappings.
struct HelmField {
  std::string_view list;
  std::string_view key;
};
constexpr HelmField kHelmFields[] = {
    {"helmCharts", "valuesFile"},
    {"helmCharts", "additionalValuesFiles"},
    {"helmChartInflationGenerator", "values"},
};

void AddHelmPath(std::string_view field, Node node, Node item, EntryKind kind,
                 std::vector<ListedPath>& out) {
  if (node.IsScalar() && !node.value().empty() && node.value().find('\n') == std::string_view::npos)
    out.push_back({field, kind, node, item, "", node.value()});
}

// What belongs to a kustomization beside its content: without any content kustomize refuses it.
bool IsHead(std::string_view key) {
  return key == "apiVersion" || key == "kind" || key == "metadata";
}

bool HasOtherContent(Node root, Node but) {
  for (Node value : root) {
    if (!(value == but) && !IsHead(value.key().value()) && !value.IsNull()) return true;
  }
  return false;
}

// Do the edits take comments that stand on a line of their own?
bool TakesCommentLine(const Document& document, const std::vector<TextEdit>& edits) {
  const std::string_view text = document.text();
  return std::any_of(edits.begin(), edits.end(), [&](const TextEdit& edit) {
    const std::vector<ByteRange> comments = document.comments();
    return std::any_of(comments.begin(), comments.end(), [&](ByteRange comment) {
      if (!edit.range.Overlaps(comment)) return false;
      const uint32_t at = comment.begin - document.base();
      const std::string_view before = text.substr(LineBegin(text, at), at - LineBegin(text, at));
      return before.find_first_not_of(" \t") == std::string_view::npos;
    });
  });
}

// An empty list in place of its only item, and of the comment behind that; comments on lines of
// their own stay.
yaml::Edits EmptyOut(const Document& document, Node item) {
  const Node list = item.parent();
  const std::string_view text = document.text();
  const auto line_end = [&](uint32_t at) {
    return LineEnd(text, at - document.base()) + document.base();
  };
  ByteRange own = item.pair_range();
  const ByteRange whole = list.full_range();
  const uint32_t last = line_end(own.end);
  yaml::Edits edits = yaml::RemoveItem(document, item);
  if (!edits || list.IsFlow()) return edits;
  for (ByteRange comment : document.comments()) {
    if (comment.begin < own.end || comment.begin >= last) continue;
    edits->push_back({{own.end, comment.end}, ""});
  }
  if (!TakesCommentLine(document, *edits)) return edits;
  if (list.anchor().empty() && list.tag().empty() && list.key() && whole.begin == own.begin) {
    const uint32_t begin = LineBegin(text, own.begin - document.base()) + document.base();
    const uint32_t key = list.key().range().begin;
    const uint32_t column = key - document.base() - LineBegin(text, key - document.base());
    const bool own_line =
        text.substr(begin - document.base(), own.begin - begin).find_first_not_of(' ') ==
        std::string_view::npos;
    if (own_line && item.IsScalar())
      return {{{{begin, last}, std::string(column + 2, ' ') + "[]"}}};
  }
  return std::nullopt;
}

// Removes the whole list that `item` is alone in, with its key. An empty list stays where kustomize
// would refuse a kustomization that says nothing, and where comments would go along.
yaml::Edits RemoveLast(const Document& document, Node item) {
  const Node list = item.parent();
  const Node map = list.parent();
  const bool top = map == document.root();
  if (list.key() && (!top || HasOtherContent(map, list))) {
    yaml::Edits edits = yaml::RemovePair(document, list);
    if (edits && !TakesCommentLine(document, *edits)) return edits;
  }
  return EmptyOut(document, item);
}

yaml::Edits RemoveEntry(const Document& document, const ListedPath& listed) {
  if (listed.item) {
    const Node list = listed.item.parent();
    if (!list.IsSequence()) return std::nullopt;
    if (list.size() == 1) return RemoveLast(document, listed.item);
    return yaml::RemoveItem(document, listed.item, yaml::CommentsAbove::kStay);
  }
  // `env` of a generator, `valuesFile` of a chart; `openapi` is nothing without its path.
  if (!listed.node.key()) return std::nullopt;
  const Node map = listed.node.parent();
  const bool alone = listed.field == "openapi" && map.size() == 1 && map.key();
  return yaml::RemovePair(document, alone ? map : listed.node);
}

// Entries that are written as texts.
std::vector<std::string_view> Texts(Node list) {
  std::vector<std::string_view> texts;
  for (Node item : list) texts.push_back(item.Resolve().value());
  return texts;
}

// Where a new entry goes. Files, and what lies in directories, are often ordered apart from each
// other: what has as many steps is compared.
uint32_t PlaceIn(const std::vector<std::string_view>& texts, std::string_view path) {
  const auto steps = [](std::string_view text) {
    return std::count(text.begin(), text.end(), '/');
  };
  std::vector<std::string_view> alike;
  uint32_t behind = 0;
  for (uint32_t i = 0; i < texts.size(); ++i) {
    if (steps(texts[i]) != steps(path)) continue;
    alike.push_back(texts[i]);
    if (texts[i] <= path || alike.size() == 1) behind = texts[i] <= path ? i + 1 : i;
  }
  const bool ordered = alike.size() > 1 && std::is_sorted(alike.begin(), alike.end());
  return ordered ? behind : static_cast<uint32_t>(texts.size());
}

yaml::Edits AddEntry(const Document& document, const EntryChanges::Added& added) {
  const Node root = document.root();
  const Node list = root.FindOwn(added.field);
  if (!list) {
    return yaml::AddKey(document, root, added.field,
                        yaml::Value::Sequence({yaml::Value::String(added.path)}));
  }
  if (!list.IsNull() && !list.IsSequence()) return std::nullopt;
  const std::vector<std::string_view> texts =
      list.IsSequence() ? Texts(list) : std::vector<std::string_view>();
  const auto dotted = std::count_if(texts.begin(), texts.end(),
                                    [](std::string_view text) { return text.starts_with("./"); });
  std::string path = added.path;
  if (!path.starts_with("../") && !texts.empty() && static_cast<size_t>(dotted) * 2 > texts.size())
    path.insert(0, "./");
  Node last;
  for (Node item : list) last = item;
  const yaml::ScalarStyle style = last.IsQuoted() ? last.style() : yaml::ScalarStyle::kPlain;
  std::string written = yaml::QuoteScalar(path, style, list.IsFlow());
  if (!added.comment.empty() && last && !list.IsFlow()) written += " " + added.comment;
  const uint32_t index = PlaceIn(texts, path);
  return yaml::InsertItem(document, list, index, yaml::Value::Verbatim(std::move(written)));
}

// A text that is changed step by step, and read again after each.
class Steps {
 public:
  Steps(std::string text, size_t document)
      : text_(std::move(text)), index_(document), file_(yaml::Parse(text_)) {}

  const Document* document() const {
    return index_ < file_.documents.size() ? &file_.documents[index_] : nullptr;
  }
  const std::string& text() const { return text_; }

  bool Apply(const yaml::Edits& edits) {
    if (!edits) return false;
    text_ = ApplyEdits(text_, *edits);
    file_ = yaml::Parse(text_, &file_);
    return document() != nullptr;
  }

 private:
  std::string text_;
  size_t index_;
  yaml::File file_;
};

bool Touch(const std::vector<TextEdit>& a, const std::vector<TextEdit>& b) {
  return std::any_of(a.begin(), a.end(), [&b](const TextEdit& one) {
    return std::any_of(b.begin(), b.end(),
                       [&one](const TextEdit& other) { return one.range.Overlaps(other.range); });
  });
}

// Removes as many entries as can go at once: edits that get in each other's way, and the last one
// of a list, wait for the next time. `indices`, ordered, becomes those that are left, as they count
// then. Nothing when an entry cannot be removed.
yaml::Edits RemoveSome(const Document& document, std::vector<size_t>& indices) {
  const std::vector<ListedPath> listed = NamedPaths(document.root());
  std::vector<TextEdit> out;
  std::vector<TextEdit> last;           // only the one before can be in the way
  std::map<ByteRange, uint32_t> taken;  // by list
  std::vector<size_t> left;
  size_t gone = 0;
  for (size_t index : indices) {
    if (index >= listed.size()) return std::nullopt;
    const ListedPath& entry = listed[index];
    const Node list = entry.item ? entry.item.parent() : Node();
    const bool empties = list && list.size() > 1 && taken[list.range()] + 1 == list.size();
    yaml::Edits edits = empties ? std::vector<TextEdit>() : RemoveEntry(document, entry);
    if (!edits) return std::nullopt;
    if (empties || Touch(*edits, last)) {
      left.push_back(index - gone);
      continue;
    }
    if (list) ++taken[list.range()];
    ++gone;
    out.insert(out.end(), edits->begin(), edits->end());
    last = std::move(*edits);
  }
  indices = std::move(left);
  return out;
}

std::string NewText(const ListedPath& listed, const std::string& path) {
  std::string key(listed.prefix);
  if (listed.keyed && key.empty() && BaseName(listed.entry) != BaseName(path))
    key = std::string(BaseName(listed.entry)) + "=";
  return key + path;
}

// Scalars are changed where they stand, each once: aliases may name one twice, and then it can be
// one of two things.
std::vector<TextEdit> Rewrite(const Document& document, const std::vector<ListedPath>& listed,
                              const std::map<size_t, std::string>& rewritten) {
  std::map<ByteRange, std::vector<TextEdit>> by_place;
  std::set<ByteRange> unclear;
  for (size_t i = 0; i < listed.size(); ++i) {
    const ByteRange place = listed[i].node.range();
    std::vector<TextEdit> edits;
    if (auto found = rewritten.find(i); found != rewritten.end()) {
      if (TouchesDamage(document, place)) continue;
      edits = yaml::SetScalar(document, listed[i].node, NewText(listed[i], found->second))
                  .value_or(std::vector<TextEdit>());
    }
    const auto [other, fresh] = by_place.emplace(place, edits);
    if (!fresh && other->second != edits) unclear.insert(place);
  }
  std::vector<TextEdit> out;
  for (const auto& [place, edits] : by_place) {
    if (!unclear.contains(place)) out.insert(out.end(), edits.begin(), edits.end());
  }
  return out;
}

}  // namespace

std::vector<ListedPath> NamedPaths(Node root) {
  std::vector<ListedPath> out = ListedPaths(root);
  for (const HelmField& field : kHelmFields) {
    const Node charts = root.Find(field.list);
    if (!charts.IsSequence()) continue;
    for (Node chart : charts) {
      const Node value = chart.Resolve().FindOwn(field.key);
      AddHelmPath(field.list, value, {}, EntryKind::kFile, out);
      if (!value.IsSequence()) continue;
      for (Node item : value) AddHelmPath(field.list, item.Resolve(), item, EntryKind::kFile, out);
    }
  }
  AddHelmPath("helmGlobals", root.At("helmGlobals.chartHome"), {}, EntryKind::kDirectory, out);
  return out;
}

const Document* EditableKustomization(const SourceFile& file) {
  if (!file.facts.kustomization || file.converted || file.file_class != FileClass::kYaml)
    return nullptr;
  for (const Document& document : file.yaml.documents) {
    if (document.root()) return document.root().IsMapping() ? &document : nullptr;
  }
  return nullptr;
}

std::optional<std::vector<TextEdit>> EditEntries(const EntryChanges& changes) {
  const Document* document = EditableKustomization(*changes.file);
  if (!document) return std::nullopt;
  const std::string& before = changes.file->text->content();
  const std::vector<ListedPath> listed = NamedPaths(document->root());
  std::vector<TextEdit> scalars = Rewrite(*document, listed, changes.rewritten);
  if (changes.removed.empty() && changes.added.empty()) return scalars;
  // Each new entry reads the file again.
  constexpr size_t kMostAdded = 200;
  if (document->HasErrors() || changes.added.size() > kMostAdded) return std::nullopt;
  const auto index = static_cast<size_t>(document - changes.file->yaml.documents.data());
  Steps steps(ApplyEdits(before, scalars), index);
  std::vector<size_t> removed(changes.removed.begin(), changes.removed.end());
  while (!removed.empty()) {
    if (!steps.document() || !steps.Apply(RemoveSome(*steps.document(), removed)))
      return std::nullopt;
  }
  for (const EntryChanges::Added& added : changes.added) {
    if (!steps.document() || !steps.Apply(AddEntry(*steps.document(), added))) return std::nullopt;
  }
  return std::vector<TextEdit>{MinimalEdit(before, steps.text())};
}

std::string PathLike(std::string_view old, std::string_view target, std::string_view directory) {
  std::string path = RelativePath(target, directory);
  if (old.starts_with("./") && path != "." && !path.starts_with("..")) path.insert(0, "./");
  if (old.ends_with('/') && !path.ends_with('/')) path += '/';
  return path;
}

std::string CommentBehind(const SourceFile& file, const Document& document, Node item) {
  const std::string& text = file.text->content();
  const uint32_t end = item.pair_range().end;
  for (ByteRange comment : document.comments()) {
    if (comment.begin >= end && comment.begin < LineEnd(text, end))
      return std::string(Slice(text, comment));
  }
  return "";
}

}  // namespace fluxls
