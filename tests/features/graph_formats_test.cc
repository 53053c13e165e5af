// The formats: what they say, and that hostile names stay names.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

#include "analysis/text/unicode.h"
#include "tests/features/graph_fixture.h"

namespace fluxls::testing {
namespace {

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

FluxGraph GraphOf(const std::vector<std::string>& names) {
  FluxGraph graph;
  graph.clusters = {"clusters/a\"b<c>&"};
  for (const std::string& name : names) {
    GraphNode node;
    node.kind = "Kustomization";
    node.namespace_ = "flux-system";
    node.name = name;
    node.reason = name;
    graph.nodes.push_back(std::move(node));
  }
  return graph;
}

const std::string kHostile[] = {"a\"b<c>&",
                                "]]>",
                                "</title><script>alert(1)</script>",
                                "-->",
                                "\\\" \\N \\n",
                                "end\"]; n1 -->",
                                "#quot;",
                                "&lt;",
                                "line\nbreak\ttab\r",
                                std::string("nul\0bell\x07", 9),
                                "broken \xC3\x28 \xFF utf-8",
                                "\xEF\xBF\xBF",
                                "名前 🚀",
                                "'single'",
                                "${name}",
                                std::string(5000, 'x')};

FluxGraph HostileGraph() {
  FluxGraph graph = GraphOf({std::begin(kHostile), std::end(kHostile)});
  for (uint32_t i = 1; i < graph.nodes.size(); ++i)
    graph.edges.push_back({i - 1, i, static_cast<EdgeKind>(i % 3)});
  return graph;
}

ShownPlace Nowhere(const GraphNode& node) {
  return {node.name + ".yaml", 1, 1};
}

// Checks that a text is well-formed XML as far as drawings use it: one root, elements nest, every
// attribute is quoted and given once, `<` and `&` are escaped, only the five entities and numbers.
// Gives what is wrong, with the place; "" for nothing.
class XmlCheck {
 public:
  explicit XmlCheck(std::string_view text) : text_(text) {}

  std::string Run() {
    if (FirstInvalidUtf8(text_)) return "not UTF-8";
    while (at_ < text_.size() && error_.empty()) {
      if (text_[at_] == '<') {
        Tag();
      } else {
        Character();
      }
    }
    if (error_.empty() && !open_.empty()) Fail("not closed: " + open_.back());
    if (error_.empty() && roots_ != 1) Fail("not one root");
    return error_;
  }

