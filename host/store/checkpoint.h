// Checkpoints: what the WAL holds is copied into the file whenever a commit leaves it long enough.
// SQLite's own do the same and keep silent when the disk fails them; these end the process, as a
// commit does that could not be synced. The writer's thread only.
#pragma once

#include <sqlite3.h>

#include <string>

namespace fh {

/// How many pages the WAL may have before it is copied: 64 MiB.
inline constexpr int kCheckpointPages = 8'000;

/// From now on, after each commit of this connection.
void checkpoint_every(sqlite3* db, int pages);

/// The last one, before the connection is closed, whose own would keep silent. What a failure
/// leaves in the WAL is on disk there, and the next start goes on with it; so it is only logged.
void checkpoint_before_close(sqlite3* db);

/// Logs that the disk failed and ends the process with exit code 70: nobody knows what is on disk,
/// and only a restart that recovers from the file can tell.
[[noreturn]] void end_unsynced(const std::string& error);
/// Ends the process at once, with nothing written any more.
[[noreturn]] void end_with_store();

}  // namespace fh
