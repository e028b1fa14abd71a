// SPDX-License-Identifier: Apache-2.0
#include "respond/report_desk.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "respond/report_place.hpp"
#include "respond/report_store.hpp"
#include "respond/report_text.hpp"
#include "respond/test_report.hpp"

namespace cairn::respond {
namespace {

using std::string_view_literals::operator""sv;

const Instant noon = parse_instant("2026-11-20T12:00:00+08:00").value();
constexpr std::int64_t minute = 60 * ns_per_second;
const geo::Point leibo{103.57, 28.26};  // the county town

NewReport slope() {
  NewReport out;
  out.key = "7d1c9b52-0b0e-4f0e-9f59-9c3b6b1c7a11";
  out.kind = "slope_movement";
  out.text = "村小学后面的坡裂了 😟\r\n还在掉石头";
  out.position = leibo;
  out.accuracy_m = 30;
  out.contact = {"张三", "13800000000", "", {}};
  out.photos = 1;
  return out;
}

// A picture of one pixel.
std::string png() {
  return std::string(
      "\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1F\x15\xC4\x89"
      "\0\0\0\nIDATx\x9C\x63\0\x01\0\0\x05\0\x01\r\n\x2D\xB4\0\0\0\0IEND\xAE\x42\x60\x82"sv);
}

TEST(ReportDesk, takes_a_report_and_opens_its_incident) {
  TestReports t("report-take");
  const auto taken = t.desk->take(slope(), noon);
  ASSERT_TRUE(taken) << to_string(taken.error());
  EXPECT_EQ(taken->region, "513437");
  EXPECT_EQ(taken->secret.size(), 32u);
  EXPECT_FALSE(taken->again);
  const auto view = t.incidents->view(taken->number, model::system_actor("test"), noon);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->incident.kind, "slope_movement");
  EXPECT_EQ(view->incident.origin, Origin::report);
  EXPECT_EQ(view->incident.region, "513437");
  EXPECT_EQ(view->reporter.phone, "13800000000");
  EXPECT_EQ(view->reporter.words, "村小学后面的坡裂了 😟\n还在掉石头");
  EXPECT_EQ(view->incident.text.find("裂"), std::string::npos) << "words are for who may read them";
  // What the program knows of the place stands in the record.
  const bool noted = std::any_of(view->entries.begin(), view->entries.end(), [](const Entry& e) {
    return e.reason.find("30 m") != std::string::npos;
  });
  EXPECT_TRUE(noted);
}

TEST(ReportDesk, the_same_attempt_again_is_answered_the_same_also_after_a_restart) {
  TestReports t("report-again");
  const auto first = t.desk->take(slope(), noon);
  ASSERT_TRUE(first);
  for (int round = 0; round < 2; ++round) {
    const auto again = t.desk->take(slope(), noon + 5 * minute);
    ASSERT_TRUE(again) << to_string(again.error());
    EXPECT_TRUE(again->again);
    EXPECT_EQ(again->number, first->number);
    EXPECT_EQ(again->secret, first->secret);
    EXPECT_EQ(again->unit, first->unit);
    t.reopen();
  }
  EXPECT_EQ(t.incidents->list({}).value().total, 1u);
  NewReport other = slope();
  other.contact.phone = "13900000000";
  const auto refused = t.desk->take(other, noon);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_EQ(t.incidents->list({}).value().total, 1u);
}

TEST(ReportDesk, keeps_neither_the_key_nor_the_secret) {
  TestReports t("report-rest");
  const auto taken = t.desk->take(slope(), noon);
  ASSERT_TRUE(taken);
  t.close();
  std::string bytes;
  for (const auto& file : std::filesystem::recursive_directory_iterator(t.directory())) {
    if (!file.is_regular_file()) continue;
    std::ostringstream content;
    content << std::ifstream(file.path(), std::ios::binary).rdbuf();
    bytes += content.str();
  }
  EXPECT_NE(bytes.find(taken->number), std::string::npos);
  EXPECT_EQ(bytes.find(taken->secret), std::string::npos);
  EXPECT_EQ(bytes.find(slope().key), std::string::npos);
  t.reopen();
}

TEST(ReportDesk, tells_whom_to_call_when_the_place_is_not_ours) {
  TestReports t("report-place");
  NewReport beijing = slope();
  beijing.position = geo::Point{116.4, 39.9};
  auto refused = t.desk->take(beijing, noon);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::unsupported);
  EXPECT_NE(refused.error().message.find("12345"), std::string::npos);
  NewReport chosen = slope();
  chosen.position.reset();
  chosen.region = "110101";
  refused = t.desk->take(chosen, noon);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::invalid);
  EXPECT_EQ(refused.error().place, "/place/region");
  chosen.region = "51";
  refused = t.desk->take(chosen, noon);
  ASSERT_FALSE(refused) << "a province is no place";
  EXPECT_EQ(refused.error().code, Code::unsupported);
  EXPECT_EQ(t.incidents->list({}).value().total, 0u);
}

