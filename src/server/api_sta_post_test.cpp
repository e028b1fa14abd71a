// SPDX-License-Identifier: Apache-2.0
#include "server/api_sta_post.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "server/detail/test_service.hpp"
#include "server/mqtt_test_intake.hpp"

namespace cairn::server {
namespace {

using detail::Answers;

class StaPostTest : public testing::Test {
 protected:
  StaPostTest() : door(intake, Identities::open(), "", service.clock(), Zone{8 * 3600}) {
    add_sta_post_routes(service.service().router(), door);
  }
  std::shared_ptr<Answers> send(std::string path, std::string body) {
    const auto answers = std::make_shared<Answers>();
    Request request{.method = "POST",
                    .path = "/sta/v1.1" + std::move(path),
                    .headers = {{"content-type", "application/json"}, {"host", "cairn:8080"}},
                    .body = std::move(body)};
    service.service().handle(std::move(request), Reply(answers, 1));
    return answers;
  }
  Response post(std::string path, std::string body) {
    const auto answers = send(std::move(path), std::move(body));
    if (!answers->of(1)) intake.commit({intake.position, 0, {}});
    return answers->of(1).value_or(Response{.status = 0});
  }
  static std::string header(const Response& response, std::string_view name) {
    for (const Header& h : response.headers) {
      if (h.name == name) return h.value;
    }
    return {};
  }
  detail::TestService service;
  TestIntake intake;
  IngestDoor door;
};

constexpr const char* one =
    R"({"phenomenonTime":"2022-06-30T01:00:00Z","result":41.5,"Datastream":{"@iot.id":"s2:load"}})";

TEST_F(StaPostTest, AnObservationIsCreatedWhenItIsOnDisk) {
  const auto answers = send("/Observations", one);
  EXPECT_FALSE(answers->of(1));
  intake.commit({1, 0, {}});
  ASSERT_TRUE(answers->of(1));
  const Response response = *answers->of(1);
  EXPECT_EQ(response.status, 201) << response.body;
  const std::string place = header(response, "Location");
  EXPECT_EQ(place,
            "http://cairn:8080/sta/v1.1/Observations('s2%3Aload%7C2022-06-30T01%3A00%3A00Z')");
  const Json body = Json::parse(response.body);
  EXPECT_EQ(body["@iot.selfLink"], place);
  EXPECT_EQ(body["result"], 41.5);
  EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_NE(header(response, "Date"), "");
  ASSERT_EQ(intake.taken.size(), 1U);
  EXPECT_EQ(intake.taken[0].thing, "s2");
}

TEST_F(StaPostTest, DatastreamsAreNamedByTextAndByTheNumberThatReadingGives) {
  const Json streams = service.json("/sta/v1.1/Datastreams?$filter=name%20ne%20%27%27");
  const std::string number = streams["value"][0]["@iot.id"].dump();
  for (const std::string& id : {number, std::string("'s2:load'")}) {
    EXPECT_EQ(post(format("/Datastreams({})/Observations", id), R"({"result":1})").status, 201);
    EXPECT_EQ(
        post(format("/Things('s2')/Datastreams({})/Observations", id), R"({"result":1})").status,
        201);
  }
  EXPECT_EQ(
      post("/Observations", format("{{\"result\":1,\"Datastream\":{{\"@iot.id\":{}}}}}", number))
          .status,
      201);
  for (const auto& taken : intake.taken) EXPECT_EQ(taken.thing + taken.property, "s2load");
  EXPECT_EQ(intake.taken.size(), 5U);
  EXPECT_EQ(post("/Datastreams(1)/Observations", R"({"result":1})").status, 404);
}

TEST_F(StaPostTest, DataArraysTellWhatWasNotCreated) {
  const Response response =
      post("/CreateObservations",
           R"([{"Datastream":{"@iot.id":"s2:load"},"components":["phenomenonTime","result"],
           "dataArray":[["2022-06-30T01:00:00Z",1],["2022-06-30T02:00:00Z","x"]]},
          {"Datastream":{"@iot.id":"unknown:load"},"components":["result"],"dataArray":[[5]]},
          {"Datastream":{"@iot.id":"s2:load"},"components":["phenomenonTime","result"],
           "dataArray":[["2022-06-30T03:00:00Z",3]]}])");
  EXPECT_EQ(response.status, 201) << response.body;
  const Json links = Json::parse(response.body);
  ASSERT_EQ(links.size(), 4U) << response.body;
  EXPECT_NE(links[0].get<std::string>().find("T01"), std::string::npos);
  EXPECT_EQ(links[1], "error");
  EXPECT_EQ(links[2], "error");
  EXPECT_NE(links[3].get<std::string>().find("T03"), std::string::npos);
}

TEST_F(StaPostTest, ErrorsSayWhatIsWrong) {
  const auto error = [&](std::string path, std::string body, int status) {
    const Response response = post(std::move(path), std::move(body));
    EXPECT_EQ(response.status, status) << response.body;
    const Json json = Json::parse(response.body, nullptr, false);
    EXPECT_EQ(json["code"], status) << response.body;
    return json["message"].get<std::string>();
  };
  EXPECT_NE(error("/Observations", "{", 400), "");
  EXPECT_NE(error("/Observations", R"({"result":"x","Datastream":{"@iot.id":"s2:load"}})", 400)
                .find("/result"),
            std::string::npos);
  error("/Observations", R"({"result":1,"Datastream":{"@iot.id":"unknown:load"}})", 400);
  error("/Observations", R"({"result":1})", 400);
  error("/CreateObservations", "[]", 400);
  error("/Datastreams('nocolon')/Observations", R"({"result":1})", 404);
  error("/Things", "{}", 405);
  error("/Observations(5)", "{}", 405);
  intake.broken = true;
  const Response full = post("/Observations", one);
  EXPECT_EQ(full.status, 507);
  EXPECT_EQ(header(full, "Retry-After"), "60");
}

TEST_F(StaPostTest, ReadingStaysAsItWas) {
  EXPECT_EQ(service.get("/sta/v1.1/Observations").status, 200);
  EXPECT_EQ(service.ask({.method = "DELETE", .path = "/sta/v1.1/Things"}).status, 405);
}

}  // namespace
}  // namespace cairn::server
