// SPDX-License-Identifier: Apache-2.0
// The indicators of all packs over all regions as shipped, kept current while the packs' real
// series come in through a machine: at many dates all cells equal those of the batch evaluator over
// a world that has the same observations in its files.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <set>

#include "core/text.hpp"
#include "stream/heads.hpp"
#include "stream/machine.hpp"
#include "stream/rollup.hpp"
#include "watch/world.hpp"

namespace cairn::watch {
namespace {

using stream::CellId;

// Readings as they come in: instants, as measured.
struct Reading {
  CellId cell = 0;
  Instant time;
  double value = 0;
};

class PacksLive : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto files = system_files();
    const auto loaded = load_world(*files, {.root = CAIRN_SOURCE_DIR}, {});
    ASSERT_TRUE(loaded);
    model::Workspace workspace = (*loaded)->workspace;
    std::vector<model::Observation> live;
    model::Workspace without = workspace;
    for (const bool keeps : {true, false}) {
      auto& observations = (keeps ? workspace : without).records.observations;
      for (model::Observation& o : observations) {
        if (!is_live(**loaded, o)) continue;
        o.time.begin = o.time.end;
        o.estimated = false;
        o.source.clear();
        if (keeps) live.push_back(o);
      }
      if (!keeps) std::erase_if(observations, [&](const auto& o) { return is_live(**loaded, o); });
    }
    whole_ = build_world(std::move(workspace), {}, {});
    base_ = build_world(std::move(without), {}, {});
    binding_ = std::make_shared<const stream::Binding>(
        std::shared_ptr<const model::Snapshot>(base_, &base_->snapshot));
    for (const model::Observation& o : live) {
      const auto cell = binding_->find(o.thing, o.property);
      if (cell) readings_.push_back({*cell, o.time.end, o.value});
    }
    std::stable_sort(readings_.begin(), readings_.end(),
                     [](const Reading& a, const Reading& b) { return a.time < b.time; });
  }
  static void TearDownTestSuite() {
    binding_.reset();
    base_.reset();
    whole_.reset();
    readings_ = {};
  }

  static bool is_live(const World& world, const model::Observation& o) {
    for (const auto& table : world.snapshot.tables) {
      if (!table || !table->rows_by_id.contains(o.thing)) continue;
      const model::PropertyDef* property = table->type->property(o.property);
      if (property != nullptr && property->series && !property->period) return true;
    }
    return false;
  }

  static inline std::shared_ptr<const World> whole_, base_;  // shared: as the engine has them
  static inline std::shared_ptr<const stream::Binding> binding_;
  static inline std::vector<Reading> readings_;  // rising
};

// What the disk would have: the readings that came in so far.
class Disk final : public model::History {
 public:
  explicit Disk(const stream::Binding& binding) : binding_(binding), points_(binding.cells()) {}
  void add(const Reading& reading) {
    points_[reading.cell].push_back(stream::instant_sample(reading.time.ns, reading.value));
  }
  std::optional<model::Sample> last(model::SeriesId series, Instant until) const override {
    std::vector<model::Sample> found;
    read(series, Instant::min(), until, found);
    if (found.empty()) return std::nullopt;
    return found.back();
  }
  void read(model::SeriesId series, Instant after, Instant until,
            std::vector<model::Sample>& out) const override {
    for (const model::Sample& sample : points_[series - binding_.first_series()]) {
      if (sample.time.end > after && sample.time.end <= until) out.push_back(sample);
    }
  }

 private:
  const stream::Binding& binding_;
  std::vector<std::vector<model::Sample>> points_;
};

// A machine with its roll-up, as the engine has them.
struct Running {
  explicit Running(const World& world, std::shared_ptr<const stream::Binding> to)
      : binding(std::move(to)), disk(*binding) {
    stream::MachineOptions options;
    for (const auto& wanted : stream::Rollup::wants(world.library, *binding)) {
      options.keep.push_back({wanted.type, wanted.column, wanted.span_ns});
    }
    machine = std::make_unique<stream::Machine>(binding, world.library, options);
    live = binding->live(
        std::make_shared<stream::LiveHistory>(*binding, machine->heads(), machine->map(), &disk));
    rollup = std::make_unique<stream::Rollup>(world.library, *binding, live);
  }

