#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "analysis/rules/rule.h"
#include "analysis/rules/support.h"

namespace fluxls {
namespace {

constexpr std::string_view kDocs = R"(## What it does

Reports a Secret that holds its values in plain text (`stringData`, or `data`, where base64 hides nothing), and `literals` with a value in
the `secretGenerator` of a kustomization file. The values themselves never appear in a message.

## Why it matters

Everybody who can read the repository, now or later, can read the secret, and a commit does not forget. A value that was
pushed once has to be changed, not only removed.

## When it is silent

* SOPS-encrypted Secrets (a `sops` block, or `ENC[…]` values).
* Values that a template, a substitution (`${…}`) or a secret injector (`op://…`, `vault:…`, `ref+…`) fills in, and placeholders such
  as `changeme` or `<token>`.
* Empty values; Secrets without any, such as those that a reflector or a token controller fills.
* Public material: certificates, public keys, `known_hosts`.
* Values beside substitutions in the same Secret, when their key does not sound secret: the host and port beside `${DB_PASSWORD}`.

## Fix

None that a tool could make: let the cluster get the value from a secret store (the 1Password operator, External
Secrets), or encrypt the file with SOPS, and change the value.

## References

* <https://fluxcd.io/flux/security/secrets-management/>
* <https://fluxcd.io/flux/guides/mozilla-sops/>
)";

constexpr Example kExamples[] = {
    {.title = "A password in stringData",
     .bad = R"(apiVersion: v1
kind: Secret
metadata:
  name: db
  namespace: web
stringData:
#^^^^^^^^^ Secret "db" holds plain text values (password); keep them in a secret store, or encrypt the file with SOPS
  username: app
  password: correct-horse
)",
     .good = R"(apiVersion: onepassword.com/v1
kind: OnePasswordItem
metadata:
  name: db
  namespace: web
spec:
  itemPath: vaults/abc/items/def
)"},
    {.title = "A literal in a secretGenerator",
     .bad = R"(%! kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
secretGenerator:
  - name: db
    literals:
      - password=correct-horse
#       ^^^^^^^^^^^^^^^^^^^^^^ secretGenerator "db" holds the plain text value of "password"; keep it in a secret store, or in a file encrypted with SOPS
)",
     .good = R"(%! kustomization.yaml
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
secretGenerator:
  - name: db
    literals:
      - password=${DB_PASSWORD}
)"},
};

using yaml::Node;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// Decodes base64; nothing when it is none.
std::optional<std::string> DecodeBase64(std::string_view text) {
  std::string decoded;
  uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    int value = -1;
    if (c >= 'A' && c <= 'Z') value = c - 'A';
    if (c >= 'a' && c <= 'z') value = c - 'a' + 26;
    if (c >= '0' && c <= '9') value = c - '0' + 52;
    if (c == '+') value = 62;
    if (c == '/') value = 63;
    if (c == '=' || c == '\n' || c == '\r' || c == ' ') continue;
    if (value < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<uint32_t>(value);
    if (++count % 4 == 0) {
      for (int shift : {16, 8, 0}) decoded += static_cast<char>((bits >> shift) & 0xff);
      bits = 0;
    }
  }
  if (count % 4 == 2) decoded += static_cast<char>((bits >> 4) & 0xff);
  if (count % 4 == 3) {
    decoded += static_cast<char>((bits >> 10) & 0xff);
    decoded += static_cast<char>((bits >> 2) & 0xff);
  }
  return decoded;
}

// Texts that stand for a value to come.
bool IsPlaceholder(std::string_view text) {
  const std::string lower = Lower(Trim(text));
  if (lower.empty()) return true;
  constexpr std::string_view kWords[] = {"changeme",   "change-me",  "change_me",   "replaceme",
                                         "replace-me", "replace_me", "placeholder", "todo",
                                         "redacted",   "dummy",      "example",     "null",
                                         "none",       "unused",     "fake",        "secret"};
  if (std::ranges::find(kWords, lower) != std::end(kWords)) return true;
  if (lower.front() == '<' && lower.back() == '>') return true;
  // "xxxx", "****", "...."
  return lower.find_first_not_of(lower.front()) == std::string::npos &&
         std::string_view("x*.-_").find(lower.front()) != std::string_view::npos;
}

// Texts that some program replaces by the value.
bool IsReference(std::string_view text) {
  constexpr std::string_view kStarts[] = {"ENC[",   "op://", "vault:", "ref+",   "secretref+",
                                          "<path:", "bao:",  "awssm:", "gcpsm:", "azkv:"};
  const std::string_view trimmed = Trim(text);
  return HasTemplate(text) || std::ranges::any_of(kStarts, [&](std::string_view start) {
           return trimmed.starts_with(start);
         });
}

bool IsPublicText(std::string_view text) {
  const std::string_view trimmed = Trim(text);
  return (trimmed.starts_with("-----BEGIN CERTIFICATE-----") ||
          trimmed.starts_with("-----BEGIN PUBLIC KEY-----") || trimmed.starts_with("ssh-rsa ") ||
          trimmed.starts_with("ssh-ed25519 ") || trimmed.starts_with("ecdsa-sha2-")) &&
         trimmed.find("PRIVATE KEY") == std::string_view::npos;
}

