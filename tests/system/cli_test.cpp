// The fieldhook command against a real host: what it prints for programs and people, and its exit
// codes: 0 done, 1 the thing asked for failed, 2 wrong usage, 3 the host cannot be reached.
#include <fstream>

#include "base/shell_quoted.h"
#include "system/command_line.h"

namespace fh::test {
namespace {

class Cli : public CommandLine {
 protected:
  Cli() {
    host_.install("misbehave.so");
    host_.start();
  }
  Ran send(const std::string& body, std::vector<std::string> options = {}) {
    const auto file = host_.folder() / "body.json";
    std::ofstream(file) << body;
    std::vector<std::string> words = {"send", file.string(), "--ingest-url", host_.ingest_url()};
    if (options.empty()) options = {"--source", "contact"};
    words.insert(words.end(), options.begin(), options.end());
    return fieldhook(words);
  }
  static void expect_keys(const Json& object, std::initializer_list<const char*> keys) {
    for (const char* key : keys) EXPECT_TRUE(object.contains(key)) << key << " of " << object;
  }
};

constexpr auto kJobKeys = {"id",           "plugin",      "state",    "attempt",
                           "max_attempts", "record",      "delivery", "created_at",
                           "started_at",   "finished_at", "build"};

TEST_F(Cli, SendSignsAsTheSourcesSenderWould) {
  const std::string body = contact_update("c-1", "ok");
  Ran ran = send(body, {"--source", "contact", "--json"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const Json answer = Json::parse(ran.out);
  EXPECT_EQ(answer["status"], "accepted");
  EXPECT_EQ(answer["jobs"], 1);
  host_.wait_for(host_.job_of(answer), "completed");
  ran = send(body);
  EXPECT_EQ(ran.code, 0);
  EXPECT_NE(ran.out.find("duplicate"), std::string::npos) << ran.out;
  ran = send(body, {"--source", "contact", "--id", "d-1"});
  EXPECT_NE(ran.out.find("accepted"), std::string::npos) << ran.out;
  ran = send(R"({"id": 1, "changes": {"x": 1}})", {"--source", "company"});
  EXPECT_NE(ran.out.find("ignored"), std::string::npos) << ran.out;
}

TEST_F(Cli, ThePortsAreNotTakenForEachOther) {
  EXPECT_EQ(fieldhook({"status", "--url", host_.ingest_url()}).code, 3);
  EXPECT_EQ(fieldhook({"jobs", "show", "7", "--url", host_.ingest_url()}).code, 3);
  const std::string file = host_.config_file().string();
  EXPECT_EQ(
      fieldhook({"send", file, "--source", "contact", "--ingest-url", host_.admin_url()}).code, 3);
}

TEST_F(Cli, SendThatIsRefusedExitsWith1) {
  EXPECT_EQ(send("no json").code, 1);
  host_.environment()["FIELDHOOK_TEST_CONTACT"] = "another secret";
  const Ran ran = send(contact_update("c-1", "ok"));
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.err.find("401"), std::string::npos) << ran.err;
}

TEST_F(Cli, StatusSaysWhatTheHostDoes) {
  host_.run(contact_update("c-1", "ok"));
  const Json status = json_of({"status"});
  expect_keys(status, {"version", "ready", "jobs", "plugins", "sources"});
  EXPECT_EQ(status["version"], FIELDHOOK_VERSION);
  EXPECT_EQ(status["ready"], true);
  EXPECT_EQ(status["jobs"]["completed"], 1);
  expect_keys(status["plugins"][0], {"name", "version", "build", "state"});
  EXPECT_EQ(status["plugins"][0]["state"], "active");
  ASSERT_EQ(status["sources"].size(), 2U);
  for (const Json& source : status["sources"])
    expect_keys(source, {"name", "path", "last_delivery_at"});
  EXPECT_TRUE(status["sources"][0]["last_delivery_at"].is_string());
  EXPECT_TRUE(status["sources"][1]["last_delivery_at"].is_null());
  const Ran people = fieldhook({"status"});
  EXPECT_EQ(people.code, 0);
  for (const char* word : {"ready", "completed 1", "misbehave", "active", "/webhooks/contact"})
    EXPECT_NE(people.out.find(word), std::string::npos) << word << " in " << people.out;
}

TEST_F(Cli, JobsAreListedAndShown) {
  const Json done = host_.run(contact_update("c-1", "retry-twice"));
  const std::string id = done["id"].dump();
  const Json list = json_of({"jobs", "list"});
  ASSERT_EQ(list.size(), 1U);
  expect_keys(list[0], kJobKeys);
  EXPECT_FALSE(list[0].contains("runs"));
  const Json job = json_of({"jobs", "show", id});
  expect_keys(job, kJobKeys);
  expect_keys(job["record"], {"account", "type", "id"});
  ASSERT_EQ(job["runs"].size(), 3U);
  for (const Json& run : job["runs"])
    expect_keys(run, {"run", "lease", "outcome", "error", "started_at", "ended_at"});
  EXPECT_EQ(json_of({"jobs", "list", "--state", "dead"}).size(), 0U);
  EXPECT_EQ(json_of({"jobs", "list", "--record", "c-1", "--limit", "5"}).size(), 1U);

  Ran people = fieldhook({"jobs", "list"});
  for (const char* word : {"completed", "misbehave", "contact c-1"})
    EXPECT_NE(people.out.find(word), std::string::npos) << people.out;
  people = fieldhook({"jobs", "show", id});
  for (const char* word : {"completed", "asked to retry", "done"})
    EXPECT_NE(people.out.find(word), std::string::npos) << people.out;
}

TEST_F(Cli, JobsShowSaysWhatTheRunGave) {
  const std::string id = host_.run(contact_update("c-1", "state"))["id"].dump();
  const Json job = json_of({"jobs", "show", id});
  EXPECT_EQ(job["result"], 1);
  EXPECT_EQ(job["runs"][0]["result"], 1);
  EXPECT_TRUE(job["runs"][0]["error"].is_null());
  EXPECT_EQ(job["earlier_runs"], 0);
  const Ran people = fieldhook({"jobs", "show", id});
  EXPECT_NE(people.out.find("result       1\n"), std::string::npos) << people.out;
}

TEST_F(Cli, WhatAPluginSaysOfItsProgressIsShown) {
  const std::int64_t job =
      host_.job_of(host_.send(contact_update("c-1", "progress:as far as this")));
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.job(job)["percent"] == 66; }));
  EXPECT_EQ(host_.job(job)["progress"], "as far as this");
  const std::string id = std::to_string(job);
  for (const auto& words : {std::vector<std::string>{"status"}, {"jobs", "show", id}}) {
    const Ran people = fieldhook(words);
    EXPECT_NE(people.out.find("66 %, as far as this"), std::string::npos) << people.out;
  }
  EXPECT_EQ(fieldhook({"jobs", "cancel", id}).code, 0);
  EXPECT_TRUE(host_.wait_for(job, "cancelled")["percent"].is_null());
  const std::string most(199, 'x');
  const std::int64_t other =
      host_.job_of(host_.send(contact_update("c-2", "progress:" + most + "\u00e9 and more")));
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.job(other)["percent"] == 66; }));
  EXPECT_EQ(host_.job(other)["progress"], most) << "no letter is cut in two";
  EXPECT_EQ(fieldhook({"jobs", "cancel", std::to_string(other)}).code, 0);
}

