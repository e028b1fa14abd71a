// SPDX-License-Identifier: Apache-2.0
// Prometheus as an independent oracle: hundreds of random rules over random series, and
// `promtool test rules` has to find the same pending and firing alerts at every minute as the live
// machine and as the replay. Where the two mean different things, both are pinned
// (docs/packs.md, "Beside Prometheus").
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

#include "core/text.hpp"
#include "model/memory_files.hpp"
#include "model/pack_load.hpp"
#include "stream/machine.hpp"
#include "watch/replay.hpp"

namespace cairn::watch {
namespace {

using stream::AlertPhase;

constexpr std::int64_t t0 = 1'700'000'040 * ns_per_second;  // a whole minute
constexpr std::int64_t minute_ns = 60 * ns_per_second;
constexpr int minutes = 60;
constexpr std::size_t gauges = 10;

// --- What both are given -----------------------------------------------------------------------

struct Rule {
  std::string when;      // ours; or `no_data: …`
  std::string promql;    // theirs
  int hold_s = 0;        // `for`
  int keep_s = 0;        // `keep`, keep_firing_for
  bool silence = false;  // `hold_s` is its time
};
// By gauge and minute; nothing: no sample.
using Series = std::vector<std::vector<std::optional<int>>>;

struct Case {
  std::vector<Rule> rules;
  Series level;  // of each gauge, without holes once it has begun
  Series pulse;  // with holes
};

std::string pack_yaml(const Case& c, bool with_series) {
  std::string yaml =
      "pack: demo\nlabel: {zh: a, en: b}\ntypes:\n  gauge:\n    label: {zh: a, en: b}\n"
      "    properties:\n      level: {label: {zh: a, en: b}, unit: m, series: true}\n"
      "      pulse: {label: {zh: a, en: b}, unit: m, series: true}\nrules:\n";
  for (std::size_t i = 0; i < c.rules.size(); ++i) {
    const Rule& rule = c.rules[i];
    yaml += format("  r{}:\n    label: {{zh: a, en: b}}\n    type: gauge\n", i);
    yaml += rule.silence ? "    no_data: pulse\n" : format("    when: '{}'\n", rule.when);
    if (rule.hold_s > 0) yaml += format("    for: {}s\n", rule.hold_s);
    if (rule.keep_s > 0) yaml += format("    keep: {}s\n", rule.keep_s);
  }
  yaml += "things: [t.csv]\n";
  if (!with_series) return yaml;
  yaml += "series:\n";
  for (std::size_t g = 0; g < c.level.size(); ++g) {
    yaml += format(
        "  - {{file: g{}.csv, thing: g{}, time: time, columns: {{level: level, pulse: pulse}},\n"
        "     origin: {{zh: a, en: b}}}}\n",
        g, g);
  }
  return yaml;
}

std::string csv_of(const Case& c, std::size_t gauge) {
  const auto cell = [](std::optional<int> v) { return v ? std::to_string(*v) : std::string(); };
  std::string csv = "time,level,pulse\n";
  for (int m = 0; m < minutes; ++m) {
    const auto at = static_cast<std::size_t>(m);
    csv += format("{},{},{}\n", to_string(Instant{t0 + m * minute_ns}), cell(c.level[gauge][at]),
                  cell(c.pulse[gauge][at]));
  }
  return csv;
}

std::shared_ptr<World> world_of(const Case& c, bool with_series) {
  std::string things = "id,type,region\n";
  std::map<std::string, std::string> texts{{"p/pack.yaml", pack_yaml(c, with_series)}};
  for (std::size_t g = 0; g < c.level.size(); ++g) {
    things += format("g{},gauge,51\n", g);
    texts[format("p/g{}.csv", g)] = csv_of(c, g);
  }
  texts["p/t.csv"] = things;
  const model::MemoryFiles files(texts);
  auto world = std::make_shared<World>();
  auto catalog = std::make_shared<model::Catalog>();
  model::load_pack(files, "p", *catalog, world->workspace.records, world->problems);
  auto regions = std::make_shared<model::RegionTree>();
  model::Region region;
  region.code = "51";
  region.level = model::Level::province;
  EXPECT_TRUE(regions->add(region, "").has_value());
  world->workspace.catalog = catalog;
  world->workspace.regions = regions;
  world->library = formula::Library::build(catalog, world->problems);
  world->snapshot =
      model::build_snapshot({catalog, regions, {}}, world->workspace.records, world->problems);
  for (const Error& error : world->problems.errors) ADD_FAILURE() << to_string(error);
  return world;
}

// --- What ours say -----------------------------------------------------------------------------

// By minute, rule and gauge.
using Phases = std::vector<std::vector<std::vector<AlertPhase>>>;

// The live machine: one message a minute, then the tick of the log's clock.
Phases live_phases(const Case& c) {
  const auto world = world_of(c, false);
  const auto binding =
      std::make_shared<const stream::Binding>(std::make_shared<model::Snapshot>(world->snapshot));
  stream::Machine machine(binding, world->library, {});
  stream::Effects effects;
  std::uint64_t position = 0;
  const auto apply = [&](stream::RecordKind kind, std::int64_t at, const std::string& payload) {
    effects.clear();
    EXPECT_TRUE(machine.apply({++position, kind, {at}, payload}, effects).has_value());
  };
  for (std::uint32_t g = 0; g < c.level.size(); ++g) {
    for (std::uint32_t which = 0; which < 2; ++which) {
      std::string out;
      write(stream::SeriesName{2 * g + which, format("g{}", g), which == 0 ? "level" : "pulse"},
            out);
      apply(stream::RecordKind::series, t0, out);
    }
  }
  Phases phases;
  for (int m = 0; m < minutes; ++m) {
    const std::int64_t now = t0 + m * minute_ns;
    const auto at = static_cast<std::size_t>(m);
    std::vector<stream::Observed> readings;
    for (std::uint32_t g = 0; g < c.level.size(); ++g) {
      if (const auto v = c.level[g][at]) readings.push_back({2 * g, now, double(*v)});
      if (const auto v = c.pulse[g][at]) readings.push_back({2 * g + 1, now, double(*v)});
    }
    std::string out;
    const auto count = static_cast<std::uint32_t>(readings.size());
    write(stream::Message{0, 0, false, count}, readings.data(), out);
    if (count > 0) apply(stream::RecordKind::observations, now, out);
    apply(stream::RecordKind::tick, now, "");
    auto& of_minute = phases.emplace_back(c.rules.size());
    for (std::uint32_t r = 0; r < c.rules.size(); ++r) {
      for (std::size_t g = 0; g < c.level.size(); ++g) {
        const stream::Slot slot = binding->find_thing(format("g{}", g));
        of_minute[r].push_back(machine.rule_state(r, slot).now.phase);
      }
    }
  }
  return phases;
}

// The replay fires exactly when the machine does.
void expect_replay_agrees(const Case& c, const Phases& phases) {
  const auto world = world_of(c, true);
  const Interval range{Instant{t0}, Instant{t0 + (minutes - 1) * minute_ns}};
  for (std::size_t r = 0; r < c.rules.size(); ++r) {
    for (std::size_t g = 0; g < c.level.size(); ++g) {
      const auto firings = rule_firings(*world, format("r{}", r), format("g{}", g), range);
      ASSERT_TRUE(firings.has_value()) << to_string(firings.error());
      for (int m = 0; m < minutes; ++m) {
        const Instant now{t0 + m * minute_ns};
        bool fires = false;
        for (const Firing& firing : *firings) {
          // A silence begins when it has lasted: at that very time it has not yet.
          const bool begun = c.rules[r].silence ? firing.begin < now : firing.begin <= now;
          fires = fires || (begun && (!firing.end || now < *firing.end));
        }
        ASSERT_EQ(stream::fires(phases[static_cast<std::size_t>(m)][r][g]), fires)
            << "rule " << r << " (" << c.rules[r].when << ") gauge " << g << " minute " << m;
      }
    }
  }
}

// --- What promtool says ------------------------------------------------------------------------

bool have_promtool() {
  return std::system("command -v promtool >/dev/null 2>&1") == 0;  // NOLINT: a test
}
#define NEEDS_PROMTOOL() \
  if (!have_promtool()) GTEST_SKIP() << "promtool (Debian: prometheus) is not installed"

std::string prom_rules(const Case& c) {
  std::string yaml = "groups:\n- name: g\n  interval: 1m\n  rules:\n";
  for (std::size_t r = 0; r < c.rules.size(); ++r) {
    const Rule& rule = c.rules[r];
    yaml += format("  - alert: r{}\n    expr: '{}'\n", r, rule.promql);
    // A silence has its time in the expression.
    if (rule.hold_s > 0 && !rule.silence) yaml += format("    for: {}s\n", rule.hold_s);
    if (rule.keep_s > 0) yaml += format("    keep_firing_for: {}s\n", rule.keep_s);
  }
  return yaml;
}

void add_series(const Series& series, std::string_view name, std::string& yaml) {
  for (std::size_t g = 0; g < series.size(); ++g) {
    yaml += format("  - series: '{}{{thing=\"g{}\"}}'\n    values: '", name, g);
    for (const auto& value : series[g]) yaml += value ? format("{} ", *value) : "_ ";
    yaml += "'\n";
  }
}

// Clearing is firing to them.
std::string prom_test(const Case& c, const Phases& phases) {
  std::string yaml =
      "rule_files: [rules.yaml]\nevaluation_interval: 1m\ntests:\n- interval: 1m\n"
      "  input_series:\n";
  add_series(c.level, "level", yaml);
  add_series(c.pulse, "pulse", yaml);
  yaml += "  promql_expr_test:\n";
  for (int m = 0; m < minutes; ++m) {
    yaml += format("  - expr: ALERTS\n    eval_time: {}m\n    exp_samples:\n", m);
    const auto& of_minute = phases[static_cast<std::size_t>(m)];
    for (std::size_t r = 0; r < c.rules.size(); ++r) {
      for (std::size_t g = 0; g < of_minute[r].size(); ++g) {
        if (of_minute[r][g] == AlertPhase::inactive) continue;
        yaml += format(
            "    - {{labels: 'ALERTS{{alertname=\"r{}\",alertstate=\"{}\",thing=\"g{}\"}}', "
            "value: 1}}\n",
            r, stream::fires(of_minute[r][g]) ? "firing" : "pending", g);
      }
    }
  }
  return yaml;
}

struct Verdict {
  bool same = false;
  std::string text;
};

Verdict ask_promtool(const Case& c, const Phases& phases) {
  const std::string directory = testing::TempDir() + "/cairn-oracle-" + std::to_string(::getpid());
  std::filesystem::create_directories(directory);
  std::ofstream(directory + "/rules.yaml") << prom_rules(c);
  std::ofstream(directory + "/test.yaml") << prom_test(c, phases);
  const std::string command = "cd " + directory + " && promtool test rules test.yaml 2>&1";
  Verdict verdict;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  char buffer[4096];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) {
    verdict.text.append(buffer, n);
  }
  verdict.same = ::pclose(pipe) == 0;
  std::filesystem::remove_all(directory);
  return verdict;
}

// --- Random rules ------------------------------------------------------------------------------

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint32_t>(n)); }
  int between(int low, int high) { return low + below(high - low + 1); }

 private:
  std::mt19937 random_;
};

