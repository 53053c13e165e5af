// Schemas: their text form, what holds at a release, and taking over the CRDs of the next one.
#include "schemas/schema.h"

#include <doctest/doctest.h>

#include "analysis/schema/crd.h"
#include "schemas/schema_text.h"

namespace fluxls::schema {
namespace {

constexpr std::string_view kText = R"~(api example.com/v1 Widget
| A thing that is made
spec object required
  | What to make
  rule "has(self.size) || has(self.colour)" "set a size or a colour" @2.3..2.5
  colour string enum=red,green@2.4,"dark blue" default=red
  size integer required@..2.6 minimum=1
    | In millimetres
  tags object @2.7
    {} string pattern="^[a-z,]+\\.$"
  parts list
    [] any open
)~";

KindSchema Read(std::string_view text) {
  KindSchema schema;
  const ReadError error = ReadSchema(text, schema);
  CHECK(error.message == "");
  return schema;
}

TEST_CASE("a schema reads and is written as it was") {
  const KindSchema schema = Read(kText);
  CHECK(schema.group == "example.com");
  CHECK(schema.kind == "Widget");
  CHECK(schema.root.help == "A thing that is made");
  CHECK(WriteSchema(schema) == kText);
}

TEST_CASE("facts hold for their span of releases") {
  const KindSchema schema = Read(kText);
  const Field* spec = FindField(schema.root, "spec");
  REQUIRE(spec != nullptr);
  const Field* colour = FindField(*spec, "colour");
  REQUIRE(colour != nullptr);
  CHECK(EnumOf(*colour, {2, 3}).size() == 2);
  CHECK(EnumOf(*colour, {2, 4}).size() == 3);
  CHECK(EnumOf(*colour, {2, 4})[2] == "dark blue");
  const Field* size = FindField(*spec, "size");
  REQUIRE(size != nullptr);
  CHECK(HasFact(*size, FactKind::kRequired, {2, 6}));
  CHECK_FALSE(HasFact(*size, FactKind::kRequired, {2, 7}));
  CHECK(FindField(*spec, "tags", {2, 6}) == nullptr);
  CHECK(FindField(*spec, "tags", {2, 7}) != nullptr);
  CHECK(FindField(*spec, "tags") != nullptr);
  CHECK(spec->rules[0].span == Span{{2, 3}, {2, 5}});
}

TEST_CASE("what is no schema is told by its line") {
  const std::pair<std::string_view, int> cases[] = {{"spec object\n   a string\n", 2},
                                                    {"spec object\n    a string\n", 2},
                                                    {"a string colour=red\n", 1},
                                                    {"a string pattern=\"x\n", 1},
                                                    {"a string @2\n", 1}};
  for (const auto& item : cases) {
    CAPTURE(item.first);
    KindSchema schema;
    const ReadError error = ReadSchema(item.first, schema);
    CHECK(error.line == item.second);
    CHECK(error.message != "");
  }
}

constexpr std::string_view kCrd = R"~(apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.com
spec:
  group: example.com
  names:
    kind: Widget
    plural: widgets
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          description: A widget.
          type: object
          required: [spec]
          properties:
            apiVersion: {type: string}
            kind: {type: string}
            metadata: {type: object}
            status: {type: object}
            spec:
              type: object
              required: [size]
              x-kubernetes-validations:
                - rule: has(self.size)
                  message: size it
              properties:
                size:
                  description: |-
                    How big
                    it is.
                  type: integer
                  minimum: 1
                  default: 3
                port:
                  x-kubernetes-int-or-string: true
                labels:
                  type: object
                  additionalProperties: {type: string}
                values:
                  x-kubernetes-preserve-unknown-fields: true
                mode:
                  type: string
                  enum: ["on", "off"]
    - name: v1alpha1
      served: false
      schema:
        openAPIV3Schema: {type: object}
)~";

constexpr std::string_view kRead = R"~(api example.com/v1 Widget
| A widget.
spec object required
  rule "has(self.size)" "size it"
  size integer required default=3 minimum=1
    | How big it is.
  port int-or-string
  labels object
    {} string
  values any open
  mode string enum=on,off
)~";

