#include "lsp/transport.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace fluxls::lsp {
namespace {

constexpr size_t kMaxHeaderBytes = 8 << 10;
// A length beyond this is taken for garbage: skipping that much would look like a hang.
constexpr uint64_t kMaxSkipBytes = uint64_t{1} << 30;
constexpr std::string_view kLengthHeader = "content-length:";

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return Lower(x) == Lower(y); });
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool IsHeaderName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

size_t FindLengthHeader(std::string_view text, size_t from) {
  if (from > text.size()) return std::string_view::npos;
  auto found = std::search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(),
                           kLengthHeader.begin(), kLengthHeader.end(),
                           [](char x, char y) { return Lower(x) == y; });
  return found == text.end() ? std::string_view::npos : static_cast<size_t>(found - text.begin());
}

}  // namespace

void FrameReader::Feed(std::string_view chunk, std::vector<FrameEvent>& out) {
  while (!chunk.empty()) {
    size_t used = 0;
    switch (state_) {
      case State::kHeaders:
        used = FeedHeaders(chunk, out);
        break;
      case State::kBody:
        used = FeedBody(chunk, out);
        break;
      case State::kSkipBody:
        used = static_cast<size_t>(std::min<uint64_t>(remaining_, chunk.size()));
        remaining_ -= used;
        if (remaining_ == 0) state_ = State::kHeaders;
        break;
      case State::kResync:
        used = FeedResync(chunk);
        break;
    }
    chunk.remove_prefix(used);
  }
}

size_t FrameReader::FeedHeaders(std::string_view chunk, std::vector<FrameEvent>& out) {
  size_t newline = chunk.find('\n');
  size_t used = newline == std::string_view::npos ? chunk.size() : newline + 1;
  // The cap bounds what is buffered; a long chunk is consumed piece by piece.
  used = std::min(used, kMaxHeaderBytes);
  line_.append(chunk.substr(0, used));
  header_bytes_ += used;
  if (line_.empty() || line_.back() != '\n') {
    if (header_bytes_ >= kMaxHeaderBytes) {
      std::string rest = std::move(line_);
      Resync(fmt::format("header block longer than {} bytes", kMaxHeaderBytes),
             std::string_view(rest).substr(1), out);
    }
    return used;
  }
  line_.pop_back();
  if (!line_.empty() && line_.back() == '\r') line_.pop_back();
  HeaderLine(out);
  return used;
}

void FrameReader::HeaderLine(std::vector<FrameEvent>& out) {
  std::string line = std::move(line_);
  line_.clear();
  if (line.empty()) {
    // Empty lines between frames are harmless; only a block that has begun can lack its length.
    if (has_length_ || header_bytes_ > 2) {
      EndOfHeaders(out);
    } else {
      header_bytes_ = 0;
    }
    return;
  }
  size_t colon = line.find(':');
  std::string_view name = Trim(std::string_view(line).substr(0, colon));
  if (colon == std::string::npos || !IsHeaderName(name)) {
    // A whole header may stand in it ("…}Content-Length: 5"): its line end was cut off above and is
    // put back.
    line += "\r\n";
    Resync("a header line that is not `Name: value`", std::string_view(line).substr(1), out);
    return;
  }
  if (!EqualsIgnoringCase(name, "Content-Length"))
    return;  // Content-Type and strangers say nothing that is needed
  std::string_view value = Trim(std::string_view(line).substr(colon + 1));
  uint64_t length = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (value.empty() || error != std::errc() || end != value.data() + value.size() ||
      length > kMaxSkipBytes) {
    Resync("a Content-Length that is not a sensible number of bytes", {}, out);
    return;
  }
  has_length_ = true;
  length_ = length;
}

void FrameReader::EndOfHeaders(std::vector<FrameEvent>& out) {
  if (!has_length_) {
    Resync("a header block without Content-Length", {}, out);
    return;
  }
  has_length_ = false;
  header_bytes_ = 0;
  if (length_ > max_body_) {
    out.push_back({FrameEvent::Kind::kOversize,
                   fmt::format("a message of {} bytes is over the limit of {} bytes; skipped",
                               length_, max_body_)});
    remaining_ = length_;
    state_ = State::kSkipBody;
    return;
  }
  if (length_ == 0) {
    out.push_back({FrameEvent::Kind::kMessage, {}});
    return;
  }
  body_.clear();
  // Memory follows the bytes that really arrive, not the number that was announced.
  body_.reserve(std::min<uint64_t>(length_, 1 << 20));
  state_ = State::kBody;
}

size_t FrameReader::FeedBody(std::string_view chunk, std::vector<FrameEvent>& out) {
  size_t used = static_cast<size_t>(std::min<uint64_t>(length_ - body_.size(), chunk.size()));
  body_.append(chunk.substr(0, used));
  if (body_.size() == length_) {
    out.push_back({FrameEvent::Kind::kMessage, std::move(body_)});
    body_ = {};
    state_ = State::kHeaders;
  }
  return used;
}

size_t FrameReader::FeedResync(std::string_view chunk) {
  // line_ holds fewer bytes than the needle, so a match ends in this chunk; it is fed in two steps
  // to keep line_ short.
  size_t kept = line_.size();
  line_.append(chunk);
  size_t found = FindLengthHeader(line_, 0);
  if (found == std::string::npos) {
    if (line_.size() >= kLengthHeader.size())
      line_.erase(0, line_.size() - (kLengthHeader.size() - 1));
    return chunk.size();
  }
  // Hand the header back to the parser: what was kept of it stays in line_, the rest of the chunk
  // is read again.
  size_t needle_end = found + kLengthHeader.size();
  line_ = line_.substr(found, kLengthHeader.size());
  header_bytes_ = line_.size();
  has_length_ = false;
  state_ = State::kHeaders;
  return needle_end - kept;
}

void FrameReader::Resync(std::string problem, std::string_view rest, std::vector<FrameEvent>& out) {
  out.push_back({FrameEvent::Kind::kError, std::move(problem)});
  state_ = State::kResync;
  has_length_ = false;
  header_bytes_ = 0;
  line_.clear();
  if (rest.empty()) return;
  std::string copy(rest);  // `rest` may point into a member
  Feed(copy, out);
}

void FrameReader::Finish(std::vector<FrameEvent>& out) {
  if (state_ == State::kBody) {
    out.push_back(
        {FrameEvent::Kind::kError,
         fmt::format("end of input after {} of {} bytes of a message", body_.size(), length_)});
  } else if (state_ == State::kSkipBody) {
    out.push_back({FrameEvent::Kind::kError, "end of input inside a skipped message"});
  } else if (state_ == State::kHeaders && (has_length_ || !line_.empty())) {
    out.push_back({FrameEvent::Kind::kError, "end of input inside a header"});
  }
  *this = FrameReader(max_body_);
}

std::string EncodeFrame(std::string_view body) {
  return fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
}

}  // namespace fluxls::lsp
