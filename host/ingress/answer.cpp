#include "ingress/answer.h"

#include "base/json.h"

namespace fh {

Answer refusal(int status, const std::string& reason) {
  Answer answer;
  answer.status = status;
  answer.body = to_text({{"status", "refused"}, {"reason", reason}});
  answer.close = true;
  return answer;
}

}  // namespace fh
