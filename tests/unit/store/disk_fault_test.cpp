// A disk that fails, tears a write, loses power or is full, at every call that changes a file,
// while jobs are accepted, leased, finished and the WAL is copied back: the file stays sound, what
// was acknowledged is there, and nothing is there by half. A host lives through each in a process
// of its own, for it may end itself; another one then opens what it left.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <sstream>

#include "base/log.h"
#include "queue/finish.h"
#include "queue/idempotency.h"
#include "queue/recover.h"
#include "support/fault_vfs.h"
#include "support/snapshot.h"
#include "support/temp_folder.h"

namespace fh {
namespace {

using test::Fault;

constexpr int kSyncFailed = 70;  // how the store ends the process when it cannot know any more
constexpr int kDeliveries = 3;

// What ThreadSanitizer looks for does not hang on the call, and each takes seconds with it.
#ifdef __SANITIZE_THREAD__
constexpr int kEveryCall = 7;
#else
constexpr int kEveryCall = 1;
#endif

const ManualClock kClock(from_ms(1'700'000'000'000));

/// When the WAL is copied back: when the host closes its store, or after nearly every commit too.
enum class Copying { at_the_end, all_along };

struct Case {
  Fault fault;
  Copying copying;
};

std::string name_of(const Case& one) {
  return test::name_of(one.fault) + (one.copying == Copying::all_along ? "_in_checkpoints" : "");
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Copying copying : {Copying::at_the_end, Copying::all_along})
    for (const Fault fault : test::kFaults) all.push_back({fault, copying});
  return all;
}

/// What one host was told by its store before it ended.
struct Ledger {
  int code = -1;
  std::set<std::string> told;
  int changes = 0;
  int worked = 0;  // changes before the end
  int copied = 0;  // pages before the end
  bool was_told(const std::string& what, std::int64_t id) const {
    return told.contains(what + " " + std::to_string(id));
  }
};

// A host's life, in the child process.
class Host {
 public:
  Host(const std::string& path, Copying copying, int ledger)
      : store_(path, kClock, options(copying)), ledger_(ledger) {
    store_.start();
  }

  void live() {
    for (int i = 0; i < kDeliveries; ++i) {
      accept();
      run_next("p");
    }
    run_next("q");
    tell("copied", test::copied_back());
    tell("worked", test::changes_seen());
    store_.stop();  // copies the WAL back
  }

 private:
  static StoreOptions options(Copying copying) {
    StoreOptions options;
    if (copying == Copying::all_along) options.checkpoint_pages = 8;
    return options;
  }

  void tell(const std::string& what, std::int64_t id) const {
    const std::string line = what + " " + std::to_string(id) + "\n";
    if (::write(ledger_, line.data(), line.size()) < 0) ::_exit(1);
  }

  // Tells "WHAT ID" when it was stored and "no WHAT ID" when it was refused.
  template <class Op>
  bool tell_whether(const std::string& what, std::int64_t id, Op&& op) {
    try {
      store_.write(op);
      tell(what, id);
      return true;
    } catch (const StoreError&) {
      tell("no " + what, id);
      return false;
    }
  }

  void accept() {
    std::int64_t id = 0;
    try {
      id = store_.new_delivery_id();
    } catch (const StoreError&) {
      return;
    }
    tell_whether("accepted", id, [&](Transaction& tx) {
      const std::string record = std::to_string(id % 2);
      NewJob job;
      job.delivery = id;
      job.record = tx.records.resolve("crm", RecordType::contact, {"", record}).id;
      job.created_at = job.run_at = tx.now;
      const std::string body(3000, 'x');
      NewDelivery delivery;
      delivery.id = id;
      delivery.source = "s";
      delivery.status = DeliveryStatus::accepted;
      delivery.received_at = tx.now;
      delivery.head = "[]";
      delivery.body = body;
      delivery.jobs = 2;
      tx.deliveries.insert(delivery);
      NewEvent event;
      event.delivery = id;
      event.record = job.record;
      event.changes = event.snapshot = "{}";
      job.event = tx.deliveries.insert(event);
      for (const char* plugin : {"p", "q"}) {
        job.plugin = plugin;
        tx.jobs.insert(job);
      }
    });
  }

