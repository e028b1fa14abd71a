// SPDX-License-Identifier: Apache-2.0
#include "model/yaml_mistake.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "model/fault.hpp"
#include "model/yaml.hpp"

namespace cairn::model {
namespace {

struct Case {
  const char* text;
  const char* message;  // its beginning
  const char* place;
  const char* code;
};

const Case cases[] = {
    {"a:\n  b: x\n\tc: y\n", "a tab stands in the indentation", "f:3:1", "P0002"},
    {"a:\n  for：15min\n  clear: x\n", "a full-width colon ： stands behind 'for'", "f:2:6",
     "P0009"},
    {"a:\n  severity:Minor\n  urgency: x\n", "no blank stands behind the colon of 'severity'",
     "f:2:11", "P0009"},
    {"a: {zh: 氨气，en: x}\n", "a full-width comma ， stands before 'en'", "f:1:11", "P0009"},
    {"a:\n  formula: share(barn: x > 3)\n", "': ' stands within a text", "f:2:22", "P0007"},
    {"a: {zh: 甲, en: one: two}\n", "': ' stands within a text", "f:1:19", "P0007"},
    {"a:\n  unit: %\n", "a text cannot begin with % unless", "f:2:9", "P0007"},
    {"a:\n  b: 'x\n  unit: '%'\n", "a quote is opened here and not closed", "f:2:6", "P0007"},
    {"a: {zh: 3 #号, en: x}\nb: 1\n", "a comment begins at # within brackets", "f:1:11", "P0007"},
    {"a: {zh: x\nb:\n  c: 1\n", "the { is not closed", "f:1:4", "P0001"},
    {"a: [x, y\n", "the [ is not closed", "f:1:4", "P0001"},
    {"a:\n    b: 1\n   c: 2\n",
     "it is indented by 3 blanks, which fits no line above: 4 as 'b', "
     "0 as 'a'",
     "f:3:4", "P0008"},
    {"p:\n  x: {l: 1}\n    y: {l: 2}\n", "it is indented by 4 blanks, 'x' above it by 2", "f:3:5",
     "P0008"},
};

TEST(YamlMistake, SaysWhatIsToBeMended) {
  for (const Case& one : cases) {
    const auto read = parse_yaml(one.text, "f");
    ASSERT_FALSE(read) << one.text;
    EXPECT_TRUE(read.error().message.starts_with(one.message)) << one.text << read.error().message;
    EXPECT_EQ(read.error().place, one.place) << one.text << read.error().message;
    EXPECT_EQ(recognise(read.error().message).fault->code, one.code) << read.error().message;
  }
}

TEST(YamlMistake, NeverReadsBeyondTheText) {
  for (const Case& one : cases) {
    const std::string text = one.text;
    for (std::size_t length = 0; length <= text.size(); ++length) {
      for (int line = 0; line < 6; ++line) {
        for (int column = 0; column < 30; ++column) {
          const auto found = explain_yaml(text.substr(0, length), line, column, "unknown token");
          if (found) EXPECT_GE(found->line, 1);
        }
      }
    }
  }
}

}  // namespace
}  // namespace cairn::model
