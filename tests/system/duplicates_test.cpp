// What is a duplicate, and what only looks like one.
#include <gtest/gtest.h>

#include <algorithm>
#include <future>

#include "system/host_process.h"

namespace fh::test {
namespace {

std::string status_of(const Json& answer) { return answer.at("status"); }

class Duplicates : public ::testing::Test {
 protected:
  Duplicates() { host_.install("misbehave.so"); }

  RawRequest with_id(const std::string& body, const std::string& id) {
    RawRequest request = HostProcess::sign(body);
    request.headers.emplace_back("X-Fieldhook-Delivery", id);
    return request;
  }
  std::string post(const RawRequest& request) {
    const Reply reply = host_.post(request);
    return reply.status == 200 ? status_of(reply.json()) : reply.body;
  }
  /// Posts the request from so many connections at once; how often each status came.
  std::map<std::string, int> post_at_once(const RawRequest& request, int times) {
    std::vector<std::future<std::string>> answers;
    for (int i = 0; i < times; ++i)
      answers.push_back(std::async(std::launch::async, [&] { return post(request); }));
    std::map<std::string, int> counts;
    for (auto& answer : answers) ++counts[answer.get()];
    return counts;
  }

  HostProcess host_;
};

TEST_F(Duplicates, AreAnsweredAsSuchAndMakeNoJob) {
  host_.start();
  const std::string body = contact_update("c-1", "ok");
  const Json first = host_.send(body);
  EXPECT_EQ(status_of(first), "accepted");
  const Json second = host_.send(body);
  EXPECT_EQ(status_of(second), "duplicate");
  EXPECT_EQ(second["jobs"], 0);
  EXPECT_NE(second["delivery"], first["delivery"]);
  const Json kept = host_.api("deliveries/" + second["delivery"].dump());
  EXPECT_EQ(kept["duplicate_of"], first["delivery"]);
  EXPECT_EQ(host_.api("jobs").size(), 1U);
}

TEST_F(Duplicates, AValueThatIsToggledIsThreeChanges) {
  host_.start();
  for (const char* value : {"ok:passed", "ok:failed", "ok:passed"})
    EXPECT_EQ(status_of(host_.send(contact_update("c-1", value))), "accepted") << value;
  EXPECT_EQ(host_.api("jobs").size(), 3U);
}

TEST_F(Duplicates, AnIgnoredUpdateBetweenTwoEqualOnesMakesThemTwoChanges) {
  host_.start();
  const std::string body = contact_update("c-1", "ok");
  EXPECT_EQ(status_of(host_.send(body)), "accepted");
  EXPECT_EQ(status_of(host_.send(field_update("c-1", "job_title", "Director"))), "ignored");
  EXPECT_EQ(status_of(host_.send(body)), "accepted");
}

TEST_F(Duplicates, AreLookedForInOneRecordOnly) {
  host_.start();
  EXPECT_EQ(status_of(host_.send(contact_update("c-1", "ok"))), "accepted");
  EXPECT_EQ(status_of(host_.send(contact_update("c-2", "ok"))), "accepted");
  EXPECT_EQ(status_of(host_.send(contact_update("c-1", "ok"))), "duplicate");
}

TEST_F(Duplicates, AreNoneOnceTheWindowIsOver) {
  host_.config()["sources"][0]["dedupe"]["window"] = "1s";
  host_.start();
  const std::string body = contact_update("c-1", "ok");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(status_of(host_.send(body)), "accepted");
  EXPECT_EQ(status_of(host_.send(body)), "duplicate");
  EXPECT_TRUE(eventually(kPatience, [&] { return status_of(host_.send(body)) == "accepted"; }));
  EXPECT_GT(std::chrono::steady_clock::now() - begin, 900ms);
}

TEST_F(Duplicates, AreNoneAtAllWithAWindowOfZero) {
  host_.config()["sources"][0]["dedupe"]["window"] = "0s";
  host_.start();
  const auto counts = post_at_once(HostProcess::sign(contact_update("c-1", "ok")), 12);
  EXPECT_EQ(counts, (std::map<std::string, int>{{"accepted", 12}}));
}

TEST_F(Duplicates, OfTheSameMomentMakeOneJob) {
  host_.start();
  const auto counts = post_at_once(HostProcess::sign(contact_update("c-1", "ok")), 12);
  EXPECT_EQ(counts, (std::map<std::string, int>{{"accepted", 1}, {"duplicate", 11}}));
  EXPECT_EQ(host_.api("jobs").size(), 1U);
}

TEST_F(Duplicates, GoByTheSendersIdWhereItGivesOne) {
  host_.start();
  const std::string body = contact_update("c-1", "ok");
  EXPECT_EQ(post(with_id(body, "d-1")), "accepted");
  EXPECT_EQ(post(with_id(body, "d-2")), "accepted");
  EXPECT_EQ(post(with_id(contact_update("c-1", "ok", "other"), "d-1")), "duplicate");
  EXPECT_EQ(post(with_id(contact_update("c-2", "ok"), "d-2")), "duplicate");
}

TEST_F(Duplicates, AreKnownAfterARestart) {
  host_.start();
  const std::string body = contact_update("c-1", "ok");
  EXPECT_EQ(post(with_id(body, "d-1")), "accepted");
  EXPECT_EQ(status_of(host_.send(contact_update("c-2", "ok"))), "accepted");
  host_.kill();
  host_.start();
  EXPECT_EQ(post(with_id(body, "d-1")), "duplicate");
  EXPECT_EQ(status_of(host_.send(contact_update("c-2", "ok"))), "duplicate");
}

TEST_F(Duplicates, OfAnIgnoredDeliveryAreIgnoredToo) {
  host_.start();
  const std::string body = field_update("c-1", "job_title", "Director");
  EXPECT_EQ(post(with_id(body, "d-1")), "ignored");
  EXPECT_EQ(post(with_id(body, "d-1")), "ignored");
  // It left no key: once somebody watches, the same id is no duplicate.
  EXPECT_EQ(post(with_id(contact_update("c-1", "ok"), "d-1")), "accepted");
}

TEST_F(Duplicates, GoByTheEnvelopesIdToo) {
  host_.start();
  const auto enveloped = [](const char* id, const char* value) {
    return Json{{"id", id}, {"data", {{"uuid", "u-1"}, {"changes", {{"misbehave", value}}}}}}
        .dump();
  };
  EXPECT_EQ(status_of(host_.send(enveloped("evt_1", "ok"))), "accepted");
  EXPECT_EQ(status_of(host_.send(enveloped("evt_2", "ok"))), "accepted");
  EXPECT_EQ(status_of(host_.send(enveloped("evt_1", "ok"))), "duplicate");
}

}  // namespace
}  // namespace fh::test
