// A source whose secret is not there when the host starts: it alone waits, and needs no restart.
#include <fstream>

#include "system/command_line.h"

namespace fh::test {
namespace {

namespace fs = std::filesystem;

class MissingSecret : public CommandLine {
 protected:
  MissingSecret() {
    host_.install("misbehave.so");
    verify()["secrets"] = {{{"name", "2026-12"}, {"from", "file:secret"}}};
  }
  Json& verify() { return host_.config()["sources"][0]["verify"]; }
  /// Whole from the first moment it can be seen.
  void write_secret(const std::string& text) {
    std::ofstream(host_.folder() / "secret.new") << text;
    fs::rename(host_.folder() / "secret.new", host_.folder() / "secret");
  }
  Reply post(const std::string& id) {
    return host_.post(HostProcess::sign(contact_update(id, "ok")));
  }
  bool takes_deliveries(const std::string& id) {
    return eventually(kPatience, [&] { return post(id).status == 200; });
  }
  std::string metric() {
    const std::string page = host_.admin("GET", "/metrics").body;
    const std::string name = "fieldhook_secret_unusable{source=\"contact\",secret=\"2026-12\"} ";
    const auto at = page.find(name);
    return at == std::string::npos ? "" : page.substr(at + name.size(), 1);
  }
  std::vector<std::string> said() { return host_.log_lines(" secret_unusable "); }
};

TEST_F(MissingSecret, HoldsUpItsOwnSourceAloneUntilItIsThere) {
  host_.start();
  const Reply refused = post("c-1");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.at("retry-after"), "5");
  EXPECT_EQ(refused.body.find("2026-12"), std::string::npos) << "no sender need know";
  EXPECT_EQ(host_.send(R"({"id":1})", "company")["status"], "ignored");
  EXPECT_EQ(host_.admin("GET", "/readyz").status, 200);

  ASSERT_EQ(said().size(), 1U) << "once, not per request";
  for (const char* part : {" error ", "source=contact", "secret=2026-12", "No such file"})
    EXPECT_NE(said()[0].find(part), std::string::npos) << said()[0];
  EXPECT_EQ(metric(), "1");
  const Json source = host_.api("status")["sources"][0];
  EXPECT_EQ(source["can_verify"], false);
  EXPECT_EQ(source["unusable_secrets"][0]["name"], "2026-12");
  const std::string status = fieldhook({"status"}).out;
  EXPECT_NE(status.find("cannot verify"), std::string::npos) << status;
  EXPECT_NE(status.find("source contact: secret \"2026-12\" cannot be used: secret file:" +
                        (host_.folder() / "secret").string() + " cannot be read: No such file"),
            std::string::npos)
      << status;
  EXPECT_EQ(json_of({"deliveries", "list", "--refused"})[0]["cause"], "secret_unusable");

  write_secret(kContactSecret);
  EXPECT_TRUE(takes_deliveries("c-2"));
  EXPECT_EQ(metric(), "0");
  EXPECT_TRUE(host_.logged("secret_read source=contact secret=2026-12"));
  EXPECT_EQ(host_.api("status")["sources"][0]["can_verify"], true);
  EXPECT_EQ(host_
                .post([] {
                  RawRequest forged = HostProcess::sign(contact_update("c-3", "ok"));
                  forged.body += " ";
                  return forged;
                }())
                .status,
            401);
  EXPECT_FALSE(host_.logged(kContactSecret));
}

TEST_F(MissingSecret, IsSaidAgainWhenTheReasonChanges) {
  verify()["secret_encoding"] = "hex";
  host_.start();
  write_secret("not hex at all\n");
  ASSERT_TRUE(eventually(kPatience, [&] { return said().size() == 2; }));
  EXPECT_NE(said()[1].find(" is not hex"), std::string::npos) << said()[1];
  EXPECT_EQ(post("c-1").status, 503);
  std::string hex;
  for (const char c : std::string(kContactSecret)) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    hex += {kDigits[static_cast<std::size_t>(c) / 16], kDigits[static_cast<std::size_t>(c) % 16]};
  }
  write_secret(hex);
  EXPECT_TRUE(takes_deliveries("c-2"));
  EXPECT_EQ(said().size(), 2U);
  EXPECT_FALSE(host_.logged("not hex at all"));
}

