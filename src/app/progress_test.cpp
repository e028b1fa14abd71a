// SPDX-License-Identifier: Apache-2.0
#include "app/progress.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace cairn::app {
namespace {

std::string shown(bool terminal) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* out = open_memstream(&text, &size);
  {
    Progress progress(out, terminal, "map");
    for (int i = 0; i <= 1000; ++i) EXPECT_TRUE(progress.show(i / 1000.0));
  }
  std::fclose(out);
  std::string all(text, size);
  std::free(text);
  return all;
}

TEST(Progress, ALineEveryTenPercentInAFile) {
  std::string expected;
  for (int i = 0; i <= 100; i += 10) expected += "map " + std::to_string(i) + " %\n";
  EXPECT_EQ(shown(false), expected);
}

TEST(Progress, OneLineOnATerminal) {
  const std::string text = shown(true);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_NE(text.find("\rmap [###############...............] 50 %"), std::string::npos);
  EXPECT_EQ(text.substr(text.size() - 4), "\r\x1b[K");
}

TEST(Progress, ASignalAsksForTheEnd) {
  std::FILE* out = std::fopen("/dev/null", "w");
  {
    const Interruption guard;
    Progress progress(out, false, "map");
    EXPECT_TRUE(progress.show(0.1));
    std::raise(SIGTERM);
    EXPECT_TRUE(Interruption::asked());
    EXPECT_FALSE(progress.show(0.2));
  }
  const Interruption again;
  EXPECT_FALSE(Interruption::asked());
  std::fclose(out);
}

}  // namespace
}  // namespace cairn::app
