// CEL, as far as the rules of CRDs use it: what must hold of an object.
//
// An expression is true, false, or not known: text that a template fills in later, functions that
// are not known here, and errors (a field that is not there) are not known. `&&` and `||` decide
// where one side is enough.
//
// Facts: the CEL specification; Kubernetes' x-kubernetes-validations (defaults are filled in
// first). Thread contract: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/build/value.h"
#include "schemas/schema.h"

namespace fluxls {

enum class Truth : uint8_t { kFalse, kTrue, kUnknown };

struct CelSubject {
  const build::Value* self = nullptr;
  const schema::Field* field = nullptr;  // of `self`: its defaults count
  schema::Release release;
  // What is not there may yet be added: nothing is known of it.
  bool open = false;
};

Truth EvaluateCel(std::string_view expression, const CelSubject& subject);

// The fields of `self` that an expression names, in order, each once: {"chart"}, {"sourceRef",
// "kind"}.
std::vector<std::vector<std::string>> FieldsInCel(std::string_view expression);

}  // namespace fluxls
