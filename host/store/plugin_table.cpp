#include "store/plugin_table.h"

namespace fh {

std::vector<PluginRow> PluginTable::all() {
  std::vector<PluginRow> plugins;
  auto query = db_.query(
      "SELECT name, version, build, manifest, file, state, reason, activated_at_ms FROM plugins"
      " ORDER BY name");
  while (query.next())
    plugins.push_back({query.text(0), query.text(1), query.text(2), query.text(3), query.text(4),
                       query.text(5), query.text(6), from_ms(query.integer(7))});
  return plugins;
}

bool PluginTable::exists(const std::string& name) {
  auto query = db_.query("SELECT 1 FROM plugins WHERE name = ?", name);
  return query.next();
}

void PluginTable::put(const PluginRow& p) {
  db_.run(
      "INSERT OR REPLACE INTO plugins (name, version, build, manifest, file, state, reason,"
      " activated_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      p.name, p.version, p.build, p.manifest, p.file, p.state, p.reason, to_ms(p.activated_at));
}

void PluginTable::set_state(const std::string& name, const std::string& state,
                            const std::string& reason) {
  db_.run("UPDATE plugins SET state = ?, reason = ? WHERE name = ?", state, reason, name);
}

bool PluginTable::remove(const std::string& name) {
  return db_.run("DELETE FROM plugins WHERE name = ?", name) == 1;
}

}  // namespace fh
