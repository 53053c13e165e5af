#include "schemas/kinds.h"

#include <algorithm>
#include <vector>

namespace fluxls::schema {
namespace {

std::vector<KnownKind> Read(std::string_view text) {
  std::vector<KnownKind> out;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const size_t api = line.find(' ');
    const std::string_view rest = line.substr(api + 1);
    out.push_back(
        {line.substr(0, api), rest.substr(0, rest.find(' ')), line.ends_with(" namespaced")});
  }
  return out;
}

}  // namespace

std::span<const KnownKind> KnownKinds() {
  static const std::vector<KnownKind> kKinds = Read(KindsText());
  return kKinds;
}

}  // namespace fluxls::schema
