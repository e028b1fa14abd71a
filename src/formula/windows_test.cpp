// SPDX-License-Identifier: Apache-2.0
#include "formula/windows.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::formula {
namespace {

constexpr Zone zone{8 * 3600};
constexpr std::span<const model::Sample> no_samples;

Instant at(std::string_view text) {
  return *parse_instant(text, zone);
}

model::Sample sample(std::string_view time, double value) {
  return {{at(time), at(time)}, value, false, 0};
}

model::Sample period(std::string_view text, double value) {
  return {*parse_period(text, zone), value, false, 0};
}

Window window(WindowFunction function, bool counter = false) {
  Window w;
  w.function = function;
  w.counter = counter;
  w.per_ns = 3600 * ns_per_second;
  return w;
}

TEST(Windows, RateNeedsTwoSamplesAndTime) {
  const auto rate = window(WindowFunction::rate);
  EXPECT_EQ(window_value(rate, no_samples).lack, Lack::missing);
  const std::vector<model::Sample> one{sample("2020-01-01T00:00", 5)};
  EXPECT_EQ(window_value(rate, one).lack, Lack::few_samples);
  const std::vector<model::Sample> three{sample("2020-01-01T00:00", 5),
                                         sample("2020-01-01T00:30", 100),
                                         sample("2020-01-01T02:00", 11)};
  EXPECT_EQ(window_value(rate, three).value, 3);
  EXPECT_EQ(window_value(window(WindowFunction::delta), three).value, 6);
}

TEST(Windows, CountersRestartAtZero) {
  const std::vector<model::Sample> samples{
      sample("2020-01-01T00:00", 90), sample("2020-01-01T01:00", 96), sample("2020-01-01T02:00", 4),
      sample("2020-01-01T03:00", 9)};
  EXPECT_EQ(window_value(window(WindowFunction::delta, true), samples).value, 6 + 4 + 5);
  EXPECT_EQ(window_value(window(WindowFunction::rate, true), samples).value, 5);
  EXPECT_EQ(window_value(window(WindowFunction::delta, false), samples).value, -81);
}

TEST(Windows, CountOfNothingIsZero) {
  EXPECT_EQ(window_value(window(WindowFunction::count), no_samples).lack, Lack::present);
  EXPECT_EQ(window_value(window(WindowFunction::sum), no_samples).lack, Lack::missing);
}

TEST(Windows, AMillionSamplesAreAValueAndOneMoreIsNone) {
  std::vector<model::Sample> samples(limits::window_samples, sample("2020-01-01T00:00", 1));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i].time.end = samples[i].time.begin = samples[i].time.end + static_cast<int>(i);
  }
  EXPECT_EQ(window_value(window(WindowFunction::sum), samples).value, 1 << 20);
  samples.push_back(samples.back());
  for (const auto function : {WindowFunction::count, WindowFunction::sum, WindowFunction::last,
                              WindowFunction::delta, WindowFunction::quantile}) {
    EXPECT_EQ(window_value(window(function), samples).lack, Lack::many_samples);
  }
  EXPECT_STREQ(to_string(Lack::many_samples), "too many samples in the window");
}

// Of instants a summary says as much about a period as the samples do.
TEST(Windows, APeriodOfInstantsNeedsNoSamples) {
  model::PropertyDef hourly;
  hourly.every = Span{3600 * ns_per_second, 0};
  const std::vector<model::Sample> samples{
      sample("2020-03-01T01:00", 2), sample("2020-03-01T05:00", 7), sample("2020-03-02T00:00", 4)};
  const Interval day = *parse_period("2020-03-01", zone);
  for (const auto function : {WindowFunction::sum, WindowFunction::avg, WindowFunction::min,
                              WindowFunction::last, WindowFunction::delta}) {
    model::WindowSummary summary;
    for (const model::Sample& one : samples) summary.add(one, 15);
    const Windowed a = period_value(function, hourly, day, zone, samples);
    const Windowed b = period_value(function, hourly, day, zone, summary);
    EXPECT_EQ(a.value, b.value);
    EXPECT_EQ(a.reported, b.reported);
    EXPECT_EQ(a.expected, b.expected);
    EXPECT_EQ(a.lack, b.lack);
  }
}

TEST(Windows, CalendarWindows) {
  const Instant as_of = at("2021-01-01");  // the end of 2020
  const Over year{Over::Form::calendar, PeriodKind::year, {}};
  EXPECT_EQ(over_interval(year, as_of, zone), *parse_period("2020", zone));
  EXPECT_EQ(over_interval(year, at("2020-06-01"), zone), *parse_period("2020", zone));
  const Over last{Over::Form::last_calendar, PeriodKind::quarter, {}};
  EXPECT_EQ(over_interval(last, at("2020-05-01"), zone), *parse_period("2020-Q1", zone));
  const Over ytd{Over::Form::to_date, PeriodKind::year, {}};
  EXPECT_EQ(over_interval(ytd, at("2020-05-01"), zone),
            (Interval{at("2020-01-01"), at("2020-05-01")}));
  const Over moving{Over::Form::moving, PeriodKind::year, Span{0, 12}};
  EXPECT_EQ(over_interval(moving, at("2020-05-01"), zone),
            (Interval{at("2019-05-01"), at("2020-05-01")}));
}

TEST(Windows, PeriodsCountWhatTheyMiss) {
  model::PropertyDef monthly;
  monthly.period = PeriodKind::month;
  const Interval year = *parse_period("2020", zone);
  std::vector<model::Sample> samples{period("2019-12", 100), period("2020-01", 1),
                                     period("2020-03", 3)};
  const Windowed sum = period_value(WindowFunction::sum, monthly, year, zone, samples);
  EXPECT_EQ(sum.value, 4);
  EXPECT_EQ(sum.reported, 2u);
  EXPECT_EQ(sum.expected, 12u);
  // The year's own figure covers its months and is not added to them.
  samples.push_back(period("2020", 50));
  const Windowed whole = period_value(WindowFunction::sum, monthly, year, zone, samples);
  EXPECT_EQ(whole.value, 50);
  EXPECT_EQ(whole.reported, 12u);
}

TEST(Windows, InstantsOnTheEdgeBelongToTheEarlierPeriod) {
  model::PropertyDef hourly;
  hourly.every = Span{3600 * ns_per_second, 0};
  const std::vector<model::Sample> samples{
      sample("2020-03-01T00:00", 1), sample("2020-03-01T01:00", 2), sample("2020-03-02T00:00", 4)};
  const Windowed day =
      period_value(WindowFunction::sum, hourly, *parse_period("2020-03-01", zone), zone, samples);
  EXPECT_EQ(day.value, 6);
  EXPECT_EQ(day.reported, 2u);
  EXPECT_EQ(day.expected, 24u);
}

}  // namespace
}  // namespace cairn::formula
