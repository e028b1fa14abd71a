// SPDX-License-Identifier: Apache-2.0
#include "share/import.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <numeric>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "share/detail/test_world.hpp"

namespace cairn::share {
namespace {

using detail::TestWorld;
using Strings = std::vector<std::string>;

const std::string good_rows =
    "id,type,region,name_zh,lon,lat,status,height_m\n"
    "a,base_station,513401,甲,102.5,27.5,live,35\n"
    "b,base_station,513401,乙,102.6,27.6,planned,\n";

// The only mistake of a file of one row.
RowError only_error(const Result<Preview>& preview) {
  if (!preview) return {999, 0, "", to_string(preview.error())};
  if (preview->errors.size() != 1) return {998, preview->errors.size(), "", "not one error"};
  EXPECT_EQ(preview->rejected, 1u);
  return preview->errors[0];
}

#define EXPECT_SAYS(text, part) EXPECT_NE(std::string(text).find(part), std::string::npos) << (text)

TEST(Import, ReadsThingsAndSaysWhatItWouldDo) {
  const TestWorld world;
  const auto preview = world.things(good_rows);
  ASSERT_TRUE(preview) << to_string(preview.error());
  EXPECT_EQ(preview->rows, 2u);
  EXPECT_EQ(preview->accepted, 2u);
  EXPECT_EQ(preview->rejected, 0u);
  EXPECT_EQ(preview->encoding, "UTF-8");
  EXPECT_EQ(preview->separator, ',');
  EXPECT_EQ(preview->digest.size(), 64u);
  const auto& things = preview->records.things;
  ASSERT_EQ(things.size(), 2u);
  EXPECT_EQ(things[0].region, "513401");
  EXPECT_EQ(things[0].properties[0].second, model::Value{35.0});
  EXPECT_EQ(things[1].status, model::Life::planned);
  EXPECT_TRUE(things[1].properties.empty());
  EXPECT_EQ(things[0].source, "f.csv");
  EXPECT_EQ(preview->new_things, 2u);
  // The estimated site of the same county goes, that of the other county stays.
  ASSERT_EQ(preview->replaces.size(), 1u);
  EXPECT_EQ(preview->replaces[0],
            (Replacement{"base_station", "513401", {"西昌市", "Xichang"}, 1, true}));
  ASSERT_EQ(preview->sample.size(), 2u);
  EXPECT_EQ(preview->sample[0].cells,
            (Strings{"a", "base_station", "513401", "甲", "102.5", "27.5", "live", "35"}));
}

TEST(Import, ReadsChineseHeadersLabelsUnitsAndWords) {
  const TestWorld world;
  const auto preview = world.things(
      "编号;类型;所属区县;名称;经度;纬度;状态;挂高（cm）;制式;入网日期;备注\n"
      "a;移动通信基站;西昌市;甲;102.5;27.5;在建;3,500;5g;2021/3/7;好\n");
  ASSERT_TRUE(preview) << to_string(preview.error());
  EXPECT_EQ(preview->separator, ';');
  ASSERT_EQ(preview->records.things.size(), 1u) << preview->errors[0].message;
  const model::Thing& thing = preview->records.things[0];
  EXPECT_EQ(thing.type, "base_station");
  EXPECT_EQ(thing.region, "513401");
  EXPECT_EQ(thing.name.zh, "甲");
  EXPECT_EQ(thing.status, model::Life::building);
  ASSERT_EQ(thing.properties.size(), 3u);
  EXPECT_EQ(thing.properties[0],
            (std::pair<std::string, model::Value>{"height_m", model::Value{35.0}}));
  EXPECT_EQ(thing.properties[2].second, (model::Value{Date{2021, 3, 7}}));
  ASSERT_EQ(preview->notes.size(), 1u);
  EXPECT_SAYS(preview->notes[0], "备注");
  EXPECT_EQ(preview->columns[7].name, "height_m");
  EXPECT_EQ(preview->columns[7].unit, "m");
  EXPECT_EQ(preview->sample[0].cells[7], "35");
}

TEST(Import, ConvertsGb18030AndUtf16AndReadsPastABom) {
  const TestWorld world;
  // "id,type,region,名称\na,base_station,513401,凉山\n" in GB 18030.
  const auto gb =
      world.things("id,type,region,\xC3\xFB\xB3\xC6\na,base_station,513401,\xC1\xB9\xC9\xBD\n");
  ASSERT_TRUE(gb) << to_string(gb.error());
  EXPECT_EQ(gb->encoding, "GB 18030");
  EXPECT_EQ(gb->records.things[0].name.zh, "凉山");
  const auto bom = world.things("\xEF\xBB\xBF" + good_rows);
  ASSERT_TRUE(bom);
  EXPECT_EQ(bom->encoding, "UTF-8 with BOM");
  EXPECT_EQ(bom->accepted, 2u);
  std::string wide = "\xFF\xFE";
  for (const char c : std::string("id,type,region\na,base_station,513401\n")) {
    wide += c;
    wide += '\0';
  }
  const auto utf16 = world.things(wide);
  ASSERT_TRUE(utf16) << to_string(utf16.error());
  EXPECT_EQ(utf16->encoding, "UTF-16LE");
  EXPECT_EQ(utf16->records.things[0].id, "a");
}

TEST(Import, FilesThatAreNoTableAreRefusedWhole) {
  const TestWorld world;
  const auto message = [&](std::string_view bytes) {
    const auto preview = world.things(bytes);
    return preview ? std::string("accepted") : to_string(preview.error());
  };
  EXPECT_SAYS(message(""), "empty");
  EXPECT_SAYS(message("\n \n"), "empty");
  EXPECT_SAYS(message("id,type,region\n"), "no row below");
  EXPECT_SAYS(message("id,type,region\na,base_station,\"513401\nb,c,d\n"), "f.csv:line 2");
  EXPECT_SAYS(message("id,type,region\n" + std::string(10 << 20, 'x')), "too long");
  EXPECT_SAYS(message("名称,类型\n甲乙丙丁戊己庚辛,\xFF\xFE\n"), "line 2, byte");
  EXPECT_SAYS(message("PK\x03\x04 and so on"), "workbook");
  EXPECT_SAYS(message(std::string("id,\0type\n", 9)), "NUL");
  EXPECT_SAYS(message("id,name\na,b\n"), "'type' is missing");
  EXPECT_SAYS(message("id,typ,region\na,base_station,513401\n"), "did you mean 'type'");
  EXPECT_SAYS(message("id,type,region,heigth_m\na,base_station,513401,3\n"), "'height_m'");
  EXPECT_SAYS(message("id,type,region,id\na,base_station,513401,a\n"), "both be read as 'id'");
  EXPECT_SAYS(message("id,type,经度(GCJ02),纬度\na,base_station,102.5,27.5\n"), "WGS 84");
  EXPECT_SAYS(message("id,type,region,height(quux)\na,base_station,513401,3\n"), "unknown unit");
  EXPECT_EQ(world.things("id,type,region\n" + std::string(limits::import_bytes, ' ')).error().code,
            Code::too_large);
}

TEST(Import, MistakesOfRowsSayWhereAndWhat) {
  const TestWorld world;
  const auto error = [&](std::string_view header, std::string_view row) {
    return only_error(world.things(std::string(header) + "\n" + std::string(row) + "\n"));
  };
  const std::string at = "id,type,region,lon,lat";
  const RowError outside = error(at, "a,base_station,513401,102.5,26.5");
  EXPECT_EQ(outside.record, 1u);
  EXPECT_EQ(outside.line, 2u);
  EXPECT_EQ(outside.column, "lon");
  EXPECT_SAYS(outside.message, "outside 513401 西昌市; it lies in 513402");
  EXPECT_SAYS(error(at, "a,base_station,654002,43.5,81.5").message, "lon and lat exchanged");
  EXPECT_SAYS(error(at, "a,base_station,,43.5,81.5").message, "would lie in 654002");
  EXPECT_SAYS(error(at, "a,base_station,513401,27.5,102.5").message, "are they swapped");
  EXPECT_SAYS(error(at, "a,base_station,513401,3456789,102.5").message, "projected");
  EXPECT_SAYS(error(at, "a,base_station,513401,NaN,27.5").message, "no value");
  EXPECT_SAYS(error(at, "a,base_station,513401,inf,27.5").message, "no value");
  EXPECT_SAYS(error(at, "a,base_station,513401,102.5,").message, "stand together");
  EXPECT_SAYS(error(at, "a,base_station,513499,,").message, "no region '513499'");
  EXPECT_SAYS(error(at, "a,base_station,,,").message, "needs a region or a position");
  EXPECT_SAYS(error(at, "a,base_statoin,513401,,").message, "did you mean 'base_station'");
  EXPECT_SAYS(error(at, ",base_station,513401,,").message, "id is empty");
  EXPECT_SAYS(error(at, "a,base_station,513401,,,").message, "6 fields where the header has 5");
  EXPECT_SAYS(error(at, "\"a\"b,base_station,513401,,").message, "closing quote");
  EXPECT_SAYS(error(at, "513401001009,village,,,").message, "no region");
  EXPECT_SAYS(error(at, "513401,village,,,").message, "is a county and no village");
  EXPECT_SAYS(error(at, "513401001001,village,,102.5,26.5").message, "outside 513401");
  const std::string more = "id,type,region,status,valid_from,valid_to,height_m,sectors,since,power";
  EXPECT_SAYS(error(more, "a,base_station,513401,broken,,,,,,").message, "none of planned");
  EXPECT_SAYS(error(more, "a,base_station,513401,,2021-02-30,,,,,").message, "2021-02-30");
  EXPECT_SAYS(error(more, "a,base_station,513401,,2021,2020,,,,").message, "not after");
  EXPECT_SAYS(error(more, "a,base_station,513401,,,,tall,,,").message, "'tall' is not a number");
  EXPECT_SAYS(error(more, "a,base_station,513401,,,,,2.5,,").message, "whole number");
  EXPECT_SAYS(error(more, "a,base_station,513401,,,,,,soon,").message, "'soon'");
  EXPECT_SAYS(error(more, "a,base_station,513401,,,,,,,9").message, "is a series");
  EXPECT_SAYS(error("id,type,region,height(kg)", "a,base_station,513401,1").message,
              "kept in m and cannot be given in kg");
  EXPECT_SAYS(error("id,type,region,has_5g", "a,base_station,513401,1").message,
              "no property 'has_5g'");
}

TEST(Import, FindsTheCountyByPosition) {
  const TestWorld world;
  const auto preview = world.things(
      "id,lon,lat,region\na,102.5,27.5,\nb,102.5,26.5,5134\nc,102.5,27.5,513425\n"
      "d,102.5,28.005,513401\ne,102.5,28.05,513401\n",
      "移动通信基站");
  ASSERT_TRUE(preview) << to_string(preview.error());
  const auto& things = preview->records.things;
  ASSERT_EQ(things.size(), 3u);
  EXPECT_EQ(things[0].region, "513401");
  EXPECT_EQ(things[1].region, "513402");
  // Half a kilometre beyond a generalised boundary is inside, five are not.
  EXPECT_EQ(things[2].id, "d");
  ASSERT_EQ(preview->errors.size(), 2u);
  EXPECT_EQ(preview->errors[0].record, 3u);
  EXPECT_EQ(preview->errors[1].record, 5u);
}

TEST(Import, AThingStandsOnceButMayHaveVersions) {
  const TestWorld world;
  const auto preview = world.things(
      "id,type,region,valid_from,valid_to\n"
      "a,base_station,513401,2019,2021\n"
      "a,base_station,513401,2021,\n"
      "a,base_station,513401,2020,2022\n"
      "e1,base_station,513401,,\n");
  ASSERT_TRUE(preview);
  EXPECT_EQ(preview->accepted, 3u);
  ASSERT_EQ(preview->errors.size(), 1u);
  EXPECT_EQ(preview->errors[0].record, 3u);
  EXPECT_SAYS(preview->errors[0].message, "record 1");
  EXPECT_EQ(preview->new_things, 2u);
  EXPECT_EQ(preview->updated_things, 1u);
  // e1 is given anew, so it is no longer among those that go.
  EXPECT_TRUE(preview->replaces.empty());
}

TEST(Import, VillagesReplaceTheirEstimatedPositions) {
  const TestWorld world;
  const auto preview = world.things(
      "统计用区划代码,名称,经度,纬度,人口,通5G\n513401001001,一村,102.41,27.42,1234,是\n",
      "village");
  ASSERT_TRUE(preview) << to_string(preview.error());
  ASSERT_EQ(preview->records.things.size(), 1u);
  EXPECT_EQ(preview->records.things[0].id, "513401001001");
  EXPECT_EQ(preview->updated_things, 1u);
  ASSERT_EQ(preview->replaces.size(), 1u);
  EXPECT_EQ(preview->replaces[0].type, "village");
  EXPECT_EQ(preview->replaces[0].region, "513401");
}

TEST(Import, ColumnsCanBeNamedByTheUser) {
  const TestWorld world;
  const std::string text = "key,kind,where,how tall [dm],junk\na,base_station,513401,100,x\n";
  ImportRequest request{.name = "f.csv", .bytes = text};
  request.columns = {{"key", "id"},
                     {"kind", "type"},
                     {"where", "region"},
                     {"how tall [dm]", "height_m"},
                     {"junk", "-"}};
  const auto preview = prepare(request, world.context());
  ASSERT_TRUE(preview) << to_string(preview.error());
  ASSERT_EQ(preview->records.things.size(), 1u) << preview->errors[0].message;
  EXPECT_TRUE(preview->notes.empty());
  EXPECT_EQ(preview->records.things[0].properties[0].second, model::Value{10.0});
  request.columns = {{"key", "ident"}};
  EXPECT_FALSE(prepare(request, world.context()));
  request.columns = {{"kex", "id"}};
  EXPECT_SAYS(prepare(request, world.context()).error().message, "did you mean 'key'");
}

TEST(Import, RowSeventyThousandIsFoundAndTheRestRead) {
  const TestWorld world;
  std::string text = "id,type,region,height_m\n";
  for (int i = 1; i <= 80'000; ++i) {
    text += i == 70'000 ? format("s{},base_station,513401\n", i)
                        : format("s{},base_station,513401,30\n", i);
  }
  const auto preview = world.things(text);
  ASSERT_TRUE(preview);
  EXPECT_EQ(preview->rows, 80'000u);
  EXPECT_EQ(preview->accepted, 79'999u);
  ASSERT_EQ(preview->errors.size(), 1u);
  EXPECT_EQ(preview->errors[0].record, 70'000u);
  EXPECT_EQ(preview->errors[0].line, 70'001u);
  EXPECT_EQ(preview->sample.size(), limits::import_sample);
}

TEST(Import, ListsTheFirstMistakesAndCountsTheRest) {
  const TestWorld world;
  std::string text = "id,type,region\n";
  for (int i = 0; i < 5'000; ++i) text += format("s{},base_station,nowhere{}\n", i, i);
  const auto preview = world.things(text);
  ASSERT_TRUE(preview);
  EXPECT_EQ(preview->rejected, 5'000u);
  EXPECT_EQ(preview->error_count, 5'000u);
  EXPECT_EQ(preview->errors.size(), limits::reported_errors);
}

TEST(Import, GeoJsonFeaturesAreJudgedOneByOne) {
  const TestWorld world;
  const auto preview = world.things(R"({"type":"FeatureCollection","features":[
    {"type":"Feature","id":"a","properties":{"type":"base_station","挂高":30,"tech":null},
     "geometry":{"type":"Point","coordinates":[102.5,27.5,1800]}},
    {"type":"Feature","id":"b","properties":{"type":"base_station"},
     "geometry":{"type":"Point","coordinates":[27.5,102.5]}},
    {"type":"Feature","id":"c","properties":{"type":"base_station"},
     "geometry":{"type":"Pointe","coordinates":[102.5,27.5]}},
    {"type":"Feature","id":"d","properties":{"type":"base_station"},
     "geometry":{"type":"LineString","coordinates":[[102.5,27.5],[102.6,27.5]]}},
    {"type":"Feature","id":"e","properties":{"type":"base_station"},
     "geometry":{"type":"Polygon","coordinates":[[[102.4,27.4],[102.6,27.4],[102.5,27.6],
       [102.4,27.4]]]}},
    {"type":"Feature","id":"f","properties":{"type":"base_station"},
     "geometry":{"type":"Point","coordinates":[[102.5,27.5]]}}]})");
  ASSERT_TRUE(preview) << to_string(preview.error());
  EXPECT_EQ(preview->format, ImportFormat::geojson);
  ASSERT_EQ(preview->records.things.size(), 2u);
  EXPECT_EQ(preview->records.things[0].position, (geo::Point{102.5, 27.5}));
  EXPECT_EQ(preview->records.things[0].properties[0].first, "height_m");
  EXPECT_EQ(preview->records.things[1].id, "e");
  ASSERT_EQ(preview->errors.size(), 4u);
  EXPECT_SAYS(preview->errors[0].message, "/features/1/geometry");
  EXPECT_SAYS(preview->errors[1].message, "'Pointe' is no type of geometry");
  EXPECT_SAYS(preview->errors[2].message, "not a line");
  EXPECT_EQ(preview->errors[3].record, 6u);
  EXPECT_EQ(preview->errors[3].line, 0u);
}

TEST(Import, GeoJsonThatIsNoneIsRefusedWhole) {
  const TestWorld world;
  EXPECT_SAYS(to_string(world.things("{\"type\":\n\"FeatureCollection\",").error()), "f.csv:2");
  EXPECT_SAYS(to_string(world.things("{\"type\":\"FeatureCollection\"}").error()), "features");
  EXPECT_SAYS(to_string(world.things("{\"type\":\"Topology\",\"objects\":{}}").error()), "f.csv");
  EXPECT_FALSE(world.things("{\"type\":\"FeatureCollection\",\"features\":[{\"x\":NaN}]}"));
  EXPECT_FALSE(world.things(std::string(1'000'000, '[')));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"type\":\"GeometryCollection\",\"geometries\":[";
  EXPECT_FALSE(world.things(deep));
  const auto nested = world.things(deep.substr(0, deep.size() / 1000) + [] {
    std::string end;
    for (int i = 0; i < 100; ++i) end += "]}";
    return end;
  }());
  EXPECT_FALSE(nested);
  const auto statistics = prepare({.kind = ImportKind::statistics,
                                   .bytes = "{\"type\":\"FeatureCollection\",\"features\":[{}]}"},
                                  world.context());
  EXPECT_EQ(statistics.error().code, Code::unsupported);
}

class CommitTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = (std::filesystem::temp_directory_path() /
                  ("cairn-import-" +
                   std::string(::testing::UnitTest::GetInstance()->current_test_info()->name())))
                     .string();
    std::filesystem::remove_all(directory_);
    auto opened = store::Registry::open(directory_);
    ASSERT_TRUE(opened) << to_string(opened.error());
    registry_ = std::move(*opened);
  }
  void TearDown() override {
    registry_.reset();
    std::filesystem::remove_all(directory_);
  }

  TestWorld world_;
  std::string directory_;
  std::unique_ptr<store::Registry> registry_;
};

TEST_F(CommitTest, KeepsTheAcceptedRowsOnce) {
  const auto preview = world_.things(good_rows);
  ASSERT_TRUE(preview);
  const auto first = commit(*preview, *registry_, Instant{5});
  ASSERT_TRUE(first) << to_string(first.error());
  EXPECT_FALSE(first->already);
  const auto again = commit(*preview, *registry_, Instant{6});
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->already);
  EXPECT_EQ(again->id, first->id);
  const auto imports = registry_->imports();
  ASSERT_EQ(imports->size(), 1u);
  EXPECT_EQ((*imports)[0].at, Instant{5});
  EXPECT_EQ((*imports)[0].records, 2u);
  EXPECT_EQ(registry_->records()->things.size(), 2u);
  EXPECT_EQ(registry_->records()->things[0].properties, preview->records.things[0].properties);
}

TEST_F(CommitTest, AnOlderFileCanBeBroughtBackOnTop) {
  const auto first = world_.things(good_rows);
  const auto second = world_.things("id,type,region,name_zh\na,base_station,513401,丙\n");
  ASSERT_TRUE(commit(*first, *registry_, Instant{1}));
  ASSERT_TRUE(commit(*second, *registry_, Instant{2}));
  EXPECT_EQ(registry_->records()->things.back().name.zh, "丙");
  const auto third = commit(*first, *registry_, Instant{3});
  ASSERT_TRUE(third);
  EXPECT_FALSE(third->already);
  ASSERT_EQ(registry_->records()->things.size(), 2u);
  EXPECT_EQ(registry_->records()->things[0].name.zh, "甲");
}

TEST_F(CommitTest, RefusesRowsWithMistakesUnlessTold) {
  const auto preview = world_.things(good_rows + "c,base_station,nowhere,,,,,\n");
  ASSERT_TRUE(preview);
  const auto refused = commit(*preview, *registry_, Instant{1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_TRUE(registry_->imports()->empty());
  ASSERT_TRUE(commit(*preview, *registry_, Instant{1}, true));
  EXPECT_EQ(registry_->records()->things.size(), 2u);
  const auto none = world_.things("id,type,region\nc,base_station,nowhere\n");
  EXPECT_FALSE(commit(*none, *registry_, Instant{1}, true));
}

TEST_F(CommitTest, OptionsThatChangeTheMeaningMakeAnotherFile) {
  ImportRequest request{.name = "f.csv", .bytes = good_rows};
  const auto replacing = prepare(request, world_.context());
  request.replace_estimated = false;
  const auto beside = prepare(request, world_.context());
  ASSERT_TRUE(replacing && beside);
  EXPECT_NE(replacing->digest, beside->digest);
  EXPECT_TRUE(beside->replaces.empty());
  // What is only planned replaces nothing either.
  EXPECT_TRUE(
      world_.things("id,type,region,status\na,base_station,513401,planned\n")->replaces.empty());
  EXPECT_TRUE(beside->records.things[0].beside_estimated);
}

// A store that fails in the middle: the error comes back and nothing is there.
TEST_F(CommitTest, AStoreThatFailsKeepsNothing) {
  auto preview = world_.things(good_rows);
  ASSERT_TRUE(preview);
  preview->records.things[1].properties.emplace_back("shape", model::Value{geo::Geometry{}});
  EXPECT_FALSE(commit(*preview, *registry_, Instant{1}));
  EXPECT_TRUE(registry_->imports()->empty());
  EXPECT_TRUE(registry_->records()->things.empty());
}

}  // namespace
}  // namespace cairn::share
