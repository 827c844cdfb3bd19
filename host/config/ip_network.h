// IpNetwork: "10.0.0.0/8", "2001:db8::/32", or one address. A plain value.
#pragma once

#include <Poco/Net/IPAddress.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fh {

class IpNetwork {
 public:
  /// nullopt when the text is no address or network, or has a zone ("fe80::1%eth0").
  static std::optional<IpNetwork> parse(std::string_view text);
  /// False for what is no address. An IPv4 address in IPv6 clothes (::ffff:1.2.3.4) is an IPv4 one;
  /// which zone an address is of does not count.
  bool contains(const std::string& address) const;
  const std::string& text() const { return text_; }

 private:
  IpNetwork(std::string text, const Poco::Net::IPAddress& address, unsigned prefix);

  std::string text_;
  Poco::Net::IPAddress mask_;
  Poco::Net::IPAddress network_;
};

/// Whom an address stands for where limits count: an IPv4 one for itself; an IPv6 one for its /64
/// ("2001:db8:0:7::/64"), for that is what one customer is given (RFC 6177). What is no address
/// stands for itself.
std::string network_of_one(const std::string& address);

/// Whether any of them contains it.
bool is_in(const std::vector<IpNetwork>& networks, const std::string& address);

}  // namespace fh
