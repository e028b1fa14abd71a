// SPDX-License-Identifier: Apache-2.0
// The ways out against servers of their kind, well-behaved and not.
#include "server/channel_kinds.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/text.hpp"
#include "respond/webhook_signature.hpp"
#include "server/channel_desk.hpp"
#include "server/channel_text.hpp"
#include "server/detail/json.hpp"
#include "server/detail/test_line_server.hpp"

namespace cairn::server {
namespace {

using respond::Attempt;
using respond::Delivery;
using respond::Topic;

constexpr Instant now{1'800'000'000 * ns_per_second};

std::string cap(std::string_view identifier, std::string_view type, std::string_view references,
                std::string_view expires) {
  return format(
      "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>{}</identifier>"
      "<sender>s</sender><sent>2027-01-15T16:00:00+08:00</sent><status>Actual</status>"
      "<msgType>{}</msgType><scope>Public</scope>{}<info><category>Geo</category>"
      "<event>e</event><urgency>Immediate</urgency><severity>Severe</severity>"
      "<certainty>Likely</certainty><expires>{}</expires><area><areaDesc>d</areaDesc><geocode>"
      "<valueName>GB/T 2260</valueName><value>513401</value></geocode></area></info></alert>",
      identifier, type, references.empty() ? "" : format("<references>{}</references>", references),
      expires);
}

class ChannelKinds : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "/channel-kinds-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    house_.files = files_.get();
    house_.clock = &clock_;
    house_.directory = directory_;
    house_.stopped = [] { return false; };
    house_.publish = [this](std::string_view topic, std::string_view payload, bool retain) {
      published_.push_back(format("{}{} {}", retain ? "+" : "-", topic, payload.substr(0, 6)));
      return publishes_;
    };
    house_.concerns = [](std::string_view region, std::string_view listed) {
      return region.starts_with(listed) || listed.starts_with(region);
    };
    house_.villages = [this](const SpokenArea& area) {
      asked_ = area;
      return std::vector<std::string>{"西昌市甲村", "西昌市乙村"};
    };
    house_.contact = [](std::string_view unit) {
      return std::string(unit == "513401-emergency" ? "duty@example.org" : "");
    };
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  using Keys = std::map<std::string, std::vector<std::string>>;
  std::unique_ptr<respond::Channel> made(const MakeChannel& make, Keys keys) {
    ChannelDef def;
    def.id = "c";
    def.keys = std::move(keys);
    auto channel = make(def, house_);
    EXPECT_TRUE(channel) << to_string(channel.error());
    return channel ? std::move(*channel) : nullptr;
  }
  std::string refusal(const MakeChannel& make, Keys keys) {
    ChannelDef def;
    def.keys = std::move(keys);
    const auto channel = make(def, house_);
    return channel ? "" : channel.error().message;
  }
  static Delivery warning() {
    Delivery out;
    out.number = 7;
    out.id = "0123456789abcdef";
    out.channel = "c";
    out.posted = now;
    out.posting = {.topic = Topic::warning,
                   .key = "k",
                   .subject = "warning/1",
                   .region = "513401",
                   .title = "西昌市地质灾害红色预警",
                   .text = "请立即转移。",
                   .cap_xml = cap("cairn-1", "Alert", "", "2027-01-15T20:00:00+08:00"),
                   .status = "Actual"};
    return out;
  }

  std::string directory_;
  std::unique_ptr<Files> files_ = system_files();
  FixedClock clock_{now};
  ChannelHouse house_;
  std::vector<std::string> published_;
  SpokenArea asked_;
  bool publishes_ = true;
};

TEST_F(ChannelKinds, AWebhookIsSignedAndTheReceiptKept) {
  HeardRequest heard;
  std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes";
  LineServer server([&](LinePeer& peer) {
    heard = hear_request(peer);
    peer.say(reply);
  });
  const auto hook = made(make_webhook, {{"url", {server.url("/in?key=hidden")}},
                                        {"secrets", {"new", "old"}},
                                        {"headers.X-Tenant", {"panxi"}},
                                        {"private", {"true"}}});
  EXPECT_EQ(hook->to(), server.url("/in"));
  EXPECT_FALSE(hook->simulated());
  const Attempt taken = hook->deliver(warning());
  EXPECT_TRUE(taken.taken) << taken.trouble;
  EXPECT_EQ(taken.receipt, "HTTP 200 yes");
  EXPECT_EQ(heard.header("Cairn-Delivery"), "0123456789abcdef");
  EXPECT_EQ(heard.header("Cairn-Sequence"), "7");
  EXPECT_EQ(heard.header("Cairn-Timestamp"), "1800000000");
  EXPECT_EQ(heard.header("X-Tenant"), "panxi");
  const std::string text = "1800000000.0123456789abcdef." + respond::sha256_hex(heard.body);
  EXPECT_EQ(heard.header("Cairn-Signature"), "v1=" + respond::hmac_sha256_hex("new", text) +
                                                 ", v1=" + respond::hmac_sha256_hex("old", text));
  const Json body = Json::parse(heard.body);
  EXPECT_EQ(body["title"], "西昌市地质灾害红色预警");
  EXPECT_EQ(body["sequence"], 7);
  EXPECT_EQ(body["cap"], warning().posting.cap_xml);

  reply = "HTTP/1.1 503 Busy\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n";
  const Attempt busy = hook->deliver(warning());
  EXPECT_FALSE(busy.taken);
  EXPECT_EQ(busy.retry_after_ns, 30 * ns_per_second);
  EXPECT_FALSE(busy.hold);
  reply = "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n";
  EXPECT_TRUE(hook->deliver(warning()).hold);
  reply = "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n";
  EXPECT_FALSE(hook->deliver(warning()).taken);
  reply = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(2 << 20, 'x');
  const Attempt big = hook->deliver(warning());
  EXPECT_TRUE(big.taken) << big.trouble;  // it was taken; the talk behind it is cut
  EXPECT_LT(big.receipt.size(), 300U);
}

TEST_F(ChannelKinds, AWebhookMaySendTheCapMessageItself) {
  HeardRequest heard;
  LineServer server([&](LinePeer& peer) {
    heard = hear_request(peer);
    peer.say("HTTP/1.1 204 No Content\r\n\r\n");
  });
  const auto hook = made(
      make_webhook,
      {{"url", {server.url()}}, {"secret", {"s"}}, {"format", {"cap"}}, {"private", {"true"}}});
  EXPECT_TRUE(hook->deliver(warning()).taken);
  EXPECT_EQ(heard.header("Content-Type"), "application/cap+xml");
  EXPECT_EQ(heard.body, warning().posting.cap_xml);
}

TEST_F(ChannelKinds, WrongWebhooksAreRefusedWithAllThatIsWrong) {
  EXPECT_EQ(refusal(make_webhook, {}),
            "'url' is missing; 'secret' is missing: receivers verify with it");
  EXPECT_NE(refusal(make_webhook, {{"url", {"file:///etc/passwd"}}, {"secret", {"s"}}}), "");
  EXPECT_NE(refusal(make_webhook, {{"url", {"http://a/"}}, {"secrets", {"1", "2", "3"}}}), "");
  EXPECT_NE(refusal(make_webhook, {{"url", {"http://a/"}}, {"secret", {"s"}}, {"x", {"y"}}}), "");
  const auto hook = made(make_webhook, {{"url", {"http://127.0.0.1:9/"}}, {"secret", {"s"}}});
  EXPECT_NE(hook->deliver(warning()).trouble.find("private: true"), std::string::npos);
  const auto named =
      made(make_webhook, {{"url", {"https://me:pw@example.org/a?k=1"}}, {"secret", {"s"}}});
  EXPECT_EQ(named->to(), "https://example.org/a");
}

TEST_F(ChannelKinds, AGatewayIsConfigurationOnly) {
  std::vector<HeardRequest> heard;
  std::string reply = "{\"code\":0}";
  int fail_at = 0;
  LineServer server([&](LinePeer& peer) {
    heard.push_back(hear_request(peer));
    const std::string body = static_cast<int>(heard.size()) == fail_at ? "{\"code\":9}" : reply;
    peer.say(format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body));
  });
  const Keys keys{{"url", {server.url("/send/{id}?to={to}")}},
                  {"body", {R"({"phone":"{to}","text":"{text}","n":{sequence}})"}},
                  {"success", {"\"code\":0"}},
                  {"recipients", {"+8613800000001", "+86 138\r\n2"}},
                  {"recipients.5134", {"+8613800000003"}},
                  {"recipients.5104", {"+8613800000004"}},
                  {"test_to", {"+8613800000009"}},
                  {"private", {"true"}}};
  const auto gateway = made(make_gateway, keys);
  Delivery delivery = warning();
  delivery.posting.title = "a \"quoted\"\r\nline";
  fail_at = 2;
  const Attempt half = gateway->deliver(delivery);
  EXPECT_FALSE(half.taken);
  EXPECT_NE(half.trouble.find("{\"code\":9}"), std::string::npos);
  EXPECT_EQ(half.progress, "+8613800000001");
  delivery.progress = half.progress;
  fail_at = 0;
  EXPECT_TRUE(gateway->deliver(delivery).taken);
  ASSERT_EQ(heard.size(), 4U);  // the first has it already
  EXPECT_EQ(heard[2].lines.front(), "POST /send/0123456789abcdef?to=%2B86%20138%0D%0A2 HTTP/1.1");
  const Json body = Json::parse(heard[2].body);
  EXPECT_EQ(body["phone"], "+86 138\r\n2");
  EXPECT_EQ(body["text"], "a \"quoted\"\r\nline\n请立即转移。");
  EXPECT_EQ(Json::parse(heard[3].body)["phone"], "+8613800000003");
  delivery.posting.topic = Topic::test;
  EXPECT_TRUE(gateway->deliver(delivery).taken);
  EXPECT_EQ(Json::parse(heard.back().body)["phone"], "+8613800000009");
  EXPECT_EQ(gateway->to(), server.url("/send/"));

