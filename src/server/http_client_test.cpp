// SPDX-License-Identifier: Apache-2.0
#include "server/http_client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "server/detail/test_line_server.hpp"

namespace cairn::server {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

HttpAsk to_us(std::string url) {
  HttpAsk ask;
  ask.url = std::move(url);
  ask.reach = Reach::anyone;
  ask.total_ms = 5'000;
  return ask;
}
Result<HttpAnswer> ask(const HttpAsk& ask) {
  return HttpClient().ask(ask);
}

TEST(HttpClient, SendsAndReadsWhole) {
  HeardRequest heard;
  LineServer server([&](LinePeer& peer) {
    heard = hear_request(peer);
    peer.say("HTTP/1.1 201 Created\r\nX-Answer:  yes \r\nContent-Length: 5\r\n\r\nhello");
  });
  HttpAsk post = to_us(server.url("/in?a=1"));
  post.method = "POST";
  post.headers = {{"X-One", "1"}, {"X-Empty", ""}};
  post.body = "{\"a\":\n1}";
  const auto answer = ask(post);
  ASSERT_TRUE(answer) << to_string(answer.error());
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->header("x-answer"), "yes");
  EXPECT_EQ(answer->body, "hello");
  EXPECT_EQ(heard.lines.front(), "POST /in?a=1 HTTP/1.1");
  EXPECT_EQ(heard.header("X-One"), "1");
  EXPECT_EQ(heard.body, post.body);
}

TEST(HttpClient, PrivateAddressesOnlyWhenAllowedAndMetadataNever) {
  LineServer server([](LinePeer& peer) { (void)hear_request(peer); });
  HttpAsk get = to_us(server.url());
  get.reach = Reach::outside;
  const auto refused = ask(get);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::denied);
  EXPECT_EQ(server.clients(), 0);
  // By its name as well, and in every way of writing an address.
  for (const char* host :
       {"localhost", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]"}) {
    get.url = "http://" + std::string(host) + ":" + std::to_string(server.port()) + "/";
    const auto same = ask(get);
    ASSERT_FALSE(same) << host;
    EXPECT_EQ(same.error().code, Code::denied) << host << ": " << same.error().message;
  }
  for (const char* url : {"http://169.254.169.254/latest/meta-data/", "http://0.0.0.0/",
                          "http://[::ffff:169.254.169.254]/", "http://224.0.0.1/"}) {
    const auto never = ask(to_us(url));
    ASSERT_FALSE(never) << url;
    EXPECT_EQ(never.error().code, Code::denied) << url;
  }
  EXPECT_EQ(server.clients(), 0);
}

TEST(HttpClient, OtherProtocolsAndBrokenRequestsAreRefused) {
  for (const char* url : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "",
                          "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y", "//127.0.0.1/"}) {
    const auto answer = ask(to_us(url));
    ASSERT_FALSE(answer) << url;
    EXPECT_EQ(answer.error().code, Code::invalid) << url;
  }
  HttpAsk bad = to_us("http://127.0.0.1:1/");
  bad.headers = {{"X-One", "1\r\nX-Two: 2"}};
  EXPECT_EQ(ask(bad).error().code, Code::invalid);
  bad.headers = {{"X One", "1"}};
  EXPECT_EQ(ask(bad).error().code, Code::invalid);
  bad.headers = {};
  bad.method = "GET / HTTP/1.1\r\n";
  EXPECT_EQ(ask(bad).error().code, Code::invalid);
}

