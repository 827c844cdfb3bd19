// What an operator does to jobs and plugins, through the command line and the API of a real host.
#include "system/command_line.h"
#include "system/made_plugin.h"

namespace fh::test {
namespace {

class Operator : public CommandLine {
 protected:
  Operator() {
    host_.leave_signals_alone();
    host_.install("misbehave.so");
  }
  std::int64_t send(const std::string& record, const std::string& deed) {
    return host_.job_of(host_.send(contact_update(record, deed)));
  }
  std::string why(std::int64_t job) { return host_.job(job)["why"]; }
  double metric(const std::string& sample) {
    const std::string page = host_.admin("GET", "/metrics").body;
    const auto at = page.find("\n" + sample + " ");
    return at == std::string::npos ? -1 : std::stod(page.substr(at + sample.size() + 2));
  }

  int notes_ = 0;
};

TEST_F(Operator, CancelsAJobThatWaitsAndTheNextOneGoes) {
  host_.start();
  const auto running = send("c-1", "sleep:60000");
  const auto behind = send("c-1", "ok");
  const auto last = host_.job_of(host_.send(contact_update("c-1", "ok", "another")));
  host_.wait_for(running, "running");
  EXPECT_EQ(why(behind).substr(0, 16), "it waits for job") << why(behind);
  const Json cancelled = json_of({"jobs", "cancel", std::to_string(behind)});
  EXPECT_EQ(cancelled["state"], "cancelled");
  EXPECT_EQ(cancelled["reason"], "cancelled by test");
  ASSERT_EQ(cancelled["actions"].size(), 1U);
  EXPECT_EQ(cancelled["actions"][0]["who"], "test");
  EXPECT_EQ(cancelled["actions"][0]["action"], "cancel");
  json_of({"jobs", "cancel", std::to_string(running)});
  const Json job = host_.wait_for(running, "cancelled");
  ASSERT_EQ(job["runs"].size(), 1U);
  EXPECT_EQ(job["runs"][0]["outcome"], "cancelled");
  EXPECT_EQ(job["attempt"], 0);
  host_.wait_for(last, "completed");
}

TEST_F(Operator, CancelsARunningJobThatDoesNotListen) {
  host_.start();
  const auto id = send("c-1", "hang");
  const Process worker = host_.worker_of(id);
  EXPECT_NE(why(id).find("in the worker with pid " + std::to_string(worker.pid())),
            std::string::npos);
  const Ran ran = fieldhook({"jobs", "cancel", std::to_string(id)});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const Json job = host_.wait_for(id, "cancelled");
  EXPECT_EQ(job["reason"], "cancelled by test");
  EXPECT_EQ(job["crashes"], 0);
  EXPECT_FALSE(worker.is_alive());
  EXPECT_EQ(fieldhook({"jobs", "cancel", std::to_string(id)}).code, 1);
  // Run again, it is not cancelled by what was said of its earlier run.
  json_of({"jobs", "retry", std::to_string(id)});
  host_.wait_for(id, "running");
  host_.worker_of(id);
  json_of({"jobs", "cancel", std::to_string(id)});
  EXPECT_EQ(host_.wait_for(id, "cancelled")["runs"].size(), 2U);
}

TEST_F(Operator, ARunThatFinishesInSpiteOfTheCancelIsCompleted) {
  host_.config()["workers"]["cancel_grace"] = "20s";
  host_.start();
  const auto file = host_.folder() / "slow.so";
  make_plugin(file, watching("slow", "contact", "slow"),
              "struct timespec t = {0, 600000000}; nanosleep(&t, 0); host->done(run, none);");
  host_.install_file(file, "slow.so");
  ASSERT_TRUE(eventually(kPatience,
                         [&] { return host_.admin("GET", "/api/v1/plugins/slow").status == 200; }));
  const auto id = host_.job_of(host_.send(field_update("c-1", "slow", "now")));
  host_.wait_for(id, "running");
  json_of({"jobs", "cancel", std::to_string(id)});
  EXPECT_EQ(host_.wait_for(id, "completed")["runs"][0]["outcome"], "done");
}

TEST_F(Operator, ActsOnEverythingThatMatchesAndNotOnlyOnWhatAListShows) {
  host_.start();
  std::vector<std::int64_t> dead;
  for (int i = 0; i < 60; ++i) dead.push_back(send("c-" + std::to_string(i), "fail"));
  host_.run(contact_update("good", "ok"));
  for (const auto id : dead) host_.wait_for(id, "dead");
  Json done = json_of({"jobs", "retry", "--plugin", "misbehave", "--dry-run"});
  EXPECT_EQ(done["matched"], 60);
  EXPECT_EQ(done["changed"], 0);
  done = json_of({"jobs", "retry", "--plugin", "misbehave"});
  EXPECT_EQ(done["changed"], 60);
  ASSERT_TRUE(
      eventually(kPatience, [&] { return host_.api("jobs?state=dead&limit=1000").size() == 60; }));
  for (const auto id : dead) EXPECT_EQ(host_.job(id)["runs"].size(), 2U);
  EXPECT_EQ(host_.api("jobs?state=completed")[0]["finished_at"].is_null(), false);
  done = json_of({"jobs", "discard", "--state", "dead", "--limit", "10"});
  EXPECT_EQ(done["changed"], 10);
  EXPECT_EQ(host_.api("jobs?state=dead&limit=1000").size(), 50U);
  const Json one = json_of({"jobs", "discard", std::to_string(dead.back())});
  EXPECT_EQ(one["state"], "cancelled");
  EXPECT_EQ(one["reason"], "discarded by test");
  EXPECT_EQ(host_.api("status")["jobs"]["dead"], 49);
}

TEST_F(Operator, SeesWhyForEachPluginThatAStormMet) {
  host_.install("c_plugin.so");
  host_.limits("c-plugin")["per_record"] = 1;
  host_.limits("misbehave")["per_record"] = 2;
  host_.start();
  for (const char* value : {"go", "stop", "go"}) host_.send(field_update("c-1", "c_field", value));
  for (const char* note : {"1", "2", "3"}) host_.send(contact_update("c-1", "ok", note));
  const std::string text = fieldhook({"status"}).out;
  for (const char* line : {"\nc-plugin: its record brought the plugin more than 1 job",
                           "\nmisbehave: its record brought the plugin more than 2 jobs"})
    EXPECT_NE(text.find(line), std::string::npos) << text;
}

TEST_F(Operator, SeesWhatAStormHasParkedAndLetsItGoOn) {
  host_.limits("misbehave")["per_record"] = 2;
  host_.start();
  const auto send_another = [&](const std::string& record) {
    return host_.job_of(host_.send(contact_update(record, "ok", std::to_string(++notes_))));
  };
  for (int i = 0; i < 2; ++i) host_.wait_for(send_another("c-1"), "completed");
  std::vector<std::int64_t> parked;
  for (int i = 0; i < 3; ++i) parked.push_back(send_another("c-1"));
  host_.wait_for(send_another("c-2"), "completed");
  const Json status = host_.api("status");
  ASSERT_EQ(status["parked"].size(), 1U) << status.dump(2);
  EXPECT_EQ(status["parked"][0]["plugin"], "misbehave");
  EXPECT_EQ(status["parked"][0]["record"]["id"], "c-1");
  EXPECT_EQ(status["parked"][0]["jobs"], 3);
  EXPECT_EQ(metric(R"(fieldhook_parked_jobs{plugin="misbehave"})"), 3);
  const std::string command =
      "fieldhook jobs release --parked --plugin misbehave --type contact --record c-1";
  for (const std::string& text : {fieldhook({"status"}).out, why(parked[0])}) {
    EXPECT_NE(text.find("brought the plugin more than 2 jobs"), std::string::npos) << text;
    EXPECT_NE(text.find(command), std::string::npos) << text;
  }
  EXPECT_NE(fieldhook({"jobs", "list"}).out.find("scheduled, parked"), std::string::npos);
  EXPECT_EQ(json_of({"jobs", "list", "--parked"}).size(), 3U);
  EXPECT_EQ(
      host_.log_lines("warning storm plugin=misbehave account=insites type=contact record=c-1")
          .size(),
      1U);
  const auto release = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"jobs",      "release",  "--plugin",
                                      "misbehave", "--record", "c-1"};
    words.insert(words.end(), more.begin(), more.end());
    return json_of(words)["changed"];
  };
  EXPECT_EQ(release({"--limit", "1"}), 1);
  host_.wait_for(parked[0], "completed");
  parked.push_back(send_another("c-1"));
  EXPECT_EQ(release({}), 3) << "what came meanwhile was put off behind those that still are";
  parked.push_back(send_another("c-1"));
  for (const auto id : parked) host_.wait_for(id, "completed");
  std::vector<std::int64_t> begun;
  for (const LoggedRun& run : host_.runs())
    if (!run.end && run.job >= parked[0] && run.record == "c-1") begun.push_back(run.job);
  EXPECT_EQ(begun, parked) << "in the order in which they were accepted";
  EXPECT_TRUE(host_.api("status")["parked"].empty());
  EXPECT_EQ(metric(R"(fieldhook_parked_jobs{plugin="misbehave"})"), 0);
}

