// slowhttptest, which others wrote to bring servers down, against the real host: hundreds of
// connections that write their heads, write their bodies or read their answers as slowly as can be.
// An honest sender on a connection of its own is answered all the while.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "base/unique_fd.h"
#include "system/host_process.h"

namespace fh::test {
namespace {

constexpr int kConnections = 400;
constexpr int kSeconds = 8;
constexpr std::chrono::milliseconds kBound = 1s;  // of each honest answer

struct Attack {
  std::string name;
  std::vector<std::string> options;
};

void PrintTo(const Attack& attack, std::ostream* out) { *out << attack.name; }

class SlowClients : public ::testing::TestWithParam<Attack> {
 protected:
  // Opens all within two seconds and ends by itself.
  std::unique_ptr<ChildProcess> attack() const {
    SpawnOptions options;
    options.arguments = {"/usr/bin/env", "slowhttptest",
                         "-c",           std::to_string(kConnections),
                         "-r",           std::to_string(kConnections / 2),
                         "-l",           std::to_string(kSeconds),
                         "-p",           "1",
                         "-u",           host_.ingest_url() + "/webhooks/contact"};
    options.arguments.insert(options.arguments.end(), GetParam().options.begin(),
                             GetParam().options.end());
    options.environment = environment_list(plain_environment());
    options.standard_output = out_.get();
    options.standard_error = out_.get();
    return std::make_unique<ChildProcess>(options);
  }

  static std::chrono::steady_clock::duration time_of_answer(HttpClient& client,
                                                            std::size_t number) {
    const auto body = contact_update("c-" + std::to_string(number), "ok");
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(client.call(HostProcess::sign(body)).status, 200);
    return std::chrono::steady_clock::now() - begin;
  }

  // What it printed, without its colours and with one blank where it has several.
  std::string said() const {
    static const std::regex kColour("\x1b\\[[0-9;]*[A-Za-z]");
    static const std::regex kBlanks("[ \t]+");
    const std::string text = text_of(host_.folder() / "slowhttptest.out");
    return std::regex_replace(std::regex_replace(text, kColour, ""), kBlanks, " ");
  }
  // The largest number that it gave for its connections of this kind.
  int most(const std::string& kind) const {
    const std::string text = said();
    const std::regex number("\n" + kind + ": ([0-9]+)");
    int most = 0;
    for (std::sregex_iterator at(text.begin(), text.end(), number), end; at != end; ++at)
      most = std::max(most, std::stoi((*at)[1]));
    return most;
  }

  HostProcess host_;
  UniqueFd out_;
};

TEST_P(SlowClients, KeepNobodyElseWaiting) {
  host_.config()["ingest"]["request_deadline"] = "3s";
  host_.config()["ingest"]["max_connections"] = kConnections / 2;
  host_.start();  // without a plugin, so that no answer waits for the disk
  out_ = UniqueFd(::open((host_.folder() / "slowhttptest.out").c_str(), O_CREAT | O_RDWR, 0600));
  const auto attacker = attack();

  HttpClient kept = host_.ingest();
  std::vector<std::chrono::steady_clock::duration> times;
  const bool ended = eventually(std::chrono::seconds(kSeconds) + kPatience, [&] {
    HttpClient fresh = host_.ingest();
    times.push_back(time_of_answer(kept, times.size()));
    times.push_back(time_of_answer(fresh, times.size()));
    return attacker->reap(100ms).has_value();
  });
  ASSERT_TRUE(ended);
  EXPECT_GE(times.size(), 40U);
  EXPECT_LT(*std::max_element(times.begin(), times.end()), kBound);
  // It was an attack, and its own probes were answered too.
  EXPECT_GE(most("connected") + most("closed"), kConnections * 9 / 10) << said();
  EXPECT_EQ(most("error"), 0) << said();
  EXPECT_NE(said().find("service available: YES"), std::string::npos) << said();
  EXPECT_EQ(said().find("service available: NO"), std::string::npos) << said();
}

INSTANTIATE_TEST_SUITE_P(
    SlowHttpTest, SlowClients,
    ::testing::Values(Attack{"Headers", {"-H", "-i", "1", "-x", "24", "-t", "POST"}},
                      Attack{"Body", {"-B", "-i", "1", "-x", "24", "-s", "8192", "-t", "POST"}},
                      Attack{"Read",
                             {"-X", "-w", "8", "-y", "16", "-n", "1", "-z", "4", "-k", "3"}}),
    [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace fh::test
