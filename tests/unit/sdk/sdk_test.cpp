// The C++ SDK's values, without a host: watches, manifests and what a Record finds.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <fieldhook/plugin.hpp>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using fieldhook::company;
using fieldhook::contact;
using fieldhook::Contact;
using fieldhook::Json;

// Borrows both texts.
fieldhook_job job_with(std::string_view record, std::string_view event) {
  fieldhook_job job{};
  job.struct_size = sizeof job;
  job.record_type = fieldhook::detail::lend("contact");
  job.record_id = fieldhook::detail::lend("42");
  job.record = fieldhook::detail::lend(record);
  job.event = fieldhook::detail::lend(event);
  return job;
}

TEST(SdkWatch, EveryBuilderGivesTheJsonTheHostReads) {
  const struct {
    fieldhook::Watch watch;
    const char* json;
  } cases[] = {
      {contact("f").changes(), R"({"record":"contact","field":"f","changes":true})"},
      {company("f").changes(), R"({"record":"company","field":"f","changes":true})"},
      {contact("f").becomes("Passed"), R"({"record":"contact","field":"f","becomes":["Passed"]})"},
      {contact("f").becomes(true), R"({"record":"contact","field":"f","becomes":[true]})"},
      {contact("f").becomes(nullptr), R"({"record":"contact","field":"f","becomes":[null]})"},
      {contact("f").becomes(0), R"({"record":"contact","field":"f","becomes":[0]})"},
      {contact("a.b").becomes_any({"x", std::string("y"), 2, 2.5, false}),
       R"({"record":"contact","field":"a.b","becomes":["x","y",2,2.5,false]})"},
      {contact("f").from("a").to("b"), R"({"record":"contact","field":"f","from":"a","to":"b"})"},
      {contact("f").from(nullptr).to(1), R"({"record":"contact","field":"f","from":null,"to":1})"},
      {contact("f").clears(), R"({"record":"contact","field":"f","clears":true})"},
      {fieldhook::contact_created(), R"({"record":"contact","created":true})"},
      {fieldhook::company_created(), R"({"record":"company","created":true})"},
      {fieldhook::contact_deleted(), R"({"record":"contact","deleted":true})"},
      {fieldhook::company_deleted(), R"({"record":"company","deleted":true})"},
  };
  for (const auto& one : cases) EXPECT_EQ(one.watch.json(), Json::parse(one.json)) << one.json;
}

TEST(SdkManifest, SaysOnlyWhatWasGiven) {
  EXPECT_EQ(fieldhook::to_json({.name = "p"}), Json::parse(R"({"name":"p","watches":[]})"));
}

TEST(SdkManifest, CarriesEveryField) {
  const fieldhook::Manifest manifest = {
      .name = "p",
      .version = "1.2",
      .watches = {contact("f").becomes("x"), fieldhook::contact_created()},
      .max_attempts = 5,
      .timeout = std::chrono::minutes(1),
      .ordering = fieldhook::Ordering::none,
      .backoff = std::chrono::seconds(2),
      .backoff_max = std::chrono::milliseconds(2500),
      .slots = 2,
      .description = "d",
  };
  EXPECT_EQ(fieldhook::to_json(manifest), Json::parse(R"({"name":"p","version":"1.2",
      "watches":[{"record":"contact","field":"f","becomes":["x"]},
      {"record":"contact","created":true}],
      "max_attempts":5,"timeout_ms":60000,"ordering":"none","backoff_ms":2000,"backoff_max_ms":2500,
      "slots":2,"description":"d"})"));
}

class SdkRecord : public testing::Test {
 protected:
  const std::string record_ = R"({
      "id": 42, "name": "standard", "email": null, "empty": "", "big": 300, "ratio": 1.5,
      "yes": true,
      "negative": -1, "digits": "12", "huge": 18446744073709551615, "whole.key": "w",
      "ratios": [1.9], "counts": {"a": 1, "b": 2}, "shares": {"a": 0.5},
      "company": {"name": "Acme", "address": {"city": "Oslo"}}, "tags": ["a", "b"],
      "custom_field": {"name": "custom", "status": "Passed", "deep": {"x": 1}}})";
  const std::string event_ = R"({"record": {"uuid": "u-1"}, "changes": {
      "status": {"from": "Open", "to": "Passed"}, "email": {"from": "a@b", "to": null},
      "custom_field.name": {"to": "custom"},
      "company": {"from": {"name": "Acme", "address": {"city": "Rome"}},
                  "to": {"name": "Acme", "address": {"city": "Oslo"}}},
      "deep.x": {"from": 0, "to": 1}}})";
  const fieldhook_job job_ = job_with(record_, event_);
  const Contact contact_{job_};
};

