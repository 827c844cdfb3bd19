// Deliveries of every sender but Insites through a real host: batches, creations and deletions,
// noise and actors, and what is not for the source.
#include <gtest/gtest.h>

#include "base/digest.h"
#include "system/host_process.h"
#include "system/made_plugin.h"

namespace fh::test {
namespace {

constexpr const char* kToken = "the token of all these sources";

Json token_source(const std::string& name, const std::string& sender, const Json& more = {}) {
  Json source = {
      {"name", name},
      {"path", "/s/" + name},
      {"sender", sender},
      {"verify", {{"scheme", "bearer"}, {"secrets", {{{"name", "a"}, {"from", "env:TOKEN"}}}}}}};
  if (!more.is_null()) source.update(more);
  return source;
}

class Senders : public ::testing::Test {
 protected:
  Senders() {
    host_.environment()["TOKEN"] = kToken;
    host_.config()["sources"] = Json::array();
  }
  void add(const std::string& name, const std::string& sender, const Json& more = {}) {
    host_.config()["sources"].push_back(token_source(name, sender, more));
  }
  void watch(const std::string& plugin, const Json& watch) {
    const auto file = host_.folder() / (plugin + ".so");
    make_plugin(file, {{"name", plugin}, {"version", "1.0.0"}, {"watches", Json::array({watch})}});
    host_.install_file(file, plugin + ".so");
  }
  /// "accepted 2", or "ignored: <reason>" as the kept delivery gives it.
  std::string deliver(const std::string& name, const std::string& body) {
    RawRequest request;
    request.path = "/s/" + name;
    request.headers = {{"Authorization", std::string("Bearer ") + kToken}};
    request.body = body;
    const Reply reply = host_.post(request);
    if (reply.status != 200) return std::to_string(reply.status) + " " + reply.body;
    const Json answer = reply.json();
    delivery_ = answer["delivery"];
    if (answer["status"] == "accepted") return "accepted " + answer["jobs"].dump();
    const std::string path = "deliveries/" + answer["delivery"].dump();
    // An ignored delivery is written after its answer.
    EXPECT_TRUE(
        eventually(kPatience, [&] { return host_.admin("GET", "/api/v1/" + path).status == 200; }));
    return answer["status"].get<std::string>() + ": " +
           host_.api(path)["reason"].get<std::string>();
  }
  std::string deliver(const std::string& name, const Json& body) {
    return deliver(name, body.dump());
  }
  Json only_change() {
    const Json shown = host_.api("deliveries/" + std::to_string(delivery_));
    return shown["events"].at(0)["changes"];
  }
  /// Whether an event of the last delivery has exactly this change of the field.
  bool has_change(const std::string& field, const Json& change) {
    const Json shown = host_.api("deliveries/" + std::to_string(delivery_));
    for (const Json& event : shown["events"])
      if (event["changes"].value(field, Json()) == change) return true;
    return false;
  }
  static std::string sample(const std::string& name) {
    return text_of(std::filesystem::path(FIELDHOOK_FIXTURES) / "deliveries" / (name + ".json"));
  }

