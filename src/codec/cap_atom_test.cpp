// SPDX-License-Identifier: Apache-2.0
#include "codec/cap_atom.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "codec/cap_write.hpp"
#include "codec/test_cap.hpp"

namespace cairn::codec {
namespace {

AtomFeed slope_feed() {
  AtomFeed feed;
  feed.id = "https://example.org/feed";
  feed.title = "预警";
  feed.updated = cap_time("2026-07-01T08:00:00+08:00");
  feed.author = "康定市应急管理局";
  feed.links = {{"https://example.org/feed", "self", "application/atom+xml"}};
  feed.entries = {atom_entry(slope_alert(), "zh-CN", feed.id, "https://example.org/cap/1?a=b&c=d")};
  return feed;
}
Result<AtomFeed> read_file(const std::string& name) {
  return read_atom(cap_file(CAIRN_SOURCE_DIR, name));
}

TEST(CapAtom, AnEntryTellsTheWarning) {
  CapAlert alert = slope_alert();
  alert.identifier = "a/b山";
  const AtomEntry entry = atom_entry(alert, "EN-us", "urn:x/", "https://example.org/1");
  EXPECT_EQ(entry.id, "urn:x/a%2Fb%E5%B1%B1");
  EXPECT_EQ(entry.title, "Orange landslide warning for Kangding");
  EXPECT_EQ(entry.updated, alert.sent);
  EXPECT_EQ(entry.categories, (std::vector<std::string>{"Geo", "Severe"}));
  ASSERT_TRUE(cap_link(entry));
  EXPECT_EQ(cap_link(entry)->href, "https://example.org/1");
  EXPECT_EQ(atom_entry(alert, "fr-FR", "urn:x/", "urn:y").title, "康定市滑坡橙色预警");
  alert.type = CapType::ack;
  alert.infos.clear();
  EXPECT_EQ(atom_entry(alert, "zh-CN", "urn:x/", "urn:y").title, "Ack a/b山");
}

TEST(CapAtom, FeedsComeBackAsTheyWere) {
  const AtomFeed feed = slope_feed();
  const auto bytes = write_atom(feed);
  ASSERT_TRUE(bytes) << to_string(bytes.error());
  EXPECT_NE(bytes->find("<updated>2026-07-01T08:00:00+08:00</updated>"), std::string::npos);
  EXPECT_NE(bytes->find("type=\"application/cap+xml\""), std::string::npos);
  const auto again = read_atom(*bytes);
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_TRUE(*again == feed) << *bytes;
}

TEST(CapAtom, WhatRfc4287ForbidsIsNotWritten) {
  const auto place = [](const std::function<void(AtomFeed&)>& spoil) {
    AtomFeed feed = slope_feed();
    spoil(feed);
    const auto got = write_atom(feed);
    return got ? "none" : got.error().place;
  };
  EXPECT_EQ(place([](AtomFeed&) {}), "none");
  EXPECT_EQ(place([](AtomFeed& f) { f.entries.clear(); }), "none");
  EXPECT_EQ(place([](AtomFeed& f) { f.id = "feed"; }), "feed/id");
  EXPECT_EQ(place([](AtomFeed& f) { f.author.clear(); }), "feed/author[1]/name");
  EXPECT_EQ(place([](AtomFeed& f) { f.links[0].href = "/feed"; }), "feed/link");
  EXPECT_EQ(place([](AtomFeed& f) { f.entries[0].title.clear(); }), "feed/entry[1]/title");
  EXPECT_EQ(place([](AtomFeed& f) { f.entries[0].links.clear(); }), "feed/entry[1]/link");
  EXPECT_EQ(place([](AtomFeed& f) { f.entries[0].updated.at.ns += 1; }), "feed/entry[1]/updated");
  EXPECT_EQ(place([](AtomFeed& f) { f.entries.push_back(f.entries[0]); }), "feed/entry");
}

TEST(CapAtom, FeedsOfOthers) {
  const auto quakes = read_file("earthquake_index.atom");
  ASSERT_TRUE(quakes) << to_string(quakes.error());
  EXPECT_EQ(quakes->author, "U.S. Geological Survey");
  ASSERT_EQ(quakes->entries.size(), 1u);
  EXPECT_EQ(quakes->entries[0].title, "M 5.3, Tonga");
  EXPECT_EQ(quakes->entries[0].updated, cap_time("2010-08-30T23:25:40-00:00"));
  ASSERT_TRUE(cap_link(quakes->entries[0]));
  EXPECT_EQ(cap_link(quakes->entries[0])->href,
            "http://earthquake.usgs.gov/earthquakes/catalogs/cap/us2010apcd");
  const auto weather = read_file("weather_index.atom");
  ASSERT_TRUE(weather) << to_string(weather.error());
  EXPECT_FALSE(weather->entries.empty());
  const auto none = read_file("no_entries.atom");
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->entries.empty());
  const auto no_link = read_file("no_link.atom");
  ASSERT_TRUE(no_link);
  EXPECT_EQ(cap_link(no_link->entries.at(0)), nullptr);
}

TEST(CapAtom, WhatIsMissingIsNamed) {
  const auto error = [](const Result<AtomFeed>& got) {
    return got ? "none" : to_string(got.error());
  };
  EXPECT_NE(error(read_file("no_id.atom")).find("<id> is missing"), std::string::npos);
  EXPECT_NE(error(read_file("no_title.atom")).find("<title> is missing"), std::string::npos);
  EXPECT_NE(error(read_file("xee.atom")).find("document type"), std::string::npos);
  EXPECT_NE(error(read_file("canada.cap")).find("is no Atom feed"), std::string::npos);
}

TEST(CapAtom, FractionsOfSecondsAreCut) {
  std::string bytes = write_atom(slope_feed()).value();
  bytes.replace(bytes.find("08:00:00+08:00"), 14, "00:00:00.123Z");
  const auto got = read_atom(bytes);
  ASSERT_TRUE(got) << to_string(got.error());
  EXPECT_EQ(got->updated.at, slope_feed().updated.at);
  bytes.replace(bytes.find("00:00:00.123Z"), 13, "00:00:00.");
  EXPECT_FALSE(read_atom(bytes));
}

}  // namespace
}  // namespace cairn::codec
