// Files, directories, kustomizations, bases and apps move in fleets of the usual layouts; what is
// applied stays what it was.
#include "analysis/rules/file_moves.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "tests/rules/fixture.h"
#include "tests/rules/moving.h"

namespace fluxls::test {
namespace {

constexpr std::string_view kSync = R"(%! .git/HEAD
ref: refs/heads/main
)";

// A Flux Kustomization with its own line for `path`.
std::string Ks(std::string_view name, std::string_view path, std::string_view more = "") {
  return fmt::format(R"(apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: {}
  namespace: flux-system
spec:
  interval: 10m
  path: {}
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
{})",
                     name, path, more);
}

std::string ConfigMap(std::string_view name) {
  return fmt::format(
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\n  namespace: web\ndata:\n  is: {}\n",
      name, name);
}

std::string Kustomize(std::string_view body) {
  return fmt::format("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n{}", body);
}

// clusters, infrastructure and apps, with a base and overlays.
std::string FourLayers() {
  std::string out(kSync);
  out += "%! clusters/production/apps.yaml\n" + Ks("apps", "./apps/production # what runs",
                                                   "  components:\n    - ../../components/quiet\n");
  out += "%! clusters/production/infrastructure.yaml\n" +
         Ks("infrastructure", "infrastructure/controllers/");
  out += "%! clusters/staging/apps.yaml\n" + Ks("apps", "\"/apps/staging\"");
  out += R"(%! apps/production/kustomization.yaml
# what production runs
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: web
resources:
  # from the base
  - ../base/podinfo # the app
  - ./settings.yaml
  # - later.yaml
patches:
  - path: scale.yaml # bigger
    target:
      kind: Deployment
configMapGenerator:
  - name: files
    files:
      - config/app.conf # the key is app.conf
      - other.conf=config/app.conf
    envs: [config/app.env]
%! apps/production/scale.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: any
spec:
  replicas: 3
%! apps/production/config/app.conf
color = green
%! apps/production/config/app.env
COLOR=green
)";
  out += "%! apps/production/settings.yaml\n" + ConfigMap("settings");
  out += "%! apps/staging/kustomization.yaml\n" +
         Kustomize("resources: [../base/podinfo, '../base/extra.yaml']\n");
  out += "%! apps/base/podinfo/kustomization.yaml\n" +
         Kustomize("resources:\n- deployment.yaml\n- \"service.yaml\"\n");
  out += R"(%! apps/base/podinfo/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: podinfo
  namespace: web
spec:
  replicas: 1
)";
  out += "%! apps/base/podinfo/service.yaml\n" + ConfigMap("service");
  out += "%! apps/base/extra.yaml\n" + ConfigMap("extra");
  out += R"(%! components/quiet/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
commonAnnotations:
  quiet: "yes"
)";
  out += "%! infrastructure/controllers/kustomization.yaml\n" +
         Kustomize("resources:\n  - limits.yaml\n");
  out += "%! infrastructure/controllers/limits.yaml\n" + ConfigMap("limits");
  return out;
}

// Every app brings its Flux Kustomization.
std::string PerApp() {
  std::string out(kSync);
  out += "%! cluster/flux/apps.yaml\n" + Ks("cluster-apps", "./cluster/apps");
  for (std::string_view group : {"default", "media"}) {
    out += fmt::format("%! cluster/apps/{}/kustomization.yaml\n", group) +
           Kustomize(fmt::format("resources:\n  - ./namespace.yaml\n  - ./{}/ks.yaml # soon more\n",
                                 group == "media" ? "plex" : "echo"));
    out += fmt::format(
        "%! cluster/apps/{0}/namespace.yaml\napiVersion: v1\nkind: Namespace\n"
        "metadata:\n  name: {0}\n",
        group);
  }
  for (const auto& [group, app] : {std::pair("default", "echo"), std::pair("media", "plex")}) {
    const std::string at = fmt::format("cluster/apps/{}/{}", group, app);
    out += fmt::format("%! {}/ks.yaml\n", at) + Ks(app, fmt::format("./{}/app", at));
    out += fmt::format("%! {}/app/kustomization.yaml\n", at) +
           Kustomize("resources:\n  - ./release.yaml\n");
    out += fmt::format("%! {}/app/release.yaml\n", at) + ConfigMap(app);
  }
  return out;
}

