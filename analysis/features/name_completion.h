// Completion of names: the objects, namespaces and keys that a reference can lead to, as far as the
// last builds and the files of the workspace show.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analysis/build/fleet.h"
#include "analysis/features/completion.h"
#include "analysis/features/place.h"
#include "analysis/yaml/cursor.h"

namespace fluxls {

struct NameRequest {
  const Snapshot& snapshot;
  const build::Fleet* fleet;  // the last one, perhaps of older texts; may be null
  const std::string& path;
  std::string_view text;
  const yaml::File& file;  // the parse of `text`
  uint32_t offset;
  const yaml::Cursor& cursor;
  const Place& place;
};

// Nothing where no name is wanted. Items for a field of the reference table, the best first: what
// the same clusters apply, in the same namespace. The kind and the namespace that are missing
// beside a name come along.
std::optional<CompletionList> CompleteName(const NameRequest& request);

// A list for the word under the cursor, without items.
CompletionList ListForWord(const NameRequest& request);
// A value as it must be written in place of that word: with a blank behind a tight `key:`, and with
// quotes where it needs them.
std::string WrittenForWord(const NameRequest& request, std::string_view value);

}  // namespace fluxls
