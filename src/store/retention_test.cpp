// SPDX-License-Identifier: Apache-2.0
#include "store/retention.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"

namespace cairn::store {
namespace {

constexpr std::int64_t hour = 3600 * ns_per_second;

std::string read(std::string_view text) {
  const auto rules = parse_retention(text);
  if (!rules) return rules.error().message;
  std::string out;
  for (const Retention& rule : *rules) {
    out += format("{}d:{}h ", rule.age_ns / ns_per_day, rule.step_ns / hour);
  }
  return out;
}

TEST(Retention, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read("raw"), "");
  EXPECT_EQ(read("raw=90d"), "90d:0h ");
  EXPECT_EQ(read("raw=90d,1h"), "90d:1h ");
  EXPECT_EQ(read("raw=400d,1h=10y"), "400d:1h 3652d:0h ");
  EXPECT_EQ(read(" raw = 30d , 1h = 1y , 1d = 10y "), "30d:1h 365d:24h 3652d:0h ");
}

TEST(Retention, SaysWhatIsWrong) {
  const auto says = [](std::string_view text, std::string_view what) {
    EXPECT_NE(read(text).find(what), std::string::npos) << text << ": " << read(text);
  };
  says("1h=10y", "begins with 'raw'");
  says("raw=400", "'400' is not a span");
  says("raw=400d,hourly=10y", "'hourly' is neither 'raw' nor a step");
  says("raw=400d,1mo=10y", "equal length");
  says("raw=400d,1h=100d", "'1h=100d' ends before it begins");
  says("raw,1h=10y", "'1h=10y' follows what is kept for ever");
  says("raw=30d,1h=1y,90min=10y", "no multiple");
  says("raw=30d,raw=40d", "'raw' comes first");
  says("raw=30d,,1h", "'' is neither");
  says("raw=9000y", "longer than 292 years");
}

}  // namespace
}  // namespace cairn::store