  void run_next(const std::string& plugin) {
    std::optional<JobRow> job;
    const LeaseTerms terms{store_.host_run(), "build", kClock.now(), kClock.now()};
    try {
      job = store_.write([&](Transaction& tx) { return tx.jobs.lease_next(plugin, terms); });
    } catch (const StoreError&) {
      return;
    }
    if (!job) return;
    tell("leased", job->id);
    const AskingRun run{plugin, job->id, job->lease};
    const EffectName once{EffectName::Kind::once, "key-" + std::to_string(job->id)};
    const bool begun =
        tell_whether("began", job->id, [&](Transaction& tx) { begin_effect(tx, run, once); });
    if (begun)
      tell_whether("kept", job->id, [&](Transaction& tx) {
        if (finish_effect(tx, run, once, "\"did\"", {})) throw HostError("lease lost");
      });
    RunEnd end{.job = job->id, .lease = job->lease, .outcome = {}};
    NewJob child;
    child.plugin = "child";
    child.backlog = 1000;
    child.created_at = child.run_at = kClock.now();
    end.effects.jobs.push_back(child);
    tell_whether("finished", job->id, [&](Transaction& tx) {
      if (!finish_run(tx, end)) throw HostError("lease lost");
    });
  }

  Store store_;
  const int ledger_;
};

class DiskFault : public testing::TestWithParam<Case> {
 protected:
  DiskFault() { Store(clean_, kClock).stop(); }

  Ledger live_through(Case one, int call) {
    std::filesystem::remove(path_);
    std::filesystem::remove(path_ + "-wal");
    std::filesystem::remove(path_ + "-shm");
    std::filesystem::remove(log_);
    std::filesystem::copy_file(clean_, path_);
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      live(one, call, ends[1]);
    }
    ::close(ends[1]);
    Ledger ledger = read_ledger(ends[0]);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ledger.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ledger;
  }

  bool was_logged() const {
    std::error_code none;
    return std::filesystem::file_size(log_, none) > 0 && !none;
  }

  /// What another host finds.
  test::Snapshot found() {
    {
      Store store(path_, kClock);
      store.start();
      recover(store);
      store.stop();
    }
    test::SnapshotReader reader(path_);
    EXPECT_EQ(reader.integrity(), "ok");
    return reader.read();
  }

  // Acknowledged: it is there. Refused: it is not. Neither, for the host ended: one or the other.
  static void expect_as_told(const Ledger& ledger, const std::string& what, std::int64_t id,
                             bool there) {
    if (ledger.was_told(what, id)) {
      EXPECT_TRUE(there) << what << " " << id << " is lost";
    }
    if (ledger.was_told("no " + what, id)) {
      EXPECT_FALSE(there) << what << " " << id << " was refused and is there";
    }
  }

