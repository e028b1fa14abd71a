// SPDX-License-Identifier: Apache-2.0
// Late, doubled, shuffled and back-filled data against the batch over the sorted data: whatever the
// order in which they come, episodes and rule states end up the same.
#include "watch/reviser.hpp"

#include <gtest/gtest.h>

#include <random>

#include "watch/detail/course_oracle.hpp"
#include "watch/detail/test_engine.hpp"

namespace cairn::watch {
namespace {

using detail::Course;
using detail::Drop;
using detail::oracle;
using detail::text_of;
using detail::Told;
using detail::Values;
using stream::AlertPhase;

constexpr std::int64_t t0 = 1'700'000'040 * ns_per_second;  // a whole minute
constexpr std::int64_t minute_ns = 60 * ns_per_second;

// --- The engine --------------------------------------------------------------------------------

class Bench {
 public:
  explicit Bench(std::shared_ptr<const World> world) : world_(std::move(world)) { open(); }

  void open() {
    engine_.reset();
    EngineOptions options;
    options.directory = "d";
    options.state_bytes = 20'000;
    options.history.memory_points = 200;
    options.history.chunk_points = 32;
    auto engine = Engine::open(files_, clock_, world_,
                               std::make_unique<detail::MemoryJournal>(journal_), options);
    ASSERT_TRUE(engine) << to_string(engine.error());
    engine_ = std::move(*engine);
  }
  void send(const std::vector<Drop>& drops, bool historical = false) {
    std::vector<std::string> names;
    const auto receipt =
        engine_->intake().submit({"test", 0, historical, {"*"}}, detail::batch_of(drops, names));
    ASSERT_TRUE(receipt) << to_string(receipt.error());
    ASSERT_EQ(receipt->accepted, drops.size());
  }
  void step() {
    ASSERT_TRUE(engine_->write(0));
    const auto applied = engine_->apply(0);
    ASSERT_TRUE(applied) << to_string(applied.error());
  }
  void keep() {
    const auto kept = engine_->keep();
    ASSERT_TRUE(kept) << to_string(kept.error());
  }
  void pass(std::int64_t ns) { clock_.set(clock_.now() + ns); }
  // Until nothing is left to revise.
  bool rest() {
    for (int i = 0; i < 400; ++i) {
      pass(2 * ns_per_second);
      step();
      keep();
      step();
      if (engine_->stats().late_things == 0) return true;
    }
    return false;
  }

