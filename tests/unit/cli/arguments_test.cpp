#include "cli/arguments.h"

#include <gtest/gtest.h>

#include "cli/table.h"

namespace fh {
namespace {

const std::vector<Option> kOptions = {
    {"json", "", ""}, {"url", "URL", ""}, {"id", "ID", ""}, {"help", "", ""}};

using Words = std::vector<std::string>;

Arguments parsed(const Words& words) {
  return parse_arguments(words, kOptions, {"json", "url", "id"});
}

TEST(Arguments, TakeOptionsAnywhereAndInBothForms) {
  for (const Words& words : {Words{"jobs", "show", "7", "--url", "u", "--json"},
                             Words{"--json", "--url=u", "jobs", "show", "7"},
                             Words{"jobs", "--url", "u", "show", "--json", "7"}}) {
    const Arguments arguments = parsed(words);
    EXPECT_EQ(arguments.words, (Words{"jobs", "show", "7"}));
    EXPECT_EQ(arguments.option("url"), "u");
    EXPECT_TRUE(arguments.has("json"));
    EXPECT_FALSE(arguments.has("id"));
  }
}

TEST(Arguments, KnowTheOddForms) {
  EXPECT_EQ(parsed({"--", "--json", "-"}).words, (Words{"--json", "-"}));
  EXPECT_EQ(parsed({"send", "-"}).words, (Words{"send", "-"}));
  EXPECT_EQ(parsed({"--id=--a=b"}).option("id"), "--a=b");
  EXPECT_EQ(parsed({"--id", "-5"}).option("id"), "-5");
  EXPECT_TRUE(parsed({"-h"}).has("help"));
}

TEST(Arguments, RefuseWhatDoesNotFit) {
  const std::vector<std::pair<Words, std::string>> cases = {
      {{"--jsn"}, "unknown option --jsn (did you mean \"--json\"?)"},
      {{"--colour"}, "unknown option --colour"},
      {{"--hepl"}, "unknown option --hepl"},  // which is none of those that are likely
      {{"-x"}, "unknown option -x"},
      {{"--json=1"}, "--json takes no value"},
      {{"--url"}, "--url needs a value: --url URL"},
      {{"--url", "--json"}, "--url needs a value: --url URL"},
      {{"--url", "", "x"}, "--url needs a value: --url URL"},
      {{"--url="}, "--url needs a value: --url URL"},
      {{"--id=1", "--id", "1"}, "--id is given twice"}};
  for (const auto& [words, text] : cases) {
    try {
      (void)parsed(words);
      ADD_FAILURE() << text;
    } catch (const UsageError& error) {
      EXPECT_EQ(error.what(), text);
    }
  }
}

TEST(Table, AlignsColumns) {
  Table table({"ID", "NAME", "X"});
  table.add({"1",
             "stra\xc3\x9f"
             "e",
             "y"});
  table.add({"1000", "", ""});
  EXPECT_EQ(table.text(),
            "ID    NAME    X\n"
            "1     stra\xc3\x9f"
            "e  y\n"
            "1000  -       -\n");
}

TEST(Table, CellsAreOneHarmlessLine) {
  const Json object = {
      {"text", "a\nb\x1b[2J"}, {"list", {1, "two"}}, {"null", nullptr}, {"object", {{"k", true}}}};
  EXPECT_EQ(cell(object, "text"), "a b [2J");
  EXPECT_EQ(cell(object, "list"), "1, two");
  EXPECT_EQ(cell(object, "null"), "");
  EXPECT_EQ(cell(object, "absent"), "");
  EXPECT_EQ(cell(object, "object"), "{\"k\":true}");
  EXPECT_EQ(cell(Json::array(), "key"), "");
  EXPECT_EQ(printable("a\n\tb\r\x7f", true), "a\n\tb  ");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m \xc2\xa0\xc3\x9b \xc2\x80\xc2"),
            " 31m \xc2\xa0\xc3\x9b  \xc2");
}

}  // namespace
}  // namespace fh
