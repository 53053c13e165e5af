#include "analysis/rules/cel.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <variant>

#include "analysis/build/scalar_type.h"
#include "analysis/rules/support.h"
#include "analysis/text/unicode.h"

namespace fluxls {
namespace {

using build::Value;
using schema::Field;

// Parentheses and macros that deep are nobody's rule.
constexpr int kMaxDepth = 64;
// Chains of operators make a tree as deep as they are long.
constexpr size_t kMaxNodes = 1'000;
// Macros inside macros multiply.
constexpr size_t kMaxSteps = 100'000;

// --- syntax --------------------------------------------------------------------------------------

struct Node;
using NodePtr = std::unique_ptr<Node>;

struct Node {
  enum class Kind : uint8_t {
    kString,
    kNumber,
    kTrue,
    kFalse,
    kNull,
    kName,    // `text`
    kSelect,  // args[0].text
    kIndex,   // args[0][args[1]]
    kCall,    // text(args…)
    kMethod,  // args[0].text(args[1]…)
    kNot,     // !args[0]
    kBinary,  // args[0] text args[1]
    kChoose,  // args[0] ? args[1] : args[2]
    kList,
  };
  Kind kind = Kind::kNull;
  std::string text;
  double number = 0;
  std::vector<NodePtr> args;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  // Null when this is not an expression that we can read.
  NodePtr Parse() {
    NodePtr node = Choose();
    Blanks();
    return failed_ || !rest_.empty() ? nullptr : std::move(node);
  }

 private:
  NodePtr Make(Node::Kind kind, std::string text = "") {
    if (++nodes_ > kMaxNodes) {
      failed_ = true;
      rest_ = {};
    }
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->text = std::move(text);
    return node;
  }

  void Blanks() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n' || rest_[0] == '\t'))
      rest_.remove_prefix(1);
  }

