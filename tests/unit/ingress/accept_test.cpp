// What becomes of a delivery: duplicates, matches, echoes, limits, and its reasons.
#include "ingress/accept.h"

#include "queue/job_action.h"
#include "senders/hubspot.h"
#include "unit/ingress/accept_fixture.h"

namespace fh::test {
namespace {

TEST_F(AcceptTest, AMatchMakesOneJobPerPlugin) {
  watch("q", R"([{"record":"contact","field":"s","changes":true},
                 {"record":"contact","field":"s","becomes":["Passed"]}])");
  const Acceptance got = deliver(kPassed);
  EXPECT_EQ(got.status, DeliveryStatus::accepted);
  EXPECT_EQ(got.jobs, 2);
  EXPECT_EQ(status(kFailed), "accepted");
  expect_tallies_hold();
}

TEST_F(AcceptTest, TheSameBodyIsADuplicateOfTheLatestOnly) {
  EXPECT_EQ(status(kPassed), "accepted");
  EXPECT_EQ(status(kPassed), "duplicate of delivery 1");
  EXPECT_EQ(status(kPassed), "duplicate of delivery 1");
  EXPECT_EQ(status(kFailed), "ignored no_match");
  EXPECT_EQ(status(kPassed), "accepted");
}

TEST_F(AcceptTest, AnotherEventOfABatchLeavesItsKey) {
  const char* batch = R"([{"id":1,"changes":{"s":"Passed"}},{"id":1,"changes":{"t":1}}])";
  EXPECT_EQ(status(batch), "accepted");
  EXPECT_EQ(status(batch), "duplicate of delivery 1");
}

TEST_F(AcceptTest, ADuplicateIsOnlyOneWithinTheWindow) {
  EXPECT_EQ(status(kPassed), "accepted");
  clock_.advance(source_.dedupe_window);
  EXPECT_EQ(status(kPassed), "duplicate of delivery 1");
  clock_.advance(Millis(1));
  EXPECT_EQ(status(kPassed), "accepted");
}

TEST_F(AcceptTest, AnIgnoredDeliveryLeavesNoKey) {
  EXPECT_EQ(status(kFailed), "ignored no_match");
  EXPECT_EQ(status(kFailed), "ignored no_match");
}

TEST_F(AcceptTest, OtherRecordsAndSourcesAreNoDuplicates) {
  EXPECT_EQ(status(kPassed), "accepted");
  EXPECT_EQ(status(R"({"id":2,"changes":{"s":"Passed"}})"), "accepted");
  source_.name = "other";
  EXPECT_EQ(status(kPassed), "accepted");
}

TEST_F(AcceptTest, ASendersIdDecidesWhateverTheBody) {
  EXPECT_EQ(status(kPassed, "a"), "accepted");
  EXPECT_EQ(status(kPassed, "b"), "accepted");
  EXPECT_EQ(status(R"({"id":2,"changes":{"s":"Passed"}})", "a"), "duplicate of delivery 1");
  clock_.advance(kSenderIdKept);
  EXPECT_EQ(status(kPassed, "a"), "accepted");
}

TEST_F(AcceptTest, AnEnvelopesEventIdIsASendersId) {
  EXPECT_EQ(status(R"({"id":"evt_1","data":{"id":1,"changes":{"s":"Passed"}}})"), "accepted");
  EXPECT_EQ(status(R"({"id":"evt_1","data":{"id":1,"changes":{"s":"Passed"}},"x":1})"),
            "duplicate of delivery 1");
}

TEST_F(AcceptTest, AnEventsOwnIdGoesBeforeItsDeliverys) {
  const auto event = [](const std::string& id) {
    return R"({"id":")" + id + R"(","data":{"id":1,"changes":{"s":"Passed"}}})";
  };
  EXPECT_EQ(status(event("evt_1"), "a"), "accepted");
  EXPECT_EQ(status(event("evt_2"), "a"), "accepted");
  EXPECT_EQ(status(event("evt_1"), "b"), "duplicate of delivery 1");
}

TEST_F(AcceptTest, TheReasonOfAnIgnoredWholeRecordSaysWhatChangedAndStaysShort) {
  Json record = {{"id", 1}};
  deliver(record.dump());
  for (int i = 100; i < 200; ++i) record["field_" + std::to_string(i)] = i;
  const std::string many = status(record.dump());
  EXPECT_TRUE(many.starts_with("ignored no_match: field_100, field_101, ")) << many;
  EXPECT_TRUE(many.ends_with(" and 83 more")) << many;
  EXPECT_LT(many.size(), 240U);
  record[std::string(300, 'x')] = 1;
  EXPECT_EQ(status(record.dump()), "ignored no_match: 1 with long names");
}

TEST_F(AcceptTest, ABatchHasEachReasonOfItsEventsOnce) {
  source_.sender = "hubspot";
  const auto deliver_batch = [&](std::initializer_list<const char*> events) {
    Arrival arrival;
    arrival.delivery = last_ = store_->new_delivery_id();
    arrival.source = &source_;
    arrival.body = "[";
    for (const char* event : events)
      arrival.body += (arrival.body.size() > 1 ? "," : "") + std::string(event);
    arrival.body += "]";
    const std::vector<std::string> ignored = {"API"};
    SenderReading reading =
        read_hubspot(SenderBody(std::string_view(arrival.body)), {.ignore_actors = &ignored});
    for (Event& event : reading.events) arrival.events.emplace_back(std::move(event));
    arrival.unmapped = reading.unmapped;
    arrival.ignored = reading.ignored;
    return write([&](Transaction& tx) { return accept(tx, arrival, *catalog_); }).reason;
  };
  constexpr const char* kFirst =
      R"({"subscriptionType":"contact.propertyChange","objectId":1,"propertyName":"s",
          "propertyValue":"Passed","eventId":1,"subscriptionId":1,"occurredAt":1})";
  constexpr const char* kOurs =
      R"({"subscriptionType":"contact.propertyChange","objectId":2,"propertyName":"s",
          "propertyValue":"Passed","changeSource":"API"})";
  constexpr const char* kOpen =
      R"({"subscriptionType":"contact.propertyChange","objectId":3,"propertyName":"s",
          "propertyValue":"Open"})";
  EXPECT_EQ(deliver_batch({kFirst, kOurs}), "");
  EXPECT_EQ(deliver_batch({kFirst}), "of delivery 1");
  EXPECT_EQ(deliver_batch({kOurs, kOpen, kOurs}), "actor; no_match");
  EXPECT_EQ(deliver_batch({kOpen, kFirst}), "no_match; duplicate of delivery 1");
  constexpr const char* kDeal =
      R"({"subscriptionType":"deal.propertyChange","objectId":4,"propertyName":"s",
          "propertyValue":"Passed"})";
  constexpr const char* kNobody =
      R"({"subscriptionType":"contact.propertyChange","propertyName":"s",
          "propertyValue":"Passed"})";
  EXPECT_EQ(deliver_batch({kDeal, kOpen, kNobody}),
            "no_match; unmapped: an event has no \"objectId\"; other_record: deal");
  const auto found = [&](const char* reason) {
    DeliveryFilter filter;
    filter.reason = reason;
    std::vector<std::int64_t> ids;
    for (const DeliveryView& view : Views(store_->reader()).deliveries(filter))
      ids.push_back(view.id);
    return ids;
  };
  using Ids = std::vector<std::int64_t>;
  EXPECT_EQ(found("no_m"), (Ids{5, 4, 3}));
  EXPECT_EQ(found("unmapped"), (Ids{5}));
  EXPECT_EQ(found("other_record"), (Ids{5}));
  EXPECT_EQ(found("actor"), (Ids{3}));
  EXPECT_EQ(found("duplicate of"), (Ids{4}));
  EXPECT_EQ(found("of delivery 1"), (Ids{2}));
  EXPECT_EQ(found("match"), (Ids{}));
}

