// SPDX-License-Identifier: Apache-2.0
// How many observations come to the disk, at what cost, and how soon is an alarm seen? The real
// server over a generated province, loads over loopback, VictoriaMetrics and mosquitto beside it.
//
//   bench_ingest --cairn build/cairn [--series 1000000] [--seconds 10] [--only http/influx/500]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "answers.hpp"
#include "core/text.hpp"
#include "load.hpp"
#include "process.hpp"

namespace cairn::bench {
namespace {

struct Options {
  std::string cairn = "build/cairn";
  WorldShape shape;
  double seconds = 10;
  std::string only;  // part of a case's name
  bool small = false;
};

struct Case {
  const char* name;
  Protocol protocol;
  Wire wire;
  std::uint32_t stations;  // a message
  std::uint32_t connections;
  std::uint32_t window;
};
constexpr Case batched[] = {
    {"http/senml-json/50", Protocol::http, Wire::senml_json, 10, 50, 8},
    {"http/senml-json/500", Protocol::http, Wire::senml_json, 100, 16, 2},
    {"http/senml-cbor/50", Protocol::http, Wire::senml_cbor, 10, 50, 8},
    {"http/senml-cbor/500", Protocol::http, Wire::senml_cbor, 100, 16, 2},
    {"http/influx/50", Protocol::http, Wire::influx, 10, 50, 8},
    {"http/influx/500", Protocol::http, Wire::influx, 100, 16, 2},
    {"mqtt311/senml-cbor/50", Protocol::mqtt311, Wire::senml_cbor, 10, 50, 16},
    {"mqtt311/influx/500", Protocol::mqtt311, Wire::influx, 100, 50, 4},
    {"mqtt5/senml-json/50", Protocol::mqtt5, Wire::senml_json, 10, 50, 16},
    {"mqtt5/influx/50", Protocol::mqtt5, Wire::influx, 10, 50, 16},
};

std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

bool failed(const char* what, const LoadResult& result) {
  if (result.failure.empty() && result.refused == 0) return false;
  std::fprintf(stderr, "%s: %s\n", what, result.failure.c_str());
  return true;
}

class Bench {
 public:
  explicit Bench(const Options& options) : options_(options) {}

  int run() {
    if (auto error = write_world(root_.path(), options_.shape); !error.empty()) {
      std::fprintf(stderr, "%s\n", error.c_str());
      return 1;
    }
    std::printf("%lu series, %.0f s a case\n\n",
                static_cast<unsigned long>(options_.shape.series()), options_.seconds);
    bool ok = section("answers", [&] { return compare_answers(); });
    ok = section("batches", [&] { return measure_batches(); }) && ok;
    ok = section("replay", [&] { return measure_replay(); }) && ok;
    ok = section("singles", [&] { return measure_singles(); }) && ok;
    ok = section("request", [&] { return measure_requests(); }) && ok;
    ok = section("latency", [&] { return measure_latency(); }) && ok;
    return ok ? 0 : 1;
  }

 private:
  bool section(const std::string& name, const std::function<bool()>& work) const {
    const std::string part = options_.only.substr(0, options_.only.find(':'));
    return part.empty() || part == name ? work() : true;
  }
  bool wanted(std::string_view name) const {
    const std::size_t colon = options_.only.find(':');
    return colon == std::string::npos ||
           name.find(std::string_view(options_.only).substr(colon + 1)) != std::string_view::npos;
  }
  CairnServer cairn() {
    return start_cairn(options_.cairn, root_.path(),
                       work_.path() + "/data" + std::to_string(++data_));
  }
  void forget_data() const {
    std::error_code ec;
    std::filesystem::remove_all(work_.path() + "/data" + std::to_string(data_), ec);
  }
  LoadPlan plan_of(const Case& c) const {
    LoadPlan plan;
    plan.cut = {options_.shape, c.wire, c.stations};
    plan.protocol = c.protocol;
    plan.connections = c.connections;
    plan.window = c.window;
    plan.seconds = options_.seconds;
    // Readings of the last hours, ten seconds apart: windows hold what windows of stations hold.
    plan.step_ms = 10'000;
    plan.start_ms = wall_ms() / 10'000 * 10'000 - 700 * plan.step_ms;
    plan.rounds = 690;
    return plan;
  }

