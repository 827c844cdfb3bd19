// One connection over a real socket, fed by hand as the front end's loop would.
#include "ingress/http_connection.h"

#include <Poco/Net/ServerSocket.h>
#include <gtest/gtest.h>

namespace fh {
namespace {

using std::chrono::seconds;
using Want = HttpConnection::Want;

class HttpConnectionTest : public ::testing::Test {
 protected:
  HttpConnectionTest() {
    terms_.judge_head = [](const RawRequest&) { return HeadVerdict{std::nullopt, 1024}; };
    budget_.max_bytes = 1024 * 1024;
    sender_.connect(listener_.address());
    Poco::Net::StreamSocket accepted = listener_.acceptConnection();
    accepted.setBlocking(false);
    connection_.emplace(accepted, Peer{"192.0.2.1", "192.0.2.1"}, terms_, budget_, now_);
  }

  // What the connection wants when it has read that.
  Want receive(const std::string& text) {
    sender_.sendBytes(text.data(), static_cast<int>(text.size()));
    connection_->socket().poll(Poco::Timespan(20, 0), Poco::Net::Socket::SELECT_READ);
    return connection_->receive(now_);
  }
  std::string answer() {
    std::string text(4096, '\0');
    text.resize(std::size_t(sender_.receiveBytes(text.data(), int(text.size()))));
    return text;
  }

  const HttpConnection::Time now_ = std::chrono::steady_clock::now();
  HttpTerms terms_;
  HttpBudget budget_;
  Poco::Net::ServerSocket listener_{Poco::Net::SocketAddress("127.0.0.1", 0)};
  Poco::Net::StreamSocket sender_;
  std::optional<HttpConnection> connection_;
};

TEST_F(HttpConnectionTest, GivesALongAnswerTheTimeThatItTakes) {
  ASSERT_EQ(receive("GET / HTTP/1.1\r\n\r\n"), Want::handle);
  Answer answer;
  answer.body = std::string(64'000'000, 'x');
  EXPECT_EQ(connection_->answer(answer, false, now_), Want::write) << "more than a socket takes";
  EXPECT_GT(connection_->deadline(), now_ + terms_.request_deadline + seconds(1'000));
  EXPECT_LT(connection_->deadline(), now_ + terms_.request_deadline + seconds(1'001));
}

TEST_F(HttpConnectionTest, PassesOverEmptyLinesBeforeARequest) {
  EXPECT_EQ(receive("\r\n\r\n"), Want::read);
  EXPECT_TRUE(connection_->idle()) << "no request has begun";
  EXPECT_EQ(receive("\r\nGET /a HTTP/1.1\r\n\r\n"), Want::handle);
  EXPECT_EQ(connection_->take_request().path, "/a");
}

TEST_F(HttpConnectionTest, PassesOverAnEmptyLineThatComesInTwoPieces) {
  EXPECT_EQ(receive("\r\n\r"), Want::read);
  EXPECT_TRUE(connection_->idle()) << "no request has begun";
  EXPECT_EQ(receive("\nGET /a HTTP/1.1\r\n\r\n"), Want::handle);
  EXPECT_EQ(connection_->take_request().path, "/a");
}

TEST_F(HttpConnectionTest, HoldsNoneOfTheEmptyLinesAfterARequest) {
  std::string lines;
  for (int i = 0; i < 1'000; ++i) lines += "\r\n";
  ASSERT_EQ(receive("GET / HTTP/1.1\r\n\r\n" + lines), Want::handle);
  EXPECT_EQ(budget_.bytes, lines.size());
  EXPECT_EQ(connection_->answer(Answer(), false, now_), Want::read);
  EXPECT_TRUE(connection_->idle());
  EXPECT_EQ(budget_.bytes, 0U);
}

TEST_F(HttpConnectionTest, SaysWhenTheServerStopsBeforeTheRequestIsWhole) {
  EXPECT_EQ(receive("POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n{"), Want::read);
  EXPECT_EQ(connection_->send_away(now_), Want::read);
  EXPECT_TRUE(connection_->lingering());
  const std::string text = answer();
  EXPECT_TRUE(text.starts_with("HTTP/1.1 503 ")) << text;
  EXPECT_NE(text.find("\r\nRetry-After: "), std::string::npos) << text;
  EXPECT_EQ(connection_->send_away(now_), Want::close);
}

}  // namespace
}  // namespace fh
