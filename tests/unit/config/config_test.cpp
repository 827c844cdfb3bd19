#include "config/config.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "config/quantity.h"
#include "config_file.h"

namespace fh {
namespace {

using namespace std::chrono_literals;

const char* const kFull = R"({
  // comments are fine
  "ingest":  {"listen": "[::1]:0", "max_body": "64KiB", "request_deadline": "500ms",
              "max_connections": 8},
  "admin":   {"listen": "0.0.0.0:8081", "tokens": [{"name": "ops", "from": "file:token"}]},
  "store":   "sqlite:db/f.db",
  "workers": {"max": 2, "drain_grace": "1m", "cancel_grace": "1s", "handshake": "2s"},
  "plugins": {
    "directory": "so", "trust": "none",
    "settings": {"certificate": {"outbox": "var/outbox", "deep": [{"any": null}]}},
    "secrets":  {"certificate": {"smtp": "env:FIELDHOOK_TEST_UNSET", "key": "file:key"}},
    "limits":   {"certificate": {"slots": 4, "max_attempts": 3, "timeout": "60s", "backlog": 10,
                                 "memory": "2GiB", "backoff": "1s", "backoff_max": "1h"}}
  },
  "sources": [
    {"name": "hmac", "path": "/h", "sender": "insites", "record": "contact", "event": "updated",
     "verify": {"scheme": "hmac-sha256", "header": "X-Signature", "prefix": "sha256=",
                "encoding": "base64",
                "secrets": [{"name": "a", "from": "env:FIELDHOOK_TEST_SECRET"},
                            {"name": "b", "from": "file:token"}]}},
    {"name": "query", "path": "/q", "sender": "insites", "account": "acme", "record": "company",
     "event": "created",      "first_seen": "changed", "dedupe": {"window": "0s"},
     "max_head": "4KiB", "max_body": "2MiB", "max_depth": 8,
     "verify": {"scheme": "url-token", "in": "query:token",
                "secrets": [{"name": "a", "from": "file:token"}]}},
    {"name": "path", "path": "/p/", "sender": "insites", "record": "contact", "event": "deleted",
     "verify": {"scheme": "url-token", "in": "path",
                "secrets": [{"name": "a", "from": "file:token"}]}},
    {"name": "gone", "path": "/gone", "sender": "hubspot", "retired": true},
    {"name": "header", "path": "/t", "sender": "insites", "record": "contact", "event": "updated",
     "verify": {"scheme": "header-token", "header": "Authorization", "prefix": "Bearer ",
                "secrets": [{"name": "a", "from": "credential:token"}]}}
  ],
  "log": {"level": "debug", "file": "log/f.log"} /* and here */
})";

class ConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    file.write("token", "from-a-file\n");
    ::setenv("FIELDHOOK_TEST_SECRET", "from-the-environment", 1);
    ::setenv("CREDENTIALS_DIRECTORY", file.folder().c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("FIELDHOOK_TEST_SECRET");
    ::unsetenv("CREDENTIALS_DIRECTORY");
  }
  ConfigFile file{kFull};
};

TEST_F(ConfigTest, ReadsTheHostsSections) {
  const Config config = file.load();
  EXPECT_EQ(config.file, file.path());
  EXPECT_EQ(config.ingest.listen, (ListenAddress{"::1", 0}));
  EXPECT_EQ(config.ingest.max_body, 65536u);
  EXPECT_EQ(config.ingest.request_deadline, 500ms);
  EXPECT_EQ(config.ingest.max_connections, 8u);
  ASSERT_EQ(config.admin.tokens.size(), 1u);
  EXPECT_EQ(config.admin.tokens[0].name, "ops");
  EXPECT_EQ(config.admin.tokens[0].value, "from-a-file");
  EXPECT_EQ(config.store, file.folder() / "db/f.db");
  EXPECT_EQ(config.workers.max, 2u);
  EXPECT_EQ(config.workers.drain_grace, 60s);
  EXPECT_EQ(config.workers.cancel_grace, 1s);
  EXPECT_EQ(config.workers.handshake, 2s);
  EXPECT_EQ(config.log.level, LogLevel::debug);
  EXPECT_EQ(config.log.file, file.folder() / "log/f.log");
}

