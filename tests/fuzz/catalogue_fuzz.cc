// The readers of the catalogue, and completion, under any input. The first byte chooses:
//
//   d  a file of the data: what reads is written as something that reads the same
//   c  YAML with CustomResourceDefinitions
//   e  an expression of CEL
//   f  a YAML file in which completion and hover are asked for everywhere
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "analysis/build/load.h"
#include "analysis/features/completion.h"
#include "analysis/features/field_help.h"
#include "analysis/rules/cel.h"
#include "analysis/schema/crd.h"
#include "schemas/schema_text.h"

namespace {

using namespace fluxls;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "property broken: %s\n", what);
  std::abort();
}

void ReadsWhatItWrites(const schema::KindSchema& schema) {
  schema::KindSchema again;
  const schema::ReadError error = schema::ReadSchema(schema::WriteSchema(schema), again);
  if (!error.message.empty()) return;  // names that no field has: blanks, line breaks
  Require(schema::WriteSchema(again) == schema::WriteSchema(schema), "a schema changes on its way");
}

void Expression(std::string_view text) {
  const yaml::File file = yaml::Parse("a: {b: x, c: [1, 2], d: ${e}}\nname: x\nsize: 3\n");
  build::Arena arena;
  const build::Value* self = build::Load(arena, file.documents[0].root(), {});
  for (const bool open : {false, true}) EvaluateCel(text, {.self = self, .open = open});
  FieldsInCel(text);
}

void Features(std::string_view text) {
  static const Snapshot snapshot = Workspace().snapshot();
  const yaml::File file = yaml::Parse(text);
  const uint32_t step = 1 + static_cast<uint32_t>(text.size()) / 200;
  for (uint32_t offset = 0; offset <= text.size(); offset += step) {
    const CompletionList list =
        Complete(snapshot, "/ws/kustomization.yaml", text, file, offset, {.snippets = false});
    Require(list.replace.begin <= list.replace.end && list.replace.end <= text.size(),
            "the word lies outside of the text");
    Require(list.insert.begin == list.replace.begin && list.insert.end <= list.replace.end,
            "the part in front of the cursor is no part of the word");
    for (size_t i = 0; i < list.items.size() && i < 3; ++i) {
      std::vector<TextEdit> edits = list.items[i].more;
      edits.push_back({list.replace, list.items[i].text});
      ApplyEdits(text, edits);
    }
    ByteRange range;
    HelpAt(snapshot, "/ws/file.yaml", file, offset, range);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'd': {
      schema::KindSchema schema;
      if (schema::ReadSchema(text, schema).message.empty()) ReadsWhatItWrites(schema);
      break;
    }
    case 'c': {
      const yaml::File file = yaml::Parse(text);
      for (const yaml::Document& document : file.documents) {
        for (const schema::KindSchema& schema : schema::ReadCrd(document.root()))
          ReadsWhatItWrites(schema);
      }
      break;
    }
    case 'e':
      Expression(text);
      break;
    case 'f':
      Features(text);
      break;
    default:
      break;
  }
  return 0;
}
