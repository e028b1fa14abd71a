// SPDX-License-Identifier: Apache-2.0
#include "server/identity.hpp"

#include <gtest/gtest.h>

#include "model/memory_files.hpp"

namespace cairn::server {
namespace {

// sha256 of "secret-1" and "secret-2".
constexpr const char* file =
    "name,sha256,things,rights\n"
    "gateway-7,f7e7c36e458e80e6b6a2c67d0a9ec09bd718dadd7bfa8d6bf6e7ad526e46c2f7,"
    "meter-*; pump-12,publish\n"
    "board,f4b6bb6548129dacf11c1a9c4dffffefd4aa6b21fcf4e9754cc03b731cbe7c25,*,"
    "publish;subscribe\n"
    "cert-only,,sluice-1,publish\n";

class IdentityTest : public testing::Test {
 protected:
  Result<std::shared_ptr<const Identities>> load(const std::string& text,
                                                 std::string_view address = "0.0.0.0") {
    const model::MemoryFiles files({{"identities.csv", text}});
    return Identities::load(files, "identities.csv", address);
  }
};

TEST(IdentityPattern, AStarIsAnyText) {
  EXPECT_TRUE(may_touch({.name = "", .things = {"*"}}, ""));
  EXPECT_TRUE(may_touch({.name = "", .things = {"meter-*"}}, "meter-7"));
  EXPECT_TRUE(may_touch({.name = "", .things = {"*-a-*-b"}}, "x-a-y-a-b-b"));
  EXPECT_TRUE(may_touch({.name = "", .things = {"a**"}}, "a"));
  EXPECT_FALSE(may_touch({.name = "", .things = {"meter-*"}}, "pump-7"));
  EXPECT_FALSE(may_touch({.name = "", .things = {"meter"}}, "meter-7"));
  EXPECT_FALSE(may_touch({.name = "", .things = {""}}, "x"));
  EXPECT_FALSE(may_touch({.name = "", .things = {"*b"}}, "bc"));
}

TEST_F(IdentityTest, ATokenTellsWhoItIs) {
  const auto identities = load(file);
  ASSERT_TRUE(identities) << to_string(identities.error());
  EXPECT_EQ((*identities)->size(), 3U);
  EXPECT_FALSE((*identities)->is_open());
  const auto gateway = (*identities)->authenticate("gateway-7", "secret-1");
  ASSERT_TRUE(gateway) << to_string(gateway.error());
  EXPECT_EQ(gateway->things, (std::vector<std::string>{"meter-*", "pump-12"}));
  EXPECT_TRUE(gateway->publish);
  EXPECT_FALSE(gateway->subscribe);
  EXPECT_TRUE(may_touch(*gateway, "meter-9"));
  EXPECT_FALSE(may_touch(*gateway, "pump-13"));
  const auto board = (*identities)->authenticate("", "secret-2");
  ASSERT_TRUE(board);
  EXPECT_EQ(board->name, "board");
}

TEST_F(IdentityTest, WrongTokensAreDenied) {
  const auto identities = load(file);
  ASSERT_TRUE(identities);
  for (const auto& [user, token] :
       std::vector<std::pair<std::string, std::string>>{{"gateway-7", "secret-2"},
                                                        {"gateway-7", ""},
                                                        {"", ""},
                                                        {"", "secret-3"},
                                                        {"nobody", "secret-1"},
                                                        {"cert-only", ""}}) {
    const auto result = (*identities)->authenticate(user, token);
    ASSERT_FALSE(result) << user;
    EXPECT_EQ(result.error().code, Code::denied);
  }
}

TEST_F(IdentityTest, CertificatesAreKnownByTheirName) {
  const auto identities = load(file);
  ASSERT_TRUE(identities);
  const auto sluice = (*identities)->by_certificate("cert-only");
  ASSERT_TRUE(sluice);
  EXPECT_EQ(sluice->things, std::vector<std::string>{"sluice-1"});
  EXPECT_FALSE((*identities)->by_certificate("somebody"));
}

TEST_F(IdentityTest, WithoutAFileOnlyThisMachineIsServed) {
  const model::MemoryFiles files({});
  const auto local = Identities::load(files, "identities.csv", "127.0.0.1");
  ASSERT_TRUE(local);
  EXPECT_TRUE((*local)->is_open());
  const auto anybody = (*local)->authenticate("", "");
  ASSERT_TRUE(anybody);
  EXPECT_TRUE(anybody->publish && anybody->subscribe && may_touch(*anybody, "x"));
  const auto open = Identities::load(files, "identities.csv", "0.0.0.0");
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().code, Code::denied);
  EXPECT_EQ(open.error().place, "identities.csv");
}

TEST_F(IdentityTest, MistakesInTheFileHaveTheirLine) {
  const auto place = [&](const std::string& rest) {
    const auto result = load("name,sha256,things,rights\n" + rest);
    return result ? std::string("taken") : result.error().place;
  };
  EXPECT_EQ(place("a,12,*,publish\n"), "identities.csv:2");
  EXPECT_EQ(place("a,,*,publish\nb,,*,write\n"), "identities.csv:3");
  EXPECT_EQ(place("a,,*,publish\na,,*,publish\n"), "identities.csv:3");
  EXPECT_EQ(place(",,*,publish\n"), "identities.csv:2");
  EXPECT_EQ(load("name,token\n").error().place, "identities.csv:1");
}

}  // namespace
}  // namespace cairn::server
