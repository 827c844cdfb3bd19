// The published vectors of tests/fixtures/vectors, each turned into a source's "verify" and a
// request. Of their schemes one is not supported: HTTP message signatures (RFC 9421), which name
// what they sign in the request itself.
#pragma once

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/json.h"
#include "ingress/raw_request.h"
#include "support/loaded_verify.h"

namespace fh::test {

inline constexpr const char* kUnsupportedScheme = "http-message-signatures";

struct SignatureVector {
  std::string id;
  std::string scheme;
  bool valid = false;
  Json verify;                       // without its secrets
  std::vector<std::string> secrets;  // their values
  std::string public_url;            // without its query; "" when the vector has none
  RawRequest request;
  std::optional<std::int64_t> now_ms;

  bool is_about_secrets() const { return scheme == "standard-webhooks-secret-format"; }
};

inline void PrintTo(const SignatureVector& vector, std::ostream* out) { *out << vector.id; }

inline std::string name_of_vector(const SignatureVector& vector) {
  std::string name = vector.id;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

/// As loading a configuration with it gives it. Throws ConfigErrors.
inline VerifyConfig config_of(const SignatureVector& vector) {
  std::vector<TestSecret> secrets;
  for (const std::string& value : vector.secrets)
    secrets.push_back({"secret-" + std::to_string(secrets.size()), value});
  Json more = Json::object();
  if (!vector.public_url.empty()) more["public_url"] = vector.public_url;
  return load_verify(vector.verify, secrets, more);
}

class VectorReader {
 public:
  explicit VectorReader(const Json& json) : json_(json) {
    vector_.id = json["id"];
    vector_.scheme = json["scheme"];
    vector_.valid = json["valid"];
    read_secrets();
    read_request();
    if (json.contains("now_ms"))
      vector_.now_ms = json["now_ms"];
    else if (json.contains("now"))
      vector_.now_ms = json["now"].get<std::int64_t>() * 1000;
    vector_.verify = verify();
  }
  SignatureVector take() { return std::move(vector_); }

 private:
  void read_secrets() {
    const Json& secret = json_["secret"];
    if (secret.is_object())
      vector_.secrets = {secret["password"]};
    else if (secret.is_array())
      vector_.secrets = secret;
    else
      vector_.secrets = {secret};
  }

  void read_request() {
    RawRequest& request = vector_.request;
    request.method = json_.value("method", "POST");
    request.path = "/hook";
    for (const auto& [name, value] : json_["headers"].items())
      request.headers.emplace_back(name, value);
    if (json_.contains("body_hex"))
      request.body = from_hex(json_["body_hex"].get<std::string>()).value();
    else if (json_.contains("body_generator"))
      request.body = std::string(json_["body_generator"]["count"].get<std::size_t>(), 'a');
    else if (json_["body"].is_string())
      request.body = json_["body"];
    const std::string url = json_.value("url", "");
    vector_.public_url = url.substr(0, url.find('?'));
    if (url.find('?') != std::string::npos) request.query = url.substr(url.find('?') + 1);
  }

  Json verify() {
    const std::string& scheme = vector_.scheme;
    if (scheme == "custom-hmac") return custom();
    if (scheme.starts_with("primitive-")) return primitive(scheme.substr(10));
    if (scheme == "basic") return {{"scheme", scheme}, {"user", json_["secret"]["username"]}};
    if (vector_.is_about_secrets()) return {{"scheme", "standard-webhooks"}};
    return {{"scheme", scheme}};
  }

  // A timestamp without a tolerance is signed and not checked: any header may be signed.
  Json custom() const {
    const Json& given = json_["config"];
    std::string text = given["signed"];
    if (const auto at = text.find("{timestamp}"); at != std::string::npos)
      text.replace(at, 11, "{header:" + given["timestamp_header"].get<std::string>() + "}");
    Json verify = {{"scheme", "signature"},
                   {"signed", text},
                   {"algorithm", "hmac-" + given["algo"].get<std::string>()},
                   {"encoding", given["encoding"]},
                   {"header", given["signature_header"]}};
    if (given.contains("prefix_optional")) {
      verify["prefix"] = given["prefix_optional"];
      verify["prefix_optional"] = true;
    }
    if (given.contains("list_separator")) verify["separator"] = given["list_separator"];
    return verify;
  }

  // No sender's: the bare code in a header of ours.
  Json primitive(const std::string& algorithm) {
    vector_.request.headers.emplace_back("X-Signature", json_["expected"]);
    return {{"scheme", "signature"},
            {"algorithm", algorithm},
            {"header", "X-Signature"},
            {"secret_encoding", json_["secret_encoding"]}};
  }

  const Json& json_;
  SignatureVector vector_;
};

/// All but those of kUnsupportedScheme.
inline std::vector<SignatureVector> signature_vectors() {
  std::ifstream file(std::string(FIELDHOOK_FIXTURES) + "/vectors/signatures.json");
  std::vector<SignatureVector> vectors;
  for (const Json& json : Json::parse(file))
    if (json["scheme"] != kUnsupportedScheme) vectors.push_back(VectorReader(json).take());
  return vectors;
}

}  // namespace fh::test
