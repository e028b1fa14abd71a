// SPDX-License-Identifier: Apache-2.0
#include "model/series_file.hpp"

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::model {
namespace {

constexpr Zone china{8 * 3600};

SeriesFile level_file() {
  SeriesFile series;
  series.thing = "g1";
  series.time_columns = {"time"};
  series.zone = china;
  series.columns = {{"level", "level"}};
  series.missing = {"NA", "-999"};
  series.source = "s";
  series.place = "pack.yaml:7:3";
  return series;
}

struct Read {
  Records records;
  Problems problems;

  std::string text() const {
    std::string out;
    for (const Observation& o : records.observations) {
      out += format("{} {} {}\n", to_string(o.time.begin, china), o.property, o.value);
    }
    for (const Error& error : problems.errors) out += to_string(error) + "\n";
    return out;
  }
};

Read read(std::string_view text, const SeriesFile& series = level_file()) {
  Read out;
  read_series_text(text, "d.csv", series, out.records, out.problems);
  return out;
}

TEST(SeriesFile, ReadsCsvByHeader) {
  const Read got = read("time,other,level\n2020-01-01T00:00,x,1.5\n2020-01-01T01:00:00Z,y,-2\n");
  EXPECT_EQ(got.text(),
            "2020-01-01T00:00:00+08:00 level 1.5\n2020-01-01T09:00:00+08:00 level -2\n");
  EXPECT_EQ(got.records.observations[0].thing, "g1");
  EXPECT_EQ(got.records.observations[0].source, "s");
  EXPECT_EQ(got.records.observations[0].time.begin, got.records.observations[0].time.end);
}

TEST(SeriesFile, FindsSeparatorByteOrderMarkAndComments) {
  EXPECT_EQ(read("\xEF\xBB\xBF# note, with; separators\ntime;level\n2020-01-01 00:00;1\n").text(),
            "2020-01-01T00:00:00+08:00 level 1\n");
  EXPECT_EQ(read("time\tlevel\r\n2020-01-01\t1\r\n").text(), "2020-01-01T00:00:00+08:00 level 1\n");
}

TEST(SeriesFile, ReadsTimesOfLoggersAndOfColumns) {
  EXPECT_EQ(read("time,level\n8/17/2015 0:15,3\n").text(), "2015-08-17T00:15:00+08:00 level 3\n");
  SeriesFile parts = level_file();
  parts.time_columns = {"y", "m", "d", "h"};
  EXPECT_EQ(read("y,m,d,h,level\n2013,3,1,0,5\n2013,3,1,23,6\n", parts).text(),
            "2013-03-01T00:00:00+08:00 level 5\n2013-03-01T23:00:00+08:00 level 6\n");
  // Midnight as 24:00 is the next day's beginning.
  EXPECT_EQ(read("y,m,d,h,level\n2016,2,28,24,5\n", parts).text(),
            "2016-02-29T00:00:00+08:00 level 5\n");
}

TEST(SeriesFile, ReadsColumnsWithoutHeader) {
  SeriesFile series = level_file();
  series.format = "columns";
  series.time_columns = {"$2", "$3", "$4"};
  series.columns = {{"$5", "level"}};
  EXPECT_EQ(
      read("# gauge\n01547700 2000 01 02    16.50 A\r\n\n01547700\t2000 1 3 -999 A:e\n", series)
          .text(),
      "2000-01-02T00:00:00+08:00 level 16.5\n");
  series.columns = {{"$17", "level"}};
  const Read none = read("a 2000 1 1 1\n", series);
  ASSERT_EQ(none.problems.errors.size(), 1u);
  EXPECT_NE(none.text().find("d.csv has no column '$17'"), std::string::npos);
}

TEST(SeriesFile, MissingValuesAreNoValues) {
  EXPECT_EQ(
      read("time,level\n2020-01-01,NA\n2020-01-02,\n2020-01-03, -999 \n2020-01-04,0\n").text(),
      "2020-01-04T00:00:00+08:00 level 0\n");
}

TEST(SeriesFile, ScalesConvertsAndCoversTime) {
  SeriesFile series = level_file();
  series.lasts = *parse_span("1mo");
  series.columns[0].scale = 10;
  series.columns[0].offset = -5;
  series.columns[0].unit = *parse_unit("cm");
  series.columns[0].to = *parse_unit("m");
  const Read got = read("time,level\n2020-02-01,2\n", series);
  ASSERT_EQ(got.records.observations.size(), 1u);
  EXPECT_DOUBLE_EQ(got.records.observations[0].value, 0.15);
  EXPECT_EQ(to_string(got.records.observations[0].time, china), "2020-02");
}

TEST(SeriesFile, ABadRowIsReportedWithItsLineAndTheRestIsKept) {
  const Read got = read(
      "# one line of "
      "comment\ntime,level\n2020-01-01,1\nyesterday,2\n2020-13-01,2\n2020-01-02,high\n"
      "2020-01-03,nan\n2020-01-04,1e999\n2020-01-05,4\n");
  EXPECT_EQ(got.records.observations.size(), 2u) << got.text();
  ASSERT_EQ(got.problems.errors.size(), 5u) << got.text();
  EXPECT_EQ(to_string(got.problems.errors[0]),
            "d.csv:4: 'yesterday' is not a time: write it as 2024-07-01T08:00");
  EXPECT_EQ(got.problems.errors[1].place, "d.csv:5");
  EXPECT_EQ(to_string(got.problems.errors[2]), "d.csv:6: 'high' in column level is not a number");
}

TEST(SeriesFile, ACutRowHasNoValue) {
  const Read got = read("time,level\n2020-01-01\n2020-01-02,1\n");
  EXPECT_EQ(got.text(), "2020-01-02T00:00:00+08:00 level 1\n");
}

TEST(SeriesFile, ADecimalCommaIsNotPassedOver) {
  const Read got = read("time,level\n2020-01-01,1,5\n2020-01-02,1\n");
  EXPECT_EQ(got.records.observations.size(), 1u);
  EXPECT_NE(got.text().find("d.csv:2: 3 fields where the header has 2"), std::string::npos);
}

TEST(SeriesFile, ReadsTheDatesOfSpreadsheets) {
  EXPECT_EQ(read("time,level\n2020/1/2 8:05,1\n8/17/2015 0:15,2\n").text(),
            "2020-01-02T08:05:00+08:00 level 1\n2015-08-17T00:15:00+08:00 level 2\n");
}

TEST(SeriesFile, TheSameMistakeInEveryRowIsReportedBoundedly) {
  std::string text = "time,level\n";
  for (int i = 0; i < 5000; ++i) text += "2020-01-01,x\n";
  const Read got = read(text);
  ASSERT_EQ(got.problems.errors.size(), 6u);
  EXPECT_EQ(to_string(got.problems.errors[5]), "d.csv: 4995 more rows with mistakes");
}

TEST(SeriesFile, OneTimeWithTwoValuesIsAMistake) {
  // The same row twice says nothing wrong, nor does a value beside a gap.
  EXPECT_TRUE(read("time,level\n2020-01-01,1\n2020-01-01,1\n2020-01-01,NA\n").problems.ok());
  const Read got = read("time,level\n2020-01-01,1\n2020-01-02,5\n2020-01-01,2\n");
  ASSERT_EQ(got.problems.errors.size(), 1u);
  EXPECT_EQ(to_string(got.problems.errors[0]),
            "d.csv:4: 2020-01-01T00:00:00+08:00 stands here with 2 and in line 2 with 1, in column "
            "level: keep one");
  EXPECT_EQ(got.records.observations.size(), 3u);
}

TEST(SeriesFile, SuggestsTheColumnThatWasMeant) {
  EXPECT_EQ(read("Time,level\n2020-01-01,1\n").text(),
            "pack.yaml:7:3: d.csv has no column 'time'; did you mean 'Time'?\n");
}

TEST(SeriesFile, AnUnclosedQuoteIsAnErrorWithItsPlace) {
  const Read got = read("time,level\n2020-01-01,\"1\n");
  ASSERT_EQ(got.problems.errors.size(), 1u) << got.text();
  EXPECT_NE(got.problems.errors[0].place.find("d.csv"), std::string::npos);
}

TEST(SeriesFile, NothingIsRead) {
  EXPECT_EQ(read("").text(), "");
  EXPECT_EQ(read("# only a comment").text(), "");
  EXPECT_EQ(read("time,level\n").text(), "");
}

}  // namespace
}  // namespace cairn::model
