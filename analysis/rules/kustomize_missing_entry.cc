#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/model/kustomization.h"
#include "analysis/rules/listed_paths.h"
#include "analysis/rules/near_path.h"
#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"
#include "analysis/yaml/edit.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports an entry of a kustomization file that leads nowhere: a file or directory under `resources`, `components`, `bases`, `crds`,
`configurations`, `generators`, `transformers`, `validators`, the `path` of a patch, of a replacement or of `openapi`, and the `files`
and `envs` of generators. A directory must hold a kustomization file to be built; a component must be a directory.

## Why it matters

kustomize stops at the first such entry (`no such file or directory`, `unable to find one of 'kustomization.yaml' …`). The Flux
Kustomization that builds the directory fails as a whole, and nothing that it manages is updated.

## When it is silent

* Remote entries: URLs, `git@host:…`, `github.com/org/repo…`.
* Entries that lead out of the opened folder, below an ignored directory or behind a symbolic link: nobody looked there.
* Entries that hold a template (`${…}`, `{{ … }}`), and inline YAML.
* A Flux Kustomization in a file of this name.

## Fix

Writes the nearest path that exists, when there is one: a slip of the pen, a missing extension, one `../` too many or too few. Or
removes the entry. Neither is safe to do unseen.

## References

* <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/resource/>
)";

constexpr Example kExamples[] = {
    {.title = "A slip of the pen",
     .bad = R"(%! apps/production/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../base/recylarr
#   ^^^^^^^^^^^^^^^^ no file or directory "../base/recylarr"; did you mean "../base/recyclarr"?
%! apps/base/recyclarr/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - namespace.yaml
%! apps/base/recyclarr/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: media
)",
     .good = R"(%! apps/production/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../base/recyclarr
%! apps/base/recyclarr/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - namespace.yaml
%! apps/base/recyclarr/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: media
)"},
    {.title = "A directory that kustomize cannot build",
     .bad = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - podinfo
#   ^^^^^^^ directory "podinfo" has no kustomization.yaml, so kustomize cannot build it
%! apps/podinfo/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
)",
     .good = R"(%! apps/kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - podinfo/namespace.yaml
%! apps/podinfo/namespace.yaml
apiVersion: v1
kind: Namespace
metadata:
  name: web
)"},
};

using yaml::Document;
using yaml::Node;

// For this many entries of a file a near path is looked for, and this many can be fixed one by one:
// who has more has moved a directory.
constexpr int kMaxSuggestions = 50;
constexpr int kMaxFixed = 100;
constexpr int kMaxReported = 500;

class Checker {
 public:
  Checker(RuleContext& context, const Document& document)
      : context_(context), document_(document), directory_(DirectoryName(context.file().path)) {}

  void Run() {
    for (const ListedPath& listed : ListedPaths(document_.root())) Check(listed);
  }

 private:
  void Check(const ListedPath& listed) {
    if (HasTemplate(listed.node.value()) || TouchesDamage(document_, listed.node.range())) return;
    const std::string path = JoinPath(directory_, listed.entry);
    const Snapshot& snapshot = context_.snapshot();
    const PathKind found = snapshot.Stat(path);
    if (found == PathKind::kUnknown || Fits(snapshot, path, found, listed.kind)) return;
    if (found == PathKind::kMissing && LooksRemote(listed.entry)) return;
    Report(listed, found);
  }

  // Entries that kustomize would fetch, and what could be one: `host.tld/org/repo`.
  static bool LooksRemote(std::string_view entry) {
    if (IsRemoteEntry(entry) || entry.find('?') != std::string_view::npos) return true;
    const size_t slash = entry.find('/');
    const std::string_view host = entry.substr(0, slash);
    if (host.find(':') != std::string_view::npos || host.find('@') != std::string_view::npos)
      return true;
    const bool two_more =
        slash != std::string_view::npos && entry.find('/', slash + 1) != std::string_view::npos;
    return two_more && !host.starts_with('.') && host.find('.') != std::string_view::npos;
  }

  void Report(const ListedPath& listed, PathKind found) {
    const std::string_view entry = listed.entry;
    if (++reported_ > kMaxReported) return;
    std::string message;
    if (found == PathKind::kMissing) {
      const std::string_view what = listed.kind == EntryKind::kFile   ? "file"
                                    : listed.kind == EntryKind::kBase ? "directory"
                                                                      : "file or directory";
      message = fmt::format("no {} \"{}\"", what, entry);
    } else if (found == PathKind::kFile) {
      message = fmt::format("\"{}\" is a file; {} are directories with a kustomization.yaml", entry,
                            listed.field);
    } else if (listed.kind == EntryKind::kFile) {
      message = fmt::format("\"{}\" is a directory; {} takes files", entry, listed.field);
    } else {
      message = fmt::format(
          "directory \"{}\" has no kustomization.yaml, so kustomize cannot build it", entry);
    }
    std::optional<std::string> near;
    if (found == PathKind::kMissing && reported_ <= kMaxSuggestions) {
      near = NearPath(context_.snapshot(), directory_, entry, listed.kind, Listed());
      if (near) message += fmt::format("; did you mean \"{}\"?", *near);
    }
    Finding& finding = context_.Report(listed.node, Part::kValue, std::move(message));
    if (near) {
      context_.AddFix(finding, fmt::format("Change to \"{}\"", *near),
                      yaml::SetScalar(document_, listed.node, std::string(listed.prefix) + *near),
                      false);
    }
    if (listed.item && reported_ <= kMaxFixed) {
      // Entries that are commented out may stand above it.
      yaml::Edits edits = yaml::RemoveItem(document_, listed.item);
      if (edits && !TakesComment(document_, *edits)) {
        context_.AddFix(finding, fmt::format("Remove \"{}\"", entry), std::move(edits), false,
                        /*preferred=*/false);
      }
    }
  }

  // What this file lists already: no good answer to "did you mean".
  const std::set<std::string>& Listed() {
    if (listed_) return *listed_;
    listed_.emplace();
    for (const KustomizeEntry& entry : context_.file().facts.kustomization->entries) {
      listed_->insert(JoinPath(directory_, EntryPath(entry)));
    }
    return *listed_;
  }

  RuleContext& context_;
  const Document& document_;
  std::string directory_;
  int reported_ = 0;
  std::optional<std::set<std::string>> listed_;
};

void Check(RuleContext& context) {
  if (const Document* document = KustomizationDocument(context)) Checker(context, *document).Run();
}

}  // namespace

extern const Rule kKustomizeMissingEntry;
const Rule kKustomizeMissingEntry{
    .id = "kustomize-missing-entry",
    .severity = Severity::kError,
    .summary = "A kustomization file lists something that is not there.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
