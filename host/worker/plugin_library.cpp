#include "worker/plugin_library.h"

#include <cstddef>
#include <filesystem>

namespace fh {
namespace {

constexpr char kSymbol[] = "fieldhook_plugin";
// Version 1.0 ends with get_extension; later members are read only if struct_size covers them.
constexpr std::size_t kSmallestTable =
    offsetof(fieldhook_plugin_table, get_extension) + sizeof(fieldhook_plugin_table::get_extension);

constexpr char kNotThere[] =
    ": that file, or a library it needs, is not there: install it and run 'fieldhook plugins "
    "reload', or link it statically";
constexpr char kNoLibrary[] = ": it is no shared library for this machine";

#ifdef _WIN32

// The loader's own words are in the language of the system.
std::string reason_of(const boost::dll::fs::system_error& error) {
  const std::string reason =
      "the loader gives error " + std::to_string(error.code().value()) + ", " + error.what();
  switch (error.code().value()) {
    case 126:  // ERROR_MOD_NOT_FOUND
      return reason + kNotThere;
    case 193:  // ERROR_BAD_EXE_FORMAT
      return reason + kNoLibrary;
    default: return reason;
  }
}

#else

std::string loader_reason(const std::string& what) {
  static constexpr std::string_view kBefore = "dlerror system message: ";
  const auto start = what.find(kBefore);
  if (start == std::string::npos) return what;
  const auto end = what.rfind("): ");
  const auto from = start + kBefore.size();
  return what.substr(from, end == std::string::npos || end < from ? end : end - from);
}

std::string remedy_for(const std::string& reason) {
  const auto has = [&reason](const char* text) { return reason.find(text) != std::string::npos; };
  if (has("GLIBC_") || has("GLIBCXX_") || has("CXXABI_"))
    return ": it was built on a newer system: build it on this one, or on one as old";
  if (has("undefined symbol"))
    return ": link the library that defines the symbol into the plugin (-Wl,-z,defs finds this "
           "when building)";
  if (has("cannot open shared object file")) return kNotThere;
  if (has("invalid ELF header") || has("file too short") || has("wrong ELF class"))
    return kNoLibrary;
  return "";
}

std::string reason_of(const boost::dll::fs::system_error& error) {
  const auto reason = loader_reason(error.what());
  return reason + remedy_for(reason);
}

#endif

// What a static initialiser throws does not get here: it ends the process from inside the loader.
// On Windows it is a library that does not load.
boost::dll::shared_library load(const std::string& path) {
  try {
    return boost::dll::shared_library(path, boost::dll::load_mode::rtld_now);
  } catch (const boost::dll::fs::system_error& error) {
    throw LibraryRefused("it does not load: " + reason_of(error));
  }
}

void check_table(const fieldhook_plugin_table& table) {
  if (table.abi_major != FIELDHOOK_ABI_MAJOR) {
    throw LibraryRefused("it was built for ABI " + std::to_string(table.abi_major) +
                         ", this host speaks " + std::to_string(FIELDHOOK_ABI_MAJOR) +
                         ": rebuild it against this host's sdk/include");
  }
  if (table.struct_size < kSmallestTable) {
    throw LibraryRefused("its table is " + std::to_string(table.struct_size) +
                         " bytes, ABI 1 needs " + std::to_string(kSmallestTable) +
                         ": set struct_size to sizeof(fieldhook_plugin_table) and rebuild it "
                         "against this host's sdk/include");
  }
  if (table.manifest == nullptr || table.create == nullptr || table.execute == nullptr) {
    throw LibraryRefused("its table lacks manifest, create or execute: none of them may be null");
  }
}

std::string manifest_of(const fieldhook_plugin_table& table) {
  std::string reason;
  const fieldhook_string text = table.manifest(reply_into(reason));
  if (text.size > 0) return {text.data, text.size};
  throw LibraryRefused("it gives no manifest: " + (reason.empty() ? "no reason given" : reason));
}

}  // namespace

PluginLibrary::PluginLibrary(const std::string& path) try : library_(load(path)) {
  if (!library_.has(kSymbol)) {
    throw LibraryRefused(
        "it exports no fieldhook_plugin symbol: add FIELDHOOK_PLUGIN(Class, {.name = ...}) to one "
        "source file, or in C define the constant fieldhook_plugin of abi.h");
  }
  plugin_ = &library_.get<const fieldhook_plugin_table>(kSymbol);
  check_table(*plugin_);
  manifest_ = manifest_of(*plugin_);
} catch (const LibraryRefused& refused) {
  throw LibraryRefused("plugin " + std::filesystem::path(path).filename().string() +
                       " cannot be used: " + refused.what());
}

fieldhook_reply reply_into(std::string& text) {
  return {[](void* arg, fieldhook_string given) {
            static_cast<std::string*>(arg)->assign(given.data, given.size);
          },
          &text};
}

}  // namespace fh
