// A rule: id, texts, examples and one check function. One file each; the list is in rules.cc.
//
// A rule does no IO, never sees another file's tree and never computes a position: it names a node
// and a part of it, and the YAML layer answers with the range. Fixes are made with
// analysis/yaml/edit.h.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "analysis/rules/finding.h"
#include "analysis/workspace/workspace.h"
#include "analysis/yaml/tree.h"

namespace fluxls::build {
class Fleet;
}

namespace fluxls {

// A bad and a good form of one thing. Both are documentation and test at once: see tests/rules.
// Text format: `%! path` starts a file; without one the text is the file "example.yaml". A line of
// spaces, `#`, `^` marks and a message stands below the line it speaks of; the marks cover the
// finding's range. A `#` directly in front of the marks is one of them. Such lines are removed
// before parsing.
struct Example {
  std::string_view title;  // one line for the documentation
  std::string_view bad;
  std::string_view good;  // what the preferred fix makes of `bad` where there is one
};

// Which part of a node a finding covers.
enum class Part : uint8_t { kKey, kValue, kPair };

class RuleContext;
struct ApiSites;
struct JudgedReferences;
struct SchemaChoices;
struct SchemaProblem;

struct Rule {
  std::string_view id;  // kebab-case, reads well behind the word "ignore"
  Severity severity;    // in profile `recommended`
  bool house = false;   // raised to a warning by profile `house`
  // Counts in full wherever the file lies. Other rules say no more than "info" about files in a
  // hidden directory (`.archive/`,
  // `.github/`): people park there what no cluster applies.
  bool parked_too = false;
  std::string_view summary;  // one line
  std::string_view docs;  // Markdown with the headings of docs/rules: What it does, Why it matters,
                          // When it is silent, Fix, References
  std::span<const Example> examples;
  void (*check)(RuleContext&);
};

// What a rule sees: one file, and the frozen workspace for questions about names and paths.
class RuleContext {
 public:
  RuleContext(const Snapshot& snapshot, const SourceFile& file, const build::Fleet* fleet,
              std::vector<Finding>& findings);

  const Snapshot& snapshot() const { return snapshot_; }
  const SourceFile& file() const { return file_; }
  // What Flux makes of the workspace; null when nobody has built it. Rules that ask it are then
  // silent.
  const build::Fleet* fleet() const { return fleet_; }
  const std::vector<yaml::Document>& documents() const { return file_.yaml.documents; }

  // Documents of this file that are Kubernetes objects (apiVersion and kind are scalars without
  // templates), items of List kinds included, with what they say they are.
  struct Object {
    const yaml::Document* document;
    yaml::Node root;
    ApiVersion api;
    std::string_view kind;
    std::string_view name;        // metadata.name
    std::string_view namespace_;  // metadata.namespace
  };
  const std::vector<Object>& objects() const { return objects_; }

  // What several rules ask: found out once, by whom it concerns; null until somebody asks.
  struct Memo {
    std::shared_ptr<const ApiSites> api_sites;
    std::shared_ptr<SchemaChoices> schemas;  // by kind
    std::shared_ptr<const std::vector<SchemaProblem>> schema_problems;
    std::shared_ptr<const JudgedReferences> references;
    size_t migrated_bytes = 0;  // of documents that migrate.h has read
  };
  Memo& memo() const { return memo_; }

  // Reports a finding on `part` of `node`; for the value of a pair kKey and kPair are the pair's.
  // The reference is valid until the next report.
  Finding& Report(yaml::Node node, Part part, std::string message,
                  Confidence confidence = Confidence::kHigh);
  Finding& ReportAt(ByteRange range, std::string message,
                    Confidence confidence = Confidence::kHigh);

  // Adds a fix to `finding` that edits this file. Does nothing when there are no edits (or the file
  // cannot be edited).
  Fix* AddFix(Finding& finding, std::string title, std::optional<std::vector<TextEdit>> edits,
              bool safe, bool preferred = true);

 private:
  friend std::vector<Finding> CheckFile(const Snapshot&, const SourceFile&, const build::Fleet*,
                                        const std::function<bool()>&);
  const Snapshot& snapshot_;
  const SourceFile& file_;
  const build::Fleet* fleet_;
  std::vector<Finding>& findings_;
  std::vector<Object> objects_;
  mutable Memo memo_;
  const Rule* rule_ = nullptr;
  Severity severity_ = Severity::kError;
};

// All rules, in the order of the catalogue.
std::span<const Rule* const> AllRules();
const Rule* FindRule(std::string_view id);

// The severity that settings give a rule; nothing when it is off.
std::optional<Severity> SeverityOf(const Rule& rule, const Settings& settings);

// Runs every rule on one file. Findings are ordered, without duplicates, and without those that a
// comment
// `# fluxcd-ls: ignore <id>[, <id>…]` on their line or the line above (or `# fluxcd-ls: ignore-file
// <id>` anywhere) turns off. `fleet` must be made from `snapshot`, or be null. `stop` is asked
// between rules; when it says true the result is incomplete and must be thrown away.
std::vector<Finding> CheckFile(const Snapshot& snapshot, const SourceFile& file,
                               const build::Fleet* fleet,
                               const std::function<bool()>& stop = nullptr);

// The documentation page of a rule as Markdown: what `explain` prints and docs/rules/<id>.md holds.
std::string RuleMarkdown(const Rule& rule);

}  // namespace fluxls
