#include "bench/bare_server.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/ThreadPool.h>
#include <fcntl.h>
#include <poll.h>

#include <cstring>

#include "base/check.h"
#include "config/config.h"
#include "ingress/http_front.h"
#include "ingress/server_socket.h"

namespace fh::bench {
namespace {

constexpr const char* kAnswer = R"({"status":"accepted","delivery":1000000,"jobs":1})";

class FixedAnswer final : public Poco::Net::HTTPRequestHandler {
 public:
  void handleRequest(Poco::Net::HTTPServerRequest& request,
                     Poco::Net::HTTPServerResponse& response) override {
    std::string body(static_cast<std::size_t>(request.getContentLength64()), '\0');
    request.stream().read(body.data(), static_cast<std::streamsize>(body.size()));
    response.setContentType("application/json");
    response.sendBuffer(kAnswer, std::strlen(kAnswer));
  }
};

class FixedAnswers final : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  Poco::Net::HTTPRequestHandler* createRequestHandler(
      const Poco::Net::HTTPServerRequest&) override {
    return new FixedAnswer;  // Poco deletes it
  }
};

// Until the reader of standard output is gone.
int serve_on(std::uint16_t port) {
  const std::string line = std::to_string(port) + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) return 1;
  pollfd reader{STDOUT_FILENO, 0, 0};
  while (::poll(&reader, 1, -1) < 0) {
  }
  return 0;
}

std::string read_line(int fd) {
  std::string line;
  char byte = 0;
  while (::read(fd, &byte, 1) == 1 && byte != '\n') line += byte;
  return line;
}

}  // namespace

BareServer::BareServer(const Bench& bench, Kind kind) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("bench: cannot make a pipe");
  output_.reset(ends[0]);
  const UniqueFd write_end(ends[1]);
  SpawnOptions options;
  options.arguments = {bench.executable("bench"), kind == Kind::stock ? kServeStock : kServeFront};
  options.standard_output = write_end.get();
  process_ = std::make_unique<ChildProcess>(options);
  port_ = static_cast<std::uint16_t>(std::stoi("0" + read_line(output_.get())));
  if (port_ == 0) throw HostError("bench: the bare server did not start");
}

int serve_stock() {
  constexpr int kThreads = 128;
  Poco::Net::HTTPServerParams::Ptr params = new Poco::Net::HTTPServerParams;
  params->setMaxThreads(kThreads);
  params->setMaxQueued(kThreads);
  params->setMaxKeepAliveRequests(0);
  Poco::ThreadPool threads(1, kThreads);
  Poco::Net::HTTPServer server(new FixedAnswers, threads,
                               listen_on({"127.0.0.1", 0}, "the stock server"), params);
  server.start();
  const int ended = serve_on(server.port());
  server.stopAll(true);
  threads.joinAll();
  return ended;
}

int serve_front() {
  const IngestConfig defaults;
  HttpFrontOptions options;
  options.name = "the front";
  options.listen = {"127.0.0.1", 0};
  options.terms.judge_head = [&](const RawRequest&) { return HeadVerdict{{}, defaults.max_body}; };
  options.is_quick = [](const RawRequest&) { return true; };
  options.handle = [](const RawRequest&, const Respond& respond) {
    Answer answer;
    answer.body = kAnswer;
    respond(answer);
  };
  HttpFront front(std::move(options));
  front.start();
  const int ended = serve_on(front.port());
  front.stop();
  return ended;
}

}  // namespace fh::bench
