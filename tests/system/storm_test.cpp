// Storms of two records that have one id: whoever acts on the one leaves the other alone.
#include "system/command_line.h"

namespace fh::test {
namespace {

class Storm : public CommandLine {
 protected:
  Storm() {
    host_.install("misbehave.so");
    host_.limits("misbehave")["per_record"] = 1;
    Json other = host_.config()["sources"][0];
    other["name"] = "other";
    other["path"] = "/webhooks/other";
    other["account"] = "crm2";
    host_.config()["sources"].push_back(other);
  }
  std::int64_t send(const std::string& source) {
    return host_.job_of(host_.send(contact_update("77", "ok", std::to_string(++notes_)), source));
  }
  /// The command that `status` prints for the account, as words.
  std::vector<std::string> release_of(const std::string& account) {
    const Json status = host_.api("status");
    for (const Json& one : status["parked"]) {
      if (one["record"]["account"] != account) continue;
      const std::string command = one["release"];
      EXPECT_NE(fieldhook({"status"}).out.find(command), std::string::npos) << command;
      std::istringstream words(command);
      std::string fieldhook;
      words >> fieldhook;
      return {std::istream_iterator<std::string>(words), {}};
    }
    ADD_FAILURE() << "nothing of " << account << " is parked";
    return {};
  }

  int notes_ = 0;
};

TEST_F(Storm, EachRecordHasACommandOfItsOwnWhichActsOnItAlone) {
  host_.start();
  std::vector<std::int64_t> first;
  std::vector<std::int64_t> second;
  for (int i = 0; i < 3; ++i) {
    first.push_back(send("contact"));
    second.push_back(send("other"));
  }
  EXPECT_EQ(host_.log_lines("warning storm ").size(), 2U) << "once for each record";
  auto discard = release_of("crm2");
  ASSERT_EQ(discard.at(1), "release");
  discard[1] = "discard";
  EXPECT_EQ(json_of(discard)["changed"], 2);
  EXPECT_EQ(host_.job(second[1])["state"], "cancelled");
  EXPECT_EQ(host_.job(second[2])["state"], "cancelled");
  EXPECT_EQ(json_of({"jobs", "list", "--parked", "--account", "insites"}).size(), 2U);
  EXPECT_EQ(json_of({"jobs", "list", "--record", "77", "--account", "crm2"}).size(), 3U);
  EXPECT_EQ(json_of({"jobs", "list", "--record", "77", "--type", "company"}).size(), 0U);
  EXPECT_EQ(json_of(release_of("insites"))["changed"], 2);
  for (const auto id : first) host_.wait_for(id, "completed");
}

}  // namespace
}  // namespace fh::test