// Tenants with sources and automation of their own, in two clusters; one path is set by a patch.
std::string Tenants() {
  std::string out(kSync);
  for (std::string_view cluster : {"east", "west"}) {
    out += fmt::format("%! clusters/{}/tenants.yaml\n", cluster) +
           Ks("tenants", fmt::format("./tenants/{}", cluster));
  }
  out += "%! tenants/east/kustomization.yaml\n" + Kustomize(R"(resources:
  - ../base/team
patches:
  - patch: |
      - op: replace
        path: /spec/path
        value: ./teams/east
    target:
      kind: Kustomization
)");
  out += "%! tenants/west/kustomization.yaml\n" +
         Kustomize("resources:\n  - ../base/team\npatches:\n  - path: team-patch.yaml\n");
  out += R"(%! tenants/west/team-patch.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: team
  namespace: flux-system
spec:
  path: ./teams/west # theirs
)";
  out += "%! tenants/base/team/kustomization.yaml\n" +
         Kustomize("resources:\n  - sync.yaml\n  - update.yaml\n");
  out += "%! tenants/base/team/sync.yaml\n" + Ks("team", "./teams/${nothing}");
  out += R"(%! tenants/base/team/update.yaml
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata:
  name: team
  namespace: flux-system
spec:
  interval: 30m
  sourceRef:
    kind: GitRepository
    name: flux-system
  git:
    commit:
      author:
        email: flux@example.com
        name: flux
  update:
    path: ./teams
    strategy: Setters
)";
  for (std::string_view cluster : {"east", "west"}) {
    out += fmt::format("%! teams/{}/kustomization.yaml\n", cluster) +
           Kustomize("resources:\n  - app.yaml\n");
    out += fmt::format("%! teams/{}/app.yaml\n", cluster) + ConfigMap("app");
  }
  return out;
}

std::vector<FileRename> MovesInRepo(std::vector<FileRename> moves) {
  for (FileRename& move : moves) move = {JoinPath(kRoot, move.from), JoinPath(kRoot, move.to)};
  return moves;
}

std::vector<std::string> InRepo(std::vector<std::string> paths) {
  for (std::string& path : paths) path = JoinPath(kRoot, path);
  return paths;
}

// Moves, and requires that the same is applied and that nothing new is reported.
MovingRepo MoveAndCheck(const std::string& text, const std::vector<FileRename>& moves,
                        bool hand_over = false) {
  const MovingRepo repo = MovingRepo::FromText(text);
  const std::vector<FileRename> all = MovesInRepo(moves);
  const std::vector<FileEdit> edits =
      EditsForMoves(repo.snapshot(), &repo.fleet(), all, {.hand_over = hand_over});
  const MovingRepo after = repo.After(edits, all);
  const std::map<std::string, std::string> applied = repo.Applied(all);
  CHECK_GT(applied.size(), 5);
  CHECK_EQ(Difference(applied, after.Applied()), "");
  CHECK_EQ(repo.Messages(), after.Messages());
  // As many comments as before.
  const auto comments = [](const MovingRepo& one) {
    std::ptrdiff_t count = 0;
    for (const auto& [path, content] : one.files())
      count += std::count(content.begin(), content.end(), '#');
    return count;
  };
  CHECK_EQ(comments(repo), comments(after));
  return after;
}

bool Has(const MovingRepo& repo, const std::string& path, std::string_view line) {
  return ("\n" + repo.Text(path)).find(fmt::format("\n{}\n", line)) != std::string::npos;
}

