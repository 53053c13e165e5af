// The wire format: bytes to message bodies and back. A pure push parser, no IO of its own.
//
// Input is what the Language Server Protocol calls the base protocol: header lines, an empty line,
// and as many bytes of body as `Content-Length` says. Whatever comes in, the reader keeps going: it
// reports what was wrong and looks for the next place where a message can start.
//
// Thread contract: one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fluxls::lsp {

inline constexpr size_t kMaxBodyBytes = size_t{64} << 20;

struct FrameEvent {
  enum class Kind : uint8_t {
    kMessage,   // `text` is a whole body
    kOversize,  // a body over the cap was announced; its bytes are being skipped; `text` says so
    kError,     // something that is no frame; `text` says what, without quoting more than a header
                // name
  };
  Kind kind = Kind::kError;
  std::string text;
};

class FrameReader {
 public:
  explicit FrameReader(size_t max_body = kMaxBodyBytes) : max_body_(max_body) {}

  // Takes the next bytes, cut anywhere, and appends what they complete to `out`.
  void Feed(std::string_view chunk, std::vector<FrameEvent>& out);
  // The stream has ended: reports a frame that was cut short.
  void Finish(std::vector<FrameEvent>& out);

 private:
  enum class State : uint8_t { kHeaders, kBody, kSkipBody, kResync };

  size_t FeedHeaders(std::string_view chunk, std::vector<FrameEvent>& out);
  size_t FeedBody(std::string_view chunk, std::vector<FrameEvent>& out);
  size_t FeedResync(std::string_view chunk);
  void HeaderLine(std::vector<FrameEvent>& out);
  void EndOfHeaders(std::vector<FrameEvent>& out);
  // Reports `problem` and searches for the next `Content-Length:`; `rest` are bytes that may hold
  // it.
  void Resync(std::string problem, std::string_view rest, std::vector<FrameEvent>& out);

  size_t max_body_;
  State state_ = State::kHeaders;
  std::string
      line_;  // kHeaders: the line so far; kResync: the tail that may be the start of a match
  size_t header_bytes_ = 0;  // of the current block
  bool has_length_ = false;
  uint64_t length_ = 0;     // of the current body
  uint64_t remaining_ = 0;  // kSkipBody: bytes still to skip
  std::string body_;
};

// A body with its header in front.
std::string EncodeFrame(std::string_view body);

}  // namespace fluxls::lsp
