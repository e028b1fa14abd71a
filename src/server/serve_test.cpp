// SPDX-License-Identifier: Apache-2.0
// The whole server over the shipped workspace, on a free port of the loopback interface.
#include "server/serve.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "core/text.hpp"
#include "server/detail/json.hpp"

namespace cairn::server {
namespace {

struct Answer {
  int status = 0;
  std::string head;
  std::string body;
  Json json() const { return Json::parse(body, nullptr, false); }
};

class ServeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = ::testing::TempDir() + format("cairn_serve_{}", ::getpid());
    std::filesystem::remove_all(directory_);
    start();
  }
  void TearDown() override {
    running_.reset();
    std::filesystem::remove_all(directory_);
  }
  void start() {
    running_.reset();
    ServeOptions options;
    options.port = 0;
    options.root = CAIRN_SOURCE_DIR;
    options.token = "secret";
    options.data_directory = directory_;
    options.study = study_;
    Problems problems;
    auto running = serve(options, *files_, *clock_, problems);
    ASSERT_TRUE(running) << to_string(running.error());
    for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
    running_ = std::move(*running);
  }
  Answer ask(std::string_view method, std::string_view path, std::string_view body = {},
             std::string_view type = "text/csv") {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(running_->port());
    ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address);
    const std::string request = format(
        "{} {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
        "secret\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
        method, path, type, body.size(), body);
    for (std::size_t sent = 0; sent < request.size();) {
      const ssize_t n = ::send(socket, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<std::size_t>(n);
    }
    std::string text;
    char buffer[16384];
    for (ssize_t n; (n = ::recv(socket, buffer, sizeof buffer, 0)) > 0;) {
      text.append(buffer, static_cast<std::size_t>(n));
    }
    ::close(socket);
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string::npos) return {};
    return {static_cast<int>(parse_integer(text.substr(9, 3)).value_or(0)), text.substr(0, end),
            text.substr(end + 4)};
  }
  double people() {
    const Json rows =
        ask("GET", "/v1/evaluate?formula=resident_population&region=513437").json()["rows"];
    return rows.at(0).at("value").is_null() ? -1 : rows[0]["value"].get<double>();
  }

  std::unique_ptr<Files> files_ = system_files();
  std::unique_ptr<Clock> clock_ = system_clock();
  std::unique_ptr<Running> running_;
  std::string directory_;
  bool study_ = false;
};

TEST_F(ServeTest, AnswersAboutThePanxiRegion) {
  EXPECT_EQ(ask("GET", "/v1/status").json()["home"]["code"], "panxi");
  const auto value = [&](const std::string& query) {
    return ask("GET", "/v1/evaluate?" + query).json()["rows"][0]["value"];
  };
  EXPECT_EQ(value("formula=count(village)&region=5134"), 2377);
  EXPECT_EQ(value("formula=sum(population%20of%20county)&region=panxi"), 6'070'562);
  EXPECT_EQ(ask("GET", "/v1/tiles/boundaries/8/200/107.mvt").status, 200);
  EXPECT_EQ(ask("GET", "/v1/regions?parent=panxi&level=county").json()["total"], 22);
  EXPECT_EQ(ask("GET", "/v1/plans").json()["plans"].size(), 5u);
}

constexpr const char* census =
    "region,property,period,value,unit,source,estimated\n"
    "513437,resident_population,2024,200000,{person},census,false\n";

