// SPDX-License-Identifier: Apache-2.0
// Resolution itself is tested in senml_test.cpp.
#include "codec/senml_cbor.hpp"

#include <gtest/gtest.h>

#include <string>

#include "codec/test_decode.hpp"

namespace cairn::codec {
namespace {

std::string hex(std::string_view text) {
  std::string out;
  std::string digits;
  for (const char c : text) {
    if (c == ' ') continue;
    digits += c;
    if (digits.size() < 2) continue;
    out += static_cast<char>(std::stoi(digits, nullptr, 16));
    digits.clear();
  }
  return out;
}

Decoded cbor(std::string_view bytes) {
  return decode_with(Format::senml_cbor, hex(bytes));
}

TEST(SenmlCbor, NumbersOfEveryKind) {
  // [{-2: "a/b", 2: 1.5 (half)}, {2: 1.5 (single)}, {2: -7}, {2: 4([-2, 27315])}, {4: true}]
  EXPECT_EQ(cbor("85 a2 21 63612f62 02 f93e00 a1 02 fa3fc00000 a1 02 26 a1 02 c48221196ab3"
                 "a1 04 f5")
                .lines(),
            (Lines{"a b 1.5 @0", "a b 1.5 @0", "a b -7 @0", "a b 273.15 @0", "a b 1 @0"}));
}

TEST(SenmlCbor, IndefiniteLengthsAndTextLabels) {
  // [_ {_ "n": (_ "a/", "b"), "v": 5, "x": [1]}, {"n": "a/b", "v": 6, "x_": 1}]
  const Decoded got = cbor(
      "9f bf 616e 7f 62612f 6162 ff 6176 05 6178 8101 ff a3 616e 63612f62 6176 06 62785f 01 ff");
  ASSERT_TRUE(got.status) << to_string(got.status.error());
  EXPECT_EQ(got.lines(), (Lines{"a b 5 @0"}));
  EXPECT_EQ(got.refusals(),
            (Lines{"1 /1/x_: the field 'x_' must be understood, and is not known here"}));
  EXPECT_EQ(got.batch.refused[0].text, "0xa3616e63612f6261760662785f01");
}

TEST(SenmlCbor, ASelfDescribedPack) {
  EXPECT_EQ(cbor("d9d9f7 81 a2 00 63612f62 02 01").lines(), (Lines{"a b 1 @0"}));
}

TEST(SenmlCbor, WrongKindsRefuseTheirRecord) {
  // [{0: "a/b", 2: NaN}, {0: "a/b", 2: "x"}, 7, {0: 5, 2: 1}, {0: "a/b", 4: 1}, {0: "a/b", 2: 3}]
  const Decoded got = cbor(
      "86 a2 00 63612f62 02 f97e00 a2 00 63612f62 02 6178 07 a2 00 05 02 01 a2 00 63612f62 04 01 "
      "a2 "
      "00 63612f62 02 03");
  ASSERT_TRUE(got.status) << to_string(got.status.error());
  EXPECT_EQ(got.lines(), (Lines{"a b 3 @0"}));
  EXPECT_EQ(got.refusals(),
            (Lines{"0 /0/v: 'v' is not a finite number", "1 /1/v: 'v' is not a finite number",
                   "2 /2: a record is a map", "3 /3/n: 'n' is not a text",
                   "4 /4/vb: 'vb' is not true or false"}));
}

TEST(SenmlCbor, ABrokenPackIsRefusedWhole) {
  const auto error = [](std::string_view bytes) {
    const Decoded got = cbor(bytes);
    EXPECT_TRUE(got.batch.readings.empty());
    return got.status ? "none" : to_string(got.status.error());
  };
  EXPECT_EQ(error(""), "the message is empty");
  EXPECT_EQ(error("a0"), "byte 0: a SenML pack is a CBOR array of records");
  EXPECT_EQ(error("82 a2 00 63612f62 02 01"), "byte 9: the CBOR ends too early");
  EXPECT_EQ(error("81 a2 00 63612f62 02 01 00"), "byte 9: the CBOR goes on behind its end");
  EXPECT_EQ(error("81 a2 00 63ff2f62 02 01"), "byte 7: the CBOR has a text that is not UTF-8");
  EXPECT_EQ(error("81 a3 20 0b 00 63612f62 02 01"),
            "/0/bver: SenML version 11 is not known; up to 10 is");
}

}  // namespace
}  // namespace cairn::codec
