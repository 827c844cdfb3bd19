// Fault points: named places where a test may have the host end as if by SIGKILL. With
// FIELDHOOK_FAULT=NAME:N in its environment the process kills itself when any thread comes to the
// point of that name for the N-th time; without, a point is one comparison. Any thread.
#pragma once

namespace fh {

namespace fault {
/// The point that was asked for; null: none. Set before main() and never again.
extern const char* const armed;
void pass(const char* name);
}  // namespace fault

/// `name` is a literal, used once.
inline void fault_point(const char* name) {
  if (fault::armed != nullptr) fault::pass(name);
}

}  // namespace fh
