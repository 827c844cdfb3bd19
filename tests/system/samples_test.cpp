// Every Insites sample, plain and enveloped, is taken as the rules of its payload mode say.
#include <gtest/gtest.h>

#include <fstream>

#include "system/host_process.h"
#include "system/made_plugin.h"

namespace fh::test {
namespace {

struct Sample {
  const char* file;
  const char* source;  // also the record's type
  const char* field;   // that a plugin watches, and the sample has
  bool full_object;
};

void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.file; }

constexpr const char* kReview = "level2_review_status";
constexpr const char* kStage = "onboarding_stage";
constexpr Sample kSamples[] = {
    {"insites-contact-changes-only", "contact", kReview, false},
    {"insites-contact-changes-only-enveloped", "contact", kReview, false},
    {"insites-contact-changes-with-snapshot", "contact", kReview, false},
    {"insites-contact-full-object", "contact", kReview, true},
    {"insites-company-changes-with-snapshot", "company", kStage, false},
    {"insites-company-full-object", "company", kStage, true},
};

std::string body_of(const Sample& sample) {
  return text_of(std::filesystem::path(FIELDHOOK_FIXTURES) / "deliveries" /
                 (std::string(sample.file) + ".json"));
}

std::string enveloped(const std::string& body, const std::string& id = "evt_1") {
  const Json json = Json::parse(body);
  if (json.contains("data")) return body;
  return Json{{"id", id}, {"type", "updated"}, {"created", 1782296130}, {"data", json}}.dump();
}

// A later state of a full object: the watched field holds something else.
std::string changed(const std::string& body, const char* field) {
  Json json = Json::parse(body);
  Json& record = json.contains("data") ? json["data"] : json;
  record["custom_field"][field] = "Something else";
  record["updated_at"] = "2026-06-25T10:15:30.000Z";
  if (json.contains("data")) json["id"] = "evt_2";
  return json.dump();
}

class Samples : public ::testing::TestWithParam<std::tuple<Sample, bool>> {
 protected:
  Samples() {
    host_.config()["sources"][1].erase("first_seen");
    for (const char* record : {"contact", "company"}) {
      const std::string field = record == std::string("contact") ? kReview : kStage;
      const auto file = host_.folder() / (std::string(record) + ".so");
      make_plugin(file, watching("on-" + std::string(record), record, field));
      host_.install_file(file, file.filename());
    }
  }
  HostProcess host_;
};

TEST_P(Samples, IsTakenAsItsModeSays) {
  const auto& [sample, in_envelope] = GetParam();
  host_.start();
  const std::string body = in_envelope ? enveloped(body_of(sample)) : body_of(sample);
  Json answer = host_.send(body, sample.source);
  if (sample.full_object) {
    EXPECT_EQ(answer["status"], "ignored");
    ASSERT_EQ(host_.api("deliveries/" + answer["delivery"].dump())["reason"], "first_seen");
    answer = host_.send(changed(body, sample.field), sample.source);
  }
  ASSERT_EQ(answer["status"], "accepted") << answer;
  const Json job = host_.wait_for(host_.job_of(answer), "completed");
  EXPECT_EQ(job["plugin"], "on-" + std::string(sample.source));
  const Json record = Json::parse(body);
  const std::string uuid = record.dump().find("3f1c8a90") != std::string::npos
                               ? "3f1c8a90-2d44-4e51-9a7b-6c0b2f8d1e33"
                               : "abcdef12-3456-7890-abcd-ef1234567890";
  EXPECT_EQ(job["record"]["id"], uuid);
}

INSTANTIATE_TEST_SUITE_P(Insites, Samples,
                         ::testing::Combine(::testing::ValuesIn(kSamples), ::testing::Bool()),
                         [](const auto& test) {
                           std::string name = std::get<0>(test.param).file;
                           std::erase(name, '-');
                           return name + (std::get<1>(test.param) ? "_enveloped" : "_plain");
                         });

TEST(FullObjects, AreAllChangeAtFirstSightWhereTheSourceSaysSo) {
  HostProcess host;
  host.config()["sources"][1]["first_seen"] = "changed";
  const auto file = host.folder() / "company.so";
  make_plugin(file, watching("on-company", "company", kStage));
  host.install_file(file, "company.so");
  host.start();
  const std::string body = body_of(kSamples[5]);
  const Json answer = host.send(body, "company");
  EXPECT_EQ(answer["status"], "accepted");
  host.wait_for(host.job_of(answer), "completed");
  // The same state again, in a body of its own: nothing changed.
  EXPECT_EQ(host.send(body + " ", "company")["status"], "ignored");
}

TEST(FullObjects, AreComparedWithWhatAllModesSaidBefore) {
  HostProcess host;
  const auto file = host.folder() / "contact.so";
  make_plugin(file, watching("on-contact", "contact", "grade"));
  host.install_file(file, "contact.so");
  host.start();
  const auto object = [](const char* grade, const char* at) {
    return Json{{"id", 7}, {"grade", grade}, {"updated_at", at}}.dump();
  };
  EXPECT_EQ(host.send(object("A", "2026-01-01T00:00:00Z"))["status"], "ignored");
  EXPECT_EQ(host.send(field_update("7", "grade", "B"))["status"], "accepted");
  EXPECT_EQ(host.send(object("B", "2026-01-02T00:00:00Z"))["status"], "ignored");
  EXPECT_EQ(host.send(object("C", "2026-01-03T00:00:00Z"))["status"], "accepted");
  // An older state than the one that is known changes nothing, and is no baseline.
  EXPECT_EQ(host.send(object("A", "2026-01-02T12:00:00Z"))["status"], "ignored");
  EXPECT_EQ(host.send(object("C", "2026-01-04T00:00:00Z"))["status"], "ignored");
  EXPECT_EQ(host.api("jobs").size(), 2U);
}

}  // namespace
}  // namespace fh::test
