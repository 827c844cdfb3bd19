#include "ingress/imported.h"

#include "unit/ingress/accept_fixture.h"

namespace fh::test {
namespace {

TEST_F(AcceptTest, AnExportOfPipedriveHasItsCustomFieldsWhereTheyAreKnown) {
  const Json known =
      Json::parse(R"({"id":1,"name":"C","custom_field":{"hash":{"type":"varchar","value":"q"}}})");
  deliver(to_text(known));
  source_.sender = "pipedrive";
  const auto placed = [&](const char* record) {
    return write([&](Transaction& tx) {
      return placed_as_known(tx, source_, {}, imported_event({}, record)).event.snapshot.json();
    });
  };
  EXPECT_EQ(
      placed(R"({"id":1,"name":"C","custom_fields":{"hash":{"type":"varchar","value":"q"}}})"),
      known);
  EXPECT_EQ(placed(R"({"id":1,"name":"C","custom_fields":{"hash":"q"}})"), known);
  EXPECT_EQ(placed(R"({"id":1,"name":"C","custom_fields":{"hash":"r"}})")["custom_field"]["hash"],
            Json::parse(R"({"type":"varchar","value":"r"})"));
}

}  // namespace
}  // namespace fh::test
