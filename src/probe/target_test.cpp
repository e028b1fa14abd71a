// SPDX-License-Identifier: Apache-2.0
#include "probe/target.hpp"

#include <gtest/gtest.h>

namespace cairn::probe {
namespace {

TEST(Target, Reads) {
  const auto plain = parse_target("https://Portal.Example");
  ASSERT_TRUE(plain);
  EXPECT_EQ(*plain, (Target{true, "portal.example", 443, "/"}));
  EXPECT_EQ(plain->url(), "https://portal.example/");
  const auto port = parse_target("HTTP://portal.example:8080/a/../b/");
  ASSERT_TRUE(port);
  EXPECT_EQ(port->url(), "http://portal.example:8080/b/");
  EXPECT_EQ(parse_target("https://portal.example.:443/")->url(), "https://portal.example/");
}

TEST(Target, RefusesWhatIsNoHomePageOfAName) {
  for (const char* bad : {"",
                          "portal.example",
                          "ftp://portal.example/",
                          "https://",
                          "https://user@portal.example/",
                          "https://user:word@portal.example/",
                          "https://127.0.0.1/",
                          "https://[::1]/",
                          "https://[::1]:8080/",
                          "https://localhost/",
                          "https://1.2.3/",
                          "https://a..b/",
                          "https://-a.example/",
                          "https://portal.example:0/",
                          "https://portal.example:65536/",
                          "https://portal.example:x/",
                          "https://portal.example/?a",
                          "https://portal.example/#a",
                          "https://portal.example/ a",
                          "https://门户.example/",
                          "https://a.example\\@b.example/",
                          "file:///etc/passwd",
                          "https://0x7f.1/"}) {
    const auto target = parse_target(bad);
    EXPECT_FALSE(target) << bad;
    if (!target) {
      EXPECT_EQ(target.error().place, "/url") << bad;
    }
  }
  EXPECT_FALSE(parse_target("https://a.example/" + std::string(2'000, 'x')));
}

TEST(Target, ResolvesReferences) {
  const Target page{true, "portal.example", 443, "/a/b.html?q=1"};
  const auto path = [&](const char* reference) -> std::string {
    const auto to = resolve(page, reference);
    if (!to) return "none";
    return to->same_origin ? to->path : "elsewhere";
  };
  EXPECT_EQ(path("c.html"), "/a/c.html");
  EXPECT_EQ(path("./c.html#x"), "/a/c.html");
  EXPECT_EQ(path("../c/./d/../e?y=../z"), "/c/e?y=../z");
  EXPECT_EQ(path("../../../c"), "/c");
  EXPECT_EQ(path("/"), "/");
  EXPECT_EQ(path("/a/.."), "/");
  EXPECT_EQ(path("?q=2"), "/a/b.html?q=2");
  EXPECT_EQ(path("#x"), "/a/b.html?q=1");
  EXPECT_EQ(path(" https://PORTAL.example:443/x "), "/x");
  EXPECT_EQ(path("//portal.example/x"), "/x");
  EXPECT_EQ(path("https://portal.example?x"), "/?x");
  EXPECT_EQ(path("/新闻"), "/%E6%96%B0%E9%97%BB");
  EXPECT_EQ(path("/a b"), "/a%20b");
  EXPECT_EQ(path("http://portal.example/"), "elsewhere");
  EXPECT_EQ(path("https://portal.example:444/"), "elsewhere");
  EXPECT_EQ(path("https://www.portal.example/"), "elsewhere");
  EXPECT_EQ(path("mailto:a@b.example"), "none");
  EXPECT_EQ(path("javascript:void(0)"), "none");
  EXPECT_EQ(path("https://user@portal.example/"), "none");
  EXPECT_EQ(path("/a:b"), "/a:b");
}

TEST(Target, TokensAreWholeLines) {
  const Target page{true, "portal.example", 8443, "/home/"};
  EXPECT_EQ(token_record(page), "_cairn-probe.portal.example");
  EXPECT_EQ(token_page(page).url(), "https://portal.example:8443/.well-known/cairn-probe.txt");
  EXPECT_TRUE(says_token("cairn-probe=abc", "abc"));
  EXPECT_TRUE(says_token("# ours\r\n  cairn-probe=abc\r\n", "abc"));
  EXPECT_FALSE(says_token("cairn-probe=abcd", "abc"));
  EXPECT_FALSE(says_token("x cairn-probe=abc", "abc"));
  EXPECT_FALSE(says_token("<p>cairn-probe=abc</p>", "abc"));
  EXPECT_FALSE(says_token("cairn-probe=", ""));
}

}  // namespace
}  // namespace cairn::probe
