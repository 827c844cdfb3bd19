// The C++ SDK: derive from Command, name it in FIELDHOOK_PLUGIN, and the file is a plugin:
//
//   class Greet final : public fieldhook::Command {
//    public:
//     fieldhook::Outcome execute(const fieldhook::Contact& contact,
//                                fieldhook::Context& context) override {
//       context.log().info("hello " + contact.get<std::string>("first_name").value_or("stranger"));
//       return fieldhook::Outcome::done();
//     }
//   };
//   FIELDHOOK_PLUGIN(Greet, {.name = "greet", .watches = {fieldhook::contact("email").changes()}});
//
// Header-only over the C ABI in abi.h; needs C++20 and nlohmann/json. A worker process makes one
// instance of the command and calls it from one thread, run after run.
#pragma once

#if defined(_MSVC_LANG) ? _MSVC_LANG <= 201703L : __cplusplus <= 201703L
#error "fieldhook/plugin.hpp needs C++20: compile with -std=c++20"
#endif

#include <fieldhook/abi.h>

#include <deque>
#include <fieldhook/context.hpp>
#include <fieldhook/manifest.hpp>
#include <fieldhook/outcome.hpp>
#include <fieldhook/record.hpp>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

// A command overrides execute() for the record type it watches, and so hides the other on purpose.
#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Woverloaded-virtual"
#endif

namespace fieldhook {

class Command {
 public:
  virtual ~Command() = default;

  /// Does the work of one run. Whatever it throws is a retry with the exception's text.
  virtual Outcome execute(const Contact&, Context&) {
    return Outcome::fail(
        "the plugin watches contacts but does not override execute(const "
        "fieldhook::Contact&, fieldhook::Context&)");
  }
  virtual Outcome execute(const Company&, Context&) {
    return Outcome::fail(
        "the plugin watches companies but does not override execute(const "
        "fieldhook::Company&, fieldhook::Context&)");
  }

  /// Asked before each run: true when its work is done already; the job completes as skipped.
  virtual bool already_done(const Contact&, Context&) { return false; }
  virtual bool already_done(const Company&, Context&) { return false; }
};

namespace detail {

inline void report(const Outcome& outcome, const fieldhook_host& host, fieldhook_run* run) {
  struct Reporter {
    const fieldhook_host& host;
    fieldhook_run* run;

    void operator()(const Outcome::Done& done) const {
      const std::string text = done.result.is_null() ? "" : dump(done.result);
      if (host.done(run, lend(text)) != FIELDHOOK_TOO_LARGE) return;
      // The work was done, and stays done.
      const std::string note = "the result of done() was " + std::to_string(text.size()) +
                               " bytes and is left out: the limit is 64 KiB";
      host.log(run, FIELDHOOK_LOG_WARNING, lend(note));
      host.done(run, lend(dump(note)));
    }
    void operator()(const Outcome::Retry& retry) const {
      host.retry(run, lend(retry.reason), retry.after ? retry.after->count() : -1);
    }
    void operator()(const Outcome::Snooze& snooze) const {
      host.snooze(run, snooze.duration.count());
    }
    void operator()(const Outcome::Fail& fail) const { host.fail(run, lend(fail.reason)); }
  };
  std::visit(Reporter{host, run}, outcome.kind());
}

/// Calls use(); gives the outcome of what it throws, or nullopt.
template <class Use>
std::optional<Outcome> outcome_of_throw(Use&& use) {
  try {
    use();
    return std::nullopt;
  } catch (const CallError& error) {
    return error.outcome();
  } catch (const std::bad_alloc&) {
    return Outcome::retry(
        "out of memory: let the plugin use less, or raise its \"memory\" in plugins.limits");
  } catch (...) {
    return Outcome::retry(text_of_exception());
  }
}

/// A command and the run it is in.
class Instance {
 public:
  explicit Instance(std::unique_ptr<Command> command) : command_(std::move(command)) {}

  bool already_done(const fieldhook_job& job, const fieldhook_host& host, fieldhook_run* run) {
    begin(job, host, run);
    bool done = false;
    const auto thrown = outcome_of_throw([&] {
      done = contact_ ? command_->already_done(*contact_, *context_)
                      : command_->already_done(*company_, *context_);
    });
    if (thrown) report(*thrown, host, run);
    if (done || thrown) end();
    return done;
  }

  void execute(const fieldhook_job& job, const fieldhook_host& host, fieldhook_run* run) {
    begin(job, host, run);
    std::optional<Outcome> outcome;
    const auto thrown = outcome_of_throw([&] {
      outcome = contact_ ? command_->execute(*contact_, *context_)
                         : command_->execute(*company_, *context_);
    });
    report(thrown ? *thrown : *outcome, host, run);
    end();
  }

