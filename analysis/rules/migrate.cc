#include "analysis/rules/migrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "analysis/rules/build_problems.h"
#include "analysis/rules/schema_words.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

using yaml::Document;
using yaml::Node;

constexpr int kMaxMoves = 200;
constexpr size_t kMaxMigratedBytes = 2u << 20;

// The first node at the end of `route`; `[]` stands for every item of a list. As kustomize sees it,
// through aliases and merge keys, or only as it is written there.
enum class View : uint8_t { kEffective, kWritten };
Node FirstAt(Node node, std::string_view route, View view) {
  while (!route.empty() && node) {
    const size_t dot = route.find('.');
    std::string_view step = route.substr(0, dot);
    route = dot == std::string_view::npos ? std::string_view() : route.substr(dot + 1);
    const bool list = step.ends_with("[]");
    if (list) step.remove_suffix(2);
    node = view == View::kWritten ? node.FindOwn(step) : node.Find(step);
    if (!list) continue;
    if (!node.IsSequence()) return {};
    for (const Node item : node) {
      const Node entered = view == View::kWritten ? item : item.Resolve();
      if (const Node found = FirstAt(entered, route, view)) return found;
    }
    return {};
  }
  return node;
}

// The text of a document, which changes step by step, and the object in it.
class Draft {
 public:
  Draft(const Document& document, Node object)
      : text_(document.text()), file_(yaml::Parse(text_)), route_(yaml::RouteOf(object)) {}

  const Document& document() const { return file_.documents.front(); }
  const std::string& text() const { return text_; }

  Node Object() const {
    return file_.documents.size() == 1 ? document().root().At(route_) : Node();
  }

  bool Apply(const yaml::Edits& edits) {
    if (!edits) return false;
    text_ = ApplyEdits(text_, *edits);
    file_ = yaml::Parse(text_, &file_);
    return file_.documents.size() == 1;
  }

 private:
  std::string text_;
  yaml::File file_;
  std::string route_;
};

// The text of a node, as a document of its own: its lines without their indentation.
std::string OwnText(std::string_view text, Node node) {
  const ByteRange range = node.range();
  const size_t column = range.begin - LineBegin(text, range.begin);
  std::string out;
  // A comment behind the last value belongs to it.
  const size_t end = std::min(text.find('\n', range.end), text.size());
  const std::string_view behind = text.substr(range.end, end - range.end);
  const size_t word = behind.find_first_not_of(' ');
  const bool comment = word != std::string_view::npos && behind[word] == '#';
  std::string_view rest = text.substr(range.begin, (comment ? end : range.end) - range.begin);
  bool first = true;
  while (!rest.empty()) {
    std::string_view current = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(current.size() + 1, rest.size()));
    if (!first) {
      const size_t blanks = std::min(current.find_first_not_of(' '), current.size());
      current.remove_prefix(std::min(blanks, column));
    }
    first = false;
    if (current.ends_with('\r')) current.remove_suffix(1);
    out += std::string(current) + "\n";
  }
  return out;
}

// Puts an item in front of a block sequence.
yaml::Edits PrependItem(const Document& document, std::string_view text, Node list,
                        const yaml::Value& value) {
  yaml::Edits edits = yaml::AppendItem(document, list, value);
  if (list.size() == 0) return edits;
  if (!edits || edits->size() != 1 || list.IsFlow()) return std::nullopt;
  std::string item = (*edits)[0].new_text;
  if (item.starts_with("\r\n")) item.erase(0, 2);
  if (item.starts_with('\n')) item.erase(0, 1);
  if (!item.ends_with('\n')) item += '\n';
  const uint32_t at = LineBegin(text, list[0].pair_range().begin);
  return std::vector<TextEdit>{{{at, at}, std::move(item)}};
}

// Gives a pair another value and another key; it stays in its place, with its comments.
bool Become(Draft& draft, Node value, std::string_view key, const yaml::Value& fresh) {
  const ByteRange place = value.key().range();
  if (!draft.Apply(yaml::ReplaceValue(draft.document(), value, fresh))) return false;
  // The key stands where it stood.
  const Node found = draft.document().NodeAt(place.begin);
  for (const Node again : found.parent()) {
    if (again.key() == found) return draft.Apply(yaml::RenameKey(draft.document(), again, key));
  }
  return false;
}

