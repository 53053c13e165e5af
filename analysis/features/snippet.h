// Text to insert for a field and what it must hold.
//
// Thread contract: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "schemas/schema.h"

namespace fluxls {

struct SnippetStyle {
  bool snippet = true;  // placeholders in LSP's syntax
  bool flow = false;    // inside brackets
  size_t indent = 0;    // columns in front of the lines after the first, for the field itself
  int next_placeholder = 1;
};

// `interval: ${1:10m}`, `chartRef:\n  kind: …`: the field with its required fields.
std::string FieldText(const schema::Field& field, schema::Release release, SnippetStyle& style);

// A whole object: apiVersion, kind, metadata and what is required or nearly always there.
std::string ObjectText(const schema::KindSchema& schema, schema::Release release,
                       SnippetStyle& style);

}  // namespace fluxls