TEST_CASE("a file that is renamed keeps its entries") {
  const MovingRepo after = MoveAndCheck(
      FourLayers(), {{"apps/production/settings.yaml", "apps/production/colors.yaml"},
                     {"apps/production/scale.yaml", "apps/production/patches/big.yaml"},
                     {"apps/base/extra.yaml", "apps/base/podinfo/extra.yaml"}});
  CHECK(Has(after, "apps/production/kustomization.yaml", "  - ./colors.yaml"));
  CHECK(Has(after, "apps/production/kustomization.yaml", "  - path: patches/big.yaml # bigger"));
  CHECK(Has(after, "apps/staging/kustomization.yaml",
            "resources: [../base/podinfo, '../base/podinfo/extra.yaml']"));
}

TEST_CASE("a generator's file keeps its key") {
  const MovingRepo after = MoveAndCheck(
      FourLayers(), {{"apps/production/config/app.conf", "apps/production/config/new.conf"},
                     {"apps/production/config/app.env", "apps/production/app.env"}});
  const std::string file = "apps/production/kustomization.yaml";
  CHECK(Has(after, file, "      - app.conf=config/new.conf # the key is app.conf"));
  CHECK(Has(after, file, "      - other.conf=config/new.conf"));
  CHECK(Has(after, file, "    envs: [app.env]"));
}

TEST_CASE("a directory that moves takes its relative paths along") {
  const MovingRepo after = MoveAndCheck(FourLayers(), {{"apps/production", "live/eu/apps"}});
  CHECK(Has(after, "clusters/production/apps.yaml", "  path: ./live/eu/apps # what runs"));
  CHECK(Has(after, "clusters/production/apps.yaml", "    - ../../../components/quiet"));
  const std::string file = "live/eu/apps/kustomization.yaml";
  CHECK(Has(after, file, "  - ../../../apps/base/podinfo # the app"));
  CHECK(Has(after, file, "  - ./settings.yaml"));
}

TEST_CASE("a base that moves is found by its overlays") {
  const MovingRepo after = MoveAndCheck(FourLayers(), {{"apps/base", "base"}});
  CHECK(Has(after, "apps/production/kustomization.yaml", "  - ../../base/podinfo # the app"));
  CHECK(Has(after, "apps/staging/kustomization.yaml",
            "resources: [../../base/podinfo, '../../base/extra.yaml']"));
}

TEST_CASE("a kustomization file takes the meaning of its directory along") {
  const MovingRepo after = MoveAndCheck(
      FourLayers(), {{"apps/base/podinfo/kustomization.yaml", "shared/kustomization.yaml"},
                     {"apps/staging/kustomization.yaml", "staging/kustomization.yml"}});
  CHECK(Has(after, "apps/production/kustomization.yaml", "  - ../../shared # the app"));
  CHECK(Has(after, "shared/kustomization.yaml", "- ../apps/base/podinfo/deployment.yaml"));
  CHECK(Has(after, "shared/kustomization.yaml", "- \"../apps/base/podinfo/service.yaml\""));
  CHECK(Has(after, "clusters/staging/apps.yaml", "  path: \"/staging\""));
}

TEST_CASE("spec.path keeps its style") {
  const MovingRepo after =
      MoveAndCheck(FourLayers(), {{"infrastructure", "infra"}, {"apps/staging", "apps/test"}});
  CHECK(Has(after, "clusters/production/infrastructure.yaml", "  path: infra/controllers/"));
  CHECK(Has(after, "clusters/staging/apps.yaml", "  path: \"/apps/test\""));
}

TEST_CASE("a component that moves is found below spec.path") {
  const MovingRepo after = MoveAndCheck(FourLayers(), {{"components/quiet", "apps/quiet"}});
  CHECK(Has(after, "clusters/production/apps.yaml", "    - ../quiet"));
}

