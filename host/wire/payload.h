// PayloadWriter and PayloadReader: the fields of a frame as bytes. Numbers are little endian; a
// text is its length (u32) and its bytes; an enumeration is a u8 no greater than last_of(it). Both
// are called with all fields of a frame in order, so that one list of fields serves both ways. Not
// thread-safe; a reader's bytes must outlive it.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "wire/wire_error.h"

namespace fh {

class PayloadWriter {
 public:
  /// Appends to bytes, which must outlive the writer.
  explicit PayloadWriter(std::string& bytes) : bytes_(bytes) {}

  template <class... Fields>
  void operator()(const Fields&... fields) {
    (put(fields), ...);
  }

 private:
  template <std::integral Number>
  void put(Number value) {
    auto rest = static_cast<std::make_unsigned_t<Number>>(value);
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
      bytes_ += static_cast<char>(rest & 0xffU);
      rest = static_cast<decltype(rest)>(static_cast<std::uint64_t>(rest) >> 8U);
    }
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void put(Enum value) { put(static_cast<std::uint8_t>(value)); }
  void put(const std::string& text);

  std::string& bytes_;
};

class PayloadReader {
 public:
  explicit PayloadReader(std::string_view bytes) : rest_(bytes) {}

  /// Fills the fields. Throws WireError when bytes are missing or an enumeration is out of range.
  template <class... Fields>
  void operator()(Fields&... fields) {
    (get(fields), ...);
  }

  /// Throws WireError unless every byte was read.
  void finish() const;

 private:
  template <std::integral Number>
  void get(Number& value) {
    std::make_unsigned_t<Number> read = 0;
    const auto bytes = take(sizeof(Number));
    for (std::size_t i = bytes.size(); i-- > 0;) {
      read = static_cast<decltype(read)>(static_cast<std::uint64_t>(read) << 8U |
                                         static_cast<unsigned char>(bytes[i]));
    }
    value = static_cast<Number>(read);
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void get(Enum& value) {
    std::uint8_t number = 0;
    get(number);
    if (number > static_cast<std::uint8_t>(last_of(Enum{}))) {
      throw WireError("the number " + std::to_string(number) + " names nothing in its enumeration");
    }
    value = static_cast<Enum>(number);
  }
  void get(std::string& text);
  std::string_view take(std::size_t count);

  std::string_view rest_;
};

}  // namespace fh
