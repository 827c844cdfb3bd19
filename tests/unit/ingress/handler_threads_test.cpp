#include "ingress/handler_threads.h"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

namespace fh {
namespace {

TEST(HandlerThreads, GoOnAfterWorkThatThrew) {
  HandlerThreads threads(1);
  threads.add([] { throw std::runtime_error("no descriptor left"); });
  std::promise<void> done;
  threads.add([&] { done.set_value(); });
  EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

}  // namespace
}  // namespace fh
