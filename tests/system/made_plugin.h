// Plugins made on the spot: a manifest and a few lines of C, compiled against the SDK with the
// system's compiler in a moment.
#pragma once

#include <filesystem>
#include <string>

#include "base/json.h"

namespace fh::test {

/// In a deed these are in scope: job, host, run, none (an empty fieldhook_string).
inline constexpr const char* kDoneDeed = "host->done(run, none);";

/// Waits until there is such a file, then is done.
std::string deed_until(const std::filesystem::path& file);

/// A manifest that watches one field: of "contact" or "company", any change of it.
Json watching(const std::string& name, const std::string& record, const std::string& field);

/// Compiles to `file`. Throws with the compiler's words.
void make_plugin(const std::filesystem::path& file, const Json& manifest,
                 const std::string& deed = kDoneDeed);

}  // namespace fh::test
