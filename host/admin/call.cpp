#include "admin/call.h"

#include <algorithm>
#include <charconv>

namespace fh {

std::optional<std::int64_t> number_from(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::int64_t number_of(const Call& call, const std::string& key, std::int64_t otherwise) {
  const auto found = call.query.find(key);
  if (found == call.query.end()) return otherwise;
  const auto number = number_from(found->second);
  if (!number) throw BadQuery{key + "=" + found->second + " is not a whole number"};
  return *number;
}

std::int64_t limit_of(const Call& call, std::int64_t otherwise, std::int64_t most) {
  const std::int64_t limit = number_of(call, "limit", otherwise);
  if (limit < 1 || limit > most)
    throw BadQuery{"limit=" + std::to_string(limit) + " is out of range (1 to " +
                   std::to_string(most) + ")"};
  return limit;
}

std::string text_of(const Call& call, const std::string& key) {
  const auto found = call.query.find(key);
  return found == call.query.end() ? "" : found->second;
}

bool flag_of(const Call& call, const std::string& key) {
  const std::string text = text_of(call, key);
  if (text.empty() || text == "false") return false;
  if (text == "true") return true;
  throw BadQuery{key + "=" + text + " is neither true nor false"};
}

void refuse_unknown(const Call& call, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : call.query)
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw BadQuery{"there is no filter \"" + key + "\""};
}

Answer json_answer(const Json& json, int status) {
  Answer answer;
  answer.status = status;
  answer.headers.emplace_back("Fieldhook-Api", "1");
  answer.body = to_text(json) + "\n";
  return answer;
}

Answer problem(int status, const std::string& title, const std::string& detail) {
  Answer answer = json_answer({{"status", status}, {"title", title}, {"detail", detail}}, status);
  answer.content_type = "application/problem+json";
  return answer;
}

Answer stopping(const std::string& done) {
  return problem(503, "stopping",
                 "the host is stopping: " + done + "; go on with the others when it is up again");
}

}  // namespace fh
