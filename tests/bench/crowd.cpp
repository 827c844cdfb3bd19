#include "bench/crowd.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cstdio>

#include "base/check.h"
#include "base/open_files.h"
#include "bench/deliveries.h"
#include "bench/http_connection.h"

namespace fh::bench {
namespace {

constexpr std::size_t kOtherFiles = 64;
constexpr int kEventsAtOnce = 64;
constexpr auto kTurn = std::chrono::nanoseconds(Crowd::kBetweenBytes) / Crowd::kConnections;

// 127.1.0.1 and the thousand after it.
std::uint32_t address_of(std::uint32_t number) { return INADDR_LOOPBACK + 0x10000U + number; }

char byte_at(std::size_t place) {
  static const std::string kHead =
      "POST " + std::string(kSourcePath) + " HTTP/1.1\r\nHost: localhost\r\nX-Never-Whole: ";
  return place < kHead.size() ? kHead[place] : 'a';
}

}  // namespace

Crowd::Crowd(std::uint16_t port)
    : port_(port), epoll_(::epoll_create1(EPOLL_CLOEXEC)), connections_(kConnections) {
  if (raise_open_files(kConnections + kOtherFiles) < kConnections + kOtherFiles)
    throw HostError("bench: a crowd needs " + std::to_string(kConnections + kOtherFiles) +
                    " open files: raise the limit (ulimit -n)");
  for (std::uint32_t number = 0; number < kConnections; ++number) open(number);
  thread_ = std::jthread([this] { run(); });
}

Crowd::~Crowd() {
  stopping_ = true;
  thread_.join();
}

void Crowd::open(std::uint32_t number) {
  connections_[number] = {connect_to(port_, address_of(number)), 0};
  epoll_event event{EPOLLIN, {.u32 = number}};
  CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connections_[number].fd.get(), &event) == 0);
}

void Crowd::run() try {
  auto next = Steady::now();
  for (std::size_t turn = 0; !stopping_; ++turn) {
    Connection& one = connections_[turn % kConnections];
    const char byte = byte_at(one.sent);
    // One that was just closed says so by being readable.
    if (::send(one.fd.get(), &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1) ++one.sent;
    wait_until(next += kTurn);
  }
} catch (const HostError& error) {
  std::fprintf(stderr, "%s\n", error.what());
  reopened_ = 0;  // which makes the figure void
}

void Crowd::wait_until(Steady::time_point next) {
  using std::chrono::milliseconds;
  for (auto now = Steady::now(); now < next; now = Steady::now()) {
    epoll_event events[kEventsAtOnce];
    const auto wait = std::chrono::ceil<milliseconds>(next - now).count();
    const int ready = ::epoll_wait(epoll_.get(), events, kEventsAtOnce, static_cast<int>(wait));
    for (int i = 0; i < ready; ++i) receive(events[i].data.u32);
  }
}

// The refusal that the server may send first says nothing new.
void Crowd::receive(std::uint32_t number) {
  char bytes[1024];
  if (::recv(connections_[number].fd.get(), bytes, sizeof bytes, MSG_DONTWAIT) > 0) return;
  open(number);
  ++reopened_;
}

}  // namespace fh::bench
