// What a delivery changed, found against what is known of its record, and what is known afterwards.
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include "unit/ingress/accept_fixture.h"

namespace fh::test {
namespace {

TEST_F(AcceptTest, AFullObjectSeenFirstIsABaseline) {
  EXPECT_EQ(status(R"({"id":1,"s":"Passed"})"), "ignored first_seen");
  EXPECT_EQ(status(R"({"id":1,"s":"Passed","t":1})"), "ignored no_match: t");
  EXPECT_EQ(status(R"({"id":1,"s":"Failed"})"), "ignored no_match: s");
  EXPECT_EQ(status(R"({"id":1,"s":"Passed"})"), "accepted");
  EXPECT_EQ(changes(), Json::parse(R"({"s":{"from":"Failed","to":"Passed"}})"));
}

TEST_F(AcceptTest, AFullObjectSeenFirstCountsWhenTheSourceSaysSo) {
  source_.first_seen = SourceConfig::FirstSeen::changed;
  EXPECT_EQ(status(R"({"id":1,"s":"Passed"})"), "accepted");
  EXPECT_EQ(changes(), Json::parse(R"({"id":{"to":1},"s":{"to":"Passed"}})"));
}

TEST_F(AcceptTest, ACreationCountsAtFirstSight) {
  source_.event = EventKind::created;
  EXPECT_EQ(status(R"({"id":1,"s":"Passed"})"), "accepted");
}

TEST_F(AcceptTest, ADeletionShowsTheLastKnownRecordAndLeavesIt) {
  watch("q", R"([{"record":"contact","field":"s","changes":true}])");
  watch("other", R"([{"record":"contact","deleted":true}])");
  source_.first_seen = SourceConfig::FirstSeen::changed;
  deliver(R"({"id":1,"s":"Failed"})");
  EXPECT_TRUE(event_of_next_job("q").complete);
  source_.event = EventKind::deleted;
  const Acceptance got = deliver(R"({"id":1,"changes":{"s":"Passed"}})");
  EXPECT_EQ(got.status, DeliveryStatus::accepted);
  EXPECT_EQ(got.jobs, 1) << "it changes no field";
  EXPECT_EQ(changes(), Json::object());
  const EventRow event = event_of_next_job("other");
  EXPECT_EQ(event.kind, "deleted");
  EXPECT_EQ(event.snapshot, R"({"id":1,"s":"Failed"})");
  EXPECT_FALSE(event.complete);
  EXPECT_EQ(status(R"({"id":1,"changes":{"s":"Passed"}})"), "duplicate of delivery 2");
  // Should it come back, it is compared with what was known.
  source_.event = EventKind::updated;
  EXPECT_EQ(status(R"({"id":1,"s":"Failed"})"), "ignored no_match");
}

TEST_F(AcceptTest, ADeletionCountsThoughItsRecordWasNeverSeen) {
  watch("q", R"([{"record":"contact","deleted":true}])");
  source_.event = EventKind::deleted;
  EXPECT_EQ(status(R"({"id":1,"changes":{}})"), "accepted");
  EXPECT_EQ(snapshot_of_next_job("q"), Json::object());
  source_.event = EventKind::updated;
  EXPECT_EQ(status(R"({"id":1,"s":"Passed"})"), "ignored first_seen");
}

TEST_F(AcceptTest, ADeletionThatSendsItsRecordShowsThat) {
  watch("q", R"([{"record":"contact","deleted":true}])");
  deliver(R"({"id":1,"s":"Failed"})");
  source_.event = EventKind::deleted;
  EXPECT_EQ(status(R"({"id":1,"s":"Gone"})"), "accepted");
  const EventRow event = event_of_next_job("q");
  EXPECT_EQ(event.snapshot, R"({"id":1,"s":"Gone"})");
  EXPECT_TRUE(event.complete);
}

TEST_F(AcceptTest, ADeletionThatSendsLessThanIsKnownShowsWhatIsKnown) {
  watch("q", R"([{"record":"contact","deleted":true}])");
  deliver(R"({"id":1,"s":"Failed","t":1})");
  source_.event = EventKind::deleted;
  EXPECT_EQ(status(R"({"id":1,"s":"Failed"})"), "accepted");
  const EventRow event = event_of_next_job("q");
  EXPECT_EQ(event.snapshot, R"({"id":1,"s":"Failed","t":1})");
  EXPECT_FALSE(event.complete);
}

TEST_F(AcceptTest, AChangeThatComesLateHasNoOldValueFromLater) {
  deliver(R"({"id":1,"s":"Newest","updated_at":"2026-01-02T00:00:00Z"})");
  EXPECT_EQ(status(R"({"changes":{"s":"Passed"},
                       "snapshot":{"id":1,"s":"Passed","updated_at":"2026-01-01T00:00:00Z"}})"),
            "accepted");
  EXPECT_EQ(changes(), Json::parse(R"({"s":{"to":"Passed"}})"));
}

TEST_F(AcceptTest, ACreationCountsEvenIfItComesAfterALaterUpdate) {
  deliver(R"({"id":1,"s":"Failed","updated_at":"2026-01-02T00:00:00Z"})");
  source_.event = EventKind::created;
  const char* created = R"({"id":1,"s":"Passed","updated_at":"2026-01-01T00:00:00Z"})";
  EXPECT_EQ(status(created), "ignored stale") << "its fields are no change any more";
  watch("births", R"([{"record":"contact","created":true}])");
  EXPECT_EQ(deliver(created).jobs, 1);
  EXPECT_EQ(changes(), Json::object());
  EXPECT_EQ(snapshot_of_next_job("births"), Json::parse(created));
  source_.event = EventKind::updated;
  EXPECT_EQ(status(R"({"id":1,"s":"Failed","t":1,"updated_at":"2026-01-02T00:00:01Z"})"),
            "ignored no_match: t, updated_at")
      << "the later update is what is known";
}

TEST_F(AcceptTest, TimesInOtherFormsTellWhatIsLateToo) {
  const auto at = [](const char* time) {
    return R"({"id":1,"s":"Failed","updated_at":")" + std::string(time) + "\"}";
  };
  deliver(at("2026-01-02T00:00:00Z"));
  for (const char* earlier :
       {"2026-01-01 23:59:59", "2026-01-02T00:00:00+0100", "1767311999", "1767311999999"})
    EXPECT_EQ(status(at(earlier)), "ignored stale") << earlier;
}

