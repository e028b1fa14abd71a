// SPDX-License-Identifier: Apache-2.0
// The chapter `devices` of docs/api/openapi.yaml, with friendly and hostile callers.
#include <gtest/gtest.h>

#include "server/detail/test_devices.hpp"

namespace cairn::server {
namespace {

class DeviceApi : public detail::DeviceTest {
 protected:
  Json json(int status, const std::string& who, const std::string& method, const std::string& path,
            const std::string& body = {}, const std::string& type = "application/json") {
    const Response response = service_.ask({.method = method,
                                            .path = path,
                                            .headers = {{"x-actor", who}, {"content-type", type}},
                                            .body = body});
    EXPECT_EQ(response.status, status) << method << ' ' << path << ' ' << response.body;
    return Json::parse(response.body, nullptr, false);
  }
  std::string waits(const std::string& identity) {
    book().contact({device::Protocol::mqtt, identity, "10.0.0.7", {}, {}}, now());
    return book().find(device::Protocol::mqtt, identity)->id;
  }
  std::string audit() {
    const auto read = ledger_->read();
    auto rows = read.db().prepare("SELECT outcome, detail FROM audit ORDER BY rowid");
    std::string out;
    while (rows && *rows->step()) out += rows->text(0) + ":" + rows->text(1) + "\n";
    return out;
  }
};

TEST_F(DeviceApi, OnlyWhoMayReadsAndManages) {
  const std::string id = waits("pump");
  json(401, "", "GET", "/v1/devices");
  json(401, "", "GET", "/v1/devices/" + id);
  json(401, "", "POST", "/v1/devices/import", "protocol,identity\n", "text/csv");
  EXPECT_EQ(json(200, "checker", "GET", "/v1/devices")["total"], 1);
  json(403, "checker", "POST", "/v1/devices/" + id + "/block", R"({"reason":"x"})");
  json(403, "checker", "POST", "/v1/devices", R"({"protocol":"mqtt","identity":"a"})");
  json(403, "checker", "POST", "/v1/devices/" + id + "/secret", "{}");
  EXPECT_EQ(book().get(id, now())->device.status, device::Status::waiting);
  EXPECT_FALSE(json(200, "checker", "GET", "/v1/devices/" + id)["may_manage"].get<bool>());
}

TEST_F(DeviceApi, OfficersOfACountyKeepToIt) {
  const std::string here = add("here", "s2");    // 513401
  const std::string there = add("there", "s3");  // 513402
  const Json list = json(200, "xichang", "GET", "/v1/devices");
  ASSERT_EQ(list["total"], 1);
  EXPECT_EQ(list["devices"][0]["id"], here);
  EXPECT_EQ(list["counts"]["approved"], 1);
  json(403, "xichang", "GET", "/v1/devices/" + there);
  json(403, "xichang", "PATCH", "/v1/devices/" + there, R"({"vendor":"x"})");
  json(403, "xichang", "POST", "/v1/devices/" + there + "/block", R"({"reason":"x"})");
  const std::string stranger = waits("pump");
  json(403, "xichang", "POST", "/v1/devices/" + stranger + "/approve", R"({"thing":"s3"})");
  json(403, "xichang", "POST", "/v1/devices/" + stranger + "/approve",
       R"({"thing":"n","type":"site","lon":102.5,"lat":26.5})");
  json(200, "xichang", "POST", "/v1/devices/" + stranger + "/approve", R"({"thing":"s2"})");
  // One that is another county's cannot be taken over.
  json(403, "xichang", "POST", "/v1/devices/" + there + "/approve", R"({"thing":"s2"})");
  json(200, "duty", "POST", "/v1/devices/" + there + "/approve", R"({"thing":"s2"})");
}

TEST_F(DeviceApi, ApprovalMakesTheThing) {
  const std::string id = waits("new-1");
  const std::string path = "/v1/devices/" + id;
  json(400, "duty", "POST", path + "/approve", "{}");
  json(400, "duty", "POST", path + "/approve", R"({"type":"site"})");
  json(400, "duty", "POST", path + "/approve", R"({"type":"tower","lon":102.5,"lat":27.5})");
  json(400, "duty", "POST", path + "/approve", R"({"type":"site","lon":102.5})");
  json(409, "duty", "POST", path + "/approve",
       R"({"type":"site","lon":102.5,"lat":27.5,"accept_secret":true})");
  EXPECT_FALSE(desk_->knows("new-1"));
  const Json device = json(200, "duty", "POST", path + "/approve",
                           R"({"type":"site","lon":102.5,"lat":27.5,"vendor":"acme",
                               "label":{"zh":"新","en":"New"},"expected_every_s":60})");
  EXPECT_EQ(device["status"], "approved");
  EXPECT_EQ(device["region"], "513401");
  EXPECT_EQ(device["region_label"]["en"], "Xichang");
  EXPECT_EQ(device["vendor"], "acme");
  EXPECT_EQ(device["rights"], Json::array({"new-1"}));
  EXPECT_EQ(device["history"][0]["action"], "approve");
  EXPECT_EQ(device["history"][0]["actor"], "duty");
  EXPECT_EQ(service_.json("/v1/things/new-1")["type"], "site");
  // The thing that stands for it, for formulas.
  const Json thing = service_.json("/v1/things/device:" + id);
  EXPECT_EQ(thing["type"], "device");
  EXPECT_NE(audit().find("done:approved for new-1"), std::string::npos);
}

TEST_F(DeviceApi, RegistersWithASecretThatIsShownOnce) {
  json(400, "duty", "POST", "/v1/devices", R"({"protocol":"lora","identity":"a"})");
  json(400, "duty", "POST", "/v1/devices", R"({"protocol":"mqtt","identity":"a","colour":"red"})");
  json(400, "duty", "POST", "/v1/devices",
       R"({"protocol":"mqtt","identity":"a","secret":"short1"})");
  const Json made = json(201, "duty", "POST", "/v1/devices",
                         R"({"protocol":"mqtt","identity":"a","thing":"s2","make_secret":true})");
  const auto secret = made["secret"].get<std::string>();
  const auto id = made["device"]["id"].get<std::string>();
  EXPECT_EQ(secret.size(), 64U);
  EXPECT_TRUE(made["device"]["has_secret"].get<bool>());
  EXPECT_EQ(json(200, "duty", "GET", "/v1/devices/" + id).dump().find(secret), std::string::npos);
  json(409, "duty", "POST", "/v1/devices", R"({"protocol":"mqtt","identity":"a"})");
  const Json next = json(200, "duty", "POST", "/v1/devices/" + id + "/secret", "{}");
  EXPECT_FALSE(book().accepts(id, secret));
  EXPECT_TRUE(book().accepts(id, next["secret"].get<std::string>()));
}

TEST_F(DeviceApi, ChangesOnlyWhatIsSentAndEndsForGood) {
  const std::string path = "/v1/devices/" + add("a", "s2");
  json(400, "duty", "PATCH", path, R"({"calibration_due":"next year"})");
  json(400, "duty", "PATCH", path, R"({"expected_every_s":0})");
  json(400, "duty", "PATCH", path, R"({"thing":"s3"})");
  json(200, "duty", "PATCH", path, R"({"vendor":"acme","calibration_due":"2027-01-31"})");
  const Json device = json(200, "duty", "PATCH", path, R"({"firmware":"2.1"})");
  EXPECT_EQ(device["vendor"], "acme");
  EXPECT_EQ(device["calibration_due"], "2027-01-31");
  EXPECT_EQ(device["history"][0]["note"], "firmware:  -> 2.1");
  json(400, "duty", "POST", path + "/block", R"({"reason":" "})");
  EXPECT_EQ(json(200, "duty", "POST", path + "/block", R"({"reason":"odd"})")["reason"], "odd");
  json(409, "duty", "POST", path + "/block", R"({"reason":"odd"})");
  json(200, "duty", "POST", path + "/approve", "{}");
  json(200, "duty", "POST", path + "/retire", R"({"reason":"old"})");
  json(409, "duty", "POST", path + "/approve", "{}");
  json(409, "duty", "POST", path + "/secret", "{}");
  json(404, "duty", "POST", "/v1/devices/dev-none/retire", R"({"reason":"old"})");
}

TEST_F(DeviceApi, ASimulatedDeviceDoesNotSpeakForWhatIsMeasured) {
  const auto refused = [&](const Json& answer) {
    const std::string words = answer.dump();
    EXPECT_NE(words.find("'s2' is not marked as simulated"), std::string::npos) << words;
  };
  refused(json(409, "duty", "POST", "/v1/devices",
               R"({"protocol":"mqtt","identity":"a","thing":"s2","simulated":true})"));
  const std::string path = "/v1/devices/" + waits("b");
  refused(json(409, "duty", "POST", path + "/approve", R"({"thing":"s2","simulated":true})"));
  json(200, "duty", "POST", path + "/approve", R"({"thing":"s2"})");
  refused(json(409, "duty", "PATCH", path, R"({"simulated":true})"));
  EXPECT_FALSE(json(200, "duty", "GET", path)["simulated"].get<bool>());
  const std::string csv = "protocol,identity,thing,simulated\nmqtt,c,s2,true\n";
  refused(json(200, "duty", "POST", "/v1/devices/import", csv, "text/csv")["errors"][0]);
  // A thing of its own is marked; another simulated device may join it.
  json(201, "duty", "POST", "/v1/devices",
       R"({"protocol":"mqtt","identity":"d","thing":"d","type":"site","lon":102.5,"lat":27.5,
           "simulated":true})");
  json(201, "duty", "POST", "/v1/devices",
       R"({"protocol":"mqtt","identity":"e","thing":"d","simulated":true})");
}

