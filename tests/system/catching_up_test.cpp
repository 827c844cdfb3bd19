// What operators do about deliveries: see why one ran nothing, run it again, import what was
// missed; and what a source's traffic settings do.
#include <fstream>

#include "system/command_line.h"

namespace fh::test {
namespace {

class CatchingUp : public CommandLine {
 protected:
  CatchingUp() { host_.install("misbehave.so"); }

  std::string write(const std::string& name, const std::string& content) {
    std::ofstream(host_.folder() / name) << content;
    return (host_.folder() / name).string();
  }
  // The values for which the plugin was run.
  std::vector<std::string> values_run() {
    std::vector<std::string> values;
    for (const LoggedRun& run : host_.runs())
      if (run.end) values.push_back(run.value);
    return values;
  }
  void wait_for_jobs(std::int64_t completed) {
    EXPECT_TRUE(eventually(kPatience,
                           [&] { return host_.api("status")["jobs"]["completed"] == completed; }));
  }
  Json& contact() { return host_.config()["sources"][0]; }
};

TEST_F(CatchingUp, ExplainSaysWhyAndReplayRunsItAgain) {
  host_.start();
  const Json answer = host_.send(contact_update("c-1", "ok"));
  const std::string id = std::to_string(answer["delivery"].get<std::int64_t>());
  wait_for_jobs(1);
  const Json explained = json_of({"deliveries", "explain", id});
  EXPECT_EQ(explained["events"][0]["watches"][0]["met"], true);
  EXPECT_EQ(explained["events"][0]["changes"]["misbehave"]["to"], "ok");

  const Json dry = json_of({"deliveries", "replay", id, "--dry-run"});
  EXPECT_EQ(dry["plugins"], Json::array({"misbehave"}));
  EXPECT_EQ(json_of({"deliveries", "replay", id})["jobs"], 1);
  wait_for_jobs(2);
  EXPECT_EQ(values_run(), (std::vector<std::string>{"ok", "ok"}));
  EXPECT_EQ(fieldhook({"deliveries", "replay", "999999"}).code, 1);
  EXPECT_EQ(fieldhook({"deliveries", "replay"}).code, 2);
}

TEST_F(CatchingUp, ReplayOfAFilterTakesEveryDeliveryThatMatches) {
  host_.start();
  for (int i = 0; i < 5; ++i) host_.send(contact_update("c-" + std::to_string(i), "ok"));
  wait_for_jobs(5);
  EXPECT_EQ(json_of({"deliveries", "replay", "--status", "accepted", "--dry-run"})["jobs"], 5);
  const Json done = json_of({"deliveries", "replay", "--status", "accepted"});
  EXPECT_EQ(done["matched"], 5);
  EXPECT_EQ(done["jobs"], 5);
  wait_for_jobs(10);
}

TEST_F(CatchingUp, AReplaySaysHowManyItCouldNotDo) {
  host_.start();
  for (int i = 0; i < 22; ++i) host_.send(R"({"idd":)" + std::to_string(i) + "}");
  const std::vector<std::string> replay = {"deliveries", "replay", "--reason", "unmapped"};
  const Ran ran = fieldhook(replay);
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.out.find("22 deliveries matched, 0 jobs, 22 failed\n"), std::string::npos)
      << ran.out;
  EXPECT_NE(ran.out.find("\n  and 2 more\n"), std::string::npos) << ran.out;
}

TEST_F(CatchingUp, AnImportMakesEventsOfWhatChangedMeanwhile) {
  host_.start();
  const auto known = [](const std::string& id, const std::string& value) {
    return R"({"id":")" + id + R"(","name":"A, \"B\"","age":42,"misbehave":")" + value + "\"}";
  };
  for (const char* id : {"1", "2"}) host_.send(known(id, "none"));
  const std::string file =
      write("export.csv",
            "id,name,age,misbehave\r\n1,\"A, \"\"B\"\"\",42,ok\r\n2,\"A, \"\"B\"\"\",42,none\r\n");
  const Json dry = json_of({"import", file, "--source", "contact", "--dry-run"});
  EXPECT_EQ(dry["jobs"], 1);
  EXPECT_TRUE(host_.api("jobs").empty());
  const Json done = json_of({"import", file, "--source", "contact"});
  EXPECT_EQ(done["accepted"], 1);
  EXPECT_EQ(done["ignored"], 1);
  wait_for_jobs(1);
  // What a table cannot say, a number, was not taken for a change.
  const Json changes = host_.api(
      "deliveries/" +
      std::to_string(host_.api("jobs")[0]["delivery"].get<int>()))["events"][0]["changes"];
  EXPECT_EQ(changes.size(), 1U) << changes;

  const std::string lines =
      write("more.ndjson", known("1", "again") + "\n" + known("9", "x") + "\n");
  EXPECT_EQ(json_of({"import", lines, "--source", "contact"})["jobs"], 1);
}

TEST_F(CatchingUp, AnImportIsNoDeliveryOfItsSource) {
  host_.start();
  const std::string file = write("export.ndjson", R"({"id":"1","misbehave":"none"})"
                                                  "\n");
  EXPECT_EQ(json_of({"import", file, "--source", "contact"})["ignored"], 1);
  EXPECT_EQ(host_.stop(), 0);
  host_.start();
  EXPECT_EQ(host_.api("status")["sources"][0]["last_delivery_at"], nullptr);
  EXPECT_EQ(host_.api("deliveries?source=contact").size(), 1U);
}

TEST_F(CatchingUp, AnImportSaysWhyNothingCameOfARecord) {
  host_.start();
  const auto record = [](int id, const char* at) {
    return R"({"id":)" + std::to_string(id) + R"(,"updated_at":")" + at + "\"}\n";
  };
  const char* now = "2026-02-01T00:00:00Z";
  for (int id : {1, 2}) host_.send(record(id, now));
  const std::string file =
      write("export.ndjson", record(1, now) + record(2, "2026-01-01T00:00:00Z") + record(3, now));
  const Ran ran = fieldhook({"import", file, "--source", "contact", "--dry-run"});
  EXPECT_NE(ran.out.find(": 0 accepted, 3 ignored (1 seen for the first time, "
                         "1 unchanged or not watched, 1 older than what is known), 0 duplicate, "
                         "0 failed"),
            std::string::npos)
      << ran.out;
  const Json done = json_of({"import", file, "--source", "contact"});
  EXPECT_EQ(done["reasons"], Json::parse(R"({"first_seen": 1, "no_match": 1, "stale": 1})"));
}

