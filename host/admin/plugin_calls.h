// PluginCalls: the calls of the admin API about plugins. Any number of threads.
#pragma once

#include "admin/call.h"
#include "admin/parts.h"

namespace fh {

enum class PluginAction { pause, resume, reload };
std::optional<PluginAction> plugin_action_from(std::string_view name);

class PluginCalls {
 public:
  explicit PluginCalls(const ApiParts& parts) : p_(parts) {}

  /// Every plugin, and every file that is refused and never was one.
  std::vector<Json> list();
  Answer show(const std::string& name);
  Answer remove(const std::string& name, const Call& call);
  /// reload of "" is of all.
  Answer act(PluginAction action, const std::string& name, const Call& call);

 private:
  const ApiParts& p_;
};

}  // namespace fh
