#include "store/read_connection.h"

#include "base/check.h"
#include "store/statement.h"

namespace fh {

SqliteHandle open_for_reading(const std::filesystem::path& store) {
  if (!std::filesystem::exists(store))
    throw HostError("store: there is no " + store.string() + ": has a fieldhookd run yet?");
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(store.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  SqliteHandle handle(opened);
  if (code != SQLITE_OK)
    throw HostError("store: cannot read " + store.string() + ": " + sqlite3_errmsg(opened) +
                    remedy_for(code));
  sqlite3_db_config(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_busy_timeout(opened, 5000);
  return handle;
}

}  // namespace fh
