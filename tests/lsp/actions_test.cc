#include <doctest/doctest.h>

#include <algorithm>

#include "analysis/text/text.h"
#include "lsp/convert.h"
#include "tests/lsp/client_harness.h"

namespace fluxls::lsp {
namespace {

HarnessOptions Modern(bool lazy) {
  HarnessOptions options;
  options.initialization_options = {{"fluxVersion", "2.9"}};
  Json action = {{"codeActionLiteralSupport", {{"codeActionKind", {{"valueSet", {"quickfix"}}}}}},
                 {"isPreferredSupport", true}};
  if (lazy) {
    action["dataSupport"] = true;
    action["resolveSupport"] = {{"properties", {"edit"}}};
  }
  options.capabilities = {
      {"textDocument", {{"codeAction", action}}},
      {"workspace",
       {{"workspaceEdit",
         {{"documentChanges", true}, {"resourceOperations", {"rename", "create"}}}}}}};
  return options;
}

HarnessOptions Plain() {
  HarnessOptions options = Modern(false);
  options.capabilities.erase("workspace");
  return options;
}

Json Params(const std::string& path, Json range, Json only = nullptr) {
  Json context = {{"diagnostics", Json::array()}};
  if (!only.is_null()) context["only"] = only;
  return {{"textDocument", {{"uri", "file://" + path}}}, {"range", range}, {"context", context}};
}

// Applies the edits of one document as a client would.
std::string Apply(const std::string& text, const Json& edits) {
  Text base(text);
  std::vector<TextEdit> changes;
  for (const Json& edit : edits) {
    auto position = [](const Json& p) { return Position{p["line"], p["character"]}; };
    Range range = {position(edit["range"]["start"]), position(edit["range"]["end"])};
    changes.push_back({ToByteRange(base, range, PositionEncoding::kUtf16), edit["newText"]});
  }
  return ApplyEdits(text, changes);
}

const Json kFirstLine = At(0, 20, 0, 20);

// Two findings with safe fixes, and what they leave.
std::string TwoBad() {
  return kBadManifest + "---\n" + kBadManifest;
}
std::string TwoGood() {
  return kGoodManifest + "---\n" + kGoodManifest;
}

TEST_CASE("a quick fix for the finding under the cursor") {
  ClientHarness client(Modern(false));
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest, 4);
  Json actions = client.Request("textDocument/codeAction", Params("/ws/a.yaml", kFirstLine));
  REQUIRE(actions.size() == 1);
  CHECK(actions[0]["kind"] == "quickfix");
  CHECK(actions[0]["isPreferred"] == true);
  CHECK(actions[0]["diagnostics"] == client.Diagnostics("/ws/a.yaml"));
  Json change = actions[0]["edit"]["documentChanges"][0];
  CHECK(change["textDocument"] == Json({{"uri", "file:///ws/a.yaml"}, {"version", 4}}));
  CHECK(Apply(kBadManifest, change["edits"]) == kGoodManifest);
  CHECK(client.Request("textDocument/codeAction", Params("/ws/a.yaml", At(5, 0, 5, 0))).empty());
}

TEST_CASE("without documentChanges the edit is in `changes`") {
  ClientHarness client(Plain());
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest);
  Json actions = client.Request("textDocument/codeAction", Params("/ws/a.yaml", kFirstLine));
  REQUIRE(actions.size() == 1);
  CHECK_FALSE(actions[0]["edit"].contains("documentChanges"));
  CHECK(Apply(kBadManifest, actions[0]["edit"]["changes"]["file:///ws/a.yaml"]) == kGoodManifest);
}

TEST_CASE("the edit is lazy where the client resolves it") {
  ClientHarness client(Modern(true));
  CHECK(client.Initialize()["capabilities"]["codeActionProvider"]["resolveProvider"] == true);
  client.Open("/ws/a.yaml", kBadManifest);
  Json action = client.Request("textDocument/codeAction", Params("/ws/a.yaml", kFirstLine))[0];
  CHECK_FALSE(action.contains("edit"));
  Json resolved = client.Request("codeAction/resolve", action);
  CHECK(resolved["title"] == action["title"]);
  CHECK(Apply(kBadManifest, resolved["edit"]["documentChanges"][0]["edits"]) == kGoodManifest);

  client.ChangeAll("/ws/a.yaml", "# moved\n" + kBadManifest, 2);
  CHECK(client.RequestError("codeAction/resolve", action)["code"] == -32801);
  action["data"]["finding"] = "x";
  CHECK(client.RequestError("codeAction/resolve", action)["message"] ==
        "params.data.finding: expected an integer, found a string");
  CHECK(client.RequestError("codeAction/resolve", {{"title", "x"}})["code"] == -32602);
}

TEST_CASE("indices that point nowhere are refused") {
  ClientHarness client(Modern(true));
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest);
  Json action = client.Request("textDocument/codeAction", Params("/ws/a.yaml", kFirstLine))[0];
  for (auto [finding, fix] : {std::pair{1, 0}, {0, 9}, {0, -1}, {1000000, 0}}) {
    action["data"]["finding"] = finding;
    action["data"]["fix"] = fix;
    CHECK(client.RequestError("codeAction/resolve", action)["code"] == -32602);
  }
}