  EXPECT_NE(refusal(make_gateway, {{"url", {"http://{to}/"}}, {"body", {"x"}}}), "");
  EXPECT_NE(refusal(make_gateway, {{"url", {"http://a/{who}"}}, {"body", {"x"}}}), "");
  EXPECT_NE(refusal(make_gateway, {{"url", {"http://a/"}}}), "");
}

TEST_F(ChannelKinds, MqttKeepsWhatIsInForceAndForgetsTheRest) {
  const auto mqtt = made(make_mqtt, {});
  Delivery delivery = warning();
  EXPECT_TRUE(mqtt->deliver(delivery).taken);
  delivery.posting.cap_xml =
      cap("cairn-2", "Update", "s,cairn-1,2027-01-15T16:00:00+08:00", "2027-01-15T21:00:00+08:00");
  EXPECT_TRUE(mqtt->deliver(delivery).taken);
  EXPECT_EQ(published_, (std::vector<std::string>{"+cairn/v1/cap/513401/cairn-1 <alert",
                                                  "+cairn/v1/cap/513401/cairn-2 <alert",
                                                  "+cairn/v1/cap/513401/cairn-1 "}));
  published_.clear();
  mqtt->idle(*parse_instant("2027-01-15T20:59:59+08:00"));
  EXPECT_TRUE(published_.empty());
  mqtt->idle(*parse_instant("2027-01-15T21:00:00+08:00"));
  mqtt->idle(*parse_instant("2027-01-15T21:00:01+08:00"));
  EXPECT_EQ(published_, (std::vector<std::string>{"+cairn/v1/cap/513401/cairn-2 "}));
  published_.clear();
  delivery.posting.cap_xml =
      cap("cairn-3", "Cancel", "s,cairn-2,2027-01-15T16:00:00+08:00", "2027-01-15T21:00:00+08:00");
  EXPECT_TRUE(mqtt->deliver(delivery).taken);
  EXPECT_EQ(published_, (std::vector<std::string>{"-cairn/v1/cap/513401/cairn-3 <alert"}));
  delivery.posting.cap_xml = "<alert/>";
  EXPECT_TRUE(mqtt->deliver(delivery).hold);
  publishes_ = false;
  EXPECT_FALSE(mqtt->deliver(warning()).taken);
  house_.publish = {};
  EXPECT_FALSE(mqtt->deliver(warning()).taken);
}

TEST_F(ChannelKinds, TheLoudspeakerSaysThatItIsSimulatedAndPlaysOnce) {
  Keys keys{{"sms_segments", {"1"}}, {"speech_s", {"10"}}};
  auto speaker = made(make_loudspeaker, keys);
  EXPECT_TRUE(speaker->simulated());
  Delivery delivery = warning();
  delivery.posting.status = "Exercise";
  for (int i = 0; i < 30; ++i) delivery.posting.text += "请沿指定路线撤离。";
  const Attempt first = speaker->deliver(delivery);
  EXPECT_TRUE(first.taken) << first.trouble;
  EXPECT_NE(first.receipt.find("simulated: 2 villages, 1 SMS segments"), std::string::npos)
      << first.receipt;
  EXPECT_EQ(asked_.divisions, (std::vector<std::string>{"513401"}));  // of the CAP message
  // Killed before it was noted, with half a line behind: comes again, is played no second time.
  speaker.reset();
  std::ofstream(directory_ + "/c/play.jsonl", std::ios::app) << "{\"simul";
  speaker = made(make_loudspeaker, keys);
  EXPECT_NE(speaker->deliver(delivery).receipt.find("(again)"), std::string::npos);
  delivery.id = "another";
  EXPECT_TRUE(speaker->deliver(delivery).taken);
  const std::string log = *files_->read(directory_ + "/c/play.jsonl");
  const auto lines = split(std::string_view(log).substr(0, log.size() - 1), '\n');
  ASSERT_EQ(lines.size(), 2U);
  const Json line = Json::parse(lines[0]);
  EXPECT_EQ(line["simulated"], true);
  EXPECT_EQ(line["villages"], 2);
  EXPECT_EQ(line["named"][1], "西昌市乙村");
  EXPECT_EQ(line["sms"]["characters"], 70);
  EXPECT_TRUE(line["sms"]["text"].get<std::string>().starts_with("【演练 EXERCISE】"));
  EXPECT_LE(line["speech"]["seconds"].get<double>(), 10.0);
  EXPECT_TRUE(line["speech"]["text"].get<std::string>().ends_with("。"));
  // Told to fail.
  std::ofstream(directory_ + "/c/fail") << "no power\n";
  delivery.id = "third";
  EXPECT_EQ(speaker->deliver(delivery).trouble, "simulated failure: no power");
  std::filesystem::remove(directory_ + "/c/fail");
  EXPECT_TRUE(speaker->deliver(delivery).taken);
}

// The code of the county stands beside the polygon; those outside of it are not woken.
TEST(SpokenArea, ADrawnAreaIsNotItsWholeCounty) {
  model::RegionTree regions;
  const auto add = [&](std::string code, std::string zh, model::Level level, double lon,
                       std::string_view parent) {
    model::Region region;
    region.code = std::move(code);
    region.name.zh = std::move(zh);
    region.level = level;
    region.position = geo::Point{lon, 27.5};
    ASSERT_TRUE(regions.add(std::move(region), parent));
  };
  add("5134", "凉山州", model::Level::prefecture, 102, "");
  add("513401", "西昌市", model::Level::county, 102, "5134");
  add("513401001", "甲乡", model::Level::town, 102, "513401");
  add("513401001001", "近村", model::Level::village, 102.05, "513401001");
  add("513401001002", "远村", model::Level::village, 102.9, "513401001");
  respond::Posting posting;
  posting.region = "513401";
  EXPECT_EQ(villages_in(regions, area_of(posting), now).size(), 2U) << "no message: the division";
  posting.cap_xml = cap("cairn-1", "Alert", "", "2027-01-15T20:00:00+08:00");
  EXPECT_EQ(villages_in(regions, area_of(posting), now).size(), 2U) << "a code alone";
  const std::size_t at = posting.cap_xml.find("<geocode>");
  ASSERT_NE(at, std::string::npos);
  posting.cap_xml.insert(at,
                         "<polygon>27.4,102.0 27.4,102.1 27.6,102.1 27.6,102.0 27.4,102.0"
                         "</polygon>");
  EXPECT_EQ(villages_in(regions, area_of(posting), now), (std::vector<std::string>{"西昌市近村"}));
}

// A mail server as RFC 5321 has it; `rcpt` answers for a recipient.
struct MailServer {
  explicit MailServer(std::function<std::string(const std::string&)> rcpt)
      : server([this, rcpt = std::move(rcpt)](LinePeer& peer) { talk(peer, rcpt); }) {}
  void talk(LinePeer& peer, const std::function<std::string(const std::string&)>& rcpt) {
    peer.say("220 mail.example.org ESMTP\r\n");
    while (true) {
      const std::string line = peer.line();
      if (peer.over()) return;
      if (line.starts_with("EHLO")) {
        peer.say("250-mail.example.org\r\n250 8BITMIME\r\n");
      } else if (line.starts_with("RCPT TO:")) {
        peer.say(rcpt(line.substr(8)) + "\r\n");
      } else if (line == "DATA") {
        peer.say("354 go on\r\n");
        std::string message;
        for (std::string text = peer.line(); text != "." && !peer.over(); text = peer.line()) {
          message += text + "\n";
        }
        messages.push_back(message);
        peer.say("250 2.0.0 queued as 4Z\r\n");
      } else if (line == "QUIT") {
        peer.say("221 bye\r\n");
        return;
      } else {
        lines.push_back(line);
        peer.say("250 ok\r\n");
      }
    }
  }
  std::vector<std::string> lines;
  std::vector<std::string> messages;
  LineServer server;
};
std::map<std::string, std::vector<std::string>> mail_keys(const MailServer& mail) {
  return {{"host", {"127.0.0.1"}},
          {"port", {std::to_string(mail.server.port())}},
          {"security", {"none"}},
          {"private", {"true"}},
          {"from", {"cairn@example.org"}},
          {"from_name", {"攀西值班室"}},
          {"test_to", {"ops@example.org"}},
          {"recipients", {"a@example.org", "b@example.org"}},
          {"recipients.5104", {"c@example.org"}}};
}

TEST_F(ChannelKinds, MailGoesToEachByItself) {
  MailServer mail([](const std::string&) { return "250 ok"; });
  const auto smtp = made(make_smtp, mail_keys(mail));
  const Attempt taken = smtp->deliver(warning());
  ASSERT_TRUE(taken.taken) << taken.trouble;
  EXPECT_EQ(taken.receipt, "2 of 2 recipients: 250 2.0.0 queued as 4Z");
  ASSERT_EQ(mail.messages.size(), 2U);
  EXPECT_EQ(mail.lines.front(), "MAIL FROM:<cairn@example.org>");
  EXPECT_NE(mail.messages[0].find("\nTo: a@example.org\n"), std::string::npos);
  EXPECT_EQ(mail.messages[0].find("b@example.org"), std::string::npos);
  EXPECT_NE(mail.messages[1].find("\nMessage-ID: <0123456789abcdef@example.org>\n"),
            std::string::npos);
  Delivery test = warning();
  test.posting.topic = Topic::test;
  EXPECT_TRUE(smtp->deliver(test).taken);
  EXPECT_NE(mail.messages.back().find("\nTo: ops@example.org\n"), std::string::npos);
  Delivery unit = warning();
  unit.posting.to = "513401-emergency";
  EXPECT_TRUE(smtp->deliver(unit).taken);
  EXPECT_NE(mail.messages.back().find("\nTo: duty@example.org\n"), std::string::npos);
  unit.posting.to = "nowhere";
  EXPECT_TRUE(smtp->deliver(unit).hold);
  unit.posting.to = "x@example.org>\r\nRCPT TO:<y@example.org";
  const auto before = mail.messages.size();
  EXPECT_TRUE(smtp->deliver(unit).hold);
  EXPECT_EQ(mail.messages.size(), before);
}

TEST_F(ChannelKinds, WhoRefusesMailKeepsItFromNobodyElse) {
  std::string of_a = "550 5.1.1 no such user";
  std::string of_b = "250 ok";
  MailServer mail([&](const std::string& to) { return to.starts_with("<a@") ? of_a : of_b; });
  const auto smtp = made(make_smtp, mail_keys(mail));
  const Attempt one = smtp->deliver(warning());
  EXPECT_TRUE(one.taken) << one.trouble;
  EXPECT_NE(one.receipt.find("1 of 2 recipients"), std::string::npos);
  EXPECT_NE(one.receipt.find("refused: a@example.org"), std::string::npos) << one.receipt;
  of_b = "451 come again later";
  of_a = "250 ok";
  const Attempt later = smtp->deliver(warning());
  EXPECT_FALSE(later.taken);
  EXPECT_FALSE(later.hold);
  EXPECT_EQ(later.progress, "a@example.org");
  const auto before = mail.messages.size();
  Delivery again = warning();
  again.progress = later.progress;
  of_b = "250 ok";
  EXPECT_TRUE(smtp->deliver(again).taken);
  EXPECT_EQ(mail.messages.size(), before + 1);
  of_a = of_b = "550 nobody here";
  EXPECT_TRUE(smtp->deliver(warning()).hold);
}

TEST_F(ChannelKinds, MailWithoutTlsIsForServersOfOnesOwn) {
  MailServer mail([](const std::string&) { return "250 ok"; });
  auto keys = mail_keys(mail);
  keys["security"] = {"starttls"};  // which it does not offer
  EXPECT_FALSE(made(make_smtp, keys)->deliver(warning()).taken);
  EXPECT_TRUE(mail.messages.empty());
  keys["security"] = {"none"};
  keys.erase("private");
  EXPECT_NE(refusal(make_smtp, keys), "");
  keys["private"] = {"true"};
  keys["user"] = {"me"};
  EXPECT_NE(refusal(make_smtp, keys), "");
  keys.erase("user");
  keys["recipients"] = {"a@example.org\r\nb"};
  EXPECT_NE(refusal(make_smtp, keys).find("is no mail address"), std::string::npos);
}

TEST_F(ChannelKinds, DivisionsAreThoseOfTheCapMessage) {
  EXPECT_EQ(divisions_of(warning().posting), (std::vector<std::string>{"513401"}));
  EXPECT_EQ(respond::divisions_of({.region = "51"}), (std::vector<std::string>{"51"}));
  EXPECT_TRUE(respond::divisions_of({}).empty());
  EXPECT_EQ(status_mark("Actual"), "");
  EXPECT_EQ(plain_text({.title = "t", .status = "Test"}), "【测试 TEST】t");
}

}  // namespace
}  // namespace cairn::server
