// fluxcd-demo SERVER FOLDER [FILE] : plays a short editor session with the real server and prints
// it for people.
//
// It opens FILE (or the first file of FOLDER that has a fixable finding), applies a quick fix,
// types a broken line, takes it back, and says good-bye. Everything happens in memory: no file is
// changed. Exit code 1 when the session does not go as it should, so that the demo is a test as
// well.
#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/support/lsp_client.h"

namespace {

using fluxls::testing::FileUri;
using fluxls::testing::Json;
using fluxls::testing::LspClient;
using fluxls::testing::Milliseconds;
namespace fs = std::filesystem;

const bool kColour = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;

std::string Paint(const char* code, std::string_view text) {
  return kColour ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
}

template <typename... Args>
void Editor(fmt::format_string<Args...> format, Args&&... args) {
  fmt::print("{} {}\n", Paint("36", "editor →"), fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
void Server(fmt::format_string<Args...> format, Args&&... args) {
  fmt::print("{} {}\n", Paint("35", "server ←"), fmt::format(format, std::forward<Args>(args)...));
}

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Byte offset of a position; the session speaks UTF-8, so a column counts bytes.
size_t Offset(const std::string& text, const Json& position) {
  size_t offset = 0;
  for (int64_t line = position["line"]; line > 0; --line) {
    const size_t end = text.find('\n', offset);
    if (end == std::string::npos) return text.size();
    offset = end + 1;
  }
  return std::min(text.size(), offset + position["character"].get<size_t>());
}

std::string Line(const std::string& text, size_t number) {
  const size_t begin = Offset(text, {{"line", number}, {"character", 0}});
  return text.substr(begin, text.find('\n', begin) - begin);
}

void Apply(std::string& text, Json edits) {
  // From the back, so that earlier offsets stay right.
  std::stable_sort(edits.begin(), edits.end(), [&](const Json& a, const Json& b) {
    return Offset(text, a["range"]["start"]) > Offset(text, b["range"]["start"]);
  });
  for (const Json& edit : edits) {
    const size_t begin = Offset(text, edit["range"]["start"]);
    text.replace(begin, Offset(text, edit["range"]["end"]) - begin, edit["newText"]);
  }
}

class Player {
 public:
  Player(const std::string& server, const fs::path& folder)
      : client_({server, "--stdio"}), folder_(fs::canonical(folder)) {}

  int Play(const fs::path& wanted) {
    Initialize();
    if (!Open(wanted)) throw std::runtime_error("no file of the folder has a finding with a fix");
    ApplyFix();
    BreakAndMend();
    Editor("shutdown, exit");
    const int code = client_.Shutdown();
    Server("ended with exit code {}", code);
    return code;
  }

 private:
  void Initialize() {
    Editor("initialize {}", folder_.filename().string());
    const Json result = client_.Request(
        "initialize",
        {{"processId", getpid()},
         {"rootUri", FileUri(folder_.string())},
         {"workspaceFolders",
          {{{"uri", FileUri(folder_.string())}, {"name", folder_.filename().string()}}}},
         {"capabilities",
          {{"general", {{"positionEncodings", {"utf-8"}}}},
           {"workspace", {{"workspaceEdit", {{"documentChanges", true}}}}},
           {"textDocument",
            {{"publishDiagnostics", {{"versionSupport", true}}},
             {"codeAction",
              {{"codeActionLiteralSupport",
                {{"codeActionKind", {{"valueSet", {"quickfix", "source"}}}}}}}}}}}}});
    client_.Notify("initialized", Json::object());
    const Json info = result.value("serverInfo", Json::object());
    Server("{} {}, positions in {}", info.value("name", "?"), info.value("version", "?"),
           result["capabilities"].value("positionEncoding", "utf-16"));
    if (result["capabilities"].value("positionEncoding", "") != "utf-8")
      throw std::runtime_error("utf-8 was offered");
  }

  // Opens `wanted`, or file by file until one has a finding with a fix.
  bool Open(const fs::path& wanted) {
    std::vector<fs::path> files;
    if (wanted.empty()) {
      for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
        if (entry.path().extension() == ".yaml") files.push_back(entry.path());
      }
      std::ranges::sort(files);
    } else {
      files.push_back(folder_ / wanted);
    }
    for (const fs::path& file : files) {
      text_ = ReadFile(file);
      uri_ = FileUri(file.string());
      version_ = 1;
      client_.Notify(
          "textDocument/didOpen",
          {{"textDocument",
            {{"uri", uri_}, {"languageId", "yaml"}, {"version", version_}, {"text", text_}}}});
      diagnostics_ = Findings();
      actions_ = Actions();
      if (!actions_.empty()) {
        Editor("open {}", fs::relative(file, folder_).string());
        Show();
        return true;
      }
      client_.Notify("textDocument/didClose", {{"textDocument", {{"uri", uri_}}}});
    }
    return false;
  }

  Json Findings() {
    return client_.WaitFor("textDocument/publishDiagnostics", [&](const Json& params) {
      return params["uri"] == uri_ && params.value("version", -1) == version_;
    })["diagnostics"];
  }

  Json Actions() {
    Json all = Json::array();
    for (const Json& diagnostic : diagnostics_) {
      const Json found =
          client_.Request("textDocument/codeAction",
                          {{"textDocument", {{"uri", uri_}}},
                           {"range", diagnostic["range"]},
                           {"context", {{"diagnostics", {diagnostic}}, {"only", {"quickfix"}}}}});
      if (!found.is_array()) continue;
      for (const Json& action : found) {
        if (action.contains("edit") && !EditsOfThisFile(action["edit"]).empty())
          all.push_back(action);
      }
    }
    return all;
  }

  Json EditsOfThisFile(const Json& edit) const {
    Json edits = Json::array();
    for (const Json& change : edit.value("documentChanges", Json::array())) {
      if (!change.contains("textDocument") || change["textDocument"]["uri"] != uri_)
        return Json::array();
      edits.insert(edits.end(), change["edits"].begin(), change["edits"].end());
    }
    return edits;
  }

  void Show() {
    Server("{} finding{}", diagnostics_.size(), diagnostics_.size() == 1 ? "" : "s");
    for (const Json& diagnostic : diagnostics_) {
      static constexpr const char* kNames[] = {"?", "error", "warning", "info", "hint"};
      static constexpr const char* kColours[] = {"0", "31", "33", "34", "32"};
      const int severity = std::clamp(diagnostic.value("severity", 0), 0, 4);
      const Json& start = diagnostic["range"]["start"];
      const Json& end = diagnostic["range"]["end"];
      const std::string line = Line(text_, start["line"]);
      const size_t begin_column = start["character"];
      const size_t end_column =
          start["line"] == end["line"] ? end["character"].get<size_t>() : line.size();
      fmt::print("  {:>4} | {}\n", start["line"].get<size_t>() + 1, line);
      fmt::print("       | {}{} {}: {} [{}]\n", std::string(begin_column, ' '),
                 Paint(kColours[severity],
                       std::string(std::max<size_t>(end_column - begin_column, 1), '^')),
                 Paint(kColours[severity], kNames[severity]),
                 diagnostic["message"].get<std::string>(), diagnostic.value("code", ""));
    }
  }

  void Change(std::string text) {
    text_ = std::move(text);
    client_.Notify("textDocument/didChange",
                   {{"textDocument", {{"uri", uri_}, {"version", ++version_}}},
                    {"contentChanges", {{{"text", text_}}}}});
    diagnostics_ = Findings();
  }

  void ApplyFix() {
    const Json action = actions_.front();
    Editor("which quick fixes are there?");
    for (const Json& each : actions_) Server("{}", each["title"].get<std::string>());
    Editor("apply: {}", action["title"].get<std::string>());
    const std::string before = text_;
    Apply(text_, EditsOfThisFile(action["edit"]));
    Difference(before, text_);
    const size_t count = diagnostics_.size();
    Change(text_);
    Show();
    if (diagnostics_.size() >= count)
      throw std::runtime_error("the fix did not remove its finding");
  }

  void BreakAndMend() {
    const std::string good = text_;
    const size_t count = diagnostics_.size();
    Editor("type a line that is not finished: `note: \"half`");
    Change(good + (good.ends_with('\n') ? "" : "\n") + "note: \"half\n");
    Show();
    if (diagnostics_.size() <= count) throw std::runtime_error("the broken line was not reported");
    Editor("take it back");
    Change(good);
    Server("{} finding{}, as before", diagnostics_.size(), diagnostics_.size() == 1 ? "" : "s");
    if (diagnostics_.size() != count) throw std::runtime_error("findings outlive their cause");
  }

  // The lines that differ, without the common head and tail.
  static void Difference(const std::string& before, const std::string& after) {
    const auto split = [](const std::string& text) {
      std::vector<std::string> lines;
      for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
      }
      return lines;
    };
    const std::vector<std::string> old_lines = split(before);
    const std::vector<std::string> new_lines = split(after);
    const size_t limit = std::min(old_lines.size(), new_lines.size());
    size_t head = 0;
    while (head < limit && old_lines[head] == new_lines[head]) ++head;
    size_t tail = 0;
    while (tail < limit - head &&
           old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail])
      ++tail;
    for (size_t i = head; i < old_lines.size() - tail; ++i)
      fmt::print("  {:>4} {}\n", i + 1, Paint("31", "- " + old_lines[i]));
    for (size_t i = head; i < new_lines.size() - tail; ++i)
      fmt::print("  {:>4} {}\n", i + 1, Paint("32", "+ " + new_lines[i]));
  }

  LspClient client_;
  fs::path folder_;
  std::string uri_;
  std::string text_;
  int version_ = 0;
  Json diagnostics_;
  Json actions_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: fluxcd-demo SERVER FOLDER [FILE]\n", stderr);
    return 2;
  }
  try {
    return Player(argv[1], argv[2]).Play(argc > 3 ? argv[3] : "");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fluxcd-demo: %s\n", error.what());
    return 1;
  }
}
