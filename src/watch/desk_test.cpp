// SPDX-License-Identifier: Apache-2.0
#include "watch/desk.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include "core/limits.hpp"
#include "watch/test_view.hpp"

namespace cairn::watch {
namespace {

struct Kept final : RejectionSink {
  void reject(std::string_view sender, const std::vector<model::Refusal>& refused) override {
    for (const auto& one : refused) lines.push_back(std::string(sender) + ": " + one.error.message);
  }
  std::vector<std::string> lines;
};

class DeskTest : public testing::Test {
 protected:
  DeskTest() {
    const model::MemoryFiles files(view_workspace());
    world_ = load_world(files, {.root = "w", .home = "r"}, {}).value();
    binding_ = std::make_shared<const stream::Binding>(
        std::make_shared<const model::Snapshot>(world_->snapshot));
    desk_ = std::make_unique<Desk>(clock_, binding_, sink_);
    sender_.name = "gateway";
    sender_.things = {"*"};
  }

  static model::Reading reading(std::string_view thing, double value, std::string_view unit = "") {
    return {thing, "load", unit, *parse_instant("2026-01-01T00:00:00Z"), value, 0};
  }
  Receipt submit(std::vector<model::Reading> readings) {
    model::ReadingBatch batch;
    batch.readings = std::move(readings);
    auto receipt = desk_->submit(sender_, batch);
    EXPECT_TRUE(receipt) << to_string(receipt.error());
    return *receipt;
  }
  std::string refusal(const model::Reading& reading) {
    const Receipt receipt = submit({reading});
    EXPECT_EQ(receipt.accepted, 0u);
    EXPECT_EQ(receipt.position, 0u);
    return receipt.refused.empty() ? "" : receipt.refused[0].error.message;
  }

