// What the benchmarks share: the clock, memory, files to work on, and a line of the result.
#pragma once

#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace fluxls::bench {

using Clock = std::chrono::steady_clock;

// Milliseconds.
inline double Since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Resident size of a process; `pid` "self" is this one.
inline double ResidentMiB(const std::string& pid) {
  std::ifstream in("/proc/" + pid + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmRSS:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  }
  return 0;
}

inline void Write(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

inline double Percentile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1) + 0.5)];
}

// `target`: what it should be at most; 0 for none.
inline void Row(std::string_view what, double value, const char* unit, double target = 0) {
  std::string note;
  if (target > 0)
    note = fmt::format("   target {:>6.0f} {}{}", target, unit, value > target ? "  OVER" : "");
  fmt::print("  {:<52}{:>9.1f} {}{}\n", what, value, unit, note);
  std::fflush(stdout);
}

}  // namespace fluxls::bench
