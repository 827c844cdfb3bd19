#include "store/disk_watch.h"

#include <algorithm>

#include "base/log.h"
#include "store/checkpoint.h"
#include "store/read_connection.h"
#include "store/statement.h"

namespace fh {
namespace {

constexpr std::chrono::milliseconds kEvery(1000);
// Deliveries can take a good part of the least within a second.
constexpr std::chrono::milliseconds kEveryWhereScarce(50);

DiskWatch::Probe on_disk_of(const std::filesystem::path& store) {
  return [folder = store.parent_path()]() -> std::optional<std::uint64_t> {
    std::error_code error;
    const auto space = std::filesystem::space(folder, error);
    return error ? std::nullopt : std::optional<std::uint64_t>(space.available);
  };
}

DiskWatch::Probe inside(const std::filesystem::path& store) {
  return [store]() -> std::optional<std::uint64_t> {
    try {
      const SqliteHandle handle = open_for_reading(store);
      Database db(handle.get());
      auto free = db.query(
          "SELECT (SELECT freelist_count FROM pragma_freelist_count()) *"
          " (SELECT page_size FROM pragma_page_size())");
      return free.next() ? static_cast<std::uint64_t>(free.integer(0)) : 0;
    } catch (const HostError&) {
      return std::nullopt;  // opening it to work with it says why
    }
  };
}

std::uint64_t eighth_more(std::uint64_t bytes) { return bytes + bytes / 8; }
std::uint64_t on_disk_part(std::uint64_t bytes) { return bytes / 4; }
std::uint64_t missing(std::uint64_t wanted, std::uint64_t there) {
  return wanted - std::min(wanted, there);
}

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20U) + " MiB"; }

}  // namespace

DiskWatch::DiskWatch(const std::filesystem::path& store, std::uint64_t least, Probe on_disk,
                     Probe inside_file)
    : least_(least),
      on_disk_(on_disk ? std::move(on_disk) : on_disk_of(store)),
      inside_file_(inside_file ? std::move(inside_file) : inside(store)) {}

void DiskWatch::start() {
  look();
  thread_ = std::jthread([this] { loop(); });
}

void DiskWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void DiskWatch::look() {
  const auto free = on_disk_();
  known_ = free.has_value();
  free_ = free.value_or(0);
  const std::uint64_t mark = !known_ ? 0 : low_ ? eighth_more(least_) : least_;
  scarce_ = mark > 0 && free_ < mark + kWalBytes;
  inside_ = free_ < mark ? inside_file_().value_or(0) : 0;
  if (looked_) looked_();
  const bool low = free_ + inside_ < mark || free_ < on_disk_part(mark);
  if (low_.exchange(low) == low) return;
  if (low)
    log_error("disk_low", {{"free_mib", static_cast<std::int64_t>(free_ >> 20U)},
                           {"least_mib", static_cast<std::int64_t>(least_ >> 20U)},
                           {"reason",
                            "deliveries are refused and no run is started until there is "
                            "room: " +
                                text()}});
  else
    log_info("disk_good", {{"free_mib", static_cast<std::int64_t>(free_ >> 20U)}});
  if (changed_) changed_(low);
}

std::string DiskWatch::text() const {
  if (!known_) return "the store's disk does not say how much of it is free";
  std::string text = mebibytes(free_) + " are free on the store's disk";
  if (inside_ >> 20U != 0) text += " and " + mebibytes(inside_) + " in the store";
  if (!low_) return text;
  const std::uint64_t good = eighth_more(least_);
  const std::uint64_t all = free_ + inside_;
  const std::uint64_t more =
      std::max(missing(good, all), missing(on_disk_part(good), free_)) + (1 << 20) - 1;
  text += ", less than ";
  if (all >= least_) text += all < good ? "an eighth more than " : "a quarter, on the disk, of ";
  return text + "the " + mebibytes(least_) + " of ingest.min_free_disk: make " + mebibytes(more) +
         " of room on it";
}

void DiskWatch::loop() {
  std::unique_lock lock(mutex_);
  const auto pause = [this] { return scarce_ && !low_ ? kEveryWhereScarce : kEvery; };
  while (!wake_.wait_for(lock, pause(), [this] { return stopping_; })) {
    lock.unlock();
    try {
      look();
    } catch (const std::exception& error) {
      log_error("disk_watch_failed", {{"error", error.what()}});
    }
    lock.lock();
  }
}

}  // namespace fh
