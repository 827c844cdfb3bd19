// RefusedList: the latest requests that were refused, for operators who ask why nothing arrives. It
// is kept in memory and capped for each source, in requests and in bytes, so that who floods one
// source with bad requests neither fills a disk nor drowns what another source refused;
// RefusedListFile carries it over a restart. Any thread.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/guarded.h"

namespace fh {

struct RefusedRequest {
  TimePoint at{};
  std::string source;
  int status = 0;
  std::string cause;  // "missing_header": a metric's label
  std::string text;   // the same in a sentence; holds no part of a token or signature
  std::string remote_address;
  std::string head;  // JSON, credentials masked: masked_head() in RefusedList::kMostHead bytes
  std::size_t body_bytes = 0;
};

class RefusedList {
 public:
  static constexpr std::size_t kPerSource = 100;
  static constexpr std::size_t kMostHead = 4096;  // bytes; a longer one is left out
  static constexpr std::size_t kMostText = 512;   // bytes; a longer one is cut

  void add(RefusedRequest request) {
    if (request.head.size() > kMostHead) request.head = "[]";
    if (request.text.size() > kMostText) request.text.resize(kMostText);
    latest_.with([&](auto& latest) {
      auto& own = latest[request.source];
      own.push_front(std::move(request));
      if (own.size() > kPerSource) own.pop_back();
    });
    ++added_;
  }
  /// How many were added so far.
  std::uint64_t added() const { return added_; }

  /// Newest first; of one source, or of all when it is "".
  std::vector<RefusedRequest> list(const std::string& source) const;

 private:
  Guarded<std::map<std::string, std::deque<RefusedRequest>>> latest_;
  std::atomic<std::uint64_t> added_{0};
};

}  // namespace fh
