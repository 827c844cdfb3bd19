// PluginTable: the plugins whose watches are in force, with the manifest and the build that is
// active. A row leaves only when an operator removes the plugin. The writer's thread only, inside a
// transaction.
#pragma once

#include <vector>

#include "base/clock.h"
#include "store/statement.h"

namespace fh {

struct PluginRow {
  std::string name;
  std::string version;
  std::string build;     // SHA-256 of the file, hex
  std::string manifest;  // JSON, as the library gave it
  std::string file;      // its name in the plugin folder
  std::string state;     // active, missing
  std::string reason;    // why it is not active; "" when it is
  TimePoint activated_at{};
};

class PluginTable {
 public:
  explicit PluginTable(Database& db) : db_(db) {}

  std::vector<PluginRow> all();
  bool exists(const std::string& name);
  void put(const PluginRow& plugin);
  void set_state(const std::string& name, const std::string& state, const std::string& reason);
  /// False: there was no such plugin.
  bool remove(const std::string& name);

 private:
  Database& db_;
};

}  // namespace fh
