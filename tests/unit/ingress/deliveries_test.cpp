// What operators do with stored deliveries: replay and explain, over a real store and catalog.
#include "ingress/deliveries.h"

#include "ingress/read_delivery.h"
#include "support/ingest_fixture.h"

namespace fh {
namespace {

class DeliveriesTest : public test::IngestTest {
 protected:
  void SetUp() override {
    IngestTest::SetUp();
    watch("p", R"([{"record":"contact","field":"s","becomes":["Passed"]}])");
  }

  Acceptance deliver(const std::string& body) {
    last_ = store_->new_delivery_id();
    const Arrival arrival = read_stored(config_.sources[0], last_, body);
    return write([&](Transaction& tx) { return accept(tx, arrival, *catalog_); });
  }

  DeliveryView last() { return Views(store_->reader()).delivery(last_).value(); }
  std::size_t jobs() {
    JobFilter filter;
    filter.delivery = last_;
    return Views(store_->reader()).jobs(filter).size();
  }
  Replayed replay(const Replay& order) {
    return Deliveries(config_, *store_, *catalog_).replay(last(), order);
  }
  Json explain() {
    return Deliveries(config_, *store_, *catalog_)
        .explain(last(), Views(store_->reader()).events_of(last_));
  }

  std::int64_t last_ = 0;
};

constexpr const char* kPassed = R"({"id":1,"changes":{"s":"Passed"}})";

TEST_F(DeliveriesTest, AReplayMakesANewJobOfAnAcceptedDelivery) {
  EXPECT_EQ(deliver(kPassed).status, "accepted");
  EXPECT_EQ(replay({}).plugins, std::vector<std::string>{"p"});
  EXPECT_EQ(jobs(), 2U);
  EXPECT_EQ(last().jobs, 2);
  expect_tallies_hold();
}

TEST_F(DeliveriesTest, AReplayTellsTheEventsOfOneRecordApart) {
  source_.sender = "hubspot";
  watch("deletions", R"([{"record":"contact","deleted":true}])");
  deliver(R"([{"subscriptionType":"contact.deletion","objectId":7,"eventId":1,"occurredAt":1},
              {"subscriptionType":"contact.propertyChange","objectId":7,"eventId":2,"occurredAt":2,
               "propertyName":"s","propertyValue":"Passed"}])");
  EXPECT_EQ(jobs(), 2U);
  const auto again = replay({}).plugins;
  EXPECT_EQ(std::multiset<std::string>(again.begin(), again.end()),
            (std::multiset<std::string>{"deletions", "p"}));
  JobFilter filter;
  filter.delivery = last_;
  std::multiset<std::string> kinds;
  for (const JobView& job : Views(store_->reader()).jobs(filter))
    kinds.insert(job.plugin + " " +
                 write([&](Transaction& tx) { return tx.jobs.event(job.event).kind; }));
  EXPECT_EQ(kinds, (std::multiset<std::string>{"deletions deleted", "deletions deleted",
                                               "p updated", "p updated"}));
}

TEST_F(DeliveriesTest, ADryRunChangesNothing) {
  deliver(kPassed);
  EXPECT_EQ(replay({"", true}).plugins, std::vector<std::string>{"p"});
  EXPECT_EQ(jobs(), 1U);
  EXPECT_EQ(last().jobs, 1);
  expect_tallies_hold();
}

TEST_F(DeliveriesTest, AReplayReachesAPluginThatCameLater) {
  deliver(kPassed);
  watch("q", R"([{"record":"contact","field":"s","changes":true}])");
  EXPECT_EQ(replay({"q"}).plugins, std::vector<std::string>{"q"});
  EXPECT_EQ(jobs(), 2U);
}

TEST_F(DeliveriesTest, WhatChangedInAWholeRecordIsWhatWasFoundWhenItArrived) {
  deliver(R"({"id":1,"s":"Failed"})");
  EXPECT_EQ(deliver(R"({"id":1,"s":"Passed"})").status, "accepted");
  const std::int64_t passed = last_;
  deliver(R"({"id":1,"s":"Failed"})");
  last_ = passed;
  EXPECT_EQ(replay({}).plugins, std::vector<std::string>{"p"});
}

TEST_F(DeliveriesTest, AnUnmappedDeliveryIsReplayedOnceItsMappingIsRight) {
  EXPECT_EQ(deliver(R"({"what":"ever"})").status, "ignored");
  EXPECT_THROW(replay({}), NotReadable);
  config_.sources.clear();
  EXPECT_THROW(replay({}), NotReadable);
}

TEST_F(DeliveriesTest, AReplayAdvisesAMappingOnlyWhereTheSenderTakesOne) {
  const auto refusal = [&](const char* sender) -> std::string {
    config_.sources[0].sender = sender;
    deliver(R"({"module":"Contacts","operation":"update","ids":["7"]})");
    try {
      replay({});
    } catch (const NotReadable& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_TRUE(refusal("insites").ends_with(": correct the source's mapping first"));
  EXPECT_TRUE(
      refusal("zoho").ends_with("return_affected_field_values in the notification's "
                                "settings"));
  EXPECT_EQ(refusal("hubspot"), "unmapped: the body is not a list of events");
}

TEST_F(DeliveriesTest, ExplainSaysWhyAnEventThatMeetsAWatchMadeNoJob) {
  deliver(kPassed);
  EXPECT_TRUE(explain()["events"][0]["no_job"].is_null());
  const std::string original = std::to_string(last_);
  deliver(kPassed);
  EXPECT_EQ(explain()["events"][0]["watches"][0]["met"], true);
  EXPECT_EQ(explain()["events"][0]["no_job"], "duplicate of delivery " + original);
  EXPECT_EQ(replay({}).plugins.size(), 1U);
  EXPECT_TRUE(explain()["events"][0]["no_job"].is_null()) << "it has one by now";
}

TEST_F(DeliveriesTest, ExplainDoesNotSayOfABatchWhoseEachReasonWas) {
  source_.sender = "hubspot";
  source_.ignore_actors = {"API"};
  deliver(R"([{"subscriptionType":"contact.propertyChange","objectId":7,"propertyName":"s",
               "propertyValue":"Passed","changeSource":"API"},
              {"subscriptionType":"contact.propertyChange","objectId":8,"propertyName":"s",
               "propertyValue":"Open"}])");
  const Json events = explain()["events"];
  EXPECT_EQ(events[0]["no_job"], "actor");
  EXPECT_EQ(events[1]["no_job"], "one of: actor; no_match");
}

TEST_F(DeliveriesTest, ExplainSaysThatACaptureOrADuplicateWasNotCompared) {
  const auto why = [&] { return explain()["events"][0]["watches"][0]["why"].get<std::string>(); };
  Arrival arrival =
      read_stored(source_, last_ = store_->new_delivery_id(), R"({"id":1,"s":"Passed"})");
  arrival.events.clear();
  arrival.ignored = "capture";
  write([&](Transaction& tx) { return accept(tx, arrival, *catalog_); });
  EXPECT_EQ(explain()["events"][0]["no_job"], "capture");
  EXPECT_NE(why().find("its source only kept it (capture)"), std::string::npos) << why();
  source_.first_seen = SourceConfig::FirstSeen::changed;
  for (int i = 0; i < 2; ++i) deliver(R"({"id":2,"s":"Passed"})");
  EXPECT_NE(why().find("it was a duplicate of delivery "), std::string::npos) << why();
}

TEST_F(DeliveriesTest, ExplainSaysOfEachWatchWhyItWasNotMet) {
  watch("q", R"([{"record":"contact","field":"t","changes":true},)"
             R"({"record":"company","field":"s","changes":true},)"
             R"({"record":"contact","created":true},)"
             R"({"record":"contact","field":"s","from":"Open","to":"Passed"}])");
  deliver(kPassed);
  const Json watches = explain()["events"][0]["watches"];
  ASSERT_EQ(watches.size(), 5U);
  EXPECT_EQ(watches[0]["met"], true);
  EXPECT_EQ(watches[1]["why"], "t is not among the changes");
  EXPECT_EQ(watches[2]["why"], "the record is a contact");
  EXPECT_EQ(watches[3]["why"], "the event is \"updated\", not \"created\"");
  EXPECT_EQ(watches[4]["why"], "s became \"Passed\" from an unknown value");
}

TEST_F(DeliveriesTest, ExplainSaysWhatHadChangedInAWholeRecord) {
  const auto why = [&](const char* body) {
    deliver(body);
    return explain()["events"][0]["watches"][0]["why"].get<std::string>();
  };
  EXPECT_NE(why(R"({"id":1,"s":"Open"})").find("the first one of its record"), std::string::npos);
  const std::string other = why(R"({"id":1,"s":"Open","t":1,"u":2})");
  EXPECT_TRUE(other.ends_with("s had not changed to this watch's liking; changed: t, u")) << other;
}

TEST_F(DeliveriesTest, AnImportedRecordIsReadAsOneWhateverItsSenderSends) {
  config_.sources[0].sender = "espocrm";  // which sends lists
  Deliveries deliveries(config_, *store_, *catalog_);
  const auto import = [&](const char* record) {
    last_ = store_->new_delivery_id() + 1;  // the next one is the import's
    return deliveries.import(config_.sources[0], record, {}).status;
  };
  EXPECT_EQ(import(R"({"id":1,"s":"Open"})"), "ignored");
  EXPECT_EQ(explain()["events"][0]["record"]["id"], "1");
  EXPECT_EQ(import(R"({"id":1,"s":"Passed"})"), "accepted");
  EXPECT_EQ(explain()["events"][0]["watches"][0]["met"], true);
  EXPECT_EQ(replay({}).plugins, std::vector<std::string>{"p"});
}

TEST_F(DeliveriesTest, AReplayedRowOfATableIsTypedLikeWhatIsKnown) {
  watch("p", R"([{"record":"contact","field":"n","changes":true}])");
  deliver(R"({"id":1,"n":5,"s":"Open"})");
  Deliveries deliveries(config_, *store_, *catalog_);
  last_ = store_->new_delivery_id() + 1;  // the next one is the import's
  const Import order{.terms = {RecordType::contact, true}};
  EXPECT_EQ(deliveries.import(config_.sources[0], R"({"id":"1","n":"5","s":"Open"})", order).reason,
            "no_match");
  EXPECT_EQ(replay({}).plugins, std::vector<std::string>{}) << "a text is not another number";
  deliver(R"({"id":1,"n":6,"s":"Open"})");
  --last_;
  EXPECT_EQ(replay({}).plugins, std::vector<std::string>{"p"});
}

class ImportTest : public DeliveriesTest {
 protected:
  Acceptance import(const Json& record, bool text_cells = true) {
    last_ = store_->new_delivery_id() + 1;  // the next one is the import's
    return Deliveries(config_, *store_, *catalog_)
        .import(source_, to_text(record), {.terms = {RecordType::contact, text_cells}});
  }
  EventRow event() {
    const auto job = lease("p");
    return job ? write([&](Transaction& tx) { return tx.jobs.event(job->event); }) : EventRow{};
  }
  std::string why_not(const std::string& type = "") {
    try {
      Deliveries::import_terms(source_, type, false);
      return "";
    } catch (const NotReadable& error) {
      return error.what();
    }
  }
};

TEST_F(ImportTest, FindsCustomFieldsByEitherName) {
  deliver(R"({"id":1,"t":"x","custom_field":{"s":"Passed","n":5}})");
  EXPECT_EQ(import({{"id", "1"}, {"t", "x"}, {"s", "Passed"}, {"custom_field.n", "5"}}).reason,
            "no_match");
  EXPECT_EQ(import({{"id", "1"}, {"s", "Open"}}).reason, "no_match: s");
  EXPECT_EQ(import({{"id", "1"}, {"custom_field.s", "Passed"}}).status, "accepted");
  EXPECT_EQ(event().changes, R"({"s":{"from":"Open","to":"Passed"}})");
}

TEST_F(ImportTest, OfSomeFieldsShowsAllThatIsKnown) {
  deliver(R"({"id":1,"s":"Open","t":"x"})");
  import({{"id", "1"}, { "s", "Passed" }});
  const EventRow some = event();
  EXPECT_EQ(Json::parse(some.snapshot), Json::parse(R"({"id":1,"s":"Passed","t":"x"})"));
  EXPECT_FALSE(some.complete);
  deliver(R"({"id":2,"s":"Open","t":"x"})");
  import({{"id", "2"}, {"s", "Passed"}, { "t", "y" }});
  EXPECT_TRUE(event().complete);
}

TEST_F(ImportTest, IsOfTheTypeThatIsAskedForAndReplayedSo) {
  watch("firms", R"([{"record":"company","field":"s","becomes":["Passed"]}])");
  source_.sender = "pipedrive";
  source_.first_seen = SourceConfig::FirstSeen::changed;
  EXPECT_EQ(why_not("company"), "");
  last_ = store_->new_delivery_id() + 1;
  Deliveries(config_, *store_, *catalog_)
      .import(source_, R"({"id":1,"s":"Passed"})", {.terms = {RecordType::company}});
  EXPECT_TRUE(lease("firms"));
  EXPECT_EQ(replay({}).plugins, std::vector<std::string>{"firms"});
}

TEST_F(ImportTest, IsRefusedWhereNothingSaysOfWhatTypeOrNothingMayRun) {
  EXPECT_NE(why_not("lead").find("not \"lead\""), std::string::npos);
  EXPECT_NE(why_not().find("--type contact or --type company"), std::string::npos) << why_not();
  source_.only_record = true;
  EXPECT_EQ(why_not(), "");
  source_.capture = true;
  EXPECT_NE(why_not("contact").find("capture"), std::string::npos) << why_not();
}

TEST_F(DeliveriesTest, AReplayOfWhatWasTakenIntoAccountLeavesWhatIsKnown) {
  watch("p", R"([{"record":"contact","field":"t","changes":true}])");
  EXPECT_EQ(deliver(R"({"id":1,"changes":{"s":"A"}})").reason, "no_match");
  const std::int64_t first = last_;
  deliver(R"({"id":1,"changes":{"s":"C"}})");
  last_ = first;
  watch("q", R"([{"record":"contact","field":"s","changes":true}])");
  EXPECT_EQ(replay({"q"}).plugins, std::vector<std::string>{"q"});
  const auto job = lease("q");
  ASSERT_TRUE(job);
  EXPECT_EQ(write([&](Transaction& tx) { return tx.jobs.event(job->event).changes; }),
            R"({"s":{"to":"A"}})")
      << "what it was from is not known any more";
  EXPECT_EQ(deliver(R"({"id":1,"changes":{"s":"D"}})").status, "accepted");
  EXPECT_EQ(explain()["events"][0]["changes"]["s"]["from"], "C");
}

TEST_F(DeliveriesTest, ADeletionReachesAPluginThatCameLater) {
  deliver(R"({"id":1,"s":"Open"})");
  config_.sources[0].event = EventKind::deleted;
  EXPECT_EQ(deliver(R"({"id":1,"changes":{}})").reason, "no_match");
  watch("q", R"([{"record":"contact","deleted":true}])");
  EXPECT_EQ(explain()["events"][0]["watches"][0]["why"], "s is not among the changes");
  EXPECT_EQ(explain()["events"][0]["watches"][1]["met"], true);
  EXPECT_EQ(replay({}).plugins, std::vector<std::string>{"q"});
  const auto job = lease("q");
  ASSERT_TRUE(job);
  EXPECT_EQ(write([&](Transaction& tx) { return tx.jobs.event(job->event).snapshot; }),
            R"({"id":1,"s":"Open"})");
}

TEST_F(DeliveriesTest, ExplainSaysWhichPointersOfTheMappingLeadSomewhere) {
  SourceConfig& source = config_.sources[0];
  source.sender = "generic";
  source.mapping.id = "/no";
  source.mapping.changes = "/fields";
  deliver(R"({"no":1,"fileds":{"s":"Passed"}})");
  EXPECT_EQ(explain()["mapping"], Json::parse(R"([
    {"part": "id", "pointer": "/no", "found": true},
    {"part": "changes", "pointer": "/fields", "found": false}])"));
  source.mapping.events = "/items";
  deliver(R"({"items":[{"fields":{}}]})");
  EXPECT_EQ(explain()["mapping"], Json::parse(R"([
    {"part": "events", "pointer": "/items", "found": true},
    {"part": "id", "pointer": "/no", "found": false},
    {"part": "changes", "pointer": "/fields", "found": true}])"));
  source.mapping.events.reset();
  deliver(R"([{"no":1,"fields":{"s":"Open"}}])");
  EXPECT_EQ(explain()["mapping"][0]["found"], true);
  deliver("[]");
  EXPECT_EQ(explain()["mapping"][0]["found"], false);
}

TEST_F(DeliveriesTest, ExplainSaysWhatIsUnmapped) {
  deliver(R"({"what":"ever"})");
  EXPECT_NE(explain()["unmapped"].get<std::string>().find("names no record"), std::string::npos);
}

}  // namespace
}  // namespace fh