  HostProcess host_;
  std::int64_t delivery_ = 0;
};

Json change_of(const char* record, const char* field) {
  return {{"record", record}, {"field", field}, {"changes", true}};
}

TEST_F(Senders, HubspotsBatchIsManyEventsEachKnownByItsOwnIds) {
  add("hs", "hubspot");
  watch("contacts", change_of("contact", "lifecyclestage"));
  watch("companies", change_of("company", "onboarding_stage"));
  watch("creations", {{"record", "contact"}, {"created", true}});
  host_.start();
  const std::string first = sample("hubspot-batch");
  EXPECT_EQ(deliver("hs", first), "accepted 3");
  // HubSpot tries again what it was not answered for: the same events in another body.
  Json batch = Json::parse(first);
  for (Json& event : batch) event["attemptNumber"] = 1;
  EXPECT_TRUE(deliver("hs", batch).starts_with("duplicate: "));
  // One that is new among them is taken, the others are not taken again.
  batch[1]["eventId"] = 999;
  EXPECT_EQ(deliver("hs", batch), "accepted 1");
  // The same record may stand twice in one batch.
  batch = Json::array({batch[0], batch[0]});
  batch[0].update({{"eventId", 1}, {"propertyValue", "lead"}});
  batch[1].update({{"eventId", 2}, {"propertyValue", "customer"}});
  EXPECT_EQ(deliver("hs", batch), "accepted 2");
  EXPECT_EQ(host_.api("jobs").size(), 6u);
}

TEST_F(Senders, ADeletionRunsWhoWatchesIt) {
  add("hs", "hubspot");
  add("pd", "pipedrive");
  add("zo", "zoho");
  add("tw", "twenty");
  // It says what it sees of the record as the reason of its failure.
  make_plugin(host_.folder() / "gone.so",
              {{"name", "gone"}, {"watches", {{{"record", "contact"}, {"deleted", true}}}}},
              "host->fail(run, job->record);");
  host_.install_file(host_.folder() / "gone.so", "gone.so");
  const auto seen = [&] {
    const Json jobs = host_.api("jobs?delivery=" + std::to_string(delivery_));
    return Json::parse(
        host_.wait_for(jobs.at(0)["id"], "dead")["runs"].at(0)["error"].get<std::string>());
  };
  watch("changes", change_of("contact", "lifecyclestage"));
  host_.start();
  EXPECT_EQ(deliver("hs", Json::parse(R"([{"subscriptionType": "contact.propertyChange",
      "objectId": 1, "propertyName": "lifecyclestage", "propertyValue": "lead"}])")),
            "accepted 1");
  for (const char* type : {"contact.deletion", "contact.privacyDeletion"}) {
    EXPECT_EQ(deliver("hs", Json::array({{{"subscriptionType", type}, {"objectId", 1}}})),
              "accepted 1");
    EXPECT_EQ(seen(), Json::parse(R"({"lifecyclestage": "lead"})")) << "the last known one";
  }
  EXPECT_EQ(deliver("hs", Json::parse(R"([{"subscriptionType": "company.deletion",
      "objectId": 1}])")),
            "ignored: no_match");
  EXPECT_EQ(deliver("pd", Json::parse(R"({"meta": {"action": "delete", "entity": "person",
      "entity_id": "7"}, "data": null, "previous": {"id": 7}})")),
            "accepted 1");
  EXPECT_EQ(deliver("zo", Json::parse(R"({"module": "Contacts", "operation": "delete",
      "ids": ["1"]})")),
            "accepted 1");
  EXPECT_EQ(deliver("tw", Json::parse(R"({"event": "person.deleted",
      "data": {"id": "p", "a": 1}})")),
            "accepted 1");
  EXPECT_EQ(seen(), Json::parse(R"({"id": "p", "a": 1})")) << "the one it came with";
}

TEST_F(Senders, HubspotsDealsAndDeletionsAreKeptAndIgnored) {
  add("hs", "hubspot");
  host_.start();
  EXPECT_EQ(deliver("hs", Json::parse(R"([{"subscriptionType": "deal.creation", "objectId": 1}])")),
            "ignored: other_record: deal");
  EXPECT_EQ(
      deliver("hs", Json::parse(R"([{"subscriptionType": "contact.deletion", "objectId": 1}])")),
      "ignored: no_match");
  EXPECT_EQ(deliver("hs", Json::parse("[1]")), "ignored: unmapped: an event is not a JSON object");
}

TEST_F(Senders, ASourceOfContactsTakesNoCompanies) {
  add("hs", "hubspot", {{"record", "contact"}});
  add("pd", "pipedrive", {{"record", "company"}});
  watch("companies", change_of("company", "onboarding_stage"));
  watch("contacts", change_of("contact", "lifecyclestage"));
  host_.start();
  const Json batch = Json::parse(sample("hubspot-batch"));
  EXPECT_EQ(deliver("hs", Json::array({batch[1]})), "ignored: other_record: company");
  EXPECT_EQ(deliver("hs", batch), "accepted 1") << "the contact's";
  EXPECT_EQ(deliver("pd", sample("pipedrive-person-change")), "ignored: other_record: contact");
}

