// Every file of examples/ is typed, key by key, and completion is asked for at every position: it
// always answers, and proposes what the finished file has.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "analysis/features/completion.h"
#include "analysis/features/place.h"

namespace fluxls {
namespace {

namespace fs = std::filesystem;

constexpr size_t kShown = 10;

// Keys that a schema knows, with their range in the finished file.
std::vector<yaml::Node> KnownKeys(const Snapshot& snapshot, const std::string& path,
                                  const yaml::File& file) {
  std::vector<yaml::Node> keys;
  for (uint32_t i = 0; i < file.documents.size(); ++i) {
    const Place place = FindPlace(snapshot, path, file, i);
    file.documents[i].root().Visit([&](yaml::Node node) {
      if (!node.IsKey() || !node.IsScalar() || node.IsQuoted()) return;
      std::vector<yaml::PathStep> steps = StepsTo(node);
      const std::string name = steps.back().key;
      steps.pop_back();
      const schema::Field* parent = FindField(place, steps);
      if (parent && schema::FindField(*parent, name, place.choice.release)) keys.push_back(node);
    });
  }
  return keys;
}

TEST_CASE("typing the examples: completion answers everywhere and proposes the key that comes") {
  size_t positions = 0;
  size_t asked = 0;
  size_t proposed = 0;
  std::vector<std::string> misses;
  for (const auto& entry :
       fs::recursive_directory_iterator(fs::path(FLUXLS_SOURCE_DIR) / "examples")) {
    if (entry.path().extension() != ".yaml") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string whole((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    const std::string path =
        "/ws/" + fs::relative(entry.path(), FLUXLS_SOURCE_DIR).generic_string();
    const Workspace workspace;
    const Snapshot snapshot = workspace.snapshot();
    const yaml::File finished = yaml::Parse(whole);
    const std::vector<yaml::Node> keys = KnownKeys(snapshot, path, finished);
    yaml::File file = yaml::Parse("");
    for (uint32_t i = 0; i <= whole.size(); ++i) {
      const std::string_view typed = std::string_view(whole).substr(0, i);
      file = yaml::Parse(typed, &file);
      const CompletionList list = Complete(snapshot, path, typed, file, i, {});
      ++positions;
      CAPTURE(path);
      CAPTURE(i);
      REQUIRE(list.insert.begin <= i);
      REQUIRE(list.insert.end <= typed.size());
      for (const yaml::Node key : keys) {
        const ByteRange range = key.range();
        if (i < range.begin || i >= range.end) continue;
        ++asked;
        const auto end =
            list.items.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, list.items.size()));
        const bool found = std::any_of(list.items.begin(), end, [&](const CompletionItem& item) {
          return item.label == key.value();
        });
        proposed += found ? 1 : 0;
        if (!found)
          misses.push_back(fmt::format("{}: {} at {}", path, yaml::RouteOf(key), i - range.begin));
      }
    }
  }
  MESSAGE(positions << " positions; " << proposed << " of " << asked << " keys among the first "
                    << kShown);
  if (asked > 0 && proposed * 100 < asked * 95) {
    for (size_t i = 0; i < misses.size(); i += 1 + misses.size() / 60) MESSAGE(misses[i]);
  }
  REQUIRE(asked > 1000);
  CHECK(proposed * 100 >= asked * 95);
}

}  // namespace
}  // namespace fluxls
