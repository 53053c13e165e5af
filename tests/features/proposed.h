// What completion proposes in a small fleet. `|` is the cursor.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "analysis/build/fleet.h"
#include "analysis/features/completion.h"

namespace fluxls::test {

using Files = std::vector<std::pair<std::string, std::string>>;

// A small fleet, and what is proposed in one of its files, whose text may be newer.
struct Repository {
  Snapshot snapshot;
  build::FleetPtr fleet;

  explicit Repository(const Files& files) {
    MemoryFileSystem disk;
    for (const auto& [path, text] : files) disk.Write("/ws/" + path, text);
    Workspace workspace;
    LoadFolders(disk, {"/ws"}, workspace, nullptr);
    snapshot = workspace.snapshot();
    fleet = build::FleetBuilder(nullptr).Build(snapshot);
  }
};

struct Proposed {
  std::string text;  // without the cursor
  CompletionList list;

  std::vector<std::string> Labels() const {
    std::vector<std::string> out;
    for (const CompletionItem& item : list.items) out.push_back(item.label);
    return out;
  }
  const CompletionItem* Find(std::string_view label) const {
    const auto found =
        std::find_if(list.items.begin(), list.items.end(),
                     [&](const CompletionItem& item) { return item.label == label; });
    return found == list.items.end() ? nullptr : &*found;
  }
  std::string Detail(std::string_view label) const {
    const CompletionItem* item = Find(label);
    return item ? item->detail : "not proposed";
  }
  std::string After(std::string_view label) const {
    const CompletionItem* item = Find(label);
    if (!item) return "not proposed";
    std::vector<TextEdit> edits = item->more;
    edits.push_back({list.replace, item->text});
    return ApplyEdits(text, edits);
  }
};

inline Proposed At(const Repository& repository, const std::string& path, std::string text,
                   bool with_fleet = true) {
  const size_t cursor = text.rfind('|');
  REQUIRE(cursor != std::string::npos);
  text.erase(cursor, 1);
  const yaml::File file = yaml::Parse(text);
  const CompletionOptions options{.snippets = false,
                                  .fleet = with_fleet ? repository.fleet.get() : nullptr};
  return {text, Complete(repository.snapshot, "/ws/" + path, text, file,
                         static_cast<uint32_t>(cursor), options)};
}

using Labels = std::vector<std::string>;

inline std::string Object(std::string_view api, std::string_view kind, std::string_view name,
                          std::string_view namespace_, std::string_view rest = "") {
  return fmt::format("apiVersion: {}\nkind: {}\nmetadata:\n  name: {}\n  namespace: {}\n{}", api,
                     kind, name, namespace_, rest);
}
inline std::string Kustomization(std::string_view name, std::string_view path,
                                 std::string_view rest = "") {
  return Object("kustomize.toolkit.fluxcd.io/v1", "Kustomization", name, "flux-system",
                fmt::format("spec:\n  interval: 10m\n  path: {}\n  prune: true\n  sourceRef:\n"
                            "    kind: GitRepository\n    name: flux-system\n{}",
                            path, rest));
}
inline std::string Source(std::string_view kind, std::string_view name,
                          std::string_view namespace_) {
  return Object("source.toolkit.fluxcd.io/v1", kind, name, namespace_,
                "spec:\n  interval: 10m\n  url: https://example.com/x\n");
}

}  // namespace fluxls::test
