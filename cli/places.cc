#include "cli/places.h"

#include <fmt/format.h>

#include "analysis/build/print.h"
#include "analysis/text/unicode.h"

namespace fluxls::cli {
namespace {

using build::Value;

std::string WhoChanged(const Value& value, Places& places) {
  const build::Edit* edit = value.edits;
  if (!edit) return "";
  std::string out = fmt::format("  # {}", build::EditName(edit->kind));
  if (edit->by) out += fmt::format(" by {}", places.Line(edit->by));
  if (edit->was) out += fmt::format(", was {}", places.Line(edit->was));
  return out;
}

class Printer {
 public:
  explicit Printer(Places& places) : places_(places) {}

  std::string Print(const Value* root) {
    PrintMap(root, 0, "");
    return std::move(out_);
  }

 private:
  // What stands behind `key:` or `-`.
  void PrintValue(const Value* value, int indent, bool in_list) {
    const std::string who = WhoChanged(*value, places_);
    if (value->IsScalar() || value->size == 0) {
      std::string text = build::PrintYaml(value);
      text.pop_back();
      const size_t first = text.find('\n');
      out_ += " " + text.substr(0, first) + who + "\n";
      // Further lines of a block scalar or of a folded text.
      for (size_t at = first; at != std::string::npos;) {
        const size_t end = text.find('\n', at + 1);
        const std::string line = text.substr(at + 1, end == std::string::npos ? end : end - at - 1);
        out_ +=
            line.empty() ? "\n" : std::string(static_cast<size_t>(indent) + 2, ' ') + line + "\n";
        at = end;
      }
      return;
    }
    if (in_list && value->IsMap()) {
      out_ += who.empty()
                  ? " "
                  : who.substr(1) + "\n" + std::string(static_cast<size_t>(indent) + 2, ' ');
      PrintMap(value, indent + 2, "");
      return;
    }
    out_ += who + "\n";
    if (value->IsMap()) {
      PrintMap(value, indent + 2, std::string(static_cast<size_t>(indent) + 2, ' '));
    } else {
      for (const Value* item : value->Items()) {
        out_ += std::string(static_cast<size_t>(indent), ' ') + "-";
        PrintValue(item, indent, true);
      }
    }
  }

  void PrintMap(const Value* map, int indent, std::string_view first_indent) {
    bool first = true;
    for (const build::Pair& pair : build::SortedPairs(map)) {
      out_ += first ? std::string(first_indent) : std::string(static_cast<size_t>(indent), ' ');
      first = false;
      build::Arena arena;
      std::string key = build::PrintYaml(arena.String(pair.key));
      key.pop_back();
      out_ += key + ":";
      PrintValue(pair.value, indent, false);
    }
  }

  Places& places_;
  std::string out_;
};

}  // namespace

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

const Text* Places::TextOf(const std::string& path) {
  auto [known, fresh] = texts_.try_emplace(path);
  if (fresh) {
    if (std::optional<std::string> bytes = files_.Read(path))
      known->second = std::make_unique<Text>(DecodeFile(std::move(*bytes)).text);
  }
  return known->second.get();
}

std::string Places::Shown(const std::string& path) const {
  return RelativePath(path, current_directory_);
}

std::string Places::At(const std::string& path, ByteRange range) {
  if (path.empty()) return "";
  const Text* text = TextOf(path);
  if (!text) return Shown(path);
  const uint32_t line = text->lines().LineOf(range.begin);
  const ByteRange before{text->lines().LineStart(line), range.begin};
  return fmt::format("{}:{}:{}", Shown(path), line + 1,
                     CountCodePoints(Slice(text->content(), before)) + 1);
}

std::string Places::Line(const build::Origin& origin) {
  if (!origin) return "";
  const Text* text = TextOf(origin.file->path);
  if (!text) return Shown(origin.file->path);
  return fmt::format("{}:{}", Shown(origin.file->path),
                     text->lines().LineOf(origin.range.begin) + 1);
}

std::string PrintWithProvenance(const build::Object& object, Places& places) {
  std::string out;
  if (object.origin) out = fmt::format("# {}\n", places.Line(object.origin));
  return out + Printer(places).Print(object.root);
}

}  // namespace fluxls::cli