TEST_F(DeviceApi, PagesFiltersAndVendors) {
  add("a", "s2");
  const std::string b = add("b", "s3");
  waits("c");
  book().heard(b, 1, {}, now());
  book().fault(device::Protocol::mqtt, b, {}, device::Fault::clock, "1970", "x", now());
  EXPECT_EQ(json(200, "duty", "GET", "/v1/devices?status=waiting")["total"], 1);
  EXPECT_EQ(json(200, "duty", "GET", "/v1/devices?region=513402")["total"], 1);
  EXPECT_EQ(json(200, "duty", "GET", "/v1/devices?region=5134")["total"], 2);
  EXPECT_EQ(json(200, "duty", "GET", "/v1/devices?trouble=true")["devices"][0]["id"], b);
  EXPECT_EQ(json(200, "duty", "GET", "/v1/devices?type=site&protocol=mqtt&q=S3")["total"], 1);
  const Json page = json(200, "duty", "GET", "/v1/devices?limit=1&offset=1");
  EXPECT_EQ(page["devices"].size(), 1U);
  EXPECT_EQ(page["total"], 3);
  json(400, "duty", "GET", "/v1/devices?status=lost");
  json(400, "duty", "GET", "/v1/devices?colour=red");
  const Json vendors = json(200, "duty", "GET", "/v1/devices/vendors")["vendors"];
  ASSERT_EQ(vendors.size(), 1U);
  EXPECT_EQ(vendors[0]["devices"], 3);
  EXPECT_EQ(vendors[0]["faults"]["clock"], 1);
  EXPECT_EQ(vendors[0]["samples"][0]["what"], "1970");
  EXPECT_LT(vendors[0]["share_good"].get<double>(), 1);
}

