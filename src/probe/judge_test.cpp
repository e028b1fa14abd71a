// SPDX-License-Identifier: Apache-2.0
#include "probe/judge.hpp"

#include <gtest/gtest.h>

#include <map>

namespace cairn::probe {
namespace {

const Instant now = parse_instant("2026-03-01T12:00:00Z").value();

Observation with_tls() {
  Observation out;
  out.target = parse_target("https://portal.example/").value();
  out.at = now;
  out.tls.tried = true;
  out.tls.completed = true;
  out.tls.trust = Trust::trusted;
  out.tls.name_fits = true;
  out.tls.not_after = now + 30 * ns_per_day;
  out.tls.key = "EC";
  out.tls.key_bits = 256;
  out.tls.signature = "SHA256";
  out.tls.versions = {TlsVersion::tls1_3};
  return out;
}

Finding find(const Observation& seen, std::string_view check) {
  for (Finding& finding : judge(seen, {})) {
    if (finding.check->id == check) return std::move(finding);
  }
  ADD_FAILURE() << check;
  return {};
}

TEST(Judge, DaysLeftToTheSecond) {
  Observation seen = with_tls();
  EXPECT_EQ(find(seen, "tls_days").passed, true);
  EXPECT_EQ(find(seen, "tls_days").value, 30);
  seen.tls.not_after = seen.tls.not_after - 1;
  EXPECT_EQ(find(seen, "tls_days").severity, Severity::moderate);
  EXPECT_EQ(find(seen, "tls_days").value, 29);
  seen.tls.not_after = now + 7 * ns_per_day;
  EXPECT_EQ(find(seen, "tls_days").severity, Severity::moderate);
  seen.tls.not_after = seen.tls.not_after - 1;
  EXPECT_EQ(find(seen, "tls_days").severity, Severity::serious);
  seen.tls.not_after = now - 1;
  EXPECT_EQ(find(seen, "tls_days").value, -1);
  EXPECT_EQ(find(seen, "tls_days").text.en, "expired 1 days ago");
}

TEST(Judge, Trust) {
  Observation seen = with_tls();
  EXPECT_EQ(find(seen, "tls_chain").passed, true);
  for (const Trust trust :
       {Trust::self_signed, Trust::unknown_issuer, Trust::expired, Trust::not_yet, Trust::other}) {
    seen.tls.trust = trust;
    EXPECT_EQ(find(seen, "tls_chain").severity, Severity::serious);
  }
  seen.tls.name_fits = false;
  EXPECT_EQ(find(seen, "tls_host").severity, Severity::serious);
}

TEST(Judge, VersionsAndKeys) {
  Observation seen = with_tls();
  const auto versions = [&](std::vector<TlsVersion> accepted) {
    seen.tls.versions = std::move(accepted);
    return find(seen, "tls_versions").passed;
  };
  EXPECT_EQ(versions({TlsVersion::tls1_2, TlsVersion::tls1_3}), true);
  EXPECT_EQ(versions({TlsVersion::tls1_1, TlsVersion::tls1_2}), false);
  EXPECT_EQ(versions({TlsVersion::tls1_0}), false);
  EXPECT_EQ(versions({}), false);
  const auto key = [&](std::string kind, int bits, std::string signature) {
    seen.tls.key = std::move(kind);
    seen.tls.key_bits = bits;
    seen.tls.signature = std::move(signature);
    return find(seen, "tls_key").passed;
  };
  EXPECT_EQ(key("RSA", 2'048, "SHA256"), true);
  EXPECT_EQ(key("RSA", 2'047, "SHA256"), false);
  EXPECT_EQ(key("EC", 224, "SHA384"), true);
  EXPECT_EQ(key("EC", 192, "SHA384"), false);
  EXPECT_EQ(key("RSA", 4'096, "SHA1"), false);
  EXPECT_EQ(key("RSA", 4'096, "MD5"), false);
}

TEST(Judge, AFailedHandshakeIsOneFinding) {
  Observation seen = with_tls();
  seen.tls.completed = false;
  seen.tls.trouble = "connection refused";
  int bad = 0;
  for (const Finding& finding : judge(seen, {})) {
    if (finding.check->group == Group::tls && finding.passed == false) ++bad;
  }
  EXPECT_EQ(bad, 1);
  EXPECT_NE(find(seen, "tls_offered").text.en.find("refused"), std::string::npos);
}

TEST(Judge, SuccessAndSimilarityAtTheirLimits) {
  Observation seen = with_tls();
  seen.v6.looked_up = true;
  seen.v6.addresses = {"2001:db8::1"};
  seen.v6.tries = 10;
  seen.v6.good = 9;
  seen.v6.status = 200;
  seen.v4.status = 200;
  seen.similarity = 0.9;
  EXPECT_EQ(find(seen, "success_v6").passed, false);
  EXPECT_EQ(find(seen, "success_v6").value, 90);
  EXPECT_EQ(find(seen, "consistency").passed, true);
  seen.similarity = 0.899;
  EXPECT_EQ(find(seen, "consistency").passed, false);
  Limits mild;
  mild.success = 0.9;
  mild.similar = 0.8;
  for (const Finding& finding : judge(seen, mild)) {
    if (finding.check->id == "success_v6" || finding.check->id == "consistency") {
      EXPECT_EQ(finding.passed, true);
    }
  }
}

TEST(Judge, Median) {
  EXPECT_FALSE(median({}).has_value());
  const std::vector<double> odd{30, 10, 900};
  const std::vector<double> even{4, 1, 3, 2};
  EXPECT_EQ(median(odd), 30);
  EXPECT_EQ(median(even), 2.5);
}

TEST(Judge, Degradation) {
  PathSeen v4;
  PathSeen v6;
  EXPECT_FALSE(degradation(v4, v6, 20).has_value());
  v4.first_byte_ms = {100, 100, 400};
  v6.first_byte_ms = {110, 130, 120};
  EXPECT_NEAR(*degradation(v4, v6, 20), 0.2, 1e-12);
  EXPECT_EQ(degradation(v4, v6, 20.5), 0);
  v6.first_byte_ms = {50};
  EXPECT_NEAR(*degradation(v4, v6, 20), -0.5, 1e-12);
}

TEST(Judge, Readings) {
  Observation seen = with_tls();
  seen.v4.looked_up = true;
  seen.v4.addresses = {"198.51.100.1"};
  seen.v4.tries = seen.v4.good = 1;
  seen.v4.status = 200;
  seen.v4.first_byte_ms = {100};
  seen.v6 = seen.v4;
  seen.v6.addresses = {"2001:db8::1"};
  seen.v6.first_byte_ms = {150};
  seen.similarity = 0.5;
  seen.dns.servers = {
      {"ns1.example", true, true, {{"198.51.100.2", false, false, true, true, 7, {}, ""}}}};
  const auto findings = judge(seen, {});
  std::map<std::string_view, double> got;
  for (const auto& [property, value] : readings_of(seen, findings, {})) got[property] = value;
  const std::map<std::string_view, double> expected{
      {"aaaa", 1},         {"page_v4", 1},      {"page_v6", 1},        {"success_v6", 100},
      {"latency_v4", 100}, {"latency_v6", 150}, {"degradation", 50},   {"consistency", 0.5},
      {"ns_lame", 0},      {"soa_agree", 1},    {"tls_days_left", 30}, {"tls_ok", 1},
      {"dns_ok", 0}};  // one name server only
  EXPECT_EQ(got, expected);
}

TEST(Judge, NothingSeenGivesNoReadings) {
  Observation seen;
  seen.target = parse_target("https://portal.example/").value();
  seen.at = now;
  const auto findings = judge(seen, {});
  EXPECT_TRUE(readings_of(seen, findings, {}).empty());
  for (const Finding& finding : findings) EXPECT_FALSE(finding.passed.has_value());
}

}  // namespace
}  // namespace cairn::probe
