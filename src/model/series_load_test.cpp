// SPDX-License-Identifier: Apache-2.0
#include "model/series_load.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "model/memory_files.hpp"
#include "model/pack_check.hpp"
#include "model/pack_load.hpp"
#include "model/simulated.hpp"
#include "simulate/device.hpp"

namespace cairn::model {
namespace {

constexpr Zone china{8 * 3600};

constexpr const char* good = R"(pack: demo
label: {zh: 示范, en: Demo}
types:
  slope_site:
    label: {zh: 坡, en: Slope}
    properties:
      rain: {label: {zh: 雨, en: Rain}, unit: mm, series: true}
      pressure: {label: {zh: 压, en: Pressure}, unit: Pa, series: true}
      moved: {label: {zh: 移, en: Moved}, unit: cm, series: true}
      kind: {label: {zh: 类, en: Kind}, kind: text}
things: [things.csv]
series:
  - simulate: slope_water
    thing: s1
    seed: 7
    from: 2024-07-01T00:00
    to: 2024-07-02T00:00
    every: 10min
    lasts: 10min
    with: {depth: 3, angle: 32}
    changes:
      - {from: 2024-07-01T02:00, to: 2024-07-01T08:00, set: {rain_rate: 28}}
      - {from: 2024-07-01T08:00, to: 2024-07-01T09:00, set: {rain_rate: 5, porosity: 0.4}}
    silences:
      - {from: 2024-07-01T12:00, to: 2024-07-01T13:00}
    columns:
      rain: rain
      pore_pressure: {property: pressure, unit: kPa}
      displacement: {property: moved, scale: 0.001, offset: 2, unit: m}
)";

struct Loaded {
  Catalog catalog;
  Records records;
  Problems problems;

  std::string errors() const {
    std::string out;
    for (const Error& error : problems.errors) out += to_string(error) + "\n";
    return out;
  }
  std::vector<Observation> of(std::string_view property) const {
    std::vector<Observation> out;
    for (const Observation& o : records.observations) {
      if (o.property == property) out.push_back(o);
    }
    return out;
  }
};

Loaded load(std::string yaml) {
  Loaded out;
  const FileMap files{{"p/pack.yaml", std::move(yaml)},
                      {"p/things.csv", "id,type,region\ns1,slope_site,5104\ns2,slope_site,5104\n"},
                      {"p/real.csv", "time,rain\n2024-07-01T05:00,1\n"}};
  load_pack(MemoryFiles(files), "p", out.catalog, out.records, out.problems);
  return out;
}

std::string with(const std::string& old, const std::string& fresh) {
  std::string text = good;
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return text.replace(at, old.size(), fresh);
}

TEST(SeriesLoad, ADeviceSaysWhatTheLibraryComputes) {
  const Loaded loaded = load(good);
  ASSERT_EQ(loaded.errors(), "");
  simulate::Setting setting;
  setting.seed = 7;
  setting.from = start_of({2024, 7, 1}, china);
  setting.to = start_of({2024, 7, 2}, china);
  setting.every_ns = 600 * ns_per_second;
  setting.zone = china;
  setting.with = {{"depth", 3}, {"angle", 32}};
  const auto hour = [&](int h) { return setting.from + h * 3600 * ns_per_second; };
  setting.changes = {{hour(2), hour(8), "rain_rate", 28},
                     {hour(8), hour(9), "rain_rate", 5},
                     {hour(8), hour(9), "porosity", 0.4}};
  setting.silences = {{hour(12), hour(13)}};
  const auto rows = simulate::run(*simulate::kind("slope_water"), setting);
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->times.size(), 138u) << "144 in the day less 6 of the silent hour";
  const auto rain = loaded.of("rain");
  const auto pressure = loaded.of("pressure");
  const auto moved = loaded.of("moved");
  ASSERT_EQ(rain.size(), 138u);
  ASSERT_EQ(pressure.size(), 138u);
  ASSERT_EQ(moved.size(), 138u);
  for (std::size_t i = 0; i < 138; ++i) {
    const Instant at = rows->times[i];
    EXPECT_EQ(rain[i].time, (Interval{at, at + setting.every_ns}));
    EXPECT_EQ(rain[i].value, rows->columns[0][i]);
    EXPECT_DOUBLE_EQ(pressure[i].value, rows->columns[2][i] * 1000) << "kPa in Pa";
    EXPECT_DOUBLE_EQ(moved[i].value, (rows->columns[3][i] * 0.001 + 2) * 100) << "m in cm";
  }
  EXPECT_EQ(rain[0].value, 0);
  EXPECT_GT(rain[20].value, 4) << "it rains at 03:20";
}

