#include "store/store_lock.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "base/check.h"
#include "store/worker_ledger.h"
#include "support/temp_folder.h"
#include "support/test_child.h"

namespace fh {
namespace {

constexpr Millis kShort(50);

// A worker that outlives its host: it holds the inherited lock and does nothing else.
SpawnOptions lingering(std::vector<NativeHandle> inherited) {
  SpawnOptions options = test::test_child({"stay"});
  options.inherited = std::move(inherited);
  return options;
}

class Lock : public testing::Test {
 protected:
  std::string store() const { return (folder_ / "store.db").string(); }
  /// A worker whose host was killed: it alone holds the lock.
  ChildProcess orphan() const {
    LockFile lock(store() + ".lock");
    EXPECT_TRUE(lock.try_lock());
    lock.write("999999999 1\n");
    return ChildProcess(lingering({lock.handle()}));
  }

  test::TempFolder folder_;
};

TEST_F(Lock, IsFreeAfterItsHolder) {
  { StoreLock first(store(), {.workers = kShort}); }
  EXPECT_NO_THROW(StoreLock(store(), {.workers = kShort}));
}

TEST_F(Lock, OfALiveHostIsRefusedWithItsPid) {
  StoreLock first(store(), {.workers = kShort});
  try {
    StoreLock second(store(), {.workers = kShort});
    FAIL() << "it was given twice";
  } catch (const HostError& error) {
    const std::string expected = "with pid " + std::to_string(own_pid());
    EXPECT_NE(std::string(error.what()).find(expected), std::string::npos) << error.what();
  }
}

TEST_F(Lock, OfADrainingHostIsWaitedForUntilItIsNotWanted) {
  StoreLock first(store(), {.workers = kShort});
  first.note_draining();
  int asked = 0;
  EXPECT_THROW(
      StoreLock(store(), {.drain = std::chrono::hours(1), .give_up = [&] { return ++asked == 3; }}),
      NotWanted);
  EXPECT_EQ(asked, 3);
}

TEST_F(Lock, OfAHostThatHasOnlyJustTakenItIsRefusedToo) {
  ChildProcess worker(lingering({}));
  WorkerLedger(store()).record(worker.pid());
  LockFile winner(store() + ".lock");
  ASSERT_TRUE(winner.try_lock());
  winner.write("999999999 1\n");  // what the host before left there
  std::promise<void> looking;
  std::string refusal;
  std::thread loser([&] {
    looking.set_value();
    try {
      StoreLock second(store(), {.workers = std::chrono::seconds(10)});
    } catch (const HostError& error) {
      refusal = error.what();
    }
  });
  looking.get_future().wait();
  winner.write(std::to_string(own_pid()) + " " + process_start_time(own_pid()).value() + "\n");
  loser.join();
  EXPECT_NE(refusal.find("is in use by the fieldhookd with pid"), std::string::npos) << refusal;
  EXPECT_FALSE(worker.reap(Millis(0))) << "its worker was killed";
  worker.kill_group();
}

TEST_F(Lock, TellsWhoHoldsIt) {
  EXPECT_FALSE(holder_of(store()).locked);
  {
    const StoreLock lock(store(), {.workers = kShort});
    EXPECT_TRUE(holder_of(store()).locked);
    EXPECT_EQ(holder_of(store()).pid, own_pid());
  }
  EXPECT_FALSE(holder_of(store()).locked);
  const ChildProcess worker = orphan();
  EXPECT_TRUE(holder_of(store()).locked);
  EXPECT_FALSE(holder_of(store()).pid);
}

TEST_F(Lock, IsHeldByAWorkerThatOutlivesItsHostUntilItEnds) {
  ChildProcess worker = orphan();
  EXPECT_THROW(StoreLock(store(), {.workers = kShort}),
               HostError);  // not in the ledger: nobody to end
  worker.kill_group();
  EXPECT_NO_THROW(StoreLock(store(), {.workers = std::chrono::seconds(10)}));
}

TEST_F(Lock, EndsARecordedWorkerThatDoesNotEndByItself) {
  ChildProcess worker = orphan();
  WorkerLedger(store()).record(worker.pid());
  EXPECT_NO_THROW(StoreLock(store(), {.workers = kShort}));
  EXPECT_EQ(worker.reap(std::chrono::seconds(10))->describe(), test::kKilled);
}

}  // namespace
}  // namespace fh
