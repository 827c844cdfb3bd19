#include "config/secret_ref.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <utility>

namespace fh {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestSecret = 64 * 1024;
constexpr std::array<std::pair<std::string_view, SecretRef::Kind>, 3> kKinds{{
    {"env:", SecretRef::Kind::env},
    {"file:", SecretRef::Kind::file},
    {"credential:", SecretRef::Kind::credential},
}};

std::string from_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) throw SecretMissing("the environment variable is not set");
  return value;
}

std::string from_file(const fs::path& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file || fs::is_directory(path))
    throw SecretMissing(errno != 0 ? std::strerror(errno) : "not a file");
  std::string text(kLongestSecret + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) throw SecretMissing("the file cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLongestSecret) throw HostError("larger than 64 KiB");
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

std::string from_credential(const std::string& name) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr)
    throw SecretMissing(
        "CREDENTIALS_DIRECTORY is not set (is the host started by systemd, with "
        "LoadCredential=" +
        name + ":...?)");
  return from_file(fs::path(folder) / name);
}

std::string read(SecretRef::Kind kind, const std::string& name) {
  switch (kind) {
    case SecretRef::Kind::env: return from_environment(name);
    case SecretRef::Kind::file: return from_file(name);
    case SecretRef::Kind::credential: return from_credential(name);
  }
  CHECK(!"a kind of secret reference");
}

bool well_formed(SecretRef::Kind kind, std::string_view name) {
  if (name.empty() || name.find('\0') != std::string_view::npos) return false;
  switch (kind) {
    case SecretRef::Kind::env: return name.find('=') == std::string_view::npos;
    case SecretRef::Kind::file: return true;
    case SecretRef::Kind::credential:
      return name != "." && name != ".." && name.find('/') == std::string_view::npos;
  }
  return false;
}

}  // namespace

std::optional<SecretRef> SecretRef::parse(std::string_view text, const fs::path& folder) {
  for (const auto& [prefix, kind] : kKinds) {
    if (!text.starts_with(prefix)) continue;
    const std::string name(text.substr(prefix.size()));
    if (!well_formed(kind, name)) return std::nullopt;
    if (kind != Kind::file) return SecretRef(kind, name);
    return SecretRef(kind, (folder / name).lexically_normal().string());
  }
  return std::nullopt;
}

std::string SecretRef::text() const {
  for (const auto& [prefix, kind] : kKinds)
    if (kind == kind_) return std::string(prefix) + name_;
  return {};  // not reached: every kind has its prefix
}

std::string SecretRef::resolve() const {
  std::string value;
  const std::string cannot = "secret " + text() + " cannot be read: ";
  try {
    value = read(kind_, name_);
  } catch (const SecretMissing& error) {
    throw SecretMissing(cannot + error.what());
  } catch (const HostError& error) {
    throw HostError(cannot + error.what());
  }
  if (value.empty()) throw HostError("secret " + text() + " is empty");
  return value;
}

}  // namespace fh
