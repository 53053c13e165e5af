// Our reader against libyaml on generated documents: the same texts must be accepted, with the same
// number of nodes. Where the two may differ is listed in kExceptions, each with its reason;
// everything else fails the test.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <sstream>

#include "analysis/yaml/tree.h"
#include "tests/support/reread.h"

namespace fluxls::yaml {
namespace {

// Nodes (keys, values, collections, aliases) of a text, or nothing where it is not accepted.
std::optional<int> CountByLibyaml(const std::string& text, std::string* problem = nullptr) {
  yaml_parser_t parser;
  yaml_parser_initialize(&parser);
  yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()),
                               text.size());
  int nodes = 0;
  std::vector<std::string> anchors;
  bool ok = true;
  for (bool done = false; ok && !done;) {
    yaml_event_t event;
    if (!yaml_parser_parse(&parser, &event)) {
      if (problem) *problem = parser.problem ? parser.problem : "?";
      ok = false;
      break;
    }
    auto anchor = [&](const yaml_char_t* name) {
      if (name) anchors.emplace_back(reinterpret_cast<const char*>(name));
    };
    switch (event.type) {
      case YAML_SCALAR_EVENT:
        anchor(event.data.scalar.anchor);
        ++nodes;
        break;
      case YAML_SEQUENCE_START_EVENT:
        anchor(event.data.sequence_start.anchor);
        ++nodes;
        break;
      case YAML_MAPPING_START_EVENT:
        anchor(event.data.mapping_start.anchor);
        ++nodes;
        break;
      case YAML_ALIAS_EVENT: {
        std::string name = reinterpret_cast<const char*>(event.data.alias.anchor);
        ok = std::find(anchors.begin(), anchors.end(), name) != anchors.end();
        if (!ok && problem) *problem = "undefined alias";
        ++nodes;
        break;
      }
      case YAML_DOCUMENT_START_EVENT:
        anchors.clear();
        break;
      case YAML_STREAM_END_EVENT:
        done = true;
        break;
      default:
        break;
    }
    yaml_event_delete(&event);
  }
  yaml_parser_delete(&parser);
  return ok ? std::optional(nodes) : std::nullopt;
}

std::optional<int> CountByUs(const std::string& text, std::string* problem = nullptr) {
  File file = Parse(text);
  int nodes = 0;
  for (const Document& document : file.documents) {
    if (document.HasErrors()) {
      if (problem) *problem = document.errors()[0].message;
      return std::nullopt;
    }
    document.root().Visit([&](Node) { ++nodes; });
  }
  return nodes;
}

// Where the verdicts may differ. `libyaml`: its complaint about a text that we accept; empty when
// it is we who complain, with `ours`.
struct Exception {
  std::string_view libyaml;
  std::string_view ours;
  std::string_view reason;
};
constexpr Exception kExceptions[] = {
    {"alphabetic or numeric character", "",
     "YAML 1.2 allows any character but blanks and brackets in an anchor's name"},
    {"expected whitespace or line break", "",
     "a tag glued to its value (`!\"x\"`): meaningless either way"},
    {"unexpected non-alphabetical character", "", "the same with odd characters in the tag"},
    {"cannot start any token", "", "odd characters in an anchor's or tag's name"},
    {"expected <document start>", "", "behind `...` YAML 1.2 needs no `---`"},
    {"directive name", "",
     "a line that starts with % between documents is no directive to the parser"},
    {"unknown escape character", "", "the parser, and the one of Go, know \\' in double quotes"},
    {"mapping values are not allowed", "",
     "`&n:0` is an anchor to one and an anchor and a colon to the other"},
    {"mapping keys are not allowed", "", "`&n?` likewise"},
    {"expected node content", "", "`{:k: v}`: YAML 1.2 lets a plain key start with a colon"},
    {"", "the document is complete before it", "a lone `!`"},
    {"(accepted)", "",
     "`&a: b`: the colon is part of the anchor's name to one, ends it for the other"},
    {"", "fits no line above", "`?` of complex keys, with a nested list on its line"},
    {"", "list item where a key", "a tag on a line of its own, before a dash"},
};

