// SPDX-License-Identifier: Apache-2.0
#include "app/args.hpp"

#include <gtest/gtest.h>

#include "app/terminal.hpp"

namespace cairn::app {
namespace {

const OptionSpec options[] = {{"region", "<code>", "a region"}, {"dry-run", "", "change nothing"}};
const CommandSpec command = {"eval", "<formula>", "Evaluates.", 1, 1, options, ""};

Result<Args> parse(const std::vector<std::string>& words) {
  return parse_args(command, words);
}

TEST(Args, ValuesSwitchesAndWords) {
  const auto args = parse({"--region", "5134", "--dry-run", "count(village)"});
  ASSERT_TRUE(args);
  EXPECT_EQ(args->get("region"), "5134");
  EXPECT_TRUE(args->has("dry-run"));
  EXPECT_EQ(args->words, std::vector<std::string>{"count(village)"});
  EXPECT_EQ(parse({"--region=51", "x"})->get("region"), "51");
  EXPECT_EQ(parse({"--", "--region"})->words[0], "--region");
  EXPECT_EQ(parse({"-1"})->words[0], "-1");
}

TEST(Args, MistakesSayWhatWasMeant) {
  EXPECT_NE(parse({"--regoin", "1", "x"}).error().message.find("did you mean --region?"),
            std::string::npos);
  EXPECT_NE(parse({"x", "--region"}).error().message.find("needs a value"), std::string::npos);
  EXPECT_NE(parse({"--dry-run=1", "x"}).error().message.find("takes no value"), std::string::npos);
  EXPECT_FALSE(parse({}));
  EXPECT_NE(parse({"a", "b"}).error().message.find("quote a formula"), std::string::npos);
}

TEST(Terminal, TablesAlignWideCharacters) {
  TextTable table({"name", ">value"});
  table.add({"凉山", "1"});
  table.add({"ab", "2,377"});
  EXPECT_EQ(table.text(Style{}), "name  value\n凉山      1\nab    2,377\n");
}

TEST(Terminal, NumbersAreGroupedAndCutToWhatTheyKnow) {
  EXPECT_EQ(grouped(6070562), "6,070,562");
  EXPECT_EQ(grouped(-1234.5), "-1,234.5");
  EXPECT_EQ(grouped(43.730000000000004), "43.73");
  EXPECT_EQ(grouped(2.0 / 3, 2), "0.67");
  EXPECT_EQ(grouped(999), "999");
}

TEST(Terminal, NoEscapesWithoutATerminal) {
  EXPECT_EQ(Style{}.red("x"), "x");
  EXPECT_EQ(Style{true}.red("x"), "\x1b[31mx\x1b[0m");
}

}  // namespace
}  // namespace cairn::app
