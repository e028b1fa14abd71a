// SPDX-License-Identifier: Apache-2.0
#include "protect/password.hpp"

#include <gtest/gtest.h>

#include <set>

namespace cairn::protect {
namespace {

const PasswordCost cheap{1, 8192};

bool taken(std::string_view password) {
  return check_password(password, "li.wei", {"李伟伟", "Li Wei"}).has_value();
}

TEST(PasswordTest, LengthAndPatternsAndNames) {
  EXPECT_TRUE(taken("four plain words here"));
  EXPECT_TRUE(taken("山高路远水长流明月清风"));
  EXPECT_FALSE(taken("short-one"));
  EXPECT_FALSE(taken(std::string(201, 'x') + "y"));
  EXPECT_TRUE(taken("tenletters"));
  for (const char* bad : {"1234567890", "9876543210", "aaaaaaaaaa", "abcabcabcabc", "abababababab",
                          "Password123", "P@ssw0rd2024!", "qwertyuiop", "Administrator1",
                          "li.wei2024", "Li Wei 1234", "woaini1314"}) {
    EXPECT_FALSE(taken(bad)) << bad;
  }
  EXPECT_TRUE(taken("li.wei walks by the river"));  // the name is the least of it
  EXPECT_FALSE(taken(std::string("with a nul\0 inside", 18)));
  EXPECT_FALSE(taken("broken \xff utf-8 text"));
}

TEST(PasswordTest, HashesVerifyAndTellTheirCost) {
  const auto hash = hash_password("correct horse", cheap);
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$argon2id$"));
  EXPECT_TRUE(verify_password(*hash, "correct horse"));
  EXPECT_FALSE(verify_password(*hash, "correct horse "));
  EXPECT_FALSE(verify_password(*hash, std::string_view("correct horse\0x", 15)));
  EXPECT_FALSE(verify_password("", "correct horse"));
  EXPECT_FALSE(verify_password("$argon2id$v=19$m=8,t=1,p=1$broken", "x"));
  EXPECT_NE(*hash, *hash_password("correct horse", cheap));  // another salt
  EXPECT_FALSE(is_outdated(*hash, cheap));
  EXPECT_TRUE(is_outdated(*hash, {2, 8192}));
  EXPECT_TRUE(is_outdated(*hash, {1, 16384}));
}

TEST(PasswordTest, MadePasswordsPassTheRules) {
  std::set<std::string> seen;
  char next = 0;
  const Random random = [&](std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) out += next = static_cast<char>(next * 5 + 3 + (out.size() == 0));
    return out;
  };
  for (int i = 0; i < 5; ++i) {
    const std::string made = make_password(random);
    EXPECT_EQ(made.size(), 23U);
    EXPECT_TRUE(check_password(made, "a", {}));
    seen.insert(made);
  }
  EXPECT_GT(seen.size(), 1U);
}

}  // namespace
}  // namespace cairn::protect
