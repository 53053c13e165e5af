#include "analysis/features/variable_completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "analysis/build/open_value.h"
#include "analysis/text/unicode.h"

namespace fluxls {
namespace {

// Longer values are cut.
constexpr size_t kMostBytes = 60;

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::optional<ByteRange> VariableNameAt(std::string_view text, uint32_t offset) {
  uint32_t begin = offset;
  while (begin > 0 && IsNameCharacter(text[begin - 1])) --begin;
  if (begin < 2 || text.substr(begin - 2, 2) != "${") return std::nullopt;
  // `$${` is no variable.
  if (begin > 2 && text[begin - 3] == '$') return std::nullopt;
  uint32_t end = offset;
  while (end < text.size() && IsNameCharacter(text[end])) ++end;
  return ByteRange{begin, end};
}

std::optional<CompletionList> CompleteVariable(const Snapshot& snapshot, const build::Fleet* fleet,
                                               const std::string& path, std::string_view text,
                                               uint32_t offset) {
  const std::optional<ByteRange> name = VariableNameAt(text, offset);
  if (!fleet || !name) return std::nullopt;
  std::set<uint32_t> builds;
  for (const build::Effect effect : fleet->EffectsOf(path)) builds.insert(effect.build);
  // Patches and files of generators become no object of their own.
  for (const uint32_t index : fleet->BuildsReading(path)) builds.insert(index);

  std::map<std::string_view, std::vector<const build::DefinedVariable*>> found;
  for (const uint32_t index : builds) {
    const build::Variables& variables = fleet->builds()[index]->variables;
    if (!variables.active) continue;
    for (const auto& [key, variable] : variables.defined) found[key].push_back(&variable);
  }
  if (found.empty()) return std::nullopt;

  CompletionList list;
  list.replace = *name;
  list.insert = {name->begin, offset};
  for (const auto& [key, variables] : found) {
    CompletionItem& item = list.items.emplace_back();
    item.kind = CompletionItem::Kind::kVariable;
    item.label = key;
    item.text = key;
    // The first speaks; what other builds have is counted.
    const build::DefinedVariable& first = *variables.front();
    if (build::IsOpen(first)) {
      std::string value(first.value.substr(0, first.value.find('\n')));
      if (value.size() > kMostBytes) {
        size_t cut = kMostBytes;
        // Not within a character.
        while (cut > 0 && (static_cast<unsigned char>(value[cut]) & 0xC0) == 0x80) --cut;
        value.resize(cut);
      }
      item.detail = value.size() < first.value.size() ? value + "…" : value;
      if (item.detail.empty()) item.detail = "\"\"";
    }
    if (first.origin) {
      if (!item.detail.empty()) item.detail += ", ";
      item.detail += snapshot.DisplayPath(first.origin.file->path);
    }
    const bool differs = std::any_of(variables.begin(), variables.end(), [&](const auto* other) {
      return other->known != first.known || other->value != first.value;
    });
    if (differs) item.detail += ", other builds have other values";
  }
  const std::string typed = AsciiLower(std::string(Slice(text, list.insert)));
  std::stable_partition(list.items.begin(), list.items.end(), [&](const CompletionItem& item) {
    return AsciiLower(item.label).starts_with(typed);
  });
  return list;
}

}  // namespace fluxls
