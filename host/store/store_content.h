// What an opened file says of itself before anybody works with it: whether it is a store, and which
// host had it last.
#pragma once

#include "store/statement.h"
#include "store/store_file.h"

namespace fh {

/// nullopt: none had, or only one whose version did not record it.
std::optional<LastHost> last_host(Database& db);

/// Whether there is a store in what was opened; false when there is nothing in it yet. Throws
/// HostError with what to do when it is another program's.
bool holds_store(Database& db, const std::filesystem::path& file);

/// For code that only reads what was opened: throws HostError when there is no store in it, or one
/// that a host would not take as it is.
void refuse_unfit(Database& db, const std::filesystem::path& file);

}  // namespace fh
