// SPDX-License-Identifier: Apache-2.0
#include "server/coap_blocks.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

CoapRequest block(std::uint32_t number, bool more, std::string payload, std::string peer = "a") {
  CoapRequest out;
  out.peer = std::move(peer);
  out.path = "senml";
  out.block = CoapBlock{number, more, 0};  // of 16 bytes
  out.payload = std::move(payload);
  return out;
}
const std::string sixteen(16, 'x');

TEST(CoapBlocks, ABodyComesTogetherInOrder) {
  CoapBlocks blocks({.body_bytes = 100});
  auto first = block(0, true, sixteen);
  const auto go_on = blocks.take(first, 0);
  ASSERT_TRUE(go_on);
  EXPECT_EQ(go_on->code, coap_continue);
  ASSERT_TRUE(go_on->block);
  EXPECT_EQ(go_on->block->number, 0U);
  auto second = block(1, true, std::string(16, 'y'));
  EXPECT_EQ(blocks.take(second, 1)->code, coap_continue);
  EXPECT_EQ(blocks.bytes(), 32U);
  auto last = block(2, false, "z");
  EXPECT_FALSE(blocks.take(last, 2));
  EXPECT_EQ(last.payload, sixteen + std::string(16, 'y') + "z");
  EXPECT_EQ(blocks.bodies(), 0U);
  EXPECT_EQ(blocks.bytes(), 0U);
}

TEST(CoapBlocks, BodiesOfSendersPathsAndTagsStayApart) {
  CoapBlocks blocks({.body_bytes = 100});
  auto a = block(0, true, sixteen, "a");
  auto b = block(0, true, std::string(16, 'b'), "b");
  auto tagged = block(0, true, std::string(16, 't'), "a");
  tagged.tag = "1";
  EXPECT_EQ(blocks.take(a, 0)->code, coap_continue);
  EXPECT_EQ(blocks.take(b, 0)->code, coap_continue);
  EXPECT_EQ(blocks.take(tagged, 0)->code, coap_continue);
  auto end = block(1, false, "!", "a");
  EXPECT_FALSE(blocks.take(end, 0));
  EXPECT_EQ(end.payload, sixteen + "!");
}

TEST(CoapBlocks, AMissingBlockAnswersIncomplete) {
  CoapBlocks blocks({.body_bytes = 100});
  auto late = block(1, false, "x");
  EXPECT_EQ(blocks.take(late, 0)->code, coap_incomplete);
  auto first = block(0, true, sixteen);
  EXPECT_EQ(blocks.take(first, 0)->code, coap_continue);
  auto third = block(2, false, "x");
  EXPECT_EQ(blocks.take(third, 0)->code, coap_incomplete);
  EXPECT_EQ(blocks.bodies(), 0U);
  auto half = block(0, true, "short");
  EXPECT_EQ(blocks.take(half, 0)->code, coap_incomplete);
  EXPECT_EQ(blocks.bytes(), 0U);
}

TEST(CoapBlocks, TooLargeIsToldWithTheSizeThatIsTaken) {
  CoapBlocks blocks({.body_bytes = 20});
  auto announced = block(0, true, sixteen);
  announced.size1 = 21;
  const auto answer = blocks.take(announced, 0);
  EXPECT_EQ(answer->code, coap_too_large);
  EXPECT_EQ(answer->size1, 20U);
  auto first = block(0, true, sixteen);
  EXPECT_EQ(blocks.take(first, 0)->code, coap_continue);
  auto second = block(1, false, "12345");
  EXPECT_EQ(blocks.take(second, 0)->code, coap_too_large);
  EXPECT_EQ(blocks.bytes(), 0U);
}

TEST(CoapBlocks, MemoryIsBoundedAndTheSilentGoFirst) {
  CoapBlocks blocks({.body_bytes = 100, .total_bytes = 40, .bodies = 3, .idle_ms = 1'000});
  for (const char* peer : {"a", "b", "c"}) {
    auto first = block(0, true, sixteen, peer);
    EXPECT_EQ(blocks.take(first, 0)->code, coap_continue);
  }
  EXPECT_EQ(blocks.bodies(), 2U);
  EXPECT_LE(blocks.bytes(), 40U);
  auto gone = block(1, false, "x", "a");
  EXPECT_EQ(blocks.take(gone, 0)->code, coap_incomplete);
  auto kept = block(1, false, "x", "c");
  EXPECT_FALSE(blocks.take(kept, 0));
  auto other = block(0, true, sixteen, "d");
  EXPECT_EQ(blocks.take(other, 1'001)->code, coap_continue);
  EXPECT_EQ(blocks.bodies(), 1U);  // b was silent for too long
}

}  // namespace
}  // namespace cairn::server
