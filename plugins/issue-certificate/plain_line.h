// plain_line(): text from strangers (a contact's name, a title) made safe to print and to put in a
// mail header. What comes out is always valid UTF-8 on one line. Safe from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace certificate {

constexpr std::size_t kMaxCodePoints = 400;

/// Control characters, line and paragraph separators and runs of spaces become one space, the ends
/// are trimmed, bytes that are not UTF-8 become U+FFFD, and what is beyond kMaxCodePoints becomes
/// an ellipsis. Characters that shape a script (joiners, direction marks) are kept, and spaces of
/// other kinds; a line of nothing else is empty.
std::string plain_line(std::string_view text);

}  // namespace certificate
