#include "analysis/rules/apply_fixes.h"

#include <doctest/doctest.h>

namespace fluxls {
namespace {

TextEdit Edit(uint32_t begin, uint32_t end, std::string text) {
  return {{begin, end}, text};
}

Finding Make(std::string rule, std::vector<Fix> fixes, std::string path = "/a") {
  Finding finding;
  finding.path = std::move(path);
  finding.rule = std::move(rule);
  finding.fixes = std::move(fixes);
  return finding;
}

Fix SafeFix(std::string title, std::vector<TextEdit> edits, std::string path = "/a") {
  return {.title = std::move(title), .safe = true, .edits = {{std::move(path), std::move(edits)}}};
}

std::string Titles(const FixPlan& plan) {
  std::string out;
  for (const AppliedFix& fix : plan.applied) out += fix.title + " ";
  return out;
}

TEST_CASE("which of a finding's fixes") {
  Fix first = SafeFix("first", {Edit(0, 1, "x")});
  Fix preferred = SafeFix("preferred", {Edit(0, 1, "y")});
  preferred.preferred = true;
  Fix risky = SafeFix("risky", {Edit(0, 1, "z")});
  risky.safe = false;
  risky.preferred = true;

  CHECK(ChooseFix(Make("r", {first, preferred}), {})->title == "preferred");
  CHECK(ChooseFix(Make("r", {risky, first}), {})->title == "first");
  CHECK(ChooseFix(Make("r", {first, risky}), {.unsafe = true})->title == "risky");
  CHECK_FALSE(ChooseFix(Make("r", {risky}), {}));
  CHECK_FALSE(ChooseFix(Make("r", {SafeFix("nothing", {})}), {}));
  CHECK_FALSE(ChooseFix(Make("r", {}), {.unsafe = true}));
}

TEST_CASE("fixes that touch wait for the next round") {
  std::vector<Finding> findings = {
      Make("r", {SafeFix("one", {Edit(0, 5, "a"), Edit(20, 20, "i")})}),
      Make("r", {SafeFix("overlaps", {Edit(4, 6, "b")})}),
      Make("r", {SafeFix("same-insert", {Edit(20, 20, "j")})}),
      Make("r", {SafeFix("behind-insert", {Edit(20, 22, "k")})}),
      Make("r", {SafeFix("apart", {Edit(6, 8, "c")})}),
      Make("r", {SafeFix("adjacent", {Edit(8, 9, "d")})}),
      Make("r", {SafeFix("other-file", {Edit(0, 5, "e")}, "/b")}),
  };
  FixPlan plan = PlanFixes(findings, {});
  CHECK(Titles(plan) == "one apart adjacent other-file ");
  REQUIRE(plan.edits.size() == 2);
  CHECK(plan.edits[0].path == "/a");
  CHECK(plan.edits[0].edits == std::vector<TextEdit>{Edit(0, 5, "a"), Edit(6, 8, "c"),
                                                     Edit(8, 9, "d"), Edit(20, 20, "i")});
}

TEST_CASE("a rule, a file that may not be edited, renames") {
  Fix rename{.title = "rename", .safe = true, .renames = {{"/a", "/c"}}};
  Fix again{.title = "again", .safe = true, .renames = {{"/b", "/c"}}};
  std::vector<Finding> findings = {Make("x", {SafeFix("edit", {Edit(0, 1, "")})}),
                                   Make("y", {rename}), Make("y", {again})};
  CHECK(Titles(PlanFixes(findings, {})) == "edit rename ");
  CHECK(Titles(PlanFixes(findings, {.rule = "y"})) == "rename ");
  auto may_edit = [](const std::string& path) { return path != "/a"; };
  CHECK(Titles(PlanFixes(findings, {}, may_edit)) == "again ");
}

TEST_CASE("rounds until nothing is left, with a bound") {
  std::string text = "aaaa";
  auto check = [&] {
    std::vector<Finding> findings;
    if (size_t at = text.find('a'); at != std::string::npos) {
      auto begin = static_cast<uint32_t>(at);
      findings.push_back(Make("r", {SafeFix("b", {Edit(begin, begin + 1, "b")})}));
    }
    return findings;
  };
  auto apply = [&](const FixPlan& plan) {
    text = ApplyEdits(text, plan.edits.at(0).edits);
    return check();
  };
  FixRun run = FixUntilStable(check(), {}, nullptr, apply);
  CHECK(text == "bbbb");
  CHECK(run.stable);
  CHECK(run.rounds == 4);
  CHECK(run.applied.size() == 4);

  text = std::string(20, 'a');
  run = FixUntilStable(check(), {}, nullptr, apply);
  CHECK_FALSE(run.stable);
  CHECK(run.rounds == kMaxFixRounds);
}

}  // namespace
}  // namespace fluxls