TEST_F(AcceptTest, AChangeListIsBelievedEvenIfNothingChanged) {
  deliver(R"({"id":1,"s":"Passed"})");
  EXPECT_EQ(status(kPassed), "accepted");
  EXPECT_EQ(changes(), Json::parse(R"({"s":{"from":"Passed","to":"Passed"}})"));
}

TEST_F(AcceptTest, AChangeListMergesAndThePluginSeesTheLastKnownRecord) {
  deliver(R"({"id":1,"name":"n","s":"Failed"})");
  EXPECT_EQ(status(kPassed), "accepted");
  EXPECT_EQ(changes(), Json::parse(R"({"s":{"from":"Failed","to":"Passed"}})"));
  EXPECT_EQ(snapshot_of_next_job(), Json::parse(R"({"id":1,"name":"n","s":"Passed"})"));
  EXPECT_EQ(status(R"({"id":1,"name":"n","s":"Passed"})"), "ignored no_match");
}

TEST_F(AcceptTest, AnOlderSnapshotNeverReplacesANewerOne) {
  const char* newer = R"({"id":1,"s":"Failed","updated_at":"2026-01-02T00:00:00Z"})";
  const char* older = R"({"id":1,"s":"Passed","updated_at":"2026-01-01T00:00:00Z"})";
  deliver(newer);
  EXPECT_EQ(status(older), "ignored stale");
  EXPECT_EQ(status(R"({"id":1,"s":"Failed","t":1,"updated_at":"2026-01-02T00:00:01Z"})"),
            "ignored no_match: t, updated_at");
  EXPECT_EQ(status(R"({"changes":{"s":"Passed"},
                       "snapshot":{"id":1,"s":"Passed","updated_at":"2026-01-01T00:00:00Z"}})"),
            "accepted");
  EXPECT_EQ(status(R"({"id":1,"s":"Passed","updated_at":"2026-01-03T00:00:00Z"})"), "accepted");
}

