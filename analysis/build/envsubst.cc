#include "analysis/build/envsubst.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <memory>

#include "analysis/text/unicode.h"

namespace fluxls::build {
namespace {

// A piece of text, or one expression.
struct Node {
  bool is_text = true;
  std::string text;
  std::string name;
  std::string op;
  std::vector<Node> arguments;
  ByteRange range;
  ByteRange name_range;
};

constexpr int kMaxDepth = 100;

bool IsIdentifier(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<Node> Run() {
    std::vector<Node> nodes;
    std::string plain;
    auto flush = [&] {
      if (plain.empty()) return;
      Node& node = nodes.emplace_back();
      node.text = std::move(plain);
      plain.clear();
    };
    while (at_ < text_.size() && !error_) {
      if (StartsExpression()) {
        flush();
        nodes.push_back(Expression());
      } else if (text_.substr(at_).starts_with("$$")) {
        plain += '$';
        at_ += 2;
      } else {
        plain += text_[at_++];
      }
    }
    flush();
    return nodes;
  }

  std::optional<SubstitutionError> error() const { return error_; }

 private:
  bool StartsExpression() const { return text_.substr(at_).starts_with("${"); }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  // The first error counts; its range is what can be taken for the expression.
  void Fail(uint32_t begin, std::string message) {
    if (error_) return;
    const size_t line_end = std::min(text_.find('\n', begin), text_.size());
    const size_t close = text_.find('}', begin);
    const size_t end = close < line_end ? close + 1 : line_end;
    error_ = SubstitutionError{{begin, static_cast<uint32_t>(end)}, std::move(message)};
  }

  Node Expression() {
    const auto begin = static_cast<uint32_t>(at_);
    at_ += 2;
    Node node;
    node.is_text = false;
    if (++depth_ > kMaxDepth) {
      Fail(begin, "variables are nested too deeply");
    } else {
      ReadExpression(node, begin);
    }
    --depth_;
    node.range = {begin, static_cast<uint32_t>(at_)};
    return node;
  }

  void ReadExpression(Node& node, uint32_t begin) {
    if (Peek() == '#') {
      node.op = "#";
      ++at_;
      if (!ReadName(node)) return Fail(begin, "a name is expected behind \"${#\"");
      return Close(begin);
    }
    if (!ReadName(node)) {
      return Fail(begin, "this is no variable: a name is expected behind \"${\"");
    }
    switch (Peek()) {
      case ':':
        if (at_ + 1 < text_.size() &&
            std::string_view("=-?+").find(text_[at_ + 1]) != std::string_view::npos) {
          node.op = text_.substr(at_, 2);
          at_ += 2;
          return ReadDefault(node, begin);
        }
        return ReadSubstring(node, begin);
      case '=':
        node.op = "=";
        ++at_;
        return ReadDefault(node, begin);
      case ',':
      case '^':
        ReadOperator(node, 2, [](char c) { return c == ',' || c == '^'; });
        return Close(begin);
      case '/':
        return ReadReplacement(node, begin);
      case '#':
      case '%': {
        const char sign = Peek();
        ReadOperator(node, 2, [sign](char c) { return c == sign; });
        ReadArgument(node, begin, false, [](char c) { return c != '}'; });
        return Close(begin);
      }
      case '}':
        ++at_;
        return;
      case '\0':
        return Fail(begin, "the closing brace is missing");
      default:
        return Fail(begin,
                    fmt::format("\"{}\" is not allowed behind the name of a variable", Peek()));
    }
  }

  bool ReadName(Node& node) {
    const size_t begin = at_;
    while (at_ < text_.size() && IsIdentifier(text_[at_])) ++at_;
    node.name = text_.substr(begin, at_ - begin);
    node.name_range = {static_cast<uint32_t>(begin), static_cast<uint32_t>(at_)};
    return at_ > begin;
  }

  template <typename F>
  void ReadOperator(Node& node, size_t most, F accepts) {
    while (node.op.size() < most && at_ < text_.size() && accepts(text_[at_]))
      node.op += text_[at_++];
  }

  void Close(uint32_t begin) {
    if (error_) return;
    if (Peek() != '}') return Fail(begin, "the closing brace is missing");
    ++at_;
  }

  // One argument: an expression, or text as far as `accepts` goes. Backslashes escape slashes and
  // backslashes when `escapes`.
  template <typename F>
  void ReadArgument(Node& node, uint32_t begin, bool escapes, F accepts) {
    if (error_) return;
    if (StartsExpression()) {
      node.arguments.push_back(Expression());
      return;
    }
    Node argument;
    const size_t start = at_;
    while (at_ < text_.size() && !(at_ > start && StartsExpression())) {
      if (escapes && IsEscape()) {
        argument.text += text_[at_ + 1];
        at_ += 2;
        continue;
      }
      if (!accepts(text_[at_])) break;
      argument.text += text_[at_++];
    }
    if (at_ == start) return Fail(begin, "something is missing in this expression");
    node.arguments.push_back(std::move(argument));
  }

  bool IsEscape() const {
    if (at_ + 1 >= text_.size()) return false;
    const char next = text_[at_ + 1];
    return (text_[at_] == '\\' && (next == '/' || next == '\\')) ||
           (text_[at_] == '$' && next == '$');
  }

  void ReadDefault(Node& node, uint32_t begin) {
    while (!error_ && Peek() != '}') {
      if (at_ >= text_.size()) return Fail(begin, "the closing brace is missing");
      ReadArgument(node, begin, false, [](char c) { return c != '}'; });
    }
    Close(begin);
  }

  void ReadSubstring(Node& node, uint32_t begin) {
    node.op = ":";
    ++at_;
    ReadArgument(node, begin, false, [](char c) { return c != ':' && c != '}'; });
    if (error_) return;
    if (Peek() == '}') return Close(begin);
    if (Peek() != ':') return Fail(begin, "the closing brace is missing");
    while (Peek() == ':') ++at_;
    ReadArgument(node, begin, false, [](char c) { return c != '}'; });
    Close(begin);
  }

  void ReadReplacement(Node& node, uint32_t begin) {
    node.op = "/";
    ++at_;
    if (Peek() != '\0' && std::string_view("/#%").find(Peek()) != std::string_view::npos)
      node.op += text_[at_++];
    ReadArgument(node, begin, true, [](char c) { return c != '/'; });
    if (error_) return;
    if (Peek() != '/') return Fail(begin, "a replacement is written ${name/pattern/text}");
    while (Peek() == '/') ++at_;
    if (Peek() == '}') return Close(begin);
    ReadArgument(node, begin, true, [](char c) { return c != '}'; });
    Close(begin);
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  std::optional<SubstitutionError> error_;
};

bool IsDefault(const Node& node) {
  return node.op == "=" || node.op == ":=" || node.op == ":-" || node.op == ":?" || node.op == ":+";
}

// Go's path.Match: `*` and `?` stop at slashes.
bool Match(std::string_view pattern, std::string_view text) {
  while (!pattern.empty()) {
    const char c = pattern.front();
    if (c == '*') {
      pattern.remove_prefix(1);
      for (size_t i = 0;; ++i) {
        if (Match(pattern, text.substr(i))) return true;
        if (i >= text.size() || text[i] == '/') return false;
      }
    }
    if (text.empty()) return false;
    if (c == '[') {
      const size_t close = pattern.find(']', 2);
      if (close == std::string_view::npos) return false;
      std::string_view set = pattern.substr(1, close - 1);
      const bool negated = set.starts_with('^');
      if (negated) set.remove_prefix(1);
      bool found = false;
      for (size_t i = 0; i < set.size(); ++i) {
        if (i + 2 < set.size() && set[i + 1] == '-') {
          found |= set[i] <= text[0] && text[0] <= set[i + 2];
          i += 2;
        } else {
          found |= set[i] == text[0];
        }
      }
      if (found == negated) return false;
      pattern.remove_prefix(close + 1);
    } else if (c == '?') {
      if (text[0] == '/') return false;
      pattern.remove_prefix(1);
    } else {
      if (c == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
      if (pattern[0] != text[0]) return false;
      pattern.remove_prefix(1);
    }
    text.remove_prefix(1);
  }
  return text.empty();
}

std::string Reversed(std::string_view text) {
  return {text.rbegin(), text.rend()};
}

std::string TrimPrefix(const std::string& text, const std::string& pattern, bool longest) {
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t size = longest ? text.size() - i : i + 1;
    if (Match(pattern, std::string_view(text).substr(0, size))) return text.substr(size);
  }
  return text;
}

std::string ReplaceText(const std::string& text, const std::string& from, const std::string& to,
                        bool all) {
  std::string out;
  size_t at = 0;
  while (true) {
    const size_t found = text.find(from, at);
    if (found == std::string::npos) break;
    out += text.substr(at, found - at) + to;
    at = found + from.size();
    if (from.empty()) {
      if (found < text.size()) out += text[found];
      at = found + 1;
      if (at > text.size()) return out;
    }
    if (!all) break;
  }
  return out + text.substr(std::min(at, text.size()));
}

std::optional<int64_t> Number(std::string_view text) {
  int64_t number = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string Substring(const std::string& text, const std::vector<std::string>& arguments) {
  const auto size = static_cast<int64_t>(text.size());
  std::optional<int64_t> begin = Number(arguments[0]);
  if (!begin) return text;
  if (*begin < 0) begin = std::max<int64_t>(0, size + *begin);
  if (*begin >= size) return "";
  if (arguments.size() == 1) return text.substr(static_cast<size_t>(*begin));
  std::optional<int64_t> length = Number(arguments[1]);
  if (!length) return text;
  const int64_t rest = size - *begin;
  return text.substr(static_cast<size_t>(*begin),
                     static_cast<size_t>(std::clamp<int64_t>(*length, 0, rest)));
}

// Letters of ASCII; the others stay.
std::string Cased(std::string text, bool upper, bool first_only) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) c = static_cast<char>(upper ? std::toupper(byte) : std::tolower(byte));
    if (first_only) break;
  }
  return text;
}

std::string Evaluate(const std::string& op, std::string value,
                     const std::vector<std::string>& arguments) {
  const std::string first = arguments.empty() ? "" : arguments[0];
  const std::string second = arguments.size() < 2 ? "" : arguments[1];
  if (op == "^" || op == "^^") return Cased(std::move(value), true, op == "^");
  if (op == "," || op == ",,") return Cased(std::move(value), false, op == ",");
  if (op == "#" && arguments.empty()) return std::to_string(value.size());
  if (op == "#" || op == "##") return TrimPrefix(value, first, op == "##");
  if (op == "%" || op == "%%")
    return Reversed(TrimPrefix(Reversed(value), Reversed(first), op == "%%"));
  if (op == ":" && !arguments.empty()) return Substring(value, arguments);
  if (op == "/#") {
    return arguments.size() == 2 && value.starts_with(first) ? second + value.substr(first.size())
                                                             : value;
  }
  if (op == "/%") {
    return arguments.size() == 2 && value.ends_with(first)
               ? value.substr(0, value.size() - first.size()) + second
               : value;
  }
  if (op == "/" || op == "//") return ReplaceText(value, first, second, op == "//");
  if (!value.empty()) return value;
  std::string joined;
  for (const std::string& argument : arguments) joined += argument;
  return joined;
}

class Evaluator {
 public:
  Evaluator(std::string_view text, const LookupVariable& lookup, bool strict)
      : text_(text), lookup_(lookup), strict_(strict) {}

