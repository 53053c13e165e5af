// Which objects a patch or a replacement is for.
//
// Thread contract: immutable after construction.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/build/object.h"

namespace re2 {
class RE2;
}

namespace fluxls::build {

// A Kubernetes label selector: `app=web,tier!=db,env in (a, b),!legacy`.
class LabelSelector {
 public:
  // Nothing when the text is no selector. The empty text selects everything.
  static std::optional<LabelSelector> Parse(std::string_view text);
  // A LabelSelector as objects have it: matchLabels, matchExpressions. Nothing when an operator is
  // none. Null selects everything.
  static std::optional<LabelSelector> Read(const Value* selector);
  // `labels`: a map of strings; null is a map without entries.
  bool Matches(const Value* labels) const;

 private:
  enum class Operator : uint8_t { kIn, kNotIn, kExists, kMissing, kGreater, kLess };
  struct Requirement {
    std::string key;
    Operator op = Operator::kExists;
    std::vector<std::string> values;
  };
  std::vector<Requirement> requirements_;
};

// A `target` of kustomize: regular expressions that must match in full, and selectors. "" matches
// everything.
class Selector {
 public:
  // `target`: the mapping in the kustomization. Nothing when it holds a malformed expression;
  // `problem` then says what.
  static std::optional<Selector> Read(const Value* target, std::string& problem);

  // Names and namespaces match the original or the current one.
  bool Matches(const Object& object) const;
  // For replacements: any id that the object has had may match, as a whole.
  bool MatchesAnyId(const Object& object) const;
  bool MatchesLabels(const Object& object) const;
  // Does it say anything about ids, about labels?
  bool names_ids() const;
  bool names_labels() const { return names_labels_; }

 private:
  struct Pattern {
    std::string literal;  // without special characters: the text itself, and `regex` is null
    std::shared_ptr<const re2::RE2> regex;
    bool any = true;
    bool Matches(std::string_view text) const;
  };
  static bool Compile(std::string_view text, Pattern& pattern, std::string& problem);
  bool MatchesKind(const ObjectId& id) const;

  Pattern group_;
  Pattern version_;
  Pattern kind_;
  Pattern name_;
  Pattern namespace_;
  LabelSelector labels_;
  LabelSelector annotations_;
  bool names_labels_ = false;
};

}  // namespace fluxls::build
