// SPDX-License-Identifier: Apache-2.0
// What an observation costs in the machine alone: no network, no disk. One thread.
//
//   bench_machine [--small] [--series N]
//
// Things have four series each and report all of them at once; a record holds 10,000 readings in
// messages of 50. Before anything is timed two machines, one of which was written and read half
// way, are compared to the byte.
#include "stream/machine.hpp"

#include <malloc.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "formula/formula.hpp"
#include "formula/windows.hpp"
#include "model/memory_files.hpp"
#include "model/pack_load.hpp"

namespace {

using namespace cairn;

constexpr std::int64_t t0_ns = 1'700'000'000 * ns_per_second;
constexpr std::size_t series_a_thing = 4;
constexpr std::size_t readings_a_message = 50;
constexpr std::size_t readings_a_record = 10'000;

constexpr std::string_view head = R"(pack: bench
label: {zh: 测, en: bench}
types:
  gauge:
    label: {zh: 站, en: gauge}
    properties:
      level: {label: {zh: 位, en: level}, unit: m, series: true}
      flow: {label: {zh: 流, en: flow}, unit: m3/s, series: true}
      temp: {label: {zh: 温, en: temperature}, unit: Cel, series: true}
      power: {label: {zh: 率, en: power}, unit: kW, series: true}
      limit: {label: {zh: 限, en: limit}, unit: m}
)";

struct Rule {
  const char* when;
  const char* more;
};
constexpr Rule simple_rules[] = {
    {"level > limit", ""},
    {"level > 7 m", "    for: 30min\n"},
    {"flow > 98 m3/s", "    clear: 'flow < 48 m3/s'\n"},
    {"temp > 68 Cel", "    for: 10min\n    clear: 'temp < 60 Cel'\n"},
    {"power > 90 kW and temp > 30 Cel", ""},
    {"level < 0.1 m", "    keep: 30min\n"},
    {"flow < 2 m3/s", "    keep: 1h\n    for: 1h\n"},
    {"flow > 2 * 49 m3/s", ""},
    {"temp < 1 Cel or temp > 99 Cel", ""},
    {"power > 99 kW", "    for: 2h\n"},
};
constexpr Rule window_rules[] = {
    {"avg(power, 24h) > 60 kW", ""},       {"max(level, 24h) - min(level, 24h) > 9.9 m", ""},
    {"rate(flow, 6h) > 50 m3/s/h", ""},    {"avg(temp, 432h) > 31 Cel", ""},
    {"count(flow > 90 m3/s, 2h) > 3", ""},
};

struct World {
  std::shared_ptr<const stream::Binding> binding;
  formula::Library library;
};

World make_world(std::span<const Rule> rules, std::size_t things) {
  std::string yaml(head);
  if (!rules.empty()) yaml += "rules:\n";
  for (std::size_t i = 0; i < rules.size(); ++i) {
    yaml += format("  r{}:\n    label: {{zh: 则, en: rule}}\n    type: gauge\n    when: '{}'\n{}",
                   i, rules[i].when, rules[i].more);
  }
  const model::MemoryFiles files({{"p/pack.yaml", yaml}});
  auto catalog = std::make_shared<model::Catalog>();
  model::Records records;
  Problems problems;
  model::load_pack(files, "p", *catalog, records, problems);
  auto regions = std::make_shared<model::RegionTree>();
  model::Region region;
  region.code = "51";
  region.level = model::Level::province;
  if (!regions->add(region, "")) std::abort();
  for (std::size_t i = 0; i < things; ++i) {
    model::Thing thing;
    thing.id = format("gauge-{:07}", i);
    thing.type = "gauge";
    thing.region = "51";
    thing.properties.emplace_back("limit", model::Value{6.0 + static_cast<double>(i % 5)});
    records.things.push_back(std::move(thing));
  }
  World world;
  world.library = formula::Library::build(catalog, problems);
  world.binding = std::make_shared<stream::Binding>(std::make_shared<model::Snapshot>(
      model::build_snapshot({catalog, regions, {}}, records, problems)));
  for (const Error& error : problems.errors) {
    std::printf("%s\n", to_string(error).c_str());
    std::exit(1);
  }
  return world;
}

// Cheap numbers without pattern: the same in every run.
std::uint32_t mixed(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return static_cast<std::uint32_t>(x >> 32);
}