TEST_F(Cli, WhatAPluginSaysOfItsProgressIsCutAtACharacter) {
  std::string text = "x";
  for (int i = 0; i < 99; ++i) text += "ä";
  const std::int64_t job =
      host_.job_of(host_.send(contact_update("c-1", "progress:" + text + "ää")));
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.job(job)["percent"] == 66; }));
  EXPECT_EQ(host_.job(job)["progress"], text) << "199 of its bytes, of 200 that may stand there";
  EXPECT_EQ(fieldhook({"jobs", "cancel", std::to_string(job)}).code, 0);
  host_.wait_for(job, "cancelled");
}

TEST_F(Cli, JobsShowSaysWhatAnEnqueuedJobWasGiven) {
  host_.install("c_plugin.so");
  ASSERT_TRUE(eventually(kPatience, [&] { return json_of({"plugins", "list"}).size() == 2; }));
  const std::string first = host_.run(contact_update("c-1", "enqueue:c-plugin"))["id"].dump();
  const Json jobs = json_of({"jobs", "list"});
  ASSERT_EQ(jobs.size(), 2U);
  const std::string second = jobs[0]["id"].dump();
  const Json shown = json_of({"jobs", "show", second});
  EXPECT_EQ(shown["input"], Json::parse(R"({"from":"misbehave"})"));
  EXPECT_EQ(shown["parent"].dump(), first);
  std::string people = fieldhook({"jobs", "show", second}).out;
  for (const std::string& text : {"parent       " + first, std::string(R"({"from":"misbehave"})")})
    EXPECT_NE(people.find(text), std::string::npos) << people;
  people = fieldhook({"jobs", "show", first}).out;
  EXPECT_NE(people.find("matched      contact misbehave changes"), std::string::npos) << people;
}

