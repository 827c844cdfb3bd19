// Holds docs/configuration.md, the JSON Schema and the example to what the parser knows.
#include <gtest/gtest.h>

#include <iterator>
#include <regex>

#include "config_file.h"

namespace fh {
namespace {

std::filesystem::path repository() {
  return std::filesystem::path(__FILE__).parent_path().parent_path().parent_path().parent_path();
}

std::string read(const std::string& name) {
  std::ifstream file(repository() / name);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Collects "sources[].verify.header" and the like from a schema, through $ref, items and oneOf.
class SchemaKeys {
 public:
  explicit SchemaKeys(Json schema) : root_(std::move(schema)) { walk(root_, ""); }
  std::set<std::string> keys;

 private:
  void walk(const Json& schema, const std::string& place) {
    if (schema.contains("$ref"))
      walk(root_.at(Json::json_pointer(schema["$ref"].get<std::string>().substr(1))), place);
    for (const char* list : {"oneOf", "anyOf", "allOf"})
      for (const Json& one : schema.value(list, Json::array())) walk(one, place);
    if (schema.contains("items")) walk(schema["items"], place + "[]");
    if (schema.value("additionalProperties", Json()).is_object()) {
      const Json& entry = schema["additionalProperties"];
      walk(entry, join(place, "*"));
      if (entry.contains("$ref") && place.ends_with("*")) keys.insert(join(place, "*"));
    }
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [key, value] : properties.items()) {
      keys.insert(join(place, key));
      walk(value, join(place, key));
    }
  }
  static std::string join(const std::string& place, const std::string& key) {
    return place.empty() ? key : place + "." + key;
  }

  Json root_;
};

TEST(Configuration, EveryKeyStandsInTheDocumentation) {
  const std::string page = read("docs/configuration.md");
  const auto keys = known_config_keys();
  EXPECT_GT(keys.size(), 50u);
  for (const std::string& key : keys)
    EXPECT_NE(page.find("`" + key + "`"), std::string::npos) << key;
}

TEST(Configuration, SchemaAndParserKnowTheSameKeys) {
  const SchemaKeys schema(Json::parse(read("config/fieldhook.schema.json")));
  EXPECT_EQ(schema.keys, known_config_keys());
}

TEST(Configuration, ExampleLoads) {
  const Config config = load_config(repository() / "config/example.json", {.read_secrets = false});
  EXPECT_EQ(config.sources.size(), 2u);
}

TEST(Configuration, TheUnitHandsOverEachSecretOfTheExample) {
  const std::string unit = read("config/fieldhookd.service");
  const std::string example = read("config/example.json");
  const std::regex reference("\"credential:(\\w+)\"");
  int references = 0;
  for (std::sregex_iterator found(example.begin(), example.end(), reference), end; found != end;
       ++found, ++references)
    EXPECT_NE(unit.find("\nLoadCredential=" + (*found)[1].str() + ":"), std::string::npos)
        << (*found)[1];
  EXPECT_EQ(references, 4);
}

}  // namespace
}  // namespace fh