// One item of an old patch list as an item of `patches`.
std::optional<yaml::Value> NewPatch(const Draft& draft, Node item, bool json) {
  std::vector<yaml::ValuePair> pairs;
  Node patch = json ? item.FindOwn("patch") : item;
  if (!patch || IsBound(item)) return std::nullopt;
  if (patch.IsScalar()) {
    pairs.push_back({"patch", yaml::Value::Block(std::string(patch.value()))});
  } else {
    pairs.push_back({"patch", yaml::Value::Block(OwnText(draft.text(), patch))});
  }
  if (json) {
    const Node target = item.FindOwn("target");
    if (!target.IsMapping()) return std::nullopt;
    pairs.push_back({"target", ValueOf(target)});
  }
  return yaml::Value::Mapping(std::move(pairs));
}

// Moves one list of patches into `patches` beside it: strategic merges in front of what is there,
// JSON patches behind it, which is the order in which Flux applied them.
bool MovePatches(Draft& draft, const std::function<Node()>& find_list, bool json) {
  std::vector<yaml::Value> values;
  Node list = find_list();
  if (list.IsNull() || (list.IsSequence() && list.size() == 0))
    return draft.Apply(yaml::RemovePair(draft.document(), list));
  if (!list.IsSequence()) return false;
  for (const Node item : list) {
    std::optional<yaml::Value> value = NewPatch(draft, item, json);
    if (!value) return false;
    values.push_back(std::move(*value));
  }
  const Node patches = list.parent().FindOwn("patches");
  if (patches && !patches.IsNull() && !patches.IsSequence()) return false;
  if (!patches || patches.IsNull() || patches.size() == 0) {
    if (patches && !draft.Apply(yaml::RemovePair(draft.document(), patches))) return false;
    const yaml::Value fresh = yaml::Value::Sequence(std::move(values));
    if (Become(draft, find_list(), "patches", fresh)) return true;
    // A comment behind the last line stands in the way; it is in the new text already.
    list = find_list();
    const std::string old(list.key().value());
    return draft.Apply(yaml::AddKey(draft.document(), list.parent(), "patches", fresh, old)) &&
           draft.Apply(yaml::RemovePair(draft.document(), find_list()));
  }
  if (!json) std::reverse(values.begin(), values.end());
  for (const yaml::Value& value : values) {
    const Node there = find_list().parent().FindOwn("patches");
    if (!there.IsSequence()) return false;
    if (!draft.Apply(json ? yaml::AppendItem(draft.document(), there, value)
                          : PrependItem(draft.document(), draft.text(), there, value)))
      return false;
  }
  return draft.Apply(yaml::RemovePair(draft.document(), find_list()));
}

// `valuesFile: x` → `valuesFiles: [x]`; x goes in front of what is there.
bool MoveValuesFile(Draft& draft, const std::function<Node()>& find) {
  const Node file = find();
  if (!file.IsScalar() || IsBound(file)) return false;
  const yaml::Value value = ValueOf(file);
  const Node files = file.parent().FindOwn("valuesFiles");
  if (!files) {
    return Become(draft, file, "valuesFiles", yaml::Value::Sequence({value}));
  }
  if (!files.IsSequence()) return false;
  return draft.Apply(PrependItem(draft.document(), draft.text(), files, value)) &&
         draft.Apply(yaml::RemovePair(draft.document(), find()));
}

bool MoveSummary(Draft& draft, const std::function<Node()>& find) {
  const Node summary = find();
  if (IsBound(summary)) return false;
  const Node spec = summary.parent();
  const yaml::Value value = ValueOf(summary);
  const Node metadata = spec.FindOwn("eventMetadata");
  if (metadata && (!metadata.IsMapping() || metadata.Find("summary"))) return false;
  if (!metadata)
    return Become(draft, summary, "eventMetadata", yaml::Value::Mapping({{"summary", value}}));
  return draft.Apply(yaml::AddKey(draft.document(), metadata, "summary", value)) &&
         draft.Apply(yaml::RemovePair(draft.document(), find()));
}

