#include "lsp/publisher.h"

#include <vector>

#include <fmt/format.h>

namespace fluxls::lsp {
namespace {

// FNV-1a: equal lists of one session have equal ids; nothing more is asked of it.
std::string HashOf(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3u;
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace

ReportPtr Publisher::ReportOf(const std::string& path, const CheckedFilePtr& result,
                              const ConvertContext& context) {
  static const ReportPtr kEmpty =
      std::make_shared<Report>(Report{nullptr, {"[]"}, HashOf("[]"), true});
  if (!result || result->findings.empty()) {
    reports_.erase(path);
    return kEmpty;
  }
  ReportPtr& slot = reports_[path];
  if (slot && slot->from == result) return slot;
  std::vector<Diagnostic> diagnostics;
  diagnostics.reserve(result->findings.size());
  for (const Finding& finding : result->findings) {
    diagnostics.push_back(ToDiagnostic(finding, *result->file, context));
  }
  auto report = std::make_shared<Report>();
  report->from = result;
  report->list = Encode(diagnostics);
  report->resultId = HashOf(report->list.json);
  report->empty = false;
  slot = report;
  return slot;
}

void Publisher::Publish(const std::string& path, const std::string& uri,
                        std::optional<int64_t> version, const Report& report) {
  auto found = published_.find(path);
  if (found == published_.end()) {
    if (report.empty && !version) return;
  } else {
    const Published& last = found->second;
    bool same_list = last.resultId == report.resultId && last.uri == uri;
    if (same_list && (!version || last.version == version)) return;
    if (last.uri != uri) Retract(last);
  }
  notify_(EncodePublishDiagnostics(uri, version, report.list));
  if (report.empty && !version) {
    published_.erase(path);
  } else {
    published_[path] = {uri, version, report.resultId, report.empty};
  }
}

void Publisher::Expect(const std::string& path) {
  if (auto found = published_.find(path); found != published_.end()) found->second.version.reset();
}

void Publisher::Retract(const Published& published) {
  if (!published.empty) notify_(EncodePublishDiagnostics(published.uri, std::nullopt, {"[]"}));
}

void Publisher::Clear(const std::string& path) {
  reports_.erase(path);
  auto found = published_.find(path);
  if (found == published_.end()) return;
  Published last = found->second;
  published_.erase(found);
  Retract(last);
}

void Publisher::ClearWhere(const std::function<bool(const std::string&)>& condition) {
  std::vector<std::string> paths;
  for (const auto& [path, published] : published_) {
    if (condition(path)) paths.push_back(path);
  }
  for (const std::string& path : paths) Clear(path);
}

}  // namespace fluxls::lsp
