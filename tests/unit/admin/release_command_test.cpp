#include "admin/release_command.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

SourceConfig source(const std::string& account, std::optional<RecordType> only = {}) {
  SourceConfig source;
  source.account = account;
  source.only_record = only.has_value();
  source.record = only.value_or(RecordType::contact);
  return source;
}

TEST(ReleaseCommand, NamesWhatTellsTheRecordFromOthersOfItsId) {
  const auto contact = RecordType::contact;
  const auto company = RecordType::company;
  const RecordKey record{"crm2", contact, "77"};
  const std::tuple<const char*, std::vector<SourceConfig>, const char*> rows[] = {
      {"one account and type", {source("crm2", contact)}, ""},
      {"two accounts", {source("crm2", contact), source("crm", contact)}, "--account crm2 "},
      {"two types", {source("crm2", contact), source("crm2", company)}, "--type contact "},
      {"a source of both types", {source("crm2")}, "--type contact "},
      {"two of both", {source("crm2"), source("crm")}, "--account crm2 --type contact "},
      {"of an account that had a source once", {source("crm", contact)}, "--account crm2 "},
      {"no source any more", {}, ""}};
  for (const auto& [name, sources, more] : rows)
    EXPECT_EQ(release_command("mail", record, sources),
              std::string("fieldhook jobs release --parked --plugin mail ") + more + "--record 77")
        << name;
}

TEST(ReleaseCommand, CanBeCopiedWhateverTheIdIs) {
  EXPECT_EQ(release_command("mail", {"my crm", RecordType::contact, "a'b"}, {source("crm")}),
            "fieldhook jobs release --parked --plugin mail --account 'my crm' --type contact "
            R"(--record 'a'\''b')");
  EXPECT_EQ(release_command("mail", {"crm", RecordType::contact, "--all"},
                            {source("crm", RecordType::contact)}),
            "fieldhook jobs release --parked --plugin mail --record=--all");
}

}  // namespace
}  // namespace fh
