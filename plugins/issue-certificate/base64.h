// Base64, RFC 4648 section 4. Safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace certificate {

/// Lines of `line_length` characters joined by CRLF; 0 for one line. No line end at the end.
std::string base64(std::string_view bytes, int line_length = 0);

}  // namespace certificate