// Prometheus takes both ends of a range, Cairn leaves the older one out: half a step less there.
// Thresholds lie beside every value that can occur, so that no rounding decides.
Rule random_condition(Dice& dice) {
  const std::string c = format("{}.0371", dice.between(1, 8));
  const int window = dice.between(2, 8);
  const std::string ours = format("{}min", window);
  const std::string theirs = format("{}s", window * 60 - 30);
  const char* sign = dice.below(2) == 0 ? ">" : "<";
  switch (dice.below(6)) {
    case 0:
      return {format("level {} {} m", sign, c), format("level {} {}", sign, c)};
    case 1:
      return {format("avg(level, {}) {} {} m", ours, sign, c),
              format("avg_over_time(level[{}]) {} {}", theirs, sign, c)};
    case 2:
      return {format("min(level, {}) {} {} m", ours, sign, c),
              format("min_over_time(level[{}]) {} {}", theirs, sign, c)};
    case 3:
      return {format("sum(level, {}) {} {} * {} m", ours, sign, window, c),
              format("sum_over_time(level[{}]) {} {} * {}", theirs, sign, window, c)};
    case 4:
      return {format("max(level, {}) - level > {} m", ours, c),
              format("max_over_time(level[{}]) - level > {}", theirs, c)};
    default:
      return {format("level > {} m and count(level, {}) >= {}", c, ours, window),
              format("level > {} and count_over_time(level[{}]) >= {}", c, theirs, window)};
  }
}

