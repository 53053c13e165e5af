#include "schemas/kinds.h"

#include <array>
#include <vector>

namespace fluxls::schema {
namespace {

std::vector<KnownKind> Read(std::string_view text) {
  std::vector<KnownKind> out;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    std::array<std::string_view, 4> words;
    for (std::string_view& word : words) {
      word = line.substr(0, line.find(' '));
      line.remove_prefix(std::min(word.size() + 1, line.size()));
    }
    out.push_back({words[0], words[1], words[2], words[3] == "namespaced"});
  }
  return out;
}

}  // namespace

std::span<const KnownKind> KnownKinds() {
  static const std::vector<KnownKind> kKinds = Read(KindsText());
  return kKinds;
}

}  // namespace fluxls::schema
