#include "analysis/build/selector.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstdlib>

#include "analysis/build/kustomization_file.h"

namespace fluxls::build {
namespace {

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool IsName(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' ||
           c == '/' || c == '$' || c == '{' || c == '}';
  });
}

// Cuts at commas outside of parentheses.
std::vector<std::string_view> SplitRequirements(std::string_view text) {
  std::vector<std::string_view> out;
  size_t begin = 0;
  int depth = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == ',' && depth == 0)) {
      out.push_back(Trim(text.substr(begin, i - begin)));
      begin = i + 1;
    } else if (text[i] == '(') {
      ++depth;
    } else if (text[i] == ')') {
      --depth;
    }
  }
  return out;
}

}  // namespace

std::optional<LabelSelector> LabelSelector::Parse(std::string_view text) {
  LabelSelector out;
  text = Trim(text);
  if (text.empty()) return out;
  for (std::string_view part : SplitRequirements(text)) {
    Requirement requirement;
    std::string_view key;
    std::string_view values;
    if (part.starts_with('!')) {
      requirement.op = Operator::kMissing;
      key = Trim(part.substr(1));
    } else if (const size_t open = part.find('('); open != std::string_view::npos) {
      if (!part.ends_with(')')) return std::nullopt;
      const std::string_view head = Trim(part.substr(0, open));
      const size_t blank = head.find_last_of(" \t");
      if (blank == std::string_view::npos) return std::nullopt;
      const std::string_view word = head.substr(blank + 1);
      if (word != "in" && word != "notin") return std::nullopt;
      requirement.op = word == "in" ? Operator::kIn : Operator::kNotIn;
      key = Trim(head.substr(0, blank));
      values = part.substr(open + 1, part.size() - open - 2);
      while (true) {
        const size_t comma = values.find(',');
        requirement.values.emplace_back(Trim(values.substr(0, comma)));
        if (comma == std::string_view::npos) break;
        values.remove_prefix(comma + 1);
      }
    } else if (const size_t at = part.find_first_of("=!<>"); at != std::string_view::npos) {
      key = Trim(part.substr(0, at));
      size_t end = at + 1;
      if (part[at] == '!') {
        if (end >= part.size() || part[end] != '=') return std::nullopt;
        requirement.op = Operator::kNotIn;
        ++end;
      } else if (part[at] == '=') {
        requirement.op = Operator::kIn;
        if (end < part.size() && part[end] == '=') ++end;
      } else {
        requirement.op = part[at] == '>' ? Operator::kGreater : Operator::kLess;
      }
      requirement.values.emplace_back(Trim(part.substr(end)));
      if (!requirement.values[0].empty() && !IsName(requirement.values[0])) return std::nullopt;
    } else {
      key = part;
    }
    if (!IsName(key)) return std::nullopt;
    requirement.key = key;
    out.requirements_.push_back(std::move(requirement));
  }
  return out;
}

std::optional<LabelSelector> LabelSelector::Read(const Value* selector) {
  LabelSelector out;
  const Value* labels = Find(selector, "matchLabels");
  for (const Pair& pair : labels ? labels->Pairs() : std::span<const Pair>()) {
    out.requirements_.push_back(
        {std::string(pair.key), Operator::kIn, {std::string(pair.value->str())}});
  }
  for (const Value* expression : ItemsOf(Find(selector, "matchExpressions"))) {
    constexpr std::pair<std::string_view, Operator> kOperators[] = {
        {"In", Operator::kIn},
        {"NotIn", Operator::kNotIn},
        {"Exists", Operator::kExists},
        {"DoesNotExist", Operator::kMissing}};
    const std::string_view written = Text(expression, "operator");
    const auto* found = std::find_if(std::begin(kOperators), std::end(kOperators),
                                     [written](const auto& op) { return op.first == written; });
    if (found == std::end(kOperators)) return std::nullopt;
    Requirement requirement{std::string(Text(expression, "key")), found->second, {}};
    for (const Value* value : ItemsOf(Find(expression, "values")))
      requirement.values.emplace_back(value->str());
    out.requirements_.push_back(std::move(requirement));
  }
  return out;
}

