// SPDX-License-Identifier: Apache-2.0
#include "codec/sta_observation.hpp"

#include <gtest/gtest.h>

#include <string>

#include "codec/test_decode.hpp"
#include "core/limits.hpp"

namespace cairn::codec {
namespace {

Decoded sta(std::string_view bytes, const DecodeContext& context = test_context()) {
  return decode_with(Format::sta, bytes, context);
}

TEST(StaObservation, OneWithItsDatastream) {
  EXPECT_EQ(sta(R"({"phenomenonTime":"2023-11-14T22:13:21Z","resultTime":null,"result":41.5,
                    "Datastream":{"@iot.id":"air:huairou:pm25"}})")
                .lines(),
            (Lines{"air:huairou pm25 41.5 @1"}));
  EXPECT_EQ(sta(R"({"result":true,"Datastream":{"@iot.id":"a:b"}})").lines(), (Lines{"a b 1 @0"}));
}

TEST(StaObservation, TimesOfIntervalsZonesAndResults) {
  const auto at = test_context("a", "b");
  EXPECT_EQ(sta(R"({"phenomenonTime":"2023-11-14T21:13:20Z/2023-11-14T22:13:20Z","result":1})", at)
                .lines(),
            (Lines{"a b 1 @0"}));
  EXPECT_EQ(sta(R"({"phenomenonTime":"2023-11-15T06:13:20","result":1})", at).lines(),
            (Lines{"a b 1 @0"}));
  EXPECT_EQ(sta(R"({"resultTime":"2023-11-14T22:13:30.5Z","result":1})", at).lines(),
            (Lines{"a b 1 @10.5"}));
  EXPECT_EQ(sta(R"({"phenomenonTime":"2023-11-14T22:13:20Z/2023-11-14T21:13:20Z","result":1})", at)
                .refusals(),
            (Lines{"0 /phenomenonTime: the interval '2023-11-14T22:13:20Z/2023-11-14T21:13:20Z' "
                   "ends before it begins"}));
  EXPECT_EQ(sta(R"({"phenomenonTime":5,"result":1})", at).refusals(),
            (Lines{"0 /phenomenonTime: a time is a text, not a number"}));
}

class Names final : public DatastreamNames {
 public:
  bool find(std::int64_t number, std::string& thing, std::string& property) const override {
    if (number != 7) return false;
    thing = "air:7";
    property = "pm25";
    return true;
  }
};

TEST(StaObservation, DatastreamsByNumber) {
  const Names names;
  DecodeContext context = test_context();
  context.datastreams = &names;
  EXPECT_EQ(sta(R"({"result":1,"Datastream":{"@iot.id":7}})", context).lines(),
            (Lines{"air:7 pm25 1 @0"}));
  const Decoded got = sta(R"({"result":1,"Datastream":{"@iot.id":8}})", context);
  ASSERT_EQ(got.batch.refused.size(), 1u);
  EXPECT_EQ(got.batch.refused[0].error.code, Code::not_found);
  EXPECT_EQ(got.batch.refused[0].error.place, "/Datastream/@iot.id");
}

TEST(StaObservation, WhatIsMissingOrWrong) {
  const auto reason = [](std::string_view bytes, const DecodeContext& context = test_context()) {
    const Decoded got = sta(bytes, context);
    EXPECT_TRUE(got.batch.readings.empty());
    return got.batch.refused.empty() ? "none" : to_string(got.batch.refused[0].error);
  };
  EXPECT_EQ(reason(R"({"result":1})"), "no thing is named");
  EXPECT_EQ(reason(R"({"result":"1","Datastream":{"@iot.id":"a:b"}})"),
            "/result: the result is a text; only numbers and truth values are kept");
  EXPECT_EQ(reason(R"({"Datastream":{"@iot.id":"a:b"}})"),
            "/result: the result is missing; only numbers and truth values are kept");
  EXPECT_EQ(reason(R"({"result":1,"Datastream":{"@iot.id":"ab"}})"),
            "/Datastream/@iot.id: 'ab' is no id of a datastream; it is thing:property");
  EXPECT_EQ(reason(R"({"result":1,"Datastream":{"@iot.id":1.5}})"),
            "/Datastream/@iot.id: the id of a datastream is a text or a whole number");
  EXPECT_EQ(reason(R"({"result":1,"Datastream":{"name":"x"}})"),
            "/Datastream: a datastream is named by its @iot.id; none is created with an "
            "observation");
  EXPECT_TRUE(reason(R"({"result":[1,2],"MultiDatastream":{"@iot.id":1}})")
                  .starts_with("/MultiDatastream: "));
  EXPECT_TRUE(reason(R"({"result":1,"Datastream":{"@iot.id":"a:b"}})", test_context("c", "b"))
                  .starts_with("the record is for 'a'"));
}

TEST(StaDataArray, RowsInTheOrderOfTheirComponents) {
  EXPECT_EQ(sta(R"([{"Datastream":{"@iot.id":"a:t"},
                     "components":["resultTime","result","phenomenonTime","FeatureOfInterest/id"],
                     "dataArray@iot.count":2,
                     "dataArray":[[null,1,"2023-11-14T22:13:21Z",5],
                                  [null,2.5,"2023-11-14T22:13:22Z",5]]},
                    {"dataArray":[[true]],"components":["result"],
                     "Datastream":{"@iot.id":"b:u"}}])")
                .lines(),
            (Lines{"a t 1 @1", "a t 2.5 @2", "b u 1 @0"}));
}

