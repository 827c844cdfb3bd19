// What accepting a delivery and claiming a job cost in a store with a long past and a long queue,
// beside the same in an empty one: a commit each, in turns.
#include "bench/bench_host.h"
#include "bench/filled_store.h"
#include "bench/series.h"

namespace fh::bench {
namespace {

constexpr double kMostRatio = 1.5;
// No delivery of a filling has a number as high.
constexpr std::int64_t kFirstNumber = 10'000'000;

using Steady = std::chrono::steady_clock;

class MeasuredStore {
 public:
  explicit MeasuredStore(const std::filesystem::path& path) : store_(path.string(), clock_) {
    store_.start();
  }
  ~MeasuredStore() { store_.stop(); }

  /// A delivery is accepted, a job claimed and then finished: the store stays as deep as it is.
  void sample(bool counts) {
    const std::int64_t number = ++number_;
    const double accepted = ms_of([&] {
      store_.write(
          [&](Transaction& tx) { work_[0] = ms_of([&] { insert_job(tx, number, text_); }); });
    });
    std::optional<JobRow> job;
    const double claimed = ms_of([&] {
      store_.write([&](Transaction& tx) {
        work_[1] = ms_of([&] {
          job = tx.jobs.lease_next(kNoop, {tx.host_run, "bench", tx.now, tx.now});
        });
      });
    });
    CHECK(job.has_value());
    JobTransition done;
    store_.write([&](Transaction& tx) { CHECK(tx.jobs.end_run(*job, Outcome{}, done, tx.now)); });
    if (!counts) return;
    accept.push_back(accepted);
    claim.push_back(claimed);
    accept_work.push_back(work_[0]);
    claim_work.push_back(work_[1]);
  }

  std::vector<double> accept;
  std::vector<double> claim;
  // Of that before the commit.
  std::vector<double> accept_work;
  std::vector<double> claim_work;

 private:
  template <class Deed>
  static double ms_of(Deed&& deed) {
    const auto start = Steady::now();
    deed();
    return std::chrono::duration<double, std::milli>(Steady::now() - start).count();
  }

  const SystemClock clock_;
  const std::string text_ = "\"" + std::string(1536, 'x') + "\"";
  Store store_;
  std::int64_t number_ = kFirstNumber;
  double work_[2] = {};  // the latest, in ms
};

Row row_of(const std::string& figure, const std::vector<double>& deep,
           const std::vector<double>& empty, double share) {
  Row row{.figure = figure, .unit = "ms", .median = percentile(deep, share)};
  row.ceiling = percentile(empty, share);
  row.ratio = row.median / *row.ceiling;
  return row;
}

Row target_row(Row row) {
  row.target = Target::ratio_at_most;
  row.limit = kMostRatio;
  return row;
}

}  // namespace

Rows measure_depth(Bench& bench) {
  const Plan& plan = bench.plan();
  bench.note("depth: making " + std::to_string(plan.deep_finished) + " finished, " +
             std::to_string(plan.deep_scheduled) + " scheduled and " +
             std::to_string(plan.deep_ready) + " ready jobs");
  const auto folder = bench.fresh_folder("depth");
  fill_store(
      folder / "deep.db",
      {.finished = plan.deep_finished, .scheduled = plan.deep_scheduled, .ready = plan.deep_ready});
  bench.note("depth: accepting and claiming");
  MeasuredStore deep(folder / "deep.db");
  MeasuredStore empty(folder / "empty.db");
  constexpr int kUncounted = 50;
  for (int i = -kUncounted; i < plan.depth_samples; ++i) {
    deep.sample(i >= 0);
    empty.sample(i >= 0);
  }
  return {row_of("accept in a deep store, p50", deep.accept, empty.accept, 0.50),
          target_row(row_of("  p99", deep.accept, empty.accept, 0.99)),
          row_of("  before its commit, p50", deep.accept_work, empty.accept_work, 0.50),
          row_of("claim in a deep store, p50", deep.claim, empty.claim, 0.50),
          target_row(row_of("  p99", deep.claim, empty.claim, 0.99)),
          row_of("  before its commit, p50", deep.claim_work, empty.claim_work, 0.50)};
}

}  // namespace fh::bench
