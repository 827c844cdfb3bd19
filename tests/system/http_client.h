// HttpClient: one keep-alive connection to a server on this machine, made by the first call and
// again after the server closed it. Requests go out as they are given. One thread.
#pragma once

#include <Poco/Net/StreamSocket.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/json.h"
#include "ingress/raw_request.h"

namespace fh::test {

struct Reply {
  int status = 0;
  std::string body;
  std::map<std::string, std::string> headers;  // names in small letters

  Json json() const { return Json::parse(body); }
};

class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port) : port_(port) {}

  /// From now on call() throws when the server does not take the whole request, as many HTTP
  /// libraries do.
  void insist() { insists_ = true; }

  /// Reads the answer even if the server did not take the whole request. Throws when no whole
  /// answer comes.
  Reply call(const RawRequest& request);
  /// nullopt when no whole answer comes.
  std::optional<Reply> try_call(const RawRequest& request);

 private:
  void send(const std::string& text);
  Reply read();
  void read_more();

  const std::uint16_t port_;
  bool insists_ = false;
  std::optional<Poco::Net::StreamSocket> socket_;
  std::string unread_;
};

}  // namespace fh::test
