#include "analysis/features/graph_order.h"

#include <algorithm>

namespace fluxls {
namespace {

constexpr uint32_t kNone = UINT32_MAX;

// Tarjan's strongly connected components with a stack of our own. Components come out with what
// they wait for first, so that levels are known as they come.
class Components {
 public:
  explicit Components(const std::vector<std::vector<uint32_t>>& waits_for)
      : waits_for_(waits_for),
        index_(waits_for.size(), kNone),
        low_(waits_for.size(), 0),
        component_(waits_for.size(), kNone) {
    order_.level.assign(waits_for.size(), 0);
  }

  ReconcileOrder Run() {
    for (uint32_t node = 0; node < waits_for_.size(); ++node) {
      if (index_[node] == kNone) Visit(node);
    }
    std::sort(order_.cycles.begin(), order_.cycles.end());
    return std::move(order_);
  }

 private:
  struct Frame {
    uint32_t node = 0;
    size_t next = 0;  // index in its list
  };

  void Enter(uint32_t node) {
    index_[node] = low_[node] = count_++;
    stack_.push_back(node);
    frames_.push_back({node, 0});
  }

  void Visit(uint32_t start) {
    Enter(start);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      const uint32_t node = frame.node;
      if (frame.next < waits_for_[node].size()) {
        const uint32_t other = waits_for_[node][frame.next++];
        if (index_[other] == kNone) {
          Enter(other);
        } else if (component_[other] == kNone) {
          low_[node] = std::min(low_[node], index_[other]);
        }
        continue;
      }
      frames_.pop_back();
      if (!frames_.empty()) {
        const uint32_t parent = frames_.back().node;
        low_[parent] = std::min(low_[parent], low_[node]);
      }
      if (low_[node] == index_[node]) Close(node);
    }
  }

  void Close(uint32_t root) {
    std::vector<uint32_t> members;
    do {
      members.push_back(stack_.back());
      component_[stack_.back()] = components_;
      stack_.pop_back();
    } while (members.back() != root);
    uint32_t level = 0;
    bool cycle = members.size() > 1;
    for (const uint32_t member : members) {
      for (const uint32_t other : waits_for_[member]) {
        if (component_[other] == components_) {
          cycle = true;
        } else {
          level = std::max(level, order_.level[other] + 1);
        }
      }
    }
    for (const uint32_t member : members) order_.level[member] = level;
    ++components_;
    if (!cycle) return;
    std::sort(members.begin(), members.end());
    order_.cycles.push_back(std::move(members));
  }

  const std::vector<std::vector<uint32_t>>& waits_for_;
  std::vector<uint32_t> index_;
  std::vector<uint32_t> low_;
  std::vector<uint32_t> component_;
  std::vector<uint32_t> stack_;
  std::vector<Frame> frames_;
  uint32_t count_ = 0;
  uint32_t components_ = 0;
  ReconcileOrder order_;
};

}  // namespace

ReconcileOrder OrderOf(const std::vector<std::vector<uint32_t>>& waits_for) {
  return Components(waits_for).Run();
}

}  // namespace fluxls
