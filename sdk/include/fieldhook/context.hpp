// Context: what a run may ask of the host. Safe from any thread while execute() runs. After that,
// for as long as the process lives, calls throw CallError, but that log() and progress() do nothing
// and cancelled() is true; what was returned by reference is gone. A call that does not work throws
// CallError, which ends the run with the outcome it carries unless it is caught: busy and conflict
// are a retry, a refused argument or a result that cannot be stored a failure, since the same, or
// the same work, would happen again.
//
// once() and step() open a scope on the calling thread until fn returns: effects made inside
// (enqueue, state) are stored together with its result. Effects made outside, or by other threads,
// are stored when the run ends with done or snooze, and dropped otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <fieldhook/host_reply.hpp>
#include <fieldhook/record.hpp>
#include <fieldhook/result.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace fieldhook {

class Context;

struct EnqueueOptions {
  std::optional<Millis> after = {};  // runs no sooner than this from now; at most 3650 days
};

/// Lines of the job's log: 1000 a run with what it prints, cut at 16 KiB each.
class Log {
 public:
  Log(const fieldhook_host& host, fieldhook_run* run) : host_(host), run_(run) {}
  void error(std::string_view text) const { write(FIELDHOOK_LOG_ERROR, text); }
  void warning(std::string_view text) const { write(FIELDHOOK_LOG_WARNING, text); }
  void info(std::string_view text) const { write(FIELDHOOK_LOG_INFO, text); }
  void debug(std::string_view text) const { write(FIELDHOOK_LOG_DEBUG, text); }

 private:
  void write(fieldhook_log_level level, std::string_view text) const {
    host_.log(run_, level, detail::lend(text));
  }

  const fieldhook_host& host_;
  fieldhook_run* run_;
};

/// One JSON value kept for this plugin and this record. Of two jobs that change it at once the
/// later one gets a conflict, and its retry reads the new value; inside once() or step() it fails,
/// since a retry would do the work again.
class State {
 public:
  /// As it was read or set last; null when nothing is kept yet. After a step that threw ask state()
  /// anew: what was set inside is dropped.
  const Json& get() const { return json_; }
  /// An effect: see the top of this file.
  void set(Json json);

 private:
  friend class Context;
  explicit State(const Context& context);

  const Context& context_;
  Json json_;
  std::uint64_t version_ = 0;
};

class Context {
 public:
  Context(const fieldhook_job& job, const fieldhook_host& host, fieldhook_run* run)
      : host_(host), run_(run), given_(std::make_unique<Given>(job)) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  std::uint64_t job_id() const { return given(&Given::job_id); }
  /// Which start of this job this is, from 1; attempt() counts only those that are charged.
  std::uint32_t run() const { return given(&Given::run); }
  std::uint32_t attempt() const { return given(&Given::attempt); }
  std::uint32_t max_attempts() const { return given(&Given::max_attempts); }
  /// The run is asked to end (cancelled()) at this time, and killed a little later. What it returns
  /// in between counts if it is done() or fail(); anything else is a charged `timed_out` with its
  /// reason, tried again after the backoff.
  std::chrono::sys_time<Millis> deadline() const { return given(&Given::deadline); }

  /// Whether the run should end soon, or has ended. Costs nothing: ask in every loop.
  bool cancelled() const { return host_.cancelled(run_) != 0; }
  /// Whether a newer event of this record was accepted.
  bool superseded() const {
    std::int32_t yes = 0;
    call("superseded", host_.superseded, &yes);
    return yes != 0;
  }

  Log log() const { return {host_, run_}; }

  /// The plugin's settings in the host's configuration; an object.
  const Json& settings() const { return given_json(&Given::settings); }
  /// {id, kind, mode, record, changes, occurred_at, actor, complete}. kind: "created", "updated",
  /// "deleted". complete: the record came with the event; else it is the one last known.
  const Json& event() const { return given_json(&Given::event); }
  /// {id, source, received_at}.
  const Json& delivery() const { return given_json(&Given::delivery); }
  /// The watches that matched, as text.
  const Json& matched() const { return given_json(&Given::matched); }
  /// What enqueue() was given, or null.
  const Json& input() const { return given_json(&Given::input); }

