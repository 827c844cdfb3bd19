// Receiver: the path of a delivery from a whole request to its answer: find the source, verify,
// read, match, accept. Free of any HTTP library. handle() may be called from any number of threads.
#pragma once

#include <atomic>
#include <map>
#include <memory>

#include "config/config.h"
#include "ingress/accept.h"
#include "ingress/answer.h"
#include "ingress/full_backlogs.h"
#include "ingress/rate_gate.h"
#include "ingress/raw_request.h"
#include "ingress/refused_list.h"
#include "ingress/secret_watch.h"
#include "ingress/source_counters.h"
#include "runtime/catalog.h"
#include "store/disk_watch.h"
#include "store/store.h"

namespace fh {

class Receiver {
 public:
  Receiver(const Config& config, Store& store, const Catalog& catalog, const Clock& clock,
           const DiskWatch& disk, const SecretWatch& secrets);

  /// The answer comes when it may: at once, or from the store's writer after the commit.
  void handle(RawRequest request, Respond respond);
  /// The same, waiting for it.
  Answer handle(const RawRequest& request);

  /// Whether the head alone is reason enough to refuse; else how large the body may be.
  HeadVerdict judge_head(const RawRequest& head);
  /// Counts and lists what judge_head() was not asked about, or let pass, and is refused all the
  /// same.
  void note_refused(const RawRequest& head, const Answer& answer, const std::string& reason);
  /// Whether proving a request to this path costs far more than reading it: a source's secret is
  /// an Ed25519 key.
  bool is_slow_to_verify(std::string_view path) const;
  /// Bytes of head that a request to this path may have.
  std::size_t max_head(std::string_view path) const;

  /// What the store knows of a source's last delivery, after a start.
  void set_last_delivery(const std::string& source, TimePoint at) {
    counters_.at(source)->last_delivery_ms = to_ms(at);
  }

  /// Notes, and logs once, which sources have been silent for longer than is expected of them.
  void look_for_silence(TimePoint now);

  /// The latest requests that were refused; of one source, or of all when it is "".
  std::vector<RefusedRequest> refused(const std::string& source) const {
    return refused_.list(source);
  }

  RefusedList& refused_list() { return refused_; }

  const std::vector<SourceConfig>& sources() const { return config_.sources; }
  /// What the source is verified with now; shared, since it may be replaced meanwhile.
  SecretWatch::Verify verify_of(const std::string& source) const {
    return secrets_.verify_of(source);
  }
  bool can_verify(const std::string& source) const {
    return verify_of(source)->can_verify(clock_.now());
  }
  std::vector<UnusableSecret> unusable_secrets(const std::string& source) const {
    return verify_of(source)->unusable(clock_.now());
  }
  const SourceCounters& counters(const std::string& source) const { return *counters_.at(source); }

 private:
  const SourceConfig* find_source(std::string_view path) const;
  std::optional<Answer> receive(const SourceConfig& source, RawRequest& request,
                                const Respond& respond);
  std::optional<Answer> store_arrival(const SourceConfig& source, Arrival arrival,
                                      const std::string& remote_address, const Respond& respond);
  /// Whether what is answered at once may still wait for its commit besides all else that does.
  bool has_room_for(std::size_t bytes);
  Answer answer_to(const SourceConfig& source, std::int64_t delivery, const Acceptance& acceptance);
  Answer answer_to_failure(const SourceConfig& source, const std::exception& error);
  Answer answer_to_unstored(const Arrival& arrival, const std::string& remote_address,
                            const std::exception_ptr& failure);
  void tell_unmapped(const SourceConfig& source, const Arrival& arrival);
  void count(const SourceConfig& source, Reception reception);
  Answer refuse(const SourceConfig& source, const RawRequest& request, Answer answer,
                const std::string& cause, const std::string& text);
  std::optional<Answer> refuse_head(const SourceConfig& source, const RawRequest& head);
  Answer refuse_unverified(const SourceConfig& source, const RawRequest& request,
                           const VerifyRefusal& refused, const Secret* lacking);
  Answer refuse_retired(const SourceConfig& source, const RawRequest& request);
  void count_verified(const SourceConfig& source, const std::string& secret);

  const Config& config_;
  Store& store_;
  const Catalog& catalog_;
  const Clock& clock_;
  const DiskWatch& disk_;
  const SecretWatch& secrets_;
  std::map<std::string, const SourceConfig*, std::less<>> by_path_;    // exact
  std::map<std::string, const SourceConfig*, std::less<>> by_parent_;  // a token follows
  /// Of all sources: what is refused may have been meant for another.
  std::vector<std::string> token_headers_;
  std::map<std::string, std::unique_ptr<SourceCounters>> counters_;
  std::map<std::string, std::unique_ptr<RateGate>> gates_;
  RefusedList refused_;
  FullBacklogs full_backlogs_;
  const TimePoint started_at_;
  /// Bytes of what was answered before it is written; shared with that.
  const std::shared_ptr<std::atomic<std::size_t>> unwritten_ =
      std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace fh
