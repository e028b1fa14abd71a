// SPDX-License-Identifier: Apache-2.0
#include "codec/senml.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "codec/test_decode.hpp"
#include "core/limits.hpp"
#include "core/unit.hpp"

namespace cairn::codec {
namespace {

std::string file(const std::string& name) {
  std::ifstream in(CAIRN_SOURCE_DIR "/src/codec/testdata/senml/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// The examples without a time were resolved at these moments.
Instant now_of(const std::string& example) {
  return Instant{(example == "ex7" ? 1'499'109'309 : 1'498'780'179) * ns_per_second};
}

// Compares with the standard's resolved form: as many numeric records, in its order, each with the
// same name (split in two), unit, time and the same double.
void expect_resolved(const std::string& example, const std::string& message, Format format) {
  SCOPED_TRACE(example + " " + message);
  DecodeContext context;
  context.now = now_of(example);
  const std::string bytes = file(message);
  const Decoded got = decode_with(format, bytes, context);
  ASSERT_TRUE(got.status) << to_string(got.status.error());
  std::size_t at = 0;
  for (const auto& record : nlohmann::json::parse(file(example + ".gen.resolved.json"))) {
    if (record.contains("vs")) continue;
    ASSERT_LT(at, got.batch.readings.size());
    const model::Reading& reading = got.batch.readings[at++];
    const std::string name = record["n"];
    EXPECT_EQ(
        std::string(reading.thing) + name[reading.thing.size()] + std::string(reading.property),
        name);
    EXPECT_EQ(reading.unit, senml_unit_to_ucum(record.value("u", "")).ucum);
    EXPECT_EQ(reading.time.ns / 1000, std::llround(record["t"].get<double>() * 1e6));
    const double value =
        record.contains("vb") ? (record["vb"].get<bool>() ? 1.0 : 0.0) : record["v"].get<double>();
    EXPECT_EQ(reading.value, value);
  }
  EXPECT_EQ(at, got.batch.readings.size());
  EXPECT_GT(at, 0u);
}

TEST(SenmlExamples, ResolveAsTheStandardSays) {
  for (int i = 1; i <= 12; ++i) {
    const std::string example = "ex" + std::to_string(i);
    expect_resolved(example, example + ".json", Format::senml_json);
  }
}

TEST(SenmlExamples, CborResolvesToTheSame) {
  expect_resolved("ex3", "ex3.gen.cbor", Format::senml_cbor);
  expect_resolved("ex5", "ex5.gen.cbor", Format::senml_cbor);
}

TEST(SenmlExamples, TheThirteenthHasNoResolvedFormAndIsCheckedByHand) {
  const std::string bytes = file("ex13.json");
  const Decoded got = decode_with(Format::senml_json, bytes);
  ASSERT_TRUE(got.status);
  ASSERT_EQ(got.batch.readings.size(), 4u);
  EXPECT_EQ(got.batch.readings[3].time.ns, 1'320'078'429'100'000'000);
  EXPECT_EQ(got.batch.readings[3].thing, "2001:db8:");
  EXPECT_EQ(got.batch.readings[3].property, "4");
}

TEST(SenmlExamples, TextAndDataAreRefusedWithTheirPlace) {
  const std::string bytes = file("ex7.json");
  const Decoded got = decode_with(Format::senml_json, bytes);
  EXPECT_EQ(got.refusals(),
            (Lines{"1 /1/vs: 'vs' is a text; only numbers and truth values are kept",
                   "3 /3/vd: 'vd' is binary data; only numbers and truth values are kept"}));
  EXPECT_EQ(got.batch.refused[0].text, "{  \"n\":\"label\", \"vs\":\"Machine Room\" }");
}

TEST(SenmlUnits, EveryNameOfTheStandardsIsAUnitOfOurs) {
  // RFC 8428 section 12.1, then RFC 8798 sections 2 and 3.
  for (const char* name :
       {"m",     "kg",  "g",      "s",     "A",     "K",        "cd",    "mol",   "Hz",    "rad",
        "sr",    "N",   "Pa",     "J",     "W",     "C",        "V",     "F",     "Ohm",   "S",
        "Wb",    "T",   "H",      "Cel",   "lm",    "lx",       "Bq",    "Gy",    "Sv",    "kat",
        "m2",    "m3",  "l",      "m/s",   "m/s2",  "m3/s",     "l/s",   "W/m2",  "cd/m2", "bit",
        "bit/s", "lat", "lon",    "pH",    "dB",    "dBW",      "Bspl",  "count", "/",     "%",
        "%RH",   "%EL", "EL",     "1/s",   "1/min", "beat/min", "beats", "S/m",   "B",     "VA",
        "VAs",   "var", "vars",   "J/m",   "kg/m3", "deg",      "ms",    "min",   "h",     "MHz",
        "kW",    "kVA", "kvar",   "Ah",    "Wh",    "kWh",      "varh",  "kvarh", "kVAh",  "Wh/km",
        "KiB",   "GB",  "Mbit/s", "B/s",   "MB/s",  "mV",       "mA",    "dBm",   "ug/m3", "mm/h",
        "m/h",   "ppm", "/100",   "/1000", "hPa",   "mm",       "cm",    "km",    "km/h"}) {
    const auto unit = parse_unit(senml_unit_to_ucum(name).ucum);
    EXPECT_TRUE(unit) << name << ": " << to_string(unit.error());
  }
  EXPECT_EQ(senml_unit_to_ucum("%RH").ucum, "%");
  EXPECT_EQ(senml_unit_to_ucum("furlong").ucum, "furlong");
}

TEST(SenmlUnits, BelsBecomeDecibels) {
  const Decoded got =
      decode_with(Format::senml_json, R"([{"n":"road-1/noise","u":"Bspl","v":6.5}])");
  EXPECT_EQ(got.lines(), (Lines{"road-1 noise 65 dB[SPL] @0"}));
}

Decoded json(std::string_view bytes, const DecodeContext& context = test_context()) {
  return decode_with(Format::senml_json, bytes, context);
}

TEST(SenmlNames, SplitAtTheLastSlashOrElseTheLastColon) {
  const Decoded got = json(R"([{"n":"urn:dev:ow:1/temp","v":1},{"n":"urn:dev:ow:1:temp","v":2},
      {"n":"a/b:c/d:e","v":3}])");
  EXPECT_EQ(got.lines(),
            (Lines{"urn:dev:ow:1 temp 1 @0", "urn:dev:ow:1 temp 2 @0", "a/b:c d:e 3 @0"}));
}

TEST(SenmlNames, BaseNameAndNameJoinBeforeTheyAreSplit) {
  EXPECT_EQ(json(R"([{"bn":"urn:dev:1:","n":"t","v":1},{"n":"h","v":2},
      {"bn":"gw/","n":"dev-2/t","v":3},{"bn":"dev-","n":"3:t","v":4},{"bn":"x/y","n":"z","v":5},
      {"bn":"p/q:","n":"r","v":6},{"bn":"dev-7:t","v":7},{"bn":"","n":"dev-8:t","v":8}])")
                .lines(),
            (Lines{"urn:dev:1 t 1 @0", "urn:dev:1 h 2 @0", "gw/dev-2 t 3 @0", "dev-3 t 4 @0",
                   "x yz 5 @0", "p q:r 6 @0", "dev-7 t 7 @0", "dev-8 t 8 @0"}));
}

TEST(SenmlNames, TheAddressFillsWhatIsOpenAndMustAgree) {
  const auto thing = test_context("dev-1");
  EXPECT_EQ(json(R"([{"n":"t","v":1},{"n":"dev-1:h","v":2},{"n":"dev-2:h","v":3}])", thing).lines(),
            (Lines{"dev-1 t 1 @0", "dev-1 h 2 @0"}));
  EXPECT_EQ(json(R"([{"n":"dev-2:h","v":3}])", thing).refusals(),
            (Lines{"0 record 0: the record is for 'dev-2', but the message came to the address of "
                   "'dev-1'"}));
  const auto both = test_context("dev-1", "t");
  EXPECT_EQ(json(R"([{"v":1},{"n":"t","v":2},{"n":"dev-1/t","v":3}])", both).lines(),
            (Lines{"dev-1 t 1 @0", "dev-1 t 2 @0", "dev-1 t 3 @0"}));
  EXPECT_EQ(json(R"([{"n":"h","v":1}])", both).refusals(),
            (Lines{"0 record 0: the record is for the property 'h', but the message came to the "
                   "address of 't'"}));
}

// LwM2M devices name object, instance and resource; the thing is what stands before, or the
// address.
TEST(SenmlNames, ObjectPathsStayWhole) {
  EXPECT_EQ(
      json(R"([{"bn":"lamp-7/3311/0/","n":"5850","vb":true},{"n":"5851","v":40},
      {"bn":"lamp-8/","n":"3303/0/5700","v":21},{"bn":"","n":"lamp-9:3303/1/5700","v":22},
      {"bn":"urn:dev:os:1:/3303/0/5700","v":23},{"bn":"","n":"a/12","v":1}])")
          .lines(),
      (Lines{"lamp-7 3311/0/5850 1 @0", "lamp-7 3311/0/5851 40 @0", "lamp-8 3303/0/5700 21 @0",
             "lamp-9 3303/1/5700 22 @0", "urn:dev:os:1: 3303/0/5700 23 @0", "a 12 1 @0"}));
  const auto thing = test_context("dev-1");
  EXPECT_EQ(json(R"([{"bn":"/3303/0/","n":"5700","v":1},{"bn":"3303/0/","n":"5601","v":2},
      {"bn":"dev-2/3303/0/","n":"5700","v":3}])",
                 thing)
                .lines(),
            (Lines{"dev-1 3303/0/5700 1 @0", "dev-1 3303/0/5601 2 @0"}));
}

