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

class Deliveries {
 public:
  Deliveries(const Config& config, Store& store, const Catalog& catalog)
      : config_(config), store_(store), catalog_(catalog) {}

  /// Throws NotReadable.
  Replayed replay(const DeliveryView& delivery, const Replay& order);

  /// {"events": [{"record", "kind", "mode", "changes", "watches": [{"plugin", "watch", "met",
  /// "why"}]}], "unmapped"}, with the watches and the mapping as they are now.
  Json explain(const DeliveryView& delivery, const std::vector<EventView>& stored) const;

 private:
  Arrival read(const DeliveryView& delivery) const;
  Json explain_event(const Event& event, const std::vector<EventView>& stored) const;

  const Config& config_;
  Store& store_;
  const Catalog& catalog_;
};

}  // namespace fh