  bool Take(std::string_view token) {
    Blanks();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  NodePtr Fail() {
    failed_ = true;
    rest_ = {};
    return Make(Node::Kind::kNull);
  }

  NodePtr Choose() {
    if (++depth_ > kMaxDepth) return Fail();
    NodePtr node = Binary(0);
    if (Take("?")) {
      NodePtr choose = Make(Node::Kind::kChoose);
      choose->args.push_back(std::move(node));
      choose->args.push_back(Choose());
      if (!Take(":")) return Fail();
      choose->args.push_back(Choose());
      node = std::move(choose);
    }
    --depth_;
    return node;
  }

  // Binary operators by rising strength.
  NodePtr Binary(size_t level) {
    static const std::vector<std::vector<std::string_view>> kLevels = {
        {"||"}, {"&&"}, {"==", "!=", "<=", ">=", "<", ">", "in "}};
    if (level == kLevels.size()) return Unary();
    NodePtr left = Binary(level + 1);
    while (!failed_) {
      std::string_view found;
      for (std::string_view op : kLevels[level]) {
        if (found.empty() && Take(op)) found = op;
      }
      if (found.empty()) return left;
      NodePtr node = Make(Node::Kind::kBinary, std::string(found));
      node->args.push_back(std::move(left));
      node->args.push_back(Binary(level + 1));
      left = std::move(node);
    }
    return left;
  }

  NodePtr Unary() {
    Blanks();
    if (!rest_.starts_with("!=") && Take("!")) {
      if (++depth_ > kMaxDepth) return Fail();
      NodePtr node = Make(Node::Kind::kNot);
      node->args.push_back(Unary());
      --depth_;
      return node;
    }
    return Member();
  }

  NodePtr Member() {
    NodePtr node = Primary();
    while (!failed_) {
      if (Take(".")) {
        const std::string name = Name();
        if (name.empty()) return Fail();
        NodePtr next = Make(Node::Kind::kSelect, name);
        next->args.push_back(std::move(node));
        if (Take("(")) {
          next->kind = Node::Kind::kMethod;
          Arguments(*next, ")");
        }
        node = std::move(next);
      } else if (Take("[")) {
        NodePtr next = Make(Node::Kind::kIndex);
        next->args.push_back(std::move(node));
        next->args.push_back(Choose());
        if (!Take("]")) return Fail();
        node = std::move(next);
      } else {
        break;
      }
    }
    return node;
  }

  NodePtr Primary() {
    Blanks();
    if (rest_.empty()) return Fail();
    if (Take("(")) {
      NodePtr node = Choose();
      return Take(")") ? std::move(node) : Fail();
    }
    if (Take("[")) {
      NodePtr node = Make(Node::Kind::kList);
      Arguments(*node, "]");
      return node;
    }
    if (rest_[0] == '\'' || rest_[0] == '"') return String();
    if ((rest_[0] >= '0' && rest_[0] <= '9') || rest_[0] == '-') return Number();
    const std::string name = Name();
    if (name.empty()) return Fail();
    if (name == "true") return Make(Node::Kind::kTrue);
    if (name == "false") return Make(Node::Kind::kFalse);
    if (name == "null") return Make(Node::Kind::kNull);
    NodePtr node = Make(Node::Kind::kName, name);
    if (Take("(")) {
      node->kind = Node::Kind::kCall;
      Arguments(*node, ")");
    }
    return node;
  }

  void Arguments(Node& node, std::string_view end) {
    if (Take(end)) return;
    do {
      node.args.push_back(Choose());
    } while (!failed_ && Take(","));
    if (!Take(end)) Fail();
  }

  std::string Name() {
    Blanks();
    size_t size = 0;
    while (size < rest_.size() &&
           (std::isalnum(static_cast<unsigned char>(rest_[size])) != 0 || rest_[size] == '_'))
      ++size;
    std::string name(rest_.substr(0, size));
    rest_.remove_prefix(size);
    // `__dot__` and the like stand for characters that names cannot have.
    return name.find("__") == std::string::npos ? name : "";
  }

  NodePtr String() {
    const char quote = rest_[0];
    rest_.remove_prefix(1);
    NodePtr node = Make(Node::Kind::kString);
    while (!rest_.empty() && rest_[0] != quote) {
      if (rest_[0] == '\\' && rest_.size() > 1) {
        rest_.remove_prefix(1);
        if (rest_[0] != '\\' && rest_[0] != '"' && rest_[0] != '\'' && rest_[0] != '.')
          return Fail();
        if (rest_[0] == '.') node->text += '\\';
      }
      node->text += rest_[0];
      rest_.remove_prefix(1);
    }
    if (rest_.empty()) return Fail();
    rest_.remove_prefix(1);
    return node;
  }

  NodePtr Number() {
    NodePtr node = Make(Node::Kind::kNumber);
    const auto [end, error] =
        std::from_chars(rest_.data(), rest_.data() + rest_.size(), node->number);
    if (error != std::errc()) return Fail();
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return node;
  }

  std::string_view rest_;
  int depth_ = 0;
  size_t nodes_ = 0;
  bool failed_ = false;
};

// --- meaning -------------------------------------------------------------------------------------

struct Unknown {};
struct Null {};
// A value of the object, with what its schema says of it.
struct Piece {
  const Value* value = nullptr;
  const Field* field = nullptr;
};
using Result = std::variant<Unknown, Null, bool, double, std::string, Piece>;

Result OfTruth(Truth truth) {
  if (truth == Truth::kUnknown) return Unknown{};
  return truth == Truth::kTrue;
}

Truth TruthOf(const Result& result) {
  const bool* value = std::get_if<bool>(&result);
  if (!value) return Truth::kUnknown;
  return *value ? Truth::kTrue : Truth::kFalse;
}

Truth Not(Truth truth) {
  if (truth == Truth::kUnknown) return truth;
  return truth == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
}

std::optional<double> NumberOf(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A scalar of the object as CEL sees it.
Result Scalar(const Value& value) {
  const std::string_view text = value.str();
  if (HasTemplate(text)) return Unknown{};
  switch (value.type) {
    case build::Type::kNull:
      return Null{};
    case build::Type::kBool:
      return build::CanonicalScalar(build::Type::kBool, text) == "true";
    case build::Type::kInt:
    case build::Type::kFloat:
      if (const auto number = NumberOf(build::CanonicalScalar(value.type, text))) return *number;
      return Unknown{};
    default:
      return std::string(text);
  }
}

Result OfDefault(const Field& field, schema::Release release) {
  const std::string_view text = schema::FactValue(field, schema::FactKind::kDefault, release);
  const std::string_view type = schema::TypeOf(field, release);
  if (type == "boolean") return text == "true";
  if (type == "string") return std::string(text);
  if (const auto number = NumberOf(text); number && type != "object") return *number;
  return Unknown{};
}

class Evaluator {
 public:
  explicit Evaluator(const CelSubject& subject) : subject_(subject) {
    names_["self"] = Simple({subject.self, subject.field});
  }

  Result Run(const Node& node) {
    if (++steps_ > kMaxSteps) return Unknown{};
    switch (node.kind) {
      case Node::Kind::kString:
        return node.text;
      case Node::Kind::kNumber:
        return node.number;
      case Node::Kind::kTrue:
        return true;
      case Node::Kind::kFalse:
        return false;
      case Node::Kind::kNull:
        return Null{};
      case Node::Kind::kName: {
        const auto found = names_.find(node.text);
        return found == names_.end() ? Result(Unknown{}) : found->second;
      }
      case Node::Kind::kSelect:
        return Select(Run(*node.args[0]), node.text);
      case Node::Kind::kNot:
        return OfTruth(Not(TruthOf(Run(*node.args[0]))));
      case Node::Kind::kBinary:
        return OfTruth(Binary(node));
      case Node::Kind::kChoose: {
        const Truth truth = TruthOf(Run(*node.args[0]));
        if (truth == Truth::kUnknown) return Unknown{};
        return Run(*node.args[truth == Truth::kTrue ? 1 : 2]);
      }
      case Node::Kind::kCall:
        return Call(node);
      case Node::Kind::kMethod:
        return Method(node);
      case Node::Kind::kIndex:
      case Node::Kind::kList:
        return Unknown{};
    }
    return Unknown{};
  }

 private:
  // Scalars are what they mean; collections stay what they are.
  static Result Simple(Piece piece) {
    if (piece.value && piece.value->IsScalar()) return Scalar(*piece.value);
    return piece;
  }

  // The field of a map; nothing when it is neither there nor filled in by a default.
  std::optional<Result> Look(const Piece& piece, const std::string& name) const {
    const Field* field =
        piece.field ? schema::FindField(*piece.field, name, subject_.release) : nullptr;
    if (const Value* value = build::Find(piece.value, name); value && !value->IsNull())
      return Simple({value, field});
    if (subject_.open) return Result(Unknown{});
    if (field && schema::HasFact(*field, schema::FactKind::kDefault, subject_.release))
      return OfDefault(*field, subject_.release);
    return std::nullopt;
  }

  Result Select(const Result& from, const std::string& name) const {
    const Piece* piece = std::get_if<Piece>(&from);
    if (!piece) return Unknown{};
    return Look(*piece, name).value_or(Result(Unknown{}));
  }

  Truth Has(const Node& node) {
    if (node.kind != Node::Kind::kSelect) return Truth::kUnknown;
    const Result from = Run(*node.args[0]);
    const Piece* piece = std::get_if<Piece>(&from);
    if (!piece || !piece->value || !piece->value->IsMap()) return Truth::kUnknown;
    // A template in a field's value does not change that it is there.
    if (const Value* value = build::Find(piece->value, node.text); value && !value->IsNull())
      return Truth::kTrue;
    const std::optional<Result> found = Look(*piece, node.text);
    if (!found) return Truth::kFalse;
    return subject_.open ? Truth::kUnknown : Truth::kTrue;
  }

  static Truth Equal(const Result& a, const Result& b) {
    if (std::holds_alternative<Unknown>(a) || std::holds_alternative<Unknown>(b))
      return Truth::kUnknown;
    if (std::holds_alternative<Piece>(a) || std::holds_alternative<Piece>(b))
      return Truth::kUnknown;
    if (a.index() != b.index()) return Truth::kFalse;
    if (const auto* text = std::get_if<std::string>(&a))
      return *text == std::get<std::string>(b) ? Truth::kTrue : Truth::kFalse;
    if (const auto* number = std::get_if<double>(&a))
      return *number == std::get<double>(b) ? Truth::kTrue : Truth::kFalse;
    if (const auto* flag = std::get_if<bool>(&a))
      return *flag == std::get<bool>(b) ? Truth::kTrue : Truth::kFalse;
    return Truth::kTrue;
  }

  Truth Binary(const Node& node) {
    const std::string& op = node.text;
    if (op == "&&" || op == "||") {
      // What decides: one false for `&&`, one true for `||`.
      const Truth decides = op == "&&" ? Truth::kFalse : Truth::kTrue;
      const Truth left = TruthOf(Run(*node.args[0]));
      if (left == decides) return decides;
      const Truth right = TruthOf(Run(*node.args[1]));
      if (right == decides) return decides;
      return left == Truth::kUnknown ? left : right;
    }
    const Result left = Run(*node.args[0]);
    const Result right = Run(*node.args[1]);
    if (op == "==") return Equal(left, right);
    if (op == "!=") return Not(Equal(left, right));
    const double* a = std::get_if<double>(&left);
    const double* b = std::get_if<double>(&right);
    if (!a || !b) return Truth::kUnknown;
    const bool holds = op == "<" ? *a < *b : op == "<=" ? *a <= *b : op == ">" ? *a > *b : *a >= *b;
    if (op == "in ") return Truth::kUnknown;
    return holds ? Truth::kTrue : Truth::kFalse;
  }

  Result Size(const Result& of) const {
    if (const auto* text = std::get_if<std::string>(&of))
      return static_cast<double>(CountCodePoints(*text));
    const Piece* piece = std::get_if<Piece>(&of);
    if (!piece || !piece->value || subject_.open) return Unknown{};
    return static_cast<double>(piece->value->size);
  }

  Result Call(const Node& node) {
    if (node.args.size() != 1) return Unknown{};
    if (node.text == "has") return OfTruth(Has(*node.args[0]));
    if (node.text == "size") return Size(Run(*node.args[0]));
    return Unknown{};
  }

  // `list.all(name, condition)` and the like.
  Result Macro(const Node& node, const Result& over) {
    const Piece* piece = std::get_if<Piece>(&over);
    if (!piece || !piece->value || !piece->value->IsList() || node.args.size() != 3 ||
        node.args[1]->kind != Node::Kind::kName)
      return Unknown{};
    const std::string& name = node.args[1]->text;
    const Field* field =
        piece->field ? schema::FindField(*piece->field, schema::kItems, subject_.release) : nullptr;
    const std::optional<Result> outer =
        names_.contains(name) ? std::optional(names_[name]) : std::nullopt;
    Result result = Over(node, *piece->value, field, name);
    if (outer) {
      names_[name] = *outer;
    } else {
      names_.erase(name);
    }
    return result;
  }

  Result Over(const Node& node, const Value& list, const Field* field, const std::string& name) {
    size_t holds = 0;
    bool known = true;
    for (const Value* item : list.Items()) {
      names_[name] = Simple({item, field});
      const Truth truth = TruthOf(Run(*node.args[2]));
      if (truth == Truth::kUnknown) known = false;
      if (truth == Truth::kTrue) ++holds;
      if (truth == Truth::kFalse && node.text == "all") return false;
      if (truth == Truth::kTrue && node.text == "exists") return true;
    }
    if (!known) return Unknown{};
    if (node.text == "all") return true;
    if (node.text == "exists") return false;
    return holds == 1;
  }

  Result Method(const Node& node) {
    const Result self = Run(*node.args[0]);
    if (node.text == "all" || node.text == "exists" || node.text == "exists_one")
      return Macro(node, self);
    if (node.text == "size" && node.args.size() == 1) return Size(self);
    const auto* text = std::get_if<std::string>(&self);
    if (!text || node.args.size() < 2) return Unknown{};
    const Result argument = Run(*node.args[1]);
    if (const auto* start = std::get_if<double>(&argument);
        start && node.text == "substring" && node.args.size() == 2) {
      const auto begin = static_cast<size_t>(std::max(0.0, *start));
      if (begin > CountCodePoints(*text)) return Unknown{};
      return text->substr(PrefixOfCodePoints(*text, static_cast<uint32_t>(begin)));
    }
    const auto* other = std::get_if<std::string>(&argument);
    if (!other || node.args.size() != 2) return Unknown{};
    if (node.text == "startsWith") return text->starts_with(*other);
    if (node.text == "endsWith") return text->ends_with(*other);
    if (node.text == "contains") return text->find(*other) != std::string::npos;
    if (node.text == "matches") {
      const RE2 pattern(*other, RE2::Quiet);
      if (!pattern.ok()) return Unknown{};
      return RE2::PartialMatch(*text, pattern);
    }
    return Unknown{};
  }

  const CelSubject& subject_;
  size_t steps_ = 0;
  std::map<std::string, Result> names_;
};

// Expressions are few and the same everywhere; reading one costs more than evaluating it.
const Node* Parsed(std::string_view expression) {
  constexpr size_t kMost = 500;
  thread_local std::map<std::string, NodePtr, std::less<>> cache;
  const auto found = cache.find(expression);
  if (found != cache.end()) return found->second.get();
  if (cache.size() >= kMost) cache.clear();
  return cache.emplace(expression, Parser(expression).Parse()).first->second.get();
}

// `self.a.b` → {"a", "b"}; nothing for anything else.
std::optional<std::vector<std::string>> RouteOf(const Node& node) {
  if (node.kind == Node::Kind::kName && node.text == "self") return std::vector<std::string>();
  if (node.kind != Node::Kind::kSelect) return std::nullopt;
  std::optional<std::vector<std::string>> route = RouteOf(*node.args[0]);
  if (route) route->push_back(node.text);
  return route;
}

void Collect(const Node& node, std::vector<std::vector<std::string>>& out) {
  if (const auto route = RouteOf(node); route && !route->empty()) {
    if (std::find(out.begin(), out.end(), *route) == out.end()) out.push_back(*route);
    return;
  }
  for (const NodePtr& child : node.args) Collect(*child, out);
}

}  // namespace

Truth EvaluateCel(std::string_view expression, const CelSubject& subject) {
  if (!subject.self) return Truth::kUnknown;
  const Node* node = Parsed(expression);
  if (!node) return Truth::kUnknown;
  return TruthOf(Evaluator(subject).Run(*node));
}

std::vector<std::vector<std::string>> FieldsInCel(std::string_view expression) {
  std::vector<std::vector<std::string>> out;
  if (const Node* node = Parsed(expression)) Collect(*node, out);
  return out;
}

}  // namespace fluxls
