// The part of the protocol for what editors show beside the text: call hierarchies, code lenses,
// inlay hints. As protocol.h otherwise.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lsp/protocol.h"

namespace fluxls::lsp {

// NOLINTBEGIN(readability-identifier-naming): field names are those of the protocol.

struct CallHierarchyItem {
  // What we find the object by when the item comes back, with the path of `uri`.
  struct Data {
    std::string kind;
    std::string namespace_;
    std::string name;
    std::vector<std::string> clusters;
  };
  std::string name;
  std::string detail;
  std::string uri;
  Range range;
  Range selectionRange;
  Data data;
};

// callHierarchy/incomingCalls and outgoingCalls. An item whose data is not ours has none: nothing
// is called.
struct CallHierarchyCallsParams {
  std::string uri;
  CallHierarchyItem::Data data;
};

struct CallHierarchyCall {
  CallHierarchyItem item;  // the other end
  std::vector<Range> fromRanges;
};

// NOLINTEND(readability-identifier-naming)

bool Decode(const JsonPtr& params, CallHierarchyCallsParams& out, std::string& error);

Encoded Encode(const std::vector<CallHierarchyItem>& items);
// `end`: what the protocol calls the other one, "from" or "to".
Encoded EncodeCalls(const std::vector<CallHierarchyCall>& calls, const char* end);

}  // namespace fluxls::lsp
