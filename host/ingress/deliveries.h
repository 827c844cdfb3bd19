// Deliveries as operators look at them: why each watch was met or not, and running them again. Any
// thread.
#pragma once

#include "ingress/accept.h"
#include "store/views.h"

namespace fh {

/// Why a delivery cannot be replayed or explained: its source is gone, or its body unmapped.
class NotReadable : public HostError {
 public:
  using HostError::HostError;
};

/// How a record of a CRM's export is taken: as if the CRM had sent it whole.
struct Import {
  bool text_cells = false;  // values are texts of a table: typed like what is known of the record
  bool dry_run = false;     // nothing is changed
};

class Deliveries {
 public:
  Deliveries(const Config& config, Store& store, const Catalog& catalog)
      : config_(config), store_(store), catalog_(catalog) {}

  /// Throws NotReadable.
  Replayed replay(const DeliveryView& delivery, const Replay& order);

  /// Compares the record, a JSON object with "uuid" or "id", with what is known of it; what changed
  /// becomes an event. Throws NotReadable.
  Acceptance import(const SourceConfig& source, const std::string& record, const Import& order);

  /// {"events": [{"record", "kind", "mode", "changes", "no_job", "watches": [{"plugin", "watch",
  /// "met", "why"}]}], "unmapped"}, with the watches and the mapping as they are now.
  Json explain(const DeliveryView& delivery, const std::vector<EventView>& stored) const;

 private:
  Arrival read(const DeliveryView& delivery) const;
  Json explain_event(const Event& event, const DeliveryView& delivery,
                     const std::vector<EventView>& stored) const;

  const Config& config_;
  Store& store_;
  const Catalog& catalog_;
};

}  // namespace fh
