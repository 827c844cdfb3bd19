// The frames between host and worker, one struct each; docs/wire.md is the same in words. A frame
// on the wire is kHeaderSize bytes of header (payload length u32, wire version u8, kind u8, zero
// u16) and at most kMaxPayload bytes of payload: the fields in the order of fields(). JSON passes
// through as text. Changing a frame: raise kWireVersion; host and worker are always of one build.
// They live in a namespace of their own because other folders have an Answer and a Log too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "wire/wire_error.h"

namespace fh::wire {

constexpr std::uint8_t kWireVersion = 1;
constexpr std::size_t kHeaderSize = 8;
constexpr std::size_t kMaxPayload = 16U << 20U;

enum class FrameKind : std::uint8_t {
  // host -> worker
  start = 1,
  execute = 2,
  answer = 3,
  cancel = 4,
  stop = 5,
  // worker -> host
  hello = 17,
  refused = 18,
  call = 19,
  log = 20,
  finished = 21,
};

/// What a plugin asks of the host. Beside each: the Call's fields -> the Answer's when it is ok.
enum class CallMethod : std::uint8_t {
  once_begin,   // key -> number: scope; done_before -> text: result
  step_begin,   // key: the step's name -> as once_begin
  commit,       // scope, payload: result JSON
  abandon,      // scope
  interrupted,  // key -> number: 0 or 1
  state_get,    // -> text: JSON, "" if none; number: version, 0 if none
  state_set,    // scope, number: expected version, payload: JSON -> number: version to expect next
  enqueue,      // scope, key: plugin, payload: {"input":..., "after_ms":...}
  secret,       // key: name -> text: value
  idempotency_key,  // key: label -> text: key
  expect_echo,      // payload: changes JSON; durable before the answer
  superseded,       // -> number: 0 or 1
  progress,         // number: percent, payload: text
};
constexpr CallMethod last_of(CallMethod) { return CallMethod::progress; }

/// The numbers of fieldhook_status in abi.h. Every status but ok and done_before: text says why.
enum class CallStatus : std::uint8_t {
  ok,
  done_before,
  busy,
  not_found,
  too_large,
  conflict,
  ended,
  refused,
  failed,
};
constexpr CallStatus last_of(CallStatus) { return CallStatus::failed; }

enum class LogLevel : std::uint8_t { error, warning, info, debug };
constexpr LogLevel last_of(LogLevel) { return LogLevel::debug; }

/// The outcomes that a worker can report; the others (crashed, lost, ...) are the host's to find.
enum class RunOutcome : std::uint8_t { done, skipped, retry, snooze, fail };
constexpr RunOutcome last_of(RunOutcome) { return RunOutcome::fail; }

/// The host takes the plugin; sent once, after Hello and before the first Execute.
struct Start {
  static constexpr FrameKind kKind = FrameKind::start;
  std::string settings;  // JSON object
  static void fields(auto& self, auto&& visit) { visit(self.settings); }
};

/// One run. The worker answers it with exactly one Finished, the run's last frame.
struct Execute {
  static constexpr FrameKind kKind = FrameKind::execute;
  std::uint64_t job_id = 0;
  std::uint32_t run = 0;
  std::uint32_t attempt = 0;
  std::uint32_t max_attempts = 0;
  std::int64_t deadline_ms = 0;  // since 1970 UTC
  std::string plugin;
  std::string record_type;  // "contact" or "company"
  std::string record_id;
  std::string record;    // JSON
  std::string event;     // JSON
  std::string delivery;  // JSON
  std::string matched;   // JSON array
  std::string input;     // JSON, or empty
  static void fields(auto& self, auto&& visit) {
    visit(self.job_id, self.run, self.attempt, self.max_attempts, self.deadline_ms, self.plugin,
          self.record_type, self.record_id, self.record, self.event, self.delivery, self.matched,
          self.input);
  }
};

struct Answer {
  static constexpr FrameKind kKind = FrameKind::answer;
  std::uint32_t call = 0;  // of the Call it answers
  CallStatus status = CallStatus::ok;
  std::int64_t number = 0;
  std::string text;
  static void fields(auto& self, auto&& visit) {
    visit(self.call, self.status, self.number, self.text);
  }
};

/// Asks the run of this job to end; one that is not running is ignored.
struct Cancel {
  static constexpr FrameKind kKind = FrameKind::cancel;
  std::uint64_t job_id = 0;
  static void fields(auto& self, auto&& visit) { visit(self.job_id); }
};

/// The worker ends after the run it is in, if any.
struct Stop {
  static constexpr FrameKind kKind = FrameKind::stop;
  static void fields(auto&, auto&& visit) { visit(); }
};

/// First frame of a worker whose library can be used.
struct Hello {
  static constexpr FrameKind kKind = FrameKind::hello;
  std::uint32_t wire_version = kWireVersion;
  std::uint32_t abi_major = 0;  // the plugin's
  std::uint32_t abi_minor = 0;
  std::string manifest;  // JSON as the plugin gave it, not looked at
  static void fields(auto& self, auto&& visit) {
    visit(self.wire_version, self.abi_major, self.abi_minor, self.manifest);
  }
};

/// First and last frame of a worker whose library cannot be used.
struct Refused {
  static constexpr FrameKind kKind = FrameKind::refused;
  std::string reason;  // a sentence that says what to do
  static void fields(auto& self, auto&& visit) { visit(self.reason); }
};

/// Several may be open at once (a plugin may use threads); answers may come in any order.
struct Call {
  static constexpr FrameKind kKind = FrameKind::call;
  std::uint32_t call = 0;
  std::uint64_t job_id = 0;
  CallMethod method = CallMethod::superseded;
  std::uint64_t scope = 0;  // 0: the run itself
  std::int64_t number = 0;
  std::string key;
  std::string payload;
  static void fields(auto& self, auto&& visit) {
    visit(self.call, self.job_id, self.method, self.scope, self.number, self.key, self.payload);
  }
};

struct Log {
  static constexpr FrameKind kKind = FrameKind::log;
  std::uint64_t job_id = 0;
  LogLevel level = LogLevel::info;
  std::string text;
  static void fields(auto& self, auto&& visit) { visit(self.job_id, self.level, self.text); }
};

struct Finished {
  static constexpr FrameKind kKind = FrameKind::finished;
  std::uint64_t job_id = 0;
  RunOutcome outcome = RunOutcome::fail;
  std::int64_t after_ms = -1;  // retry and snooze; -1: the plugin named none
  std::string text;            // done: result JSON or empty; retry and fail: the reason
  static void fields(auto& self, auto&& visit) {
    visit(self.job_id, self.outcome, self.after_ms, self.text);
  }
};

using Frame =
    std::variant<Start, Execute, Answer, Cancel, Stop, Hello, Refused, Call, Log, Finished>;

struct Header {
  std::uint32_t payload_size = 0;
  FrameKind kind = FrameKind::stop;
};

/// The whole frame as bytes, header first. Throws FrameTooLarge if the payload is over kMaxPayload.
[[nodiscard]] std::string encode(const Frame& frame);

/// Reads the first kHeaderSize of bytes, which must be there. Throws WireError on another version,
/// an unknown kind, a length over kMaxPayload, or a last field that is not zero.
[[nodiscard]] Header decode_header(std::string_view bytes);

/// Reads a payload. Throws WireError when it is not exactly the fields of that kind.
[[nodiscard]] Frame decode_payload(FrameKind kind, std::string_view payload);

/// "execute", "finished"...: for logs.
[[nodiscard]] const char* name_of(FrameKind kind);

}  // namespace fh::wire
