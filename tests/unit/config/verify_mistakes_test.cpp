// What a configuration may not say about verification, and the sentence it is told with.
#include <gtest/gtest.h>

#include "config/signature_template.h"
#include "config_file.h"

namespace fh {
namespace {

Json with_secret(Json verify) {
  verify["secrets"] = {{{"name", "a"}, {"from", "file:secret"}}};
  return verify;
}

std::vector<std::string> mistakes_of(const Json& verify, const std::string& secret = "k",
                                     const std::string& sender = "hubspot") {
  ConfigFile file;
  file.write("secret", secret + "\n");
  const Json source = {{"name", "s"}, {"path", "/s"}, {"sender", sender}, {"verify", verify}};
  file.write("fieldhook.json", Json{{"sources", {source}}}.dump());
  return file.mistakes();
}

struct VerifyCase {
  std::string name;
  Json verify;          // its secrets are added
  std::string mistake;  // after "config: sources[0].verify"; "": none
  std::string secret = "k";
};

void PrintTo(const VerifyCase& one, std::ostream* out) { *out << one.name; }

class VerifyMistake : public testing::TestWithParam<VerifyCase> {};

TEST_P(VerifyMistake, IsTold) {
  const auto mistakes = mistakes_of(with_secret(GetParam().verify), GetParam().secret);
  if (GetParam().mistake.empty()) {
    EXPECT_TRUE(mistakes.empty()) << mistakes[0];
    return;
  }
  ASSERT_EQ(mistakes.size(), 1u) << mistakes.size();
  const std::string start = "config: sources[0].verify";
  EXPECT_EQ(mistakes[0].substr(0, start.size()), start);
  EXPECT_NE(mistakes[0].find(GetParam().mistake), std::string::npos) << mistakes[0];
}

Json own(const Json& more = Json::object()) {
  Json verify = {{"scheme", "signature"}, {"header", "X-Sig"}};
  verify.update(more);
  return verify;
}

Json stamp(const std::string& key, const Json& value) {
  return {{"scheme", "slack"}, {"timestamp", {{key, value}}}};
}

INSTANTIATE_TEST_SUITE_P(
    Table, VerifyMistake,
    testing::Values(
        VerifyCase{"Github", {{"scheme", "github"}}, ""}, VerifyCase{"Own", own(), ""},
        VerifyCase{"UnknownKey",
                   {{"scheme", "github"}, {"tolerence", "1m"}},
                   ": unknown key \"tolerence\""},
        VerifyCase{"KeyOfAnotherScheme",
                   {{"scheme", "bearer"}, {"header", "X"}},
                   ": unknown key \"header\""},
        VerifyCase{"NoHeader", {{"scheme", "signature"}}, ".header is missing"},
        VerifyCase{"HeaderName", own({{"header", "X Sig"}}),
                   ".header \"X Sig\" is no header's name"},
        VerifyCase{"ToleranceZero", stamp("tolerance", "0s"),
                   ".timestamp.tolerance is 0, so that no delivery could come in time"},
        VerifyCase{"ToleranceHuge", stamp("tolerance", "8d"),
                   ".timestamp.tolerance \"8d\" is out of"},
        VerifyCase{"ToleranceNumber", stamp("tolerance", 300),
                   ".timestamp.tolerance must be a text"},
        VerifyCase{"Unit", stamp("unit", "us"),
                   ".timestamp.unit \"us\" is not known (known: s, ms"},
        VerifyCase{"CheckedNotSigned", own({{"timestamp", {{"header", "X-T"}}}}),
                   ".timestamp is checked but not signed"},
        VerifyCase{"PresetsTimeNotSigned",
                   {{"scheme", "slack"}, {"signed", "{body}"}},
                   ".timestamp is checked but not signed"},
        VerifyCase{"SignedNotSaid", own({{"signed", "{timestamp}{body}"}}),
                   ".timestamp is missing"},
        VerifyCase{"ToleranceOfNoTime", own({{"timestamp", {{"tolerance", "5m"}}}}),
                   ".timestamp.tolerance means nothing: without a header or a label"},
        VerifyCase{"UnitOfNoTime", own({{"timestamp", {{"unit", "ms"}}}}),
                   ".timestamp.unit means nothing: without a header or a label"},
        VerifyCase{"ToleranceOfATimeWithoutPlace",
                   own({{"signed", "{timestamp}{body}"}, {"timestamp", {{"tolerance", "5m"}}}}),
                   ".timestamp is missing"},
        VerifyCase{"PresetsTimeLeftOut",
                   {{"scheme", "slack"}, {"signed", "{body}"}, {"timestamp", {{"header", ""}}}},
                   ""},
        VerifyCase{"FormOfNoUrl", own({{"url", "hubspot"}}), ".url means nothing: signed has no"},
        VerifyCase{"IdNotSigned", own({{"id_header", "X-Id"}}), ".id_header is not signed"},
        VerifyCase{"IdNotSaid", own({{"signed", "{id}{body}"}}), ".id_header is missing"},
        VerifyCase{"FormAlone", own({{"signed", "{form}"}}),
                   ".signed does not cover a body that is no form: add {url} or {body}"},
        VerifyCase{"BodyNotSigned", own({{"signed", "{method}"}}),
                   ".signed does not cover the body"},
        VerifyCase{"UnknownPart", own({{"signed", "{bdy}"}}),
                   ".signed has \"{bdy}\", which is no part"},
        VerifyCase{"OpenPart", own({{"signed", "{body"}}),
                   ".signed has \"{body\", which is no part"},
        VerifyCase{"EmptySigned", own({{"signed", ""}}), ".signed does not cover the body"},
        VerifyCase{"HeaderPart", own({{"signed", "{body}{header:a b}"}}),
                   ".signed \"a b\" is no header's name"},
        VerifyCase{"SecretInHmac", own({{"signed", "{secret}{body}"}}),
                   ".algorithm keeps the secret"},
        VerifyCase{"PlainWithoutSecret", own({{"algorithm", "sha256"}}),
                   ".algorithm \"sha256\" has no key"},
        VerifyCase{"Algorithm", own({{"algorithm", "md5"}}), ".algorithm \"md5\" is not known"},
        VerifyCase{"FormatWithoutPrefix", own({{"format", "prefix"}}), ".prefix is missing"},
        VerifyCase{"PrefixMeansFormat", own({{"prefix", "v1="}}), ""},
        VerifyCase{"PrefixInAnotherFormat", own({{"prefix", "v1="}, {"format", "raw"}}),
                   ".prefix means nothing in format \"raw\""},
        VerifyCase{"LabelMissing", own({{"format", "key-value"}, {"separator", ","}}),
                   ".label is missing"},
        VerifyCase{"SeparatorMissing", own({{"format", "versioned"}, {"label", "v1"}}),
                   ".separator is missing"},
        VerifyCase{"LabelInRaw", own({{"label", "v1"}}), ".label means nothing in format \"raw\""},
        VerifyCase{"TimeLabelInRaw",
                   own({{"signed", "{timestamp}{body}"}, {"timestamp", {{"label", "t"}}}}),
                   ".timestamp has a label"},
        VerifyCase{"SecretNotHex",
                   {{"scheme", "close"}},
                   ".secrets[0].from cannot be used: secret file:",
                   "xyz"},
        VerifyCase{"SecretEmpty", {{"scheme", "github"}}, "/secret is empty", ""},
        VerifyCase{
            "WhsecShort", {{"scheme", "standard-webhooks"}}, "is 3 bytes long", "whsec_AAAA"},
        VerifyCase{"WhsecPrivateKey",
                   {{"scheme", "standard-webhooks"}},
                   "is the sender's private key",
                   "whsk_AAAA"},
        VerifyCase{"WhsecIsTextForStripe", {{"scheme", "stripe"}}, "", "whsec_%"},
        VerifyCase{"Ed25519Size", own({{"algorithm", "ed25519"}, {"secret_encoding", "hex"}}),
                   "is 2 bytes long: an Ed25519 public key has 32", "abcd"},
        VerifyCase{"BasicWithoutUser", {{"scheme", "basic"}}, "has no \":\"", "password"},
        VerifyCase{
            "BasicUserColon", {{"scheme", "basic"}, {"user", "a:b"}}, ".user must have no \":\""},
        VerifyCase{"BodyTokenPointer",
                   {{"scheme", "body-token"}, {"in", "token"}},
                   ".in \"token\" is no JSON Pointer"}),
    [](const auto& param) { return param.param.name; });

TEST(VerifyMistakes, NoneIsNeverToldTheSecret) {
  for (const auto& [scheme, secret] : std::vector<std::pair<std::string, std::string>>{
           {"close", "hunter2"}, {"standard-webhooks", "whsec_hunter2"}, {"basic", "hunter2"}})
    for (const std::string& mistake : mistakes_of(with_secret({{"scheme", scheme}}), secret))
      EXPECT_EQ(mistake.find("hunter2"), std::string::npos) << mistake;
}

TEST(VerifyMistakes, NoneNeedsItsOtherKey) {
  const auto mistakes = mistakes_of({{"scheme", "none"}});
  ASSERT_EQ(mistakes.size(), 1u);
  EXPECT_EQ(mistakes[0],
            "config: sources[0].verify.scheme \"none\" takes deliveries from anybody: write "
            "\"accept_unauthenticated\": true beside it if that is meant");
  EXPECT_EQ(mistakes_of({{"scheme", "none"}, {"accept_unauthenticated", false}}).size(), 1u);
  EXPECT_TRUE(mistakes_of({{"scheme", "none"}, {"accept_unauthenticated", true}}).empty());
  EXPECT_EQ(mistakes_of(with_secret({{"scheme", "none"}, {"accept_unauthenticated", true}})).size(),
            1u);
}

TEST(VerifyMistakes, ASignedUrlNeedsThePublicOne) {
  const auto mistakes = mistakes_of(with_secret({{"scheme", "hubspot-v3"}}));
  ASSERT_EQ(mistakes.size(), 1u);
  EXPECT_TRUE(mistakes[0].starts_with("config: sources[0].public_url is missing")) << mistakes[0];
}

TEST(VerifyMistakes, AMappingIsForSendersThatTakeOne) {
  ConfigFile file;
  file.write("secret", "k\n");
  Json source = {{"name", "s"},
                 {"path", "/s"},
                 {"sender", "hubspot"},
                 {"mapping", {{"id", "/id"}}},
                 {"verify", with_secret({{"scheme", "bearer"}})}};
  file.write("fieldhook.json", Json{{"sources", {source}}}.dump());
  EXPECT_EQ(file.mistakes().size(), 1u);
  source.update({{"sender", "generic"}, {"mapping", {{"type", "/type"}}}});
  file.write("fieldhook.json", Json{{"sources", {source}}}.dump());
  EXPECT_EQ(file.mistakes(),
            std::vector{std::string("config: sources[0].mapping of sender \"generic\" "
                                    "needs \"id\" or \"uuid\": whose record it is")});
  source["mapping"]["id"] = "/id";
  file.write("fieldhook.json", Json{{"sources", {source}}}.dump());
  EXPECT_TRUE(file.mistakes().empty());
  source["mapping"].erase("type");
  file.write("fieldhook.json", Json{{"sources", {source}}}.dump());
  EXPECT_EQ(file.mistakes().size(), 2u) << "record and event are said nowhere";
}

TEST(Describe, ShowsEveryPresetExpandedAndLoadsItAgain) {
  for (const std::string& scheme : signature_presets()) {
    ConfigFile file;
    const bool whsec = scheme == "standard-webhooks";
    file.write("secret", whsec ? "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" : "abcd");
    Json verify = with_secret({{"scheme", scheme}});
    verify["secrets"][0]["not_after"] = "2030-01-01T00:00:00Z";
    if (scheme == "hmac-sha256" || scheme == "signature") verify["header"] = "X-Sig";
    const Json source = {{"name", "s"},
                         {"path", "/s"},
                         {"sender", "hubspot"},
                         {"public_url", "https://h.example/s"},
                         {"ignore_fields", {"updated_at"}},
                         {"ignore_actors", {"api"}},
                         {"verify", verify}};
    file.write("fieldhook.json", Json{{"sources", {source}}}.dump());
    const Json shown = describe(file.load());
    for (const char* key :
         {"signed", "algorithm", "header", "format", "encoding", "secret_encoding"})
      EXPECT_TRUE(shown["sources"][0]["verify"].contains(key)) << scheme << " " << key;
    const ConfigFile again(shown.dump());
    EXPECT_EQ(describe(again.load()), shown) << scheme;
  }
}

// What a source takes away from its preset must not come back.
TEST(Describe, ShowsWhatWasTakenFromAPreset) {
  const Json taken[] = {
      {{"scheme", "github"}, {"format", "raw"}, {"prefix", ""}},
      {{"scheme", "github"},
       {"format", "key-value"},
       {"prefix", ""},
       {"separator", ","},
       {"label", "v1"}},
      {{"scheme", "standard-webhooks"}, {"ed25519_label", ""}},
      {{"scheme", "standard-webhooks"}, {"header_prefixes", Json::array()}},
      {{"scheme", "standard-webhooks"}, {"signed", "{timestamp}.{body}"}, {"id_header", ""}},
      {{"scheme", "stripe"},
       {"format", "raw"},
       {"separator", ""},
       {"signed", "{body}"},
       {"timestamp", {{"label", ""}}}},
      {{"scheme", "stripe"}, {"timestamp", {{"header", "X-Time"}}}},
      {{"scheme", "slack"}, {"signed", "{body}"}, {"timestamp", {{"header", ""}}}}};
  for (const Json& verify : taken) {
    ConfigFile file;
    file.write("secret", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    const Json source = {
        {"name", "s"}, {"path", "/s"}, {"sender", "hubspot"}, {"verify", with_secret(verify)}};
    file.write("fieldhook.json", Json{{"sources", {source}}}.dump());
    ASSERT_TRUE(file.mistakes().empty()) << verify << file.mistakes()[0];
    const Json shown = describe(file.load());
    const ConfigFile again(shown.dump());
    ASSERT_TRUE(again.mistakes().empty()) << verify << again.mistakes()[0];
    EXPECT_EQ(describe(again.load()), shown) << verify;
    const auto signature = [](const Config& config) {
      return std::get<SignatureTemplate>(config.sources[0].verify.scheme);
    };
    const SignatureTemplate before = signature(file.load());
    const SignatureTemplate after = signature(again.load());
    EXPECT_EQ(after.prefix, before.prefix) << verify;
    EXPECT_EQ(after.ed25519_label, before.ed25519_label) << verify;
    EXPECT_EQ(after.header_prefixes, before.header_prefixes) << verify;
    EXPECT_EQ(after.id_header, before.id_header) << verify;
    EXPECT_EQ(after.separator, before.separator) << verify;
    EXPECT_EQ(after.timestamp_header, before.timestamp_header) << verify;
    EXPECT_EQ(after.timestamp_label, before.timestamp_label) << verify;
  }
}

}  // namespace
}  // namespace fh
