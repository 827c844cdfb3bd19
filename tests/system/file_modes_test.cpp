// What other users of the machine can read and write of a host's, whatever umask it was started
// with.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "system/host_process.h"

namespace fh::test {
namespace {

namespace fs = std::filesystem;

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

class FileModes : public ::testing::Test {
 protected:
  FileModes() { host_.install("misbehave.so"); }
  ~FileModes() override { ::umask(before_); }

  fs::path beside_store(const std::string& ending) const {
    return host_.store_file().string() + ending;
  }
  fs::path pidfile() const { return host_.folder() / "pid"; }

  const mode_t before_ = ::umask(022);
  HostProcess host_;
};

TEST_F(FileModes, KeepTheStoreFromOthersAndLetNobodyElseWrite) {
  ::umask(0);
  host_.launch({"--pidfile=" + pidfile().string()});
  host_.wait_until_ready();
  host_.run(contact_update("c-1", "ok"));
  for (const char* ending : {"", "-wal", "-shm"})
    EXPECT_EQ(mode_of(beside_store(ending)), 0600U) << ending;
  for (const char* ending : {".builds", ".workers"})
    EXPECT_EQ(mode_of(beside_store(ending)), 0700U) << ending;
  EXPECT_EQ(mode_of(beside_store(".lock")), 0640U);
  EXPECT_EQ(mode_of(host_.store_file().parent_path()), 0755U);
  EXPECT_EQ(mode_of(pidfile()), 0644U);
}

TEST_F(FileModes, OfAStoreThatIsThereAreTheOperators) {
  host_.start();
  EXPECT_EQ(host_.stop(), 0);
  fs::permissions(host_.store_file(), fs::perms(0640));
  host_.start();
  EXPECT_EQ(mode_of(host_.store_file()), 0640U);
  EXPECT_EQ(mode_of(beside_store("-wal")), 0640U);
}

// The file of the build is gone meanwhile, so that the copy is all there is of it.
TEST_F(FileModes, OfFoldersThatWereOpenAreCorrectedAndABuildThatWasChangedIsNotKept) {
  host_.start();
  const std::string build = host_.plugin("misbehave")["build"];
  EXPECT_EQ(host_.stop(), 0);
  const fs::path copy = beside_store(".builds") / (build + ".so");
  ASSERT_TRUE(fs::exists(copy));
  host_.uninstall("misbehave.so");
  host_.start();
  EXPECT_TRUE(fs::exists(copy)) << "nobody changed it";
  EXPECT_EQ(host_.stop(), 0);
  for (const char* ending : {".builds", ".workers"})
    fs::permissions(beside_store(ending), fs::perms::all);
  std::string bytes = text_of(copy);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  fs::permissions(copy, fs::perms::owner_all);
  std::ofstream(copy, std::ios::binary) << bytes;
  host_.start();
  EXPECT_FALSE(fs::exists(copy));
  for (const char* ending : {".builds", ".workers"}) {
    EXPECT_EQ(mode_of(beside_store(ending)), 0755U) << ending;
    EXPECT_TRUE(host_.logged("folder_was_open folder=" + beside_store(ending).string()));
  }
}

TEST_F(FileModes, OfADaemonAreNoWiderThanItsCallerSaid) {
  host_.config()["log"]["file"] = "daemon.log";
  host_.write_config();
  ::umask(077);
  const Ran ran = run_program({executable("fieldhookd"), "--config=" + host_.config_file().string(),
                               "--daemon", "--pidfile=" + pidfile().string()},
                              host_.environment(), 20s);
  EXPECT_EQ(ran.code, 0) << ran.err;
  const Process daemon(std::stoi("0" + text_of(pidfile())));
  EXPECT_EQ(mode_of(host_.folder() / "daemon.log"), 0600U);
  daemon.signal(SIGTERM);
  EXPECT_TRUE(eventually(kPatience, [&] { return !daemon.is_alive(); }));
}

TEST_F(FileModes, APidFileThatIsALinkIsNotFollowed) {
  const fs::path victim = host_.folder() / "victim";
  std::ofstream(victim) << "precious\n";
  fs::create_symlink(victim, pidfile());
  host_.write_config();
  const Ran ran = run_program({executable("fieldhookd"), "--config=" + host_.config_file().string(),
                               "--pidfile=" + pidfile().string()},
                              host_.environment(), 20s);
  EXPECT_EQ(ran.code, 70);
  EXPECT_NE(ran.err.find("is a symbolic link, and none is followed"), std::string::npos) << ran.err;
  EXPECT_EQ(text_of(victim), "precious\n");
}

// It holds every source's secrets.
TEST_F(FileModes, ThereIsNoCoreFileOfAHost) {
  host_.start();
  std::istringstream limits(text_of("/proc/" + std::to_string(host_.pid()) + "/limits"));
  std::string line;
  while (std::getline(limits, line) && !line.starts_with("Max core file size")) {
  }
  std::istringstream words(line.substr(std::string("Max core file size").size()));
  std::string soft;
  std::string hard;
  words >> soft >> hard;
  EXPECT_EQ(soft, hard == "0" ? "0" : "1") << line;
}

}  // namespace
}  // namespace fh::test
