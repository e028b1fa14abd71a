// SPDX-License-Identifier: Apache-2.0
#include "server/base_url.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

std::string url(std::vector<Header> headers) {
  Request request;
  request.headers = std::move(headers);
  return base_url(request);
}

TEST(BaseUrl, ComesFromTheHost) {
  EXPECT_EQ(url({{"host", "127.0.0.1:8080"}}), "http://127.0.0.1:8080");
  EXPECT_EQ(url({{"host", "[::1]:8080"}}), "http://[::1]:8080");
  EXPECT_EQ(url({}), "http://127.0.0.1");
}

TEST(BaseUrl, ProxiesComeFirst) {
  EXPECT_EQ(url({{"host", "inner"}, {"x-forwarded-proto", "https"}, {"x-forwarded-host", "outer"}}),
            "https://outer");
}

TEST(BaseUrl, WhatIsNoHostIsNotRepeated) {
  EXPECT_EQ(url({{"host", "a\"><script>"}}), "http://127.0.0.1");
  EXPECT_EQ(url({{"host", "a/b"}}), "http://127.0.0.1");
  EXPECT_EQ(url({{"host", "good"}, {"x-forwarded-host", "bad host"}}), "http://good");
  EXPECT_EQ(url({{"host", std::string(300, 'a')}}), "http://127.0.0.1");
}

}  // namespace
}  // namespace cairn::server
