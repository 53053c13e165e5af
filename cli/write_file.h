// Replacing a file so that readers see the old or the new content, never a part.
#pragma once

#include <string>
#include <string_view>

namespace fluxls::cli {

// Writes a temporary file beside `path` and renames it over it; an existing file's permissions are
// kept. Returns "" or, in words, why it failed; then `path` is as it was.
std::string WriteFileAtomically(const std::string& path, std::string_view content);

}  // namespace fluxls::cli