Rule random_rule(Dice& dice) {
  if (dice.below(6) == 0) {
    const int silent_s = 30 * dice.between(1, 12);
    return {"", format("last_over_time(pulse[2h]) unless count_over_time(pulse[{}s])", silent_s),
            silent_s, 0, true};
  }
  Rule rule = random_condition(dice);
  // Whole minutes, and times between two evaluations.
  if (dice.below(3) > 0) rule.hold_s = 30 * dice.between(1, 14);
  if (dice.below(3) > 0) rule.keep_s = 30 * dice.between(1, 14);
  return rule;
}

Case random_case(std::uint32_t seed, std::size_t rules) {
  Dice dice(seed);
  Case c;
  for (std::size_t r = 0; r < rules; ++r) c.rules.push_back(random_rule(dice));
  for (std::size_t g = 0; g < gauges; ++g) {
    auto& level = c.level.emplace_back(minutes);
    auto& pulse = c.pulse.emplace_back(minutes);
    int value = dice.below(10);
    const int begins = dice.below(6);
    const int restless = dice.between(1, 4);
    const int silence = dice.between(1, 8);
    bool speaks = true;
    for (int m = 0; m < minutes; ++m) {
      if (dice.below(4) < restless) value = std::clamp(value + dice.between(-5, 5), 0, 9);
      if (m >= begins) level[static_cast<std::size_t>(m)] = value;
      if (dice.below(silence) == 0) speaks = !speaks;
      if (speaks) pulse[static_cast<std::size_t>(m)] = value;
    }
  }
  return c;
}

