// Schema: the numbered steps that bring a store file up to this build's version. PRAGMA
// user_version holds the number of the last step taken. To change the schema append a step; never
// edit one that was released. A file from a newer build is refused, not guessed at.
#pragma once

#include <Poco/Data/Session.h>

namespace fh {

/// The version this build writes.
int schema_version();
/// From this one on host_runs tell whether the store was closed.
inline constexpr int kFirstVersionThatRecordsTheEnd = 2;

/// Takes the missing steps, each in a transaction of its own. Throws HostError with what to do when
/// the file is newer than this build.
void migrate(Poco::Data::Session& session, const std::string& path);

}  // namespace fh
