#include "analysis/build/references.h"

#include "analysis/build/flux_build.h"
#include "analysis/model/resource.h"

namespace fluxls::build {
namespace {

class Reader {
 public:
  Reader(std::string_view cluster, std::vector<ObjectReference>& out)
      : cluster_(cluster), out_(out) {}

  void Read(const Object& object, uint32_t index) {
    object_ = &object;
    index_ = index;
    for (const ReferenceField& field : ReferenceFieldsOf(object.id.group, object.id.kind))
      VisitRoute(object.root, field.route, [&](const Value* node) { Add(field, node); });
  }

 private:
  void Add(const ReferenceField& field, const Value* node) {
    const Value* name = field.is_name ? node : Find(node, "name");
    // `*` selects by labels; it names nothing.
    if (!name || !name->IsScalar() || name->str().empty() || name->str() == "*") return;
    ObjectReference reference;
    reference.field = &field;
    reference.object = index_;
    reference.node = node;
    reference.name_value = name;
    reference.name = name->str();
    reference.kind = field.target;
    if (reference.kind.empty()) {
      reference.kind = Text(node, "kind");
      if (reference.kind.empty()) reference.kind = field.default_kind;
      if (reference.kind.empty()) return;
      reference.group = SplitApiVersion(Text(node, "apiVersion")).first;
    }
    reference.optional = Text(node, "optional") == "true";
    const bool may_name =
        field.rule == NamespaceRule::kDefaultOwn || field.rule == NamespaceRule::kAsWritten;
    if (may_name && !field.is_name) reference.namespace_value = Find(node, "namespace");
    if (field.rule == NamespaceRule::kOfSource) {
      reference.namespace_value =
          Find(object_->root, {"spec", "chart", "spec", "sourceRef", "namespace"});
    }
    const std::string_view written =
        reference.namespace_value ? reference.namespace_value->str() : std::string_view();
    if (field.rule == NamespaceRule::kAsWritten) {
      reference.namespace_ = written;
    } else {
      reference.namespace_ = written.empty() ? object_->id.EffectiveNamespace() : written;
    }
    reference.target = HashOfName(cluster_, reference.kind, reference.namespace_, reference.name);
    out_.push_back(reference);
  }

  std::string_view cluster_;
  std::vector<ObjectReference>& out_;
  const Object* object_ = nullptr;
  uint32_t index_ = 0;
};

}  // namespace

std::vector<ObjectReference> FindReferences(std::string_view cluster, const Objects& objects) {
  std::vector<ObjectReference> out;
  Reader reader(cluster, out);
  for (uint32_t i = 0; i < objects.size(); ++i) {
    if (objects[i].root && IsFluxGroup(objects[i].id.group)) reader.Read(objects[i], i);
  }
  return out;
}

}  // namespace fluxls::build
