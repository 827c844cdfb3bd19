// What a socket tells besides its bytes.
#include <gtest/gtest.h>

#include <optional>

#include "base/stream_pair.h"
#include "wire/channel.h"

namespace fh {
namespace {

class GonePeer : public testing::Test {
 protected:
  /// The end, and whether something was left unread.
  bool left_unread_at_the_end() {
    FrameBuffer buffer;
    EXPECT_FALSE(here_.read_available(buffer));
    return here_.was_left_unread();
  }

  StreamPair ends_ = make_stream_pair();
  Channel here_{std::move(ends_.ours)};
  std::optional<Channel> there_{std::in_place, std::move(ends_.theirs)};
};

TEST_F(GonePeer, ThatReadEverythingLeftNothing) {
  here_.send(wire::Stop{});
  EXPECT_TRUE(there_->receive());
  there_.reset();
  EXPECT_FALSE(left_unread_at_the_end());
}

TEST_F(GonePeer, ThatReadNothingIsKnown) {
  here_.send(wire::Stop{});
  there_.reset();
  EXPECT_TRUE(left_unread_at_the_end());
}

TEST_F(GonePeer, ThatReadAPartIsKnown) {
  here_.send(wire::Refused{std::string(100'000, 'x')});
  FrameBuffer buffer;
  EXPECT_TRUE(there_->read_available(buffer));
  ASSERT_FALSE(buffer.next()) << "the frame is read in more than one piece";
  there_.reset();
  EXPECT_TRUE(left_unread_at_the_end());
}

TEST_F(GonePeer, ThatWasGoneBeforeItWasSentToIsKnown) {
  there_.reset();
  EXPECT_FALSE(here_.was_left_unread());
  EXPECT_THROW(here_.send(wire::Stop{}), WireError);
  EXPECT_TRUE(here_.was_left_unread());
}

}  // namespace
}  // namespace fh