 private:
  void Fail(const std::string& what) {
    if (error_.empty()) error_ = fmt::format("{} at byte {}", what, at_);
  }
  static bool IsNameCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == ':' || c == '_';
  }
  std::string Name() {
    const size_t begin = at_;
    while (at_ < text_.size() && IsNameCharacter(text_[at_])) ++at_;
    if (at_ == begin) Fail("a name was expected");
    return std::string(text_.substr(begin, at_ - begin));
  }
  bool Skip(char c) {
    if (at_ < text_.size() && text_[at_] == c) {
      ++at_;
      return true;
    }
    return false;
  }
  void Character() {
    const char c = text_[at_];
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') return Fail("control");
    if (open_.empty() && c != '\n' && c != ' ') return Fail("text outside of the root");
    if (text_.substr(at_, 3) == "]]>") return Fail("]]> in text");
    if (c == '&') {
      const size_t end = text_.find(';', at_);
      const std::string_view entity =
          end == std::string_view::npos ? "" : text_.substr(at_ + 1, end - at_ - 1);
      const bool known = entity == "amp" || entity == "lt" || entity == "gt" || entity == "quot" ||
                         (entity.size() > 1 && entity[0] == '#');
      if (!known) return Fail("a bare &");
      at_ = end;
    }
    ++at_;
  }
  void Tag() {
    ++at_;
    if (Skip('/')) {
      const std::string name = Name();
      if (open_.empty() || open_.back() != name) return Fail("closes what is not open: " + name);
      open_.pop_back();
      if (!Skip('>')) Fail("> was expected");
      return;
    }
    const std::string name = Name();
    if (open_.empty()) ++roots_;
    std::vector<std::string> seen;
    while (error_.empty()) {
      if (Skip('>')) {
        open_.push_back(name);
        return;
      }
      if (Skip('/')) {
        if (!Skip('>')) Fail("> was expected");
        return;
      }
      if (!Skip(' ')) return Fail("a blank was expected");
      const std::string attribute = Name();
      if (std::find(seen.begin(), seen.end(), attribute) != seen.end()) return Fail("given twice");
      seen.push_back(attribute);
      if (!Skip('=') || !Skip('"')) return Fail("=\" was expected");
      open_.push_back(attribute);
      while (at_ < text_.size() && text_[at_] != '"' && error_.empty()) {
        if (text_[at_] == '<') return Fail("< in an attribute");
        Character();
      }
      open_.pop_back();
      if (!Skip('"')) return Fail("\" was expected");
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<std::string> open_;
  int roots_ = 0;
  std::string error_;
};

std::string WhatIsWrong(std::string_view xml) {
  return XmlCheck(xml).Run();
}

void CheckLayout(const FluxGraph& graph) {
  const GraphLayout layout = LayOut(graph);
  REQUIRE_EQ(layout.boxes.size(), graph.nodes.size());
  REQUIRE_EQ(layout.lines.size(), graph.edges.size());
  REQUIRE_EQ(layout.frames.size(), graph.clusters.size());
  auto right = [](const DrawnBox& box) { return box.x + box.width; };
  auto bottom = [](const DrawnBox& box) { return box.y + box.height; };
  auto overlap = [&](const DrawnBox& a, const DrawnBox& b) {
    return a.x < right(b) && b.x < right(a) && a.y < bottom(b) && b.y < bottom(a);
  };
  auto check_texts = [&](const DrawnBox& box) {
    REQUIRE(box.width > 0);
    for (const std::string& line : box.lines)
      REQUIRE(LettersIn(line) * kLetterWidth + 2 * kBoxPadding <= box.width);
    REQUIRE(static_cast<int>(box.lines.size()) * kLineHeight <= box.height);
  };
  size_t overlaps = 0;
  for (size_t i = 0; i < layout.boxes.size(); ++i) {
    const DrawnBox& box = layout.boxes[i];
    check_texts(box);
    const DrawnBox& frame = layout.frames[graph.nodes[i].cluster];
    REQUIRE((box.x >= frame.x && right(box) <= right(frame)));
    REQUIRE((box.y >= frame.y && bottom(box) <= bottom(frame)));
    for (size_t j = 0; j < i; ++j) overlaps += overlap(box, layout.boxes[j]) ? 1 : 0;
  }
  for (size_t i = 0; i < layout.frames.size(); ++i) {
    REQUIRE(right(layout.frames[i]) <= layout.width);
    REQUIRE(bottom(layout.frames[i]) <= layout.height);
    for (size_t j = 0; j < i; ++j) overlaps += overlap(layout.frames[i], layout.frames[j]) ? 1 : 0;
  }
  CHECK_EQ(overlaps, 0);
  auto on_side = [&](const DrawnBox& box, int x, int y) {
    return (x == box.x || x == right(box)) && y >= box.y && y <= bottom(box);
  };
  for (size_t i = 0; i < graph.edges.size(); ++i) {
    const DrawnLine& line = layout.lines[i];
    REQUIRE(on_side(layout.boxes[graph.edges[i].from], line.x1, line.y1));
    REQUIRE(on_side(layout.boxes[graph.edges[i].to], line.x2, line.y2));
    // It leaves its box instead of crossing it.
    REQUIRE((line.bend1 > 0) == (line.x1 == right(layout.boxes[graph.edges[i].from])));
  }
}

// Some clusters of many nodes at many levels, with edges at random (but the same each time).
FluxGraph ManyNodes(uint32_t count) {
  FluxGraph graph;
  graph.clusters = {"a", "b", "a-cluster/with-a-very-long-directory/that-is-wider/than-its-boxes"};
  uint32_t random = 12345;
  auto next = [&random] { return random = random * 1664525U + 1013904223U; };
  for (uint32_t i = 0; i < count; ++i) {
    GraphNode node;
    node.cluster = i * 2 / count;
    node.kind = "HelmRelease";
    node.namespace_ = "n";
    node.name = "release-" + std::string(next() % 60, 'x');
    node.level = next() % 7;
    node.never_ready = next() % 5 == 0;
    graph.nodes.push_back(std::move(node));
  }
  for (uint32_t i = 0; i < 2 * count; ++i) {
    const uint32_t from = next() % count;
    const uint32_t to = next() % count;
    graph.edges.push_back({from, to, static_cast<EdgeKind>(next() % 3)});
  }
  return graph;
}

}  // namespace

TEST_CASE("the check of XML finds what is wrong") {
  CHECK_EQ(WhatIsWrong("<a b=\"c\"><d/>x &amp; y</a>\n"), "");
  for (const char* bad :
       {"<a>", "<a></b>", "<a/><b/>", "<a b=\"1\" b=\"2\"/>", "<a b=c/>", "<a>&</a>",
        "<a>&nbsp;</a>", "<a b=\"<\"/>", "x<a/>", "<a>]]></a>", "<a>\x01</a>", "<a>\xFF</a>", ""}) {
    INFO(bad);
    CHECK_NE(WhatIsWrong(bad), "");
  }
}

TEST_CASE("the drawing is well-formed XML, whatever is in the names") {
  CHECK_EQ(WhatIsWrong(GraphSvg(HostileGraph(), Nowhere)), "");
  CHECK_EQ(WhatIsWrong(GraphSvg(FluxGraph(), Nowhere)), "");
  for (const std::string& name : kHostile) {
    INFO(name);
    CHECK_EQ(WhatIsWrong(GraphSvg(GraphOf({name}), Nowhere)), "");
  }
}

TEST_CASE("a page starts no script but its own, and loads nothing") {
  const FluxGraph graph = HostileGraph();
  const std::string page = GraphHtml(graph, Nowhere, GraphSvg(graph, Nowhere));
  CHECK_FALSE(FirstInvalidUtf8(page).has_value());
  size_t scripts = 0;
  for (size_t at = 0; (at = page.find("<script", at)) != std::string::npos; ++at) ++scripts;
  CHECK_EQ(scripts, 1);
  CHECK(Has(page, "&lt;script&gt;alert(1)"));
  for (const char* part : {"src=", "href=", "url(http", "@import", "fetch("})
    CHECK_FALSE(Has(page, part));
  CHECK(Has(page, "data-node=\"n0\""));
  CHECK(Has(page, "id=\"n0\""));
  // Graphviz' prolog does not get into the page.
  const std::string foreign =
      GraphHtml(graph, Nowhere, "<?xml version=\"1.0\"?>\n<!DOCTYPE svg>\n<svg/>");
  CHECK_FALSE(Has(foreign, "<?xml"));
}

TEST_CASE("boxes do not overlap, texts fit, lines end at their boxes") {
  CheckLayout(HostileGraph());
  CheckLayout(ManyNodes(400));
  CheckLayout(ManyNodes(3));
  CheckLayout(FluxGraph());
  GraphFixture fixture;
  fixture.Write("clusters/prod/all.yaml", KustomizationYaml("a", "./a", DependsOn("b")) +
                                              KustomizationYaml("b", "./b", DependsOn("a")));
  fixture.Write("a/release.yaml", ReleaseYaml("web", "charts"));
  fixture.Write("b/repository.yaml", RepositoryYaml("charts"));
  CheckLayout(fixture.Graph());
}

TEST_CASE("in dot a quoted text ends at its own quote only") {
  const std::string dot = GraphDot(HostileGraph(), Nowhere);
  CHECK_FALSE(FirstInvalidUtf8(dot).has_value());
  CHECK(Has(dot, R"(label="Kustomization\nflux-system/a\"b<c>&amp;")"));
  CHECK(Has(dot, R"(label="Kustomization\nflux-system/\\\" \\N \\n")"));
  size_t lines = 0;
  for (size_t at = 0; at < dot.size();) {
    const size_t end = dot.find('\n', at);
    const std::string line = dot.substr(at, end - at);
    bool quoted = false;
    for (size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '\\') {
        ++i;
      } else if (line[i] == '"') {
        quoted = !quoted;
      }
    }
    INFO(line);
    CHECK_FALSE(quoted);
    ++lines;
    at = end + 1;
  }
  CHECK_GT(lines, std::size(kHostile) * 2);
}

TEST_CASE("in Mermaid nothing that has a meaning is left in a text") {
  const std::string text = GraphMermaid(GraphOf({"a\"b<c>&", "]; x#1"}));
  CHECK(Has(text, "flux-system/a#34;b#60;c#62;#38;\"]:::ok\n"));
  CHECK(Has(text, "flux-system/#93;#59; x#35;1\"]:::ok\n"));
  CHECK(Has(text, "subgraph c0[\"clusters/a#34;b#60;c#62;#38;\"]\n"));
}

TEST_CASE("JSON escapes and replaces") {
  const std::string json = GraphJson(HostileGraph(), Nowhere);
  CHECK_FALSE(FirstInvalidUtf8(json).has_value());
  CHECK(Has(json, R"("name": "a\"b<c>&")"));
  CHECK(Has(json, R"("name": "\\\" \\N \\n")"));
  CHECK(Has(json, "\"name\": \"nul\xEF\xBF\xBD"));
  CHECK_EQ(GraphJson(FluxGraph(), Nowhere), "{\n  \"version\": 1,\n  \"clusters\": []\n}\n");
}

TEST_CASE("text goes level by level") {
  GraphFixture fixture;
  fixture.Write("clusters/prod/all.yaml",
                KustomizationYaml("infrastructure", "./infrastructure") +
                    KustomizationYaml("apps", "./apps", DependsOn("infrastructure")) +
                    KustomizationYaml("a", "./a", DependsOn("b")) +
                    KustomizationYaml("b", "./a", DependsOn("a")));
  fixture.Write("infrastructure/repository.yaml", RepositoryYaml("podinfo"));
  fixture.Write("apps/podinfo.yaml", ReleaseYaml("podinfo", "podinfo"));
  fixture.Write("a/kustomization.yaml", "{}\n");
  CHECK_EQ(GraphText(fixture.Graph(), [](const GraphNode&) { return ShownPlace{}; }),
           "cluster clusters/prod: Kustomizations 4, HelmReleases 1, sources 2\n"
           "  level 0\n"
           "    Kustomization flux-system/a  [in a cycle]\n"
           "      depends on flux-system/b\n"
           "      source GitRepository flux-system/flux-system\n"
           "    Kustomization flux-system/b  [in a cycle]\n"
           "      depends on flux-system/a\n"
           "      source GitRepository flux-system/flux-system\n"
           "    Kustomization flux-system/infrastructure\n"
           "      source GitRepository flux-system/flux-system\n"
           "  level 1\n"
           "    Kustomization flux-system/apps\n"
           "      depends on flux-system/infrastructure\n"
           "      source GitRepository flux-system/flux-system\n"
           "  level 2\n"
           "    HelmRelease web/podinfo\n"
           "      source HelmRepository web/podinfo\n"
           "  sources\n"
           "    GitRepository flux-system/flux-system  [unknown]\n"
           "      ! nothing here applies it; it may be made elsewhere\n"
           "    HelmRepository web/podinfo\n"
           "  cycle, never ready: Kustomization flux-system/a, Kustomization flux-system/b\n");
}

}  // namespace fluxls::testing
