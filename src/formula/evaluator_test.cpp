// SPDX-License-Identifier: Apache-2.0
// Formulas over a small province, computed by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <random>
#include <span>

#include "core/text.hpp"
#include "formula/formula.hpp"
#include "formula/test_world.hpp"

namespace cairn::formula {
namespace {

using test::World;

// Two prefectures. Town 510101002 merged into 510101001 on 2023-01-01.
constexpr std::string_view province = R"(
  region 51 province
  region 5101 prefecture 51
  region 510101 county 5101
  region 510102 county 5101
  region 5102 prefecture 51
  region 510201 county 5102
  region 510101001 town 510101
  region 510101002 town 510101 to=2023-01-01 successor=510101001
  region 510102001 town 510102
  region 510201001 town 510201
  region 510101001001 village 510101001
  region 510101001002 village 510101001
  region 510102001001 village 510102001
  region 510201001001 village 510201001
  zone east 510102 5102

  type county
  prop population {person} number period=year
  type town
  type village
  prop has_5g 1 boolean
  prop elevation m number
  type site
  prop tech 1 text
  prop power kW number
  prop rsrp dBm number
  prop users {person} integer
  prop share_free % number
  prop per_user kW/{person} number = power / users
  prop strong 1 boolean = rsrp >= -100
  type meter
  prop energy kW.h number series counter every=1h
  prop temp Cel number series max_age=3h
  prop disp mm number series
  prop it kW number series
  prop total kW number series
  type operator
  prop revenue 亿元 number period=month
  prop staff {person} number

  indicator people {person} = sum(population of county)
  indicator sites 个 = count(site)
  indicator sites_per_10k 1 = sites / people * 10000
  indicator pue 1 = sum(avg(total, 2h) of meter) / sum(avg(it, 2h) of meter)
  indicator people_wan 万 = people
  indicator change % = 1 - people / at(people, 2020)
  given gdp 亿元 sum
  given target_users 万户 none
  indicator gdp_per_head 元/{person} = gdp / people

  stat 510101 population 2019 900 {person}
  stat 510101 population 2020 1000 {person}
  stat 510101 population 2021 1100 {person}
  stat 510102 population 2020 2000 {person}
  stat 510102 population 2021 1900 {person} estimated
  stat 510201 population 2020 3000 {person}
  stat 5101 gdp 2020 100 亿元
  stat 510101 gdp 2020 30 亿元
  stat 510101 gdp 2021 33 亿元
  stat 510201 gdp 2020 2000000 万元
  stat 5101 target_users 2020 50000 户

  thing 510101001001 village 510101001001 has_5g=true elevation=100
  thing 510101001002 village 510101001002 has_5g=false elevation=200
  thing 510102001001 village 510102001001 elevation=400
  thing s1 site 510101001 tech=5g power=5 rsrp=-90 users=10 from=2019-06-01
  thing s2 site 510101002 tech=5g power=3 rsrp=-110 users=0 from=2020-06-01 share_free=25
  thing s3 site 510101002 tech=4g power=2 users=5 to=2022-01-01
  thing s4 site 510102001 tech=5g power=7 rsrp=-100 users=20 share_free=75
  thing s5 site 510201 tech=4g rsrp=-95 users=40
  thing s6 site 510201001 tech=5g power=9 status=planned
  thing s7 site 510201001 tech=4g power=1 users=8 status=retired

  thing m1 meter 510101001
  thing m2 meter 510102001
  obs m1 energy 2020-01-01T01:00 100
  obs m1 energy 2020-01-01T02:00 104
  obs m1 energy 2020-01-01T03:00 3
  obs m1 energy 2020-01-01T04:00 9
  obs m1 disp 2020-01-01T01:00 10
  obs m1 disp 2020-01-01T03:00 16
  obs m2 disp 2020-01-01T03:30 1
  obs m1 temp 2020-01-01T01:00 20.5
  obs m1 temp 2020-01-01T03:00 18.2
  obs m2 temp 2020-01-01T00:30 30
  obs m1 total 2020-01-01T03:00 12
  obs m1 total 2020-01-01T04:00 18
  obs m1 it 2020-01-01T03:00 10
  obs m1 it 2020-01-01T04:00 10
  obs m2 total 2020-01-01T04:00 30
  obs m2 it 2020-01-01T04:00 20 estimated

