#include "schemas/schema.h"

#include <algorithm>

namespace fluxls::schema {
namespace {

constexpr std::string_view kFactNames[] = {
    "type",      "required", "enum",     "pattern",       "default",       "minLength",
    "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minimum",
    "maximum",   "format",   "nullable", "open",
};

Release Before(Release release) {
  return {release.major, release.minor - 1};
}

// "spec.chart" and "spec" → "spec.chart"; items and values stay close: "spec.dependsOn[]".
std::string Join(const std::string& route, std::string_view name) {
  if (route.empty()) return std::string(name);
  return route + (name == kItems || name == kValues ? "" : ".") + std::string(name);
}

std::string Show(const Fact& fact) {
  std::string out(FactName(fact.kind));
  if (!fact.value.empty()) out += "=" + fact.value;
  return out;
}

// What no CRD says, and no CRD takes away.
bool IsOurs(const Rule& rule) {
  return rule.runtime;
}
template <typename T>
bool IsOurs(const T&) {
  return false;
}

// One list of things that hold for spans: ends what `fresh` does not have, adds what is new.
// `same` compares, `tell` says what has happened.
template <typename T, typename Same, typename Tell>
void MergeList(std::vector<T>& known, const std::vector<T>& fresh, Release now, const Same& same,
               const Tell& tell) {
  const auto is_in = [&](const std::vector<T>& list, const T& item) {
    return std::any_of(list.begin(), list.end(),
                       [&](const T& other) { return other.span.Holds(now) && same(other, item); });
  };
  for (T& item : known) {
    if (!item.span.Holds(now) || is_in(fresh, item) || IsOurs(item)) continue;
    item.span.until = Before(now);
    tell('-', item);
  }
  // What began with this release, or holds always, never was.
  std::erase_if(known, [](const T& item) { return item.span.until < item.span.since; });
  for (size_t i = 0; i < fresh.size(); ++i) {
    if (is_in(known, fresh[i])) continue;
    // Behind its neighbour, so that the order of the CRD is kept.
    auto at = known.end();
    if (i > 0) {
      const auto before = std::find_if(known.begin(), known.end(), [&](const T& other) {
        return other.span.Holds(now) && same(other, fresh[i - 1]);
      });
      if (before != known.end()) at = before + 1;
    }
    at = known.insert(at, fresh[i]);
    at->span.since = now;
    tell('+', *at);
  }
}

void MergeInto(Field& known, const Field& fresh, Release now, const std::string& route,
               std::vector<std::string>& changes) {
  MergeList(
      known.facts, fresh.facts, now,
      [](const Fact& a, const Fact& b) { return a.kind == b.kind && a.value == b.value; },
      [&](char sign, const Fact& fact) {
        changes.push_back(std::string(1, sign) + " " + route + " " + Show(fact));
      });
  MergeList(
      known.rules, fresh.rules, now,
      [](const Rule& a, const Rule& b) { return a.expression == b.expression; },
      [&](char sign, const Rule& rule) {
        changes.push_back(std::string(1, sign) + " " + route + " rule " + rule.expression);
      });
  MergeList(
      known.fields, fresh.fields, now,
      [](const Field& a, const Field& b) { return a.name == b.name; },
      [&](char sign, const Field& field) {
        changes.push_back(std::string(1, sign) + " " + Join(route, field.name));
      });
  for (Field& field : known.fields) {
    const Field* other = FindField(fresh, field.name);
    if (other && field.span.Holds(now)) {
      MergeInto(field, *other, now, Join(route, field.name), changes);
    }
  }
}

}  // namespace

std::string_view FactName(FactKind kind) {
  return kFactNames[static_cast<size_t>(kind)];
}

const Fact* FindFact(const Field& field, FactKind kind, Release release) {
  for (const Fact& fact : field.facts) {
    if (fact.kind == kind && fact.span.Holds(release)) return &fact;
  }
  return nullptr;
}

std::string_view FactValue(const Field& field, FactKind kind, Release release) {
  const Fact* fact = FindFact(field, kind, release);
  return fact ? std::string_view(fact->value) : "";
}

bool HasFact(const Field& field, FactKind kind, Release release) {
  return FindFact(field, kind, release) != nullptr;
}

std::string_view TypeOf(const Field& field, Release release) {
  const std::string_view type = FactValue(field, FactKind::kType, release);
  return type.empty() ? "any" : type;
}

std::vector<std::string_view> EnumOf(const Field& field, Release release) {
  std::vector<std::string_view> values;
  for (const Fact& fact : field.facts) {
    if (fact.kind == FactKind::kEnum && fact.span.Holds(release)) values.push_back(fact.value);
  }
  return values;
}

const Field* FindField(const Field& parent, std::string_view name) {
  const Field* found = nullptr;
  for (const Field& field : parent.fields) {
    // A field that went and came back stands there twice; the later one counts.
    if (field.name == name) found = &field;
  }
  return found;
}

const Field* FindField(const Field& parent, std::string_view name, Release release) {
  for (const Field& field : parent.fields) {
    if (field.name == name && field.span.Holds(release)) return &field;
  }
  return nullptr;
}

Field At(const Field& field, Release release) {
  Field out{.name = field.name, .help = field.help, .usage = field.usage};
  for (const Fact& fact : field.facts) {
    if (fact.span.Holds(release)) out.facts.push_back({fact.kind, fact.value, {}});
  }
  for (const Rule& rule : field.rules) {
    if (rule.span.Holds(release))
      out.rules.push_back({rule.expression, rule.message, {}, rule.runtime});
  }
  for (const Field& child : field.fields) {
    if (child.span.Holds(release)) out.fields.push_back(At(child, release));
  }
  return out;
}

void Merge(Field& known, const Field& fresh, Release now, std::vector<std::string>& changes) {
  MergeInto(known, fresh, now, "", changes);
}

}  // namespace fluxls::schema
