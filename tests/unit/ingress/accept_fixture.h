// Bodies as Insites sends them, accepted into a real store with a plugin "p" that watches
// "s becomes Passed".
#pragma once

#include "base/digest.h"
#include "senders/insites.h"
#include "support/ingest_fixture.h"

namespace fh::test {

class AcceptTest : public IngestTest {
 protected:
  void SetUp() override {
    IngestTest::SetUp();
    watch("p", R"([{"record":"contact","field":"s","becomes":["Passed"]}])");
  }

  Acceptance deliver(const std::string& body, const std::string& sender_id = "") {
    Arrival arrival;
    arrival.delivery = store_->new_delivery_id();
    arrival.source = &source_;
    arrival.body = body;
    arrival.body_hash = bytes_of(sha256(body));
    arrival.sender_id = sender_id;
    SenderReading reading =
        read_insites(SenderBody(std::string_view(arrival.body)), {source_.record, source_.event});
    arrival.unmapped = reading.unmapped;
    for (Event& event : reading.events) arrival.events.emplace_back(std::move(event));
    last_ = arrival.delivery;
    return write([&](Transaction& tx) { return accept(tx, arrival, *catalog_); });
  }

  std::string status(const std::string& body, const std::string& sender_id = "") {
    return said(deliver(body, sender_id));
  }

  Json changes() {
    const auto events = Views(store_->reader()).events_of(last_);
    return events.empty() ? Json() : Json::parse(events[0].changes);
  }
  EventRow event_of_next_job(const std::string& plugin) {
    const auto job = lease(plugin);
    return job ? write([&](Transaction& tx) { return tx.deliveries.event(job->event); })
               : EventRow{};
  }
  Json snapshot_of_next_job(const std::string& plugin = "p") {
    const std::string snapshot = event_of_next_job(plugin).snapshot;
    return snapshot.empty() ? Json() : Json::parse(snapshot);
  }

  std::int64_t last_ = 0;
  int notes_ = 0;
};

inline constexpr const char* kPassed = R"({"id":1,"changes":{"s":"Passed"}})";
inline constexpr const char* kFailed = R"({"id":1,"changes":{"s":"Failed"}})";

}  // namespace fh::test
