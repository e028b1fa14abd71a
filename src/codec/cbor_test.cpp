// SPDX-License-Identifier: Apache-2.0
// The values of RFC 8949 appendix A, by hand.
#include "codec/cbor.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace cairn::codec {
namespace {

std::string hex(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  }
  return out;
}

std::optional<double> number(std::string_view text) {
  const std::string bytes = hex(text);
  CborReader reader(bytes);
  const auto out = reader.number();
  EXPECT_EQ(out.has_value(), reader.at_end());
  return out;
}

TEST(Cbor, Integers) {
  EXPECT_EQ(number("00"), 0);
  EXPECT_EQ(number("17"), 23);
  EXPECT_EQ(number("1818"), 24);
  EXPECT_EQ(number("1903e8"), 1000);
  EXPECT_EQ(number("1a000f4240"), 1e6);
  EXPECT_EQ(number("1b000000e8d4a51000"), 1e12);
  EXPECT_EQ(number("1bffffffffffffffff"), 18446744073709551615.0);
  EXPECT_EQ(number("20"), -1);
  EXPECT_EQ(number("3903e7"), -1000);
}

TEST(Cbor, Floats) {
  EXPECT_EQ(number("f93c00"), 1);
  EXPECT_EQ(number("f97bff"), 65504);
  EXPECT_EQ(number("f90001"), 5.960464477539063e-8);
  EXPECT_EQ(number("f90400"), 0.00006103515625);
  EXPECT_EQ(number("f9c400"), -4);
  EXPECT_EQ(number("fa47c35000"), 100000);
  EXPECT_EQ(number("fb3ff199999999999a"), 1.1);
  EXPECT_EQ(number("f97c00"), INFINITY);
  EXPECT_TRUE(std::isnan(number("f97e00").value_or(0)));
}

TEST(Cbor, DecimalFractionsAndBigfloats) {
  EXPECT_EQ(number("c48221196ab3"), 273.15);
  EXPECT_EQ(number("c5822003"), 1.5);
  EXPECT_EQ(number("c11a514b67b0"), 1363896240);  // another tag is stepped over
  EXPECT_EQ(number("c4820a"), std::nullopt);
  EXPECT_EQ(number("c48218641b7fffffffffffffff"), 9223372036854775807e100);
  EXPECT_EQ(number("c4821903e801"), std::nullopt);  // 1e1000
}

TEST(Cbor, TextsWholeAndInPieces) {
  std::string scratch;
  const std::string whole = hex("6449455446");
  EXPECT_EQ(CborReader(whole).text(scratch), "IETF");
  const std::string pieces = hex("7f657374726561646d696e67ff");
  CborReader reader(pieces);
  EXPECT_EQ(reader.text(scratch), "streaming");
  EXPECT_TRUE(reader.at_end());
  for (const char* bad : {"7f41aaff", "7f7f6161ffff", "6461", "61ff", "7f6161"}) {
    const std::string bytes = hex(bad);
    CborReader wrong(bytes);
    EXPECT_EQ(wrong.text(scratch), std::nullopt) << bad;
    EXPECT_TRUE(wrong.failed()) << bad;
  }
}

TEST(Cbor, ContainersOfBothKinds) {
  const std::string bytes = hex("9f018202039f0405ffff");
  CborReader reader(bytes);
  auto outer = reader.begin_array();
  ASSERT_TRUE(outer);
  int items = 0;
  while (reader.has_next(*outer)) {
    ++items;
    EXPECT_TRUE(reader.skip());
  }
  EXPECT_EQ(items, 3);
  EXPECT_TRUE(reader.at_end());
  const std::string map = hex("bf6346756ef563416d7421ff");
  CborReader maps(map);
  EXPECT_TRUE(maps.skip());
  EXPECT_TRUE(maps.at_end());
}

TEST(Cbor, MalformedBytesAreNamedWithTheirPlace) {
  const auto skip_error = [](std::string_view text) {
    const std::string bytes = hex(text);
    CborReader reader(bytes);
    EXPECT_FALSE(reader.skip()) << text;
    return to_string(reader.error());
  };
  EXPECT_EQ(skip_error("82"), "byte 1: the CBOR ends too early");
  EXPECT_EQ(skip_error("1a0000"), "byte 0: the CBOR ends too early");
  EXPECT_EQ(skip_error("5bffffffffffffffff00"), "byte 9: the CBOR ends too early");
  EXPECT_EQ(skip_error("9bffffffffffffffff00"), "byte 10: the CBOR ends too early");
  EXPECT_EQ(skip_error("1c"), "byte 0: the CBOR has an item that is not well-formed");
  EXPECT_EQ(skip_error("ff"), "byte 0: the CBOR has an item that is not well-formed");
  EXPECT_EQ(skip_error("bf01ff"), "byte 2: the CBOR has an item that is not well-formed");
  const std::string deep(100'000, '\x81');
  CborReader nested(deep);
  EXPECT_FALSE(nested.skip());
  EXPECT_EQ(nested.error().message, "the CBOR is nested too deeply");
}

}  // namespace
}  // namespace cairn::codec
