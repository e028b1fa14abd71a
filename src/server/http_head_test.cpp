// SPDX-License-Identifier: Apache-2.0
#include "server/http_head.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/limits.hpp"

namespace cairn::server {
namespace {

const std::string line = "POST /v1/observations?thing=a%20b HTTP/1.1\r\n";
const std::string plain = line + "Host: x\r\nContent-Length: 4\r\n";
constexpr std::size_t most = limits::http_header_bytes;

std::size_t head_of(const std::string& bytes) {
  Request request;
  return read_plain_post(bytes, most, request).head_bytes;
}

TEST(PlainPost, IsReadWithNamesInLowerCase) {
  Request request;
  const std::string bytes = plain + "X-Note: \t a b \t\r\nEmpty:\r\n\r\nbody";
  const PlainPost got = read_plain_post(bytes, most, request);
  EXPECT_EQ(got.head_bytes, bytes.size() - 4);
  EXPECT_EQ(got.body_bytes, 4U);
  EXPECT_TRUE(got.keep_alive);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/v1/observations");
  EXPECT_EQ(request.query, "thing=a%20b");
  const std::vector<Header> headers{
      {"host", "x"}, {"content-length", "4"}, {"x-note", "a b"}, {"empty", ""}};
  EXPECT_EQ(request.headers, headers);
}

TEST(PlainPost, AnyPartOfItIsNotWhole) {
  const std::string whole = plain + "\r\n";
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_EQ(head_of(whole.substr(0, n)), 0U) << n;
  EXPECT_EQ(head_of(whole), whole.size());
}

TEST(PlainPost, TheNextRequestBehindItIsLeftAlone) {
  const std::string second = "POST /write HTTP/1.1\r\nHost: y\r\nContent-Length: 0\r\n\r\n";
  std::string bytes = plain + "More: 1\r\n\r\nbody" + second;
  Request request;
  const PlainPost first = read_plain_post(bytes, most, request);
  ASSERT_NE(first.head_bytes, 0U);
  bytes.erase(0, first.head_bytes + first.body_bytes);
  EXPECT_EQ(bytes, second);
  EXPECT_EQ(read_plain_post(bytes, most, request).head_bytes, second.size());
  EXPECT_EQ(request.path, "/write");
  EXPECT_EQ(request.query, "") << "nothing stays of the one before";
  EXPECT_EQ(request.headers.size(), 2U);
  EXPECT_EQ(request.header("more"), "");
}

TEST(PlainPost, HeadsBeyondTheLimitAreNotRead) {
  const std::string whole = plain + "Pad: " + std::string(100, 'x') + "\r\n\r\n";
  Request request;
  EXPECT_EQ(read_plain_post(whole, whole.size(), request).head_bytes, whole.size());
  EXPECT_EQ(read_plain_post(whole, whole.size() - 1, request).head_bytes, 0U);
}

TEST(PlainPost, ClosesWhenToldSo) {
  Request request;
  EXPECT_FALSE(read_plain_post(plain + "Connection: Close\r\n\r\n", most, request).keep_alive);
  EXPECT_TRUE(read_plain_post(plain + "Connection: keep-alive\r\n\r\n", most, request).keep_alive);
}

// Two readers of one stream must agree where a message ends; whatever is doubtful is left to the
// general parser.
TEST(PlainPost, WhatIsUnusualIsLeftToTheGeneralParser) {
  for (const char* more :
       {"Transfer-Encoding: chunked", "Content-Length: 4", "Expect: 100-continue", "Upgrade: h2c",
        "Connection: close, te", "TE: trailers", "Trailer: x", "Host: y", "No colon", ": no name",
        "Spaced : x", " folded: x", "Bad\x01name: x", "Control: \x01", "Nul: \x7f"}) {
    EXPECT_EQ(head_of(plain + more + "\r\n\r\n"), 0U) << more;
  }
  for (const char* length : {"", "-1", "+1", "1x", "0x1", "1 1", "99999999999999999999"}) {
    EXPECT_EQ(head_of(line + "Host: x\r\nContent-Length: " + length + "\r\n\r\n"), 0U) << length;
  }
  EXPECT_EQ(head_of(line + "Host: x\r\n\r\n"), 0U) << "no length";
  EXPECT_EQ(head_of(line + "Content-Length: 1\r\n\r\n"), 0U) << "no host";
  const std::string rest = "Host: x\r\nContent-Length: 1\r\n\r\n";
  for (const char* first :
       {"GET / HTTP/1.1", "POST / HTTP/1.0", "POST / HTTP/1.1 ", "POST  / HTTP/1.1",
        "POST /a b HTTP/1.1", "POST http://x/ HTTP/1.1", "POST * HTTP/1.1", "POST /",
        "post / HTTP/1.1", "POST /\x01 HTTP/1.1", ""}) {
    EXPECT_EQ(head_of(std::string(first) + "\r\n" + rest), 0U) << first;
  }
  EXPECT_EQ(head_of("POST / HTTP/1.1\n" + rest), 0U) << "a bare line feed";
}

TEST(PostPath, IsKnownBeforeTheHeadIsWhole) {
  EXPECT_EQ(post_path("POST /write?db=x"), "/write");
  EXPECT_EQ(post_path("POST /write HTTP"), "/write");
  EXPECT_EQ(post_path("POST /writ"), "") << "more may follow";
  EXPECT_EQ(post_path("POST /write\r\n"), "");
  EXPECT_EQ(post_path("POST write "), "");
  EXPECT_EQ(post_path("PUT /write "), "");
  EXPECT_EQ(post_path(""), "");
}

TEST(ResponseHead, SaysHowTheBodyEnds) {
  const Response response{
      .status = 429, .type = "text/plain", .body = "12345", .headers = {{"A", "b"}}};
  const auto head = [](const Response& of, bool keep_alive, Framing framing) {
    std::string out = "before ";
    append_head(out, of, keep_alive, framing);
    return out;
  };
  EXPECT_EQ(head(response, true, Framing::length),
            "before HTTP/1.1 429 Too Many Requests\r\nA: b\r\nContent-Type: text/plain\r\n"
            "Content-Length: 5\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(head(response, true, Framing::chunked),
            "before HTTP/1.1 429 Too Many Requests\r\nA: b\r\nContent-Type: text/plain\r\n"
            "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(head(response, false, Framing::close),
            "before HTTP/1.1 429 Too Many Requests\r\nA: b\r\nContent-Type: text/plain\r\n"
            "Connection: close\r\n\r\n");
  // RFC 9110, 8.6: no length where there is no body.
  EXPECT_EQ(head({.status = 204}, true, Framing::length),
            "before HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n");
}

}  // namespace
}  // namespace cairn::server
