#include "bench/disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "base/check.h"
#include "base/unique_fd.h"

namespace fh::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kBytes = 1536;
constexpr std::size_t kPreallocated = 16 << 20;

void write_at(int fd, const std::string& bytes, std::size_t place) {
  const auto written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(place));
  if (written != static_cast<ssize_t>(bytes.size()) || ::fdatasync(fd) != 0)
    throw_errno("bench: cannot write");
}

}  // namespace

double syncs_per_second(const std::filesystem::path& file, DiskWrite kind,
                        std::chrono::milliseconds time) {
  const UniqueFd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) throw_errno("bench: cannot open " + file.string());
  if (kind == DiskWrite::overwrite) write_at(fd.get(), std::string(kPreallocated, 'x'), 0);
  const std::string bytes(kBytes, 'y');
  const auto start = Steady::now();
  std::size_t syncs = 0;
  while (Steady::now() < start + time) {
    const std::size_t place = syncs++ * kBytes;
    write_at(fd.get(), bytes, kind == DiskWrite::append ? place : place % (kPreallocated - kBytes));
  }
  const std::chrono::duration<double> took = Steady::now() - start;
  return static_cast<double>(syncs) / took.count();
}

}  // namespace fh::bench
