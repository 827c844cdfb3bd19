#include <array>
#include <utility>

#include "base/output_reader.h"

namespace fh {

OutputReader::OutputReader(UniqueHandle end) : end_(std::move(end)) {}

NativeHandle OutputReader::wait_handle() const { return end_.get(); }

bool OutputReader::read_available(std::string& to) {
  std::array<char, 64 * 1024> bytes;
  if (!end_) return false;
  const auto got = ::read(end_.get(), bytes.data(), bytes.size());
  if (got > 0) to.append(bytes.data(), static_cast<std::size_t>(got));
  if (got == 0) end_.reset();
  return got != 0;
}

}  // namespace fh
