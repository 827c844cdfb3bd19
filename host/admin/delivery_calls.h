// DeliveryCalls: the calls of the admin API about what arrived: look at it, explain it, run it
// again, import what was missed. Any number of threads.
#pragma once

#include "admin/call.h"
#include "admin/parts.h"
#include "ingress/deliveries.h"

namespace fh {

class DeliveryCalls {
 public:
  explicit DeliveryCalls(const ApiParts& parts)
      : p_(parts), deliveries_(parts.config, parts.store, parts.catalog) {}

  Answer list(const Call& call);
  Answer show(std::int64_t id);
  Answer explain(std::int64_t id);
  Answer replay(std::int64_t id, const Call& call);
  /// Every delivery that matches the call's filters, oldest first.
  Answer replay_all(const Call& call);
  Answer refused(const Call& call);
  /// The body is one record a line, as JSON.
  Answer import(const Call& call);

 private:
  const ApiParts& p_;
  Deliveries deliveries_;
};

}  // namespace fh
