// Backup: a copy of a store in one file, as of one moment and without the room that is free inside
// the original, made while a host may be working with the store: one reader that neither writes nor
// checkpoints. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/clock.h"

namespace fh {

/// Copies, checks the copy, and gives it its name last, so that a file of that name is whole.
/// Returns its size in bytes. Throws HostError, also when `to` exists already, and when a host
/// would not take the store.
std::uintmax_t back_up_store(const std::filesystem::path& store, const std::filesystem::path& to,
                             TimePoint now);

}  // namespace fh