TEST(Oracle, PrometheusFindsTheSameAlertsForRandomRules) {
  NEEDS_PROMTOOL();
  std::size_t pending = 0;
  std::size_t firing = 0;
  std::size_t clearing = 0;
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    const Case c = random_case(seed, 50);
    const Phases phases = live_phases(c);
    for (const auto& of_minute : phases) {
      for (const auto& of_rule : of_minute) {
        for (const AlertPhase phase : of_rule) {
          pending += phase == AlertPhase::pending ? 1 : 0;
          firing += phase == AlertPhase::firing ? 1 : 0;
          clearing += phase == AlertPhase::clearing ? 1 : 0;
        }
      }
    }
    expect_replay_agrees(c, phases);
    const Verdict verdict = ask_promtool(c, phases);
    ASSERT_TRUE(verdict.same) << verdict.text.substr(0, 4000);
  }
  // It was about something.
  EXPECT_GT(pending, 5'000u);
  EXPECT_GT(firing, 20'000u);
  EXPECT_GT(clearing, 5'000u);
}

TEST(Oracle, NoticesAMinuteThatIsWrong) {
  NEEDS_PROMTOOL();
  const Case c = random_case(7, 5);
  const Phases phases = live_phases(c);
  ASSERT_TRUE(ask_promtool(c, phases).same);
  for (const int minute : {0, 31, minutes - 1}) {
    Phases wrong = phases;
    AlertPhase& phase = wrong[static_cast<std::size_t>(minute)][2][3];
    phase = stream::fires(phase) ? AlertPhase::inactive : AlertPhase::firing;
    EXPECT_FALSE(ask_promtool(c, wrong).same) << minute;
  }
}

// --- Where they differ on purpose ----------------------------------------------------------------

// A condition that held at two reports ten minutes apart: Cairn knows of nothing between them and
// says that it has held; Prometheus repeats a value up to five minutes and then knows nothing.
TEST(Oracle, BetweenReportsCairnWaitsWherePrometheusForgets) {
  NEEDS_PROMTOOL();
  Case c;
  c.rules = {{"level > 5 m", "level > 5", 120, 0}};
  c.level.assign(1, std::vector<std::optional<int>>(minutes));
  c.pulse = c.level;
  c.level[0][0] = 9;
  c.level[0][10] = 9;
  c.level[0][13] = 1;
  const Phases ours = live_phases(c);
  Phases theirs(minutes, {{AlertPhase::inactive}});
  const auto at = [&](Phases& phases, std::size_t from, std::size_t to, AlertPhase phase) {
    for (std::size_t m = from; m < to; ++m) phases[m][0][0] = phase;
  };
  Phases expected = theirs;
  at(expected, 0, 10, AlertPhase::pending);
  at(expected, 10, 13, AlertPhase::firing);
  EXPECT_EQ(ours, expected);
  at(theirs, 0, 2, AlertPhase::pending);
  at(theirs, 2, 6, AlertPhase::firing);
  at(theirs, 10, 12, AlertPhase::pending);
  at(theirs, 12, 13, AlertPhase::firing);
  const Verdict verdict = ask_promtool(c, theirs);
  EXPECT_TRUE(verdict.same) << verdict.text;
}

}  // namespace
}  // namespace cairn::watch
