#include <cstdio>

#include "base/child_process.h"
#include "base/windows_api.h"

namespace fh {
namespace {

constexpr UINT kKilled = 137;  // as a shell says of SIGKILL

// CommandLineToArgvW reads this back as `argument`.
void append_quoted(std::wstring& line, const std::wstring& argument) {
  line += line.empty() ? L"\"" : L" \"";
  std::size_t backslashes = 0;
  for (const wchar_t c : argument) {
    // Those before a quotation mark are doubled, and one more makes it a letter.
    if (c == L'"') line.append(backslashes + 1, L'\\');
    backslashes = c == L'\\' ? backslashes + 1 : 0;
    line += c;
  }
  line.append(backslashes, L'\\');
  line += L'"';
}

std::wstring command_line(const std::vector<std::string>& arguments) {
  std::wstring line;
  for (const std::string& argument : arguments) append_quoted(line, wide(argument));
  return line;
}

// Each ends with a NUL, and so do all of them together.
std::wstring environment_block(const std::vector<std::string>& environment) {
  std::wstring block;
  for (const std::string& one : environment) block += wide(one) + L'\0';
  if (block.empty()) block += L'\0';
  return block + L'\0';
}

UniqueHandle open_nowhere() {
  const HANDLE handle =
      ::CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                    nullptr, OPEN_EXISTING, 0, nullptr);
  if (handle == INVALID_HANDLE_VALUE) throw_last_error("spawn: cannot open NUL");
  return UniqueHandle(handle);
}

// What the child inherits and nothing else, and the group that it begins in, so that it never lives
// outside of it. Each handle is marked as inheritable and stays so: two threads may be handing over
// the same one, and every child here is started with such a list.
class Attributes {
 public:
  Attributes(std::vector<HANDLE> handles, HANDLE group)
      : handles_(std::move(handles)), group_(group) {
    std::sort(handles_.begin(), handles_.end());
    handles_.erase(std::unique(handles_.begin(), handles_.end()), handles_.end());
    for (const HANDLE handle : handles_)
      if (!::SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT))
        throw_last_error("spawn: cannot hand over a handle");
    SIZE_T size = 0;
    ::InitializeProcThreadAttributeList(nullptr, 2, 0, &size);
    memory_.resize(size);
    if (!::InitializeProcThreadAttributeList(list(), 2, 0, &size))
      throw_last_error("spawn: cannot make a list of attributes");
    if (!add(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles_.data(), handles_.size()) ||
        !add(PROC_THREAD_ATTRIBUTE_JOB_LIST, &group_, 1)) {
      const DWORD code = ::GetLastError();
      ::DeleteProcThreadAttributeList(list());
      throw HostError("spawn: cannot list what the child begins with: " + error_text(code));
    }
  }
  ~Attributes() { ::DeleteProcThreadAttributeList(list()); }
  Attributes(const Attributes&) = delete;

  LPPROC_THREAD_ATTRIBUTE_LIST list() {
    return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
  }

 private:
  bool add(DWORD_PTR attribute, HANDLE* handles, std::size_t count) {
    return ::UpdateProcThreadAttribute(list(), 0, attribute, handles, count * sizeof(HANDLE),
                                       nullptr, nullptr) != 0;
  }

  // The list refers to both.
  std::vector<HANDLE> handles_;
  HANDLE group_;
  std::vector<char> memory_;
};

// All in it end when its last handle is closed, and none of them asks the screen what to do.
UniqueHandle make_group() {
  UniqueHandle job(::CreateJobObjectW(nullptr, nullptr));
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags =
      JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
  if (!job || !::SetInformationJobObject(job.get(), JobObjectExtendedLimitInformation, &limits,
                                         sizeof limits))
    throw_last_error("spawn: cannot make a job object");
  return job;
}

const char* name_of_exception(DWORD code) {
  switch (code) {
    case EXCEPTION_ACCESS_VIOLATION: return " (access violation)";
    case EXCEPTION_STACK_OVERFLOW: return " (stack overflow)";
    case EXCEPTION_INT_DIVIDE_BY_ZERO: return " (division by zero)";
    case EXCEPTION_ILLEGAL_INSTRUCTION: return " (illegal instruction)";
    default: return "";
  }
}

