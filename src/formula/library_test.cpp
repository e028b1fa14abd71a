// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "formula/test_world.hpp"

namespace cairn::formula {
namespace {

using test::World;

std::string errors_of(const World& w) {
  std::string all;
  for (const Error& error : w.problems.errors) all += to_string(error) + "\n";
  return all;
}

TEST(Library, IndicatorsMayNameLaterOnes) {
  const World w(R"(
    region 51 province
    type site
    indicator twice 1 = once * 2
    indicator once 1 = count(site) + 1
    thing a site 51
  )");
  EXPECT_EQ(errors_of(w), "");
  EXPECT_EQ(w.text("twice", "51", "2020"), "4");
  EXPECT_NE(w.library.indicator("twice"), nullptr);
  EXPECT_EQ(w.library.indicator("thrice"), nullptr);
}

TEST(Library, RingsAreNamedWhole) {
  const World w(R"(
    region 51 province
    type site
    prop x 1 number = y + 1
    prop y 1 number = x + 1
    indicator a 1 = b + 1
    indicator b 1 = c * 2
    indicator c 1 = a - 1
    indicator self 1 = self + 1
    indicator uses 1 = a
    indicator fine 1 = 3
  )");
  const std::string all = errors_of(w);
  EXPECT_NE(all.find("a → b → c → a"), std::string::npos) << all;
  EXPECT_NE(all.find("self → self"), std::string::npos) << all;
  EXPECT_NE(all.find("x → y → x"), std::string::npos) << all;
  EXPECT_NE(all.find("pack.yaml:1: formulas that need each other"), std::string::npos) << all;
  EXPECT_NE(all.find("pack.yaml:5: indicator 'uses': 1:1: the indicator 'a' has an error itself"),
            std::string::npos)
      << all;
  EXPECT_EQ(w.text("fine", "51", "2020"), "3");
}

TEST(Library, DeclaredUnitsAndKindsAreHeld) {
  const World w(R"(
    region 51 province
    type site
    prop power kW number
    prop wrong GB number = power * 2
    prop right W number = power * 2
    prop text 1 text = power
    indicator bad 万户 = sum(power of site)
    indicator broken 1 = sum(
    indicator good MW = sum(power of site)
    indicator truth 1 = count(site) > 0
    thing a site 51 power=500
  )");
  const std::string all = errors_of(w);
  EXPECT_NE(all.find("property 'wrong' of site: the formula gives kW (length2.mass/time3), but the "
                     "declared unit is GB (information)"),
            std::string::npos)
      << all;
  EXPECT_NE(all.find("gives a number, but a text is declared"), std::string::npos) << all;
  EXPECT_NE(all.find("indicator 'bad'"), std::string::npos) << all;
  EXPECT_NE(all.find("indicator 'broken': 1:"), std::string::npos) << all;
  EXPECT_EQ(w.text("good", "51", "2020"), "0.5");
  EXPECT_EQ(w.text("sum(right of site)", "51", "2020"), "1000000");
  EXPECT_EQ(w.text("truth", "51", "2020"), "1");
}

TEST(Library, ChainsAreLimited) {
  std::string lines = "region 51 province\ntype site\n";
  for (int i = 0; i < 500; ++i) {
    lines += format("indicator i{} 1 = i{} + 1\n", i, i + 1);
  }
  lines += "indicator i500 1 = 1\n";
  const World w(lines);
  EXPECT_NE(errors_of(w).find("deep"), std::string::npos);
  EXPECT_EQ(w.text("i490", "51", "2020"), "11");
}

TEST(Library, RulesAreChecked) {
  auto catalog = std::make_shared<model::Catalog>();
  model::TypeDef type;
  type.name = "site";
  model::PropertyDef power;
  power.name = "power";
  power.unit = *parse_unit("kW");
  type.properties.push_back(power);
  catalog->types.push_back(type);
  model::RuleDef rule;
  rule.id = "hot";
  rule.type = "site";
  rule.when = "power + 5";
  rule.clear = "power < 2 GB";
  rule.place = "pack.yaml:9";
  catalog->rules.push_back(rule);
  Problems problems;
  Library::build(catalog, problems);
  ASSERT_EQ(problems.errors.size(), 2u);
  EXPECT_NE(to_string(problems.errors[0]).find("pack.yaml:9: rule 'hot', when"), std::string::npos);
  EXPECT_NE(to_string(problems.errors[1]).find("cannot compare"), std::string::npos);
}

}  // namespace
}  // namespace cairn::formula
