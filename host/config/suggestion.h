// Suggestions: what somebody who misspelt a word most likely meant. Shared by configuration and
// command line. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fh {

/// Insertions, deletions, replacements and swaps of neighbours, each costing one.
std::size_t edit_distance(std::string_view left, std::string_view right);

/// The nearest of `known`, if it is near enough to be what was meant: at most two edits, and at
/// most a third of the word's length (rounded up).
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

/// ` (did you mean "secrets"?)`, or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace fh
