#include "analysis/rules/substituted_texts.h"

namespace fluxls {
namespace {

void Shift(ByteRange& range, uint32_t by) {
  range.begin += by;
  range.end += by;
}

}  // namespace

std::vector<SubstitutedText> SubstitutedTexts(const RuleContext& context) {
  std::vector<SubstitutedText> out;
  if (!context.fleet()) return out;
  const std::string& content = context.file().text->content();
  for (const auto& [range, effects] : context.fleet()->SubstitutedIn(context.file().path)) {
    SubstitutedText& text = out.emplace_back();
    text.effects = &effects;
    text.uses = build::VariablesIn(Slice(content, range), &text.error);
    for (build::VariableUse& use : text.uses) {
      Shift(use.range, range.begin);
      Shift(use.name_range, range.begin);
    }
    if (text.error) Shift(text.error->range, range.begin);
  }
  return out;
}

void AddEscape(RuleContext& context, Finding& finding, ByteRange expression) {
  context.AddFix(finding, "Write it as plain text, $${…}",
                 std::vector<TextEdit>{{{expression.begin, expression.begin}, "$"}}, false);
}

}  // namespace fluxls
