#include "admin/parts.h"

namespace fh {

std::string why_not_ready(const ApiParts& parts) {
  if (!parts.ready)
    return parts.supervisor.draining() ? "the host is stopping" : "the host is starting";
  return parts.disk.low() ? parts.disk.text() : "";
}

}  // namespace fh
