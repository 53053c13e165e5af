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

Json ToJson(const Location& location) {
  return {{"uri", location.uri}, {"range", ToJson(location.range)}};
}

Json ToJson(const CodeLens& lens) {
  Json out = {{"range", ToJson(lens.range)}};
  if (lens.title.empty()) {
    out["data"] = {{"uri", lens.uri}};
    return out;
  }
  Json command = {{"title", lens.title}, {"command", lens.command}};
  if (!lens.command.empty()) {
    Json argument = {{"uri", lens.uri}, {"position", ToJson(lens.range.start)}};
    if (lens.locations) {
      Json& list = argument["locations"] = Json::array();
      for (const Location& location : *lens.locations) list.push_back(ToJson(location));
    }
    command["arguments"] = Json::array({std::move(argument)});
  }
  out["command"] = std::move(command);
  return out;
}

Json ToJson(const InlayHintItem& hint) {
  Json out = {{"position", ToJson(hint.position)}, {"label", hint.label}, {"paddingLeft", true}};
  if (!hint.tooltip.empty()) out["tooltip"] = hint.tooltip;
  return out;
}

template <typename T>
Json ToArray(const std::vector<T>& items) {
  Json out = Json::array();
  for (const T& item : items) out.push_back(ToJson(item));
  return out;
}

}  // namespace

bool Decode(const JsonPtr& params, CodeLens& out, std::string& error) {
  Value v(params, error);
  return v.Object() && v["range"].Get(out.range) && v["data"].Object() &&
         v["data"]["uri"].Get(out.uri);
}

bool Decode(const JsonPtr& params, InlayHintParams& out, std::string& error) {
  Value v(params, error);
  return v.Object() && v["textDocument"].Object() && v["textDocument"]["uri"].Get(out.uri) &&
         v["range"].Get(out.range);
}

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
  return {Dump(ToArray(items))};
}

Encoded EncodeCalls(const std::vector<CallHierarchyCall>& calls, const char* end) {
  Json list = Json::array();
  for (const CallHierarchyCall& call : calls) {
    list.push_back({{end, ToJson(call.item)}, {"fromRanges", ToArray(call.fromRanges)}});
  }
  return {Dump(list)};
}

Encoded Encode(const CodeLens& lens) {
  return {Dump(ToJson(lens))};
}

Encoded Encode(const std::vector<CodeLens>& lenses) {
  return {Dump(ToArray(lenses))};
}

Encoded Encode(const std::vector<InlayHintItem>& hints) {
  return {Dump(ToArray(hints))};
}

}  // namespace fluxls::lsp
