// SPDX-License-Identifier: Apache-2.0
#include "codec/cap.hpp"

#include <gtest/gtest.h>

#include "codec/test_cap.hpp"

namespace cairn::codec {
namespace {

TEST(Cap, CodesHaveTheNamesOfTheStandard) {
  EXPECT_EQ(cap_text(CapScope::addressed), "Private");
  EXPECT_EQ(cap_text(CapCategory::cbrne), "CBRNE");
  EXPECT_EQ(parse_cap_code<CapResponse>("AllClear"), CapResponse::all_clear);
  EXPECT_FALSE(parse_cap_code<CapSeverity>("severe"));
}

TEST(Cap, TimesKeepTheirOffset) {
  for (const char* text : {"2026-07-01T08:00:00+08:00", "2012-05-02T23:21:04-00:00",
                           "2010-08-31T00:09:25-05:30", "1999-12-31T23:59:59+14:00"}) {
    const auto time = parse_cap_time(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(cap_time_text(*time).value(), text);
  }
  EXPECT_EQ(cap_time("2026-07-01T08:00:00+08:00").at, cap_time("2026-07-01T00:00:00-00:00").at);
  EXPECT_EQ(cap_time("2026-07-01T24:00:00+08:00").at, cap_time("2026-07-02T00:00:00+08:00").at);
  EXPECT_EQ(cap_time_text(cap_time("2026-07-01T00:00:00+00:00")).value(),
            "2026-07-01T00:00:00-00:00");
}

TEST(Cap, TimesOfAnotherFormAreRefused) {
  for (const char* text :
       {"2026-07-01T08:00:00Z", "2026-07-01T08:00:00", "2026-07-01T08:00:00.5+08:00",
        "2026-07-01 08:00:00+08:00", "2026-07-01T08:00+08:00", "2026-02-30T08:00:00+08:00",
        "2026-07-01T24:00:01+08:00", "2026-07-01T08:60:00+08:00", "2026-07-01T08:00:60+08:00",
        "2026-07-01T08:00:00+14:01", "2026-07-01T08:00:00+08:60", "2026-07-01T08:00:00,08:00",
        "0001-07-01T08:00:00+08:00", ""}) {
    EXPECT_FALSE(parse_cap_time(text)) << text;
  }
  EXPECT_FALSE(cap_time_text({Instant{1}, Zone{}}));
  EXPECT_FALSE(cap_time_text({Instant{}, Zone{61}}));
}

TEST(Cap, ExcerptsKeepWholeCharacters) {
  EXPECT_EQ(excerpt("山水", 6), "山水");
  EXPECT_EQ(excerpt("山水", 5), "山");
  EXPECT_EQ(excerpt("山水", 2), "");
  EXPECT_EQ(excerpt("abc", 2), "ab");
}

TEST(Cap, ReferencesAreAChain) {
  const std::string text =
      "a@b.c,one,2026-07-01T08:00:00+08:00 d@e.f,two,2026-07-01T09:00:00+08:00";
  const auto references = parse_cap_references("  " + text + "\n");
  ASSERT_TRUE(references);
  ASSERT_EQ(references->size(), 2u);
  EXPECT_EQ((*references)[1].identifier, "two");
  EXPECT_EQ(cap_references_text(*references).value(), text);
  for (const char* wrong : {"a,b", "a,b,c", ",b,2026-07-01T08:00:00+08:00",
                            "a,,2026-07-01T08:00:00+08:00", "a,b,2026-07-01T08:00:00Z"}) {
    const auto got = parse_cap_references(wrong);
    ASSERT_FALSE(got) << wrong;
    EXPECT_NE(got.error().message.find("reference 1"), std::string::npos);
  }
  const CapReference blank{"a b", "c", {}};
  EXPECT_FALSE(cap_references_text({&blank, 1}));
}

TEST(Cap, ListsQuoteBlanks) {
  const std::vector<std::string> members{"one", "two words", "三"};
  EXPECT_EQ(cap_list_text(members).value(), "one \"two words\" 三");
  EXPECT_EQ(parse_cap_list(" one\n\"two words\"  三 "), members);
  EXPECT_EQ(parse_cap_list("\"open end"), std::vector<std::string>{"open end"});
  EXPECT_TRUE(parse_cap_list(" \"\" ").empty());
  EXPECT_FALSE(cap_list_text(std::vector<std::string>{"a\"b"}));
}

TEST(Cap, FourLevelsMapToSeverityAndBack) {
  for (const char* text : {"蓝", "黄", "橙", "红"}) {
    const auto level = parse_level(text);
    ASSERT_TRUE(level);
    EXPECT_EQ(level_text(*level, "zh-CN"), std::string(text) + "色");
    EXPECT_EQ(parse_level(level_text(*level, "en-US")), level);
    EXPECT_EQ(level_of(severity_of(*level)), level);
    CapInfo info;
    set_level(info, *level);
    set_level(info, *level);
    ASSERT_EQ(info.parameters.size(), 1u);
    EXPECT_EQ(info.severity, severity_of(*level));
    EXPECT_EQ(level_of(info), level);
  }
  EXPECT_EQ(severity_of(WarningLevel::blue), CapSeverity::minor);
  EXPECT_EQ(severity_of(WarningLevel::red), CapSeverity::extreme);
  EXPECT_EQ(parse_level("oRANGE"), WarningLevel::orange);
  EXPECT_FALSE(parse_level("绿"));
  EXPECT_FALSE(level_of(CapSeverity::unknown));
}

TEST(Cap, FormsOfCodesLanguagesAndUris) {
  EXPECT_TRUE(is_division_code("513301"));
  EXPECT_FALSE(is_division_code("013301"));
  EXPECT_FALSE(is_division_code("51330"));
  EXPECT_TRUE(is_event_code("11B03"));
  EXPECT_FALSE(is_event_code("11b03"));
  EXPECT_TRUE(is_language_tag("zh-Hans-CN"));
  EXPECT_FALSE(is_language_tag("zh_CN"));
  EXPECT_FALSE(is_language_tag(""));
  EXPECT_TRUE(is_absolute_uri("https://example.org:80/a%20b?c=d#e"));
  EXPECT_TRUE(is_absolute_uri("urn:oid:2.49.0.1.156"));
  for (const char* wrong : {"/a/b", "a b:c", "http://x/a b", "http://x/山", "http://x/%4",
                            "http://x#a#b", "http:", "http://", "http://:80/", "http://a:b/"}) {
    EXPECT_FALSE(is_absolute_uri(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace cairn::codec
