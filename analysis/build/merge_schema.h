// Which lists a strategic merge patch merges: Kubernetes' own types, or the OpenAPI document that a
// kustomization brings along.
//
// Thread contract: plain handles on immutable data.
#pragma once

#include <string_view>
#include <vector>

#include "analysis/build/object.h"
#include "schemas/merge_keys.h"

namespace fluxls::build {

// The schema at one place of an object. The default one knows nothing: lists are replaced.
class MergeSchema {
 public:
  MergeSchema() = default;
  // `openapi`: the document of the kustomization's `openapi.path`, which stands in for everything
  // that is built in; null when there is none.
  static MergeSchema Of(const ObjectId& id, const Value* openapi);

  MergeSchema Field(std::string_view name) const;
  // Of the items of this list.
  MergeSchema Items() const;
  // Is this list merged? By these keys; without keys its items are scalars.
  bool merged() const { return merged_; }
  const std::vector<std::string_view>& keys() const { return keys_; }

 private:
  static MergeSchema Custom(const Value* openapi, const Value* schema);

  catalog::MergeType type_ = catalog::MergeType::kNone;
  const Value* openapi_ = nullptr;
  const Value* schema_ = nullptr;
  bool merged_ = false;
  std::vector<std::string_view> keys_;
};

}  // namespace fluxls::build
