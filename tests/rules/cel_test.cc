// CEL as far as rules of CRDs use it: true, false, or not known.
#include "analysis/rules/cel.h"

#include <doctest/doctest.h>

#include <string>

#include "analysis/build/load.h"

namespace fluxls {
namespace {

Truth Evaluate(std::string_view expression, std::string_view object, bool open = false) {
  const yaml::File file = yaml::Parse(object);
  build::Arena arena;
  const build::Value* self = build::Load(arena, file.documents[0].root(), {});
  return EvaluateCel(expression, {.self = self, .open = open});
}

TEST_CASE("expressions over an object") {
  constexpr std::string_view kObject =
      "a: [2]\nb: [1]\nname: äöü\nsize: 12\nnone: null\nlater: ${x}\nflag: true\nmap: {k: v}\n";
  const std::pair<std::string_view, Truth> cases[] = {
      {"has(self.name) && !has(self.other)", Truth::kTrue},
      {"has(self.none)", Truth::kFalse},
      {"self.size < 10 || self.flag", Truth::kTrue},
      {"self.size >= 12 && self.size == 12 && self.size != 13", Truth::kTrue},
      {"self.name.startsWith('ä') && self.name.endsWith('ü') && self.name.contains('ö')",
       Truth::kTrue},
      {"size(self.name) == 3 && self.name.size() == 3", Truth::kTrue},
      {"self.name.substring(2) == 'ü'", Truth::kTrue},
      {"self.name.matches('^[a-z]+$')", Truth::kFalse},
      {"self.a.all(x, !self.b.all(x, x == 5) && x == 2)", Truth::kTrue},
      {"self.a.exists(x, x == 1)", Truth::kFalse},
      {"self.a.exists_one(x, x == 2)", Truth::kTrue},
      {"self.flag ? self.size == 1 : true", Truth::kFalse},
      {"self.map.k == 'v'", Truth::kTrue},
      // What decides alone needs no other side.
      {"self.later == 'a' || self.flag", Truth::kTrue},
      {"self.later == 'a' && !self.flag", Truth::kFalse},
      // Not known: templates, fields that are not there, functions and names that we do not know.
      {"self.later == 'a'", Truth::kUnknown},
      {"self.other == 'a'", Truth::kUnknown},
      {"self.name.lowerAscii() == 'x'", Truth::kUnknown},
      {"has(self.__namespace__)", Truth::kUnknown},
      {"self == oldSelf", Truth::kUnknown},
      {"self.name == 'a\\n'", Truth::kUnknown},
      {"self.name ==", Truth::kUnknown},
      {"((self.flag)", Truth::kUnknown},
  };
  for (const auto& item : cases) {
    CAPTURE(item.first);
    CHECK(Evaluate(item.first, kObject) == item.second);
  }
}

TEST_CASE("what may still be added is not known to be missing") {
  CHECK(Evaluate("has(self.a)", "b: 1\n", true) == Truth::kUnknown);
  CHECK(Evaluate("!has(self.a) || !has(self.b)", "a: 1\nb: 1\n", true) == Truth::kFalse);
}

TEST_CASE("long and deep expressions are not read") {
  std::string chain = "self.q == 'z'";
  for (int i = 0; i < 20'000; ++i) chain += " || self.q == 'z'";
  CHECK(Evaluate(chain, "q: a\n") == Truth::kUnknown);
  std::string steps = "self";
  for (int i = 0; i < 100'000; ++i) steps += ".a";
  CHECK(Evaluate(steps, "q: a\n") == Truth::kUnknown);
  CHECK(Evaluate(std::string(100'000, '(') + "true", "q: a\n") == Truth::kUnknown);
  CHECK(Evaluate(std::string(100'000, '!') + "true", "q: a\n") == Truth::kUnknown);
  // Macros inside macros end.
  std::string list = "a: [";
  for (int i = 0; i < 100; ++i) list += "1, ";
  CHECK(Evaluate("self.a.all(b, self.a.all(c, self.a.all(d, self.a.all(e, e == 1))))",
                 list + "1]\n") == Truth::kUnknown);
}

TEST_CASE("the fields that an expression names") {
  const auto fields = FieldsInCel("has(self.a.b) && self.c == self.a.b || x.d");
  REQUIRE(fields.size() == 2);
  CHECK(fields[0] == std::vector<std::string>{"a", "b"});
  CHECK(fields[1] == std::vector<std::string>{"c"});
}

}  // namespace
}  // namespace fluxls
