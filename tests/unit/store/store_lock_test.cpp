#include "store/store_lock.h"

#include <gtest/gtest.h>
#include <sys/file.h>

#include <fstream>

#include "base/check.h"
#include "base/child_process.h"
#include "support/temp_folder.h"

namespace fh {
namespace {

constexpr Millis kShort(50);

// A worker that outlives its host: it holds the inherited lock and does nothing else.
SpawnOptions lingering(int lock_fd) {
  SpawnOptions options;
  options.arguments = {"/bin/sleep", "60"};
  options.inherited = {lock_fd};
  return options;
}

class Lock : public testing::Test {
 protected:
  std::string store() const { return (folder_ / "store.db").string(); }
  /// As if the host that took the lock had been killed.
  void forget_holder() const { std::ofstream(store() + ".lock") << "999999999 1\n"; }

  test::TempFolder folder_;
};

TEST_F(Lock, IsFreeAfterItsHolder) {
  { StoreLock first(store(), kShort); }
  EXPECT_NO_THROW(StoreLock(store(), kShort));
}

TEST_F(Lock, OfALiveHostIsRefusedWithItsPid) {
  StoreLock first(store(), kShort);
  try {
    StoreLock second(store(), kShort);
    FAIL() << "it was given twice";
  } catch (const HostError& error) {
    const std::string expected = "with pid " + std::to_string(::getpid());
    EXPECT_NE(std::string(error.what()).find(expected), std::string::npos) << error.what();
  }
}

TEST_F(Lock, IsHeldByAWorkerThatOutlivesItsHostUntilItEnds) {
  auto first = std::make_unique<StoreLock>(store(), kShort);
  ChildProcess worker(lingering(first->fd()));
  first.reset();
  forget_holder();
  EXPECT_THROW(StoreLock(store(), kShort), HostError);  // not in the ledger: nobody to end
  worker.kill_group();
  EXPECT_NO_THROW(StoreLock(store(), std::chrono::seconds(10)));
}

TEST_F(Lock, EndsARecordedWorkerThatDoesNotEndByItself) {
  auto first = std::make_unique<StoreLock>(store(), kShort);
  WorkerLedger ledger(store());
  ChildProcess worker(lingering(first->fd()));
  ledger.record(worker.pid());
  first.reset();
  forget_holder();
  EXPECT_NO_THROW(StoreLock(store(), kShort));
  EXPECT_EQ(worker.reap(std::chrono::seconds(10))->signal, SIGKILL);
}

TEST_F(Lock, ALedgerForgetsWhatEnded) {
  WorkerLedger ledger(store());
  ChildProcess worker(lingering(-1));
  ledger.record(worker.pid());
  ledger.erase(worker.pid());
  ledger.kill_recorded();
  EXPECT_FALSE(worker.reap(kShort));
}

}  // namespace
}  // namespace fh
