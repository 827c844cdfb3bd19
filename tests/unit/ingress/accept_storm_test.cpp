// A record that brings a plugin more jobs than it may is parked, with all that follows.
#include <algorithm>

#include "queue/job_action.h"
#include "queue/timer.h"
#include "unit/ingress/accept_fixture.h"

namespace fh::test {
namespace {

TEST_F(AcceptTest, AStormOfOneRecordIsParkedVisiblyAndCanBeReleased) {
  options_.plugins.limits["p"].per_record = 2;
  watch("p", R"([{"record":"contact","field":"s","becomes":["Passed"]}])");
  const auto state_of_next = [&](const std::string& id) {
    deliver(R"({"id":)" + id + R"(,"note":)" + std::to_string(++notes_) +
            R"(,"changes":{"s":"Passed"}})");
    JobFilter filter;
    filter.delivery = last_;
    return Views(store_->reader()).jobs(filter).at(0);
  };
  EXPECT_EQ(state_of_next("1").state, "available");
  EXPECT_EQ(state_of_next("1").state, "blocked");
  const JobView put_off = state_of_next("1");
  EXPECT_EQ(put_off.state, "scheduled");
  EXPECT_EQ(put_off.run_at, clock_.now() + StormGuard::kWindow);
  EXPECT_NE(put_off.reason.find("more than 2 jobs"), std::string::npos) << put_off.reason;
  const auto parked = Views(store_->reader()).parked();
  ASSERT_EQ(parked.size(), 1U);
  EXPECT_EQ(parked[0].plugin, "p");
  EXPECT_EQ(parked[0].record.key, "1");
  EXPECT_EQ(parked[0].jobs, 1);
  EXPECT_EQ(parked[0].reason, put_off.reason);
  EXPECT_EQ(parked[0].until, put_off.run_at);
  // Another record is not hurt, and neither is this one later.
  EXPECT_EQ(state_of_next("2").state, "available");
  EXPECT_EQ(
      write([&](Transaction& tx) { return act_on_job(tx, JobAction::release, put_off.id, "ops"); }),
      JobActionResult::done);
  EXPECT_EQ(state_of(put_off.id), "blocked");
  EXPECT_TRUE(Views(store_->reader()).parked().empty());
  // From here on it is counted anew.
  EXPECT_EQ(state_of_next("1").state, "blocked");
  EXPECT_EQ(state_of_next("1").state, "blocked");
  EXPECT_EQ(state_of_next("1").state, "scheduled");
  clock_.advance(StormGuard::kWindow + std::chrono::seconds(10));
  Timer(*store_, clock_, kKeepLong).tick();
  EXPECT_EQ(state_of_next("1").state, "blocked");
  expect_tallies_hold();
}

TEST_F(AcceptTest, WhatComesAfterAParkedJobIsPutOffBehindItByAnyHost) {
  options_.plugins.limits["p"].per_record = 2;
  watch("p", R"([{"record":"contact","field":"s","becomes":["Passed"]}])");
  const auto next = [&] {
    deliver(R"({"id":1,"note":)" + std::to_string(++notes_) + R"(,"changes":{"s":"Passed"}})");
    JobFilter filter;
    filter.delivery = last_;
    return Views(store_->reader()).jobs(filter).at(0);
  };
  next();
  next();
  const JobView parked = next();
  ASSERT_EQ(parked.state, "scheduled");
  catalog_.reset();
  reopen();
  open_catalog();
  clock_.advance(Millis(60'000));
  const JobView behind = next();
  EXPECT_EQ(behind.state, "scheduled");
  EXPECT_EQ(behind.run_at, parked.run_at);
  EXPECT_EQ(behind.reason, parked.reason);
  // Due, and not woken yet.
  clock_.advance(StormGuard::kWindow);
  const JobView late = next();
  EXPECT_EQ(late.state, "scheduled");
  EXPECT_EQ(late.run_at, clock_.now() + Millis(1));
  clock_.advance(Millis(1));
  Timer(*store_, clock_, kKeepLong).tick();
  for (const std::int64_t job : {parked.id, behind.id, late.id})
    EXPECT_EQ(state_of(job), "blocked");
  EXPECT_EQ(Views(store_->reader()).job(parked.id)->reason, "") << "it waits for its turn only";
  std::vector<std::int64_t> order;
  while (const auto run = lease()) {
    order.push_back(run->id);
    finish(*run, {});
  }
  ASSERT_EQ(order.size(), 5U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  expect_tallies_hold();
}

}  // namespace
}  // namespace fh::test
