// The fields of Flux objects that name other objects, as data.
//
// Facts: flux/semantics §1. Thread contract: constant data.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace fluxls {

// How the namespace of the target is found.
enum class NamespaceRule : uint8_t {
  kOwn,         // always the referrer's; the field has no namespace
  kDefaultOwn,  // `.namespace`, else the referrer's
  kAsWritten,   // `.namespace`, and nothing in its place when it is missing
  kOfSource,    // that of the object named by spec.chart.spec.sourceRef
};

struct ReferenceField {
  std::string_view group;  // of the referrer
  std::string_view kind;   // of the referrer
  // Where the reference stands: names joined by dots, `[]` behind a sequence ("spec.dependsOn[]").
  std::string_view route;
  // Kind of the target. "" means that the field has a `kind` of its own; then `default_kind` stands
  // in for a missing one.
  std::string_view target;
  std::string_view default_kind;
  NamespaceRule rule = NamespaceRule::kOwn;
  // True when the value at `route` is the name itself (serviceAccountName), not a mapping with
  // `name`.
  bool is_name = false;
};

std::span<const ReferenceField> ReferenceFields();
// Those of one kind of referrer; they stand beside each other in the table.
std::span<const ReferenceField> ReferenceFieldsOf(std::string_view group, std::string_view kind);

}  // namespace fluxls