TEST_CASE("code actions answer for the text as it is, not as it was checked") {
  ClientHarness client(Modern(false));
  client.Initialize();
  client.Open("/ws/a.yaml", kGoodManifest);
  client.Run();
  client.ChangeAll("/ws/a.yaml", kBadManifest, 2);
  Json actions = client.Request("textDocument/codeAction", Params("/ws/a.yaml", kFirstLine));
  REQUIRE(actions.size() == 1);
  CHECK(actions[0]["edit"]["documentChanges"][0]["textDocument"]["version"] == 2);
}

TEST_CASE("`only` is honoured, sub-kinds included") {
  ClientHarness client(Modern(false));
  client.Initialize();
  client.Open("/ws/a.yaml", TwoBad());
  auto kinds = [&](Json only) {
    std::vector<std::string> out;
    for (const Json& action :
         client.Request("textDocument/codeAction", Params("/ws/a.yaml", kFirstLine, only)))
      out.push_back(action["kind"]);
    return out;
  };
  using Kinds = std::vector<std::string>;
  CHECK(kinds({"quickfix"}) == Kinds{"quickfix"});
  CHECK(kinds({"refactor"}) == Kinds{});
  CHECK(kinds({"quickfixes"}) == Kinds{});
  CHECK(kinds({"quickfix.x"}) == Kinds{});
  CHECK(kinds({"source"}) == Kinds{"source.fixAll.fluxcd"});
  CHECK(kinds({"source.fixAll"}) == Kinds{"source.fixAll.fluxcd"});
  CHECK(kinds({"source.fixAll.fluxcd"}) == Kinds{"source.fixAll.fluxcd"});
  CHECK(kinds({"source.fixAll.other"}) == Kinds{});
  CHECK(kinds(nullptr) == Kinds{"quickfix", "source.fixAll.fluxcd"});
}

TEST_CASE("fixAll mends the whole file, inline and resolved") {
  for (bool lazy : {false, true}) {
    ClientHarness client(Modern(lazy));
    client.Initialize();
    client.Open("/ws/a.yaml", TwoBad(), 8);
    Json actions = client.Request("textDocument/codeAction",
                                  Params("/ws/a.yaml", At(0, 0, 0, 0), {"source.fixAll"}));
    REQUIRE(actions.size() == 1);
    Json action = lazy ? client.Request("codeAction/resolve", actions[0]) : actions[0];
    Json change = action["edit"]["documentChanges"][0];
    CHECK(change["textDocument"]["version"] == 8);
    CHECK(change["edits"].size() == 2);
    CHECK(Apply(TwoBad(), change["edits"]) == TwoGood());
    client.ChangeAll("/ws/a.yaml", TwoGood(), 9);
    CHECK(client
              .Request("textDocument/codeAction",
                       Params("/ws/a.yaml", At(0, 0, 0, 0), {"source.fixAll"}))
              .empty());
  }
}

TEST_CASE("a fix that renames a file needs a client that can") {
  // A Kubernetes object called kustomization.yaml may be answered by a rename; whatever is offered
  // must be applicable.
  const std::string object = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n";
  for (const HarnessOptions& options : {Modern(false), Plain()}) {
    ClientHarness client(options);
    client.files().Write("/ws/kustomization.yaml", object);
    client.Initialize();
    client.Open("/ws/kustomization.yaml", object);
    for (const Json& action : client.Request("textDocument/codeAction",
                                             Params("/ws/kustomization.yaml", At(0, 0, 9, 0)))) {
      CHECK(!action["edit"].empty());
      if (action["edit"].contains("changes")) CHECK(!action["edit"]["changes"].empty());
    }
  }
}

TEST_CASE("old clients get commands that apply the fix") {
  HarnessOptions options;
  options.capabilities = {{"workspace", {{"applyEdit", true}}}};
  ClientHarness client(options);
  CHECK(client.Initialize()["capabilities"]["executeCommandProvider"]["commands"] ==
        Json({"fluxcd.applyFix", "fluxcd.upgradeApiVersions", "fluxcd.graph", "fluxcd.tree"}));
  client.Open("/ws/a.yaml", kBadManifest);
  Json actions = client.Request("textDocument/codeAction", Params("/ws/a.yaml", kFirstLine));
  REQUIRE(actions.size() == 1);
  CHECK(actions[0]["command"] == "fluxcd.applyFix");
  CHECK(client
            .Request("workspace/executeCommand",
                     {{"command", actions[0]["command"]}, {"arguments", actions[0]["arguments"]}})
            .is_null());
  std::vector<Json> applied = client.Sent("workspace/applyEdit");
  REQUIRE(applied.size() == 1);
  CHECK(Apply(kBadManifest, applied[0]["edit"]["changes"]["file:///ws/a.yaml"]) == kGoodManifest);
  CHECK(client.RequestError("workspace/executeCommand", {{"command", "rm"}})["code"] == -32602);
  CHECK(client.RequestError("workspace/executeCommand",
                            {{"command", "fluxcd.applyFix"}})["message"] ==
        "params.arguments[0]: expected an object, found nothing");
}

