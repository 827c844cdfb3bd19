#include "system/http_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>

#include <ostream>
#include <stdexcept>

#include "system/waiting.h"

namespace fh::test {

HttpClient::HttpClient(std::uint16_t port) : session_("127.0.0.1", port) {
  session_.setKeepAlive(true);
  session_.setTimeout(Poco::Timespan(kPatience.count(), 0));
}

Reply HttpClient::call(const RawRequest& request) {
  const std::string target = request.path + (request.query.empty() ? "" : "?" + request.query);
  Poco::Net::HTTPRequest head(request.method, target, "HTTP/1.1");
  for (const auto& [name, value] : request.headers) head.add(name, value);
  head.setKeepAlive(true);
  if (request.method != "GET")
    head.setContentLength64(static_cast<Poco::Int64>(request.body.size()));
  // A server may answer before it has read the body: a failed write must not hide the answer.
  session_.sendRequest(head) << request.body << std::flush;
  Poco::Net::HTTPResponse response;
  std::istream& stream = session_.receiveResponse(response);
  Reply reply;
  reply.status = response.getStatus();
  Poco::StreamCopier::copyToString(stream, reply.body);
  for (const auto& [name, value] : response) reply.headers[name] = value;
  const auto length = response.getContentLength64();
  if (length >= 0 && static_cast<std::size_t>(length) != reply.body.size())
    throw std::runtime_error("the answer was cut short");
  return reply;
}

std::optional<Reply> HttpClient::try_call(const RawRequest& request) {
  try {
    return call(request);
  } catch (const std::exception&) {
    session_.reset();
    return std::nullopt;
  }
}

}  // namespace fh::test
