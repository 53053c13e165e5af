// Runs the rules on one file, and takes out what comments in it turn off.
#include <algorithm>
#include <map>
#include <set>

#include "analysis/rules/rule.h"

namespace fluxls {
namespace {

// More of one rule in one file tell nobody anything.
constexpr size_t kMaxFindings = 500;

// Comments of the form `# fluxcd-ls: ignore …`.
class Ignores {
 public:
  explicit Ignores(const SourceFile& file) {
    const std::string& text = file.text->content();
    const LineIndex& lines = file.text->lines();
    for (const yaml::Document& document : file.yaml.documents) {
      for (ByteRange comment : document.comments()) {
        Read(Slice(text, comment), text, lines, comment.begin);
      }
    }
  }

  bool Silences(const Finding& finding, const LineIndex& lines) const {
    if (whole_file_.contains(finding.rule)) return true;
    auto line = by_line_.find(lines.LineOf(finding.range.begin));
    return line != by_line_.end() &&
           (line->second.contains(finding.rule) || line->second.contains(""));
  }

 private:
  void Read(std::string_view comment, std::string_view text, const LineIndex& lines,
            uint32_t begin) {
    constexpr std::string_view kName = "fluxcd-ls:";
    const size_t name = comment.find(kName);
    if (name == std::string_view::npos) return;
    std::string_view rest = comment.substr(name + kName.size());
    SkipBlanks(rest);
    const std::string_view word = TakeWord(rest);
    if (word != "ignore" && word != "ignore-file") return;
    std::set<std::string> ids = ReadIds(rest);
    if (word == "ignore-file") {
      whole_file_.insert(ids.begin(), ids.end());
      return;
    }
    // No ids: every rule, on this line only.
    if (ids.empty()) ids.insert("");
    uint32_t line = lines.LineOf(begin);
    if (IsAlone(text, lines, line)) {
      // A comment on a line of its own speaks for the next line that is not such a comment too.
      do {
        ++line;
      } while (line < lines.LineCount() && IsAlone(text, lines, line));
    }
    by_line_[line].insert(ids.begin(), ids.end());
  }

  static bool IsAlone(std::string_view text, const LineIndex& lines, uint32_t line) {
    std::string_view content = Slice(text, {lines.LineStart(line), lines.LineEnd(line)});
    SkipBlanks(content);
    return !content.empty() && content.front() == '#';
  }

  static void SkipBlanks(std::string_view& text) {
    const size_t begin = text.find_first_not_of(" \t");
    text.remove_prefix(begin == std::string_view::npos ? text.size() : begin);
  }

  static std::string_view TakeWord(std::string_view& text) {
    size_t end = 0;
    while (end < text.size() && ((text[end] >= 'a' && text[end] <= 'z') || text[end] == '-' ||
                                 (text[end] >= '0' && text[end] <= '9'))) {
      ++end;
    }
    std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    return word;
  }

  // `a, b and the reason`: ids as far as commas go.
  static std::set<std::string> ReadIds(std::string_view rest) {
    std::set<std::string> ids;
    while (true) {
      SkipBlanks(rest);
      std::string_view id = TakeWord(rest);
      if (id.empty()) return ids;
      ids.emplace(id);
      SkipBlanks(rest);
      if (rest.empty() || rest.front() != ',') return ids;
      rest.remove_prefix(1);
    }
  }

  std::set<std::string> whole_file_;
  std::map<uint32_t, std::set<std::string>> by_line_;
};

}  // namespace

std::vector<Finding> CheckFile(const Snapshot& snapshot, const SourceFile& file,
                               const build::Fleet* fleet, const std::function<bool()>& stop) {
  std::vector<Finding> findings;
  if (file.file_class != FileClass::kYaml && file.file_class != FileClass::kTemplated)
    return findings;
  RuleContext context(snapshot, file, fleet, findings);
  const bool parked = snapshot.IsParked(file.path);
  for (const Rule* rule : AllRules()) {
    if (stop && stop()) return findings;
    const std::optional<Severity> severity = SeverityOf(*rule, snapshot.settings());
    if (!severity) continue;
    context.rule_ = rule;
    context.severity_ = *severity;
    const size_t before = findings.size();
    rule->check(context);
    if (findings.size() > before + kMaxFindings) {
      findings.erase(findings.begin() + static_cast<std::ptrdiff_t>(before + kMaxFindings),
                     findings.end());
    }
    if (!parked || rule->parked_too) continue;
    for (size_t i = before; i < findings.size(); ++i) {
      findings[i].severity = std::max(findings[i].severity, Severity::kInfo);
    }
  }
  if (findings.empty()) return findings;
  const Ignores ignores(file);
  std::erase_if(findings, [&](const Finding& finding) {
    return ignores.Silences(finding, file.text->lines());
  });
  std::sort(findings.begin(), findings.end());
  findings.erase(std::unique(findings.begin(), findings.end()), findings.end());
  return findings;
}

}  // namespace fluxls
