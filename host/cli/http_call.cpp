#include "cli/http_call.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SSLException.h>
#include <Poco/URI.h>

#include <atomic>
#include <condition_variable>
#include <istream>
#include <mutex>
#include <ostream>
#include <thread>

#include "base/json_depth.h"
#include "cli/arguments.h"

namespace fh {
namespace {

constexpr std::size_t kLargestReply = 64 * 1024 * 1024;
constexpr std::chrono::minutes kLongestReply(10);  // after the first wait
constexpr int kDeepestReply = 4 * kMaxJsonDepth;   // a body, and what is said around it

Poco::URI parse_base(const std::string& base) {
  try {
    Poco::URI uri(base);
    const bool web = uri.getScheme() == "http" || uri.getScheme() == "https";
    if (web && !uri.getHost().empty() && uri.getRawQuery().empty()) return uri;
  } catch (const Poco::SyntaxException&) {
    // told below, like any other address that is no URL of the web
  }
  throw UsageError("\"" + base + "\" is no address such as http://127.0.0.1:8081");
}

Poco::Net::StreamSocket connect(const Poco::URI& base, std::chrono::seconds within) {
  const Poco::Timespan patience(static_cast<long>(within.count()), 0);
  Poco::Net::StreamSocket socket;
  socket.connect(Poco::Net::SocketAddress(base.getHost(), base.getPort()), patience);
  socket.setReceiveTimeout(patience);
  socket.setSendTimeout(patience);
  return socket;
}

// Ends a connection that goes on for too long: whoever sends a byte now and then never lets a wait
// run out. Its thread ends with it.
class TimeLimit {
 public:
  TimeLimit(const Poco::Net::StreamSocket& socket, std::chrono::seconds limit)
      : socket_(socket), thread_([this, limit](const std::stop_token& done) {
          std::mutex mutex;
          std::unique_lock lock(mutex);
          std::condition_variable_any().wait_for(lock, done, limit, [] { return false; });
          if (!done.stop_requested()) end();
        }) {}
  bool is_over() const { return over_; }

 private:
  void end() {
    over_ = true;
    try {
      socket_.shutdown();
    } catch (const Poco::Exception&) {
      // The server has gone already.
    }
  }

  Poco::Net::StreamSocket socket_;
  std::atomic<bool> over_{false};
  std::jthread thread_;
};

std::unique_ptr<Poco::Net::HTTPClientSession> open_session(const Poco::Net::StreamSocket& socket,
                                                           const Poco::URI& base,
                                                           const TlsTrust& trust) {
  if (base.getScheme() == "https") return open_tls_session(socket, base.getHost(), trust);
  return std::make_unique<Poco::Net::HTTPClientSession>(socket);
}

std::string read_body(std::istream& stream) {
  std::string body;
  char part[16 * 1024];
  while (stream.read(part, sizeof part) || stream.gcount() > 0) {
    body.append(part, static_cast<std::size_t>(stream.gcount()));
    if (body.size() > kLargestReply) throw HostError("the reply is larger than 64 MiB");
  }
  return body;
}

HttpReply exchange(const Poco::URI& base, const HttpCall& call,
                   const Poco::Net::StreamSocket& socket) {
  std::string path = base.getPath();
  while (path.ends_with('/')) path.pop_back();
  const auto session = open_session(socket, base, call.trust);
  Poco::Net::HTTPRequest request(call.method, path + call.target, "HTTP/1.1");
  request.setHost(base.getHost(), base.getPort());
  for (const auto& [name, value] : call.headers) request.add(name, value);
  if (call.method != "GET") request.setContentLength64(static_cast<Poco::Int64>(call.body.size()));
  request.setKeepAlive(false);
  // Early answers come before the body is sent: a failed write must not hide them.
  session->sendRequest(request) << call.body << std::flush;
  Poco::Net::HTTPResponse response;
  std::istream& stream = session->receiveResponse(response);
  HttpReply reply{response.getStatus(), read_body(stream), response.get("Fieldhook-Api", "")};
  if (static_cast<Poco::Int64>(reply.body.size()) < response.getContentLength64())
    throw Poco::Net::NetException("the reply was cut short");
  return reply;
}

}  // namespace

HttpReply perform(const HttpCall& call) {
  const Poco::URI base = parse_base(call.base);
  bool asked = false;
  const auto unreachable = [&](const std::string& why) {
    return Unreachable(
        call.base + " does not answer: " + why + " (is the host running, and is this its address?)",
        asked);
  };
  try {
    const auto socket = connect(base, call.patience);
    asked = true;
    const TimeLimit limit(socket, call.patience + kLongestReply);
    try {
      HttpReply reply = exchange(base, call, socket);
      if (!limit.is_over()) return reply;
    } catch (const Poco::Exception&) {
      if (!limit.is_over()) throw;
    }
    throw unreachable("its reply has no end");
  } catch (const Poco::Net::SSLException& error) {
    throw Unreachable(call.base + " is not believed: " + error.displayText() +
                      " (does it speak TLS, and who vouches for its certificate? 'fieldhook send "
                      "--ca FILE' says whom to believe)");
  } catch (const Poco::Exception& error) {
    throw unreachable(error.displayText());
  }
}

Json json_of(const HttpReply& reply) {
  if (deeper_than(kDeepestReply, reply.body)) return Json(Json::value_t::discarded);
  return Json::parse(reply.body, nullptr, false);
}

}  // namespace fh
