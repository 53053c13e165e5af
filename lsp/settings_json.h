// Settings as editors send them.
//
//   fluxVersion         "2.6" …; "auto" or "" reads the repository
//   profile             "minimal" | "recommended" | "strict" | "house"
//   rules               {"<rule id>": "error" | "warning" | "info" | "hint" | "off"}
//   exclude             [gitignore patterns]
//   maxFileBytes        number
//   diagnostics.scope   "workspace" | "open"
//   diagnostics.mode    "auto" | "push" | "pull" | "both"; only read at start
//   codeLens.enable     true | false
//   inlayHints.enable   true | false
#pragma once

#include <string>
#include <vector>

#include "analysis/workspace/settings.h"
#include "lsp/json_rpc.h"

namespace fluxls::lsp {

enum class DiagnosticsMode : uint8_t { kAuto, kPush, kPull, kBoth };

struct ServerSettings {
  Settings engine;
  bool closed_files = true;
  DiagnosticsMode mode = DiagnosticsMode::kAuto;
  // Above every object two lines more: only for those who want them.
  bool code_lens = false;
  // Editors have a switch of their own for hints, and most begin with hints switched off.
  bool inlay_hints = true;
};

// Reads options on top of `settings`: keys that are not there stay as they are. The options stand
// bare or under "fluxcd". What is unknown or of the wrong type is left out and named in the answer:
// what was found and what was expected. `ours`: the object was sent to this server alone
// (initializationOptions, the answer for our section). If not, an object without any known key is
// somebody else's and is passed over in silence.
std::vector<std::string> ReadSettings(const Json& options, bool ours, ServerSettings& settings);

}  // namespace fluxls::lsp
