#include "store/worker_ledger.h"

#include <gtest/gtest.h>

#include "support/temp_folder.h"
#include "support/test_child.h"

namespace fh {
namespace {

class Ledger : public testing::Test {
 protected:
  test::TempFolder folder_;
  WorkerLedger ledger_{(folder_ / "store.db").string()};
  ChildProcess worker_{test::test_child({"stay"})};
};

TEST_F(Ledger, EndsWhatIsRecorded) {
  ledger_.record(worker_.pid());
  ledger_.kill_recorded();
  EXPECT_EQ(worker_.reap(std::chrono::seconds(10))->describe(), test::kKilled);
}

TEST_F(Ledger, ForgetsWhatEnded) {
  ledger_.record(worker_.pid());
  ledger_.erase(worker_.pid());
  ledger_.kill_recorded();
  EXPECT_FALSE(worker_.reap(std::chrono::milliseconds(50)));
}

}  // namespace
}  // namespace fh
