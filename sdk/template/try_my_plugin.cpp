// One run of the plugin as a program of its own, without a host: for a sanitizer, or a debugger.
// Change the record; fill in what else the plugin calls, as abi.h says it (null is a crash).
#include <cstdio>

#include "my_plugin.cpp"

namespace {

fieldhook_status print(const char* what, fieldhook_string text) {
  std::printf("%s %.*s\n", what, static_cast<int>(text.size), text.data);
  return FIELDHOOK_OK;
}

fieldhook_status begin(fieldhook_run*, fieldhook_string, std::uint64_t* scope, fieldhook_reply) {
  *scope = 1;
  return FIELDHOOK_OK;  // the work was not done before
}

}  // namespace

int main() {
  fieldhook_host host{};
  host.log = [](fieldhook_run*, fieldhook_log_level, fieldhook_string text) {
    return print("log:", text);
  };
  host.cancelled = [](fieldhook_run*) { return 0; };
  host.once_begin = host.step_begin = begin;
  host.commit = [](fieldhook_run*, std::uint64_t, fieldhook_string result, fieldhook_reply) {
    return print("result:", result);
  };
  host.abandon = [](fieldhook_run*, std::uint64_t, fieldhook_reply) { return print("threw", {}); };
  host.done = [](fieldhook_run*, fieldhook_string result) { return print("done", result); };
  host.retry = [](fieldhook_run*, fieldhook_string reason, std::int64_t) {
    return print("retry:", reason);
  };
  host.snooze = [](fieldhook_run*, std::int64_t) { return print("snooze", {}); };
  host.fail = [](fieldhook_run*, fieldhook_string reason) { return print("fail:", reason); };

  using fieldhook::detail::lend;
  fieldhook_job job{};
  job.record_type = lend("contact");
  job.record_id = lend("42");
  job.record = lend(R"({"id": 42, "first_name": "Priya", "level2_review_status": "Passed"})");
  job.event = lend(R"({"changes": {"level2_review_status": {"to": "Passed"}}})");

  void* const instance = fieldhook_plugin.create({});
  fieldhook_plugin.execute(instance, &job, &host, nullptr);
  fieldhook_plugin.destroy(instance);
}