TEST_F(Cli, JobsRetryRunsAFinishedJobAgain) {
  const std::string id = host_.run(contact_update("c-1", "ok"))["id"].dump();
  EXPECT_EQ(json_of({"jobs", "retry", id})["id"].dump(), id);
  ASSERT_TRUE(eventually(kPatience, [&] { return host_.api("jobs/" + id)["runs"].size() == 2; }));
  host_.wait_for(std::stoll(id), "completed");
  EXPECT_EQ(fieldhook({"jobs", "retry", id}).code, 0);
}

TEST_F(Cli, DeliveriesAreListedAndShown) {
  const std::string body = contact_update("c-1", "ok");
  const std::string id = host_.send(body)["delivery"].dump();
  host_.send(body);
  const Json list = json_of({"deliveries", "list"});
  ASSERT_EQ(list.size(), 2U);
  expect_keys(list[0], {"id", "source", "status", "received_at", "jobs"});
  EXPECT_EQ(json_of({"deliveries", "list", "--status", "duplicate"}).size(), 1U);
  const Json shown = json_of({"deliveries", "show", id});
  EXPECT_EQ(shown["status"], "accepted");
  EXPECT_EQ(shown["body"], body);
  EXPECT_EQ(shown["events"].size(), 1U);
  const Ran people = fieldhook({"deliveries", "show", id});
  EXPECT_EQ(people.code, 0);
  EXPECT_NE(people.out.find("accepted"), std::string::npos) << people.out;
  const std::string secret = shown["secret"];
  EXPECT_NE(people.out.find("  secret        " + secret + "\n"), std::string::npos) << people.out;
}

TEST_F(Cli, RefusedRequestsAreListedUpToTheLimit) {
  for (int i = 0; i < 3; ++i) host_.post(HostProcess::sign("no json " + std::to_string(i)));
  EXPECT_EQ(json_of({"deliveries", "list", "--refused"}).size(), 3U);
  EXPECT_EQ(json_of({"deliveries", "list", "--refused", "--limit", "2"}).size(), 2U);
  const Ran ran = fieldhook({"deliveries", "list", "--refused", "--status", "ignored"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.err.find("no filter \"status\""), std::string::npos) << ran.err;
}

TEST_F(Cli, PluginsAreListedShownAndRemoved) {
  const Json list = json_of({"plugins", "list"});
  ASSERT_EQ(list.size(), 1U);
  expect_keys(list[0], {"name", "version", "build", "state"});
  EXPECT_EQ(json_of({"plugins", "show", "misbehave"})["watches"],
            Json::array({"contact misbehave changes"}));
  const Ran still_there = fieldhook({"plugins", "remove", "misbehave"});
  EXPECT_EQ(still_there.code, 1);
  EXPECT_NE(still_there.err.find("misbehave.so"), std::string::npos) << still_there.err;
  host_.uninstall("misbehave.so");
  ASSERT_TRUE(
      eventually(kPatience, [&] { return host_.plugin("misbehave")["state"] == "missing"; }));
  const auto waiting = host_.job_of(host_.send(contact_update("c-1", "ok")));
  EXPECT_EQ(json_of({"plugins", "remove", "misbehave"})["name"], "misbehave");
  EXPECT_EQ(json_of({"plugins", "list"}).size(), 0U);
  EXPECT_EQ(host_.log_lines("plugin_removed plugin=misbehave cancelled=1 who=test").size(), 1U);
  const Json job = json_of({"jobs", "show", std::to_string(waiting)});
  EXPECT_EQ(job["reason"], "its plugin was removed");
  ASSERT_EQ(job["actions"].size(), 1U);
  EXPECT_EQ(job["actions"][0]["who"], "test");
  EXPECT_EQ(job["actions"][0]["action"], "cancel");
  // It is known by its jobs still.
  EXPECT_EQ(json_of({"jobs", "list", "--plugin", "misbehave"}).size(), 1U);
}

TEST_F(Cli, WhatIsAskedForAndFailsExitsWith1) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"jobs", "show", "999"},
                                                {"jobs", "retry", "999"},
                                                {"deliveries", "show", "999"},
                                                {"plugins", "show", "none"},
                                                {"plugins", "remove", "none"},
                                                {"status", "--token", "wrong"},
                                                {"jobs", "list", "--state", "none"},
                                                {"jobs", "list", "--plugin", "none"},
                                                {"jobs", "retry", "--plugin", "none"},
                                                {"deliveries", "list", "--status", "bogus"},
                                                {"deliveries", "list", "--source", "nope"}}) {
    const Ran ran = fieldhook(words);
    EXPECT_EQ(ran.code, 1) << words[0] << ": " << ran.err;
    EXPECT_FALSE(ran.err.empty());
  }
}

