#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "issue-certificate/issue_certificate.h"
#include "issue_certificate_fixture.h"

namespace {

using namespace certificate_test;
using fieldhook::Outcome;
using nlohmann::json;
namespace fs = std::filesystem;

// What the host keeps between runs and jobs, as the C ABI shows it to a plugin.
struct Host {
  std::map<std::string, std::string> results;  // of once-keys, and of steps by job
  std::set<std::string> started;
  std::vector<std::string> open;  // scope n is open[n - 1]
  std::vector<std::string> log;
  std::uint64_t job = 1;
  std::string commit_fails_at;  // a once-key: the worker dies before its result is on disk

  static Host& of(fieldhook_run* run) { return *reinterpret_cast<Host*>(run); }
  static void answer(fieldhook_reply reply, std::string_view text) {
    if (reply.receive != nullptr) reply.receive(reply.arg, fieldhook::detail::lend(text));
  }
  fieldhook_status begin(const std::string& name, std::uint64_t* scope, fieldhook_reply reply) {
    if (const auto found = results.find(name); found != results.end()) {
      answer(reply, found->second);
      return FIELDHOOK_DONE_BEFORE;
    }
    started.insert(name);
    open.push_back(name);
    *scope = open.size();
    return FIELDHOOK_OK;
  }
  fieldhook_status commit(std::uint64_t scope, std::string_view result, fieldhook_reply reply) {
    const std::string& name = open.at(scope - 1);
    if (name == commit_fails_at) {
      answer(reply, "the worker is gone");
      return FIELDHOOK_FAILED;
    }
    results[name] = result;
    started.erase(name);
    return FIELDHOOK_OK;
  }

  static fieldhook_host table() {
    using fieldhook::detail::view;
    fieldhook_host host = {};
    host.struct_size = sizeof host;
    host.log = [](fieldhook_run* run, fieldhook_log_level, fieldhook_string text) {
      of(run).log.emplace_back(view(text));
      return fieldhook_status{FIELDHOOK_OK};
    };
    host.secret = [](fieldhook_run*, fieldhook_string, fieldhook_reply reply) {
      answer(reply, "no secret of that name");
      return fieldhook_status{FIELDHOOK_NOT_FOUND};
    };
    host.once_begin = [](fieldhook_run* run, fieldhook_string key, std::uint64_t* scope,
                         fieldhook_reply reply) {
      return of(run).begin(std::string(view(key)), scope, reply);
    };
    host.step_begin = [](fieldhook_run* run, fieldhook_string name, std::uint64_t* scope,
                         fieldhook_reply reply) {
      const std::string step = std::to_string(of(run).job) + '/' + std::string(view(name));
      return of(run).begin(step, scope, reply);
    };
    host.commit = [](fieldhook_run* run, std::uint64_t scope, fieldhook_string result,
                     fieldhook_reply reply) { return of(run).commit(scope, view(result), reply); };
    host.abandon = [](fieldhook_run* run, std::uint64_t scope, fieldhook_reply) {
      of(run).started.erase(of(run).open.at(scope - 1));
      return fieldhook_status{FIELDHOOK_OK};
    };
    host.interrupted = [](fieldhook_run* run, fieldhook_string key, std::int32_t* yes,
                          fieldhook_reply) {
      *yes = of(run).started.contains(std::string(view(key)));
      return fieldhook_status{FIELDHOOK_OK};
    };
    host.idempotency_key = [](fieldhook_run* run, fieldhook_string label, fieldhook_reply reply) {
      answer(reply, std::to_string(of(run).job) + '/' + std::string(view(label)));
      return fieldhook_status{FIELDHOOK_OK};
    };
    return host;
  }
};

class IssueCertificate : public testing::Test {
 protected:
  // As the SDK does it: what is thrown is a retry, unless it says otherwise.
  Outcome run() {
    const std::string record = contact_.dump();
    const std::string event = event_.dump();
    const std::string settings = settings_.dump();
    fieldhook_job job = {};
    job.struct_size = sizeof job;
    job.record_type = fieldhook::detail::lend("contact");
    job.record_id = fieldhook::detail::lend("c1");
    job.record = fieldhook::detail::lend(record);
    job.event = fieldhook::detail::lend(event);
    job.delivery = fieldhook::detail::lend(R"({"id": 1, "received_at": "2026-06-25T08:00:00Z"})");
    job.settings = fieldhook::detail::lend(settings);
    const fieldhook_host table = Host::table();
    const fieldhook::Contact contact(job);
    fieldhook::Context context(job, table, reinterpret_cast<fieldhook_run*>(&host_));
    std::optional<Outcome> outcome;
    const auto thrown = fieldhook::detail::outcome_of_throw(
        [&] { outcome = certificate::IssueCertificate().execute(contact, context); });
    return thrown ? *thrown : *outcome;
  }
  json done() {
    const Outcome outcome = run();
    if (const auto* fail = std::get_if<Outcome::Fail>(&outcome.kind()))
      ADD_FAILURE() << fail->reason;
    if (const auto* retry = std::get_if<Outcome::Retry>(&outcome.kind())) {
      ADD_FAILURE() << retry->reason;
    }
    const auto* result = std::get_if<Outcome::Done>(&outcome.kind());
    return result == nullptr ? json() : result->result;
  }
  std::string failure() {
    const Outcome outcome = run();
    const auto* fail = std::get_if<Outcome::Fail>(&outcome.kind());
    return fail == nullptr ? "no failure" : fail->reason;
  }
  bool retries() { return std::holds_alternative<Outcome::Retry>(run().kind()); }

