// What a failure says that is handed over as a pointer.
#pragma once

#include <exception>
#include <string>

namespace fh {

inline std::string failure_text(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "it threw what is no exception";
  }
}

}  // namespace fh
