// Deliveries: signed HTTP requests as an Insites workflow would post them, a change list with the
// record's snapshot, 1.5 KB of body. Records go round and round; every body differs from all
// before, so that none is a duplicate, and is newer than the record's last. Made in place from a
// template: making one costs the load generator little beside the signature. One thread only.
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fh::bench {

inline constexpr std::string_view kSourcePath = "/webhooks/bench";
inline constexpr std::string_view kSecret = "the bench signs with this";
inline constexpr std::string_view kWatchedField = "level2_review_status";
inline constexpr std::string_view kUnwatchedField = "level9_review_status";

struct DeliveryTerms {
  std::string_view field = kWatchedField;          // the one that changed
  std::vector<std::string> values = {"Approved"};  // eight bytes each, one after the other
  std::int64_t records = 5'000;
  std::int64_t first = 0;  // continues behind a generator that made so many
};

class Deliveries {
 public:
  explicit Deliveries(DeliveryTerms terms);
  ~Deliveries();

  /// A whole request; valid until the next call.
  std::string_view next();

  /// The record of the last one, as the SDK's Contact::id() gives it.
  std::string record() const;

 private:
  struct FreeMac {
    void operator()(EVP_MAC_CTX* mac) const;
  };

  void put_number(std::size_t place, std::size_t width, std::int64_t number);
  void put(std::size_t place, std::string_view text);
  void sign();

  const DeliveryTerms terms_;
  std::int64_t made_;
  std::string request_;
  std::size_t body_ = 0;  // where it begins
  std::size_t signature_ = 0;
  std::size_t id_ = 0;
  std::size_t uuid_ = 0;
  std::size_t time_ = 0;
  std::vector<std::size_t> values_;
  std::unique_ptr<EVP_MAC_CTX, FreeMac> mac_;
};

}  // namespace fh::bench
