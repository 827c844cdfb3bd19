#include "base/shell_quoted.h"

#include <gtest/gtest.h>

namespace fh {
namespace {

TEST(ShellQuoted, LeavesPlainWordsAndQuotesAllOthers) {
  EXPECT_EQ(shell_quoted("0123-ab.c:d"), "0123-ab.c:d");
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_quoted("a b"), "'a b'");
  EXPECT_EQ(shell_quoted("$(reboot)"), "'$(reboot)'");
  EXPECT_EQ(shell_quoted("it's; true"), R"('it'\''s; true')");
}

}  // namespace
}  // namespace fh
