// SPDX-License-Identifier: Apache-2.0
// A portal with two name servers, four pages and a certificate; then what happens to it.
#include "probe/measure.hpp"

#include <gtest/gtest.h>

#include <map>

#include "probe/judge.hpp"
#include "probe/test_means.hpp"

namespace cairn::probe {
namespace {

constexpr const char* v4 = "198.51.100.7";
constexpr const char* v6 = "2001:db8::7";
const Instant now = parse_instant("2026-03-01T00:00:00Z").value();

Page page(std::string body, double first_byte_ms = 40) {
  Page out;
  out.status = 200;
  out.body = std::move(body);
  out.connect_ms = 10;
  out.first_byte_ms = first_byte_ms;
  return out;
}

const std::string home =
    "<title>县门户</title><p>欢迎访问县人民政府门户网站，办事指南见下。</p>"
    "<a href=news.html>新闻</a><a href='/guide/'>指南</a><a href=https://other.example/>别处</a>";

class Portal : public testing::Test {
 protected:
  Portal() {
    for (const auto& [name, type, text] : {std::tuple{"portal.example", DnsType::a, v4},
                                           {"portal.example", DnsType::aaaa, v6},
                                           {"ns1.example", DnsType::a, "198.51.100.1"},
                                           {"ns1.example", DnsType::aaaa, "2001:db8::1"},
                                           {"ns2.example", DnsType::a, "198.51.100.2"},
                                           {"ns2.example", DnsType::aaaa, "2001:db8::2"},
                                           {"portal.example", DnsType::caa, "issue ca.example"}}) {
      means.answer("", name, type, {text});
    }
    means.answer("", "portal.example", DnsType::ns, servers);
    for (const char* server : {"198.51.100.1", "2001:db8::1", "198.51.100.2", "2001:db8::2"}) {
      means.soa(server, "portal.example", 2026030101);
      means.answer(server, "portal.example", DnsType::ns, servers);
    }
    for (const char* address : {v4, v6}) {
      means.page(address, "/", page(home));
      means.page(address, "/news.html", page("<a href=/news/1.html>一</a><a href=/>回</a>"));
      means.page(address, "/guide/", page("<p>指南</p>"));
      means.page(address, "/news/1.html", page("<p>一</p>"));
    }
    TlsSeen tls;
    tls.completed = true;
    tls.trust = Trust::trusted;
    tls.name_fits = true;
    tls.not_after = now + 90 * ns_per_day + 1;
    tls.key = "RSA";
    tls.key_bits = 2'048;
    tls.signature = "SHA256";
    means.handshake(tls, {TlsVersion::tls1_2, TlsVersion::tls1_3});
  }

  Observation seen() { return measure(target, {}, means, now); }
  // Ids of the checks that failed, then, behind a bar, of those not judged.
  std::string outcome() {
    std::string bad;
    std::string open;
    for (const Finding& finding : judge(seen(), {})) {
      if (finding.passed == true) continue;
      (finding.passed ? bad : open) += std::string(finding.check->id) + " ";
    }
    return bad + "| " + open;
  }

