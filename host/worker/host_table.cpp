#include "worker/host_table.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/beginning_of.h"

namespace fh {
namespace {

using wire::CallMethod;
using wire::CallStatus;

static_assert(static_cast<int>(CallStatus::ok) == FIELDHOOK_OK);
static_assert(static_cast<int>(CallStatus::done_before) == FIELDHOOK_DONE_BEFORE);
static_assert(static_cast<int>(CallStatus::busy) == FIELDHOOK_BUSY);
static_assert(static_cast<int>(CallStatus::not_found) == FIELDHOOK_NOT_FOUND);
static_assert(static_cast<int>(CallStatus::too_large) == FIELDHOOK_TOO_LARGE);
static_assert(static_cast<int>(CallStatus::conflict) == FIELDHOOK_CONFLICT);
static_assert(static_cast<int>(CallStatus::ended) == FIELDHOOK_ENDED);
static_assert(static_cast<int>(CallStatus::refused) == FIELDHOOK_REFUSED);
static_assert(static_cast<int>(CallStatus::failed) == FIELDHOOK_FAILED);
static_assert(static_cast<int>(wire::LogLevel::debug) == FIELDHOOK_LOG_DEBUG);

// C functions carry no state of their own, and a process has one host.
HostLink* host_link = nullptr;

std::string copy(fieldhook_string text) { return {text.data, text.size}; }

std::string cut(fieldhook_string text, std::size_t limit) {
  return std::string(beginning_of({text.data, text.size}, limit));
}

void give(fieldhook_reply reply, std::string_view text) {
  if (reply.receive != nullptr) reply.receive(reply.arg, {text.data(), text.size()});
}

struct Asked {
  CallMethod method;
  std::uint64_t scope = 0;
  std::int64_t number = 0;
  fieldhook_string key = {};
  fieldhook_string payload = {};
};

/// Asks the host and passes the answer's text on; the answer's number goes to *number if it is ok.
template <class Number = std::int64_t>
fieldhook_status ask(fieldhook_run* run, const Asked& asked, fieldhook_reply reply,
                     Number* number = nullptr) {
  const auto limit = asked.method == CallMethod::commit ? kMaxResultText : kMaxCallText;
  if (const auto size = std::max(asked.key.size, asked.payload.size); size > limit) {
    give(reply, "a text of " + std::to_string(size) + " bytes, the limit is " +
                    std::to_string(limit >> 10U) + " KiB");
    return FIELDHOOK_TOO_LARGE;
  }
  const auto answer = host_link->call(
      number_of(run),
      {0, 0, asked.method, asked.scope, asked.number, copy(asked.key), copy(asked.payload)});
  if (answer.status == CallStatus::ok && number != nullptr) {
    *number = static_cast<Number>(answer.number);
  }
  if (!answer.text.empty()) give(reply, answer.text);
  return static_cast<fieldhook_status>(answer.status);
}

fieldhook_status log(fieldhook_run* run, fieldhook_log_level level, fieldhook_string text) {
  if (level < FIELDHOOK_LOG_ERROR || level > FIELDHOOK_LOG_DEBUG) return FIELDHOOK_REFUSED;
  const bool sent =
      host_link->log(number_of(run), static_cast<wire::LogLevel>(level), cut(text, kMaxLogText));
  return sent ? FIELDHOOK_OK : FIELDHOOK_ENDED;
}

std::int32_t cancelled(fieldhook_run* run) { return host_link->cancelled(number_of(run)) ? 1 : 0; }

fieldhook_status secret(fieldhook_run* run, fieldhook_string name, fieldhook_reply reply) {
  return ask(run, {.method = CallMethod::secret, .key = name}, reply);
}

fieldhook_status once_begin(fieldhook_run* run, fieldhook_string key, std::uint64_t* scope,
                            fieldhook_reply reply) {
  return ask(run, {.method = CallMethod::once_begin, .key = key}, reply, scope);
}

fieldhook_status step_begin(fieldhook_run* run, fieldhook_string name, std::uint64_t* scope,
                            fieldhook_reply reply) {
  return ask(run, {.method = CallMethod::step_begin, .key = name}, reply, scope);
}

fieldhook_status commit(fieldhook_run* run, std::uint64_t scope, fieldhook_string result,
                        fieldhook_reply reply) {
  return ask(run, {.method = CallMethod::commit, .scope = scope, .payload = result}, reply);
}

fieldhook_status abandon(fieldhook_run* run, std::uint64_t scope, fieldhook_reply reply) {
  return ask(run, {.method = CallMethod::abandon, .scope = scope}, reply);
}

fieldhook_status interrupted(fieldhook_run* run, fieldhook_string key, std::int32_t* yes,
                             fieldhook_reply reply) {
  return ask(run, {.method = CallMethod::interrupted, .key = key}, reply, yes);
}

fieldhook_status state_get(fieldhook_run* run, std::uint64_t* version, fieldhook_reply reply) {
  return ask(run, {.method = CallMethod::state_get}, reply, version);
}

fieldhook_status state_set(fieldhook_run* run, std::uint64_t scope, fieldhook_string json,
                           std::uint64_t* version, fieldhook_reply reply) {
  return ask(run,
             {.method = CallMethod::state_set,
              .scope = scope,
              .number = static_cast<std::int64_t>(*version),
              .payload = json},
             reply, version);
}

fieldhook_status enqueue(fieldhook_run* run, std::uint64_t scope, fieldhook_string plugin,
                         fieldhook_string json, fieldhook_reply reply) {
  return ask(run, {.method = CallMethod::enqueue, .scope = scope, .key = plugin, .payload = json},
             reply);
}

fieldhook_status progress(fieldhook_run* run, std::int32_t percent, fieldhook_string text) {
  return ask(run, {.method = CallMethod::progress, .number = percent, .payload = text}, {});
}

fieldhook_status idempotency_key(fieldhook_run* run, fieldhook_string label,
                                 fieldhook_reply reply) {
  return ask(run, {.method = CallMethod::idempotency_key, .key = label}, reply);
}

fieldhook_status expect_echo(fieldhook_run* run, fieldhook_string changes, fieldhook_reply reply) {
  return ask(run, {.method = CallMethod::expect_echo, .payload = changes}, reply);
}

fieldhook_status superseded(fieldhook_run* run, std::int32_t* yes, fieldhook_reply reply) {
  return ask(run, {.method = CallMethod::superseded}, reply, yes);
}

fieldhook_status end_with(fieldhook_run* run, wire::Finished outcome) {
  return host_link->set_outcome(number_of(run), std::move(outcome)) ? FIELDHOOK_OK
                                                                    : FIELDHOOK_ENDED;
}

fieldhook_status done(fieldhook_run* run, fieldhook_string result) {
  if (result.size > kMaxResultText) return FIELDHOOK_TOO_LARGE;
  return end_with(run, {0, wire::RunOutcome::done, -1, copy(result)});
}

fieldhook_status retry(fieldhook_run* run, fieldhook_string reason, std::int64_t after_ms) {
  return end_with(run, {0, wire::RunOutcome::retry, std::max<std::int64_t>(after_ms, -1),
                        cut(reason, kMaxLogText)});
}

fieldhook_status snooze(fieldhook_run* run, std::int64_t after_ms) {
  return end_with(run, {0, wire::RunOutcome::snooze, std::max<std::int64_t>(after_ms, 0), ""});
}

fieldhook_status fail(fieldhook_run* run, fieldhook_string reason) {
  return end_with(run, {0, wire::RunOutcome::fail, -1, cut(reason, kMaxLogText)});
}

const void* get_extension(fieldhook_string) { return nullptr; }

constexpr fieldhook_host kTable = {
    .struct_size = sizeof(fieldhook_host),
    .abi_minor = FIELDHOOK_ABI_MINOR,
    .log = log,
    .cancelled = cancelled,
    .secret = secret,
    .once_begin = once_begin,
    .step_begin = step_begin,
    .commit = commit,
    .abandon = abandon,
    .interrupted = interrupted,
    .state_get = state_get,
    .state_set = state_set,
    .enqueue = enqueue,
    .progress = progress,
    .idempotency_key = idempotency_key,
    .expect_echo = expect_echo,
    .superseded = superseded,
    .done = done,
    .retry = retry,
    .snooze = snooze,
    .fail = fail,
    .get_extension = get_extension,
};

}  // namespace

const fieldhook_host& host_table(HostLink& link) {
  host_link = &link;
  return kTable;
}

}  // namespace fh
