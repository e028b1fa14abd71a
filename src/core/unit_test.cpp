// SPDX-License-Identifier: Apache-2.0
#include "core/unit.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/detail/unit_table.hpp"

namespace cairn {
namespace {

Unit u(std::string_view text) {
  auto unit = parse_unit(text);
  EXPECT_TRUE(unit) << text << ": " << (unit ? "" : unit.error().message);
  return unit ? *unit : Unit{};
}

double from_to(double value, std::string_view from, std::string_view to) {
  EXPECT_TRUE(u(from).compatible(u(to))) << from << " " << to;
  return convert(value, u(from), u(to));
}

std::string error_of(std::string_view text) {
  const auto unit = parse_unit(text);
  return unit ? "" : unit.error().message;
}

TEST(Unit, ConvertsWithOneRounding) {
  EXPECT_EQ(from_to(5, "mm", "m"), 0.005);
  EXPECT_EQ(from_to(7, "m", "mm"), 7000);
  EXPECT_EQ(from_to(1.1, "Tbit/s", "Gbps"), 1100);
  EXPECT_EQ(from_to(3, "GB", "MBy"), 3000);
  EXPECT_EQ(from_to(1, "By", "bit"), 8);
  EXPECT_EQ(from_to(100, "MB/s", "Mbit/s"), 800);
  EXPECT_EQ(from_to(36, "km/h", "m/s"), 10);
  EXPECT_EQ(from_to(2, "kW.h", "MJ"), 7.2);
  EXPECT_EQ(from_to(1, "kWh", "kW.h"), 1);
  EXPECT_EQ(from_to(15, "[mu]", "ha"), 1);
  EXPECT_EQ(from_to(1, "m3/s", "L/s"), 1000);
  EXPECT_EQ(from_to(75, "ug/m3", "mg/m3"), 0.075);
  EXPECT_EQ(from_to(75, "μg/m³", "ug/m3"), 75);
  EXPECT_DOUBLE_EQ(from_to(180, "deg", "rad"), 3.141592653589793);
  EXPECT_EQ(from_to(50, "%", "1"), 0.5);
  EXPECT_EQ(from_to(1, "wk", "d"), 7);
  EXPECT_EQ(from_to(1, "a", "mo"), 12);
  EXPECT_EQ(from_to(3, "10*3", "1"), 3000);
  EXPECT_EQ(from_to(2, "m2.s-1", "m2/s"), 2);
  EXPECT_EQ(from_to(2, "J/(kg.K)", "J.kg-1.K-1"), 2);
  EXPECT_EQ(from_to(2, "/s", "Hz"), 2);
}

TEST(Unit, ChineseScalesStandBeforeUnitsAndCounters) {
  EXPECT_EQ(from_to(1.7, "万个", "1"), 17000);
  EXPECT_EQ(from_to(225, "亿元", "万元"), 2'250'000);
  EXPECT_EQ(from_to(2, "万亿元", "亿元"), 20'000);
  EXPECT_EQ(from_to(3, "万公里", "km"), 30'000);
  EXPECT_EQ(from_to(1, "万平方公里", "km2"), 10'000);
  EXPECT_EQ(from_to(5, "亿千瓦时", "GW.h"), 500);
  EXPECT_EQ(from_to(4, "万千瓦", "MW"), 40);
  EXPECT_EQ(from_to(110, "部/百人", "1"), 1.1);
  EXPECT_EQ(from_to(12, "万户", "户"), 120'000);
  EXPECT_EQ(from_to(2, "万人次", "{visit}"), 20'000);
  EXPECT_EQ(from_to(8, "毫秒", "ms"), 8);
  EXPECT_EQ(from_to(3, "万Gbps", "Tbit/s"), 30);
  EXPECT_EQ(from_to(6, "万", "{person}"), 60'000);
  EXPECT_TRUE(u("元/人").compatible(u("CNY")));
  for (const char* text : {"阶段", "比", "PUE", "架", "台", "年", "百分点", "亩", "间"}) {
    EXPECT_EQ(u(text).text, text);
  }
}

TEST(Unit, TemperaturesHaveAnOffset) {
  EXPECT_EQ(from_to(20, "Cel", "K"), 293.15);
  EXPECT_NEAR(from_to(300, "K", "Cel"), 26.85, 1e-12);
  EXPECT_NEAR(from_to(212, "[degF]", "Cel"), 100, 1e-9);
  EXPECT_EQ(from_to(21.3, "℃", "Cel"), 21.3);
  EXPECT_EQ(divide(u("Cel"), u("h"))->offset, 0);
}

TEST(Unit, LevelsAreAKindOfTheirOwn) {
  EXPECT_EQ(from_to(30, "dBm", "dBW"), 0);
  EXPECT_EQ(from_to(60, "dBuV/m", "dBV/m"), -60);
  EXPECT_FALSE(u("dBm").compatible(u("dB")));
  EXPECT_FALSE(u("dBm").compatible(u("W")));
  EXPECT_FALSE(u("dB").dimensionless());
  EXPECT_FALSE(multiply(u("dBm"), u("h")));
  const auto loss = multiply(u("dB/km"), u("km"));
  ASSERT_TRUE(loss);
  EXPECT_TRUE(loss->compatible(u("dB")));
  EXPECT_EQ(convert(3, *loss, u("dB")), 3);
  EXPECT_NE(error_of("dBm/h").find("level"), std::string::npos);
}

TEST(Unit, ProductsCarryReadableTexts) {
  EXPECT_EQ(multiply(u("kW"), u("h"))->text, "kW.h");
  EXPECT_EQ(multiply(u("mm/h"), u("h"))->text, "mm");
  EXPECT_EQ(divide(u("GB"), u("{person}"))->text, "GB/{person}");
  EXPECT_EQ(divide(u("km"), u("km"))->text, "1");
  EXPECT_EQ(divide(unit_one(), u("s"))->text, "1/s");
  EXPECT_EQ(power(u("m"), 3)->text, "m3");
  EXPECT_EQ(multiply(u("1"), u("万个"))->text, "万个");
  EXPECT_EQ(dimension_text(u("mm/h")), "length/time");
  EXPECT_EQ(dimension_text(u("{person}")), "a plain number");
}

TEST(Unit, ErrorsNameThePartAndSuggest) {
  EXPECT_EQ(error_of("kw"), "unknown unit 'kw'; did you mean kW?");
  EXPECT_EQ(error_of("mbit/s"), "unknown unit 'mbit' in 'mbit/s'; did you mean Mbit?");
  EXPECT_NE(error_of("Mbit/sec").find("unknown unit 'sec' in 'Mbit/sec'"), std::string::npos);
  EXPECT_NE(error_of("m/").find("ends too early"), std::string::npos);
  EXPECT_NE(error_of("(m").find("ends too early"), std::string::npos);
  EXPECT_NE(error_of("m)").find("')' is not expected"), std::string::npos);
  EXPECT_NE(error_of("{x").find("without its }"), std::string::npos);
  EXPECT_NE(error_of("G").find("Gbit/s"), std::string::npos);
  EXPECT_NE(error_of("").find("empty"), std::string::npos);
  EXPECT_NE(error_of("美元").find("unknown unit"), std::string::npos);
  EXPECT_NE(error_of(std::string(5000, '(')).find("bytes"), std::string::npos);
  EXPECT_NE(error_of(std::string(60, '(')).find("parentheses"), std::string::npos);
  EXPECT_NE(error_of("m99999999999"), "");
  EXPECT_NE(error_of("0"), "");
  EXPECT_NE(error_of("10*400").find("too large or too small"), std::string::npos);
}

TEST(Unit, EveryAtomIsReadBackAndUnique) {
  for (const detail::Atom& atom : detail::atoms()) {
    const Unit unit = u(atom.code);
    EXPECT_EQ(unit.powers, atom.powers) << atom.code;
    EXPECT_EQ(unit.scale, atom.scale) << atom.code;
    EXPECT_EQ(unit.kind, atom.kind) << atom.code;
  }
}

}  // namespace
}  // namespace cairn
