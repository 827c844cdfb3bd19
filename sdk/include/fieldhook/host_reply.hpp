// What a call to the host gives back: its text, or a CallError with the outcome that fits. Plain
// values.
#pragma once

#include <chrono>
#include <fieldhook/convert.hpp>
#include <fieldhook/outcome.hpp>
#include <new>
#include <string>
#include <string_view>

namespace fieldhook::detail {

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

}  // namespace fieldhook::detail