  FixedClock clock_{*parse_instant("2026-01-01T00:00:00Z")};
  std::shared_ptr<const World> world_;
  std::shared_ptr<const stream::Binding> binding_;
  Kept sink_;
  std::unique_ptr<Desk> desk_;
  Sender sender_;
};

TEST_F(DeskTest, WhatIsTakenStandsInTheGroupWithItsDefinitions) {
  const Receipt receipt = submit({reading("a", 5), reading("b", 6), reading("a", 7, "W")});
  EXPECT_EQ(receipt.accepted, 3u);
  const Desk::Group group = desk_->take(0);
  ASSERT_EQ(group.series.size(), 2u);
  EXPECT_EQ(stream::read_series(group.series[1])->thing, "b");
  ASSERT_EQ(group.sources.size(), 1u);
  EXPECT_EQ(group.ticket, receipt.position);
  stream::MessageReader reader(group.observations);
  ASSERT_TRUE(reader.next());
  ASSERT_EQ(reader.readings().size(), 3u);
  EXPECT_EQ(reader.readings()[0].series, reader.readings()[2].series);
  EXPECT_EQ(reader.readings()[2].value, 0.007);  // W to kW
  EXPECT_FALSE(reader.next());
  // Names are defined once.
  submit({reading("a", 5)});
  EXPECT_TRUE(desk_->take(0).series.empty());
}

TEST_F(DeskTest, EachRefusalSaysWhy) {
  EXPECT_NE(refusal(reading("zz", 1)).find("no thing 'zz'"), std::string::npos);
  auto other = reading("a", 1);
  other.property = "lod";
  EXPECT_NE(refusal(other).find("did you mean 'load'"), std::string::npos);
  EXPECT_NE(refusal(reading("a", 1, "mm")).find("does not fit"), std::string::npos);
  EXPECT_NE(refusal(reading("a", 1, "nonsense")).find("does not fit"), std::string::npos);
  EXPECT_NE(refusal(reading("a", std::numeric_limits<double>::quiet_NaN())).find("finite"),
            std::string::npos);
  auto early = reading("a", 1);
  early.time = {0};
  EXPECT_NE(refusal(early).find("clock is not set"), std::string::npos);
  auto ahead = reading("a", 1);
  ahead.time = clock_.now() + 11 * 60 * ns_per_second;
  EXPECT_NE(refusal(ahead).find("ahead"), std::string::npos);
  sender_.things = {"b*"};
  EXPECT_NE(refusal(reading("a", 1)).find("may not write"), std::string::npos);
  EXPECT_EQ(sink_.lines.size(), 8u);
  EXPECT_EQ(sink_.lines[0].substr(0, 9), "gateway: ");
}

// Whoever counts faults need not read the words.
TEST_F(DeskTest, AWrongClockIsToldByItsFlaw) {
  auto early = reading("a", 1);
  early.time = {0};
  auto ahead = reading("a", 1);
  ahead.time = clock_.now() + 11 * 60 * ns_per_second;
  const Receipt receipt = submit({early, ahead, reading("a", 1, "mm"), reading("clock", 1)});
  ASSERT_EQ(receipt.refused.size(), 4u);
  EXPECT_EQ(receipt.refused[0].flaw, model::Flaw::clock);
  EXPECT_EQ(receipt.refused[1].flaw, model::Flaw::clock);
  EXPECT_EQ(receipt.refused[2].flaw, model::Flaw::other);
  EXPECT_EQ(receipt.refused[3].flaw, model::Flaw::other) << "a name is no clock";
}

// What devices call a property: the value is scaled and in the declared unit; our own name counts
// first, and other types know nothing of it.
TEST(DeskNames, OtherNamesOfATypeAreUnderstood) {
  auto map = view_workspace();
  map["w/packs/p/pack.yaml"] +=
      "inputs:\n  names:\n    - type: site\n      names:\n        3305/0/5800: {property: load, "
      "unit: W}\n"
      "        raw: {property: load, scale: 0.5, offset: 1}\n        \"Load\": load\n";
  const auto world =
      load_world(model::MemoryFiles(std::move(map)), {.root = "w", .home = "r"}, {}).value();
  ASSERT_TRUE(world->problems.ok()) << to_string(world->problems.errors.front());
  const FixedClock clock{*parse_instant("2026-01-01T00:00:00Z")};
  Kept sink;
  Desk desk(clock,
            std::make_shared<const stream::Binding>(
                std::make_shared<const model::Snapshot>(world->snapshot)),
            sink);
  Sender sender;
  sender.things = {"*"};
  model::ReadingBatch batch;
  const auto add = [&](std::string_view property, double value, std::string_view unit = "") {
    batch.readings.push_back({"a", property, unit, clock.now(), value, 0});
  };
  add("load", 3);
  add("3305/0/5800", 3000);
  add("3305/0/5800", 4000, "kW");  // the pack says what this device means
  add("raw", 10);                  // 6 kW
  add("raw", 3998, "W");           // 2000 W
  add("Load", 7);
  add("3305/1/5800", 1);
  const auto receipt = desk.submit(sender, batch);
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->accepted, 6U);
  ASSERT_EQ(receipt->refused.size(), 1U);
  EXPECT_NE(receipt->refused[0].error.message.find("'3305/1/5800'"), std::string::npos);
  const Desk::Group group = desk.take(0);
  ASSERT_EQ(group.series.size(), 1U);
  EXPECT_EQ(stream::read_series(group.series[0])->property, "load");
  stream::MessageReader reader(group.observations);
  ASSERT_TRUE(reader.next());
  std::vector<double> values;
  for (const auto& one : reader.readings()) values.push_back(one.value);
  EXPECT_EQ(values, (std::vector<double>{3, 3, 4, 6, 2, 7}));
}

TEST_F(DeskTest, TheGoodPartIsTaken) {
  const Receipt receipt = submit({reading("zz", 1), reading("a", 2)});
  EXPECT_EQ(receipt.accepted, 1u);
  ASSERT_EQ(receipt.refused.size(), 1u);
  EXPECT_GT(receipt.position, 0u);
}

TEST_F(DeskTest, NothingIsDurableBeforeTheCommit) {
  std::vector<Intake::Commit> seen;
  desk_->listen([&](const Intake::Commit& commit) { seen.push_back(commit); });
  const Receipt receipt = submit({reading("a", 1)});
  EXPECT_LT(desk_->durable(), receipt.position);
  Desk::Group group = desk_->take(0);
  EXPECT_LT(desk_->durable(), receipt.position);
  desk_->committed(group);
  EXPECT_EQ(desk_->durable(), receipt.position);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].durable, receipt.position);
}

TEST_F(DeskTest, AFailedGroupIsToldAndItsDefinitionsComeWithTheNext) {
  std::vector<Intake::Commit> seen;
  desk_->listen([&](const Intake::Commit& commit) { seen.push_back(commit); });
  const Receipt lost = submit({reading("a", 1)});
  desk_->failed(desk_->take(0), {Code::io, "no space", ""});
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].failed_to, lost.position);
  EXPECT_LT(seen[0].durable, lost.position);
  submit({reading("b", 1)});
  const Desk::Group next = desk_->take(0);
  EXPECT_EQ(next.series.size(), 2u);
  EXPECT_EQ(next.sources.size(), 1u);
}

