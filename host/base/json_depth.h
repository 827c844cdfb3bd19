// How deep a JSON text is nested, told from the text alone, before anything is built of it. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace fh {

/// Where `text` goes below `levels` arrays and objects within each other. Of text that is no JSON
/// it may say anything: the parser refuses that anyhow.
[[nodiscard]] std::optional<std::size_t> deeper_than(int levels, std::string_view text);

}  // namespace fh
