// Every published signature vector against the real executables: over HTTP, while the host's clock
// stands still at the vector's own time (fixtures/set_clock.c), and by `fieldhook verify --at`.
#include <gtest/gtest.h>

#include <fstream>

#include "base/digest.h"
#include "ingress/sign.h"
#include "support/signature_vectors.h"
#include "support/temp_folder.h"
#include "system/host_process.h"

namespace fh::test {
namespace {

Json to_json(const std::vector<std::string>& secrets, const std::string& variable) {
  Json list = Json::array();
  for (std::size_t i = 0; i < secrets.size(); ++i)
    list.push_back({{"name", "secret-" + std::to_string(i)},
                    {"from", "env:" + variable + "_" + std::to_string(i)}});
  return list;
}

std::string variable_of(const SignatureVector& vector) { return "V_" + name_of_vector(vector); }

void put_secrets(const SignatureVector& vector, Environment& environment) {
  for (std::size_t i = 0; i < vector.secrets.size(); ++i)
    environment[variable_of(vector) + "_" + std::to_string(i)] = vector.secrets[i];
}

Json source_of(const SignatureVector& vector) {
  Json source = {{"name", name_of_vector(vector)},
                 {"path", "/v/" + name_of_vector(vector)},
                 {"sender", "standard-webhooks"},
                 {"verify", vector.verify}};
  source["verify"]["secrets"] = to_json(vector.secrets, variable_of(vector));
  if (!vector.public_url.empty()) source["public_url"] = vector.public_url;
  return source;
}

bool has_empty_secret(const SignatureVector& vector) {
  return std::find(vector.secrets.begin(), vector.secrets.end(), "") != vector.secrets.end();
}

// Judged when the host starts, whatever is sent.
bool is_bad_secret(const SignatureVector& vector) {
  return has_empty_secret(vector) || (vector.is_about_secrets() && !vector.valid);
}

class SignatureVectorsOverHttp : public ::testing::Test {
 protected:
  /// A source for each of these vectors, and no other.
  template <typename Is>
  void configure(Is is) {
    Json& sources = host_.config()["sources"] = Json::array();
    for (const SignatureVector& vector : signature_vectors()) {
      if (!is(vector)) continue;
      vectors_.push_back(vector);
      sources.push_back(source_of(vector));
      put_secrets(vector, host_.environment());
    }
  }
  // The host's wall clock, from now on.
  void stop_clock(std::int64_t at_ms) {
    const auto part = host_.folder() / "clock.part";
    std::ofstream(part) << "=" << at_ms / 1000;
    std::filesystem::rename(part, host_.folder() / "clock");
  }
  int post(RawRequest request, const SignatureVector& vector) {
    request.path = "/v/" + name_of_vector(vector);
    return host_.post(request).status;
  }
  /// Verified and then no JSON: 400; no record in it: 200.
  static void expect_verdict(int status, bool valid) {
    EXPECT_TRUE(status == 200 || status == 400 || status == 401) << status;
    EXPECT_EQ(status != 401, valid) << status;
  }
  void judge(const SignatureVector& vector) {
    if (vector.now_ms) stop_clock(*vector.now_ms);
    if (vector.is_about_secrets()) {
      // The secret is good: what it signs is taken, the bare request of the vector is not.
      RawRequest signed_request;
      signed_request.body = "{}";
      sign(config_of(vector), signed_request, {SystemClock().now(), "msg_1"});
      expect_verdict(post(signed_request, vector), true);
      expect_verdict(post(vector.request, vector), false);
    } else if (vector.request.method == "GET") {
      // Right, and no delivery; the method is part of what was signed.
      EXPECT_EQ(post(vector.request, vector), 405);
      RawRequest as_post = vector.request;
      as_post.method = "POST";
      expect_verdict(post(as_post, vector), false);
    } else {
      expect_verdict(post(vector.request, vector), vector.valid);
    }
  }
  HostProcess host_;
  std::vector<SignatureVector> vectors_;
};

TEST_F(SignatureVectorsOverHttp, AreJudgedAsPublished) {
  configure([](const SignatureVector& vector) { return !is_bad_secret(vector); });
  host_.preload("set_clock.so");
  host_.environment()["FIELDHOOK_TEST_CLOCK"] = (host_.folder() / "clock").string();
  host_.start();
  // Those that go by the system's clock first.
  std::stable_partition(vectors_.begin(), vectors_.end(),
                        [](const SignatureVector& vector) { return !vector.now_ms; });
  for (const SignatureVector& vector : vectors_) {
    SCOPED_TRACE(vector.id);
    judge(vector);
  }
}

TEST_F(SignatureVectorsOverHttp, BadSecretsAreRefusedByTheStart) {
  configure(is_bad_secret);
  host_.launch();
  EXPECT_EQ(host_.wait_for_end(), 2);
  for (const SignatureVector& vector : vectors_) {
    EXPECT_TRUE(host_.logged(variable_of(vector) + "_0")) << vector.id << "\n" << host_.log();
    EXPECT_TRUE(vector.secrets[0].size() < 8 || !host_.logged(vector.secrets[0])) << vector.id;
  }
}

TEST(SignatureVectors, AreAllThatAreSupported) { EXPECT_EQ(signature_vectors().size(), 56U); }

class SignatureVectorsByCommand : public ::testing::TestWithParam<SignatureVector> {
 protected:
  std::filesystem::path write(const std::string& name, const Json& json) const {
    std::ofstream(folder_.path() / name) << json.dump();
    return folder_.path() / name;
  }

  // The request as the vector writes it.
  static Json request_of(const SignatureVector& vector) {
    Json headers = Json::object();
    for (const auto& [name, value] : vector.request.headers) headers[name] = value;
    Json request = {{"method", vector.request.method}, {"headers", headers}};
    const std::string& query = vector.request.query;
    const std::string url = vector.public_url.empty() ? "/hook" : vector.public_url;
    request["url"] = query.empty() ? url : url + "?" + query;
    request["body_hex"] = to_hex(vector.request.body);
    return request;
  }

  TempFolder folder_;
};

TEST_P(SignatureVectorsByCommand, AreJudgedAsPublished) {
  const SignatureVector& vector = GetParam();
  Environment environment = plain_environment();
  put_secrets(vector, environment);
  const auto config = write("fieldhook.json", {{"sources", {source_of(vector)}}});
  const auto request = write("request.json", request_of(vector));
  std::vector<std::string> words = {
      executable("fieldhook"), "verify",   request.string(),       "--config",
      config.string(),         "--source", name_of_vector(vector), "--json"};
  if (vector.now_ms) {
    words.push_back("--at");
    words.push_back(std::to_string(*vector.now_ms / 1000));
  }
  const Ran ran = run_program(words, environment);
  if (vector.is_about_secrets()) {
    // With a good secret it is the request that does not fit.
    EXPECT_EQ(ran.code, vector.valid ? 1 : 2) << ran.out << ran.err;
    return;
  }
  if (has_empty_secret(vector)) {
    EXPECT_EQ(ran.code, 2) << ran.out << ran.err;
    return;
  }
  EXPECT_EQ(ran.code, vector.valid ? 0 : 1) << ran.out << ran.err;
  EXPECT_EQ(Json::parse(ran.out)["valid"], vector.valid);
  for (const std::string& secret : vector.secrets) {
    if (secret == "secret") continue;  // which is a word too
    EXPECT_EQ((ran.out + ran.err).find(secret), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Published, SignatureVectorsByCommand,
                         ::testing::ValuesIn(signature_vectors()),
                         [](const auto& param) { return name_of_vector(param.param); });

}  // namespace
}  // namespace fh::test