TEST(SenmlNames, AMissingOrEndlessNameIsRefused) {
  const std::string longest(256, 'x');
  const std::string message = R"([{"v":1},{"n":"alone","v":1},{"n":"a/","v":1},{"n":"/b","v":1},)"
                              R"({"n":"a/)" +
                              longest + R"(","v":1},{"n":"a/)" + longest + R"(y","v":1}])";
  const Decoded got = json(message);
  EXPECT_EQ(got.refusals(),
            (Lines{"0 record 0: no thing is named", "1 record 1: no property is named",
                   "2 record 2: no property is named", "3 record 3: no thing is named",
                   "5 record 5: a name or unit is longer than 256 bytes"}));
  EXPECT_EQ(got.batch.readings.size(), 1u);
}

TEST(SenmlTimes, AreRelativeBelowTwoToThe28) {
  EXPECT_EQ(json(R"([{"n":"a/b","v":1,"t":-5},{"n":"a/b","v":1,"t":268435455},
      {"n":"a/b","v":1,"t":1700000001.25},{"bt":1700000000,"n":"a/b","v":1,"t":-0.5},
      {"bt":-60,"n":"a/b","v":1,"t":1}])")
                .lines(),
            (Lines{"a b 1 @-5", "a b 1 @268435455", "a b 1 @1.25", "a b 1 @-0.5", "a b 1 @-59"}));
  // 2^28 itself is absolute: in 1978.
  EXPECT_EQ(json(R"([{"n":"a/b","v":1,"t":268435456}])").batch.readings[0].time.ns,
            268'435'456 * ns_per_second);
}