TEST_F(AcceptTest, ABatchThatMadeAJobIsKnownAsAWholeWhenItComesAgain) {
  watch("p", R"([{"record":"contact","field":"s","from":"Passed","to":"Failed"},
                 {"record":"contact","field":"s","becomes":["Passed"]}])");
  const auto event = [](int id, const char* value) {
    return Json{{"id", 1}, {"eid", id}, {"changes", {{"s", value}}}};
  };
  const auto deliver_batch = [&](const Json& batch) {
    Arrival arrival;
    arrival.delivery = last_ = store_->new_delivery_id();
    arrival.source = &source_;
    arrival.body = to_text(batch);
    Mapping mapping;
    mapping.event_id = "/eid";
    SenderReading reading = read_insites(SenderBody(std::string_view(arrival.body)),
                                         {source_.record, source_.event, &mapping});
    for (Event& one : reading.events) arrival.events.emplace_back(std::move(one));
    return write([&](Transaction& tx) { return accept(tx, arrival, *catalog_); });
  };
  const Json batch = {event(1, "Open"), event(2, "Passed")};
  EXPECT_EQ(deliver_batch(batch).jobs, 1);
  EXPECT_EQ(deliver_batch(batch).status, DeliveryStatus::duplicate);
  EXPECT_EQ(deliver_batch({event(3, "Failed")}).status, DeliveryStatus::accepted);
  EXPECT_EQ(changes(), Json::parse(R"({"s":{"from":"Passed","to":"Failed"}})"));
  // Where nothing made a job nothing is kept, and nothing is lost by it.
  EXPECT_EQ(deliver_batch({event(4, "Open"), event(5, "Closed")}).status, DeliveryStatus::ignored);
  EXPECT_EQ(deliver_batch({event(4, "Open"), event(5, "Closed")}).status, DeliveryStatus::ignored);
  // An echo leaves its key as a job does.
  const auto contact = record("1");
  write([&](Transaction& tx) {
    tx.effects.expect_echo("p", contact, "s", "\"Passed\"", tx.now + Millis(1000));
  });
  EXPECT_EQ(deliver_batch({event(6, "Open"), event(7, "Passed")}).reason, "no_match; echo");
  EXPECT_EQ(deliver_batch({event(6, "Open"), event(7, "Passed")}).status,
            DeliveryStatus::duplicate);
}

