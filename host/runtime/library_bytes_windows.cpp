#include <cstring>

#include "base/windows_api.h"
#include "runtime/library_bytes.h"

namespace fh {
namespace {

#if defined(_M_X64) || defined(__x86_64__)
constexpr WORD kMachine = IMAGE_FILE_MACHINE_AMD64;
#elif defined(_M_ARM64) || defined(__aarch64__)
constexpr WORD kMachine = IMAGE_FILE_MACHINE_ARM64;
#else
#error "name this machine's PE number here"
#endif

constexpr std::uint64_t kSymbolSize = 18;

class Bytes {
 public:
  explicit Bytes(const std::string& bytes) : bytes_(bytes) {}
  bool within(std::uint64_t offset, std::uint64_t size) const {
    return offset <= bytes_.size() && size <= bytes_.size() - offset;
  }
  /// False when it does not lie within them.
  template <class Part>
  bool read(std::uint64_t offset, Part& part) const {
    if (!within(offset, sizeof part)) return false;
    std::memcpy(&part, bytes_.data() + offset, sizeof part);
    return true;
  }

 private:
  const std::string& bytes_;
};

// PE format: sections, the symbols and texts that mingw leaves behind them, and a signature.
bool is_whole(const Bytes& bytes, std::uint64_t start, const IMAGE_NT_HEADERS64& head) {
  const auto& file = head.FileHeader;
  std::uint64_t at =
      start + offsetof(IMAGE_NT_HEADERS64, OptionalHeader) + file.SizeOfOptionalHeader;
  for (int i = 0; i < file.NumberOfSections; ++i, at += sizeof(IMAGE_SECTION_HEADER)) {
    IMAGE_SECTION_HEADER section;
    if (!bytes.read(at, section)) return false;
    if (section.PointerToRawData != 0 &&
        !bytes.within(section.PointerToRawData, section.SizeOfRawData))
      return false;
  }
  if (file.PointerToSymbolTable != 0) {
    const std::uint64_t texts =
        file.PointerToSymbolTable + std::uint64_t{file.NumberOfSymbols} * kSymbolSize;
    DWORD size = 0;  // its own four bytes too
    if (!bytes.read(texts, size) || !bytes.within(texts, size)) return false;
  }
  const auto& signature = head.OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_SECURITY];
  return bytes.within(signature.VirtualAddress, signature.Size);  // an offset, here alone
}

}  // namespace

std::string mistake_in_library(const std::string& text) {
  const Bytes bytes(text);
  IMAGE_DOS_HEADER dos{};
  if (!bytes.read(0, dos) || dos.e_magic != IMAGE_DOS_SIGNATURE)
    return "it is not a shared library: build it as a DLL";
  const std::string cut = "it is cut short (" + std::to_string(text.size()) +
                          " bytes): still being copied? copy to another name, then rename it";
  IMAGE_NT_HEADERS64 head{};
  const auto start = static_cast<std::uint32_t>(dos.e_lfanew);
  if (!bytes.read(start, head)) return cut;
  if (head.Signature != IMAGE_NT_SIGNATURE || head.FileHeader.Machine != kMachine ||
      (head.FileHeader.Characteristics & IMAGE_FILE_DLL) == 0)
    return "it is not a shared library for this machine: rebuild it here as a DLL";
  return is_whole(bytes, start, head) ? "" : cut;
}

}  // namespace fh
