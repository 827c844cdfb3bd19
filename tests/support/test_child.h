// The child process of tests/fixtures/child, ready to be started.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/child_process.h"
#include "base/output_reader.h"
#include "base/stream_pair.h"
#include "base/wait_any.h"

namespace fh::test {

/// How it ends when it is killed, and when it crashes.
#ifdef _WIN32
constexpr const char* kKilled = "exit code 137";
constexpr const char* kCrashed = "exception 0xC0000005 (access violation)";
#else
constexpr const char* kKilled = "signal 9 (Killed)";
constexpr const char* kCrashed = "signal 11 (Segmentation fault)";
#endif

inline SpawnOptions test_child(std::vector<std::string> arguments) {
  SpawnOptions options;
  options.arguments = {FIELDHOOK_TEST_CHILD};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  options.environment = {"GIVEN=yes"};
  return options;
}

/// What can still be read, up to the end; at most ten seconds' worth.
inline std::string read_all(OutputReader& reader) {
  std::string text;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (reader.read_available(text)) {
    const NativeHandle handles[] = {reader.wait_handle()};
    if (wait_any(handles, deadline) == 0 && std::chrono::steady_clock::now() >= deadline)
      return text + " (and then nothing, not even the end)";
  }
  return text;
}

}  // namespace fh::test