TEST(ReportDesk, files_it_under_the_division_that_was_chosen_when_the_position_agrees) {
  TestReports t("report-chosen");
  const model::RegionTree& regions = *test_land().workspace->regions;
  const std::string town = regions[regions.children(regions.find("513437")).front()].code;
  NewReport both = slope();
  both.region = town;
  EXPECT_EQ(t.desk->take(both, noon).value().region, town);
  NewReport torn = slope();
  torn.key += "2";
  torn.region = "513401";  // another county than that of the position
  EXPECT_EQ(t.desk->take(torn, noon).value().region, "513437");
  NewReport hand = slope();
  hand.key += "3";
  hand.position.reset();
  hand.region = town;
  EXPECT_EQ(t.desk->take(hand, noon).value().region, town);
}

TEST(ReportDesk, refuses_what_is_no_report_with_its_place) {
  TestReports t("report-bad");
  struct Case {
    void (*spoil)(NewReport&);
    const char* place;
  };
  for (const Case& c : {
           Case{[](NewReport& r) { r.key = "short"; }, ""},
           Case{[](NewReport& r) { r.key = std::string(16, '\n'); }, ""},
           Case{[](NewReport& r) { r.kind = "equipment_fault"; }, "/kind"},  // not of the public
           Case{[](NewReport& r) { r.kind = "../../etc"; }, "/kind"},
           Case{[](NewReport& r) { r.text = std::string("a\0b", 3); }, "/text"},
           Case{[](NewReport& r) { r.text = "\xFF\xFE"; }, "/text"},
           Case{[](NewReport& r) { r.text = std::string(2001, 'x'); }, "/text"},
           Case{[](NewReport& r) { r.text = " \n", r.photos = 0; }, "/text"},
           Case{[](NewReport& r) { r.contact.name = std::string(101, 'x'); }, "/contact/name"},
           Case{[](NewReport& r) { r.photos = 6; }, "/photos"},
           Case{[](NewReport& r) {
                  r.position = geo::Point{999, 0};
                },
                "/place"},
           Case{[](NewReport& r) { r.position.reset(); }, "/place"},
           Case{[](NewReport& r) { r.accuracy_m = -1; }, "/place/accuracy_m"},
       }) {
    NewReport report = slope();
    c.spoil(report);
    const auto refused = t.desk->take(report, noon);
    ASSERT_FALSE(refused) << c.place;
    EXPECT_EQ(refused.error().code, Code::invalid);
    EXPECT_EQ(refused.error().place, c.place);
  }
  EXPECT_EQ(t.incidents->list({}).value().total, 0u);
}

TEST(ReportDesk, words_that_turn_the_writing_or_look_like_markup_stay_words) {
  EXPECT_EQ(clean_words(" \u202Egnp.exe\u2066 x ", "", 100).value(), "gnp.exe x");
  EXPECT_EQ(clean_words("<script>alert(1)</script>", "", 100).value(), "<script>alert(1)</script>");
  EXPECT_EQ(clean_words("=cmd|' /C calc'!A0", "", 100).value(), "=cmd|' /C calc'!A0");
  EXPECT_EQ(clean_words("👨‍👩‍👧 العربية", "", 100).value(),
            "👨‍👩‍👧 العربية");
  EXPECT_EQ(clean_words("a\rb\r\nc", "", 100).value(), "a\nb\nc");
  EXPECT_TRUE(clean_words("四个字啊", "", 4));
  EXPECT_FALSE(clean_words("五个字啊啊", "", 4));
}

TEST(ReportDesk, photos_come_later_and_may_come_again) {
  TestReports t("report-photo");
  const auto taken = t.desk->take(slope(), noon).value();
  auto kept = t.desk->photo(taken.number, taken.secret, 1, png(), noon);
  ASSERT_TRUE(kept) << to_string(kept.error());
  EXPECT_FALSE(kept->again);
  EXPECT_EQ(kept->received, 1);
  t.reopen();
  kept = t.desk->photo(taken.number, taken.secret, 1, png(), noon);
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept->again);
  std::string other = png();
  other.insert(33, "\0\0\0\x01tEXtx\xB3\x3F\xB5\x7D"sv);
  EXPECT_EQ(t.desk->photo(taken.number, taken.secret, 1, other, noon).error().code, Code::conflict);
  EXPECT_EQ(t.desk->photo(taken.number, "0123", 2, png(), noon).error().code, Code::not_found);
  EXPECT_EQ(t.desk->photo("I-1", taken.secret, 2, png(), noon).error().code, Code::not_found);
  EXPECT_EQ(t.desk->photo(taken.number, taken.secret, 6, png(), noon).error().code, Code::invalid);
  const auto view = t.incidents->view(taken.number, model::system_actor("test"), noon).value();
  ASSERT_EQ(view.evidence.size(), 1u);
  EXPECT_TRUE(view.evidence.front().personal);
  EXPECT_EQ(t.desk->status(taken.number, taken.secret, noon).value().photos, std::vector{1});
}

