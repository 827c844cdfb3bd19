// How fast the disk makes bytes durable.
#pragma once

#include <chrono>
#include <filesystem>

namespace fh::bench {

/// appends: each write makes the file longer; overwrites: each goes over bytes that are there.
enum class DiskWrite { append, overwrite };

/// Writes of 1.5 KB with fdatasync a second, one after the other, for `time`.
double syncs_per_second(const std::filesystem::path& file, DiskWrite kind,
                        std::chrono::milliseconds time);

}  // namespace fh::bench