TEST_F(CatchingUp, AnImportIsAsOldAsItsFileUnlessItIsToldWhen) {
  host_.start();
  const std::string file = write("export.ndjson", R"({"id":"1","misbehave":"none"})"
                                                  "\n");
  std::filesystem::last_write_time(file,
                                   std::filesystem::last_write_time(file) - std::chrono::hours(1));
  host_.send(R"({"id":"1","misbehave":"ok"})");
  const std::vector<std::string> import = {"import", file, "--source", "contact"};
  const Json old = json_of(import);
  EXPECT_EQ(old["reasons"], Json::parse(R"({"stale": 1})"));
  EXPECT_LT(old["as_of"], host_.api("deliveries?limit=1")[0]["received_at"]);
  std::vector<std::string> told = import;
  told.insert(told.end(), {"--as-of", "2999-01-01T00:00:00Z"});
  EXPECT_EQ(json_of(told)["accepted"], 1);
  told.back() = "yesterday";
  EXPECT_EQ(fieldhook(told).code, 1);
}

TEST_F(CatchingUp, AnImportSendsNoMoreAtOnceThanTheHostTakes) {
  host_.start();
  const auto record = [](int id, std::size_t size) {
    return R"({"id":)" + std::to_string(id) + R"(,"text":")" + std::string(size, 'x') + "\"}\n";
  };
  const std::string file =
      write("export.ndjson", record(1, 1) + record(2, 500'000) + record(3, 2'000'000) +
                                 record(4, 2'100'000) + record(5, 1));
  const Ran ran = fieldhook({"import", file, "--source", "contact", "--json"});
  EXPECT_EQ(ran.code, 1);
  const Json done = Json::parse(ran.out);
  EXPECT_EQ(done["ignored"], 4) << done;
  EXPECT_EQ(done["failed"], 1);
  EXPECT_EQ(done["problems"][0]["record"], 4);
  EXPECT_NE(done["problems"][0]["problem"].get<std::string>().find("2100019 bytes"),
            std::string::npos)
      << done;
}

TEST_F(CatchingUp, AnImportThatIsCutShortSaysWhatWasDone) {
  host_.environment()["FIELDHOOK_FAULT"] = "in_accept:3";
  host_.start();
  std::string lines;
  for (int id : {1, 2, 3, 4})
    lines +=
        R"({"id":)" + std::to_string(id) + R"(,"text":")" + std::string(250'000, 'x') + "\"}\n";
  const std::string file = write("export.ndjson", lines);
  const Ran ran = fieldhook({"import", file, "--source", "contact"});
  EXPECT_EQ(ran.code, 3) << ran.err;
  EXPECT_NE(ran.out.find("2 of 4 records as of "), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("2 ignored (2 seen for the first time)"), std::string::npos) << ran.out;
  EXPECT_NE(ran.err.find("stopped in the batch that begins with record 3: "), std::string::npos)
      << ran.err;
  EXPECT_EQ(host_.wait_for_end(), 128 + SIGKILL);
}

