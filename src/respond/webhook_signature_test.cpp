// SPDX-License-Identifier: Apache-2.0
#include "respond/webhook_signature.hpp"

#include <gtest/gtest.h>

#include <array>

namespace cairn::respond {
namespace {

TEST(WebhookSignature, IsTheHmacOfRfc4231) {
  EXPECT_EQ(hmac_sha256_hex(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(WebhookSignature, BindsTimeDeliveryAndBodyAndHasOneForEachSecret) {
  const std::array<std::string, 2> secrets{"new", "old"};
  const std::string both = webhook_signature(secrets, "1800000000", "d1", "{}");
  const std::array<std::string, 1> fresh{"new"};
  const std::string one = webhook_signature(fresh, "1800000000", "d1", "{}");
  EXPECT_EQ(both.size(), 2 * (3 + 64) + 2);
  EXPECT_EQ(both.substr(0, one.size()), one);
  EXPECT_NE(one, webhook_signature(fresh, "1800000001", "d1", "{}"));
  EXPECT_NE(one, webhook_signature(fresh, "1800000000", "d2", "{}"));
  EXPECT_NE(one, webhook_signature(fresh, "1800000000", "d1", "{ }"));
  // As the reference receiver of tools/e2e/receiver.py computes it.
  EXPECT_EQ(one, "v1=" + hmac_sha256_hex("new", "1800000000.d1." + sha256_hex("{}")));
}

}  // namespace
}  // namespace cairn::respond
