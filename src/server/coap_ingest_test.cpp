// SPDX-License-Identifier: Apache-2.0
#include "server/coap_ingest.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "model/memory_files.hpp"
#include "server/mqtt_test_intake.hpp"

namespace cairn::server {
namespace {

// The digests are those of "token-7" and "token-8".
constexpr const char* identities_csv =
    "name,sha256,things,rights\n"
    "gateway-7,e7c9583f202a49ecd684b04f6435a3cfa6788f8f541e9c09965a857802757b17,meter-*,publish\n"
    "board,fe1e004b2f1cd6bade61f13fc301ff4f8c5aea1b7b19fe9075a0be3b5706655c,*,subscribe\n";
constexpr const char* one = R"([{"n":"meter-1/power","v":5}])";

class CoapIngestTest : public testing::Test {
 protected:
  CoapRequest request(std::string payload, std::optional<std::uint16_t> format = coap_senml_json) {
    CoapRequest out;
    out.path = "senml";
    out.format = format;
    out.payload = std::move(payload);
    return out;
  }
  CoapIngest door(bool open = true) {
    const model::MemoryFiles files(model::FileMap{{"identities.csv", identities_csv}});
    identities =
        open ? Identities::open() : *Identities::load(files, "identities.csv", "127.0.0.1");
    return {intake, *identities, "operators-token", clock, Zone{}, counters};
  }
  TestIntake intake;
  std::shared_ptr<const Identities> identities;
  FixedClock clock{Instant{1'700'000'000'000'000'000}};
  CoapCounters counters;
};

TEST_F(CoapIngestTest, SenmlInJsonAndCborWaitsForItsPosition) {
  CoapIngest ingest = door();
  auto answer = ingest.take(request(one));
  EXPECT_EQ(answer.code, coap_changed);
  EXPECT_EQ(answer.position, 1U);
  EXPECT_TRUE(answer.payload.empty());
  // [{0: "meter-2/power", 2: 6}]
  const std::string cbor = std::string("\x81\xa2\x00\x6dmeter-2/power\x02\x06", 19);
  answer = ingest.take(request(cbor, coap_senml_cbor));
  EXPECT_EQ(answer.code, coap_changed) << answer.payload;
  ASSERT_EQ(intake.taken.size(), 2U);
  EXPECT_EQ(intake.taken[1].thing, "meter-2");
  EXPECT_EQ(intake.taken[1].value, 6);
  EXPECT_EQ(counters.accepted, 2U);
}

TEST_F(CoapIngestTest, QueriesNameThingHistoryAndSequence) {
  CoapIngest ingest = door(false);
  auto sent = request("23.5", coap_text);
  sent.queries = {"token=token-7", "thing=meter-1", "property=power", "historical=true",
                  "sequence=9"};
  EXPECT_EQ(ingest.take(sent).code, coap_changed);
  ASSERT_EQ(intake.taken.size(), 1U);
  EXPECT_EQ(intake.taken[0].sender, "gateway-7");
  EXPECT_EQ(intake.taken[0].property, "power");
  EXPECT_EQ(intake.taken[0].sequence, 9U);
  EXPECT_TRUE(intake.taken[0].historical);
  for (const char* wrong :
       {"sequence=0", "sequence=x", "historical=1", "colour=red", "property=p"}) {
    auto bad = request(one);
    bad.queries = {"token=token-7", wrong};
    EXPECT_EQ(ingest.take(bad).code, coap_bad_request) << wrong;
  }
}

TEST_F(CoapIngestTest, RightsAreThoseOfTheIdentity) {
  CoapIngest ingest = door(false);
  EXPECT_EQ(ingest.take(request(one)).code, coap_unauthorized);
  auto sent = request(one);
  sent.queries = {"token=nonsense"};
  EXPECT_EQ(ingest.take(sent).code, coap_unauthorized);
  sent.queries = {"token=token-8"};
  EXPECT_EQ(ingest.take(sent).code, coap_forbidden);
  EXPECT_FALSE(ingest.may_read(sent));
  sent.queries = {"token=operators-token"};
  EXPECT_EQ(ingest.take(sent).code, coap_changed);
  EXPECT_EQ(counters.denied, 3U);
  auto secure = request(one);
  secure.identity = "gateway-7";
  EXPECT_EQ(ingest.take(secure).code, coap_changed);
  EXPECT_EQ(ingest.may_read(secure)->code, coap_forbidden);
  secure.identity = "stranger";
  EXPECT_EQ(ingest.take(secure).code, coap_unauthorized);
}

TEST_F(CoapIngestTest, ASequenceNeedsAnIdentity) {
  CoapIngest ingest = door();
  auto sent = request(one);
  sent.queries = {"sequence=1"};
  EXPECT_EQ(ingest.take(sent).code, coap_bad_request);
  EXPECT_TRUE(intake.taken.empty());
}

TEST_F(CoapIngestTest, RefusalsNameTheRecord) {
  CoapIngest ingest = door();
  auto answer =
      ingest.take(request(R"([{"n":"meter-1/power","v":1},{"n":"unknown/power","v":2}])"));
  EXPECT_EQ(answer.code, coap_changed);
  EXPECT_EQ(answer.position, 1U);
  EXPECT_EQ(answer.format, coap_json);
  EXPECT_NE(answer.payload.find("\"record\":1"), std::string::npos) << answer.payload;
  answer = ingest.take(request(R"([{"n":"unknown/power","v":2}])"));
  EXPECT_EQ(answer.code, coap_bad_request);
  EXPECT_EQ(answer.position, 0U);
  EXPECT_NE(answer.payload.find("record 1: there is no thing"), std::string::npos)
      << answer.payload;
  answer = ingest.take(request("[{"));
  EXPECT_EQ(answer.code, coap_bad_request);
  EXPECT_EQ(ingest.take(request("<x/>", 311)).code, coap_unknown_format);
  std::string many = "[{\"n\":\"meter-1/power\",\"v\":1}";
  for (int i = 0; i < 500; ++i) many += ",{\"n\":\"unknown/power\",\"v\":1}";
  EXPECT_LE(ingest.take(request(many + "]")).payload.size(), coap_answer_bytes);
}

TEST_F(CoapIngestTest, QueueAndDiskSayWhenToComeAgain) {
  CoapIngest ingest = door();
  intake.full = true;
  auto answer = ingest.take(request(one));
  EXPECT_EQ(answer.code, coap_unavailable);
  EXPECT_EQ(answer.max_age_s, 1U);
  intake.full = false;
  intake.broken = true;
  answer = ingest.take(request(one));
  EXPECT_EQ(answer.code, coap_unavailable);
  EXPECT_EQ(answer.max_age_s, 60U);
  EXPECT_EQ(counters.unavailable, 2U);
}

}  // namespace
}  // namespace cairn::server