TEST_CASE("a chain of moves leads to its end") {
  const MovingRepo repo = MovingRepo::FromText(FourLayers());
  const auto steps = MovesInRepo({{"apps/production", "apps/live"},
                                  {"apps/live", "apps/prod"},
                                  {"apps/prod/settings.yaml", "apps/prod/s.yaml"}});
  const auto at_once = MovesInRepo(
      {{"apps/production", "apps/prod"}, {"apps/production/settings.yaml", "apps/prod/s.yaml"}});
  const std::vector<FileEdit> edits = EditsForMoves(repo.snapshot(), &repo.fleet(), steps);
  CHECK(edits == EditsForMoves(repo.snapshot(), &repo.fleet(), at_once));
  const MovingRepo after = repo.After(edits, at_once);
  CHECK(Has(after, "clusters/production/apps.yaml", "  path: ./apps/prod # what runs"));
  CHECK(Has(after, "apps/prod/kustomization.yaml", "  - ./s.yaml"));
}

TEST_CASE("two files change places") {
  const MovingRepo after =
      MoveAndCheck(FourLayers(), {{"apps/base/podinfo/service.yaml", "apps/base/extra.yaml"},
                                  {"apps/base/extra.yaml", "apps/base/podinfo/service.yaml"}});
  CHECK(Has(after, "apps/base/podinfo/kustomization.yaml", "- \"../extra.yaml\""));
}

TEST_CASE("an app goes from one group's list to the other's") {
  const MovingRepo after = MoveAndCheck(
      PerApp(), {{"cluster/apps/default/echo", "cluster/apps/media/echo"}}, /*hand_over=*/true);
  CHECK(Has(after, "cluster/apps/media/echo/ks.yaml", "  path: ./cluster/apps/media/echo/app"));
  CHECK_EQ(after.Text("cluster/apps/default/kustomization.yaml"),
           Kustomize("resources:\n  - ./namespace.yaml\n"));
  CHECK_EQ(after.Text("cluster/apps/media/kustomization.yaml"),
           Kustomize("resources:\n  - ./namespace.yaml\n  - ./plex/ks.yaml # soon more\n"
                     "  - ./echo/ks.yaml # soon more\n"));
}

TEST_CASE("in a sorted list the entry goes to its place") {
  const std::string text = std::string(kSync) + "%! a/kustomization.yaml\n" +
                           Kustomize("resources:\n  # first\n  - m.yaml # moves\n") +
                           "%! a/m.yaml\n" + ConfigMap("m") + "%! b/kustomization.yaml\n" +
                           Kustomize("resources:\n  - a.yaml\n  # of z\n  - z.yaml\n") +
                           "%! b/a.yaml\n" + ConfigMap("a") + "%! b/z.yaml\n" + ConfigMap("z");
  const MovingRepo repo = MovingRepo::FromText(text);
  const auto moves = MovesInRepo({{"a/m.yaml", "b/m.yaml"}});
  const MovingRepo after = repo.After(EditsForMoves(repo.snapshot(), &repo.fleet(), moves), moves);
  // kustomize refuses a kustomization that says nothing; the comment in the list stays as well.
  CHECK_EQ(after.Text("a/kustomization.yaml"), Kustomize("resources:\n  # first\n  []\n"));
  CHECK_EQ(after.Text("b/kustomization.yaml"),
           Kustomize("resources:\n  - a.yaml\n  - m.yaml # moves\n  # of z\n  - z.yaml\n"));
}

TEST_CASE("a component's list takes nothing from a kustomization's") {
  const std::string text =
      std::string(kSync) + "%! a/kustomization.yaml\n" + Kustomize("resources: [m.yaml]\n") +
      "%! a/m.yaml\n" + ConfigMap("m") +
      "%! b/kustomization.yaml\napiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
      "resources: [a.yaml]\n%! b/a.yaml\n" +
      ConfigMap("a");
  const MovingRepo repo = MovingRepo::FromText(text);
  const auto moves = MovesInRepo({{"a/m.yaml", "b/m.yaml"}});
  const MovingRepo after = repo.After(EditsForMoves(repo.snapshot(), &repo.fleet(), moves), moves);
  CHECK_EQ(after.Text("a/kustomization.yaml"), Kustomize("resources: [../b/m.yaml]\n"));
  CHECK_EQ(after.Text("b/kustomization.yaml"), repo.Text("b/kustomization.yaml"));
}