  std::vector<fs::path> files(const std::string& extension) const {
    std::vector<fs::path> found;
    if (!fs::exists(outbox())) return found;
    for (const auto& entry : fs::directory_iterator(outbox()))
      if (entry.path().extension() == extension) found.push_back(entry.path());
    return found;
  }
  fs::path outbox() const { return folder_.path() / "outbox"; }

  TemporaryFolder folder_;
  Host host_;
  json settings_ = {{"outbox", outbox().string()}, {"organisation", "Example Academy"}};
  json event_ = {{"occurred_at", "2026-06-24T10:15:30.000Z"}};
  json contact_ = {{"email", "priya@example.com"}, {"name", "Priya Raman"}};
};

const char* const kOnceKey = "certificate:c1:2";

TEST_F(IssueCertificate, LeavesTheMailAndItsPdfInTheOutbox) {
  const json result = done();
  ASSERT_EQ(files(".eml").size(), 1u);
  ASSERT_EQ(files(".pdf").size(), 1u);
  const fs::path eml = files(".eml")[0];
  EXPECT_EQ(eml.stem(), files(".pdf")[0].stem());
  EXPECT_EQ(result["mail"], eml.string());
  EXPECT_EQ(result["email"], "priya@example.com");
  const json mail = json::parse(
      output_of("/usr/bin/python3 '" + fixture("read_mail.py") + "' < '" + eml.string() + "'"));
  EXPECT_EQ(mail["message_id"], "<" + eml.stem().string() + "@localhost>");
  EXPECT_EQ(mail["to"][0], json({"Priya Raman", "priya@example.com"}));
  EXPECT_EQ(mail["from"][0][0], "Example Academy");
  const std::string pdf = output_of("sha256sum '" + files(".pdf")[0].string() + "'");
  EXPECT_EQ(mail["attachments"][0][2], pdf.substr(0, 64));
  const std::string words = output_of("pdftotext '" + files(".pdf")[0].string() + "' -");
  EXPECT_NE(words.find("Priya Raman"), std::string::npos);
  EXPECT_NE(words.find("24 June 2026"), std::string::npos);
  EXPECT_NE(words.find(result["certificate"].get<std::string>()), std::string::npos);
}

TEST_F(IssueCertificate, IsIssuedOnceForAllJobsOfAContact) {
  const json first = done();
  host_.job = 2;
  EXPECT_EQ(done(), first);
  EXPECT_EQ(files(".eml").size(), 1u);
  EXPECT_EQ(files(".pdf").size(), 1u);
}

TEST_F(IssueCertificate, IsIssuedToEachContactOfThatIdWhereAccountsHaveTheSame) {
  event_["record"] = {{"account", "north"}, {"type", "contact"}, {"id", "c1"}};
  const json north = done();
  ++host_.job;
  event_["record"]["account"] = "south";
  const json south = done();
  EXPECT_NE(south["certificate"], north["certificate"]);
}

TEST_F(IssueCertificate, ARunThatDiedBeforeItsResultWasStoredSendsTheSameMailAgain) {
  host_.commit_fails_at = kOnceKey;
  EXPECT_NE(failure(), "no failure");
  ASSERT_EQ(files(".eml").size(), 1u);
  const std::string mail = read_file(files(".eml")[0]);
  EXPECT_TRUE(host_.log.empty());
  host_.commit_fails_at.clear();
  done();
  ASSERT_EQ(files(".eml").size(), 1u);
  EXPECT_EQ(read_file(files(".eml")[0]), mail);
  ASSERT_EQ(host_.log.size(), 1u);
  EXPECT_NE(host_.log[0].find("may arrive twice"), std::string::npos);
}

TEST_F(IssueCertificate, AnotherJobAfterARunThatDiedSendsOneOfItsOwn) {
  host_.commit_fails_at = kOnceKey;
  EXPECT_NE(failure(), "no failure");
  host_.commit_fails_at.clear();
  ++host_.job;
  done();
  EXPECT_EQ(files(".eml").size(), 2u);
  ASSERT_EQ(host_.log.size(), 1u);
  EXPECT_NE(host_.log[0].find("if that was a run of this job"), std::string::npos);
}

TEST_F(IssueCertificate, APdfThatIsGoneOrBrokenIsDrawnAgain) {
  host_.commit_fails_at = kOnceKey;
  EXPECT_NE(failure(), "no failure");
  const std::string mail = read_file(files(".eml").at(0));
  fs::remove(files(".pdf").at(0));
  EXPECT_NE(failure(), "no failure");
  EXPECT_EQ(read_file(files(".eml").at(0)), mail);
  ASSERT_EQ(files(".pdf").size(), 1u) << "it was put there again";
  const std::string pdf = read_file(files(".pdf")[0]);
  write_file(files(".pdf")[0], "broken");
  host_.commit_fails_at.clear();
  done();
  EXPECT_EQ(read_file(files(".eml").at(0)), mail);
  EXPECT_EQ(read_file(files(".pdf").at(0)), pdf);
}

TEST_F(IssueCertificate, AnOutboxThatWasChangedBetweenTwoRunsHasBothFiles) {
  host_.commit_fails_at = kOnceKey;
  EXPECT_NE(failure(), "no failure");
  const std::string pdf = read_file(files(".pdf").at(0));
  const std::string mail = read_file(files(".eml").at(0));
  host_.commit_fails_at.clear();
  settings_["outbox"] = folder_.file("larger");
  done();
  const fs::path stem = fs::path(folder_.file("larger")) / files(".pdf").at(0).stem();
  EXPECT_EQ(read_file(fs::path(stem).concat(".pdf")), pdf);
  EXPECT_EQ(read_file(fs::path(stem).concat(".eml")), mail);
}

TEST_F(IssueCertificate, FindsTheName) {
  const std::vector<std::pair<json, std::string>> table = {
      {{{"name", "Ada Byron"}, {"first_name", "Cleo"}}, "Ada Byron"},
      {{{"first_name", "Cleo"}, {"last_name", "Dart"}}, "Cleo Dart"},
      {{{"name", nullptr}, {"last_name", "Dart"}}, "Dart"},
      {{{"name", " "}}, "priya@example.com"},
      {{{"name", "\u3000\u200b"}, {"first_name", "Ann"}}, "Ann"},
      {json::object(), "priya@example.com"}};
  for (const auto& [fields, expected] : table) {
    contact_ = fields;
    contact_["email"] = "priya@example.com";
    ++host_.job;
    host_.results.clear();
    fs::remove_all(outbox());
    done();
    const std::string words = output_of("pdftotext '" + files(".pdf").at(0).string() + "' -");
    EXPECT_NE(words.find(expected), std::string::npos) << words;
  }
}

TEST_F(IssueCertificate, IsDatedByTheDeliveryWhereTheEventHasNoTime) {
  event_ = {{"occurred_at", ""}};
  done();
  const std::string words = output_of("pdftotext '" + files(".pdf").at(0).string() + "' -");
  EXPECT_NE(words.find("25 June 2026"), std::string::npos) << words;
}

TEST_F(IssueCertificate, FailsWithASentence) {
  const json contact = contact_;
  const json settings = settings_;
  struct Case {
    json contact, settings;
    const char* sentence;
  };
  const auto with = [](json object, const json& patch) {
    object.merge_patch(patch);
    return object;
  };
  for (const Case& c :
       {Case{with(contact, {{"email", nullptr}}), settings, "contact c1 has no email"},
        Case{with(contact, {{"email", " \n"}}), settings, "contact c1 has no email"},
        Case{with(contact, {{"email", 7}}), settings, "contact c1 has no email"},
        Case{with(contact, {{"email", "a@b\r\nRCPT TO:<c@d>"}}), settings, "no mail can go to"},
        Case{with(contact, {{"name", "\U0010FFFD"}}), settings, "no installed font can print"},
        Case{contact, json::object(), "setting outbox is missing"},
        Case{contact, with(settings, {{"level", 0}, {"x", 1}}), "setting level must be"}}) {
    contact_ = c.contact;
    settings_ = c.settings;
    const std::string sentence = failure();
    EXPECT_NE(sentence.find(c.sentence), std::string::npos) << sentence;
    EXPECT_TRUE(files(".eml").empty() && files(".pdf").empty());
    EXPECT_TRUE(host_.started.empty() && host_.results.empty());
  }
}

TEST_F(IssueCertificate, TroubleThatMayPassIsARetryAndFreesTheKey) {
  write_file(outbox(), "a file where the folder should be");
  EXPECT_TRUE(retries());
  EXPECT_TRUE(host_.started.empty());
  fs::remove(outbox());
  done();
  EXPECT_EQ(files(".eml").size(), 1u);
}

TEST_F(IssueCertificate, AMissingPasswordIsARetryThatNamesTheSecret) {
  settings_ = {{"smtp", {{"host", "localhost"}, {"from", "a@example.com"}, {"user", "u"}}}};
  const Outcome outcome = run();
  const auto* retry = std::get_if<Outcome::Retry>(&outcome.kind());
  ASSERT_NE(retry, nullptr);
  EXPECT_NE(retry->reason.find("smtp_password"), std::string::npos) << retry->reason;
}

}  // namespace
