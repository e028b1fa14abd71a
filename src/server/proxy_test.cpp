// SPDX-License-Identifier: Apache-2.0
#include "server/proxy.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

Request with(std::vector<Header> headers) {
  return {.headers = std::move(headers), .peer = "127.0.0.1"};
}

TEST(ProxyTest, TheNearestProxysWordIsTaken) {
  Request request = with({{"x-forwarded-for", "10.0.0.1, 198.51.100.7"}});
  trust_proxy(request);
  EXPECT_EQ(request.peer, "198.51.100.7");
  request = with({{"x-forwarded-for", "10.0.0.1"}, {"x-forwarded-for", "198.51.100.8"}});
  trust_proxy(request);
  EXPECT_EQ(request.peer, "198.51.100.8");
  request = with({{"x-forwarded-for", std::string(500, '1')}});
  trust_proxy(request);
  EXPECT_EQ(request.peer, "127.0.0.1");
  request = with({});
  trust_proxy(request);
  EXPECT_EQ(request.peer, "127.0.0.1");
}

// A name of a stranger that leads to 127.0.0.1 is not this machine's.
TEST(ProxyTest, OnlyThisMachinesOwnNamesAreOfIt) {
  for (const char* host : {"localhost:8080", "127.0.0.1:8080", "[::1]:8080", "localhost"}) {
    EXPECT_TRUE(is_of_this_machine(with({{"host", host}}))) << host;
  }
  for (const char* host : {"evil.example:8080", "localhost.evil.example", "[::2]", "10.0.0.1"}) {
    EXPECT_FALSE(is_of_this_machine(with({{"host", host}}))) << host;
  }
  EXPECT_FALSE(is_of_this_machine(with({{"host", "localhost"}, {"x-forwarded-for", "1.2.3.4"}})));
}

}  // namespace
}  // namespace cairn::server
