// The one place that runs yaml-cpp, and the catch site for its exceptions.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>

#include "analysis/yaml/piece.h"

namespace fluxls::yaml {
namespace {

// Reads from memory without copying it first.
class ViewBuffer final : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // std::streambuf's get area is never written to
    setg(begin, begin, begin + text.size());
  }
};

// Only counts: for choosing between masks.
class NullHandler final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

}  // namespace

uint32_t ByteOrderMarkSize(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

ParseOutcome RunParser(std::string_view text, YAML::EventHandler& handler) {
  const uint32_t shift = ByteOrderMarkSize(text);
  ParseOutcome outcome;
  ViewBuffer buffer(text.substr(shift));
  std::istream stream(&buffer);
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(handler);
  } catch (const YAML::Exception& e) {
    outcome.failed = true;
    outcome.error = e.msg;
    const size_t offset = static_cast<size_t>(std::max(e.mark.pos, 0)) + shift;
    outcome.error_offset = static_cast<uint32_t>(std::min(offset, text.size()));
  }
  return outcome;
}

ParseOutcome ProbeParse(std::string_view text) {
  NullHandler handler;
  return RunParser(text, handler);
}

}  // namespace fluxls::yaml
