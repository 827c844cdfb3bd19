#include "runtime/processor_watch.h"

namespace fh {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstLook(250);
constexpr milliseconds kSecondLook(500);
constexpr std::chrono::seconds kLongestBetween(8);
// So much between two looks, and an eighth of the time at least, is much for one run, and for none.
constexpr milliseconds kMuch(250);
constexpr int kShare = 8;
// Many short runs may use more: they are many jobs. A worker that comes last is given less than it
// wants, and has to use much less, and not to be waiting, before the next one is let among the
// others.
constexpr double kShareOfMany = 0.75;
constexpr int kLess = 8;

}  // namespace

void ProcessorWatch::start(Time now, bool comes_last, UndisturbedRuns& runs) {
  turns_.heed(runs);
  if (comes_last) last_ = put_last(pid_);
  looked_at_ = changed_ = now;
  next_look_ = now + kFirstLook;
}

void ProcessorWatch::begin(Time now) {
  turns_.begin_run();
  works_ = had_run_ = true;
  spinning_ = false;
  changed_ = now;
  next_look_ = std::min(next_look_, now + kFirstLook);
}

void ProcessorWatch::end(Time now) {
  turns_.end_run();
  works_ = false;
  changed_ = now;
  next_look_ = std::min(next_look_, now + kFirstLook);
}

bool ProcessorWatch::is_much(std::chrono::nanoseconds used, Time::duration passed) const {
  const auto much = is_one_stretch()
                        ? std::max<std::chrono::nanoseconds>(kMuch, passed / kShare)
                        : std::chrono::duration_cast<std::chrono::nanoseconds>(
                              std::chrono::duration<double, std::nano>(passed) * kShareOfMany);
  return used >= (last_ ? much / kLess : much);
}

bool ProcessorWatch::look(Time now) {
  if (now >= turns_.next()) turns_.take(now);
  if (now < next_look_) return false;
  const auto passed = now - looked_at_;
  const auto used = processor_time(pid_);
  // Whether a run that has just ended left something behind, the next look tells.
  if (used && used_ && (works_ || is_one_stretch()))
    judge({used->all - used_->all, used->in_kernel - used_->in_kernel}, now);
  next_look_ =
      now + (is_one_stretch() ? std::clamp<Time::duration>(2 * passed, kSecondLook, kLongestBetween)
                              : kSecondLook);
  used_ = used;
  looked_at_ = now;
  return is_spent() || is_spinning();
}

void ProcessorWatch::judge(const ProcessorTime& used, Time now) {
  const bool much = is_much(used.all, now - looked_at_);
  if (much && !last_) last_ = put_last(pid_);
  turns_.need(last_ && much && used.in_kernel >= used.all / 2, now);
  calm_ = last_ && !works_ && !much && !wants_processor(pid_);
  spinning_ = much && !works_;
}

}  // namespace fh
