#include "lsp/uri.h"

#include <algorithm>
#include <cctype>

#include "analysis/workspace/file_system.h"

namespace fluxls::lsp {
namespace {

constexpr std::string_view kUntitledRoot = "/\x01untitled/";

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool StartsWithIgnoringCase(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(), [](char p, char t) {
           return p == static_cast<char>(std::tolower(static_cast<unsigned char>(t)));
         });
}

std::string EncodePath(std::string_view path) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (char c : path) {
    auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '/' || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace

std::string PercentDecode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      int high = HexDigit(text[i + 1]);
      int low = HexDigit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

std::optional<std::string> PathFromUri(std::string_view uri) {
  if (StartsWithIgnoringCase(uri, "untitled:")) {
    return std::string(kUntitledRoot) + PercentDecode(uri.substr(9));
  }
  if (!StartsWithIgnoringCase(uri, "file:")) return std::nullopt;
  std::string_view rest = uri.substr(5);
  rest = rest.substr(0, rest.find_first_of("?#"));
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    size_t slash = rest.find('/');
    std::string_view host = rest.substr(0, slash);
    if (slash == std::string_view::npos ||
        (!host.empty() && !StartsWithIgnoringCase(host, "localhost"))) {
      return std::nullopt;
    }
    rest.remove_prefix(slash);
  }
  if (!rest.starts_with('/')) return std::nullopt;
  std::string path = PercentDecode(rest);
  if (path.find('\0') != std::string::npos) return std::nullopt;
  return NormalizePath(path);
}

std::string UriFromPath(std::string_view path) {
  if (IsUntitledPath(path)) return "untitled:" + EncodePath(path.substr(kUntitledRoot.size()));
  return "file://" + EncodePath(path);
}

bool IsUntitledPath(std::string_view path) {
  return path.starts_with(kUntitledRoot);
}

std::string UriMap::UriFor(const std::string& path) const {
  if (auto found = documents_.find(path); found != documents_.end()) return found->second;
  const std::pair<std::string, std::string>* best = nullptr;
  for (const auto& folder : folders_) {
    if (IsInside(path, folder.first) && (!best || folder.first.size() > best->first.size()))
      best = &folder;
  }
  if (!best) return UriFromPath(path);
  std::string_view uri = best->second;
  while (uri.ends_with('/')) uri.remove_suffix(1);
  std::string_view rest =
      std::string_view(path).substr(best->first == "/" ? 0 : best->first.size());
  return std::string(uri) + EncodePath(rest);
}

}  // namespace fluxls::lsp