  std::string Run(const std::vector<Node>& nodes) {
    std::string out;
    for (const Node& node : nodes) out += Value(node);
    return out;
  }

  bool unknown = false;
  std::optional<SubstitutionError> error;

 private:
  std::string Value(const Node& node) {
    if (node.is_text) return node.text;
    const VariableValue value = lookup_(node.name);
    if (value.state == VariableValue::State::kUnknown) {
      unknown = true;
      return std::string(Slice(text_, node.range));
    }
    std::vector<std::string> arguments;
    for (const Node& argument : node.arguments) arguments.push_back(Value(argument));
    if (value.state == VariableValue::State::kUnset && strict_ && !IsDefault(node) && !error) {
      error =
          SubstitutionError{node.range, fmt::format("variable \"{}\" is not defined", node.name)};
    }
    return Evaluate(node.op, std::string(value.text), arguments);
  }

  std::string_view text_;
  const LookupVariable& lookup_;
  bool strict_;
};

void CollectUses(const std::vector<Node>& nodes, std::vector<VariableUse>& out) {
  for (const Node& node : nodes) {
    if (node.is_text) continue;
    out.push_back({node.name, node.range, node.name_range, node.op, IsDefault(node)});
    CollectUses(node.arguments, out);
  }
}

}  // namespace

Substituted Substitute(std::string_view text, const LookupVariable& lookup, bool strict) {
  Parser parser(text);
  const std::vector<Node> nodes = parser.Run();
  Substituted out;
  out.error = parser.error();
  if (out.error) return out;
  Evaluator evaluator(text, lookup, strict);
  out.text = evaluator.Run(nodes);
  out.unknown = evaluator.unknown;
  out.error = evaluator.error;
  return out;
}

std::vector<VariableUse> VariablesIn(std::string_view text,
                                     std::optional<SubstitutionError>* error) {
  Parser parser(text);
  const std::vector<Node> nodes = parser.Run();
  if (error) *error = parser.error();
  std::vector<VariableUse> out;
  CollectUses(nodes, out);
  return out;
}

bool IsVariableName(std::string_view name) {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
         });
}

}  // namespace fluxls::build
