#include <gtest/gtest.h>

#include "config_file.h"

namespace fh {
namespace {

// A source without mistakes; each case breaks one key of it.
Json good_source() {
  return {{"name", "s"},
          {"path", "/s"},
          {"sender", "insites"},
          {"record", "contact"},
          {"event", "updated"},
          {"verify",
           {{"scheme", "header-token"},
            {"header", "X-Token"},
            {"secrets", {{{"name", "a"}, {"from", "file:token"}}}}}}};
}

std::vector<std::string> mistakes_in(const std::string& text) {
  ConfigFile file(text);
  file.write("token", "t\n");
  file.write("empty", "\n");
  return file.mistakes();
}

std::vector<std::string> mistakes_in_source(const Json& source) {
  return mistakes_in(Json{{"sources", {source}}}.dump());
}

struct Case {
  std::string name;
  std::string text;
  std::string mistake;  // "": none
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class TopMistake : public testing::TestWithParam<Case> {};

TEST_P(TopMistake, IsTold) {
  const std::vector<std::string> none;
  const auto expected = GetParam().mistake.empty() ? none : std::vector{GetParam().mistake};
  EXPECT_EQ(mistakes_in(GetParam().text), expected);
}

std::string case_name(const testing::TestParamInfo<Case>& param) { return param.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Table, TopMistake,
    testing::Values(
        Case{"Nothing", "{}", ""}, Case{"Schema", R"({"$schema": "fieldhook.schema.json"})", ""},
        Case{"Array", "[]", "config: must be an object, not array"},
        Case{"UnknownKey", R"({"surces": []})",
             R"(config: unknown key "surces" (did you mean "sources"?))"},
        Case{"FarKey", R"({"colour": 1})", R"(config: unknown key "colour")"},
        Case{"NestedUnknownKey", R"({"workers": {"maks": 1}})",
             R"(config: workers: unknown key "maks" (did you mean "max"?))"},
        Case{"OnePortForBoth",
             R"({"ingest": {"listen": "0.0.0.0:80"}, "admin": {"listen": "127.0.0.1:80"}})",
             "config: admin.listen takes the port of ingest.listen: give each its own"},
        Case{"AnyPortForBoth",
             R"({"ingest": {"listen": "127.0.0.1:0"}, "admin": {"listen": "127.0.0.1:0"}})", ""},
        Case{"SectionType", R"({"ingest": 8080})", "config: ingest must be an object, not number"},
        Case{"RepeatedKey", R"({"log": {"level": "info", "level": "debug"}})",
             "config: log.level stands twice in one object"},
        Case{"PortRange", R"({"ingest": {"listen": "0.0.0.0:65536"}})",
             R"(config: ingest.listen "0.0.0.0:65536": port 65536 is out of range (0 to 65535))"},
        Case{"PortZero", R"({"ingest": {"listen": "0.0.0.0:0"}})", ""},
        Case{"NoPort", R"({"ingest": {"listen": "0.0.0.0"}})",
             R"(config: ingest.listen "0.0.0.0": must be "HOST:PORT", with IPv6 in brackets)"},
        Case{"DurationUnit", R"({"workers": {"drain_grace": "30"}})",
             R"(config: workers.drain_grace "30" is not a duration such as "500ms", "10s", )"
             R"("10m", "2h")"},
        Case{"DurationRange", R"({"ingest": {"request_deadline": "0s"}})",
             R"(config: ingest.request_deadline "0s" is out of range (100ms to 10m))"},
        Case{"DurationType", R"({"ingest": {"request_deadline": 10}})",
             "config: ingest.request_deadline must be a text, not number"},
        Case{"SizeUnit", R"({"ingest": {"max_body": "1 MiB"}})",
             R"(config: ingest.max_body "1 MiB" is not a size such as "512B", "64KiB", "1MiB")"},
        Case{"SizeRange", R"({"ingest": {"max_body": "1GiB"}})",
             R"(config: ingest.max_body "1GiB" is out of range (1KiB to 64MiB))"},
        Case{"NumberRange", R"({"workers": {"max": 0}})",
             "config: workers.max 0 is out of range (1 to 1024)"},
        Case{"NumberHuge", R"({"workers": {"max": 18446744073709551615}})",
             "config: workers.max 18446744073709551615 is out of range (1 to 1024)"},
        Case{"NumberFraction", R"({"workers": {"max": 1.5}})",
             "config: workers.max must be a whole number (1 to 1024)"},
        Case{"LittleMemory", R"({"plugins": {"limits": {"p": {"memory": "1MiB"}}}})",
             R"(config: plugins.limits.p.memory "1MiB" is out of range (32MiB to 1024GiB, or 0B)"
             " for no limit)"},
        Case{"Slots", R"({"plugins": {"limits": {"p": {"slots": 0}}}})",
             "config: plugins.limits.p.slots 0 is out of range (1 to 1024)"},
        Case{"BackoffMax",
             R"({"plugins": {"limits": {"p": {"backoff": "2m", "backoff_max": "1m"}}}})",
             R"(config: plugins.limits.p.backoff_max "1m" is less than backoff "2m")"},
        Case{"PluginName", R"({"plugins": {"limits": {"My Plugin": {}}}})",
             "config: plugins.limits has \"My Plugin\", which is no plugin's name (1 to 64 of a-z, "
             "0-9, '-', '_' and '.', not starting with '-' or '.')"},
        Case{"SettingsType", R"({"plugins": {"settings": {"p": []}}})",
             "config: plugins.settings.p must be an object, not array"},
        Case{"PluginSecret", R"({"plugins": {"secrets": {"p": {"k": "hunter2"}}}})",
             "config: plugins.secrets.p.k must be a reference (env:NAME, file:PATH or "
             "credential:NAME), not the secret itself"},
        Case{"Trust", R"({"plugins": {"trust": "ownr"}})",
             R"(config: plugins.trust "ownr" is not known (known: owner, none; did you mean )"
             R"("owner"?))"},
        Case{"Level", R"({"log": {"level": "verbose"}})",
             R"(config: log.level "verbose" is not known (known: error, warning, info, debug))"},
        Case{"Store", R"({"store": "postgresql://u:hunter2@db/x"})",
             R"(config: store "postgresql:..." is not supported (supported: sqlite:PATH))"},
        Case{"StorePath", R"({"store": "sqlite:"})",
             R"(config: store "sqlite:..." is not supported (supported: sqlite:PATH))"},
        Case{"AdminOpen", R"({"admin": {"listen": "0.0.0.0:8081"}})",
             R"(config: admin.listen "0.0.0.0:8081" can be reached from other machines: give )"
             "admin.tokens, or listen on 127.0.0.1, [::1] or localhost"},
        Case{"AdminIpv6", R"({"admin": {"listen": "[::1]:8081"}})", ""},
        Case{"AdminNoTokens", R"({"admin": {"tokens": []}})",
             "config: admin.tokens is empty: give at least one"},
        Case{"AdminLiteral", R"({"admin": {"tokens": [{"name": "a", "from": "hunter2"}]}})",
             "config: admin.tokens[0].from must be a reference (env:NAME, file:PATH or "
             "credential:NAME), not the secret itself"}),
    case_name);

const std::string kSenders =
    "insites, hubspot, pipedrive, zoho, close, espocrm, twenty, standard-webhooks, generic";

struct SourceCase {
  std::string name;
  std::string pointer;  // of the key that is set
  Json value;           // null: the key is removed
  std::string mistake;
};

void PrintTo(const SourceCase& one, std::ostream* out) { *out << one.name; }

class SourceMistake : public testing::TestWithParam<SourceCase> {};

TEST_P(SourceMistake, IsTold) {
  const SourceCase& one = GetParam();
  Json source = good_source();
  const Json::json_pointer pointer(one.pointer);
  if (one.value.is_null())
    source[pointer.parent_pointer()].erase(pointer.back());
  else
    source[pointer] = one.value;
  const std::vector<std::string> none;
  EXPECT_EQ(mistakes_in_source(source), one.mistake.empty() ? none : std::vector{one.mistake});
}

INSTANTIATE_TEST_SUITE_P(
    Table, SourceMistake,
    testing::Values(
        SourceCase{"None", "/name", "s", ""},
        SourceCase{"NoName", "/name", nullptr, "config: sources[0].name is missing"},
        SourceCase{"NameBlank", "/name", "a b",
                   R"(config: sources[0].name "a b" must be at most 64 of A-Z a-z 0-9 . _ -)"},
        SourceCase{"Path", "/path", "s", R"(config: sources[0].path "s" must begin with "/")"},
        SourceCase{"PathQuery", "/path", "/s?a=b",
                   R"(config: sources[0].path "/s?a=b" must have no blank, "?" or "#")"},
        SourceCase{"Sender", "/sender", "hubspt",
                   "config: sources[0].sender \"hubspt\" is not known (known: " + kSenders +
                       "; did you mean \"hubspot\"?)"},
        SourceCase{"SenderNear", "/sender", "insite",
                   "config: sources[0].sender \"insite\" is not known (known: " + kSenders +
                       "; did you mean \"insites\"?)"},
        SourceCase{"Record", "/record", "deal",
                   R"(config: sources[0].record "deal" is not known (known: contact, company))"},
        SourceCase{"Event", "/event", nullptr,
                   "config: sources[0].event is missing (known: created, updated, deleted)"},
        SourceCase{
            "FirstSeen", "/first_seen", "ignore",
            R"(config: sources[0].first_seen "ignore" is not known (known: baseline, changed))"},
        SourceCase{"Dedupe", "/dedupe", Json{{"window", "8d"}},
                   R"(config: sources[0].dedupe.window "8d" is out of range (0ms to 7d))"},
        SourceCase{"NoVerify", "/verify", nullptr, "config: sources[0].verify is missing"},
        SourceCase{"MaxHead", "/max_head", "1MiB",
                   "config: sources[0].max_head \"1MiB\" is out of range (1KiB to 256KiB)"},
        SourceCase{"MaxBody", "/max_body", "128MiB",
                   "config: sources[0].max_body \"128MiB\" is out of range (1KiB to 64MiB)"},
        SourceCase{"MaxDepth", "/max_depth", 65,
                   "config: sources[0].max_depth 65 is out of range (1 to 64)"},
        SourceCase{"Retired", "/retired", "yes",
                   "config: sources[0].retired must be true or false, not string"},
        SourceCase{"Scheme", "/verify/scheme", "rot13",
                   "config: sources[0].verify.scheme \"rot13\" is not known (known: hmac-sha256, "
                   "signature, standard-webhooks, hubspot-v3, hubspot-v2, hubspot-v1, github, "
                   "stripe, slack, shopify, twilio, close, espocrm, twenty, url-token, "
                   "header-token, bearer, basic, body-token, none)"},
        SourceCase{"Mapping", "/mapping", Json{{"id", "/id"}}, ""},
        SourceCase{"MappingPointer", "/mapping", Json{{"id", "id"}},
                   "config: sources[0].mapping.id \"id\" is no JSON Pointer such as "
                   "\"/data/id\" (\"\" is all)"},
        SourceCase{"MappingEscape", "/mapping", Json{{"id", "/a~2"}},
                   "config: sources[0].mapping.id \"/a~2\" is no JSON Pointer such as "
                   "\"/data/id\" (\"\" is all)"},
        SourceCase{"MappingKey", "/mapping", Json{{"idd", "/id"}},
                   "config: sources[0].mapping: unknown key \"idd\" (did you mean \"id\"?)"},
        SourceCase{"IgnoreFields", "/ignore_fields", Json::array({1}),
                   "config: sources[0].ignore_fields must be a list of texts that are not empty"},
        SourceCase{"Portal", "/portal", 62515,
                   "config: sources[0].portal means something to sender \"hubspot\" alone: leave "
                   "it out"},
        SourceCase{"IgnoreActorsThatNobodySays", "/ignore_actors", Json::array({"api"}),
                   "config: sources[0].ignore_actors needs mapping.actor: where the bodies of "
                   "sender \"insites\" say who made the change is not known"},
        SourceCase{"IgnoreActors", "/ignore_actors", "api",
                   "config: sources[0].ignore_actors must be a list, not string"},
        SourceCase{"PublicUrl", "/public_url", "hooks.example.com",
                   "config: sources[0].public_url \"hooks.example.com\" must be the URL that the "
                   "sender posts to, such as \"https://hooks.example.com/contacts\""},
        SourceCase{"NotAfter", "/verify/secrets/0/not_after", "tomorrow",
                   "config: sources[0].verify.secrets[0].not_after \"tomorrow\" is no time such as "
                   "\"2026-12-31T00:00:00Z\""},
        SourceCase{"NoHeader", "/verify/header", nullptr,
                   "config: sources[0].verify.header is missing"},
        SourceCase{"HeaderName", "/verify/header", "X Token",
                   R"(config: sources[0].verify.header "X Token" is no header's name)"},
        SourceCase{"ForeignKey", "/verify/encoding", "hex",
                   R"(config: sources[0].verify: unknown key "encoding")"},
        SourceCase{"MisspeltKey", "/verify/secrts", Json::array(),
                   R"(config: sources[0].verify: unknown key "secrts" (did you mean "secrets"?))"},
        SourceCase{"NoSecrets", "/verify/secrets", nullptr,
                   "config: sources[0].verify.secrets is missing: without one, nothing can be "
                   "verified"},
        SourceCase{"EmptySecrets", "/verify/secrets", Json::array(),
                   "config: sources[0].verify.secrets is empty: give at least one"},
        SourceCase{"LiteralInList", "/verify/secrets", Json::array({"hunter2"}),
                   "config: sources[0].verify.secrets[0] must be an object, not string"},
        SourceCase{"EmptySecret", "/verify/secrets/0/from", "env:FIELDHOOK_TEST_UNSET",
                   "config: sources[0].verify.secrets[0].from cannot be used: secret "
                   "env:FIELDHOOK_TEST_UNSET cannot be read: the environment variable is not set"},
        SourceCase{"SecretName", "/verify/secrets/0/name", nullptr,
                   "config: sources[0].verify.secrets[0].name is missing"}),
    [](const auto& param) { return param.param.name; });

// What else is right or wrong depends on which sender was meant.
TEST(ConfigMistakes, AMisspeltSenderIsOneLine) {
  Json source = good_source();
  source.update({{"sender", "hubspt"}, {"portal", 62515}, {"ignore_actors", {"api"}}});
  source.erase("record");
  source.erase("event");
  const auto told = mistakes_in_source(source);
  ASSERT_EQ(told.size(), 1u) << testing::PrintToString(told);
  EXPECT_TRUE(told[0].ends_with("did you mean \"hubspot\"?)")) << told[0];
}

TEST(ConfigMistakes, ASecretThatCannotBeReadIsOneLine) {
  for (const char* from : {"env:FIELDHOOK_TEST_UNSET", "file:empty", "hunter2"}) {
    Json source = good_source();
    source["verify"]["secrets"][0].update({{"from", from}, {"not_after", "2030-01-01T00:00:00Z"}});
    const auto told = mistakes_in_source(source);
    ASSERT_EQ(told.size(), 1u) << testing::PrintToString(told);
    EXPECT_TRUE(told[0].starts_with("config: sources[0].verify.secrets[0].from ")) << told[0];
  }
}

TEST(ConfigMistakes, EmptySecretFileIsOne) {
  Json source = good_source();
  source["verify"]["secrets"][0]["from"] = "file:empty";
  const auto mistakes = mistakes_in_source(source);
  ASSERT_EQ(mistakes.size(), 1u);
  EXPECT_TRUE(mistakes[0].ends_with("/empty is empty")) << mistakes[0];
}

TEST(ConfigMistakes, UrlTokenKnowsWhereItStands) {
  for (const char* in : {"body", "query:", "header:X"}) {
    Json source = good_source();
    source["verify"].erase("header");
    source["verify"]["scheme"] = "url-token";
    source["verify"]["in"] = in;
    EXPECT_EQ(mistakes_in_source(source),
              std::vector{std::string("config: sources[0].verify.in \"") + in +
                          "\" is not known (known: query:NAME, path)"});
  }
}

TEST(ConfigMistakes, ASourcesBodyMustFitIntoWhatMayBeInFlight) {
  Json source = good_source();
  source["max_body"] = "2MiB";
  const Json ingest = {{"max_in_flight", "1MiB"}};
  EXPECT_EQ(mistakes_in(Json{{"ingest", ingest}, {"sources", {source}}}.dump()),
            std::vector{std::string("config: sources[0].max_body is more than "
                                    "ingest.max_in_flight: no body of that size could be "
                                    "received")});
}

TEST(ConfigMistakes, ARetiredSourceNeedsNoVerification) {
  Json source = good_source();
  source["retired"] = true;
  EXPECT_TRUE(mistakes_in_source(source).empty());
  source.erase("verify");
  EXPECT_TRUE(mistakes_in_source(source).empty());
  source["retired"] = false;
  EXPECT_EQ(mistakes_in_source(source).size(), 1u);
}

TEST(ConfigMistakes, TwoSourcesWithOnePathOrName) {
  Json other = good_source();
  EXPECT_EQ(mistakes_in(Json{{"sources", {good_source(), other}}}.dump()),
            (std::vector<std::string>{"config: sources[1].name \"s\" is taken by sources[0]",
                                      "config: sources[1].path \"/s\" is taken by sources[0]"}));
  other["name"] = "other";
  other["path"] = "/s/below";
  EXPECT_TRUE(mistakes_in(Json{{"sources", {good_source(), other}}}.dump()).empty());
}

TEST(ConfigMistakes, TwoPortalsWithOneAccount) {
  Json first = good_source();
  first.erase("record");
  first.erase("event");
  first.update({{"sender", "hubspot"}, {"portal", 1}});
  Json second = first;
  second.update({{"name", "other"}, {"path", "/other"}, {"portal", 2}});
  const auto told = mistakes_in(Json{{"sources", {first, second}}}.dump());
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].starts_with("config: sources[1].account \"hubspot\" is that of sources[0], "))
      << told[0];
  second["portal"] = 1;
  EXPECT_TRUE(mistakes_in(Json{{"sources", {first, second}}}.dump()).empty());
  second.update({{"portal", 2}, {"account", "second"}});
  EXPECT_TRUE(mistakes_in(Json{{"sources", {first, second}}}.dump()).empty());
}

TEST(ConfigMistakes, PathWhereAnotherSourceHasItsToken) {
  Json token = good_source();
  token["verify"].erase("header");
  token["verify"].update({{"scheme", "url-token"}, {"in", "path"}});
  Json below = good_source();
  below.update({{"name", "below"}, {"path", "/s/below"}});
  EXPECT_EQ(
      mistakes_in(Json{{"sources", {token, below}}}.dump()),
      std::vector{std::string("config: sources[1].path \"/s/below\" is taken by sources[0]")});
  EXPECT_EQ(mistakes_in(Json{{"sources", {below, token}}}.dump()),
            std::vector{std::string("config: sources[1].path \"/s\" is taken by sources[0]")});
}

TEST(ConfigMistakes, AreAllToldAtOnceAndJoinedByLines) {
  const ConfigFile file(R"({"workers": {"max": 0}, "log": {"level": "loud"}, "extra": 1})");
  try {
    file.load();
    FAIL() << "it loaded";
  } catch (const ConfigErrors& errors) {
    ASSERT_EQ(errors.mistakes().size(), 3u);
    EXPECT_EQ(std::string(errors.what()),
              errors.mistakes()[0] + "\n" + errors.mistakes()[1] + "\n" + errors.mistakes()[2]);
  }
}

TEST(ConfigMistakes, NeverShowASecret) {
  const auto mistakes = mistakes_in(R"({
    "admin": {"tokens": [{"name": "a", "from": "hunter2"}, {"name": "b", "from": 4711}]},
    "plugins": {"secrets": {"p": {"k": "hunter2", "l": ["hunter2"]}}},
    "store": "mysql:hunter2"})");
  EXPECT_EQ(mistakes.size(), 5u);
  for (const std::string& mistake : mistakes) {
    EXPECT_EQ(mistake.find("hunter2"), std::string::npos) << mistake;
    EXPECT_EQ(mistake.find("4711"), std::string::npos) << mistake;
  }
}

}  // namespace
}  // namespace fh
