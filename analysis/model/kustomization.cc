#include "analysis/model/kustomization.h"

#include <cctype>
#include <span>
#include <string>

namespace fluxls {
namespace {

using yaml::Node;

// How the paths lie in a field.
enum class Shape : uint8_t {
  kPaths,         // a list of paths
  kPathOrInline,  // a list of paths or inline YAML
  kPathField,     // a list of mappings, each with `path`
  kGenerator,     // a list of mappings with `files`, `envs` and `env`
  kOnePath,       // a mapping with `path`
};

struct Field {
  std::string_view name;
  Shape shape;
};

constexpr Field kFields[] = {
    {"resources", Shape::kPaths},
    {"bases", Shape::kPaths},
    {"components", Shape::kPaths},
    {"crds", Shape::kPaths},
    {"configurations", Shape::kPaths},
    {"patches", Shape::kPathField},
    {"patchesStrategicMerge", Shape::kPathOrInline},
    {"patchesJson6902", Shape::kPathField},
    {"replacements", Shape::kPathField},
    {"generators", Shape::kPathOrInline},
    {"transformers", Shape::kPathOrInline},
    {"validators", Shape::kPathOrInline},
    {"configMapGenerator", Shape::kGenerator},
    {"secretGenerator", Shape::kGenerator},
    {"openapi", Shape::kOnePath},
};

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(a[i])) !=
        std::tolower(static_cast<unsigned char>(b[i]))) {
      return false;
    }
  }
  return true;
}

// The last pair whose key is `name`, whatever its case.
Node FindField(Node mapping, std::string_view name) {
  Node found;
  if (!mapping.IsMapping()) return found;
  for (Node value : mapping) {
    if (EqualsIgnoringCase(value.key().value(), name)) found = value.Resolve();
  }
  return found;
}

bool LooksInline(Node item) {
  if (item.IsBlockScalar()) return true;
  std::string_view text = item.value();
  return text.find('\n') != std::string_view::npos || text.find(": ") != std::string_view::npos ||
         (!text.empty() && (text.front() == '{' || text.front() == '['));
}

class Reader {
 public:
  explicit Reader(KustomizationFacts& facts) : facts_(facts) {}

  void Read(const Field& field, Node value) {
    std::string name(field.name);
    switch (field.shape) {
      case Shape::kPaths:
        AddAll(name, value);
        return;
      case Shape::kPathOrInline:
        if (!value.IsSequence()) return;
        for (Node item : value) {
          if (!LooksInline(item.Resolve())) Add(name, item.Resolve());
        }
        return;
      case Shape::kPathField:
        if (!value.IsSequence()) return;
        for (Node item : value) Add(name, FindField(item.Resolve(), "path"));
        return;
      case Shape::kGenerator:
        if (!value.IsSequence()) return;
        for (Node item : value) {
          Node generator = item.Resolve();
          AddAll(name + ".files", FindField(generator, "files"));
          AddAll(name + ".envs", FindField(generator, "envs"));
          Add(name + ".env", FindField(generator, "env"));
        }
        return;
      case Shape::kOnePath:
        Add(name, FindField(value, "path"));
        return;
    }
  }

 private:
  void Add(const std::string& field, Node node) {
    if (node.IsScalar() && !node.value().empty()) {
      facts_.entries.push_back({field, std::string(node.value())});
    }
  }
  void AddAll(const std::string& field, Node list) {
    if (!list.IsSequence()) return;
    for (Node item : list) Add(field, item.Resolve());
  }

  KustomizationFacts& facts_;
};

}  // namespace

void ReadKustomization(yaml::Node root, KustomizationFacts& facts) {
  if (!root.IsMapping()) return;
  if (FindField(root, "kind").value() == "Component") facts.component = true;
  Reader reader(facts);
  for (const Field& field : kFields) {
    if (Node value = FindField(root, field.name)) reader.Read(field, value);
  }
}

std::string_view EntryPath(const KustomizeEntry& entry) {
  std::string_view value = entry.value;
  if (!entry.field.ends_with(".files")) return value;
  size_t equals = value.find('=');
  return equals == std::string_view::npos ? value : value.substr(equals + 1);
}

bool IsRemoteEntry(std::string_view value) {
  if (value.find("://") != std::string_view::npos) return true;
  if (value.find("?ref=") != std::string_view::npos) return true;
  if (value.find("?version=") != std::string_view::npos) return true;
  for (std::string_view start : {"git@", "git::", "github.com/", "github.com:", "gh:"}) {
    if (value.starts_with(start)) return true;
  }
  return value.find("_git/") != std::string_view::npos ||
         value.find(".git/") != std::string_view::npos || value.ends_with(".git");
}

}  // namespace fluxls
