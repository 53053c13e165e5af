// A temporary folder in which the real binary runs.
#pragma once

#include <string>
#include <vector>

namespace fluxls::testing {

struct RunResult {
  int code = -1;  // exit code; 128 + signal when it was killed
  std::string out;
  std::string err;
};

// Removed with everything in it at the end.
class Sandbox {
 public:
  Sandbox();
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  const std::string& path() const { return path_; }
  // Paths are relative to the sandbox; folders are made as needed.
  void Write(const std::string& path, const std::string& content) const;
  std::string Read(const std::string& path) const;
  std::string At(const std::string& path) const { return path_ + "/" + path; }

  // Runs fluxcd-ls in the sandbox, or in `directory` below it.
  RunResult Run(const std::vector<std::string>& arguments,
                const std::string& directory = ".") const;

 private:
  std::string path_;
};

}  // namespace fluxls::testing