  thing o1 operator 5101 staff=10
  thing o2 operator 5102 staff=20
  obs o1 revenue 2019-12 7
  obs o1 revenue 2020-01 1
  obs o1 revenue 2020-02 2
  obs o1 revenue 2020-03 3
  obs o2 revenue 2020-Q1 10
  obs o2 revenue 2020-01 4
)";

const World& world() {
  static const World known(province);
  return known;
}

struct Case {
  const char* formula;
  const char* region;
  const char* as_of;
  std::string result;  // the value, or why there is none in braces
};

void check(const World& w, std::span<const Case> cases) {
  for (const Case& c : cases) {
    EXPECT_EQ(w.text(c.formula, c.region, c.as_of), c.result)
        << c.formula << " in " << c.region << " as of " << c.as_of;
  }
}

TEST(Evaluator, TheWorldHasNoProblems) {
  for (const Error& error : world().problems.errors) ADD_FAILURE() << to_string(error);
}

TEST(Evaluator, Counts) {
  const Case cases[] = {
      {"count(village)", "51", "2024", "4"},
      {"count(village)", "5101", "2024", "3"},
      {"count(village)", "510201001001", "2024", "1"},
      {"count(village)", "east", "2024", "2"},
      {"count(county)", "51", "2024", "3"},
      {"count(county)", "510101", "2024", "1"},
      {"count(town)", "51", "2022", "4"},
      {"count(town)", "51", "2023", "3"},
      {"count(site)", "51", "2024", "4"},
      {"count(site where tech = '5g')", "51", "2024", "3"},
      {"count(site where status = 'planned')", "51", "2024", "1"},
      {"count(site where status in ('planned', 'retired'))", "51", "2024", "2"},
      {"count(site where tech like '4%')", "5102", "2024", "1"},
      {"count(village where has_5g)", "51", "2024", "1"},
      {"count(village where not has_5g)", "51", "2024", "1"},
      {"count(village where has_5g is null)", "51", "2024", "2"},
      {"count(village where has_5g)", "5102", "2024", "{0 of 1 reported}"},
      {"count(meter where energy > 1e9)", "5102", "2024", "0"},
      {"share(village: has_5g)", "51", "2024", "0.5"},
      {"share(village where elevation < 300: has_5g)", "51", "2024", "0.5"},
      {"share(site where tech = '6g': strong)", "51", "2024", "{no site selected}"},
  };
  check(world(), cases);
}

TEST(Evaluator, CoverageSaysHowManyWereKnown) {
  const Cell count = world().cell("count(village where has_5g)", "51", "2024");
  EXPECT_EQ(count.reported, 2u);
  EXPECT_EQ(count.expected, 4u);
  // An unknown predicate leaves open whether the thing belongs to the sum.
  const Cell sum = world().cell("sum(elevation of village where has_5g)", "51", "2024");
  EXPECT_EQ(sum.value, 100);
  EXPECT_EQ(sum.reported, 1u);
  EXPECT_EQ(sum.expected, 3u);
  const Cell power = world().cell("sum(power of site)", "51", "2024");
  EXPECT_EQ(power.reported, 3u);
  EXPECT_EQ(power.expected, 4u);
  // A formula is as well covered as its worst input.
  const Cell both = world().cell("sum(power of site) / count(village where has_5g)", "51", "2024");
  EXPECT_EQ(both.reported, 2u);
  EXPECT_EQ(both.expected, 4u);
}

TEST(Evaluator, DatesDecideWhatCounts) {
  const Case cases[] = {
      {"count(site)", "51", "2018", "3"},  // s3, s4, s5
      {"count(site)", "51", "2019", "4"},
      {"count(site)", "51", "2020-05-31", "4"},
      {"count(site)", "51", "2020-06-01", "5"},
      {"count(site)", "51", "2021", "5"},  // s3 ends with 2021
      {"count(site)", "51", "2022-01-01", "4"},
      {"count(site)", "510101002", "2022", "1"},
      {"count(site)", "510101001", "2022", "1"},
      {"count(site)", "510101001", "2023", "2"},
      {"count(site)", "510101002", "2023",
       "{510101002 is not in force at 2023-12-31; 510101001 answers for it}"},
      {"sum(population of county)", "51", "2020", "6000"},
      {"sum(population of county)", "5101", "2021", "3000"},
      {"sum(population of county)", "51", "2019", "900"},
      {"sum(population of county)", "51", "2018", "{0 of 3 reported}"},
      {"at(people, 2020)", "5101", "2021", "3000"},
      {"people - at(people, -1y)", "510101", "2021", "100"},
      {"people - at(people, '2019')", "510101", "2020-12-31", "100"},
      {"change", "510101", "2021", number_text((1 - 1.1) * 100)},
      {"at(count(site), 2018)", "51", "2024", "3"},
      {"sum(at(population, 2019) of county)", "510101", "2021", "900"},
      {"at(at(people, -1y), 2021)", "510101", "2024", "1000"},
  };
  check(world(), cases);
  EXPECT_TRUE(world().cell("people", "5101", "2021").estimated);
  EXPECT_FALSE(world().cell("people", "510101", "2021").estimated);
  EXPECT_EQ(world().cell("people", "5101", "2021").data_time, world().as_of("2021"));
}

TEST(Evaluator, BelowTheirOwnLevelDivisionsGiveNothingRatherThanZero) {
  const World w(R"(
region 51 province
region 5134 prefecture 51
region 513401 county 5134
region 513401100 town 513401
type county
prop population {person} number period=year
type site
stat 513401 population 2020 100 {person}
)");
  EXPECT_EQ(w.text("sum(population of county)", "513401", "2020"), "100");
  EXPECT_EQ(w.text("sum(population of county)", "513401100", "2020"),
            "{a town is part of a county; ask above it}");
  EXPECT_EQ(w.text("count(county)", "513401100", "2020"),
            "{a town is part of a county; ask above it}");
  EXPECT_EQ(w.text("count(site)", "513401100", "2020"), "0");
}

TEST(Evaluator, Aggregates) {
  const Case cases[] = {
      {"sum(power of site)", "51", "2024", "15"},
      {"sum(power of site)", "510201", "2024", "{0 of 1 reported}"},
      {"sum(power of site where tech = '6g')", "51", "2024", "0"},
      {"avg(power of site)", "51", "2024", "5"},
      {"avg(power of site where tech = '6g')", "51", "2024", "{no site selected}"},
      {"min(power of site)", "51", "2024", "3"},
      {"max(rsrp of site)", "51", "2024", "-90"},
      {"median(power of site)", "51", "2024", "5"},
      {"quantile(0.25, power of site)", "51", "2024", "4"},
      {"stddev(elevation of village)", "5101", "2024", number_text(124.72191289246472)},
      {"sum(power of site where rsrp >= -100)", "51", "2024", "12"},
      {"sum(power * users of site)", "51", "2024", "190"},
      {"max(per_user of site)", "51", "2024", "0.5"},  // s2 has no users: no value
      {"count(site where strong)", "51", "2024", "3"},
      {"sum(power of site where share_free > 50)", "51", "2024", "7"},
      {"sum(population of county) / count(county)", "51", "2020", "2000"},
      {"sum(if(tech = '5g', users, 0) of site)", "51", "2024", "30"},
      {"sum(coalesce(power, 1 kW) of site)", "51", "2024", "16"},
      {"sum(least(power, 4) of site where power is not null)", "51", "2024", "11"},
      {"max(users of site where users between 5 and 20)", "51", "2024", "20"},
      {"max(linear(rsrp) of site)", "51", "2024", "1e-09"},
      {"max(interp(users, 0, 0, 10, 100, 20, 150) of site)", "51", "2024", "150"},
      {"avg(interp(users, 0, 0, 10, 100, 20, 150) of site where id = 's3')", "51", "2020", "50"},
  };
  check(world(), cases);
}

TEST(Evaluator, WindowsLookBackOverSamples) {
  const Case cases[] = {
      {"max(rate(disp, 6h) of meter)", "5101", "2020-01-01T04:00", "3"},
      {"max(rate(disp, 1h) of meter)", "5101", "2020-01-01T04:00", "{0 of 2 reported}"},
      {"sum(delta(energy, 1d) of meter)", "5101", "2020-01-01T04:00", "13"},
      {"max(rate(energy, 3h) of meter)", "510101", "2020-01-01T04:00", "4.5"},
      {"sum(count(energy, 2h) of meter)", "5101", "2020-01-01T04:00", "2"},
      {"sum(sum(disp, 3h) of meter)", "5101", "2020-01-01T04:00", "17"},
      {"max(first(disp, 4h) of meter)", "510101", "2020-01-01T04:00", "10"},
      {"max(last(disp, 4h) of meter)", "510101", "2020-01-01T04:00", "16"},
      {"max(avg(disp, 4h) of meter)", "510101", "2020-01-01T04:00", "13"},
      {"max(stddev(disp, 4h) of meter)", "510101", "2020-01-01T04:00", "3"},
      {"max(quantile(0.5, disp, 4h) of meter)", "510101", "2020-01-01T04:00", "13"},
      {"max(max(disp, 3h) - min(disp, 3h) of meter)", "510101", "2020-01-01T04:00", "0"},
      {"max(temp of meter)", "5101", "2020-01-01T03:30", "30"},
      {"max(temp of meter)", "5101", "2020-01-01T04:00", "18.2"},  // m2 is too old
      {"max(disp of meter)", "5101", "2019", "{0 of 2 reported}"},
      {"pue", "5101", "2020-01-01T04:00", "1.5"},  // (15 + 30) / (10 + 20)
      {"pue", "510101", "2020-01-01T04:00", "1.5"},
      {"max(delta(temp, 1d) of meter)", "510101", "2020-01-01T04:00",
       number_text(-2.3000000000000007)},
  };
  check(world(), cases);
  EXPECT_TRUE(world().cell("pue", "5101", "2020-01-01T04:00").estimated);
  EXPECT_FALSE(world().cell("pue", "510101", "2020-01-01T04:00").estimated);
  const Cell cold = world().cell("max(temp of meter)", "5101", "2020-01-01T04:00");
  EXPECT_EQ(cold.reported, 1u);
  EXPECT_EQ(cold.expected, 2u);
}

TEST(Evaluator, OverSumsCalendarPeriods) {
  const Case cases[] = {
      {"sum(revenue of operator over year)", "5101", "2020", "6"},
      {"sum(revenue of operator over last year)", "5101", "2020", "7"},
      {"sum(revenue of operator over ytd)", "5101", "2020-02", "3"},
      {"sum(revenue of operator over quarter)", "51", "2020-03", "16"},  // Q1 once, not twice
      {"sum(revenue of operator over month)", "5101", "2020-02", "2"},
      {"sum(revenue of operator over 3mo)", "5101", "2020-02", "10"},
      {"avg(revenue of operator over year)", "5101", "2020", "2"},
      {"max(revenue of operator over year)", "5101", "2020", "3"},
      {"sum(revenue / staff of operator over year)", "5101", "2020", "0.6"},
      {"sum(revenue of operator over year)", "5101", "2022", "{0 of 12 reported}"},
  };
  check(world(), cases);
  const Cell year = world().cell("sum(revenue of operator over year)", "5101", "2020");
  EXPECT_EQ(year.reported, 3u);
  EXPECT_EQ(year.expected, 12u);
  const Cell quarter = world().cell("sum(revenue of operator over quarter)", "51", "2020-03");
  EXPECT_EQ(quarter.reported, 6u);
  EXPECT_EQ(quarter.expected, 6u);
}

TEST(Evaluator, GivenValuesRollUpAndTheirOwnWins) {
  const Case cases[] = {
      {"gdp", "5101", "2020", "100"},
      {"gdp", "510101", "2021", "33"},
      {"gdp", "510102", "2020", "{not reported}"},
      {"gdp", "5102", "2020", "200"},
      {"gdp", "51", "2020", "300"},
      {"gdp", "east", "2020", "200"},
      {"gdp", "51", "2019", "{0 of 3 reported}"},
      {"target_users", "5101", "2020", "5"},
      {"target_users", "51", "2020", "{not reported}"},
      {"gdp_per_head", "5102", "2020", number_text(2e10 / 3000)},
      {"coalesce(gdp, 7)", "510102", "2020", "7"},
      {"gdp > 99", "5101", "2020", "1"},
      {"gdp > 100 亿元", "5101", "2020", "0"},
  };
  check(world(), cases);
  const Cell east = world().cell("gdp", "east", "2020");
  EXPECT_EQ(east.reported, 1u);
  EXPECT_EQ(east.expected, 2u);
  // What coalesce() did not take does not spoil the coverage.
  EXPECT_EQ(world().cell("coalesce(target_users, gdp / 1 亿元)", "51", "2020").expected, 2u);
}

TEST(Evaluator, IndicatorsNameIndicators) {
  const Case cases[] = {
      {"sites_per_10k", "51", "2020", number_text(5.0 / 6000 * 10000)},
      {"people_wan", "51", "2020", "0.6"},
      {"people_wan > 0.5", "51", "2020", "1"},
      {"people_wan * 2", "51", "2020", "1.2"},
      {"people / sites", "5102", "2018", "{0 of 1 reported}"},
      {"100 / (sites - sites)", "51", "2020", "{division by zero}"},
      {"ln(0 * sites)", "51", "2020", "{outside the domain of the function}"},
      {"exp(sites * 1000)", "51", "2020", "{too large for a number}"},
      {"sqrt(-1)", "51", "2020", "{outside the domain of the function}"},
      {"round(10 / 3, 2)", "51", "2020", "3.33"},
      {"round(-2.5)", "51", "2020", "-3"},
      {"7 div 2", "51", "2020", "3"},
      {"-7 % 4", "51", "2020", "-3"},
      {"2 ^ 10", "51", "2020", "1024"},
      {"if(sites > 3, 1, 0)", "51", "2020", "1"},
      {"if(sites > 30, 1)", "51", "2020", "{not reported}"},
      {"1 = 1 or 1 / 0 = 1", "51", "2020", "1"},
      {"greatest(1, sites, 3)", "51", "2020", "5"},
  };
  check(world(), cases);
}

TEST(Evaluator, UnitsConvert) {
  const World& w = world();
  const Case cases[] = {
      {"sum(power of site) + 500 W", "51", "2024", "15.5"},
      {"500 W + sum(power of site)", "51", "2024", "15500"},
      {"sum(power of site) * 2 h", "51", "2024", "30"},
      {"1.5 Tbit/s + 250 Gbps", "51", "2024", "1.75"},
      {"1 GB > 999 MB", "51", "2024", "1"},
      {"3 dB + 20 dBm", "51", "2024", "23"},
      {"20 dBm - 1 dBW", "51", "2024", "-11"},
      {"linear(30 dBm)", "51", "2024", "1000"},
      {"decibel(100)", "51", "2024", "20"},
      {"20 Cel - 15 Cel", "51", "2024", "5"},
      {"20 Cel + 5 K", "51", "2024", "25"},
      {"(3 m) ^ 2", "51", "2024", "9"},
      {"sqrt(9 m2)", "51", "2024", "3"},
      {"36 km/h > 9.9 m/s", "51", "2024", "1"},
      {"sum(power of site) / 1 MW", "51", "2024", "0.015"},
      {"500 kW / 1 MW < 1.3", "51", "2024", "1"},
      {"1500 kW / 1 MW < 1.3", "51", "2024", "0"},
      {"50 % * 4 {person}", "51", "2024", "2"},
      {"3 万户 * 2 + 1 万户", "51", "2024", "7"},
  };
  check(w, cases);
  EXPECT_EQ(w.unit("sum(power of site) * 2 h"), "kW.h");
  EXPECT_EQ(w.unit("linear(30 dBm)"), "mW");
  EXPECT_EQ(w.unit("20 dBm - 1 dBW"), "dB");
  EXPECT_EQ(w.unit("20 Cel - 15 Cel"), "K");
  EXPECT_EQ(w.unit("max(rate(disp, 6h) of meter)"), "mm/h");
  EXPECT_EQ(w.unit("max(rate(energy, 1d) of meter)"), "kW.h/d");
  EXPECT_EQ(w.unit("gdp / people"), "亿元/{person}");
  EXPECT_EQ(w.unit("sites / people"), "个/{person}");
  EXPECT_EQ(w.unit("sites / people * 10000"), "1");
  EXPECT_EQ(w.unit("(3 m) ^ 2"), "m2");
  EXPECT_EQ(w.unit("sum(power of site) / 1 MW"), "1");
  EXPECT_EQ(w.unit("3 万户 * 2"), "万户");
}

TEST(Evaluator, OverlaysMakePlannedThingsLive) {
  World w(province);
  model::Proposal proposal;
  proposal.id = "more";
  model::Thing thing;
  thing.id = "p1";
  thing.type = "site";
  thing.region = "510201001";
  thing.status = model::Life::planned;
  thing.valid.begin = *parse_instant("2024-07-01", w.zone);
  thing.properties = {{"tech", model::Value{std::string("5g")}}, {"power", model::Value{4.0}}};
  proposal.things.push_back(thing);
  proposal.retire = {"s1"};
  proposal.retire_from = *parse_instant("2024-07-01", w.zone);
  w.overlay(proposal);
  const Case cases[] = {
      {"count(site)", "51", "2024-06", "4"},
      {"count(site)", "51", "2024-07", "4"},  // one came, one went
      {"count(site)", "5102", "2024-07", "2"},
      {"sum(power of site)", "51", "2024-07", "14"},
      {"count(site)", "51", "2020", "5"},
  };
  check(w, cases);
  EXPECT_EQ(world().text("count(site)", "51", "2024-07"), "4");
  EXPECT_EQ(world().text("sum(power of site)", "51", "2024-07"), "15");
}

TEST(Evaluator, RowsCanBeSelectedAndComputed) {
  const World& w = world();
  EXPECT_EQ(w.row("per_user", "site", "s1", "2024").value, 0.5);
  EXPECT_EQ(w.row("per_user", "site", "s2", "2024").reason, "division by zero");
  EXPECT_EQ(w.row("power > 4", "site", "s1", "2024").value, 1);
  EXPECT_EQ(w.row("rate(disp, 6h) > 2 mm/h", "meter", "m1", "2020-01-01T04:00").value, 1);
  EXPECT_EQ(w.row("temp", "meter", "m2", "2020-01-01T04:00").reason,
            "the last observation is too old");
  EXPECT_EQ(*w.row("tech", "site", "s1", "2024").other.get<std::string>(), "5g");
  EXPECT_EQ(*w.row("region", "site", "s1", "2024").other.get<std::string>(), "510101001");
  EXPECT_EQ(w.row("valid_from < '2019-07-01'", "site", "s1", "2024").value, 1);
  Evaluator evaluator(w.library, w.snapshot);
  const auto five = w.library.compile_row("tech = '5g' and users > 5", "site");
  ASSERT_TRUE(five);
  EXPECT_EQ(evaluator.select(*five, "site", w.as_of("2024")).size(), 2u);
  const auto retired = w.library.compile_row("status = 'retired'", "site");
  ASSERT_TRUE(retired);
  EXPECT_EQ(evaluator.select(*retired, "site", w.as_of("2024")).size(), 1u);
}

TEST(Evaluator, ExplanationsNameTheirInputs) {
  const Explanation e = world().explain("sum(power of site) / people", "51", "2020", 2);
  ASSERT_EQ(e.parts.size(), 2u);
  const Explanation& power = e.parts[0];
  EXPECT_EQ(power.cell.value, 17);
  EXPECT_EQ(power.input_count, 5u);
  ASSERT_EQ(power.inputs.size(), 2u);
  EXPECT_EQ(power.inputs[0].thing, "s4");
  EXPECT_EQ(power.inputs[0].value, 7);
  EXPECT_EQ(power.inputs[0].unit.text, "kW");
  EXPECT_EQ(power.inputs[0].region, "510102001");
  EXPECT_EQ(power.inputs[0].source, "survey");
  const Explanation& people = e.parts[1];
  EXPECT_EQ(people.text, "people");
  ASSERT_EQ(people.parts.size(), 1u);
  ASSERT_EQ(people.parts[0].inputs.size(), 2u);
  EXPECT_EQ(people.parts[0].inputs[0].thing, "510201");
  EXPECT_EQ(people.parts[0].inputs[0].source, "yearbook");
  EXPECT_EQ(people.parts[0].inputs[0].time, *parse_period("2020", world().zone));
  const Explanation gdp = world().explain("gdp", "51", "2020");
  ASSERT_EQ(gdp.inputs.size(), 2u);
  EXPECT_EQ(gdp.inputs[1].value, 200);
  const Explanation then = world().explain("people - at(people, 2019)", "510101", "2020");
  ASSERT_EQ(then.parts.size(), 2u);
  EXPECT_EQ(then.parts[1].as_of, world().as_of("2019"));
  EXPECT_EQ(then.parts[1].cell.value, 900);
}

TEST(Evaluator, ManyRegionsAtOnceGiveWhatEachGivesAlone) {
  const World& w = world();
  std::vector<model::RegionIndex> all;
  for (model::RegionIndex i = 0; i < w.regions->size(); ++i) all.push_back(i);
  Evaluator together(w.library, w.snapshot);
  for (const char* text : {"count(site)", "sum(power of site)", "share(village: has_5g)", "gdp",
                           "median(elevation of village)", "sites_per_10k", "change"}) {
    const auto compiled = w.library.compile(text);
    ASSERT_TRUE(compiled) << text;
    const Compiled& formula = *compiled;
    const Answer answer = together.evaluate(formula, {all, w.as_of("2021")});
    for (const model::RegionIndex region : all) {
      Evaluator alone(w.library, w.snapshot);
      EXPECT_EQ(answer.cells[region], alone.evaluate(formula, {{region}, w.as_of("2021")}).cells[0])
          << text << " in " << (*w.regions)[region].code;
    }
    EXPECT_EQ(together.evaluate(formula, {all, w.as_of("2021")}).cells, answer.cells);
  }
}

}  // namespace
}  // namespace cairn::formula