TEST_CASE("tenants move: the path that a patch sets is changed in the patch") {
  const MovingRepo after = MoveAndCheck(Tenants(), {{"teams", "groups"}, {"tenants/base", "base"}});
  CHECK(Has(after, "tenants/east/kustomization.yaml", "        value: ./groups/east"));
  CHECK(Has(after, "tenants/west/team-patch.yaml", "  path: ./groups/west # theirs"));
  CHECK(Has(after, "base/team/sync.yaml", "  path: ./teams/${nothing}"));
  CHECK(Has(after, "base/team/update.yaml", "    path: ./groups"));
}

TEST_CASE("one of several clusters moves") {
  const MovingRepo after = MoveAndCheck(
      Tenants(), {{"tenants/east", "tenants/orient"}, {"clusters/east", "clusters/orient"}});
  CHECK(Has(after, "clusters/orient/tenants.yaml", "  path: ./tenants/orient"));
  CHECK(Has(after, "clusters/west/tenants.yaml", "  path: ./tenants/west"));
}

TEST_CASE("the path of a FluxInstance and the folders of an artifact follow") {
  const std::string text = std::string(kSync) + R"(%! clusters/one/flux.yaml
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata:
  name: flux
  namespace: flux-system
spec:
  distribution:
    version: 2.x
    registry: ghcr.io/fluxcd
  sync:
    kind: GitRepository
    url: https://example.com/fleet.git
    ref: refs/heads/main
    path: clusters/one
%! clusters/one/artifacts.yaml
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata:
  name: parts
  namespace: flux-system
spec:
  sources:
    - alias: fleet
      kind: GitRepository
      name: flux-system
  artifacts:
    - name: web
      copy:
        - from: "@fleet/apps/web/**"
          to: "@artifact/web/"
%! clusters/one/web.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: web
  namespace: flux-system
spec:
  interval: 10m
  path: ./web/live
  prune: true
  sourceRef:
    kind: ExternalArtifact
    name: web
%! apps/web/live/kustomization.yaml
)" + Kustomize("resources: [a.yaml]\n") +
                           "%! apps/web/live/a.yaml\n" + ConfigMap("a");
  const MovingRepo after = MoveAndCheck(
      text, {{"clusters/one", "fleet/one"}, {"apps/web", "web"}, {"apps/web/live", "web/prod"}});
  CHECK(Has(after, "fleet/one/flux.yaml", "    path: fleet/one"));
  CHECK(Has(after, "fleet/one/artifacts.yaml", "        - from: \"@fleet/web/**\""));
  CHECK(Has(after, "fleet/one/web.yaml", "  path: ./web/prod"));
}

TEST_CASE("what is a template, somewhere else or not there is left alone") {
  const std::string text = std::string(kSync) + "%! a/kustomization.yaml\n" +
                           Kustomize(R"(resources:
  - https://example.com/a?ref=main
  - github.com/org/repo//b
  - ${DIR}/b.yaml
  - missing.yaml
  - /repo/b/b.yaml
  - &same ../b/b.yaml
components: [*same]
)") + "%! b/b.yaml\n" + ConfigMap("b") +
                           "%! b/broken.yaml\n- a: [\n";
  const MovingRepo repo = MovingRepo::FromText(text);
  const auto moves = MovesInRepo({{"b/b.yaml", "b/c.yaml"},
                                  {"a/missing.yaml", "a/c.yaml"},
                                  {"b", "b/below"},
                                  {"/", "x"},
                                  {"b/broken.yaml", "b/broken.yaml"}});
  const std::vector<FileEdit> edits = EditsForMoves(repo.snapshot(), &repo.fleet(), moves);
  REQUIRE_EQ(edits.size(), 1);
  const MovingRepo after = repo.After(edits, std::span(moves).first(1));
  CHECK(Has(after, "a/kustomization.yaml", "  - &same ../b/c.yaml"));
  CHECK(Has(after, "a/kustomization.yaml", "components: [*same]"));
  CHECK(Has(after, "a/kustomization.yaml", "  - missing.yaml"));
  CHECK(Has(after, "a/kustomization.yaml", "  - /repo/b/b.yaml"));
  // Out of the folder: no path leads there.
  const std::vector<FileRename> out = {{"/repo/b", "/elsewhere/b"}};
  CHECK(EditsForMoves(repo.snapshot(), &repo.fleet(), out).empty());
}

