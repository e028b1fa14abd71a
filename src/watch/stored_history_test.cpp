// SPDX-License-Identifier: Apache-2.0
#include "watch/stored_history.hpp"

#include <gtest/gtest.h>

#include "watch/detail/test_engine.hpp"

namespace cairn::watch {
namespace {

TEST(StoredHistory, ADamagedBlockIsTold) {
  constexpr std::int64_t t0 = 1'700'000'000 * ns_per_second;
  const auto world = detail::gauge_world(1, "");
  SimulatedFiles files(1);
  detail::JournalDisk journal;
  const FixedClock clock(Instant{t0 + ns_per_day});
  EngineOptions options;
  options.directory = "d";
  const auto open = [&] {
    auto engine = Engine::open(files, clock, world,
                               std::make_unique<detail::MemoryJournal>(journal), options);
    EXPECT_TRUE(engine) << to_string(engine.error());
    return std::move(*engine);
  };
  auto engine = open();
  std::vector<detail::Drop> drops;
  for (int i = 0; i < 100; ++i) drops.push_back({0, false, t0 + i * ns_per_second, i * 0.1});
  std::vector<std::string> names;
  ASSERT_TRUE(engine->intake().submit({"t", 0, false, {"*"}}, detail::batch_of(drops, names)));
  ASSERT_TRUE(engine->close());
  engine.reset();
  std::string segment;
  const auto listed = files.list("d/history");
  ASSERT_TRUE(listed);
  for (const std::string& name : *listed) {
    if (name.starts_with("segment-")) segment = "d/history/" + name;
  }
  const auto read = [&] {
    std::vector<model::Sample> out;
    const model::Snapshot snapshot = engine->snapshot();
    snapshot.history->read(snapshot.tables[0]->columns[0].series[0], Instant::min(), Instant::max(),
                           out);
    return out.size();
  };
  engine = open();
  EXPECT_EQ(read(), 100u);
  EXPECT_EQ(engine->stats().damaged_reads, 0u);
  engine.reset();
  files.flip(segment, 40, 0x55);
  engine = open();
  EXPECT_EQ(read(), 0u);
  EXPECT_EQ(engine->stats().damaged_reads, 1u);
  EXPECT_NE(engine->stats().damage.find(segment), std::string::npos) << engine->stats().damage;
}

}  // namespace
}  // namespace cairn::watch
