// SPDX-License-Identifier: Apache-2.0
#include "model/band_load.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"

namespace cairn::model {
namespace {

const std::string good = R"(label: {zh: 七百兆, en: 700 MHz}
technology: 5g
aliases: [NR700]
numbers:
  downlink_mhz: {value: 773, source: a}
  uplink_mhz: {value: 718, source: b, recalled: true}
  bandwidth_mhz: {value: 30, source: c}
  resource_blocks: {value: 160, source: d}
  power_dbm: {value: 53.8, source: e}
  antenna_gain_dbi: {value: 15, source: f}
  rsrp_threshold_dbm: {value: -110, source: g}
)";

struct Loaded {
  Catalog catalog;
  Problems problems;
};

void read(const std::string& id, const std::string& text, Loaded& into) {
  const auto node = parse_yaml(text, "packs/x/pack.yaml");
  ASSERT_TRUE(node) << to_string(node.error());
  read_band(id, *node, "packs/x/pack.yaml", "x", into.catalog, into.problems);
}

// The text with one line put in place of another, and what is said about it.
std::string complaint(const std::string& line, const std::string& instead) {
  std::string text = good;
  const auto at = text.find(line);
  EXPECT_NE(at, std::string::npos) << line;
  text.replace(at, line.size(), instead);
  Loaded loaded;
  read("n28", text, loaded);
  EXPECT_TRUE(loaded.catalog.bands.empty());
  return loaded.problems.errors.empty() ? "" : to_string(loaded.problems.errors[0]);
}

TEST(BandLoad, KeepsEveryNumberWithItsSourceAndPlace) {
  Loaded loaded;
  read("n28", good, loaded);
  ASSERT_TRUE(loaded.problems.ok()) << to_string(loaded.problems.errors[0]);
  ASSERT_EQ(loaded.catalog.bands.size(), 1u);
  const BandDef& band = loaded.catalog.bands[0];
  EXPECT_EQ(band.id, "n28");
  EXPECT_EQ(band.pack, "x");
  EXPECT_EQ(band.label.en, "700 MHz");
  EXPECT_EQ(band.technology, "5g");
  EXPECT_EQ(band.numbers.size(), 7u);
  ASSERT_NE(band.number("uplink_mhz"), nullptr);
  EXPECT_EQ(*band.number("uplink_mhz"), (BandNumber{.key = "uplink_mhz",
                                                    .value = 718,
                                                    .source = "b",
                                                    .recalled = true,
                                                    .place = "packs/x/pack.yaml:6:15"}));
  EXPECT_FALSE(band.number("power_dbm")->recalled);
}

TEST(BandLoad, SaysWhereAndWhatIsWrong) {
  EXPECT_EQ(complaint("power_dbm: {value: 53.8, source: e}", "power_dbn: {value: 53.8, source: e}"),
            "packs/x/pack.yaml:5:3: 'power_dbm' is missing");
  EXPECT_EQ(complaint("value: 53.8, source: e", "value: 240, source: e"),
            "packs/x/pack.yaml:9:14: power_dbm 240 dBm is not within 0 to 70 dBm");
  EXPECT_EQ(complaint("{value: 53.8, source: e}", "53.8"),
            "packs/x/pack.yaml:9:14: 'power_dbm' needs a value and where it comes from: {value: …, "
            "source: …}");
  EXPECT_EQ(complaint(", source: e", ""), "packs/x/pack.yaml:9:14: 'source' is missing");
  EXPECT_EQ(complaint("value: 160", "value: 160.5"),
            "packs/x/pack.yaml:8:20: resource_blocks 160.5 must be a whole number");
  EXPECT_EQ(
      complaint("value: 160", "value: 200"),
      "packs/x/pack.yaml:1:1: 200 resource blocks take 36000 kHz, more than bandwidth_mhz 30");
  EXPECT_EQ(complaint("technology: 5g", "technology: 6g"),
            "packs/x/pack.yaml:1:1: technology '6g' is not one of: 2g, 3g, 4g, 5g, nb-iot");
  EXPECT_EQ(complaint("value: 773", "value: many"),
            "packs/x/pack.yaml:5:25: 'value' must be a number");
}

TEST(BandLoad, ATypingErrorInAKeyGetsASuggestion) {
  Loaded loaded;
  read("n28", good + "  feeder_los_db: {value: 1, source: h}\n", loaded);
  ASSERT_EQ(loaded.problems.errors.size(), 1u);
  EXPECT_EQ(to_string(loaded.problems.errors[0]),
            "packs/x/pack.yaml:12:3: unknown key 'feeder_los_db'; did you mean 'feeder_loss_db'?");
}

TEST(BandLoad, TimeIsNotGivenTwice) {
  const std::string both =
      "uplink_mhz: {value: 773, source: b}\n"
      "  uplink_share: {value: 0.4, source: h}\n"
      "  downlink_share: {value: 0.7, source: h}";
  EXPECT_NE(complaint("uplink_mhz: {value: 718, source: b, recalled: true}", both).find("above 1"),
            std::string::npos);
}

TEST(BandLoad, ANameMeansOneBandOnly) {
  Loaded loaded;
  read("n28", good, loaded);
  read("nr700", good, loaded);
  EXPECT_EQ(loaded.catalog.bands.size(), 1u);
  ASSERT_FALSE(loaded.problems.errors.empty());
  EXPECT_EQ(to_string(loaded.problems.errors[0]),
            "packs/x/pack.yaml:1:1: the band 'n28' at packs/x/pack.yaml:1:1 is called 'NR700' "
            "already");
}

}  // namespace
}  // namespace cairn::model
