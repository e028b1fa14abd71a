// SPDX-License-Identifier: Apache-2.0
#include "server/nats_share.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

TEST(NatsShareTest, GivesBackWhatItTookAndNoticesEveryCut) {
  const stream::Share share{"max(rain of slope)", "513401", std::string("\0\xff..", 4)};
  const std::string text = share_text(share);
  const auto back = read_share(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->aggregate, share.aggregate);
  EXPECT_EQ(back->region, share.region);
  EXPECT_EQ(back->bytes, share.bytes);
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(read_share(text.substr(0, size))) << size;
  }
  EXPECT_FALSE(read_share(text + "x"));
}

}  // namespace
}  // namespace cairn::server
