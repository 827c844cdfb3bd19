// Context: what a run may ask of the host. Safe from any thread while execute() runs; later calls
// throw CallError. A call that does not work throws CallError, which ends the run with the outcome
// it carries unless it is caught: busy and conflict are a retry, a refused argument or a result
// that is too large a failure, since the same would happen again.
//
// once() and step() open a scope on the calling thread until fn returns: effects made inside
// (enqueue, state) are stored together with its result. Effects made outside, or by other threads,
// are stored when the run ends with done or snooze, and dropped otherwise.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fieldhook/record.hpp>
#include <functional>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace fieldhook {

class Context;

namespace detail {

/// Takes what the host replies; the host must not be thrown into.
class Reply {
 public:
  operator fieldhook_reply() { return {&Reply::receive, this}; }
  const std::string& text() const {
    if (lost_) throw std::bad_alloc();
    return text_;
  }

 private:
  static void receive(void* self, fieldhook_string text) noexcept {
    auto& reply = *static_cast<Reply*>(self);
    try {
      reply.text_ = view(text);
    } catch (...) {
      reply.lost_ = true;
    }
  }

  std::string text_;
  bool lost_ = false;
};

inline std::string named(const char* call, std::string_view name) {
  return std::string(call) + " \"" + std::string(name) + "\"";
}

/// Throws CallError unless the call worked.
inline void require(fieldhook_status status, const std::string& what, const std::string& why) {
  using namespace std::chrono_literals;
  const std::string text = what + ": " + why;
  switch (status) {
    case FIELDHOOK_OK:
    case FIELDHOOK_DONE_BEFORE: return;
    case FIELDHOOK_BUSY: throw CallError(text, Outcome::retry(text, 1s));
    case FIELDHOOK_TOO_LARGE:
    case FIELDHOOK_REFUSED: throw CallError(text, Outcome::fail(text));
    default: throw CallError(text, Outcome::retry(text));
  }
}

/// Whether a T that was read from JSON would point into it. The JSON is gone when T is used.
template <class T>
inline constexpr bool kRefersToText = std::is_pointer_v<T>;
template <class T>
inline constexpr bool kRefersToText<const T> = kRefersToText<T>;
template <class Char, class Traits>
inline constexpr bool kRefersToText<std::basic_string_view<Char, Traits>> = true;
template <template <class...> class Holder, class... Held>
inline constexpr bool kRefersToText<Holder<Held...>> = (kRefersToText<Held> || ...);
template <class T, std::size_t size>
inline constexpr bool kRefersToText<std::array<T, size>> = kRefersToText<T>;

/// What once() and step() return for a function that returns Returned: texts as std::string.
template <class Returned>
struct Stored {
  using type = Returned;
};
template <>
struct Stored<const char*> {
  using type = std::string;
};
template <>
struct Stored<char*> {
  using type = std::string;
};
template <>
struct Stored<std::string_view> {
  using type = std::string;
};

}  // namespace detail

struct EnqueueOptions {
  std::optional<Millis> after = {};  // runs no sooner than this from now; at most 3650 days
};

/// Lines of the job's log.
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

/// One JSON value kept for this plugin and this record. Two jobs that change it at once: the later
/// one's set() throws, and its retry reads the new value.
class State {
 public:
  /// Null when nothing is kept yet.
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
      : host_(host),
        run_(run),
        job_id_(job.job_id),
        run_number_(job.run),
        attempt_(job.attempt),
        max_attempts_(job.max_attempts),
        deadline_(Millis(job.deadline_unix_ms)),
        settings_(job.settings),
        event_(job.event),
        delivery_(job.delivery),
        matched_(job.matched),
        input_(job.input) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  std::uint64_t job_id() const { return job_id_; }
  /// Which start of this job this is, from 1; attempt() counts only those that are charged.
  std::uint32_t run() const { return run_number_; }
  std::uint32_t attempt() const { return attempt_; }
  std::uint32_t max_attempts() const { return max_attempts_; }
  /// The run is asked to end (cancelled()) at this time, and killed a little later.
  std::chrono::sys_time<Millis> deadline() const { return deadline_; }

