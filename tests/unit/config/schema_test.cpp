// That editors, which judge by the JSON Schema, take and refuse what the program does. Which
// numbers a duration or size may have, and what depends on a key elsewhere, the schema says in
// words only.
#include <gtest/gtest.h>

#include <sstream>

#include "config_file.h"

namespace fh {
namespace {

struct Document {
  std::string name;
  Json patch;  // merged into a good one; null takes a key away (RFC 7396)
  bool taken;
};

Json good() {
  return {{"sources",
           {{{"name", "s"},
             {"path", "/s"},
             {"sender", "insites"},
             {"record", "contact"},
             {"event", "updated"},
             {"verify",
              {{"scheme", "hmac-sha256"},
               {"header", "X-Signature"},
               {"secrets", {{{"name", "a"}, {"from", "env:SECRET"}}}}}}}}}};
}

// A list cannot be merged into; there is one source.
Json source(const Json& patch) {
  Json changed = good()["sources"][0];
  changed.merge_patch(patch);
  return {{"sources", {changed}}};
}

Json verify(const Json& patch) { return source({{"verify", patch}}); }
Json secret(const Json& patch) {
  Json changed = good()["sources"][0]["verify"]["secrets"][0];
  changed.merge_patch(patch);
  return verify({{"secrets", {changed}}});
}
Json listen(const std::string& address) { return {{"ingest", {{"listen", address}}}}; }
Json mapping(const std::string& pointer) { return source({{"mapping", {{"id", pointer}}}}); }
Json plugins(const std::string& key, const Json& value) {
  return {{"plugins", {{key, {{"p", value}}}}}};
}
Json texts(std::size_t count) { return std::vector<std::string>(count, "10.0.0.1"); }

std::vector<Document> documents() {
  const Json slack = {{"scheme", "slack"}, {"header", nullptr}, {"signed", "{body}"}};
  Json slack_without_time = slack;
  slack_without_time["timestamp"] = {{"header", ""}};
  return {
      {"Good", Json::object(), true},
      {"UnknownKey", {{"surces", Json::array()}}, false},
      {"PortZero", listen("0.0.0.0:0"), true},
      {"PortMost", listen("0.0.0.0:65535"), true},
      {"PortAbove", listen("0.0.0.0:65536"), false},
      {"PortFarAbove", listen("0.0.0.0:99999"), false},
      {"PortOfMoreDigits", listen("host:000080"), true},
      {"PortOfNoDigits", listen("host:"), false},
      {"Ipv6", listen("[::1]:80"), true},
      {"Ipv4InBrackets", listen("[1.2]:80"), false},
      {"Proxies", {{"ingest", {{"trusted_proxies", texts(1'000)}}}}, true},
      {"ManyProxies", {{"ingest", {{"trusted_proxies", texts(1'001)}}}}, false},
      {"EmptyProxy", {{"ingest", {{"trusted_proxies", {""}}}}}, false},
      {"Slots", plugins("limits", {{"slots", 0}}), false},
      {"PluginsSecret", plugins("secrets", {{"k", "env:K"}}), true},
      {"PluginsSecretWithoutName", plugins("secrets", {{"", "env:K"}}), false},
      {"NoVerify", source({{"verify", nullptr}}), false},
      {"NoVerifyRetired", source({{"verify", nullptr}, {"retired", true}}), true},
      {"NoVerifyNotRetired", source({{"verify", nullptr}, {"retired", false}}), false},
      {"Sender", source({{"sender", "hubspt"}}), false},
      {"IgnoreManyFields", source({{"ignore_fields", texts(1'001)}}), false},
      {"Pointer", mapping("/a~1b/c~0"), true},
      {"PointerToAll", mapping(""), true},
      {"PointerWithAWrongEscape", mapping("/a~2"), false},
      {"PointerWithoutASlash", mapping("a"), false},
      {"NoHeader", verify({{"header", nullptr}}), false},
      {"NoHeaderOfOwn", verify({{"scheme", "signature"}, {"header", nullptr}}), false},
      {"NoHeaderOfAPreset", verify({{"scheme", "github"}, {"header", nullptr}}), true},
      {"EmptyHeader", verify({{"header", ""}}), false},
      {"EmptyIdHeader", verify({{"id_header", ""}}), true},
      {"PresetWithoutItsTime", verify(slack_without_time), true},
      {"HeaderName", verify({{"header", "X Signature"}}), false},
      {"Scheme", verify({{"scheme", "rot13"}}), false},
      {"KeyOfAnotherScheme", verify({{"in", "path"}}), false},
      {"BodyToken", verify({{"scheme", "body-token"}, {"header", nullptr}, {"in", "/t"}}), true},
      {"BodyTokenEscape", verify({{"scheme", "body-token"}, {"header", nullptr}, {"in", "/a~"}}),
       false},
      {"BodyTokenAll", verify({{"scheme", "body-token"}, {"header", nullptr}, {"in", ""}}), false},
      {"Credential", secret({{"from", "credential:a"}}), true},
      {"CredentialWithDots", secret({{"from", "credential:..a"}}), true},
      {"CredentialAbove", secret({{"from", "credential:.."}}), false},
      {"CredentialHere", secret({{"from", "credential:."}}), false},
      {"SecretItself", secret({{"from", "hunter2"}}), false},
      {"NoSecrets", verify({{"secrets", Json::array()}}), false}};
}

// As the schema judges them: "taken", or why not.
std::vector<std::string> judged_by_schema(const std::vector<Json>& judged) {
  ConfigFile file;
  std::string lines;
  for (const Json& document : judged) lines += document.dump() + "\n";
  file.write("documents", lines);
  const std::string source = FIELDHOOK_SOURCE_DIR;
  const std::string command =
      "/usr/bin/python3 '" + source + "/tests/fixtures/judge_by_schema.py' '" + source +
      "/config/fieldhook.schema.json' < '" + (file.folder() / "documents").string() + "' > '" +
      (file.folder() / "judged").string() + "'";
  EXPECT_EQ(std::system(command.c_str()), 0) << "is python3-jsonschema installed?";
  std::ifstream out(file.folder() / "judged");
  std::vector<std::string> verdicts;
  for (std::string line; std::getline(out, line);) verdicts.push_back(line);
  return verdicts;
}

std::string judged_by_program(const Json& document) {
  try {
    ConfigFile(document.dump()).load({.read_secrets = false});
    return "taken";
  } catch (const ConfigErrors& errors) {
    return errors.what();
  }
}

TEST(ConfigSchema, TakesWhatTheProgramTakes) {
  std::vector<Json> judged;
  for (const Document& one : documents()) {
    judged.push_back(good());
    judged.back().merge_patch(one.patch);
  }
  const auto verdicts = judged_by_schema(judged);
  ASSERT_EQ(verdicts.size(), judged.size());
  for (std::size_t i = 0; i < judged.size(); ++i) {
    const Document one = documents()[i];
    const std::string of_program = judged_by_program(judged[i]);
    EXPECT_EQ(verdicts[i] == "taken", one.taken) << one.name << ", the schema: " << verdicts[i];
    EXPECT_EQ(of_program == "taken", one.taken) << one.name << ", the program: " << of_program;
  }
}

}  // namespace
}  // namespace fh