TEST(SeriesLoad, AChangeWithinAnotherCountsInsteadOfIt) {
  const Loaded loaded = load(with("      - {from: 2024-07-01T08:00",
                                  "      - {from: 2024-07-01T04:00, to: 2024-07-01T05:00, set: "
                                  "{rain_rate: 0}}\n      - {from: 2024-07-01T08:00"));
  ASSERT_EQ(loaded.errors(), "");
  const auto rain = loaded.of("rain");
  EXPECT_GT(rain.at(23).value, 4) << "03:50";
  EXPECT_EQ(rain.at(24).value, 0) << "04:00";
  EXPECT_GT(rain.at(30).value, 4) << "05:00";
}

TEST(SeriesLoad, WhatIsSimulatedSaysSo) {
  const Loaded loaded = load(good);
  const SeriesFile& series = loaded.catalog.packs.at(0).series.at(0);
  ASSERT_TRUE(series.simulated.has_value());
  EXPECT_TRUE(series.file.empty());
  EXPECT_TRUE(series.origin.en.starts_with("simulated: Slope")) << series.origin.en;
  EXPECT_NE(series.origin.en.find("seed 7"), std::string::npos);
  EXPECT_NE(series.origin.en.find("No runoff"), std::string::npos) << "with what it leaves out";
  EXPECT_TRUE(series.origin.zh.starts_with("模拟：")) << series.origin.zh;
  EXPECT_EQ(loaded.records.observations.at(0).source, "packs/demo/simulated/slope_water");
  ASSERT_EQ(loaded.catalog.sources.size(), 1u);
  EXPECT_EQ(loaded.catalog.sources[0].key, "packs/demo/simulated/slope_water");
  EXPECT_NE(loaded.catalog.sources[0].origin.find("Taylor"), std::string::npos);
  EXPECT_TRUE(is_simulated_thing(loaded.catalog, "s1", ""));
  EXPECT_FALSE(is_simulated_thing(loaded.catalog, "s2", "packs/demo/src"));
  EXPECT_TRUE(is_simulated_thing(loaded.catalog, "s2", "simulated/deployment"));
}

struct Broken {
  const char* old;
  const char* fresh;
  const char* place;
  const char* says;
};

class SeriesLoadBroken : public testing::TestWithParam<Broken> {};

TEST_P(SeriesLoadBroken, SaysWhereAndWhat) {
  const Loaded loaded = load(with(GetParam().old, GetParam().fresh));
  const std::string errors = loaded.errors();
  EXPECT_NE(errors.find(GetParam().says), std::string::npos) << errors;
  EXPECT_NE(errors.find(GetParam().place), std::string::npos) << errors;
  EXPECT_TRUE(loaded.records.observations.empty()) << "half a device says nothing";
}

