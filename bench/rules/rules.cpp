// SPDX-License-Identifier: Apache-2.0
// Ten rules over a hundred thousand series: looked at when a reading comes (Cairn), or asked once a
// second (the same in MetricsQL, of VictoriaMetrics). What does it cost, how soon is it known, and
// do both name the same stations?
//
//   bench_rules --cairn build/cairn [--series 100000] [--seconds 60] [--rate 20000]
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "load.hpp"
#include "process.hpp"

namespace cairn::bench {
namespace {

struct Rule {
  std::string_view id;
  const char* query;  // percent-encoded MetricsQL; `for` and `keep` as windows
  double for_s = 0;   // of the rule
};
constexpr std::array<Rule, 10> rules{{
    {spike_rule, "station_pm25%3E700"},
    {"bench_hot", "station_temperature%3E700"},
    {"bench_humid_long", "min_over_time(station_humidity%5B30s%5D)%3E700", 30},
    {"bench_power_keep", "max_over_time(station_power%5B30s%5D)%3E700"},
    {"bench_surge", "min_over_time(station_voltage%5B10s%5D)%3E700", 10},
    {"bench_low", "station_voltage%3C110"},
    {"bench_pm25_minute", "avg_over_time(station_pm25%5B1m%5D)%3E600"},
    {"bench_hot_minute", "max_over_time(station_temperature%5B1m%5D)%3E750"},
    {"bench_both", "station_power%3E600%20and%20on(thing)%20station_voltage%3E600"},
    {"bench_double", "station_power*2%3E1400"},
}};

constexpr std::string_view thing_needle = "\"thing\":\"st-";
using Stations = std::set<std::uint32_t>;

Stations stations_in(const std::string& text, std::string_view needle) {
  Stations out;
  for (std::size_t at = text.find(needle); at != std::string::npos;
       at = text.find(needle, at + needle.size())) {
    out.insert(static_cast<std::uint32_t>(
        std::strtoul(text.substr(at + needle.size(), station_id_bytes - 3).c_str(), nullptr, 10)));
  }
  return out;
}

// Of a list of alerts: those that fire.
Stations firing_in(const std::string& text) {
  Stations out;
  static constexpr std::string_view begin = "{\"id\":\"";
  for (std::size_t at = text.find(begin); at != std::string::npos;) {
    const std::size_t next = text.find(begin, at + 1);
    const std::string alert = text.substr(at, next - at);
    if (alert.find("\"state\":\"firing\"") != std::string::npos) {
      out.merge(stations_in(alert, thing_needle));
    }
    at = next;
  }
  return out;
}

// Asks all rules once a second, as vmalert would, and notes when which station was first seen.
class Poller {
 public:
  Poller(std::uint16_t port, double pause_s)
      : port_(port), pause_s_(pause_s), thread_([this] { run(); }) {}
  ~Poller() { stop(); }
  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  // When a station showed at a poll that began after `from_s`; 0: never.
  double seen_after(std::uint32_t station, double from_s) const {
    const auto at = seen_.find(station);
    if (at == seen_.end()) return 0;
    for (const auto& [asked_s, answered_s] : at->second) {
      if (answered_s >= from_s) return answered_s;
    }
    return 0;
  }
  std::size_t polls() const { return polls_; }

