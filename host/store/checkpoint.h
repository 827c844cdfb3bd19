// Checkpoints: what the WAL holds is copied into the file whenever a commit leaves it long enough.
// SQLite's own do the same and keep silent when the disk fails them; these end the process, as a
// commit does that could not be synced. None is begun that the disk has no room for: it could not
// end, and would take what room there is from the commits. The writer's thread only.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>

namespace fh {

/// How many pages the WAL may have before it is copied: 64 MiB.
inline constexpr int kCheckpointPages = 8'000;
inline constexpr std::uint64_t kWalBytes = kCheckpointPages * std::uint64_t{8192};

/// From now on, after each commit of this connection.
void checkpoint_every(sqlite3* db, int pages);

/// The last one, before the connection is closed, whose own would keep silent. What a failure
/// leaves in the WAL is on disk there, and the next start goes on with it; so it is only logged.
void checkpoint_before_close(sqlite3* db);

/// Before a host writes anything: where the disk has less room than the WAL may take, copies the
/// WAL that an earlier host left and gives its room back. Throws HostError that says how much room
/// to make when there is too little even for that.
void make_room_in_wal(sqlite3* db);

/// Where room is scarce, between two commits: the same for a WAL of more than 1 MiB. Waits for
/// nobody: not done while a reader is at it, or while there is no room for the copy.
void shorten_wal(sqlite3* db);

/// Logs that the disk failed and ends the process with exit code 70: nobody knows what is on disk,
/// and only a restart that recovers from the file can tell.
[[noreturn]] void end_unsynced(const std::string& error);
/// Ends the process at once, with nothing written any more.
[[noreturn]] void end_with_store();

}  // namespace fh