struct Feed {
  std::size_t things = 0;
  std::int64_t spacing_ns = 600 * ns_per_second;
  bool scattered = false;  // the things of a message lie anywhere
  std::size_t next = 0;    // reading; things follow each other, then comes the next round
  std::uint64_t position = 0;

  std::string series(std::size_t i) const {
    static constexpr const char* names[] = {"level", "flow", "temp", "power"};
    std::string out;
    write(stream::SeriesName{static_cast<std::uint32_t>(i),
                             format("gauge-{:07}", i / series_a_thing), names[i % series_a_thing]},
          out);
    return out;
  }
  std::string record() {
    std::string out;
    std::vector<stream::Observed> readings;
    const std::size_t count = things * series_a_thing;
    for (std::size_t k = 0; k < readings_a_record && k < count; ++k, ++next) {
      const std::size_t thing = next % count / series_a_thing;
      // A large prime takes every thing once a round.
      const std::size_t place = scattered ? thing * 2'147'483'647 % things : thing;
      const std::size_t series = place * series_a_thing + next % series_a_thing;
      const std::int64_t time = t0_ns + static_cast<std::int64_t>(next / count) * spacing_ns;
      const std::uint32_t noise = mixed(next);
      // Calm values with some excursions, in tenths.
      const std::uint32_t tenths = noise % 64 == 0 ? noise / 64 % 1000 : 300 + noise / 64 % 100;
      const double scale = series % series_a_thing == 0 ? 100 : 10;
      readings.push_back({static_cast<std::uint32_t>(series), time, tenths / scale});
      if (readings.size() == readings_a_message || k + 1 == readings_a_record || k + 1 == count) {
        write(stream::Message{0, 0, false, static_cast<std::uint32_t>(readings.size())},
              readings.data(), out);
        readings.clear();
      }
    }
    return out;
  }
};

double cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double heap_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

void apply(stream::Machine& machine, stream::RecordKind kind, std::string_view payload, Feed& feed,
           stream::Effects& effects) {
  ++feed.position;
  effects.clear();
  const Instant arrival{t0_ns + static_cast<std::int64_t>(feed.position) * ns_per_second / 1000};
  if (auto done = machine.apply({feed.position, kind, arrival, payload}, effects); !done) {
    std::printf("%s\n", to_string(done.error()).c_str());
    std::exit(1);
  }
}

stream::Machine started(const World& world, Feed& feed) {
  stream::Machine machine(world.binding, world.library, {});
  stream::Effects effects;
  for (std::size_t i = 0; i < feed.things * series_a_thing; ++i) {
    apply(machine, stream::RecordKind::series, feed.series(i), feed, effects);
  }
  return machine;
}

void compare(std::span<const Rule> rules) {
  const World world = make_world(rules, 500);
  Feed feed{500};
  stream::Machine whole = started(world, feed);
  Feed same{500};
  stream::Machine stopped = started(world, same);
  stream::Effects effects;
  for (int i = 0; i < 60; ++i) {
    const std::string record = feed.record();
    apply(whole, stream::RecordKind::observations, record, feed, effects);
    apply(stopped, stream::RecordKind::observations, record, same, effects);
    if (i != 30) continue;
    std::string bytes;
    stopped.write(bytes);
    if (!stopped.read(bytes)) std::exit(1);
  }
  std::string a;
  std::string b;
  whole.write(a);
  stopped.write(b);
  if (a == b) return;
  std::printf("two machines differ\n");
  std::exit(1);
}

struct Case {
  const char* name;
  std::span<const Rule> rules;
  std::size_t series = 0;
  std::size_t readings = 0;
  bool scattered = false;
  std::int64_t spacing_ns = 600 * ns_per_second;
};

void measure(const Case& of) {
  const auto& [name, rules, series, readings, scattered, spacing_ns] = of;
  const std::size_t things = series / series_a_thing;
  const World world = make_world(rules, things);
  Feed feed{things, spacing_ns, scattered};
  const double heap_before = heap_bytes();
  stream::Machine machine = started(world, feed);
  stream::Effects effects;
  // Until every series was heard twice nothing is timed.
  for (std::size_t i = 0; i < 2 * series; i += readings_a_record) {
    apply(machine, stream::RecordKind::observations, feed.record(), feed, effects);
  }
  const double heap = heap_bytes() - heap_before;
  double cpu = 0;
  std::size_t transitions = 0;
  std::size_t done = 0;
  std::vector<std::string> records;
  while (done < readings) {
    records.clear();
    for (int i = 0; i < 20; ++i) records.push_back(feed.record());
    const double begin = cpu_s();
    for (const std::string& record : records) {
      apply(machine, stream::RecordKind::observations, record, feed, effects);
      transitions += effects.transitions.size();
    }
    cpu += cpu_s() - begin;
    done += records.size() * std::min(readings_a_record, series);
  }
  std::printf("| %s | %zu | %zu | %.3f | %.1f | %.0f | %zu |\n", name, series, rules.size(),
              cpu / static_cast<double>(done) * 1e6, static_cast<double>(done) / cpu / 1e6,
              heap / static_cast<double>(series), transitions);
  std::fflush(stdout);
}