TEST_F(AcceptTest, TheReasonOfALargeBatchStaysShort) {
  source_.first_seen = SourceConfig::FirstSeen::changed;
  Arrival arrival;
  arrival.delivery = store_->new_delivery_id();
  arrival.source = &source_;
  for (int i = 0; i < 100; ++i) {
    Event& event = arrival.events.emplace_back(Event()).event;
    event.aliases.id = std::to_string(i);
    event.mode = PayloadMode::full_object;
    event.snapshot = SnapshotText(Json{{"field_" + std::to_string(i), i}});
  }
  const std::string reason =
      write([&](Transaction& tx) { return accept(tx, arrival, *catalog_); }).reason;
  EXPECT_TRUE(reason.starts_with("no_match: field_0; no_match: field_1; ")) << reason;
  EXPECT_TRUE(reason.ends_with(" more")) << reason;
  EXPECT_LT(reason.size(), 600U);
}

TEST_F(AcceptTest, UnmappedIsKeptAndIgnored) {
  EXPECT_EQ(status(R"({"what":"ever"})").substr(0, 17), "ignored unmapped:");
  EXPECT_EQ(Views(store_->reader()).delivery(last_)->body, R"({"what":"ever"})");
}

TEST_F(AcceptTest, AnAnnouncedEchoIsDroppedForThatPluginOnceOnly) {
  watch("q", R"([{"record":"contact","field":"s","changes":true}])");
  const auto contact = record("1");
  write([&](Transaction& tx) {
    tx.effects.expect_echo("p", contact, "s", "\"Passed\"", tx.now + Millis(1000));
  });
  EXPECT_EQ(deliver(kPassed).jobs, 1);
  EXPECT_TRUE(lease("q"));
  deliver(kFailed);
  EXPECT_EQ(deliver(kPassed).jobs, 2);
}

TEST_F(AcceptTest, AnEchoIsKnownByEitherSpellingOfItsField) {
  watch("p", R"([{"record":"contact","field":"s","changes":true},
                 {"record":"contact","field":"n","changes":true}])");
  const auto contact = record("1");
  write([&](Transaction& tx) {
    tx.effects.expect_echo("p", contact, "s", "\"Passed\"", tx.now + Millis(1000));
    tx.effects.expect_echo("p", contact, "n", "5", tx.now + Millis(1000));
  });
  EXPECT_EQ(status(R"({"id":1,"changes":{"custom_field.s":"Passed"}})"), "ignored echo");
  EXPECT_EQ(status(R"({"id":1,"changes":{"n":5.0}})"), "ignored echo");
}

TEST_F(AcceptTest, AnEventThatMakesNoJobUsesUpTheEchoItBrings) {
  source_.ignore_actors = {"api"};
  watch("p", R"([{"record":"contact","field":"s","from":"A","to":"X"}])");
  const auto contact = record("1");
  const auto s_becomes = [&](const char* value, const char* set_aside = "") {
    Arrival arrival;
    arrival.delivery = store_->new_delivery_id();
    arrival.source = &source_;
    arrival.sender_id = std::to_string(arrival.delivery);
    Event& event = arrival.events.emplace_back(Event()).event;
    event.aliases.id = "1";
    event.changes["s"].to = value;
    event.set_aside = set_aside;
    return write([&](Transaction& tx) { return said(accept(tx, arrival, *catalog_)); });
  };
  for (const char* set_aside : {"actor", ""}) {
    s_becomes("B");
    write([&](Transaction& tx) {
      tx.effects.expect_echo("p", contact, "s", "\"X\"", tx.now + Millis(1000));
    });
    EXPECT_NE(s_becomes("X", set_aside), "ignored echo") << "it meets no watch";
    s_becomes("A");
    EXPECT_EQ(s_becomes("X"), "accepted") << "a person's";
  }
}