TEST_F(SdkRecord, IsNamedByTheHostsText) {
  EXPECT_EQ(contact_.id(), "42");
  EXPECT_EQ(contact_.uuid(), "u-1");
  const std::string without = R"({"record":{"uuid":null}})";
  EXPECT_EQ(Contact(job_with(record_, without)).uuid(), "");
}

TEST_F(SdkRecord, FindsFieldsByPathStandardOnesFirst) {
  EXPECT_EQ(contact_.get<std::string>("name"), "standard");
  EXPECT_EQ(contact_.get<std::string>("custom_field.name"), "custom");
  EXPECT_EQ(contact_.get<std::string>("status"), "Passed");
  EXPECT_EQ(contact_.get<std::string>("custom_field.status"), "Passed");
  EXPECT_EQ(contact_.get<int>("deep.x"), 1);
  EXPECT_EQ(contact_.get<int>("custom_field.id"), 42);
  EXPECT_EQ(contact_.get<std::string>("company.address.city"), "Oslo");
  EXPECT_EQ(contact_.get<std::string>("whole.key"), "w");
  EXPECT_EQ(contact_.get<std::vector<std::string>>("tags"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(contact_.get<std::string>("company.nothing"), std::nullopt);
  EXPECT_EQ(contact_.get<std::string>("name.first"), std::nullopt);
  EXPECT_EQ(contact_.get<std::string>(""), std::nullopt);
}

TEST_F(SdkRecord, GivesNothingForNullAndForAnotherType) {
  EXPECT_EQ(contact_.get<std::string>("email"), std::nullopt);
  EXPECT_EQ(contact_.get<Json>("email"), std::nullopt);
  EXPECT_EQ(contact_.get<std::string>("empty"), "");
  EXPECT_EQ(contact_.get<std::string>("id"), std::nullopt);
  EXPECT_EQ(contact_.get<int>("digits"), std::nullopt);
  EXPECT_EQ(contact_.get<int>("ratio"), std::nullopt);
  EXPECT_EQ(contact_.get<double>("ratio"), 1.5);
  EXPECT_EQ(contact_.get<double>("big"), 300.0);
  EXPECT_EQ(contact_.get<std::uint8_t>("big"), std::nullopt);
  EXPECT_EQ(contact_.get<unsigned>("negative"), std::nullopt);
  EXPECT_EQ(contact_.get<std::int64_t>("huge"), std::nullopt);
  EXPECT_EQ(contact_.get<std::uint64_t>("huge"), 18446744073709551615U);
  EXPECT_EQ(contact_.get<bool>("yes"), true);
  EXPECT_EQ(contact_.get<bool>("id"), std::nullopt);
  EXPECT_EQ(contact_.get<int>("yes"), std::nullopt);
  EXPECT_EQ(contact_.get<std::vector<int>>("tags"), std::nullopt);
  EXPECT_EQ(contact_.get<std::vector<int>>("ratios"), std::nullopt);
  EXPECT_EQ(contact_.get<std::vector<double>>("ratios"), std::vector{1.9});
  using Numbers = std::map<std::string, int>;
  EXPECT_EQ(contact_.get<Numbers>("counts"), (Numbers{{"a", 1}, {"b", 2}}));
  EXPECT_EQ(contact_.get<Numbers>("shares"), std::nullopt);
}

TEST_F(SdkRecord, HasWhatIsThereIfOnlyAsNull) {
  EXPECT_TRUE(contact_.has("email"));
  EXPECT_TRUE(contact_.has("custom_field.status"));
  EXPECT_FALSE(contact_.has("phone"));
}

TEST_F(SdkRecord, TellsWhatThisEventChanged) {
  EXPECT_TRUE(contact_.changed("status"));
  EXPECT_TRUE(contact_.changed("custom_field.status"));
  EXPECT_TRUE(contact_.changed("company.address.city"));
  EXPECT_FALSE(contact_.changed("company.name"));
  EXPECT_TRUE(contact_.changed("deep"));
  EXPECT_FALSE(contact_.changed("id"));
  EXPECT_EQ(contact_.change("status").from, Json("Open"));
  EXPECT_EQ(contact_.change("status").to, Json("Passed"));
  EXPECT_EQ(contact_.change("email").to, Json(nullptr));
  EXPECT_EQ(contact_.change("company.address.city").from, Json("Rome"));
  EXPECT_EQ(contact_.change("custom_field.name").from, std::nullopt);
  EXPECT_EQ(contact_.change("id").to, std::nullopt);
}

TEST_F(SdkRecord, TellsThatAPartIsNullWhereNullIsInThePlaceOfAll) {
  const std::string event = R"({"changes": {
      "gone": {"from": {"a": {"b": 1}}, "to": {"a": null}}, "new": {"from": null, "to": {"a": 1}},
      "less": {"from": {"a": 1}, "to": {}}, "unknown": {"to": null}}})";
  const Contact contact(job_with(record_, event));
  EXPECT_EQ(contact.change("gone.a.b").from, Json(1));
  EXPECT_EQ(contact.change("gone.a.b").to, Json(nullptr));
  EXPECT_EQ(contact.change("new.a").from, Json(nullptr));
  EXPECT_EQ(contact.change("new.a").to, Json(1));
  EXPECT_EQ(contact.change("less.a").from, Json(1));
  EXPECT_EQ(contact.change("less.a").to, std::nullopt);
  for (const char* field : {"gone.b", "new.b", "unknown.a"}) EXPECT_FALSE(contact.changed(field));
}

