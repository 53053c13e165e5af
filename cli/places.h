// Places in files as people read them, and objects with the places that their fields come from.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/build/object.h"
#include "analysis/text/text.h"
#include "analysis/workspace/file_system.h"

namespace fluxls::cli {

// Control characters of names, paths and messages must not reach the terminal.
std::string Printable(std::string_view text);

// Lines and columns of files, each read once.
class Places {
 public:
  Places(const FileSystem& files, std::string current_directory)
      : files_(files), current_directory_(std::move(current_directory)) {}

  // "apps/web/patch.yaml:7:3", counted from 1, seen from the current directory.
  std::string At(const std::string& path, ByteRange range);
  // "apps/web/patch.yaml:7".
  std::string Line(const build::Origin& origin);
  std::string Shown(const std::string& path) const;

 private:
  const Text* TextOf(const std::string& path);

  const FileSystem& files_;
  std::string current_directory_;
  std::map<std::string, std::unique_ptr<Text>> texts_;
};

// The object as YAML; every field that a build has changed says who did it, in a comment.
std::string PrintWithProvenance(const build::Object& object, Places& places);

}  // namespace fluxls::cli
