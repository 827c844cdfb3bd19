// A real store, one source, and a catalog of plugins that have no file: their watches are in force
// and their jobs wait.
#pragma once

#include "ingress/accept.h"
#include "support/store_fixture.h"

namespace fh::test {

/// "ignored no_match".
inline std::string said(const Acceptance& got) {
  const std::string status(name_of(got.status));
  return got.reason.empty() ? status : status + " " + got.reason;
}

class IngestTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    std::filesystem::create_directory(folder_ / "plugins");
    source_.name = "src";
    source_.sender = "insites";
    source_.account = "crm";
    options_.plugins.directory = folder_ / "plugins";
    options_.builds = folder_ / "builds";
    options_.handshake = Millis(1000);
  }

  /// Of what watch() has put there so far; watch() does it too.
  void open_catalog() {
    catalog_ = std::make_unique<Catalog>(options_, *store_, clock_);
    catalog_->start();
  }

  void watch(const std::string& plugin, const std::string& watches, std::size_t backlog = 1000) {
    write([&](Transaction& tx) {
      tx.plugins.put({plugin, "1", "build",
                      R"({"name":")" + plugin + R"(","watches":)" + watches + "}", plugin + ".so",
                      "missing", "", tx.now});
    });
    options_.plugins.limits[plugin].backlog = backlog;
    open_catalog();
  }

  Config config_;
  SourceConfig& source_ = config_.sources.emplace_back();
  CatalogOptions options_;
  std::unique_ptr<Catalog> catalog_;
};

}  // namespace fh::test
