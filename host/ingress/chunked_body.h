// ChunkedBody: takes a body apart that comes in chunks (RFC 9112, section 7.1), as it comes. Of a
// line that is not whole yet no more is kept than it may have, and one that could be read in two
// ways is refused. What extensions and trailers say is not looked at. Pure; used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fh {

class ChunkedBody {
 public:
  static constexpr std::size_t kMaxLine = 256;       // bytes of a chunk's size and extensions
  static constexpr std::size_t kMaxTrailers = 4096;  // of all lines after the last chunk

  struct Refusal {
    int status = 400;  // or 413, 431
    std::string reason;
  };

  /// Takes bytes from the front, all of them or up to the end of the body, adds to `body` what they
  /// hold, and returns how many they are. `body` never has more than max_body bytes.
  std::size_t take(std::string_view bytes, std::size_t max_body, std::string& body);

  bool whole() const { return part_ == Part::nothing; }
  /// Then nothing more is to be taken.
  const std::optional<Refusal>& refusal() const { return refusal_; }

 private:
  enum class Part { size, content, content_end, trailers, nothing };  // what comes next

  void take_content(std::string_view& bytes, std::string& body);
  bool take_line(std::string_view& bytes);
  void read_line(std::size_t max_body, std::size_t body);
  void read_size(std::size_t max_body, std::size_t body);
  void refuse(int status, std::string reason) { refusal_ = {status, std::move(reason)}; }
  void refuse_length();
  std::size_t longest_line() const;

  Part part_ = Part::size;
  std::size_t left_ = 0;      // of the chunk's content
  std::string line_;          // as far as it has come
  std::size_t trailers_ = 0;  // bytes of them
  std::optional<Refusal> refusal_;
};

}  // namespace fh
