// The path of one delivery, from the webhook to the finished job, and each answer on the way.
#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/mac.h"
#include "system/host_process.h"
#include "system/made_plugin.h"

namespace fh::test {
namespace {

std::set<std::string> keys_of(const Json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

TEST(Path, ASignedUpdateIsAcceptedRunAndCompleted) {
  HostProcess host;
  host.install("misbehave.so");
  host.start();
  const Json answer = host.send(contact_update("c-1", "ok"));
  EXPECT_EQ(keys_of(answer), (std::set<std::string>{"status", "delivery", "jobs"}));
  EXPECT_EQ(answer["status"], "accepted");
  EXPECT_EQ(answer["jobs"], 1);
  EXPECT_TRUE(answer["delivery"].is_number_integer());

  const Json job = host.wait_for(host.job_of(answer), "completed");
  EXPECT_EQ(job["plugin"], "misbehave");
  EXPECT_EQ(job["delivery"], answer["delivery"]);
  EXPECT_EQ(job["record"], (Json{{"account", "insites"}, {"type", "contact"}, {"id", "c-1"}}));
  ASSERT_EQ(job["runs"].size(), 1U);
  EXPECT_EQ(job["runs"][0]["outcome"], "done");
  EXPECT_EQ(job["runs"][0]["error"], nullptr);
  const auto runs = host.runs();
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].value, "ok");
  EXPECT_EQ(runs[0].record, "c-1");
}

TEST(Path, AnAnswerIsGivenBeforeTheJobHasRun) {
  HostProcess host;
  host.install("misbehave.so");
  host.start();
  const Json answer = host.send(contact_update("c-1", "sleep:1000"));
  EXPECT_EQ(answer["status"], "accepted");
  EXPECT_NE(host.job(host.job_of(answer))["state"], "completed");
}

TEST(Path, WhatIsNotSignedIsAnswered401WithoutItsCause) {
  HostProcess host;
  host.config()["log"]["level"] = "debug";
  host.install("misbehave.so");
  host.start();
  const std::string body = contact_update("c-1", "ok");
  const auto signed_by = [&](const Headers& headers) {
    RawRequest request = HostProcess::sign(body);
    request.headers = headers;
    return request;
  };
  const std::string good(HostProcess::sign(body).header("X-Signature").value());
  const std::pair<const char*, RawRequest> refused[] = {
      {"missing_header", signed_by({})},
      {"repeated_header", signed_by({{"X-Signature", good}, {"X-Signature", good}})},
      {"bad_encoding", signed_by({{"X-Signature", "not hex"}})},
      {"bad_encoding", signed_by({{"X-Signature", good.substr(2)}})},
      {"mismatch", signed_by({{"X-Signature", to_hex(hmac(Hash::sha256, "another", body))}})},
      {"mismatch",
       signed_by({{"X-Signature", to_hex(hmac(Hash::sha256, kContactSecret, body + " "))}})},
  };
  std::set<std::string> answers;
  for (const auto& [cause, request] : refused) {
    const Reply reply = host.post(request);
    EXPECT_EQ(reply.status, 401) << cause;
    EXPECT_EQ(reply.body.find(cause), std::string::npos) << reply.body;
    EXPECT_FALSE(host.log_lines(std::string("cause=") + cause).empty()) << cause;
    answers.insert(reply.body);
  }
  RawRequest company = HostProcess::sign(R"({"id": 1, "changes": {}})", "company");
  for (const char* query : {"", "token=", "token=wrong", "token=a&token=b"}) {
    company.query = query;
    const Reply reply = host.post(company);
    EXPECT_EQ(reply.status, 401) << query;
    answers.insert(reply.body);
  }
  EXPECT_EQ(answers.size(), 1U) << "the answers differ";
  EXPECT_TRUE(host.api("deliveries").empty());
  EXPECT_EQ(host.log().find(kCompanyToken), std::string::npos);
}

TEST(Path, WhatIsNoDeliveryIsRefusedByItsHead) {
  HostProcess host;
  host.start();
  RawRequest request = HostProcess::sign(contact_update("c-1", "ok"));
  request.path = "/webhooks/unknown";
  EXPECT_EQ(host.post(request).status, 404);
  request.path = "/webhooks/contact/more";
  EXPECT_EQ(host.post(request).status, 404);
  for (const char* method : {"GET", "PUT", "DELETE"}) {
    RawRequest other = HostProcess::sign("");
    other.method = method;
    const Reply reply = host.post(other);
    EXPECT_EQ(reply.status, 405) << method;
    EXPECT_EQ(reply.headers.at("allow"), "POST") << method;
  }
}

TEST(Path, ABodyThatIsNotJsonIsAnswered400) {
  HostProcess host;
  host.install("misbehave.so");
  host.start();
  std::string deep(200, '[');
  const std::pair<const char*, std::string> bodies[] = {
      {"empty", ""},
      {"cut short", R"({"id": 1, "changes": {"misbehave")"},
      {"a NUL byte", std::string("{\"id\": 1}\0{}", 12)},
      {"a key twice", R"({"id": 1, "id": 2, "changes": {"misbehave": "ok"}})"},
      {"too deep", deep + std::string(200, ']')},
      {"not UTF-8", "{\"id\": \"\xff\xfe\"}"},
      {"a form", "id=1&misbehave=ok"},
  };
  for (const auto& [name, body] : bodies) {
    const Reply reply = host.post(HostProcess::sign(body));
    EXPECT_EQ(reply.status, 400) << name << ": " << reply.body;
  }
  EXPECT_TRUE(host.api("jobs").empty());
  EXPECT_EQ(host.send(contact_update("c-1", "ok"))["status"], "accepted");
}

TEST(Path, ABodyThatIsTooLargeIsAnswered413) {
  HostProcess host;
  host.config()["ingest"]["max_body"] = "64KiB";
  host.install("misbehave.so");
  host.start();
  const auto body_of = [](std::size_t size) {
    const std::string empty = contact_update("c-1", "ok", "x");
    return contact_update("c-1", "ok", std::string(size - empty.size() + 1, 'x'));
  };
  EXPECT_EQ(host.post(HostProcess::sign(body_of(64 * 1024))).status, 200);
  EXPECT_EQ(host.post(HostProcess::sign(body_of(64 * 1024 + 1))).status, 413);
  EXPECT_EQ(host.post(HostProcess::sign(body_of(600 * 1024))).status, 413);
  EXPECT_EQ(host.api("deliveries").size(), 1U);
}

TEST(Path, ASenderThatWritesItsWholeBodyFirstIsToldThatItIsTooLarge) {
  HostProcess host;
  host.start();
  const std::string body = contact_update("c-1", "ok", std::string(5U << 20U, 'x'));
  HttpClient client = host.ingest();
  client.insist();
  EXPECT_EQ(client.call(HostProcess::sign(body)).status, 413);
}

TEST(Path, WhatAFullBacklogCannotTakeIsAnswered503AndNotKept) {
  HostProcess host;
  host.limits("misbehave")["backlog"] = 2;
  host.install("misbehave.so");
  host.install("c_plugin.so");
  host.start();
  const std::int64_t first = host.job_of(host.send(contact_update("c-1", "sleep:600")));
  host.send(contact_update("c-1", "ok"));
  const RawRequest third = HostProcess::sign(contact_update("c-2", "ok"));
  const Reply reply = host.post(third);
  EXPECT_EQ(reply.status, 503) << reply.body;
  EXPECT_GT(std::stoi("0" + reply.headers.at("retry-after")), 0);
  EXPECT_EQ(host.api("deliveries").size(), 2U);
  EXPECT_EQ(host.send(field_update("c-2", "c_field", "go"))["status"], "accepted");
  host.wait_for(first, "completed");
  // The sender comes again: nothing of the first time makes it a duplicate.
  EXPECT_TRUE(eventually(kPatience, [&] { return host.post(third).status == 200; }));
  EXPECT_EQ(host.api("jobs?record=c-2&plugin=misbehave").size(), 1U);
}

TEST(Path, WhatNobodyWatchesIsIgnoredAndKept) {
  HostProcess host;
  host.install("misbehave.so");
  host.start();
  const std::string body = field_update("c-1", "job_title", "Director");
  const Json answer = host.send(body);
  EXPECT_EQ(answer["status"], "ignored");
  EXPECT_EQ(answer["jobs"], 0);
  const std::string target = "deliveries/" + answer["delivery"].dump();
  // An ignored delivery is written by the next commit, after its answer.
  ASSERT_TRUE(
      eventually(kPatience, [&] { return host.admin("GET", "/api/v1/" + target).status == 200; }));
  const Json delivery = host.api(target);
  EXPECT_EQ(delivery["status"], "ignored");
  EXPECT_EQ(delivery["reason"], "no_match");
  EXPECT_EQ(delivery["body"], body);
}

TEST(Path, WhatCannotBeMappedIsKeptAndSaid) {
  HostProcess host;
  host.install("misbehave.so");
  host.start();
  for (const char* body : {R"({"changes": {"misbehave": "ok"}})", R"([1, 2])", R"("text")"}) {
    const Json answer = host.send(body);
    EXPECT_EQ(answer["status"], "ignored") << body;
  }
  ASSERT_TRUE(eventually(kPatience, [&] { return host.api("deliveries").size() == 3; }));
  for (const Json& delivery : host.api("deliveries"))
    EXPECT_TRUE(delivery["reason"].get<std::string>().starts_with("unmapped")) << delivery;
  EXPECT_EQ(host.log_lines(" warning unmapped ").size(), 1U) << "the others within a minute";
}

TEST(Path, ADeliveryIsKeptByteForByteWithItsCredentialsMasked) {
  HostProcess host;
  host.install("misbehave.so");
  host.start();
  const std::string body =
      "{ \"id\" :\t\"c-1\",\n \"changes\": {\"misbehave\": \"ok\", \"n\": "
      "\"Zo\xc3\xab \\u201cx\\u201d\"} }";
  RawRequest request = HostProcess::sign(body);
  request.headers.emplace_back("Authorization", "Bearer hidden-credential");
  const Reply reply = host.post(request);
  ASSERT_EQ(reply.status, 200) << reply.body;
  const Json kept = host.api("deliveries/" + reply.json()["delivery"].dump());
  EXPECT_EQ(kept["body"], body);
  const std::string head = kept["head"].dump();
  EXPECT_EQ(head.find(request.header("X-Signature").value()), std::string::npos);
  EXPECT_EQ(head.find("hidden-credential"), std::string::npos);
  EXPECT_NE(head.find("application/json"), std::string::npos);
}

TEST(Path, ThePluginInPlainCRunsLikeAnyOther) {
  HostProcess host;
  host.install("c_plugin.so");
  host.start();
  const Json job = host.run(field_update("c-1", "c_field", "go"));
  EXPECT_EQ(job["plugin"], "c-plugin");
  EXPECT_FALSE(host.log_lines("c-plugin runs").empty());
  EXPECT_EQ(host.send(field_update("c-2", "c_field", "stay"))["status"], "ignored");
}

TEST(Path, ACertificateIsMailedIntoTheOutbox) {
  HostProcess host;
  host.install_file(std::filesystem::path(FIELDHOOK_BINARY_DIR) / "plugins/issue-certificate.so",
                    "issue-certificate.so");
  const auto outbox = host.folder() / "outbox";
  host.config()["plugins"]["settings"]["issue-certificate"] = {{"outbox", outbox.string()}};
  host.start();
  const auto sample = std::filesystem::path(FIELDHOOK_FIXTURES) /
                      "deliveries/insites-contact-changes-with-snapshot.json";
  host.run(text_of(sample));
  int mails = 0;
  for (const auto& entry : std::filesystem::directory_iterator(outbox))
    mails += entry.path().extension() == ".eml";
  EXPECT_EQ(mails, 1);
}

}  // namespace
}  // namespace fh::test