  // What is sent is there: count and check sum, asked of both servers through their own doors.
  bool compare_answers() {
    CairnServer server = cairn();
    Peer victoria = start_victoria(work_.path());
    if (!server.ok()) return false;
    LoadPlan plan = plan_of(batched[4]);
    plan.rounds = 5;
    plan.port = server.http_port;
    plan.path = "/write";
    if (failed("answers", run_load(plan))) return false;
    wait_until_applied(server);
    if (victoria.ok()) {
      plan.port = victoria.port;
      if (failed("answers of victoria-metrics", run_load(plan))) return false;
      http_get(victoria.port, "/internal/force_flush");
    }
    const Sent sent{options_.shape, plan.rounds, plan.start_ms, plan.step_ms};
    std::size_t compared = 0;
    const std::uint32_t stride = std::max(1U, options_.shape.stations / 40);
    for (std::uint32_t station = 0; station < options_.shape.stations; station += stride) {
      for (std::size_t p = 0; p < property_count; ++p, ++compared) {
        const Sum expected = expected_sum(sent, station, p);
        const bool ours = cairn_sum(sent, server.http_port, station, p) == expected;
        const bool theirs = !victoria.ok() || victoria_sum(victoria.port, station, p) == expected;
        if (ours && theirs) continue;
        std::fprintf(stderr, "%s %s: %s has other points than were sent\n",
                     station_id(station).c_str(), std::string(property_names[p]).c_str(),
                     ours ? "victoria-metrics" : "cairn");
        return false;
      }
    }
    const double taken = metric(server.http_port, "cairn_live_readings_total");
    const double wanted = static_cast<double>(options_.shape.series()) * plan.rounds;
    if (taken != wanted) {
      std::fprintf(stderr, "%.0f readings were taken, %.0f sent\n", taken, wanted);
      return false;
    }
    std::printf(
        "answers: %.0f readings sent; points and check sums of %zu series agree: cairn%s\n\n",
        wanted, compared,
        victoria.ok() ? ", victoria-metrics" : " (victoria-metrics: not installed: skipped)");
    forget_data();
    return true;
  }

  static void print_head() {
    std::printf("%-30s %10s %10s %9s %9s %9s %8s\n", "case", "obs/s", "applied/s", "CPU-s/M",
                "new/s", "new CPU", "peak MB");
  }
  static void print_row(const std::string& name, const LoadPlan& plan, const LoadResult& first,
                        double first_cpu, const LoadResult& result, double drain_s, double cpu_s,
                        const Process& process) {
    const double per = plan.cut.readings();
    const double readings = static_cast<double>(result.acknowledged) * per;
    const double fresh = static_cast<double>(first.acknowledged) * per;
    std::printf("%-30s %10.0f %10.0f %9.3f %9.0f %9.3f %8.0f\n", name.c_str(),
                readings / result.seconds, readings / (result.seconds + drain_s),
                cpu_s / readings * 1e6, fresh / first.seconds, first_cpu / fresh * 1e6,
                static_cast<double>(process.peak_bytes()) / 1e6);
    if (result.throttled > 0) {
      std::printf("%30s %lu messages were told to come again\n", "",
                  static_cast<unsigned long>(result.throttled));
    }
    std::fflush(stdout);
  }

  bool measure_batch(const Case& c, const std::string& name, Process& process, LoadPlan plan,
                     const std::function<double()>& drain) {
    double cpu = process.cpu_s();
    LoadPlan first = plan;  // every series is new
    first.rounds = 1;
    first.seconds = 120;
    const LoadResult fresh = run_load(first);
    if (failed(c.name, fresh)) return false;
    drain();
    const double fresh_cpu = process.cpu_s() - cpu;
    cpu = process.cpu_s();
    plan.first_round = 1;
    const LoadResult result = run_load(plan);
    if (failed(c.name, result)) return false;
    const double drain_s = drain();
    print_row(name, plan, fresh, fresh_cpu, result, drain_s, process.cpu_s() - cpu, process);
    return true;
  }

