// SPDX-License-Identifier: Apache-2.0
#include "codec/plain.hpp"

#include <gtest/gtest.h>

#include <string>

#include "codec/test_decode.hpp"

namespace cairn::codec {
namespace {

Decoded plain(std::string_view bytes, std::string_view thing = "dev-1",
              std::string_view property = {}) {
  return decode_with(Format::plain, bytes, test_context(thing, property));
}

TEST(Plain, ANumberWithOrWithoutUnit) {
  for (const char* text : {"23.5", " 23.5\r\n", "+23.5", "2.35e1"}) {
    EXPECT_EQ(plain(text, "dev-1", "t").lines(), (Lines{"dev-1 t 23.5 @0"})) << text;
  }
  EXPECT_EQ(plain("23.5 Cel", "dev-1", "t").lines(), (Lines{"dev-1 t 23.5 Cel @0"}));
  EXPECT_EQ(plain("12  万 户\n", "dev-1", "t").lines(), (Lines{"dev-1 t 12 万 户 @0"}));
  EXPECT_EQ(plain("true", "dev-1", "t").lines(), (Lines{"dev-1 t 1 @0"}));
  EXPECT_EQ(plain("false", "dev-1", "t").lines(), (Lines{"dev-1 t 0 @0"}));
}

TEST(Plain, WhatIsNoNumberIsAnError) {
  const auto error = [](std::string_view bytes, std::string_view property = "t") {
    const Decoded got = plain(bytes, "dev-1", property);
    return got.status ? "none" : to_string(got.status.error());
  };
  EXPECT_EQ(error(""), "the message is empty");
  EXPECT_TRUE(error("23,5").starts_with("byte 0: '23,5' is not a number; send a number"));
  EXPECT_TRUE(error("nan").starts_with("byte 0: 'nan' is not a number"));
  EXPECT_EQ(error("23.5", ""), "record 0: no property is named");
  EXPECT_EQ(error("1 \xff"), "byte 2: the unit is not UTF-8");
}

TEST(Plain, AnObjectOfProperties) {
  EXPECT_EQ(plain(R"({"temperature": 23.5, "open": true, "n": -2, "time": "2023-11-15T06:14:20"})")
                .lines(),
            (Lines{"dev-1 temperature 23.5 @60", "dev-1 open 1 @60", "dev-1 n -2 @60"}));
  EXPECT_EQ(plain(R"({"t": 1, "time": 1700000060.5})").lines(), (Lines{"dev-1 t 1 @60.5"}));
  EXPECT_EQ(plain(R"({"time": null, "t": 1})").lines(), (Lines{"dev-1 t 1 @0"}));
}

TEST(Plain, AnObjectAtTheAddressOfAProperty) {
  EXPECT_EQ(plain(R"({"value": 23.5, "unit": "Cel"})", "dev-1", "t").lines(),
            (Lines{"dev-1 t 23.5 Cel @0"}));
  EXPECT_EQ(plain(R"({"h": 5, "t": 6})", "dev-1", "t").lines(), (Lines{"dev-1 t 6 @0"}));
}

TEST(Plain, MembersThatAreNoNumbersAreRefused) {
  const Decoded got = plain(R"({"t": 1, "name": "x", "none": null, "list": [1, 2], "h": 2})");
  EXPECT_EQ(got.lines(), (Lines{"dev-1 t 1 @0", "dev-1 h 2 @0"}));
  EXPECT_EQ(got.refusals(), (Lines{"1 /name: a text is neither a number nor true or false",
                                   "2 /none: null is neither a number nor true or false",
                                   "3 /list: a list is neither a number nor true or false"}));
  EXPECT_EQ(got.batch.refused[2].text, "\"list\":[1,2]");
}

TEST(Plain, AnObjectThatCannotBeReadIsAnError) {
  const auto error = [](std::string_view bytes) {
    const Decoded got = plain(bytes);
    EXPECT_TRUE(got.batch.readings.empty());
    return got.status ? "none" : to_string(got.status.error());
  };
  EXPECT_EQ(error("{"), "the JSON has a comma, colon or bracket in the wrong place");
  EXPECT_EQ(error("{}"), "the object names no property");
  EXPECT_EQ(error(R"({"t":1,"time":1700000060500})"),
            "/time: a time is a text such as 2026-01-31T08:00:00Z or seconds since 1970");
  EXPECT_TRUE(error(R"({"t":1,"time":"noon"})").starts_with("/time: 'noon' is not a time"));
  const std::string deep = R"({"t":)" + std::string(100, '[') + std::string(100, ']') + "}";
  EXPECT_EQ(error(deep), "the JSON is nested too deeply");
}

TEST(Plain, AnObjectNeedsAThingInItsAddress) {
  EXPECT_EQ(plain(R"({"t":1})", "").refusals(), (Lines{"0 /t: no thing is named"}));
}

}  // namespace
}  // namespace cairn::codec
