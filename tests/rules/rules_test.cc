// Every rule against its own examples: what the documentation shows is what the rule does.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <functional>

#include "tests/rules/fixture.h"

namespace fluxls::test {
namespace {

std::string Lines(const std::vector<Mark>& marks) {
  std::string out;
  for (const Mark& mark : marks) out += ToString(mark) + "\n";
  return out;
}

std::vector<Mark> MarksOf(const Snapshot& snapshot, const std::vector<Finding>& findings,
                          std::string_view rule) {
  std::vector<Mark> marks;
  for (const Finding& finding : findings) {
    if (finding.rule == rule) marks.push_back(ToMark(snapshot, finding));
  }
  std::sort(marks.begin(), marks.end());
  return marks;
}

std::string Others(const std::vector<Finding>& findings, std::string_view rule, Severity least) {
  std::string out;
  for (const Finding& finding : findings) {
    if (finding.rule != rule && finding.severity <= least) {
      out += fmt::format("{}: {} [{}]\n", finding.path, finding.message, finding.rule);
    }
  }
  return out;
}

void ExpectMarks(const Rule& rule, const std::vector<File>& files, const std::vector<Mark>& marks) {
  const Snapshot snapshot = Load(files);
  const std::vector<Finding> findings = CheckAll(snapshot);
  CHECK_EQ(Lines(MarksOf(snapshot, findings, rule.id)), Lines(marks));
  CHECK_EQ(Others(findings, rule.id, Severity::kError), "");
}

void ForEachExample(const std::function<void(const Rule&, const Example&)>& body) {
  for (const Rule* rule : AllRules()) {
    for (const Example& example : rule->examples) {
      CAPTURE(rule->id);
      CAPTURE(example.title);
      body(*rule, example);
    }
  }
}

std::string WithCrLf(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

TEST_CASE("every rule is complete") {
  for (const Rule* rule : AllRules()) {
    CAPTURE(rule->id);
    CHECK(std::ranges::all_of(
        rule->id, [](char c) { return std::islower(c) || std::isdigit(c) || c == '-'; }));
    CHECK_EQ(FindRule(rule->id), rule);
    CHECK(rule->summary.ends_with('.'));
    CHECK_FALSE(rule->examples.empty());
    size_t at = 0;
    for (std::string_view heading : {"## What it does\n", "## Why it matters\n",
                                     "## When it is silent\n", "## Fix\n", "## References\n"}) {
      CAPTURE(heading);
      const size_t found = rule->docs.find(heading, at);
      REQUIRE_NE(found, std::string_view::npos);
      at = found;
    }
  }
  CHECK_EQ(FindRule("no-such-rule"), nullptr);
}

TEST_CASE("bad examples give the findings that they show, and no other rule's errors") {
  ForEachExample([](const Rule& rule, const Example& example) {
    const Fixture fixture = ParseFixture(example.bad);
    CHECK_FALSE(fixture.marks.empty());
    ExpectMarks(rule, fixture.files, fixture.marks);
  });
}

TEST_CASE("bad examples give the same with CRLF") {
  ForEachExample([](const Rule& rule, const Example& example) {
    Fixture fixture = ParseFixture(example.bad);
    for (File& file : fixture.files) file.text = WithCrLf(file.text);
    ExpectMarks(rule, fixture.files, fixture.marks);
  });
}

TEST_CASE("bad examples give the same behind a byte order mark") {
  ForEachExample([](const Rule& rule, const Example& example) {
    Fixture fixture = ParseFixture(example.bad);
    for (File& file : fixture.files) file.text = "\xEF\xBB\xBF" + file.text;
    ExpectMarks(rule, fixture.files, fixture.marks);
  });
}

TEST_CASE("ranges follow a comment of characters beyond the BMP on top") {
  ForEachExample([](const Rule& rule, const Example& example) {
    Fixture fixture = ParseFixture(example.bad);
    // Messages that name a line move on as well; the examples keep to small numbers.
    for (File& file : fixture.files) file.text = "# \xF0\x9F\x9A\x80 fleet\n" + file.text;
    const Snapshot snapshot = Load(fixture.files);
    std::vector<Mark> marks = MarksOf(snapshot, CheckAll(snapshot), rule.id);
    for (Mark& mark : marks) {
      --mark.line;
      mark.message.clear();
    }
    for (Mark& mark : fixture.marks) mark.message.clear();
    CHECK_EQ(Lines(marks), Lines(fixture.marks));
  });
}

TEST_CASE("good examples are clean") {
  ForEachExample([](const Rule& rule, const Example& example) {
    const Fixture fixture = ParseFixture(example.good);
    CHECK(fixture.marks.empty());
    const Snapshot snapshot = Load(fixture.files);
    const std::vector<Finding> findings = CheckAll(snapshot);
    CHECK_EQ(Lines(MarksOf(snapshot, findings, rule.id)), "");
    CHECK_EQ(Others(findings, rule.id, Severity::kWarning), "");
  });
}

TEST_CASE("each fix removes its finding and adds none") {
  ForEachExample([](const Rule&, const Example& example) {
    Fixture fixture = ParseFixture(example.bad);
    CHECK_EQ(FaultsOfFixes(fixture.files), "");
    for (File& file : fixture.files) file.text = WithCrLf(file.text);
    CHECK_EQ(FaultsOfFixes(fixture.files), "");
  });
}

TEST_CASE("the preferred fixes make the good example out of the bad one") {
  ForEachExample([](const Rule& rule, const Example& example) {
    std::vector<File> files = ParseFixture(example.bad).files;
    bool fixed = false;
    for (int round = 0; round < 10; ++round) {
      const Fix* next = nullptr;
      const std::vector<Finding> findings = CheckAll(Load(files));
      for (const Finding& finding : findings) {
        for (const Fix& fix : finding.fixes) {
          if (!next && finding.rule == rule.id && fix.preferred) next = &fix;
        }
      }
      if (!next) break;
      files = Apply(files, *next);
      fixed = true;
    }
    if (!fixed) return;
    const std::vector<File> good = ParseFixture(example.good).files;
    CHECK_EQ(WriteFixture(files, {}, true), WriteFixture(good, {}, true));
  });
}

TEST_CASE("half of an example is no reason to stumble") {
  ForEachExample([](const Rule&, const Example& example) {
    const Fixture fixture = ParseFixture(example.bad);
    for (size_t i = 0; i < fixture.files.size(); ++i) {
      const std::string& text = fixture.files[i].text;
      for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', end + 1)) {
        std::vector<File> files = fixture.files;
        // Up to the line's end, and up to its middle.
        files[i].text = text.substr(0, end);
        CheckAll(Load(files));
        const size_t begin = text.rfind('\n', end - 1) == std::string::npos || end == 0
                                 ? 0
                                 : text.rfind('\n', end - 1) + 1;
        files[i].text = text.substr(0, (begin + end) / 2);
        CheckAll(Load(files));
      }
    }
  });
}

}  // namespace
}  // namespace fluxls::test
