// X-Forwarded-For as proxies write it: lists, ports, brackets, and what is no address.
#include "ingress/forwarded_client.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

struct Case {
  const char* name;
  std::vector<std::string> values;
  std::string client;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class ForwardedClient : public testing::TestWithParam<Case> {};

TEST_P(ForwardedClient, IsTheLastThatIsNoProxy) {
  RawRequest head;
  for (const std::string& value : GetParam().values)
    head.headers.emplace_back("X-Forwarded-For", value);
  const std::vector<IpNetwork> proxies = {*IpNetwork::parse("10.0.0.0/8"),
                                          *IpNetwork::parse("fd00::/8")};
  EXPECT_EQ(forwarded_client(head, proxies), GetParam().client);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ForwardedClient,
    testing::Values(Case{"One", {"7.7.7.8"}, "7.7.7.8"}, Case{"NotGiven", {}, ""},
                    Case{"Empty", {""}, ""}, Case{"Last", {"1.1.1.1, 7.7.7.8"}, "7.7.7.8"},
                    Case{"LastOfSeveralFields", {"1.1.1.1", "7.7.7.8"}, "7.7.7.8"},
                    Case{"BeforeProxies", {"1.1.1.1, 7.7.7.8, 10.1.1.1 ,10.2.2.2"}, "7.7.7.8"},
                    Case{"WithAPort", {"7.7.7.8:1000"}, "7.7.7.8"},
                    Case{"ProxyWithAPort", {"7.7.7.8:1000, 10.1.1.1:99"}, "7.7.7.8"},
                    Case{"Ipv6", {"2001:db8::7"}, "2001:db8::7"},
                    Case{"Ipv6InBrackets", {"[2001:db8::7]"}, "2001:db8::7"},
                    Case{"Ipv6WithAPort", {"[2001:db8::7]:1000"}, "2001:db8::7"},
                    Case{"Ipv6ProxyWithAPort", {"7.7.7.8, [fd00::1]:99"}, "7.7.7.8"},
                    Case{"Ipv6WithAZone", {"fe80::7%eth0"}, "fe80::7"},
                    Case{"Ipv4AsIpv6", {"::ffff:7.7.7.8"}, "7.7.7.8"},
                    Case{"OnlyProxies", {"10.1.1.1:1, 10.2.2.2"}, ""},
                    Case{"Unknown", {"unknown"}, ""},
                    Case{"UnknownBeforeAProxy", {"7.7.7.8, unknown, 10.1.1.1"}, ""},
                    Case{"UnknownBeforeAClient", {"unknown, 7.7.7.8"}, "7.7.7.8"},
                    Case{"LongText", {std::string(15'000, 'a')}, ""},
                    Case{"Network", {"7.7.7.0/24"}, ""}, Case{"Colons", {":::"}, ""},
                    Case{"PortAlone", {":80"}, ""}, Case{"Bracket", {"["}, ""},
                    Case{"ShortForm", {"7.8"}, ""}, Case{"BlankInside", {"7.7.7.8 x"}, ""}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace fh
