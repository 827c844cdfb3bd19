// Connections that cannot be accepted: their sender left, or the system has no descriptor left.
#include <Poco/Net/ServerSocket.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <fstream>
#include <sstream>

#include "base/clock.h"
#include "support/sanitizer.h"
#include "system/host_process.h"
#include "system/wire.h"

namespace fh::test {
namespace {

// User and system time of a process so far, in clock ticks (proc(5)).
long ticks_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string field;
  for (int i = 0; i < 11; ++i) fields >> field;
  long user = 0, system = 0;
  fields >> user >> system;
  return user + system;
}

void limit_files(pid_t pid, rlim_t files) {
  rlimit limit{};
  ASSERT_EQ(prlimit(pid, RLIMIT_NOFILE, nullptr, &limit), 0);
  limit.rlim_cur = files;
  ASSERT_EQ(prlimit(pid, RLIMIT_NOFILE, &limit, nullptr), 0);
}

rlim_t open_files(pid_t pid) {
  const std::filesystem::directory_iterator all("/proc/" + std::to_string(pid) + "/fd");
  return static_cast<rlim_t>(std::distance(begin(all), end(all)));
}

TEST(Accepting, SaysNothingOfSendersThatLeftBeforeTheirTurn) {
  HostProcess host;
  host.install("misbehave.so");
  host.start();
  ::kill(host.pid(), SIGSTOP);
  for (int i = 0; i < 100; ++i) {
    Poco::Net::StreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", host.ingest_port()));
    socket.setLinger(true, 0);
    socket.close();  // a reset
  }
  ::kill(host.pid(), SIGCONT);
  EXPECT_EQ(host.send(contact_update("c-1", "ok"))["status"], "accepted");
  EXPECT_TRUE(host.log_lines("accept_failed").empty()) << host.log();
}

TEST(Accepting, RestsWhileNoDescriptorIsLeftAndGoesOnAfterwards) {
  if (kNeedsDescriptors) GTEST_SKIP() << "the sanitizer needs descriptors";
  HostProcess host;
  host.config()["ingest"]["idle_timeout"] = "1h";
  host.config()["ingest"]["request_deadline"] = "10m";
  host.install("misbehave.so");
  host.start();
  constexpr rlim_t kSpare = 4;
  rlimit before{};
  ASSERT_EQ(prlimit(host.pid(), RLIMIT_NOFILE, nullptr, &before), 0);
  limit_files(host.pid(), open_files(host.pid()) + kSpare);
  std::vector<Wire> waiting;
  for (rlim_t i = 0; i < 2 * kSpare; ++i) {
    waiting.emplace_back(host.ingest_port());
    waiting.back().send("P");  // a sender that takes its time
  }
  ASSERT_TRUE(eventually(kPatience, [&] { return host.logged("accept_failed"); })) << host.log();
  const long ticks = ticks_of(host.pid());
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(eventually(kPatience, [&] { return host.log_lines("accept_failed").size() >= 3; }));
  const auto took = std::chrono::steady_clock::now() - begin;
  const auto said = host.log_lines("accept_failed");
  const auto time_of = [](const std::string& line) {
    return *parse_rfc3339(line.substr(0, line.find(' ')));
  };
  const double busy = static_cast<double>(ticks_of(host.pid()) - ticks) /
                      static_cast<double>(sysconf(_SC_CLK_TCK)) /
                      std::chrono::duration<double>(took).count();
  EXPECT_GE(time_of(said[2]) - time_of(said[0]), 1'500ms) << "a line a second";
  EXPECT_LT(busy, 0.5) << "of one processor";
  limit_files(host.pid(), before.rlim_cur);
  EXPECT_EQ(host.send(contact_update("c-1", "ok"))["status"], "accepted");
}

// It ends by itself, since its port is taken.
TEST(Accepting, TakesFewerConnectionsWhereTheSystemAllowsFewFiles) {
  if (kNeedsDescriptors) GTEST_SKIP() << "the sanitizer needs descriptors";
  HostProcess host;
  const Poco::Net::ServerSocket taken(Poco::Net::SocketAddress("127.0.0.1", 0));
  host.config()["ingest"]["listen"] = taken.address().toString();
  host.write_config();
  const Ran ran = run_program({"/bin/sh", "-c", "ulimit -n 1000 && exec \"$0\" \"$@\"",
                               executable("fieldhookd"), "--config=" + host.config_file().string()},
                              host.environment());
  EXPECT_NE(ran.code, 0);
  EXPECT_NE(ran.err.find(" few_open_files allowed=1000 connections=500"), std::string::npos)
      << ran.err;
}

}  // namespace
}  // namespace fh::test
