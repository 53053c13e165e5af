// ReadSource and ParseSource: from a path to a parsed file.
#include <fmt/format.h>

#include <algorithm>

#include "analysis/schema/crd.h"
#include "analysis/text/unicode.h"
#include "analysis/workspace/workspace.h"

namespace fluxls {
namespace {

// Offsets are 32 bits wide; no setting may lift files over that.
constexpr uint64_t kHardLimit = 1u << 30;

const TextPtr& EmptyText() {
  static const TextPtr kEmpty = std::make_shared<Text>("");
  return kEmpty;
}

// Does the line at `begin` (first non-blank character) hold an action of a template engine that
// YAML cannot read: the line itself, or a plain value in it, starts with one.
std::optional<uint32_t> TemplateAction(std::string_view text, size_t begin, size_t end) {
  std::string_view line = text.substr(begin, end - begin);
  if (line.starts_with("{{") || line.starts_with("{%")) return static_cast<uint32_t>(begin);
  if (line.starts_with('#')) return std::nullopt;
  for (std::string_view before : {": ", "- "}) {
    for (size_t at = line.find(before); at != std::string_view::npos;
         at = line.find(before, at + 1)) {
      size_t value = line.find_first_not_of(' ', at + before.size());
      if (value != std::string_view::npos && line.substr(value).starts_with("{{")) {
        return static_cast<uint32_t>(begin + value);
      }
    }
  }
  return std::nullopt;
}

// True for text that a template engine turns into YAML later. Asked only where the parse failed:
// `{{ … }}` inside quotes or block scalars is plain YAML.
bool IsTemplate(std::string_view text, const yaml::File& file) {
  for (const yaml::Document& document : file.documents) {
    if (!document.HasErrors()) continue;
    size_t at = document.range().begin;
    size_t stop = std::min<size_t>(document.range().end, text.size());
    while (at < stop) {
      size_t end = std::min(text.find('\n', at), stop);
      size_t begin = std::min(text.find_first_not_of(" \t-", at), end);
      if (std::optional<uint32_t> action = TemplateAction(text, begin, end)) {
        yaml::Node node = document.NodeAt(*action);
        bool is_text = node.IsScalar() && (node.IsQuoted() || node.IsBlockScalar()) &&
                       node.range().begin < *action;
        if (!is_text) return true;
      }
      at = end + 1;
    }
  }
  return false;
}

}  // namespace

Source ReadSource(const FileSystem& files, const std::string& path, const Settings& settings,
                  bool helm_template) {
  Source out;
  out.path = path;
  out.text = EmptyText();
  // Asked before reading: what is written in between shows as a changed stat in the next scan.
  std::optional<FileStat> stat = files.Stat(path);
  if (stat) out.stat = *stat;
  if (helm_template) {
    out.file_class = FileClass::kHelmTemplate;
    return out;
  }
  uint64_t limit = std::min(settings.max_file_bytes, kHardLimit);
  if (stat && stat->type == EntryType::kFile && stat->size > limit) {
    out.file_class = FileClass::kTooLarge;
    return out;
  }
  std::optional<std::string> bytes = files.Read(path, &out.error);
  if (!bytes) {
    out.file_class = FileClass::kUnreadable;
    return out;
  }
  if (bytes->size() > limit) {
    out.file_class = FileClass::kTooLarge;
    return out;
  }
  DecodedFile decoded = DecodeFile(std::move(*bytes));
  out.converted = decoded.converted;
  decoded.text.shrink_to_fit();
  out.text = std::make_shared<Text>(std::move(decoded.text));
  return out;
}

SourceFilePtr ParseSource(Source source, const SourceFile* previous) {
  auto file = std::make_shared<SourceFile>();
  file->path = std::move(source.path);
  file->file_class = source.file_class;
  file->text = source.text ? source.text : EmptyText();
  file->converted = source.converted;
  file->stat = source.stat;
  file->version = source.version;
  file->error = std::move(source.error);
  if (file->file_class != FileClass::kYaml && file->file_class != FileClass::kTemplated)
    return file;

  std::string_view text = file->text->content();
  file->yaml = yaml::Parse(text, previous ? &previous->yaml : nullptr);
  file->file_class = IsTemplate(text, file->yaml) ? FileClass::kTemplated : FileClass::kYaml;
  file->facts = ExtractFacts(file->path, text, file->yaml);
  if (!file->facts.crds.empty()) file->crds = std::make_shared<schema::LazyCrds>(file->yaml);
  return file;
}

}  // namespace fluxls
