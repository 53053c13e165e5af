#include "schemas/schema_text.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace fluxls::schema {
namespace {

constexpr FactKind kFirstFact = FactKind::kRequired;
constexpr FactKind kLastFact = FactKind::kOpen;

// Facts that have no value.
bool IsFlag(FactKind kind) {
  return kind == FactKind::kRequired || kind == FactKind::kNullable || kind == FactKind::kOpen;
}

std::optional<FactKind> FindFactKind(std::string_view name) {
  for (auto i = static_cast<uint8_t>(kFirstFact); i <= static_cast<uint8_t>(kLastFact); ++i) {
    if (FactName(static_cast<FactKind>(i)) == name) return static_cast<FactKind>(i);
  }
  return std::nullopt;
}

// --- reading -------------------------------------------------------------------------------------

// One line, from left to right.
class Line {
 public:
  explicit Line(std::string_view text) : text_(text) {}

  bool AtEnd() {
    while (Take(' ')) {
    }
    return text_.empty();
  }
  bool Take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool Sees(char c) const { return !text_.empty() && text_.front() == c; }

  // Up to one of `ends`; what is in double quotes is taken whole, without them.
  std::string Word(std::string_view ends) {
    std::string out;
    if (Take('"')) {
      while (!text_.empty() && !Sees('"')) {
        if (Sees('\\') && text_.size() > 1) text_.remove_prefix(1);
        out += text_.front();
        text_.remove_prefix(1);
      }
      if (!Take('"')) error = "a quote is not closed";
      return out;
    }
    while (!text_.empty() && ends.find(text_.front()) == std::string_view::npos) {
      out += text_.front();
      text_.remove_prefix(1);
    }
    return out;
  }

  // `@2.7`, `@..2.6`, `@2.3..2.6`; always, where there is no @.
  Span TakeSpan() {
    Span span;
    if (!Take('@')) return span;
    if (!Sees('.')) span.since = TakeRelease();
    if (text_.starts_with("..")) {
      text_.remove_prefix(2);
      span.until = TakeRelease();
    }
    return span;
  }

  int TakeNumber() {
    int number = 0;
    const auto [end, code] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
    if (code != std::errc()) error = "expected a number";
    text_.remove_prefix(static_cast<size_t>(end - text_.data()));
    return number;
  }

  std::string error;

 private:
  Release TakeRelease() {
    Release release;
    release.major = TakeNumber();
    if (!Take('.')) error = "expected a release such as 2.7";
    release.minor = TakeNumber();
    return release;
  }

