// SPDX-License-Identifier: Apache-2.0
#include "codec/influx.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <string>

#include "codec/detail/number.hpp"
#include "codec/test_decode.hpp"
#include "core/limits.hpp"

namespace cairn::codec {
namespace {

Decoded influx(std::string_view bytes, const DecodeContext& context = test_context()) {
  return decode_with(Format::influx, bytes, context);
}

TEST(Influx, FieldsAreProperties) {
  EXPECT_EQ(influx("air,thing=air-7,site=x pm25=41.5,pm10=80i,n=3u,open=t,ok=FALSE "
                   "1700000001000000000\n"
                   "air,id=air-8 pm25=-1e-3\n")
                .lines(),
            (Lines{"air-7 pm25 41.5 @1", "air-7 pm10 80 @1", "air-7 n 3 @1", "air-7 open 1 @1",
                   "air-7 ok 0 @1", "air-8 pm25 -0.001 @0"}));
}

TEST(Influx, TheTagThingGoesBeforeId) {
  EXPECT_EQ(influx("m,id=a,thing=b v=1\nm,thing=c,id=d v=2").lines(),
            (Lines{"b v 1 @0", "c v 2 @0"}));
}

TEST(Influx, PrecisionOfTimeStamps) {
  DecodeContext context = test_context();
  for (const auto& [name, stamp] :
       {std::pair("ns", "1700000060000000000"), std::pair("us", "1700000060000000"),
        std::pair("u", "1700000060000000"), std::pair("ms", "1700000060000"),
        std::pair("s", "1700000060")}) {
    context.influx_unit_ns = *influx_precision(name);
    EXPECT_EQ(influx(format("m,thing=a v=1 {}", stamp), context).lines(), (Lines{"a v 1 @60"}));
  }
  EXPECT_EQ(influx("m,thing=a v=1 1700000060000", context).refusals(),
            (Lines{"0 line 1: the time stamp is out of range; check the precision"}));
  EXPECT_FALSE(influx_precision("year"));
}

TEST(Influx, EscapesAndBlankLinesAndComments) {
  EXPECT_EQ(influx("# a comment\n\nm\\,x\\ y,th\\=x=1,thing=a\\ b\\,c\\=d f\\ g\\,h=1 \r\n  \r\n"
                   "m,thing=c\\d v=2\n")
                .lines(),
            (Lines{"a b,c=d f g,h 1 @0", "c\\d v 2 @0"}));
}

TEST(Influx, TextsAreRefusedAndTheRestOfTheLineStays) {
  const Decoded got =
      influx("m,thing=a v=1,s=\"x, \\\"y\\\" z=\n1\",w=2 1700000001000000000\nm,thing=b v=3");
  EXPECT_EQ(got.lines(), (Lines{"a v 1 @1", "a w 2 @1", "b v 3 @0"}));
  EXPECT_EQ(got.refusals(), (Lines{"0 line 1: the field 's' is a text; only numbers and truth "
                                   "values are kept"}));
  EXPECT_EQ(got.batch.readings[2].record, 2u);
}

TEST(Influx, ABadLineIsRefusedAndTheNextOneRead) {
  const Decoded got = influx(
      "m,thing=a v=1 12x\nm,thing=a\nm,thing v=1\nm,thing=a v\nm,thing=a =1\n,thing=a v=1\n"
      "m,thing=a v=1 1 2\nm,thing=a=b v=1\nm,thing=a s=\"x\nm,thing=a v=9");
  EXPECT_EQ(
      got.refusals(),
      (Lines{"0 line 1: the time stamp is not a whole number",
             "1 line 2: there are no fields behind the measurement", "2 line 3: a tag has no '='",
             "3 line 4: a field has no '='", "4 line 5: a field has no name",
             "5 line 6: the measurement is missing",
             "6 line 7: the line goes on behind the time stamp",
             "7 line 8: a tag has more than one '='", "8 line 9: a text has no closing quote"}));
  EXPECT_EQ(got.batch.refused[0].text, "m,thing=a v=1 12x");
  EXPECT_TRUE(got.lines().empty());  // the open quote swallows the last line
}

TEST(Influx, ValuesThatAreNoNumbers) {
  const Decoded got = influx("m,thing=a v=nan,w=1.5x,x=,y=0x10,z=inf,k=1");
  EXPECT_EQ(got.lines(), (Lines{"a k 1 @0"}));
  EXPECT_EQ(got.batch.refused.size(), 5u);
  EXPECT_EQ(got.refusals()[1], "0 line 1: the field 'w' has the value '1.5x', which is no number");
}

TEST(Influx, TheThingMayComeFromTheAddress) {
  EXPECT_EQ(influx("m v=1", test_context("a")).lines(), (Lines{"a v 1 @0"}));
  EXPECT_EQ(influx("m v=1").refusals(), (Lines{"0 line 1: no thing is named"}));
  EXPECT_EQ(influx("m,thing=b v=1", test_context("a")).batch.refused[0].error.code, Code::conflict);
}

TEST(Influx, BytesThatAreNoTextAreRefusedWhole) {
  const Decoded got = influx("m,thing=a v=1\nm,thing=\xff v=1");
  ASSERT_FALSE(got.status);
  EXPECT_EQ(to_string(got.status.error()), "byte 22: the message is not UTF-8");
}

TEST(Influx, LimitsHold) {
  std::string line = "m,thing=a a=1";
  for (std::size_t i = 1; i < limits::ingest_readings; ++i) line += ",a=1";
  EXPECT_EQ(influx(line).batch.readings.size(), limits::ingest_readings);
  for (const char* more : {",a=1", "\nm,thing=a v=1", "\nx"}) {
    const Decoded over = influx(line + more);
    ASSERT_FALSE(over.status);
    EXPECT_EQ(over.status.error().code, Code::too_large);
  }
}

// Looking for the line's end from each of them would take half a minute.
TEST(Influx, ManyRefusedFieldsOfALongLineTakeNoLongerThanOthers) {
  std::string line = "m,thing=a v=1";
  for (int i = 0; i < 60'000; ++i) line += ",s=\"xxxxxxxxxx\"";
  const std::clock_t begin = std::clock();
  const Decoded got = influx(line);
  EXPECT_LT(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC, 5.0);
  EXPECT_EQ(got.lines(), (Lines{"a v 1 @0"}));
  ASSERT_EQ(got.batch.refused.size(), 60'000u);
  EXPECT_LE(got.batch.refused[0].text.size(), limits::refused_text_bytes + 3);
}

TEST(Influx, ARefusedLineIsShownInWholeCharacters) {
  for (std::size_t ascii = 490; ascii <= 500; ++ascii) {
    const std::string start(ascii, 'm');
    const Decoded got = influx(start + "水水水水水水水水");
    ASSERT_EQ(got.batch.refused.size(), 1u);
    std::string shown = start;
    while (shown.size() + 3 <= limits::refused_text_bytes) shown += "水";
    EXPECT_EQ(got.batch.refused[0].text, shown + "…");
  }
}

TEST(InfluxNumber, ReadsAsTheStandardLibraryDoes) {
  for (const char* text : {"0", "-0", "1", "1.5", "-273.15", "0.1", "123456789012345678",
                           "9007199254740993", "1e22", "1e-7", "1.7976931348623157e308", "5.", ".5",
                           "+2", "0.000000000000000000000001", "99999999999999999999999"}) {
    double got = 0;
    ASSERT_TRUE(detail::read_decimal(text, got)) << text;
    EXPECT_EQ(got, std::strtod(text, nullptr)) << text;
  }
  for (const char* text :
       {"", "-", ".", "e5", "1e", "1.2.3", "0x1", "inf", "nan", "1e999", "--1", "+-1", " 1"}) {
    double got = 0;
    EXPECT_FALSE(detail::read_decimal(text, got)) << text;
  }
}

}  // namespace
}  // namespace cairn::codec