TEST_F(ServeTest, AnImportIsPreviewedCommittedKeptAndWithdrawn) {
  const double before = people();
  const Answer preview =
      ask("POST", "/v1/imports?kind=statistics&format=csv&name=leibo.csv", census);
  ASSERT_EQ(preview.status, 201) << preview.body;
  const std::string id = preview.json()["id"];
  EXPECT_EQ(preview.json()["accepted"], 1);
  EXPECT_EQ(people(), before);
  const Answer done = ask("POST", "/v1/imports/" + id + "/commit");
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.json()["state"], "committed");
  EXPECT_EQ(people(), 200'000);
  EXPECT_EQ(ask("POST", "/v1/imports/" + id + "/commit").status, 409);
  start();  // a new process on the same data directory
  EXPECT_EQ(people(), 200'000);
  EXPECT_EQ(ask("GET", "/v1/imports/" + id).json()["name"], "leibo.csv");
  EXPECT_EQ(ask("DELETE", "/v1/imports/" + id).status, 204);
  EXPECT_EQ(people(), before);
  EXPECT_EQ(ask("GET", "/v1/imports/" + id).status, 404);
}

TEST_F(ServeTest, RowsWithMistakesHoldAnImportBack) {
  const std::string rows = std::string(census) + "nowhere,resident_population,2024,1,{person},,\n";
  const Answer preview = ask("POST", "/v1/imports?kind=statistics&format=csv", rows);
  ASSERT_EQ(preview.status, 201) << preview.body;
  EXPECT_EQ(preview.json()["rejected"], 1);
  EXPECT_EQ(preview.json()["errors"][0]["record"], 2);
  EXPECT_EQ(preview.json()["errors"][0]["line"], 3);
  const std::string id = preview.json()["id"];
  const double before = people();
  EXPECT_EQ(ask("POST", "/v1/imports/" + id + "/commit").status, 409);
  EXPECT_EQ(people(), before);
  EXPECT_EQ(ask("POST", "/v1/imports/" + id + "/commit?accept_partial=true").status, 200);
  EXPECT_EQ(people(), 200'000);
}

TEST_F(ServeTest, FilesThatCannotBeReadChangeNothing) {
  EXPECT_EQ(ask("POST", "/v1/imports?kind=statistics&format=csv", "a,b\n1,2\n").status, 422);
  EXPECT_EQ(ask("POST", "/v1/imports?kind=statistics&format=csv", "\xff\xfe\xff").status, 422);
  EXPECT_EQ(ask("POST", "/v1/imports?kind=things&format=geojson", "{\"type\":").status, 422);
  EXPECT_EQ(ask("POST", "/v1/imports?kind=things&format=csv", census, "image/png").status, 415);
  EXPECT_EQ(ask("POST", "/v1/imports?format=csv", census).status, 400);
  EXPECT_EQ(ask("POST", "/v1/imports?kind=things&format=csv", std::string(50'000'000, 'x')).status,
            413);
  EXPECT_TRUE(ask("GET", "/v1/imports").json()["imports"].empty());
  const Answer dry = ask("POST", "/v1/imports?kind=statistics&format=csv&dry_run=true", census);
  EXPECT_EQ(dry.status, 201);
  EXPECT_TRUE(dry.json()["id"].is_null());
  EXPECT_TRUE(ask("GET", "/v1/imports").json()["imports"].empty());
}

// The server answers at once; coverage follows, and an import is studied like the rest.
TEST_F(ServeTest, CoverageIsComputedAsideAndSwappedIn) {
  study_ = true;
  start();
  const auto share = [&] {
    const Json rows =
        ask("GET", "/v1/evaluate?formula=village_5g_coverage&region=513422").json()["rows"];
    return rows.empty() || rows[0]["value"].is_null() ? -1.0 : rows[0]["value"].get<double>();
  };
  const auto wait_for = [&](double at_least) {
    for (int i = 0; i < 1200 && share() < at_least; ++i) ::usleep(100'000);
    return share();
  };
  const double before = wait_for(0);
  ASSERT_GE(before, 0) << "nothing was computed";
  const Json village = ask("GET", "/v1/things/513401002001").json();
  ASSERT_EQ(village["studies"].size(), 1u);
  EXPECT_NE(village["studies"][0]["origin"].get<std::string>().find("ESTIMATED"),
            std::string::npos);
  std::size_t derived = 0;
  for (const Json& property : village["properties"]) {
    if (property["source"].is_null()) continue;
    EXPECT_EQ(property["source"], village["studies"][0]["key"]);
    EXPECT_TRUE(property["estimated"].get<bool>());
    ++derived;
  }
  EXPECT_GT(derived, 8u);
  // Muli has hardly any 5G: a station beside a village changes the share.
  const std::string rows =
      "id,type,region,lon,lat,status,tech,band,operator,height_m\n"
      "new1,base_station,513422225201,{},{},live,5g,n28,mobile,40\n";
  const Json far = ask("GET", "/v1/things/513422225201").json();
  const auto position = far["position"];
  ASSERT_TRUE(position.is_object());
  const Answer preview =
      ask("POST", "/v1/imports?kind=things&format=csv&replace=none",
          format(fmt::runtime(rows), position["lon"].get<double>(), position["lat"].get<double>()));
  ASSERT_EQ(preview.status, 201) << preview.body;
  const std::string id = preview.json()["id"];
  ASSERT_EQ(ask("POST", "/v1/imports/" + id + "/commit").status, 200);
  EXPECT_GT(wait_for(before + 0.1), before);
}

TEST(Serve, ListeningElsewhereNeedsAToken) {
  const auto files = system_files();
  const auto clock = system_clock();
  Problems problems;
  const auto refused =
      serve({.address = "0.0.0.0", .port = 0, .root = CAIRN_SOURCE_DIR}, *files, *clock, problems);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::denied);
  EXPECT_TRUE(is_loopback("127.0.0.2"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_FALSE(is_loopback("192.168.1.2"));
  EXPECT_FALSE(is_loopback("0.0.0.0"));
}

}  // namespace
}  // namespace cairn::server
