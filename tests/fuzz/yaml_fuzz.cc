// The YAML layer under any bytes. Beyond "no crash": every range and value of the tree holds
// (CheckTree), parsing again piece by piece gives what parsing from scratch gives, and an edit does
// to the tree what it says, and nothing else.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/yaml/cursor.h"
#include "analysis/yaml/edit.h"
#include "tests/support/edit_check.h"
#include "tests/support/reread.h"

namespace {

using fluxls::yaml::Document;
using fluxls::yaml::File;
using fluxls::yaml::Node;

void Require(const std::string& problem, const char* what) {
  if (problem.empty()) return;
  std::fprintf(stderr, "%s: %s\n", what, problem.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const uint32_t choice = data[0] | static_cast<uint32_t>(data[1]) << 8;
  const std::string text(reinterpret_cast<const char*>(data + 2), size - 2);

  const File file = fluxls::yaml::Parse(text);
  Require(fluxls::test::CheckTree(text, file), "tree");

  const File before = fluxls::yaml::Parse(std::string_view(text).substr(0, text.size() / 2));
  const File again = fluxls::yaml::Parse(text, &before);
  Require(fluxls::test::Dump(again) == fluxls::test::Dump(file)
              ? ""
              : "differs from parsing from scratch",
          "pieces");

  fluxls::yaml::CursorAt(text, file, choice % static_cast<uint32_t>(text.size() + 1));

  std::vector<std::pair<const Document*, Node>> nodes;
  for (const Document& document : file.documents) {
    document.root().Visit([&](Node node) { nodes.emplace_back(&document, node); });
  }
  if (!nodes.empty()) {
    const auto& [document, node] = nodes[choice / 7 % nodes.size()];
    Require(fluxls::test::CheckEdits(text, *document, node), "edit");
  }
  return 0;
}
