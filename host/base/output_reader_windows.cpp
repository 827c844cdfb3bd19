#include "base/output_reader.h"

namespace fh {

OutputReader::OutputReader(UniqueHandle end)
    : end_(std::make_unique<OverlappedPipe>(std::move(end))) {}

NativeHandle OutputReader::wait_handle() const { return end_ ? end_->wait_handle() : kNoHandle; }

bool OutputReader::read_available(std::string& to) {
  if (end_ && !end_->read(to, false)) end_.reset();
  return end_ != nullptr;
}

}  // namespace fh
