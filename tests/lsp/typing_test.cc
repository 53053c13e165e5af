// Somebody types a file, character by character, into an empty document of a repository that is
// already there. After every character the findings shown must be those of the text as it stands,
// computed from scratch: none outlives its cause, none is late.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "analysis/build/fleet.h"
#include "analysis/rules/rule.h"
#include "lsp/convert.h"
#include "tests/lsp/client_harness.h"

namespace fluxls::lsp {
namespace {

namespace fs = std::filesystem;

constexpr uintmax_t kMaxTypedBytes = 1600;

std::string ReadAll(const fs::path& path) {
  std::stringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

// Copies the YAML files below `root` to /ws of the memory file system; other files become empty
// ones.
void CopyRepository(const fs::path& root, MemoryFileSystem& files) {
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    std::string extension = entry.path().extension();
    bool yaml = extension == ".yaml" || extension == ".yml";
    files.Write("/ws/" + fs::relative(entry.path(), root).generic_string(),
                yaml && entry.file_size() < 100'000 ? ReadAll(entry.path()) : "");
  }
}

// Files worth typing: small, ours, spread over the repository.
std::vector<std::string> Choose(const fs::path& root, size_t count) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file() || entry.path().extension() != ".yaml") continue;
    if (entry.file_size() < 200 || entry.file_size() > kMaxTypedBytes) continue;
    std::string text = ReadAll(entry.path());
    if (text.find("fluxcd.io") == std::string::npos &&
        text.find("kustomize.config") == std::string::npos)
      continue;
    found.push_back("/ws/" + fs::relative(entry.path(), root).generic_string());
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> chosen;
  for (size_t i = 0; i < count && !found.empty(); ++i)
    chosen.push_back(found[(2 * i + 1) * found.size() / (2 * count)]);
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  return chosen;
}

std::vector<std::string> Describe(const Json& diagnostics) {
  std::vector<std::string> out;
  for (const Json& d : diagnostics) {
    out.push_back(fmt::format("{}:{}-{}:{} {} {}", d["range"]["start"]["line"].get<int>(),
                              d["range"]["start"]["character"].get<int>(),
                              d["range"]["end"]["line"].get<int>(),
                              d["range"]["end"]["character"].get<int>(),
                              d["code"].get<std::string>(), d["message"].get<std::string>()));
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> Describe(const Snapshot& snapshot, const SourceFile& file,
                                  const build::Fleet& fleet) {
  std::vector<std::string> out;
  for (const Finding& f : CheckFile(snapshot, file, &fleet)) {
    Range range = ToRange(file, f.range, PositionEncoding::kUtf16);
    out.push_back(fmt::format("{}:{}-{}:{} {} {}", range.start.line, range.start.character,
                              range.end.line, range.end.character, f.rule, f.message));
  }
  std::sort(out.begin(), out.end());
  return out;
}

// What `check` says about the file when it holds `text`.
std::vector<std::string> FromScratch(Workspace& workspace, build::FleetBuilder& builder,
                                     const std::string& path, const std::string& text) {
  Source source;
  source.path = path;
  source.text = std::make_shared<const Text>(text);
  SourceFilePtr file = ParseSource(std::move(source));
  workspace.Install(file);
  return Describe(workspace.snapshot(), *file, *builder.Build(workspace.snapshot()));
}

// Every file of the repository shows what it would show from scratch: what is typed in one file may
// matter in another.
void CheckWholeRepository(ClientHarness& client, const Workspace& reference) {
  client.Run(std::chrono::milliseconds(2000));
  const Snapshot snapshot = reference.snapshot();
  const build::FleetPtr fleet = build::FleetBuilder(&client.files()).Build(snapshot);
  for (const SourceFilePtr& file : snapshot.Files()) {
    CAPTURE(file->path);
    Json shown = client.Diagnostics(file->path);
    CHECK(Describe(shown.is_null() ? Json::array() : shown) == Describe(snapshot, *file, *fleet));
  }
}

// Returns the number of characters typed.
size_t TypeFiles(const fs::path& root, size_t count) {
  size_t typed = 0;
  for (const std::string& path : Choose(root, count)) {
    CAPTURE(path);
    ClientHarness client;
    CopyRepository(root, client.files());
    const std::string whole = *client.files().Read(path);
    Workspace reference;
    LoadFolders(client.files(), {"/ws"}, reference,
                [](size_t n, const std::function<void(size_t)>& body) {
                  for (size_t i = 0; i < n; ++i) body(i);
                });
    build::FleetBuilder builder(&client.files());
    client.Initialize();
    client.Run();
    int version = 0;
    client.Open(path, "", version);
    std::string text;
    Position at;
    for (size_t i = 0; i < whole.size();) {
      size_t length = 1;
      while (i + length < whole.size() && (static_cast<uint8_t>(whole[i + length]) & 0xC0) == 0x80)
        ++length;
      std::string character = whole.substr(i, length);
      Json position = {{"line", at.line}, {"character", at.character}};
      client.Change(
          path,
          Json::array({{{"range", {{"start", position}, {"end", position}}}, {"text", character}}}),
          ++version);
      text += character;
      i += length;
      at.character += length == 4 ? 2 : 1;
      if (character == "\n") at = Position{at.line + 1, 0};
      client.Run(std::chrono::milliseconds(1000));
      std::vector<std::string> shown = Describe(client.Diagnostics(path));
      std::vector<std::string> expected = FromScratch(reference, builder, path, text);
      if (shown != expected) CAPTURE(text);
      REQUIRE(shown == expected);
      if (++typed % 400 == 0) CheckWholeRepository(client, reference);
    }
    CheckWholeRepository(client, reference);
    CHECK(text == whole);
  }
  return typed;
}

TEST_CASE("typing the files of the example fleet, character by character") {
  CHECK(TypeFiles(fs::path(FLUXLS_SOURCE_DIR) / "examples" / "fleet", 4) > 1000);
}

TEST_CASE("typing ten files of real repositories, character by character") {
  const char* corpus = std::getenv("FLUXLS_CORPUS");
  if (corpus == nullptr || !fs::is_directory(corpus)) {
    MESSAGE("skipped: FLUXLS_CORPUS names no folder of repositories");
    return;
  }
  std::vector<fs::path> repositories;
  for (const auto& entry : fs::directory_iterator(corpus)) {
    if (entry.is_directory()) repositories.push_back(entry.path());
  }
  std::sort(repositories.begin(), repositories.end());
  size_t typed = 0;
  for (size_t i = 0; i < repositories.size() && i < 10; ++i) typed += TypeFiles(repositories[i], 1);
  MESSAGE(typed << " characters typed");
  CHECK(typed > 0);
}

}  // namespace
}  // namespace fluxls::lsp
