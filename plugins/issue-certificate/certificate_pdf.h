// Draws a certificate: one landscape A4 page. Pango chooses the fonts, so a name in any script
// prints when some installed font has it. The same input and fonts give the same bytes: nothing in
// the file comes from the clock. Safe from any thread.
#pragma once

#include <chrono>
#include <string>

namespace certificate {

struct CertificateText {
  std::string organisation;  // may be empty
  std::string title;
  std::string name;  // shrinks, then wraps, then ends in an ellipsis
  int level = 0;
  std::string number;
  std::chrono::sys_seconds issued_at;
};

struct CertificatePdf {
  std::string bytes;
  int missing_glyphs = 0;  // characters that no installed font has; they print as boxes
};

/// Texts are UTF-8 on one line each (plain_line). Throws std::runtime_error when cairo cannot draw.
CertificatePdf draw_certificate(const CertificateText& text);

}  // namespace certificate