  /// Throws when the configuration gives this plugin no secret of that name.
  std::string secret(std::string_view name) const {
    return call(detail::named("secret", name), host_.secret, detail::lend(name));
  }

  /// Calls fn and returns what it returned (void, or anything JSON can hold, up to 64 KiB; text as
  /// std::string) as it is stored, unless it was done before by any job of this plugin: then
  /// returns what is stored. The key: 1 to 512 bytes. When fn throws, the key is free again. When
  /// fn returns and its result or its effects cannot be stored, the job fails: it was done. A
  /// process that dies inside fn leaves it open whether fn got through: the next run calls fn
  /// again, and can ask interrupted() first.
  template <class Fn>
  auto once(std::string_view key, Fn&& fn) {
    return memoized(host_.once_begin, detail::named("once", key), key, std::forward<Fn>(fn));
  }
  /// The same within this job: over its runs, fn succeeds once.
  template <class Fn>
  auto step(std::string_view name, Fn&& fn) {
    return memoized(host_.step_begin, detail::named("step", name), name, std::forward<Fn>(fn));
  }
  /// Whether an earlier run died between the start of once(key) and its result being on disk. An fn
  /// that threw does not count: it knows how far it came.
  bool interrupted(std::string_view key) const {
    std::int32_t yes = 0;
    call(detail::named("interrupted", key), host_.interrupted, detail::lend(key), &yes);
    return yes != 0;
  }

  State state() const { return State(*this); }

  /// Makes a job of that plugin for the same event and record. An effect: see the top of this file.
  void enqueue(std::string_view plugin, const Json& input = nullptr,
               EnqueueOptions options = {}) const {
    Json json = {{"input", input}};
    if (options.after) json["after_ms"] = options.after->count();
    const std::string text = detail::dump(json);
    call(detail::named("enqueue", plugin), host_.enqueue, open_scope(), detail::lend(plugin),
         detail::lend(text));
  }

  /// Shows people how far the run is, 0 to 100, to which it is brought, and 200 bytes of the text.
  /// Never throws: it is not worth a run.
  void progress(int percent, std::string_view text = {}) const {
    host_.progress(run_, percent, detail::lend(text));
  }

  /// The same text in every run of this job for this label, and in no other job.
  std::string idempotency_key(std::string_view label) const {
    return call(detail::named("idempotency_key", label), host_.idempotency_key,
                detail::lend(label));
  }

  /// Call it before writing {field: value} to the CRM: the webhook that this causes then makes no
  /// job of this plugin. The first that brings the value within ten minutes uses it up. On disk
  /// when it returns.
  void expect_echo(const Json& changes) const {
    const std::string text = detail::dump(changes);
    call("expect_echo", host_.expect_echo, detail::lend(text));
  }

  /// For the trampolines: execute() has returned, the job's texts are gone.
  void end() {
    const std::lock_guard lock(giving_);
    given_.reset();
  }

 private:
  friend class State;

  /// What the host told of the run.
  struct Given {
    explicit Given(const fieldhook_job& job)
        : job_id(job.job_id),
          run(job.run),
          attempt(job.attempt),
          max_attempts(job.max_attempts),
          deadline(Millis(job.deadline_unix_ms)),
          settings(job.settings),
          event(job.event),
          delivery(job.delivery),
          matched(job.matched),
          input(job.input) {}

    std::uint64_t job_id;
    std::uint32_t run;
    std::uint32_t attempt;
    std::uint32_t max_attempts;
    std::chrono::sys_time<Millis> deadline;
    detail::LazyJson settings;
    detail::LazyJson event;
    detail::LazyJson delivery;
    detail::LazyJson matched;
    detail::LazyJson input;
  };

  /// The scope that once() or step() has open on this thread; abandoned unless fn returned.
  class Scope {
   public:
    /// what: outlives it.
    Scope(const Context& context, const std::string& what, std::uint64_t number)
        : context_(context),
          what_(what),
          number_(number),
          outer_(std::exchange(innermost_, this)) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() {
      if (!returned_) context_.host_.abandon(context_.run_, number_, {});
      close();
    }

