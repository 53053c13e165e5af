// The data of the catalogue: it reads, it says what the CRDs say, and every field has its help.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "analysis/schema/crd.h"
#include "schemas/embedded.h"
#include "schemas/schema_text.h"

namespace fluxls::schema {
namespace {

namespace fs = std::filesystem;

KindSchema Read(const DataFile& file) {
  KindSchema schema;
  const ReadError error = ReadSchema(file.text, schema);
  CAPTURE(file.name);
  CAPTURE(error.line);
  CHECK(error.message == "");
  return schema;
}

TEST_CASE("every file of the data reads, and is written as it is") {
  CHECK(DataFiles().size() > 40);
  for (const DataFile& file : DataFiles()) {
    const KindSchema schema = Read(file);
    CAPTURE(file.name);
    CHECK(WriteSchema(schema) == file.text);
    CHECK(DataName(schema.group, schema.version, schema.kind) == file.name);
    CHECK(FindEmbedded(schema.group, schema.version, schema.kind) != nullptr);
  }
  CHECK(FindEmbedded("helm.toolkit.fluxcd.io", "v9", "HelmRelease") == nullptr);
}

void CheckHelp(const Field& field, const std::string& route) {
  CAPTURE(route);
  CHECK(field.help.size() <= 130);
  CHECK_FALSE(field.help.ends_with('.'));
  if (field.name != kItems && field.name != kValues) CHECK_FALSE(field.help.empty());
  for (const Field& child : field.fields) CheckHelp(child, route + "." + child.name);
}

TEST_CASE("every kind and field has one line of help") {
  for (const DataFile& file : DataFiles()) {
    const KindSchema read = Read(file);
    const KindSchema* schema = FindEmbedded(read.group, read.version, read.kind);
    REQUIRE(schema != nullptr);
    CheckHelp(schema->root, std::string(file.name));
  }
}

// Facts and rules without help, in an order of their own.
std::set<std::string> Lines(const Field& field, const std::string& route) {
  std::set<std::string> out;
  for (const Fact& fact : field.facts)
    out.insert(fmt::format("{} {}={}", route, FactName(fact.kind), fact.value));
  for (const Rule& rule : field.rules) {
    if (!rule.runtime) out.insert(route + " rule " + rule.expression);
  }
  for (const Field& child : field.fields) out.merge(Lines(child, route + "." + child.name));
  return out;
}

// What one of the two has and the other has not.
std::string Difference(const Field& data, const Field& crd) {
  const std::set<std::string> ours = Lines(data, "");
  const std::set<std::string> theirs = Lines(crd, "");
  std::string out;
  for (const std::string& line : ours) {
    if (!theirs.contains(line)) out += "only in the data:" + line + "\n";
  }
  for (const std::string& line : theirs) {
    if (!ours.contains(line)) out += "only in the CRD:" + line + "\n";
  }
  return out;
}

// Compares the CRDs below a directory with the data as of `release`; returns how many versions.
int Compare(const fs::path& directory, Release release) {
  int compared = 0;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() != ".yaml") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const yaml::File file = yaml::Parse(text);
    for (const yaml::Document& document : file.documents) {
      for (const KindSchema& crd : ReadCrd(document.root())) {
        CAPTURE(entry.path().string());
        CAPTURE(crd.version);
        const KindSchema* data = FindEmbedded(crd.group, crd.version, crd.kind);
        REQUIRE(data != nullptr);
        CHECK(Difference(At(data->root, release), crd.root) == "");
        const catalog::Api* api = catalog::Lookup(crd.group, crd.version, crd.kind);
        REQUIRE(api != nullptr);
        if (crd.group != "fluxcd.controlplane.io") CHECK(api->ServedAt(release));
        ++compared;
      }
    }
  }
  return compared;
}

TEST_CASE("the data says what the CRDs of every release say, field by field") {
  const char* crds = std::getenv("FLUXLS_CRDS");
  if (crds == nullptr || !fs::is_directory(crds)) {
    MESSAGE("skipped: FLUXLS_CRDS names no folder of CRDs");
    return;
  }
  for (int minor = 0; minor <= catalog::kNewest.minor; ++minor) {
    const Release release{2, minor};
    const fs::path directory = fs::path(crds) / fmt::format("{}.{}", release.major, release.minor);
    CAPTURE(directory.string());
    REQUIRE(fs::is_directory(directory));
    CHECK(Compare(directory, release) > 10);
  }
  CHECK(Compare(fs::path(crds) / "flux-operator-0.58.1", catalog::kNewest) == 4);
}

}  // namespace
}  // namespace fluxls::schema
