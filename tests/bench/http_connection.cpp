#include "bench/http_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <charconv>

#include "base/check.h"

namespace fh::bench {

UniqueFd connect_to(std::uint16_t port, std::uint32_t from) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto at = [](std::uint32_t host, std::uint16_t service) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(service);
    address.sin_addr.s_addr = htonl(host);
    return address;
  };
  const sockaddr_in own = at(from, 0);
  const sockaddr_in server = at(INADDR_LOOPBACK, port);
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
      ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0)
    throw_errno("bench: cannot connect to port " + std::to_string(port));
  const int on = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

std::optional<HttpAnswer> read_answer(std::string_view received) {
  constexpr std::string_view kStart = "HTTP/1.1 ";
  constexpr std::string_view kLength = "\r\nContent-Length: ";
  const auto end = received.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view head = received.substr(0, end);
  const auto length_at = head.find(kLength);
  HttpAnswer answer;
  std::size_t length = 0;
  if (!head.starts_with(kStart) || length_at == std::string_view::npos)
    throw HostError("bench: not an answer: " + std::string(head));
  std::from_chars(head.data() + kStart.size(), head.data() + head.size(), answer.status);
  std::from_chars(head.data() + length_at + kLength.size(), head.data() + head.size(), length);
  answer.body = received.substr(end + 4);
  return answer.body.size() < length ? std::nullopt : std::optional(answer);
}

HttpAnswer HttpConnection::exchange(std::string_view request) {
  char bytes[64 * 1024];
  received_.clear();
  while (!request.empty()) {
    const auto sent = ::send(fd_.get(), request.data(), request.size(), MSG_NOSIGNAL);
    if (sent <= 0) throw_errno("bench: cannot send");
    request.remove_prefix(static_cast<std::size_t>(sent));
  }
  while (true) {
    const auto got = ::recv(fd_.get(), bytes, sizeof bytes, 0);
    if (got <= 0) throw HostError("bench: the server closed the connection");
    received_.append(bytes, static_cast<std::size_t>(got));
    if (const auto answer = read_answer(received_)) return *answer;
  }
}

}  // namespace fh::bench