  bool measure_batches() {
    print_head();
    for (const Case& c : batched) {
      if (!wanted(c.name)) continue;
      CairnServer server = cairn();
      if (!server.ok()) return false;
      LoadPlan plan = plan_of(c);
      plan.port = c.protocol == Protocol::http ? server.http_port : server.mqtt_port;
      if (!measure_batch(c, c.name, server.process, plan,
                         [&] { return wait_until_applied(server); })) {
        return false;
      }
      server.process.stop(15);
      forget_data();
      if (c.protocol != Protocol::http || c.wire != Wire::influx) continue;
      Peer victoria = start_victoria(work_.path());
      if (!victoria.ok()) {
        std::printf("%-30s not installed: skipped\n", "victoria-metrics");
        continue;
      }
      plan.port = victoria.port;
      plan.path = "/write";
      if (!measure_batch(c, format("victoria-metrics {}", c.name), victoria.process, plan,
                         [] { return 0.0; })) {
        return false;
      }
      victoria.process.stop(15);
      std::error_code ec;
      std::filesystem::remove_all(work_.path() + "/victoria", ec);
    }
    std::printf("\n");
    return true;
  }

  // Killed, then started again over its log.
  bool measure_replay() {
    CairnServer server = cairn();
    if (!server.ok()) return false;
    LoadPlan plan = plan_of(batched[3]);
    plan.port = server.http_port;
    plan.seconds = 600;
    plan.rounds = static_cast<std::uint32_t>(
        std::max<std::uint64_t>(2, 10'000'000 / options_.shape.series()));
    if (options_.small) plan.rounds = 5;
    if (failed("replay", run_load(plan))) return false;
    wait_until_applied(server);
    server.process.stop(9);
    const double begin = now_s();
    server =
        start_cairn(options_.cairn, root_.path(), work_.path() + "/data" + std::to_string(data_));
    if (!server.ok()) return false;
    const double all_s = now_s() - begin;
    const double cpu_s = server.process.cpu_s();
    const double recovery_s = metric(server.http_port, "cairn_live_recovery_seconds");
    const double sent = static_cast<double>(options_.shape.series()) * plan.rounds;
    std::printf(
        "replay: log of %.1f M observations; recovery %.2f s (%.2f M/s), whole start %.2f s of "
        "which %.2f CPU-s, peak %.0f MB\n\n",
        sent / 1e6, recovery_s, sent / recovery_s / 1e6, all_s, cpu_s,
        static_cast<double>(server.process.peak_bytes()) / 1e6);
    forget_data();
    return true;
  }

  // One reading a message, QoS 1, a thousand connections.
  bool measure_singles() {
    const std::uint32_t connections = options_.small ? 50 : 1'000;
    std::printf("%-34s %10s %12s %8s\n", "single readings, QoS 1", "messages/s", "CPU us each",
                "peak MB");
    for (const Protocol protocol : {Protocol::mqtt311, Protocol::mqtt5}) {
      const char* name = protocol == Protocol::mqtt5 ? "cairn 5" : "cairn 3.1.1";
      if (!wanted(name)) continue;
      for (const std::uint32_t window : {1U, 16U}) {
        CairnServer server = cairn();
        if (!server.ok()) return false;
        if (!measure_single(format("{}, window {}", name, window), server.process, protocol,
                            server.mqtt_port, connections, window)) {
          return false;
        }
        forget_data();
      }
    }
    for (const std::uint32_t window : {1U, 16U}) {
      Peer mosquitto = start_mosquitto(work_.path());
      if (!mosquitto.ok()) {
        std::printf("%-34s not installed: skipped\n", "mosquitto");
        break;
      }
      if (!measure_single(format("mosquitto (not durable), window {}", window), mosquitto.process,
                          Protocol::mqtt311, mosquitto.port, connections, window)) {
        return false;
      }
    }
    std::printf("\n");
    return true;
  }

  bool measure_single(const std::string& name, const Process& process, Protocol protocol,
                      std::uint16_t port, std::uint32_t connections, std::uint32_t window) {
    LoadPlan plan;
    plan.cut = {options_.shape, Wire::plain, 1};
    plan.protocol = protocol;
    plan.port = port;
    plan.connections = connections;
    plan.window = window;
    plan.seconds = options_.seconds / 2;
    const double cpu = process.cpu_s();
    const LoadResult result = run_load(plan);
    if (failed(name.c_str(), result)) return false;
    std::printf("%-34s %10.0f %12.2f %8.0f\n", name.c_str(),
                static_cast<double>(result.acknowledged) / result.seconds,
                (process.cpu_s() - cpu) / static_cast<double>(result.acknowledged) * 1e6,
                static_cast<double>(process.peak_bytes()) / 1e6);
    std::fflush(stdout);
    return true;
  }

