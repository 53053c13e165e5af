#include "analysis/build/print.h"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>

#include "analysis/build/scalar_type.h"
#include "analysis/text/unicode.h"

namespace fluxls::build {
namespace {

// Writes with libyaml's emitter, which the library that kustomize prints with was ported from: the
// choice of quotes and the folding of long lines are the same.
class YamlPrinter {
 public:
  explicit YamlPrinter(bool sorted) : sorted_(sorted) {
    yaml_emitter_initialize(&emitter_);
    yaml_emitter_set_output(
        &emitter_,
        [](void* out, unsigned char* bytes, size_t size) {
          static_cast<std::string*>(out)->append(reinterpret_cast<char*>(bytes), size);
          return 1;
        },
        &out_);
    yaml_emitter_set_unicode(&emitter_, 1);
    yaml_event_t event;
    yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING);
    Emit(event);
    yaml_document_start_event_initialize(&event, nullptr, nullptr, nullptr, 1);
    Emit(event);
  }
  ~YamlPrinter() { yaml_emitter_delete(&emitter_); }
  YamlPrinter(const YamlPrinter&) = delete;
  YamlPrinter& operator=(const YamlPrinter&) = delete;

  void Write(const Value* value) {
    yaml_event_t event;
    if (value->IsMap()) {
      yaml_mapping_start_event_initialize(&event, nullptr, nullptr, 1, YAML_BLOCK_MAPPING_STYLE);
      Emit(event);
      if (sorted_) {
        for (const Pair& pair : SortedPairs(value)) WritePair(pair);
      } else {
        for (const Pair& pair : value->Pairs()) WritePair(pair);
      }
      yaml_mapping_end_event_initialize(&event);
      Emit(event);
    } else if (value->IsList()) {
      yaml_sequence_start_event_initialize(&event, nullptr, nullptr, 1, YAML_BLOCK_SEQUENCE_STYLE);
      Emit(event);
      for (const Value* item : value->Items()) Write(item);
      yaml_sequence_end_event_initialize(&event);
      Emit(event);
    } else if (value->type == Type::kString) {
      WriteString(value->str());
    } else {
      WriteScalar(CanonicalScalar(value->type, value->str()), YAML_PLAIN_SCALAR_STYLE);
    }
  }

  std::string Finish() {
    yaml_event_t event;
    yaml_document_end_event_initialize(&event, 1);
    Emit(event);
    yaml_stream_end_event_initialize(&event);
    Emit(event);
    yaml_emitter_flush(&emitter_);
    return std::move(out_);
  }

 private:
  void Emit(yaml_event_t& event) { yaml_emitter_emit(&emitter_, &event); }

  void WritePair(const Pair& pair) {
    WriteString(pair.key);
    Write(pair.value);
  }

  void WriteString(std::string_view text) {
    yaml_scalar_style_t style = YAML_PLAIN_SCALAR_STYLE;
    if (text.find('\n') != std::string_view::npos) {
      style = YAML_LITERAL_SCALAR_STYLE;
    } else if (NeedsQuotes(text)) {
      style = YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    }
    WriteScalar(text, style);
  }

  void WriteScalar(std::string_view text, yaml_scalar_style_t style) {
    yaml_event_t event;
    const auto* bytes = reinterpret_cast<const yaml_char_t*>(text.data());
    if (!yaml_scalar_event_initialize(&event, nullptr, nullptr, bytes,
                                      static_cast<int>(text.size()), 1, 1, style)) {
      // Not UTF-8: what can be said of it is said in its place.
      yaml_scalar_event_initialize(&event, nullptr, nullptr,
                                   reinterpret_cast<const yaml_char_t*>("?"), 1, 1, 1, style);
    }
    Emit(event);
  }

  yaml_emitter_t emitter_;
  std::string out_;
  bool sorted_;
};

struct Rune {
  uint32_t code = 0;
  size_t size = 1;
};

Rune RuneAt(std::string_view text, size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (size == 1 || at + size > text.size()) return {lead, 1};
  uint32_t code = lead & (0xff >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3f);
  }
  return {code, size};
}

