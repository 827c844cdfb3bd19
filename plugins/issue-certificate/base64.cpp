#include "issue-certificate/base64.h"

#include <Poco/Base64Encoder.h>

#include <sstream>

namespace certificate {

std::string base64(std::string_view bytes, int line_length) {
  std::ostringstream encoded;
  Poco::Base64Encoder encoder(encoded);
  encoder.rdbuf()->setLineLength(line_length);
  encoder.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  encoder.close();
  return encoded.str();
}

}  // namespace certificate
