#include "lsp/protocol_views.h"

#include "lsp/protocol_json.h"

namespace fluxls::lsp {
namespace {

Json ToJson(const CallHierarchyItem& item) {
  return {{"name", item.name},
          {"kind", kClassSymbol},
          {"detail", item.detail},
          {"uri", item.uri},
          {"range", ToJson(item.range)},
          {"selectionRange", ToJson(item.selectionRange)},
          {"data",
           {{"kind", item.data.kind},
            {"namespace", item.data.namespace_},
            {"name", item.data.name},
            {"clusters", item.data.clusters}}}};
}

}  // namespace

bool Decode(const JsonPtr& params, CallHierarchyCallsParams& out, std::string& error) {
  Value v(params, error);
  const Value item = v["item"];
  if (!v.Object() || !item.Object() || !item["uri"].Get(out.uri)) return false;
  const Value data = item["data"];
  const bool ours = data["kind"].Is(out.data.kind) && data["namespace"].Is(out.data.namespace_) &&
                    data["name"].Is(out.data.name);
  if (ours) out.data.clusters = data["clusters"].Strings();
  return true;
}

Encoded Encode(const std::vector<CallHierarchyItem>& items) {
  Json list = Json::array();
  for (const CallHierarchyItem& item : items) list.push_back(ToJson(item));
  return {Dump(list)};
}

Encoded EncodeCalls(const std::vector<CallHierarchyCall>& calls, const char* end) {
  Json list = Json::array();
  for (const CallHierarchyCall& call : calls) {
    Json ranges = Json::array();
    for (const Range& range : call.fromRanges) ranges.push_back(ToJson(range));
    list.push_back({{end, ToJson(call.item)}, {"fromRanges", std::move(ranges)}});
  }
  return {Dump(list)};
}

}  // namespace fluxls::lsp