TEST_F(CatchingUp, AFileThatIsNoSuchExportIsRefusedAsAWhole) {
  const std::pair<const char*, const char*> files[] = {
      {"id,s\n", "has no records"},
      {"id,s,s\n9,Open,Passed\n", "the column \"s\" stands twice"},
      {"id,s,,\n9,Open\n", "row 2: has 2 cells, the first line has 4"}};
  for (const auto& [content, why] : files) {
    const Ran ran = fieldhook({"import", write("x.csv", content), "--source", "contact"});
    EXPECT_EQ(ran.code, 1);
    EXPECT_NE(ran.err.find(why), std::string::npos) << ran.err;
  }
  EXPECT_EQ(fieldhook({"import", write("x.json", "[]"), "--source", "contact"}).code, 1);
  host_.start();
  const std::string file = write("x.csv", "id,s,,\r9,Open,,\r10,Passed,,\r");
  EXPECT_EQ(json_of({"import", file, "--source", "contact"})["ignored"], 2) << "lines of a Mac";
}

TEST_F(CatchingUp, AnImportSaysWhichRecordIsWrong) {
  host_.start();
  const std::string file = write("export.json", R"([{"id":1},{"name":"nobody"}])");
  const Ran ran = fieldhook({"import", file, "--source", "contact", "--json"});
  EXPECT_EQ(ran.code, 1);
  const Json done = Json::parse(ran.out);
  EXPECT_EQ(done["failed"], 1);
  EXPECT_EQ(done["problems"][0]["record"], 2);
  EXPECT_EQ(fieldhook({"import", write("x.csv", "a,b\n1\n"), "--source", "contact"}).code, 1);
  EXPECT_EQ(fieldhook({"import", file, "--source", "nowhere"}).code, 1);
  EXPECT_EQ(fieldhook({"import", file}).code, 2);
}

TEST_F(CatchingUp, ACapturingSourceKeepsAllAndRunsNothing) {
  contact()["capture"] = true;
  host_.start();
  const Json answer = host_.send(contact_update("c-1", "ok"));
  EXPECT_EQ(answer["status"], "ignored");
  const std::string id = std::to_string(answer["delivery"].get<std::int64_t>());
  EXPECT_TRUE(eventually(
      kPatience, [&] { return host_.admin("GET", "/api/v1/deliveries/" + id).status == 200; }));
  EXPECT_EQ(host_.api("deliveries/" + id)["reason"], "capture");
  EXPECT_EQ(json_of({"deliveries", "explain", id})["events"][0]["watches"][0]["met"], true);
  EXPECT_TRUE(host_.api("jobs").empty());
  // Once it may run, a replay takes what was kept into account.
  host_.stop();
  contact()["capture"] = false;
  host_.start();
  EXPECT_EQ(json_of({"deliveries", "replay", id})["jobs"], 1);
  const Json next = host_.send(contact_update("c-1", "print"));
  const std::int64_t later = next["delivery"].get<std::int64_t>();
  EXPECT_EQ(json_of({"deliveries", "explain",
                     std::to_string(later)})["events"][0]["changes"]["misbehave"]["from"],
            "ok");
}

TEST_F(CatchingUp, ExplainHasANameForTheWholeBody) {
  contact()["mapping"] = {{"snapshot", ""}};
  host_.start();
  const Json answer = host_.send(contact_update("c-1", "ok"));
  const std::string id = std::to_string(answer["delivery"].get<std::int64_t>());
  const Ran ran = fieldhook({"deliveries", "explain", id});
  EXPECT_NE(ran.out.find("snapshot  the body itself  yes"), std::string::npos) << ran.out;
}

TEST_F(CatchingUp, ARateLimitAnswers429AndTheRefusedAreListed) {
  contact()["rate_limit"] = {{"deliveries", 2}, {"per", "1h"}};
  host_.start();
  for (int i = 0; i < 2; ++i) host_.send(contact_update("c-" + std::to_string(i), "ok"));
  const Reply limited = host_.post(HostProcess::sign(contact_update("c-3", "ok")));
  EXPECT_EQ(limited.status, 429);
  EXPECT_GT(std::stoi(limited.headers.at("retry-after")), 60);
  RawRequest forged = HostProcess::sign(contact_update("c-4", "ok"));
  forged.body += " ";
  EXPECT_EQ(host_.post(forged).status, 401);
  // Another source is not hurt.
  EXPECT_EQ(host_.send(R"({"id":1})", "company")["status"], "ignored");

  const Json refused = json_of({"deliveries", "list", "--refused"});
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_EQ(refused[0]["cause"], "mismatch");
  EXPECT_EQ(refused[0]["remote_address"], "127.0.0.1");
  EXPECT_EQ(refused[1]["cause"], "rate_limit");
  EXPECT_EQ(host_.stop(), 0);
  host_.start();
  EXPECT_EQ(host_.api("refused"), refused) << "a restart forgets none";
}

TEST_F(CatchingUp, ASourceThatFallsSilentRaisesAnAlert) {
  contact()["expect_event_every"] = "1s";
  host_.start();
  const auto silent = [&] {
    return host_.admin("GET", "/metrics")
               .body.find("fieldhook_source_silent{source=\"contact\"} 1") != std::string::npos;
  };
  EXPECT_TRUE(eventually(kPatience * 3, silent));
  EXPECT_TRUE(host_.logged("source_silent source=contact"));
  EXPECT_EQ(host_.api("status")["sources"][0]["silent"], true);
}

}  // namespace
}  // namespace fh::test