TEST_F(AcceptTest, AnEchoThatComesAgainIsADuplicate) {
  const auto contact = record("1");
  const auto announce = [&] {
    write([&](Transaction& tx) {
      tx.effects.expect_echo("p", contact, "s", "\"Passed\"", tx.now + Millis(1000));
    });
  };
  announce();
  EXPECT_EQ(status(kPassed), "ignored echo");
  EXPECT_EQ(status(kPassed), "duplicate of delivery 1");
  announce();
  EXPECT_EQ(status(R"({"id":1,"changes":{"s":"Passed","t":1}})", "a"), "ignored echo");
  EXPECT_EQ(status(R"({"id":1,"changes":{"s":"Passed","t":1}})", "a"), "duplicate of delivery 3");
}

TEST_F(AcceptTest, AnEventIsSupersededByALaterOneThatMadeAJob) {
  const auto is_superseded = [&](std::int64_t delivery, std::size_t event) {
    return write([&](Transaction& tx) {
      const StoredEvent asked = tx.deliveries.events_of(delivery).at(event);
      return tx.records.is_superseded(asked.record, asked.id);
    });
  };
  deliver(R"([{"id":1,"changes":{"s":"Passed"}},{"id":1,"changes":{"s":"Passed","t":1}}])");
  EXPECT_TRUE(is_superseded(1, 0)) << "by the other of its delivery";
  EXPECT_FALSE(is_superseded(1, 1));
  EXPECT_EQ(status(R"({"id":1,"changes":{"t":2}})"), "ignored no_match");
  deliver(R"({"id":2,"changes":{"s":"Passed"}})");
  EXPECT_FALSE(is_superseded(1, 1));
  EXPECT_EQ(status(R"({"uuid":"u","changes":{"s":"Passed"}})"), "accepted");
  deliver(R"({"uuid":"u","id":1,"changes":{"t":3}})");
  EXPECT_TRUE(is_superseded(1, 1)) << "by that of a record that is the same";
  EXPECT_FALSE(is_superseded(4, 0));
}

TEST_F(AcceptTest, AnEchoIsWaitedForALimitedTime) {
  const auto contact = record("1");
  write([&](Transaction& tx) {
    tx.effects.expect_echo("p", contact, "s", "\"Passed\"", tx.now + Millis(1000));
  });
  clock_.advance(Millis(1000));
  EXPECT_EQ(status(kPassed), "accepted");
}

TEST_F(AcceptTest, AFullBacklogStoresNothing) {
  watch("p", R"([{"record":"contact","field":"s","becomes":["Passed"]}])", 1);
  EXPECT_EQ(status(kPassed), "accepted");
  EXPECT_THROW(deliver(R"({"id":2,"changes":{"s":"Passed"}})"), BacklogFull);
  EXPECT_FALSE(Views(store_->reader()).delivery(last_));
  finish(*lease(), {});
  EXPECT_EQ(status(R"({"id":2,"changes":{"s":"Passed"}})"), "accepted");
}

TEST_F(AcceptTest, AFullBacklogOfOneOfTwoPluginsStoresNothingForEither) {
  watch("p", R"([{"record":"contact","field":"s","becomes":["Passed"]}])", 1);
  watch("q", R"([{"record":"contact","field":"t","changes":true},
                 {"record":"contact","field":"s","becomes":["Passed"]}])");
  EXPECT_EQ(deliver(kPassed).jobs, 2);
  const auto before = Views(store_->reader()).tallies();
  const char* second = R"({"id":2,"changes":{"s":"Passed"}})";
  EXPECT_THROW(deliver(second), BacklogFull);
  EXPECT_FALSE(Views(store_->reader()).delivery(last_));
  EXPECT_EQ(Views(store_->reader()).tallies(), before);
  expect_tallies_hold();
  // What does not concern the full one is taken, of the same record as well.
  EXPECT_EQ(status(R"({"id":2,"changes":{"t":"x"}})"), "accepted");
  finish(*lease("p"), {});
  EXPECT_EQ(deliver(second).jobs, 2);
}

}  // namespace
}  // namespace fh::test
