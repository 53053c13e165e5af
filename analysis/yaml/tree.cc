#include "analysis/yaml/tree.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "analysis/yaml/piece.h"

namespace fluxls::yaml {
namespace {

// Mappings that one look-up through merge keys may visit. Real files nest a handful; aliases can
// make cycles, and trees of exponential size out of a few lines.
constexpr size_t kMaxMerged = 256;

const Properties* FindProperties(const Piece& piece, NodeId id) {
  if (!piece.nodes[id].has_properties) return nullptr;
  auto it = std::lower_bound(piece.properties.begin(), piece.properties.end(), id,
                             [](const Properties& p, NodeId node) { return p.node < node; });
  return it != piece.properties.end() && it->node == id ? &*it : nullptr;
}

Node FindMerged(Node mapping, std::string_view key, std::vector<NodeId>& seen) {
  mapping = mapping.Resolve();
  if (!mapping.IsMapping()) return {};
  if (Node own = mapping.FindOwn(key)) return own.Resolve();
  Node merge = mapping.FindOwn("<<").Resolve();
  if (!merge) return {};
  // What was visited before did not have the key then and has not now.
  if (seen.size() >= kMaxMerged || std::find(seen.begin(), seen.end(), mapping.id()) != seen.end())
    return {};
  seen.push_back(mapping.id());
  if (merge.IsMapping()) return FindMerged(merge, key, seen);
  // A list of mappings: the earlier one wins.
  for (Node item : merge) {
    if (Node found = FindMerged(item, key, seen)) return found;
  }
  return {};
}

template <typename T>
std::vector<T> Shifted(const std::vector<T>& ranges, uint32_t by) {
  std::vector<T> out;
  out.reserve(ranges.size());
  for (const T& range : ranges) out.push_back(range.Shifted(by));
  return out;
}

}  // namespace

NodeKind Node::kind() const {
  return piece_ ? piece_->nodes[id_].kind : NodeKind::kNull;
}

std::string_view Node::value() const {
  return piece_ ? piece_->ValueOf(piece_->nodes[id_]) : std::string_view();
}

ScalarStyle Node::style() const {
  return piece_ ? piece_->nodes[id_].style : ScalarStyle::kPlain;
}

bool Node::IsFlow() const {
  return piece_ && piece_->nodes[id_].flow;
}

std::string_view Node::anchor() const {
  const Properties* p = piece_ ? FindProperties(*piece_, id_) : nullptr;
  return p ? Slice(piece_->text, p->anchor) : std::string_view();
}

std::string_view Node::tag() const {
  const Properties* p = piece_ ? FindProperties(*piece_, id_) : nullptr;
  return p ? Slice(piece_->text, p->tag) : std::string_view();
}

ByteRange Node::range() const {
  if (!piece_) return {};
  const NodeData& node = piece_->nodes[id_];
  return ByteRange{node.begin, node.end}.Shifted(base_);
}

ByteRange Node::full_range() const {
  if (!piece_) return {};
  const NodeData& node = piece_->nodes[id_];
  return ByteRange{node.full_begin, node.end}.Shifted(base_);
}

Node Node::parent() const {
  return piece_ ? Handle(piece_->nodes[id_].parent) : Node();
}

bool Node::IsKey() const {
  return piece_ && piece_->nodes[id_].key;
}

Node Node::key() const {
  return piece_ ? Handle(piece_->nodes[id_].pair_key) : Node();
}

ByteRange Node::pair_range() const {
  if (!piece_) return {};
  ByteRange own = full_range();
  const NodeData& node = piece_->nodes[id_];
  if (Node k = key()) {
    const NodeData& key_node = piece_->nodes[k.id_];
    uint32_t begin = key_node.lead != NodeData::kNoOffset ? key_node.lead : key_node.full_begin;
    return {begin + base_, own.end};
  }
  if (parent().IsSequence() && node.lead != NodeData::kNoOffset)
    return {node.lead + base_, own.end};
  return own;
}

NodeId Node::FirstValue() const {
  if (!piece_) return kNoNode;
  const NodeData& node = piece_->nodes[id_];
  if (node.kind == NodeKind::kSequence) return node.child;
  if (node.kind == NodeKind::kMapping && node.child != kNoNode)
    return piece_->nodes[node.child].next;
  return kNoNode;
}

NodeId Node::NextValue(NodeId id) const {
  NodeId next = piece_->nodes[id].next;
  if (next == kNoNode || kind() == NodeKind::kSequence) return next;
  return piece_->nodes[next].next;
}

uint32_t Node::size() const {
  uint32_t count = 0;
  for (NodeId id = FirstValue(); id != kNoNode; id = NextValue(id)) ++count;
  return count;
}

NodeIterator Node::begin() const {
  return NodeIterator(Handle(FirstValue()));
}
NodeIterator Node::end() const {
  return {};
}

NodeIterator& NodeIterator::operator++() {
  Node up = node_.parent();
  node_ = up.Handle(up.NextValue(node_.id_));
  return *this;
}

Node Node::operator[](uint32_t index) const {
  for (Node child : *this) {
    if (index-- == 0) return child;
  }
  return {};
}

Node Node::Resolve() const {
  if (!IsAlias()) return *this;
  return Handle(piece_->nodes[id_].child);
}

Node Node::FindOwn(std::string_view wanted) const {
  if (!IsMapping()) return {};
  Node found;
  for (NodeId key = piece_->nodes[id_].child; key != kNoNode;) {
    const NodeData& key_node = piece_->nodes[key];
    NodeId value = key_node.next;
    if (key_node.kind == NodeKind::kScalar && piece_->ValueOf(key_node) == wanted) {
      found = Handle(value);
    }
    key = value == kNoNode ? kNoNode : piece_->nodes[value].next;
  }
  return found;
}

Node Node::Find(std::string_view key) const {
  std::vector<NodeId> seen;
  return FindMerged(*this, key, seen);
}

Node Node::At(std::string_view route) const {
  Node node = Resolve();
  while (node && !route.empty()) {
    if (route.front() == '[') {
      uint32_t index = 0;
      const char* end = route.data() + route.size();
      auto [rest, error] = std::from_chars(route.data() + 1, end, index);
      if (error != std::errc() || rest == end || *rest != ']') return {};
      route.remove_prefix(static_cast<size_t>(rest + 1 - route.data()));
      node = node.IsSequence() ? node[index].Resolve() : Node();
    } else {
      size_t stop = route.find_first_of(".[");
      node = node.Find(route.substr(0, stop));
      route.remove_prefix(std::min(stop, route.size()));
    }
    if (route.starts_with('.')) route.remove_prefix(1);
  }
  return node;
}

bool Node::IsDamaged() const {
  if (!piece_) return false;
  const NodeData& node = piece_->nodes[id_];
  return std::any_of(piece_->damaged.begin(), piece_->damaged.end(), [&](ByteRange damage) {
    return damage.begin <= node.end && node.full_begin <= damage.end;
  });
}

Node Document::root() const {
  return piece_->root == kNoNode ? Node() : Node(piece_.get(), base_, piece_->root);
}

ByteRange Document::range() const {
  return {base_, base_ + static_cast<uint32_t>(piece_->text.size())};
}

uint32_t Document::content_begin() const {
  return base_ + piece_->content_begin;
}
std::string_view Document::text() const {
  return piece_->text;
}
bool Document::HasErrors() const {
  return !piece_->errors.empty();
}

std::vector<SyntaxError> Document::errors() const {
  std::vector<SyntaxError> out = piece_->errors;
  for (SyntaxError& error : out) {
    error.range = error.range.Shifted(base_);
    for (TextEdit& edit : error.edits) edit.range = edit.range.Shifted(base_);
  }
  return out;
}

std::vector<ByteRange> Document::damaged() const {
  return Shifted(piece_->damaged, base_);
}
std::vector<ByteRange> Document::comments() const {
  return Shifted(piece_->comments, base_);
}

Node Document::NodeAt(uint32_t offset) const {
  Node node = root();
  if (!node || !node.full_range().Touches(offset)) return {};
  for (bool deeper = true; deeper;) {
    deeper = false;
    for (Node child : node) {
      Node key = child.key();
      // The key first: behind `key:` with no value both touch, and the key is what is there to be
      // seen.
      if (key && key.full_range().Touches(offset)) {
        node = key;
        deeper = true;
        break;
      }
      if (child.full_range().Touches(offset)) {
        node = child;
        deeper = true;
        break;
      }
    }
  }
  return node;
}

std::vector<Node> Document::duplicate_keys() const {
  std::vector<Node> out;
  for (NodeId id : piece_->duplicate_keys) out.push_back(Node(piece_.get(), base_, id));
  return out;
}

std::string RouteOf(Node node) {
  std::string route;
  for (Node at = node; at;) {
    Node up = at.parent();
    std::string step;
    if (Node key = at.key()) {
      step = key.value();
    } else if (up.IsSequence()) {
      uint32_t index = 0;
      for (Node item : up) {
        if (item == at) break;
        ++index;
      }
      step = fmt::format("[{}]", index);
    }
    if (!route.empty() && !step.empty() && !route.starts_with('[')) step += '.';
    route.insert(0, step);
    at = up;
  }
  return route;
}

}  // namespace fluxls::yaml
