// HttpFront: an HTTP/1.1 server around one function from a whole request to its answer. One thread
// waits for all connections, reads, parses and writes; what is not quick to answer goes to a few
// threads of its own. A slow sender costs a buffer, not a thread. Every request has one deadline;
// a refused sender is answered and disconnected. Limits: docs/ingress-limits.md.
#pragma once

#include <Poco/Net/PollSet.h>
#include <Poco/Net/ServerSocket.h>

#include <atomic>
#include <map>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/guarded.h"
#include "base/wake_up.h"
#include "config/listen_address.h"
#include "ingress/accept_trouble.h"
#include "ingress/handler_threads.h"
#include "ingress/http_connection.h"
#include "ingress/tls_context.h"

namespace fh {

struct HttpFrontOptions {
  std::string name;  // for errors: "ingest"
  ListenAddress listen;
  std::size_t max_connections = 1024;
  std::size_t max_connections_per_address = 1024;
  std::size_t max_in_flight = 64 * 1024 * 1024;  // bytes of requests, over all connections
  HttpTerms terms;
  std::optional<TlsConfig> tls;
  /// Whether handle() may be called on the loop's own thread: it computes briefly and never waits.
  std::function<bool(const RawRequest&)> is_quick;
  std::size_t threads = 2;  // for what is not
  std::function<void(RawRequest, Respond)> handle;
};

class HttpFront {
 public:
  /// Binds the port; throws HostError when it cannot.
  explicit HttpFront(HttpFrontOptions options);
  ~HttpFront();

  void start();
  /// Takes what waits at the port and closes it, answers the requests at hand, sends the rest away.
  void stop();
  /// stop() without waiting for its end, which stop() then does.
  void begin_to_stop();
  std::uint16_t port() const { return port_; }

 private:
  using Time = HttpConnection::Time;
  struct Entry {
    std::uint64_t id = 0;
    std::unique_ptr<HttpConnection> connection;
    int polled = 0;  // what the poll set was told
  };
  using Key = const Poco::Net::SocketImpl*;
  struct Ready {
    std::uint64_t id;
    Key key;
    int mode;
  };
  struct Answered {
    std::uint64_t id;
    Answer answer;
  };
  // Outlives the front end in the hands of those who still have to answer.
  struct Mailbox {
    Guarded<std::vector<Answered>> answered;
    WakeUp wake;
    std::atomic<bool> asleep{false};  // the loop waits, and has to be woken
  };

  void loop();
  bool turn(std::optional<Time>& drains_since);
  std::vector<Ready> in_order(const Poco::Net::PollSet::SocketModeMap& ready) const;
  void close_port();
  void close_largest();
  Poco::Timespan time_to_sleep();
  void accept_all();
  void rest_after(int error, const std::string& text, Time now);
  void listen_again(Time now);
  void take_connection(Poco::Net::StreamSocket socket, Time now);
  Peer peer_of(const Poco::Net::StreamSocket& socket) const;
  bool make_room(const Peer& peer);
  void turn_away(HttpConnection& connection, Time now);
  bool make_room_for_bytes(const HttpConnection& asks, std::size_t bytes);
  std::vector<Entry*> slowest_of_who_holds_most();
  void tell_of_given_up(Time now);
  template <class Work>
  void attend(Key key, const Work& work);
  void serve(Entry& entry, int mode, Time now);
  void follow(Entry& entry, HttpConnection::Want want);
  void hand_over(Entry& entry);
  void take_answers(Time now);
  void expire_all(Time now);
  void poll_for(Entry& entry, int mode);
  void close(Entry& entry);
  void send_away(bool incomplete_too, Time now);

  const HttpFrontOptions options_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();

  // The loop's own.
  std::optional<TlsContext> tls_;
  Poco::Net::ServerSocket listener_;
  AcceptTrouble trouble_;
  bool resting_ = false;  // the listener is not in the poll set
  Poco::Net::StreamSocket waker_;
  Poco::Net::PollSet poll_;
  HttpBudget budget_;
  std::unordered_map<Key, Entry> entries_;
  std::unordered_map<std::uint64_t, Key> by_id_;
  std::map<std::string, std::size_t> by_peer_;  // connections of each, as it is counted
  std::uint64_t last_id_ = 0;
  Time next_look_{};
  Time next_line_{};  // of the log, about requests that were given up

  std::unique_ptr<HandlerThreads> threads_;
  std::jthread loop_;
};

}  // namespace fh
