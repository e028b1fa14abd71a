// SPDX-License-Identifier: Apache-2.0
#include "watch/shard.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/seams.hpp"
#include "watch/desk.hpp"
#include "watch/world.hpp"

namespace cairn::watch {
namespace {

std::shared_ptr<const World> world() {
  static const auto loaded = [] {
    const auto files = system_files();
    auto out = load_world(*files, {CAIRN_SOURCE_DIR, "panxi"}, {});
    return out ? *out : nullptr;
  }();
  return loaded;
}

class Sink final : public RejectionSink {
 public:
  void reject(std::string_view, const std::vector<model::Refusal>& refused) override {
    count += refused.size();
  }
  std::size_t count = 0;
};

constexpr Instant now{1'700'000'000 * ns_per_second};

// A parent's desk and machine, with the packs' things: all in 5134.
class ShardTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(world(), nullptr);
    binding_ = std::make_shared<const stream::Binding>(
        std::shared_ptr<const model::Snapshot>(world(), &world()->snapshot));
    desk_ = std::make_unique<Desk>(clock_, binding_, sink_);
    machine_ =
        std::make_unique<stream::Machine>(binding_, world()->library, stream::MachineOptions{});
  }
  static Delivery delivery(std::string sender, std::uint64_t number, std::string_view thing,
                           std::string_view property, std::size_t count) {
    Delivery out;
    out.sender = {std::move(sender), number, false, {"*"}};
    for (std::size_t i = 0; i < count; ++i) {
      const auto at = static_cast<std::int64_t>(i) * ns_per_second;
      out.batch.readings.push_back({thing, property, {}, now - at, double(i), 0});
    }
    return out;
  }
  // What the log gets of the desk's group, into the machine.
  void define(const Desk::Group& group) {
    stream::Effects effects;
    std::uint64_t position = 1;
    for (const std::string& series : group.series) {
      ASSERT_TRUE(machine_->apply({position++, stream::RecordKind::series, now, series}, effects));
    }
    for (const std::string& source : group.sources) {
      ASSERT_TRUE(machine_->apply({position++, stream::RecordKind::source, now, source}, effects));
    }
  }

  FixedClock clock_{now};
  Sink sink_;
  std::shared_ptr<const stream::Binding> binding_;  // shared with the desk and the machine
  std::unique_ptr<Desk> desk_;
  std::unique_ptr<stream::Machine> machine_;
};

TEST_F(ShardTest, APartitionIsAPrefecture) {
  const model::RegionTree& regions = *world()->workspace.regions;
  EXPECT_EQ(partition_of(regions, "513401"), "5134");
  EXPECT_EQ(partition_of(regions, "5134"), "5134");
  EXPECT_EQ(partition_of(regions, "51"), "0");
  EXPECT_EQ(partition_of(regions, ""), "0");
  EXPECT_EQ(read_partitions("5134, 5104,0", regions).value(),
            (std::vector<std::string>{"0", "5104", "5134"}));
  EXPECT_FALSE(read_partitions("513401", regions));  // a county
  EXPECT_FALSE(read_partitions("5199", regions));
  EXPECT_FALSE(read_partitions(" ", regions));
}

TEST_F(ShardTest, KeepsTheThingsOfItsPartitionsAndTheirObservations) {
  model::Records records = world()->workspace.records;
  const std::size_t observations = records.observations.size();
  keep_partitions(*world()->workspace.regions, {"5104"}, records);
  for (const model::Thing& thing : records.things) {
    EXPECT_EQ(partition_of(*world()->workspace.regions, thing.region), "5104") << thing.id;
  }
  EXPECT_LT(records.observations.size(), observations);
  EXPECT_EQ(records.statistics.size(), world()->workspace.records.statistics.size());
}

TEST_F(ShardTest, MessagesThatGoTogetherAreOneCommit) {
  const std::vector<Delivery> deliveries{delivery("a", 7, "river:marsh", "flow", 1),
                                         delivery("b", 0, "river:nowhere", "flow", 1),
                                         delivery("b", 0, "air:huairou", "pm25", 2)};
  const auto receipt = desk_->submit_all(deliveries);
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->accepted, 3u);
  EXPECT_EQ(receipt->refused.size(), 1u);
  EXPECT_EQ(sink_.count, 1u);
  const Desk::Group group = desk_->take(0);
  EXPECT_EQ(group.ticket, receipt->position);
  stream::MessageReader reader(group.observations);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.message().sequence, 7u);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.message().count, 2u);
  EXPECT_FALSE(reader.next());
}

TEST_F(ShardTest, AForwardedRecordSpeaksForItself) {
  ASSERT_TRUE(
      desk_->submit_all(std::vector<Delivery>{delivery("gateway-7", 3, "river:marsh", "flow", 2),
                                              delivery("", 0, "air:huairou", "pm25", 1)}));
  const Desk::Group group = desk_->take(0);
  define(group);
  Partitioner partitioner;
  const auto parts = partitioner.split(
      {40, stream::RecordKind::observations, now, group.observations, false}, *machine_);
  ASSERT_TRUE(parts) << to_string(parts.error());
  ASSERT_EQ(parts->size(), 1u);
  EXPECT_EQ((*parts)[0].partition, "5134");
  std::string bytes;
  stream::begin_parcel(bytes);
  stream::write((*parts)[0].record, bytes);
  const auto records = stream::read_parcel(bytes);
  ASSERT_TRUE(records) << to_string(records.error());
  const stream::ParcelRecord& record = records->at(0);
  EXPECT_EQ(record.position, 40u);
  EXPECT_EQ(record.sources, (std::vector<std::string>{"gateway-7", ""}));
  ASSERT_EQ(record.series.size(), 2u);
  EXPECT_EQ(record.series[0].thing, "river:marsh");
  EXPECT_EQ(record.series[1].property, "pm25");
}

TEST_F(ShardTest, ALargeMessageGoesInPiecesThatAreToldApart) {
  constexpr std::size_t count = 40'000;
  ASSERT_TRUE(
      desk_->submit_all(std::vector<Delivery>{delivery("g", 5, "river:marsh", "flow", count)}));
  const Desk::Group group = desk_->take(0);
  define(group);
  Partitioner partitioner;
  const auto parts = partitioner.split(
      {9, stream::RecordKind::observations, now, group.observations, false}, *machine_);
  ASSERT_TRUE(parts);
  ASSERT_GT(parts->size(), 1u);
  std::size_t readings = 0;
  std::uint32_t messages = 0;
  std::vector<std::string> senders;
  for (const Part& part : *parts) {
    EXPECT_LT(part.record.payload.size(), 2 * part_bytes);
    EXPECT_EQ(part.record.first, messages);
    stream::MessageReader reader(part.record.payload);
    while (reader.next()) {
      ++messages;
      readings += reader.readings().size();
      EXPECT_EQ(reader.message().sequence, 5u);
      senders.push_back(part.record.sources.at(reader.message().source));
    }
  }
  EXPECT_EQ(readings, count);
  std::sort(senders.begin(), senders.end());
  EXPECT_EQ(std::adjacent_find(senders.begin(), senders.end()), senders.end());
}

}  // namespace
}  // namespace cairn::watch
