#include "ingress/refused_list_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temp_folder.h"

namespace fh {
namespace {

class RefusedListFileTest : public testing::Test {
 protected:
  static RefusedRequest request(int number, const std::string& source = "s") {
    return {from_ms(1'000 + number),
            source,
            401,
            "mismatch",
            "no secret matches " + std::to_string(number),
            "203.0.113.7",
            R"([["A","\u00fc"]])",
            17};
  }
  std::vector<RefusedRequest> loaded(const std::set<std::string>& sources = {"s"}) {
    RefusedList list;
    RefusedListFile(file_, list).load(sources);
    return list.list("");
  }

  const test::TempFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "f.refused";
  RefusedList list_;
  RefusedListFile refused_{file_, list_};
};

TEST(RefusedList, HoldsALimitOfBytesOfEachRequest) {
  RefusedList list;
  RefusedRequest large;
  large.head = "[\"" + std::string(1'000'000, 'x') + "\"]";
  large.text = std::string(1'000'000, 'x');
  list.add(large);
  const RefusedRequest kept = list.list("").front();
  EXPECT_EQ(kept.head, "[]");
  EXPECT_EQ(kept.text.size(), RefusedList::kMostText);
}

TEST_F(RefusedListFileTest, GivesBackWhatItWasGiven) {
  for (int i = 0; i < 3; ++i) list_.add(request(i));
  refused_.save();
  const auto all = loaded();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].text, "no secret matches 2") << "newest first";
  EXPECT_EQ(all[2].at, from_ms(1'000));
  EXPECT_EQ(all[0].source, "s");
  EXPECT_EQ(all[0].status, 401);
  EXPECT_EQ(all[0].cause, "mismatch");
  EXPECT_EQ(all[0].remote_address, "203.0.113.7");
  EXPECT_EQ(all[0].head, R"([["A","\u00fc"]])");
  EXPECT_EQ(all[0].body_bytes, 17U);
}

TEST_F(RefusedListFileTest, IsWrittenOnceInTenSecondsAndOnlyWhenSomethingIsNew) {
  refused_.save_if_due(Millis(0));
  EXPECT_FALSE(std::filesystem::exists(file_));
  list_.add(request(1));
  refused_.save_if_due(Millis(9'999));
  EXPECT_FALSE(std::filesystem::exists(file_));
  refused_.save_if_due(Millis(10'000));
  EXPECT_EQ(loaded().size(), 1U);
  std::filesystem::remove(file_);
  refused_.save_if_due(Millis(20'000));
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(RefusedListFileTest, StaysSmallWhateverIsRefused) {
  for (int i = 0; i < 200; ++i) {
    RefusedRequest large = request(i, "s" + std::to_string(i % 4));
    large.head = "[[\"X\",\"" + std::string(RefusedList::kMostHead - 10, 'x') + "\"]]";
    list_.add(large);
  }
  refused_.save();
  EXPECT_LE(std::filesystem::file_size(file_), RefusedListFile::kMostBytes);
  const auto all = loaded({"s0", "s1", "s2", "s3"});
  EXPECT_GT(all.size(), 50U);
  EXPECT_EQ(all[0].text, "no secret matches 199");
}

TEST_F(RefusedListFileTest, KeepsWhatAQuietSourceRefusedWhileOthersAreFlooded) {
  list_.add(request(0, "quiet"));
  for (int i = 1; i <= 1000; ++i) {
    RefusedRequest large = request(i, "s" + std::to_string(i % 10));
    large.head = "[[\"X\",\"" + std::string(RefusedList::kMostHead - 10, 'x') + "\"]]";
    list_.add(large);
  }
  refused_.save();
  EXPECT_LE(std::filesystem::file_size(file_), RefusedListFile::kMostBytes);
  std::set<std::string> sources = {"quiet"};
  for (int i = 0; i < 10; ++i) sources.insert("s" + std::to_string(i));
  std::map<std::string, int> kept;
  for (const RefusedRequest& one : loaded(sources)) ++kept[one.source];
  EXPECT_EQ(kept["quiet"], 1);
  for (int i = 0; i < 10; ++i) EXPECT_GT(kept["s" + std::to_string(i)], 10);
}

TEST_F(RefusedListFileTest, IsReadByItsOwnerAlone) {
  list_.add(request(1));
  refused_.save();
  EXPECT_EQ(std::filesystem::status(file_).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(RefusedListFileTest, ForgetsSourcesThatAreGone) {
  list_.add(request(1, "gone"));
  list_.add(request(2));
  refused_.save();
  const auto all = loaded();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].source, "s");
}

TEST_F(RefusedListFileTest, ThatIsDamagedOrCannotBeWrittenStopsNothing) {
  testing::internal::CaptureStderr();
  std::ofstream(file_) << "{\"at_ms\": 1}\n";
  EXPECT_TRUE(loaded().empty());
  RefusedListFile nowhere(folder_.path() / "no" / "folder", list_);
  list_.add(request(1));
  nowhere.save();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("refused_list_unread"), std::string::npos) << log;
  EXPECT_NE(log.find("refused_list_unsaved"), std::string::npos) << log;
}

}  // namespace
}  // namespace fh