TEST_F(Senders, IgnoredActorsMakeNoJobAndTheirChangeIsKnown) {
  add("hs", "hubspot", {{"ignore_actors", {"INTEGRATION"}}});
  watch("stage", change_of("company", "stage"));
  host_.start();
  const auto event = [](int id, const char* value, const char* actor) {
    return Json::array({{{"eventId", id},
                         {"subscriptionId", 1},
                         {"occurredAt", 1},
                         {"subscriptionType", "company.propertyChange"},
                         {"objectId", 5},
                         {"propertyName", "stage"},
                         {"propertyValue", value},
                         {"changeSource", actor}}});
  };
  EXPECT_EQ(deliver("hs", event(1, "a", "CRM_UI")), "accepted 1");
  EXPECT_EQ(deliver("hs", event(2, "b", "INTEGRATION")), "ignored: actor");
  EXPECT_EQ(deliver("hs", event(3, "c", "CRM_UI")), "accepted 1");
  EXPECT_EQ(only_change(), Json::parse(R"({"stage": {"from": "b", "to": "c"}})"));
}

TEST_F(Senders, IgnoredFieldsNeverCountAsChanges) {
  const Json noise = {{"ignore_fields", {"update_time", "hash1"}}};
  add("pd", "pipedrive", noise);
  add("tw", "twenty", {{"ignore_fields", {"updatedAt"}}});
  watch("anything", change_of("contact", "update_time"));
  watch("name", change_of("contact", "name"));
  watch("at", change_of("contact", "updatedAt"));
  host_.start();
  const auto person = [](const Json& data, const Json& previous) {
    static int id = 0;
    return Json{{"meta",
                 {{"action", "change"},
                  {"entity", "person"},
                  {"entity_id", "7"},
                  {"id", "m-" + std::to_string(++id)}}},
                {"data", data},
                {"previous", previous}};
  };
  EXPECT_EQ(deliver("pd", person({{"id", 7}, {"update_time", 2}}, {{"update_time", 1}})),
            "ignored: only ignore_fields changed");
  EXPECT_EQ(deliver("pd", person({{"id", 7}, {"custom_fields", {{"hash1", 2}}}},
                                 {{"custom_fields", {{"hash1", 1}}}})),
            "ignored: only ignore_fields changed");
  EXPECT_EQ(deliver("pd", person({{"id", 7}, {"update_time", 3}, {"name", "b"}},
                                 {{"update_time", 2}, {"name", "a"}})),
            "accepted 1");
  EXPECT_EQ(only_change(), Json::parse(R"({"name": {"from": "a", "to": "b"}})"));
  // The same where the change is found by comparing.
  const auto record = [](const char* name, int at) {
    return Json{{"event", "person.updated"},
                {"data", {{"id", "p"}, {"name", name}, {"updatedAt", at}}}};
  };
  EXPECT_EQ(deliver("tw", record("a", 1)), "ignored: first_seen");
  EXPECT_EQ(deliver("tw", record("a", 2)), "ignored: only ignore_fields changed");
  EXPECT_EQ(deliver("tw", record("b", 3)), "accepted 1");
  EXPECT_EQ(only_change(), Json::parse(R"({"name": {"from": "a", "to": "b"}})"));
}

struct SampleCase {
  const char* sender;
  const char* file;
  const char* field;  // of a contact
  const char* change;
};