class Generator {
 public:
  explicit Generator(uint32_t seed) : random_(seed) {}

  std::string Stream() {
    std::string out;
    int documents = Roll(3) == 0 ? 2 + Roll(2) : 1;
    for (int i = 0; i < documents; ++i) {
      anchors_.clear();
      if (i > 0 || Roll(2)) out += Roll(4) ? "---\n" : "--- # head\n";
      out += Roll(4) ? Mapping(0, 4) : Sequence(0, 4);
      if (Roll(6) == 0) out += "...\n";
    }
    return out;
  }

  // One small slip of the keyboard.
  std::string Slip(std::string text) {
    if (text.empty()) return text;
    size_t at = static_cast<size_t>(Roll(static_cast<int>(text.size())));
    constexpr std::string_view kTyped = " :-#\n\"'[]{},&*!|>?a0@%`";
    switch (Roll(3)) {
      case 0:
        text.erase(at, 1);
        break;
      case 1:
        text.insert(at, 1, kTyped[static_cast<size_t>(Roll(static_cast<int>(kTyped.size())))]);
        break;
      default:
        text[at] = kTyped[static_cast<size_t>(Roll(static_cast<int>(kTyped.size())))];
        break;
    }
    return text;
  }

  int Roll(int sides) { return static_cast<int>(random_() % static_cast<uint32_t>(sides)); }

 private:
  std::string Pad(int n) { return std::string(static_cast<size_t>(n), ' '); }

  std::string Word() {
    constexpr const char* kWords[] = {"spec", "name", "kind",   "HelmRelease", "flux-system",
                                      "1h",   "true", "3",      "./apps/base", "https://x.y/z",
                                      "grün", "😀",    "${VAR}", "a b",         "x:y",
                                      "v1#2", "null", "~"};
    return kWords[Roll(static_cast<int>(std::size(kWords)))];
  }
  std::string Key() {
    constexpr const char* kKeys[] = {"a",   "b-c",   "spec", "apiVersion", "\"q k\"",
                                     "'s'", "x.y/z", "${K}", "grün"};
    return fmt::format("{}{}", kKeys[Roll(static_cast<int>(std::size(kKeys)))], Roll(4) ? "" : " ");
  }
  std::string Properties() {
    std::string out;
    if (Roll(12) == 0) out += "!tag ";
    if (Roll(10) == 0) {
      anchors_.push_back(fmt::format("n{}", anchors_.size()));
      out += "&" + anchors_.back() + " ";
    }
    return out;
  }
  std::string Comment() { return Roll(6) ? "" : "  # comment: x"; }

  std::string Flow(int depth) {
    if (depth <= 0 || Roll(3) == 0) {
      if (Roll(3) == 0) return "\"q, \\\"x\\\"\"";
      if (Roll(3) == 0) return "'it''s'";
      std::string word = Word();
      return word == "x:y" || word == "${VAR}" ? "w" : word;
    }
    bool mapping = Roll(2) != 0;
    std::string out(1, mapping ? '{' : '[');
    int size = Roll(4);
    for (int i = 0; i < size; ++i) {
      if (i) out += Roll(5) ? ", " : ",";
      if (mapping) out += fmt::format("k{}: ", i);
      out += Flow(depth - 1);
    }
    return out + (mapping ? '}' : ']');
  }

