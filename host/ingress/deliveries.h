// Deliveries as operators look at them: why each watch was met or not, and running them again. Any
// thread.
#pragma once

#include "ingress/explain.h"
#include "ingress/imported.h"
#include "store/views.h"

namespace fh {

struct Import {
  ImportTerms terms;
  bool dry_run = false;  // nothing is changed
};

class Deliveries {
 public:
  Deliveries(const Config& config, Store& store, const Catalog& catalog)
      : config_(config), store_(store), catalog_(catalog) {}

  /// Throws NotReadable.
  std::vector<std::string> replay(const DeliveryView& delivery, const Replay& order);

  /// `type`: contact, company, or "" when the source leaves no doubt. Throws NotReadable when it
  /// does, or is one that runs nothing.
  static ImportTerms import_terms(const SourceConfig& source, const std::string& type,
                                  bool text_cells);
  /// Compares the record, a JSON object with "uuid" or "id", with what is known of it; what changed
  /// becomes an event. Throws NotReadable.
  Acceptance import(const SourceConfig& source, const std::string& record, const Import& order);

  /// {"events": [{"record", "kind", "mode", "changes", "no_job", "watches": [{"plugin", "watch",
  /// "met", "why"}]}], "unmapped"}, with the watches and the mapping as they are now.
  Json explain(const StoredParts& parts) const;

 private:
  Arrival read(const DeliveryView& delivery) const;

  const Config& config_;
  Store& store_;
  const Catalog& catalog_;
};

}  // namespace fh
