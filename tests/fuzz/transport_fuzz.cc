// The push parser under any bytes, cut anywhere. Beyond "no crash": where the chunks end must make
// no difference, bodies stay within the cap, and what was read can be written and read again.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "lsp/json_rpc.h"
#include "lsp/transport.h"

namespace {

using fluxls::lsp::FrameEvent;
using fluxls::lsp::FrameReader;

constexpr size_t kMaxBody = 4096;

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "property broken: %s\n", what);
  std::abort();
}

std::vector<FrameEvent> Read(std::string_view bytes, size_t chunk) {
  FrameReader reader(kMaxBody);
  std::vector<FrameEvent> events;
  while (!bytes.empty()) {
    const size_t size = std::min(chunk, bytes.size());
    reader.Feed(bytes.substr(0, size), events);
    bytes.remove_prefix(size);
  }
  reader.Finish(events);
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::vector<FrameEvent> whole = Read(bytes, SIZE_MAX);
  const size_t odd = size == 0 ? 1 : 1 + data[size / 2] % 29;
  for (const size_t chunk : {size_t{1}, odd}) {
    const std::vector<FrameEvent> cut = Read(bytes, chunk);
    const bool same = std::ranges::equal(whole, cut, [](const FrameEvent& a, const FrameEvent& b) {
      return a.kind == b.kind && a.text == b.text;
    });
    if (!same) Fail("chunk borders change what is read");
  }
  for (const FrameEvent& event : whole) {
    if (event.kind != FrameEvent::Kind::kMessage) continue;
    if (event.text.size() > kMaxBody) Fail("a body over the cap");
    (void)fluxls::lsp::ParseMessage(event.text);
    const std::vector<FrameEvent> again = Read(fluxls::lsp::EncodeFrame(event.text), 7);
    if (again.size() != 1 || again[0].kind != FrameEvent::Kind::kMessage ||
        again[0].text != event.text) {
      Fail("a written frame reads differently");
    }
  }
  return 0;
}
