// SPDX-License-Identifier: Apache-2.0
#include "watch/series_buckets.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/simulated_files.hpp"
#include "watch/stored_history.hpp"
#include "watch/test_view.hpp"
#include "watch/things.hpp"

namespace cairn::watch {
namespace {

constexpr std::int64_t second = ns_per_second;
constexpr std::int64_t hour = 3600 * second;

// Site a has six loads of June 2021 from a file, site b none; both are heard live in July.
class SeriesBuckets : public testing::Test {
 protected:
  SeriesBuckets() {
    world_ = *load_world(model::MemoryFiles(view_workspace()), {.root = "w", .home = "r"},
                         view_observations());
    binding_ = std::make_shared<stream::Binding>(
        std::shared_ptr<const model::Snapshot>(world_, &world_->snapshot));
    auto index = std::make_shared<SeriesIndex>(binding_);
    index->bind(*binding_->find("a", "load"), 0);
    index->bind(*binding_->find("b", "load"), 1);
    store::HistoryOptions options;
    options.retention = {{30 * ns_per_day, hour}};
    store_ = store::HistoryStore::open(disk_, "h", options).value();
    for (std::int64_t i = 0; i < 7200; ++i) {
      const double value = static_cast<double>(i % 600);
      store_->add(0, begin_.ns + i * 10 * second, value, static_cast<std::uint64_t>(i) + 1);
      store_->add(1, begin_.ns + i * 10 * second, value, static_cast<std::uint64_t>(i) + 1);
    }
    snapshot_ = binding_->live(std::make_shared<StoredHistory>(index, store_));
  }
  model::SeriesId series(std::string_view thing) const {
    return binding_->first_series() + *binding_->find(thing, "load");
  }
  std::vector<store::Bucket> buckets(std::string_view thing, std::int64_t step_ns) const {
    std::vector<store::Bucket> out;
    const auto done = series_buckets(*snapshot_.history, series(thing), Instant::min(),
                                     Instant::max(), step_ns, out);
    EXPECT_TRUE(done);
    return out;
  }
  ThingSeries chart(std::string_view id, std::size_t points) {
    formula::Evaluator evaluator(world_->library, snapshot_);
    const View view{world_->workspace, world_->library, snapshot_, evaluator, begin_};
    const ThingRef thing = *find_thing(view, id);
    const int load = view.catalog().types[thing.type].property_index("load");
    return thing_series(view, thing, static_cast<std::size_t>(load), Instant::min(), Instant::max(),
                        points);
  }
  void thin_out() {
    ASSERT_TRUE(store_->seal());
    while (store_->compact(begin_ + 400 * ns_per_day).value()) {
    }
  }

  Instant begin_ = *parse_instant("2021-07-01T00:00:00Z");
  SimulatedFiles disk_{1};
  std::shared_ptr<const World> world_;
  std::shared_ptr<stream::Binding> binding_;
  std::shared_ptr<store::HistoryStore> store_;
  model::Snapshot snapshot_;
};

TEST_F(SeriesBuckets, OfFilesAndReadingsTogether) {
  const auto a = buckets("a", hour);
  ASSERT_EQ(a.size(), 6u + 20);
  EXPECT_EQ(a[5].count, 1u);
  EXPECT_EQ(a[5].sum, 6);
  EXPECT_EQ(a[6].begin_ns, begin_.ns);
  EXPECT_EQ(a[6].count, 360u);
  EXPECT_EQ(a[6].max, 359);
  EXPECT_EQ(buckets("b", hour).size(), 20u);
  // Files and readings in one bucket.
  const auto year = buckets("a", 366 * ns_per_day);
  ASSERT_EQ(year.size(), 1u);
  EXPECT_EQ(year[0].count, 7206u);
}

TEST_F(SeriesBuckets, AreTheSameWhenPointsAreThinnedOut) {
  const auto before = buckets("b", 2 * hour);
  thin_out();
  EXPECT_EQ(store_->stats().points, 2u * 20);
  EXPECT_EQ(buckets("b", 2 * hour), before);
}

// The chart of a span whose points are gone still has every reading's extremes and means.
TEST_F(SeriesBuckets, AChartReadsWhatIsLeft) {
  for (const bool thinned : {false, true}) {
    if (thinned) thin_out();
    const ThingSeries b = chart("b", 12);
    EXPECT_TRUE(b.aggregated);
    EXPECT_EQ(b.count, 7200u);
    // What is thinned out stands at its last reading.
    EXPECT_GE(b.first, begin_);
    EXPECT_LT(b.first, begin_ + hour);
    EXPECT_EQ(b.last, begin_ + 7199 * 10 * second);
    ASSERT_GE(b.points.size(), 8u);
    ASSERT_LE(b.points.size(), 12u);
    double greatest = 0;
    for (const ThingPoint& point : b.points) greatest = std::max(greatest, point.greatest);
    EXPECT_EQ(greatest, 599);
    EXPECT_LT(std::fabs(b.points[2].value - 299.5), 60);
    EXPECT_EQ(b.points.back().at, *b.last);
  }
  const ThingSeries a = chart("a", 100);
  EXPECT_EQ(a.count, 7206u);
  EXPECT_EQ(a.points.front().least, 1);
  EXPECT_EQ(a.points.back().greatest, 599);
}

}  // namespace
}  // namespace cairn::watch