bool ShortenTimeout(Draft& draft, const std::function<Node()>& find) {
  const Node timeout = find();
  const auto mended = MendDuration(timeout.value(), kDurationWithoutHours);
  return mended && draft.Apply(yaml::SetScalar(draft.document(), timeout, *mended));
}

// What to do with a field, by the last name of its route.
bool Make(Draft& draft, const catalog::FieldMove& move) {
  const std::string_view route = move.route;
  const auto find = [&draft, route] { return FirstAt(draft.Object(), route, View::kWritten); };
  for (int i = 0; i < kMaxMoves && find(); ++i) {
    bool done = false;
    switch (move.how) {
      case catalog::MoveKind::kRemove:
        done = draft.Apply(yaml::RemovePair(draft.document(), find()));
        break;
      case catalog::MoveKind::kStrategicMerge:
        done = MovePatches(draft, find, false);
        break;
      case catalog::MoveKind::kJsonPatch:
        done = MovePatches(draft, find, true);
        break;
      case catalog::MoveKind::kValuesFile:
        done = MoveValuesFile(draft, find);
        break;
      case catalog::MoveKind::kSummary:
        done = MoveSummary(draft, find);
        break;
      case catalog::MoveKind::kTimeout:
        return ShortenTimeout(draft, find);
      case catalog::MoveKind::kByHand:
        break;
    }
    if (!done) return false;
  }
  return !find();
}

// Is there something to do? A timeout only matters where it is in hours.
bool Concerns(const catalog::FieldMove& move, Node object) {
  if (!FirstAt(object, move.route, View::kEffective)) return false;
  const Node node = FirstAt(object, move.route, View::kWritten);
  return !node || move.how != catalog::MoveKind::kTimeout ||
         node.value().find('h') != std::string_view::npos;
}

bool KeepsComments(const Document& document, std::string_view after) {
  for (const ByteRange comment : document.comments()) {
    const std::string_view text =
        document.text().substr(comment.begin - document.base(), comment.end - comment.begin);
    if (after.find(text) == std::string_view::npos) return false;
  }
  return true;
}

}  // namespace

Migration Migrate(const RuleContext& context, const ApiSite& site, const catalog::Api& to) {
  Migration migration;
  std::vector<const catalog::FieldMove*> moves;
  for (const catalog::FieldMove* move :
       catalog::FieldMoves(site.api.group, site.kind, site.api.version, to.version)) {
    if (!Concerns(*move, site.object)) continue;
    moves.push_back(move);
    migration.moves.push_back(fmt::format("{} {}", move->route, move->advice));
  }
  if (moves.empty()) {
    migration.edits = RewriteVersion(site, to.group, to.version);
    return migration;
  }
  const std::string_view before = site.document->text();
  // Each object reads its document several times: many of them in one long list would take for
  // ever.
  size_t& bytes = context.memo().migrated_bytes;
  bytes += before.size();
  if (bytes > kMaxMigratedBytes) return migration;
  Draft draft(*site.document, site.object);
  for (size_t i = 0; i < moves.size(); ++i) {
    if (!FirstAt(draft.Object(), moves[i]->route, View::kWritten) || !Make(draft, *moves[i]))
      migration.by_hand.push_back(migration.moves[i]);
  }
  const Node version = draft.Object().FindOwn("apiVersion");
  if (!migration.by_hand.empty() || site.object.IsDamaged() || !version.IsScalar() ||
      !draft.Apply(
          yaml::SetScalar(draft.document(), version, fmt::format("{}/{}", to.group, to.version))))
    return migration;
  migration.keeps_comments = KeepsComments(*site.document, draft.text());
  std::vector<TextEdit> edits = {MinimalEdit(before, draft.text())};
  for (TextEdit& edit : edits) {
    edit.range.begin += site.document->base();
    edit.range.end += site.document->base();
  }
  if (!site.inner) {
    migration.edits = std::move(edits);
    return migration;
  }
  // Text inside of text: the string is written anew.
  const FoundNode outer = FindNode(context, site.inner->whole);
  if (outer.node.IsScalar())
    migration.edits = yaml::ReplaceValue(*outer.document, outer.node,
                                         yaml::Value::Block(ApplyEdits(site.inner->text, edits)));
  return migration;
}

}  // namespace fluxls
