// A host that has no descriptor left does without what it would need one for, and makes up for it
// once there are some.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "support/sanitizer.h"
#include "system/host_process.h"

namespace fh::test {
namespace {

// From now on the host may open what gets a number below this one.
void allow_descriptors(pid_t host, rlim_t below) {
  rlimit limit{};
  ASSERT_EQ(::prlimit(host, RLIMIT_NOFILE, nullptr, &limit), 0);
  limit.rlim_cur = below;
  ASSERT_EQ(::prlimit(host, RLIMIT_NOFILE, &limit, nullptr), 0);
}

TEST(Descriptors, AJobWaitsForOneAndTheHostGoesOn) {
  if (kNeedsDescriptors) GTEST_SKIP() << "the sanitizer needs descriptors";
  HostProcess host;
  host.install("misbehave.so");
  host.start();
  rlimit before{};
  ASSERT_EQ(::prlimit(host.pid(), RLIMIT_NOFILE, nullptr, &before), 0);
  HttpClient client = host.ingest();
  EXPECT_EQ(client.call(HostProcess::sign("{}")).status, 200);  // it is connected now
  allow_descriptors(host.pid(), 0);
  const Reply reply = client.call(HostProcess::sign(contact_update("c-1", "ok")));
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(eventually(kPatience, [&] { return host.logged(" slot_not_started "); }));
  allow_descriptors(host.pid(), before.rlim_cur);
  ASSERT_TRUE(eventually(kPatience, [&] { return host.runs().size() == 2; }));
  EXPECT_EQ(host.wait_for(host.job_of(reply.json()), "completed")["runs"].size(), 1U);
}

}  // namespace
}  // namespace fh::test
