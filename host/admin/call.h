// Call: one call of the admin API, taken apart, and the pieces of an answer. Plain values; pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "ingress/answer.h"

namespace fh {

/// The path below /api/v1, in segments, the decoded query, and the name of the caller's token.
struct Call {
  std::string method;
  std::vector<std::string> path;
  std::map<std::string, std::string> query;
  std::string who;
  std::string body;
};

/// Thrown by readers of a call's query; answered as 400.
struct BadQuery {
  std::string detail;
};

std::optional<std::int64_t> number_from(const std::string& text);
/// The query's value, else `otherwise`. Throws BadQuery.
std::int64_t number_of(const Call& call, const std::string& key, std::int64_t otherwise);
/// The query's "limit", else `otherwise`. Throws BadQuery unless it is from 1 to `most`.
std::int64_t limit_of(const Call& call, std::int64_t otherwise, std::int64_t most);
/// The query's value, else "".
std::string text_of(const Call& call, const std::string& key);
/// The query's "true" or "false"; false when it is absent. Throws BadQuery.
bool flag_of(const Call& call, const std::string& key);
/// Throws BadQuery for a key that is none of `known`.
void refuse_unknown(const Call& call, std::initializer_list<std::string_view> known);

Answer json_answer(const Json& json, int status = 200);
/// RFC 9457.
Answer problem(int status, const std::string& title, const std::string& detail);
/// What a call that goes on for long answers when it gives up for the end of the host.
Answer stopping(const std::string& done);

}  // namespace fh
