#include "store/session.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Exception.h>
#include <Poco/URI.h>

#include "base/private_file.h"
#include "store/schema.h"
#include "store/store_content.h"
#include "store/store_file.h"

namespace fh {
namespace {

using Poco::Data::Keywords::now;

// How long a statement waits for another connection, which holds the file for moments only.
constexpr int kBusyPatienceMs = 60'000;

Poco::Data::Session open_session(const std::string& uri) {
  static const bool registered = [] {
    Poco::Data::SQLite::Connector::registerConnector();
    return true;
  }();
  (void)registered;
  // What cannot be opened cannot be opened later either: else Poco tries again for a minute.
  constexpr std::size_t kOnce = 0;
  Poco::Data::Session session("SQLite", uri, kOnce);
  sqlite3_busy_timeout(Poco::Data::SQLite::Utility::dbHandle(session), kBusyPatienceMs);
  return session;
}

}  // namespace

Poco::Data::Session open_writer(const std::string& path) {
  refuse_unwritable(path);
  refuse_emptied(path);
  make_private_file(path);  // SQLite gives those beside it the same mode
  try {
    Poco::Data::Session session = open_session(path);
    Database db(Poco::Data::SQLite::Utility::dbHandle(session));
    (void)holds_store(db, path);
    // A WAL that wraps instead of growing flushes about twice as fast: only where room is scarce
    // is it truncated.
    for (const char* pragma :
         {"PRAGMA page_size = 8192", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
          "PRAGMA foreign_keys = OFF", "PRAGMA cache_size = -6000", "PRAGMA temp_store = MEMORY"})
      session << std::string(pragma), now;
    migrate(session, path);
    return session;
  } catch (const StoreError& error) {
    throw HostError("store: cannot open " + path + ": " + error.what());
  } catch (const Poco::Exception& error) {
    throw HostError("store: cannot open " + path + ": " + error.displayText() +
                    ": check that the folder exists and that it and the file may be written; if "
                    "they may, the file is damaged or no fieldhook store: keep a copy of it and "
                    "restore a backup (docs/operations.md)");
  }
}

Poco::Data::Session open_reader(const std::string& path) {
  try {
    // The path is the file's name as it is, so what a URI reads as more is escaped.
    std::string escaped;
    Poco::URI::encode(path, "?#", escaped);
    return open_session("file:" + escaped + "?mode=ro");
  } catch (const Poco::Exception& error) {
    throw HostError("store: cannot read " + path + ": " + error.displayText());
  }
}

}  // namespace fh
