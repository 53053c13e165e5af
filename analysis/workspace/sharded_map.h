// A map from strings that can be frozen for the price of copying a few hundred pointers.
//
// Entries lie in 256 shards that copies of the map share. A shard is cloned before its first change
// after a copy was taken, so changing one file of many thousands costs a clone of some forty
// entries.
//
// Thread contract: one thread changes the map; Freeze() before a copy is handed to others. Copies
// are immutable.
#pragma once

#include <array>
#include <bitset>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace fluxls {

template <typename Value>
class ShardedMap {
 public:
  using Shard = std::map<std::string, Value, std::less<>>;

  const Value* Find(std::string_view key) const {
    const auto& shard = shards_[IndexOf(key)];
    if (!shard) return nullptr;
    auto found = shard->find(key);
    return found == shard->end() ? nullptr : &found->second;
  }

  // The value at `key`, made when it is not there.
  Value& Mutable(std::string_view key) {
    Shard& shard = Own(IndexOf(key));
    auto found = shard.lower_bound(key);
    if (found == shard.end() || found->first != key) {
      found = shard.emplace_hint(found, std::string(key), Value());
    }
    return found->second;
  }

  void Erase(std::string_view key) {
    if (!Find(key)) return;
    Shard& shard = Own(IndexOf(key));
    shard.erase(shard.find(key));
  }

  template <typename F>
  void ForEach(F&& visit) const {
    for (const auto& shard : shards_) {
      if (!shard) continue;
      for (const auto& [key, value] : *shard) visit(key, value);
    }
  }

  // From now on no shard of today is changed in place.
  void Freeze() { owned_.reset(); }

 private:
  static constexpr size_t kShards = 256;

  static size_t IndexOf(std::string_view key) {
    return std::hash<std::string_view>()(key) % kShards;
  }

  Shard& Own(size_t index) {
    auto& shard = shards_[index];
    if (!owned_[index]) {
      shard = shard ? std::make_shared<Shard>(*shard) : std::make_shared<Shard>();
      owned_.set(index);
    }
    return *shard;
  }

  // Shards that are not owned may be seen by copies of this map on other threads.
  std::array<std::shared_ptr<Shard>, kShards> shards_;
  std::bitset<kShards> owned_;
};

}  // namespace fluxls
