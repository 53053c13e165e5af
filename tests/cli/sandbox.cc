#include "tests/cli/sandbox.h"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace fluxls::testing {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string Quote(const std::string& word) {
  std::string out = "'";
  for (char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

Sandbox::Sandbox() {
  std::string pattern = (fs::temp_directory_path() / "fluxls-cli-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()));
  path_ = fs::canonical(pattern).string();
}

Sandbox::~Sandbox() {
  std::error_code error;
  fs::remove_all(path_, error);
  fs::remove(path_ + ".out", error);
  fs::remove(path_ + ".err", error);
}

void Sandbox::Write(const std::string& path, const std::string& content) const {
  fs::path full = At(path);
  fs::create_directories(full.parent_path());
  std::ofstream(full, std::ios::binary) << content;
}

std::string Sandbox::Read(const std::string& path) const {
  return ReadFile(At(path));
}

RunResult Sandbox::Run(const std::vector<std::string>& arguments,
                       const std::string& directory) const {
  // Output goes beside the sandbox: it must not be scanned.
  std::string command = "cd " + Quote(At(directory)) + " && " + Quote(FLUXLS_BINARY);
  for (const std::string& argument : arguments) command += " " + Quote(argument);
  command += " </dev/null >" + Quote(path_ + ".out") + " 2>" + Quote(path_ + ".err");
  int status = std::system(command.c_str());
  RunResult result;
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = ReadFile(path_ + ".out");
  result.err = ReadFile(path_ + ".err");
  return result;
}

}  // namespace fluxls::testing
