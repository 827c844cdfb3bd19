// FaultVfs: SQLite's own file system with a fault at the N-th call that changes a file. It wraps
// the default VFS and becomes the default itself, for good: use it in a child process of the test.
// One at a time; calls may come from any thread.
#pragma once

#include <string>

namespace fh::test {

enum class Fault {
  fail,         // the call does nothing and says that the device failed
  short_write,  // half of it is written, then the device fails
  torn_write,   // half of it is written, and the process ends there, as in a power cut
  power_cut,    // the process ends there, and whatever was not synced is lost
  full,         // there is no room, for this call alone
  stays_full,   // there is no room from this call on
};

inline constexpr Fault kFaults[] = {Fault::fail,      Fault::short_write, Fault::torn_write,
                                    Fault::power_cut, Fault::full,        Fault::stays_full};
std::string name_of(Fault fault);

/// The exit code of a process that lost its power, by a torn write or a cut.
inline constexpr int kNoPower = 99;

/// From now on every file goes through it. No fault is due yet.
void install_fault_vfs();
/// The fault comes at the `call`-th change from now on: a write, a sync or a truncation.
void arm_fault(Fault fault, int call);
/// Changes since arm_fault().
int changes_seen();
/// Of these, writes to the database itself, which only a checkpoint makes.
int copied_back();

}  // namespace fh::test
