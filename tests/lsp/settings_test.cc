#include <doctest/doctest.h>

#include "lsp/settings_json.h"
#include "tests/lsp/client_harness.h"

namespace fluxls::lsp {
namespace {

using Lines = std::vector<std::string>;

TEST_CASE("options are read bare and under fluxcd") {
  for (
      const char* text :
      {R"({"fluxVersion":"2.3","profile":"strict","rules":{"duplicate-key":"off","yaml-syntax":"warning"},
                              "exclude":["vendor/"],"maxFileBytes":1000,"diagnostics":{"scope":"open"},
                              "codeLens":{"enable":true},"inlayHints":{"enable":false}})"}) {
    for (bool wrapped : {false, true}) {
      Json options = Json::parse(text);
      if (wrapped) options = {{"fluxcd", options}, {"other", 1}};
      ServerSettings settings;
      CHECK(ReadSettings(options, true, settings).empty());
      CHECK(settings.engine.flux_release == FluxRelease{2, 3});
      CHECK(settings.engine.profile == Profile::kStrict);
      CHECK(settings.engine.rules.at("duplicate-key") == std::nullopt);
      CHECK(settings.engine.rules.at("yaml-syntax") == Severity::kWarning);
      CHECK(settings.engine.exclude == Lines{"vendor/"});
      CHECK(settings.engine.max_file_bytes == 1000);
      CHECK_FALSE(settings.closed_files);
      CHECK(settings.code_lens);
      CHECK_FALSE(settings.inlay_hints);
    }
  }
}

TEST_CASE("what is wrong is named, what is right is used") {
  ServerSettings settings;
  Lines problems = ReadSettings(
      Json::parse(
          R"({"fluxVersion":7,"profile":"lax","rules":{"nope":"error","duplicate-key":"loud"},
      "exclude":"x","maxFileBytes":-1,"diagnostics":{"scope":"all","x":1},"profil":"strict","fluxcd-typo":{},
      "codeLens":true,"inlayHints":{"enable":"yes","x":1}})"),
      true, settings);
  CHECK(problems.size() == 13);
  auto has = [&](std::string_view text) {
    return std::any_of(problems.begin(), problems.end(),
                       [&](const std::string& problem) { return problem == text; });
  };
  CHECK(
      has("setting `fluxVersion`: expected a Flux release such as \"2.6\", or \"auto\", found 7"));
  CHECK(has("setting `rules`: there is no rule `nope`"));
  CHECK(has("setting `diagnostics.scope`: expected \"workspace\" or \"open\", found \"all\""));
  CHECK(has("unknown setting `profil`"));
  CHECK(has("setting `codeLens`: expected an object with `enable`, found true"));
  CHECK(has("setting `inlayHints.enable`: expected true or false, found \"yes\""));
  CHECK(has("unknown setting `inlayHints.x`"));
  CHECK(settings.engine == Settings{});
  CHECK(ReadSettings(Json(5), true, settings) ==
        Lines{"setting `fluxcd`: expected an object, found 5"});
  CHECK(ReadSettings(Json(nullptr), true, settings).empty());
}

TEST_CASE("settings of others are passed over in silence") {
  ServerSettings settings;
  CHECK(
      ReadSettings(Json::parse(R"({"yaml":{"schemas":{}},"editor":1})"), false, settings).empty());
  CHECK(ReadSettings(Json::parse("[]"), false, settings).empty());
}

TEST_CASE("initializationOptions take effect, and problems are shown once") {
  HarnessOptions options;
  options.initialization_options = {{"rules", {{"removed-api-version", "hint"}}},
                                    {"colour", "red"}};
  ClientHarness client(options);
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest);
  client.Run();
  CHECK(client.Diagnostics("/ws/a.yaml")[0]["severity"] == 4);
  CHECK(client.TakeMessages() == Lines{"fluxcd-ls: unknown setting `colour`"});
  client.Notify("workspace/didChangeConfiguration",
                {{"settings", {{"fluxcd", {{"colour", "red"}}}}}});
  client.Run();
  CHECK(client.TakeMessages().empty());
}

TEST_CASE("the answer to workspace/configuration comes before the first findings") {
  HarnessOptions options;
  options.capabilities = {{"workspace", {{"configuration", true}}}};
  options.configuration = {{"rules", {{"removed-api-version", "off"}}}};
  ClientHarness client(options);
  client.files().Write("/ws/b.yaml", kBadManifest);
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest);
  client.Run();
  REQUIRE(client.Pushes("/ws/a.yaml").size() == 1);
  CHECK(client.Codes("/ws/a.yaml").empty());
  CHECK(client.Pushes("/ws/b.yaml").empty());
}

TEST_CASE("didChangeConfiguration checks everything again") {
  ClientHarness client;
  client.files().Write("/ws/b.yaml", kBadManifest);
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest);
  client.Run();
  client.Notify("workspace/didChangeConfiguration",
                {{"settings", {{"fluxcd", {{"fluxVersion", "2.0"}}}}}});
  client.Run();
  CHECK(client.Codes("/ws/b.yaml") != Lines{"removed-api-version"});
  CHECK(client.Codes("/ws/a.yaml") != Lines{"removed-api-version"});
  client.Notify("workspace/didChangeConfiguration",
                {{"settings", {{"fluxcd", {{"fluxVersion", "auto"}}}}}});
  client.Run();
  CHECK(client.Codes("/ws/b.yaml") == Lines{"removed-api-version"});
  CHECK(client.Codes("/ws/a.yaml") == Lines{"removed-api-version"});
  client.Notify("workspace/didChangeConfiguration",
                {{"settings", {{"fluxcd", {{"exclude", {"b.yaml"}}}}}}});
  client.Run();
  CHECK(client.Codes("/ws/b.yaml").empty());
}

TEST_CASE("a client that only says that something changed is asked") {
  HarnessOptions options;
  options.capabilities = {
      {"workspace",
       {{"configuration", true}, {"didChangeConfiguration", {{"dynamicRegistration", true}}}}}};
  ClientHarness client(options);
  client.Initialize();
  client.Run();
  CHECK(client.Sent("workspace/configuration").size() == 1);
  CHECK(client.Sent("client/registerCapability").size() == 1);
  client.Notify("workspace/didChangeConfiguration", {{"settings", nullptr}});
  client.Run();
  CHECK(client.Sent("workspace/configuration").size() == 2);
}

TEST_CASE("the scope can change while running") {
  ClientHarness client;
  client.files().Write("/ws/b.yaml", kBadManifest);
  client.Initialize();
  client.Run();
  CHECK(client.Codes("/ws/b.yaml").size() == 1);
  client.Notify("workspace/didChangeConfiguration",
                {{"settings", {{"diagnostics", {{"scope", "open"}}}}}});
  client.Run();
  CHECK(client.Codes("/ws/b.yaml").empty());
  client.Notify("workspace/didChangeConfiguration",
                {{"settings", {{"diagnostics", {{"scope", "workspace"}}}}}});
  client.Run();
  CHECK(client.Codes("/ws/b.yaml").size() == 1);
}

}  // namespace
}  // namespace fluxls::lsp
