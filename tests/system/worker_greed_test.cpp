// A plugin that takes all it can get takes it from its own worker: the host's memory stays within a
// bound, and another plugin's jobs go on meanwhile.
#include <gtest/gtest.h>
#include <sched.h>

#include <csignal>
#include <fstream>
#include <optional>
#include <sstream>

#include "system/host_process.h"

namespace fh::test {
namespace {

// A sanitizer keeps what was freed, and shadows of all.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kMostHostMiB = 1024;
#else
constexpr std::size_t kMostHostMiB = 96;
#endif

std::size_t resident_mib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6)) / 1024;
  return 0;
}

class Greed : public ::testing::Test {
 protected:
  Greed() {
    host_.leave_signals_alone();
    host_.install("misbehave.so");
    host_.install("c_plugin.so");
    host_.limits("misbehave") = {{"timeout", "60s"}, {"max_attempts", 2}};
    host_.limits("misbehave")["backoff"] = "10ms";
  }

  /// Starts the deed and looks after the host and the neighbour until its job came to its end.
  Json endure(const std::string& deed, const std::string& end = "completed") {
    host_.start();
    const std::int64_t id = host_.job_of(host_.send(contact_update("c-1", deed)));
    std::size_t most = 0;
    int neighbours = 0;
    Json job;
    do {
      const Json neighbour =
          host_.run(field_update("n-" + std::to_string(++neighbours), "c_field", "go"));
      EXPECT_EQ(neighbour["runs"].size(), 1U);
      most = std::max(most, resident_mib(host_.pid()));
      job = host_.job(id);
    } while (job["finished_at"].is_null() || neighbours < 10);
    EXPECT_GT(most, 0U);
    EXPECT_LE(most, kMostHostMiB);
    EXPECT_EQ(job["state"], end) << job.dump(2);
    return job;
  }
  static std::string error_of(const Json& job, std::size_t run) {
    return job.at("runs").at(run).at("error").get<std::string>();
  }
  /// The greedy plugin itself is well again.
  void expect_recovered() { host_.run(contact_update("c-2", "ok")); }

  HostProcess host_;
};

TEST_F(Greed, ForMemoryIsTheWorkersOwn) {
  endure("hog-memory:400");
  expect_recovered();
}

bool is_stopped(const Process& process) {
  std::ifstream status("/proc/" + std::to_string(process.pid()) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("State:")) return line.find("T (stopped)") != std::string::npos;
  return false;
}

class GreedForTheProcessor : public Greed {
 protected:
  GreedForTheProcessor() {
    // On a busy machine whoever comes last is long in hearing that it is to end.
    host_.config()["workers"]["cancel_grace"] = "60s";
    host_.limits("misbehave")["slots"] = 1;
    host_.start();
  }

  std::int64_t accept(const std::string& id, const std::string& deed) {
    return host_.job_of(host_.send(contact_update(id, deed)));
  }
  static bool comes_last(const Process& worker) {
    return ::sched_getscheduler(worker.pid()) == SCHED_IDLE;
  }
};

TEST_F(GreedForTheProcessor, GivesWayToAllOthersUntilTheRunIsOver) {
  const std::int64_t greedy = accept("c-1", "spin:20000");
  const Process spinning = host_.worker_of(greedy);
  EXPECT_TRUE(eventually(kPatience, [&] { return comes_last(spinning); }));
  const std::int64_t next = accept("c-2", "hang-politely");
  EXPECT_EQ(host_.admin("POST", "/api/v1/jobs/" + std::to_string(greedy) + "/cancel").status, 200);
  // It stays, caches and all, until it shows that it wants less.
  EXPECT_EQ(host_.worker_of(next).pid(), spinning.pid());
  EXPECT_EQ(host_.admin("POST", "/api/v1/jobs/" + std::to_string(next) + "/cancel").status, 200);
  host_.wait_for(next, "cancelled");
  EXPECT_TRUE(eventually(kPatience, [&] {
    const auto workers = host_.workers();
    return workers.size() == 1 && workers[0].pid() != spinning.pid() && !comes_last(workers[0]);
  }));
  expect_recovered();
}

