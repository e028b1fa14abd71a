// SPDX-License-Identifier: Apache-2.0
#include "codec/senml_json.hpp"

#include <gtest/gtest.h>

#include <string>

#include "codec/test_decode.hpp"
#include "core/limits.hpp"

namespace cairn::codec {
namespace {

Decoded json(std::string_view bytes) {
  return decode_with(Format::senml_json, bytes);
}

std::string error_of(std::string_view bytes) {
  const Decoded got = json(bytes);
  EXPECT_TRUE(got.batch.readings.empty() && got.batch.refused.empty() && got.batch.texts.empty());
  return got.status ? "none" : to_string(got.status.error());
}

TEST(SenmlJson, ViewsPointIntoTheMessage) {
  const std::string bytes = R"([{"bn":"dev-1:","n":"t","u":"Cel","v":1}])";
  Decoder decoder;
  model::ReadingBatch batch;
  ASSERT_TRUE(decoder.decode(Format::senml_json, bytes, test_context(), batch));
  ASSERT_EQ(batch.readings.size(), 1u);
  const model::Reading& r = batch.readings[0];
  for (const std::string_view part : {r.thing, r.property, r.unit}) {
    EXPECT_GE(part.data(), bytes.data());
    EXPECT_LE(part.data() + part.size(), bytes.data() + bytes.size());
  }
  EXPECT_TRUE(batch.texts.empty());
}

TEST(SenmlJson, EscapesInNamesAndLabels) {
  EXPECT_EQ(json(R"([{"n":"\u7532\/\"t\"","\u0076":1},{"n":"甲/乙","v":2}])").lines(),
            (Lines{"甲 \"t\" 1 @0", "甲 乙 2 @0"}));
}

TEST(SenmlJson, ManyJoinedNamesStayGoodWhileTheyAreCollected) {
  std::string bytes = R"([{"bn":"dev-"},)";
  Lines wanted;
  for (int i = 0; i < 2000; ++i) {
    bytes += format(R"({}{{"n":"{}:t","v":{}}})", i == 0 ? "" : ",", i, i);
    wanted.push_back(format("dev-{} t {} @0", i, i));
  }
  EXPECT_EQ(json(bytes + "]").lines(), wanted);
}

TEST(SenmlJson, AWrongKindRefusesItsRecordOnly) {
  const Decoded got = json(
      R"([{"n":"a/b","v":"5"},7,"x",[1,[2]],null,{"n":"a/b","v":1,"t":{"x":[1]}},{"n":["a"],"v":1},)"
      R"({"n":"a/b","vb":1},{"n":"a/b","v":null},{"n":"a/b","v":1e999},{"n":"a/b","v":3}])");
  ASSERT_TRUE(got.status) << to_string(got.status.error());
  EXPECT_EQ(got.lines(), (Lines{"a b 3 @0"}));
  EXPECT_EQ(got.refusals(),
            (Lines{"0 /0/v: 'v' is not a finite number", "1 /1: a record is an object",
                   "2 /2: a record is an object", "3 /3: a record is an object",
                   "4 /4: a record is an object", "5 /5/t: 't' is not a finite number",
                   "6 /6/n: 'n' is not a text", "7 /7/vb: 'vb' is not true or false",
                   "8 /8/v: 'v' is not a finite number", "9 /9/v: 'v' is not a finite number"}));
  EXPECT_EQ(got.batch.refused[1].text, "7");
  EXPECT_EQ(got.batch.refused[3].text, "[1,[2]]");
}

TEST(SenmlJson, ABrokenMessageIsRefusedWholeWithItsPlace) {
  EXPECT_EQ(error_of(""), "byte 0: the message is empty");
  EXPECT_EQ(error_of("  "), "byte 0: the message is empty");
  EXPECT_EQ(error_of(R"({"n":"a/b","v":1})"), "byte 0: a SenML pack is a JSON array of records");
  EXPECT_EQ(error_of(R"([{"n":"a/b","v":1},{"n":"a/b" "v":2}])"),
            "byte 19: the JSON has a comma, colon or bracket in the wrong place");
  EXPECT_EQ(error_of(R"([{"n":"a/b","v":1})"),
            "byte 0: the JSON ends too early: a bracket is open");
  EXPECT_EQ(error_of(R"([{"n":"a/b","v":1}] [])"), "byte 1: the JSON goes on behind its end");
  EXPECT_EQ(error_of("[{\"n\":\"a/\xff\",\"v\":1}]"), "byte 0: the JSON is not UTF-8");
  EXPECT_EQ(error_of(R"([{"n":"a/b)"), "byte 0: the JSON has a text without its closing quote");
}

TEST(SenmlJson, AnEmptyPackIsNoError) {
  const Decoded got = json("[]");
  EXPECT_TRUE(got.status);
  EXPECT_TRUE(got.batch.readings.empty());
}

TEST(SenmlJson, AnErrorLeavesEarlierMessagesOfTheBatch) {
  Decoder decoder;
  model::ReadingBatch batch;
  const DecodeContext context = test_context();
  ASSERT_TRUE(decoder.decode(Format::senml_json,
                             R"([{"bn":"a","n":"/b","v":1},{"n":":x","v":2},5])", context, batch));
  ASSERT_FALSE(decoder.decode(Format::senml_json, R"([{"bn":"c","n":"/d","v":1},5,{"n":"x" 1}])",
                              context, batch));
  ASSERT_EQ(batch.readings.size(), 2u);
  EXPECT_EQ(batch.readings[0].thing, "a");
  EXPECT_EQ(batch.refused.size(), 1u);
}

TEST(SenmlJson, LimitsHold) {
  std::string pack = "[";
  for (std::size_t i = 0; i < limits::ingest_readings; ++i) pack += R"({"v":1},)";
  pack.back() = ']';
  const auto address = test_context("a", "b");
  EXPECT_EQ(decode_with(Format::senml_json, pack, address).batch.readings.size(),
            limits::ingest_readings);
  pack.back() = ',';
  const Decoded over = decode_with(Format::senml_json, pack + R"({"v":1}])", address);
  ASSERT_FALSE(over.status);
  EXPECT_EQ(over.status.error().code, Code::too_large);
  EXPECT_TRUE(over.batch.readings.empty());
}

TEST(SenmlJson, ALongRecordIsShownCut) {
  const std::string record = R"({"n":"a/b","vs":")" + std::string(600, 'x') + R"("})";
  const Decoded got = json("[" + record + "]");
  ASSERT_EQ(got.batch.refused.size(), 1u);
  EXPECT_EQ(got.batch.refused[0].text, record.substr(0, limits::refused_text_bytes) + "…");
}

TEST(SenmlJson, DeepNestingIsStepped) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const Decoded got = json(R"([{"n":"a/b","v":1,"x":)" + deep + R"(},{"n":"a/b","v":2}])");
  EXPECT_TRUE(got.status);
  EXPECT_EQ(got.lines(), (Lines{"a b 1 @0", "a b 2 @0"}));
}

}  // namespace
}  // namespace cairn::codec
