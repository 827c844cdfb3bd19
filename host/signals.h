// The signals that a running host heeds: INT, QUIT and TERM ask it to end, HUP to open its log file
// anew. Main thread only.
#pragma once

#include <functional>

namespace fh {

/// From here on what comes while the host starts waits until it can be heeded, and SIGUSR1 and
/// SIGUSR2, which mean nothing here, do not end it. Threads inherit that; children get a clean
/// mask.
void hold_signals();

/// Whether somebody has asked the host to end, which wait_for_end_request() then returns for.
bool end_is_asked();

/// Returns when somebody asks the host to end; calls `on_hangup` at each SIGHUP until then.
void wait_for_end_request(const std::function<void()>& on_hangup);

}  // namespace fh
