// RequestParser: bytes off a connection to one RawRequest, as strict as RFC 9112 allows: what could
// be read in two ways is refused, so that no byte of a body can become somebody's next request. The
// head's grammar is Boost.Beast's; the rules on lengths are here. Pure; used by one thread at a
// time.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ingress/raw_request.h"

namespace fh {

class RequestParser {
 public:
  static constexpr std::size_t kMaxFields = 100;

  enum class State {
    head,     // more of it is needed
    headed,   // the head is whole; look at it, then go on with put()
    body,     // more of it is needed
    whole,    // request() is complete
    refused,  // see status() and reason(); the connection must be closed
  };

  /// What a path allows for max_head, asked when the request line is known.
  using MaxHeadOf = std::function<std::size_t(std::string_view path)>;

  /// max_head: bytes from the request line to the empty line. `of_path`, if it is not null, says
  /// it anew for the path, and outlives the parser.
  explicit RequestParser(std::size_t max_head, const MaxHeadOf* of_path = nullptr);
  ~RequestParser();

  /// Takes bytes from the front and returns how many; the rest is to be offered again with more
  /// behind it. Stops at the end of the head and at the end of the request.
  std::size_t put(std::string_view bytes);

  /// Of a head that will not come whole, `bytes` is what came: where its first line did, the path
  /// in there is request().path from then on.
  void look_at_line(std::string_view bytes);

  /// Bytes of body from which the request is refused with 413; set it once the head is whole.
  void set_max_body(std::size_t bytes);

  State state() const;
  bool keep_alive() const;  // what the sender asks for, in HTTP/1.1; the head must be whole
  bool expects_continue() const;
  /// Bytes of body: as announced, or as many as came so far.
  std::size_t body_size() const;
  RawRequest& request();
  int status() const;                 // 400, 413, 431 or 501
  const std::string& reason() const;  // a sentence for the answer

 private:
  class Grammar;
  std::unique_ptr<Grammar> grammar_;
};

}  // namespace fh
