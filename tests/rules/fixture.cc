#include "tests/rules/fixture.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/build/fleet.h"
#include "analysis/text/unicode.h"

namespace fluxls::test {
namespace {

// Is this a line of marks? Then `mark` gets columns and message.
bool ReadMark(std::string_view line, Mark& mark) {
  const size_t hash = line.find_first_not_of(' ');
  if (hash == std::string_view::npos || (line[hash] != '#' && line[hash] != '^')) return false;
  size_t begin = line[hash] == '#' ? line.find_first_not_of(' ', hash + 1) : hash;
  if (begin == std::string_view::npos || line[begin] != '^') return false;
  const size_t end = std::min(line.find_first_not_of('^', begin), line.size());
  if (begin == hash + 1) begin = hash;
  mark.begin = static_cast<uint32_t>(begin);
  mark.end = static_cast<uint32_t>(end);
  const size_t message = line.find_first_not_of(' ', end);
  mark.message = message == std::string_view::npos ? "" : line.substr(message);
  return true;
}

std::string MarkLine(const Mark& mark) {
  const uint32_t width = std::max<uint32_t>(1, mark.end - mark.begin);
  if (mark.begin == 0 && width == 1) return fmt::format("^ {}", mark.message);
  if (mark.begin == 0) return fmt::format("#{:^<{}} {}", "", width - 1, mark.message);
  return fmt::format("#{:{}}{:^<{}} {}", "", mark.begin - 1, "", width, mark.message);
}

// How often each finding is there, whatever its place: edits move places.
std::map<std::string, int> CountMessages(const std::vector<Finding>& findings) {
  std::map<std::string, int> counts;
  for (const Finding& finding : findings) {
    std::string message = finding.message;
    // Line numbers move on too.
    std::erase_if(message, [](char c) { return c >= '0' && c <= '9'; });
    ++counts[fmt::format("{}: {} [{}]", finding.path, message, finding.rule)];
  }
  return counts;
}

}  // namespace

std::string ToString(const Mark& mark) {
  return fmt::format("{}:{}:{}-{}: {}", mark.path, mark.line + 1, mark.begin + 1, mark.end + 1,
                     mark.message);
}

Fixture ParseFixture(std::string_view text) {
  constexpr std::string_view kHeader = "%! ";
  Fixture fixture;
  uint32_t line_number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end);
    std::string_view content = line;
    if (content.ends_with('\n')) content.remove_suffix(1);
    if (content.starts_with(kHeader)) {
      fixture.files.push_back({std::string(content.substr(kHeader.size())), ""});
      line_number = 0;
      continue;
    }
    if (fixture.files.empty()) fixture.files.push_back({"example.yaml", ""});
    Mark mark;
    if (line_number > 0 && ReadMark(content, mark)) {
      mark.path = fixture.files.back().path;
      mark.line = line_number - 1;
      fixture.marks.push_back(std::move(mark));
      continue;
    }
    fixture.files.back().text += line;
    ++line_number;
  }
  std::sort(fixture.marks.begin(), fixture.marks.end());
  return fixture;
}

std::string WriteFixture(const std::vector<File>& files, std::vector<Mark> marks, bool headers) {
  std::sort(marks.begin(), marks.end());
  std::string out;
  for (const File& file : files) {
    if (headers) out += fmt::format("%! {}\n", file.path);
    uint32_t line_number = 0;
    std::string_view text = file.text;
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
      out += text.substr(0, end);
      text.remove_prefix(end);
      for (const Mark& mark : marks) {
        if (mark.path == file.path && mark.line == line_number) out += MarkLine(mark) + "\n";
      }
      ++line_number;
    }
  }
  return out;
}

Snapshot Load(const std::vector<File>& files, const Settings& settings) {
  MemoryFileSystem file_system;
  for (const File& file : files) {
    file_system.Write(JoinPath(kRoot, file.path), file.text);
  }
  Workspace workspace;
  workspace.SetSettings(settings);
  LoadFolders(file_system, {std::string(kRoot)}, workspace, nullptr);
  return workspace.snapshot();
}

std::vector<Finding> CheckAll(const Snapshot& snapshot) {
  std::vector<Finding> all;
  build::FleetBuilder builder(nullptr);
  const build::FleetPtr fleet = builder.Build(snapshot);
  for (const SourceFilePtr& file : snapshot.Files()) {
    std::vector<Finding> findings = CheckFile(snapshot, *file, fleet.get());
    all.insert(all.end(), findings.begin(), findings.end());
  }
  return all;
}

Mark ToMark(const Snapshot& snapshot, const Finding& finding) {
  const SourceFilePtr file = snapshot.Find(finding.path);
  const LineIndex& lines = file->text->lines();
  const std::string& text = file->text->content();
  Mark mark;
  mark.path = snapshot.DisplayPath(finding.path);
  mark.message = finding.message;
  mark.line = lines.LineOf(finding.range.begin);
  uint32_t start = lines.LineStart(mark.line);
  // A byte order mark is not a character of the line.
  if (start == 0 && text.starts_with("\xEF\xBB\xBF")) start = 3;
  const uint32_t end = std::min(finding.range.end, lines.LineEnd(mark.line));
  mark.begin = CountCodePoints(Slice(text, {start, finding.range.begin}));
  mark.end = CountCodePoints(Slice(text, {start, std::max(end, finding.range.begin)}));
  return mark;
}

std::vector<File> Apply(const std::vector<File>& files, const Fix& fix) {
  std::vector<File> result = files;
  for (const FileEdit& edit : fix.edits) {
    for (File& file : result) {
      if (JoinPath(kRoot, file.path) == edit.path) file.text = ApplyEdits(file.text, edit.edits);
    }
  }
  for (const FileRename& rename : fix.renames) {
    for (File& file : result) {
      if (JoinPath(kRoot, file.path) == rename.from) file.path = RelativePath(rename.to, kRoot);
    }
  }
  return result;
}

std::string FaultsOfFixes(const std::vector<File>& files, const Settings& settings) {
  std::string faults;
  const std::vector<Finding> findings = CheckAll(Load(files, settings));
  const std::map<std::string, int> before = CountMessages(findings);
  for (const Finding& finding : findings) {
    const std::string subject = CountMessages({finding}).begin()->first;
    int preferred = 0;
    for (const Fix& fix : finding.fixes) {
      auto fault = [&](const std::string& what) {
        faults += fmt::format("{}\n  fix \"{}\" {}\n", subject, fix.title, what);
      };
      preferred += fix.preferred ? 1 : 0;
      const std::vector<File> fixed = Apply(files, fix);
      if (fixed == files) fault("does nothing");
      const std::map<std::string, int> after = CountMessages(CheckAll(Load(fixed, settings)));
      if (after.contains(subject) && after.at(subject) >= before.at(subject))
        fault("leaves it there");
      for (const auto& [message, count] : after) {
        const int had = before.contains(message) ? before.at(message) : 0;
        if (count > had) fault("adds " + message);
      }
    }
    if (preferred > 1) faults += subject + "\n  has several preferred fixes\n";
  }
  return faults;
}

}  // namespace fluxls::test