bool LabelSelector::Matches(const Value* labels) const {
  return std::all_of(
      requirements_.begin(), requirements_.end(), [labels](const Requirement& requirement) {
        const Value* value = Find(labels, requirement.key);
        const bool listed = value && std::find(requirement.values.begin(), requirement.values.end(),
                                               value->str()) != requirement.values.end();
        switch (requirement.op) {
          case Operator::kIn:
            return listed;
          case Operator::kNotIn:
            return !listed;
          case Operator::kExists:
            return value != nullptr;
          case Operator::kMissing:
            return value == nullptr;
          case Operator::kGreater:
          case Operator::kLess: {
            if (!value) return false;
            const long long left = std::atoll(std::string(value->str()).c_str());
            const long long right = std::atoll(requirement.values[0].c_str());
            return requirement.op == Operator::kGreater ? left > right : left < right;
          }
        }
        return false;
      });
}

bool Selector::Pattern::Matches(std::string_view text) const {
  if (any) return true;
  if (!regex) return text == literal;
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *regex);
}

bool Selector::Compile(std::string_view text, Pattern& pattern, std::string& problem) {
  if (text.empty()) return true;
  pattern.any = false;
  if (text.find_first_of(".*+?()[]{}|^$\\") == std::string_view::npos) {
    pattern.literal = text;
    return true;
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto regex = std::make_shared<re2::RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (!regex->ok()) {
    problem = fmt::format("\"{}\" is no regular expression: {}", text, regex->error());
    return false;
  }
  pattern.regex = std::move(regex);
  return true;
}

std::optional<Selector> Selector::Read(const Value* target, std::string& problem) {
  Selector out;
  if (!Compile(FieldText(target, "group"), out.group_, problem) ||
      !Compile(FieldText(target, "version"), out.version_, problem) ||
      !Compile(FieldText(target, "kind"), out.kind_, problem) ||
      !Compile(FieldText(target, "name"), out.name_, problem) ||
      !Compile(FieldText(target, "namespace"), out.namespace_, problem)) {
    return std::nullopt;
  }
  for (auto [key, selector] : {std::pair("labelSelector", &out.labels_),
                               std::pair("annotationSelector", &out.annotations_)}) {
    std::optional<LabelSelector> parsed = LabelSelector::Parse(FieldText(target, key));
    if (!parsed) {
      problem = fmt::format("\"{}\" is no selector for {}", FieldText(target, key), key);
      return std::nullopt;
    }
    *selector = std::move(*parsed);
    out.names_labels_ |= !FieldText(target, key).empty();
  }
  return out;
}

bool Selector::MatchesKind(const ObjectId& id) const {
  return group_.Matches(id.group) && version_.Matches(id.version) && kind_.Matches(id.kind);
}

bool Selector::MatchesLabels(const Object& object) const {
  const Value* metadata = Find(object.root, "metadata");
  return labels_.Matches(Find(metadata, "labels")) &&
         annotations_.Matches(Find(metadata, "annotations"));
}

bool Selector::Matches(const Object& object) const {
  const ObjectId& original = object.original();
  const ObjectId& current = object.id;
  return (namespace_.Matches(original.EffectiveNamespace()) ||
          namespace_.Matches(current.EffectiveNamespace())) &&
         (name_.Matches(original.name) || name_.Matches(current.name)) && MatchesKind(current) &&
         MatchesLabels(object);
}

bool Selector::MatchesAnyId(const Object& object) const {
  return object.IsOrWas([this](const ObjectId& id) {
    return MatchesKind(id) && name_.Matches(id.name) && namespace_.Matches(id.EffectiveNamespace());
  });
}

bool Selector::names_ids() const {
  return !group_.any || !version_.any || !kind_.any || !name_.any || !namespace_.any;
}

}  // namespace fluxls::build
