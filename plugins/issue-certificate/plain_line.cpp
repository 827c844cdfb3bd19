#include "issue-certificate/plain_line.h"

#include <glib.h>

#include <memory>

namespace certificate {

std::string plain_line(std::string_view text) {
  const std::unique_ptr<char, decltype(&g_free)> valid(
      g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())), &g_free);
  std::string line;
  bool gap = false;
  bool shows = false;
  std::size_t count = 0;
  for (const char *at = valid.get(), *next; *at != '\0'; at = next) {
    next = g_utf8_next_char(at);
    const gunichar point = g_utf8_get_char(at);
    if (point == ' ' || point == 0x2028 || point == 0x2029 || g_unichar_iscntrl(point)) {
      gap = !line.empty();
      continue;
    }
    if (++count > kMaxCodePoints) return line + "…";
    if (gap) line += ' ';
    gap = false;
    shows |= g_unichar_isgraph(point) != 0;
    line.append(at, next);
  }
  return shows ? line : "";
}

}  // namespace certificate
