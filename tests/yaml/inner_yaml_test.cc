// The way from a string that holds YAML back to the file.
#include "analysis/yaml/inner_yaml.h"

#include <doctest/doctest.h>

#include <string>

#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

// Every scalar of the inner document stands in the file where the map says.
void CheckWayBack(const std::string& text) {
  CAPTURE(text);
  const yaml::File file = yaml::Parse(text);
  yaml::Node scalar = file.documents.front().root().Find("patch");
  REQUIRE(scalar.IsBlockScalar());
  const InnerYaml inner = ReadInner(scalar, text, OffsetMap::Identity(), scalar.range());
  int found = 0;
  for (const yaml::Document& document : inner.file.documents) {
    document.root().Visit([&](yaml::Node node) {
      if (!node.IsScalar() || node.IsBlockScalar()) return;
      ++found;
      CHECK_EQ(Slice(text, inner.RangeOf(node)), Slice(inner.text, node.range()));
    });
  }
  CHECK_GT(found, 0);
}

TEST_CASE("literal block scalars map back line by line") {
  CheckWayBack("patch: |\n  a: 1\n  b: {c: 2}\n");
  CheckWayBack("patch: |-\n  a: 1\n  b: 2");
  CheckWayBack("patch: |+\n  a: 1\n\n\n");
  CheckWayBack("patch: | # why\n    a: 1\n    b:\n      - 2\n");
  CheckWayBack("patch: |2\n    a: 1\n    b: 2\nother: x\n");
  CheckWayBack("patch: |\n\n  a: 1\n\n  b: 2\n");
  CheckWayBack("patch: |\r\n  a: 1\r\n\r\n  b: 2\r\n");
  CheckWayBack("\xEF\xBB\xBFpatch: |\n  a: \xF0\x9F\x9A\x80\n  b: 2\n");
  CheckWayBack("patch: |\n  a: 1 \n  b: 2\t\n");
}

TEST_CASE("strings inside strings map back through both") {
  const std::string text =
      "patch: |\n  spec:\n    patch: |-\n      apiVersion: v1\n      kind: X\n";
  const yaml::File file = yaml::Parse(text);
  yaml::Node outer = file.documents.front().root().Find("patch");
  const InnerYaml first = ReadInner(outer, text, OffsetMap::Identity(), outer.range());
  yaml::Node nested = first.file.documents.front().root().At("spec.patch");
  const InnerYaml second = ReadInner(nested, first.text, first.to_file, first.RangeOf(nested));
  const yaml::Document& document = second.file.documents.front();
  CHECK_EQ(Slice(text, second.RangeOf(document.root().Find("apiVersion"))), "v1");
  auto edits =
      second.ToFile(yaml::SetScalar(document, document.root().Find("apiVersion"), "v2beta1"));
  REQUIRE(edits);
  CHECK_EQ(ApplyEdits(text, *edits),
           "patch: |\n  spec:\n    patch: |-\n      apiVersion: v2beta1\n      kind: X\n");
}

TEST_CASE("where there are no lines, the whole string stands for its parts") {
  for (std::string text : {"patch: \"a: 1\\nb: 2\"\n", "patch: >\n  a: 1\n", "patch: 'a: 1'\n"}) {
    CAPTURE(text);
    const yaml::File file = yaml::Parse(text);
    yaml::Node scalar = file.documents.front().root().Find("patch");
    const InnerYaml inner = ReadInner(scalar, text, OffsetMap::Identity(), scalar.range());
    const yaml::Document& document = inner.file.documents.front();
    yaml::Node a = document.root().Find("a");
    REQUIRE(a);
    CHECK(inner.RangeOf(a) == scalar.range());
    CHECK_FALSE(inner.ToFile(yaml::SetScalar(document, a, "2")));
  }
}

}  // namespace
}  // namespace fluxls
