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

void Complete(Editor& editor, const std::string& what, Place start, double target) {
  std::vector<double> times;
  for (int i = 0; i < kTimes / 5; ++i) {
    int column = start.character;
    for (const char* letter : {"t", "e", "a", "m", "-"}) {
      times.push_back(editor.Complete(start.line, column, letter));
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
  WriteTeamRepository(root);
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
  Complete(editor, "completion of names", {source.line, source.character + 6}, 10);

  const std::string many = Read(path_of(9));
  editor.Open(path_of(9), many);
  const Place shared = PlaceOf(many, "sourceRef", "shared");
  Ask(editor, "references of a shared source", "textDocument/references", shared, all, 10);
  Ask(editor, "highlight of a shared source", "textDocument/documentHighlight", shared, {}, 10);
  Ask(editor, "rename preparation of a shared source", "textDocument/prepareRename", shared, {},
      10);
  Ask(editor, "rename of a shared source", "textDocument/rename", shared, new_name, 2000);

  const fs::path definition = root / "apps/team-49/source.yaml";
  const std::string text = Read(definition);
  editor.Open(definition, text);
  editor.client().Idle(Milliseconds(1000));
  EditName(editor, opened, PlaceOf(text, "metadata", "team-49"), 100);
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
