// Sources: each way to verify, several secrets, and one record's many names.
#include <gtest/gtest.h>

#include <fstream>

#include "system/host_process.h"

namespace fh::test {
namespace {

Json secret(const char* name, const char* variable) {
  return {{"name", name}, {"from", std::string("env:") + variable}};
}

Json source(const std::string& name, Json verify) {
  verify["secrets"] = Json::array({secret("new", "SECRET_NEW"), secret("old", "SECRET_OLD")});
  return {{"name", name},        {"path", "/webhooks/" + name}, {"sender", "insites"},
          {"record", "contact"}, {"event", "updated"},          {"account", name},
          {"verify", verify}};
}

class Schemes : public ::testing::Test {
 protected:
  Schemes() {
    const Json hex = {{"scheme", "hmac-sha256"}, {"header", "X-Sign"}, {"prefix", "sha256="}};
    const Json base64 = {{"scheme", "hmac-sha256"}, {"header", "X-Sign"}, {"encoding", "base64"}};
    const Json header = {
        {"scheme", "header-token"}, {"header", "Authorization"}, {"prefix", "Bearer "}};
    const Json query = {{"scheme", "url-token"}, {"in", "query:key"}};
    const Json path = {{"scheme", "url-token"}, {"in", "path"}};
    host_.config()["sources"] = {source("hex", hex), source("base64", base64),
                                 source("header", header), source("query", query),
                                 source("path", path)};
    host_.environment()["SECRET_NEW"] = "the new secret/+%";
    host_.environment()["SECRET_OLD"] = "the old secret";
    host_.install("misbehave.so");
    host_.start();
  }
  /// fieldhook send to a source; its sender's only secret is this.
  Ran send(const std::string& name, const std::string& value, const std::string& record) {
    const auto file = host_.folder() / "body.json";
    std::ofstream(file) << contact_update(record, "ok");
    Environment environment = host_.environment();
    environment["SECRET_NEW"] = value;
    return run_program(
        {executable("fieldhook"), "send", file.string(), "--source", name, "--config",
         host_.config_file().string(), "--ingest-url", host_.ingest_url(), "--json"},
        environment);
  }
  HostProcess host_;
};

TEST_F(Schemes, TakeAnyOfTheirSecretsAndNoOther) {
  for (const char* name : {"hex", "base64", "header", "query", "path"}) {
    for (const char* variable : {"SECRET_NEW", "SECRET_OLD"}) {
      const Ran ran = send(name, host_.environment()[variable], variable);
      ASSERT_EQ(ran.code, 0) << name << ": " << ran.err;
      const Json answer = Json::parse(ran.out);
      EXPECT_EQ(answer["status"], "accepted") << name;
      EXPECT_EQ(host_.api("deliveries/" + answer["delivery"].dump())["secret"],
                variable == std::string("SECRET_NEW") ? "new" : "old");
    }
    EXPECT_EQ(send(name, "a wrong secret", "c-3").code, 1) << name;
  }
  EXPECT_EQ(host_.api("deliveries").size(), 10U);
  for (const Json& delivery : host_.api("deliveries")) {
    const std::string kept = host_.api("deliveries/" + delivery["id"].dump()).dump();
    EXPECT_EQ(kept.find(host_.environment()["SECRET_NEW"]), std::string::npos) << kept;
    EXPECT_EQ(kept.find(host_.environment()["SECRET_OLD"]), std::string::npos) << kept;
  }
}

class Records : public ::testing::Test {
 protected:
  Records() { host_.install("misbehave.so"); }
  std::string record_of(const Json& aliases, const std::string& source = "contact") {
    Json body = aliases;
    body["changes"] = {{"misbehave", "ok"}, {"n", ++bodies_}};
    return host_.job(host_.job_of(host_.send(body.dump(), source)))["record"]["id"];
  }
  HostProcess host_;
  int bodies_ = 0;
};

TEST_F(Records, HaveOneIdUnderAllTheirNames) {
  host_.start();
  EXPECT_EQ(record_of({{"id", 7}}), "7");
  EXPECT_EQ(record_of({{"id", 7}, {"uuid", "u-7"}}), "7");
  EXPECT_EQ(record_of({{"uuid", "u-7"}}), "7");
  EXPECT_EQ(record_of({{"uuid", "u-8"}, {"id", 8}}), "u-8");
  EXPECT_EQ(record_of({{"id", 8}}), "u-8");
  host_.kill();
  host_.start();
  EXPECT_EQ(record_of({{"uuid", "u-7"}}), "7");
}

TEST_F(Records, AreMergedWhenTwoNamesTurnOutToBeOnes) {
  host_.start();
  EXPECT_EQ(record_of({{"uuid", "u-9"}}), "u-9");
  EXPECT_EQ(record_of({{"id", 9}}), "9");
  const std::string merged = record_of({{"id", 9}, {"uuid", "u-9"}});
  EXPECT_EQ(record_of({{"id", 9}}), merged);
  EXPECT_EQ(record_of({{"uuid", "u-9"}}), merged);
}

TEST_F(Records, OfTwoAccountsAreTwo) {
  Json other = host_.config()["sources"][0];
  other["name"] = "other";
  other["path"] = "/webhooks/other";
  other["account"] = "another";
  host_.config()["sources"].push_back(other);
  host_.start();
  record_of({{"id", 7}});
  record_of({{"id", 7}}, "other");
  std::set<std::string> accounts;
  for (const Json& job : host_.api("jobs"))
    accounts.insert(job["record"]["account"].get<std::string>());
  EXPECT_EQ(accounts, (std::set<std::string>{"another", "insites"}));
}

}  // namespace
}  // namespace fh::test