// What the world costs beside the machine.
void memory(std::size_t series) {
  const double begin = heap_bytes();
  const World world = make_world({}, series / series_a_thing);
  const double made = heap_bytes();
  const stream::Binding binding(std::make_shared<model::Snapshot>(world.binding->base()));
  const double bound = heap_bytes() - made;
  const auto each = [&](double bytes) { return bytes / static_cast<double>(series); };
  std::printf("\nBytes a series: snapshot %.0f, its cells with a live view of the tables %.0f\n",
              each(made - begin - bound), each(bound));
}

// One look at a window of `count` samples: all of them read and added up, or as a summary.
void look(std::size_t count, bool small) {
  using namespace formula;
  stream::Heads heads;
  heads.resize(1);
  heads.keep(0, INT64_MAX / 2);
  for (std::size_t i = 0; i < count; ++i) {
    heads.add(0, {t0_ns + static_cast<std::int64_t>(i), mixed(i) % 1000 / 10.0});
  }
  const Window window{WindowFunction::avg, {}, 0.5, false, 1};
  const Instant after{t0_ns + 10};  // not at the edge of a block
  const Instant until{t0_ns + static_cast<std::int64_t>(count)};
  const auto read = [&] {
    std::vector<model::Sample> samples;
    heads.read(0, after, until, samples);
    return window_value(window, samples).value;
  };
  const auto summarised = [&] {
    model::WindowSummary summary;
    heads.summarise(0, after, until, *summary_parts(window), summary);
    return window_value(window, summary).value;
  };
  if (read() != summarised()) {
    std::printf("the summary of a window is not that of its samples\n");
    std::exit(1);
  }
  double sum = 0;
  const auto us_each = [&](const auto& work, std::size_t times) {
    const double begin = cpu_s();
    for (std::size_t i = 0; i < times; ++i) sum += work();
    return (cpu_s() - begin) / static_cast<double>(times) * 1e6;
  };
  const std::size_t looks = small ? 1 : 20'000'000 / count;
  const double read_us = us_each(read, looks);
  const double summary_us = us_each(summarised, small ? 1 : 200'000);
  std::printf("| %zu | %.2f | %.2f | %.1f |\n", count, read_us, summary_us,
              static_cast<double>(heads.bytes()) / static_cast<double>(count));
  if (sum == 0) std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  bool small = false;
  std::size_t most = 1'000'000;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--small") == 0) small = true;
    if (std::strcmp(argv[i], "--series") == 0 && i + 1 < argc) most = std::stoul(argv[++i]);
  }
  compare(simple_rules);
  compare(window_rules);
  if (small) most = 4'000;
  const std::size_t readings = small ? 40'000 : 4'000'000;
  std::printf("| load | series | rules | CPU-s a million | M obs/s | bytes a series | changes |\n");
  std::printf("|---|---:|---:|---:|---:|---:|---:|\n");
  for (const std::size_t series : {most / 10, most}) {
    measure({"no rules", {}, series, readings});
    measure({"no rules, scattered", {}, series, readings, true});
    measure({"simple rules", simple_rules, series, readings});
    measure({"simple rules, scattered", simple_rules, series, readings, true});
  }
  measure({"windows", window_rules, most / 10, 2 * readings});
  // 18 days hold 250,000 samples of each series at the end.
  measure({"long windows", std::span(window_rules).subspan(3, 1), 4, small ? 4'000 : readings / 4,
           false, 1'500 * ns_per_second / 1000});
  memory(most);
  std::printf("\n| samples in the window | us read | us summarised | bytes a sample |\n");
  std::printf("|---:|---:|---:|---:|\n");
  for (const std::size_t count : {100, 1'000, 10'000, 100'000, 1'000'000}) look(count, small);
  return 0;
}