TEST_F(Operator, IsToldWhatIsWrongWithAnAction) {
  host_.start();
  const std::tuple<const char*, int> calls[] = {{"jobs/999/cancel", 404},
                                                {"jobs/x/cancel", 400},
                                                {"jobs/cancel", 400},
                                                {"jobs/cancel?state=dead", 400},
                                                {"jobs/retry?dry_run=maybe&state=dead", 400},
                                                {"jobs/retry?parked=true", 400},
                                                {"jobs/discard?parked=true&state=dead", 400},
                                                {"jobs/discard?type=person", 400},
                                                {"jobs/retry?plugin=none", 400},
                                                {"jobs/999/frob", 404},
                                                {"plugins/none/pause", 404},
                                                {"plugins/none/resume", 404},
                                                {"plugins/none/reload", 404}};
  for (const auto& [target, status] : calls) {
    const Reply reply = host_.admin("POST", std::string("/api/v1/") + target);
    EXPECT_EQ(reply.status, status) << target << " " << reply.body;
    EXPECT_EQ(reply.headers.at("content-type"), "application/problem+json") << target;
  }
  EXPECT_EQ(host_.admin("POST", "/api/v1/plugins/misbehave/pause", "").status, 401);
  EXPECT_EQ(fieldhook({"jobs", "cancel"}).code, 2);
  EXPECT_EQ(fieldhook({"jobs", "cancel", "1", "--plugin", "p"}).code, 2);
}