  std::string_view text_;
};

void ReadFact(Line& line, Field& field) {
  const std::string name = line.Word(" =@");
  if (!line.Take('=')) {
    // A type stands without a name; flags have no value.
    const std::optional<FactKind> flag = FindFactKind(name);
    if (flag && IsFlag(*flag)) {
      field.facts.push_back({*flag, "", line.TakeSpan()});
    } else {
      field.facts.push_back({FactKind::kType, name, line.TakeSpan()});
    }
    return;
  }
  if (name == "usage") {
    field.usage = line.TakeNumber();
    return;
  }
  const std::optional<FactKind> kind = FindFactKind(name);
  if (!kind) {
    line.error = fmt::format("nothing is known of \"{}\"", name);
    return;
  }
  do {
    std::string value = line.Word(" ,@");
    field.facts.push_back({*kind, std::move(value), line.TakeSpan()});
  } while (line.Take(','));
}

void ReadField(Line& line, Field& field) {
  field.name = line.Word(" ");
  while (line.error.empty() && !line.AtEnd()) {
    if (line.Sees('@')) {
      field.span = line.TakeSpan();
    } else {
      ReadFact(line, field);
    }
  }
}

void ReadRule(Line& line, Field& field) {
  Rule rule;
  line.AtEnd();
  rule.expression = line.Word(" ");
  line.AtEnd();
  rule.message = line.Word(" ");
  line.AtEnd();
  rule.span = line.TakeSpan();
  field.rules.push_back(std::move(rule));
}

void ReadApi(std::string_view text, KindSchema& schema) {
  const size_t blank = text.find(' ');
  const size_t slash = text.substr(0, blank).find('/');
  if (blank != std::string_view::npos) schema.kind = text.substr(blank + 1);
  const std::string_view api = text.substr(0, blank);
  schema.group = slash == std::string_view::npos ? "" : api.substr(0, slash);
  schema.version = slash == std::string_view::npos ? api : api.substr(slash + 1);
}

// --- writing -------------------------------------------------------------------------------------

std::string ReleaseText(Release release) {
  return fmt::format("{}.{}", release.major, release.minor);
}

std::string SpanText(Span span) {
  if (span == Span{}) return "";
  std::string out = "@";
  if (span.since != kAlways) out += ReleaseText(span.since);
  if (!span.IsOpen()) out += ".." + ReleaseText(span.until);
  return out;
}

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string QuotedIfNeeded(std::string_view text) {
  const bool plain = !text.empty() && text.find_first_of(" ,@\"\\") == std::string_view::npos;
  return plain ? std::string(text) : Quoted(text);
}

std::string FactsText(const Field& field) {
  std::string out;
  for (const Fact& fact : field.facts) {
    if (fact.kind == FactKind::kType) out += " " + fact.value + SpanText(fact.span);
  }
  for (auto i = static_cast<uint8_t>(kFirstFact); i <= static_cast<uint8_t>(kLastFact); ++i) {
    const auto kind = static_cast<FactKind>(i);
    bool first = true;
    for (const Fact& fact : field.facts) {
      if (fact.kind != kind) continue;
      if (IsFlag(kind)) {
        out += fmt::format(" {}{}", FactName(kind), SpanText(fact.span));
        continue;
      }
      // The values of an enum follow each other; of anything else there is one for each span.
      out += first || kind != FactKind::kEnum ? fmt::format(" {}=", FactName(kind)) : ",";
      out += QuotedIfNeeded(fact.value) + SpanText(fact.span);
      first = false;
    }
  }
  return out;
}

void WriteBelow(const Field& field, size_t depth, std::string& out) {
  const std::string indent(2 * depth, ' ');
  if (!field.help.empty()) out += indent + "| " + field.help + "\n";
  for (const Rule& rule : field.rules) {
    out += fmt::format("{}{} {} {}", indent, rule.runtime ? "check" : "rule",
                       Quoted(rule.expression), Quoted(rule.message));
    if (rule.span != Span{}) out += " " + SpanText(rule.span);
    out += "\n";
  }
  for (const Field& child : field.fields) {
    out += indent + child.name + FactsText(child);
    if (child.usage > 0) out += fmt::format(" usage={}", child.usage);
    if (child.span != Span{}) out += " " + SpanText(child.span);
    out += "\n";
    WriteBelow(child, depth + 1, out);
  }
}

}  // namespace

ReadError ReadSchema(std::string_view text, KindSchema& schema) {
  // Fields that are open at each level; a field's children are appended to the last one, so the
  // pointers stay right.
  std::vector<Field*> open{&schema.root};
  int number = 0;
  while (!text.empty()) {
    ++number;
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view rest = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t blanks = std::min(rest.find_first_not_of(' '), rest.size());
    rest.remove_prefix(blanks);
    if (rest.empty() || rest.front() == '#') continue;
    const size_t depth = blanks / 2;
    if (blanks % 2 != 0 || depth >= open.size()) return {number, "wrong indentation"};
    if (depth == 0 && rest.starts_with("api ")) {
      ReadApi(rest.substr(4), schema);
      continue;
    }
    open.resize(depth + 1);
    Field& parent = *open.back();
    if (rest.starts_with("| ")) {
      parent.help = rest.substr(2);
      continue;
    }
    Line line(rest);
    if (rest.starts_with("rule \"") || rest.starts_with("check \"")) {
      const bool runtime = line.Word(" ") == "check";
      ReadRule(line, parent);
      parent.rules.back().runtime = runtime;
    } else {
      parent.fields.emplace_back();
      ReadField(line, parent.fields.back());
      open.push_back(&parent.fields.back());
    }
    if (!line.error.empty()) return {number, line.error};
  }
  return {};
}

std::string WriteSchema(const KindSchema& schema) {
  std::string out = schema.group.empty()
                        ? fmt::format("api {} {}\n", schema.version, schema.kind)
                        : fmt::format("api {}/{} {}\n", schema.group, schema.version, schema.kind);
  WriteBelow(schema.root, 0, out);
  return out;
}

}  // namespace fluxls::schema
