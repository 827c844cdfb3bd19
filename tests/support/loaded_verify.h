// A VerifyConfig as the host gets it: written into a configuration, with its secrets in files, and
// loaded. Throws ConfigErrors as loading does.
#pragma once

#include "unit/config/config_file.h"

namespace fh::test {

struct TestSecret {
  std::string name;
  std::string value;
  std::string not_after = {};
};

/// `more` are further keys of the source, such as public_url.
inline VerifyConfig load_verify(Json verify, const std::vector<TestSecret>& secrets,
                                const Json& more = Json::object()) {
  const ConfigFile file;
  for (const TestSecret& secret : secrets) {
    file.write(secret.name, secret.value + "\n");
    Json item = {{"name", secret.name}, {"from", "file:" + secret.name}};
    if (!secret.not_after.empty()) item["not_after"] = secret.not_after;
    verify["secrets"].push_back(item);
  }
  Json source = {{"name", "s"},         {"path", "/hook"},    {"sender", "insites"},
                 {"record", "contact"}, {"event", "updated"}, {"verify", verify}};
  source.update(more);
  file.write("fieldhook.json", Json{{"sources", {source}}}.dump());
  return file.load().sources.at(0).verify;
}

}  // namespace fh::test
