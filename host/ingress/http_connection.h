// HttpConnection: one sender's connection, as a machine of states that never waits. The front end's
// loop feeds it what poll() says and does what it asks for. Owned and used by the loop's thread.
#pragma once

#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "config/ip_network.h"
#include "ingress/answer.h"
#include "ingress/answer_counts.h"
#include "ingress/request_parser.h"

namespace fh {

class HttpConnection;

/// What all connections share. The loop's thread only.
struct HttpBudget {
  std::size_t max_bytes = 0;  // of requests, held at once
  std::size_t bytes = 0;
  /// Asked when `asks` has come to hold so many bytes more than there is room for: gives up others.
  /// False when there is no room all the same.
  std::function<bool(const HttpConnection& asks, std::size_t bytes)> make_room;
  std::size_t given_up = 0;        // requests, for want of room; whoever tells of them sets it to 0
  std::string last_given_up{};     // whose the last one was
  std::size_t max_per_client = 0;  // requests at once of one client behind the trusted proxies
  std::map<std::string, std::size_t> by_client;
  std::string part = std::string(64 * 1024, '\0');  // where each reads, there when memory is short
};

struct HttpTerms {
  std::size_t max_head = 16 * 1024;
  /// What a path allows instead, once the request line is known; empty: the same.
  RequestParser::MaxHeadOf max_head_of;
  /// From a request's first byte to its last; for an answer, and for each 64 KB of it a second
  /// more.
  Millis request_deadline{10'000};
  Millis idle_timeout{75'000};  // between two requests of a connection
  /// How a refusal of the front end's own is written.
  Answer (*refusal)(int status, const std::string& reason) = &fh::refusal;
  AnswerCounts* answers = nullptr;  // where they are counted; outlives the front end
  /// Whose X-Forwarded-For is believed.
  std::vector<IpNetwork> trusted_proxies;
  /// Called on the loop's thread; must not wait.
  std::function<HeadVerdict(const RawRequest& head)> judge_head;
  /// Told of a request that is refused without judge_head(), or although that let it pass: head or
  /// body never came whole, or its client has too many. The path is "" when that is not known.
  /// Called on the loop's thread; must not wait. May be empty.
  std::function<void(const RawRequest& head, const Answer& answer, const std::string& reason)>
      note_refused;
};

/// Who is at the other end.
struct Peer {
  std::string address;
  std::string counted_as;  // by limits: network_of_one(address), or a trusted proxy's own address
};

class HttpConnection {
 public:
  using Time = std::chrono::steady_clock::time_point;

  enum class Want {
    read,    // tell me when there is something to read
    write,   // tell me when there is room to write
    handle,  // take_request(), and answer() it some time
    close,
  };

  HttpConnection(Poco::Net::StreamSocket socket, Peer peer, const HttpTerms& terms,
                 HttpBudget& budget, Time now);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  Want receive(Time now);
  Want flush(Time now);
  /// last: this is the connection's last answer, whatever the sender asked for.
  Want answer(const Answer& answer, bool last, Time now);
  /// Call when deadline() has passed.
  Want expire(Time now);
  /// Answers 503 to a request that there is no room for, and lets go of what it holds.
  Want give_up(Time now);
  /// Ends it for the end of the server: a request that is not whole is answered 503.
  Want send_away(Time now);

  RawRequest take_request();

  Time deadline() const { return deadline_; }
  /// A request is being received, or the connection never sent one.
  bool incomplete() const {
    return phase_ == Phase::request || (phase_ == Phase::idle && !served_);
  }
  bool receiving() const { return phase_ == Phase::request; }
  bool idle() const { return phase_ == Phase::idle; }
  /// It has its last answer, and may finish writing.
  bool lingering() const { return phase_ == Phase::lingering; }
  bool busy() const { return phase_ == Phase::handling; }
  const Poco::Net::StreamSocket& socket() const { return socket_; }
  const Peer& peer() const { return peer_; }
  /// As whom limits count who sends the request: the peer, or the client that it forwards for.
  const std::string& sender() const { return client_.empty() ? peer_.counted_as : client_; }
  std::size_t held() const { return held_; }  // bytes

 private:
  enum class Phase { idle, request, handling, answering, lingering };

  Want advance(Time now);
  Want wait_or_handle(Time now);
  std::optional<Answer> judge();
  Answer later(int status, const std::string& reason) const;
  Want refuse(int status, const std::string& reason, Time now);
  Want refuse(const Answer& refused, const std::string& reason, Time now);
  bool enter_client();
  bool hold(std::size_t bytes);
  void rest();
  void let_go();
  void leave_client();
  Want next_request(Time now);
  void new_parser();
  void shut_down_tls();
  int read_some();
  int write_some(const char* bytes, std::size_t size);

  Poco::Net::StreamSocket socket_;
  const Peer peer_;
  const HttpTerms& terms_;
  HttpBudget& budget_;
  Phase phase_ = Phase::idle;
  bool served_ = false;
  bool head_only_ = false;  // the answer goes without its body
  bool last_ = false;       // close when the answer is out
  bool ended_ = false;      // the sender has said that nothing more will come
  Time deadline_;
  std::string in_;                       // not parsed yet
  std::string out_;                      // not sent yet
  std::size_t held_ = 0;                 // of the budget's bytes
  std::string client_;                   // entered in the budget's by_client
  std::size_t dropped_ = 0;              // bytes read after the last answer
  std::optional<RequestParser> parser_;  // none after the last answer
};

}  // namespace fh