TEST_F(GreedForTheProcessor, InTheKernelIsHeldInTurnsWhileOthersRun) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer's own work at each call is more than the kernel's";
#endif
  host_.stop();
  host_.limits("misbehave")["slots"] = 2;
  host_.start();
  const std::int64_t greedy = accept("c-1", "spin-in-kernel");
  const Process worker = host_.worker_of(greedy);
  EXPECT_TRUE(eventually(kPatience, [&] { return comes_last(worker); }));
  EXPECT_FALSE(is_stopped(worker));
  accept("c-2", "hang-politely");
  EXPECT_TRUE(eventually(kPatience, [&] { return is_stopped(worker); }));
  EXPECT_TRUE(eventually(kPatience, [&] { return !is_stopped(worker); }));
  EXPECT_EQ(host_.admin("POST", "/api/v1/jobs/" + std::to_string(greedy) + "/cancel").status, 200);
  host_.wait_for(greedy, "completed");
}

TEST_F(GreedForTheProcessor, AfterTheRunCostsTheWorker) {
  host_.run(contact_update("c-1", "ok"));
  const Process worker = host_.workers().at(0);
  host_.run(contact_update("c-1", "leave-spinning"));
  EXPECT_TRUE(eventually(kPatience, [&] { return !worker.is_alive(); }));
  EXPECT_TRUE(host_.logged(" idle_worker_busy plugin=misbehave "));
  expect_recovered();
}

class GreedAtLoad : public GreedForTheProcessor {
 protected:
  GreedAtLoad() {
    host_.stop();
    host_.environment()["HOME"] = host_.folder();
    host_.limits("at-load")["slots"] = 1;
    host_.install("at_load.so");
    at_load("spin");
    host_.start();
    host_.run(field_update("c-1", "at_load", "go"));
    first_ = host_.workers().at(0);
  }

  /// What each worker that loads the build does from now on.
  void at_load(const std::string& deed) const {
    std::ofstream(host_.folder() / "at_load.next") << deed;
    std::filesystem::rename(host_.folder() / "at_load.next", host_.folder() / "at_load");
  }
  /// The first worker spun after its run; the next one has none.
  Process successor() const {
    EXPECT_TRUE(eventually(kPatience, [&] {
      const auto workers = host_.workers();
      return workers.size() == 1 && workers[0].pid() != first_->pid() && comes_last(workers[0]);
    }));
    return host_.workers().at(0);
  }

  std::optional<Process> first_;
};

TEST_F(GreedAtLoad, CostsOneWorkerAndOneWarning) {
  const Process second = successor();
  // Meanwhile another plugin's is found spinning, and replaced.
  host_.run(contact_update("c-1", "leave-spinning"));
  EXPECT_TRUE(
      eventually(kPatience, [&] { return host_.logged(" idle_worker_busy plugin=misbehave "); }));
  EXPECT_TRUE(second.is_alive());
  EXPECT_TRUE(comes_last(second));
  EXPECT_EQ(host_.log_lines(" idle_worker_busy plugin=at-load ").size(), 1U);
}

