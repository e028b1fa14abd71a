// SPDX-License-Identifier: Apache-2.0
#include "model/coverage_rule_load.hpp"

#include <gtest/gtest.h>

#include "model/memory_files.hpp"
#include "model/pack_check.hpp"
#include "model/pack_load.hpp"

namespace cairn::model {
namespace {

constexpr const char* types = R"(types:
  village: {label: 村, properties: {}}
  mast:
    label: 站
    properties:
      tech: {label: 制, kind: text}
      band: {label: 带, kind: text}
      operator: {label: 商, kind: text}
      height_m: {label: 高, unit: m}
  place: {label: 地, properties: {kind: {label: 类, kind: text}}}
)";

constexpr const char* section = R"(extends:
  village:
    properties:
      coverage_4g: {label: 四, kind: boolean}
      coverage_5g: {label: 五, kind: boolean}
coverage:
  stations: mast
  points: place
  radius_km: 12
  rules:
    coverage_4g:
      label: {zh: 四, en: Four}
      technology: 4g
      station_within_km: 5
      signal_at: [committee, school, clinic, cluster]
      least_households: 20
      operators: any
      source: rule
    coverage_5g:
      label: {zh: 五, en: Five}
      technology: 5g
      signal_at: [committee, school]
      threshold_dbm: -105
)";

struct Loaded {
  Catalog catalog;
  std::string errors;
};

// The packs by name: as folders are read, in order of their names.
Loaded load(const FileMap& packs) {
  Loaded out;
  Problems problems;
  Records records;
  for (const auto& [name, text] : packs) {
    const FileMap files{{name + "/pack.yaml", text}};
    load_pack(MemoryFiles(files), name, out.catalog, records, problems);
  }
  check_packs(out.catalog, {}, problems);
  for (const Error& error : problems.errors) out.errors += to_string(error) + "\n";
  return out;
}

std::string pack(const std::string& id, const std::string& rest) {
  return "pack: " + id + "\nlabel: 包\n" + rest;
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(CoverageRules, AreReadAsTheyStand) {
  const Loaded loaded = load({{"a", pack("a", section)}, {"b", pack("b", types)}});
  ASSERT_EQ(loaded.errors, "");
  ASSERT_TRUE(loaded.catalog.coverage.has_value());
  const CoverageDef& def = *loaded.catalog.coverage;
  EXPECT_EQ(def.radius_m, 12'000);
  EXPECT_EQ(def.model, "p1812");
  ASSERT_EQ(def.rules.size(), 2u);
  EXPECT_EQ(def.rules[0].property, "coverage_4g");
  EXPECT_EQ(def.rules[0].station_within_m, 5000);
  EXPECT_EQ(def.rules[0].signal_at.size(), 4u);
  EXPECT_EQ(def.rules[0].least_households, 20);
  EXPECT_FALSE(def.rules[0].one_operator);
  EXPECT_EQ(def.rules[0].source, "packs/a/rule");
  EXPECT_TRUE(def.rules[1].one_operator);
  EXPECT_EQ(def.rules[1].threshold_dbm, -105);
  EXPECT_FALSE(def.rules[1].least_households.has_value());
}

TEST(CoverageRules, FurtherPropertiesComeWhicheverPackIsReadFirst) {
  for (const auto& [first, second] : {std::pair{section, types}, std::pair{types, section}}) {
    const Loaded loaded = load({{"a", pack("a", first)}, {"b", pack("b", second)}});
    EXPECT_EQ(loaded.errors, "");
    const TypeDef* village = loaded.catalog.type("village");
    ASSERT_NE(village, nullptr);
    ASSERT_NE(village->property("coverage_5g"), nullptr);
    EXPECT_EQ(village->property("coverage_5g")->place.substr(0, 1), first == section ? "a" : "b");
  }
}

TEST(CoverageRules, FurtherPropertiesHaveNewNamesAndATypeThatExists) {
  const std::string twice = "extends:\n  mast:\n    properties:\n      tech: {label: 又}\n";
  const Loaded taken = load({{"a", pack("a", types)}, {"b", pack("b", twice)}});
  EXPECT_NE(taken.errors.find("b/pack.yaml:6:"), std::string::npos) << taken.errors;
  EXPECT_NE(taken.errors.find("has the property 'tech' already, from a/pack.yaml:"),
            std::string::npos)
      << taken.errors;
  const Loaded unknown =
      load({{"a", pack("a", types)}, {"b", pack("b", with(twice, "mast", "masts"))}});
  EXPECT_NE(unknown.errors.find("no pack declares the type 'masts'; did you mean 'mast'?"),
            std::string::npos)
      << unknown.errors;
}

TEST(CoverageRules, MistakesHaveTheirLineAndASuggestion) {
  struct Case {
    const char* from;
    const char* to;
    const char* expected;
  };
  const Case cases[] = {
      {"technology: 5g", "technology: 5G", "did you mean '5g'?"},
      {"committee, school]", "committee, shool]", "did you mean 'school'?"},
      {"operators: any", "operators: all", "must be one of: one, any"},
      {"radius_km: 12", "radius_km: 2000", "must be a number from 0.1 to 200, not '2000'"},
      {"radius_km: 12", "radius_km: far", "not 'far'"},
      {"radius_km: 12", "radius_k: 12", "did you mean 'radius_km'?"},
      {"threshold_dbm: -105", "threshold_dbm: 105", "from -160 to -40"},
      {"signal_at: [committee, school]", "operators: one", "asks for nothing"},
      {"radius_km: 12", "model: p1821", "did you mean 'p1812'?"},
      {"stations: mast", "stations: masts", "no pack declares the type 'masts'"},
      {"coverage_5g:\n      label: {zh: 五, en: Five}", "cover_5g:\n      label: 五",
       "the type village has no property 'cover_5g'"},
      {"coverage_5g: {label: 五, kind: boolean}", "coverage_5g: {label: 五}",
       "must be a plain property of kind boolean"},
  };
  for (const Case& c : cases) {
    const Loaded loaded =
        load({{"a", pack("a", with(section, c.from, c.to))}, {"b", pack("b", types)}});
    EXPECT_NE(loaded.errors.find(c.expected), std::string::npos) << c.to << "\n" << loaded.errors;
    EXPECT_EQ(loaded.errors.find("a/pack.yaml:"), 0u) << loaded.errors;
  }
}

TEST(CoverageRules, OnePackSaysHowItIsStudied) {
  const std::string again = "coverage:\n  rules: {}\n";
  const Loaded loaded =
      load({{"a", pack("a", std::string(types) + section)}, {"b", pack("b", again)}});
  EXPECT_NE(loaded.errors.find("said already at a/pack.yaml:"), std::string::npos) << loaded.errors;
}

}  // namespace
}  // namespace cairn::model
