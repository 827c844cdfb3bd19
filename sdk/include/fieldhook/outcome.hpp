// Outcome: how a run ends, returned by Command::execute(). CallError: a call of the Context that
// did not work; left alone, it ends the run with the outcome it carries. Plain values.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace fieldhook {

using Json = nlohmann::json;
using Millis = std::chrono::milliseconds;

class Outcome {
 public:
  struct Done {
    Json result;
  };
  struct Retry {
    std::string reason;
    std::optional<Millis> after;
  };
  struct Snooze {
    Millis duration;
  };
  struct Fail {
    std::string reason;
  };
  using Kind = std::variant<Done, Retry, Snooze, Fail>;

  /// The work is done, and never done again. The result is kept for people to see (`fieldhook jobs
  /// show`); one of more than 64 KiB is left out, with a warning in the log and a note in its
  /// place.
  static Outcome done(Json result = nullptr) { return Outcome(Done{std::move(result)}); }
  /// It may work later: charges an attempt. Without `after` the plugin's backoff decides. This
  /// wait, as any other that is asked for, is at most 3650 days; a longer one is cut to that.
  static Outcome retry(std::string reason, std::optional<Millis> after = std::nullopt) {
    return Outcome(Retry{std::move(reason), after});
  }
  /// Not yet: runs again after the duration, a second at least; charges nothing. Other jobs of the
  /// record go ahead.
  static Outcome snooze(Millis duration) { return Outcome(Snooze{duration}); }
  /// It will never work: the job is dead until a person replays it.
  static Outcome fail(std::string reason) { return Outcome(Fail{std::move(reason)}); }

  const Kind& kind() const { return kind_; }

 private:
  explicit Outcome(Kind kind) : kind_(std::move(kind)) {}

  Kind kind_;
};

class CallError : public std::runtime_error {
 public:
  CallError(const std::string& text, Outcome outcome)
      : std::runtime_error(text), outcome_(std::move(outcome)) {}
  const Outcome& outcome() const { return outcome_; }

 private:
  Outcome outcome_;
};

}  // namespace fieldhook