// Keys whose values nobody hides.
bool IsPublicKeyName(std::string_view key) {
  constexpr std::string_view kNames[] = {"known_hosts", "username", "user", "type", "namespace"};
  return key.ends_with(".crt") || key.ends_with(".pub") ||
         std::ranges::find(kNames, key) != std::end(kNames);
}

// Keys that sound like their value is one to hide.
bool IsSecretKeyName(std::string_view key) {
  constexpr std::string_view kParts[] = {"pass",    "token",  "secret",  "credential",
                                         "private", "apikey", "api-key", "api_key",
                                         "auth",    "pwd",    "key"};
  const std::string lower = Lower(key);
  return std::ranges::any_of(
      kParts, [&](std::string_view part) { return lower.find(part) != std::string::npos; });
}

bool IsSecretText(std::string_view text) {
  return !IsPlaceholder(text) && !IsReference(text) && !IsPublicText(text);
}

bool HoldsSecret(Node value, bool base64) {
  if (!value.IsScalar() || value.value().empty() || value.tag() == "!vault") return false;
  if (!IsSecretText(value.value())) return false;
  if (!base64) return true;
  std::optional<std::string> decoded = DecodeBase64(value.value());
  return !decoded || IsSecretText(*decoded);
}

void CheckSecret(RuleContext& context, const RuleContext::Object& object) {
  if (object.root.Find("sops")) return;
  // Argo CD's vault plugin fills such a Secret in.
  if (object.root.Find("metadata").Find("annotations").Find("avp.kubernetes.io/path")) return;
  bool substituted = false;
  std::vector<std::pair<Node, std::string_view>> found;
  for (std::string_view field : {"data", "stringData"}) {
    Node values = object.root.Find(field);
    if (!values.IsMapping()) continue;
    for (Node value : values) {
      const std::string_view key = value.key().value();
      if (IsPublicKeyName(key) || HasTemplate(key) ||
          TouchesDamage(*object.document, value.range())) {
        continue;
      }
      if (IsReference(value.Resolve().value())) substituted = true;
      if (!HoldsSecret(value.Resolve(), field == "data")) continue;
      found.emplace_back(value, field);
    }
  }
  // Where the secrets are substituted, the rest is what the application wants beside them.
  Node first;
  std::vector<std::string> keys;
  for (const auto& [value, field] : found) {
    const std::string_view key = value.key().value();
    if (substituted && !IsSecretKeyName(key)) continue;
    if (!first) first = object.root.FindOwn(field);
    keys.emplace_back(key);
  }
  if (keys.empty() || !first) return;
  constexpr size_t kShown = 3;
  std::string shown;
  for (size_t i = 0; i < std::min(keys.size(), kShown); ++i) {
    shown += (i == 0 ? "" : ", ") + keys[i];
  }
  if (keys.size() > kShown) shown += fmt::format(" and {} more", keys.size() - kShown);
  const std::string name =
      object.name.empty() || HasTemplate(object.name) ? "" : fmt::format(" \"{}\"", object.name);
  context.Report(first, Part::kKey,
                 fmt::format("Secret{} holds plain text values ({}); keep them in a secret store, "
                             "or encrypt the file with SOPS",
                             name, shown));
}

void CheckGenerators(RuleContext& context, const yaml::Document& document) {
  Node generators = document.root().Find("secretGenerator");
  if (!generators.IsSequence()) return;
  for (Node item : generators) {
    Node generator = item.Resolve();
    Node literals = generator.Find("literals");
    if (!literals.IsSequence()) continue;
    for (Node literal : literals) {
      Node node = literal.Resolve();
      const std::string_view text = node.value();
      const size_t equals = text.find('=');
      if (!node.IsScalar() || equals == std::string_view::npos) continue;
      const std::string_view key = text.substr(0, equals);
      if (IsPublicKeyName(key) || HasTemplate(key) || !IsSecretText(text.substr(equals + 1)) ||
          TouchesDamage(document, node.range())) {
        continue;
      }
      context.Report(
          node, Part::kValue,
          fmt::format("secretGenerator \"{}\" holds the plain text value of \"{}\"; keep "
                      "it in a secret store, or in a file encrypted with SOPS",
                      generator.Find("name").value(), key));
    }
  }
}

void Check(RuleContext& context) {
  for (const RuleContext::Object& object : context.objects()) {
    if (object.kind == "Secret" && object.api == ApiVersion{"", "v1"}) CheckSecret(context, object);
  }
  if (!context.file().facts.kustomization) return;
  for (const yaml::Document& document : context.documents()) {
    CheckGenerators(context, document);
  }
}

}  // namespace

extern const Rule kPlaintextSecret;
const Rule kPlaintextSecret{
    .id = "plaintext-secret",
    .severity = Severity::kError,
    .parked_too = true,
    .summary = "A Secret with its values in plain text.",
    .docs = kDocs,
    .examples = kExamples,
    .check = Check,
};

}  // namespace fluxls
