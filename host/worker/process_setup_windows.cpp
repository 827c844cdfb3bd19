#include <fcntl.h>
#include <io.h>

#include <cstdio>

#include "base/unique_handle.h"
#include "base/windows_api.h"
#include "worker/process_setup.h"

namespace fh {
namespace {

// Handles are multiples of four from four on, and a process has few when it begins.
constexpr std::intptr_t kLastHandle = 4 * 4096;

void keep_handles_from_children() {
  const HANDLE streams[] = {::GetStdHandle(STD_INPUT_HANDLE), ::GetStdHandle(STD_OUTPUT_HANDLE),
                            ::GetStdHandle(STD_ERROR_HANDLE)};
  for (std::intptr_t number = 4; number <= kLastHandle; number += 4)
    if (std::find(std::begin(streams), std::end(streams), handle_of(number)) == std::end(streams))
      ::SetHandleInformation(handle_of(number), HANDLE_FLAG_INHERIT, 0);
}

// Of what it commits; each process that it starts is held to as much.
std::string limit_memory(std::uint64_t bytes) {
  const UniqueHandle job(::CreateJobObjectW(nullptr, nullptr));
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_MEMORY;
  limits.ProcessMemoryLimit = static_cast<SIZE_T>(bytes);
  if (!job ||
      !::SetInformationJobObject(job.get(), JobObjectExtendedLimitInformation, &limits,
                                 sizeof limits) ||
      !::AssignProcessToJobObject(job.get(), ::GetCurrentProcess()))
    return error_text(::GetLastError());
  return "";
}

}  // namespace

std::string set_up_process(std::optional<std::uint64_t> memory_limit) {
  keep_handles_from_children();
  ::SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
  // Lines as the host reads them, and at once: here a buffer by lines is a whole one.
  ::_setmode(::_fileno(stdout), _O_BINARY);
  ::_setmode(::_fileno(stderr), _O_BINARY);
  std::setvbuf(stdout, nullptr, _IONBF, 0);
  return memory_limit ? limit_memory(*memory_limit) : "";
}

// A process list shows the executable's name, and nothing else.
void show_process_name(const std::string&) {}

// Not exit(): that waits for what other threads hold, and runs the plugin's destructors.
void end_process(int code) {
  ::TerminateProcess(::GetCurrentProcess(), static_cast<UINT>(code));
  std::abort();
}

void flush_output() {
  std::fflush(stdout);
  std::fflush(stderr);
}

}  // namespace fh