// Nearly everything above ASCII that keys are made of.
bool IsLetter(uint32_t code) {
  return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || code >= 0xc0;
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  for (size_t i = 0; i < text.size();) {
    const Rune rune = RuneAt(text, i);
    if (rune.size > 1) {
      if (rune.code == 0x2028 || rune.code == 0x2029) {
        out += fmt::format("\\u{:04x}", rune.code);
      } else {
        out += text.substr(i, rune.size);
      }
      i += rune.size;
      continue;
    }
    const char c = text[i++];
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '<':
      case '>':
      case '&':
        out += fmt::format("\\u{:04x}", static_cast<int>(c));
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<int>(c));
        } else if (static_cast<unsigned char>(c) >= 0x80) {
          out += "\\ufffd";
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// `indent` 0: all on one line. Otherwise the column of the closing bracket plus two.
void AppendJson(const Value* value, uint32_t indent, std::string& out) {
  if (value->IsScalar()) {
    if (value->type == Type::kString) {
      AppendJsonString(value->str(), out);
    } else {
      out += CanonicalScalar(value->type, value->str());
    }
    return;
  }
  const bool map = value->IsMap();
  out += map ? '{' : '[';
  std::vector<Pair> pairs(value->Pairs().begin(), value->Pairs().end());
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.key < b.key; });
  for (uint32_t i = 0; i < value->size; ++i) {
    if (i > 0) out += ',';
    if (indent > 0) out += '\n' + std::string(indent, ' ');
    if (map) {
      AppendJsonString(pairs[i].key, out);
      out += indent > 0 ? ": " : ":";
    }
    AppendJson(map ? pairs[i].value : value->items[i], indent > 0 ? indent + 2 : 0, out);
  }
  if (indent > 0 && value->size > 0) out += '\n' + std::string(indent - 2, ' ');
  out += map ? '}' : ']';
}

}  // namespace

bool KeyLess(std::string_view a, std::string_view b) {
  size_t i = 0;
  while (i < a.size() && i < b.size() && a[i] == b[i]) ++i;
  if (i >= a.size() || i >= b.size()) return a.size() < b.size();
  // Back to the start of a character.
  while (i > 0 && (static_cast<unsigned char>(a[i]) & 0xc0) == 0x80) --i;
  const uint32_t ar = RuneAt(a, i).code;
  const uint32_t br = RuneAt(b, i).code;
  const bool a_letter = IsLetter(ar);
  const bool b_letter = IsLetter(br);
  if (a_letter && b_letter) return ar < br;
  if (a_letter || b_letter) return b_letter;
  uint64_t an = 0;
  uint64_t bn = 0;
  if (ar == '0' || br == '0') {
    // Behind a digit that is not 0 the numbers began earlier.
    for (size_t j = i; j > 0 && IsDigit(a[j - 1]); --j) {
      if (a[j - 1] == '0') continue;
      an = bn = 1;
      break;
    }
  }
  size_t ai = i;
  for (; ai < a.size() && IsDigit(a[ai]); ++ai) an = an * 10 + static_cast<uint64_t>(a[ai] - '0');
  size_t bi = i;
  for (; bi < b.size() && IsDigit(b[bi]); ++bi) bn = bn * 10 + static_cast<uint64_t>(b[bi] - '0');
  if (an != bn) return an < bn;
  if (ai != bi) return ai < bi;
  return ar < br;
}

std::vector<Pair> SortedPairs(const Value* map) {
  std::vector<Pair> pairs(map->Pairs().begin(), map->Pairs().end());
  std::sort(pairs.begin(), pairs.end(),
            [](const Pair& a, const Pair& b) { return KeyLess(a.key, b.key); });
  return pairs;
}

std::string PrintYaml(const Value* value, bool sorted) {
  YamlPrinter printer(sorted);
  printer.Write(value);
  return printer.Finish();
}

std::string PrintJson(const Value* value) {
  std::string out;
  AppendJson(value, 0, out);
  return out;
}

std::string PrintPrettyJson(const Value* value) {
  std::string out;
  AppendJson(value, 2, out);
  return out;
}

}  // namespace fluxls::build
