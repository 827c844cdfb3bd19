#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "base/digest.h"
#include "base/private_file.h"
#include "base/unique_fd.h"
#include "runtime/library_bytes.h"
#include "runtime/plugin_file.h"

namespace fh {
namespace {

constexpr std::string_view kSuffix = ".so";

std::string mistrust(const struct stat& status, const std::string& what) {
  if (status.st_uid != 0 && status.st_uid != ::geteuid())
    return what + " belongs to user " + std::to_string(status.st_uid) +
           ", neither root nor the host's own: chown it, or set plugins.trust to \"none\"";
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return what +
           " can be written by others: run chmod go-w on it, or set plugins.trust to "
           "\"none\"";
  return "";
}

std::string read_all(int fd, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const auto got = ::read(fd, bytes.data() + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

void write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw_errno("plugins: cannot write " + path);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

PluginCopy keep_copy(const std::string& bytes, const std::filesystem::path& builds) {
  PluginCopy copy;
  copy.build = to_hex(sha256(bytes));
  copy.path = copy_path(builds, copy.build);
  // It was made at the start; somebody may have tidied up since.
  make_private_folder(builds);
  if (is_sound_copy(copy.path)) return copy;
  const std::string temporary = copy.path.string() + ".part";
  ::unlink(temporary.c_str());
  const UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0500));
  if (!fd) throw_errno("plugins: cannot write " + temporary);
  write_all(fd.get(), bytes, temporary);
  if (::fsync(fd.get()) != 0 || ::rename(temporary.c_str(), copy.path.c_str()) != 0)
    throw_errno("plugins: cannot write " + copy.path.string());
  return copy;
}

}  // namespace

bool is_plugin_file_name(const std::string& name) {
  return name.size() > kSuffix.size() && name.ends_with(kSuffix) && name[0] != '.';
}

std::filesystem::path copy_path(const std::filesystem::path& builds, const std::string& build) {
  return builds / (build + std::string(kSuffix));
}

bool is_sound_copy(const std::filesystem::path& copy) {
  const UniqueFd fd(::open(copy.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  if (!mistrust(status, "").empty()) return false;
  const auto size = static_cast<std::uintmax_t>(status.st_size);
  return size <= kMaxPluginBytes &&
         copy.stem() == to_hex(sha256(read_all(fd.get(), static_cast<std::size_t>(size))));
}

std::string mistrust_of_folder(const std::filesystem::path& folder, PluginsConfig::Trust trust) {
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    return folder.string() + " is not a folder: make it, or correct plugins.directory";
  return trust == PluginsConfig::Trust::owner ? mistrust(status, folder.string()) : "";
}

namespace {

// The file's bytes, or why they are not to be used.
std::variant<std::string, PluginRefusal> read_plugin_file(const std::filesystem::path& file,
                                                          PluginsConfig::Trust trust) {
  // Non-blocking: a FIFO in the folder must not hold the host.
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd && (errno == EMFILE || errno == ENFILE))
    throw_errno("plugins: cannot read " + file.string());
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0)
    return PluginRefusal{std::string("it cannot be read: ") + std::strerror(errno)};
  if (!S_ISREG(status.st_mode)) return PluginRefusal{"it is not a regular file"};
  if (static_cast<std::uintmax_t>(status.st_size) > kMaxPluginBytes)
    return PluginRefusal{"it is larger than " + std::to_string(kMaxPluginBytes >> 20U) + " MiB"};
  if (trust == PluginsConfig::Trust::owner)
    if (auto why = mistrust(status, file.string()); !why.empty()) return PluginRefusal{why};
  std::string bytes = read_all(fd.get(), static_cast<std::size_t>(status.st_size));
  if (auto why = mistake_in_library(bytes); !why.empty()) return PluginRefusal{why};
  return bytes;
}

}  // namespace

JudgedFile judge_plugin_file(const std::filesystem::path& file, PluginsConfig::Trust trust,
                             const std::filesystem::path& builds) {
  auto read = read_plugin_file(file, trust);
  if (auto* refusal = std::get_if<PluginRefusal>(&read)) return std::move(*refusal);
  return keep_copy(std::get<std::string>(read), builds);
}

std::string mistake_in_plugin_file(const std::filesystem::path& file, PluginsConfig::Trust trust) {
  const auto read = read_plugin_file(file, trust);
  const auto* refusal = std::get_if<PluginRefusal>(&read);
  return refusal == nullptr ? "" : refusal->reason;
}

}  // namespace fh
