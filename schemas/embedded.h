// The schemas inside the program: schemas/data, one file for each version of a kind.
//
// Thread contract: may be asked from any thread. A schema is read when it is asked for the first
// time and stays until the program ends.
#pragma once

#include <span>
#include <string_view>

#include "schemas/schema.h"

namespace fluxls::schema {

// Null when the data has none. Fields without help of their own have that of the newest version of
// the kind.
const KindSchema* FindEmbedded(std::string_view group, std::string_view version,
                               std::string_view kind);

// A file of the data.
struct DataFile {
  std::string_view name;  // "helm.toolkit.fluxcd.io_HelmRelease_v2"
  std::string_view text;
};
std::span<const DataFile> DataFiles();

// Name of the file that holds a kind.
std::string DataName(std::string_view group, std::string_view version, std::string_view kind);

}  // namespace fluxls::schema
