// SPDX-License-Identifier: Apache-2.0
// What every request meets, without sockets: token, headers, entity tags, files, metrics.
#include "server/service.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include "server/detail/test_service.hpp"

namespace cairn::server {
namespace {

using detail::TestService;

std::string header(const Response& response, std::string_view name) {
  for (const Header& h : response.headers) {
    if (h.name == name) return h.value;
  }
  return {};
}

Request write_request(std::vector<Header> headers) {
  return {.method = "POST", .path = "/w", .headers = std::move(headers)};
}

// A service with one route that writes.
class ServiceTest : public ::testing::Test {
 protected:
  explicit ServiceTest(ServiceOptions options = {"secret", false, "web"})
      : service(std::move(options)) {
    service.service().router().add(
        {"POST", "/w", Access::write, 10, [](const Call&) { return Response{.status = 204}; }});
  }
  TestService service;
};
class GuardedTest : public ServiceTest {
 protected:
  GuardedTest() : ServiceTest({"secret", true, "web"}) {}
};
class TokenlessTest : public ServiceTest {
 protected:
  TokenlessTest() : ServiceTest({"", false, ""}) {}
};

TEST_F(ServiceTest, TheSmallWorkspaceLoads) {
  EXPECT_EQ(service.failure, "");
}

TEST_F(ServiceTest, WritingNeedsTheToken) {
  const Response none = service.ask(write_request({}));
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(header(none, "WWW-Authenticate"), "Bearer realm=\"cairn\"");
  EXPECT_EQ(service.ask(write_request({{"authorization", "Basic secret"}})).status, 401);
  EXPECT_EQ(service.ask(write_request({{"authorization", "Bearer secre"}})).status, 403);
  EXPECT_EQ(service.ask(write_request({{"authorization", "Bearer secrets"}})).status, 403);
  EXPECT_EQ(service.ask(write_request({{"authorization", "Bearer secret"}})).status, 204);
  EXPECT_EQ(service.ask(write_request({{"authorization", "bearer  secret"}})).status, 204);
}

TEST_F(ServiceTest, ReadingOnLoopbackNeedsNone) {
  EXPECT_EQ(service.get("/v1/status").status, 200);
}

TEST_F(TokenlessTest, NothingIsWrittenWithoutATokenOfTheServer) {
  EXPECT_EQ(service.ask(write_request({{"authorization", "Bearer "}})).status, 403);
  EXPECT_EQ(service.ask(write_request({})).status, 403);
  EXPECT_EQ(service.json("/v1/status")["writable"], false);
}

TEST_F(TokenlessTest, WithoutAConsoleAPageSaysSo) {
  const Response page = service.get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("npm run build"), std::string::npos);
}

TEST_F(GuardedTest, ReadingFromBeyondNeedsTheTokenButHealthAndFilesDoNot) {
  EXPECT_EQ(service.get("/v1/status").status, 401);
  EXPECT_EQ(service.get("/metrics").status, 401);
  EXPECT_EQ(service.get("/v1/status", {{"authorization", "Bearer secret"}}).status, 200);
  EXPECT_EQ(service.get("/healthz").status, 200);
  EXPECT_EQ(service.get("/").status, 200);
}

TEST(ConstantTime, ComparesWholeTexts) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("ab", "abab"));
  EXPECT_FALSE(equal_in_constant_time("abab", "ab"));
  EXPECT_FALSE(equal_in_constant_time("", "a"));
  EXPECT_FALSE(equal_in_constant_time("a", ""));
}

TEST_F(ServiceTest, AnUnchangedAnswerIsNotSentAgain) {
  const Response first = service.get("/v1/regions");
  const std::string tag = header(first, "ETag");
  ASSERT_FALSE(tag.empty());
  const Response second = service.get("/v1/regions", {{"if-none-match", "\"x\", " + tag}});
  EXPECT_EQ(second.status, 304);
  EXPECT_EQ(second.body, "");
  EXPECT_EQ(header(second, "ETag"), tag);
  EXPECT_EQ(service.get("/v1/regions", {{"if-none-match", "\"x\""}}).status, 200);
}

std::string inflate_gzip(const std::string& bytes) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&stream, Z_FINISH);
  out.resize(result == Z_STREAM_END ? stream.total_out : 0);
  inflateEnd(&stream);
  return out;
}

TEST_F(ServiceTest, TextIsCompressedForThoseWhoTakeIt) {
  const Response plain = service.get("/v1/regions/r/indicators");
  EXPECT_EQ(header(plain, "Content-Encoding"), "");
  EXPECT_EQ(header(plain, "Vary"), "Accept-Encoding");
  const Response packed =
      service.get("/v1/regions/r/indicators", {{"accept-encoding", "br, gzip"}});
  EXPECT_EQ(header(packed, "Content-Encoding"), "gzip");
  EXPECT_LT(packed.body.size(), plain.body.size());
  EXPECT_EQ(inflate_gzip(packed.body), plain.body);
  const Response refused =
      service.get("/v1/regions/r/indicators", {{"accept-encoding", "gzip;q=0, *"}});
  EXPECT_EQ(header(refused, "Content-Encoding"), "");
}

