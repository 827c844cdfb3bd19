// What the filters of jobs leave out, and what is whole.
#include <functional>

#include "support/store_fixture.h"

namespace fh::test {
namespace {

using Ids = std::vector<std::int64_t>;

class ViewsTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    // One id, which three records have.
    contact_ = add_parked("crm", RecordType::contact);
    company_ = add_parked("crm", RecordType::company);
    other_ = add_parked("crm2", RecordType::contact);
    delayed_ = add_scheduled("crm", RecordType::contact, "");
    ready_ = add_job(record("77"));
  }

  std::int64_t add_parked(const std::string& account, RecordType type) {
    return add_scheduled(account, type, "its record brought too many");
  }
  std::int64_t add_scheduled(const std::string& account, RecordType type,
                             const std::string& reason) {
    NewJob job = new_job(write([&](Transaction& tx) {
      return tx.records.resolve(account, type, {"", "77"}).id;
    }));
    job.run_at += Millis(1000);
    job.reason = reason;
    return write([&](Transaction& tx) { return tx.jobs.insert(job); });
  }

  /// As a list and as an action on all that match find them; the oldest first.
  Ids found(const std::function<void(JobFilter&)>& narrow) {
    JobFilter filter;
    filter.record = "77";
    narrow(filter);
    Views views(store_->reader());
    Ids listed;
    for (const JobView& job : views.jobs(filter)) listed.insert(listed.begin(), job.id);
    if (filter.state.empty()) return listed;
    EXPECT_EQ(views.job_ids(filter), listed);
    return listed;
  }

  std::int64_t contact_ = 0;
  std::int64_t company_ = 0;
  std::int64_t other_ = 0;
  std::int64_t delayed_ = 0;
  std::int64_t ready_ = 0;
};

TEST_F(ViewsTest, AnIdAloneIsOfEveryRecordThatHasIt) {
  EXPECT_EQ(found([](JobFilter&) {}), (Ids{contact_, company_, other_, delayed_, ready_}));
}

TEST_F(ViewsTest, AccountAndTypeTellRecordsOfOneIdApart) {
  EXPECT_EQ(found([](JobFilter& filter) { filter.account = "crm2"; }), (Ids{other_}));
  EXPECT_EQ(found([](JobFilter& filter) { filter.type = "company"; }), (Ids{company_}));
  EXPECT_EQ(found([](JobFilter& filter) {
              filter.account = "crm";
              filter.type = "contact";
            }),
            (Ids{contact_, delayed_, ready_}));
  EXPECT_EQ(found([](JobFilter& filter) {
              filter.account = "crm2";
              filter.type = "company";
            }),
            (Ids{}));
}

TEST_F(ViewsTest, TheEventsOfADeliveryAreAllThere) {
  const NewJob job = new_job(record("1"));
  write([&](Transaction& tx) {
    for (int i = 0; i < kMaxListed; ++i) {
      NewEvent event;
      event.delivery = job.delivery;
      event.record = job.record;
      event.changes = event.snapshot = "{}";
      tx.deliveries.insert(event);
    }
  });
  EXPECT_EQ(Views(store_->reader()).events_of(job.delivery).size(), std::size_t{kMaxListed} + 1);
}

TEST_F(ViewsTest, WhatIsParkedIsLessThanWhatIsScheduled) {
  EXPECT_EQ(found([](JobFilter& filter) {
              filter.state = "scheduled";
              filter.account = "crm";
              filter.type = "contact";
            }),
            (Ids{contact_, delayed_}));
  EXPECT_EQ(found([](JobFilter& filter) {
              filter.state = "scheduled";
              filter.parked = true;
            }),
            (Ids{contact_, company_, other_}));
  EXPECT_EQ(found([](JobFilter& filter) {
              filter.state = "scheduled";
              filter.account = "crm";
              filter.type = "contact";
              filter.parked = true;
            }),
            (Ids{contact_}));
  EXPECT_EQ(found([](JobFilter& filter) { filter.parked = true; }),
            (Ids{contact_, company_, other_}));
}

TEST_F(ViewsTest, OpenJobsAreThoseThatAreNotFinal) {
  add_job(record("78"), "q");
  finish(*lease("q"), {});
  EXPECT_EQ(Views(store_->reader()).open_jobs(),
            (std::map<std::string, std::int64_t>{{"p", 5}, {"q", 0}}));
}

}  // namespace
}  // namespace fh::test
