// Changes to the entries of one kustomization file, as edits of its text.
//
// Thread contract: pure functions over immutable input.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/rules/listed_paths.h"
#include "analysis/workspace/workspace.h"

namespace fluxls {

// All paths that a kustomization names: ListedPaths, and what its Helm fields name.
std::vector<ListedPath> NamedPaths(yaml::Node root);

// The document of a file that kustomize reads as its kustomization: the first one that holds
// something. None where nobody can edit it safely: templates, another encoding, no kustomization.
const yaml::Document* EditableKustomization(const SourceFile& file);

struct EntryChanges {
  SourceFilePtr file;
  std::map<size_t, std::string> rewritten;  // by index in NamedPaths: the new path
  std::set<size_t> removed;                 // by index in NamedPaths
  struct Added {
    std::string field;    // a list of paths, "resources"
    std::string path;     // relative to the file's directory
    std::string comment;  // that stood behind the entry elsewhere, with its `#`; "" for none
  };
  std::vector<Added> added;
};

// Paths keep their quotes, `./` and a slash at the end. A file of a generator that is named without
// a key keeps the name that it has in the ConfigMap. A list that would be left empty goes, with its
// key. A new entry goes to its place in an ordered list, and to the end of another one. Entries
// that cannot be rewritten stay as they are; nothing when one cannot be removed or added.
std::optional<std::vector<TextEdit>> EditEntries(const EntryChanges& changes);

// The path of an entry that leads to `target` from `directory`, written as `old` is.
std::string PathLike(std::string_view old, std::string_view target, std::string_view directory);

// The comment behind an entry on its line; "" when there is none.
std::string CommentBehind(const SourceFile& file, const yaml::Document& document, yaml::Node item);

}  // namespace fluxls