TEST_CASE("a CRD becomes a schema of each version that it serves") {
  const yaml::File file = yaml::Parse(kCrd);
  const std::vector<KindSchema> schemas = ReadCrd(file.documents[0].root());
  REQUIRE(schemas.size() == 1);
  CHECK(WriteSchema(schemas[0]) == kRead);
}

TEST_CASE("a CRD that keeps unknown fields at its top takes any") {
  const yaml::File file = yaml::Parse(
      "kind: CustomResourceDefinition\nspec:\n  group: example.com\n  names: {kind: Widget}\n"
      "  versions:\n    - name: v1\n      schema:\n        openAPIV3Schema:\n"
      "          type: object\n          x-kubernetes-preserve-unknown-fields: true\n");
  const std::vector<KindSchema> schemas = ReadCrd(file.documents[0].root());
  REQUIRE(schemas.size() == 1);
  CHECK(HasFact(schemas[0].root, FactKind::kOpen, {2, 9}));
}

TEST_CASE("a CRD that aliases blow up has no schema") {
  std::string text =
      "kind: CustomResourceDefinition\nspec:\n  group: example.com\n  names: {kind: Bomb}\n"
      "  versions:\n    - name: v1\n      schema:\n        openAPIV3Schema: *l0\n";
  std::string levels = "x: &l26 {type: string}\n";
  for (int i = 25; i >= 0; --i) {
    levels += "x" + std::to_string(i) + ": &l" + std::to_string(i) + " {properties: {a: *l" +
              std::to_string(i + 1) + ", b: *l" + std::to_string(i + 1) + "}}\n";
  }
  const yaml::File file = yaml::Parse(levels + text);
  CHECK(ReadCrd(file.documents[0].root()).empty());
}

std::string TopOf(std::string_view json) {
  const yaml::File file = yaml::Parse(json);
  const std::optional<Field> root = ReadOpenApi(file.documents[0].root(), SchemaForm::kJson);
  REQUIRE(root.has_value());
  KindSchema schema;
  schema.version = "v1";
  schema.kind = "Widget";
  schema.root = *root;
  return WriteSchema(schema);
}

TEST_CASE("JSON schemas: what they do not forbid is allowed") {
  CHECK(TopOf(R"({"properties": {"spec": {"type": "object", "additionalProperties": false,
        "properties": {"a": {"type": ["null", "string"]}, "b": {"type": ["string", "integer"]},
                       "c": {"properties": {"d": {}}},
                       "e": {"additionalProperties": false, "properties": {}, "oneOf": []}}}},
        "additionalProperties": false})") ==
        "api v1 Widget\nspec object\n  a string\n  b any\n  c any open\n    d any\n  e any open\n");
}

constexpr std::string_view kMerged = R"~(api example.com/v1 Widget
| Ours
spec object
  a string required@2.9 enum=x,z@2.9,y@..2.8
  c list @2.9
    [] string
  b integer @..2.8
)~";

TEST_CASE("taking over a newer CRD ends what is gone and begins what is new") {
  KindSchema known =
      Read("api example.com/v1 Widget\n| Ours\nspec object\n  a string enum=x,y\n  b integer\n");
  const KindSchema fresh = Read(
      "api example.com/v1 Widget\nspec object\n  a string enum=x,z required\n  c list\n    [] "
      "string\n");
  std::vector<std::string> changes;
  Merge(known.root, fresh.root, {2, 9}, changes);
  CHECK(WriteSchema(known) == kMerged);
  const std::vector<std::string> told = {"- spec.b", "+ spec.c", "- spec.a enum=y",
                                         "+ spec.a enum=z", "+ spec.a required"};
  CHECK(changes == told);
  changes.clear();
  Merge(known.root, fresh.root, {2, 10}, changes);
  CHECK(changes.empty());
}

}  // namespace
}  // namespace fluxls::schema
