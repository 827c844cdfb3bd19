#include "bench/deliveries.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/digest.h"

namespace fh::bench {
namespace {

// What changes from one delivery to the next, each as wide as what takes its place.
constexpr std::string_view kSignature =
    "ssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss";
constexpr std::string_view kId = "IIIIIIIII";
constexpr std::string_view kUuidEnd = "UUUUUUUUUUUU";
constexpr std::string_view kValue = "VVVVVVVV";
constexpr std::string_view kTime = "TTTTTTTTTTTTTTTTTTTTTTTT";
constexpr std::string_view kUuidStart = "3f1c8a90-2d44-4e51-9a7b-";
constexpr std::int64_t kFirstId = 100'000'000;
constexpr std::int64_t kFirstTimeMs = 1'767'225'600'000;  // 2026-01-01T00:00:00Z
constexpr std::size_t kBodySize = 1536;

std::string body_template(std::string_view field) {
  std::string body =
      R"({"changes":{"FIELD":"VVVVVVVV"},"snapshot":{"id":IIIIIIIII,)"
      R"("uuid":"3f1c8a90-2d44-4e51-9a7b-UUUUUUUUUUUU","is_archived":false,"first_name":"Priya",)"
      R"("last_name":"Raman","name":"Priya Raman","email":"priya@example.com","email_2":null,)"
      R"("job_title":"Operations Lead","mobile_phone_country_code":"+44",)"
      R"("mobile_phone_number":"7700900000","company":{)"
      R"("uuid":"abcdef12-3456-7890-abcd-ef1234567890","company_name":"Example Pty Ltd"},)"
      R"("assigned_to":{"uuid":"a0c15c5e-8f7e-4a53-9a43-0f1f0f4f7c11","name":"Sam Admin",)"
      R"("email":"sam@example.com"},"type":{"uuid":"18fd4f95-b6db-4f66-80ce-952059a5c7ac",)"
      R"("value":"Customer"},"category":null,"lead_source":null,"default_address":{)"
      R"("street":"221B Baker Street","city":"London","postcode":"NW1 6XE","country":"GB"},)"
      R"("custom_field":{"region":"EMEA","FIELD":"VVVVVVVV","score":87,"tier":"gold"},)"
      R"("profiles":null,"created_at":"2025-05-02T09:07:00.000Z",)"
      R"("updated_at":"TTTTTTTTTTTTTTTTTTTTTTTT","notes":"")";
  for (auto at = body.find("FIELD"); at != std::string::npos; at = body.find("FIELD"))
    body.replace(at, 5, field);
  constexpr std::string_view kEnd = "\"}}";
  body.pop_back();
  CHECK(body.size() + kEnd.size() < kBodySize);
  while (body.size() + kEnd.size() < kBodySize) body += "a note of some length ";
  body.resize(kBodySize - kEnd.size());
  return body + std::string(kEnd);
}

std::string request_template(std::string_view field) {
  const std::string body = body_template(field);
  return "POST " + std::string(kSourcePath) +
         " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
         "User-Agent: fieldhook-bench\r\nAccept: */*\r\nContent-Type: application/json\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\nX-Signature: " + std::string(kSignature) + "\r\n\r\n" +
         body;
}

}  // namespace

void Deliveries::FreeMac::operator()(EVP_MAC_CTX* mac) const { EVP_MAC_CTX_free(mac); }

Deliveries::Deliveries(DeliveryTerms terms)
    : terms_(std::move(terms)), made_(terms_.first), request_(request_template(terms_.field)) {
  body_ = request_.find("\r\n\r\n") + 4;
  signature_ = request_.find(kSignature);
  id_ = request_.find(kId);
  uuid_ = request_.find(kUuidEnd);
  time_ = request_.find(kTime);
  for (auto at = request_.find(kValue); at != std::string::npos; at = request_.find(kValue, at + 1))
    values_.push_back(at);
  CHECK(values_.size() == 2);
  for (const std::string& value : terms_.values) CHECK(value.size() == kValue.size());
  EVP_MAC* hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  mac_.reset(EVP_MAC_CTX_new(hmac));
  EVP_MAC_free(hmac);
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_end()};
  CHECK(EVP_MAC_init(mac_.get(), reinterpret_cast<const unsigned char*>(kSecret.data()),
                     kSecret.size(), params) == 1);
}

Deliveries::~Deliveries() = default;

std::string_view Deliveries::next() {
  const std::int64_t record = made_ % terms_.records;
  put_number(id_, kId.size(), kFirstId + record);
  put_number(uuid_, kUuidEnd.size(), record);
  const auto turn = static_cast<std::size_t>(made_) % terms_.values.size();
  for (const std::size_t place : values_) put(place, terms_.values[turn]);
  put(time_, rfc3339(from_ms(kFirstTimeMs + made_)));
  sign();
  ++made_;
  return request_;
}

std::string Deliveries::record() const {
  return std::string(kUuidStart) + request_.substr(uuid_, kUuidEnd.size());
}

void Deliveries::put(std::size_t place, std::string_view text) {
  request_.replace(place, text.size(), text);
}

void Deliveries::put_number(std::size_t place, std::size_t width, std::int64_t number) {
  for (std::size_t digit = width; digit-- > 0; number /= 10)
    request_[place + digit] = static_cast<char>('0' + number % 10);
}

void Deliveries::sign() {
  // Without a key the context keeps the one it has, already hashed.
  Digest digest;
  std::size_t size = 0;
  CHECK(EVP_MAC_init(mac_.get(), nullptr, 0, nullptr) == 1);
  CHECK(EVP_MAC_update(mac_.get(), reinterpret_cast<const unsigned char*>(&request_[body_]),
                       request_.size() - body_) == 1);
  CHECK(EVP_MAC_final(mac_.get(), digest.data(), &size, digest.size()) == 1);
  put(signature_, to_hex(digest));
}

}  // namespace fh::bench
