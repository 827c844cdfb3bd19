// What a call to the host gives back: its text, or a CallError with the outcome that fits; and what
// an exception says. Plain values.
#pragma once

#include <chrono>
#include <exception>
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

/// Of a name that no call takes, over 512 bytes, the beginning: a reason has room for its cause.
inline std::string named(const char* call, std::string_view name) {
  constexpr std::size_t kMaxName = 512;
  constexpr std::size_t kShown = 100;
  const bool is_cut = name.size() > kMaxName;
  if (is_cut) {
    std::size_t size = kShown;
    while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xc0U) == 0x80U) --size;
    name = name.substr(0, size);
  }
  return std::string(call) + " \"" + std::string(name) + (is_cut ? "...\"" : "\"");
}

/// What the exception that is being handled says, and then those nested in it.
inline std::string text_of_exception() {
  try {
    throw;
  } catch (const std::exception& error) {
    const char* what = error.what();
    std::string text = what == nullptr ? "" : what;
    try {
      std::rethrow_if_nested(error);
    } catch (...) {
      text += ": " + text_of_exception();
    }
    return text;
  } catch (const std::string& text) {
    return text;
  } catch (const char* text) {
    return text == nullptr ? "the plugin threw a null pointer" : text;
  } catch (...) {
    return "the plugin threw something that is no std::exception";
  }
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