TEST_F(MissingSecret, LeavesItsSourceToTheOthers) {
  verify()["secrets"].push_back({{"name", "2026-11"}, {"from", "env:FIELDHOOK_TEST_CONTACT"}});
  host_.start();
  EXPECT_EQ(post("c-1").status, 200);
  ASSERT_EQ(said().size(), 1U);
  EXPECT_NE(said()[0].find(" warning "), std::string::npos) << said()[0];
  EXPECT_EQ(host_.api("status")["sources"][0]["can_verify"], true);
  EXPECT_NE(fieldhook({"status"}).out.find("source contact: secret \"2026-12\""),
            std::string::npos);

  // What no secret could prove is refused as ever.
  RawRequest unsigned_one = HostProcess::sign(contact_update("c-2", "ok"));
  unsigned_one.headers.clear();
  EXPECT_EQ(host_.post(unsigned_one).status, 401);

  // What is of none of the others may be of the one that is missing.
  RawRequest other = HostProcess::sign(contact_update("c-2", "ok"));
  other.body += " ";
  const Reply reply = host_.post(other);
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.headers.count("retry-after"), 1U);
  write_secret("another");
  EXPECT_TRUE(eventually(kPatience, [&] { return host_.post(other).status == 401; }));
}

TEST_F(MissingSecret, OrOneThatExpiredIsSaidByAllThatLook) {
  write_secret(kContactSecret);
  verify()["secrets"][0]["not_after"] = "2026-01-01T00:00:00Z";
  host_.start();
  EXPECT_EQ(post("c-1").status, 401);
  ASSERT_EQ(said().size(), 1U);
  EXPECT_NE(said()[0].find("it expired at 2026-01-01T00:00:00.000Z"), std::string::npos);
  EXPECT_EQ(metric(), "1");
  const std::string why =
      ": secret \"2026-12\" cannot be used: it expired at 2026-01-01T00:00:00.000Z\n";
  const Ran status = fieldhook({"status"});
  EXPECT_NE(status.out.find("source contact" + why), std::string::npos) << status.out;
  const Ran doctor = fieldhook({"doctor"});
  EXPECT_EQ(doctor.code, 1);
  const Ran checked =
      run_program({executable("fieldhookd"), "--config=" + host_.config_file().string(), "--check"},
                  host_.environment());
  const Ran asked = fieldhook({"config", "check"});
  EXPECT_EQ(asked.code, 0) << asked.err;
  EXPECT_EQ(checked.code, 0) << checked.err;
  for (const Ran& ran : {doctor, checked, asked})
    EXPECT_NE(ran.out.find("source \"contact\" can verify no request" + why), std::string::npos)
        << ran.out;
  EXPECT_EQ(json_of({"config", "check"})["warnings"].size(), 1U);
}

TEST_F(MissingSecret, IsAMistakeForWhoeverAsks) {
  verify()["secrets"][0]["from"] = "env:FIELDHOOK_TEST_UNSET";
  host_.write_config();
  const Ran checked =
      run_program({executable("fieldhookd"), "--config=" + host_.config_file().string(), "--check"},
                  host_.environment());
  const Ran asked = fieldhook({"config", "check"});
  for (const Ran& ran : {checked, asked}) {
    EXPECT_EQ(ran.code, 2);
    EXPECT_NE((ran.out + ran.err)
                  .find("config: sources[0].verify.secrets[0].from cannot be used: secret "
                        "env:FIELDHOOK_TEST_UNSET cannot be read: the environment variable is "
                        "not set"),
              std::string::npos)
        << ran.out << ran.err;
  }
}

TEST_F(MissingSecret, IsNotOneThatIsThereAndNoGood) {
  const auto refused = [&](const char* why) {
    host_.write_config();
    const Ran ran =
        run_program({executable("fieldhookd"), "--config=" + host_.config_file().string()},
                    host_.environment());
    EXPECT_EQ(ran.code, 2) << why;
    EXPECT_NE(ran.err.find(why), std::string::npos) << ran.err;
  };
  write_secret("\n");
  refused("/secret is empty");
  write_secret("a short one");
  verify() = {{"scheme", "standard-webhooks"}, {"secrets", verify()["secrets"]}};
  refused("\"whsec_\"");
}

}  // namespace
}  // namespace fh::test
