// fluxcd-bench-navigation SERVER : questions about names in a repository of 10,000 documents, from
// outside through the real binary.
//
// An answer is measured from the request to the response, both pipes in it. A name edit is measured
// from didChange to the last publishDiagnostics of the documents that speak of the name; all of
// them are open.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>

#include "tests/bench/editor.h"
#include "tests/bench/measure.h"
#include "tests/bench/team_repository.h"

namespace {

using namespace fluxls::bench;
using namespace fluxls::testing;
namespace fs = std::filesystem;

std::string Read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

struct Place {
  int line = 0;
  int character = 0;
};

// One letter into the first occurrence of `what` behind the last one of `after`.
Place PlaceOf(const std::string& text, std::string_view after, std::string_view what) {
  const size_t start = text.rfind(after);
  const size_t at = start == std::string::npos ? start : text.find(what, start);
  if (at == std::string::npos) throw std::runtime_error(fmt::format("\"{}\" is missing", what));
  const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  const size_t newline = text.rfind('\n', at);
  return {static_cast<int>(line), static_cast<int>(at - newline)};
}

// How often the same is asked.
constexpr int kTimes = 100;

void Ask(Editor& editor, const std::string& what, const std::string& method, Place place,
         const Json& more, double target) {
  std::vector<double> times;
  size_t results = 0;
  for (int i = 0; i < kTimes; ++i) {
    const auto start = Clock::now();
    const Json answer = editor.At(method, place.line, place.character, more);
    times.push_back(Since(start));
    if (answer.is_null() || answer.empty()) throw std::runtime_error(what + ": no answer");
    results = answer.is_array() ? answer.size() : answer.value("changes", Json::object()).size();
  }
  Row(fmt::format("{}{}, p50", what, results ? fmt::format(" ({} results)", results) : ""),
      Percentile(times, 0.5), "ms");
  Row(fmt::format("{}, p95", what), Percentile(times, 0.95), "ms", target);
}

// Types a word of single letters, and asks behind each.
void Complete(Editor& editor, const std::string& what, Place start, std::string_view word,
              double target) {
  std::vector<double> times;
  while (times.size() < kTimes) {
    int column = start.character;
    for (const char letter : word) {
      times.push_back(editor.Complete(start.line, column, std::string(1, letter).c_str()));
      ++column;
    }
    editor.Type(start.line, start.character, start.line, column, "");
  }
  Row(fmt::format("{}, p50", what), Percentile(times, 0.5), "ms");
  Row(fmt::format("{}, p95", what), Percentile(times, 0.95), "ms", target);
}

// Types into the name of the last opened document and waits for what is said of the references in
// `others`.
void EditName(Editor& editor, const std::set<std::string>& others, Place place, double target) {
  std::vector<double> times;
  for (int i = 0; i < kTimes; ++i) {
    const bool away = i % 2 == 0;
    std::set<std::string> waiting = others;
    const auto start = Clock::now();
    if (away) {
      editor.Change(place.line, place.character, place.line, place.character, "x");
    } else {
      editor.Change(place.line, place.character, place.line, place.character + 1, "");
    }
    while (!waiting.empty()) {
      const Json published = editor.client().WaitFor(
          "textDocument/publishDiagnostics",
          [&](const Json& params) {
            const std::string uri = params["uri"];
            const Json& list = params["diagnostics"];
            const bool told = std::any_of(list.begin(), list.end(), [](const Json& diagnostic) {
              const std::string code = diagnostic.value("code", "");
              return code == "unresolved-reference" || code == "wrong-reference-namespace";
            });
            return waiting.contains(uri) && told == away;
          },
          Milliseconds(20000));
      waiting.erase(published["uri"].get<std::string>());
    }
    times.push_back(Since(start));
    // What goes on behind must not be taken for the price of the next edit.
    editor.client().Idle(Milliseconds(400));
  }
  Row(fmt::format("a name edit to {} other documents, p50", others.size()), Percentile(times, 0.5),
      "ms");
  Row(fmt::format("a name edit to {} other documents, p95", others.size()), Percentile(times, 0.95),
      "ms", target);
}

void Run(const std::string& server, const fs::path& root) {
  WriteTeamRepository(root, 10);
  fmt::print("\nNames: 10,000 documents, two clusters\n");
  const auto path_of = [&root](int app) {
    return root / fmt::format("apps/team-49/app-49-{}.yaml", app);
  };
  Editor editor(server, root);
  std::set<std::string> opened;
  for (int app = 0; app < 10; app += 2) {
    editor.Open(path_of(app), Read(path_of(app)));
    opened.insert(editor.uri());
  }
  editor.client().Idle(Milliseconds(2000));

  const Json all = {{"context", {{"includeDeclaration", true}}}};
  const Json new_name = {{"newName", "fresh"}};
  const std::string few = Read(path_of(8));
  const Place source = PlaceOf(few, "sourceRef", "team-49");
  Ask(editor, "definition", "textDocument/definition", source, {}, 10);
  Ask(editor, "hover", "textDocument/hover", source, {}, 10);
  Ask(editor, "references", "textDocument/references", source, all, 10);
  Ask(editor, "highlight", "textDocument/documentHighlight", source, {}, 10);
  Ask(editor, "rename preparation", "textDocument/prepareRename", source, {}, 10);
  Ask(editor, "rename", "textDocument/rename", source, new_name, 1000);
  Complete(editor, "completion of names", {source.line, source.character + 6}, "team-", 10);

  const std::string many = Read(path_of(9));
  editor.Open(path_of(9), many);
  const Place shared = PlaceOf(many, "sourceRef", "shared");
  Ask(editor, "references of a shared source", "textDocument/references", shared, all, 10);
  Ask(editor, "highlight of a shared source", "textDocument/documentHighlight", shared, {}, 10);
  Ask(editor, "rename preparation of a shared source", "textDocument/prepareRename", shared, {},
      10);
  Ask(editor, "rename of a shared source", "textDocument/rename", shared, new_name, 2000);

  // What is completed stands at the end of a line, for which a word of the repository makes room.
  const auto complete = [&](const std::string& what, std::string text, std::string_view after,
                            std::string_view old, std::string_view fresh, std::string_view word) {
    const std::string original = text;
    const size_t at = text.find(old, text.rfind(after));
    text.replace(at, old.size(), fresh);
    const auto line = std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(at), '\n');
    const size_t end = text.find('\n', at);
    const size_t begin = text.rfind('\n', end - 1) + 1;
    editor.Change(0, 0, 1000, 0, text.c_str());
    editor.client().Idle(Milliseconds(1000));
    Complete(editor, "completion of " + what,
             {static_cast<int>(line), static_cast<int>(end - begin)}, word, 10);
    // A build that is left broken would hide what others miss.
    editor.Change(0, 0, 1000, 0, original.c_str());
  };
  complete("a chart's version", many, "chart: podinfo", "version: 6.5.0", "version: ", "6.5.");
  complete("a chart's name", many, "    spec:", "chart: podinfo", "chart: ", "podi");
  complete("a variable", many, "ingress", "${domain}", "${", "dom");
  complete("names of no kind", many, "sourceRef", "kind: HelmRepository\n        name: shared\n",
           "name: \n", "app-4");
  complete("markers", many, "values:", "replicaCount: 2",
           "image: example.org/policy-1-1:1.0 # {\"$imagepolicy\": \"", "team");
  const fs::path patches = root / "apps/production/team-49/kustomization.yaml";
  editor.Open(patches, Read(patches));
  complete("a patch's target", Read(patches), "target:", "kind: HelmRelease\n", "name: \n", "app-");

  const fs::path definition = root / "apps/team-49/source.yaml";
  const std::string text = Read(definition);
  editor.Open(definition, text);
  editor.client().Idle(Milliseconds(1000));
  EditName(editor, opened, PlaceOf(text, "kind: HelmRepository", "team-49"), 100);
  Row("server, resident", ResidentMiB(std::to_string(editor.client().process().pid())), "MiB");
  editor.client().Shutdown();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: fluxcd-bench-navigation SERVER\n", stderr);
    return 2;
  }
  std::string pattern = (fs::temp_directory_path() / "fluxcd-bench-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    std::fputs("fluxcd-bench-navigation: no temporary folder\n", stderr);
    return 2;
  }
  int code = 0;
  try {
    Run(argv[1], pattern);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fluxcd-bench-navigation: %s\n", error.what());
    code = 1;
  }
  fs::remove_all(pattern);
  return code;
}
