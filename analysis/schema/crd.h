// From CustomResourceDefinitions and JSON schemas to schemas.
//
// Facts: apiextensions.k8s.io/v1 (openAPIV3Schema and its x-kubernetes-… keywords).
// Thread contract: pure functions over immutable input; LazyCrds may be asked from any thread.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/yaml/tree.h"
#include "schemas/schema.h"

namespace fluxls::schema {

// The versions that a CustomResourceDefinition serves. Nothing for any other object, and for one
// that a template engine has yet to fill in.
std::vector<KindSchema> ReadCrd(yaml::Node crd);

enum class SchemaForm : uint8_t {
  kCrd,   // fields that are not named are refused
  kJson,  // they are allowed, unless `additionalProperties: false` says otherwise
};

// The schema of an object. apiVersion, kind, metadata and status are left out at the top. Nothing
// for one that is larger than any that somebody means.
std::optional<Field> ReadOpenApi(yaml::Node schema, SchemaForm form);

// The CRDs of a file, read when somebody asks for the first time.
class LazyCrds {
 public:
  // `file` is kept by value; it shares its pieces with the file it was copied from.
  explicit LazyCrds(yaml::File file) : file_(std::move(file)) {}
  LazyCrds(const LazyCrds&) = delete;
  LazyCrds& operator=(const LazyCrds&) = delete;
  ~LazyCrds() { delete schemas_.load(); }
  // The schema of a version that is served; null when there is none. Valid as long as this lives.
  const KindSchema* Find(std::string_view group, std::string_view version,
                         std::string_view kind) const;

 private:
  yaml::File file_;
  // Null until it is read. Two threads may read at once; the first result stays.
  mutable std::atomic<const std::vector<KindSchema>*> schemas_ = nullptr;
};

}  // namespace fluxls::schema
