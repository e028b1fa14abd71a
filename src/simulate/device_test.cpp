// SPDX-License-Identifier: Apache-2.0
#include "simulate/device.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace cairn::simulate {
namespace {

constexpr std::int64_t minute_ns = 60 * ns_per_second;

enum Out : std::size_t { a, hour, day, dice, index, first_a };

// Says back what it is given.
class Echo final : public Model {
 public:
  explicit Echo(std::span<const double> start) : start_(start[0]) {}
  void step(const Step& now, Random& random, std::span<double> out) override {
    out[a] = now.parameters[0] + now.parameters[1];
    out[hour] = now.hour;
    out[day] = now.day_of_year;
    out[dice] = random.uniform();
    out[index] = now.index == 2 ? NAN : now.elapsed_s;
    out[first_a] = start_;
  }

 private:
  double start_;
};

Kind echo() {
  Kind kind;
  kind.id = "echo";
  kind.parameters = {{"level", "m", 1, 0, 10, "", ""}, {"more", "m", 0, -5, 5, "", ""}};
  kind.outputs = {{"a", "m", "", ""},    {"hour", "h", "", ""},  {"day", "d", "", ""},
                  {"dice", "1", "", ""}, {"index", "s", "", ""}, {"first_a", "m", "", ""}};
  kind.make = [](std::span<const double> given) -> std::unique_ptr<Model> {
    return std::make_unique<Echo>(given);
  };
  return kind;
}

Setting quarter_day() {
  Setting setting;
  setting.zone = Zone{8 * 3600};
  setting.from = start_of({2024, 3, 1}, setting.zone) + 18 * 60 * minute_ns;
  setting.to = setting.from + 360 * minute_ns;
  setting.every_ns = 60 * minute_ns;
  return setting;
}

Rows rows_of(const Setting& setting) {
  auto rows = run(echo(), setting);
  EXPECT_TRUE(rows.has_value()) << (rows ? "" : rows.error().message);
  return rows ? *rows : Rows{};
}

std::string error_of(const Setting& setting) {
  const auto rows = run(echo(), setting);
  return rows ? "" : rows.error().message;
}

TEST(Device, GivesOneReadingAStepInLocalTime) {
  const Setting setting = quarter_day();
  const Rows rows = rows_of(setting);
  ASSERT_EQ(rows.times.size(), 6u) << "none at the end";
  ASSERT_EQ(rows.columns.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(rows.times[i], setting.from + static_cast<std::int64_t>(i) * 60 * minute_ns);
    EXPECT_DOUBLE_EQ(rows.columns[hour][i], 18 + static_cast<double>(i));
    EXPECT_DOUBLE_EQ(rows.columns[day][i], 60 + (18 + static_cast<double>(i)) / 24)
        << "31 days of January and 29 of February before";
  }
  EXPECT_TRUE(std::isnan(rows.columns[index][2]));
  EXPECT_EQ(rows.columns[index][5], 5 * 3600);
  Setting longer = setting;
  longer.to = longer.to + 1;
  EXPECT_EQ(rows_of(longer).times.size(), 7u) << "one at the end of the whole steps";
}

TEST(Device, ParametersChangeForATime) {
  Setting setting = quarter_day();
  setting.with = {{"level", 2}};
  const auto at = [&](int h) { return setting.from + h * 60 * minute_ns; };
  setting.changes = {
      {at(0), at(2), "level", 5}, {at(1), at(4), "level", 7}, {at(3), at(9), "more", 1}};
  const Rows rows = rows_of(setting);
  EXPECT_EQ(rows.columns[a], (std::vector<double>{5, 7, 7, 8, 3, 3})) << "the last one counts";
  EXPECT_EQ(rows.columns[first_a][5], 5) << "it begins with what holds at the start";
}

TEST(Device, GoesOnWhileItIsSilent) {
  Setting setting = quarter_day();
  const Rows whole = rows_of(setting);
  const auto at = [&](int h) { return setting.from + h * 60 * minute_ns; };
  setting.silences = {{at(1), at(3)}, {at(5), at(6)}};
  const Rows heard = rows_of(setting);
  ASSERT_EQ(heard.times, (std::vector<Instant>{at(0), at(3), at(4)}));
  EXPECT_EQ(heard.columns[dice][1], whole.columns[dice][3]) << "its dice rolled on";
}

TEST(Device, SeedDecidesEveryBit) {
  Setting setting = quarter_day();
  const Rows one = rows_of(setting);
  EXPECT_EQ(one.columns[dice], rows_of(setting).columns[dice]);
  setting.seed = 2;
  EXPECT_NE(one.columns[dice], rows_of(setting).columns[dice]);
}

TEST(Device, RefusesWhatItDoesNotUnderstand) {
  const auto with = [](auto change) {
    Setting setting = quarter_day();
    change(setting);
    return error_of(setting);
  };
  EXPECT_EQ(with([](Setting& s) {
              s.with = {{"levle", 1}};
            }),
            "'echo' has no parameter 'levle'; did you mean 'level'?; it has level, more");
  EXPECT_EQ(with([](Setting& s) {
              s.with = {{"level", 11}};
            }),
            "'level' is 11 m; it must be from 0 to 10");
  EXPECT_NE(with([](Setting& s) { s.with = {{"level", NAN}}; }), "");
  EXPECT_NE(with([](Setting& s) { s.changes = {{s.from, s.to, "more", -6}}; }), "");
  EXPECT_NE(with([](Setting& s) { s.changes = {{s.from, s.to, "less", 0}}; }), "");
  EXPECT_EQ(with([](Setting& s) { s.every_ns = 0; }), "a simulated device needs 'every'");
  EXPECT_EQ(with([](Setting& s) { s.to = s.from; }), "'to' must be later than 'from'");
  EXPECT_EQ(with([](Setting& s) { s.every_ns = 1; }), "21600000000000 readings; at most 2000000");
  EXPECT_NE(with([](Setting& s) {
              s.from = Instant::min();
              s.to = Instant::max();
            }).find("readings; at most"),
            std::string::npos);
}

TEST(Device, CountsStepsOfAnySpan) {
  EXPECT_EQ(steps_of({0}, {10}, 3), 4u);
  EXPECT_EQ(steps_of({0}, {9}, 3), 3u);
  EXPECT_EQ(steps_of({5}, {5}, 3), 0u);
  EXPECT_EQ(steps_of({6}, {5}, 3), 0u);
  EXPECT_EQ(steps_of({0}, {5}, 0), 0u);
  EXPECT_EQ(steps_of(Instant::min(), Instant::max(), 1), UINT64_MAX);
}

// What the header of Random promises, against values of another program.
TEST(SimulateRandom, IsSplitMix) {
  Random random(1234567);
  EXPECT_EQ(random.bits(), 6457827717110365317u);
  EXPECT_EQ(random.bits(), 3203168211198807973u);
  EXPECT_EQ(random.bits(), 9817491932198370423u);
  double sum = 0, squares = 0, events = 0;
  constexpr int n = 100'000;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform();
    ASSERT_TRUE(u >= 0 && u < 1);
    const double x = random.normal();
    sum += x;
    squares += x * x;
    events += random.poisson(3);
  }
  EXPECT_NEAR(sum / n, 0, 0.015);
  EXPECT_NEAR(squares / n, 1, 0.02);
  EXPECT_NEAR(events / n, 3, 0.03);
}

}  // namespace
}  // namespace cairn::simulate
