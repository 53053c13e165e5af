// Renaming variables of postBuild: where they are defined and where they are used, in all builds
// that share a line.
#include <doctest/doctest.h>

#include "tests/features/rename_fixture.h"

namespace fluxls::testing {
namespace {

using Lines = std::vector<std::string>;

std::string Apps(const std::string& cluster, const std::string& post_build) {
  return "%! clusters/" + cluster + "/apps.yaml\n" +
         KustomizationYaml("apps", "./apps", "  postBuild:\n" + post_build);
}

// Settings that a cluster has of its own.
std::string Settings(const std::string& cluster, const std::string& data) {
  return "%! clusters/" + cluster +
         "/settings.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cluster-settings\n"
         "  namespace: flux-system\ndata:\n" +
         data;
}

const std::string kFromSettings =
    "    substituteFrom:\n      - kind: ConfigMap\n        name: cluster-settings\n";

const std::string kIngress = R"(%! apps/ingress.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: podinfo
  namespace: web
  annotations:
    external-dns.alpha.kubernetes.io/target: "ingress.${domain}"
spec:
  ingressClassName: ${class:=nginx}
  rules:
    - host: podinfo.${domain}
    - host: ${domain:-${class:=x}.local}
    - host: $${domain}.example
    - host: ${domain_name:=x}
)";

GraphFixture OneCluster() {
  return Repository(
      BootstrapFiles("prod") +
      Apps("prod", "    substitute:\n      domain: example.com # ours\n      class: internal\n") +
      kIngress);
}

TEST_CASE("a variable: its key, and what uses it with and without operators") {
  const GraphFixture fixture = OneCluster();
  const RenameResult result =
      Rename(fixture, "apps/ingress.yaml", "podinfo.${domain", "cluster_domain");
  CheckOnlyTheName(fixture, result, "domain", "cluster_domain");
  CHECK_EQ(NewLines(fixture, result),
           Lines{
               "apps/ingress.yaml: external-dns.alpha.kubernetes.io/target: "
               "\"ingress.${cluster_domain}\"",
               "apps/ingress.yaml: host: podinfo.${cluster_domain}",
               "apps/ingress.yaml: host: ${cluster_domain:-${class:=x}.local}",
               "clusters/prod/apps.yaml: cluster_domain: example.com # ours",
           });
  // The same from its key, and from any use.
  for (const auto& [path, at] : std::map<std::string, std::string>{
           {"clusters/prod/apps.yaml", "      doma"}, {"apps/ingress.yaml", "host: ${do"}}) {
    CHECK(After(fixture, Rename(fixture, path, at, "cluster_domain")) == After(fixture, result));
    CHECK_EQ(Prepared(fixture, path, at), "domain");
  }
}

TEST_CASE("a variable within the default of another") {
  const GraphFixture fixture = OneCluster();
  const RenameResult result = Rename(fixture, "apps/ingress.yaml", "{cla", "ingress_class");
  CheckOnlyTheName(fixture, result, "class", "ingress_class");
  CHECK_EQ(NewLines(fixture, result),
           Lines{"apps/ingress.yaml: ingressClassName: ${ingress_class:=nginx}",
                 "apps/ingress.yaml: host: ${domain:-${ingress_class:=x}.local}",
                 "clusters/prod/apps.yaml: ingress_class: internal"});
}

TEST_CASE("a variable that nothing defines is renamed where it is used") {
  const GraphFixture fixture = OneCluster();
  const RenameResult result = Rename(fixture, "apps/ingress.yaml", "${domain_n", "name");
  CheckOnlyTheName(fixture, result, "domain_name", "name");
  CHECK_EQ(NewLines(fixture, result), Lines{"apps/ingress.yaml: host: ${name:=x}"});
}

TEST_CASE("definitions in flow style, in quotes, merged, and with an alias for a value") {
  for (const std::string substitute :
       {"    substitute: {class: internal, domain: &d example.com}\n",
        "    substitute:\n      class: internal\n      'domain': example.com\n",
        "    substitute:\n      <<: {domain: example.com}\n      class: internal\n",
        "    substitute:\n      class: &c example.com\n      domain: *c\n"}) {
    CAPTURE(substitute);
    const GraphFixture fixture =
        Repository(BootstrapFiles("prod") + Apps("prod", substitute) + kIngress);
    const RenameResult result =
        Rename(fixture, "apps/ingress.yaml", "podinfo.${do", "cluster_domain");
    CheckOnlyTheName(fixture, result, "domain", "cluster_domain");
    std::string expected = Apps("prod", substitute);
    expected.erase(0, expected.find('\n') + 1);
    expected.replace(expected.find("domain"), 6, "cluster_domain");
    CHECK_EQ(After(fixture, result).at(fixture.Path("clusters/prod/apps.yaml")), expected);
  }
}

TEST_CASE("a name that YAML takes for a truth value is quoted as a key") {
  for (const std::string to : {"on", "Y", "null"}) {
    const GraphFixture fixture = OneCluster();
    const RenameResult result = Rename(fixture, "apps/ingress.yaml", "podinfo.${do", to);
    CHECK_EQ(result.refusal, "");
    const Lines lines = NewLines(fixture, result);
    REQUIRE_EQ(lines.size(), 4);
    CHECK_EQ(lines[2], "apps/ingress.yaml: host: ${" + to + ":-${class:=x}.local}");
    CHECK_EQ(lines[3], "clusters/prod/apps.yaml: \"" + to + "\": example.com # ours");
  }
}

TEST_CASE("a build of kustomize alone that shares files keeps its uses in step") {
  GraphFixture fixture =
      Repository(BootstrapFiles("prod") + Apps("prod", "    substitute:\n      app: web\n") +
                 "%! apps/kustomization.yaml\nresources:\n  - settings.yaml\n"
                 "%! apps/settings.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n"
                 "  name: ${app}-settings\n  namespace: web\ndata:\n  a: ${app}\n"
                 "%! trial/kustomization.yaml\nresources:\n  - ../apps\n");
  const RenameResult result = Rename(fixture, "apps/settings.yaml", "name: ${ap", "workload");
  CheckOnlyTheName(fixture, result, "app", "workload");
  CHECK_EQ(NewLines(fixture, result),
           Lines{"apps/settings.yaml: name: ${workload}-settings",
                 "apps/settings.yaml: a: ${workload}", "clusters/prod/apps.yaml: workload: web"});
}

TEST_CASE("what stays in the text of a build: the old name may begin with the new one") {
  GraphFixture fixture = OneCluster();
  fixture.Write("apps/kustomization.yaml", "resources:\n  - ingress.yaml\n  - text.yaml\n");
  fixture.Write("apps/text.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: text\n  namespace: web\n"
                "data:\n  both: ${domain} ${domain_name:=x}\n");
  fixture.Write("preview/kustomization.yaml", "resources:\n  - ../apps\n");
  const RenameResult result = Rename(fixture, "apps/text.yaml", "both: ${dom", "dom");
  CheckOnlyTheName(fixture, result, "domain", "dom");
}

TEST_CASE("an object that opts out of substitution keeps its text") {
  GraphFixture fixture = OneCluster();
  fixture.Write("apps/script.yaml",
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: script\n  namespace: web\n"
                "  labels:\n    kustomize.toolkit.fluxcd.io/substitute: disabled\n"
                "data:\n  run.sh: echo ${domain} ${domain_name}\n");
  const RenameResult result = Rename(fixture, "clusters/prod/apps.yaml", "      doma", "zone");
  CHECK_EQ(result.refusal, "");
  CHECK_EQ(NewLines(fixture, result).size(), 4);
}

TEST_CASE("a name that is none, or is taken, is refused") {
  const GraphFixture fixture = OneCluster();
  auto refusal = [&](const std::string& to) {
    return Rename(fixture, "apps/ingress.yaml", "podinfo.${domain", to).refusal;
  };
  for (const std::string name : {"my-domain", "1st", "a.b", "", "a b"}) {
    CHECK_EQ(refusal(name), "\"" + name +
                                "\" is no name for a variable: letters, digits and _ are allowed, "
                                "and no digit in front");
  }
  CHECK_EQ(refusal("class"), "Kustomization \"flux-system/apps\" has a variable \"class\" already");
  CHECK_EQ(refusal("domain_name"), "\"domain_name\" is used already in apps/ingress.yaml");
  CHECK_EQ(refusal("domain"), "");
  CHECK_EQ(Prepared(fixture, "apps/ingress.yaml", "$${dom"), "nothing");
}

TEST_CASE("clusters that share the files that use it: each of their settings") {
  const GraphFixture fixture =
      Repository(BootstrapFiles("east") + BootstrapFiles("west") + Apps("east", kFromSettings) +
                 Apps("west", kFromSettings) + Settings("east", "  domain: east.example.com\n") +
                 Settings("west", "  \"domain\": west.example.com\n") + kIngress);
  const RenameResult result = Rename(fixture, "clusters/east/settings.yaml", "  dom", "zone");
  CheckOnlyTheName(fixture, result, "domain", "zone");
  const auto after = After(fixture, result);
  REQUIRE_EQ(after.size(), 3);
  CHECK_NE(after.at(fixture.Path("clusters/west/settings.yaml")).find("  \"zone\": west"),
           std::string::npos);
  CHECK(after == After(fixture, Rename(fixture, "apps/ingress.yaml", "podinfo.${do", "zone")));
}

TEST_CASE("a cluster that shares nothing keeps its own variable of the name") {
  const GraphFixture fixture = Repository(
      BootstrapFiles("east") + BootstrapFiles("west") +
      Apps("east", "    substitute:\n      domain: a.example\n") + "%! clusters/west/apps.yaml\n" +
      KustomizationYaml("apps", "./west",
                        "  postBuild:\n    substitute:\n      domain: b.example\n") +
      kIngress +
      "%! west/settings.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"
      "  namespace: web\ndata:\n  a: ${domain}\n");
  const RenameResult result = Rename(fixture, "west/settings.yaml", "${do", "zone");
  CheckOnlyTheName(fixture, result, "domain", "zone");
  CHECK_EQ(NewLines(fixture, result),
           Lines{"clusters/west/apps.yaml: zone: b.example", "west/settings.yaml: a: ${zone}"});
}

TEST_CASE("a value that another overrides has its key renamed as well") {
  const GraphFixture fixture =
      Repository(BootstrapFiles("prod") +
                 Apps("prod", "    substitute:\n      domain: own.example\n" + kFromSettings) +
                 Settings("prod", "  domain: general.example\n") + kIngress);
  const RenameResult result = Rename(fixture, "apps/ingress.yaml", "podinfo.${do", "zone");
  CheckOnlyTheName(fixture, result, "domain", "zone");
  CHECK_NE(After(fixture, result).at(fixture.Path("clusters/prod/settings.yaml")).find("  zone: "),
           std::string::npos);
}

TEST_CASE("Secrets: data and stringData; what SOPS has sealed is refused") {
  const std::string head =
      "%! clusters/prod/secret.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: secrets\n"
      "  namespace: flux-system\n";
  const std::string apps =
      BootstrapFiles("prod") +
      Apps("prod", "    substituteFrom:\n      - kind: Secret\n        name: secrets\n");
  for (const std::string data :
       {"stringData:\n  domain: example.com\n", "data:\n  domain: ZXhhbXBsZS5jb20=\n"}) {
    const GraphFixture fixture = Repository(fmt::format("{}{}{}{}", apps, head, data, kIngress));
    const RenameResult result = Rename(fixture, "apps/ingress.yaml", "podinfo.${do", "zone");
    CheckOnlyTheName(fixture, result, "domain", "zone");
    CHECK_EQ(After(fixture, result).size(), 2);
  }
  const GraphFixture sealed = Repository(
      apps + head +
      "stringData:\n  domain: ENC[AES256_GCM,data:p673w==,iv:YY=,tag:UQ=,type:str]\nsops:\n"
      "  lastmodified: \"2026-01-01T00:00:00Z\"\n  mac: ENC[AES256_GCM,data:x,type:str]\n" +
      kIngress);
  CHECK_EQ(Prepared(sealed, "apps/ingress.yaml", "podinfo.${do"),
           "cannot: clusters/prod/secret.yaml is encrypted with SOPS, its keys cannot be changed "
           "here");
  CHECK_EQ(Rename(sealed, "clusters/prod/secret.yaml", "  dom", "zone").refusal,
           "clusters/prod/secret.yaml is encrypted with SOPS, its keys cannot be changed here");
}

TEST_CASE("definitions and uses in patches, in files and inside of a string") {
  const GraphFixture fixture = Repository(BootstrapFiles("prod") + R"(%! clusters/prod/apps.yaml
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps/prod
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
  postBuild:
    substituteFrom:
      - kind: ConfigMap
        name: cluster-settings
  patches:
    - target:
        kind: Ingress
      patch: |
        - op: add
          path: /metadata/labels
          value: {zone: "${domain}"}
%! clusters/prod/kustomization.yaml
resources:
  - flux-system/gotk-sync.yaml
  - apps.yaml
  - ../base
patches:
  - patch: |
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: cluster-settings
        namespace: flux-system
      data:
        domain: prod.example
%! clusters/base/kustomization.yaml
resources:
  - settings.yaml
%! clusters/base/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: cluster-settings
  namespace: flux-system
data:
  domain: base.example
%! apps/prod/kustomization.yaml
resources:
  - ../ingress.yaml
patches:
  - path: patch.yaml
  - patch: |
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata:
        name: podinfo
        namespace: web
      spec:
        tls:
          - hosts:
              - secure.${domain}
%! apps/prod/patch.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: podinfo
  namespace: web
  annotations:
    owner: ${domain/./-}
)" + kIngress);
  const RenameResult result =
      Rename(fixture, "apps/prod/kustomization.yaml", "secure.${dom", "place");
  CheckOnlyTheName(fixture, result, "domain", "place");
  CHECK_EQ(NewLines(fixture, result),
           Lines{
               "apps/ingress.yaml: external-dns.alpha.kubernetes.io/target: \"ingress.${place}\"",
               "apps/ingress.yaml: host: podinfo.${place}",
               "apps/ingress.yaml: host: ${place:-${class:=x}.local}",
               "apps/prod/kustomization.yaml: secure.${place}",
               "apps/prod/patch.yaml: owner: ${place/./-}",
               "clusters/base/settings.yaml: place: base.example",
               "clusters/prod/apps.yaml: value: {zone: \"${place}\"}",
               "clusters/prod/kustomization.yaml: place: prod.example",
           });
}

// Settings that a generator makes.
GraphFixture Generated(const std::string& entry) {
  return Repository(BootstrapFiles("prod") + Apps("prod", kFromSettings) +
                    "%! clusters/prod/kustomization.yaml\nresources:\n"
                    "  - flux-system/gotk-sync.yaml\n  - apps.yaml\nconfigMapGenerator:\n"
                    "  - name: cluster-settings\n    namespace: flux-system\n" +
                    entry +
                    "generatorOptions:\n  disableNameSuffixHash: true\n"
                    "%! clusters/prod/cluster.env\ndomain=env.example\n" +
                    kIngress);
}

TEST_CASE("literals of a generator are edited, files of variables are not") {
  for (const std::string literal : {"domain=a.example", "'domain=a.example'"}) {
    const GraphFixture fixture = Generated("    literals:\n      - " + literal + "\n");
    const RenameResult result =
        Rename(fixture, "clusters/prod/kustomization.yaml", "domai", "zone");
    CheckOnlyTheName(fixture, result, "domain", "zone");
    REQUIRE_FALSE(result.edits.empty());
    CHECK_EQ(NewLines(fixture, result).back(),
             "clusters/prod/kustomization.yaml: " + literal.substr(0, literal.find('d')) + "zone" +
                 literal.substr(literal.find('=')));
  }
  CHECK_EQ(Rename(Generated("    envs:\n      - cluster.env\n"), "apps/ingress.yaml",
                  "podinfo.${do", "zone")
               .refusal,
           "it is defined in what clusters/prod/kustomization.yaml reads, which cannot be edited "
           "here");
}

TEST_CASE("what is not known here refuses a rename") {
  // Another repository gets the same settings.
  const GraphFixture shared = Repository(BootstrapFiles("prod") + Apps("prod", kFromSettings) +
                                         Settings("prod", "  domain: a.example\n") + kIngress +
                                         R"(%! clusters/prod/team.yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: team
  namespace: flux-system
spec:
  interval: 1m
  ref:
    branch: main
  url: https://example.com/team.git
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: team
  namespace: flux-system
spec:
  interval: 1m
  path: ./
  prune: true
  sourceRef:
    kind: GitRepository
    name: team
  postBuild:
    substituteFrom:
      - kind: ConfigMap
        name: cluster-settings
)");
  CHECK_EQ(Rename(shared, "apps/ingress.yaml", "podinfo.${do", "zone").refusal,
           "Kustomization \"flux-system/team\" may use it in what is not known here: "
           "GitRepository \"team\" is not this repository");
  // Somebody makes the settings by hand.
  const GraphFixture missing =
      Repository(BootstrapFiles("prod") + Apps("prod", kFromSettings) + kIngress);
  CHECK_EQ(Rename(missing, "apps/ingress.yaml", "podinfo.${do", "zone").refusal,
           "ConfigMap \"cluster-settings\" in namespace \"flux-system\" is not in this repository, "
           "and may define it");
  // A value of its own wins over it.
  const GraphFixture own = Repository(
      BootstrapFiles("prod") +
      Apps("prod", "    substitute:\n      domain: a.example\n" + kFromSettings) + kIngress);
  CheckOnlyTheName(own, Rename(own, "apps/ingress.yaml", "podinfo.${do", "zone"), "domain", "zone");
}

TEST_CASE("settings that others read by their key are not renamed") {
  const std::string base = BootstrapFiles("prod") + Apps("prod", kFromSettings) +
                           Settings("prod", "  domain: a.example\n") + kIngress;
  const GraphFixture release = Repository(base + R"(%! clusters/prod/release.yaml
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: web
  namespace: flux-system
spec:
  interval: 1h
  chartRef:
    kind: OCIRepository
    name: web
  valuesFrom:
    - kind: ConfigMap
      name: cluster-settings
      valuesKey: domain
      targetPath: host
)");
  CHECK_EQ(Rename(release, "apps/ingress.yaml", "podinfo.${do", "zone").refusal,
           "HelmRelease \"web\" in namespace \"flux-system\" may read it");
  const GraphFixture pod = Repository(base + R"(%! clusters/prod/pod.yaml
apiVersion: v1
kind: Pod
metadata:
  name: tool
  namespace: flux-system
spec:
  containers:
    - name: tool
      image: tool
      envFrom:
        - configMapRef:
            name: cluster-settings
)");
  CHECK_EQ(Rename(pod, "apps/ingress.yaml", "podinfo.${do", "zone").refusal,
           "Pod \"tool\" in namespace \"flux-system\" may read it");
}

// A page that a generator reads from a file.
GraphFixture WithPage(const std::string& file, const std::string& options) {
  return Repository(
      BootstrapFiles("prod") + Apps("prod", "    substitute:\n      domain: a.example\n") +
      "%! apps/kustomization.yaml\nresources:\n  - ingress.yaml\nconfigMapGenerator:\n"
      "  - name: page\n    namespace: web\n    files:\n      - page=./" +
      file + "\n" + options + "%! apps/" + file + "\nurl: https://${domain}\n" + kIngress);
}

TEST_CASE("files that a generator reads: uses in YAML follow, in others the rename is refused") {
  const std::string plain = "generatorOptions:\n  disableNameSuffixHash: true\n";
  const GraphFixture yaml = WithPage("page.yaml", plain);
  const RenameResult result = Rename(yaml, "apps/ingress.yaml", "podinfo.${do", "zone");
  CheckOnlyTheName(yaml, result, "domain", "zone");
  CHECK_EQ(NewLines(yaml, result)[3], "apps/page.yaml: url: https://${zone}");
  CHECK_EQ(Rename(WithPage("page.txt", plain), "apps/ingress.yaml", "podinfo.${do", "zone").refusal,
           "Kustomization \"flux-system/apps\" would fail: ConfigMap \"page\" in namespace "
           "\"web\": variable \"domain\" is not defined");
  CHECK_EQ(Rename(WithPage("page.yaml", ""), "apps/ingress.yaml", "podinfo.${do", "zone").refusal,
           "ConfigMap \"page-f5hhkhhd4m\" in namespace \"web\": the hash in its name would "
           "change");
}

TEST_CASE("navigation: a variable's key leads to its uses, a use to its key") {
  const GraphFixture fixture = Repository(BootstrapFiles("prod") + Apps("prod", kFromSettings) +
                                          Settings("prod", "  domain: a.example\n") + kIngress);
  const Pointed use = PointAt(fixture, "apps/ingress.yaml", "podinfo.${do");
  const Subject used = SubjectAt(use.snapshot, *use.fleet, *use.file, use.offset);
  REQUIRE_EQ(used.kind, Subject::Kind::kVariable);
  const std::vector<NamePlace> definitions = DefinitionsOf(*use.fleet, used);
  REQUIRE_EQ(definitions.size(), 1);
  CHECK_EQ(definitions.front().path, fixture.Path("clusters/prod/settings.yaml"));
  const Pointed key = PointAt(fixture, "clusters/prod/settings.yaml", "  doma");
  const Subject defined = SubjectAt(key.snapshot, *key.fleet, *key.file, key.offset);
  REQUIRE_EQ(defined.kind, Subject::Kind::kVariable);
  CHECK_EQ(Slice(key.file->text->content(), definitions.front().range), "domain");
  CHECK_EQ(ReferencesOf(key.snapshot, *key.fleet, *key.file, defined, false).size(), 3);
  CHECK(ReferencesOf(key.snapshot, *key.fleet, *key.file, defined, true) ==
        ReferencesOf(use.snapshot, *use.fleet, *use.file, used, true));
}

}  // namespace
}  // namespace fluxls::testing