TEST(ReportDesk, what_is_no_picture_is_not_taken_whatever_its_name) {
  TestReports t("report-files");
  const auto taken = t.desk->take(slope(), noon).value();
  for (const std::string_view bytes :
       {"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"sv, "GIF89a"sv, "%PDF-1.4"sv,
        "<html><script>"sv, "PK\x03\x04"sv, ""sv, "\xFF\xD8\xFF broken"sv, "plain text"sv}) {
    EXPECT_FALSE(t.desk->photo(taken.number, taken.secret, 1, bytes, noon)) << bytes;
  }
  const std::string huge(report_photo_bytes + 1, 'x');
  EXPECT_EQ(t.desk->photo(taken.number, taken.secret, 1, huge, noon).error().code, Code::too_large);
  // A picture with a page behind it: the page is cut off.
  const std::string both = png() + "<html><script>alert(1)</script>";
  ASSERT_TRUE(t.desk->photo(taken.number, taken.secret, 1, both, noon));
  const auto view = t.incidents->view(taken.number, model::system_actor("test"), noon).value();
  const auto file = t.incidents->file(taken.number, view.evidence.front().id).value();
  EXPECT_EQ(file.bytes.find("script"), std::string::npos);
}

TEST(ReportDesk, photos_of_all_reports_together_are_bounded) {
  TestReports t("report-room");
  t.photo_bytes_most = png().size() + 10;
  t.reopen();
  const auto taken = t.desk->take(slope(), noon).value();
  ASSERT_TRUE(t.desk->photo(taken.number, taken.secret, 1, png(), noon));
  const auto refused = t.desk->photo(taken.number, taken.secret, 2, png() + " ", noon);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::io);
}

TEST(ReportDesk, the_status_tells_the_steps_and_no_officer) {
  TestReports t("report-status");
  const auto taken = t.desk->take(slope(), noon).value();
  EXPECT_EQ(t.desk->status(taken.number, "wrong", noon).error().code, Code::not_found);
  EXPECT_EQ(t.desk->status("I-20000101-0001", taken.secret, noon).error().code, Code::not_found);
  auto status = t.desk->status(taken.number, taken.secret, noon).value();
  EXPECT_FALSE(status.closed);
  EXPECT_FALSE(status.can_reopen);
  EXPECT_FALSE(t.desk->reopen(taken.number, taken.secret, "为什么", noon));
  const Instant closed = t.close_incident(taken.number, taken.unit, noon);
  status = t.desk->status(taken.number, taken.secret, closed).value();
  EXPECT_TRUE(status.closed);
  EXPECT_TRUE(status.can_reopen);
  EXPECT_TRUE(status.can_satisfy);
  EXPECT_EQ(status.answer, "已清理完毕 <b>done</b>");
  EXPECT_GE(status.steps.size(), 6u);
  std::string all = status.answer;
  for (const auto& step : status.steps) all += step.label.zh + step.label.en + step.text;
  EXPECT_EQ(all.find("王警官"), std::string::npos);
  EXPECT_EQ(all.find("duty"), std::string::npos);
  EXPECT_EQ(all.find("crew"), std::string::npos);
  EXPECT_EQ(all.find("内部备注"), std::string::npos);
}

TEST(ReportDesk, the_reporter_opens_it_again_or_is_satisfied) {
  TestReports t("report-reopen");
  const auto taken = t.desk->take(slope(), noon).value();
  Instant at = t.close_incident(taken.number, taken.unit, noon) + minute;
  EXPECT_EQ(t.desk->reopen(taken.number, taken.secret, "  ", at).error().code, Code::invalid);
  EXPECT_EQ(t.desk->reopen(taken.number, "no", "又掉了", at).error().code, Code::not_found);
  const auto reopened = t.desk->reopen(taken.number, taken.secret, "又掉了", at);
  ASSERT_TRUE(reopened) << to_string(reopened.error());
  auto status = t.desk->status(taken.number, taken.secret, at).value();
  EXPECT_FALSE(status.closed);
  EXPECT_EQ(status.steps.back().text, "又掉了");
  EXPECT_EQ(t.incidents->find(taken.number).value().reopened, 1);

  NewReport second = slope();
  second.key += "-b";
  const auto other = t.desk->take(second, at).value();
  EXPECT_EQ(t.desk->satisfied(other.number, other.secret, at).error().code, Code::conflict);
  at = t.close_incident(other.number, other.unit, at) + minute;
  const auto good = t.desk->satisfied(other.number, other.secret, at);
  ASSERT_TRUE(good) << to_string(good.error());
  EXPECT_FALSE(t.desk->status(other.number, other.secret, at).value().can_satisfy);
}

