// The admin server: who may ask what, health, metrics.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "system/host_process.h"
#include "system/load.h"
#include "system/wire.h"

namespace fh::test {
namespace {

// https://prometheus.io/docs/instrumenting/exposition_formats/
bool is_exposition_line(const std::string& line) {
  if (line.starts_with("# HELP ") || line.starts_with("# TYPE ")) return line.size() > 8;
  const auto name_end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_");
  if (name_end == 0 || name_end == std::string::npos) return false;
  auto value = name_end;
  if (line[value] == '{') {
    value = line.find("} ");
    const std::string labels = line.substr(name_end, value - name_end);
    if (value++ == std::string::npos || labels.find("=\"") == std::string::npos) return false;
    if (std::count(labels.begin(), labels.end(), '"') % 2 != 0) return false;
  }
  return line[value] == ' ' && value + 1 < line.size() &&
         line.find_first_not_of("-0123456789.e+", value + 1) == std::string::npos;
}

class Admin : public ::testing::Test {
 protected:
  Admin() { host_.install("misbehave.so"); }
  /// The value of one sample of the metrics page; -1 when it is not there.
  double metric(const std::string& sample) {
    const std::string page = host_.admin("GET", "/metrics").body;
    const auto at = page.find("\n" + sample + " ");
    return at == std::string::npos ? -1 : std::stod(page.substr(at + sample.size() + 2));
  }
  HostProcess host_;
};

TEST_F(Admin, TakesNoEmptyFilterForNone) {
  host_.start();
  host_.send(contact_update("c-1", "ok"));
  for (const char* call :
       {"jobs/cancel?plugin=misbehave&record=", "jobs/retry?plugin=misbehave&dry_run",
        "jobs/retry?plugin=misbehave&delivery=0",
        "deliveries/1/replay?plugin=", "deliveries/replay?source=contact&since="})
    EXPECT_EQ(host_.admin("POST", std::string("/api/v1/") + call).status, 400) << call;
  EXPECT_EQ(host_.admin("POST", "/api/v1/plugins//reload").status, 404);
  EXPECT_EQ(host_.api("jobs").size(), 1U);
}

TEST_F(Admin, TakesNoFilterTwice) {
  host_.start();
  host_.send(contact_update("c-1", "ok"));
  for (const char* call : {"jobs/cancel?plugin=misbehave&plugin=other",
                           "jobs/cancel?plugin=misbehave&dry_run=true&dry_run=false"}) {
    const Reply reply = host_.admin("POST", std::string("/api/v1/") + call);
    EXPECT_EQ(reply.status, 400) << call;
    EXPECT_NE(reply.body.find("more than once"), std::string::npos) << reply.body;
  }
}

TEST_F(Admin, TakesTheTokensSchemeInEitherCase) {
  host_.start();
  for (const std::string scheme : {"Bearer", "bearer", "BEARER"}) {
    Wire wire(host_.admin_port());
    wire.send("GET /api/v1/status HTTP/1.1\r\nAuthorization: " + scheme + " " + kAdminToken +
              "\r\n\r\n");
    EXPECT_EQ(wire.status(), 200) << scheme;
  }
}

TEST_F(Admin, AnswersOnlyWhoHoldsAToken) {
  host_.start();
  for (const char* target : {"/api/v1/status", "/api/v1/jobs", "/api/v1/nothing", "/metrics"}) {
    for (const char* token : {"", "wrong", "the admin token of the test"}) {
      const Reply reply = host_.admin("GET", target, token);
      EXPECT_EQ(reply.status, 401) << target;
      EXPECT_EQ(reply.headers.at("content-type"), "application/problem+json");
      EXPECT_EQ(reply.json()["status"], 401);
    }
  }
  EXPECT_EQ(host_.admin("DELETE", "/api/v1/plugins/misbehave", "").status, 401);
  EXPECT_EQ(host_.admin("POST", "/api/v1/jobs/1/retry", "").status, 401);
  EXPECT_EQ(host_.admin("GET", "/api/v1/status").status, 200);
}

TEST_F(Admin, TakesNoBodyOfWhoHoldsNoToken) {
  host_.start();
  const auto begin = [&](const std::string& path) {
    Wire wire(host_.admin_port());
    wire.send("POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n");
    return wire;
  };
  EXPECT_EQ(begin("/api/v1/deliveries").status(), 401);
  EXPECT_EQ(begin("/metrics").status(), 401);
  EXPECT_EQ(begin("/nothing").status(), 404);
  EXPECT_EQ(begin("/healthz").status(), 413) << "nobody needs to send anything there";
}

// What the front end refuses before anybody looks at the call, too.
TEST_F(Admin, EveryRefusalIsAProblem) {
  host_.start();
  const std::string token = std::string("Authorization: Bearer ") + kAdminToken + "\r\n";
  const std::pair<std::string, int> requests[] = {
      {"POST /api/v1/import HTTP/1.1\r\n" + token + "Content-Length: 3000000\r\n\r\n", 413},
      {"GET /api/v1/jobs HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", 431},
      {"GET /api/v1/jobs HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"no HTTP\r\n\r\n", 400}};
  for (const auto& [request, status] : requests) {
    Wire wire(host_.admin_port());
    wire.send(request);
    const std::string answer = wire.all_answers().at(0);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::to_string(status))) << answer;
    EXPECT_NE(answer.find("Content-Type: application/problem+json\r\n"), std::string::npos);
    const Json problem = Json::parse(answer.substr(answer.find("\r\n\r\n")));
    EXPECT_EQ(problem["status"], status);
    EXPECT_TRUE(problem["title"].is_string() && problem["detail"].is_string()) << problem;
  }
}

TEST_F(Admin, AnswersHealthWithoutAToken) {
  host_.start();
  EXPECT_EQ(host_.admin("GET", "/healthz", "").status, 200);
  EXPECT_EQ(host_.admin("GET", "/readyz", "").status, 200);
}

// RFC 9110, 9.3.2: a body there would be read as the beginning of the next answer.
TEST_F(Admin, AnswersHeadWithoutABody) {
  host_.start();
  for (const auto port : {host_.admin_port(), host_.ingest_port()}) {
    Wire wire(port);
    wire.send(
        "HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const auto answers = wire.all_answers();
    EXPECT_TRUE(answers.at(0).ends_with("\r\n\r\n")) << answers[0];
    EXPECT_EQ(answers[0].find("Content-Length: 0\r\n"), std::string::npos) << answers[0];
    if (port == host_.admin_port()) {
      EXPECT_TRUE(answers.at(1).ends_with("\r\n\r\nok\n"));
    }
  }
}

TEST_F(Admin, WithoutTokensAnswersHealthOnly) {
  host_.config()["admin"].erase("tokens");
  host_.start();
  EXPECT_EQ(host_.admin("GET", "/healthz", "").status, 200);
  EXPECT_EQ(host_.admin("GET", "/api/v1/status", "").status, 401);
  EXPECT_EQ(host_.admin("GET", "/metrics", "").status, 401);
}

TEST_F(Admin, CallsWithoutATokenOfOursAreCountedAndTheFirstIsLogged) {
  host_.start();
  for (const char* token : {"", "guessed", "guessed again"})
    EXPECT_EQ(host_.admin("GET", "/api/v1/status", token).status, 401);
  const std::string metrics = host_.admin("GET", "/metrics").body;
  EXPECT_NE(metrics.find("\nfieldhook_admin_unauthorized_total 3\n"), std::string::npos) << metrics;
  const auto lines = host_.log_lines("warning admin_unauthorized path=/api/v1/status");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].find("guessed"), std::string::npos);
}

TEST_F(Admin, SaysWhatIsWrongWithACall) {
  host_.start();
  const std::tuple<const char*, const char*, int> calls[] = {
      {"GET", "/api/v1/jobs/999", 404},
      {"GET", "/api/v1/jobs/x", 400},
      {"GET", "/api/v1/deliveries/999", 404},
      {"GET", "/api/v1/plugins/none", 404},
      {"GET", "/api/v1/jobs?state=none", 400},
      {"GET", "/api/v1/jobs?colour=red", 400},
      {"GET", "/api/v1/jobs?limit=0", 400},
      {"GET", "/api/v1/jobs?limit=1001", 400},
      {"POST", "/api/v1/jobs/retry?state=dead&limit=0", 400},
      {"GET", "/api/v1/jobs?limit=x", 400},
      {"POST", "/api/v1/jobs/999/retry", 404},
      {"DELETE", "/api/v1/plugins/none", 404},
      {"GET", "/api/v1/nothing", 404}};
  for (const auto& [method, target, status] : calls) {
    const Reply reply = host_.admin(method, target);
    EXPECT_EQ(reply.status, status) << target;
    EXPECT_EQ(reply.headers.at("content-type"), "application/problem+json") << target;
    EXPECT_TRUE(reply.json()["title"].is_string() && reply.json()["detail"].is_string()) << target;
  }
}

// Who tries whether a call knows "dry_run" must not be answered by the deed.
TEST_F(Admin, RefusesAParameterThatACallDoesNotKnow) {
  host_.start();
  host_.run(contact_update("c-1", "ok"));
  host_.uninstall("misbehave.so");
  for (const char* call :
       {"GET status", "GET jobs/1", "GET deliveries/1", "GET deliveries/1/explain", "GET plugins",
        "GET plugins/misbehave", "POST plugins/misbehave/pause", "POST jobs/1/retry",
        "DELETE plugins/misbehave"}) {
    const std::string_view text = call;
    const auto blank = text.find(' ');
    const Reply reply =
        host_.admin(std::string(text.substr(0, blank)),
                    "/api/v1/" + std::string(text.substr(blank + 1)) + "?dry_run=true");
    EXPECT_EQ(reply.status, 400) << call;
    EXPECT_NE(reply.body.find("dry_run"), std::string::npos) << reply.body;
  }
  EXPECT_EQ(host_.api("plugins/misbehave")["name"], "misbehave");
}

TEST_F(Admin, ListsAJobOnceWhileItMoves) {
  host_.start();
  Load load(host_, 2, "ok");
  for (int i = 0; i < 60; ++i) {
    const Json jobs = host_.api("jobs?limit=1000");
    std::set<std::int64_t> ids;
    for (const Json& job : jobs) ids.insert(job["id"].get<std::int64_t>());
    ASSERT_EQ(ids.size(), jobs.size()) << "a job is listed twice";
    // Ids are given in order, so the list has no gap either.
    ASSERT_TRUE(ids.empty() ||
                *ids.rbegin() - *ids.begin() + 1 == static_cast<std::int64_t>(ids.size()));
  }
  load.stop();
  expect_all_completed(host_, load.accepted());
}

TEST_F(Admin, FiltersAndLimitsItsLists) {
  host_.start();
  host_.run(contact_update("c-1", "ok"));
  host_.run(contact_update("c-2", "fail"), "dead");
  EXPECT_EQ(host_.log_lines(" job_dead ").size(), 1U);
  EXPECT_EQ(host_.log_lines(" account=insites type=contact record=c-2 ").size(), 1U);
  host_.run(contact_update("c-2", "ok"));
  host_.send(contact_update("c-2", "ok"));
  EXPECT_EQ(host_.api("jobs").size(), 3U);
  EXPECT_EQ(host_.api("jobs?state=dead").size(), 1U);
  EXPECT_EQ(host_.api("jobs?record=c-2").size(), 2U);
  EXPECT_EQ(host_.api("jobs?record=c-2&state=completed").size(), 1U);
  const Json newest = host_.api("jobs?limit=1");
  ASSERT_EQ(newest.size(), 1U);
  EXPECT_EQ(newest[0]["id"], 3);
  EXPECT_EQ(host_.api("deliveries").size(), 4U);
  EXPECT_EQ(host_.api("deliveries?status=duplicate").size(), 1U);
  EXPECT_EQ(host_.api("deliveries?source=company").size(), 0U);
}

TEST_F(Admin, RefusesANameOrAStatusThatNothingHas) {
  host_.start();
  host_.send(contact_update("c-1", "ok"));
  const std::tuple<const char*, const char*, const char*> calls[] = {
      {"GET", "deliveries?status=bogus", "none of accepted, duplicate and ignored"},
      {"GET", "deliveries?source=nope", "no source \"nope\""},
      {"GET", "refused?source=nope", "no source \"nope\""},
      {"GET", "refused?limit=x", "not a whole number"},
      {"GET", "refused?status=ignored", "no filter \"status\""},
      {"GET", "jobs?plugin=nope", "no plugin \"nope\", and no job of one"},
      {"POST", "jobs/retry?plugin=nope", "no plugin \"nope\", and no job of one"},
      {"POST", "deliveries/1/replay?plugin=nope", "no plugin \"nope\""},
      {"POST", "deliveries/replay?status=bogus", "none of accepted, duplicate and ignored"},
      {"POST", "deliveries/replay?source=contact&plugin=nope", "no plugin \"nope\""}};
  for (const auto& [method, target, why] : calls) {
    const Reply reply = host_.admin(method, std::string("/api/v1/") + target);
    EXPECT_EQ(reply.status, 400) << target;
    EXPECT_NE(reply.json()["detail"].get<std::string>().find(why), std::string::npos) << reply.body;
  }
}

TEST_F(Admin, KnowsASourceByItsDeliveriesWhenTheConfigurationHasItNoMore) {
  host_.start();
  host_.send(contact_update("c-1", "ok"));
  EXPECT_EQ(host_.stop(), 0);
  host_.config()["sources"].erase(0);
  host_.start();
  EXPECT_EQ(host_.api("deliveries?source=contact").size(), 1U);
}

TEST_F(Admin, LimitsTheListOfRefusedRequests) {
  host_.start();
  for (int i = 0; i < 3; ++i) host_.post(HostProcess::sign("no json " + std::to_string(i)));
  EXPECT_EQ(host_.api("refused").size(), 3U);
  EXPECT_EQ(host_.api("refused?limit=2&source=contact").size(), 2U);
  EXPECT_EQ(host_.api("refused?limit=9").size(), 3U);
}

TEST_F(Admin, MetricsArePrometheusTextAndCount) {
  host_.start();
  host_.run(contact_update("c-1", "ok"));
  host_.send(contact_update("c-1", "ok"));
  host_.send(field_update("c-1", "job_title", "Director"));
  RawRequest unsigned_one = HostProcess::sign(contact_update("c-1", "ok"));
  unsigned_one.headers.clear();
  host_.post(unsigned_one);
  host_.post(HostProcess::sign("no json"));

  const Reply reply = host_.admin("GET", "/metrics");
  EXPECT_TRUE(reply.headers.at("content-type").starts_with("text/plain; version=0.0.4"));
  std::istringstream lines(reply.body);
  for (std::string text; std::getline(lines, text);) EXPECT_TRUE(is_exposition_line(text)) << text;

  const auto requests = [&](const std::string& result) {
    return metric("fieldhook_requests_total{source=\"contact\",result=\"" + result + "\"}");
  };
  EXPECT_EQ(requests("accepted"), 1);
  EXPECT_EQ(requests("duplicate"), 1);
  EXPECT_EQ(requests("ignored"), 1);
  EXPECT_EQ(requests("unauthorized"), 1);
  const std::string unauthorized = "fieldhook_unauthorized_total{source=\"contact\",cause=\"";
  EXPECT_EQ(metric(unauthorized + "missing_header\"}"), 1);
  EXPECT_EQ(metric(unauthorized + "mismatch\"}"), 0);
  EXPECT_EQ(requests("unreadable"), 1);
  EXPECT_EQ(metric("fieldhook_ready"), 1);
  EXPECT_EQ(metric("fieldhook_jobs{plugin=\"misbehave\",state=\"completed\"}"), 1);
  EXPECT_EQ(metric("fieldhook_jobs{plugin=\"misbehave\",state=\"dead\"}"), 0);
  EXPECT_EQ(metric("fieldhook_workers{plugin=\"misbehave\"}"), 1);
  EXPECT_EQ(metric("fieldhook_plugin_active{plugin=\"misbehave\"}"), 1);
}

TEST_F(Admin, ServesNothingOfItOnTheIngestPort) {
  host_.start();
  for (const char* path : {"/healthz", "/metrics", "/api/v1/status", "/"}) {
    RawRequest request;
    request.method = "GET";
    request.path = path;
    request.headers = {{"Authorization", std::string("Bearer ") + kAdminToken}};
    EXPECT_EQ(host_.post(request).status, 404) << path;
  }
}

}  // namespace
}  // namespace fh::test