TEST(HttpClient, RedirectsAreFollowedOnlyWhenAskedAndOnlyToHttp) {
  std::string where = "http://169.254.169.254/";
  LineServer server([&](LinePeer& peer) {
    const bool first = hear_request(peer).lines.front().starts_with("GET / ");
    peer.say(first ? "HTTP/1.1 302 Found\r\nLocation: " + where +
                         "\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"
                   : "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nyes");
  });
  const auto plain = ask(to_us(server.url()));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->status, 302);
  EXPECT_EQ(plain->body, "no");
  HttpAsk follow = to_us(server.url());
  follow.redirects = 3;
  EXPECT_EQ(ask(follow).error().code, Code::denied);
  where = "file:///etc/passwd";
  EXPECT_FALSE(ask(follow));
  where = server.url("/next");
  const auto followed = ask(follow);
  ASSERT_TRUE(followed);
  EXPECT_EQ(followed->body, "yes");
  where = server.url();  // to itself, for ever
  EXPECT_FALSE(ask(follow));
}

TEST(HttpClient, AnswersAreBounded) {
  LineServer server([](LinePeer& peer) {
    (void)hear_request(peer);
    peer.say("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    const std::string much(1 << 20, 'x');
    for (int i = 0; i < 10; ++i) peer.say(much);
  });
  HttpAsk get = to_us(server.url());
  get.answer_bytes = 1'000;
  EXPECT_EQ(ask(get).error().code, Code::too_large);
  get.cut = true;
  const auto cut = ask(get);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->status, 200);
  EXPECT_EQ(cut->body.size(), 1'000U);
}

TEST(HttpClient, EndlessHeadersAndGarbageAreErrors) {
  LineServer headers([](LinePeer& peer) {
    (void)hear_request(peer);
    peer.say("HTTP/1.1 200 OK\r\n");
    while (peer.say("X-Filler: " + std::string(1'000, 'x') + "\r\n")) {
    }
  });
  EXPECT_FALSE(ask(to_us(headers.url())));
  LineServer garbage([](LinePeer& peer) {
    (void)hear_request(peer);
    peer.say("SSH-2.0-OpenSSH\r\n");
  });
  EXPECT_FALSE(ask(to_us(garbage.url())));
}

TEST(HttpClient, WhoHangsOrDripsIsLeftInTime) {
  LineServer silent([](LinePeer& peer) {
    (void)hear_request(peer);
    peer.wait(milliseconds(20'000));
  });
  HttpAsk get = to_us(silent.url());
  get.total_ms = 600;
  const auto before = Steady::now();
  EXPECT_EQ(ask(get).error().code, Code::io);
  LineServer dripping([](LinePeer& peer) {
    (void)hear_request(peer);
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    while (peer.say("x") && peer.wait(milliseconds(50))) {
    }
  });
  get.url = dripping.url();
  EXPECT_EQ(ask(get).error().code, Code::io);
  EXPECT_LT(Steady::now() - before, milliseconds(3'000));
}

TEST(HttpClient, IsStoppedLongBeforeItsTime) {
  LineServer silent([](LinePeer& peer) {
    (void)hear_request(peer);
    peer.wait(milliseconds(20'000));
  });
  std::atomic<bool> stop{false};
  HttpAsk get = to_us(silent.url());
  get.total_ms = 20'000;
  get.stopped = [&] { return stop.load(); };
  std::thread later([&] {
    std::this_thread::sleep_for(milliseconds(300));
    stop = true;
  });
  const auto before = Steady::now();
  EXPECT_FALSE(ask(get));
  later.join();
  EXPECT_LT(Steady::now() - before, milliseconds(8'000)) << "far from the 20 s it may take";
}

TEST(HttpClient, HearsHowLongToWait) {
  LineServer server([](LinePeer& peer) {
    (void)hear_request(peer);
    peer.say("HTTP/1.1 503 Busy\r\nRetry-After: 77\r\nContent-Length: 0\r\n\r\n");
  });
  const auto answer = ask(to_us(server.url()));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->retry_after_s, 77);
}

TEST(HttpClient, NobodyThereIsAnError) {
  int port = 0;
  {
    const LineServer gone([](LinePeer&) {});
    port = gone.port();
  }
  EXPECT_EQ(ask(to_us("http://127.0.0.1:" + std::to_string(port) + "/")).error().code, Code::io);
}

}  // namespace
}  // namespace cairn::server
