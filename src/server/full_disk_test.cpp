// SPDX-License-Identifier: Apache-2.0
// A full disk, seen through every door of a whole engine: each refuses loudly in its own words,
// nothing of it counts, and with space again everything goes on.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "core/simulated_files.hpp"
#include "core/text.hpp"
#include "server/coap_exchanges.hpp"
#include "server/coap_ingest.hpp"
#include "server/detail/test_service.hpp"
#include "server/ingest.hpp"
#include "server/mqtt_broker.hpp"
#include "watch/engine.hpp"

namespace cairn::server {
namespace {

namespace mqtt = codec::mqtt;
using detail::Answers;

class FullDiskTest : public testing::Test {
 protected:
  FullDiskTest() {
    const model::MemoryFiles files(detail::small_workspace());
    auto world = watch::load_world(files, {"w", "r"}, {});
    EXPECT_TRUE(world);
    std::filesystem::create_directories(journal_);
    auto journal = store::Journal::open(journal_);
    EXPECT_TRUE(journal);
    watch::EngineOptions options;
    options.directory = "live";
    options.log.reserve_bytes = 0;  // no room ahead
    auto opened = watch::Engine::open(disk_, clock_, *world, std::move(*journal), options);
    EXPECT_TRUE(opened) << to_string(opened.error());
    engine_ = std::move(*opened);
    identities_ = Identities::open();
    http_ = std::make_unique<IngestDoor>(engine_->intake(), identities_, "", clock_, Zone{});
    http_->add_routes(router_);
    broker_ = std::make_unique<MqttBroker>(mqtt_options_, engine_->intake(), *identities_, clock_,
                                           mqtt_counters_, 1);
    coap_ = std::make_unique<CoapIngest>(engine_->intake(), *identities_, "", clock_, Zone{},
                                         coap_counters_);
    engine_->intake().listen([this](const watch::Intake::Commit& commit) {
      broker_->committed(commit, 1);
      exchanges_.settle(commit);
    });
    connect(old_, "old", mqtt::Version::v311);
    connect(new_, "new", mqtt::Version::v5);
  }
  ~FullDiskTest() override {
    engine_.reset();
    std::filesystem::remove_all(journal_);
  }

  void connect(MqttLink& link, const std::string& id, mqtt::Version version) {
    broker_->opened(link, 0);
    pass(link, mqtt::Connect{.version = version, .clean = true, .client_id = id}, version);
    ASSERT_EQ(link.state, MqttLink::State::open);
    link.out.clear();
  }
  void pass(MqttLink& link, const mqtt::Packet& packet, mqtt::Version version) {
    std::string bytes;
    mqtt::write(bytes, packet, version);
    broker_->receive(link, bytes, 1);
  }
  // One reading through each door, at a time of its own.
  void send_all() {
    clock_.set(clock_.now() + ns_per_second);
    answers_ = std::make_shared<Answers>();
    const Request request{.method = "POST",
                          .path = "/v1/things/s2/observations",
                          .headers = {{"content-type", "application/json"}},
                          .body = R"({"load": 1})"};
    const Match match = router_.find(request.method, request.path);
    const Call call{request, match.captures, {}, nullptr, clock_.now()};
    match.route->deferred(call, Reply(answers_, 1));
    for (MqttLink* link : {&old_, &new_}) {
      if (link->state != MqttLink::State::open) continue;
      link->out.clear();
      pass(*link,
           mqtt::Publish{.qos = 1, .id = 7, .topic = "cairn/v1/things/s2/load", .payload = "2"},
           link->version);
    }
    CoapRequest coap;
    coap.format = coap_senml_json;
    coap.payload = R"([{"n":"s2/load","v":3}])";
    CoapExchange exchange;
    exchange.key = std::to_string(++coap_id_);
    exchange.confirmable = true;
    coap_answer_.reset();
    exchanges_.begin(std::move(exchange), coap_->take(coap), 0);
    EXPECT_FALSE(answers_->of(1));
    EXPECT_FALSE(coap_answer_);
    EXPECT_EQ(new_.out, "");
    const Status written = engine_->write(0);
    EXPECT_TRUE(written) << to_string(written.error());  // the engine goes on
  }

  const std::string journal_ =
      (std::filesystem::temp_directory_path() / format("cairn-full-{}", ::getpid())).string();
  SimulatedFiles disk_{1};
  FixedClock clock_{*parse_instant("2022-06-30T10:00:00+08:00")};
  std::unique_ptr<watch::Engine> engine_;
  std::shared_ptr<const Identities> identities_;
  Router router_;
  std::unique_ptr<IngestDoor> http_;
  std::shared_ptr<Answers> answers_;
  MqttOptions mqtt_options_;
  MqttCounters mqtt_counters_;
  std::unique_ptr<MqttBroker> broker_;
  MqttLink old_, new_;
  CoapCounters coap_counters_;
  std::unique_ptr<CoapIngest> coap_;
  std::optional<CoapAnswer> coap_answer_;
  int coap_id_ = 0;
  CoapExchanges exchanges_{
      {}, [this](CoapExchange& exchange) { coap_answer_ = exchange.answer; }, [](CoapExchange&) {}};
};

TEST_F(FullDiskTest, EveryDoorRefusesAndGoesOnWithSpaceAgain) {
  send_all();
  EXPECT_EQ(answers_->of(1)->status, 200) << answers_->of(1)->body;
  EXPECT_EQ(coap_answer_->code, coap_changed);
  EXPECT_EQ(old_.out, std::string("\x40\x02\x00\x07", 4));
  EXPECT_EQ(new_.out.substr(0, 4), std::string("\x40\x02\x00\x07", 4));
  const auto written = [&] { return engine_->stats().position; };
  while (*engine_->apply(0)) {
  }
  const auto before = written();

  disk_.set_space(0);
  send_all();
  ASSERT_TRUE(answers_->of(1));
  EXPECT_EQ(answers_->of(1)->status, 507);
  const std::vector<Header> headers = answers_->of(1)->headers;
  EXPECT_TRUE(std::find(headers.begin(), headers.end(), Header{"Retry-After", "60"}) !=
              headers.end());
  EXPECT_EQ(old_.state, MqttLink::State::closing);  // 3.1.1 has no words for it
  EXPECT_EQ(old_.out, "");
  ASSERT_GE(new_.out.size(), 5U);
  EXPECT_EQ(new_.out[0], '\x40');
  EXPECT_EQ(new_.out[4], '\x97');  // quota exceeded
  ASSERT_TRUE(coap_answer_);
  EXPECT_EQ(coap_answer_->code, coap_unavailable);
  EXPECT_EQ(coap_answer_->max_age_s, 60U);
  while (*engine_->apply(0)) {
  }
  EXPECT_EQ(written(), before);

  disk_.set_space(std::uint64_t{1} << 40);
  send_all();
  EXPECT_EQ(answers_->of(1)->status, 200) << answers_->of(1)->body;
  EXPECT_EQ(coap_answer_->code, coap_changed) << coap_answer_->payload;
  EXPECT_EQ(new_.out.substr(0, 4), std::string("\x40\x02\x00\x07", 4));
  while (*engine_->apply(0)) {
  }
  EXPECT_GT(written(), before);
}

}  // namespace
}  // namespace cairn::server
