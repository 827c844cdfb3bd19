#include "ingress/answer.h"

#include "base/json.h"

namespace fh {

Answer refusal(int status, const std::string& reason) {
  Answer answer;
  answer.status = status;
  // No object of Json is made: where there is no memory, taking one apart would end the host.
  answer.body = "{\"reason\":" + to_text(Json(reason)) + ",\"status\":\"refused\"}";
  answer.close = true;
  return answer;
}

}  // namespace fh
