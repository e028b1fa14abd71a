// SPDX-License-Identifier: Apache-2.0
#include "probe/page.hpp"

#include <gtest/gtest.h>

namespace cairn::probe {
namespace {

TEST(Page, VisibleText) {
  EXPECT_EQ(visible_text("<!DOCTYPE html><title>A b</title><!-- no --><p>C &amp; d 12</p>"),
            "abc&d");
  EXPECT_EQ(visible_text("x<script>if (a<b) { '</p>' }</script>y<STYLE>p{}</STYLE>z"), "xyz");
  EXPECT_EQ(visible_text("<p title=\"a>b\">c</p>"), "c");
  EXPECT_EQ(visible_text("&#25991;&#x5B57;&nbsp;&copy;"), "文字&copy;");
  EXPECT_EQ(visible_text("1 < 2 &"), "<&");
  EXPECT_EQ(visible_text("政　务 公开"), "政务公开");
  EXPECT_EQ(visible_text("<!-- never ends"), "");
  EXPECT_EQ(visible_text("<script>never ends"), "");
  EXPECT_EQ(visible_text("<p"), "");
  EXPECT_EQ(visible_text("&#xD800;&#0;&#1114112;"), "&#xd;&#;&#;");
}

TEST(Page, SimilarityWorkedByHand) {
  // abcdefg: abcde bcdef cdefg; abcdefh: abcde bcdef cdefh. Two of four.
  EXPECT_DOUBLE_EQ(similarity("abcdefg", "abcdefh"), 0.5);
  EXPECT_DOUBLE_EQ(similarity("abcdefg", "abcdefg"), 1);
  EXPECT_DOUBLE_EQ(similarity("abcdefg", "vwxyz"), 0);
  EXPECT_DOUBLE_EQ(similarity("", ""), 1);
  EXPECT_DOUBLE_EQ(similarity("", "abcde"), 0);
  EXPECT_DOUBLE_EQ(similarity("abc", "abc"), 1);
  EXPECT_DOUBLE_EQ(similarity("abc", "abd"), 0);
  // 网站首页内容 has two runs, 网站首页内 one of them.
  EXPECT_DOUBLE_EQ(similarity("网站首页内容", "网站首页内"), 0.5);
  EXPECT_DOUBLE_EQ(similarity("aaaaaaaaa", "aaaaa"), 1);  // sets, not bags
}

TEST(Page, ACounterMakesNoDifference) {
  const auto page = [](const char* number) {
    return visible_text("<p>县门户 欢迎您</p><p>访问量：" + std::string(number) + "</p>");
  };
  EXPECT_DOUBLE_EQ(similarity(page("10 234"), page("98 001")), 1);
}

TEST(Page, Links) {
  const Target page{true, "portal.example", 443, "/"};
  const Links links = links_of(
      "<a href=a.html>a</a><A HREF='/b?x=1&amp;y=2'>b</A><a href=\"a.html#top\">again</a>"
      "<a href=/>home</a><a href='https://other.example/'>o</a><a name=x>n</a>"
      "<!-- <a href=/no> --><script>'<a href=/no2>'</script><area href=/map>"
      "<abbr href=/no3><a class=c data-href=/no4 href = /c >c</a><a href=mailto:x@y.example>m</a>",
      page, 10);
  EXPECT_EQ(links.inside, (std::vector<std::string>{"/a.html", "/b?x=1&y=2", "/map", "/c"}));
  EXPECT_EQ(links.outside, 1u);
  EXPECT_EQ(links_of("<a href=a><a href=b><a href=c>", page, 2).inside.size(), 2u);
}

}  // namespace
}  // namespace cairn::probe