 private:
  void run() {
    for (double next_s = now_s(); !stopping_; next_s += pause_s_) {
      while (!stopping_ && now_s() < next_s) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      for (const Rule& rule : rules) {
        const double asked_s = now_s();
        const std::string answer =
            http_get(port_, format("/api/v1/query?nocache=1&query={}", rule.query));
        if (rule.id != spike_rule) continue;
        for (const std::uint32_t station : stations_in(answer, thing_needle)) {
          seen_[station].emplace_back(asked_s, now_s());
        }
      }
      ++polls_;
    }
  }
  const std::uint16_t port_;
  const double pause_s_;
  std::atomic<bool> stopping_{false};
  std::map<std::uint32_t, std::vector<std::pair<double, double>>> seen_;
  std::size_t polls_ = 0;
  std::thread thread_;
};

struct Options {
  std::string cairn = "build/cairn";
  WorldShape shape;
  double seconds = 60;
  double rate = 20'000;
};

LoadPlan plan_of(const Options& options) {
  LoadPlan plan;
  plan.cut = {options.shape, Wire::influx, 10};
  plan.path = "/write";
  plan.connections = 20;
  plan.seconds = options.seconds;
  plan.messages_a_second = options.rate / plan.cut.readings();
  plan.spike_every = 100;
  return plan;
}

// Every station once: its series are known from then on.
bool introduce(LoadPlan plan) {
  plan.messages_a_second = 0;
  plan.rounds = 1;
  plan.seconds = 60;
  plan.spike_every = 0;
  plan.events_port = 0;
  const LoadResult result = run_load(plan);
  if (!result.failure.empty()) std::fprintf(stderr, "%s\n", result.failure.c_str());
  return result.failure.empty();
}

// A new series is found by its queries some seconds late.
void wait_for_series(std::uint16_t port, const Options& options) {
  const std::string all = format("\"{}\"]", options.shape.stations);
  for (const double until = now_s() + 90; now_s() < until;) {
    if (http_get(port, "/api/v1/query?nocache=1&query=count(station_pm25)").find(all) !=
        std::string::npos) {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
}

// A load with spikes, then every station once more without: what fires then, fires for good.
bool load(const LoadPlan& plan, LoadResult& result) {
  result = run_load(plan);
  LoadPlan calm = plan;
  calm.spike_every = 0;
  calm.events_port = 0;
  calm.seconds = 1.2 * plan.cut.messages() / plan.messages_a_second;
  const LoadResult after = run_load(calm);
  for (const LoadResult* r : {&std::as_const(result), &after}) {
    if (r->failure.empty()) continue;
    std::fprintf(stderr, "%s\n", r->failure.c_str());
    return false;
  }
  return true;
}

void print_row(const char* name, double cpu_s, double seconds, std::vector<float> late_ms) {
  std::printf("%-44s %10.2f", name, cpu_s / seconds * 60);
  if (!late_ms.empty()) {
    std::printf(" %12.1f %10.1f %10.1f", percentile(late_ms, 0.5), percentile(late_ms, 0.99),
                percentile(late_ms, 1));
  }
  std::printf("\n");
  std::fflush(stdout);
}

using Firing = std::map<std::string_view, Stations>;

bool measure_cairn(const Options& options, const std::string& root, const std::string& data,
                   Firing& firing) {
  CairnServer server = start_cairn(options.cairn, root, data);
  if (!server.ok()) return false;
  LoadPlan plan = plan_of(options);
  plan.port = plan.events_port = server.http_port;
  if (!introduce(plan)) return false;
  wait_until_applied(server);
  const double cpu_s = server.process.cpu_s();
  const double begin_s = now_s();
  LoadResult result;
  if (!load(plan, result)) return false;
  print_row("cairn: durable, roll-up, rules as readings come", server.process.cpu_s() - cpu_s,
            now_s() - begin_s, result.alert_ms);
  if (result.alert_ms.size() != result.spikes) {
    std::fprintf(stderr, "%zu alerts of %lu spikes\n", result.alert_ms.size(),
                 static_cast<unsigned long>(result.spikes));
    return false;
  }
  for (const Rule& rule : rules) {
    firing[rule.id] = firing_in(
        http_get(server.http_port, format("/v1/alerts?rule={}&state=open&limit=5000", rule.id)));
  }
  return true;
}

bool measure_victoria(const Options& options, const std::string& directory, bool ask,
                      Firing& firing) {
  Peer victoria = start_victoria(directory);
  if (!victoria.ok()) return false;
  LoadPlan plan = plan_of(options);
  plan.port = victoria.port;
  if (!introduce(plan)) return false;
  wait_for_series(victoria.port, options);
  const double cpu_s = victoria.process.cpu_s();
  const double begin_s = now_s();
  LoadResult result;
  std::vector<float> late_ms;
  {
    Poller poller(victoria.port, ask ? 1.0 : 1e9);
    if (!load(plan, result)) return false;
    const double cost_s = victoria.process.cpu_s() - cpu_s;
    const double took_s = now_s() - begin_s;
    poller.stop();
    for (const auto& [station, due_ns] : result.spike_log) {
      const double due_s = static_cast<double>(due_ns) / 1e9;
      const double seen_s = poller.seen_after(station, due_s);
      if (seen_s > 0) late_ms.push_back(static_cast<float>((seen_s - due_s) * 1e3));
    }
    if (!ask) late_ms.clear();
    print_row(ask ? "victoria-metrics: ten rules asked each second"
                  : "victoria-metrics: takes the readings, no rules",
              cost_s, took_s, late_ms);
    if (ask) {
      std::printf("%44s %zu polls; %zu of %zu spikes were seen\n", "", poller.polls(),
                  late_ms.size(), result.spike_log.size());
    }
  }
  http_get(victoria.port, "/internal/force_flush");
  // It answers as of whole seconds: the newest readings are seen when theirs is over.
  std::this_thread::sleep_for(std::chrono::milliseconds(1'200));
  for (const Rule& rule : rules) {
    firing[rule.id] =
        stations_in(http_get(victoria.port, format("/api/v1/query?nocache=1&query={}", rule.query)),
                    thing_needle);
  }
  return true;
}

// A window over data that are younger than it is true at once, a rule waits: such are not compared.
bool same(const Firing& ours, const Firing& theirs, double seconds, bool peer) {
  bool ok = true;
  std::size_t total = 0;
  for (const Rule& rule : rules) {
    total += ours.at(rule.id).size();
    if (!peer || rule.for_s > seconds || ours.at(rule.id) == theirs.at(rule.id)) continue;
    std::fprintf(stderr, "%s: %zu stations fire here, %zu there\n", std::string(rule.id).c_str(),
                 ours.at(rule.id).size(), theirs.at(rule.id).size());
    ok = false;
  }
  std::printf("%zu alerts are firing at the end%s\n", total,
              !peer ? ""
              : ok  ? ", the same stations by both"
                    : ": NOT the same");
  return ok && total > 0;
}

int run(const Options& options) {
  const TemporaryDirectory root;
  const TemporaryDirectory work;
  if (auto error = write_world(root.path(), options.shape); !error.empty()) {
    std::fprintf(stderr, "%s\n", error.c_str());
    return 1;
  }
  std::printf("%lu series, %.0f readings/s\n%-44s %10s %12s %10s %10s\n",
              static_cast<unsigned long>(options.shape.series()), options.rate, "", "CPU-s/min",
              "alert ms p50", "p99", "max");
  Firing ours;
  Firing theirs;
  if (!measure_cairn(options, root.path(), work.path() + "/data", ours)) return 1;
  const bool peer = !find_program("victoria-metrics").empty();
  if (!peer) std::printf("victoria-metrics: not installed: skipped\n");
  for (const bool ask : {false, true}) {
    const TemporaryDirectory own;
    if (peer && !measure_victoria(options, own.path(), ask, theirs)) return 1;
  }
  return same(ours, theirs, options.seconds, peer) ? 0 : 1;
}

}  // namespace
}  // namespace cairn::bench

int main(int count, char** words) {
  cairn::bench::Options options;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const char* value = i + 1 < count ? words[i + 1] : "";
    if (word == "--small") {
      options.shape = {1'000, 3};
      options.seconds = 3;
      options.rate = 5'000;
      continue;
    }
    if (word == "--cairn") options.cairn = value;
    if (word == "--series") {
      options.shape.stations = static_cast<std::uint32_t>(std::strtoul(value, nullptr, 10) /
                                                          cairn::bench::property_count);
    }
    if (word == "--seconds") options.seconds = std::strtod(value, nullptr);
    if (word == "--rate") options.rate = std::strtod(value, nullptr);
    ++i;
  }
  return cairn::bench::run(options);
}