TEST(SenmlTimes, KeepMicroseconds) {
  const Decoded got = json(R"([{"bt":1700000000.000001,"n":"a/b","v":1,"t":0.1}])");
  EXPECT_EQ(got.batch.readings[0].time.ns, test_now.ns + 100'001'000);
}

TEST(SenmlTimes, OutOfRangeIsRefused) {
  EXPECT_EQ(json(R"([{"n":"a/b","v":1,"t":1700000000000}])").refusals(),
            (Lines{"0 /0/t: the time is out of range; it is to be in seconds"}));
}

TEST(SenmlValues, BaseValueIsAddedAndStandsForAMissingOne) {
  EXPECT_EQ(json(R"([{"bv":20,"bn":"a/b"},{"v":0.5},{"t":-1},{"bv":0,"v":1}])").lines(),
            (Lines{"a b 20.5 @0", "a b 20 @-1", "a b 1 @0"}));
}

TEST(SenmlValues, TruthIsZeroOrOneWithoutBase) {
  EXPECT_EQ(json(R"([{"bv":20,"n":"a/b","vb":true},{"n":"a/b","vb":false}])").lines(),
            (Lines{"a b 1 @0", "a b 0 @0"}));
}

TEST(SenmlValues, ASumHasItsUnitTimesSeconds) {
  const Decoded got = json(R"([{"bs":3600,"n":"m/energy","u":"W","s":3600},
      {"n":"m/power","u":"W","v":5,"s":1},{"bs":0,"n":"m/energy","s":1}])");
  EXPECT_EQ(got.lines(), (Lines{"m energy 7200 (W).s @0", "m power 5 W @0"}));
  EXPECT_EQ(got.refusals(), (Lines{"2 /2/s: a sum needs the unit of what is summed up"}));
  const auto joule = parse_unit("J");
  const auto sum = parse_unit(got.batch.readings[0].unit);
  ASSERT_TRUE(sum);
  EXPECT_EQ(convert(7200, *sum, *joule), 7200);
}

TEST(SenmlValues, NoneOrSeveralAreRefused) {
  EXPECT_EQ(
      json(R"([{"n":"a/b"},{"n":"a/b","v":1,"vb":true},{"bn":"a/c"},{"l":"x","ut":5}])").refusals(),
      (Lines{"0 /0: the record has no value",
             "1 /1: the record has more than one of v, vb, vs and vd"}));
}

