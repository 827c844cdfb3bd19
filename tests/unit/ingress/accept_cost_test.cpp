// What SQLite does for a delivery and its job, in steps of its own, is the same however much lies
// in the store that is finished or waits.
#include <sqlite3.h>

#include "unit/ingress/accept_fixture.h"

namespace fh::test {
namespace {

sqlite3* first_opened = nullptr;  // the writer's

int note_opened(sqlite3* db, const char**, const sqlite3_api_routines*) {
  if (first_opened == nullptr) first_opened = db;
  return SQLITE_OK;
}

class AcceptCost : public AcceptTest {
 protected:
  void SetUp() override {
    first_opened = nullptr;
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(note_opened));
    AcceptTest::SetUp();
    sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(note_opened));
    watch("p", R"([{"record":"contact","field":"s","becomes":["Passed"]}])", 100'000);
  }

  /// By statement, what it took so far.
  std::map<std::string, int> steps() {
    return write([](Transaction&) {
      std::map<std::string, int> taken;
      for (sqlite3_stmt* one = nullptr; (one = sqlite3_next_stmt(first_opened, one)) != nullptr;)
        taken[sqlite3_sql(one)] += sqlite3_stmt_status(one, SQLITE_STMTSTATUS_VM_STEP, 0);
      return taken;
    });
  }

  /// Of one delivery of a new record, and of its job until that is finished.
  std::map<std::string, int> cost() {
    const auto before = steps();
    // What is kept in memory is asked for anew after this.
    EXPECT_THROW(write([](Transaction&) { throw HostError("no"); }), HostError);
    const std::string id = std::to_string(++record_);
    EXPECT_EQ(status("{\"id\":" + id + ",\"changes\":{\"s\":\"Passed\"}}"), "accepted");
    const auto job = lease();
    EXPECT_TRUE(job && finish(*job, {}));
    write([](Transaction& tx) {
      EXPECT_TRUE(tx.jobs.due(tx.now, 1000).empty());
      tx.jobs.next_due();
      tx.jobs.ready_plugins();
    });
    auto taken = steps();
    for (const auto& [sql, count] : before) taken[sql] -= count;
    return taken;
  }

  /// So many of each kind of job that is not at work.
  void fill(int rows) {
    const Outcome done;
    const Outcome dead{.kind = OutcomeKind::fail, .text = "no"};
    const Outcome later{.kind = OutcomeKind::retry, .text = "no", .after = std::chrono::hours(1)};
    write([&](Transaction& tx) {
      const std::string first = "first of " + std::to_string(rows);
      add(tx, first, Millis(0), &later);
      for (int i = 0; i < rows; ++i) {
        const std::string record = std::to_string(i) + " of " + std::to_string(rows);
        add(tx, record, Millis(0), &done);
        add(tx, record, Millis(0), &dead);
        add(tx, record, Millis(0), &later);
        add(tx, record, std::chrono::hours(1), nullptr);
        add(tx, first, Millis(0), nullptr);  // blocked
      }
    });
  }
  static void add(Transaction& tx, const std::string& record, Millis delay,
                  const Outcome* outcome) {
    NewJob job;
    job.plugin = "p";
    job.record = tx.records.resolve("crm", RecordType::contact, {"", record}).id;
    job.event = job.delivery = 1;
    job.created_at = tx.now;
    job.run_at = tx.now + delay;
    const auto id = tx.jobs.insert(job);
    if (outcome == nullptr) return;
    const auto leased = tx.jobs.lease_next("p", {tx.host_run, "build", tx.now, tx.now});
    ASSERT_TRUE(leased && leased->id == id);
    RunEnd end{.job = id, .lease = leased->lease, .outcome = *outcome};
    ASSERT_TRUE(finish_run(tx, end));
  }

  int record_ = 0;
};

TEST_F(AcceptCost, GrowsNeitherWithWhatIsFinishedNorWithWhatWaits) {
  cost();  // what is done once
  fill(1);
  const auto with_few = cost();
  fill(1000);
  EXPECT_EQ(cost(), with_few);
}

}  // namespace
}  // namespace fh::test
