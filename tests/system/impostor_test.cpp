// The fieldhook command against a server that is no host: it says so, within bounds, and never that
// something was done.
#include <Poco/Net/ServerSocket.h>

#include <atomic>
#include <fstream>
#include <mutex>
#include <thread>

#include "system/command_line.h"

namespace fh::test {
namespace {

// Gives everybody the same answer, whatever they ask, or none at all.
class Impostor {
 public:
  explicit Impostor(std::string answer) : answer_(std::move(answer)) {
    thread_ = std::jthread([this] { work(); });
  }
  ~Impostor() {
    ending_ = true;
    Poco::Net::StreamSocket wakes(listener_.address());
    thread_.join();
  }
  std::string url(const std::string& scheme = "http") const {
    return scheme + "://" + listener_.address().toString();
  }
  std::string asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  void work() {
    while (true) {
      Poco::Net::StreamSocket one = listener_.acceptConnection();
      if (ending_) return;
      std::string text(64 * 1024, '\0');
      text.resize(std::size_t(std::max(0, one.receiveBytes(text.data(), int(text.size())))));
      if (answer_.empty()) {
        silent_.push_back(one);
        continue;
      }
      const std::lock_guard lock(mutex_);
      asked_ = text;
      one.sendBytes(answer_.data(), int(answer_.size()));
    }
  }

  const std::string answer_;
  std::atomic<bool> ending_{false};
  std::mutex mutex_;
  std::string asked_;  // guarded by mutex_
  Poco::Net::ServerSocket listener_{Poco::Net::SocketAddress("127.0.0.1", 0)};
  std::vector<Poco::Net::StreamSocket> silent_;
  std::jthread thread_;
};

std::string reply_of(const std::string& body, const std::string& more = "",
                     const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\n" + more +
         "Connection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class AnotherServer : public CommandLine {
 protected:
  AnotherServer() { host_.write_config(); }
  Ran ask(const std::string& url, std::vector<std::string> words) {
    words.insert(words.end(), {"--url", url});
    return fieldhook(words);
  }
  std::string file(const std::string& name, const std::string& text) {
    std::ofstream(host_.folder() / name) << text;
    return (host_.folder() / name).string();
  }
  Ran send_to(const std::string& url) {
    return fieldhook({"send", file("body.json", "{}"), "--source", "contact", "--ingest-url", url});
  }
};

TEST_F(AnotherServer, IsNotTakenForTheHost) {
  const std::string records = file("records.csv", "id,name\n1,a\n");
  for (const char* body : {R"({"status":"ok"})", "[]", "null", "5"}) {
    Impostor server(reply_of(body));
    for (const std::vector<std::string>& words : {std::vector<std::string>{"status"},
                                                  {"jobs", "list"},
                                                  {"jobs", "retry", "7"},
                                                  {"jobs", "cancel", "--plugin", "mail"},
                                                  {"plugins", "remove", "x"},
                                                  {"deliveries", "replay", "--source", "contact"},
                                                  {"import", records, "--source", "contact"}}) {
      const Ran ran = ask(server.url(), words);
      EXPECT_EQ(ran.code, 3) << body << " " << words[0] << ": " << ran.out << ran.err;
      EXPECT_EQ(ran.out, "");
      EXPECT_NE(ran.err.find("is this the host's admin address?"), std::string::npos) << ran.err;
    }
    EXPECT_EQ(send_to(server.url()).code, 3) << body;
  }
}

TEST_F(AnotherServer, ThatRefusesIsNotTakenForAHostThatDoes) {
  for (const char* status : {"301 Moved", "401 Unauthorized", "404 Not Found", "503 Busy"}) {
    Impostor server(reply_of(R"({"title":"no"})", "", status));
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"status"}, {"jobs", "show", "7"}, {"jobs", "retry", "7"}}) {
      const Ran ran = ask(server.url(), words);
      EXPECT_EQ(ran.code, 3) << status << " " << words[0] << ": " << ran.out << ran.err;
      EXPECT_NE(ran.err.find("is this the host's admin address?"), std::string::npos) << ran.err;
    }
    const Ran ran = send_to(server.url());
    EXPECT_EQ(ran.code, 3) << status << ": " << ran.out << ran.err;
    EXPECT_NE(ran.err.find("is this its ingest address?"), std::string::npos) << ran.err;
  }
}

TEST_F(AnotherServer, LeavesAnImportUntoldOnlyWhenNothingWasDone) {
  const std::string api = "Fieldhook-Api: 1\r\n";
  const std::string problem = R"({"title":"no"})";
  const std::vector<std::string> import = {"import", file("records.csv", "id,name\n1,a\n"),
                                           "--source", "contact"};
  Impostor refuses(reply_of(problem, api, "400 Bad Request"));
  EXPECT_EQ(ask(refuses.url(), import).out, "");
  Impostor stops(reply_of(problem, api, "503 Stopping"));
  Impostor dies("HTTP/1.1 200 OK\r\nContent-Le");
  for (const auto& [server, code] : {std::pair(&stops, 1), {&dies, 3}}) {
    const Ran ran = ask(server->url(), import);
    EXPECT_EQ(ran.code, code) << ran.err;
    EXPECT_NE(ran.out.find("0 of 1 records as of "), std::string::npos) << ran.out;
    EXPECT_NE(ran.err.find("stopped in the batch that begins with record 1: "), std::string::npos)
        << ran.err;
  }
}

TEST_F(AnotherServer, CannotEndTheCommandWithADeepOrAShortReply) {
  const std::string api = "Fieldhook-Api: 1\r\n";
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  std::string cut = reply_of("[1, 2]", api);
  cut.replace(cut.find("Length: 6"), 9, "Length: 9");
  for (const std::string& reply : {reply_of(deep, api), cut}) {
    Impostor server(reply);
    EXPECT_EQ(ask(server.url(), {"jobs", "list", "--json"}).code, 3);
    EXPECT_EQ(send_to(server.url()).code, 3);
  }
}

TEST_F(AnotherServer, ThatSaysNothingIsGivenUp) {
  Impostor server("");
  Ran plain;
  std::jthread meanwhile([&] { plain = ask(server.url(), {"status"}); });
  const Ran secure = send_to(server.url("https"));
  EXPECT_EQ(secure.code, 3) << secure.err;
  meanwhile.join();
  EXPECT_EQ(plain.code, 3) << plain.err;
}

TEST_F(AnotherServer, IsShownATokenWithoutTheEndOfItsLine) {
  Impostor server(reply_of("[]", "Fieldhook-Api: 1\r\n"));
  EXPECT_EQ(ask(server.url(), {"jobs", "list", "--token", "from-a-file\r\n"}).code, 0);
  EXPECT_NE(server.asked().find("Authorization: Bearer from-a-file\r\n"), std::string::npos)
      << server.asked();
  EXPECT_EQ(server.asked().find("\r\n\r\n") + 4, server.asked().size());
  EXPECT_EQ(ask(server.url(), {"jobs", "list", "--token", "two\nlines"}).code, 2);
}

}  // namespace
}  // namespace fh::test
