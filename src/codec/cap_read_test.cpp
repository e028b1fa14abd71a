// SPDX-License-Identifier: Apache-2.0
#include "codec/cap_read.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <random>
#include <sstream>

#include "codec/cap_write.hpp"
#include "codec/test_cap.hpp"
#include "codec/test_xmllint.hpp"
#include "core/text.hpp"

namespace cairn::codec {
namespace {

std::string error_of(std::string_view bytes, const CapLimits& limits = {}) {
  const auto got = read_cap(bytes, limits);
  return got ? "none" : to_string(got.error());
}
Result<CapAlert> read_file(const std::string& name) {
  return read_cap(cap_file(CAIRN_SOURCE_DIR, name));
}
std::string error_of_file(const std::string& name) {
  const auto got = read_file(name);
  return got ? "none" : to_string(got.error());
}

// The slope's warning with one text replaced.
std::string error_with(std::string_view from, std::string_view to) {
  std::string bytes = write_cap(slope_alert()).value();
  const std::size_t at = bytes.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return error_of(bytes.replace(at, from.size(), to));
}
void expect_part(const std::string& whole, std::string_view part) {
  EXPECT_NE(whole.find(part), std::string::npos) << whole;
}

TEST(CapRead, RandomAlertsComeBackAsTheyWere) {
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    const CapAlert alert = RandomCap(seed).alert();
    const auto bytes = write_cap(alert);
    ASSERT_TRUE(bytes) << seed << ": " << to_string(bytes.error());
    const auto again = read_cap(*bytes);
    ASSERT_TRUE(again) << seed << ": " << to_string(again.error());
    ASSERT_TRUE(*again == alert) << seed << *bytes;
  }
}

TEST(CapRead, WarningsOfOthers) {
  const auto canada = read_file("canada.cap");
  ASSERT_TRUE(canada) << to_string(canada.error());
  EXPECT_EQ(canada->type, CapType::update);
  EXPECT_EQ(canada->restriction, "");
  EXPECT_EQ(canada->references.size(), 2u);
  EXPECT_EQ(canada->references[1].identifier, "2.49.0.1.124.60f31a3a.2012");
  ASSERT_EQ(canada->infos.size(), 2u);
  EXPECT_EQ(canada->infos[1].language, "fr-CA");
  ASSERT_FALSE(canada->infos[0].areas.empty());
  EXPECT_EQ(canada->infos[0].areas[0].polygons[0][0], (geo::Point{-82.9314, 42.3481}));

  const auto australia = read_file("australia.cap");  // with a prefix for the namespace
  ASSERT_TRUE(australia) << to_string(australia.error());
  EXPECT_EQ(australia->infos[0].areas[0].circles,
            (std::vector<CapCircle>{{{147.0598, -35.3888}, 25}}));

  const auto tsunami = read_file("wcatwc-warning.cap");
  ASSERT_TRUE(tsunami) << to_string(tsunami.error());
  EXPECT_EQ(tsunami->infos[0].language, "en-US");
  EXPECT_EQ(tsunami->infos[0].resources.size(), 3u);
  EXPECT_EQ(tsunami->infos[0].areas[0].geocodes.size(), 2u);

  const auto with_signatures = read_file("canada_signed.cap");
  ASSERT_TRUE(with_signatures) << to_string(with_signatures.error());
  EXPECT_EQ(with_signatures->infos.size(), 2u);
}

TEST(CapRead, OthersAreRefusedWithTheReason) {
  expect_part(error_of_file("invalid.cap"), "9:1 alert/info: <scope> is missing before <info>");
  for (const char* old : {"weather.cap", "earthquake.cap", "no_optional_fields.cap"}) {
    expect_part(error_of_file(old), "CAP 1.1");
    EXPECT_EQ(read_file(old).error().code, Code::unsupported);
  }
  expect_part(error_of_file("xee.cap"), "document type declaration");
  EXPECT_EQ(read_file("xee.cap").error().code, Code::denied);
  expect_part(error_of_file("weather_index.atom"), "is no CAP warning");
}

TEST(CapRead, EachMistakeHasItsPlaceAndItsRemedy) {
  expect_part(error_with("Actual", "actual"),
              "6:3 alert/status: \"actual\" is no value of <status>: use one of Actual, Exercise");
  expect_part(error_with("<urgency>Immediate</urgency>", ""),
              "alert/info[1]/severity: <urgency> is missing before <severity>");
  expect_part(error_with("<scope>Public</scope>", "<info/><scope>Public</scope>"),
              "<scope> must stand before <info>");
  expect_part(error_with("<scope>Public</scope>", "<scope>Public</scope><note/><source/>"),
              "too late");
  expect_part(error_with("<scope>Public</scope>", "<scope>Public</scope><scope>Public</scope>"),
              "once too often");
  expect_part(error_with("<scope>", "<county>x</county><scope>"), "<parameter>");
  expect_part(error_with("<status>", "<status xmlns=\"urn:other\">"), "is no element of CAP 1.2");
  expect_part(error_with("<status>", "<status a=\"b\">"), "the attribute a");
  expect_part(error_with("Actual", "<b>Actual</b>"), "holds text only");
  expect_part(error_with("<scope>", "loose <scope>"), "text stands between");
  expect_part(error_with("2026-07-01T08:00:00+08:00", "2026-07-01T00:00:00Z"), "UTC is -00:00");
  expect_part(error_with("zh-CN", "中文"), "is no language");
  expect_part(
      error_with("<scope>Public</scope>", "<scope>Public</scope><references>x</references>"),
      "reference 1");
  expect_part(error_with("</area>", "</area><area/>"), "<areaDesc> is missing at its end");
  expect_part(error_with("<value>11E01</value>", ""), "<value> is missing at its end");
}

TEST(CapRead, PlacesAreNumbers) {
  expect_part(error_with("30.040000,101.95", "30.040000, 101.95"), "point 1");
  expect_part(error_with("30.070000,", "nan,"), "point 3");
  expect_part(error_with("30.070000,", "3e1,"), "point 3");
  const std::string after = "</polygon>";
  expect_part(error_with(after, after + "<circle>30,101</circle>"), "lat,lon radius");
  expect_part(error_with(after, after + "<circle>30,101 2 km</circle>"), "lat,lon radius");
  expect_part(error_with("</geocode>", "</geocode><altitude>high</altitude>"), "decimal");
  EXPECT_EQ(error_with(after, after + "<circle> +30,-101.5\n2 </circle>"), "none");
  EXPECT_EQ(error_with("</geocode>", "</geocode><altitude> 12.5 </altitude>"), "none");
  const std::string resource =
      "<resource><resourceDesc>d</resourceDesc><mimeType>m</mimeType><size>%</size></resource>";
  const auto sized = [&](const char* size) {
    std::string text = resource;
    return error_with("<area>", text.replace(text.find('%'), 1, size) + "<area>");
  };
  EXPECT_EQ(sized(" +12 "), "none");
  expect_part(sized("-1"), "number of bytes");
  expect_part(sized("99999999999999999999"), "number of bytes");
}

TEST(CapRead, WhatTheSchemaAllowsIsRead) {
  EXPECT_EQ(error_with("2026-07-01T08:00:00+08:00", "\n 2026-07-01T08:00:00+08:00 "), "none");
  EXPECT_EQ(error_with("<alert ",
                       "<alert xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" "
                       "i:schemaLocation=\"a b\" "),
            "none");
  EXPECT_EQ(error_with("<language>zh-CN</language>", ""), "none");
  EXPECT_EQ(error_with("<scope>Public</scope>", "<scope>Public</scope><restriction/><code/>"),
            "none");
  std::string bytes = write_cap(slope_alert()).value();
  bytes.replace(bytes.find("zh-CN"), 5, "");
  EXPECT_EQ(read_cap(bytes).value().infos[0].language, "en-US");
  const std::string signature =
      "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><a/>"
      "</Signature>";
  bytes.insert(bytes.find("</alert>"), signature);
  EXPECT_EQ(error_of(bytes), "none");
  EXPECT_NE(error_with("</info>", signature + "</info>"), "none");
}

TEST(CapRead, LimitsHold) {
  const std::string bytes = write_cap(slope_alert()).value();
  expect_part(error_of(bytes, {.text_bytes = 20}), "are the limit");
  expect_part(error_of(bytes, {.infos = 1}), "more than 1 <info>");
  expect_part(error_of(bytes, {.points = 5}), "more than 5 points");
  expect_part(error_of(bytes, {.xml = {.bytes = 100}}), "100 are the limit");
  expect_part(error_of(""), "empty");
}

TEST(CapRead, EveryCutOffMessageIsRefused) {
  const std::string bytes = write_cap(slope_alert()).value();
  for (std::size_t size = 0; size + 1 < bytes.size(); ++size) {
    const auto got = read_cap(std::string_view(bytes).substr(0, size));
    ASSERT_FALSE(got) << size;
    ASSERT_FALSE(got.error().message.empty());
  }
}

// One line less, twice, or in another place: mostly one element too few, too many, or astray.
std::string shaken(const std::string& bytes, std::mt19937_64& random) {
  std::vector<std::string> lines;
  std::istringstream in(bytes);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  const auto some = [&] { return 1 + random() % (lines.size() - 1); };
  const std::size_t at = some();
  switch (random() % 3) {
    case 0:
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 1:
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), std::string(lines[at]));
      break;
    default:
      std::swap(lines[at], lines[random() % 2 ? some() : std::max<std::size_t>(at - 1, 1)]);
  }
  return join(lines, "\n");
}

