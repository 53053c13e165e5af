// Completion of the name in every reference field of the table.
#include <doctest/doctest.h>

#include <algorithm>

#include "analysis/features/completion.h"
#include "tests/features/reference_fixture.h"

namespace fluxls::testing {
namespace {

const std::string kTarget = "clusters/prod/target.yaml";

struct Proposed {
  std::string text;
  CompletionList list;

  std::vector<std::string> Labels() const {
    std::vector<std::string> out;
    for (const CompletionItem& item : list.items) out.push_back(item.label);
    return out;
  }
  // The text with the item called `label`; "" when there is none.
  std::string With(std::string_view label) const {
    for (const CompletionItem& item : list.items) {
      if (item.label != label) continue;
      std::vector<TextEdit> edits = item.more;
      edits.push_back({list.replace, item.text});
      return ApplyEdits(text, edits);
    }
    return "";
  }
  bool Offers(std::string_view label) const { return !With(label).empty(); }
};

// At the reference, whose name is yet to be typed. `lines`: what stands beside it is left out but
// for these keys.
Proposed Ask(const GraphFixture& fixture, std::string text) {
  const size_t at = text.find('^');
  REQUIRE(at != std::string::npos);
  text.erase(at, std::string_view("^wanted").size());
  const yaml::File file = yaml::Parse(text);
  const build::FleetPtr fleet = fixture.Fleet();
  const CompletionOptions options{.snippets = false, .fleet = fleet.get()};
  return {text, Complete(fixture.snapshot(), fixture.Path(kReferrer), text, file,
                         static_cast<uint32_t>(at), options)};
}

std::string Named(std::string text, const std::string& name) {
  text.replace(text.find("wanted"), 6, name);
  return text;
}

// Without the lines of the reference that a completion is to fill in.
std::string Bare(const ReferenceField& field, std::string text) {
  const size_t at = text.find('^');
  for (const std::string key : {"kind: ", "apiVersion: ", "namespace: "}) {
    const std::string line = key +
                             (key == "kind: "         ? TargetKind(field)
                              : key == "apiVersion: " ? ApiOf(TargetKind(field))
                                                      : "elsewhere") +
                             "\n";
    const size_t found = text.find(line, at);
    if (found == std::string::npos) continue;
    const size_t begin = text.rfind('\n', found) + 1;
    text.erase(begin, found + line.size() - begin);
  }
  return text;
}

bool MayNameNamespace(const ReferenceField& field) {
  return field.rule == NamespaceRule::kDefaultOwn || field.rule == NamespaceRule::kAsWritten;
}

TEST_CASE("every reference field: what the cluster has is proposed, and fits in") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    fixture.Write(kTarget, Target(field, "web"));
    const Proposed found = Ask(fixture, Referrer(field, "web"));
    REQUIRE_FALSE(found.list.items.empty());
    CHECK_EQ(found.Labels().front(), "wanted");
    CHECK_EQ(found.With("wanted"), WithoutMark(Referrer(field, "web")));
  }
}

TEST_CASE("every reference field: kind and namespace come along where they are missing") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    fixture.Write(kTarget, Target(field, "elsewhere"));
    const std::string bare = Bare(field, Referrer(field, "elsewhere"));
    const std::string with = Ask(fixture, bare).With("wanted");
    if (!MayNameNamespace(field)) {
      CHECK_EQ(with, "");  // it cannot be reached from here
      continue;
    }
    const size_t name = with.find("name: wanted\n");
    REQUIRE_NE(name, std::string::npos);
    const std::string beside = with.substr(name, with.find("sourceRef:", name) - name);
    CHECK_NE(beside.find("namespace: elsewhere\n"), std::string::npos);
    const bool says_kind = beside.find("kind: " + TargetKind(field) + "\n") != std::string::npos;
    CHECK_EQ(says_kind, field.target.empty() && field.default_kind != TargetKind(field));
  }
}

TEST_CASE("every reference field: what another namespace has only where that may be named") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    fixture.Write(kTarget, Target(field, "elsewhere"));
    // With another namespace written beside it, it cannot be meant.
    CHECK_FALSE(Ask(fixture, Referrer(field, "web")).Offers("wanted"));
    CHECK_EQ(Ask(fixture, Referrer(field, "elsewhere")).Offers("wanted"), MayNameNamespace(field));
  }
}

TEST_CASE("every reference field: what is nowhere is not proposed") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    fixture.Write(kTarget, Named(Target(field, "web"), "another"));
    const Proposed found = Ask(fixture, Referrer(field, "web"));
    CHECK_FALSE(found.Offers("wanted"));
    CHECK(found.Offers("another"));
  }
}

TEST_CASE("every reference field: what only another cluster has comes last") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    fixture.Write("clusters/staging/flux-system/gotk-sync.yaml", Sync("staging"));
    fixture.Write("clusters/staging/target.yaml", Named(Target(field, "web"), "aaa"));
    fixture.Write(kTarget, Target(field, "web"));
    const std::vector<std::string> labels = Ask(fixture, Referrer(field, "web")).Labels();
    CHECK_EQ(labels.front(), "wanted");
    CHECK_EQ(labels.back(), "aaa");
  }
}

TEST_CASE("every reference field: beside what cannot be read, what can is proposed") {
  for (const ReferenceField& field : ReferenceFields()) {
    CAPTURE(field.kind);
    CAPTURE(field.route);
    GraphFixture fixture = WithReferrer(field, "web");
    fixture.Write(kTarget, Target(field, "web"));
    fixture.Write("clusters/prod/tenant.yaml",
                  "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n"
                  "  name: tenant\n  namespace: tenants\nspec:\n  interval: 10m\n  prune: true\n"
                  "  path: ./\n  sourceRef:\n    kind: GitRepository\n    name: tenant\n");
    CHECK(Ask(fixture, Referrer(field, "web")).Offers("wanted"));
  }
}

}  // namespace
}  // namespace fluxls::testing
