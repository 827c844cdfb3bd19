#include "base/overlapped_pipe.h"

namespace fh {
namespace {

UniqueHandle make_event() { return UniqueHandle(::CreateEventW(nullptr, TRUE, FALSE, nullptr)); }

[[noreturn]] void fail(DWORD code, const char* what) {
  throw std::system_error(static_cast<int>(code), std::system_category(), what);
}

bool is_end(DWORD code) {
  return code == ERROR_BROKEN_PIPE || code == ERROR_PIPE_NOT_CONNECTED || code == ERROR_NO_DATA;
}

DWORD time_left(std::optional<OverlappedPipe::Deadline> deadline) {
  if (!deadline) return INFINITE;
  return wait_ms(
      std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now()));
}

}  // namespace

OverlappedPipe::OverlappedPipe(UniqueHandle end)
    : end_(std::move(end)), read_event_(make_event()), write_event_(make_event()) {
  if (!read_event_ || !write_event_) fail(::GetLastError(), "event");
  start_reading();
}

OverlappedPipe::~OverlappedPipe() {
  if (broken_ != ERROR_SUCCESS) return;
  DWORD count = 0;
  ::CancelIoEx(end_.get(), &reading_);
  ::GetOverlappedResult(end_.get(), &reading_, &count, TRUE);
}

void OverlappedPipe::start_reading() {
  reading_ = {};
  reading_.hEvent = read_event_.get();
  if (::ReadFile(end_.get(), bytes_.data(), static_cast<DWORD>(bytes_.size()), nullptr, &reading_))
    return;
  const DWORD code = ::GetLastError();
  if (code == ERROR_IO_PENDING) return;
  broken_ = code;
  ::SetEvent(read_event_.get());
}

bool OverlappedPipe::read(std::string& to, bool wait) {
  const std::size_t before = to.size();
  // One read ends with what one write brought; all that is there is several: the one in flight
  // may hold as much as the pipe does besides.
  while (broken_ == ERROR_SUCCESS && to.size() - before <= bytes_.size()) {
    DWORD count = 0;
    const BOOL waits = wait && to.size() == before ? TRUE : FALSE;
    if (::GetOverlappedResult(end_.get(), &reading_, &count, waits)) {
      to.append(bytes_.data(), count);
      start_reading();
    } else if (const DWORD code = ::GetLastError(); code == ERROR_IO_INCOMPLETE) {
      return true;
    } else {
      broken_ = code;
    }
  }
  if (to.size() > before) return true;
  if (is_end(broken_)) return false;
  fail(broken_, "read");
}

void OverlappedPipe::write(std::string_view bytes, std::optional<Deadline> deadline) {
  while (!bytes.empty()) {
    OVERLAPPED writing{};
    writing.hEvent = write_event_.get();
    DWORD count = 0;
    const auto size = static_cast<DWORD>(std::min<std::size_t>(bytes.size(), 1U << 30U));
    if (!::WriteFile(end_.get(), bytes.data(), size, nullptr, &writing) &&
        ::GetLastError() != ERROR_IO_PENDING)
      fail(::GetLastError(), "write");
    const bool late =
        ::WaitForSingleObject(write_event_.get(), time_left(deadline)) != WAIT_OBJECT_0;
    if (late) ::CancelIoEx(end_.get(), &writing);
    // The system may touch `writing` until it says how the write ended.
    const bool written = ::GetOverlappedResult(end_.get(), &writing, &count, TRUE) != 0;
    if (late) throw std::system_error(std::make_error_code(std::errc::timed_out));
    if (!written) fail(::GetLastError(), "write");
    bytes.remove_prefix(count);
  }
}

}  // namespace fh
