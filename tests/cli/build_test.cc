// `build` and `impact` from the outside.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

#include "tests/cli/sandbox.h"

namespace fluxls::testing {
namespace {

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void WriteFleet(const Sandbox& box) {
  box.Write(".git/HEAD", "ref: refs/heads/main\n");
  box.Write("clusters/production/apps.yaml",
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n"
            "  name: apps\n  namespace: flux-system\nspec:\n  interval: 10m\n  path: ./apps\n"
            "  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n"
            "  postBuild:\n    substitute:\n      color: green\n");
  box.Write("apps/kustomization.yaml",
            "namespace: web\nresources:\n  - settings.yaml\n  - namespace.yaml\n");
  box.Write(
      "apps/settings.yaml",
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  color: ${color}\n");
  box.Write("apps/namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n");
}

TEST_CASE("build prints what kustomize builds") {
  Sandbox box;
  WriteFleet(box);
  RunResult run = box.Run({"build", "apps"});
  CHECK_EQ(run.err, "");
  CHECK_EQ(run.code, 0);
  CHECK_EQ(run.out,
           "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: web\n---\napiVersion: v1\ndata:\n"
           "  color: ${color}\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: web\n");
  CHECK(box.Run({"build", "apps", "--reorder", "none"}).out.starts_with("apiVersion: v1\ndata:"));
}

TEST_CASE("build prints what Flux applies, and who changed what") {
  Sandbox box;
  WriteFleet(box);
  RunResult run = box.Run({"build", "--kustomization", "apps"});
  CHECK_EQ(run.code, 0);
  CHECK(Has(run.out, "  color: green\n"));
  run = box.Run({"build", "--kustomization", "flux-system/apps", "--provenance"});
  CHECK(Has(run.out, "  color: green  # substitution by apps/settings.yaml:6"));
  CHECK(Has(run.out, "  namespace: web  # namespace by apps/kustomization.yaml:1"));
  run = box.Run({"build", "--kustomization", "nothing"});
  CHECK_EQ(run.code, 2);
  CHECK(Has(run.err, "there is no Flux Kustomization \"nothing\""));
}

TEST_CASE("build prints what Flux would apply, values of Secrets included") {
  Sandbox box;
  WriteFleet(box);
  box.Write("clusters/production/secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: colors\n  namespace: flux-system\n"
            "stringData:\n  color: hunter2\n");
  std::string apps = box.Read("clusters/production/apps.yaml");
  const size_t at = apps.find("    substitute:");
  apps.replace(at, std::string::npos,
               "    substituteFrom:\n      - kind: Secret\n        name: colors\n");
  box.Write("clusters/production/apps.yaml", apps);
  apps = apps.substr(0, apps.find("  postBuild:"));
  apps.replace(apps.find("name: apps"), 10, "name: flux-system");
  apps.replace(apps.find("./apps"), 6, "./clusters/production");
  box.Write("clusters/production/flux-system/gotk-sync.yaml", apps);
  CHECK(Has(box.Run({"build", "--kustomization", "apps"}).out, "  color: hunter2\n"));
}

TEST_CASE("what a source leaves out is not built") {
  Sandbox box;
  WriteFleet(box);
  std::filesystem::remove(box.At("apps/kustomization.yaml"));
  box.Write("apps/.github/workflow.yaml", "on: push\n");
  box.Write("apps/dev/settings.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: dev\n");
  RunResult run = box.Run({"build", "--kustomization", "apps"});
  CHECK_EQ(run.err, "");
  CHECK(Has(run.out, "name: dev\n"));
  box.Write(".sourceignore", "/*\n!/apps/\n/apps/dev/\n.github/\n");
  run = box.Run({"build", "--kustomization", "apps"});
  CHECK_EQ(run.err, "");
  CHECK(Has(run.out, "name: web\n"));
  CHECK_FALSE(Has(run.out, "name: dev\n"));
  // Patterns of one's own take the place of Flux's: workflows are files like any other then.
  box.Write(".sourceignore", "/docs/\n");
  CHECK(Has(box.Run({"build", "--kustomization", "apps"}).err,
            "apps/.github/workflow.yaml:1:1: error"));
}

TEST_CASE("a build that fails says where and prints nothing") {
  Sandbox box;
  WriteFleet(box);
  box.Write("apps/kustomization.yaml", "resources:\n  - settings.yml\n");
  RunResult run = box.Run({"build", "apps"});
  CHECK_EQ(run.code, 1);
  CHECK_EQ(run.out, "");
  CHECK_EQ(run.err, "apps/kustomization.yaml:2:5: error: no file or directory \"settings.yml\"\n");
  run = box.Run({"build", "nowhere"});
  CHECK_EQ(run.code, 2);
  CHECK_EQ(run.err, "fluxcd-ls: nowhere: no such directory\n");
}

TEST_CASE("names with control characters do not reach the terminal") {
  Sandbox box;
  WriteFleet(box);
  box.Write("clusters/production/odd.yaml",
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n"
            "  name: \"o\\e[31md\\td\"\n  namespace: flux-system\nspec:\n  path: ./apps\n"
            "  sourceRef:\n    kind: GitRepository\n    name: flux-system\n");
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"build", "--list"}, {"impact", "apps/settings.yaml"}}) {
    const RunResult run = box.Run(command);
    CHECK(Has(run.out, "o\\x1b[31md\\x09d"));
    CHECK_FALSE(Has(run.out, "\x1b"));
  }
}

