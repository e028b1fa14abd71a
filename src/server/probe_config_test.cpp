// SPDX-License-Identifier: Apache-2.0
#include "server/probe_config.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

ProbeConfig read(std::string_view yaml, Problems& problems) {
  ProbeConfig out;
  read_probe_config(yaml, "probe.yaml", out, problems);
  return out;
}

TEST(ProbeConfig, Reads) {
  Problems problems;
  const ProbeConfig config = read(
      "every: 12h\nrequests_per_service: 300\nrequests: 900\npause_ms: 250\ntimeout_ms: 3000\n"
      "resolvers: ['192.0.2.53', '[2001:db8::53]:5353']\ncontact: https://a.example/probe\n"
      "tries: 5\nlinks: 2\nsimilar: 0.8\ndegradation: 0.25\ndays_left: 20\n"
      "resolver_validates: true\n",
      problems);
  EXPECT_TRUE(problems.ok()) << (problems.ok() ? "" : to_string(problems.errors.front()));
  EXPECT_EQ(config.every_ns, 12 * 3'600 * ns_per_second);
  EXPECT_EQ(config.requests_per_service, 300u);
  EXPECT_EQ(config.requests, 900u);
  EXPECT_EQ(config.pause_ms, 250);
  EXPECT_EQ(config.resolvers.size(), 2u);
  EXPECT_EQ(config.settings.tries, 5);
  EXPECT_EQ(config.limits.similar, 0.8);
  EXPECT_EQ(config.limits.days_left, 20);
  EXPECT_TRUE(config.limits.resolver_validates);
  EXPECT_FALSE(config.laboratory);
  EXPECT_EQ(config.user_agent(), "cairn-probe/1 (+https://a.example/probe)");
  EXPECT_EQ(ProbeConfig{}.user_agent(), "cairn-probe/1");
}

TEST(ProbeConfig, RefusesWithThePlace) {
  for (const auto& [yaml, line] : {std::pair{"every: 5min", 1},
                                   {"every: 1mo", 1},
                                   {"\nsimilar: 1.5", 2},
                                   {"pause_ms: 0", 1},
                                   {"contact: 'a b'", 1},
                                   {"contact: 'a(b)'", 1},
                                   {"name_server_port: 5300", 1},
                                   {"\n\nevry: 6h", 3},
                                   {"requests_per_service: 10", 1},
                                   {"- a", 1}}) {
    Problems problems;
    read(yaml, problems);
    ASSERT_FALSE(problems.ok()) << yaml;
    EXPECT_TRUE(problems.errors.front().place.starts_with("probe.yaml:" + std::to_string(line)))
        << yaml << ": " << problems.errors.front().place;
  }
}

TEST(ProbeConfig, LaboratoriesMayBeFast) {
  Problems problems;
  const auto config =
      read("laboratory: true\npause_ms: 0\nname_server_port: 5300\nca_file: /x.pem\n", problems);
  EXPECT_TRUE(problems.ok());
  EXPECT_EQ(config.name_server_port, 5300);
  EXPECT_EQ(config.pause_ms, 0);
}

}  // namespace
}  // namespace cairn::server