const std::string kOldChart =
    "apiVersion: source.toolkit.fluxcd.io/v1beta2\nkind: HelmChart\nmetadata:\n  name: a\n"
    "spec:\n  chart: a\n  interval: 1h\n  valuesFile: b.yaml\n  sourceRef:\n"
    "    kind: GitRepository\n    name: c\n";

TEST_CASE("one command upgrades the API versions of the whole workspace, after a preview") {
  HarnessOptions options;
  options.capabilities = {
      {"workspace",
       {{"applyEdit", true},
        {"workspaceEdit",
         {{"documentChanges", true}, {"changeAnnotationSupport", Json::object()}}}}}};
  ClientHarness client(options);
  client.files().Write("/ws/a.yaml", kOldChart);
  client.files().Write("/ws/b/c.yaml", kOldChart);
  client.files().Write("/ws/new.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n");
  client.Initialize();
  client.Run();
  client.Open("/ws/a.yaml", kOldChart, 7);
  client.Request("workspace/executeCommand", {{"command", "fluxcd.upgradeApiVersions"}});
  const std::vector<Json> applied = client.Sent("workspace/applyEdit");
  REQUIRE(applied.size() == 1);
  CHECK(applied[0]["label"] == "Upgrade Flux API versions");
  const Json& edit = applied[0]["edit"];
  REQUIRE(edit["documentChanges"].size() == 2);
  CHECK(edit["documentChanges"][0]["textDocument"]["uri"] == "file:///ws/a.yaml");
  CHECK(edit["documentChanges"][0]["textDocument"]["version"] == 7);
  CHECK(edit["documentChanges"][1]["textDocument"]["uri"] == "file:///ws/b/c.yaml");
  const std::string id = edit["documentChanges"][0]["edits"][0]["annotationId"].get<std::string>();
  CHECK(edit["changeAnnotations"][id]["needsConfirmation"] == true);
  CHECK(edit["documentChanges"][0]["edits"][0]["newText"].get<std::string>().find("valuesFiles") !=
        std::string::npos);
}

TEST_CASE("without a preview the command makes safe changes only, and says when there are none") {
  HarnessOptions options;
  options.capabilities = {{"workspace", {{"applyEdit", true}}}};
  ClientHarness client(options);
  // Which Flux runs is not known, so nothing is certain.
  client.files().Write("/ws/a.yaml", kOldChart);
  client.Initialize();
  client.Run();
  const Json error =
      client.RequestError("workspace/executeCommand", {{"command", "fluxcd.upgradeApiVersions"}});
  CHECK(error["message"] == "there is nothing to upgrade");
  client.files().Write("/ws/flux-system/gotk-components.yaml", "# Flux Version: v2.9.0\n");
  client.Notify(
      "workspace/didChangeWatchedFiles",
      {{"changes", {{{"uri", "file:///ws/flux-system/gotk-components.yaml"}, {"type", 1}}}}});
  client.Run();
  client.Request("workspace/executeCommand", {{"command", "fluxcd.upgradeApiVersions"}});
  CHECK(client.Sent("workspace/applyEdit").size() == 1);
}

TEST_CASE("a client that can neither take edits nor apply them is offered nothing") {
  ClientHarness client;
  client.Initialize();
  client.Open("/ws/a.yaml", kBadManifest);
  CHECK(client.Request("textDocument/codeAction", Params("/ws/a.yaml", kFirstLine)).empty());
}

TEST_CASE("a cancelled fixAll is answered once") {
  ClientHarness client(Modern(false));
  client.Initialize();
  client.Open("/ws/a.yaml", TwoBad());
  client.Run();
  int64_t id = client.Send("textDocument/codeAction",
                           Params("/ws/a.yaml", At(0, 0, 0, 0), {"source.fixAll"}));
  CHECK_FALSE(client.Answer(id));
  client.Notify("$/cancelRequest", {{"id", id}});
  client.Run();
  CHECK((*client.Answer(id))["error"]["code"] == -32800);
}

TEST_CASE("what is typed while a fix is computed voids it") {
  for (bool lazy : {false, true}) {
    CAPTURE(lazy);
    ClientHarness client(Modern(lazy));
    client.Initialize();
    client.Open("/ws/a.yaml", TwoBad(), 8);
    client.Run();
    Json params = Params("/ws/a.yaml", At(0, 0, 0, 0), {"source.fixAll"});
    int64_t id = lazy ? client.Send("codeAction/resolve",
                                    client.Request("textDocument/codeAction", params)[0])
                      : client.Send("textDocument/codeAction", params);
    REQUIRE(client.executor().RunOneWorker());
    CHECK_FALSE(client.Answer(id));
    // The worker is through; its answer is on the way.
    client.ChangeAll("/ws/a.yaml", "# moved\n" + TwoBad(), 9);
    client.Run();
    REQUIRE(client.Answer(id));
    CHECK((*client.Answer(id))["error"]["code"] == -32801);
  }
}

}  // namespace
}  // namespace fluxls::lsp
