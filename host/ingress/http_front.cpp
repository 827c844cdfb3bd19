#include "ingress/http_front.h"

#include <Poco/Exception.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/log.h"
#include "ingress/server_socket.h"

namespace fh {
namespace {

using Poco::Net::PollSet;

constexpr int kNothing = 0;
constexpr Millis kLookAtDeadlines(100);
constexpr Millis kNothingToWatch(10'000);
constexpr Millis kForTheRest(500);
constexpr Millis kLongestDrain(5'000);
constexpr Millis kBetweenLines(1'000);
constexpr int kAcceptedAtOnce = 64;
constexpr int kLastRounds = 32;  // of those: twice as many as the system lets wait

Poco::Timespan timespan(Millis time) { return Poco::Timespan(time.count() * 1000); }

// A socket of Poco's around what wakes the loop, so that the poll set can watch it.
Poco::Net::StreamSocket pollable(const WakeUp& wake) {
  return Poco::Net::StreamSocket(new Poco::Net::StreamSocketImpl(::dup(wake.wait_handle())));
}

Answer internal_error(const std::string& name, const std::exception& error) {
  log_error("answer_failed", {{"server", name}, {"error", error.what()}});
  return refusal(503, "internal error");
}

// Which has to leave first: a sender that has its answer and may yet write, then the one that has
// taken longest to send its request, then the one that has been idle longest.
std::pair<int, HttpConnection::Time> rank_of(const HttpConnection& one) {
  return {one.lingering() ? 0 : one.incomplete() ? 1 : 2, one.deadline()};
}

}  // namespace

HttpFront::HttpFront(HttpFrontOptions options)
    : options_(std::move(options)),
      tls_(options_.tls ? std::optional<TlsContext>(*options_.tls) : std::nullopt),
      listener_(listen_on(options_.listen, options_.name)),
      trouble_(options_.name),
      waker_(pollable(mailbox_->wake)) {
  port_ = listener_.address().port();
  listener_.setBlocking(false);
  budget_.max_bytes = options_.max_in_flight;
  budget_.max_per_client = options_.max_connections_per_address;
  budget_.make_room = [this](const HttpConnection& asks, std::size_t bytes) {
    return make_room_for_bytes(asks, bytes);
  };
}

HttpFront::~HttpFront() { stop(); }

void HttpFront::start() {
  threads_ = std::make_unique<HandlerThreads>(options_.threads);
  poll_.add(listener_, PollSet::POLL_READ);
  poll_.add(waker_, PollSet::POLL_READ);
  loop_ = std::jthread([this] { loop(); });
}

void HttpFront::begin_to_stop() {
  if (!stopping_.exchange(true)) mailbox_->wake.signal();
}

void HttpFront::stop() {
  begin_to_stop();
  if (loop_.joinable()) loop_.join();
  threads_.reset();
  listener_.close();
}

void HttpFront::loop() {
  std::optional<Time> drains_since;
  bool goes_on = true;
  while (goes_on) {
    try {
      goes_on = turn(drains_since);
    } catch (const std::exception& error) {
      close_largest();
      log_error("connection_failed", {{"server", options_.name}, {"error", error.what()}});
    }
  }
  entries_.clear();
}

// False when all is done.
bool HttpFront::turn(std::optional<Time>& drains_since) {
  const auto ready = poll_.poll(time_to_sleep());
  mailbox_->asleep = false;
  const Time now = std::chrono::steady_clock::now();
  if (ready.contains(waker_)) mailbox_->wake.take();
  for (const Ready& one : in_order(ready))
    attend(one.key, [&](Entry& entry) { serve(entry, one.mode, now); });
  if (ready.contains(listener_)) accept_all();
  take_answers(now);
  tell_of_given_up(now);
  if (now >= next_look_) expire_all(now);
  if (!stopping_) {
    listen_again(now);
    return true;
  }
  if (!drains_since) {
    drains_since = now;
    close_port();
    return true;
  }
  send_away(now > *drains_since + kForTheRest, now);
  return !entries_.empty() && now <= *drains_since + kLongestDrain;
}

// Oldest connection first. The poll set's own order is that of their places in memory.
std::vector<HttpFront::Ready> HttpFront::in_order(const PollSet::SocketModeMap& ready) const {
  std::vector<Ready> ordered;
  ordered.reserve(ready.size());
  for (const auto& [socket, mode] : ready)
    if (const auto found = entries_.find(socket.impl()); found != entries_.end())
      ordered.push_back({found->second.id, found->first, mode});
  std::sort(ordered.begin(), ordered.end(),
            [](const Ready& one, const Ready& other) { return one.id < other.id; });
  return ordered;
}

// The system would reset what waits, and go on taking connections that nobody answers. Whoever is
// idle is sent away after one more look: its request may have come meanwhile.
void HttpFront::close_port() {
  for (int i = 0; i < kLastRounds && !resting_; ++i) {
    if (!listener_.poll(Poco::Timespan(), Poco::Net::Socket::SELECT_READ)) break;
    accept_all();
  }
  if (!resting_) poll_.remove(listener_);
  listener_.close();
  mailbox_->wake.signal();
}

// Where the loop's own work finds no memory, the connection that holds most of it leaves.
void HttpFront::close_largest() {
  const auto largest =
      std::max_element(entries_.begin(), entries_.end(), [](const auto& one, const auto& other) {
        return one.second.connection->held() < other.second.connection->held();
      });
  if (largest != entries_.end())
    close(largest->second);
  else
    std::this_thread::sleep_for(AcceptTrouble::kRest);
}

// What one connection's request throws, for want of memory as a rule, is the end of that one alone.
template <class Work>
void HttpFront::attend(Key key, const Work& work) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  try {
    work(found->second);
  } catch (const std::exception& error) {
    if (const auto left = entries_.find(key); left != entries_.end()) close(left->second);
    log_error("connection_failed", {{"server", options_.name}, {"error", error.what()}});
  }
}

void HttpFront::serve(Entry& entry, int mode, Time now) {
  if ((mode & PollSet::POLL_ERROR) != 0)
    close(entry);
  else if ((mode & PollSet::POLL_WRITE) != 0)
    follow(entry, entry.connection->flush(now));
  else if (entry.connection->busy())
    poll_for(entry, kNothing);  // the next request, or the end: after the answer
  else
    follow(entry, entry.connection->receive(now));
}

// An answer that comes before the loop says that it sleeps is seen here; one after that wakes it.
Poco::Timespan HttpFront::time_to_sleep() {
  mailbox_->asleep = true;
  const bool answered = mailbox_->answered.with([](const auto& all) { return !all.empty(); });
  if (answered) return {};
  return timespan(entries_.empty() && !resting_ ? kNothingToWatch : kLookAtDeadlines);
}

void HttpFront::accept_all() {
  for (int i = 0; i < kAcceptedAtOnce && !resting_; ++i) {
    const Time now = std::chrono::steady_clock::now();  // its own, for who came first has to leave
    try {
      if (i > 0 && !listener_.poll(Poco::Timespan(), Poco::Net::Socket::SELECT_READ)) return;
      take_connection(listener_.acceptConnection(), now);
    } catch (const Poco::Exception& error) {
      rest_after(error.code(), error.displayText(), now);
    } catch (const std::exception& error) {
      rest_after(ENOMEM, error.what(), now);
    }
  }
}

// Out of the poll set the listener cannot wake the loop again and again.
void HttpFront::rest_after(int error, const std::string& text, Time now) {
  if (!trouble_.failed(error, text, now)) return;
  poll_.remove(listener_);
  resting_ = true;
}

void HttpFront::listen_again(Time now) {
  if (!resting_ || now < trouble_.rests_until()) return;
  poll_.add(listener_, PollSet::POLL_READ);
  resting_ = false;
}

// A proxy does not count together with its neighbours.
Peer HttpFront::peer_of(const Poco::Net::StreamSocket& socket) const {
  const std::string address = socket.peerAddress().host().toString();
  const bool is_proxy = is_in(options_.terms.trusted_proxies, address);
  return {address, is_proxy ? address : network_of_one(address)};
}

void HttpFront::take_connection(Poco::Net::StreamSocket socket, Time now) {
  const Peer peer = peer_of(socket);
  socket.setBlocking(false);
  socket.setNoDelay(true);
  const bool has_room = make_room(peer);
  if (tls_) socket = tls_->secure(socket);
  Entry entry;
  entry.id = ++last_id_;
  entry.connection = std::make_unique<HttpConnection>(socket, peer, options_.terms, budget_, now);
  if (!has_room) return turn_away(*entry.connection, now);
  entry.polled = PollSet::POLL_READ;
  poll_.add(socket, PollSet::POLL_READ);  // throws before anything is noted
  try {
    by_id_[entry.id] = socket.impl();
    std::size_t& of_peer = by_peer_[peer.counted_as];
    entries_.emplace(socket.impl(), std::move(entry));
    ++of_peer;
  } catch (const std::exception&) {
    by_id_.erase(last_id_);
    poll_.remove(socket);
    throw;
  }
  // What waited is there already, and goes before what came later.
  attend(socket.impl(), [&](Entry& taken) { serve(taken, PollSet::POLL_READ, now); });
}

// Read first: closed with unread bytes it would be reset, and its answer might never be seen.
void HttpFront::turn_away(HttpConnection& connection, Time now) {
  connection.receive(now);
  if (connection.incomplete() || connection.busy()) connection.give_up(now);
}

// Where the limit is reached, somebody leaves. Never one whose request is whole and not answered.
bool HttpFront::make_room(const Peer& peer) {
  const auto known = by_peer_.find(peer.counted_as);
  const bool full = entries_.size() >= options_.max_connections;
  const bool own_full = known != by_peer_.end() &&
                        known->second >= options_.max_connections_per_address &&
                        !is_in(options_.terms.trusted_proxies, peer.address);
  if (!full && !own_full) return true;
  Entry* leaves = nullptr;
  for (auto& [key, entry] : entries_) {
    const HttpConnection& one = *entry.connection;
    if (one.busy() || (own_full && one.peer().counted_as != peer.counted_as)) continue;
    if (!one.incomplete() && !one.idle() && !one.lingering()) continue;
    if (leaves == nullptr || rank_of(one) < rank_of(*leaves->connection)) leaves = &entry;
  }
  if (leaves == nullptr) return false;
  close(*leaves);
  return true;
}

// Requests that are not whole leave, the slowest first, of the sender that holds most with such: a
// sender that holds much and sends no more loses its place to those that finish quickly.
bool HttpFront::make_room_for_bytes(const HttpConnection& asks, std::size_t bytes) {
  const auto is_full = [&] { return budget_.bytes + bytes > budget_.max_bytes; };
  while (is_full()) {
    const std::vector<Entry*> leaving = slowest_of_who_holds_most();
    if (leaving.empty()) return false;
    for (Entry* entry : leaving) {
      if (entry->connection.get() == &asks) return false;
      follow(*entry, entry->connection->give_up(std::chrono::steady_clock::now()));
      if (!is_full()) break;
    }
  }
  return true;
}

std::vector<HttpFront::Entry*> HttpFront::slowest_of_who_holds_most() {
  std::unordered_map<std::string_view, std::vector<Entry*>> of_sender;
  std::unordered_map<std::string_view, std::size_t> held;
  for (auto& [key, entry] : entries_) {
    const HttpConnection& one = *entry.connection;
    if (!one.receiving() || one.held() == 0) continue;
    held[one.sender()] += one.held();
    of_sender[one.sender()].push_back(&entry);
  }
  const auto most = std::max_element(
      held.begin(), held.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == held.end()) return {};
  std::vector<Entry*> slowest = of_sender.at(most->first);
  std::sort(slowest.begin(), slowest.end(), [](const Entry* a, const Entry* b) {
    return a->connection->deadline() < b->connection->deadline();
  });
  return slowest;
}

void HttpFront::tell_of_given_up(Time now) {
  if (budget_.given_up == 0 || now < next_line_) return;
  next_line_ = now + kBetweenLines;
  log_warning("in_flight_full", {{"server", options_.name},
                                 {"requests", std::exchange(budget_.given_up, 0)},
                                 {"remote_address", budget_.last_given_up}});
}

void HttpFront::follow(Entry& entry, HttpConnection::Want want) {
  switch (want) {
    case HttpConnection::Want::read: return poll_for(entry, PollSet::POLL_READ);
    case HttpConnection::Want::write: return poll_for(entry, PollSet::POLL_WRITE);
    case HttpConnection::Want::handle: return hand_over(entry);
    case HttpConnection::Want::close: return close(entry);
  }
}

void HttpFront::hand_over(Entry& entry) {
  RawRequest request = entry.connection->take_request();
  const Respond respond = [mailbox = mailbox_, id = entry.id](const Answer& answer) {
    mailbox->answered.with([&](std::vector<Answered>& answered) {
      answered.push_back({id, answer});
    });
    if (mailbox->asleep.exchange(false)) mailbox->wake.signal();
  };
  // What escaped here would leave the sender without an answer.
  const auto handle = [this, respond](RawRequest whole) {
    try {
      options_.handle(std::move(whole), respond);
    } catch (const std::exception& error) {
      respond(internal_error(options_.name, error));
    }
  };
  if (options_.is_quick(request)) return handle(std::move(request));
  threads_->add([handle, whole = std::make_shared<RawRequest>(std::move(request))] {
    handle(std::move(*whole));
  });
}

void HttpFront::take_answers(Time now) {
  const auto all = mailbox_->answered.with(
      [](std::vector<Answered>& answered) { return std::exchange(answered, {}); });
  for (const Answered& one : all) {
    const auto key = by_id_.find(one.id);
    if (key == by_id_.end()) continue;  // the sender has gone
    attend(key->second, [&](Entry& entry) {
      follow(entry, entry.connection->answer(one.answer, stopping_, now));
    });
  }
}

void HttpFront::expire_all(Time now) {
  next_look_ = now + kLookAtDeadlines;
  std::vector<Key> late;
  for (const auto& [key, entry] : entries_)
    if (!entry.connection->busy() && entry.connection->deadline() < now) late.push_back(key);
  for (const Key key : late)
    attend(key, [&](Entry& entry) { follow(entry, entry.connection->expire(now)); });
}

void HttpFront::poll_for(Entry& entry, int mode) {
  if (std::exchange(entry.polled, mode) != mode) poll_.update(entry.connection->socket(), mode);
}

void HttpFront::close(Entry& entry) {
  const Poco::Net::StreamSocket socket = entry.connection->socket();
  const auto peer = by_peer_.find(entry.connection->peer().counted_as);
  if (--peer->second == 0) by_peer_.erase(peer);
  poll_.remove(socket);
  by_id_.erase(entry.id);
  entries_.erase(socket.impl());
}

// What has its answer and is idle will find the next host; so will, some time after the drain
// began, a sender that has not sent a whole request.
void HttpFront::send_away(bool incomplete_too, Time now) {
  std::vector<Key> leaving;
  for (const auto& [key, entry] : entries_) {
    const HttpConnection& one = *entry.connection;
    if (one.incomplete() ? incomplete_too : one.idle()) leaving.push_back(key);
  }
  for (const Key key : leaving)
    attend(key, [&](Entry& entry) { follow(entry, entry.connection->send_away(now)); });
}

}  // namespace fh
