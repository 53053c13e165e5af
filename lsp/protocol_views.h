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

// A lens above something in a file. One without title is to be resolved: it says where it stands.
struct CodeLens {
  Range range;
  std::string uri;  // of the file
  std::string title;
  // "" for a lens that is only to be read. Else the client's command; its argument is
  // { uri, position } with the beginning of `range`, and `locations` where there are some.
  std::string command;
  std::optional<std::vector<Location>> locations;
};

struct InlayHintParams {
  std::string uri;
  Range range;
};

struct InlayHintItem {
  Position position;
  std::string label;
  std::string tooltip;  // "" for none
};

// NOLINTEND(readability-identifier-naming)

bool Decode(const JsonPtr& params, CallHierarchyCallsParams& out, std::string& error);
// codeLens/resolve: the lens as we sent it, without its title.
bool Decode(const JsonPtr& params, CodeLens& out, std::string& error);
bool Decode(const JsonPtr& params, InlayHintParams& out, std::string& error);

Encoded Encode(const std::vector<CallHierarchyItem>& items);
// `end`: what the protocol calls the other one, "from" or "to".
Encoded EncodeCalls(const std::vector<CallHierarchyCall>& calls, const char* end);
Encoded Encode(const CodeLens& lens);
Encoded Encode(const std::vector<CodeLens>& lenses);
Encoded Encode(const std::vector<InlayHintItem>& hints);

}  // namespace fluxls::lsp
