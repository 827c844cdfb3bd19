// New jobs of stored deliveries, over a real store and catalog.
#include "unit/ingress/deliveries_fixture.h"

namespace fh::test {
namespace {

TEST_F(DeliveriesTest, AReplayMakesANewJobOfAnAcceptedDelivery) {
  EXPECT_EQ(deliver(kPassed).status, DeliveryStatus::accepted);
  EXPECT_EQ(replay({}), std::vector<std::string>{"p"});
  EXPECT_EQ(jobs(), 2U);
  EXPECT_EQ(last().jobs, 2);
  expect_tallies_hold();
}

TEST_F(DeliveriesTest, AReplayOfWhatRetentionRemovedMeanwhileMakesNoJob) {
  EXPECT_EQ(deliver(R"({"id":1,"changes":{"s":"Failed"}})").status, DeliveryStatus::ignored);
  const DeliveryView read = last();
  watch("q", R"([{"record":"contact","field":"s","changes":true}])");
  clock_.advance(std::chrono::hours(2));
  write([](Transaction& tx) {
    const RetentionTerms terms{.age = std::chrono::hours(1), .dead = std::chrono::hours(1)};
    tx.retention.prune(terms, tx.now, 10);
  });
  EXPECT_THROW(Deliveries(config_, *store_, *catalog_).replay(read, {}), NotReadable);
  EXPECT_FALSE(lease("q"));
}

TEST_F(DeliveriesTest, AReplayOfOneEventOfABatchLeavesTheKeyOfTheOther) {
  const char* batch = R"([{"id":1,"changes":{"s":"Passed"}},{"id":1,"changes":{"t":1}}])";
  EXPECT_EQ(deliver(batch).status, DeliveryStatus::accepted);
  replay({});
  EXPECT_EQ(deliver(batch).status, DeliveryStatus::duplicate);
}

TEST_F(DeliveriesTest, AReplayTellsTheEventsOfOneRecordApart) {
  source_.sender = "hubspot";
  watch("deletions", R"([{"record":"contact","deleted":true}])");
  deliver(R"([{"subscriptionType":"contact.deletion","objectId":7,"eventId":1,"occurredAt":1},
              {"subscriptionType":"contact.propertyChange","objectId":7,"eventId":2,"occurredAt":2,
               "propertyName":"s","propertyValue":"Passed"}])");
  EXPECT_EQ(jobs(), 2U);
  const auto again = replay({});
  EXPECT_EQ(std::multiset<std::string>(again.begin(), again.end()),
            (std::multiset<std::string>{"deletions", "p"}));
  JobFilter filter;
  filter.delivery = last_;
  std::multiset<std::string> kinds;
  for (const JobView& job : Views(store_->reader()).jobs(filter))
    kinds.insert(job.plugin + " " +
                 write([&](Transaction& tx) { return tx.deliveries.event(job.event).kind; }));
  EXPECT_EQ(kinds, (std::multiset<std::string>{"deletions deleted", "deletions deleted",
                                               "p updated", "p updated"}));
}

TEST_F(DeliveriesTest, ADryRunChangesNothing) {
  deliver(kPassed);
  EXPECT_EQ(replay({"", true}), std::vector<std::string>{"p"});
  EXPECT_EQ(jobs(), 1U);
  EXPECT_EQ(last().jobs, 1);
  expect_tallies_hold();
}

TEST_F(DeliveriesTest, AReplayReachesAPluginThatCameLater) {
  deliver(kPassed);
  watch("q", R"([{"record":"contact","field":"s","changes":true}])");
  EXPECT_EQ(replay({"q"}), std::vector<std::string>{"q"});
  EXPECT_EQ(jobs(), 2U);
}

TEST_F(DeliveriesTest, WhatChangedInAWholeRecordIsWhatWasFoundWhenItArrived) {
  deliver(R"({"id":1,"s":"Failed"})");
  EXPECT_EQ(deliver(R"({"id":1,"s":"Passed"})").status, DeliveryStatus::accepted);
  const std::int64_t passed = last_;
  deliver(R"({"id":1,"s":"Failed"})");
  last_ = passed;
  EXPECT_EQ(replay({}), std::vector<std::string>{"p"});
}

TEST_F(DeliveriesTest, AnUnmappedDeliveryIsReplayedOnceItsMappingIsRight) {
  EXPECT_EQ(deliver(R"({"what":"ever"})").status, DeliveryStatus::ignored);
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

TEST_F(DeliveriesTest, AReplayOfWhatWasTakenIntoAccountLeavesWhatIsKnown) {
  watch("p", R"([{"record":"contact","field":"t","changes":true}])");
  EXPECT_EQ(deliver(R"({"id":1,"changes":{"s":"A"}})").reason, "no_match");
  const std::int64_t first = last_;
  deliver(R"({"id":1,"changes":{"s":"C"}})");
  last_ = first;
  watch("q", R"([{"record":"contact","field":"s","changes":true}])");
  EXPECT_EQ(replay({"q"}), std::vector<std::string>{"q"});
  const auto job = lease("q");
  ASSERT_TRUE(job);
  EXPECT_EQ(write([&](Transaction& tx) { return tx.deliveries.event(job->event).changes; }),
            R"({"s":{"to":"A"}})")
      << "what it was from is not known any more";
  EXPECT_EQ(deliver(R"({"id":1,"changes":{"s":"D"}})").status, DeliveryStatus::accepted);
  EXPECT_EQ(explain()["events"][0]["changes"]["s"]["from"], "C");
}

TEST_F(DeliveriesTest, ADeletionReachesAPluginThatCameLater) {
  deliver(R"({"id":1,"s":"Open"})");
  config_.sources[0].event = EventKind::deleted;
  EXPECT_EQ(deliver(R"({"id":1,"changes":{}})").reason, "no_match");
  clock_.advance(Millis(1));
  watch("q", R"([{"record":"contact","deleted":true}])");
  EXPECT_EQ(explain()["events"][0]["watches"][0]["why"], "s is not among the changes");
  EXPECT_EQ(explain()["events"][0]["watches"][1]["met"], true);
  EXPECT_EQ(replay({}), std::vector<std::string>{"q"});
  const auto job = lease("q");
  ASSERT_TRUE(job);
  EXPECT_EQ(write([&](Transaction& tx) { return tx.deliveries.event(job->event).snapshot; }),
            R"({"id":1,"s":"Open"})");
}

using Jobs = std::multiset<std::string>;

TEST_F(DeliveriesTest, AReplayTellsTheChangesOfOneRecordApart) {
  watch("mail", R"([{"record":"contact","field":"email","changes":true}])");
  watch("call", R"([{"record":"contact","field":"phone","changes":true}])");
  deliver(hubspot({{"7", "email", "old"}}));
  deliver(hubspot({{"7", "s", "Passed"}, {"7", "email", "new"}, {"7", "phone", "1"}}));
  const Jobs all = {R"(p {"s":{"to":"Passed"}})", R"(mail {"email":{"from":"old","to":"new"}})",
                    R"(call {"phone":{"to":"1"}})"};
  EXPECT_EQ(replayed({}), all);
  EXPECT_EQ(replayed({}), all);
  EXPECT_EQ(replayed({"call"}), Jobs{R"(call {"phone":{"to":"1"}})"});
  make_older();
  EXPECT_EQ(replayed({}), all);
  expect_tallies_hold();
}

TEST_F(DeliveriesTest, AReplayReachesAPluginThatCameLaterBesideOneThatRan) {
  deliver(hubspot({{"7", "s", "Passed"}, {"7", "email", "new"}}));
  watch("mail", R"([{"record":"contact","field":"email","changes":true}])");
  EXPECT_EQ(replayed({"mail"}), Jobs{R"(mail {"email":{"to":"new"}})"});
  EXPECT_EQ(replayed({"mail"}), Jobs{R"(mail {"email":{"to":"new"}})"}) << "by now it is stored";
}

TEST_F(DeliveriesTest, TheFirstReplayOfACapturedBatchTakesAllOfIt) {
  watch("mail", R"([{"record":"contact","field":"email","changes":true}])");
  capture(hubspot({{"7", "s", "Passed"}, {"7", "email", "new"}}));
  const Jobs all = {R"(p {"s":{"to":"Passed"}})", R"(mail {"email":{"to":"new"}})"};
  EXPECT_EQ(replayed({}), all);
  EXPECT_EQ(replayed({}), all);
  deliver(hubspot({{"7", "email", "newer"}, {"7", "s", "Open"}}));
  EXPECT_EQ(explain()["events"][0]["changes"]["email"]["from"], "new");
}

TEST_F(DeliveriesTest, TheFirstReplayOfNewsLeavesTheOthersTheirs) {
  watch("x", R"([{"record":"contact","field":"t","changes":true}])");
  capture(R"({"id":1,"s":"Open"})");
  replay({});
  capture(R"({"id":1,"s":"Passed"})");
  EXPECT_EQ(replayed({"x"}), Jobs{});
  EXPECT_EQ(replayed({"p"}), Jobs{R"(p {"s":{"from":"Open","to":"Passed"}})"});
  watch("later", R"([{"record":"contact","field":"s","from":"Open","to":"Passed"}])");
  EXPECT_EQ(replayed({"later"}), Jobs{R"(later {"s":{"from":"Open","to":"Passed"}})"});
}

TEST_F(DeliveriesTest, WhatItsSourceDidNotTakeIsNewsOnceItDoes) {
  source_.sender = "generic";
  source_.only_record = true;
  source_.mapping.id = "/id";
  source_.mapping.type = "/type";
  source_.mapping.snapshot = "/now";
  const auto came = [&](const char* s) {
    deliver(R"({"id":1,"type":"firm.updated","now":{"s":")" + std::string(s) + "\"}}");
    return last_;
  };
  const auto open = came("Open");
  const auto passed = came("Passed");
  EXPECT_EQ(last().reason, "other_record: firm.updated");
  source_.mapping.type.reset();
  EXPECT_NE(explain()["events"][0]["watches"][0]["why"].get<std::string>().find("not read"),
            std::string::npos);
  last_ = open;
  EXPECT_EQ(replayed({}), Jobs{});
  last_ = passed;
  EXPECT_EQ(replayed({}), Jobs{R"(p {"s":{"from":"Open","to":"Passed"}})"});
}

TEST_F(DeliveriesTest, AReplayOfWhatItsSourceOnlyKeepsIsRefused) {
  capture(kPassed);
  source_.capture = true;
  EXPECT_THROW(replay({}), NotReadable);
  EXPECT_EQ(replay({"", true}).size(), 1U) << "what it would do can be seen";
  EXPECT_EQ(jobs(), 0U);
}

TEST_F(DeliveriesTest, AReplayMakesOneJobOfWhatItsDeliveryHasTwice) {
  Json batch = Json::parse(hubspot({{"7", "s", "Passed"}, {"7", "s", "Passed"}}));
  for (Json& event : batch)
    event.update({{"eventId", 1}, {"subscriptionId", 1}, {"occurredAt", 1}});
  EXPECT_EQ(deliver(to_text(batch)).jobs, 1);
  EXPECT_EQ(replayed({}), Jobs{R"(p {"s":{"to":"Passed"}})"});
}

TEST_F(DeliveriesTest, SoItDoesOfWhatWasOnlyCaptured) {
  Json batch =
      Json::parse(hubspot({{"7", "s", "Open"}, {"7", "s", "Passed"}, {"7", "s", "Passed"}}));
  for (Json& event : batch)
    event.update({{"eventId", 1}, {"subscriptionId", 1}, {"occurredAt", 1}});
  batch[0]["eventId"] = 2;
  capture(to_text(batch));
  EXPECT_EQ(replayed({}), Jobs{R"(p {"s":{"from":"Open","to":"Passed"}})"});
  EXPECT_EQ(replayed({}), Jobs{R"(p {"s":{"from":"Open","to":"Passed"}})"});
}

TEST_F(DeliveriesTest, AnEventIsSupersededByAReplayThatMadeAJobAlone) {
  watch("other", R"([{"record":"contact","field":"t","changes":true}])");
  const auto is_superseded = [&](std::int64_t delivery) {
    return write([&](Transaction& tx) {
      const StoredEvent asked = tx.deliveries.events_of(delivery).at(0);
      return tx.records.is_superseded(asked.record, asked.id);
    });
  };
  deliver(kPassed);
  const std::int64_t first = last_;
  capture(R"({"id":1,"changes":{"s":"Passed"}})");
  EXPECT_EQ(replayed({"other"}), Jobs{});
  EXPECT_FALSE(is_superseded(first));
  EXPECT_EQ(replayed({"p"}).size(), 1U);
  EXPECT_TRUE(is_superseded(first));

  const std::int64_t second = last_;
  EXPECT_EQ(deliver(R"({"id":1,"changes":{"u":1}})").reason, "no_match");
  EXPECT_FALSE(is_superseded(second));
  watch("later", R"([{"record":"contact","field":"u","changes":true}])");
  EXPECT_EQ(replayed({}), Jobs{R"(later {"u":{"to":1}})"});
  EXPECT_TRUE(is_superseded(second)) << "though it was no news";
}

TEST_F(DeliveriesTest, AReplayTellsACustomFieldFromTheStandardOneOfItsName) {
  deliver(R"({"id":1,"r":"a","custom_field":{"r":"b"}})");
  EXPECT_EQ(deliver(R"({"id":1,"changes":{"custom_field.r":"c"}})").reason, "no_match");
  watch("standard", R"([{"record":"contact","field":"r","changes":true}])");
  watch("custom", R"([{"record":"contact","field":"custom_field.r","changes":true}])");
  EXPECT_EQ(replayed({}), Jobs{R"(custom {"custom_field.r":{"to":"c"}})"});
}

// What a batch's event was keeps its place when others of the batch are read one day.
TEST_F(DeliveriesTest, AReplayFindsAnEventAgainThoughMoreIsReadThanWhenItCame) {
  watch("firms", R"([{"record":"company","field":"s","changes":true}])");
  source_.only_record = true;
  deliver(hubspot({{"7", "s", "Open"}}));
  Json both = Json::parse(hubspot({{"7", "s", "Started"}, {"7", "s", "Passed"}}));
  both[0]["subscriptionType"] = "company.propertyChange";
  EXPECT_EQ(deliver(to_text(both)).jobs, 1);
  source_.only_record = false;
  EXPECT_EQ(explain()["events"][0]["no_job"], "it was not read as an event when it arrived");
  EXPECT_EQ(replayed({}),
            (Jobs{R"(firms {"s":{"to":"Started"}})", R"(p {"s":{"from":"Open","to":"Passed"}})"}));
  both.erase(1);
  both[0]["propertyValue"] = "Ended";
  deliver(to_text(both));
  EXPECT_EQ(explain()["events"][0]["changes"]["s"]["from"], "Started") << "it was news";
}

TEST_F(DeliveriesTest, AReplayFindsWhatWasStoredOfARecordThatIsPartOfAnotherNow) {
  deliver(R"({"id":1,"changes":{"t":1}})");
  deliver(R"({"uuid":"u","s":"Open"})");
  EXPECT_EQ(deliver(R"({"uuid":"u","s":"Passed"})").jobs, 1);
  const std::int64_t passed = last_;
  deliver(R"({"id":1,"uuid":"u","changes":{"t":2}})");
  last_ = passed;
  EXPECT_EQ(replayed({}), Jobs{R"(p {"s":{"from":"Open","to":"Passed"}})"});
  make_older();
  EXPECT_EQ(replayed({}), Jobs{R"(p {"s":{"from":"Open","to":"Passed"}})"});
}

TEST_F(DeliveriesTest, WhatIsNewsNoMoreLeavesWhatIsKnown) {
  watch("q", R"([{"record":"contact","field":"s","changes":true}])");
  capture(R"({"id":1,"changes":{"s":"Open"}})");
  const std::int64_t first = last_;
  capture(R"({"id":1,"changes":{"s":"Passed"}})");
  EXPECT_EQ(replayed({"q"}), Jobs{R"(q {"s":{"to":"Passed"}})"});
  last_ = first;
  EXPECT_EQ(replayed({"q"}), Jobs{R"(q {"s":{"to":"Open"}})"}) << "what it was from is not known";
  deliver(R"({"id":1,"changes":{"s":"New"}})");
  EXPECT_EQ(explain()["events"][0]["changes"]["s"]["from"], "Passed") << "which came last";
}

}  // namespace
}  // namespace fh::test