TEST(SenmlValues, ASumThatOverflowsIsRefused) {
  EXPECT_EQ(json(R"([{"bv":1e308,"n":"a/b","v":1e308}])").refusals(),
            (Lines{"0 /0/v: the value is too large"}));
}

TEST(SenmlExtensions, UnknownFieldsPassUnlessTheyMustBeUnderstood) {
  const Decoded got = json(R"([{"n":"a/b","v":1,"x":[1,{"v":7}]},{"n":"a/b","v":2,"x_":1},
      {"n":"a/b","v":3}])");
  EXPECT_EQ(got.lines(), (Lines{"a b 1 @0", "a b 3 @0"}));
  EXPECT_EQ(got.refusals(),
            (Lines{"1 /1/x_: the field 'x_' must be understood, and is not known here"}));
}

TEST(SenmlExtensions, ABaseFieldThatMustBeUnderstoodBarsTheRest) {
  const Decoded got = json(R"([{"n":"a/b","v":1},{"bz_":1,"n":"a/b","v":2},{"n":"a/b","v":3}])");
  EXPECT_EQ(got.lines(), (Lines{"a b 1 @0"}));
  ASSERT_EQ(got.batch.refused.size(), 2u);
  EXPECT_EQ(got.batch.refused[1].error.code, Code::unsupported);
}

TEST(SenmlExtensions, ALaterVersionRefusesThePack) {
  const Decoded got = json(R"([{"n":"a/b","v":1},{"bver":11,"n":"a/b","v":2}])");
  ASSERT_FALSE(got.status);
  EXPECT_EQ(got.status.error().place, "/1/bver");
  EXPECT_TRUE(got.batch.readings.empty());
  EXPECT_TRUE(json(R"([{"bver":10,"n":"a/b","v":2}])").status);
}

TEST(SenmlBases, ABrokenOneSpoilsWhatBuildsOnItUntilItIsSetAgain) {
  const Decoded got = json(R"([{"bn":5,"n":"a/b","v":1},{"n":"a/b","v":2},
      {"bn":"x/","n":"b","v":3}])");
  EXPECT_EQ(got.lines(), (Lines{"x b 3 @0"}));
  EXPECT_EQ(got.refusals(), (Lines{"0 /0/bn: 'bn' is not a text",
                                   "1 /1/bn: 'bn' of an earlier record is not a text"}));
}

TEST(SenmlLimits, ALongBaseNameIsNotKeptForEachRecord) {
  std::string pack = R"([{"bn":")" + std::string(400'000, 'x') + "\"}";
  for (int i = 0; i < 3'000; ++i) pack += R"(,{"n":"y","v":1})";
  const Decoded got = json(pack + R"(,{"bn":"a/","n":"b","v":2}])");
  EXPECT_EQ(got.lines(), (Lines{"a b 2 @0"}));
  ASSERT_EQ(got.batch.refused.size(), 3'000u);
  EXPECT_EQ(got.refusals()[0],
            "1 /1/n: base name and name have 400001 bytes together; at most 513 are read");
  EXPECT_EQ(got.batch.refused[0].error.code, Code::too_large);
  EXPECT_TRUE(got.batch.texts.empty());
}

TEST(SenmlLimits, NamesOfFullLengthMeetAtAnySeam) {
  const std::string thing(limits::ingest_name_bytes, 't');
  const std::string whole = thing + "/" + std::string(limits::ingest_name_bytes, 'p');
  for (const std::size_t seam : {std::size_t{1}, thing.size(), thing.size() + 2}) {
    const Decoded got = json(
        format(R"([{{"bn":"{}","n":"{}","v":1}}])", whole.substr(0, seam), whole.substr(seam)));
    ASSERT_EQ(got.batch.readings.size(), 1u) << seam;
    EXPECT_EQ(got.batch.readings[0].thing, thing);
  }
}

TEST(SenmlLimits, ALongBaseUnitIsNotKeptForEachSum) {
  std::string pack = R"([{"bn":"a/b","bu":")" + std::string(400'000, 'W') + "\"}";
  for (int i = 0; i < 3'000; ++i) pack += R"(,{"s":1})";
  const Decoded got = json(pack + "]");
  ASSERT_EQ(got.batch.refused.size(), 3'000u);
  EXPECT_EQ(got.refusals()[0], "1 /1/u: the unit is longer than 256 bytes");
  EXPECT_TRUE(got.batch.texts.empty());
}

}  // namespace
}  // namespace cairn::codec
