// Accepting a delivery: records, duplicates, baselines, matches, jobs, all in one transaction on
// the writer's thread, in commit order. What it decides is on disk before the answer goes out.
#pragma once

#include "config/config.h"
#include "domain/delivery.h"
#include "domain/watch_index.h"
#include "runtime/catalog.h"
#include "store/transaction.h"

namespace fh {

/// One event of a delivery, with what can be worked out before its turn in the writer comes.
struct ArrivedEvent {
  explicit ArrivedEvent(Event read);

  Event event;
  std::optional<TimePoint> updated_at;  // of its snapshot
  bool was_taken = false;               // a replay of what was taken into account when it came
};

/// One verified and read request.
struct Arrival {
  std::int64_t delivery = 0;  // its id
  const SourceConfig* source = nullptr;
  std::string secret;     // the name of the secret that proved it
  std::string head;       // JSON, credentials masked
  std::string body;       // as it came
  std::string body_hash;  // SHA-256 of it
  std::string sender_id;  // of the whole delivery; "" when the sender gave none
  std::string unmapped;  // why it, or something of it, could not be read as an event; "": all could
  std::string ignored;   // why it, or something of it, is nothing for this source; "": all is
  // The watches of which none can be met, so that old values are of no use; null: some may be.
  std::shared_ptr<const WatchIndex> unmet = nullptr;
  // When what it tells was so: an export's time, or when a delivery that is replayed came; nullopt:
  // now. An exported record of which something came after that is stale.
  std::optional<TimePoint> told_at = std::nullopt;
  std::vector<ArrivedEvent> events;
};

/// An operator's order to run a stored delivery again, with new jobs.
struct Replay {
  std::string plugin;    // only this one; "" for every plugin that matches
  bool dry_run = false;  // nothing is changed
};

struct Acceptance {
  DeliveryStatus status = DeliveryStatus::ignored;
  std::string reason;
  int jobs = 0;
};

/// The plugin has as many open jobs as it may have; the sender must come again.
class BacklogFull : public HostError {
 public:
  explicit BacklogFull(const NewJob& refused)
      : HostError("plugin " + refused.plugin + " has as many open jobs as it may have, " +
                  std::to_string(refused.backlog) + " (plugins.limits." + refused.plugin +
                  ".backlog)"),
        plugin(refused.plugin) {}

  const std::string plugin;
};

/// May run more than once (store/transaction.h). Throws BacklogFull; then nothing is stored.
Acceptance accept(Transaction& tx, const Arrival& arrival, const Catalog& catalog);

/// Makes jobs of a delivery that is stored, whatever became of it before: no duplicate of another
/// one and no echo is looked for. What an event changed is what was found when it arrived, where
/// that was kept; else its change list without old values, or how it differs from what is known
/// now. What is known of its record stays as it is, but for news of which nothing newer is known.
/// What such an event changed is kept, for whatever plugin it is replayed later. Gives the plugins
/// whose jobs were made, or would be: one for each job.
std::vector<std::string> replay(Transaction& tx, const Arrival& arrival, const Replay& order,
                                const Catalog& catalog);

/// How long a sender's own delivery id is remembered.
inline constexpr Millis kSenderIdKept = std::chrono::hours(24 * 7);

}  // namespace fh
