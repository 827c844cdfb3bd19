#include "cli/arguments.h"

#include <gtest/gtest.h>

#include "cli/table.h"

namespace fh {
namespace {

const std::vector<Option> kOptions = {
    {"json", "", ""}, {"url", "URL", ""}, {"id", "ID", ""}, {"help", "", ""}};

using Words = std::vector<std::string>;

TEST(Arguments, TakeOptionsAnywhereAndInBothForms) {
  for (const Words& words : {Words{"jobs", "show", "7", "--url", "u", "--json"},
                             Words{"--json", "--url=u", "jobs", "show", "7"},
                             Words{"jobs", "--url", "u", "show", "--json", "7"}}) {
    const Arguments arguments = parse_arguments(words, kOptions);
    EXPECT_EQ(arguments.words, (Words{"jobs", "show", "7"}));
    EXPECT_EQ(arguments.option("url"), "u");
    EXPECT_TRUE(arguments.has("json"));
    EXPECT_FALSE(arguments.has("id"));
  }
}

TEST(Arguments, KnowTheOddForms) {
  EXPECT_EQ(parse_arguments({"--", "--json", "-"}, kOptions).words, (Words{"--json", "-"}));
  EXPECT_EQ(parse_arguments({"send", "-"}, kOptions).words, (Words{"send", "-"}));
  EXPECT_EQ(parse_arguments({"--id="}, kOptions).option("id"), "");
  EXPECT_EQ(parse_arguments({"--id=--a=b"}, kOptions).option("id"), "--a=b");
  EXPECT_EQ(parse_arguments({"--id", "-5"}, kOptions).option("id"), "-5");
  EXPECT_TRUE(parse_arguments({"-h"}, kOptions).has("help"));
}

TEST(Arguments, RefuseWhatDoesNotFit) {
  const std::vector<std::pair<Words, std::string>> cases = {
      {{"--jsn"}, "unknown option --jsn (did you mean \"--json\"?)"},
      {{"--colour"}, "unknown option --colour"},
      {{"-x"}, "unknown option -x"},
      {{"--json=1"}, "--json takes no value"},
      {{"--url"}, "--url needs a value: --url URL"},
      {{"--url", "--json"}, "--url needs a value: --url URL"},
      {{"--id=1", "--id", "1"}, "--id is given twice"}};
  for (const auto& [words, text] : cases) {
    try {
      (void)parse_arguments(words, kOptions);
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
