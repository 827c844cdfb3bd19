// JobRunner: the worker's main thread. It does one piece of work after the other with the plugin's
// one instance, until the host says stop. Main thread only.
#pragma once

#include <string>

#include "worker/host_link.h"
#include "worker/plugin_library.h"

namespace fh {

class JobRunner {
 public:
  /// Both must live until the process ends.
  JobRunner(const PluginLibrary& library, HostLink& link);

  /// Returns when the host says stop, the instance destroyed.
  void run_until_stopped();

 private:
  void run(const wire::Execute& work);
  /// True: execute() has still to be called.
  bool prepare(const fieldhook_job& job, fieldhook_run* handle);

  const fieldhook_plugin_table& plugin_;
  HostLink& link_;
  const fieldhook_host& host_;
  std::string settings_;
  void* instance_ = nullptr;  // made by the first run, so that a crash in create() is that run's
};

}  // namespace fh
