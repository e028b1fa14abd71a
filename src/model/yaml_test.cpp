// SPDX-License-Identifier: Apache-2.0
#include "model/yaml.hpp"

#include <gtest/gtest.h>

namespace cairn::model {
namespace {

TEST(Yaml, PlacesAndSuggestions) {
  const auto root = parse_yaml("pack: a\nlable: {zh: 甲, en: A}\nversion: x\n", "pack.yaml");
  ASSERT_TRUE(root);
  Problems problems;
  YamlMap map(*root, "pack.yaml", problems);
  EXPECT_EQ(map.text("pack", true), "a");
  EXPECT_TRUE(map.label("label", true).empty());
  EXPECT_FALSE(map.integer("version"));
  map.finish();
  ASSERT_EQ(problems.errors.size(), 3u);
  EXPECT_NE(problems.errors[0].message.find("'label' is missing"), std::string::npos);
  EXPECT_EQ(problems.errors[1].place, "pack.yaml:3:10");
  EXPECT_EQ(problems.errors[2].place, "pack.yaml:2:1");
  EXPECT_NE(problems.errors[2].message.find("did you mean 'label'"), std::string::npos);
}

TEST(Yaml, RefusesWhatIsBroken) {
  EXPECT_EQ(parse_yaml("a: 1\na: 2\n", "f").error().code, Code::conflict);
  EXPECT_EQ(parse_yaml("a: [1, 2\n", "f").error().code, Code::invalid);
  EXPECT_EQ(parse_yaml("a: \xFF\n", "f").error().place, "f:1");
  EXPECT_EQ(parse_yaml(std::string(100'000, '['), "f").error().code, Code::too_large);
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j > 0 ? ", " : "") + last;
    bomb += "]\n";
  }
  EXPECT_EQ(parse_yaml(bomb, "f").error().code, Code::too_large);
}

}  // namespace
}  // namespace cairn::model
