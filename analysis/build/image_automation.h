// What image automation has to work with: the ImagePolicies and ImageUpdateAutomations that the
// clusters apply, after patches and substitution.
//
// Facts: image-automation-controller; an automation uses the policies of its own namespace, and
// works on the files of its Git repository below spec.update.path, whoever builds them.
// Thread contract: plain data; texts point into the builds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/build/flux_build.h"

namespace fluxls::build {

struct ImagePolicyEntry {
  std::string cluster;
  std::string_view namespace_;
  std::string_view name;
};

struct ImageAutomationEntry {
  std::string cluster;
  std::string_view namespace_;
  std::string_view name;
  std::string_view path;  // spec.update.path as it is
  // Where that leads to. Nothing: the Git repository is another one, or nobody knows.
  std::optional<std::string> directory;
  std::string file;  // that it is written in
};

struct ImageAutomations {
  std::vector<ImagePolicyEntry> policies;
  std::vector<ImageAutomationEntry> automations;
  // A cluster applies what is not known here: other sources, remote bases, ResourceSets.
  bool has_unknowns = false;
  // A build fails: what it would apply is written in the repository.
  bool has_failures = false;
  uint64_t hash = 0;  // of all that is above
};

// Of the builds whose Kustomization is written below `root`.
ImageAutomations FindImageAutomations(const std::vector<FluxBuildPtr>& builds,
                                      const std::string& root);

}  // namespace fluxls::build
