#include "cli/report.h"

#include <algorithm>

#include "analysis/rules/apply_fixes.h"
#include "analysis/text/unicode.h"

namespace fluxls::cli {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Place PlaceOf(const Selection& selection, const Snapshot& snapshot, const std::string& path,
              ByteRange range) {
  Place place;
  place.path = selection.Display(path);
  if (SourceFilePtr file = snapshot.Find(path)) {
    place.start = PositionOf(*file->text, range.begin);
    place.end = PositionOf(*file->text, range.end);
  }
  return place;
}

}  // namespace

Position PositionOf(const Text& text, uint32_t offset) {
  std::string_view content = text.content();
  offset = std::min(offset, static_cast<uint32_t>(content.size()));
  uint32_t line = text.lines().LineOf(offset);
  uint32_t start = text.lines().LineStart(line);
  if (line == 0 && content.starts_with(kByteOrderMark)) {
    start = std::min(offset, static_cast<uint32_t>(kByteOrderMark.size()));
  }
  return {line + 1, CountCodePoints(Slice(content, {start, offset})) + 1};
}

Report MakeReport(const Selection& selection, const std::vector<SourceFilePtr>& files,
                  const std::vector<Finding>& findings) {
  Report report;
  Report::Summary& summary = report.summary;
  for (const SourceFilePtr& file : files) {
    if (file->file_class == FileClass::kUnreadable || file->file_class == FileClass::kTooLarge)
      continue;
    ++summary.files;
    for (const yaml::Document& document : file->yaml.documents) {
      if (document.root()) ++summary.documents;
    }
  }
  uint32_t* const counts[] = {&summary.errors, &summary.warnings, &summary.infos, &summary.hints};
  Snapshot snapshot = selection.workspace.snapshot();
  for (const Finding& finding : findings) {
    ++*counts[static_cast<size_t>(finding.severity)];
    SourceFilePtr file = snapshot.Find(finding.path);
    if (ChooseFix(finding, {}) && file && WhyNotEditable(*file).empty()) ++summary.fixable;
    Report::Item& item = report.items.emplace_back();
    item.finding = &finding;
    item.place = PlaceOf(selection, snapshot, finding.path, finding.range);
    for (const Related& related : finding.related) {
      item.related.push_back(
          {PlaceOf(selection, snapshot, related.path, related.range), related.message});
    }
    for (const Fix& fix : finding.fixes) {
      auto& replacements = item.fixes.emplace_back();
      for (const FileEdit& edited : fix.edits) {
        for (const TextEdit& edit : edited.edits) {
          replacements.push_back(
              {PlaceOf(selection, snapshot, edited.path, edit.range), edit.new_text});
        }
      }
    }
  }
  return report;
}

}  // namespace fluxls::cli