TEST_F(DeviceApi, ImportsWholeOrNotAtAll) {
  const std::string csv =
      "protocol,identity,thing,type,lon,lat,every\n"
      "mqtt,a,s2,,,,10min\n"
      "mqtt,b,,site,102.4,27.4,\n"
      "mqtt,c,none,,,,\n"
      "mqtt,d,,tower,102.4,27.4,\n"
      "mqtt,e,,site,10.4,7.4,\n";
  const auto send = [&](int status, const std::string& query) {
    return json(status, "duty", "POST", "/v1/devices/import" + query, csv, "text/csv");
  };
  const Json preview = send(200, "");
  EXPECT_EQ(preview["rows"], 5);
  EXPECT_EQ(preview["new"], 2);
  EXPECT_EQ(preview["things"], 1);
  EXPECT_EQ(preview["errors_total"], 3);
  EXPECT_EQ(preview["errors"][0]["line"], 4);
  EXPECT_EQ(preview["errors"][1]["column"], "type");
  EXPECT_EQ(preview["errors"][2]["line"], 6);
  send(409, "?commit=true");
  EXPECT_TRUE(book().empty());
  EXPECT_TRUE(send(200, "?commit=true&partial=true")["committed"].get<bool>());
  EXPECT_EQ(book().find(device::Protocol::mqtt, "b")->thing, "b");
  EXPECT_EQ(book()
                .get(book().find(device::Protocol::mqtt, "a")->id, now())
                ->device.facts.expected_every_s,
            600);
  EXPECT_TRUE(desk_->knows("b"));
  EXPECT_EQ(send(200, "?commit=true&partial=true")["unchanged"], 2);
  json(403, "xichang", "POST", "/v1/devices/import", csv, "text/csv");
  json(400, "duty", "POST", "/v1/devices/import", "colour\n", "text/csv");
}

}  // namespace
}  // namespace cairn::server