TEST_F(Operator, PausesAPluginOverARestart) {
  host_.start();
  const Ran paused = fieldhook({"plugins", "pause", "misbehave"});
  EXPECT_EQ(paused.code, 0) << paused.err;
  EXPECT_NE(paused.out.find("misbehave is paused: test paused it"), std::string::npos);
  const auto before = send("c-1", "ok");
  EXPECT_EQ(host_.stop(), 0);
  host_.start();
  const auto after = send("c-2", "ok");
  EXPECT_EQ(host_.plugin("misbehave")["state"], "paused");
  EXPECT_EQ(host_.plugin("misbehave")["paused"]["who"], "test");
  EXPECT_EQ(metric("fieldhook_plugin_paused{plugin=\"misbehave\"}"), 1);
  EXPECT_NE(why(before).find("plugin misbehave is paused: test paused it"), std::string::npos);
  EXPECT_EQ(host_.job(before)["state"], "available");
  EXPECT_EQ(host_.job(after)["state"], "available");
  const Json plugin = json_of({"plugins", "resume", "misbehave"});
  EXPECT_EQ(plugin["state"], "active");
  ASSERT_EQ(plugin["actions"].size(), 2U);
  host_.wait_for(before, "completed");
  host_.wait_for(after, "completed");
}

TEST_F(Operator, APauseLetsARunEndAndStartsNoOther) {
  host_.start();
  const auto running = send("c-1", "sleep:300");
  host_.wait_for(running, "running");
  json_of({"plugins", "pause", "misbehave"});
  const auto waiting = send("c-2", "ok");
  EXPECT_EQ(host_.wait_for(running, "completed")["runs"].size(), 1U);
  EXPECT_EQ(host_.job(waiting)["state"], "available");
  json_of({"plugins", "resume", "misbehave"});
  host_.wait_for(waiting, "completed");
}

