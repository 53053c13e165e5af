// For each row of the reference table a referrer and its target, for the tests that ask about all
// of them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "analysis/model/reference_table.h"
#include "tests/features/graph_fixture.h"

namespace fluxls::testing {

// A kind that the field may name.
inline std::string TargetKind(const ReferenceField& field) {
  if (!field.target.empty()) return std::string(field.target);
  if (!field.default_kind.empty()) return std::string(field.default_kind);
  if (field.route.ends_with("substituteFrom[]") || field.route.ends_with("valuesFrom[]"))
    return "ConfigMap";
  if (field.route.ends_with("healthChecks[]")) return "HelmRelease";
  if (field.route == "spec.chartRef") return "OCIRepository";
  if (field.route.ends_with("chart.spec.sourceRef") || field.kind == "HelmChart")
    return "HelmRepository";
  return "GitRepository";
}

inline std::string ApiOf(const std::string& kind) {
  if (kind == "Secret" || kind == "ConfigMap" || kind == "ServiceAccount") return "v1";
  if (kind == "Kustomization") return "kustomize.toolkit.fluxcd.io/v1";
  if (kind == "HelmRelease") return "helm.toolkit.fluxcd.io/v2";
  if (kind == "Provider") return "notification.toolkit.fluxcd.io/v1beta3";
  if (kind.starts_with("Image")) return "image.toolkit.fluxcd.io/v1";
  if (kind.starts_with("ResourceSet")) return "fluxcd.controlplane.io/v1";
  return "source.toolkit.fluxcd.io/v1";
}

// The referrer with one reference to "wanted"; `^` stands in front of the name.
inline std::string Referrer(const ReferenceField& field, const std::string& namespace_) {
  std::string text =
      fmt::format("apiVersion: {}/v1\nkind: {}\nmetadata:\n  name: referrer\n  namespace: web\n",
                  field.group, field.kind);
  std::string_view route = field.route;
  const bool is_kustomization = field.kind == "Kustomization";
  const std::string more = field.kind == "FluxInstance"
                               ? "    kind: GitRepository\n    url: https://example.com/fleet.git\n"
                                 "    path: data\n"
                           : !is_kustomization ? ""
                           : field.route == "spec.sourceRef"
                               ? "  path: ./data\n"
                               : "  path: ./data\n  sourceRef:\n    kind: GitRepository\n"
                                 "    name: flux-system\n    namespace: flux-system\n";
  std::string indent;
  std::string first;  // in front of the next key: the dash of an item
  while (!route.empty()) {
    const size_t dot = route.find('.');
    std::string step(route.substr(0, dot));
    route = dot == std::string_view::npos ? std::string_view() : route.substr(dot + 1);
    const bool list = step.ends_with("[]");
    if (list) step.resize(step.size() - 2);
    const bool last = route.empty();
    text +=
        fmt::format("{}{}{}:{}\n", indent, first, step, last && field.is_name ? " ^wanted" : "");
    indent += first.empty() ? "  " : "    ";
    first = list ? "- " : "";
  }
  if (field.is_name) return text + more;
  const std::string rest = indent + (first.empty() ? "" : "  ");
  text += indent + first + "name: ^wanted\n";
  const std::string kind = TargetKind(field);
  if (field.target.empty()) text += fmt::format("{}kind: {}\n", rest, kind);
  if (field.rule == NamespaceRule::kAsWritten)
    text += fmt::format("{}apiVersion: {}\n", rest, ApiOf(kind));
  const bool may_name =
      field.rule == NamespaceRule::kDefaultOwn || field.rule == NamespaceRule::kAsWritten;
  if (may_name && !namespace_.empty()) text += fmt::format("{}namespace: {}\n", rest, namespace_);
  return text + more;
}

inline std::string Target(const ReferenceField& field, const std::string& namespace_) {
  const std::string kind = TargetKind(field);
  std::string text =
      fmt::format("apiVersion: {}\nkind: {}\nmetadata:\n  name: wanted\n  namespace: {}\n",
                  ApiOf(kind), kind, namespace_);
  if (kind == "Kustomization") {
    text +=
        "spec:\n  path: ./more\n  sourceRef:\n    kind: GitRepository\n"
        "    name: flux-system\n    namespace: flux-system\n";
  }
  return text;
}

inline std::string WithoutMark(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '^'), text.end());
  return text;
}

inline GraphFixture WithReferrer(const ReferenceField& field, const std::string& namespace_) {
  GraphFixture fixture;
  fixture.Write("clusters/prod/flux-system/gotk-sync.yaml", Sync("prod"));
  fixture.Write("data/namespace.yaml",
                "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: data\n");
  fixture.Write("more/namespace.yaml",
                "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: more\n");
  fixture.Write("clusters/prod/referrer.yaml", WithoutMark(Referrer(field, namespace_)));
  return fixture;
}

inline const std::string kReferrer = "clusters/prod/referrer.yaml";

}  // namespace fluxls::testing
