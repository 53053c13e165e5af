// fluxcd-bench SERVER : what users wait for, measured from outside through the real binary.
//
//   big file     300 HelmReleases, 8,700 lines, one file
//   repository   10,000 documents in 5,000 files
//
// Cold index is `fluxcd-ls check` from start to end, and the server from its start to the first
// diagnostics. A keystroke is one didChange until the publishDiagnostics of that version:
// debouncing, checking and both pipes are in it.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/bench/editor.h"
#include "tests/bench/measure.h"
#include "tests/support/lsp_client.h"

namespace {

using namespace fluxls::bench;
using namespace fluxls::testing;
namespace fs = std::filesystem;

std::string HelmRelease(int number, const char* version) {
  return fmt::format(R"(---
apiVersion: helm.toolkit.fluxcd.io/{1}
kind: HelmRelease
metadata:
  name: app-{0}
  namespace: apps
spec:
  interval: 30m
  releaseName: app-{0}
  chart:
    spec:
      chart: podinfo
      version: "6.5.{2}"
      sourceRef:
        kind: HelmRepository
        name: podinfo-{0}
  install:
    remediation:
      retries: 3
  upgrade:
    remediation:
      retries: 3
  values:
    replicaCount: 2 # per zone
    image: {{repository: ghcr.io/stefanprodan/podinfo, tag: 6.5.{2}}}
    resources:
      limits:
        memory: 128Mi
)",
                     number, version, number % 10);
}

std::string BigFile() {
  std::string text;
  // One in ten speaks of an old API, so that there are findings to move and to publish. 29 lines
  // each.
  for (int i = 0; i < 300; ++i)
    text += HelmRelease(i, i % 10 == 9 ? "v2beta2" : "v2") + "        cpu: 100m\n";
  return text;
}

// 2,500 applications of two files and four documents.
void WriteRepository(const fs::path& root) {
  for (int i = 0; i < 2500; ++i) {
    const fs::path folder = root / fmt::format("apps/team-{}/app-{}", i % 50, i);
    Write(folder / "kustomization.yaml",
          "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: "
          "apps\nresources:\n  - app.yaml\n");
    Write(folder / "app.yaml",
          fmt::format("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: apps-{0}\n---\n"
                      "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata:\n  "
                      "name: podinfo-{0}\n"
                      "  namespace: apps\nspec:\n  interval: 1h\n  url: "
                      "https://stefanprodan.github.io/podinfo\n",
                      i) +
              HelmRelease(i, i % 100 == 99 ? "v2beta2" : "v2"));
  }
}

// Runs a command to its end, its output thrown away. Milliseconds and the largest resident size in
// MiB.
std::pair<double, double> RunOnce(const std::vector<std::string>& command) {
  const auto start = Clock::now();
  ChildProcess process(command, true);
  process.CloseStdin();
  char chunk[65536];
  while (true) {
    pollfd fd = {process.stdout_fd(), POLLIN, 0};
    poll(&fd, 1, -1);
    const ssize_t got = read(process.stdout_fd(), chunk, sizeof chunk);
    if (got == 0) break;
  }
  if (process.Wait(Milliseconds(10000)).value_or(2) > 1)
    throw std::runtime_error(command.front() + " failed");
  return {Since(start), process.max_resident_mib()};
}

void Keystrokes(Editor& editor, const char* what, int line, double target) {
  std::vector<double> times;
  // A line comes and goes: every finding below moves, so that there is a new list to publish each
  // time.
  for (int i = 0; i < 100; ++i) {
    times.push_back(editor.Type(line, 0, line, 0, "\n"));
    times.push_back(editor.Type(line, 0, line + 1, 0, ""));
  }
  Row(fmt::format("{}, didChange to diagnostics, p50", what), Percentile(times, 0.5), "ms");
  Row(fmt::format("{}, didChange to diagnostics, p95", what), Percentile(times, 0.95), "ms",
      target);
}

// A field is typed into the middle of the file, letter by letter; completion is asked for at each.
void Completions(Editor& editor, int line, double target) {
  std::vector<double> times;
  for (int i = 0; i < 20; ++i) {
    editor.Type(line, 0, line, 0, "  \n");
    int column = 2;
    for (const char* letter : {"i", "n", "s", "t"}) {
      times.push_back(editor.Complete(line, column, letter));
      ++column;
    }
    editor.Type(line, 0, line + 1, 0, "");
  }
  Row("completion while typing, p50", Percentile(times, 0.5), "ms");
  Row("completion while typing, p95", Percentile(times, 0.95), "ms", target);
}

void Run(const std::string& server, const fs::path& folder) {
  const fs::path big = folder / "big/releases.yaml";
  const std::string big_text = BigFile();
  Write(big, big_text);
  Write(folder / "big/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - "
        "releases.yaml\n");
  const fs::path repository = folder / "repository";
  WriteRepository(repository);

  fmt::print("\nBig file: 300 HelmReleases, {} lines, {} KiB\n", std::ranges::count(big_text, '\n'),
             big_text.size() / 1024);
  std::vector<double> cold;
  double peak = 0;
  for (int i = 0; i < 5; ++i) {
    const auto [time, memory] = RunOnce({server, "check", big.parent_path().string()});
    cold.push_back(time);
    peak = std::max(peak, memory);
  }
  Row("check, start to end, median of 5", Percentile(cold, 0.5), "ms");
  {
    Editor editor(server, big.parent_path());
    editor.Open(big, big_text);
    Row("server, start to first diagnostics", editor.age(), "ms");
    Row("server, start to the answer to initialize", editor.initialized(), "ms", 50);
    Keystrokes(editor, "keystroke", 4350, 30);
    Completions(editor, 4357, 10);
    Row("server, resident", ResidentMiB(std::to_string(editor.client().process().pid())), "MiB",
        150);
    editor.client().Shutdown();
  }

  fmt::print("\nRepository: 10,000 documents, 5,000 files\n");
  cold.clear();
  peak = 0;
  for (int i = 0; i < 5; ++i) {
    const auto [time, memory] = RunOnce({server, "check", repository.string()});
    cold.push_back(time);
    peak = std::max(peak, memory);
  }
  Row("check, start to end, median of 5", Percentile(cold, 0.5), "ms", 3000);
  Row("check, largest resident size", peak, "MiB", 150);
  {
    const fs::path file = repository / "apps/team-49/app-99/app.yaml";
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    Editor editor(server, repository);
    editor.Open(file, text);
    Row("server, start to first diagnostics", editor.age(), "ms", 3000);
    // What goes on behind the first diagnostics must not be taken for the price of a keystroke.
    editor.client().Idle(Milliseconds(3000));
    Keystrokes(editor, "keystroke in one of its files", 0, 30);
    Row("server, resident", ResidentMiB(std::to_string(editor.client().process().pid())), "MiB",
        150);
    editor.client().Shutdown();
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: fluxcd-bench SERVER\n", stderr);
    return 2;
  }
  std::string pattern = (fs::temp_directory_path() / "fluxcd-bench-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) {
    std::fputs("fluxcd-bench: no temporary folder\n", stderr);
    return 2;
  }
  int code = 0;
  try {
    Run(argv[1], pattern);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fluxcd-bench: %s\n", error.what());
    code = 1;
  }
  fs::remove_all(pattern);
  return code;
}
