// `fluxcd-ls schema import`: from CRDs to the data in schemas/data, and what has changed.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "analysis/schema/crd.h"
#include "analysis/workspace/file_system.h"
#include "cli/commands.h"
#include "cli/write_file.h"
#include "schemas/embedded.h"
#include "schemas/schema_text.h"

namespace fluxls::cli {
namespace {

std::string ApiOf(const schema::KindSchema& schema) {
  return fmt::format("{}/{} {}", schema.group, schema.version, schema.kind);
}

// What the data says about this version of a kind so far.
struct Known {
  schema::KindSchema schema;
  bool is_new = true;
  std::string error;
};

Known FindKnown(const schema::KindSchema& fresh, const std::string& path) {
  Known known;
  std::optional<std::string> text;
  if (!path.empty()) {
    text = DiskFileSystem().Read(path);
  } else {
    const std::string name = schema::DataName(fresh.group, fresh.version, fresh.kind);
    for (const schema::DataFile& file : schema::DataFiles()) {
      if (file.name == name) text = file.text;
    }
  }
  if (!text) return known;
  known.is_new = false;
  const schema::ReadError error = schema::ReadSchema(*text, known.schema);
  if (!error.message.empty())
    known.error = fmt::format("{}:{}: {}", path, error.line, error.message);
  return known;
}

// The help of an import is its own: the sentences of CRDs belong to those who wrote them.
void DropHelp(schema::Field& field) {
  field.help.clear();
  for (schema::Field& child : field.fields) DropHelp(child);
}

// Returns false when something went wrong.
bool ImportOne(schema::KindSchema fresh, const SchemaImportOptions& options, std::ostream& out,
               std::ostream& err) {
  const std::string path =
      options.into.empty() ? ""
                           : fmt::format("{}/{}.txt", options.into,
                                         schema::DataName(fresh.group, fresh.version, fresh.kind));
  Known known = FindKnown(fresh, path);
  if (!known.error.empty()) {
    err << "fluxcd-ls: " << known.error << '\n';
    return false;
  }
  DropHelp(fresh.root);
  std::vector<std::string> changes;
  if (known.is_new) {
    known.schema = fresh;
    changes.emplace_back("+ new");
  } else {
    // Kinds that do not come with Flux know no releases: what is there holds always, and what is
    // gone never was.
    const bool flux =
        fresh.group.ends_with(".toolkit.fluxcd.io") || fresh.group == "source.extensions.fluxcd.io";
    const FluxRelease release = options.flux_release.value_or(kNewestRelease);
    const catalog::Release now =
        flux ? catalog::Release{release.major, release.minor} : schema::kAlways;
    schema::Merge(known.schema.root, fresh.root, now, changes);
  }
  if (changes.empty()) return true;
  out << ApiOf(fresh) << '\n';
  for (const std::string& change : changes) out << "  " << change << '\n';
  if (path.empty()) return true;
  if (const std::string why = WriteFileAtomically(path, schema::WriteSchema(known.schema));
      !why.empty()) {
    err << "fluxcd-ls: " << path << ": " << why << '\n';
    return false;
  }
  return true;
}

}  // namespace

int RunSchemaImport(const SchemaImportOptions& options, std::ostream& out, std::ostream& err) {
  bool good = true;
  for (const std::string& path : options.paths) {
    const std::optional<std::string> text = DiskFileSystem().Read(path);
    if (!text) {
      err << "fluxcd-ls: " << path << ": cannot be read\n";
      good = false;
      continue;
    }
    const yaml::File file = yaml::Parse(*text);
    bool found = false;
    for (const yaml::Document& document : file.documents) {
      for (schema::KindSchema& fresh : schema::ReadCrd(document.root())) {
        found = true;
        good = ImportOne(std::move(fresh), options, out, err) && good;
      }
    }
    if (!found) {
      err << "fluxcd-ls: " << path << ": no CustomResourceDefinition with a schema in it\n";
      good = false;
    }
  }
  return good ? kExitClean : kExitError;
}

}  // namespace fluxls::cli