TEST(ReportDesk, tells_of_open_ones_of_the_same_kind_nearby) {
  TestReports t("report-nearby");
  const auto first = t.desk->take(slope(), noon).value();
  EXPECT_TRUE(first.nearby.empty());
  NewReport same = slope();
  same.key += "-2";
  same.position->y += 0.001;  // 111 m
  const auto second = t.desk->take(same, noon + 10 * minute).value();
  ASSERT_EQ(second.nearby.size(), 1u);
  EXPECT_EQ(second.nearby.front().number, first.number);
  EXPECT_NEAR(second.nearby.front().distance_m, 111, 1);
  EXPECT_EQ(second.nearby.front().age_ns, 10 * minute);
  EXPECT_EQ(t.desk->take(same, noon + 20 * minute).value().nearby, second.nearby)
      << "as told before";
  const geo::Point far{leibo.x, leibo.y + 0.01};
  EXPECT_TRUE(t.desk->nearby("slope_movement", far, noon).value().empty());
  EXPECT_TRUE(t.desk->nearby("flood", leibo, noon).value().empty());
  EXPECT_EQ(t.desk->nearby("slope_movement", leibo, noon).value().size(), 2u);
  EXPECT_EQ(t.desk->nearby("slope_movement", leibo, noon, first.number).value().size(), 1u);
  EXPECT_TRUE(t.desk->nearby("slope_movement", leibo, noon + 8 * ns_per_day).value().empty());
}

TEST(ReportDesk, contacts_are_erased_some_time_after_the_end) {
  TestReports t("report-erase");
  const auto open = t.desk->take(slope(), noon).value();
  NewReport second = slope();
  second.key += "-2";
  const auto closed = t.desk->take(second, noon).value();
  const Instant end = t.close_incident(closed.number, closed.unit, noon);
  const auto tick = [&](Instant now) {
    auto write = t.ledger->begin();
    const auto erased = t.desk->tick(*write, now);
    EXPECT_TRUE(write->commit());
    return erased.value();
  };
  EXPECT_EQ(tick(end + 179 * ns_per_day), 0u);
  EXPECT_EQ(tick(end + 181 * ns_per_day), 1u);
  EXPECT_EQ(tick(end + 182 * ns_per_day), 0u);
  const auto reporter = [&](const std::string& number) {
    return t.incidents->view(number, model::system_actor("test"), noon).value().reporter;
  };
  EXPECT_EQ(reporter(closed.number).phone, "");
  EXPECT_NE(reporter(closed.number).words, "");
  EXPECT_EQ(reporter(open.number).phone, "13800000000") << "its incident has not ended";
}

TEST(ReportDesk, hundreds_of_reports_in_one_place_stay_findable) {
  TestReports t("report-many");
  std::string last;
  for (int i = 0; i < 300; ++i) {
    NewReport one = slope();
    one.key += std::to_string(i);
    one.position->x += 0.0001 * (i % 7);
    const auto taken = t.desk->take(one, noon + i * ns_per_second);
    ASSERT_TRUE(taken) << to_string(taken.error());
    EXPECT_LE(taken->nearby.size(), nearby_most);
    last = taken->number;
  }
  EXPECT_EQ(t.incidents->list({}).value().total, 300u);
  EXPECT_TRUE(t.incidents->find(last));
}

TEST(ReportPlaces, finds_the_county_and_what_is_nearest) {
  const ReportPlaces places(test_land().workspace);
  const model::RegionTree& regions = *test_land().workspace->regions;
  const auto found = places.find(leibo);
  ASSERT_TRUE(found);
  EXPECT_EQ(regions[found->county].code, "513437");
  ASSERT_NE(found->near, model::no_region);
  EXPECT_EQ(regions[regions.county_of(found->near)].code, "513437");
  EXPECT_LT(found->near_m, 20'000);
  EXPECT_FALSE(places.find({116.4, 39.9}));
  EXPECT_FALSE(places.find({0, 0}));
  EXPECT_TRUE(places.ours(regions.find("513437")));
  EXPECT_FALSE(places.ours(regions.find("51")));
  EXPECT_FALSE(places.ours(model::no_region));
}

}  // namespace
}  // namespace cairn::respond
