#include "analysis/rules/listed_paths.h"

#include "analysis/rules/support.h"

namespace fluxls {
namespace {

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

class Reader {
 public:
  std::vector<ListedPath> Read(Node root) {
    for (const Field& field : kFields) {
      Node value = root.Find(field.name);
      switch (field.shape) {
        case Shape::kPaths:
          List(field, value);
          break;
        case Shape::kPathField:
          for (Node item : Items(value)) Add(field, item.Resolve().Find("path"), item);
          break;
        case Shape::kGenerators:
          for (Node item : Items(value)) {
            Node generator = item.Resolve();
            List(field, generator.Find("envs"));
            Add(field, generator.Find("env"), {});
            for (Node file : Items(generator.Find("files")))
              Add(field, file.Resolve(), file, /*keyed=*/true);
          }
          break;
        case Shape::kOnePath:
          Add(field, value.Find("path"), {});
          break;
      }
    }
    return std::move(paths_);
  }

 private:
  static std::vector<Node> Items(Node list) {
    std::vector<Node> items;
    if (!list.IsSequence()) return items;
    for (Node item : list) items.push_back(item);
    return items;
  }

  void List(const Field& field, Node list) {
    for (Node item : Items(list)) {
      if (!field.inline_yaml || !LooksInline(item.Resolve())) Add(field, item.Resolve(), item);
    }
  }

  // `keyed`: `key=path`.
  void Add(const Field& field, Node node, Node item, bool keyed = false) {
    if (!node.IsScalar()) return;
    ListedPath path{field.name, field.kind, node, item, "", node.value(), keyed};
    if (const size_t equals = path.entry.find('='); keyed && equals != std::string_view::npos) {
      path.prefix = path.entry.substr(0, equals + 1);
      path.entry.remove_prefix(equals + 1);
    }
    if (path.entry.empty() || path.entry.find('\n') != std::string_view::npos) return;
    paths_.push_back(path);
  }

  std::vector<ListedPath> paths_;
};

}  // namespace

std::vector<ListedPath> ListedPaths(Node root) {
  return Reader().Read(root);
}

}  // namespace fluxls