  // What stands behind `key:` or `-`, its line end included. `indent` is that of the key or dash.
  std::string Rest(int indent, int depth, bool item) {
    int choice = Roll(12);
    if (choice == 0 && !anchors_.empty())
      return " *" + anchors_[static_cast<size_t>(Roll(static_cast<int>(anchors_.size())))] +
             Comment() + "\n";
    if (choice == 1) return Comment() + "\n";
    if (choice == 2) return " " + Properties() + Flow(3) + Comment() + "\n";
    if (choice == 3) {
      // Behind a dash the parser needs the way round of hidden_properties.cc; it is tested where
      // there is one.
      std::string out = " " + Properties();
      constexpr const char* kHeaders[] = {"|", ">", "|-", ">-", "|+", ">+"};
      out += std::string(kHeaders[Roll(6)]) + "\n";
      int lines = 1 + Roll(3);
      for (int i = 0; i < lines; ++i) out += Pad(indent + 2) + Word() + (Roll(4) ? "\n" : "\n\n");
      return out;
    }
    if (choice == 4) return " " + Properties() + "\"double \\n \\u00e9 '#'\"" + Comment() + "\n";
    if (choice == 5) return " 'single \"x\"'" + Comment() + "\n";
    if (choice == 6) return fmt::format(" folded plain\n{}text\n", Pad(indent + 2));
    if (depth > 0 && choice < 10) {
      bool mapping = Roll(3) != 0;
      if (item)
        return mapping
                   ? " " + Mapping(indent + 2, depth - 1).substr(static_cast<size_t>(indent + 2))
                   : "\n" + Sequence(indent + 2, depth - 1);
      std::string properties = Roll(8) ? "" : " " + Properties();
      while (!properties.empty() && properties.back() == ' ') properties.pop_back();
      int inner = mapping || Roll(2) ? indent + 2 : indent;
      return properties + Comment() + "\n" +
             (mapping ? Mapping(inner, depth - 1) : Sequence(inner, depth - 1));
    }
    return " " + Properties() + Word() + Comment() + "\n";
  }

  std::string Mapping(int indent, int depth) {
    std::string out;
    int size = 1 + Roll(4);
    for (int i = 0; i < size; ++i) {
      if (i > 0 && Roll(8) == 0) out += Pad(indent) + "# comment\n";
      out += Pad(indent) + Key() + ":" + Rest(indent, depth, false);
    }
    return out;
  }
  std::string Sequence(int indent, int depth) {
    std::string out;
    int size = 1 + Roll(4);
    for (int i = 0; i < size; ++i) out += Pad(indent) + "-" + Rest(indent, depth, true);
    return out;
  }

  std::mt19937 random_;
  std::vector<std::string> anchors_;
};

}  // namespace

TEST_CASE("generated documents: libyaml and we accept the same and count the same nodes") {
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    std::string text = Generator(seed).Stream();
    std::string theirs;
    std::string ours;
    std::optional<int> expected = CountByLibyaml(text, &theirs);
    std::optional<int> found = CountByUs(text, &ours);
    CAPTURE(text);
    CAPTURE(theirs);
    CAPTURE(ours);
    CHECK(expected == found);
    CHECK(test::CheckTree(text, Parse(text)) == "");
  }
}

TEST_CASE(
    "generated slips of the keyboard: the same verdict as libyaml, but for the listed exceptions") {
  int agreed = 0;
  int rejected = 0;
  int excused = 0;
  for (uint32_t seed = 0; seed < 6000; ++seed) {
    Generator generator(seed);
    std::string text = generator.Slip(generator.Stream());
    std::string theirs;
    std::string ours;
    std::optional<int> expected = CountByLibyaml(text, &theirs);
    std::optional<int> found = CountByUs(text, &ours);
    if (expected && found && text.find('&') != std::string::npos) theirs = "(accepted)";
    if (expected == found) {
      ++agreed;
      rejected += !found.has_value();
      continue;
    }
    bool listed =
        std::any_of(std::begin(kExceptions), std::end(kExceptions), [&](const Exception& e) {
          return e.libyaml.empty()
                     ? !found && expected && ours.find(e.ours) != std::string::npos
                     : found && !theirs.empty() && theirs.find(e.libyaml) != std::string::npos;
        });
    excused += listed;
    CAPTURE(text);
    CAPTURE(theirs);
    CAPTURE(ours);
    CHECK(listed);
  }
  MESSAGE(agreed << " agreed (" << rejected << " rejected), " << excused << " listed exceptions");
  CHECK(excused < 60);  // one in a hundred; more would mean that an exception hides something
}

}  // namespace fluxls::yaml