  void apply(stream::RecordKind kind, Instant arrival, const std::string& payload) {
    stream::Effects effects;
    ASSERT_TRUE(machine->apply({++position, kind, arrival, payload}, effects));
    for (const CellId cell : effects.touched) rollup->touch(cell);
  }

  void take(std::span<const Reading> readings, Instant arrival) {
    std::vector<stream::Observed> observed;
    for (const Reading& reading : readings) {
      const auto [at, fresh] = series.try_emplace(reading.cell, series.size());
      if (fresh) {
        const stream::Cell cell = binding->cell(reading.cell);
        const auto& property = binding->base().catalog->types[cell.type].properties[cell.column];
        std::string name;
        stream::write(
            stream::SeriesName{at->second, std::string(binding->id_of(cell.slot)), property.name},
            name);
        apply(stream::RecordKind::series, arrival, name);
      }
      observed.push_back({at->second, reading.time.ns, reading.value});
      disk.add(reading);
    }
    std::string payload;
    stream::write(stream::Message{0, 0, false, static_cast<std::uint32_t>(observed.size())},
                  observed.data(), payload);
    apply(stream::RecordKind::observations, arrival, payload);
  }

  std::shared_ptr<const stream::Binding> binding;  // shared: with the machine
  Disk disk;
  std::unique_ptr<stream::Machine> machine;
  model::Snapshot live;
  std::unique_ptr<stream::Rollup> rollup;
  std::map<CellId, std::uint32_t> series;
  std::uint64_t position = 0;
};

TEST_F(PacksLive, EqualTheBatchEvaluatorAtManyDates) {
  ASSERT_GT(readings_.size(), 100'000U);
  Running running(*base_, binding_);
  const auto& indicators = base_->snapshot.catalog->indicators;
  std::vector<model::RegionIndex> regions(base_->snapshot.regions->size());
  std::iota(regions.begin(), regions.end(), 0U);
  std::size_t taken = 0;
  std::size_t compared = 0;
  std::set<std::string> with_value;
  constexpr std::size_t dates = 24;
  for (std::size_t step = 1; step <= dates; ++step) {
    const std::size_t until = readings_.size() * step / dates;
    Instant now = readings_[until - 1].time;
    if (step % 4 == 0) now = now + static_cast<std::int64_t>(step) * 3'600 * ns_per_second;
    std::size_t end = until;
    while (end < readings_.size() && readings_[end].time <= now) ++end;
    if (end > taken) running.take(std::span(readings_).subspan(taken, end - taken), now);
    taken = std::max(taken, end);
    std::vector<stream::Rollup::Changed> changed;
    running.rollup->refresh(now, changed);
    formula::Evaluator batch(whole_->library, whole_->snapshot);
    for (std::uint32_t i = 0; i < indicators.size(); ++i) {
      if (!running.rollup->live(i)) continue;
      const auto answer = batch.indicator(indicators[i].id, {regions, now});
      ASSERT_TRUE(answer);
      for (const model::RegionIndex region : regions) {
        const formula::Cell got = running.rollup->value(i, region);
        const formula::Cell& want = answer->cells[region];
        ASSERT_TRUE(got == want && std::bit_cast<std::uint64_t>(got.value.value_or(0)) ==
                                       std::bit_cast<std::uint64_t>(want.value.value_or(0)))
            << indicators[i].id << " in " << (*base_->snapshot.regions)[region].code << " at "
            << to_string(now, base_->snapshot.zone) << ": " << got.value.value_or(-1) << " ("
            << got.reason << ") instead of " << want.value.value_or(-1) << " (" << want.reason
            << ")";
        ++compared;
        if (want.value) with_value.insert(indicators[i].id);
      }
    }
  }
  EXPECT_EQ(taken, readings_.size());
  EXPECT_GT(compared, dates * regions.size() * 10);
  EXPECT_GT(with_value.size(), 10U);
}

}  // namespace
}  // namespace cairn::watch
