// Code actions: the fixes of findings, offered, resolved and applied.
#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "analysis/rules/apply_fixes.h"
#include "lsp/fix_all.h"
#include "lsp/server.h"

namespace fluxls::lsp {
namespace {

constexpr std::string_view kQuickFix = "quickfix";
constexpr std::string_view kFixAll = "source.fixAll.fluxcd";
constexpr std::string_view kFixAllTitle = "Apply all safe fluxcd fixes in this file";
constexpr std::string_view kApplyFix = "fluxcd.applyFix";
constexpr std::string_view kUpgrade = "fluxcd.upgradeApiVersions";
constexpr std::string_view kGraph = "fluxcd.graph";
constexpr std::string_view kTree = "fluxcd.tree";
constexpr std::string_view kUpgradeTitle = "Upgrade Flux API versions";
constexpr std::string_view kUpgradeRules[] = {"removed-api-version", "deprecated-api-version"};
constexpr std::string_view kMoved = "the file has changed since this fix was offered";

// Does a client that asks for `only` want `kind`? Kinds are trees: "source" asks for
// "source.fixAll.fluxcd" too.
bool Wants(const std::optional<std::vector<std::string>>& only, std::string_view kind) {
  if (!only) return true;
  return std::any_of(only->begin(), only->end(), [kind](const std::string& wanted) {
    return wanted.empty() || kind == wanted ||
           (kind.starts_with(wanted) && kind[wanted.size()] == '.');
  });
}

size_t CountSafeFixes(const std::vector<Finding>& findings) {
  return static_cast<size_t>(
      std::count_if(findings.begin(), findings.end(), [](const Finding& finding) {
        const Fix* fix = ChooseFix(finding, {});
        return fix && fix->renames.empty();
      }));
}

bool Touches(ByteRange finding, ByteRange asked) {
  return finding.begin <= asked.end && asked.begin <= finding.end;
}

}  // namespace

bool Server::CanOffer(const Fix& fix) const {
  if (fix.edits.empty() && fix.renames.empty()) return false;
  return fix.renames.empty() || (client_.documentChanges && client_.renameFiles);
}

bool Server::IsCurrent(const SourceFile& file) const {
  SourceFilePtr now = project_.snapshot().Find(file.path);
  if (!now || now->text != file.text || now->version != file.version) return false;
  // Edits that have come but are not parsed yet.
  const Document* document = FindPath(file.path);
  return !document || (document->text == file.text && document->version == file.version);
}

std::optional<WorkspaceEdit> Server::EditFor(const Fix& fix, const CheckedFile& result,
                                             bool* moved) const {
  auto as_checked = [&result](const std::string& path) -> SourceFilePtr {
    if (path == result.file->path) return result.file;
    for (const SourceFilePtr& file : result.edited) {
      if (file->path == path) return file;
    }
    return nullptr;
  };
  for (const FileEdit& edit : fix.edits) {
    SourceFilePtr file = as_checked(edit.path);
    if (!file || IsCurrent(*file)) continue;
    if (moved) *moved = true;
    return std::nullopt;
  }
  ConvertContext context = Context();
  context.find = as_checked;
  return ToWorkspaceEdit(fix, context);
}

Encoded Server::QuickFix(const Finding& finding, const Fix& fix, const FixReference& reference,
                         const CheckedFile& result) const {
  if (!client_.codeActionLiterals) {
    return Encode(Command{fix.title, std::string(kApplyFix), reference});
  }
  CodeAction action;
  action.title = fix.title;
  action.kind = kQuickFix;
  action.diagnostics = EncodeArray({Encode(ToDiagnostic(finding, *result.file, Context()))});
  if (client_.codeActionPreferred && fix.preferred) action.isPreferred = true;
  if (client_.codeActionResolveEdit && client_.codeActionData) {
    action.data = reference;
  } else {
    action.edit = EditFor(fix, result);
    if (!action.edit) return {""};
  }
  return Encode(action);
}

void Server::CodeActions(const CodeActionParams& params, Reply reply) {
  Start();  // some clients forget `initialized`
  std::optional<std::string> path = PathFromUri(params.uri);
  bool can_apply = client_.codeActionLiterals || client_.applyEdit;
  if (!path || !can_apply) return reply.Ok({"[]"});
  AskFresh(*path, reply, [this, params, path = *path, reply](const CheckedFilePtr& result) {
    if (!result) return reply.Ok({"[]"});
    if (!result->failure.empty()) return reply.Fail(ErrorCode::kInternalError, result->failure);
    std::string result_id = ReportOf(path, result)->resultId;
    ByteRange asked = ToByteRange(*result->file->text, params.range, encoding_);
    std::vector<Encoded> actions;
    if (Wants(params.only, kQuickFix)) {
      for (size_t i = 0; i < result->findings.size(); ++i) {
        const Finding& finding = result->findings[i];
        if (!Touches(finding.range, asked)) continue;
        for (size_t j = 0; j < finding.fixes.size(); ++j) {
          if (!CanOffer(finding.fixes[j])) continue;
          FixReference reference{params.uri, result_id, static_cast<int64_t>(i),
                                 static_cast<int64_t>(j)};
          Encoded action = QuickFix(finding, finding.fixes[j], reference, *result);
          if (!action.json.empty()) actions.push_back(std::move(action));
        }
      }
    }
    // Asked for by name it is always offered; among other actions only where it does more than
    // one of them.
    size_t fixable = Wants(params.only, kFixAll) ? CountSafeFixes(result->findings) : 0;
    bool offer = fixable > 0 && client_.codeActionLiterals &&
                 (params.only || (fixable > 1 && !actions.empty() && !params.automatic));
    if (!offer) return reply.Ok(EncodeArray(actions));
    CodeAction all;
    all.title = kFixAllTitle;
    all.kind = kFixAll;
    if (client_.codeActionResolveEdit && client_.codeActionData) {
      all.data = FixReference{params.uri, result_id, -1, 0};
      actions.push_back(Encode(all));
      return reply.Ok(EncodeArray(actions));
    }
    FixWholeFile(result, reply, [actions, all, reply](std::optional<WorkspaceEdit> edit) mutable {
      if (edit) {
        all.edit = std::move(edit);
        actions.push_back(Encode(all));
      }
      reply.Ok(EncodeArray(actions));
    });
  });
}

void Server::FixWholeFile(const CheckedFilePtr& result, const Reply& reply,
                          std::function<void(std::optional<WorkspaceEdit>)> done) {
  executor_.RunOnWorker([this, result, reply, stop = reply.stop_token(), done = std::move(done),
                         snapshot = project_.snapshot()] {
    std::optional<std::vector<TextEdit>> edits;
    std::string failure;
    // Catch site of the engine's exceptions: fixing.
    try {
      edits = FixAll(snapshot, *result, stop);
    } catch (const std::exception& e) {
      failure = fmt::format("internal error while fixing: {}", e.what());
    }
    executor_.Post([this, result, reply, done, edits = std::move(edits), failure] {
      if (!failure.empty()) Log(LogLevel::kError, failure);
      if (!edits) return done(std::nullopt);
      Fix fix;
      fix.edits.push_back({result->file->path, *edits});
      bool moved = false;
      std::optional<WorkspaceEdit> edit = EditFor(fix, *result, &moved);
      if (moved) return reply.Fail(ErrorCode::kContentModified, std::string(kMoved));
      done(std::move(edit));
    });
  });
}

void Server::WithEdit(const FixReference& reference, const Reply& reply,
                      std::function<void(const std::string&, const WorkspaceEdit&)> done) {
  std::optional<std::string> path = PathFromUri(reference.uri);
  if (!path) return reply.Fail(ErrorCode::kInvalidParams, "the action names no file");
  project_.WhenFresh(
      *path, reply.stop_token(), [=, this, path = *path](const CheckedFilePtr& result) {
        if (!result || ReportOf(path, result)->resultId != reference.resultId) {
          return reply.Fail(ErrorCode::kContentModified, std::string(kMoved));
        }
        if (reference.finding < 0) {
          return FixWholeFile(
              result, reply, [reply, done](const std::optional<WorkspaceEdit>& edit) {
                if (!edit) return reply.Fail(ErrorCode::kRequestFailed, "there is nothing to fix");
                done(std::string(kFixAllTitle), *edit);
              });
        }
        auto finding = static_cast<size_t>(reference.finding);
        auto index = static_cast<size_t>(reference.fix);
        if (finding >= result->findings.size() || reference.fix < 0 ||
            index >= result->findings[finding].fixes.size()) {
          return reply.Fail(ErrorCode::kInvalidParams, "there is no such fix");
        }
        const Fix& fix = result->findings[finding].fixes[index];
        bool moved = false;
        std::optional<WorkspaceEdit> edit = EditFor(fix, *result, &moved);
        if (moved) return reply.Fail(ErrorCode::kContentModified, std::string(kMoved));
        if (!edit)
          return reply.Fail(ErrorCode::kRequestFailed,
                            "this fix cannot be applied through this editor");
        done(fix.title, *edit);
      });
}

void Server::ResolveCodeAction(const CodeActionToResolve& params, Reply reply) {
  Start();  // some clients forget `initialized`
  WithEdit(params.data, reply, [params, reply](const std::string&, const WorkspaceEdit& edit) {
    reply.Ok(EncodeResolved(params.action, edit));
  });
}

void Server::UpgradeApiVersions(const Reply& reply) {
  project_.WhenAllFresh(reply.stop_token(), [this, reply] {
    const bool preview = client_.changeAnnotations && client_.documentChanges;
    CheckedFile all;
    std::vector<Finding> findings;
    for (const SourceFilePtr& file : project_.snapshot().Files()) {
      const CheckedFilePtr result = project_.Result(file->path);
      if (!result) continue;
      for (const Finding& finding : result->findings) {
        if (std::find(std::begin(kUpgradeRules), std::end(kUpgradeRules), finding.rule) ==
            std::end(kUpgradeRules))
          continue;
        findings.push_back(finding);
        if (all.edited.empty() || all.edited.back() != result->file)
          all.edited.push_back(result->file);
      }
    }
    if (!all.edited.empty()) all.file = all.edited.front();
    FixPlan plan = PlanFixes(findings, {.unsafe = preview, .rule = ""});
    if (plan.edits.empty())
      return reply.Fail(ErrorCode::kRequestFailed, "there is nothing to upgrade");
    Fix fix;
    fix.edits = std::move(plan.edits);
    bool moved = false;
    std::optional<WorkspaceEdit> edit = EditFor(fix, all, &moved);
    if (!edit) return reply.Fail(ErrorCode::kContentModified, std::string(kMoved));
    if (preview) edit->confirm = kUpgradeTitle;
    dispatcher_.Ask("workspace/applyEdit", EncodeApplyEdit(std::string(kUpgradeTitle), *edit));
    reply.Ok({});
  });
}

void Server::ExecuteCommand(const ExecuteCommandParams& params, Reply reply) {
  Start();  // some clients forget `initialized`
  if (params.command == kUpgrade) return UpgradeApiVersions(reply);
  if (params.command == kGraph) return Graph(params.graph, reply);
  if (params.command == kTree) return Tree(params.graph, reply);
  if (params.command != kApplyFix) {
    return reply.Fail(ErrorCode::kInvalidParams,
                      fmt::format("params.command: no such command: {}", params.command));
  }
  WithEdit(params.argument, reply,
           [this, reply](const std::string& title, const WorkspaceEdit& edit) {
             dispatcher_.Ask("workspace/applyEdit", EncodeApplyEdit(title, edit));
             reply.Ok({});
           });
}

}  // namespace fluxls::lsp
