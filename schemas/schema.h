// What a document of one apiVersion and kind may hold, for all Flux releases at once.
//
// A schema is a tree of fields. Whatever a CRD says about a field is a fact: its type, one value of
// its enum, its pattern. Fields, facts and rules each hold for a span of releases, so one file of
// data answers for every release (schema_text.h reads and writes it; schemas/data holds it).
// Schemas of CRDs found elsewhere have facts that always hold.
//
// Thread contract: plain data; immutable once read, share it freely.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schemas/catalog.h"

namespace fluxls::schema {

using catalog::Release;

inline constexpr Release kAlways{0, 0};
inline constexpr Release kForever{1'000, 0};

// Releases for which something holds, both ends included.
struct Span {
  Release since = kAlways;
  Release until = kForever;
  bool Holds(Release release) const { return since <= release && release <= until; }
  bool IsOpen() const { return until == kForever; }
  bool operator==(const Span&) const = default;
};

enum class FactKind : uint8_t {
  kType,  // object, list, string, integer, number, boolean, int-or-string, any
  kRequired,
  kEnum,  // one value that is allowed
  kPattern,
  kDefault,  // JSON
  kMinLength,
  kMaxLength,
  kMinItems,
  kMaxItems,
  kMinProperties,
  kMaxProperties,
  kMinimum,
  kMaximum,
  kFormat,
  kNullable,
  kOpen,  // takes fields that the schema does not name
};

struct Fact {
  FactKind kind = FactKind::kType;
  std::string value;
  Span span;
  bool operator==(const Fact&) const = default;
};

// What must hold of a value as a whole: an expression of CEL over `self`.
struct Rule {
  std::string expression;
  std::string message;  // for the user, one line
  Span span;
  bool runtime = false;  // asked by the controller, not by the API server: no CRD has it
  bool operator==(const Rule&) const = default;
};

struct Field {
  std::string name;  // "[]": the items of a list; "{}": the values of a map
  Span span;
  std::vector<Fact> facts;
  std::vector<Rule> rules;
  std::string help;  // one line
  int usage = 0;     // how many of a hundred mappings that may have it do, in repositories seen
  std::vector<Field> fields;
  bool operator==(const Field&) const = default;
};

struct KindSchema {
  std::string group;
  std::string version;
  std::string kind;
  // Holds every field of a document but apiVersion, kind, metadata and status.
  Field root;
};

inline constexpr std::string_view kItems = "[]";
inline constexpr std::string_view kValues = "{}";

// Name of a kind of fact in the data: "pattern".
std::string_view FactName(FactKind kind);

// The fact of that kind that holds at `release`; null when there is none.
const Fact* FindFact(const Field& field, FactKind kind, Release release);
// Its value; "" when there is none.
std::string_view FactValue(const Field& field, FactKind kind, Release release);
bool HasFact(const Field& field, FactKind kind, Release release);
std::string_view TypeOf(const Field& field, Release release);
// Values of the enum, in the order of the CRD.
std::vector<std::string_view> EnumOf(const Field& field, Release release);

// The field of that name, whatever its span; null when there is none.
const Field* FindField(const Field& parent, std::string_view name);
// The same, only when it holds at `release`.
const Field* FindField(const Field& parent, std::string_view name, Release release);

// What holds at `release` alone, with spans that always hold: what that release's CRD says.
Field At(const Field& field, Release release);

// Changes `known`, which is right for all releases before `now`, so that it says `fresh` for `now`
// and later. Help stays. One line for each difference goes to `changes`: "+ spec.a.b".
void Merge(Field& known, const Field& fresh, Release now, std::vector<std::string>& changes);

}  // namespace fluxls::schema
