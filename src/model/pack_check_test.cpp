// SPDX-License-Identifier: Apache-2.0
#include "model/pack_check.hpp"

#include <gtest/gtest.h>

namespace cairn::model {
namespace {

// A pack with a layer, a rule and a replay over a type that another pack declares.
Catalog catalog() {
  Catalog out;
  TypeDef gauge;
  gauge.name = "gauge";
  gauge.pack = "base";
  gauge.properties.emplace_back();
  gauge.properties[0].name = "level";
  out.types = {gauge};
  LayerDef layer;
  layer.type = "gauge";
  layer.colour_by = "level";
  layer.place = "pack.yaml:7:5";
  out.layers = {layer};
  RuleDef rule;
  rule.id = "flood";
  rule.pack = "demo";
  rule.type = "gauge";
  rule.place = "pack.yaml:9:5";
  out.rules = {rule};
  PackDef pack;
  pack.id = "demo";
  pack.directory = "packs/demo";
  pack.answers = {{"panxi", 2, "建设 5G"}};
  ReplayExpectation replay;
  replay.rule = "flood";
  replay.place = "pack.yaml:20:5";
  pack.replay = {replay};
  out.packs = {pack};
  return out;
}

std::string checked(const Catalog& catalog,
                    std::vector<std::string> lines = {"前言", "建设5G基站"}) {
  Plan plan;
  plan.id = "panxi";
  plan.lines = std::move(lines);
  Problems problems;
  check_packs(catalog, {plan}, problems);
  std::string out;
  for (const Error& error : problems.errors) out += to_string(error) + "\n";
  for (const Error& warning : problems.warnings) out += "warning " + to_string(warning) + "\n";
  return out;
}

TEST(CheckPacks, HasNothingToSayOfAGoodOne) {
  EXPECT_EQ(checked(catalog()), "");
}

TEST(CheckPacks, ReadsQuotesAgainstThePlan) {
  EXPECT_EQ(checked(catalog(), {"建设5G", "前言"}),
            "packs/demo/pack.yaml: 'answers', panxi line 2: the quote does not begin on line 2; it "
            "begins on line 1\n");
  Catalog other = catalog();
  other.packs[0].answers[0].plan = "elsewhere";
  EXPECT_EQ(checked(other),
            "warning packs/demo/pack.yaml: 'answers' quotes the plan 'elsewhere', which is not "
            "loaded\n");
}

TEST(CheckPacks, KnowsTypesAndPropertiesOfAllPacks) {
  Catalog wrong = catalog();
  wrong.layers[0].type = "gouge";
  EXPECT_EQ(checked(wrong),
            "pack.yaml:7:5: no pack declares the type 'gouge'; did you mean 'gauge'?\n");
  wrong = catalog();
  wrong.layers[0].colour_by = "leval";
  EXPECT_EQ(checked(wrong),
            "pack.yaml:7:5: 'colour_by': the type gauge has no property 'leval'; did you mean "
            "'level'?\n");
  for (const char* fine : {"", "status"}) {
    wrong.layers[0].colour_by = fine;
    EXPECT_EQ(checked(wrong), "");
  }
  wrong = catalog();
  wrong.rules[0].type = "guage";
  EXPECT_EQ(checked(wrong),
            "pack.yaml:9:5: no pack declares the type 'guage'; did you mean 'gauge'?\n");
}

TEST(CheckPacks, AReplayNamesARuleOfItsOwnPack) {
  Catalog wrong = catalog();
  wrong.packs[0].replay[0].rule = "flod";
  EXPECT_EQ(checked(wrong), "pack.yaml:20:5: the pack has no rule 'flod'; did you mean 'flood'?\n");
  wrong = catalog();
  wrong.rules[0].pack = "base";
  EXPECT_EQ(checked(wrong), "pack.yaml:20:5: the pack has no rule 'flood'\n");
}

}  // namespace
}  // namespace cairn::model