TEST_CASE("entries of deleted files go") {
  const MovingRepo repo = MovingRepo::FromText(FourLayers());
  const auto gone = InRepo({"apps/production/scale.yaml", "apps/production/config/app.conf",
                            "apps/production/config/app.env", "apps/base/extra.yaml",
                            "infrastructure/controllers/limits.yaml", "components"});
  const MovingRepo after = repo.After(EditsForDeletes(repo.snapshot(), gone), {});
  CHECK_EQ(after.Text("apps/production/kustomization.yaml"), R"(# what production runs
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: web
resources:
  # from the base
  - ../base/podinfo # the app
  - ./settings.yaml
  # - later.yaml
configMapGenerator:
  - name: files
)");
  CHECK(Has(after, "apps/staging/kustomization.yaml", "resources: [../base/podinfo]"));
  CHECK_EQ(after.Text("infrastructure/controllers/kustomization.yaml"),
           Kustomize("resources: []\n"));
  CHECK_EQ(after.Text("clusters/production/apps.yaml"), repo.Text("clusters/production/apps.yaml"));
}

TEST_CASE("several entries of one list go at once") {
  for (std::string_view list :
       {"resources: [a.yaml, b.yaml, c.yaml]\n", "resources:\n- a.yaml\n- b.yaml\n- c.yaml\n"}) {
    const MovingRepo repo = MovingRepo::FromText("%! kustomization.yaml\n" + Kustomize(list) +
                                                 "%! a.yaml\n" + ConfigMap("a") + "%! b.yaml\n" +
                                                 ConfigMap("b") + "%! c.yaml\n" + ConfigMap("c"));
    const auto two = repo.After(EditsForDeletes(repo.snapshot(), InRepo({"b.yaml", "c.yaml"})), {});
    CHECK_EQ(two.Text("kustomization.yaml").find("b.yaml"), std::string::npos);
    CHECK_EQ(two.Text("kustomization.yaml").find("c.yaml"), std::string::npos);
    CHECK_NE(two.Text("kustomization.yaml").find("a.yaml"), std::string::npos);
    const auto all =
        repo.After(EditsForDeletes(repo.snapshot(), InRepo({"a.yaml", "b.yaml", "c.yaml"})), {});
    CHECK_EQ(all.Text("kustomization.yaml"), Kustomize("resources: []\n"));
  }
}

TEST_CASE("a thousand entries go in a moment") {
  std::string list = "resources:\n";
  std::string flow = "components: [";
  std::string files;
  std::vector<std::string> gone;
  for (int i = 0; i < 1000; ++i) {
    list += fmt::format("- gone/{}.yaml\n", i);
    flow += fmt::format("gone/d{}, ", i);
    files += fmt::format("%! gone/{0}.yaml\na: {0}\n%! gone/d{0}/kustomization.yaml\na: 1\n", i);
  }
  const MovingRepo repo = MovingRepo::FromText("%! kustomization.yaml\n" + Kustomize(list) + flow +
                                               "keep]\n%! keep/kustomization.yaml\na: 1\n" + files);
  const MovingRepo after = repo.After(EditsForDeletes(repo.snapshot(), InRepo({"gone"})), {});
  CHECK_EQ(after.Text("kustomization.yaml"), Kustomize("components: [keep]\n"));
}

