// Receiver: the path of a delivery from a whole request to its answer: find the source, verify,
// read, match, accept. Free of any HTTP library. handle() may be called from any number of threads.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>

#include "config/config.h"
#include "ingress/accept.h"
#include "ingress/answer.h"
#include "ingress/raw_request.h"
#include "runtime/catalog.h"
#include "senders/sender_profile.h"
#include "store/store.h"

namespace fh {

/// What a source's requests came to; counters only rise.
enum class Reception { accepted, duplicate, ignored, unauthorized, unreadable, unavailable };
inline constexpr std::size_t kReceptions = 6;
std::string_view name_of(Reception reception);

struct SourceCounters {
  explicit SourceCounters(const VerifyConfig& verify) {
    for (const Secret& secret : verify.secrets) verified[secret.name] = 0;
  }

  std::map<std::string, std::atomic<std::uint64_t>> verified;  // by the secret that proved it
  std::array<std::atomic<std::uint64_t>, kReceptions> receptions{};
  std::atomic<std::int64_t> last_delivery_ms{0};  // 0: none yet
};

class Receiver {
 public:
  Receiver(const Config& config, Store& store, const Catalog& catalog, const Clock& clock);

  Answer handle(const RawRequest& request);

  /// Whether the head alone is reason enough to refuse: then the body need not be read.
  bool head_decides(const RawRequest& head) const {
    return head.method != "POST" || find_source(head.path) == nullptr;
  }

  /// What the store knows of a source's last delivery, after a start.
  void set_last_delivery(const std::string& source, TimePoint at) {
    counters_.at(source)->last_delivery_ms = to_ms(at);
  }

  const std::vector<SourceConfig>& sources() const { return config_.sources; }
  const SourceCounters& counters(const std::string& source) const { return *counters_.at(source); }

 private:
  const SourceConfig* find_source(std::string_view path) const;
  Answer receive(const SourceConfig& source, const RawRequest& request);
  Answer store_arrival(const SourceConfig& source, Arrival arrival);
  void count(const SourceConfig& source, Reception reception);
  void count_verified(const SourceConfig& source, const std::string& secret);

  const Config& config_;
  Store& store_;
  const Catalog& catalog_;
  const Clock& clock_;
  std::map<std::string, const SourceConfig*, std::less<>> by_path_;    // exact
  std::map<std::string, const SourceConfig*, std::less<>> by_parent_;  // a token follows
  std::map<std::string, std::unique_ptr<SourceCounters>> counters_;
};

}  // namespace fh
