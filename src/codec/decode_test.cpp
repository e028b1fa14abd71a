// SPDX-License-Identifier: Apache-2.0
#include "codec/decode.hpp"

#include <gtest/gtest.h>

#include <string>

#include "codec/test_decode.hpp"
#include "core/limits.hpp"

namespace cairn::codec {
namespace {

TEST(Sniff, TheMediaTypeComesFirst) {
  EXPECT_EQ(sniff("application/senml+json", "", "{}"), Format::senml_json);
  EXPECT_EQ(sniff("Application/SenML+JSON; charset=utf-8", "x/Observations", ""),
            Format::senml_json);
  EXPECT_EQ(sniff("application/senml+cbor", "", "["), Format::senml_cbor);
  EXPECT_EQ(sniff("application/x-protobuf", "", ""), Format::remote_write);
}

TEST(Sniff, ThenTheAddress) {
  EXPECT_EQ(sniff("application/json", "v1.1/Observations", "[{}]"), Format::sta);
  EXPECT_EQ(sniff("", "v1.1/Datastreams('a:b')/Observations", R"({"result":1})"), Format::sta);
  EXPECT_EQ(sniff("application/json", "/v1.1/CreateObservations", "[]"), Format::sta);
  EXPECT_EQ(sniff("", "cairn/senml", "[]"), Format::senml_json);
  EXPECT_EQ(sniff("", "cairn/senml", "\x81\xa0"), Format::senml_cbor);
  EXPECT_EQ(sniff("text/plain", "/v1/ingest/influx", "m v=1"), Format::influx);
}

TEST(Sniff, ThenTheBytes) {
  const auto of = [](std::string_view bytes) { return sniff("", "", bytes); };
  EXPECT_EQ(of(R"( [{"n":"a/b","v":1}])"), Format::senml_json);
  EXPECT_EQ(of("\x87\xa7"), Format::senml_cbor);
  EXPECT_EQ(of("\xd9\xd9\xf7\x81"), Format::senml_cbor);
  EXPECT_EQ(of("\x9f\xff"), Format::senml_cbor);
  EXPECT_EQ(of(R"({"temperature":1})"), Format::plain);
  EXPECT_EQ(of(R"({"result":1,"phenomenonTime":"x"})"), Format::sta);
  EXPECT_EQ(of(R"([{"Datastream":{"@iot.id":1}}])"), Format::sta);
  EXPECT_EQ(of("m,thing=a v=1 5"), Format::influx);
  EXPECT_EQ(of("# comment\n"), Format::influx);
  for (const char* text : {"23.5", "-4 Cel", " true\n", "false", ".5"}) {
    EXPECT_EQ(of(text), Format::plain) << text;
  }
  for (const char* text : {"", " ", "hello", "\xe4\xbd\xa0"}) {
    EXPECT_EQ(of(text), Format::unknown) << text;
  }
}

TEST(Decoder, AnUnknownFormatSaysWhatIsUnderstood) {
  const Decoded got = decode_with(Format::unknown, "hello");
  ASSERT_FALSE(got.status);
  EXPECT_EQ(got.status.error().code, Code::unsupported);
}

TEST(Decoder, AMessageHasALimit) {
  const std::string longest(limits::ingest_message_bytes, ' ');
  for (const Format format : {Format::senml_json, Format::senml_cbor, Format::sta, Format::influx,
                              Format::remote_write, Format::plain}) {
    const Decoded over = decode_with(format, longest + " ");
    ASSERT_FALSE(over.status);
    EXPECT_EQ(over.status.error().code, Code::too_large) << to_string(format);
    const Decoded fits = decode_with(format, longest);
    EXPECT_TRUE(fits.status || fits.status.error().code != Code::too_large) << to_string(format);
  }
}

TEST(Decoder, OneTakesMessagesOfAllFormatsAndSizes) {
  Decoder decoder;
  model::ReadingBatch batch;
  const DecodeContext context = test_context("a", "b");
  for (const std::size_t size : {1u, 1000u, 10u, 5000u}) {
    std::string pack = "[";
    for (std::size_t i = 0; i < size; ++i) pack += R"({"v":1},)";
    pack.back() = ']';
    batch.clear();
    ASSERT_TRUE(decoder.decode(Format::senml_json, pack, context, batch));
    ASSERT_TRUE(decoder.decode(Format::plain, R"({"b":2})", context, batch));
    ASSERT_TRUE(decoder.decode(Format::sta, R"({"result":3})", context, batch));
    EXPECT_EQ(batch.readings.size(), size + 2);
    EXPECT_EQ(batch.readings.back().value, 3);
  }
  Decoder other = std::move(decoder);
  EXPECT_TRUE(other.decode(Format::plain, "5", context, batch));
}

TEST(DatastreamId, SplitsAtTheLastColon) {
  EXPECT_EQ(split_datastream_id("air:huairou:pm25").thing, "air:huairou");
  EXPECT_EQ(split_datastream_id("air:huairou:pm25").property, "pm25");
  EXPECT_TRUE(split_datastream_id("air").property.empty());
}

TEST(FormatNames, ComeBack) {
  for (const Format format : {Format::senml_json, Format::senml_cbor, Format::sta, Format::influx,
                              Format::remote_write, Format::plain}) {
    EXPECT_EQ(find_format(to_string(format)), format);
  }
  EXPECT_FALSE(find_format("unknown"));
}

TEST(Decode, RefusedMessageIsShownInWholeCharacters) {
  std::string text(499, 'a');
  text += "\u6e05\u6f88";  // the cut falls into the first of them
  EXPECT_EQ(shown_message(text), std::string(499, 'a') + "…");
  EXPECT_EQ(shown_message("23.5 Cel"), "23.5 Cel");
  EXPECT_EQ(shown_message(std::string_view("\x82\xa2\x00", 3)), "0x82a200");
}

}  // namespace
}  // namespace cairn::codec