TEST_F(ServiceTest, FilesOfTheConsole) {
  const Response page = service.get("/");
  EXPECT_EQ(page.type, "text/html; charset=utf-8");
  EXPECT_NE(page.body.find("console"), std::string::npos);
  EXPECT_EQ(header(page, "Cache-Control"), "no-cache");
  EXPECT_NE(header(page, "Content-Security-Policy").find("default-src 'self'"), std::string::npos);
  EXPECT_EQ(header(page, "X-Content-Type-Options"), "nosniff");
  const Response deep = service.get("/plan/panxi?lang=en");  // a page of the console
  EXPECT_EQ(deep.status, 302);
  EXPECT_EQ(header(deep, "Location"), "/#/plan/panxi?lang=en");
  EXPECT_EQ(header(service.get("//elsewhere"), "Location"), "/#//elsewhere");
  const Response script = service.get("/assets/app-1a2b.js");
  EXPECT_EQ(script.type, "text/javascript; charset=utf-8");
  EXPECT_NE(header(script, "Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(service.get("/assets/gone.js").status, 404);
}

TEST_F(ServiceTest, PathsDoNotLeaveTheDirectory) {
  for (const char* path : {"/../w/regions/r/plan.txt", "/assets/..%2f..%2fw/regions/r/plan.txt",
                           "/%2e%2e/w/regions/r/plan.txt", "/.git/config", "/a%5c..%5cplan.txt"}) {
    const Response response = service.get(path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.body.find("站点数"), std::string::npos) << path;
  }
  EXPECT_EQ(service.get("/a%00.html").status, 400);
  EXPECT_EQ(service.get("/a%zz").status, 400);
  EXPECT_EQ(service.get("/%ff.html").status, 400);
}

TEST_F(ServiceTest, UnknownPathsAndMethodsOfTheInterface) {
  const Response unknown = service.get("/v1/nothing");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.type, "application/problem+json");
  const Response method = service.ask({.method = "DELETE", .path = "/v1/status"});
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(header(method, "Allow"), "GET, HEAD");
  EXPECT_EQ(service.ask({.method = "POST", .path = "/"}).status, 405);
  EXPECT_EQ(service.ask({.method = "POST", .path = "/v1/status", .body = "{}"}).status, 405);
  EXPECT_EQ(service.ask({.method = "POST", .path = "/v1/nothing", .body = "{}"}).status, 404);
  EXPECT_EQ(service.ask({.method = "HEAD", .path = "/v1/status"}).status, 200);
}

TEST_F(ServiceTest, WrongQueriesSayWhatIsWrong) {
  const auto complaint = [&](const std::string& path) {
    const Response response = service.get(path);
    EXPECT_EQ(response.status, 400) << path;
    return Json::parse(response.body)["errors"][0]["place"].get<std::string>();
  };
  EXPECT_EQ(complaint("/v1/regions?q=%ff"), "query:q");
  EXPECT_EQ(complaint("/v1/regions?q=%c0%80"), "query:q");
  EXPECT_EQ(complaint("/v1/regions?q=%4"), "query:q");
  EXPECT_EQ(complaint("/v1/regions?q=a&q=b"), "query:q");
  EXPECT_EQ(complaint("/v1/regions?limit=0"), "query:limit");
  EXPECT_EQ(complaint("/v1/regions?at=yesterday"), "query:at");
  const Json typo = Json::parse(service.get("/v1/regions?levle=county").body);
  EXPECT_EQ(typo["errors"][0]["suggestion"], "Did you mean \"level\"?");
}

TEST_F(ServiceTest, MetricsCountByRouteAndStatus) {
  service.get("/v1/regions/5134");
  service.get("/v1/regions/5134");
  service.get("/v1/regions/9999");
  const std::string text = service.get("/metrics").body;
  const auto has = [&](std::string_view line) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  };
  has("cairn_http_requests_total{route=\"GET /v1/regions/{code}\",status=\"200\"} 2\n");
  has("cairn_http_requests_total{route=\"GET /v1/regions/{code}\",status=\"404\"} 1\n");
  has("cairn_http_request_duration_seconds_bucket{route=\"GET /v1/regions/{code}\",le=\"+Inf\"} "
      "3\n");
  has("cairn_things 3\n");
  has("cairn_observations 48\n");
  has("cairn_snapshot_age_seconds 0\n");
  has("process_resident_memory_bytes");
}

TEST_F(ServiceTest, AnswersCarryTheDate) {
  EXPECT_EQ(header(service.get("/healthz"), "Date"), "Thu, 30 Jun 2022 02:00:00 GMT");
}

TEST_F(ServiceTest, ErrorsOfTheTransportAreProblemsToo) {
  const Response response = service.service().transport_failure(408, "too slow");
  EXPECT_EQ(response.status, 408);
  EXPECT_EQ(Json::parse(response.body)["title"], "Request Timeout");
  EXPECT_EQ(header(response, "Cache-Control"), "no-store");
}

}  // namespace
}  // namespace cairn::server
