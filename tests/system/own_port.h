// A port that stays a test's own between two hosts: the system gives it to nobody who asks for any.
#pragma once

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>

#include <cstdint>
#include <fstream>
#include <random>

namespace fh::test {

/// Free now, and below net.ipv4.ip_local_port_range.
inline std::uint16_t own_port() {
  int first_of_any = 32'768;
  std::ifstream("/proc/sys/net/ipv4/ip_local_port_range") >> first_of_any;
  std::random_device random;
  std::uniform_int_distribution<int> below(first_of_any / 2, first_of_any - 1);
  for (int tries = 0; tries < 100; ++tries) {
    const auto port = static_cast<std::uint16_t>(below(random));
    try {
      const Poco::Net::ServerSocket probe(Poco::Net::SocketAddress("127.0.0.1", port));
      return port;
    } catch (const Poco::Exception&) {
      continue;  // somebody has it, or it is root's
    }
  }
  throw std::runtime_error("no port is free");
}

}  // namespace fh::test