// The reader says yes and no where the schema does.
TEST(CapRead, AgreesWithAValidatorOnShakenMessages) {
  if (!Xmllint::is_here()) GTEST_SKIP() << no_xmllint;
  Xmllint lint(CAIRN_SOURCE_DIR, std::filesystem::path(testing::TempDir()) / "cairn_cap_read_test");
  std::mt19937_64 random(3);
  std::map<std::string, Result<CapAlert>> ours;
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    const CapAlert alert = seed % 2 ? slope_alert() : RandomCap(seed).alert();
    const std::string bytes = shaken(write_cap(alert).value(), random);
    const std::string name = std::to_string(seed) + ".xml";
    lint.put(name, bytes);
    ours.emplace(name, read_cap(bytes));
  }
  const auto valid = lint.valid();
  const std::string log = lint.log();
  for (const auto& [name, alert] : ours) {
    const std::size_t at = log.find(name + ":");
    EXPECT_EQ(alert.has_value(), valid.contains(name))
        << name << ": " << (alert ? "read" : to_string(alert.error())) << "\n"
        << (at == std::string::npos ? "valid" : log.substr(at, 300));
  }
  EXPECT_GT(valid.size(), 100u);
  EXPECT_LT(valid.size(), 900u);
}

}  // namespace
}  // namespace cairn::codec
