#include "analysis/workspace/gitignore.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

namespace fluxls {
namespace {

// Reads the class that starts at `glob[at]` == '[' and appends it to `out`. Returns the offset
// behind `]`, or nothing when the class does not end.
std::optional<size_t> TranslateClass(std::string_view glob, size_t at, std::string& out) {
  size_t i = at + 1;
  bool negated = i < glob.size() && (glob[i] == '!' || glob[i] == '^');
  if (negated) ++i;
  std::string body;
  auto add = [&](char c) {
    if (c == '/') return;  // git compares paths part by part
    if (std::string_view("\\]^[-&").find(c) != std::string_view::npos) body += '\\';
    body += c;
  };
  // A range that runs backwards adds nothing; one that spans the slash becomes two.
  auto add_range = [&](int low, int high) {
    for (auto [from, to] :
         {std::pair(low, std::min(high, '/' - 1)), std::pair(std::max(low, '/' + 1), high)}) {
      if (from > to) continue;
      add(static_cast<char>(from));
      if (from == to) continue;
      body += '-';
      add(static_cast<char>(to));
    }
  };
  // Takes one character, escapes resolved; nothing at the end.
  auto take = [&]() -> std::optional<char> {
    if (i < glob.size() && glob[i] == '\\') ++i;
    if (i >= glob.size()) return std::nullopt;
    return glob[i++];
  };
  bool first = true;
  while (true) {
    if (i >= glob.size()) return std::nullopt;
    if (glob[i] == ']' && !first) break;
    first = false;
    if (glob.substr(i).starts_with("[:")) {
      size_t end = glob.find(":]", i + 2);
      if (end == std::string_view::npos) return std::nullopt;
      body += glob.substr(i, end + 2 - i);
      i = end + 2;
      continue;
    }
    std::optional<char> low = take();
    if (!low) return std::nullopt;
    // The first character of a range counts by itself, even when the range runs backwards.
    add(*low);
    if (i + 1 < glob.size() && glob[i] == '-' && glob[i + 1] != ']') {
      ++i;
      std::optional<char> high = take();
      if (!high) return std::nullopt;
      add_range(static_cast<unsigned char>(*low), static_cast<unsigned char>(*high));
    }
  }
  if (negated) {
    out += "[^/" + body + "]";
  } else if (body.empty()) {
    out += "[^\\x00-\\xff]";
  } else {
    out += "[" + body + "]";
  }
  return i + 1;
}

bool HasWildcard(std::string_view glob) {
  return glob.find_first_of("*?[\\") != std::string_view::npos;
}

}  // namespace

std::optional<std::string> GlobToRegex(std::string_view glob) {
  std::string out;
  size_t i = 0;
  while (i < glob.size()) {
    char c = glob[i];
    if (c == '*') {
      size_t end = i;
      while (end < glob.size() && glob[end] == '*') ++end;
      bool at_start = i == 0 || glob[i - 1] == '/';
      bool at_end = end == glob.size();
      if (end - i >= 2 && at_start && at_end) {
        out += ".+";  // "a/**": everything below, but not `a` itself
        i = end;
      } else if (end - i >= 2 && at_start && glob[end] == '/') {
        out += "(?:.+/)?";  // "**/a", "a/**/b": any number of directories
        i = end + 1;
      } else {
        out += "[^/]*";
        i = end;
      }
    } else if (c == '?') {
      out += "[^/]";
      ++i;
    } else if (c == '[') {
      std::optional<size_t> next = TranslateClass(glob, i, out);
      if (!next) return std::nullopt;
      i = *next;
    } else {
      if (c == '\\') {
        if (++i == glob.size()) return std::nullopt;
        c = glob[i];
      }
      out += RE2::QuoteMeta(re2::StringPiece(&c, 1));
      ++i;
    }
  }
  return out;
}

IgnorePatterns IgnorePatterns::FromText(std::string_view text) {
  IgnorePatterns out;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.AddLine(line);
  }
  return out;
}

IgnorePatterns IgnorePatterns::FromLines(const std::vector<std::string>& lines) {
  IgnorePatterns out;
  for (const std::string& line : lines) out.AddLine(line);
  return out;
}

void IgnorePatterns::AddLine(std::string_view line) {
  if (line.starts_with('#')) return;
  // Trailing spaces do not count unless a backslash stands before them.
  while (line.ends_with(' ')) {
    size_t backslashes = 0;
    while (backslashes + 1 < line.size() && line[line.size() - 2 - backslashes] == '\\') {
      ++backslashes;
    }
    if (backslashes % 2 == 1) break;
    line.remove_suffix(1);
  }
  Pattern pattern;
  if (line.starts_with('!')) {
    pattern.negated = true;
    line.remove_prefix(1);
  }
  if (line.ends_with('/')) {
    pattern.directory_only = true;
    line.remove_suffix(1);
  }
  if (line.empty()) return;
  pattern.whole_path = line.find('/') != std::string_view::npos;
  if (line.starts_with('/')) line.remove_prefix(1);
  if (line.empty()) return;
  if (!HasWildcard(line)) {
    pattern.literal = line;
  } else {
    // Git compares the text before the first wildcard apart from the rest, so that in "a**/b" the
    // stars stand at a start.
    size_t prefix = pattern.whole_path ? line.find_first_of("*?[\\") : 0;
    std::optional<std::string> regex = GlobToRegex(line.substr(prefix));
    if (!regex) return;
    regex->insert(0, RE2::QuoteMeta(re2::StringPiece(line.data(), prefix)));
    RE2::Options options;
    options.set_encoding(RE2::Options::EncodingLatin1);
    options.set_dot_nl(true);
    options.set_log_errors(false);
    options.set_never_capture(true);
    auto compiled = std::make_shared<RE2>(*regex, options);
    if (!compiled->ok()) return;
    pattern.regex = std::move(compiled);
  }
  patterns_.push_back(std::move(pattern));
}

std::optional<bool> IgnorePatterns::Match(std::string_view path, bool is_directory) const {
  size_t slash = path.rfind('/');
  std::string_view base = slash == std::string_view::npos ? path : path.substr(slash + 1);
  for (auto it = patterns_.rbegin(); it != patterns_.rend(); ++it) {
    const Pattern& pattern = *it;
    if (pattern.directory_only && !is_directory) continue;
    std::string_view subject = pattern.whole_path ? path : base;
    bool matches = pattern.regex ? RE2::FullMatch(re2::StringPiece(subject.data(), subject.size()),
                                                  *pattern.regex)
                                 : subject == pattern.literal;
    if (matches) return !pattern.negated;
  }
  return std::nullopt;
}

}  // namespace fluxls