    /// From here on a failure ends the job: the work was done, and a retry would do it again.
    void commit(const std::function<std::string()>& result) {
      returned_ = true;
      close();
      std::string why;
      try {
        detail::Reply reply;
        const std::string text = result();
        const auto status =
            context_.host_.commit(context_.run_, number_, detail::lend(text), reply);
        if (status == FIELDHOOK_OK) return;
        why = reply.text();
      } catch (...) {  // to_json() and from_json() may be the plugin's own
        why = detail::text_of_exception();
      }
      const auto text = what_ +
                        ": its work was done, but its result cannot be stored, and a retry would "
                        "do the work again: " +
                        why;
      throw CallError(text, Outcome::fail(text));
    }

    /// Whether this thread is inside of it.
    static bool is_open(const Context& context, const std::string& what) {
      const Scope* scope = innermost_;
      while (scope != nullptr && (&scope->context_ != &context || scope->what_ != what))
        scope = scope->outer_;
      return scope != nullptr;
    }

    static std::uint64_t number_in(const Context& context) {
      const Scope* scope = innermost_;
      while (scope != nullptr && &scope->context_ != &context) scope = scope->outer_;
      return scope == nullptr ? 0 : scope->number_;
    }

   private:
    void close() {
      if (innermost_ == this) innermost_ = outer_;
    }

    static inline thread_local Scope* innermost_ = nullptr;

    const Context& context_;
    const std::string& what_;
    std::uint64_t number_;
    Scope* outer_;
    bool returned_ = false;
  };

  std::uint64_t open_scope() const { return Scope::number_in(*this); }

  /// Calls a function of the host's; gives its reply, or throws CallError.
  template <class Function, class... Args>
  std::string call(const std::string& what, Function function, Args... args) const {
    detail::Reply reply;
    const auto status = function(run_, args..., reply);
    detail::require(status, what, reply.text());
    return reply.text();
  }

  template <class Begin, class Fn>
  auto memoized(Begin begin, const std::string& what, std::string_view name, Fn&& fn) {
    using Returned = std::remove_cvref_t<std::invoke_result_t<Fn&>>;
    using Result = typename detail::Stored<Returned>::type;
    if (Scope::is_open(*this, what))
      detail::require(FIELDHOOK_REFUSED, what, "it is inside itself");
    std::uint64_t number = 0;
    detail::Reply reply;
    const auto status = begin(run_, detail::lend(name), &number, reply);
    detail::require(status, what, reply.text());
    if (status == FIELDHOOK_DONE_BEFORE) return restored<Result>(what, reply.text());
    Scope scope(*this, what, number);
    if constexpr (std::is_void_v<Result>) {
      fn();
      scope.commit([] { return "null"; });
    } else {
      const auto& returned = fn();
      std::optional<Result> result;
      scope.commit([&] {
        std::string text = detail::text_of_result<Returned>(returned);
        result = detail::result_in<Result>(text);
        return text;
      });
      return *std::move(result);
    }
  }

  template <class Result>
  static Result restored(const std::string& what, const std::string& text) {
    if constexpr (!std::is_void_v<Result>) {
      try {
        return detail::result_in<Result>(text);
      } catch (const std::invalid_argument& error) {
        const auto why = what + ": the result stored earlier: " + error.what();
        throw CallError(why, Outcome::fail(why));
      }
    }
  }

  template <class T>
  T given(T Given::*part) const {
    const std::lock_guard lock(giving_);
    return all_given().*part;
  }
  const Json& given_json(detail::LazyJson Given::*part) const {
    const std::lock_guard lock(giving_);
    return (all_given().*part).get();
  }
  const Given& all_given() const {
    if (given_) return *given_;
    throw CallError("the run has ended", Outcome::retry("the run has ended"));
  }

  static inline std::mutex giving_;  // between a late call and the end of its run

  const fieldhook_host& host_;
  fieldhook_run* run_;
  std::unique_ptr<Given> given_;  // null once the run has ended
};

inline State::State(const Context& context) : context_(context) {
  const auto text = context.call("state", context.host_.state_get, &version_);
  if (!text.empty()) json_ = Json::parse(text);
}

inline void State::set(Json json) {
  const std::string text = detail::dump(json);
  context_.call("state", context_.host_.state_set, context_.open_scope(), detail::lend(text),
                &version_);
  json_ = std::move(json);
}

}  // namespace fieldhook
