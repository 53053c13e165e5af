// What kustomize does to all objects of a target: namespace, prefix and suffix, labels,
// annotations, images, replicas.
//
// Facts: kustomize's api/filters and the builtin plugins.
// Thread contract: they change objects whose trees belong to, or are copied into, the arena of the
// context.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/build/field_path.h"
#include "analysis/build/kustomization_file.h"
#include "analysis/build/object.h"
#include "analysis/build/transformer_config.h"

namespace fluxls::build {

// What every transformer needs beside the objects.
struct Context {
  Arena& arena;
  std::vector<Problem>& problems;
  const Value* openapi = nullptr;       // schema that the kustomization brings along
  std::vector<Origin>* hits = nullptr;  // targets that select something; null: nobody asks

  // A problem on the line at `where`; the build fails.
  void Fail(ProblemKind kind, Origin where, std::string message) const;
  // The same for something that is not there; see Problem::absence.
  void FailAbsent(ProblemKind kind, Origin where, std::string message) const;
  // Of the target of a patch or replacement: does it select something? If not, `wanted` says what
  // it looks for.
  void NoteTarget(Origin target, bool selects, std::string_view wanted) const;
};

// Which subjects of role bindings get the namespace.
enum class Subjects : uint8_t { kNamedDefault, kServiceAccounts, kNone };

struct NamespaceOptions {
  Subjects subjects = Subjects::kNamedDefault;
  bool unset_only = false;
};
void SetNamespace(const Context& context, Objects& objects, Setting name,
                  const std::vector<FieldSpec>& fields, NamespaceOptions options = {});

void AddPrefix(const Context& context, Objects& objects, Setting prefix,
               const std::vector<FieldSpec>& fields);
void AddSuffix(const Context& context, Objects& objects, Setting suffix,
               const std::vector<FieldSpec>& fields);

// Labels or annotations: the pairs of a map, to each of the fields.
void SetMetadata(const Context& context, Objects& objects, const Value* pairs,
                 const std::vector<FieldSpec>& fields, EditKind kind);
// One entry of `labels`.
void SetLabels(const Context& context, Objects& objects, const Value* entry,
               const TransformerConfig& config);

// One entry of `images`. An image of another name is left alone.
void SetImage(const Context& context, Objects& objects, const Value* entry,
              const std::vector<FieldSpec>& fields);

// One entry of `replicas`.
void SetReplicas(const Context& context, Objects& objects, const Value* entry,
                 const std::vector<FieldSpec>& fields);

}  // namespace fluxls::build
