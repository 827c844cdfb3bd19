// The shape of a fuzz target: one file, named as the target and its corpus are, with one
//   FUZZ_TARGET(name) { ... MUST_HOLD(what is true of any bytes); ... }
// that reads `input`. libFuzzer calls it with what it makes up (./dev fuzz), a test with the
// corpus.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace fh::fuzz {

/// Thrown when something does not hold; nothing under test catches it.
class DoesNotHold : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// The bytes, taken apart from the front, so that a corpus file stays readable.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  /// Up to the next line feed, which goes too.
  std::string line() {
    const std::string_view line = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(line.size() < rest_.size() ? line.size() + 1 : line.size());
    return std::string(line);
  }
  /// The words of the next line; one blank between two.
  std::vector<std::string> words() {
    std::vector<std::string> words(1);
    for (const char c : line())
      if (c == ' ')
        words.emplace_back();
      else
        words.back() += c;
    return words;
  }
  bool has_more() const { return !rest_.empty(); }
  /// A copy of its own, with nothing behind it that could be read by mistake.
  std::string rest() const { return std::string(rest_); }

 private:
  std::string_view rest_;
};

struct Target {
  const char* name;
  void (*run)(Input input);
};

/// Those linked into this program.
inline std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

/// Calls feed(piece) for the bytes piece by piece: each as long as the next of `cuts` says, 1 to 64
/// bytes; 1 where there are none.
template <class Feed>
void in_pieces(const std::string& cuts, std::string_view bytes, Feed feed) {
  for (std::size_t i = 0; !bytes.empty(); ++i) {
    const std::size_t size =
        cuts.empty() ? 1 : 1 + static_cast<unsigned char>(cuts[i % cuts.size()]) % 64;
    feed(bytes.substr(0, size));
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
}

/// For what must not depend on how its bytes arrive: the input's first line says how to cut the
/// rest, which one Reading is fed whole and another piece by piece. Then compare(bytes, whole,
/// cut).
template <class Reading, class Compare>
void whole_and_cut(Input input, Compare compare) {
  const std::string cuts = input.line();
  const std::string bytes = input.rest();
  Reading whole;
  whole.feed(bytes);
  Reading cut;
  in_pieces(cuts, bytes, [&](std::string_view piece) { cut.feed(piece); });
  compare(bytes, whole, cut);
}

inline void hold(bool holds, const char* what, const char* file, int line) {
  if (!holds)
    throw DoesNotHold(std::string(file) + ":" + std::to_string(line) + " does not hold: " + what);
}

}  // namespace fh::fuzz

#define MUST_HOLD(...) \
  ::fh::fuzz::hold(static_cast<bool>(__VA_ARGS__), #__VA_ARGS__, __FILE__, __LINE__)

#define FUZZ_TARGET(name)                                   \
  namespace fh::fuzz {                                      \
  static void name##_target(Input input);                   \
  [[maybe_unused]] static const auto& name##_registered =   \
      targets().emplace_back(Target{#name, name##_target}); \
  }                                                         \
  static void fh::fuzz::name##_target([[maybe_unused]] Input input)