TEST_F(SdkRecord, TellsTheStandardFieldFromTheCustomOneOfItsName) {
  const std::string record = R"({"q": {"x": 1}, "custom_field": {"q": {"x": 2}, "r": 3}})";
  const std::string of_standard = R"({"changes": {"q": {"to": {"x": 1}}, "r": {"to": 3}}})";
  const Contact standard(job_with(record, of_standard));
  for (const char* field : {"q", "q.x", "r", "custom_field.r"})
    EXPECT_TRUE(standard.changed(field)) << field;
  for (const char* field : {"custom_field.q", "custom_field.q.x"})
    EXPECT_FALSE(standard.changed(field)) << field;
  const std::string of_custom = R"({"changes": {"custom_field.q": {"to": {"x": 2}}}})";
  const Contact custom(job_with(record, of_custom));
  EXPECT_EQ(custom.change("custom_field.q.x").to, Json(2));
  for (const char* field : {"q", "q.x"}) EXPECT_FALSE(custom.changed(field)) << field;
  const std::string of_either = R"({"complete": false, "changes": {"q": {"to": {"x": 1}}}})";
  const Contact either(job_with(record, of_either));
  for (const char* field : {"q", "custom_field.q.x"}) EXPECT_TRUE(either.changed(field)) << field;
}

TEST_F(SdkRecord, ParsesNothingThatIsNotAskedFor) {
  const Contact broken(job_with("not json", "not json"));
  EXPECT_EQ(broken.id(), "42");
  EXPECT_THROW((void)broken.json(), Json::parse_error);
}

// What once() and step() give back outlives the text it was read from, or does not compile.
// (tests/system/sdk_compiles_test.cpp has the sentences.)
template <class T>
constexpr bool kRefers = fieldhook::detail::kRefersToText<T>;
template <class T>
constexpr bool kIsText = std::is_same_v<typename fieldhook::detail::Stored<T>::type, std::string>;

static_assert(kIsText<std::string_view> && kIsText<const char*> && kIsText<char*>);
static_assert(kRefers<std::vector<std::string_view>>);
static_assert(kRefers<std::map<std::string, std::vector<const char*>>>);
static_assert(kRefers<std::pair<const std::string_view, int>>);
static_assert(kRefers<std::array<std::string_view, 2>>);
static_assert(kRefers<const std::string*>);
static_assert(!kRefers<std::string> && !kRefers<int> && !kRefers<Json> && !kRefers<void>);
static_assert(!kRefers<std::map<std::string, std::vector<std::string>>>);

}  // namespace
