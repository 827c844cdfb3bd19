// The front end over real connections, with a function of the test's own behind it.
#include "ingress/http_front.h"

#include <gtest/gtest.h>

#include <future>

#include "system/wire.h"

namespace fh::test {
namespace {

class HttpFrontTest : public ::testing::Test {
 protected:
  HttpFrontTest() {
    options_.name = "test";
    options_.listen = {"127.0.0.1", 0};
    options_.terms.judge_head = [](const RawRequest&) { return HeadVerdict{std::nullopt, 1024}; };
    options_.is_quick = [](const RawRequest&) { return true; };
    options_.handle = [](const RawRequest&, const Respond& respond) { respond(Answer()); };
  }
  /// Its port takes connections, and they wait until start().
  HttpFront& front() {
    if (!front_) front_.emplace(options_);
    return *front_;
  }
  void ask(Wire& wire, const std::string& path) { wire.send("GET " + path + " HTTP/1.1\r\n\r\n"); }
  Wire ask(const std::string& path) {
    Wire wire(front().port());
    ask(wire, path);
    return wire;
  }

  HttpFrontOptions options_;
  std::optional<HttpFront> front_;
};

TEST_F(HttpFrontTest, TakesWhatCameWhileItWasHeldUpInTheOrderOfTheConnections) {
  std::promise<void> holding;
  std::promise<void> release;
  std::vector<std::string> seen;  // by the loop's thread, until its end
  options_.handle = [&](const RawRequest& request, const Respond& respond) {
    if (request.path == "/hold") {
      holding.set_value();
      release.get_future().wait();
    } else if (request.path != "/gone") {
      seen.push_back(request.path);
    }
    respond(Answer());
  };
  front().start();
  Wire holder = ask("/gone");
  EXPECT_EQ(holder.status(), 200);
  // Connections that are gone leave their places in memory to others, in no order.
  std::map<int, Wire> gone;
  for (int i = 0; i < 30; ++i) EXPECT_EQ(gone.emplace(i, ask("/gone")).first->second.status(), 200);
  for (int i = 0; i < 30; ++i) gone.erase(i * 7 % 30);
  std::vector<Wire> wires;
  for (int i = 0; i < 5; ++i) {
    wires.push_back(ask("/gone"));
    EXPECT_TRUE(wires.back().has_answer(kPatience));
  }
  ask(holder, "/hold");
  holding.get_future().wait();

  std::vector<std::string> sent;
  for (int i = 0; i < 25; ++i) {
    sent.push_back("/" + std::to_string(i));
    if (i < 5)
      ask(wires[static_cast<std::size_t>(i)], sent.back());
    else
      wires.push_back(ask(sent.back()));
  }
  release.set_value();
  for (Wire& wire : wires) EXPECT_EQ(wire.status(), 200);
  wires.clear();
  front().stop();
  EXPECT_EQ(seen, sent);
}

TEST_F(HttpFrontTest, AnswersAllThatWaitsAtItsPortBeforeItIsClosed) {
  std::vector<Wire> waiting;
  for (int i = 0; i < 300; ++i) waiting.push_back(ask("/"));
  front().start();
  front().begin_to_stop();
  int answered = 0;
  for (Wire& wire : waiting) answered += wire.status() == 200;
  EXPECT_EQ(answered, 300);
  waiting.clear();
  front().stop();
}

TEST_F(HttpFrontTest, GivesASenderThatHasOnlyConnectedTheTimeToAsk) {
  Wire silent(front().port());
  Wire idle = ask("/");
  front().start();
  EXPECT_EQ(idle.status(), 200);
  front().begin_to_stop();
  EXPECT_EQ(idle.all_answers().size(), 1U) << "closed then, for it was idle";
  ask(silent, "/");
  EXPECT_EQ(silent.status(), 200);
}

TEST_F(HttpFrontTest, TellsWhoWaitedAndFindsNoRoom) {
  Guarded<std::vector<Respond>> all;
  options_.max_connections_per_address = 5;
  options_.handle = [&](const RawRequest&, const Respond& respond) {
    all.with([&](std::vector<Respond>& responds) { responds.push_back(respond); });
  };
  std::vector<Wire> waiting;
  for (int i = 0; i < 12; ++i) waiting.push_back(ask("/"));
  Wire wrong(front().port());
  wrong.send("no HTTP\r\n\r\n");
  front().start();
  for (std::size_t i = 5; i < waiting.size(); ++i) {
    const auto answers = waiting[i].all_answers();
    ASSERT_EQ(answers.size(), 1U) << i;
    EXPECT_TRUE(answers[0].starts_with("HTTP/1.1 503 ")) << answers[0];
    EXPECT_NE(answers[0].find("\r\nRetry-After: "), std::string::npos) << answers[0];
  }
  EXPECT_EQ(wrong.status(), 400);
  const auto responds = all.with([](auto& held) { return std::exchange(held, {}); });
  ASSERT_EQ(responds.size(), 5U) << "the first that came";
  for (const Respond& respond : responds) respond(Answer());
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(waiting[i].status(), 200);
}

}  // namespace
}  // namespace fh::test
