// Questions that several rules ask.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/rules/rule.h"
#include "analysis/yaml/edit.h"
#include "schemas/catalog.h"

namespace fluxls::schema {
struct Choice;
}

namespace fluxls {

// Does the text hold something that an engine fills in later: `${…}`, `{{ … }}`, `<< … >>`, `{% …
// %}`, `$(…)`? What such a value will be is not known, so nothing is said about it.
bool HasTemplate(std::string_view text);

// The first field of `root` that only a kustomization file has at the top (`resources`, `patches`,
// …); no such node when there is none.
yaml::Node FindKustomizeField(yaml::Node root);

// A Flux Kustomization by its apiVersion, but a kustomization file by its fields: no `spec`, and a
// field of kustomize at the top.
bool IsKustomizeFileUnderFluxApi(yaml::Node root);
// The other way round: kustomize's apiVersion over a `spec` that only Flux has.
bool IsFluxKustomizationUnderKustomizeApi(yaml::Node root);

// The schema of a kind for the context's file. Looked for once; lives as long as the context.
const schema::Choice& SchemaFor(const RuleContext& context, const ApiVersion& api,
                                std::string_view kind);

// A text for a message: on one line, and not longer than so many characters.
std::string Shown(std::string_view text, uint32_t most = 60);

// A file whose content a generator owns and nobody edits: what `flux bootstrap` writes.
bool IsGeneratedFile(const SourceFile& file);

// Is this text YAML, and no path?
bool LooksInline(yaml::Node scalar);

// Does `range` touch a place of `document` that recovery had to blank out?
bool TouchesDamage(const yaml::Document& document, ByteRange range);

// Does an edit take a comment away? It may be one that a program reads (`# {"$imagepolicy": …}`).
bool TakesComment(const yaml::Document& document, const std::vector<TextEdit>& edits);

// Writes a scalar of a mapping: in place of what is there, else in front of the first pair.
std::optional<std::vector<TextEdit>> WriteFirst(const yaml::Document& document, yaml::Node mapping,
                                                std::string_view key, std::string_view value);

// Both edits, or none.
std::optional<std::vector<TextEdit>> Together(std::optional<std::vector<TextEdit>> first,
                                              std::optional<std::vector<TextEdit>> second);

// `first`, then what `second` makes of the document that comes out, as one edit of the file: for
// two edits that would get in each other's way.
std::optional<std::vector<TextEdit>> OneAfterTheOther(
    const SourceFile& file, const std::optional<std::vector<TextEdit>>& first,
    const std::function<std::optional<std::vector<TextEdit>>(const yaml::Document&)>& second);

// Does it point to other places, or say more of itself than its text? Elsewhere it would not mean
// the same.
bool IsBound(yaml::Node node);

// A node that is not bound as a value to be written elsewhere: comments are not taken along.
yaml::Value ValueOf(yaml::Node node);

// The kustomization in a file that kustomize finds by its name: its first document. No such
// document for every other file.
const yaml::Document* KustomizationDocument(const RuleContext& context);

}  // namespace fluxls
