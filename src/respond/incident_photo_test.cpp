// SPDX-License-Identifier: Apache-2.0
#include "respond/incident_photo.hpp"

#include <gtest/gtest.h>

#include <random>

namespace cairn::respond {
namespace {

using std::string_literals::operator""s;

std::string big(std::uint32_t value, int count) {
  std::string out;
  for (int shift = (count - 1) * 8; shift >= 0; shift -= 8)
    out += static_cast<char>(value >> shift);
  return out;
}
std::string segment(unsigned char marker, const std::string& payload) {
  return "\xFF"s + static_cast<char>(marker) +
         big(static_cast<std::uint32_t>(payload.size() + 2), 2) + payload;
}

// Orientation 6, a camera's serial number and a place: 27°30'36" N, 102°15'0" E.
std::string exif() {
  const auto entry = [](std::uint32_t tag, std::uint32_t type, std::uint32_t count,
                        const std::string& value) {
    return big(tag, 2) + big(type, 2) + big(count, 4) + value;
  };
  const std::string head = "MM\0\x2A"s + big(8, 4);
  const std::string first = big(3, 2) + entry(0x0112, 3, 1, big(6, 2) + "\0\0"s) +
                            entry(0xA431, 2, 4, "SN7\0"s) + entry(0x8825, 4, 1, big(50, 4)) +
                            big(0, 4);
  EXPECT_EQ(head.size() + first.size(), 50u);
  const std::string gps = big(4, 2) + entry(1, 2, 2, "N\0\0\0"s) + entry(2, 5, 3, big(104, 4)) +
                          entry(3, 2, 2, "E\0\0\0"s) + entry(4, 5, 3, big(128, 4)) + big(0, 4);
  EXPECT_EQ(50 + gps.size(), 104u);
  std::string angles;
  for (const std::uint32_t n : {27u, 30u, 36u, 102u, 15u, 0u}) angles += big(n, 4) + big(1, 4);
  return "Exif\0\0"s + head + first + gps + angles;
}

std::string jpeg() {
  return "\xFF\xD8"s + segment(0xE0, "JFIF\0\1\2\0\0\1\0\1\1\1"s + "prv") + segment(0xE1, exif()) +
         segment(0xE1, "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>"s) +
         segment(0xED, "Photoshop 3.0\0author"s) + segment(0xFE, "taken by Ayi") +
         segment(0xDB, std::string(65, '\1')) + segment(0xC0, "\x08\0\1\0\1\1\1\x11\0"s) +
         segment(0xDA, "\1\1\0\0\x3F\0"s) + "ab\xFF\0cd\xFF\xD0"s + "ef\xFF\xD9" +
         "trailing secret";
}

TEST(Photo, TypesAreToldByTheBytes) {
  EXPECT_EQ(media_type_of(jpeg()), "image/jpeg");
  EXPECT_EQ(media_type_of("\x89PNG\r\n\x1a\nrest"), "image/png");
  EXPECT_EQ(media_type_of("RIFF\4\0\0\0WEBPVP8 "s), "image/webp");
  EXPECT_EQ(media_type_of("%PDF-1.7"), "application/pdf");
  EXPECT_EQ(media_type_of("两行\n字\t"), "text/plain");
  EXPECT_EQ(media_type_of("<svg/>"), "text/plain");
  for (const std::string& other : {"GIF89a\1"s, "MZ\x90"s, "\xFF\xFE"s, ""s, "a\0b"s, "PK\3\4"s}) {
    EXPECT_EQ(media_type_of(other), "");
  }
}

TEST(Photo, AJpegKeepsWhatItShowsAndStandsUpright) {
  EXPECT_EQ(exif_orientation(jpeg()), 6);
  const auto at = exif_position(jpeg());
  ASSERT_TRUE(at);
  EXPECT_NEAR(at->y, 27.51, 1e-9);
  EXPECT_NEAR(at->x, 102.25, 1e-9);
  const auto clean = without_metadata(jpeg());
  ASSERT_TRUE(clean) << to_string(clean.error());
  EXPECT_EQ(exif_position(*clean), std::nullopt);
  EXPECT_EQ(exif_orientation(*clean), 6);
  for (const char* gone : {"SN7", "xmpmeta", "Photoshop", "Ayi", "secret", "prv"}) {
    EXPECT_EQ(clean->find(gone), std::string::npos) << gone;
  }
  EXPECT_NE(clean->find("JFIF"), std::string::npos);
  EXPECT_TRUE(clean->ends_with("ab\xFF\0cd\xFF\xD0"s + "ef\xFF\xD9"));
  EXPECT_EQ(*without_metadata(*clean), *clean);
}

TEST(Photo, PngAndWebpLoseTheirWords) {
  const auto chunk = [](const char* type, const std::string& data) {
    return big(static_cast<std::uint32_t>(data.size()), 4) + type + data + "CRC4";
  };
  const std::string png = "\x89PNG\r\n\x1a\n" + chunk("IHDR", std::string(13, '\1')) +
                          chunk("tEXt", "Author\0Ayi"s) + chunk("eXIf", "MM place") +
                          chunk("IDAT", "pixels") + chunk("IEND", "") + "tail";
  const auto clean = without_metadata(png);
  ASSERT_TRUE(clean);
  EXPECT_EQ(clean->find("Ayi"), std::string::npos);
  EXPECT_EQ(clean->find("place"), std::string::npos);
  EXPECT_EQ(clean->find("tail"), std::string::npos);
  EXPECT_NE(clean->find("pixels"), std::string::npos);
  const std::string body = "WEBPVP8X\x0A\0\0\0\x0C\0\0\0\0\0\0\0\0\0"s + "VP8 \4\0\0\0abcd"s +
                           "EXIF\5\0\0\0place\0"s + "XMP \2\0\0\0hi"s;
  const std::string webp = "RIFF"s + static_cast<char>(body.size()) + "\0\0\0"s + body;
  const auto small = without_metadata(webp);
  ASSERT_TRUE(small) << to_string(small.error());
  EXPECT_EQ(small->find("place"), std::string::npos);
  EXPECT_EQ((*small)[20], '\0');  // neither EXIF nor XMP is announced
  EXPECT_EQ(static_cast<unsigned char>((*small)[4]), small->size() - 8);
}

TEST(Photo, WhatIsDamagedIsRefused) {
  const std::string whole = jpeg();
  const std::size_t end = whole.find("\xFF\xD9");
  for (std::size_t size = 0; size <= end; ++size) {
    EXPECT_FALSE(without_metadata(std::string_view(whole).substr(0, size))) << size;
  }
  EXPECT_FALSE(without_metadata("plain words"));
  EXPECT_FALSE(without_metadata("%PDF-1.7"));
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = whole;
    for (int k = 0; k < 3; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto clean = without_metadata(bytes);
    (void)exif_position(bytes);
    if (clean) {
      EXPECT_EQ(clean->find("secret"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace cairn::respond
