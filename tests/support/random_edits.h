// Edits that nobody thought of, for tests of what follows edits.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "analysis/workspace/workspace.h"

namespace fluxls::testing {

// One thing that somebody may do to a file.
inline std::string Edited(std::string text, std::mt19937& random) {
  std::vector<size_t> lines = {0};
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && i + 1 < text.size()) lines.push_back(i + 1);
  }
  const size_t line = lines[random() % lines.size()];
  const size_t end = std::min(text.find('\n', line), text.size());
  switch (random() % 6) {
    case 0:  // a line goes
      return text.erase(line, std::min(end + 1, text.size()) - line);
    case 1:  // a line comes twice
      return text.insert(line, text.substr(line, end - line) + "\n");
    case 2:  // a comment
      return text.insert(line, "# a comment\n");
    case 3:  // a character at the end of a line
      return text.insert(end, 1, static_cast<char>('a' + random() % 26));
    case 4:  // a word is cut short
      return end > line ? text.erase(end - 1, 1) : text;
    default:  // two lines change places
      if (end + 1 < text.size()) {
        const size_t next_end = std::min(text.find('\n', end + 1), text.size());
        const std::string first = text.substr(line, end - line);
        const std::string second = text.substr(end + 1, next_end - end - 1);
        text.replace(line, next_end - line, second + "\n" + first);
      }
      return text;
  }
}

// Returns true when findings of all files may change.
inline bool InstallText(Workspace& workspace, const std::string& path, std::string text) {
  Source source;
  source.path = path;
  source.text = std::make_shared<fluxls::Text>(std::move(text));
  SourceFilePtr previous = workspace.snapshot().Find(path);
  return workspace.Install(ParseSource(std::move(source), previous.get()));
}

}  // namespace fluxls::testing