  const Target target = parse_target("https://portal.example/").value();
  const std::vector<std::string> servers{"ns1.example", "ns2.example"};
  TableMeans means;
};

TEST_F(Portal, AllIsRight) {
  EXPECT_EQ(outcome(), "| dnssec ");
  const Observation all = seen();
  EXPECT_EQ(all.v4.tries, 3);
  EXPECT_EQ(all.v6.good, 3);
  EXPECT_EQ(all.second.asked, 2);
  EXPECT_EQ(all.second.outside, 1u);
  EXPECT_EQ(all.third.asked, 1);
  EXPECT_EQ(all.dns.zone, "portal.example");
  EXPECT_EQ(all.dns.servers.size(), 2u);
  EXPECT_DOUBLE_EQ(all.similarity.value(), 1);
}

TEST_F(Portal, AsksNobodyElse) {
  seen();
  for (const std::string& asked : means.asked()) {
    EXPECT_EQ(asked.find("other.example"), std::string::npos) << asked;
  }
  EXPECT_LE(means.requests(), requests_most({}));
}

TEST_F(Portal, StopsAtOnceWherever) {
  const int all = seen().cut_short.empty() ? means.requests() : 0;
  ASSERT_EQ(all, 30);
  for (int most = 0; most < all; ++most) {
    TableMeans fresh = means;
    fresh.stop_after(all + most);
    const Observation part = measure(target, {}, fresh, now);
    EXPECT_EQ(part.cut_short, "stopped") << most;
    EXPECT_EQ(fresh.requests(), all + most);
  }
}

TEST_F(Portal, WithoutAaaa) {
  means.answer("", "portal.example", DnsType::aaaa, {});
  EXPECT_EQ(outcome(), "aaaa page_v6 | success_v6 consistency degradation links_2 links_3 dnssec ");
}

TEST_F(Portal, PageMissingOverV6) {
  means.forget_page(v6, "/");
  EXPECT_EQ(outcome(), "page_v6 success_v6 | consistency degradation links_2 links_3 dnssec ");
  Page gone = page("");
  gone.status = 503;
  means.page(v6, "/", gone);
  EXPECT_EQ(outcome(), "page_v6 success_v6 consistency | degradation links_2 links_3 dnssec ");
}

TEST_F(Portal, NoRouteIsNotTheServicesFault) {
  means.no_route(v6);
  for (const char* server : {"2001:db8::1", "2001:db8::2"}) {
    means.trouble(server, "portal.example", DnsType::soa, {Code::unsupported, "no route", {}});
  }
  EXPECT_EQ(outcome(),
            "| page_v6 success_v6 ns_v6 consistency degradation links_2 links_3 dnssec ");
}

TEST_F(Portal, AnotherPageOverV6) {
  means.page(v6, "/", page("<p>本站正在升级，请稍后再来，谢谢。</p><a href=/guide/>指南</a>"));
  EXPECT_EQ(outcome(), "consistency | links_3 dnssec ");
}

TEST_F(Portal, SlowOverV6) {
  means.page(v6, "/", page(home, 61));
  EXPECT_EQ(outcome(), "degradation | dnssec ");
  EXPECT_NEAR(*degradation(seen().v4, seen().v6, 20), 0.525, 1e-12);
  means.page(v6, "/", page(home, 59));  // less than 20 ms is none
  EXPECT_EQ(outcome(), "| dnssec ");
}

TEST_F(Portal, LinksThatFailOverV6) {
  means.forget_page(v6, "/guide/");
  EXPECT_EQ(outcome(), "links_2 | dnssec ");
  means.page(v6, "/guide/", page(""));
  means.forget_page(v6, "/news/1.html");
  EXPECT_EQ(outcome(), "links_3 | dnssec ");
  EXPECT_EQ(seen().third.first_bad, "/news/1.html");
}

TEST_F(Portal, RedirectsWithinTheOriginOnly) {
  Page away = page("");
  away.status = 302;
  away.location = "/home";
  for (const char* address : {v4, v6}) {
    means.page(address, "/", away);
    means.page(address, "/home", page(home));
  }
  EXPECT_EQ(outcome(), "| dnssec ");
  away.location = "https://other.example/";
  means.page(v4, "/", away);
  means.page(v6, "/", away);
  EXPECT_EQ(outcome(), "| links_2 links_3 dnssec ");
  EXPECT_EQ(seen().v6.location, "https://other.example/");
  away.location = "/";  // for ever
  means.page(v6, "/", away);
  EXPECT_EQ(seen().v6.good, 3);
  EXPECT_EQ(seen().v6.status, 302);
}

TEST_F(Portal, LameServers) {
  means.answer("198.51.100.2", "portal.example", DnsType::soa, {});
  EXPECT_EQ(outcome(), "lame | dnssec ");
  means.soa("198.51.100.2", "portal.example", 2026030101, false);
  EXPECT_EQ(outcome(), "lame | dnssec ");
  means.soa("198.51.100.2", "portal.example", 2026030101);
  means.trouble("198.51.100.1", "portal.example", DnsType::soa, {Code::io, "no answer", {}});
  EXPECT_EQ(outcome(), "lame | dnssec ");
  means.soa("198.51.100.1", "portal.example", 2026030101);
  means.answer("", "ns2.example", DnsType::a, {});
  means.answer("", "ns2.example", DnsType::aaaa, {});
  EXPECT_EQ(outcome(), "ns_aaaa lame | dnssec ");
}

TEST_F(Portal, ServersWithoutV6) {
  means.answer("", "ns1.example", DnsType::aaaa, {});
  EXPECT_EQ(outcome(), "ns_aaaa | dnssec ");
  means.answer("", "ns2.example", DnsType::aaaa, {});
  EXPECT_EQ(outcome(), "ns_aaaa ns_v6 | dnssec ");
}

TEST_F(Portal, SilentOverV6IsNotLame) {
  means.trouble("2001:db8::2", "portal.example", DnsType::soa, {Code::io, "no answer", {}});
  EXPECT_EQ(outcome(), "ns_v6 | dnssec ");
}

TEST_F(Portal, ServersThatDisagree) {
  means.soa("2001:db8::2", "portal.example", 2026030100);
  EXPECT_EQ(outcome(), "soa_agree | dnssec ");
  means.soa("2001:db8::2", "portal.example", 2026030101);
  means.answer("198.51.100.2", "portal.example", DnsType::ns, {"ns1.example", "old.example"});
  EXPECT_EQ(outcome(), "ns_agree | dnssec ");
}

TEST_F(Portal, OneServerAndAZoneAbove) {
  means.answer("", "portal.example", DnsType::ns, {"ns1.example"});
  for (const char* server : {"198.51.100.1", "2001:db8::1"}) {
    means.answer(server, "portal.example", DnsType::ns, {"ns1.example"});
  }
  EXPECT_EQ(outcome(), "ns_aaaa ns_count | dnssec ");
  const Target below = parse_target("https://a.b.portal.example/").value();
  means.answer("", "a.b.portal.example", DnsType::a, {v4});
  EXPECT_EQ(measure(below, {}, means, now).dns.zone, "portal.example");
  EXPECT_EQ(measure(below, {}, means, now).dns.caa.size(), 1u);
}

TEST_F(Portal, NoZoneAndNoResolver) {
  means.answer("", "portal.example", DnsType::ns, {});
  EXPECT_EQ(outcome(), "| ns_aaaa ns_v6 ns_count lame ns_agree soa_agree dnssec ");
  means.trouble("", "portal.example", DnsType::aaaa, {Code::io, "no answer", {}});
  const Observation part = seen();
  EXPECT_FALSE(part.v6.looked_up);
  EXPECT_FALSE(judge(part, {}).front().passed.has_value());
}

TEST_F(Portal, PlainHttpHasNoTlsButTheLackOfIt) {
  const Target plain = parse_target("http://portal.example/").value();
  const Observation part = measure(plain, {}, means, now);
  EXPECT_FALSE(part.tls.tried);
  std::string bad;
  for (const Finding& finding : judge(part, {})) {
    if (finding.passed == false) bad += finding.check->id;
  }
  EXPECT_EQ(bad, "tls_offered");
}

TEST_F(Portal, SignedZone) {
  DnsMessage is_signed;
  is_signed.answers = {record("portal.example", DnsType::aaaa, v6),
                       record("portal.example", DnsType::rrsig, "")};
  means.message("", "portal.example", DnsType::aaaa, is_signed);
  EXPECT_EQ(outcome(), "| dnssec ");
  Limits strict;
  strict.resolver_validates = true;
  EXPECT_EQ(judge(seen(), strict).back().passed, false);
  is_signed.authentic = true;
  means.message("", "portal.example", DnsType::aaaa, is_signed);
  EXPECT_EQ(outcome(), "| ");
}

}  // namespace
}  // namespace cairn::probe
