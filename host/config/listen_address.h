// ListenAddress: where a server listens, "0.0.0.0:8080" or "[::1]:8080". Port 0 asks the system for
// a free one, which is what tests do. A plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fh {

struct ListenAddress {
  std::string host;  // a name, IPv4, or IPv6 without its brackets
  std::uint16_t port = 0;

  /// "host:port", with brackets around IPv6.
  std::string text() const;
  /// Whether only this machine can connect: 127.0.0.0/8, ::1 or "localhost".
  bool loopback() const;

  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

struct ParsedAddress {
  ListenAddress value;
  std::optional<std::string> refusal;  // "port 70000 is out of range (0 to 65535)"
};

/// Both host and port must stand there; IPv6 needs its brackets.
[[nodiscard]] ParsedAddress parse_listen_address(std::string_view text);

}  // namespace fh