TEST_F(Operator, AFullBacklogTurnsAwayWhatMatchesThePluginAndNothingElse) {
  host_.limits("misbehave")["backlog"] = 1;
  const auto file = host_.folder() / "other.so";
  Json manifest = watching("other", "contact", "other");
  manifest["watches"].push_back(watching("other", "contact", "both")["watches"][0]);
  make_plugin(file, manifest);
  host_.install_file(file, "other.so");
  host_.start();
  json_of({"plugins", "pause", "misbehave"});
  const auto waiting = send("c-1", "ok");
  const auto deliver = [&](const Json& changes) {
    return host_.post(HostProcess::sign(Json{{"id", "c-2"}, {"changes", changes}}.dump()));
  };
  EXPECT_EQ(metric(R"(fieldhook_backlog_full{plugin="other"})"), 0);
  const Reply full = deliver({{"misbehave", "ok"}});
  EXPECT_EQ(full.status, 503);
  EXPECT_TRUE(full.headers.contains("retry-after"));
  // Where an operator would look.
  EXPECT_EQ(metric(R"(fieldhook_backlog_full{plugin="misbehave"})"), 1);
  const std::string why = host_.plugin("misbehave")["backlog_full"];
  EXPECT_NE(why.find("1 (plugins.limits.misbehave.backlog): what matches it is answered 503"),
            std::string::npos)
      << why;
  EXPECT_NE(why.find("'fieldhook plugins resume misbehave'"), std::string::npos) << why;
  EXPECT_TRUE(host_.plugin("other")["backlog_full"].is_null());
  for (const std::string& text : {std::string("paused, backlog full"), why})
    EXPECT_NE(fieldhook({"status"}).out.find(text), std::string::npos) << text;
  const Json refused = json_of({"deliveries", "list", "--refused"});
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0]["cause"], "backlog_full");
  EXPECT_EQ(deliver({{"other", 1}}).status, 200);
  EXPECT_EQ(deliver({{"nobody", 1}}).status, 200);
  // One delivery that matches both is taken for both or for neither.
  EXPECT_EQ(deliver({{"misbehave", "ok"}, {"both", 1}}).status, 503);
  EXPECT_EQ(host_.api("jobs?plugin=other").size(), 1U);
  json_of({"plugins", "resume", "misbehave"});
  host_.wait_for(waiting, "completed");
  EXPECT_EQ(deliver({{"misbehave", "ok"}, {"both", 1}}).json()["jobs"], 2);
}

TEST_F(Operator, APauseOfAPluginWithoutAFileIsSaidBesideThat) {
  host_.start();
  host_.uninstall("misbehave.so");
  ASSERT_TRUE(
      eventually(kPatience, [&] { return host_.plugin("misbehave")["state"] == "missing"; }));
  const Ran paused = fieldhook({"plugins", "pause", "misbehave"});
  EXPECT_NE(paused.out.find("misbehave is missing, paused: "), std::string::npos) << paused.out;
  EXPECT_NE(paused.out.find("; and test paused it at "), std::string::npos) << paused.out;
  EXPECT_NE(fieldhook({"plugins", "list"}).out.find("missing, paused"), std::string::npos);
  host_.install("misbehave.so");
  ASSERT_TRUE(
      eventually(kPatience, [&] { return host_.plugin("misbehave")["state"] == "paused"; }));
}