TEST(StaDataArray, BadRowsAreRefusedOneByOne) {
  const Decoded got =
      sta(R"([{"Datastream":{"@iot.id":"a:t"},"components":["phenomenonTime","result"],
      "dataArray":[["2023-11-14T22:13:21Z","x"],["noon",1],["2023-11-14T22:13:21Z"],7,
                   ["2023-11-14T22:13:21Z",4]]},
      {"Datastream":{"@iot.id":"bad"},"components":["result"],"dataArray":[[1],[2]]},
      {"Datastream":{"@iot.id":"a:t"},"components":["value"],"dataArray":[[1]]},
      {"Datastream":{"@iot.id":"a:t"},"components":["result"],"dataArray":5},
      {"Datastream":{"@iot.id":"a:t"},"result":6}, 8])");
  EXPECT_EQ(got.lines(), (Lines{"a t 4 @1", "a t 6 @0"}));
  EXPECT_EQ(got.batch.readings[1].record, 9u);
  Lines places;
  for (const auto& r : got.batch.refused)
    places.push_back(format("{} {}", r.record, r.error.place));
  EXPECT_EQ(places,
            (Lines{"0 /0/dataArray/0/result", "1 /0/dataArray/1/phenomenonTime", "2 /0/dataArray/2",
                   "3 /0/dataArray/3", "5 /1/dataArray/0/Datastream/@iot.id",
                   "6 /1/dataArray/1/Datastream/@iot.id", "7 /2/dataArray/0/components",
                   "8 /3/dataArray", "10 /5"}));
  EXPECT_EQ(got.batch.refused[1].text, R"(["noon",1])");
}

TEST(StaDataArray, AtTheAddressOfADatastream) {
  EXPECT_EQ(sta(R"([{"components":["result"],"dataArray":[[1]]}])", test_context("a", "b")).lines(),
            (Lines{"a b 1 @0"}));
}

TEST(StaDataArray, LimitsHold) {
  std::string rows;
  for (std::size_t i = 0; i < limits::ingest_readings; ++i) rows += "[1],";
  const std::string head = R"([{"components":["result"],"dataArray":[)";
  const auto at = test_context("a", "b");
  EXPECT_EQ(sta(head + rows.substr(0, rows.size() - 1) + "]}]", at).batch.readings.size(),
            limits::ingest_readings);
  const Decoded over = sta(head + rows + "[1]]}]", at);
  ASSERT_FALSE(over.status);
  EXPECT_EQ(over.status.error().code, Code::too_large);
  EXPECT_TRUE(over.batch.readings.empty());
}

TEST(StaMessage, ThatIsNoObservation) {
  EXPECT_FALSE(sta("5").status);
  EXPECT_FALSE(sta("").status);
  EXPECT_FALSE(sta(R"({"result":)").status);
  EXPECT_TRUE(sta("[]").status);
}

}  // namespace
}  // namespace cairn::codec
