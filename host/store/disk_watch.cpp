#include "store/disk_watch.h"

#include "base/log.h"

namespace fh {
namespace {

constexpr std::chrono::seconds kEvery(1);

DiskWatch::Probe probe_of(const std::filesystem::path& store) {
  return [folder = store.parent_path()]() -> std::uint64_t {
    std::error_code error;
    const auto space = std::filesystem::space(folder, error);
    // A disk that does not say how full it is is not taken for full.
    return error ? ~std::uint64_t{0} : space.available;
  };
}

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20U) + " MiB"; }

}  // namespace

DiskWatch::DiskWatch(const std::filesystem::path& store, std::uint64_t least, Probe probe)
    : least_(least), probe_(probe ? std::move(probe) : probe_of(store)) {}

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
  if (looked_) looked_();
  free_ = probe_();
  const bool low = free_ < (low_ ? least_ + least_ / 8 : least_);
  if (low_.exchange(low) == low) return;
  if (low)
    log_error("disk_low", {{"free_mib", static_cast<std::int64_t>(free_ >> 20U)},
                           {"least_mib", static_cast<std::int64_t>(least_ >> 20U)},
                           {"reason",
                            "deliveries are refused and no run is started until there is "
                            "room on the store's disk"}});
  else
    log_info("disk_good", {{"free_mib", static_cast<std::int64_t>(free_ >> 20U)}});
  if (changed_) changed_(low);
}

std::string DiskWatch::text() const {
  return mebibytes(free_) + " are free on the store's disk" +
         (low_ ? ", less than the " + mebibytes(least_) + " of ingest.min_free_disk" : "");
}

void DiskWatch::loop() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kEvery, [this] { return stopping_; })) {
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
