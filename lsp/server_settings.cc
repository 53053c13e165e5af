// Settings, wherever they come from.
#include <fmt/format.h>

#include "lsp/server.h"

namespace fluxls::lsp {
namespace {
// How long the first findings wait for a client that was asked for its settings and says nothing.
constexpr std::chrono::milliseconds kConfigurationPatience{500};
}  // namespace

void Server::AskConfiguration(bool hold) {
  // The answer or the patience, whichever is first, lets the project go on.
  auto waiting = std::make_shared<bool>(hold);
  auto go_on = [this, waiting] {
    if (!*waiting) return;
    *waiting = false;
    project_.Release();
  };
  if (hold) {
    project_.Hold();
    executor_.PostAfter(kConfigurationPatience, go_on);
  }
  dispatcher_.Ask(
      "workspace/configuration", EncodeConfigurationRequest("fluxcd"),
      [this, go_on](const Message& answer) {
        if (JsonPtr options = answer.failed ? nullptr : FirstConfigurationItem(answer.result))
          UseOptions(*options, true);
        go_on();
      });
}

void Server::DidChangeConfiguration(const DidChangeConfigurationParams& params) {
  UseOptions(*params.settings, false);
  // Clients that keep settings themselves only say that something changed.
  if (client_.configuration && started_) AskConfiguration(false);
}

void Server::UseOptions(const Json& options, bool ours) {
  ServerSettings before = settings_;
  for (const std::string& problem : ReadSettings(options, ours, settings_)) Warn(problem);
  settings_.mode = started_ ? before.mode : settings_.mode;
  if (!started_) return;
  if (settings_.code_lens != before.code_lens && client_.codeLensRefresh)
    RefreshSoon("workspace/codeLens/refresh", lens_refresh_pending_);
  if (settings_.inlay_hints != before.inlay_hints && client_.inlayHintRefresh)
    RefreshSoon("workspace/inlayHint/refresh", hint_refresh_pending_);
  if (settings_.engine == before.engine && settings_.closed_files == before.closed_files) return;
  project_.Configure(settings_.engine, settings_.closed_files);
  if (before.closed_files && !settings_.closed_files) {
    publisher_.ClearWhere([this](const std::string& path) { return !FindPath(path); });
  } else if (settings_.closed_files != before.closed_files) {
    PublishAll();
  }
}

}  // namespace fluxls::lsp
