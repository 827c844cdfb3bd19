#include "cli/admin_client.h"

#include <cstdlib>

#include "cli/http_call.h"
#include "cli/table.h"
#include "ingress/percent.h"

namespace fh {
namespace {

std::string given(const Arguments& arguments, const char* option, const char* variable) {
  if (const auto value = arguments.option(option)) return *value;
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

// From a file it ends with its line; anything else would be no header's value.
std::string checked_token(std::string token) {
  while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
  if (printable(token) != token) throw UsageError("the token must be a text in one line");
  return token;
}

std::string problem_text(int status, const Json& problem) {
  const std::string title = cell(problem, "title");
  const std::string detail = cell(problem, "detail");
  std::string text = title.empty() ? "the host answered " + std::to_string(status) : title;
  if (!detail.empty()) text += ": " + detail;
  if (status == 401 || status == 403) text += " (give --token or set FIELDHOOK_TOKEN)";
  return text;
}

std::string target_of(const std::string& path, const AdminClient::Query& query) {
  std::string target = path;
  for (const auto& [name, value] : query)
    target += (&name == &query.front().first ? "?" : "&") + percent_encode(name) + "=" +
              percent_encode(value);
  return target;
}

}  // namespace

AdminClient::AdminClient(const Arguments& arguments)
    : url_(given(arguments, "url", "FIELDHOOK_URL")),
      token_(checked_token(given(arguments, "token", "FIELDHOOK_TOKEN"))) {
  if (url_.empty()) url_ = "http://127.0.0.1:8081";
}

Json AdminClient::get(const std::string& path, const Query& query) const {
  return call("GET", target_of(path, query));
}

Json AdminClient::post(const std::string& path, const Query& query, std::string body) const {
  return call("POST", target_of(path, query), std::move(body));
}

Json AdminClient::call(const std::string& method, const std::string& target,
                       std::string body) const {
  HttpCall call{
      method, url_, "/api/v1" + target, {{"Accept", "application/json"}}, std::move(body)};
  // Acting on everything that matches takes as long as it takes.
  if (method == "POST") call.patience = std::chrono::minutes(10);
  if (!token_.empty()) call.headers.emplace_back("Authorization", "Bearer " + token_);
  const HttpReply reply = perform(call);
  Json json = json_of(reply);
  const auto stranger = [&](const std::string& why) {
    return Unreachable(url_ + " answered " + std::to_string(reply.status) + why +
                       " (is this the host's admin address?)");
  };
  if (json.is_discarded()) throw stranger(" with something that is not JSON");
  // Another server's answer, a refusal too, must not be taken for the host's.
  if (reply.api.empty())
    throw stranger(", but is no host of fieldhook, or one older than this command");
  if (reply.status >= 300) throw ApiProblem(problem_text(reply.status, json), reply.status, json);
  return json;
}

AdminClient::Query query_of(const Arguments& arguments, const std::vector<std::string>& names) {
  AdminClient::Query query;
  for (const std::string& name : names)
    if (const auto value = arguments.option(name)) query.emplace_back(name, *value);
  return query;
}

}  // namespace fh
