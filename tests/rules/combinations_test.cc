// Every rule of the catalogue about fields that go together, once kept and once broken:
// combinations/*.yaml.
//
// A document begins with a line `# accepts: EXPRESSION` or `# rejects: EXPRESSION`, the expression
// as the data has it; for a rule that older releases had in another form `# at: 2.7` follows.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "analysis/rules/cel.h"
#include "schemas/embedded.h"
#include "schemas/schema_text.h"
#include "tests/rules/fixture.h"

namespace fluxls::test {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::string text;
  std::string expression;
  bool accepts = false;
  std::optional<FluxRelease> release;
};

// The rest of the first line that begins with `mark`.
std::optional<std::string> Marked(const std::string& text, const std::string& mark) {
  const size_t at = text.find(mark);
  if (at == std::string::npos) return std::nullopt;
  const size_t begin = at + mark.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

std::vector<Case> ReadCases() {
  std::vector<Case> cases;
  for (const auto& entry :
       fs::directory_iterator(fs::path(FLUXLS_SOURCE_DIR) / "tests/rules/combinations")) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::string all((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    while (!all.empty()) {
      const size_t end = std::min(all.find("\n---\n"), all.size());
      Case item{.text = all.substr(0, end) + "\n"};
      all.erase(0, std::min(end + 5, all.size()));
      if (const auto accepted = Marked(item.text, "# accepts: ")) {
        item.accepts = true;
        item.expression = *accepted;
      } else if (const auto rejected = Marked(item.text, "# rejects: ")) {
        item.expression = *rejected;
      }
      if (const auto at = Marked(item.text, "# at: ")) item.release = ParseFluxRelease(*at);
      cases.push_back(std::move(item));
    }
  }
  return cases;
}

std::vector<Finding> Check(const Case& item) {
  Settings settings;
  settings.flux_release = item.release.value_or(kNewestRelease);
  std::vector<Finding> findings = CheckAll(Load({{"example.yaml", item.text}}, settings));
  std::erase_if(findings,
                [](const Finding& finding) { return finding.rule != "invalid-combination"; });
  return findings;
}

void CollectRules(const schema::Field& field, std::set<std::string>& out) {
  for (const schema::Rule& rule : field.rules) {
    // Compares with what was there before: nothing that a file can say.
    if (rule.expression.find("oldSelf") == std::string::npos) out.insert(rule.expression);
  }
  for (const schema::Field& child : field.fields) CollectRules(child, out);
}

void FindMessages(const schema::Field& field, const std::string& expression,
                  std::set<std::string>& out) {
  for (const schema::Rule& rule : field.rules) {
    if (rule.expression == expression) out.insert(rule.message);
  }
  for (const schema::Field& child : field.fields) FindMessages(child, expression, out);
}

TEST_CASE("fields that go together: each rule is kept once and broken once") {
  std::map<std::string, std::pair<int, int>> covered;  // accepted, rejected
  for (const Case& item : ReadCases()) {
    CAPTURE(item.text);
    REQUIRE_FALSE(item.expression.empty());
    ++(item.accepts ? covered[item.expression].first : covered[item.expression].second);
    const std::vector<Finding> findings = Check(item);
    if (item.accepts) {
      CHECK(findings.empty());
      continue;
    }
    std::set<std::string> messages;
    for (const schema::DataFile& file : schema::DataFiles()) {
      schema::KindSchema schema;
      schema::ReadSchema(file.text, schema);
      FindMessages(schema.root, item.expression, messages);
    }
    REQUIRE_FALSE(messages.empty());
    CHECK(std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
      return std::any_of(messages.begin(), messages.end(), [&](const std::string& message) {
        return finding.message.ends_with(": " + message);
      });
    }));
  }
  for (const schema::DataFile& file : schema::DataFiles()) {
    schema::KindSchema schema;
    schema::ReadSchema(file.text, schema);
    std::set<std::string> rules;
    CollectRules(schema.root, rules);
    for (const std::string& rule : rules) {
      CAPTURE(file.name);
      CAPTURE(rule);
      CHECK(covered[rule].first > 0);
      CHECK(covered[rule].second > 0);
    }
  }
}

}  // namespace
}  // namespace fluxls::test
