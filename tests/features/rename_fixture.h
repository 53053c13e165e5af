// Renames tried on whole repositories: what the edits make of the files, and whether anything but
// the name is different afterwards.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/build/print.h"
#include "analysis/features/rename.h"
#include "analysis/rules/rule.h"
#include "tests/features/graph_fixture.h"

namespace doctest {
template <>
struct StringMaker<std::vector<std::string>> {
  static String convert(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += "\n    " + line;
    return text.c_str();
  }
};
}  // namespace doctest

namespace fluxls::testing {

// Files written down as one text: a line `%! path` starts each.
inline GraphFixture Repository(std::string_view text) {
  GraphFixture fixture;
  size_t at = text.find("%! ");
  while (at != std::string_view::npos) {
    const size_t line_end = text.find('\n', at);
    const std::string path(text.substr(at + 3, line_end - at - 3));
    const size_t next = text.find("\n%! ", line_end);
    const size_t end = next == std::string_view::npos ? text.size() : next + 1;
    fixture.Write(path, std::string(text.substr(line_end + 1, end - line_end - 1)));
    at = next == std::string_view::npos ? next : next + 1;
  }
  return fixture;
}

// What bootstrap writes, as part of such a text.
inline std::string BootstrapFiles(std::string_view cluster) {
  return fmt::format(R"(%! clusters/{0}/flux-system/gotk-sync.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m
  ref:
    branch: main
  url: https://example.com/fleet.git
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m
  path: ./clusters/{0}
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
)",
                     cluster);
}

struct Pointed {
  Snapshot snapshot;
  build::FleetPtr fleet;
  SourceFilePtr file;
  uint32_t offset = 0;
};

// Behind the first `at` in the file.
inline Pointed PointAt(const GraphFixture& fixture, const std::string& path, std::string_view at) {
  Pointed out{fixture.snapshot(), fixture.Fleet(), nullptr, 0};
  out.file = out.snapshot.Find(fixture.Path(path));
  REQUIRE(out.file);
  const size_t offset = out.file->text->content().find(at);
  REQUIRE_MESSAGE(offset != std::string_view::npos, at);
  out.offset = static_cast<uint32_t>(offset + at.size());
  return out;
}

inline RenameResult Rename(const GraphFixture& fixture, const std::string& path,
                           std::string_view at, const std::string& to) {
  const Pointed where = PointAt(fixture, path, at);
  return RenameAt(where.snapshot, *where.fleet, *where.file, where.offset, to, fixture.disk());
}

// What prepareRename says: the text that would be replaced, or `cannot: ` and why.
inline std::string Prepared(const GraphFixture& fixture, const std::string& path,
                            std::string_view at) {
  const Pointed where = PointAt(fixture, path, at);
  const RenameTarget target =
      PrepareRename(where.snapshot, *where.fleet, *where.file, where.offset);
  if (!target.refusal.empty()) return "cannot: " + target.refusal;
  if (target.name.empty()) return "nothing";
  return std::string(Slice(where.file->text->content(), target.range));
}

// What the edits make of the files, by path.
inline std::map<std::string, std::string> After(const GraphFixture& fixture,
                                                const RenameResult& result) {
  std::map<std::string, std::string> out;
  const Snapshot snapshot = fixture.snapshot();
  for (const FileEdit& edit : result.edits)
    out[edit.path] = ApplyEdits(snapshot.Find(edit.path)->text->content(), edit.edits);
  return out;
}

// The lines that the edits write, `path: line`, in order; the path within the repository.
inline std::vector<std::string> NewLines(const GraphFixture& fixture, const RenameResult& result) {
  std::vector<std::string> out;
  const Snapshot snapshot = fixture.snapshot();
  const auto lines_of = [](std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size() - 1);
      lines.push_back(text.substr(0, end));
      text.remove_prefix(end + 1);
    }
    return lines;
  };
  for (const auto& [path, text] : After(fixture, result)) {
    const auto before = lines_of(snapshot.Find(path)->text->content());
    const auto after = lines_of(text);
    CHECK_EQ(before.size(), after.size());
    for (size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
      if (before[i] == after[i]) continue;
      const size_t begin = after[i].find_first_not_of(" -");
      out.push_back(path.substr(std::string_view("/ws/").size()) + ": " +
                    std::string(after[i].substr(begin)));
    }
  }
  return out;
}

