// CoreFile: the host holds every source's secrets in its memory, so that memory is not written to a
// disk when it crashes. Before there is a second thread.
#pragma once

namespace fh {

/// From here on no core file is written, nor given to a program that collects them. Whoever wants
/// one raises the limit of the running process (prlimit). Children inherit it. Throws HostError.
void forbid_core_file();

}  // namespace fh
