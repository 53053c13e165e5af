// Call hierarchies: who waits for whom, and who reads from whom.
#include <algorithm>

#include "analysis/features/call_hierarchy.h"
#include "lsp/server.h"

namespace fluxls::lsp {
namespace {

FluxItem Asked(const std::string& path, const CallHierarchyItem::Data& data) {
  FluxItem item;
  item.path = path;
  item.kind = data.kind;
  item.namespace_ = data.namespace_;
  item.name = data.name;
  item.clusters = data.clusters;
  std::sort(item.clusters.begin(), item.clusters.end());
  return item;
}

}  // namespace

std::optional<CallHierarchyItem> Server::ToItem(const FluxItem& item) const {
  const SourceFilePtr file = project_.snapshot().Find(item.path);
  if (!file) return std::nullopt;
  return CallHierarchyItem{item.kind + "/" + item.name,
                           item.detail,
                           uris_.UriFor(item.path),
                           ToRange(*file, item.place.whole, encoding_),
                           ToRange(*file, item.place.range, encoding_),
                           {item.kind, item.namespace_, item.name, item.clusters}};
}

void Server::PrepareCallHierarchy(const TextDocumentPositionParams& params, Reply reply) {
  AskFleet(
      params.uri, reply, {"null"},
      [this, position = params.position, reply](const SourceFile& file, const build::Fleet& fleet) {
        const uint32_t offset = ToOffset(*file.text, position, encoding_);
        std::vector<CallHierarchyItem> items;
        for (const FluxItem& item : FluxItemsAt(project_.snapshot(), fleet, file, offset)) {
          if (auto shown = ToItem(item)) items.push_back(std::move(*shown));
        }
        reply.Ok(items.empty() ? Encoded{"null"} : Encode(items));
      });
}

void Server::IncomingCalls(const CallHierarchyCallsParams& params, Reply reply) {
  AskFleet(params.uri, reply, {"[]"},
           [this, data = params.data, reply](const SourceFile& file, const build::Fleet& fleet) {
             const Snapshot snapshot = project_.snapshot();
             std::vector<CallHierarchyCall> out;
             for (const FluxCall& call : CallsTo(snapshot, fleet, Asked(file.path, data))) {
               const SourceFilePtr caller = snapshot.Find(call.item.path);
               auto item = ToItem(call.item);
               if (caller && item)
                 out.push_back({std::move(*item), ToRanges(*caller, call.ranges)});
             }
             reply.Ok(EncodeCalls(out, "from"));
           });
}

void Server::OutgoingCalls(const CallHierarchyCallsParams& params, Reply reply) {
  AskFleet(
      params.uri, reply, {"[]"},
      [this, data = params.data, reply](const SourceFile& file, const build::Fleet& fleet) {
        std::vector<CallHierarchyCall> out;
        for (const FluxCall& call : CallsFrom(project_.snapshot(), fleet, Asked(file.path, data))) {
          if (auto item = ToItem(call.item))
            out.push_back({std::move(*item), ToRanges(file, call.ranges)});
        }
        reply.Ok(EncodeCalls(out, "to"));
      });
}

std::vector<Range> Server::ToRanges(const SourceFile& file,
                                    const std::vector<ByteRange>& ranges) const {
  std::vector<Range> out;
  out.reserve(ranges.size());
  for (ByteRange range : ranges) out.push_back(ToRange(file, range, encoding_));
  return out;
}

}  // namespace fluxls::lsp
