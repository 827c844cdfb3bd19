// Does to its worker, and to what it shares a machine with, what the field "abuse" was changed to;
// what would end at once goes on for some seconds.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fieldhook/plugin.hpp>
#include <new>
#include <string>
#include <thread>
#include <vector>

namespace {

using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kWhile = 5s;

void segfault() {
  volatile int* nowhere = nullptr;
  *nowhere = 1;
}

volatile int depth_limit = 1 << 30;  // never reached; the compiler refuses recursion without an end

int overflow_stack(int depth) {
  volatile char frame[4096] = {};
  if (depth == depth_limit) return 0;
  frame[depth % 4096] = 1;
  return overflow_stack(depth + 1) + frame[0];
}

void spin_for(Steady::duration time) {
  volatile unsigned turns = 0;
  for (const auto until = Steady::now() + time; Steady::now() < until;) turns = turns + 1;
}

// _Fork() runs no fork handlers: they keep every descriptor that the worker has.
void leave_children(int count) {
  for (int i = 0; i < count; ++i)
    if (::_Fork() == 0) {
      ::sleep(kWhile.count());
      ::_exit(0);
    }
}

// Again and again all that it may have, each page touched.
void hog_memory() {
  for (const auto until = Steady::now() + kWhile; Steady::now() < until;) {
    std::vector<std::string> hoard;
    try {
      while (true) hoard.emplace_back(1U << 20U, 'h');
    } catch (const std::bad_alloc&) {
    }
  }
}

void leak_descriptors() {
  std::vector<int> leaked;
  for (int fd = 0; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) leaked.push_back(fd);
  std::this_thread::sleep_for(kWhile);
  for (const int fd : leaked) ::close(fd);
}

void print_a_gigabyte() {
  static const std::string block = std::string((1U << 20U) - 1, 'g') + "\n";
  for (int blocks = 0; blocks < 1024; ++blocks) std::fwrite(block.data(), 1, block.size(), stdout);
}

class Abuse final : public fieldhook::Command {
 public:
  ~Abuse() override {
    if (destructor_is_slow_) std::this_thread::sleep_for(60s);
  }

  fieldhook::Outcome execute(const fieldhook::Contact& contact, fieldhook::Context&) override {
    const std::string deed = contact.change("abuse").to.value().get<std::string>();
    if (deed == "segfault") segfault();
    if (deed == "abort...") std::abort();
    if (deed == "overflow") return fieldhook::Outcome::done(overflow_stack(0));
    if (deed == "exit-0..") std::exit(0);
    if (deed == "spinning") spin_for(1h);
    if (deed == "fork-200") leave_children(200);
    if (deed == "children") leave_children(1);
    if (deed == "memory..") hog_memory();
    if (deed == "descript") leak_descriptors();
    if (deed == "printing") print_a_gigabyte();
    if (deed == "detached") std::thread([] { spin_for(1h); }).detach();
    if (deed == "destruct") destructor_is_slow_ = true;
    return fieldhook::Outcome::done();
  }

 private:
  bool destructor_is_slow_ = false;
};

}  // namespace

FIELDHOOK_PLUGIN(Abuse, {
                            .name = "bench-abuse",
                            .version = "1.0.0",
                            .watches = {fieldhook::contact("abuse").changes()},
                        });