 private:
  // execute() finds what already_done() of the same run has parsed.
  void begin(const fieldhook_job& job, const fieldhook_host& host, fieldhook_run* run) {
    if (context_ != nullptr) return;
    context_ = &kept_contexts().emplace_back(job, host, run);
    if (view(job.record_type) == "company") {
      company_.emplace(job);
    } else {
      contact_.emplace(job);
    }
  }

  void end() {
    contact_.reset();
    company_.reset();
    context_->end();
    context_ = nullptr;
  }

  // A thread that outlives its run may still hold the context: what it asks is answered by an
  // exception and not by a crash, however late. An ended context is three words.
  static std::deque<Context>& kept_contexts() {
    static auto& contexts = *new std::deque<Context>;
    return contexts;
  }

  std::unique_ptr<Command> command_;
  Context* context_ = nullptr;  // null between runs
  std::optional<Contact> contact_;
  std::optional<Company> company_;
};

/// The functions of fieldhook_plugin_table. Nothing leaves them but by return.
template <class Class, Manifest (*manifest_of)()>
struct Trampolines {
  static fieldhook_string manifest(fieldhook_reply reply) noexcept {
    static std::string text;
    explain(reply, [] { text = dump(to_json(manifest_of())); });
    return lend(text);
  }

  static void* create(fieldhook_reply reply) noexcept {
    void* instance = nullptr;
    explain(reply, [&] { instance = new Instance(std::make_unique<Class>()); });
    return instance;
  }

  static void destroy(void* instance) noexcept {
    explain({}, [&] { delete static_cast<Instance*>(instance); });
  }

  static void execute(void* instance, const fieldhook_job* job, const fieldhook_host* host,
                      fieldhook_run* run) noexcept {
    static_cast<Instance*>(instance)->execute(*job, *host, run);
  }

  static std::int32_t already_done(void* instance, const fieldhook_job* job,
                                   const fieldhook_host* host, fieldhook_run* run) noexcept {
    return static_cast<Instance*>(instance)->already_done(*job, *host, run) ? 1 : 0;
  }

 private:
  // Calls use(); replies with the text of what it throws.
  template <class Use>
  static void explain(fieldhook_reply reply, Use&& use) {
    const auto tell = [&](std::string_view text) {
      if (reply.receive != nullptr) reply.receive(reply.arg, lend(text));
    };
    try {
      use();
    } catch (...) {
      tell(text_of_exception());
    }
  }
};

template <class Class, Manifest (*manifest_of)()>
inline constexpr fieldhook_plugin_table kTable = {
    FIELDHOOK_ABI_MAJOR,
    FIELDHOOK_ABI_MINOR,
    sizeof(fieldhook_plugin_table),
    &Trampolines<Class, manifest_of>::manifest,
    &Trampolines<Class, manifest_of>::create,
    &Trampolines<Class, manifest_of>::destroy,
    &Trampolines<Class, manifest_of>::execute,
    &Trampolines<Class, manifest_of>::already_done,
    nullptr,
};

/// Whether no comma has cut the name of a template's instance in two.
consteval bool is_whole(std::string_view name) {
  int open = 0;
  for (const char c : name) open += (c == '<') - (c == '>');
  return open == 0;
}

}  // namespace detail
}  // namespace fieldhook

/// Makes the library a plugin: its command class, then its manifest in braces. Once per library. A
/// class with a comma in its name, as Sync<int, int>, gets a name of its own first, by `using`.
#define FIELDHOOK_PLUGIN(Class, ...)                                                         \
  static_assert(::fieldhook::detail::is_whole(#Class),                                       \
                "FIELDHOOK_PLUGIN takes a class name with a comma in it for two arguments: " \
                "name it first, as in: using Mine = Sync<int, int>;");                       \
  static_assert(std::is_convertible_v<Class*, ::fieldhook::Command*>,                        \
                "FIELDHOOK_PLUGIN wants a class derived publicly from fieldhook::Command");  \
  static ::fieldhook::Manifest fieldhook_manifest() { return __VA_ARGS__; }                  \
  extern "C" {                                                                               \
  extern FIELDHOOK_EXPORT const ::fieldhook_plugin_table fieldhook_plugin;                   \
  constinit const ::fieldhook_plugin_table fieldhook_plugin =                                \
      ::fieldhook::detail::kTable<Class, &fieldhook_manifest>;                               \
  }                                                                                          \
  static_assert(true, "so that a semicolon may follow")