  /// Whether the run should end soon. Costs nothing: ask in every loop.
  bool cancelled() const { return host_.cancelled(run_) != 0; }
  /// Whether a newer event of this record was accepted.
  bool superseded() const {
    std::int32_t yes = 0;
    call("superseded", host_.superseded, &yes);
    return yes != 0;
  }

  Log log() const { return {host_, run_}; }

  /// The plugin's settings in the host's configuration; an object.
  const Json& settings() const { return settings_.get(); }
  /// {id, kind, mode, record, changes, occurred_at, actor, complete}. kind: "created", "updated",
  /// "deleted". complete: the record came with the event; else it is the one last known.
  const Json& event() const { return event_.get(); }
  /// {id, source, received_at}.
  const Json& delivery() const { return delivery_.get(); }
  /// The watches that matched, as text.
  const Json& matched() const { return matched_.get(); }
  /// What enqueue() was given, or null.
  const Json& input() const { return input_.get(); }

  /// Throws when the configuration gives this plugin no secret of that name.
  std::string secret(std::string_view name) const {
    return call(detail::named("secret", name), host_.secret, detail::lend(name));
  }

  /// Calls fn and returns what it returned (void, or anything JSON can hold, up to 64 KiB; text as
  /// std::string), unless it was done before by any job of this plugin: then returns what it
  /// returned then. The key: 1 to 512 bytes. When fn throws, the key is free again. A process that
  /// dies inside fn leaves it open whether fn got through: the next run calls fn again, and can ask
  /// interrupted() first.
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

  /// Shows people how far the run is, 0 to 100. Never throws: it is not worth a run.
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
    for (auto* json : {&settings_, &event_, &delivery_, &matched_, &input_}) json->close();
  }

 private:
  friend class State;

  /// The scope that once() or step() has open on this thread; abandoned unless fn returned.
  class Scope {
   public:
    Scope(const Context& context, std::uint64_t number)
        : context_(context), number_(number), outer_(std::exchange(innermost_, this)) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() {
      if (!returned_) context_.host_.abandon(context_.run_, number_, {});
      close();
    }

    /// From here on a failure ends the job: the work was done, and a retry would do it again.
    void commit(const std::string& what, const std::function<Json()>& result) {
      returned_ = true;
      close();
      try {
        const std::string text = detail::dump(result());
        context_.call(what, context_.host_.commit, number_, detail::lend(text));
      } catch (const CallError&) {
        throw;
      } catch (const std::exception& error) {
        const auto text = what +
                          ": its result is no JSON, so it could not be stored, and a retry "
                          "would do the work again: " +
                          error.what();
        throw CallError(text, Outcome::fail(text));
      }
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
    static_assert(!detail::kRefersToText<Result>,
                  "what once() and step() return is read from a text that is gone then: return "
                  "std::string, not std::string_view or a pointer, in containers too");
    std::uint64_t number = 0;
    detail::Reply reply;
    const auto status = begin(run_, detail::lend(name), &number, reply);
    detail::require(status, what, reply.text());
    if (status == FIELDHOOK_DONE_BEFORE) return restored<Result>(what, reply.text());
    Scope scope(*this, number);
    if constexpr (std::is_void_v<Result>) {
      fn();
      scope.commit(what, [] { return Json(); });
    } else {
      Result result(fn());
      scope.commit(what, [&result] { return Json(result); });
      return result;
    }
  }

  template <class Result>
  static Result restored(const std::string& what, const std::string& text) {
    if constexpr (!std::is_void_v<Result>) {
      try {
        return Json::parse(text).template get<Result>();
      } catch (const Json::exception& error) {
        const auto why = what + ": the result stored earlier is of another type: " + error.what();
        throw CallError(why, Outcome::fail(why));
      }
    }
  }

  const fieldhook_host& host_;
  fieldhook_run* run_;
  std::uint64_t job_id_;
  std::uint32_t run_number_;
  std::uint32_t attempt_;
  std::uint32_t max_attempts_;
  std::chrono::sys_time<Millis> deadline_;
  detail::LazyJson settings_;
  detail::LazyJson event_;
  detail::LazyJson delivery_;
  detail::LazyJson matched_;
  detail::LazyJson input_;
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