  static void expect_whole(const Ledger& ledger, const test::Snapshot& seen) {
    std::map<std::int64_t, int> jobs;
    std::map<std::int64_t, int> children;
    for (const auto& [id, rows] : seen.jobs) {
      ASSERT_EQ(rows.size(), 1U) << "job " << id << " is in both tables";
      ++(rows.front().parent == 0 ? jobs[rows.front().delivery] : children[rows.front().parent]);
    }
    for (std::int64_t delivery = 1; delivery <= kDeliveries; ++delivery) {
      const bool there = seen.deliveries.contains(delivery);
      EXPECT_EQ(jobs[delivery], there ? 2 : 0) << "delivery " << delivery << " is half there";
      expect_as_told(ledger, "accepted", delivery, there);
    }
    for (const auto& [id, rows] : seen.jobs) {
      const bool finished = rows.front().state == "completed";
      EXPECT_EQ(children[id], finished ? 1 : 0) << "job " << id << " is finished by half";
      const auto once = seen.once.find({rows.front().plugin, "key-" + std::to_string(id)});
      const bool began = once != seen.once.end();
      expect_as_told(ledger, "finished", id, finished);
      expect_as_told(ledger, "leased", id, seen.runs.contains(id));
      expect_as_told(ledger, "began", id, began);
      expect_as_told(ledger, "kept", id, began && once->second.result.has_value());
    }
    test::ByNames<std::int64_t> counted;
    for (const auto& [id, rows] : seen.jobs) ++counted[{rows.front().plugin, rows.front().state}];
    EXPECT_EQ(seen.tallies, counted);
  }

 private:
  [[noreturn]] void live(Case one, int call, int ledger) {
    log_to_file(log_);
    test::install_fault_vfs();
    Host host(path_, one.copying, ledger);
    test::arm_fault(one.fault, call);
    host.live();
    const std::string line = "changes " + std::to_string(test::changes_seen()) + "\n";
    if (::write(ledger, line.data(), line.size()) < 0) ::_exit(1);
    ::_exit(0);
  }

  static Ledger read_ledger(int fd) {
    std::string text;
    char part[4096];
    for (ssize_t got = 0; (got = ::read(fd, part, sizeof part)) > 0;)
      text.append(part, static_cast<std::size_t>(got));
    Ledger ledger;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      ledger.told.insert(line);
      if (line.starts_with("changes ")) ledger.changes = std::stoi(line.substr(8));
      if (line.starts_with("worked ")) ledger.worked = std::stoi(line.substr(7));
      if (line.starts_with("copied ")) ledger.copied = std::stoi(line.substr(7));
    }
    return ledger;
  }

  test::TempFolder folder_{std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp"};
  const std::string clean_ = folder_ / "clean.db";
  const std::string path_ = folder_ / "store.db";
  const std::string log_ = folder_ / "log";
};

TEST_P(DiskFault, AtAnyCallLosesNothingThatWasAcknowledgedAndLeavesNothingByHalf) {
  const Ledger untouched = live_through(GetParam(), 0);
  ASSERT_EQ(untouched.code, 0);
  ASSERT_TRUE(untouched.was_told("accepted", kDeliveries));
  ASSERT_GT(untouched.changes, 50);
  ASSERT_EQ(untouched.copied > 20, GetParam().copying == Copying::all_along) << untouched.copied;
  expect_whole(untouched, found());
  // A host goes on when there is no room, and ends when it cannot know what is on disk.
  const Fault fault = GetParam().fault;
  const bool only_full = fault == Fault::full || fault == Fault::stays_full;
  std::map<int, int> ends;
  for (int call = 1; call <= untouched.changes && !HasFailure(); call += kEveryCall) {
    SCOPED_TRACE(name_of(GetParam()) + " at call " + std::to_string(call));
    const Ledger ledger = live_through(GetParam(), call);
    ++ends[ledger.code];
    EXPECT_TRUE(only_full || call > untouched.worked || ledger.code != 0) << "it went on";
    EXPECT_TRUE(only_full || ledger.code == test::kNoPower || was_logged()) << "it kept silent";
    expect_whole(ledger, found());
  }
  for (const auto& [code, count] : ends)
    EXPECT_TRUE(code == 0 || (!only_full && (code == kSyncFailed || code == test::kNoPower)))
        << count << " hosts ended with " << code;
  EXPECT_GT(only_full ? ends[0] : ends[kSyncFailed] + ends[test::kNoPower], 0);
}

INSTANTIATE_TEST_SUITE_P(Store, DiskFault, testing::ValuesIn(cases()),
                         [](const auto& test) { return name_of(test.param); });

}  // namespace
}  // namespace fh
