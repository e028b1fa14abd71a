// SPDX-License-Identifier: Apache-2.0
#include "codec/cap_xml.hpp"

#include <gtest/gtest.h>

namespace cairn::codec {
namespace {

std::string error_of(std::string_view bytes, const XmlLimits& limits = {}) {
  const auto got = read_xml(bytes, limits);
  return got ? "none" : to_string(got.error());
}

TEST(CapXml, NamespacesTextAndPlaces) {
  const auto got =
      read_xml("<p:a xmlns:p='urn:x' k='v'>\n <b>1&amp;<![CDATA[<]]></b>\n <b/></p:a>");
  ASSERT_TRUE(got);
  ASSERT_EQ(got->nodes.size(), 3u);
  EXPECT_EQ(got->nodes[0].space, "urn:x");
  EXPECT_EQ(got->nodes[0].attributes, (std::vector<XmlAttribute>{{"", "k", "v"}}));
  EXPECT_EQ(got->nodes[1].text, "1&<");
  EXPECT_EQ(got->nodes[1].space, "");
  EXPECT_EQ(got->place(got->nodes[0]), "1:1 a");
  EXPECT_EQ(got->place(got->nodes[2]), "3:2 a/b[2]");
}

TEST(CapXml, DeclarationsOfTypesAreRefusedBeforeTheyAct) {
  std::string bomb = "<!DOCTYPE a [<!ENTITY x0 \"ha\">";
  for (int i = 1; i < 30; ++i) {
    const std::string before = "&x" + std::to_string(i - 1) + ";";
    bomb += "<!ENTITY x" + std::to_string(i) + " \"" + before + before + "\">";
  }
  bomb += "]><a>&x29;</a>";
  EXPECT_NE(error_of(bomb).find("document type declaration"), std::string::npos);
  EXPECT_NE(error_of("<!DOCTYPE a SYSTEM 'file:///nowhere'><a/>").find("1:"), std::string::npos);
  EXPECT_NE(error_of("<a>&eacute;</a>").find("entity"), std::string::npos);
}

TEST(CapXml, LimitsHold) {
  EXPECT_EQ(error_of("<a><b><c/></b></a>", {.depth = 3}), "none");
  EXPECT_NE(error_of("<a><b><c/></b></a>", {.depth = 2}).find("deeper than 2"), std::string::npos);
  EXPECT_NE(error_of("<a><b/><b/></a>", {.elements = 2}).find("more than 2"), std::string::npos);
  EXPECT_NE(error_of("<a b='' c=''/>", {.attributes = 1}).find("attributes"), std::string::npos);
  EXPECT_NE(error_of("<a></a>", {.bytes = 6}).find("7 bytes"), std::string::npos);
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_NE(error_of(deep).find("deeper than"), std::string::npos);
}

TEST(CapXml, BrokenDocuments) {
  EXPECT_NE(error_of("").find("cut off"), std::string::npos);
  EXPECT_NE(error_of("<a>\n<b></a>").find("2:"), std::string::npos);
  EXPECT_NE(error_of("<?xml version='1.0' encoding='GBK'?><a/>").find("UTF-8"), std::string::npos);
  for (const std::string_view text :
       {std::string_view("<a>\xff</a>"), std::string_view("<a>\0</a>", 8),
        std::string_view("<a>&#1;</a>"), std::string_view("<a/><a/>")}) {
    EXPECT_NE(error_of(text).find("not well-formed"), std::string::npos) << text;
  }
}

TEST(CapXml, WritesWhatItReads) {
  const std::string text = "a<b>&\"'\r\n\t]]>山𠮷";
  XmlWriter writer;
  writer.open("r", {{"", "k", text}});
  writer.element("t", text);
  writer.element("e", "");
  writer.close();
  const auto bytes = std::move(writer).take();
  ASSERT_TRUE(bytes);
  const auto got = read_xml(*bytes);
  ASSERT_TRUE(got) << *bytes;
  EXPECT_EQ(got->nodes[0].attributes[0].value, text);
  EXPECT_EQ(got->nodes[1].text, text);
  EXPECT_EQ(got->nodes[2].text, "");
}

TEST(CapXml, TheFirstRefusalStaysWithItsPlace) {
  XmlWriter writer;
  writer.open("r");
  writer.open("s");
  writer.element("t", "good");
  writer.element("t", std::string_view("a\0b", 3));
  writer.element("u", "\xff");
  writer.close();
  writer.close();
  const auto got = std::move(writer).take();
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().place, "r/s[1]/t[2]");
  EXPECT_NE(got.error().message.find("byte 2"), std::string::npos);
  EXPECT_EQ(first_not_xml("a\xEF\xBF\xBF"), 1u);  // U+FFFF
  EXPECT_EQ(first_not_xml("山\n"), std::string_view::npos);
}

}  // namespace
}  // namespace cairn::codec
