// Model: what the store's contents must be after each action, worked out from design and
// docs/job-life-cycle.md alone, in plain maps. It shares no code with the queue: states are names,
// and what an outcome charges is written out here a second time. One thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fh::model {

using Id = std::int64_t;
inline constexpr std::int64_t kDay = 24LL * 60 * 60 * 1000;

struct PluginTerms {
  std::string name;
  bool serial = true;
  int max_attempts = 3;
  std::int64_t backlog = 1000;
  std::string field;                 // what it watches; "" for nothing
  std::optional<std::string> value;  // and what that is to become; any when there is none
};

struct ModelRun {
  Id lease = 0;
  std::string outcome;  // "" while it runs
};

struct ModelJob {
  Id id = 0;
  std::string plugin;
  Id record = 0;
  std::optional<Id> turn;
  Id delivery = 0;
  Id parent = 0;
  std::string state;
  std::int64_t place = 0;  // in the order of acceptance
  std::int64_t run_at = 0;
  Id lease = 0;
  std::vector<ModelRun> runs;
  int attempts = 0;
  int crashes = 0;
  int lost = 0;
  std::optional<Id> finished_by;  // the lease whose outcome made it final
  bool shares_turn = false;       // it held a turn when two records became one
  bool cancel_asked = false;      // of the run under way
  bool cancel_heeded = false;     // a run that was asked to end did, its work unfinished
};

struct ModelOutcome {
  std::string name;
  std::int64_t after = -1;  // what the plugin asked for; -1 when it left that to the backoff
  bool charged = true;      // a retry because a key was busy is not
};

struct ModelEffect {
  Id job = 0;
  Id lease = 0;
  std::optional<std::string> result;
  int commits = 0;
  bool taken_over = false;  // somebody began it before and neither finished nor left it
};

struct ModelDelivery {
  std::string status;
  std::int64_t received_at = 0;
};

/// How long what arrived is kept.
struct KeepTerms {
  std::int64_t age = 30 * kDay;    // of a delivery whose jobs all ended well
  std::int64_t dead = 180 * kDay;  // of one with a dead job
  bool too_large = false;          // the store is: the age does not count
};

struct ModelState {
  Id version = 0;
  std::string value;
};

/// A job that an accept, a finish or a commit must have made; the store chooses its id.
struct Awaited {
  std::string plugin;
  Id record = 0;
  Id delivery = 0;
  Id parent = 0;
  std::int64_t delay = 0;
};

/// One event as it arrives; what the body says is named by `body`.
struct ModelEvent {
  std::string uuid;
  std::string id;
  std::string field;
  std::string value;
  std::string sender_id;
  std::string body;
  bool whole = false;  // the body holds the record, too
};

struct Verdict {
  std::string status;  // accepted, duplicate, ignored
  std::vector<Awaited> jobs;
};

bool is_final_name(const std::string& state);
bool holds_turn(const std::string& state);

class Model {
 public:
  explicit Model(std::vector<PluginTerms> plugins) : plugins_(std::move(plugins)) {}

  std::int64_t now = 0;
  std::map<Id, ModelJob> jobs;
  std::map<std::pair<std::string, std::string>, ModelEffect> once;
  std::map<std::pair<Id, std::string>, ModelEffect> steps;
  std::map<std::pair<std::string, Id>, ModelState> states;
  std::map<Id, ModelDelivery> deliveries;
  std::set<std::string> paused;  // plugins

  const std::vector<PluginTerms>& plugins() const { return plugins_; }
  const PluginTerms& terms(const std::string& plugin) const;

  /// What accepting must answer and make; changes records and keys. nullopt: a backlog is full,
  /// and nothing changes.
  std::optional<Verdict> accept(const ModelEvent& event, Id delivery);
  void add(const Awaited& awaited, Id id);

  /// The job that the plugin's next worker must get.
  std::optional<Id> next_of(const std::string& plugin) const;
  void start(Id job);
  bool is_live(Id job, Id lease) const;
  void end(Id job, const ModelOutcome& outcome);
  /// What becomes of an outcome: a run that was asked to end is cancelled, unless it finished.
  std::string heeded(Id job, const std::string& outcome) const;
  bool close(Id job, const std::string& state);
  /// An operator's retry, cancel, release or discard: done, asked or misfit.
  std::string act(const std::string& action, Id job);
  /// Forgets what at that time is kept no longer.
  void prune(const KeepTerms& terms, std::int64_t time);
  /// Due jobs go on, those due longest first.
  void wake_due();
  /// The wall clock was set by that much.
  void shift_waits(std::int64_t ms);
  /// Every run under way is lost.
  void recover();

  std::optional<std::int64_t> next_due() const;
  Id open(const std::string& plugin) const;
  /// The record that it became part of, or itself.
  Id canonical(Id record) const;

 private:
  struct Latest {
    Id delivery = 0;
    std::optional<std::string> body;
    std::int64_t at = 0;
  };
  struct SenderId {
    Id delivery = 0;
    std::int64_t until = 0;
  };

  Id resolve(const ModelEvent& event);
  void merge(Id into, Id from);
  bool is_duplicate(const ModelEvent& event, Id record) const;
  bool turn_taken(Id record, const std::string& plugin) const;
  void promote(Id record, const std::string& plugin);
  void settle(ModelJob& job, const std::string& state);
  void wake(ModelJob& job);
  void reopen(ModelJob& job);

  std::vector<PluginTerms> plugins_;
  std::map<std::string, Id> aliases_;  // "uuid:..." or "id:..."
  std::map<Id, Id> merged_;            // into which
  std::map<Id, Latest> latest_;
  std::map<std::string, SenderId> sender_ids_;
  Id last_record_ = 0;
  std::int64_t last_place_ = 0;
};

}  // namespace fh::model