TEST_F(ConfigTest, ReadsPlugins) {
  const PluginsConfig plugins = file.load().plugins;
  EXPECT_EQ(plugins.directory, file.folder() / "so");
  EXPECT_EQ(plugins.trust, PluginsConfig::Trust::none);
  EXPECT_EQ(plugins.settings.at("certificate")["outbox"], "var/outbox");
  const SecretRef& smtp = plugins.secrets.at("certificate").at("smtp");
  EXPECT_EQ(smtp.text(), "env:FIELDHOOK_TEST_UNSET");
  EXPECT_THROW(smtp.resolve(), HostError) << "a plugin's secret is read at use, not before";
  const PluginLimits limits = plugins.limits_of("certificate");
  EXPECT_EQ(limits.slots, 4);
  EXPECT_EQ(limits.max_attempts, 3);
  EXPECT_EQ(limits.timeout, Millis(60s));
  EXPECT_EQ(limits.backoff, Millis(1s));
  EXPECT_EQ(limits.backoff_max, Millis(1h));
  EXPECT_EQ(limits.backlog, 10u);
  EXPECT_EQ(limits.memory, 2048 * kMiB);
  EXPECT_EQ(plugins.most_memory(), 2048 * kMiB);
  EXPECT_EQ(plugins.limits_of("another").memory, 1024 * kMiB);
  EXPECT_EQ(plugins.limits_of("another").backlog, 100'000u);
  EXPECT_EQ(plugins.limits_of("another").slots, std::nullopt);
}

TEST_F(ConfigTest, ReadsSources) {
  const Config config = file.load();
  ASSERT_EQ(config.sources.size(), 5u);
  const SourceConfig& hmac = config.sources[0];
  EXPECT_EQ(hmac.account, "insites");
  EXPECT_EQ(hmac.record, RecordType::contact);
  EXPECT_EQ(hmac.event, EventKind::updated);
  EXPECT_EQ(hmac.first_seen, SourceConfig::FirstSeen::baseline);
  EXPECT_EQ(hmac.dedupe_window, 10min);
  EXPECT_EQ(hmac.max_body, 65536u) << "the ingest server's";
  EXPECT_EQ(hmac.max_head, 16384u);
  EXPECT_EQ(hmac.max_depth, 64);
  EXPECT_FALSE(hmac.retired);
  EXPECT_EQ(hmac.verify.secrets[0].value, "from-the-environment");
  EXPECT_EQ(hmac.verify.secrets[1].value, "from-a-file");
  const auto& scheme = std::get<SignatureTemplate>(hmac.verify.scheme);
  EXPECT_EQ(scheme.header, "X-Signature");
  EXPECT_EQ(scheme.prefix, "sha256=");
  EXPECT_EQ(scheme.encoding, SignatureTemplate::Encoding::base64);

  const SourceConfig& query = config.sources[1];
  EXPECT_EQ(query.account, "acme");
  EXPECT_EQ(query.record, RecordType::company);
  EXPECT_EQ(query.event, EventKind::created);
  EXPECT_EQ(query.first_seen, SourceConfig::FirstSeen::changed);
  EXPECT_EQ(query.dedupe_window, 0ms);
  EXPECT_EQ(query.max_head, 4096u);
  EXPECT_EQ(query.max_body, 2u * 1024 * 1024);
  EXPECT_EQ(query.max_depth, 8);
  EXPECT_TRUE(config.sources[3].retired);
  EXPECT_EQ(std::get<QueryToken>(query.verify.scheme).parameter, "token");
  EXPECT_EQ(std::get<PathToken>(config.sources[2].verify.scheme).base, "/p");
  EXPECT_EQ(std::get<HeaderToken>(config.sources[4].verify.scheme).prefix, "Bearer ");
}

TEST_F(ConfigTest, DescriptionLoadsAgainAsTheSame) {
  const Json first = describe(file.load());
  ConfigFile again(first.dump());
  EXPECT_EQ(describe(again.load()), first);
}

TEST_F(ConfigTest, DescriptionHoldsNoSecret) {
  const std::string text = describe(file.load()).dump();
  EXPECT_EQ(text.find("from-a-file"), std::string::npos);
  EXPECT_EQ(text.find("from-the-environment"), std::string::npos);
  EXPECT_NE(text.find("env:FIELDHOOK_TEST_SECRET"), std::string::npos);
}

TEST_F(ConfigTest, CanBeReadWithoutItsSecrets) {
  ::unsetenv("FIELDHOOK_TEST_SECRET");
  const Config config = file.load({.read_secrets = false});
  EXPECT_EQ(config.sources[0].verify.secrets[0].value, "");
}

TEST_F(ConfigTest, CanBeReadWhileASourcesSecretIsMissing) {
  ::unsetenv("FIELDHOOK_TEST_SECRET");
  const LoadOptions host{.read_secrets = true, .sources_may_wait = true};
  const VerifyConfig verify = file.load(host).sources[0].verify;
  EXPECT_EQ(verify.secrets[0].key, "");
  EXPECT_NE(verify.secrets[0].unusable.find("env:FIELDHOOK_TEST_SECRET"), std::string::npos);
  EXPECT_EQ(verify.secrets[1].unusable, "");
  EXPECT_TRUE(verify.can_verify(TimePoint()));
  EXPECT_EQ(verify.lacks(TimePoint()), &verify.secrets[0]);
  std::filesystem::remove(file.folder() / "token");
  EXPECT_THROW(file.load(host), ConfigErrors) << "an admin token stops the host";
}

TEST_F(ConfigTest, WarnsOfASourceWhoseSecretsAllExpired) {
  Config config = file.load();
  VerifyConfig& verify = config.sources[0].verify;
  const TimePoint now = from_ms(1'700'000'000'000);
  verify.secrets[0].not_after = now - Millis(1);
  EXPECT_TRUE(verify.unusable(now).empty()) << "how a secret is changed";
  EXPECT_TRUE(warnings_of(config, now).empty());
  for (Secret& secret : verify.secrets) secret.not_after = now - Millis(1);
  EXPECT_EQ(verify.unusable(now).size(), verify.secrets.size());
  ASSERT_EQ(warnings_of(config, now).size(), 1U);
  EXPECT_TRUE(warnings_of(config, now)[0].starts_with(
      "source \"" + config.sources[0].name + "\" can verify no request: secret \"" +
      verify.secrets[0].name + "\" cannot be used: it expired at 2023-11-14T22:13:19.999Z"))
      << warnings_of(config, now)[0];
  EXPECT_TRUE(warnings_of(config, now - Millis(1)).empty());
  config.sources[0].retired = true;
  EXPECT_TRUE(warnings_of(config, now).empty());
}

TEST(ConfigDefaults, HoldWhereNothingIsSaid) {
  const ConfigFile file("{}");
  const Config config = file.load();
  EXPECT_EQ(config.ingest.listen.text(), "0.0.0.0:8080");
  EXPECT_EQ(config.ingest.max_body, 1'048'576u);
  EXPECT_EQ(config.ingest.request_deadline, 10s);
  EXPECT_EQ(config.ingest.max_connections, 4096u);
  EXPECT_EQ(config.admin.listen.text(), "127.0.0.1:8081");
  EXPECT_EQ(config.store, file.folder() / "var/fieldhook.db");
  EXPECT_EQ(config.workers.max, 16u);
  EXPECT_EQ(config.plugins.directory, file.folder() / "plugins");
  EXPECT_EQ(config.plugins.trust, PluginsConfig::Trust::owner);
  EXPECT_EQ(config.log.level, LogLevel::info);
  EXPECT_FALSE(config.log.file);
}

}  // namespace
}  // namespace fh
