#include <doctest/doctest.h>

#include "analysis/workspace/workspace.h"

namespace fluxls {
namespace {

SourceFilePtr Load(std::string content, const Settings& settings = {}, bool helm_template = false) {
  MemoryFileSystem files;
  files.Write("/r/a.yaml", std::move(content));
  return ParseSource(ReadSource(files, "/r/a.yaml", settings, helm_template));
}

TEST_CASE("plain file") {
  SourceFilePtr file = Load("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n");
  CHECK(file->file_class == FileClass::kYaml);
  CHECK(file->facts.resources.size() == 1);
  CHECK(file->stat.size == file->text->content().size());
  CHECK_FALSE(file->version);
}

TEST_CASE("large, missing and chart files are not read") {
  Settings settings;
  settings.max_file_bytes = 10;
  SourceFilePtr large = Load("key: 0123456789", settings);
  CHECK(large->file_class == FileClass::kTooLarge);
  CHECK(large->text->content().empty());
  CHECK(large->yaml.documents.empty());
  CHECK(large->stat.size == 15);
  CHECK(Load("key: 01234", settings)->file_class == FileClass::kYaml);

  MemoryFileSystem files;
  SourceFilePtr missing = ParseSource(ReadSource(files, "/r/none.yaml", {}, false));
  CHECK(missing->file_class == FileClass::kUnreadable);
  CHECK_FALSE(missing->error.empty());
  REQUIRE(missing->text);

  SourceFilePtr chart = Load("{{ if x }}", {}, true);
  CHECK(chart->file_class == FileClass::kHelmTemplate);
  CHECK(chart->yaml.documents.empty());
}

TEST_CASE("UTF-16 is converted and said to be") {
  std::string bytes = "\xFF\xFE";
  for (char c : std::string("kind: X\n")) bytes += {c, '\0'};
  SourceFilePtr file = Load(bytes);
  CHECK(file->converted);
  CHECK(file->text->content().find("kind: X") != std::string::npos);
  CHECK(file->file_class == FileClass::kYaml);
}

TEST_CASE("hostile bytes only cost themselves") {
  std::string junk;
  for (int i = 0; i < 4000; ++i) junk += static_cast<char>((i * 7919) >> 3);
  for (const std::string& bytes : {std::string(), junk, std::string(300, '\0'),
                                   std::string(100000, '['), std::string("\xEF\xBB\xBF")}) {
    SourceFilePtr file = Load(bytes);
    CHECK(file->facts.resources.empty());
  }
}

TEST_CASE("templates of other engines") {
  struct Case {
    const char* text;
    FileClass expected;
  };
  constexpr FileClass kYaml = FileClass::kYaml, kTemplated = FileClass::kTemplated;
  for (auto [text, expected] : std::initializer_list<Case>{
           {"a: 1\n{{- if .Values.x }}\nb: 2\n{{- end }}\n", kTemplated},
           {"{% for x in y %}\n- {{ x }}\n{% endfor %}\n", kTemplated},
           {"name: {{ .Release.Name }}-x\n", kTemplated},
           {"list:\n  - {{ item }}: x: y\n", kTemplated},
           // Quotes and block scalars hold what they like.
           {"name: '{{ .Name }}'\n", kYaml},
           {"text: |\n  {{ if x }}\n  {{ end }}\n", kYaml},
           {"text: |\n  {{ if x }}\nother: @bad\n", kYaml},
           // A flow mapping in a flow mapping is legal.
           {"a: {b: {c: 1}}\n", kYaml},
           // Broken, but not by a template.
           {"a: b: c\n", kYaml},
           {"# {{ comment }}\na: b: c\n", kYaml},
       }) {
    CAPTURE(text);
    CHECK(Load(text)->file_class == expected);
  }
}

TEST_CASE("an editor's text, parsed again, takes over what did not change") {
  Source source;
  source.path = "/r/a.yaml";
  source.text = std::make_shared<Text>("a: 1\n---\nb: 2\n");
  source.version = 7;
  SourceFilePtr first = ParseSource(source);
  CHECK(first->version == 7);
  source.text = std::make_shared<Text>("a: 1\n---\nb: 3\n");
  SourceFilePtr second = ParseSource(source, first.get());
  REQUIRE(second->yaml.documents.size() == first->yaml.documents.size());
  CHECK(second->yaml.documents[0].piece() == first->yaml.documents[0].piece());
}

}  // namespace
}  // namespace fluxls
