#include "cli/http_call.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SSLException.h>
#include <Poco/URI.h>

#include <istream>
#include <ostream>

#include "cli/arguments.h"

namespace fh {
namespace {

constexpr std::size_t kLargestReply = 64 * 1024 * 1024;

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

std::unique_ptr<Poco::Net::HTTPClientSession> open_session(const Poco::URI& base,
                                                           const HttpCall& call) {
  const Poco::Timespan patience(static_cast<long>(call.patience.count()), 0);
  auto session =
      base.getScheme() == "https"
          ? open_tls_session({base.getHost(), base.getPort()}, call.trust, patience)
          : std::make_unique<Poco::Net::HTTPClientSession>(base.getHost(), base.getPort());
  session->setTimeout(patience);
  return session;
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

}  // namespace

HttpReply perform(const HttpCall& call) {
  const Poco::URI base = parse_base(call.base);
  std::string path = base.getPath();
  while (path.ends_with('/')) path.pop_back();
  try {
    const auto session = open_session(base, call);
    Poco::Net::HTTPRequest request(call.method, path + call.target, "HTTP/1.1");
    request.setHost(base.getHost(), base.getPort());
    for (const auto& [name, value] : call.headers) request.add(name, value);
    if (call.method != "GET")
      request.setContentLength64(static_cast<Poco::Int64>(call.body.size()));
    request.setKeepAlive(false);
    // Early answers come before the body is sent: a failed write must not hide them.
    session->sendRequest(request) << call.body << std::flush;
    Poco::Net::HTTPResponse response;
    std::istream& stream = session->receiveResponse(response);
    const int status = response.getStatus();
    return {status, read_body(stream)};
  } catch (const Poco::Net::SSLException& error) {
    throw Unreachable(call.base + " is not believed: " + error.displayText() +
                      " (does it speak TLS, and who vouches for its certificate? 'fieldhook send "
                      "--ca FILE' says whom to believe)");
  } catch (const Poco::Exception& error) {
    throw Unreachable(call.base + " does not answer: " + error.displayText() +
                      " (is the host running, and is this its address?)");
  }
}

}  // namespace fh
