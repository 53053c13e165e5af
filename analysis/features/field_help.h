// Help on fields, kinds and API versions, as Markdown: what hover shows and completion documents.
//
// Thread contract: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/features/place.h"

namespace fluxls {

// What a field is: type, default, allowed values, since when. `route` for its title.
std::string FieldHelp(const schema::Field& field, std::string_view route, schema::Release release);

// The life of an apiVersion of a kind, and what to write at `release`; "" when nothing is known.
std::string ApiHelp(const ApiVersion& api, std::string_view kind, schema::Release release,
                    bool assumed);

// What a kind is; "" when nothing is known.
std::string KindHelp(const Place& place);

// Fields of `metadata` in words; "" for those of which there is nothing to say.
std::string_view MetadataHelp(std::string_view field);

// Help on what stands at `offset`; "" when there is none. `range` becomes the key or value that it
// is about.
std::string HelpAt(const Snapshot& snapshot, const std::string& path, const yaml::File& file,
                   uint32_t offset, ByteRange& range);

}  // namespace fluxls
