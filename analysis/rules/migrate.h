// Takes an object from one version of its kind to another: moves the fields that the newer version
// has elsewhere or not at all, then writes the apiVersion.
//
// Facts: the moves are those of catalog::FieldMoves; how each is made is in migrate.cc.
// Thread contract: pure functions over immutable input.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/rules/api_sites.h"
#include "schemas/catalog.h"

namespace fluxls {

struct Migration {
  std::vector<std::string> moves;    // in words, for the message: "spec.validation must go"
  std::vector<std::string> by_hand;  // those of them that nobody can make without knowing more
  std::optional<std::vector<TextEdit>> edits;  // of the file; nothing when something is by hand
  bool keeps_comments = true;
};

Migration Migrate(const RuleContext& context, const ApiSite& site, const catalog::Api& to);

}  // namespace fluxls
