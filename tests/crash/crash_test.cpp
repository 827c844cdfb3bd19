// The real host under load, killed again and again: by SIGKILL at a random time or at a named fault
// point, its workers, or both; and what senders were told, what the plugin did and what the store
// holds must agree in the end. FIELDHOOK_CRASH_ROUNDS and FIELDHOOK_CRASH_SEED choose how long and
// which (`./dev crash`, docs/testing.md).
#include <gtest/gtest.h>
#include <stdlib.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <random>

#include "crash/ledger.h"
#include "crash/trace.h"
#include "system/host_process.h"
#include "system/own_port.h"

namespace fh::test {
namespace {

constexpr int kRounds = 40;
constexpr int kSenders = 4;

// Taken in turn.
constexpr const char* kFaultPoints[] = {"before_commit",        "after_commit",  "in_accept",
                                        "before_execute",       "before_finish", "after_finish",
                                        "before_effect_commit", "after_begin",   "in_recovery"};

std::uint64_t number_in(const char* variable, std::uint64_t otherwise) {
  const char* text = ::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Crash : public ::testing::Test {
 protected:
  Crash() : seed_(number_in("FIELDHOOK_CRASH_SEED", 1)), random_(seed_), ledger_(kSenders) {
    // Senders go on at the port of a host that was killed: it must not become another test's.
    host_.config()["ingest"]["listen"] = "127.0.0.1:" + std::to_string(own_port());
    host_.config()["plugins"]["settings"]["witness"] = {{"log", trace_file().string()}};
    // Many rounds bring a record more jobs in ten minutes than a loop would be let.
    host_.limits("witness") = {{"backoff", "20ms"}, {"max_attempts", 5}, {"per_record", 0}};
  }

  std::filesystem::path trace_file() const { return host_.folder() / "trace"; }
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  void sleep_below(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(below(ms))); }

  // Another build each time, so that no build is held to account for what is done to it here.
  void install_fresh_build() {
    const auto file = host_.folder() / "witness.so";
    std::filesystem::copy_file(std::filesystem::path(FIELDHOOK_TEST_PLUGINS) / "witness.so", file,
                               std::filesystem::copy_options::overwrite_existing);
    std::ofstream(file, std::ios::app | std::ios::binary) << "build " << ++builds_;
    host_.install_file(file, "witness.so");
  }

  // Whether it came up; a host with a fault point may end before it does.
  bool start() {
    install_fresh_build();
    std::filesystem::remove(host_.folder() / "host.log");  // of the host before
    host_.launch();
    try {
      host_.wait_until_ready();
    } catch (const std::runtime_error&) {
      return false;
    }
    ledger_.set_port(host_.ingest_port());
    return true;
  }

  void kill_workers() {
    for (const Process& worker : host_.workers()) worker.signal(SIGKILL);
  }

  void round_at_fault_point() {
    const std::string point = kFaultPoints[points_++ % std::size(kFaultPoints)];
    if (point != "in_recovery") return end_at(point, 1 + below(10));
    end_at("before_execute", 1 + below(10));  // leaves a run to recover from
    if (!HasFailure()) end_at(point, 1);
  }

  // Each point is come to under load, or while the host starts.
  void end_at(const std::string& point, int count) {
    host_.environment()["FIELDHOOK_FAULT"] = point + ":" + std::to_string(count);
    const bool up = start();
    host_.environment().erase("FIELDHOOK_FAULT");
    ASSERT_TRUE(!up || eventually(kPatience, [&] { return host_.has_ended(); }))
        << "nobody came to " << point << "\n"
        << host_.log();
    EXPECT_EQ(host_.wait_for_end(), 128 + SIGKILL) << point << "\n" << host_.log();
    ++at_points_[point];
  }

  void round_of_sigkill() {
    ASSERT_TRUE(start()) << host_.log();
    sleep_below(400);
    switch (below(4)) {
      case 0:
        ++of_workers_;
        kill_workers();
        sleep_below(200);
        return host_.kill();
      case 1:
        ++of_both_;
        kill_workers();
        return host_.kill();
      case 2:
        ++orderly_;
        EXPECT_EQ(host_.stop(), 0) << host_.log();
        return;
      default: ++of_host_; return host_.kill();
    }
  }

  // Killed twice or lost five times a job is dead, as it should be, and kept for a person.
  void send_the_dead_again() {
    for (const Json& job : host_.api("jobs?state=dead&limit=1000")) {
      EXPECT_TRUE(job.at("crashes") == 2 || job.at("lost") == 5) << job.dump(2);
      const std::int64_t id = job.at("id");
      again_.insert(id);
      EXPECT_EQ(host_.admin("POST", "/api/v1/jobs/" + std::to_string(id) + "/retry").status, 200);
    }
  }

  bool nothing_is_open() {
    const Json jobs = host_.api("status").at("jobs");
    for (const auto& [state, count] : jobs.items())
      if (state != "completed" && state != "dead" && state != "cancelled" && count != 0)
        return false;
    return true;
  }

  void finish_everything() {
    ASSERT_TRUE(start()) << host_.log();
    ledger_.stop();
    ASSERT_TRUE(eventually(180s, [&] { return nothing_is_open(); })) << host_.api("status").dump(2);
    send_the_dead_again();
    ASSERT_TRUE(eventually(60s, [&] { return nothing_is_open(); })) << host_.api("status").dump(2);
    ASSERT_EQ(host_.stop(), 0) << host_.log();
  }

  // Everything that was answered 200 is there, once, and completed.
  void compare_ledger(const Snapshot& stored) {
    EXPECT_EQ(ledger_.surprises(), std::vector<std::string>());
    std::map<std::int64_t, int> jobs_of_delivery;
    for (const auto& [id, rows] : stored.jobs) {
      EXPECT_EQ(rows.size(), 1U) << "job " << id << " is in both tables";
      EXPECT_EQ(rows.front().state, "completed") << "job " << id;
      if (rows.front().parent == 0) ++jobs_of_delivery[rows.front().delivery];
    }
    for (const Entry& entry : ledger_.entries()) {
      if (entry.delivery == 0) continue;
      EXPECT_EQ(stored.deliveries.contains(entry.delivery), true) << entry.delivery << " is lost";
      EXPECT_EQ(jobs_of_delivery[entry.delivery], 1) << "of delivery " << entry.delivery;
    }
    EXPECT_EQ(jobs_of_delivery.size(), ledger_.entries().size()) << "each value has one job";
  }

  // What a job wrote is there as often as it completed, which is once.
  void compare_effects(const Snapshot& stored) {
    std::map<std::int64_t, int> completed;  // by record
    std::map<std::int64_t, int> seconds;    // by the job that made them
    for (const auto& [id, rows] : stored.jobs) {
      ++completed[rows.front().record];
      if (rows.front().parent == 0)
        seconds.try_emplace(id, 0);
      else
        ++seconds[rows.front().parent];
    }
    for (const auto& [id, count] : seconds)
      EXPECT_EQ(count, 1) << "jobs that job " << id << " made";
    for (const auto& [record, count] : completed) {
      const auto state = stored.states.find({"witness", record});
      ASSERT_NE(state, stored.states.end()) << "of record " << record;
      EXPECT_EQ(state->second.value, std::to_string(count)) << "of record " << record;
    }
  }

  void report(const std::vector<TraceLine>& trace, const Snapshot& stored) {
    std::size_t lost = 0;
    for (const auto& [job, runs] : stored.runs)
      for (const auto& run : runs) lost += run.outcome == "lost" ? 1U : 0U;
    std::cout << "seed " << seed_ << ": SIGKILL of the host " << of_host_ << ", of workers "
              << of_workers_ << ", of both " << of_both_ << ", orderly " << orderly_
              << "; at points:";
    for (const auto& [point, count] : at_points_) std::cout << " " << point << " " << count;
    std::cout << "\n  " << ledger_.count() << " deliveries, " << ledger_.sent_again()
              << " sent again, " << trace.size() << " effects, " << lost << " runs lost, "
              << again_.size() << " dead jobs retried\n";
  }

  const std::uint64_t seed_;
  std::mt19937_64 random_;
  HostProcess host_;
  Ledger ledger_;
  std::set<std::int64_t> again_;
  int builds_ = 0;
  std::size_t points_ = 0;
  std::map<std::string, int> at_points_;
  int of_host_ = 0, of_workers_ = 0, of_both_ = 0, orderly_ = 0;
};

TEST_F(Crash, WhateverIsKilledNothingIsLostAndNothingIsDoneTwice) {
  const auto rounds = number_in("FIELDHOOK_CRASH_ROUNDS", kRounds);
  for (std::uint64_t round = 0; round < rounds && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round) + " of seed " + std::to_string(seed_));
    if (below(5) < 3)
      round_at_fault_point();
    else
      round_of_sigkill();
  }
  ASSERT_FALSE(HasFailure());
  finish_everything();
  ASSERT_FALSE(HasFailure());
  const auto trace = read_trace(trace_file());
  SnapshotReader store(host_.store_file().string());
  const Snapshot stored = store.read();
  EXPECT_EQ(store.integrity(), "ok");
  compare_ledger(stored);
  compare_effects(stored);
  EXPECT_EQ(faults_of(trace, stored, again_), std::vector<std::string>());
  EXPECT_GT(ledger_.count(), rounds) << "there was no load";
  if (rounds >= kRounds) {
    EXPECT_EQ(at_points_.size(), std::size(kFaultPoints)) << "too few rounds were at points";
  }
  report(trace, stored);
}

}  // namespace
}  // namespace fh::test
