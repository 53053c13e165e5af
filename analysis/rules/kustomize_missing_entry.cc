#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/model/kustomization.h"
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

// How the paths lie in a field.
enum class Shape : uint8_t {
  kPaths,       // a list of paths, or of inline YAML where `inline_yaml` says so
  kPathField,   // a list of mappings, each with `path`
  kGenerators,  // a list of mappings with `files`, `envs` and `env`
  kOnePath,     // a mapping with `path`
};

struct Field {
  std::string_view name;
  Shape shape;
  EntryKind kind;
  bool inline_yaml = false;
};

constexpr Field kFields[] = {
    {"resources", Shape::kPaths, EntryKind::kFileOrBase},
    {"bases", Shape::kPaths, EntryKind::kFileOrBase},
    {"components", Shape::kPaths, EntryKind::kBase},
    {"crds", Shape::kPaths, EntryKind::kFile},
    {"configurations", Shape::kPaths, EntryKind::kFile},
    {"patches", Shape::kPathField, EntryKind::kFile},
    {"patchesStrategicMerge", Shape::kPaths, EntryKind::kFile, true},
    {"patchesJson6902", Shape::kPathField, EntryKind::kFile},
    {"replacements", Shape::kPathField, EntryKind::kFile},
    {"generators", Shape::kPaths, EntryKind::kFileOrBase, true},
    {"transformers", Shape::kPaths, EntryKind::kFileOrBase, true},
    {"validators", Shape::kPaths, EntryKind::kFileOrBase, true},
    {"configMapGenerator", Shape::kGenerators, EntryKind::kFile},
    {"secretGenerator", Shape::kGenerators, EntryKind::kFile},
    {"openapi", Shape::kOnePath, EntryKind::kFile},
};

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
    Node root = document_.root();
    for (const Field& field : kFields) {
      Node value = root.Find(field.name);
      switch (field.shape) {
        case Shape::kPaths:
          List(field, value);
          break;
        case Shape::kPathField:
          for (Node item : Items(value)) Entry(field, item.Resolve().Find("path"), item, true);
          break;
        case Shape::kGenerators:
          for (Node item : Items(value)) {
            Node generator = item.Resolve();
            List(field, generator.Find("envs"));
            Entry(field, generator.Find("env"), {}, true);
            for (Node file : Items(generator.Find("files"))) {
              Entry(field, file.Resolve(), file, true, true);
            }
          }
          break;
        case Shape::kOnePath:
          Entry(field, value.Find("path"), {}, true);
          break;
      }
    }
  }

 private:
  static std::vector<Node> Items(Node list) {
    std::vector<Node> items;
    if (!list.IsSequence()) return items;
    for (Node item : list) items.push_back(item);
    return items;
  }

  void List(const Field& field, Node list) {
    for (Node item : Items(list)) Entry(field, item.Resolve(), item, !field.inline_yaml);
  }

  static bool IsInline(Node node) {
    const std::string_view text = node.value();
    return node.IsBlockScalar() || text.find('\n') != std::string_view::npos ||
           text.find(": ") != std::string_view::npos || text.starts_with('{') ||
           text.starts_with('[');
  }

  // `node` holds the path; `item` is what goes when the entry is removed, if it can be. `keyed`:
  // `key=path`.
  void Entry(const Field& field, Node node, Node item, bool path_only, bool keyed = false) {
    if (!node.IsScalar() || node.value().empty() || HasTemplate(node.value())) return;
    if (!path_only && IsInline(node)) return;
    if (TouchesDamage(document_, node.range())) return;
    std::string_view entry = node.value();
    std::string_view prefix;
    if (const size_t equals = entry.find('='); keyed && equals != std::string_view::npos) {
      prefix = entry.substr(0, equals + 1);
      entry.remove_prefix(equals + 1);
    }
    if (entry.empty() || entry.find('\n') != std::string_view::npos) return;
    const std::string path = JoinPath(directory_, entry);
    const Snapshot& snapshot = context_.snapshot();
    const PathKind found = snapshot.Stat(path);
    if (found == PathKind::kUnknown || Fits(snapshot, path, found, field.kind)) return;
    if (found == PathKind::kMissing && LooksRemote(entry)) return;
    Report(field, node, item, prefix, entry, found);
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

  void Report(const Field& field, Node node, Node item, std::string_view prefix,
              std::string_view entry, PathKind found) {
    if (++reported_ > kMaxReported) return;
    std::string message;
    if (found == PathKind::kMissing) {
      const std::string_view what = field.kind == EntryKind::kFile   ? "file"
                                    : field.kind == EntryKind::kBase ? "directory"
                                                                     : "file or directory";
      message = fmt::format("no {} \"{}\"", what, entry);
    } else if (found == PathKind::kFile) {
      message = fmt::format("\"{}\" is a file; {} are directories with a kustomization.yaml", entry,
                            field.name);
    } else if (field.kind == EntryKind::kFile) {
      message = fmt::format("\"{}\" is a directory; {} takes files", entry, field.name);
    } else {
      message = fmt::format(
          "directory \"{}\" has no kustomization.yaml, so kustomize cannot build it", entry);
    }
    std::optional<std::string> near;
    if (found == PathKind::kMissing && reported_ <= kMaxSuggestions) {
      near = NearPath(context_.snapshot(), directory_, entry, field.kind, Listed());
      if (near) message += fmt::format("; did you mean \"{}\"?", *near);
    }
    Finding& finding = context_.Report(node, Part::kValue, std::move(message));
    if (near) {
      context_.AddFix(finding, fmt::format("Change to \"{}\"", *near),
                      yaml::SetScalar(document_, node, std::string(prefix) + *near), false);
    }
    if (item && reported_ <= kMaxFixed) {
      // Entries that are commented out may stand above it.
      yaml::Edits edits = yaml::RemoveItem(document_, item);
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