std::string start_time_of(HANDLE process) {
  FILETIME created{};
  FILETIME other{};
  if (!::GetProcessTimes(process, &created, &other, &other, &other)) return "";
  return std::to_string((std::uint64_t{created.dwHighDateTime} << 32U) | created.dwLowDateTime);
}

}  // namespace

std::string ExitStatus::describe() const {
  const auto as_exception = static_cast<DWORD>(code.value_or(-1));
  if (as_exception < 0xC0000000 || !code) return "exit code " + std::to_string(code.value_or(-1));
  char text[32];
  std::snprintf(text, sizeof text, "exception 0x%08lX", as_exception);
  return text + std::string(name_of_exception(as_exception));
}

std::int64_t number_in_child(const SpawnOptions& options, std::size_t place) {
  return reinterpret_cast<std::intptr_t>(options.inherited.at(place));
}

ChildProcess::ChildProcess(const SpawnOptions& options) : group_(make_group()) {
  const UniqueHandle nowhere = open_nowhere();
  const auto or_nowhere = [&](NativeHandle handle) { return handle ? handle : nowhere.get(); };
  STARTUPINFOEXW startup{};
  startup.StartupInfo.cb = sizeof startup;
  startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  startup.StartupInfo.hStdInput = nowhere.get();
  startup.StartupInfo.hStdOutput = or_nowhere(options.standard_output);
  startup.StartupInfo.hStdError = or_nowhere(options.standard_error);
  std::vector<HANDLE> inherited = {nowhere.get(), startup.StartupInfo.hStdOutput,
                                   startup.StartupInfo.hStdError};
  for (const NativeHandle handle : options.inherited)
    if (handle != kNoHandle) inherited.push_back(handle);
  Attributes attributes(std::move(inherited), group_.get());
  startup.lpAttributeList = attributes.list();

  std::wstring line = command_line(options.arguments);
  std::wstring environment = environment_block(options.environment);
  PROCESS_INFORMATION started{};
  if (!::CreateProcessW(
          wide(options.arguments[0]).c_str(), line.data(), nullptr, nullptr, TRUE,
          CREATE_UNICODE_ENVIRONMENT | CREATE_NO_WINDOW | EXTENDED_STARTUPINFO_PRESENT,
          environment.data(), nullptr, &startup.StartupInfo, &started))
    throw_last_error("spawn: cannot start " + options.arguments[0]);
  process_.reset(started.hProcess);
  ::CloseHandle(started.hThread);
  pid_ = static_cast<int>(started.dwProcessId);
}

ChildProcess::~ChildProcess() {
  kill_group();
  ::WaitForSingleObject(process_.get(), INFINITE);
}

void ChildProcess::kill_group() { ::TerminateJobObject(group_.get(), kKilled); }

std::optional<ExitStatus> ChildProcess::reap(std::chrono::milliseconds at_most) {
  if (ended_) return ended_;
  if (::WaitForSingleObject(process_.get(), wait_ms(at_most)) != WAIT_OBJECT_0) return std::nullopt;
  DWORD code = 0;
  ::GetExitCodeProcess(process_.get(), &code);
  ended_.emplace();
  ended_->code = static_cast<int>(code);
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION used{};
  if (::QueryInformationJobObject(group_.get(), JobObjectExtendedLimitInformation, &used,
                                  sizeof used, nullptr))
    ended_->most_memory = used.PeakProcessMemoryUsed;
  return ended_;
}

int own_pid() { return static_cast<int>(::GetCurrentProcessId()); }

std::optional<std::string> process_start_time(int pid) {
  const auto process = open_living(pid, PROCESS_QUERY_LIMITED_INFORMATION);
  if (!process) return std::nullopt;
  return start_time_of(process.get());
}

void kill_recorded_group(int pid, const std::string& start_time) {
  const auto process = open_living(pid, PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE);
  if (process && start_time_of(process.get()) == start_time)
    ::TerminateProcess(process.get(), kKilled);
}

}  // namespace fh
