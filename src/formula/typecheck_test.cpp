// SPDX-License-Identifier: Apache-2.0
// What the checker refuses, and what it says.
#include "formula/typecheck.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "formula/test_world.hpp"

namespace cairn::formula {
namespace {

using test::World;

constexpr std::string_view declarations = R"(
  region 51 province
  type county
  prop population {person} number period=year
  type site
  prop tech 1 text
  prop power kW number
  prop storage GB number
  prop rsrp dBm number
  prop temp Cel number series
  prop level m number series
  prop covered 1 boolean
  prop opened 1 date
  prop margin dB number = rsrp - (-100 dBm)
  prop double_power kW number = power * 2
  indicator people {person} = sum(population of county)
  given gdp 亿元 sum
)";

const World& world() {
  static const World known(declarations);
  return known;
}

struct Refused {
  const char* formula;
  const char* message;  // a part of it, with the place
};

TEST(Typecheck, TemperaturesAreMultipliedWhenTheirZeroIsSaid) {
  for (const char* formula :
       {"max(temp * 0.5 of site)", "max((temp - 0 Cel) * 2 J/K of site)",
        "max(8 J / (temp - (-273.15 Cel)) of site)", "max(temp / 1 Cel of site)"}) {
    EXPECT_EQ(world().error(formula), "") << formula;
  }
}

TEST(Typecheck, UnitsMustFit) {
  const Refused cases[] = {
      {"1 GB + 1 W", "1:1: cannot add GB (information) at 1:1 and W (length2.mass/time3) at 1:8"},
      {"sum(power of site) + 5", "1:22: 5 has no unit, sum(power of site) is in kW: write 5 kW"},
      {"5 - sum(power of site)", "5 has no unit, sum(power of site) is in kW: write 5 kW"},
      {"sum(power + storage of site)", "cannot add kW"},
      {"max(power > 5 GB of site)", "cannot compare kW"},
      {"sum(rsrp of site)", "would mix logarithms; write sum(linear(rsrp) of site)"},
      {"avg(rsrp of site)", "would mix logarithms; write avg(linear(rsrp) of site)"},
      {"max(rsrp + rsrp of site)", "two levels (dBm and dBm) cannot be added"},
      {"max(rsrp * 2 of site)", "rsrp is a level in dBm; multiply and divide linear("},
      {"max(rsrp + 3 of site)", "3 has no unit, rsrp is in dBm: write 3 dB"},
      {"sum(temp of site)", "temperatures in Cel cannot be summed; use avg"},
      {"max(temp * 2 J/K of site)",
       "temp is a temperature in Cel and cannot be multiplied or divided "
       "by J/K; write (temp - 0 Cel) for the difference"},
      {"max(8 J / temp of site)", "(temp - (-273.15 Cel)) for the absolute temperature"},
      {"20 Cel + 20 Cel", "two temperatures (Cel and Cel) cannot be added"},
      {"(2 m) ^ 0.5", "its exponent must be a whole number"},
      {"2 ^ (3 m)", "an exponent is a plain number"},
      {"sqrt(2 m)", "m has no square root"},
      {"ln(2 m)", "divide it by 1 m"},
      {"linear(5)", "takes a level such as dBm"},
      {"decibel(5 m)", "decibel() takes a ratio, W, V or V/m"},
      {"if(1 = 1, 5 m, 5 s)", "needs one unit: 5 m is in m (length), 5 s is in s (time)"},
      {"coalesce(gdp, 5 m)", "needs one unit"},
      {"gdp + people", "cannot add 亿元 (money)"},
      {"5 kw", "unknown unit 'kw'; did you mean kW?"},
      {"5 y", "is a span of time only in windows and in at()"},
  };
  for (const Refused& c : cases) {
    EXPECT_NE(world().error(c.formula).find(c.message), std::string::npos)
        << c.formula << "\n  " << world().error(c.formula);
  }
}

TEST(Typecheck, NamesAreFoundOrSuggested) {
  const Refused cases[] = {
      {"peple", "1:1: there is no indicator 'peple'; did you mean people?"},
      {"population",
       "it is a property of county, so wrap it in an aggregate: sum(population of "
       "county)"},
      {"covered", "share(site: covered)"},
      {"rsrp > 5", "max(rsrp of site)"},
      {"site", "write count(site)"},
      {"count(sit)", "1:7: there is no type of things 'sit'; did you mean site?"},
      {"sum(powr of site)", "1:5: 'site' has no property 'powr'; did you mean power?"},
      {"sum(population of site)", "it is a property of county"},
      {"sum(gdp of site)", "'gdp' is an indicator of a region, not a property of a thing"},
      {"count(site where tech = '5g' and pwr > 3)", "1:34: 'site' has no property 'pwr'"},
      {"sqr(4)", "there is no function 'sqr'; did you mean sqrt?"},
  };
  for (const Refused& c : cases) {
    EXPECT_NE(world().error(c.formula).find(c.message), std::string::npos)
        << c.formula << "\n  " << world().error(c.formula);
  }
}

TEST(Typecheck, KindsMustFit) {
  const Refused cases[] = {
      {"sum(covered of site)", "write share(site: covered) or count(site where covered)"},
      {"sum(tech of site)", "sum needs a number, but tech is a text"},
      {"count(site where power)", "`where` needs a condition, but power is a number in kW"},
      {"share(site: power)", "share() needs a condition"},
      {"count(site where tech > 5)", "cannot compare a text"},
      {"count(site where covered and power)", "AND needs a condition"},
      {"not 5", "NOT needs a condition"},
      {"'a' + 1", "arithmetic needs a number, but 'a' is a text"},
      {"if(5, 1, 2)", "if() needs a condition"},
      {"if(1 = 1, 1, 'a')", "needs values of one kind"},
      {"abs()", "abs takes 1 argument, not 0"},
      {"max(count(site) of site)", "cannot stand inside another"},
      {"max(power of site) over", "1:"},
      {"count(site where opened < 'soon')", "soon"},
      {"interp(1, 2, 3, 1, 4)", "the x of interp() must rise, but 1 comes after 2"},
      {"interp(1, 2, 3, 4, 5, 6)", "takes x and then pairs"},
      {"round(1.5, 0.5)", "a whole number of decimals"},
      {"quantile(1.5, power of site)", "a quantile lies between 0 and 1"},
      {"quantile(power, power of site)", "must be written as a number"},
  };
  for (const Refused& c : cases) {
    EXPECT_NE(world().error(c.formula).find(c.message), std::string::npos)
        << c.formula << "\n  " << world().error(c.formula);
  }
}

TEST(Typecheck, WindowsAndDatesSayWhatTheyNeed) {
  const Refused cases[] = {
      {"avg(people, 24h)", "over a region write avg(avg(people, 24h) of T)"},
      {"max(avg(power, 24h) of site)", "power is no series"},
      {"max(avg(nope, 24h) of site)", "'site' has no property 'nope'"},
      {"max(min(power, 3) of site)", "the smaller of two values is least(a, b)"},
      {"max(avg(level, 5 km) of site)", "is not a span of time"},
      {"max(rate(rsrp, 5h) of site)", "rsrp is no series"},
      {"at(people, 5.5)", "is no date for at()"},
      {"at(people, 1y)", "is no date for at()"},
      {"at(people, '2020-13')", "is no date for at()"},
      {"count(site over year)", ""},
      {"sum(power of site over year)", "`over` needs a series or a statistic"},
      {"sum(level + 1 m of site over year)", "the value is one series"},
      {"sum(level * level of site over year)", "the value is one series"},
  };
  for (const Refused& c : cases) {
    EXPECT_NE(world().error(c.formula), "") << c.formula;
    EXPECT_NE(world().error(c.formula).find(c.message), std::string::npos)
        << c.formula << "\n  " << world().error(c.formula);
  }
}

TEST(Typecheck, BareNumbersAdoptTheUnitTheyAreComparedWith) {
  for (const char* formula :
       {"count(site where rsrp >= -105)", "count(site where 5 < power)",
        "count(site where power between 1 and 2 * 3)", "count(site where temp in (1, 2, 3))",
        "gdp > 100", "max(greatest(power, 3) of site)", "coalesce(gdp, 0) + 1 万元",
        "max(interp(power, 0, 1, 5, 2) of site)", "count(site where margin > 3)"}) {
    EXPECT_EQ(world().error(formula), "") << formula;
  }
  EXPECT_EQ(world().unit("coalesce(gdp, 0)"), "亿元");
  EXPECT_EQ(world().unit("max(margin of site)"), "dB");
}

TEST(Typecheck, RowContextKnowsItsType) {
  EXPECT_EQ(world().row_error("power > 5 kW and covered", "site"), "");
  EXPECT_EQ(world().row_error("double_power / 2 > power - 1 W", "site"), "");
  EXPECT_NE(world().row_error("count(site) > 1", "site").find("cannot stand inside"),
            std::string::npos);
  EXPECT_NE(world().row_error("power", "sites").find("did you mean site?"), std::string::npos);
}

TEST(Typecheck, DeepOrLongFormulasAreRefusedOrFine) {
  std::string parentheses(10'000, '(');
  EXPECT_NE(world().error(parentheses + "1" + std::string(10'000, ')')), "");
  std::string chain = "1";
  for (int i = 0; i < 5000; ++i) chain += " or 1 = 2";
  EXPECT_NE(world().error("1 = 1 or " + chain), "");  // 1 is no condition
  std::string many = "1 = 1";
  for (int i = 0; i < 5000; ++i) many += " or 1 = 2";
  EXPECT_EQ(world().text(many, "51", "2020"), "1");
  EXPECT_NE(world().error(std::string(100'000, '1')), "");
}

}  // namespace
}  // namespace cairn::formula
