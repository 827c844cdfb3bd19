#include "ingress/deliveries.h"

#include <algorithm>

#include "base/digest.h"
#include "ingress/read_delivery.h"
#include "ingress/reasons.h"

namespace fh {
namespace {

// Thrown out of a transaction so that nothing of it stays; carries what it would have done.
template <class Result>
struct DryRun {
  Result result;
};

void refuse_capture(const SourceConfig& source) {
  if (source.capture)
    throw NotReadable("source \"" + source.name +
                      "\" has \"capture\": true, so nothing may run for it: take that out first");
}

// Of the event, if it made no job when its delivery came: whether it was taken into account then.
bool was_taken(const Event& event, const DeliveryView& delivery,
               const std::map<int, std::string>& reasons) {
  if (!delivery.event_reasons.empty()) return reasons.contains(event.ordinal);
  return !is_not_read(delivery.reason);
}

}  // namespace

Arrival Deliveries::read(const DeliveryView& delivery) const {
  const SourceConfig* source = config_.find_source(delivery.source);
  if (source == nullptr)
    throw NotReadable("the configuration has no source \"" + delivery.source +
                      "\" any more: add it again to read its deliveries");
  const auto imported = imported_terms(delivery.head, *source);
  if (!imported) return read_stored(*source, delivery.id, delivery.body);
  Arrival arrival;
  arrival.source = source;
  arrival.delivery = delivery.id;
  arrival.body = delivery.body;
  arrival.events.emplace_back(imported_event(*imported, delivery.body));
  return arrival;
}

std::vector<std::string> Deliveries::replay(const DeliveryView& delivery, const Replay& order) {
  const Arrival arrival = read(delivery);
  if (!order.dry_run) refuse_capture(*arrival.source);
  if (!arrival.unmapped.empty() && arrival.events.empty()) {
    const Sender* sender = find_sender_named(arrival.source->sender);
    const bool mapped = sender != nullptr && sender->takes_mapping;
    throw NotReadable("unmapped: " + arrival.unmapped +
                      (mapped ? ": correct the source's mapping first" : ""));
  }
  const auto reasons = reasons_by_ordinal(delivery.event_reasons);
  const auto imported = imported_terms(delivery.head, *arrival.source);
  try {
    return store_.write([&](Transaction& tx) {
      if (!tx.deliveries.has(delivery.id))
        throw NotReadable("delivery " + std::to_string(delivery.id) + " was removed by retention");
      Arrival placed = arrival;
      placed.told_at = delivery.received_at;
      if (imported && imported->as_of) placed.told_at = std::min(*imported->as_of, *placed.told_at);
      if (imported)
        placed.events = {
            placed_as_known(tx, *arrival.source, *imported, arrival.events.front().event)};
      for (ArrivedEvent& arrived : placed.events)
        arrived.was_taken = was_taken(arrived.event, delivery, reasons);
      std::vector<std::string> plugins = fh::replay(tx, placed, order, catalog_);
      if (order.dry_run) throw DryRun<std::vector<std::string>>{std::move(plugins)};
      return plugins;
    });
  } catch (const DryRun<std::vector<std::string>>& dry) {
    return dry.result;
  }
}

ImportTerms Deliveries::import_terms(const SourceConfig& source, const std::string& type,
                                     bool text_cells) {
  refuse_capture(source);
  if (const auto given = record_type_from(type)) return {*given, text_cells};
  if (!type.empty()) throw NotReadable("type must be contact or company, not \"" + type + "\"");
  if (!source.only_record)
    throw NotReadable("source \"" + source.name +
                      "\" has records of both types, and an export does not say which: add --type "
                      "contact or --type company");
  return {source.record, text_cells};
}

Acceptance Deliveries::import(const SourceConfig& source, const std::string& record,
                              const Import& order) {
  const Event event = imported_event(order.terms, record);
  Arrival arrival;
  arrival.source = &source;
  arrival.delivery = store_.new_delivery_id();
  arrival.head = imported_head(order.terms);
  arrival.body = record;
  arrival.body_hash = bytes_of(sha256(record));
  arrival.told_at = order.terms.as_of;
  const auto take = [&](Transaction& tx) {
    arrival.events = {placed_as_known(tx, source, order.terms, event)};
    Acceptance acceptance = accept(tx, arrival, catalog_);
    if (order.dry_run) throw DryRun<Acceptance>{std::move(acceptance)};
    return acceptance;
  };
  try {
    return store_.write(take);
  } catch (const DryRun<Acceptance>& dry) {
    return dry.result;
  }
}

Json Deliveries::explain(const StoredParts& parts) const {
  return fh::explain(read(parts.delivery), parts, catalog_.all());
}

}  // namespace fh
