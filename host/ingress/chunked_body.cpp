#include "ingress/chunked_body.h"

#include <algorithm>
#include <charconv>

namespace fh {
namespace {

bool is_control(char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; }

// Nothing, or what begins with a semicolon, perhaps after blanks.
bool is_extension(std::string_view text) {
  if (text.empty()) return true;
  const auto first = text.find_first_not_of(" \t");
  return first != std::string_view::npos && text[first] == ';';
}

}  // namespace

std::size_t ChunkedBody::take(std::string_view bytes, std::size_t max_body, std::string& body) {
  const std::size_t offered = bytes.size();
  while (!bytes.empty() && !whole() && !refusal_) {
    if (part_ == Part::content)
      take_content(bytes, body);
    else if (take_line(bytes))
      read_line(max_body, body.size());
  }
  return offered - bytes.size();
}

void ChunkedBody::take_content(std::string_view& bytes, std::string& body) {
  const std::string_view content = bytes.substr(0, left_);
  body += content;
  bytes.remove_prefix(content.size());
  left_ -= content.size();
  if (left_ == 0) part_ = Part::content_end;
}

// Whether the line is whole, and one.
bool ChunkedBody::take_line(std::string_view& bytes) {
  const auto end = bytes.find('\n');
  const std::string_view piece = bytes.substr(0, end);
  if (line_.size() + piece.size() > longest_line()) {
    refuse_length();
    return false;
  }
  line_ += piece;
  bytes.remove_prefix(end == std::string_view::npos ? piece.size() : end + 1);
  if (end == std::string_view::npos) return false;
  const bool returned = line_.ends_with('\r');
  if (returned) line_.pop_back();
  if (returned && std::none_of(line_.begin(), line_.end(), is_control)) return true;
  refuse(400, "the request is malformed: a line among its chunks does not end as it must");
  return false;
}

// With its carriage return.
std::size_t ChunkedBody::longest_line() const {
  switch (part_) {
    case Part::content_end: return 1;
    case Part::trailers: return kMaxTrailers - trailers_;
    case Part::size:
    case Part::content:
    case Part::nothing: break;
  }
  return kMaxLine;
}

void ChunkedBody::refuse_length() {
  if (part_ == Part::trailers)
    refuse(431, "the trailers are larger than " + std::to_string(kMaxTrailers) + " bytes");
  else if (part_ == Part::content_end)
    refuse(400, "the request is malformed: a chunk is longer than it says");
  else
    refuse(400,
           "a chunk's size and extensions are longer than " + std::to_string(kMaxLine) + " bytes");
}

void ChunkedBody::read_line(std::size_t max_body, std::size_t body) {
  if (part_ == Part::content_end) {
    part_ = Part::size;
  } else if (part_ == Part::size) {
    read_size(max_body, body);
  } else {
    trailers_ += line_.size() + 1;
    if (line_.empty()) part_ = Part::nothing;
  }
  line_.clear();
}

void ChunkedBody::read_size(std::size_t max_body, std::size_t body) {
  std::uint64_t size = 0;
  const char* const last = line_.data() + line_.size();
  const auto [end, error] = std::from_chars(line_.data(), last, size, 16);
  if (error != std::errc() || !is_extension({end, static_cast<std::size_t>(last - end)}))
    return refuse(400, "the request is malformed: a chunk does not say its size");
  if (size > max_body - body)
    return refuse(413, "the body is larger than " + std::to_string(max_body) + " bytes");
  left_ = static_cast<std::size_t>(size);
  part_ = size == 0 ? Part::trailers : Part::content;
}

}  // namespace fh
