// Requests that are not what they say: each is refused and its connection closed, so that no byte
// of it becomes the next request. What is allowed, though unusual, is taken.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "base/digest.h"
#include "base/mac.h"
#include "system/host_process.h"
#include "system/wire.h"

namespace fh::test {
namespace {

const std::string kBody = contact_update("c-1", "ok");
const std::string kLength = "Content-Length: " + std::to_string(kBody.size()) + "\r\n";

// A signed delivery with these further lines in its head.
std::string delivery(const std::string& head, const std::string& rest = kBody) {
  return "POST /webhooks/contact HTTP/1.1\r\nHost: x\r\nX-Signature: " +
         to_hex(hmac(Hash::sha256, kContactSecret, kBody)) + "\r\n" + head + "\r\n" + rest;
}

// A body in one chunk, its size as given.
std::string chunk_with(const std::string& size, const std::string& trailers) {
  return size + "\r\n" + kBody + "\r\n0\r\n" + trailers + "\r\n";
}
std::string chunk(const std::string& size) { return chunk_with(size, ""); }
std::string right_size() {
  std::ostringstream text;
  text << std::hex << kBody.size();
  return text.str();
}

std::string many_fields(int count = 120) {
  std::string fields;
  for (int i = 0; i < count; ++i) fields += "X-" + std::to_string(i) + ": 1\r\n";
  return fields;
}

struct Case {
  const char* name;
  std::string request;
  std::set<int> statuses;
  bool half_closed = false;  // the client says that nothing more will come
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class Framing : public ::testing::TestWithParam<Case> {};

TEST_P(Framing, IsRefusedAndTheConnectionClosed) {
  HostProcess host;
  host.config()["ingest"]["request_deadline"] = "1s";
  host.install("misbehave.so");
  host.start();
  Wire wire(host.ingest_port());
  wire.send(GetParam().request);
  if (GetParam().half_closed) wire.end();
  const int status = wire.status();
  EXPECT_TRUE(GetParam().statuses.contains(status)) << "answered " << status;
  if (status != 200) {
    EXPECT_TRUE(wire.is_closed_after_one_answer());
  }
  EXPECT_TRUE(host.api("jobs").empty());
}

const std::string kChunked = "Transfer-Encoding: chunked\r\n";
const std::string kWhole = delivery(kLength);

INSTANTIATE_TEST_SUITE_P(
    Table, Framing,
    ::testing::Values(
        Case{"no_length", delivery(""), {411}},
        Case{"length_and_encoding", delivery(kLength + kChunked, chunk(right_size())), {400}},
        Case{"encoding_and_length", delivery(kChunked + kLength, chunk(right_size())), {400}},
        Case{"two_lengths", delivery(kLength + "Content-Length: 3\r\n"), {400}},
        Case{"negative_length", delivery("Content-Length: -1\r\n"), {400}},
        Case{"length_with_a_plus", delivery("Content-Length: +" + kLength.substr(16)), {400}},
        Case{"length_and_more", delivery("Content-Length: 5abc\r\n"), {400}},
        Case{"blank_before_the_colon", delivery("Content-Length : 5\r\n"), {400}},
        Case{"unknown_encoding", delivery("Transfer-Encoding: gzip\r\n"), {501}},
        Case{"chunk_without_a_size", delivery(kChunked, chunk("zz")), {400}},
        Case{"chunk_beyond_64_bits", delivery(kChunked, chunk("ffffffffffffffffff1a")), {400}},
        Case{"chunk_size_without_a_return", delivery(kChunked, "5\nhello"), {400}},
        Case{"chunk_size_without_end", delivery(kChunked, std::string(20'000, '0')), {400}},
        Case{"chunk_extension_without_end",
             delivery(kChunked, "5;a=" + std::string(20'000, 'x')),
             {400}},
        Case{"trailer_without_end",
             delivery(kChunked, "0\r\nX: " + std::string(20'000, 'x')),
             {431}},
        Case{"trailers_without_end", delivery(kChunked, "0\r\n" + many_fields(1'000)), {431}},
        Case{"encoding_in_a_further_line",
             delivery("Transfer-Encoding:\r\n chunked\r\n", chunk(right_size())),
             {400}},
        Case{"signature_in_a_further_line",
             "POST /webhooks/contact HTTP/1.1\r\nHost: x\r\n" + kLength + "X-Signature:\r\n " +
                 to_hex(hmac(Hash::sha256, kContactSecret, kBody)) + "\r\n\r\n" + kBody,
             {400}},
        Case{"chunk_cut_short", delivery(kChunked, chunk(right_size()).substr(0, 20)), {400}, true},
        Case{"body_cut_short", delivery(kLength, kBody.substr(1)), {400}, true},
        Case{"body_that_stalls", delivery(kLength, kBody.substr(1)), {408}},
        Case{"head_that_stalls", delivery(kLength).substr(0, 60), {408}},
        Case{"header_too_long",
             delivery("X-Long: " + std::string(20'000, 'x') + "\r\n" + kLength),
             {431}},
        Case{"too_many_fields", delivery(many_fields() + kLength), {431}},
        Case{"uri_too_long",
             "POST /" + std::string(20'000, 'x') + " HTTP/1.1\r\n" + kLength + "\r\n" + kBody,
             {431}},
        Case{"another_version",
             "POST /webhooks/contact HTTP/2.0\r\n" + kLength + "\r\n" + kBody,
             {400}},
        Case{"line_ends_without_a_return",
             "POST /webhooks/contact HTTP/1.1\nContent-Length: 0\n\n",
             {400}},
        Case{"two_content_encodings",
             delivery("Content-Encoding: identity\r\nContent-Encoding: gzip\r\n" + kLength),
             {415}},
        Case{"compressed_body", delivery("Content-Encoding: gzip\r\n" + kLength), {415}},
        Case{"body_too_large", delivery("Content-Length: 99999999\r\n", ""), {413}},
        Case{"chunk_too_large", delivery(kChunked, "5f5e0ff\r\n"), {413}},
        Case{"signature_in_a_trailer",
             "POST /webhooks/contact HTTP/1.1\r\nHost: x\r\n" + kChunked + "\r\n" + right_size() +
                 "\r\n" + kBody + "\r\n0\r\nX-Signature: " +
                 to_hex(hmac(Hash::sha256, kContactSecret, kBody)) + "\r\n\r\n",
             {401}},
        Case{"no_http", "\x16\x03\x01 hello\r\n\r\n", {400}},
        Case{"delivery_inside_a_404",
             "POST /unknown HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                 std::to_string(kWhole.size()) + "\r\n\r\n" + kWhole,
             {404}},
        Case{"delivery_inside_a_405",
             "GET /webhooks/contact HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                 std::to_string(kWhole.size()) + "\r\n\r\n" + kWhole,
             {405}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Requests, ThatDripInEndAtTheirDeadline) {
  HostProcess host;
  host.config()["ingest"]["request_deadline"] = "500ms";
  host.install("misbehave.so");
  host.start();
  Wire wire(host.ingest_port());
  wire.send(delivery(kLength, ""));
  const auto begin = std::chrono::steady_clock::now();
  for (const char byte : kBody) {
    if (wire.has_answer(100ms)) break;
    wire.send(std::string(1, byte));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  EXPECT_EQ(wire.status(), 408);
  EXPECT_TRUE(host.api("jobs").empty());
}

TEST(Requests, WhoseHeadDripsInEndAtTheSameDeadline) {
  HostProcess host;
  host.config()["ingest"]["request_deadline"] = "500ms";
  host.start();
  Wire wire(host.ingest_port());
  const auto begin = std::chrono::steady_clock::now();
  for (const char byte : delivery(kLength, "")) {
    if (wire.has_answer(100ms)) break;
    wire.send(std::string(1, byte));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  EXPECT_EQ(wire.status(), 408);
}

TEST(Requests, OfOneConnectionAreAnsweredInOrder) {
  HostProcess host;
  host.install("misbehave.so");
  host.start();
  Wire wire(host.ingest_port());
  // Pipelined: the second is there before the first is answered, and then asks to close.
  wire.send(delivery(kLength) + delivery("Connection: close\r\n" + kLength));
  const std::vector<std::string> statuses = wire.all_answers();
  ASSERT_EQ(statuses.size(), 2U);
  EXPECT_NE(statuses[0].find("\"accepted\""), std::string::npos);
  EXPECT_NE(statuses[1].find("\"duplicate\""), std::string::npos);
}

TEST(Requests, AreAskedForTheirBodyOnlyWhenTheHeadIsAcceptable) {
  HostProcess host;
  host.start();
  Wire wire(host.ingest_port());
  wire.send("POST /unknown HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n" + kLength + "\r\n");
  const std::vector<std::string> answers = wire.all_answers();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_TRUE(answers[0].starts_with("HTTP/1.1 404"));
}

class ThousandSlowOnes : public ::testing::TestWithParam<int> {};

TEST_P(ThousandSlowOnes, KeepNoHonestSenderWaitingNorBanned) {
  HostProcess host;  // without a plugin, so that no answer waits for the disk
  host.config()["ingest"]["max_connections"] = GetParam();
  host.start();
  std::vector<Wire> slow;
  const std::string head = delivery(kLength, "");
  for (std::size_t i = 0; i < 1'000; ++i) {
    slow.emplace_back(host.ingest_port());
    slow.back().send(head.substr(0, 1 + i % head.size()));
  }
  std::vector<std::chrono::steady_clock::duration> times;
  for (int i = 0; i < 20; ++i) {
    for (std::size_t j = 0; j < slow.size(); j += 10) slow[j].send("x");
    const auto begin = std::chrono::steady_clock::now();
    Wire wire(host.ingest_port());
    wire.send(delivery(kLength));
    EXPECT_EQ(wire.status(), 200);
    times.push_back(std::chrono::steady_clock::now() - begin);
  }
  std::sort(times.begin(), times.end());
  EXPECT_LT(times[times.size() / 2], 100ms);
}

// Fewer places than there are slow senders, some of whom leave; and room for all of them.
INSTANTIATE_TEST_SUITE_P(Places, ThousandSlowOnes, ::testing::Values(600, 4096));

TEST(Requests, ThatAreUnusualAreTaken) {
  HostProcess host;
  host.install("misbehave.so");
  host.start();
  int sent = 0;
  for (const auto& [head, body] : {std::pair{kLength, kBody},
                                   {kChunked, chunk(right_size())},
                                   {kChunked, chunk_with(right_size(), "Content-Length: 5\r\n")},
                                   {"Expect: 100-continue\r\n" + kLength, kBody},
                                   {"X-Empty:\r\n" + kLength, kBody}}) {
    Wire wire(host.ingest_port());
    wire.send(delivery("X-Fieldhook-Delivery: d-" + std::to_string(++sent) + "\r\n" + head, body));
    EXPECT_EQ(wire.status(), 200) << head;
  }
  Wire wire(host.ingest_port());
  std::string whole = delivery("X-Fieldhook-Delivery: d-0\r\n" + kLength);
  wire.send(whole.insert(whole.find('/'), "http://hooks.example.com"));
  EXPECT_EQ(wire.status(), 200) << "a target that names the host";
  EXPECT_EQ(host.api("jobs?limit=10").size(), 6U);
}

}  // namespace
}  // namespace fh::test
