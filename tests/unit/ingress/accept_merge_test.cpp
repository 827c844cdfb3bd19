// A batch whose later event shows that two records are one.
#include <algorithm>

#include "unit/ingress/accept_fixture.h"

namespace fh::test {
namespace {

class AcceptedBatch : public AcceptTest {
 protected:
  std::vector<JobView> jobs() {
    JobFilter filter;
    filter.delivery = last_;
    auto views = Views(store_->reader()).jobs(filter);
    std::sort(views.begin(), views.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return views;
  }
  /// Each job of the latest delivery runs in its turn, alone.
  void expect_one_after_the_other() {
    const auto all = jobs();
    for (const JobView& job : all) {
      EXPECT_EQ(job.record.key, all.front().record.key);
      const auto run = lease();
      ASSERT_TRUE(run);
      EXPECT_EQ(run->id, job.id);
      EXPECT_FALSE(lease()) << "two at once";
      finish(*run, {});
    }
    for (const JobView& job : jobs()) EXPECT_EQ(job.state, "completed") << job.id;
    expect_tallies_hold();
  }
};

TEST_F(AcceptedBatch, ThatShowsTwoKnownRecordsToBeOneMakesNoJobForTheOneThatIsGone) {
  deliver(R"({"uuid":"U","changes":{"t":1}})");
  deliver(R"({"id":7,"changes":{"t":1}})");
  EXPECT_EQ(deliver(R"([{"id":7,"changes":{"s":"Passed"}},
                        {"uuid":"U","id":7,"changes":{"s":"Passed"}}])")
                .jobs,
            2);
  expect_one_after_the_other();
}

TEST_F(AcceptedBatch, ThatNamesOneNewRecordInThreeWaysRunsItsJobsInOrder) {
  EXPECT_EQ(deliver(R"([{"uuid":"U","changes":{"s":"Passed"}},{"id":7,"changes":{"s":"Passed"}},
                        {"uuid":"U","id":7,"changes":{"s":"Passed"}}])")
                .jobs,
            3);
  expect_one_after_the_other();
  EXPECT_EQ(deliver(R"({"id":7,"changes":{"s":"Passed","n":1}})").jobs, 1);
  expect_one_after_the_other();
}

}  // namespace
}  // namespace fh::test