TEST_F(GreedAtLoad, IsRememberedWhileNoWorkerCanBeStarted) {
  const Process second = successor();
  at_load("exit");
  second.signal(SIGKILL);
  EXPECT_TRUE(eventually(kPatience, [&] { return host_.logged(" worker_start_failed "); }));
  const std::int64_t job = host_.job_of(host_.send(field_update("c-2", "at_load", "go")));
  at_load("nothing");
  host_.wait_for(job, "completed");
  EXPECT_EQ(host_.log_lines("text=SCHED_OTHER").size(), 1U) << "the first run's";
  EXPECT_EQ(host_.log_lines("text=SCHED_IDLE").size(), 1U);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which lift the limit
class GreedBeyondItsLimit : public Greed {
 protected:
  GreedBeyondItsLimit() { host_.limits("misbehave")["memory"] = "128MiB"; }
};

TEST_F(GreedBeyondItsLimit, IsRefusedAndTheJobTriedAgain) {
  const Json job = endure("hog-memory:400", "dead");
  ASSERT_EQ(job["runs"].size(), 2U);
  EXPECT_EQ(job["runs"][0]["outcome"], "retry");
  EXPECT_NE(error_of(job, 0).find("out of memory"), std::string::npos) << error_of(job, 0);
  expect_recovered();
}

TEST_F(GreedBeyondItsLimit, ThatKeepsWhatItTookCostsItsWorkerAndNotTheNextRun) {
  const Json job = endure("leak-memory");
  ASSERT_EQ(job["runs"].size(), 2U);
  EXPECT_NE(error_of(job, 0).find("out of memory"), std::string::npos) << error_of(job, 0);
  EXPECT_EQ(host_.log_lines("worker_full").size(), 1U);
  expect_recovered();
}

TEST_F(GreedBeyondItsLimit, ThatEndsInACrashIsToldAsItsCause) {
  const Json job = endure("exhaust-memory", "dead");
  ASSERT_EQ(job["runs"].size(), 2U);
  EXPECT_EQ(job["runs"][0]["outcome"], "crashed");
  EXPECT_NE(error_of(job, 0).find("of the 128 MiB of memory that it may have"), std::string::npos)
      << error_of(job, 0);
  EXPECT_NE(error_of(job, 0).find("plugins.limits.misbehave.memory"), std::string::npos)
      << error_of(job, 0);
  expect_recovered();
}
#endif

TEST_F(Greed, ForDescriptorsIsTheWorkersOwn) {
  const Json job = endure("leak-descriptors");
  EXPECT_EQ(job["runs"][0]["outcome"], "done");
  const auto fds = std::filesystem::path("/proc") / std::to_string(host_.pid()) / "fd";
  const auto open = std::distance(std::filesystem::directory_iterator(fds), {});
  EXPECT_LT(open, 100) << "of the host's own";
  expect_recovered();
}

TEST_F(Greed, OfAGigabyteOfOutputIsReadAndCut) {
  endure("print-gigabyte");
  EXPECT_LT(std::filesystem::file_size(host_.folder() / "host.log"), 20U << 20U);
  expect_recovered();
}

TEST_F(Greed, OfOutputWithoutEndIsEndedByTimeoutByCancelAndByStop) {
  host_.limits("misbehave")["timeout"] = "300ms";
  host_.config()["workers"]["cancel_grace"] = "300ms";
  const Json job = endure("print-for-ever", "dead");
  EXPECT_EQ(job["runs"][0]["outcome"], "timed_out");
  EXPECT_EQ(host_.stop(), 0);
  host_.limits("misbehave")["timeout"] = "10m";
  host_.start();
  const std::int64_t cancelled = host_.job_of(host_.send(contact_update("c-2", "print-for-ever")));
  host_.worker_of(cancelled);
  EXPECT_EQ(host_.admin("POST", "/api/v1/jobs/" + std::to_string(cancelled) + "/cancel").status,
            200);
  host_.wait_for(cancelled, "cancelled");
  host_.worker_of(host_.job_of(host_.send(contact_update("c-3", "print-for-ever"))));
  EXPECT_EQ(host_.stop(), 0);
}

TEST_F(Greed, ForProcessesEndsWithItsWorker) {
  endure("fork-200");
  expect_recovered();
  pid_t group = 0;
  for (const Process& worker : host_.workers())
    if (living_members(worker.pid()).size() > 200U) group = worker.pid();
  ASSERT_NE(group, 0) << "the children are in their worker's group";
  EXPECT_EQ(host_.stop(), 0);
  EXPECT_TRUE(eventually(kPatience, [&] { return living_members(group).empty(); }));
}

TEST_F(Greed, OfADestructorForTimeEndsWithTheGraceThatWorkersHave) {
  endure("slow-destructor");
  expect_recovered();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(host_.stop(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 20s) << "it sleeps for a minute";
}

}  // namespace
}  // namespace fh::test
