// Which networks a text names and an address is in, and whom limits count it for.
#include "config/ip_network.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

struct Whom {
  const char* name;
  std::string address;
  std::string network;
};

void PrintTo(const Whom& one, std::ostream* out) { *out << one.name; }

class NetworkOfOne : public testing::TestWithParam<Whom> {};

TEST_P(NetworkOfOne, IsAnIpv4AddressOrTheIpv6NetworkOfACustomer) {
  EXPECT_EQ(network_of_one(GetParam().address), GetParam().network);
}

INSTANTIATE_TEST_SUITE_P(
    Table, NetworkOfOne,
    testing::Values(Whom{"Ipv4", "203.0.113.7", "203.0.113.7"},
                    Whom{"Ipv6", "2001:db8:0:7:1:2:3:4", "2001:db8:0:7::/64"},
                    Whom{"Ipv6WrittenOtherwise", "2001:DB8::7:0:0:0:1", "2001:db8:0:7::/64"},
                    Whom{"Ipv6Loopback", "::1", "::/64"},
                    Whom{"Ipv4AsIpv6", "::ffff:203.0.113.7", "::ffff:203.0.113.7"},
                    Whom{"Ipv6WithAZone", "fe80::7%eth0", "fe80::/64"},
                    Whom{"NoAddress", "unknown", "unknown"}, Whom{"Nothing", "", ""}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(IpNetworkTest, TwoNetworksOfCustomersAreTold) {
  EXPECT_NE(network_of_one("2001:db8:0:7::1"), network_of_one("2001:db8:0:8::1"));
}

TEST(IpNetworkTest, TheIpv6AddressOfNobodyIsOneToo) {
  for (const char* text : {"::/0", "0::/0", "0:0:0:0:0:0:0:0/0", "::0/0", "::0.0.0.0/0"}) {
    const auto all = IpNetwork::parse(text);
    ASSERT_TRUE(all) << text;
    EXPECT_TRUE(all->contains("2001:db8::1")) << text;
    EXPECT_FALSE(all->contains("192.0.2.1")) << text;
  }
  EXPECT_TRUE(IpNetwork::parse("::/1")->contains("2001:db8::1"));
  EXPECT_FALSE(IpNetwork::parse("::/1")->contains("fe80::1"));
  EXPECT_TRUE(IpNetwork::parse("::")->contains("::0"));
  EXPECT_FALSE(IpNetwork::parse("::")->contains("::1"));
  for (const char* text : {":", ":::", "0:0", "::0::", "0:0:0:0:0:0:0:0:0", "::/129"})
    EXPECT_FALSE(IpNetwork::parse(text)) << text;
}

}  // namespace
}  // namespace fh