TEST_F(Cli, WrongUsageExitsWith2) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{},
                                                {"jbos"},
                                                {"jobs"},
                                                {"jobs", "shw", "1"},
                                                {"jobs", "show"},
                                                {"jobs", "show", "x"},
                                                {"status", "--colour"},
                                                {"status", "more"},
                                                {"send", "x"},
                                                {"send", "/nowhere", "--source", "contact"},
                                                {"send", "/", "--source", "contact"},
                                                {"import", "/", "--source", "contact"},
                                                {"verify", "/", "--source", "contact"},
                                                {"import", "/nowhere", "--source", "contact"},
                                                {"verify", "/nowhere", "--source", "contact"},
                                                {"status", "--url", "nonsense"},
                                                {"status", "--url", ""},
                                                {"config", "show", "--config="},
                                                {"backup", ""},
                                                {"plugins", "show", ""},
                                                {"plugins", "reload", ""}}) {
    const Ran ran = fieldhook(words);
    EXPECT_EQ(ran.code, 2) << (words.empty() ? "" : words[0]) << ": " << ran.err;
    EXPECT_FALSE(ran.err.empty());
  }
  EXPECT_EQ(send("{}", {"--source", "contcat"}).code, 2);
  const Ran misspelt = fieldhook({"jobs", "list", "--bad"});
  EXPECT_EQ(misspelt.err.find("did you mean"), std::string::npos) << "--at is another command's";
}

TEST_F(Cli, WhatCannotBeWrittenIsNotDone) {
  const std::string command = shell_quoted(executable("fieldhook")) + " config show --config=" +
                              shell_quoted(host_.config_file().string()) + " > /dev/full";
  const Ran ran = run_program({"/bin/sh", "-c", command}, host_.environment());
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.err.find("standard output could not be written"), std::string::npos) << ran.err;
}

TEST_F(Cli, AHostThatCannotBeReachedExitsWith3) {
  EXPECT_EQ(host_.stop(), 0);
  const Ran ran = fieldhook({"status"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_NE(ran.err.find(host_.admin_url()), std::string::npos) << ran.err;
  EXPECT_EQ(fieldhook({"jobs", "list", "--json"}).code, 3);
  const std::string file = host_.config_file().string();
  EXPECT_EQ(fieldhook({"import", file, "--source", "contact"}).out, "") << "nothing was done";
  EXPECT_EQ(send(contact_update("c-1", "ok")).code, 3);
}

TEST_F(Cli, AHostThatTakesNothingExitsWith1) {
  const auto id = host_.job_of(host_.send(contact_update("c-1", "sleep:60000")));
  host_.wait_for(id, "running");
  host_.terminate();
  Ran ran;
  EXPECT_TRUE(eventually(kPatience,
                         [&] {
                           ran = fieldhook({"status"});
                           return ran.out.find("not ready: the host is stopping") !=
                                  std::string::npos;
                         }))
      << ran.out << ran.err;
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(json_of({"jobs", "cancel", std::to_string(id)})["id"], id);
  EXPECT_EQ(host_.wait_for_end(), 0);
}

TEST_F(Cli, HelpIsACommandToo) {
  const Ran all = fieldhook({"help"});
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_EQ(all.out, fieldhook({"--help"}).out);
  EXPECT_EQ(fieldhook({"help", "jobs", "list"}).out, fieldhook({"jobs", "list", "--help"}).out);
}

TEST_F(Cli, ConfigIsCheckedAndShownWithoutAHost) {
  EXPECT_EQ(fieldhook({"config", "check"}).code, 0);
  const Ran shown = fieldhook({"config", "show"});
  EXPECT_EQ(shown.code, 0);
  EXPECT_EQ(shown.out.find(kContactSecret), std::string::npos);
  host_.config()["surces"] = Json::array();
  host_.write_config();
  const Ran bad = fieldhook({"config", "check"});
  EXPECT_EQ(bad.code, 2);
  EXPECT_NE(bad.err.find("did you mean \"sources\"?"), std::string::npos) << bad.err;
}

}  // namespace
}  // namespace fh::test
