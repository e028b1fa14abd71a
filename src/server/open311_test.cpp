// SPDX-License-Identifier: Apache-2.0
#include "server/open311.hpp"

#include <gtest/gtest.h>

#include "server/detail/json.hpp"

namespace cairn::server {
namespace {

TEST(Open311, reads_a_form_as_the_standard_writes_it) {
  const auto post = parse_geo_post(
      "api_key=xyz&service_code=001&lat=37.7&long=-122.4&address_string=1234+5th+street&"
      "description=A%20sinkhole+%E5%A1%8C%E9%99%B7&attribute[WHISPAWN]=123456&"
      "attribute[COLOURS][]=red&attribute%5BCOLOURS%5D%5B%5D=blue&empty=");
  ASSERT_TRUE(post) << to_string(post.error());
  EXPECT_EQ(*post->find("address_string"), "1234 5th street");
  EXPECT_EQ(*post->find("description"), "A sinkhole 塌陷");
  EXPECT_EQ(post->find("empty"), nullptr);
  EXPECT_EQ(post->find("phone"), nullptr);
  const std::vector<std::pair<std::string, std::string>> attributes{
      {"WHISPAWN", "123456"}, {"COLOURS", "red"}, {"COLOURS", "blue"}};
  EXPECT_EQ(post->attributes, attributes);
}

TEST(Open311, refuses_what_is_no_form) {
  for (const char* bad : {"a=%zz", "a=%FF", "attribute[=1", "attribute[]=1", "attribute[a]b=1",
                          "attribute[a][b]=1", "description=a%00b"}) {
    EXPECT_FALSE(parse_geo_post(bad)) << bad;
  }
  std::string many;
  for (int i = 0; i < 300; ++i) many += "a=1&";
  EXPECT_EQ(parse_geo_post(many).error().code, Code::too_large);
}

GeoRequest hostile() {
  GeoRequest out;
  out.id = "I-1";
  out.description = "<script>alert(1)</script> & \"]]>\n\x01 塌陷";
  out.service_name = "</service_name><x/>";
  out.lat_deg = 28.25;
  return out;
}

TEST(Open311, hostile_words_stay_words_in_xml) {
  const Response xml = render_requests({hostile()}, GeoFormat::xml);
  EXPECT_EQ(xml.type, "text/xml; charset=utf-8");
  EXPECT_TRUE(xml.body.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
  EXPECT_EQ(xml.body.find("<script>"), std::string::npos);
  EXPECT_EQ(xml.body.find("<x/>"), std::string::npos);
  EXPECT_EQ(xml.body.find('\x01'), std::string::npos);
  EXPECT_NE(xml.body.find("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;]]&gt;\n\uFFFD 塌陷"),
            std::string::npos);
  EXPECT_NE(xml.body.find("<lat>28.25</lat><long></long>"), std::string::npos);
}

TEST(Open311, every_member_is_there_in_json_and_null_when_it_is_not_known) {
  const Json list = Json::parse(render_requests({hostile()}, GeoFormat::json).body);
  ASSERT_EQ(list.size(), 1u);
  for (const char* name : {"service_request_id", "status", "status_notes", "service_name",
                           "service_code", "description", "agency_responsible", "service_notice",
                           "requested_datetime", "updated_datetime", "expected_datetime", "address",
                           "address_id", "zipcode", "lat", "long", "media_url"}) {
    EXPECT_TRUE(list[0].contains(name)) << name;
  }
  EXPECT_EQ(list[0]["status"], "open");
  EXPECT_TRUE(list[0]["long"].is_null());
  EXPECT_EQ(list[0]["lat"], 28.25);
}

TEST(Open311, errors_are_lists_with_the_number_of_the_answer) {
  const Response json = render_error(403, "no key", GeoFormat::json);
  EXPECT_EQ(json.status, 403);
  EXPECT_EQ(Json::parse(json.body), Json::parse(R"([{"code":403,"description":"no key"}])"));
  const Response xml = render_error(404, "a<b", GeoFormat::xml);
  EXPECT_EQ(xml.status, 404);
  EXPECT_NE(xml.body.find("<errors><error><code>404</code><description>a&lt;b</description>"),
            std::string::npos);
}

TEST(Open311, reads_what_other_servers_answer) {
  const auto remote = parse_geo_remote(
      R"([{"service_request_id":638344,"status":"closed","status_notes":null},
          {"service_request_id":"A-7","status":"open","description":"x"},{"token":12345}])");
  ASSERT_TRUE(remote);
  EXPECT_EQ((*remote)[0].id, "638344");
  EXPECT_TRUE((*remote)[0].closed);
  EXPECT_EQ((*remote)[1].id, "A-7");
  EXPECT_FALSE((*remote)[1].closed);
  EXPECT_EQ((*remote)[2].token, "12345");
  for (const char* bad : {"", "{}", "[1]", "[[]]", "<xml/>", "[{\"service_request_id\":"}) {
    EXPECT_FALSE(parse_geo_remote(bad)) << bad;
  }
}

}  // namespace
}  // namespace cairn::server
