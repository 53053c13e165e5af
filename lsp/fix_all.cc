#include "lsp/fix_all.h"

#include "analysis/rules/apply_fixes.h"
#include "analysis/rules/rule.h"
#include "lsp/convert.h"

namespace fluxls::lsp {

std::optional<std::vector<TextEdit>> FixAll(const Snapshot& snapshot, const CheckedFile& result,
                                            const std::stop_token& stop) {
  SourceFilePtr current = result.file;
  if (current->converted || current->file_class != FileClass::kYaml) return std::nullopt;
  // Each round is checked against the text of the round before, as `fluxcd-ls fix` does.
  Workspace tried(snapshot);
  std::vector<TextEdit> first_round;
  FixRun run = FixUntilStable(
      result.findings, FixOptions{},
      [&](const std::string& path) { return path == result.file->path; },
      [&](const FixPlan& plan) -> std::vector<Finding> {
        if (stop.stop_requested() || plan.edits.empty()) return {};
        if (first_round.empty()) first_round = plan.edits.front().edits;
        Source source;
        source.path = current->path;
        source.version = current->version;
        source.text =
            std::make_shared<Text>(ApplyEdits(current->text->content(), plan.edits.front().edits));
        current = ParseSource(std::move(source), current.get());
        tried.Install(current);
        // Nobody builds what is only tried out: what rules find in builds waits for the next time.
        return CheckFile(tried.snapshot(), *current, nullptr,
                         [&stop] { return stop.stop_requested(); });
      });
  if (stop.stop_requested() || run.rounds == 0 ||
      current->text->content() == result.file->text->content()) {
    return std::nullopt;
  }
  // Small edits keep the cursor where it is; only when later rounds changed their results is there
  // one edit over all.
  if (run.rounds == 1) return first_round;
  return std::vector<TextEdit>{MinimalEdit(result.file->text->content(), current->text->content())};
}

}  // namespace fluxls::lsp
