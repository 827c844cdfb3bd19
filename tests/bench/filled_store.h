// Stores made full of jobs for kNoop without a host, some of each kind.
#pragma once

#include <filesystem>

#include "store/store.h"

namespace fh::bench {

struct Filling {
  std::int64_t finished = 0;
  std::int64_t scheduled = 0;    // due in a day
  std::int64_t ready = 0;        // each of a record of its own
  std::size_t text_bytes = 200;  // of each delivery's body, and of its event's snapshot
};

/// Makes the store if it is not there.
void fill_store(const std::filesystem::path& path, const Filling& filling);

/// One more delivery with its event and its job, as accepting one does. `number` is the delivery's
/// and its record's.
std::int64_t insert_job(Transaction& tx, std::int64_t number, const std::string& text,
                        Millis delay = Millis(0));

}  // namespace fh::bench