TEST_CASE("impact lists the builds and objects that a file gets into") {
  Sandbox box;
  WriteFleet(box);
  RunResult run = box.Run({"impact", "apps/settings.yaml"});
  CHECK_EQ(run.code, 0);
  CHECK_EQ(run.out,
           "clusters/production: Kustomization flux-system/apps\n"
           "  ConfigMap \"settings\" in namespace \"web\"\n");
  // A kustomization has a part in everything that it builds.
  CHECK(Has(box.Run({"impact", "apps/kustomization.yaml"}).out, "Namespace \"web\""));
  box.Write("notes.yaml", "a: b\n");
  CHECK_EQ(box.Run({"impact", "notes.yaml"}).out, "no build reads this\n");
  CHECK_EQ(box.Run({"impact"}).code, 2);
}

TEST_CASE("impact --diff lists the objects that differ from a revision") {
  Sandbox box;
  const std::string git = "git -C " + box.path() + " -c user.name=a -c user.email=a@example.org ";
  if (std::system((git + "init -q 2>/dev/null").c_str()) != 0) {
    MESSAGE("skipped: git is not installed");
    return;
  }
  WriteFleet(box);
  box.Write(".git/HEAD", "ref: refs/heads/main\n");
  REQUIRE_EQ(std::system((git + "add -A").c_str()), 0);
  REQUIRE_EQ(std::system((git + "commit -qm first").c_str()), 0);
  CHECK_EQ(box.Run({"impact", "--diff", "HEAD"}).out, "every object is what it was at HEAD\n");
  box.Write("apps/settings.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  color: red\n");
  box.Write("apps/more.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: more\n");
  box.Write("apps/kustomization.yaml",
            "namespace: web\nresources:\n  - settings.yaml\n  - more.yaml\n");
  CHECK_EQ(box.Run({"impact", "--diff", "HEAD"}).out,
           "clusters/production: Kustomization flux-system/apps\n"
           "  + ConfigMap \"more\" in namespace \"web\"\n"
           "  ~ ConfigMap \"settings\" in namespace \"web\"\n"
           "  - Namespace \"web\"\n");
  box.Write("apps/kustomization.yaml", "namespace: web\nresources:\n  - gone.yaml\n");
  RunResult broken = box.Run({"impact", "--diff", "HEAD"});
  CHECK_EQ(broken.code, 1);
  CHECK(Has(broken.out,
            "clusters/production: Kustomization flux-system/apps\n  fails now\n"
            "  apps/kustomization.yaml:3:5: no file or directory \"gone.yaml\"\n"));
  RunResult run = box.Run({"impact", "--diff", "--option"});
  CHECK_EQ(run.code, 2);
  CHECK_EQ(box.Run({"impact", "--diff", "no-such"}).err,
           "fluxcd-ls: --diff: git knows no revision \"no-such\"\n");
}

}  // namespace
}  // namespace fluxls::testing