// A line of YAML in which a value or key that is called `from` is called `to`, and `${from` `${to`.
inline std::string WithName(std::string line, const std::string& from, const std::string& to) {
  const size_t value = line.find_last_of(' ') + 1;
  if (line.substr(value) == from) line.replace(value, from.size(), to);
  const size_t key = line.find_first_not_of(" -");
  if (key != std::string::npos && line.substr(key).starts_with(from + ":"))
    line.replace(key, from.size(), to);
  for (const std::string& name :
       {"${" + from, "'" + from + "'", "\"" + from + "\"", "/" + from + "\"", "(" + from + ")"}) {
    for (size_t at = line.find(name); at != std::string::npos; at = line.find(name, at + 2))
      line.replace(line.find(from, at), from.size(), to);
  }
  return line;
}

// All that is applied, object by object, and all findings. The old name reads as the new one.
struct State {
  std::multiset<std::string> objects;
  std::multiset<std::string> findings;
};
inline State StateOf(const GraphFixture& fixture, const std::string& from, const std::string& to) {
  State out;
  const Snapshot snapshot = fixture.snapshot();
  const build::FleetPtr fleet = fixture.Fleet();
  for (const build::FluxBuildPtr& build : fleet->builds()) {
    for (const build::Object& object : build->objects) {
      const std::string title = build->name == from ? to : build->name;
      std::string text = fmt::format("# {} {} {}\n", build->cluster, build->namespace_, title);
      // Keys are printed in order of their names: a new name may have another place.
      std::multiset<std::string> lines;
      std::string yaml = build::PrintYaml(object.root);
      while (!yaml.empty()) {
        const size_t end = yaml.find('\n');
        lines.insert(WithName(yaml.substr(0, end), from, to));
        yaml.erase(0, end == std::string::npos ? end : end + 1);
      }
      for (const std::string& line : lines) text += line + "\n";
      out.objects.insert(text);
    }
  }
  for (const SourceFilePtr& file : snapshot.Files()) {
    for (const Finding& finding : CheckFile(snapshot, *file, fleet.get())) {
      out.findings.insert(
          fmt::format("{}: {}: {}", file->path, finding.rule, WithName(finding.message, from, to)));
    }
  }
  return out;
}

// The rename is made; afterwards the builds are the same but for the name. Returns the findings
// that are new.
inline std::vector<std::string> CheckBuilds(const GraphFixture& fixture, const RenameResult& result,
                                            const std::string& from, const std::string& to) {
  CHECK_EQ(result.refusal, "");
  CHECK_FALSE(result.edits.empty());
  GraphFixture renamed = fixture;
  for (const auto& [path, text] : After(fixture, result))
    renamed.Write(path.substr(std::string_view("/ws/").size()), text);
  const State before = StateOf(fixture, from, to);
  const State after = StateOf(renamed, from, to);
  CHECK_FALSE(before.objects.empty());
  CHECK_EQ(before.objects.size(), after.objects.size());
  for (const std::string& object : after.objects) {
    CHECK_MESSAGE(before.objects.count(object) == after.objects.count(object), object);
  }
  std::vector<std::string> out;
  for (const std::string& finding : after.findings) {
    if (after.findings.count(finding) > before.findings.count(finding)) out.push_back(finding);
  }
  return out;
}
// And no finding is new.
inline void CheckOnlyTheName(const GraphFixture& fixture, const RenameResult& result,
                             const std::string& from, const std::string& to) {
  for (const std::string& finding : CheckBuilds(fixture, result, from, to)) CHECK_EQ(finding, "");
}

}  // namespace fluxls::testing