TEST_F(Senders, EachSampleReachesThePluginThatWatchesIt) {
  const SampleCase cases[] = {
      {"hubspot", "hubspot-batch", "lifecyclestage", R"({"to": "customer"})"},
      {"pipedrive", "pipedrive-person-change", "label_ids", R"({"from": [], "to": [14]})"},
      {"zoho", "zoho-contacts-update", "Stage", R"({"to": "Closed Won"})"},
      {"close", "close-lead-updated", "status_id", R"({"from": "stat_old", "to": "stat_new"})"},
      {"espocrm", "espocrm-contact-update", "title", R"({"to": "Lead"})"},
      {"twenty", "twenty-person-updated", "status", R"({"to": "PASSED"})"},
      {"standard-webhooks", "standard-webhooks-contact-updated", "level2_review_status",
       R"({"to": "Passed"})"}};
  for (const SampleCase& one : cases) {
    const bool says = std::string(one.sender) != "espocrm";
    add(one.sender, one.sender, says ? Json() : Json{{"record", "contact"}, {"event", "updated"}});
    watch(std::string("on-") + one.sender, change_of("contact", one.field));
  }
  add("generic", "generic",
      {{"record", "contact"},
       {"event", "updated"},
       {"mapping", {{"id", "/who"}, {"changes", "/what"}}}});
  watch("on-generic", change_of("contact", "grade"));
  host_.start();
  for (const SampleCase& one : cases) {
    EXPECT_TRUE(deliver(one.sender, sample(one.file)).starts_with("accepted")) << one.sender;
    EXPECT_TRUE(has_change(one.field, Json::parse(one.change))) << one.sender;
    EXPECT_GE(host_.api(std::string("jobs?plugin=on-") + one.sender).size(), 1u) << one.sender;
  }
  EXPECT_EQ(deliver("generic", Json::parse(R"({"who": "x", "what": {"grade": "A"}})")),
            "accepted 1");
  for (const Json& job : host_.api("jobs")) host_.wait_for(job["id"], "completed");
}

TEST_F(Senders, CreationsAreEvents) {
  add("pd", "pipedrive");
  add("es", "espocrm", {{"record", "company"}, {"event", "created"}});
  watch("people", {{"record", "contact"}, {"created", true}});
  watch("companies", {{"record", "company"}, {"created", true}});
  watch("names", change_of("company", "name"));
  host_.start();
  EXPECT_EQ(deliver("pd", Json::parse(R"({"meta": {"action": "create", "entity": "person",
                "entity_id": "7", "id": "m"}, "data": {"id": 7, "name": "n"}})")),
            "accepted 1");
  EXPECT_EQ(deliver("es", Json::parse(R"([{"id": "a", "name": "n"}, {"id": "b", "name": "m"}])")),
            "accepted 4");
}

// Zoho signs nothing: the token it was given stands in the body.
TEST_F(Senders, ZohosTokenIsLookedForInTheBodyAlone) {
  Json source = token_source("zoho", "zoho");
  source["verify"]["scheme"] = "body-token";
  host_.config()["sources"].push_back(source);
  watch("stage", change_of("contact", "Stage"));
  host_.start();
  const auto status = [&](const std::string& body) {
    RawRequest request;
    request.path = "/s/zoho";
    request.headers = {{"Authorization", std::string("Bearer ") + kToken}};
    request.body = body;
    return host_.post(request).status;
  };
  Json body = Json::parse(sample("zoho-contacts-update"));
  EXPECT_EQ(status(body.dump()), 401);
  body["token"] = kToken;
  EXPECT_EQ(status(body.dump()), 200);
  EXPECT_EQ(status("{\"token\": \"no\", " + body.dump().substr(1)), 401);
  EXPECT_EQ(status("not json"), 401);
  EXPECT_EQ(host_.api("deliveries").size(), 1u);
}

// With one id for a whole delivery its events are no duplicates of each other, and the delivery is
// one of itself.
TEST_F(Senders, ADeliverysIdCoversAllItsEvents) {
  add("es", "espocrm", {{"record", "contact"}, {"event", "updated"}});
  watch("status", change_of("contact", "status"));
  host_.start();
  RawRequest request;
  request.path = "/s/es";
  request.headers = {{"Authorization", std::string("Bearer ") + kToken},
                     {"X-Fieldhook-Delivery", "d-1"}};
  request.body = sample("espocrm-contact-update");
  EXPECT_EQ(host_.post(request).json()["jobs"], 2);
  request.body += " ";
  EXPECT_EQ(host_.post(request).json()["status"], "duplicate");
}

}  // namespace
}  // namespace fh::test
