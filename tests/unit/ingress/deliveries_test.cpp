// What operators ask of stored deliveries, and what they import, over a real store and catalog.
#include "unit/ingress/deliveries_fixture.h"

namespace fh::test {
namespace {

TEST_F(DeliveriesTest, ExplainSaysWhyAnEventThatMeetsAWatchMadeNoJob) {
  deliver(kPassed);
  EXPECT_TRUE(explain()["events"][0]["no_job"].is_null());
  const std::string original = std::to_string(last_);
  deliver(kPassed);
  EXPECT_EQ(explain()["events"][0]["watches"][0]["met"], true);
  EXPECT_EQ(explain()["events"][0]["no_job"], "duplicate of delivery " + original);
  EXPECT_EQ(replay({}).size(), 1U);
  EXPECT_TRUE(explain()["events"][0]["no_job"].is_null()) << "it has one by now";
}

TEST_F(DeliveriesTest, ExplainFindsAnEventsJobBehindManyThatItEnqueued) {
  deliver(kPassed);
  const auto own = lease();
  ASSERT_TRUE(own);
  NewJob child = new_job(own->record, "p");
  child.event = own->event;
  child.delivery = last_;
  child.parent = own->id;
  write([&](Transaction& tx) {
    for (int i = 0; i < kMaxListed; ++i) tx.jobs.insert(child);
  });
  EXPECT_TRUE(explain()["events"][0]["no_job"].is_null());
  EXPECT_EQ(explain()["events"][0]["watches"][0]["met"], true);
  watch("q", R"([{"record":"contact","field":"s","changes":true}])");
  child.plugin = "q";
  write([&](Transaction& tx) { tx.jobs.insert(child); });
  EXPECT_FALSE(explain()["events"][0]["watches"][1]["why"].is_null()) << "another job asked for it";
}

TEST_F(DeliveriesTest, ExplainSaysOfEachEventOfABatchWhatBecameOfIt) {
  Json batch =
      Json::parse(hubspot({{"7", "s", "Passed"}, {"8", "s", "Open"}, {"7", "s", "Passed"}}));
  for (Json& event : batch) event.update({{"eventId", 1}, {"subscriptionId", 1}});
  batch[0]["occurredAt"] = batch[2]["occurredAt"] = 1;
  EXPECT_EQ(deliver(to_text(batch)).jobs, 1);
  const Json events = explain()["events"];
  EXPECT_EQ(events[0]["no_job"], Json());
  EXPECT_EQ(events[0]["watches"][0]["met"], true);
  EXPECT_EQ(events[1]["no_job"], "no_match");
  EXPECT_EQ(events[1]["changes"], Json::parse(R"({"s":{"to":"Open"}})"));
  EXPECT_EQ(events[1]["watches"][0]["met"], false);
  EXPECT_EQ(events[2]["no_job"], "duplicate of delivery " + std::to_string(last_));
  make_older();
  EXPECT_EQ(explain()["events"][0]["no_job"], Json());
  EXPECT_EQ(explain()["events"][1]["no_job"], "what became of it when it arrived was not kept");
  EXPECT_EQ(explain()["events"][1]["changes"], events[1]["changes"]);
}

TEST_F(DeliveriesTest, ExplainDoesNotSayOfAnOlderBatchWhoseEachReasonWas) {
  source_.ignore_actors = {"API"};
  Json batch = Json::parse(hubspot({{"7", "s", "Passed"}, {"8", "s", "Open"}}));
  batch[0]["changeSource"] = "API";
  EXPECT_EQ(deliver(to_text(batch)).reason, "actor; no_match");
  EXPECT_EQ(explain()["events"][0]["no_job"], "actor");
  EXPECT_EQ(explain()["events"][1]["no_job"], "no_match");
  make_older();
  EXPECT_EQ(explain()["events"][0]["no_job"], "actor");
  EXPECT_EQ(explain()["events"][1]["no_job"], "one of: actor; no_match");
}

TEST_F(DeliveriesTest, ExplainSaysThatAWatchWhichMadeNoJobWasNotMetThen) {
  watch("q", R"([{"record":"contact","field":"address.city","changes":true}])");
  deliver(R"({"id":1,"changes":{"address":{"city":"A","zip":1}}})");
  EXPECT_EQ(deliver(R"({"id":1,"changes":{"address":{"city":"A","zip":2}}})").reason, "no_match");
  const Json same = explain()["events"][0]["watches"][1];
  EXPECT_EQ(same["met"], false);
  EXPECT_TRUE(same["why"].get<std::string>().ends_with("which are not kept")) << same;
}

TEST_F(DeliveriesTest, ExplainSaysThatAWatchCameAfterTheDelivery) {
  EXPECT_EQ(deliver(R"({"id":1,"changes":{"t":1}})").reason, "no_match");
  clock_.advance(Millis(1));
  watch("q", R"([{"record":"contact","field":"t","changes":true}])");
  const Json later = explain()["events"][0]["watches"][1];
  EXPECT_EQ(later["met"], true) << "a replay makes its job";
  EXPECT_EQ(later["why"],
            "this build came later, at " + rfc3339(clock_.now()) + "; no watch of then was met");
}

TEST_F(DeliveriesTest, ExplainSaysWhyAMetWatchOfAnEventThatMadeOthersJobsMadeNone) {
  watch("q", R"([{"record":"contact","field":"s","changes":true}])");
  const auto contact = record("1");
  write([&](Transaction& tx) {
    tx.effects.expect_echo("q", contact, "s", "\"Passed\"", tx.now + Millis(1000));
  });
  EXPECT_EQ(deliver(kPassed).jobs, 1);
  clock_.advance(Millis(1));
  watch("r", R"([{"record":"contact","field":"s","changes":true}])");
  const auto why = [&](int watch) { return explain()["events"][0]["watches"][watch]["why"]; };
  EXPECT_EQ(why(0), Json());
  EXPECT_EQ(
      why(1),
      "its plugin has no job of it: the change was an echo that it announced, or the jobs are "
      "of a replay for others");
  EXPECT_EQ(why(2),
            "this build came later, at " + rfc3339(clock_.now()) + "; a replay makes its job");
  replay({"r"});
  EXPECT_EQ(why(2), Json());
}

TEST_F(DeliveriesTest, ExplainLeavesOutWhatTheSourceDoesNotCount) {
  watch("p", R"([{"record":"contact","field":"t","changes":true}])");
  source_.ignore_fields = {"t"};
  const std::string why = "t is one of the source's ignore_fields";
  for (const char* body : {R"({"id":1,"changes":{"t":1,"z":1}})", R"({"id":1,"t":2})"}) {
    deliver(body);
    EXPECT_EQ(explain()["events"][0]["watches"][0]["why"], why);
    EXPECT_FALSE(explain()["events"][0]["changes"].contains("t"));
  }
}

TEST_F(DeliveriesTest, ExplainDoesNotSayThatNothingChangedInWhatWasSetAside) {
  const auto why = [&](int watch = 0) {
    return explain()["events"][0]["watches"][watch]["why"].get<std::string>();
  };
  deliver(R"({"id":1,"s":"Open"})");
  const auto contact = record("1");
  write([&](Transaction& tx) {
    tx.effects.expect_echo("p", contact, "s", "\"Passed\"", tx.now + Millis(1000));
  });
  EXPECT_EQ(deliver(R"({"id":1,"s":"Passed"})").reason, "echo");
  EXPECT_TRUE(why().ends_with("what had changed in it was not kept (echo)")) << why();
  EXPECT_EQ(deliver(R"({"id":1,"s":"Passed","n":1})").reason, "no_match: n");
  clock_.advance(Millis(1));
  watch("q", R"([{"record":"contact","field":"n","changes":true}])");
  EXPECT_TRUE(why(1).ends_with("; what had changed then: n")) << why(1);
  watch("q", R"([{"record":"contact","field":"s","from":"C","to":"B"}])");
  EXPECT_EQ(deliver(R"({"id":1,"changes":{"s":"B"}})").reason, "no_match");
  EXPECT_EQ(why(1), "s became \"B\" from a value that was not kept");
}

TEST_F(DeliveriesTest, ExplainSaysThatACaptureOrADuplicateWasNotCompared) {
  const auto why = [&] { return explain()["events"][0]["watches"][0]["why"].get<std::string>(); };
  capture(R"({"id":1,"s":"Passed"})");
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
  EXPECT_NE(why(R"({"id":1,"s":"Open"})").find("the first whole one of its record"),
            std::string::npos);
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
  EXPECT_EQ(import(R"({"id":1,"s":"Open"})"), DeliveryStatus::ignored);
  EXPECT_EQ(explain()["events"][0]["record"]["id"], "1");
  EXPECT_EQ(import(R"({"id":1,"s":"Passed"})"), DeliveryStatus::accepted);
  EXPECT_EQ(explain()["events"][0]["watches"][0]["met"], true);
  EXPECT_EQ(replay({}), std::vector<std::string>{"p"});
}

TEST_F(DeliveriesTest, AReplayedRowOfATableIsTypedLikeWhatIsKnown) {
  watch("p", R"([{"record":"contact","field":"n","changes":true}])");
  deliver(R"({"id":1,"n":5,"s":"Open"})");
  Deliveries deliveries(config_, *store_, *catalog_);
  last_ = store_->new_delivery_id() + 1;  // the next one is the import's
  const Import order{.terms = {RecordType::contact, true}};
  EXPECT_EQ(deliveries.import(config_.sources[0], R"({"id":"1","n":"5","s":"Open"})", order).reason,
            "no_match");
  EXPECT_EQ(replay({}), std::vector<std::string>{}) << "a text is not another number";
  deliver(R"({"id":1,"n":6,"s":"Open"})");
  --last_;
  EXPECT_EQ(replay({}), std::vector<std::string>{"p"});
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
    return job ? write([&](Transaction& tx) { return tx.deliveries.event(job->event); })
               : EventRow{};
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
  EXPECT_EQ(import({{"id", "1"}, {"custom_field.s", "Passed"}}).status, DeliveryStatus::accepted);
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

TEST_F(ImportTest, ATextOfATableIsComparedWithTheValueThatComesNext) {
  watch("p", R"([{"record":"contact","field":"n","changes":true},
                 {"record":"contact","field":"c.value","becomes":["x"]}])");
  EXPECT_EQ(import({{"id", "1"}, {"n", "5"}, {"c", "x"}}).reason, "first_seen");
  const char* same = R"({"id":1,"n":5,"c":{"value":"x"}})";
  EXPECT_EQ(deliver(same).reason, "first_seen");
  EXPECT_EQ(deliver(same).reason, "no_match");
  import({{"id", "2"}, { "n", "5" }});
  EXPECT_EQ(deliver(R"({"id":2,"n":6})").status, DeliveryStatus::accepted);
}

TEST_F(ImportTest, ATextOfATableSaysNothingOfAnObject) {
  deliver(R"({"id":1,"s":"Open","c":{"value":"x"},"l":[1]})");
  EXPECT_EQ(import({{"id", "1"}, {"c", "y"}, {"l", "1, 2"}}).reason, "no_match");
  EXPECT_EQ(import({{"id", "1"}, {"l", "[1,2]"}}).reason, "no_match: l");
  import({{"id", "1"}, { "s", "Passed" }});
  EXPECT_EQ(Json::parse(event().snapshot),
            Json::parse(R"({"id":1,"s":"Passed","c":{"value":"x"},"l":[1,2]})"));
}

TEST_F(ImportTest, OfWhatIsKnownInPartTheRestCountsAsSeenForTheFirstTime) {
  deliver(R"({"id":1,"changes":{"t":"1"}})");
  EXPECT_EQ(import({{"id", "1"}, {"t", "1"}, {"s", "Passed"}}).reason, "first_seen");
  EXPECT_EQ(import({{"id", "1"}, {"t", "1"}, {"s", "Open"}}).reason, "no_match: s");
  EXPECT_EQ(import({{"id", "1"}, {"s", "Passed"}}).status, DeliveryStatus::accepted);
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
  EXPECT_EQ(replay({}), std::vector<std::string>{"firms"});
}

TEST_F(ImportTest, TakesNoNameThatADeliveryMayNotHave) {
  for (const Json& name :
       {Json(std::string("7\0x", 3)), Json("7\u0085x"), Json("7\n"), Json(7.5), Json("")})
    EXPECT_THROW(import({{"id", name}, {"s", "Passed"}}), NotReadable) << name;
  EXPECT_NO_THROW(import({{"id", "7\u00a0\u0141"}, {"s", "Passed"}}));
}

TEST_F(ImportTest, IsRefusedWhereNothingSaysOfWhatTypeOrNothingMayRun) {
  EXPECT_NE(why_not("lead").find("not \"lead\""), std::string::npos);
  EXPECT_NE(why_not().find("--type contact or --type company"), std::string::npos) << why_not();
  source_.only_record = true;
  EXPECT_EQ(why_not(), "");
  source_.capture = true;
  EXPECT_NE(why_not("contact").find("capture"), std::string::npos) << why_not();
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
}  // namespace fh::test
