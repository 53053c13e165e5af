// What the command line asks for. Plain data, filled by command_line.cc.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/features/graph_formats.h"
#include "analysis/model/flux_release.h"
#include "analysis/workspace/settings.h"

namespace fluxls::cli {

enum class ColorMode : uint8_t { kAuto, kAlways, kNever };
enum class Format : uint8_t { kText, kJson, kSarif, kGithub };

struct CheckOptions {
  std::vector<std::string> paths;    // "." when empty
  std::vector<std::string> schemas;  // directories with JSON schemas
  Format format = Format::kText;
  std::optional<FluxRelease> flux_release;
  Severity min_severity = Severity::kHint;             // less severe findings are dropped
  std::optional<Severity> fail_on = Severity::kError;  // nothing: findings never fail the run
  ColorMode color = ColorMode::kAuto;
};

struct FixOptionsCli {
  std::vector<std::string> paths;
  std::vector<std::string> schemas;
  std::optional<FluxRelease> flux_release;
  std::string rule;
  bool unsafe = false;
  bool diff = false;
};

struct BuildOptionsCli {
  std::string directory = ".";
  bool legacy_order = true;
  bool restrict_files = true;  // as kustomize's --load-restrictor has it by default
  std::string kustomization;   // [NAMESPACE/]NAME of a Flux Kustomization; "" for plain kustomize
  std::string cluster;         // path of the cluster's directory; "" for any
  bool list = false;
  bool provenance = false;  // say who changed what, in comments
};

struct ImpactOptionsCli {
  std::vector<std::string> paths;
  std::string revision;  // of Git; "" to ask about `paths`
};

// Who places the boxes of a drawing.
enum class DrawingLayout : uint8_t {
  kAuto,      // Graphviz where there is one and the graph is not too large, else we
  kGraphviz,  // `dot`
  kLevels,    // we: a column for each level of the reconcile order
};

struct GraphOptionsCli {
  std::string path = ".";
  std::string cluster;  // its directory or the end of it; "" for all
  GraphFormat format = GraphFormat::kText;
  DrawingLayout layout = DrawingLayout::kAuto;
};

struct TreeOptionsCli {
  std::string kustomization;  // [NAMESPACE/]NAME
  std::string path = ".";
  std::string cluster;   // as above
  bool compact = false;  // only objects of Flux
  bool json = false;
};

struct SchemaImportOptions {
  std::vector<std::string> paths;  // files with CRDs
  std::optional<FluxRelease> flux_release;
  std::string into;  // directory with the data; "": compare only, with the data in the program
};

// Exit codes, the same for every command.
inline constexpr int kExitClean = 0;
inline constexpr int kExitFindings = 1;
inline constexpr int kExitError = 2;

}  // namespace fluxls::cli
