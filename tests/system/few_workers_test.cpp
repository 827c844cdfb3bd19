// Which plugin gets a worker where there are few, and what becomes of one that cannot be started.
#include <fstream>

#include "base/clock.h"
#include "system/command_line.h"
#include "system/made_plugin.h"

namespace fh::test {
namespace {

class FewWorkers : public CommandLine {
 protected:
  FewWorkers() {
    host_.leave_signals_alone();
    host_.install("misbehave.so");
  }
  std::int64_t send(const std::string& record, const std::string& deed) {
    return host_.job_of(host_.send(contact_update(record, deed)));
  }
  std::string why(std::int64_t job) { return host_.job(job)["why"]; }
  /// Somebody tidied up where the host keeps its copies.
  void lose_copy_of(const std::string& plugin) {
    const std::string build = host_.plugin(plugin)["build"];
    std::filesystem::remove(host_.store_file().string() + ".builds/" + build + ".so");
  }
  /// A worker that cannot be started is tried again after 0.1 s, then 0.2 s, and so on.
  void expect_to_back_off(std::size_t tries) {
    std::vector<std::string> lines;
    ASSERT_TRUE(eventually(kPatience, [&] {
      lines = host_.log_lines("worker_start_failed");
      return lines.size() >= tries;
    }));
    Millis least(100);
    for (std::size_t i = 1; i < tries; ++i, least *= 2)
      EXPECT_GE(time_of(lines[i]) - time_of(lines[i - 1]), least - Millis(1)) << lines[i];
  }
  static TimePoint time_of(const std::string& line) {
    return parse_rfc3339(line.substr(0, line.find(' '))).value();
  }
};

TEST_F(FewWorkers, OneThatCannotBeStartedIsSeenAndItsBuildReloaded) {
  host_.config()["workers"]["max"] = 1;
  host_.start();
  lose_copy_of("misbehave");
  const auto id = send("c-1", "ok");
  const char* expected = "a worker of plugin misbehave could not be started";
  ASSERT_TRUE(eventually(kPatience, [&] { return why(id).find(expected) != std::string::npos; }))
      << why(id);
  expect_to_back_off(4);
  EXPECT_EQ(fieldhook({"plugins", "reload", "misbehave"}).code, 0);
  EXPECT_EQ(host_.wait_for(id, "completed")["attempt"], 1);
}

TEST_F(FewWorkers, OneThatCannotBeStartedLeavesItsPlaceToTheOthersMeanwhile) {
  host_.config()["workers"]["max"] = 1;
  host_.install("c_plugin.so");
  host_.start();
  lose_copy_of("c-plugin");
  for (int i = 0; i < 200; ++i) host_.send(contact_update("c-" + std::to_string(i), "sleep:100"));
  const auto id = host_.job_of(host_.send(field_update("c-1", "c_field", "go")));
  const char* expected = "a worker of plugin c-plugin could not be started";
  ASSERT_TRUE(eventually(kPatience, [&] { return why(id).find(expected) != std::string::npos; }))
      << why(id);
  expect_to_back_off(6);  // which is longer in the end than a turn of the other's
  EXPECT_NE(why(id).find(expected), std::string::npos) << why(id);
  EXPECT_FALSE(host_.api("jobs?plugin=misbehave&state=available").empty());
  EXPECT_EQ(fieldhook({"plugins", "reload", "c-plugin"}).code, 0);
  host_.wait_for(id, "completed");
}

// One of them has work for much longer than a turn.
TEST_F(FewWorkers, AreTakenInTurnsByPlugins) {
  host_.config()["workers"]["max"] = 1;
  host_.install("c_plugin.so");
  host_.start();
  for (int i = 0; i < 60; ++i) host_.send(contact_update("c-" + std::to_string(i), "sleep:100"));
  const auto other = host_.job_of(host_.send(field_update("c-1", "c_field", "go")));
  host_.wait_for(other, "completed");
  EXPECT_FALSE(host_.api("jobs?plugin=misbehave&state=available").empty());
}

TEST_F(FewWorkers, GoToAPluginThatWaitsForRoomOnceTheyAreIdle) {
  host_.config()["workers"]["max"] = 2;
  const auto go = host_.folder() / "go";
  const auto file = host_.folder() / "brief.so";
  make_plugin(file, watching("brief", "contact", "brief"), deed_until(go));
  host_.install_file(file, "brief.so");
  host_.start();
  const auto lengthy = send("c-1", "hang-politely");
  const auto brief = host_.job_of(host_.send(field_update("c-2", "brief", "now")));
  host_.worker_of(lengthy);
  host_.worker_of(brief);
  const auto waiting = send("c-3", "ok");
  std::ofstream(go) << "go";
  host_.wait_for(brief, "completed");
  host_.wait_for(waiting, "completed");
  json_of({"jobs", "cancel", std::to_string(lengthy)});
  EXPECT_EQ(host_.wait_for(lengthy, "cancelled")["runs"].size(), 1U);
}

}  // namespace
}  // namespace fh::test