TEST_F(Operator, ABuildThatKeepsCrashingIsQuarantinedUntilItIsReloaded) {
  host_.start();
  const auto one = send("c-1", "abort");
  EXPECT_EQ(host_.wait_for(one, "dead")["crashes"], 2);
  const std::string report = host_.job(one)["reason"];
  EXPECT_EQ(
      host_.log_lines("warning job_dead job=" + std::to_string(one) + " plugin=misbehave").size(),
      1U);
  EXPECT_NE(report.find("signal 6"), std::string::npos);
  EXPECT_NE(report.find(host_.job(one)["build"].get<std::string>().substr(0, 12)),
            std::string::npos);
  EXPECT_EQ(host_.plugin("misbehave")["state"], "active");
  const auto two = send("c-2", "abort");
  ASSERT_TRUE(
      eventually(kPatience, [&] { return host_.plugin("misbehave")["state"] == "quarantined"; }));
  const Json plugin = host_.plugin("misbehave");
  EXPECT_EQ(plugin["quarantine"]["jobs"], Json::array({one, two}));
  EXPECT_NE(plugin["reason"].get<std::string>().find("crashed 3 times"), std::string::npos);
  EXPECT_EQ(metric("fieldhook_plugin_quarantined{plugin=\"misbehave\"}"), 1);
  EXPECT_EQ(host_.log_lines("error plugin_quarantined plugin=misbehave").size(), 1U);
  const auto waiting = send("c-3", "ok");

  EXPECT_EQ(host_.stop(), 0);
  host_.start();
  EXPECT_EQ(host_.plugin("misbehave")["state"], "quarantined");
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.job(two)["state"] == "available"; }));
  EXPECT_EQ(host_.job(two)["runs"].size(), 1U);
  EXPECT_EQ(host_.job(waiting)["state"], "available");
  EXPECT_NE(why(waiting).find("is quarantined: its workers crashed"), std::string::npos);
  EXPECT_TRUE(host_.workers().empty());

  EXPECT_EQ(json_of({"plugins", "reload", "misbehave"})["state"], "active");
  host_.wait_for(waiting, "completed");
  host_.wait_for(two, "dead");
}

TEST_F(Operator, ANewBuildLiftsAQuarantineAndTheOldOneKeepsIt) {
  host_.start();
  for (const char* record : {"c-1", "c-2"}) send(record, "abort");
  ASSERT_TRUE(
      eventually(kPatience, [&] { return host_.plugin("misbehave")["state"] == "quarantined"; }));
  const auto waiting = send("c-3", "ok");
  host_.install("misbehave_v2.so", "misbehave.so");
  host_.wait_for(waiting, "completed");
  EXPECT_EQ(host_.plugin("misbehave")["state"], "active");
  host_.install("misbehave.so");
  ASSERT_TRUE(
      eventually(kPatience, [&] { return host_.plugin("misbehave")["state"] == "quarantined"; }));
  EXPECT_EQ(fieldhook({"plugins", "reload"}).code, 0);
  EXPECT_EQ(host_.plugin("misbehave")["state"], "active");
}

TEST_F(Operator, SeesWhyAJobIsNotRunning) {
  host_.config()["workers"]["max"] = 1;
  host_.start();
  const auto running = send("c-1", "sleep:60000");
  host_.wait_for(running, "running");
  host_.worker_of(running);
  const auto ready = send("c-2", "ok");
  EXPECT_NE(why(ready).find("the one worker of the host is busy (workers.max)"), std::string::npos)
      << why(ready);
  const Ran shown = fieldhook({"jobs", "show", std::to_string(ready)});
  EXPECT_NE(shown.out.find(why(ready)), std::string::npos) << shown.out;
  json_of({"jobs", "cancel", std::to_string(running)});
  EXPECT_NE(why(host_.wait_for(ready, "completed")["id"]).find("it is completed since"),
            std::string::npos);
  host_.uninstall("misbehave.so");
  ASSERT_TRUE(
      eventually(kPatience, [&] { return host_.plugin("misbehave")["state"] == "missing"; }));
  EXPECT_NE(why(send("c-3", "ok")).find("plugin misbehave has no build: its file is gone"),
            std::string::npos);
}

}  // namespace
}  // namespace fh::test
