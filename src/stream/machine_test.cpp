// SPDX-License-Identifier: Apache-2.0
#include "stream/machine.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "model/memory_files.hpp"
#include "model/pack_load.hpp"

namespace cairn::stream {
namespace {

constexpr std::int64_t t0 = 1'700'000'000 * ns_per_second;
constexpr std::int64_t minute = 60 * ns_per_second;

struct Bench {
  Bench() {
    const std::string yaml =
        "pack: demo\nlabel: {zh: a, en: b}\ntypes:\n  gauge:\n    label: {zh: a, en: b}\n"
        "    properties:\n      level: {label: {zh: a, en: b}, unit: m, series: true}\n"
        "      limit: {label: {zh: a, en: b}, unit: m, series: true}\n"
        "rules:\n  high:\n    label: {zh: a, en: b}\n    type: gauge\n    when: 'level > limit'\n"
        "  silent:\n    label: {zh: a, en: b}\n    type: gauge\n    no_data: level\n    for: 1h\n"
        "things: [t.csv]\n";
    const model::MemoryFiles files(
        {{"p/pack.yaml", yaml}, {"p/t.csv", "id,type,region\ng1,gauge,51\n"}});
    auto catalog = std::make_shared<model::Catalog>();
    model::Records records;
    Problems problems;
    model::load_pack(files, "p", *catalog, records, problems);
    auto regions = std::make_shared<model::RegionTree>();
    model::Region region;
    region.code = "51";
    region.level = model::Level::province;
    EXPECT_TRUE(regions->add(region, "").has_value());
    library = formula::Library::build(catalog, problems);
    binding = std::make_shared<Binding>(std::make_shared<model::Snapshot>(
        model::build_snapshot({catalog, regions, {}}, records, problems)));
    for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
    machine = std::make_unique<Machine>(binding, library, MachineOptions{});
    for (std::uint32_t i = 0; i < 2; ++i) {
      std::string out;
      write(SeriesName{i, "g1", i == 0 ? "level" : "limit"}, out);
      apply(RecordKind::series, out);
    }
  }
  void apply(RecordKind kind, const std::string& payload) {
    effects.clear();
    const auto done = machine->apply({++position, kind, {arrival}, payload}, effects);
    EXPECT_TRUE(done.has_value());
  }
  std::string observe(std::vector<Observed> readings, bool historical = false) {
    std::string out;
    write(Message{0, 0, historical, static_cast<std::uint32_t>(readings.size())}, readings.data(),
          out);
    apply(RecordKind::observations, out);
    return told();
  }
  std::string told() const {
    std::string text;
    for (const Transition& t : effects.transitions) {
      text += format("{}>{} ", to_string(t.from), to_string(t.to));
    }
    return text;
  }
  formula::Library library;
  std::shared_ptr<const Binding> binding;
  std::unique_ptr<Machine> machine;
  Effects effects;
  std::uint64_t position = 0;
  std::int64_t arrival = t0;
};

TEST(Machine, FiresResolvesAndTakesBackWhatTheSameTimeDenies) {
  Bench b;
  EXPECT_EQ(b.observe({{0, t0, 5}, {1, t0, 3}}), "inactive>firing ");
  EXPECT_EQ(b.observe({{0, t0 + minute, 2}}), "firing>resolved ");
  EXPECT_EQ(b.observe({{0, t0 + 2 * minute, 4}}), "inactive>firing ");
  EXPECT_EQ(b.observe({{1, t0 + 2 * minute, 9}}), "firing>retracted ");
  EXPECT_EQ(b.observe({{1, t0 + 2 * minute, 9}}), "");
  EXPECT_EQ(b.effects.duplicates, 1u);
  EXPECT_EQ(b.observe({{0, t0 + minute, 7}}), "");
  EXPECT_EQ(b.effects.late.size(), 1u);
}

TEST(Machine, SilenceIsFoundByTheLogsClockAndEndsWithTheNextReading) {
  Bench b;
  b.observe({{0, t0, 1}});
  b.arrival = t0 + 60 * minute;
  b.apply(RecordKind::tick, "");
  EXPECT_EQ(b.told(), "");
  b.arrival += 1;
  b.apply(RecordKind::tick, "");
  EXPECT_EQ(b.told(), "inactive>firing ");
  EXPECT_EQ(b.observe({{0, t0 + 60 * minute, 1}}), "firing>resolved ");
}

TEST(Machine, GoesOnFromItsBytesAsIfItHadNeverStopped) {
  Bench b;
  b.observe({{0, t0, 5}, {1, t0, 3}});
  std::string bytes;
  b.machine->write(bytes);
  Machine other(b.binding, b.library, {});
  ASSERT_TRUE(other.read(bytes).has_value());
  std::string again;
  other.write(again);
  EXPECT_EQ(again, bytes);
  EXPECT_FALSE(other.read(std::string_view(bytes).substr(0, bytes.size() - 1)).has_value());
}

}  // namespace
}  // namespace cairn::stream