  // What a small request costs by itself: one reading, kept connections.
  bool measure_requests() {
    std::printf("%-34s %10s %12s\n", "single readings, HTTP keep-alive", "requests/s",
                "CPU us each");
    for (const std::uint32_t window : {1U, 8U}) {
      CairnServer server = cairn();
      if (!server.ok()) return false;
      LoadPlan plan;
      plan.cut = {options_.shape, Wire::single, 1};
      plan.port = server.http_port;
      plan.connections = 64;
      plan.window = window;
      plan.seconds = options_.seconds / 2;
      const double cpu = server.process.cpu_s();
      const LoadResult result = run_load(plan);
      if (failed("request", result)) return false;
      std::printf("%-34s %10.0f %12.2f\n", format("64 connections, window {}", window).c_str(),
                  static_cast<double>(result.acknowledged) / result.seconds,
                  (server.process.cpu_s() - cpu) / static_cast<double>(result.acknowledged) * 1e6);
      forget_data();
    }
    std::printf("\n");
    return true;
  }

  // Messages at fixed times; latencies count from then.
  bool measure_latency() {
    std::printf("%-40s %21s %31s %9s\n", "open loop, ms at p50 p99 p99.9", "due -> acknowledged",
                "due -> alert at a reader", "CPU");
    for (const double rate : {50e3, 200e3}) {
      for (const Protocol protocol : {Protocol::http, Protocol::mqtt311}) {
        const std::string name = format("{} obs/s, {}, 50 a message", rate,
                                        protocol == Protocol::http ? "http" : "mqtt311");
        if (wanted(name) && !measure_latency_of(name, rate, protocol)) return false;
      }
    }
    std::printf("\n");
    return true;
  }

  bool measure_latency_of(const std::string& name, double rate, Protocol protocol) {
    CairnServer server = cairn();
    if (!server.ok()) return false;
    LoadPlan plan = plan_of({"", protocol, Wire::senml_cbor, 10, 50, 64});
    plan.port = protocol == Protocol::http ? server.http_port : server.mqtt_port;
    plan.step_ms = 0;
    plan.rounds = 1;
    if (failed(name.c_str(), run_load(plan))) return false;  // the series are known then
    wait_until_applied(server);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    plan.rounds = 0;
    plan.first_round = 1;
    plan.messages_a_second = (options_.small ? rate / 10 : rate) / plan.cut.readings();
    plan.seconds = options_.small ? 2 : std::max(20.0, options_.seconds);
    plan.spike_every = 200;
    plan.events_port = server.http_port;
    const double cpu = server.process.cpu_s();
    LoadResult result = run_load(plan);
    if (failed(name.c_str(), result)) return false;
    std::printf("%-40s %6.2f %6.2f %7.2f %8.2f %6.2f %7.2f %7.3f/s\n", name.c_str(),
                percentile(result.ack_ms, 0.5), percentile(result.ack_ms, 0.99),
                percentile(result.ack_ms, 0.999), percentile(result.alert_ms, 0.5),
                percentile(result.alert_ms, 0.99), percentile(result.alert_ms, 0.999),
                (server.process.cpu_s() - cpu) / result.seconds);
    std::printf("%40s %lu messages, %lu alerts of %lu spikes; %.0f MB at the peak\n", "",
                static_cast<unsigned long>(result.acknowledged),
                static_cast<unsigned long>(result.alert_ms.size()),
                static_cast<unsigned long>(result.spikes),
                static_cast<double>(server.process.peak_bytes()) / 1e6);
    std::fflush(stdout);
    forget_data();
    if (result.alert_ms.size() == result.spikes) return true;
    std::fprintf(stderr, "%s: alerts are missing\n", name.c_str());
    return false;
  }

  const Options options_;
  TemporaryDirectory root_;
  TemporaryDirectory work_;
  int data_ = 0;
};

int run(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const char* value = i + 1 < count ? words[i + 1] : "";
    if (word == "--small") {
      options.small = true;
      options.shape = {400, 3};
      options.seconds = 0.3;
      continue;
    }
    if (word == "--cairn") options.cairn = value;
    if (word == "--series") {
      options.shape.stations =
          static_cast<std::uint32_t>(std::strtoul(value, nullptr, 10) / property_count);
    }
    if (word == "--seconds") options.seconds = std::strtod(value, nullptr);
    if (word == "--only") options.only = value;
    ++i;
  }
  return Bench(options).run();
}

}  // namespace
}  // namespace cairn::bench

int main(int count, char** words) {
  return cairn::bench::run(count, words);
}
