// RuleContext: what a rule sees of a file, and how it reports.
#include <set>

#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"

namespace fluxls {
namespace {

using yaml::Document;
using yaml::Node;

// `is_item`: of a List. A List in a List is an object like any other; an alias could make it hold
// itself.
void AddObject(const Document& document, Node root, bool is_item,
               std::vector<RuleContext::Object>& objects) {
  Node api = root.Find("apiVersion");
  Node kind = root.Find("kind");
  if (!api.IsScalar() || !kind.IsScalar() || api.value().empty() || kind.value().empty()) return;
  if (HasTemplate(api.value()) || HasTemplate(kind.value())) return;
  Node items = root.Find("items");
  if (!is_item && kind.value().ends_with("List") && items.IsSequence()) {
    std::set<yaml::NodeId> seen;
    for (Node item : items) {
      Node object = item.Resolve();
      if (seen.insert(object.id()).second) AddObject(document, object, true, objects);
    }
    return;
  }
  Node metadata = root.Find("metadata");
  objects.push_back({&document, root, ApiVersion::Parse(api.value()), kind.value(),
                     metadata.Find("name").value(), metadata.Find("namespace").value()});
}

}  // namespace

RuleContext::RuleContext(const Snapshot& snapshot, const SourceFile& file,
                         const build::Fleet* fleet, std::vector<Finding>& findings)
    : snapshot_(snapshot), file_(file), fleet_(fleet), findings_(findings) {
  for (const Document& document : file.yaml.documents) {
    AddObject(document, document.root(), false, objects_);
  }
}

Finding& RuleContext::ReportAt(ByteRange range, std::string message, Confidence confidence) {
  Finding& finding = findings_.emplace_back();
  finding.path = file_.path;
  finding.range = range;
  finding.severity = severity_;
  finding.confidence = confidence;
  finding.rule = rule_ ? rule_->id : "";
  finding.message = std::move(message);
  return finding;
}

Finding& RuleContext::Report(Node node, Part part, std::string message, Confidence confidence) {
  ByteRange range = node.range();
  if (part == Part::kPair) {
    range = node.pair_range();
  } else if (part == Part::kKey) {
    if (Node key = node.IsKey() ? node : node.key()) range = key.range();
  }
  return ReportAt(range, std::move(message), confidence);
}

Fix* RuleContext::AddFix(Finding& finding, std::string title,
                         std::optional<std::vector<TextEdit>> edits, bool safe, bool preferred) {
  if (!edits || edits->empty() || file_.converted) return nullptr;
  for (const Fix& fix : finding.fixes) preferred = preferred && !fix.preferred;
  Fix fix;
  fix.title = std::move(title);
  fix.safe = safe;
  fix.preferred = preferred;
  fix.edits.push_back({file_.path, std::move(*edits)});
  return &finding.fixes.emplace_back(std::move(fix));
}

}  // namespace fluxls