TEST_F(AcceptTest, NullAndEmptyAreChangesOfTheirOwn) {
  watch("q", R"([{"record":"contact","field":"e","from":null,"to":""}])");
  deliver(R"({"id":1,"e":null})");
  EXPECT_EQ(status(R"({"id":1,"e":""})"), "accepted");
  EXPECT_EQ(status(R"({"id":1})"), "ignored no_match");
  EXPECT_EQ(status(R"({"id":1,"e":null})"), "ignored no_match: e");
  EXPECT_EQ(status(R"({"id":1,"e":""})"), "accepted");
}

// A body whose whole record stands in it, spaced and escaped as strangers may.
constexpr const char* kSpaced =
    R"( { "changes" : { "s" : "Passed" } ,
          "snapshot" : { "id" : 1 , "name\u0031" : "ü" , "custom_field" : { "s" : "Passed" } } } )";

TEST_F(AcceptTest, AWholeRecordIsStoredOnceInItsBody) {
  EXPECT_EQ(status(kSpaced), "accepted");
  using namespace Poco::Data::Keywords;
  int in_body = 0;
  store_->reader() << "SELECT count(*) FROM records r JOIN deliveries d ON d.id = r.body_of"
                      " JOIN events e ON e.delivery = d.id WHERE r.snapshot IS NULL"
                      " AND e.snapshot = '' AND e.body_size > 0 AND d.record = r.id",
      into(in_body), now;
  EXPECT_EQ(in_body, 1);
  const Json record = Json::parse(R"({"id":1,"name1":"ü","custom_field":{"s":"Passed"}})");
  EXPECT_EQ(snapshot_of_next_job(), record);
}

TEST_F(AcceptTest, ARecordInABodyGivesTheNextEventItsOldValues) {
  EXPECT_EQ(status(kSpaced), "accepted");
  EXPECT_EQ(status(R"({"id":1,"changes":{"name1":"b","s":"Failed"}})"), "ignored no_match");
  EXPECT_EQ(status(kPassed), "accepted");
  EXPECT_EQ(changes(), Json::parse(R"({"s":{"from":"Failed","to":"Passed"}})"));
  EXPECT_EQ(status(R"({"id":1,"changes":{"s":"Passed","name1":"c"}})"), "accepted");
  EXPECT_EQ(changes().at("name1").at("from"), "b");
}

TEST_F(AcceptTest, ARecordInABodyOutlivesItsDelivery) {
  EXPECT_EQ(status(kSpaced), "accepted");
  finish(*lease(), {});
  clock_.advance(std::chrono::hours(2));
  write([](Transaction& tx) {
    const RetentionTerms terms{.age = std::chrono::hours(1), .dead = std::chrono::hours(1)};
    EXPECT_FALSE(tx.retention.prune(terms, tx.now, 10));
  });
  EXPECT_TRUE(Views(store_->reader()).deliveries({}).empty());
  EXPECT_EQ(status(R"({"id":1,"changes":{"name1":"b","s":"Passed"}})"), "accepted");
  EXPECT_EQ(changes().at("name1").at("from"), "ü");
}

TEST(ArrivedEvent, HasTheEventsTimeWhereItsRecordsCannotBeRead) {
  Event event;
  event.occurred_at = "2026-06-24T10:05:00Z";
  for (const Json& updated_at : {Json("2026-06-24 10:05:00 UTC"), Json(1782296130.5), Json(true)}) {
    event.snapshot = SnapshotText(Json{{"updated_at", updated_at}});
    EXPECT_EQ(ArrivedEvent(event).updated_at, parse_time(event.occurred_at)) << updated_at;
  }
  event.snapshot = SnapshotText(Json{{"updated_at", "2026-06-24T10:04:00Z"}});
  EXPECT_EQ(ArrivedEvent(event).updated_at, parse_time("2026-06-24T10:04:00Z"));
}

}  // namespace
}  // namespace fh::test