TEST_CASE("an entry that leaves does not get in the way of a path in the same file") {
  const std::string text = std::string(kSync) + "%! a/kustomization.yaml\n" +
                           Kustomize(R"(resources:
  - ks.yaml
patches:
  - patch: |
      - op: replace
        path: /spec/path
        value: ./apps # new
    target:
      kind: Kustomization
components:
  - part
)") + "%! a/ks.yaml\n" + Ks("apps", "./other") +
                           "%! a/part/kustomization.yaml\nkind: Component\n"
                           "apiVersion: kustomize.config.k8s.io/v1alpha1\nnamePrefix: a-\n"
                           "%! b/kustomization.yaml\n" +
                           Kustomize("resources: [cm.yaml]\n") + "%! b/cm.yaml\n" +
                           ConfigMap("cm") + "%! apps/cm.yaml\n" + ConfigMap("app") +
                           "%! clusters/one/all.yaml\n" + Ks("all", "./a");
  const MovingRepo repo = MovingRepo::FromText(text);
  const auto moves =
      MovesInRepo({{"a/part", "b/part"}, {"a/ks.yaml", "b/ks.yaml"}, {"apps", "web"}});
  const MovingRepo after = repo.After(EditsForMoves(repo.snapshot(), &repo.fleet(), moves), moves);
  CHECK(Has(after, "a/kustomization.yaml", "        value: ./web # new"));
  CHECK(Has(after, "a/kustomization.yaml", "  - ../b/part"));
  CHECK(Has(after, "a/kustomization.yaml", "  - ../b/ks.yaml"));
}

TEST_CASE("a new manifest is listed beside the others") {
  const MovingRepo repo = MovingRepo::FromText(FourLayers());
  const auto text = [&repo](const std::vector<std::string>& created, const std::string& path) {
    return repo.After(EditsForCreates(repo.snapshot(), InRepo(created)), {}).Text(path);
  };
  const std::string base = "apps/base/podinfo/kustomization.yaml";
  // In order, as the list is, with the quotes of its last entry.
  CHECK_EQ(text({"apps/base/podinfo/hpa.yaml"}, base),
           Kustomize("resources:\n- deployment.yaml\n- \"hpa.yaml\"\n- \"service.yaml\"\n"));
  for (std::string_view other : {"values.yaml", "kustomization.yml", "notes.md", "hpa-patch.yaml",
                                 ".sops.yaml", "new/hpa.yaml", "service.yaml"}) {
    CAPTURE(other);
    const std::string path = fmt::format("apps/base/podinfo/{}", other);
    CHECK(EditsForCreates(repo.snapshot(), InRepo({path})).empty());
  }
  // Nobody lists siblings here, or there is no list.
  CHECK(EditsForCreates(repo.snapshot(),
                        InRepo({"apps/staging/a.yaml", "apps/a.yaml", "components/quiet/a.yaml"}))
            .empty());
}

TEST_CASE("a new manifest is not listed where a sibling is not") {
  const MovingRepo repo = MovingRepo::FromText(
      "%! kustomization.yaml\n" + Kustomize("resources:\n- a.yaml\n") + "%! a.yaml\n" +
      ConfigMap("a") + "%! b.yaml\n" + ConfigMap("b") + "%! c.yaml\nkey: value\n");
  CHECK(EditsForCreates(repo.snapshot(), InRepo({"new.yaml"})).empty());
  // All new ones together are all; what holds no object stays out.
  const MovingRepo after =
      repo.After(EditsForCreates(repo.snapshot(), InRepo({"b.yaml", "c.yaml", "new.yaml"})), {});
  CHECK_EQ(after.Text("kustomization.yaml"),
           Kustomize("resources:\n- a.yaml\n- b.yaml\n- new.yaml\n"));
}

}  // namespace
}  // namespace fluxls::test
