// The rules of once and step: begun before the work, finished with its result and effects in one
// transaction, both fenced by the lease. Runs on the writer's thread.
#pragma once

#include "queue/finish.h"

namespace fh {

/// The run that asks.
struct AskingRun {
  std::string plugin;
  std::int64_t job = 0;
  std::int64_t lease = 0;
};

/// What is begun: a once key of the plugin, or a step of the job.
struct EffectName {
  enum class Kind { once, step };
  Kind kind = Kind::once;
  std::string name;
};

enum class Begin {
  begun,       // do the work, then finish_effect() or leave_effect()
  done,        // it was done before; its result is there
  busy,        // another live job is inside
  nested,      // this very run is inside already
  lease_lost,  // the run is not live any more
};

struct BeginResult {
  Begin begin = Begin::begun;
  std::string result;  // JSON, when done
};

BeginResult begin_effect(Transaction& tx, const AskingRun& run, const EffectName& name);

/// Keeps the result (JSON) and the effects; or says what is in the way, and changes nothing.
[[nodiscard]] std::optional<Obstacle> finish_effect(Transaction& tx, const AskingRun& run,
                                                    const EffectName& name,
                                                    const std::string& result,
                                                    const Effects& effects);

/// The work failed and its plugin knows it: the key or name is free, and as interrupted as before.
void leave_effect(Transaction& tx, const AskingRun& run, const EffectName& name);

/// Whether a run that is over began the key and neither finished nor left it, so that the work may
/// have been done: the same answer before this run begins it and inside.
bool was_interrupted(Transaction& tx, const AskingRun& run, const std::string& key);

}  // namespace fh
