// One list of diagnostics a file, for push and pull alike; and the gate that decides what is
// pushed.
//
// Thread contract: main thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "lsp/convert.h"
#include "lsp/project.h"
#include "lsp/protocol.h"

namespace fluxls::lsp {

// The findings of one file as the client gets them.
struct Report {
  CheckedFilePtr from;
  Encoded list;          // array of Diagnostic
  std::string resultId;  // equal for equal lists
  bool empty = true;
};
using ReportPtr = std::shared_ptr<const Report>;

class Publisher {
 public:
  // `notify` sends textDocument/publishDiagnostics.
  explicit Publisher(std::function<void(const Encoded&)> notify) : notify_(std::move(notify)) {}

  // Converts once for each result.
  ReportPtr ReportOf(const std::string& path, const CheckedFilePtr& result,
                     const ConvertContext& context);
  // Positions or related places may have moved although the result is the same (another encoding,
  // other folders).
  void DropReports() { reports_.clear(); }

  // Pushes a list unless the client has it. A list that is new for its version of an open document
  // is sent even when it is equal: clients wait for the word on what they have just sent. An empty
  // list for a file that never had one says nothing and is not sent.
  void Publish(const std::string& path, const std::string& uri, std::optional<int64_t> version,
               const Report& report);
  // The document was opened (again): its next list is sent whatever it is.
  void Expect(const std::string& path);
  // Takes back what was pushed for a file that is gone.
  void Clear(const std::string& path);
  void ClearWhere(const std::function<bool(const std::string& path)>& condition);

 private:
  struct Published {
    std::string uri;
    std::optional<int64_t> version;
    std::string resultId;
    bool empty = true;
  };
  void Retract(const Published& published);

  std::function<void(const Encoded&)> notify_;
  std::map<std::string, ReportPtr> reports_;
  std::map<std::string, Published> published_;
};

}  // namespace fluxls::lsp
