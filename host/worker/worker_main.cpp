// fieldhook-worker --channel NUMBER --build PATH [--memory-limit BYTES]
//
// Started by the host, never by hand: loads one build of one plugin, says Hello or Refused on the
// channel, then does one run after the other. Exit codes: 0 stopped or the host is gone, 1 the
// library was refused or the process could not be set up, 2 wrong usage.
#include <charconv>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "worker/host_link.h"
#include "worker/job_runner.h"
#include "worker/plugin_library.h"
#include "worker/process_setup.h"

namespace {

struct Options {
  std::intptr_t channel = -1;
  std::string build;
  std::optional<std::uint64_t> memory_limit;
};

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<Options> read_options(int count, char** words) {
  Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = words[i];
    if (name == "--build") {
      options.build = words[i + 1];
    } else if (name == "--channel") {
      if (!read_number(words[i + 1], options.channel)) return std::nullopt;
    } else if (name == "--memory-limit") {
      if (!read_number(words[i + 1], options.memory_limit.emplace())) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  if (count % 2 == 0 || options.channel < 0 || options.build.empty()) return std::nullopt;
  return options;
}

int work(const Options& options) {
  if (const auto why = fh::set_up_process(options.memory_limit); !why.empty()) {
    std::fprintf(stderr, "fieldhook-worker: setting limits: %s\n", why.c_str());
    return 1;
  }
  fh::HostLink link{fh::UniqueHandle(fh::handle_of(options.channel))};
  try {
    const fh::PluginLibrary library(options.build);
    link.introduce(fh::wire::Hello{fh::wire::kWireVersion, library.plugin().abi_major,
                                   library.plugin().abi_minor, library.manifest()});
    fh::JobRunner(library, link).run_until_stopped();
    fh::flush_output();
    fh::end_process(0);
  } catch (const fh::LibraryRefused& refused) {
    fh::flush_output();
    link.introduce(fh::wire::Refused{refused.what()});
    fh::end_process(1);
  }
}

}  // namespace

int main(int count, char** words) {
  const auto options = read_options(count, words);
  if (!options) {
    std::fputs("usage: fieldhook-worker --channel NUMBER --build PATH [--memory-limit BYTES]\n",
               stderr);
    return 2;
  }
  return work(*options);
}
