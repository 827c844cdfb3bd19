#include "bench/load_client.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <limits>

#include "base/check.h"
#include "base/unique_fd.h"
#include "bench/http_connection.h"
#include "bench/series.h"

namespace fh::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kPatienceMs = 10'000;
constexpr int kEventsAtOnce = 64;
constexpr std::size_t kReadAtOnce = 4096;

struct Connection {
  UniqueFd fd;
  Steady::time_point sent_at;
  std::string received;
};

class Load {
 public:
  Load(const LoadTerms& terms, Deliveries& deliveries) : terms_(terms), deliveries_(deliveries) {
    for (int i = 0; i < terms.connections; ++i) {
      connections_.push_back({connect_to(terms.port), {}, {}});
      epoll_event event{EPOLLIN, {.u32 = static_cast<std::uint32_t>(i)}};
      CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connections_.back().fd.get(), &event) == 0);
    }
  }

  LoadResult run() {
    const auto start = Steady::now();
    until_ = start + terms_.time;
    for (Connection& connection : connections_) send_next(connection);
    while (in_flight_ > 0) wait();
    const auto end = terms_.requests > 0 ? last_answer_ : until_;
    result_.seconds = std::chrono::duration<double>(end - start).count();
    return std::move(result_);
  }

 private:
  void wait() {
    epoll_event events[kEventsAtOnce];
    const int ready = ::epoll_wait(epoll_.get(), events, kEventsAtOnce, kPatienceMs);
    if (ready == 0) throw HostError("bench: no answer for ten seconds");
    for (int i = 0; i < ready; ++i) receive(connections_[events[i].data.u32]);
  }

  bool more() const {
    return terms_.requests > 0 ? sent_ < terms_.requests : Steady::now() < until_;
  }

  // A request is small and its connection's buffer empty: it always goes out whole.
  void send_next(Connection& connection) {
    if (!more()) return;
    const std::string_view request = deliveries_.next();
    connection.sent_at = Steady::now();
    const auto sent = ::send(connection.fd.get(), request.data(), request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request.size())) throw_errno("bench: cannot send");
    ++sent_;
    ++in_flight_;
  }

  void receive(Connection& connection) {
    char bytes[kReadAtOnce];
    const auto got = ::recv(connection.fd.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (got <= 0) throw HostError("bench: the server closed a connection");
    connection.received.append(bytes, static_cast<std::size_t>(got));
    const auto answer = read_answer(connection.received);
    if (!answer) return;
    if (answer->status != 200 || answer->body.find(terms_.expected) == std::string_view::npos)
      throw HostError("bench: an answer without " + terms_.expected + ": " + connection.received);
    connection.received.clear();
    note(connection);
    send_next(connection);
  }

  void note(const Connection& connection) {
    --in_flight_;
    last_answer_ = Steady::now();
    if (terms_.requests == 0 && last_answer_ > until_) return;
    const auto took = std::chrono::nanoseconds(last_answer_ - connection.sent_at).count();
    constexpr std::int64_t kLongest = std::numeric_limits<std::uint32_t>::max();
    result_.latencies_ns.push_back(static_cast<std::uint32_t>(std::min(took, kLongest)));
    ++result_.answered;
  }

  const LoadTerms& terms_;
  Deliveries& deliveries_;
  UniqueFd epoll_{::epoll_create1(EPOLL_CLOEXEC)};
  std::vector<Connection> connections_;
  Steady::time_point until_;
  Steady::time_point last_answer_;
  std::int64_t sent_ = 0;
  int in_flight_ = 0;
  LoadResult result_;
};

}  // namespace

double LoadResult::latency_ms(double share) const { return percentile(latencies_ns, share) / 1e6; }

LoadResult run_load(const LoadTerms& terms, Deliveries& deliveries) {
  return Load(terms, deliveries).run();
}

}  // namespace fh::bench
