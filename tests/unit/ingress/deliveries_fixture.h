// Deliveries into a real store, with a plugin "p" that watches "s becomes Passed", and what
// operators ask of them.
#pragma once

#include <Poco/Data/Session.h>

#include <array>
#include <set>

#include "base/digest.h"
#include "ingress/deliveries.h"
#include "ingress/read_delivery.h"
#include "support/ingest_fixture.h"

namespace fh::test {

class DeliveriesTest : public IngestTest {
 protected:
  static constexpr const char* kPassed = R"({"id":1,"changes":{"s":"Passed"}})";

  void SetUp() override {
    IngestTest::SetUp();
    watch("p", R"([{"record":"contact","field":"s","becomes":["Passed"]}])");
  }

  Acceptance deliver(const std::string& body) {
    last_ = store_->new_delivery_id();
    Arrival arrival = read_stored(config_.sources[0], last_, body);
    arrival.body_hash = bytes_of(sha256(body));
    return write([&](Transaction& tx) { return accept(tx, arrival, *catalog_); });
  }

  /// Kept, as a source with "capture" does.
  void capture(const std::string& body) {
    Arrival arrival = read_stored(source_, last_ = store_->new_delivery_id(), body);
    arrival.events.clear();
    arrival.ignored = "capture";
    write([&](Transaction& tx) { return accept(tx, arrival, *catalog_); });
  }
  /// What HubSpot sends when these properties of these objects change: {object, property, value}.
  std::string hubspot(const std::vector<std::array<const char*, 3>>& changes) {
    source_.sender = "hubspot";
    Json batch = Json::array();
    for (const auto& [object, property, value] : changes)
      batch.push_back({{"subscriptionType", "contact.propertyChange"},
                       {"objectId", object},
                       {"propertyName", property},
                       {"propertyValue", value}});
    return to_text(batch);
  }
  /// The store as one whose deliveries are of before schema 6.
  void make_older() {
    catalog_.reset();
    store_->stop();
    {
      using namespace Poco::Data::Keywords;
      Poco::Data::Session session("SQLite", (folder_ / "store.db").string());
      session << "UPDATE events SET ordinal = NULL", now;
      session << "UPDATE deliveries SET event_reasons = NULL", now;
    }
    open();
    open_catalog();
  }

  DeliveryView last() { return Views(store_->reader()).delivery(last_).value(); }
  std::size_t jobs() {
    JobFilter filter;
    filter.delivery = last_;
    return Views(store_->reader()).jobs(filter).size();
  }
  std::vector<std::string> replay(const Replay& order) {
    return Deliveries(config_, *store_, *catalog_).replay(last(), order);
  }
  /// The replay's jobs, and what each is told to have changed.
  std::multiset<std::string> replayed(const Replay& order) {
    JobFilter filter;
    filter.delivery = last_;
    std::int64_t before = 0;
    for (const JobView& job : Views(store_->reader()).jobs(filter))
      before = std::max(before, job.id);
    filter.above = before;
    replay(order);
    std::multiset<std::string> told;
    for (const JobView& job : Views(store_->reader()).jobs(filter))
      told.insert(job.plugin + " " +
                  write([&](Transaction& tx) { return tx.deliveries.event(job.event).changes; }));
    return told;
  }
  Json explain() {
    Views views(store_->reader());
    return Deliveries(config_, *store_, *catalog_)
        .explain({last(), views.events_of(last_), views.plugins_by_event(last_)});
  }

  std::int64_t last_ = 0;
};

}  // namespace fh::test
