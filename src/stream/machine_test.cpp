// SPDX-License-Identifier: Apache-2.0
#include "stream/machine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>

#include "core/text.hpp"
#include "model/memory_files.hpp"
#include "model/pack_load.hpp"
#include "stream/rule_compile.hpp"
#include "stream/rule_repair.hpp"

namespace cairn::stream {
namespace {

constexpr std::int64_t t0 = 1'700'000'000 * ns_per_second;
constexpr std::int64_t minute = 60 * ns_per_second;

const std::string default_rules =
    "  high:\n    label: {zh: a, en: b}\n    type: gauge\n    when: 'level > limit'\n"
    "  silent:\n    label: {zh: a, en: b}\n    type: gauge\n    no_data: level\n    for: 1h\n";

struct Bench {
  explicit Bench(const std::string& rules = default_rules, std::size_t gauges = 1) {
    std::string things = "id,type,region\n";
    for (std::size_t i = 1; i <= gauges; ++i) things += format("g{},gauge,51\n", i);
    const std::string yaml =
        "pack: demo\nlabel: {zh: a, en: b}\ntypes:\n  gauge:\n    label: {zh: a, en: b}\n"
        "    properties:\n      level: {label: {zh: a, en: b}, unit: m, series: true}\n"
        "      limit: {label: {zh: a, en: b}, unit: m, series: true}\n"
        "rules:\n" +
        rules + "things: [t.csv]\n";
    const model::MemoryFiles files({{"p/pack.yaml", yaml}, {"p/t.csv", things}});
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
    for (std::uint32_t i = 0; i < 2 * gauges; ++i) {
      std::string out;
      write(SeriesName{i, format("g{}", i / 2 + 1), i % 2 == 0 ? "level" : "limit"}, out);
      apply(RecordKind::series, out);
    }
  }
  void apply(RecordKind kind, const std::string& payload) {
    effects.clear();
    log.emplace_back(kind, payload);
    arrivals.push_back(arrival);
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
  std::vector<std::pair<RecordKind, std::string>> log;  // all records
  std::vector<std::int64_t> arrivals;
};

std::string bytes_of(const Machine& machine) {
  std::string out;
  machine.write(out);
  return out;
}

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

TEST(Machine, SilenceThatNobodyCouldHearBrokenDoesNotCount) {
  Bench b;
  b.observe({{0, t0, 1}});
  const Instant heard{b.arrival};
  b.arrival += 30 * minute;
  b.apply(RecordKind::tick, "");
  b.arrival += 300 * minute;
  b.apply(RecordKind::opened, "");
  EXPECT_EQ(b.told(), "");
  b.arrival += 30 * minute;
  b.apply(RecordKind::tick, "");
  EXPECT_EQ(b.told(), "");
  b.arrival = heard.ns + 360 * minute + 1;
  b.apply(RecordKind::tick, "");
  EXPECT_EQ(b.told(), "inactive>firing ");
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

// In a world with a thing less or one more: what it takes over is what its bytes would have said.
TEST(Machine, TakesOverWhatAnothersBytesSay) {
  for (const std::size_t gauges : {2U, 3U, 4U}) {
    for (const std::size_t known : {0U, 3U, 6U}) {
      Bench b(default_rules, 3);
      const Bench elsewhere(default_rules, gauges);
      b.observe({{0, t0, 5}, {1, t0, 3}, {2, t0, 1}, {3, t0, 3}, {4, t0, 9}, {5, t0, 3}});
      b.arrival += 5 * minute;
      b.observe({{0, t0 + 5 * minute, 2}, {2, t0 + 4 * minute, 6}});
      std::string shelve;
      write(Shelve{"high", "g2", {b.arrival + 600 * minute}, "li", "why"}, shelve);
      b.apply(RecordKind::shelve, shelve);
      const std::string bytes = bytes_of(*b.machine);

      Machine reads(elsewhere.binding, elsewhere.library, {});
      ASSERT_TRUE(reads.read(bytes).has_value());
      Machine takes(elsewhere.binding, elsewhere.library, {});
      for (Series series = 0; series < known; ++series) takes.know(b.machine->series_name(series));
      ASSERT_TRUE(takes.take_over(*b.machine).has_value());
      EXPECT_EQ(bytes_of(takes), bytes_of(reads)) << gauges << ' ' << known;

      // And goes on alike: a firing that ends, silence, a late reading.
      const auto both = [&](RecordKind kind, const std::string& payload) {
        Effects one;
        Effects other;
        const Record record{++b.position, kind, {b.arrival}, payload};
        ASSERT_TRUE(takes.apply(record, one).has_value());
        ASSERT_TRUE(reads.apply(record, other).has_value());
        ASSERT_EQ(one.transitions.size(), other.transitions.size());
        for (std::size_t i = 0; i < one.transitions.size(); ++i) {
          EXPECT_EQ(one.transitions[i].slot, other.transitions[i].slot);
          EXPECT_EQ(one.transitions[i].to, other.transitions[i].to);
          EXPECT_EQ(one.transitions[i].episode, other.transitions[i].episode);
        }
        EXPECT_EQ(bytes_of(takes), bytes_of(reads));
      };
      const Observed reading[] = {{2, t0 + 6 * minute, 1}, {4, t0 + minute, 1}};
      std::string payload;
      write(Message{0, 0, false, 2}, reading, payload);
      both(RecordKind::observations, payload);
      b.arrival += 90 * minute;
      both(RecordKind::tick, "");
    }
  }
}

TEST(Machine, DoesNotTakeOverFromWhoKnowsLess) {
  Bench b;
  Machine other(b.binding, b.library, {});
  for (Series series = 0; series < 2; ++series) other.know(b.machine->series_name(series));
  other.know({2, "g9", "level"});
  const std::string before = bytes_of(*b.machine);
  EXPECT_FALSE(other.take_over(*b.machine).has_value());
  EXPECT_EQ(bytes_of(*b.machine), before) << "nothing was taken from it";
}

// --- What it says is what the steps over the sorted data say ----------------------------------

const std::string timed_rules =
    "  plain:\n    label: {zh: a, en: b}\n    type: gauge\n    when: 'level > limit'\n"
    "  held:\n    label: {zh: a, en: b}\n    type: gauge\n    when: 'level > limit'\n"
    "    for: 3min\n    keep: 2min\n"
    "  cleared:\n    label: {zh: a, en: b}\n    type: gauge\n    when: 'level > limit'\n"
    "    clear: 'level + 2 m < limit'\n    for: 1min\n";

using Episodes = std::vector<std::pair<std::int64_t, std::int64_t>>;  // fired, ended (0: open)
// Levels and limits by time, of one thing: the machine sees the newest of both.
using Values = std::map<std::int64_t, std::array<double, 2>>;

Episodes direct(const CompiledRule& rule, const Values& values) {
  Episodes out;
  RuleState state;
  const auto truth = [](bool is) { return is ? Truth::yes : Truth::no; };
  for (const auto& [time, value] : values) {
    const bool fired = fires(state.phase);
    state =
        step(rule.times, state, {time}, truth(value[0] > value[1]), truth(value[0] + 2 < value[1]));
    if (!fired && fires(state.phase)) out.emplace_back(time, 0);
    if (fired && !fires(state.phase)) out.back().second = time;
  }
  return out;
}

// What was told and not taken back.
void note(const Effects& effects, std::map<std::pair<std::uint32_t, Slot>, Episodes>& told) {
  for (const Transition& t : effects.transitions) {
    Episodes& episodes = told[{t.rule, t.slot}];
    if (t.to == AlertPhase::retracted) {
      episodes.pop_back();
    } else if (t.from == AlertPhase::resolved && fires(t.to)) {
      episodes.back().second = 0;  // the end is taken back
    } else if (t.to == AlertPhase::resolved) {
      episodes.back().second = t.event.ns;
    } else if (t.to == AlertPhase::firing && t.from != AlertPhase::clearing) {
      episodes.emplace_back(t.event.ns, 0);
    }
  }
}

struct Fed {
  std::vector<std::string> payloads;
  std::vector<Values> values;  // by gauge
};

// Times rise from record to record, are in any order within one and fall on the border of two:
// then one has the levels, the other the limits. Some readings come twice.
Fed random_records(std::uint32_t seed, std::size_t gauges, bool regular) {
  std::mt19937 random(seed);
  const auto below = [&](std::uint32_t n) { return random() % n; };
  Fed fed;
  fed.values.resize(gauges);
  std::vector<Observed> due;
  std::int64_t time = t0;
  const auto flush = [&] {
    if (due.empty()) return;
    const std::size_t n = due.size();
    for (std::size_t i = 0; i < n; ++i) {
      if (below(5) == 0) due.push_back(due[i]);
      std::swap(due[i], due[below(static_cast<std::uint32_t>(n))]);
    }
    std::string out;
    write(Message{0, 0, false, static_cast<std::uint32_t>(due.size())}, due.data(), out);
    fed.payloads.push_back(out);
    due.clear();
  };
  for (int k = 0; k < 120; ++k) {
    time += regular ? minute : 1 + below(150) * ns_per_second;
    const bool split = below(3) == 0;
    for (std::uint32_t column : {1u, 0u}) {
      for (std::uint32_t gauge = 0; gauge < gauges; ++gauge) {
        const auto value = static_cast<double>(below(8));
        due.push_back({2 * gauge + column, time, value});
        fed.values[gauge][time][column] = value;
      }
      if (split) flush();
    }
    if (below(4) == 0) flush();
  }
  flush();
  return fed;
}

TEST(Machine, FiresAsTheStepsOverTheSortedDataDo) {
  std::size_t firings = 0;
  for (std::uint32_t seed = 1; seed <= 24; ++seed) {
    const std::size_t gauges = 1 + seed % 4;
    Bench b(timed_rules, gauges);
    const Fed fed = random_records(seed, gauges, seed % 2 == 0);
    std::map<std::pair<std::uint32_t, Slot>, Episodes> told;
    for (const std::string& payload : fed.payloads) {
      b.apply(RecordKind::observations, payload);
      note(b.effects, told);
    }
    for (const CompiledRule& rule : compile_rules(b.library, {})) {
      for (std::size_t gauge = 0; gauge < gauges; ++gauge) {
        const Slot slot = b.binding->find_thing(format("g{}", gauge + 1));
        const Episodes expected = direct(rule, fed.values[gauge]);
        firings += expected.size();
        EXPECT_EQ((told[{rule.index, slot}]), expected) << rule.def->id << " seed " << seed;
      }
    }
  }
  EXPECT_GT(firings, 500u);
}

// Windows of every kind, against the samples added up one by one.
TEST(Machine, WindowsHoldWhatTheSortedDataHold) {
  const auto rule = [](const char* id, const char* when) {
    return format("  {}:\n    label: {{zh: a, en: b}}\n    type: gauge\n    when: '{}'\n", id,
                  when);
  };
  const std::string rules = rule("sum", "sum(level, 40min) > 90 m") +
                            rule("high", "max(level, 7min) - min(level, 7min) > 6 m") +
                            rule("many", "count(level > limit, 3h) > 40") +
                            rule("rise", "delta(level, 1h) > 4 m");
  using Window = std::vector<std::array<double, 2>>;
  const auto holds = [](std::string_view id, const auto& in) {
    const auto of = [&](int minutes) {
      Window window = in(minutes);
      return window;
    };
    double sum = 0;
    if (id == "sum") {
      for (const auto& value : of(40)) sum += value[0];
      return sum > 90;
    }
    if (id == "high") {
      const Window window = of(7);
      const auto [low, high] = std::minmax_element(window.begin(), window.end());
      return (*high)[0] - (*low)[0] > 6;
    }
    if (id == "rise") return of(60).back()[0] - of(60).front()[0] > 4;
    for (const auto& value : of(180)) sum += value[0] > value[1] ? 1 : 0;
    return sum > 40;
  };
  std::size_t firings = 0;
  for (std::uint32_t seed = 1; seed <= 12; ++seed) {
    const std::size_t gauges = 1 + seed % 3;
    Bench b(rules, gauges);
    const Fed fed = random_records(seed, gauges, seed % 2 == 0);
    std::map<std::pair<std::uint32_t, Slot>, Episodes> told;
    for (const std::string& payload : fed.payloads) {
      b.apply(RecordKind::observations, payload);
      note(b.effects, told);
    }
    for (const CompiledRule& one : compile_rules(b.library, {})) {
      for (std::size_t gauge = 0; gauge < gauges; ++gauge) {
        const Values& values = fed.values[gauge];
        Episodes expected;
        RuleState state;
        for (const auto& [time, value] : values) {
          const auto in = [&, now = time](int minutes) {
            Window window;
            const auto end = values.upper_bound(now);
            for (auto at = values.upper_bound(now - minutes * minute); at != end; ++at)
              window.push_back(at->second);
            return window;
          };
          const bool fired = fires(state.phase);
          // One sample is no difference: the rule is not true.
          const bool true_now = holds(one.def->id, in);
          state = step(one.times, state, {time}, true_now ? Truth::yes : Truth::no, Truth::unknown);
          if (!fired && fires(state.phase)) expected.emplace_back(time, 0);
          if (fired && !fires(state.phase)) expected.back().second = time;
        }
        firings += expected.size();
        const Slot slot = b.binding->find_thing(format("g{}", gauge + 1));
        EXPECT_EQ((told[{one.index, slot}]), expected) << one.def->id << " seed " << seed;
      }
    }
  }
  EXPECT_GT(firings, 200u);
}

TEST(Machine, GoesOnFromAnyRecordAsIfItHadNeverStopped) {
  Bench b(timed_rules + default_rules.substr(default_rules.find("  silent")), 3);
  for (const std::string& payload : random_records(99, 3, false).payloads) {
    b.arrival += 40 * minute;
    b.apply(RecordKind::observations, payload);
  }
  b.arrival += 90 * minute;
  b.apply(RecordKind::tick, "");
  const std::string end = bytes_of(*b.machine);
  // One that never stops, and one that is written and read after each record.
  Machine whole(b.binding, b.library, {});
  Machine stopped(b.binding, b.library, {});
  Effects of_whole;
  Effects of_stopped;
  for (std::size_t i = 0; i < b.log.size(); ++i) {
    const Record record{i + 1, b.log[i].first, {b.arrivals[i]}, b.log[i].second};
    of_whole.clear();
    of_stopped.clear();
    ASSERT_TRUE(whole.apply(record, of_whole).has_value());
    ASSERT_TRUE(stopped.apply(record, of_stopped).has_value());
    EXPECT_EQ(of_stopped.transitions, of_whole.transitions) << "record " << record.position;
    const std::string bytes = bytes_of(stopped);
    ASSERT_EQ(bytes, bytes_of(whole)) << "record " << record.position;
    Machine next(b.binding, b.library, {});
    ASSERT_TRUE(next.read(bytes).has_value());
    stopped = std::move(next);
  }
  EXPECT_EQ(bytes_of(stopped), end);
}

// A tenth of a second; minutes, and so beyond the test's time limit, if it grew with the square.
TEST(Machine, TakesAStormInOneRecord) {
  Bench b("  high:\n    label: {zh: a, en: b}\n    type: gauge\n    when: 'level > 2 m'\n");
  std::vector<Observed> storm;
  for (int i = 0; i < 100'000; ++i) storm.push_back({0, t0 + i * minute, i % 2 == 0 ? 3.0 : 1.0});
  b.observe(storm);
  EXPECT_EQ(b.effects.transitions.size(), 100'000u);
  std::set<std::uint64_t> episodes;
  for (const Transition& t : b.effects.transitions) episodes.insert(t.episode);
  EXPECT_EQ(episodes.size(), 50'000u);
}

TEST(Machine, RefusesDamagedBytesAndRecordsAndStaysAsItWas) {
  Bench b(timed_rules, 2);
  for (const std::string& payload : random_records(7, 2, true).payloads) {
    b.apply(RecordKind::observations, payload);
  }
  const std::string before = bytes_of(*b.machine);
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = i % 2 == 0 ? before : b.log[random() % b.log.size()].second;
    for (std::uint32_t n = 1 + random() % 3; n > 0 && !bytes.empty(); --n) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) bytes.resize(random() % (bytes.size() + 1));
    Machine machine(b.binding, b.library, {});
    if (i % 2 == 0) {
      if (!machine.read(bytes)) {
        EXPECT_EQ(machine.position(), 0u);
      }
    } else if (i % 20 == 1) {
      Effects effects;
      ASSERT_TRUE(machine.read(before).has_value());
      const auto kind = static_cast<RecordKind>(random() % 9);
      const Record record{b.position + 1, kind, {b.arrival}, bytes};
      if (!machine.apply(record, effects)) {
        EXPECT_EQ(bytes_of(machine), before);
      }
    }
  }
}

TEST(Machine, TakesANumberedMessageOnce) {
  Bench b;
  std::string out;
  write(SourceName{7, "buoy"}, out);
  b.apply(RecordKind::source, out);
  const auto send = [&](std::uint64_t sequence, std::int64_t minutes) {
    const Observed reading{0, t0 + minutes * minute, 1};
    std::string payload;
    write(Message{7, sequence, false, 1}, &reading, payload);
    b.apply(RecordKind::observations, payload);
    return b.effects.stored.size();
  };
  EXPECT_EQ(send(100, 0), 1u);
  EXPECT_EQ(send(100, 1), 0u);
  EXPECT_EQ(b.effects.duplicate_messages, 1u);
  EXPECT_EQ(send(99, 2), 1u) << "messages overtake each other";
  EXPECT_EQ(send(99, 3), 0u);
  EXPECT_EQ(send(37, 4), 1u);
  EXPECT_EQ(send(36, 5), 0u) << "too far below the highest to be told from a repeated one";
  EXPECT_EQ(send(0, 6), 1u) << "not numbered";
  EXPECT_EQ(send(0, 7), 1u);
  Machine other(b.binding, b.library, {});
  ASSERT_TRUE(other.read(bytes_of(*b.machine)).has_value());
  *b.machine = std::move(other);
  EXPECT_EQ(send(37, 8), 0u);
  EXPECT_EQ(b.machine->sources(), (std::vector<SourceName>{{7, "buoy"}}));
}

TEST(Machine, RepairsAStateUnlessThereIsMoreThanTheReviserSaw) {
  Bench b;
  b.observe({{0, t0, 5}, {1, t0, 3}});
  Repair repair;
  repair.rule = "high";
  repair.thing = "g1";
  repair.seen = b.position;
  repair.from = {t0};
  repair.episodes.push_back({RevisionKind::retracted,
                             AlertPhase::retracted,
                             b.effects.transitions.at(0).episode,
                             {t0},
                             Instant{t0},
                             {}});
  std::string payload;
  write(repair, payload);
  EXPECT_EQ(*read_repair(payload), repair);
  EXPECT_FALSE(read_repair(payload + "x").has_value());
  b.apply(RecordKind::repair, payload);
  ASSERT_EQ(b.effects.revisions.size(), 1u);
  EXPECT_EQ(b.effects.revisions[0].kind, RevisionKind::retracted);
  const Slot slot = b.binding->find_thing("g1");
  EXPECT_EQ(b.machine->rule_state(0, slot).now.phase, AlertPhase::inactive);
  b.observe({{0, t0 + minute, 6}});
  b.apply(RecordKind::repair, payload);
  EXPECT_TRUE(b.effects.revisions.empty());
  ASSERT_EQ(b.effects.late.size(), 1u);
  EXPECT_EQ(b.effects.late[0].time.ns, t0);
}

}  // namespace
}  // namespace cairn::stream
