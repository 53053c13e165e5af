#include "cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <map>

#include "cli/commands.h"
#include "lsp/run.h"

namespace fluxls::cli {
namespace {

const std::map<std::string, Severity> kSeverities = {{"error", Severity::kError},
                                                     {"warning", Severity::kWarning},
                                                     {"info", Severity::kInfo},
                                                     {"hint", Severity::kHint}};
const std::map<std::string, Format> kFormats = {{"text", Format::kText},
                                                {"json", Format::kJson},
                                                {"sarif", Format::kSarif},
                                                {"github", Format::kGithub}};
const std::map<std::string, ColorMode> kColors = {
    {"auto", ColorMode::kAuto}, {"always", ColorMode::kAlways}, {"never", ColorMode::kNever}};

// An option that takes one of the names of `values`.
template <typename T>
void AddChoice(CLI::App* app, const std::string& name, T& target,
               const std::map<std::string, T>& values, const std::string& help) {
  std::string names;
  for (const auto& [key, value] : values) names += (names.empty() ? "" : "|") + key;
  app->add_option_function<std::string>(
         name, [&target, &values](const std::string& text) { target = values.at(text); }, help)
      ->check([&values, names](const std::string& text) {
        return values.contains(text) ? "" : fmt::format("'{}' is none of {}", text, names);
      })
      ->type_name(names);
}

void AddFluxVersion(CLI::App* app, std::optional<FluxRelease>& target) {
  app->add_option_function<std::string>(
         "--flux-version", [&target](const std::string& text) { target = ParseFluxRelease(text); },
         "Flux release to judge by, such as 2.6; default: what the repository says")
      ->check([](const std::string& text) {
        std::optional<FluxRelease> release = ParseFluxRelease(text);
        if (!release) return fmt::format("'{}' is not a Flux release; try 2.6", text);
        if (*release < kOldestRelease)
          return fmt::format("'{}' is older than Flux {}, the oldest release that is known", text,
                             kOldestRelease.ToString());
        return std::string();
      })
      ->type_name("V");
}

void AddSchemas(CLI::App* app, std::vector<std::string>& target) {
  app->add_option("--schemas", target,
                  "Directory with JSON schemas of custom resources, GROUP/KIND_VERSION.json; may "
                  "be given several times")
      ->type_name("DIR")
      ->allow_extra_args(false);
}

struct Arguments {
  CheckOptions check;
  BuildOptionsCli build;
  ImpactOptionsCli impact;
  GraphOptionsCli graph;
  TreeOptionsCli tree;
  FixOptionsCli fix;
  SchemaImportOptions schema_import;
  std::string explain;
  std::string markdown;
  bool stdio = false;
  std::optional<std::string> listen;
};

void AddCheck(CLI::App& app, CheckOptions& options) {
  CLI::App* check = app.add_subcommand("check", "Report findings in files and folders");
  check->add_option("PATH", options.paths, "Files and folders; default: the current directory");
  AddChoice(check, "--format", options.format, kFormats, "Output format; default: text");
  AddFluxVersion(check, options.flux_release);
  AddSchemas(check, options.schemas);
  AddChoice(check, "--min-severity", options.min_severity, kSeverities,
            "Leave out what is less severe; default: hint");
  static const auto kFailOn = [] {
    std::map<std::string, std::optional<Severity>> values{{"never", std::nullopt}};
    for (const auto& [name, severity] : kSeverities) values[name] = severity;
    return values;
  }();
  AddChoice(check, "--fail-on", options.fail_on, kFailOn,
            "Exit with 1 when a reported finding is at least this severe; default: error");
  AddChoice(check, "--color", options.color, kColors, "Colours in text output; default: auto");
  check->footer(
      "Exit code: 0 clean, 1 findings at or above --fail-on, 2 wrong usage or a file that cannot "
      "be read.");
}

void AddFix(CLI::App& app, FixOptionsCli& options) {
  CLI::App* fix = app.add_subcommand("fix", "Apply the fixes of findings to the files");
  fix->add_option("PATH", options.paths, "Files and folders; default: the current directory");
  AddFluxVersion(fix, options.flux_release);
  AddSchemas(fix, options.schemas);
  fix->add_option("--rule", options.rule, "Only fixes of this rule")->type_name("ID");
  fix->add_flag("--unsafe", options.unsafe, "Also fixes that may change what is meant");
  fix->add_flag("--diff", options.diff, "Print a unified diff and write nothing");
  fix->footer("Exit code: 0 done, 2 wrong usage or a file that cannot be read or written.");
}

void AddBuild(CLI::App& app, BuildOptionsCli& options) {
  CLI::App* build = app.add_subcommand("build", "Print the objects that a directory makes");
  build->add_option("DIR", options.directory, "Directory with a kustomization file; default: here");
  static const std::map<std::string, bool> kOrders = {{"legacy", true}, {"none", false}};
  AddChoice(build, "--reorder", options.legacy_order, kOrders,
            "Order of the objects: by kind, or as they are listed; default: legacy");
  static const std::map<std::string, bool> kRestrictors = {{"LoadRestrictionsRootOnly", true},
                                                           {"LoadRestrictionsNone", false}};
  AddChoice(build, "--load-restrictor", options.restrict_files, kRestrictors,
            "Whether files may lie outside of the kustomization's directory");
  build
      ->add_option("--kustomization", options.kustomization,
                   "Print what Flux applies for this Flux Kustomization instead")
      ->type_name("[NAMESPACE/]NAME");
  build->add_option("--cluster", options.cluster, "Directory of the cluster, where several have it")
      ->type_name("DIR");
  build->add_flag("--list", options.list, "List all builds of the repository and how they end");
  build->add_flag("--provenance", options.provenance, "Say in comments which line changed a field");
  build->footer(
      "Nothing is run and nothing is fetched.\nExit code: 0 built, 1 it fails or is incomplete, 2 "
      "wrong usage.");
}

void AddImpact(CLI::App& app, ImpactOptionsCli& options) {
  CLI::App* impact =
      app.add_subcommand("impact", "List the builds and objects that a change touches");
  impact->add_option("PATH", options.paths, "Files and folders that change");
  impact
      ->add_option("--diff", options.revision,
                   "Instead: objects that differ from what they were at this Git revision")
      ->type_name("REV");
  impact->footer(
      "Signs of --diff: + new, - gone, ~ changed.\nExit code: 0, 1 when --diff finds a build that "
      "fails now, 2 for wrong usage.");
}

void AddCluster(CLI::App* app, std::string& target) {
  app->add_option("--cluster", target, "Directory of a cluster, or the end of it; default: all")
      ->type_name("DIR");
}

void AddGraph(CLI::App& app, GraphOptionsCli& options) {
  CLI::App* graph = app.add_subcommand(
      "graph", "Show what Flux reconciles in each cluster, in which order, and from which sources");
  graph->add_option("PATH", options.path, "The repository, or clusters in it; default: here");
  AddCluster(graph, options.cluster);
  static const std::map<std::string, GraphFormat> kGraphFormats = {
      {"text", GraphFormat::kText}, {"dot", GraphFormat::kDot}, {"mermaid", GraphFormat::kMermaid},
      {"json", GraphFormat::kJson}, {"svg", GraphFormat::kSvg}, {"html", GraphFormat::kHtml}};
  AddChoice(graph, "--format", options.format, kGraphFormats, "Output format; default: text");
  static const std::map<std::string, DrawingLayout> kLayouts = {{"auto", DrawingLayout::kAuto},
                                                                {"dot", DrawingLayout::kGraphviz},
                                                                {"levels", DrawingLayout::kLevels}};
  AddChoice(graph, "--layout", options.layout, kLayouts,
            "Who lays out svg and html: Graphviz' dot, or ourselves by levels; default: dot where "
            "it is installed");
  graph->footer("Exit code: 0 shown, 2 wrong usage.");
}

void AddTree(CLI::App& app, TreeOptionsCli& options) {
  CLI::App* tree = app.add_subcommand(
      "tree", "List what a Flux Kustomization applies, and what its Kustomizations apply");
  tree->add_option("KUSTOMIZATION", options.kustomization, "[NAMESPACE/]NAME")->required();
  tree->add_option("PATH", options.path, "The repository, or clusters in it; default: here");
  AddCluster(tree, options.cluster);
  tree->add_flag("--compact", options.compact, "Only objects of Flux");
  static const std::map<std::string, bool> kTreeFormats = {{"text", false}, {"json", true}};
  AddChoice(tree, "--format", options.json, kTreeFormats, "Output format; default: text");
  tree->footer("Exit code: 0 shown, 1 a build in it fails or is incomplete, 2 wrong usage.");
}

void AddSchema(CLI::App& app, SchemaImportOptions& options) {
  CLI::App* schema = app.add_subcommand("schema", "Maintain the schemas of the catalogue");
  schema->require_subcommand(1);
  CLI::App* import =
      schema->add_subcommand("import", "Compare CRDs with the catalogue's data, or take them over");
  import->add_option("CRD", options.paths, "Files with CustomResourceDefinitions")->required();
  AddFluxVersion(import, options.flux_release);
  import->add_option("--into", options.into, "Write into this folder (schemas/data)")
      ->type_name("DIR");
  import->footer(
      "Prints what differs: + new, - gone. New and gone hold from --flux-version on (the newest "
      "known); import releases in their order.\nExit code: 0, 2 for a file that cannot be read or "
      "written.");
}

int Serve(const Arguments& arguments) {
  // A client that goes away must show as a failed write, not end the process.
  std::signal(SIGPIPE, SIG_IGN);
  return arguments.listen ? lsp::RunListen(*arguments.listen) : lsp::RunStdio();
}

void TellRelease(const std::optional<FluxRelease>& release) {
  if (!release || *release <= kNewestRelease) return;
  std::cerr << fmt::format("fluxcd-ls: Flux {} is not known yet; judged as {}\n",
                           release->ToString(), kNewestRelease.ToString());
}

int Dispatch(CLI::App& app, const Arguments& arguments) {
  if (app.got_subcommand("check")) TellRelease(arguments.check.flux_release);
  if (app.got_subcommand("fix")) TellRelease(arguments.fix.flux_release);
  if (app.got_subcommand("check")) return RunCheck(arguments.check, std::cout, std::cerr);
  if (app.got_subcommand("fix")) return RunFix(arguments.fix, std::cout, std::cerr);
  if (app.got_subcommand("build")) return RunBuild(arguments.build, std::cout, std::cerr);
  if (app.got_subcommand("impact")) return RunImpact(arguments.impact, std::cout, std::cerr);
  if (app.got_subcommand("graph")) return RunGraph(arguments.graph, std::cout, std::cerr);
  if (app.got_subcommand("tree")) return RunTree(arguments.tree, std::cout, std::cerr);
  if (app.got_subcommand("explain")) return RunExplain(arguments.explain, std::cout, std::cerr);
  if (app.got_subcommand("schema"))
    return RunSchemaImport(arguments.schema_import, std::cout, std::cerr);
  if (app.got_subcommand("rules")) return RunRules(arguments.markdown, std::cout, std::cerr);
  return Serve(arguments);
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Language server and checks for Flux CD and kustomize repositories", "fluxcd-ls");
  app.set_version_flag("--version", "fluxcd-ls " FLUXLS_VERSION);
  app.require_subcommand(0, 1);
  CLI::Option* stdio =
      app.add_flag("--stdio", arguments.stdio, "Serve LSP on stdin and stdout (the default)");
  app.add_option("--listen", arguments.listen, "Serve LSP on a local TCP port")
      ->type_name("127.0.0.1:PORT")
      ->excludes(stdio);
  // Some clients add this to every server's command line; the `processId` of initialize says the
  // same.
  std::string client_process_id;
  app.add_option("--clientProcessId", client_process_id)->group("");

  AddCheck(app, arguments.check);
  AddFix(app, arguments.fix);
  AddBuild(app, arguments.build);
  AddImpact(app, arguments.impact);
  AddGraph(app, arguments.graph);
  AddTree(app, arguments.tree);
  AddSchema(app, arguments.schema_import);
  CLI::App* explain = app.add_subcommand("explain", "Print the documentation of a rule");
  explain->add_option("ID", arguments.explain, "Rule id, as in brackets behind a finding")
      ->required();
  CLI::App* rules = app.add_subcommand("rules", "List all rules");
  rules->add_option("--markdown", arguments.markdown, "Write a page for each rule into this folder")
      ->type_name("DIR");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, std::cerr) == 0 ? kExitClean : kExitError;
  }
  int code = Dispatch(app, arguments);
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "fluxcd-ls: cannot write to standard output\n";
    return kExitError;
  }
  return code;
}

}  // namespace fluxls::cli
