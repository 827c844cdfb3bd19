#include <elf.h>

#include <cstring>

#include "runtime/library_bytes.h"

namespace fh {
namespace {

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#else
#error "name this machine's ELF number here"
#endif

}  // namespace

// ELF gABI: whether every part that the headers speak of lies within the bytes. A file that is
// still being copied fails here instead of killing the process that maps it.
std::string mistake_in_library(const std::string& bytes) {
  Elf64_Ehdr head;
  if (bytes.size() < sizeof head || std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0)
    return "it is not a shared library: build it with c++ -shared -fPIC";
  std::memcpy(&head, bytes.data(), sizeof head);
  if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_machine != kMachine || head.e_type != ET_DYN)
    return "it is not a shared library for this machine: rebuild it here with c++ -shared -fPIC";
  const std::string cut = "it is cut short (" + std::to_string(bytes.size()) +
                          " bytes): still being copied? copy to another name, then rename it";
  const auto within = [&bytes](std::uint64_t offset, std::uint64_t size) {
    return offset <= bytes.size() && size <= bytes.size() - offset;
  };
  if (head.e_phentsize != sizeof(Elf64_Phdr) || head.e_phnum == 0 ||
      !within(head.e_phoff, std::uint64_t{head.e_phnum} * sizeof(Elf64_Phdr)) ||
      !within(head.e_shoff, std::uint64_t{head.e_shnum} * head.e_shentsize))
    return cut;
  for (int i = 0; i < head.e_phnum; ++i) {
    Elf64_Phdr part;
    std::memcpy(&part, bytes.data() + head.e_phoff + static_cast<std::size_t>(i) * sizeof part,
                sizeof part);
    if (!within(part.p_offset, part.p_filesz)) return cut;
  }
  for (int i = 0; i < head.e_shnum && head.e_shentsize == sizeof(Elf64_Shdr); ++i) {
    Elf64_Shdr section;
    std::memcpy(&section,
                bytes.data() + head.e_shoff + static_cast<std::size_t>(i) * sizeof section,
                sizeof section);
    if (section.sh_type != SHT_NOBITS && !within(section.sh_offset, section.sh_size)) return cut;
  }
  return "";
}

}  // namespace fh