INSTANTIATE_TEST_SUITE_P(
    Devices, SeriesLoadBroken,
    testing::Values(
        Broken{"simulate: slope_water", "simulate:", "pack.yaml:13:", "names a kind of device"},
        Broken{"slope_water", "slop_water", "pack.yaml:13:15", "did you mean 'slope_water'"},
        Broken{"depth: 3", "dept: 3", "pack.yaml:20:", "did you mean 'depth'"},
        Broken{"depth: 3", "depth: 3000", "pack.yaml:20:", "it must be from 0.2 to 30"},
        Broken{"depth: 3", "depth: deep", "pack.yaml:20:", "must be a number"},
        Broken{"{rain_rate: 28}", "{rain_rat: 28}", "pack.yaml:22:", "did you mean 'rain_rate'"},
        Broken{"{rain_rate: 28}", "{rain_rate: -1}", "pack.yaml:22:", "it must be from 0 to 200"},
        Broken{", set: {rain_rate: 28}", "", "pack.yaml:22:", "'set' is missing"},
        Broken{"to: 2024-07-01T08:00", "to: 2024-07-01T01:00",
               "pack.yaml:22:", "later than 'from'"},
        Broken{"to: 2024-07-01T08:00", "to: 2024-07-01T08:30",
               "pack.yaml:23:", "another value from 2024-07-01T02:00:00+08:00"},
        Broken{"to: 2024-07-01T09:00", "to: 2024-07-03T09:00",
               "pack.yaml:23:", "is not within the series"},
        Broken{"to: 2024-07-01T13:00}\n",
               "to: 2024-07-01T13:00}\n      - {from: 2024-07-01T12:30, to: 2024-07-01T14:00}\n",
               "pack.yaml:26:", "it is silent from"},
        Broken{"from: 2024-07-01T12:00", "from: noon", "pack.yaml:25:", "noon"},
        Broken{"    to: 2024-07-02T00:00\n", "", "pack.yaml:13:", "'to' is missing"},
        Broken{"    to: 2024-07-02T00:00", "    to: 2024-06-30", "pack.yaml:13:", "later than"},
        Broken{"    every: 10min\n", "", "pack.yaml:13:", "'every' is missing"},
        Broken{"every: 10min", "every: 1mo", "pack.yaml:18:", "an exact span"},
        Broken{"every: 10min", "every: 1s", "pack.yaml:18:", "86400 readings"},
        Broken{"seed: 7", "seed: -7", "pack.yaml:15:", "from 0 on"},
        Broken{"      rain: rain", "      rainn: rain", "pack.yaml:27:", "did you mean 'rain'"},
        Broken{"unit: kPa}", "unit: m}", "pack.yaml:28:", "is in kPa, not in m"},
        Broken{"{property: pressure, unit: kPa}", "moved", "pack.yaml:13:", "kept in cm"},
        Broken{"      rain: rain", "      rain: kind", "pack.yaml:13:", "no series 'kind'"},
        Broken{"thing: s1", "thing: s9", "pack.yaml:13:", "no thing 's9' for slope_water"},
        Broken{"    seed: 7", "    file: real.csv", "pack.yaml:13:", "either a 'file' or"},
        Broken{"    seed: 7", "    time: time", "pack.yaml:15:", "'time'"}),
    [](const auto& tested) { return "case" + std::to_string(tested.index); });

// A real series of a property is never mixed with a simulated one.
TEST(SeriesLoad, NoDeviceBesideAFile) {
  const std::string file = R"(  - file: real.csv
    thing: s1
    time: time
    columns: {rain: rain}
    origin: {zh: 实测, en: measured}
)";
  Loaded loaded = load(good + file);
  ASSERT_EQ(loaded.errors(), "");
  check_packs(loaded.catalog, {}, loaded.problems);
  EXPECT_NE(loaded.errors().find("p/pack.yaml:13:5: 'rain' of s1 has a measured series at "
                                 "p/pack.yaml:30:5 already"),
            std::string::npos)
      << loaded.errors();
}

TEST(SeriesLoad, NoTwoDevicesAtOneTime) {
  std::string text = good;
  const std::string second = text.substr(text.find("  - simulate"));
  Loaded loaded = load(good + second);
  check_packs(loaded.catalog, {}, loaded.problems);
  EXPECT_NE(loaded.errors().find("overlaps the series at p/pack.yaml:13:5"), std::string::npos)
      << loaded.errors();
  // One after the other is well.
  std::string later = second;
  for (std::size_t at; (at = later.find("2024-07")) != std::string::npos;) {
    later.replace(at, 7, "2024-08");
  }
  Loaded fine = load(good + later);
  check_packs(fine.catalog, {}, fine.problems);
  EXPECT_EQ(fine.errors(), "");
}

}  // namespace
}  // namespace cairn::model
