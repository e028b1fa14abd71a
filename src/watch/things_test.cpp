// SPDX-License-Identifier: Apache-2.0
#include "watch/things.hpp"

#include <gtest/gtest.h>

#include "watch/test_view.hpp"

namespace cairn::watch {
namespace {

class ThingsTest : public ::testing::Test {
 protected:
  std::string ids(ThingFilter filter, std::string_view date = "2020") {
    const View at = view.at(date);
    const auto found = find_things(at, filter);
    if (!found) return to_string(found.error());
    std::string out;
    for (const ThingRef t : *found) out += at.snapshot.tables[t.type]->ids[t.row];
    return out;
  }
  PropertyValue property(std::string_view id, std::string_view name, std::string_view date) {
    const View at = view.at(date);
    const ThingRef thing = *find_thing(at, id);
    const int index = at.catalog().types[thing.type].property_index(name);
    return property_value(at, thing, static_cast<std::size_t>(index));
  }
  TestView view;
};

TEST_F(ThingsTest, AreFoundByEverything) {
  EXPECT_EQ(ids({}), "abc");
  EXPECT_EQ(ids({}, "2018"), "ac");
  EXPECT_EQ(ids({.status = model::Life::retired}), "d");
  EXPECT_EQ(ids({.region = view.region("513402")}), "c");
  EXPECT_EQ(ids({.text = "mast"}), "a");
  EXPECT_EQ(ids({.box = geo::Box{102.5, 27, 103, 28}}), "b");
  EXPECT_NE(ids({.type = "sit"}).find("did you mean 'site'"), std::string::npos);
}

TEST_F(ThingsTest, AThingThatIsGoneIsStillFoundById) {
  EXPECT_TRUE(find_thing(view.at("2024"), "b"));
  EXPECT_EQ(find_thing(view.at("2024"), "nobody").error().code, Code::not_found);
}

TEST_F(ThingsTest, PropertiesAreReadAsTheirKind) {
  const PropertyValue height = property("a", "height_m", "2020");
  EXPECT_EQ(height.value, 30);
  EXPECT_TRUE(height.estimated);
  EXPECT_EQ(property("a", "double", "2020").value, 6000);
  EXPECT_EQ(property("c", "height_m", "2020").reason, "no_data");
  EXPECT_EQ(property("b", "load", "2022").reason, "no_data");
  EXPECT_EQ(property("a", "load", "2020").reason, "not_yet");
  const PropertyValue fresh = property("a", "load", "2021-06-01T07:00:00+08:00");
  EXPECT_EQ(fresh.value, 6);
  EXPECT_FALSE(fresh.stale);
  EXPECT_TRUE(property("a", "load", "2021-06-02").stale);
}

TEST_F(ThingsTest, ManyValuesAreThoseOfEach) {
  const View at = view.at("2020");
  const auto found = *find_things(at, {.type = "site"});
  const auto index = static_cast<std::size_t>(at.catalog().type("site")->property_index("double"));
  EXPECT_EQ(property_numbers(at, found, index),
            (std::vector<std::optional<double>>{6000, 8000, std::nullopt}));
  for (std::size_t p = 0; p < at.catalog().type("site")->properties.size(); ++p) {
    const auto numbers = property_numbers(at, found, p);
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(numbers[i], property_value(at, found[i], p).value) << p << ' ' << i;
    }
  }
}

TEST_F(ThingsTest, ASeriesIsThinnedToMeansWithTheirExtremes) {
  const View at = view.at("2022");
  const ThingRef a = *find_thing(at, "a");
  const auto load = static_cast<std::size_t>(at.catalog().type("site")->property_index("load"));
  const ThingSeries all = thing_series(at, a, load, Instant::min(), Instant::max(), 10);
  EXPECT_FALSE(all.aggregated);
  ASSERT_EQ(all.points.size(), 6u);
  const ThingSeries thin = thing_series(at, a, load, Instant::min(), Instant::max(), 2);
  EXPECT_TRUE(thin.aggregated);
  EXPECT_EQ(thin.count, 6u);
  ASSERT_EQ(thin.points.size(), 2u);
  EXPECT_EQ(thin.points[0].value, 2);
  EXPECT_EQ(thin.points[0].least, 1);
  EXPECT_EQ(thin.points[0].greatest, 3);
  EXPECT_EQ(thin.points[1].value, 5);
  EXPECT_EQ(thing_series(at, a, load, all.points[1].at, all.points[3].at, 10).points.size(), 2u);
}

}  // namespace
}  // namespace cairn::watch
