#include "runtime/processor_watch.h"

#include <algorithm>

#include "base/process_load.h"

namespace fh {
namespace {

constexpr std::chrono::milliseconds kFirstLook(250);
constexpr std::chrono::seconds kLongestBetween(8);
// So much between two looks, and an eighth of the time at least, is much.
constexpr std::chrono::milliseconds kMuch(250);
constexpr int kShare = 8;

}  // namespace

void ProcessorWatch::begin(Time now) {
  looked_at_ = now;
  next_look_ = now + kFirstLook;
  used_.reset();
}

void ProcessorWatch::look(Time now) {
  const auto passed = now - looked_at_;
  const auto used = processor_time(pid_);
  const bool much =
      used && used_ && *used - *used_ >= std::max<Time::duration>(kMuch, passed / kShare);
  if (much && !put_back_) put_back_ = put_last(pid_);
  used_ = used;
  looked_at_ = now;
  next_look_ = now + std::min<Time::duration>(kLongestBetween,
                                              std::max<Time::duration>(2 * passed, kFirstLook));
}

}  // namespace fh