TEST_F(DeskTest, AFullQueueSendsAway) {
  model::ReadingBatch batch;
  batch.readings.assign(60'000, reading("a", 1.5));
  Result<Receipt> receipt = Receipt{};
  std::size_t rounds = 0;
  while (receipt && ++rounds < 1000) {
    for (auto& reading : batch.readings) reading.value += 0.1;
    receipt = desk_->submit(sender_, batch);
  }
  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, Code::too_large);
  // Taken but not applied still counts.
  const Desk::Group group = desk_->take(0);
  desk_->committed(group);
  EXPECT_FALSE(desk_->submit(sender_, batch));
  desk_->applied(group.observations.size());
  EXPECT_TRUE(desk_->submit(sender_, batch));
}

TEST_F(DeskTest, DoorsMaySubmitAtOnce) {
  std::vector<std::thread> doors;
  for (int door = 0; door < 4; ++door) {
    doors.emplace_back([this, door] {
      Sender sender{"door" + std::to_string(door), 0, false, {"*"}};
      model::ReadingBatch batch;
      for (int i = 0; i < 500; ++i) {
        batch.readings = {reading(i % 2 == 0 ? "a" : "b", i)};
        ASSERT_TRUE(desk_->submit(sender, batch));
      }
    });
  }
  std::size_t readings = 0;
  std::size_t series = 0;
  while (readings < 2000) {
    const Desk::Group group = desk_->take(100);
    readings += group.readings;
    series += group.series.size();
    desk_->committed(group);
    desk_->applied(group.observations.size());
  }
  for (auto& door : doors) door.join();
  EXPECT_EQ(readings, 2000u);
  EXPECT_EQ(series, 2u);
}

// A thing that leaves the registry and comes back has the number that the log knows it by.
TEST_F(DeskTest, ASeriesKeepsItsNumberThroughWorldsWithoutIt) {
  submit({reading("b", 1), reading("a", 1)});
  desk_->take(0);
  model::FileMap files = view_workspace();
  std::string& things = files.at("w/regions/r/things.csv");
  const std::size_t row = things.find("\na,");
  ASSERT_NE(row, std::string::npos);
  things.erase(row, things.find('\n', row + 1) - row);
  const auto less = load_world(model::MemoryFiles(files), {.root = "w", .home = "r"}, {}).value();
  const auto fewer = desk_->prepare(std::make_shared<const stream::Binding>(
      std::make_shared<const model::Snapshot>(less->snapshot)));
  const auto stale = desk_->prepare(binding_);
  // What comes in meanwhile is taken, and is not forgotten.
  EXPECT_EQ(submit({reading("a", 2)}).accepted, 1u);
  ASSERT_TRUE(desk_->rebind(*fewer));
  EXPECT_FALSE(desk_->rebind(*stale)) << "prepared beside the world before";
  EXPECT_EQ(submit({reading("b", 2)}).accepted, 1u);
  EXPECT_NE(refusal(reading("a", 2)), "");
  ASSERT_TRUE(desk_->rebind(*desk_->prepare(binding_)));
  EXPECT_EQ(submit({reading("a", 3), reading("b", 3)}).accepted, 2u);
  const Desk::Group group = desk_->take(0);
  EXPECT_TRUE(group.series.empty());
  stream::MessageReader reader(group.observations);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.readings()[0].series, 1u);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.readings()[0].series, 0u);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.readings()[0].series, 1u);
  EXPECT_EQ(reader.readings()[1].series, 0u);
}

TEST(NamesThing, StarsStandForAnything) {
  EXPECT_TRUE(names_thing({"meter-*"}, "meter-17"));
  EXPECT_TRUE(names_thing({"x", "*:level"}, "river:level"));
  EXPECT_TRUE(names_thing({"a*b*c"}, "a1b2b3c"));
  EXPECT_FALSE(names_thing({"a*b*c"}, "a1b2b3"));
  EXPECT_FALSE(names_thing({"meter-*"}, "xmeter-1"));
  EXPECT_FALSE(names_thing({}, "a"));
}

}  // namespace
}  // namespace cairn::watch