  std::vector<Told> told(const std::string& rule, std::size_t gauge) const {
    std::vector<Told> out;
    const AlertQuery query{
        .open = false, .rule = rule, .thing = format("g{}", gauge), .limit = 100'000};
    for (const Alert& alert : engine_->alerts(query).alerts) {
      if (alert.state == AlertState::retracted) continue;
      out.push_back({alert.since, alert.began, alert.ended});
    }
    std::sort(out.begin(), out.end());
    return out;
  }
  // As a machine that reads the engine's bytes has it.
  stream::RuleState state(std::uint32_t rule, std::size_t gauge) const {
    const auto binding = std::make_shared<const stream::Binding>(
        std::shared_ptr<const model::Snapshot>(world_, &world_->snapshot));
    stream::Machine machine(binding, world_->library, {});
    EXPECT_TRUE(machine.read(engine_->state_bytes()));
    return machine.rule_state(rule, static_cast<stream::Slot>(gauge)).now;
  }
  Engine& engine() { return *engine_; }
  detail::JournalDisk& journal() { return journal_; }

 private:
  std::shared_ptr<const World> world_;
  SimulatedFiles files_{1};
  detail::JournalDisk journal_;
  FixedClock clock_{Instant{t0 + 3 * ns_per_day}};
  std::unique_ptr<Engine> engine_;
};

// --- Random cases ------------------------------------------------------------------------------

struct Case {
  std::string rules;
  std::string flow;  // more of the property
  std::size_t gauges = 1;
  std::vector<Values> values;  // by gauge: the truth
  std::vector<Drop> sorted;
};

std::string random_rules(std::mt19937_64& random) {
  const auto roll = [&](int below) { return static_cast<int>(random() % std::uint64_t(below)); };
  std::string yaml = "rules:\n";
  const int count = 1 + roll(3);
  for (int i = 0; i < count; ++i) {
    const int high = 4 + roll(8);
    std::string when;
    std::string clear;
    switch (roll(7)) {
      case 0:
        when = format("level > {} m", high);
        clear = format("level < {} m", high - 2);
        break;
      case 1:
        when = format("avg(level, {}m) > {} m", 3 + roll(20), high);
        break;
      case 2:
        when = format("max(flow, {}m) > {} m", 3 + roll(20), high);
        clear = format("flow < {} m", high - 1);
        break;
      case 3:
        when = format("count(level, {}m) >= {}", 5 + roll(10), 2 + roll(4));
        break;
      case 4:
        when = "level > flow";
        clear = format("level < {} m", high);
        break;
      case 5:
        when = format("rate(level, {}m) > {} m/min", 4 + roll(10), 0.3 + roll(4) * 0.2);
        break;
      default:
        when = format("sum(flow, {}m) > {} m and level > {} m", 10, 3 * high, high - 3);
        break;
    }
    yaml +=
        format("  r{}:\n    label: {{zh: a, en: b}}\n    type: gauge\n    when: '{}'\n", i, when);
    if (!clear.empty() && roll(2) == 0) yaml += format("    clear: '{}'\n", clear);
    if (roll(2) == 0) yaml += format("    for: {}m\n", 1 + roll(6));
    if (roll(3) == 0) yaml += format("    keep: {}m\n", 1 + roll(6));
  }
  return yaml;
}

Case random_case(std::mt19937_64& random) {
  const auto roll = [&](int below) { return static_cast<int>(random() % std::uint64_t(below)); };
  Case out;
  out.rules = random_rules(random);
  if (roll(2) == 0) out.flow = ", max_age: 7min";
  out.gauges = 1 + static_cast<std::size_t>(roll(2));
  out.values.resize(out.gauges);
  for (std::size_t gauge = 0; gauge < out.gauges; ++gauge) {
    double level = 6;
    double flow = 6;
    const int minutes = 20 + roll(100);
    for (int m = 0; m < minutes; ++m) {
      if (roll(12) == 0) m += roll(15);
      const std::int64_t time = t0 + m * minute_ns + (roll(4) == 0 ? roll(50) * ns_per_second : 0);
      level = std::clamp(level + roll(7) - 3, 0.0, 15.0);
      flow = std::clamp(flow + roll(7) - 3, 0.0, 15.0);
      auto& both = out.values[gauge][time];
      const int which = roll(4);
      if (which != 0) both[0] = level;
      if (which != 1) both[1] = flow;
    }
    for (const auto& [time, both] : out.values[gauge]) {
      for (std::size_t k = 0; k < 2; ++k) {
        if (both[k]) out.sorted.push_back({gauge, k == 1, time, *both[k]});
      }
    }
  }
  std::sort(out.sorted.begin(), out.sorted.end(),
            [](const Drop& a, const Drop& b) { return a.time_ns < b.time_ns; });
  return out;
}

struct Delivery {
  Drop drop;
  bool historical = false;
};

// The same readings in another order, some more than once, some first with a wrong value.
std::vector<Delivery> shuffled(const Case& of, std::mt19937_64& random) {
  const auto roll = [&](int below) { return static_cast<int>(random() % std::uint64_t(below)); };
  std::vector<std::pair<double, Delivery>> keyed;
  const int mode = roll(4);  // gently, wildly, one part much later, any order at all
  const std::int64_t span_ns = of.sorted.back().time_ns - of.sorted.front().time_ns + 1;
  const std::int64_t hole = of.sorted.front().time_ns + roll(100) * (span_ns / 100);
  for (const Drop& drop : of.sorted) {
    double key = static_cast<double>(drop.time_ns - t0) / 6e10;
    bool historical = false;
    if (mode == 0 && roll(10) == 0) key += roll(5);
    if (mode == 1) key += roll(30);
    if (mode == 2 && drop.time_ns >= hole && drop.time_ns < hole + span_ns / 4) {
      key += 1000;
      historical = true;
    }
    if (mode == 3) key = roll(1'000'000);
    if (roll(30) == 0) historical = true;
    if (roll(25) == 0) {
      Drop wrong = drop;
      wrong.value = roll(16);
      keyed.push_back({key - roll(4) - 0.5, {wrong, historical}});
    }
    if (roll(20) == 0) keyed.push_back({key + roll(20), {drop, roll(2) == 0}});
    keyed.push_back({key, {drop, historical}});
  }
  std::stable_sort(keyed.begin(), keyed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Delivery> out;
  for (auto& [key, delivery] : keyed) out.push_back(delivery);
  return out;
}

void deliver(Bench& bench, const std::vector<Delivery>& deliveries, std::mt19937_64& random) {
  const auto roll = [&](int below) { return static_cast<int>(random() % std::uint64_t(below)); };
  const int most = 1 + roll(30);
  for (std::size_t i = 0; i < deliveries.size();) {
    std::vector<Drop> pack;
    const bool historical = deliveries[i].historical;
    for (int n = 1 + roll(most); n > 0 && i < deliveries.size(); --n, ++i) {
      if (deliveries[i].historical != historical) break;
      pack.push_back(deliveries[i].drop);
    }
    bench.send(pack, historical);
    if (roll(3) == 0) continue;  // several messages in one commit
    bench.pass(roll(3) * ns_per_second / 2);
    bench.step();
    if (roll(3) == 0) bench.keep();
    if (roll(40) == 0) bench.open();  // as after kill -9
  }
  bench.step();
}

void compare(Bench& bench, const World& world, const Case& of) {
  const auto& rules = world.library.catalog().rules;
  for (std::uint32_t rule = 0; rule < rules.size(); ++rule) {
    for (std::size_t gauge = 0; gauge < of.gauges; ++gauge) {
      const Course expected = oracle(world, of.values[gauge], gauge, rules[rule]);
      const auto told = bench.told(rules[rule].id, gauge);
      EXPECT_EQ(told, expected.episodes)
          << rules[rule].id << " over g" << gauge << "\n  is        " << text_of(told, t0)
          << "\n  should be " << text_of(expected.episodes, t0);
      const stream::RuleState state = bench.state(rule, gauge);
      EXPECT_EQ(to_string(state.phase), std::string(to_string(expected.state.phase)));
      EXPECT_EQ(state.since_ns, expected.state.since_ns);
    }
  }
}

TEST(Reviser, AnyOrderGivesWhatTheSortedDataGive) {
  const auto [first, end] = detail::seeds(300);
  std::uint64_t repairs = 0;
  std::size_t episodes = 0;
  for (std::uint64_t seed = first; seed < end; ++seed) {
    SCOPED_TRACE(format("seed {}", seed));
    std::mt19937_64 random(seed);
    const Case of = random_case(random);
    const auto world = detail::gauge_world(of.gauges, of.rules, of.flow);
    ASSERT_TRUE(world->problems.ok()) << to_string(world->problems.errors[0]) << of.rules;
    // The truth is what came last: a wrong value may have been the last one.
    const auto deliveries = shuffled(of, random);
    Case final = of;
    for (const Delivery& delivery : deliveries) {
      const Drop& drop = delivery.drop;
      final.values[drop.gauge][drop.time_ns][drop.flow ? 1 : 0] = drop.value;
    }
    Bench bench(world);
    deliver(bench, deliveries, random);
    ASSERT_TRUE(bench.rest());
    compare(bench, *world, final);
    repairs += bench.engine().stats().repairs;
    for (const auto& [id, alert] : bench.journal().alerts) {
      episodes += alert.state != AlertState::retracted ? 1 : 0;
    }
    if (testing::Test::HasFailure()) {
      std::puts(of.rules.c_str());
      return;
    }
  }
  if (end - first < 100) return;
  EXPECT_GT(repairs, end - first);  // else nothing was tried
  EXPECT_GT(episodes, end - first);
}

}  // namespace
}  // namespace cairn::watch
