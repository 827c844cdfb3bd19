// What a worker does to its process, as /proc shows it.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "live_worker.h"

// A sanitizer needs memory of its own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FIELDHOOK_SANITIZED
#endif

namespace fh::test {
namespace {

TEST(Worker, GivesItsChildrenNoneOfItsDescriptors) {
  Started worker;
  std::size_t checked = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(worker.pid()) + "/fdinfo")) {
    if (std::stoi(entry.path().filename()) <= 2) continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (!line.starts_with("flags:")) continue;
      ++checked;
      EXPECT_NE(std::stoul(line.substr(6), nullptr, 8) & O_CLOEXEC, 0U) << entry.path();
    }
  }
  EXPECT_GE(checked, 1U);
  EXPECT_EQ(worker.run(work("count-in-child")).text, "0");
}

#ifndef FIELDHOOK_SANITIZED
TEST(Worker, HoldsThePluginToItsMemoryLimit) {
  LiveWorker worker("misbehave.so", {"--memory-limit", std::to_string(256U << 20U)});
  (void)worker.expect<wire::Hello>();
  std::ifstream limits("/proc/" + std::to_string(worker.pid()) + "/limits");
  std::string text((std::istreambuf_iterator<char>(limits)), {});
  const auto line = text.substr(text.find("Max data size"));
  EXPECT_NE(line.find("268435456"), std::string::npos);
}

TEST(Worker, IdlesInAFewMegabytes) {
  Started worker("c_plugin.so");
  std::ifstream file("/proc/" + std::to_string(worker.pid()) + "/status");
  std::string line;
  while (std::getline(file, line) && !line.starts_with("VmRSS:")) continue;
  RecordProperty("rss", line);
  EXPECT_LT(std::stoi(line.substr(6)), 6 * 1024) << line;
}
#endif

}  // namespace
}  // namespace fh::test
