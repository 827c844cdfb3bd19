#include "runtime/library_bytes.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace fh {
namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string a_plugin() { return bytes_of(FIELDHOOK_TEST_PLUGINS "/c_plugin.so"); }

TEST(LibraryBytes, AWholeLibraryIsGood) {
  for (const char* name : {"c_plugin.so", "misbehave.so"})
    EXPECT_EQ(mistake_in_library(bytes_of(FIELDHOOK_TEST_PLUGINS "/" + std::string(name))), "");
}

TEST(LibraryBytes, OneThatIsCutAnywhereIsRefused) {
  const std::string whole = a_plugin();
  ASSERT_GT(whole.size(), 1000U);
  for (std::size_t size = 0; size < whole.size(); size += size < 2000 ? 1 : 101)
    ASSERT_NE(mistake_in_library(whole.substr(0, size)), "") << size;
  const std::string why = mistake_in_library(whole.substr(0, whole.size() - 1));
  EXPECT_NE(why.find("it is cut short"), std::string::npos) << why;
}

TEST(LibraryBytes, TextAndNothingAreNoLibraries) {
  for (const std::string& bytes :
       {std::string("#!/bin/sh\n"), std::string(), std::string(500, 'M')}) {
    const std::string why = mistake_in_library(bytes);
    EXPECT_NE(why.find("it is not a shared library"), std::string::npos) << why;
  }
}

}  // namespace
}  // namespace fh
