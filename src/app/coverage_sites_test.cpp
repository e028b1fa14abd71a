// SPDX-License-Identifier: Apache-2.0
#include "app/coverage_sites.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"

namespace cairn::app {
namespace {

SiteList read(std::string_view text, const SiteReading& how = {}) {
  return read_sites(text, "sites.csv", how);
}

std::string errors(const SiteList& list) {
  std::string out;
  for (const Error& error : list.problems.errors) out += to_string(error) + "\n";
  return out;
}

TEST(CoverageSites, ReadsASectorARow) {
  const SiteList list = read(
      "id,site,lon,lat,height_m,azimuth,tilt,electrical_tilt,power_dbm,antenna,band,operator\n"
      "a-1,a,102.1,28.2,35,-30,2,6,-3.5,kathrein.msi,n28,mobile\n");
  ASSERT_EQ(list.rows.size(), 1U) << errors(list);
  const SiteRow& row = list.rows[0];
  EXPECT_EQ(row.id, "a-1");
  EXPECT_EQ(row.site, "a");
  EXPECT_EQ(row.position, (geo::Point{102.1, 28.2}));
  EXPECT_EQ(row.mast_m, 35);
  EXPECT_EQ(row.azimuth_deg, 330);
  EXPECT_EQ(row.mechanical_tilt_deg, 2);
  EXPECT_EQ(row.electrical_tilt_deg, 6);
  EXPECT_EQ(row.power_dbm, -3.5) << "negative power is a power";
  EXPECT_EQ(row.antenna, "kathrein.msi");
  EXPECT_EQ(row.band, "n28");
  EXPECT_EQ(row.operator_id, "mobile");
  EXPECT_EQ(row.place, "sites.csv:2");
  EXPECT_EQ(list.left_out, 0U);
}

TEST(CoverageSites, HeadersOfManyMakers) {
  const SiteList zh =
      read("站名;扇区;经度;纬度;挂高;方位角;下倾角\n西昌东;2;102.3;27.9;40;120;4\n");
  ASSERT_EQ(zh.rows.size(), 1U) << errors(zh);
  EXPECT_EQ(zh.rows[0].id, "西昌东-2");
  EXPECT_EQ(zh.rows[0].mast_m, 40);
  EXPECT_EQ(zh.rows[0].mechanical_tilt_deg, 4);
  const SiteList en = read(
      "Site Name\tLongitude\tLatitude\tHeight (m)\tAzimuth [deg]\n"
      "Hill\t102.3\t27.9\t40\t0/120/240\n");
  ASSERT_EQ(en.rows.size(), 3U) << errors(en);
  EXPECT_EQ(en.rows[2].id, "Hill-3");
  EXPECT_EQ(en.rows[2].azimuth_deg, 240);
  EXPECT_EQ(en.rows[2].site, "Hill");
}

TEST(CoverageSites, EachMistakeHasItsLineAndTheRestGoesOn) {
  const SiteList list = read(
      "id,lon,lat,mast_m,azimuth,tilt\n"
      "ok,102,28,30,,\n"
      "swapped,28.0,102.0,30,,\n"
      "nan,102,28,NaN,,\n"
      "projected,512345,3212345,30,,\n"
      "blank,,28,30,,\n"
      "turned,102,28,30,720,\n"
      "steep,102,28,30,0,91\n"
      "low,102,28,,,\n"
      "short,102,28\n"
      "ok2,102.5,28,30,omni,\n");
  EXPECT_EQ(list.rows.size(), 2U);
  EXPECT_EQ(list.left_out, 8U);
  const std::string all = errors(list);
  for (const char* each :
       {"sites.csv:3: longitude 28 and latitude 102 are outside the range of degrees; they look "
        "swapped",
        "sites.csv:4: mast 'NaN' is not a number", "sites.csv:5: longitude 512345",
        "projected coordinates", "sites.csv:6: longitude '' and latitude '28' must be numbers",
        "sites.csv:7: azimuth '720'", "sites.csv:8: tilt 91° is steeper",
        "sites.csv:9: the mast has no height; say one for all with --mast",
        "sites.csv:10: 3 fields where the header has 6"}) {
    EXPECT_NE(all.find(each), std::string::npos) << each << "\nin\n" << all;
  }
}

TEST(CoverageSites, ARegionsOwnThings) {
  const char* text =
      "id,type,region,name_zh,name_en,lon,lat,status,valid_from,valid_to,estimated,source,tech,"
      "band,frequency,operator,site,height_m\n"
      "bs:1,base_station,5104,,,101.7,26.5,live,2012-04-01,2020-01-01,true,sites,4g,B3,1800,mobile,"
      "s1,25\n"
      "bs:1,base_station,5104,,,101.7,26.5,live,2020-01-01,,true,sites,4g,B8,900,mobile,s1,25\n"
      "bs:2,base_station,5104,,,101.7,26.5,planned,,,true,sites,5g,n41,2600,mobile,s1,25\n"
      "bs:3,base_station,5104,,,101.7,26.5,retired,,,true,sites,2g,GSM900,900,mobile,s1,25\n"
      "v,village,5104,,,101.7,26.5,live,,,true,sites,,,,,,\n";
  SiteReading how;
  how.at = *parse_instant("2023-01-01T00:00:00Z", {});
  const SiteList now = read(text, how);
  ASSERT_EQ(now.rows.size(), 1U) << errors(now);
  EXPECT_EQ(now.rows[0].band, "B8");
  EXPECT_EQ(now.rows[0].technology, "4g");
  EXPECT_TRUE(now.rows[0].estimated);
  EXPECT_EQ(now.others, 4U);
  how.planned = true;
  EXPECT_EQ(read(text, how).rows.size(), 2U);
  how.at = {};
  EXPECT_EQ(read(text, how).rows.size(), 3U);
}

TEST(CoverageSites, WhatIsNoListOfSites) {
  EXPECT_NE(errors(read("")).find("empty"), std::string::npos);
  EXPECT_NE(errors(read("name,x,y\na,1,2\n"))
                .find("sites.csv:1: there is no column for the "
                      "longitude (lon); the header is 'name,x,y'"),
            std::string::npos);
  EXPECT_FALSE(read("lon,lat,mast_m\n").usable());
}

TEST(CoverageSites, OneMastForAll) {
  SiteReading how;
  how.mast_m = 32;
  const SiteList list = read("lon,lat\n102,28\n", how);
  ASSERT_EQ(list.rows.size(), 1U);
  EXPECT_EQ(list.rows[0].mast_m, 32);
  EXPECT_EQ(list.rows[0].id, "row 2");
}

}  // namespace
}  // namespace cairn::app
