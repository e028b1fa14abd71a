// SPDX-License-Identifier: Apache-2.0
#include "app/simulate_send.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "app/context.hpp"
#include "app/simulate_deploy.hpp"
#include "app/simulate_door.hpp"
#include "app/simulate_rows.hpp"
#include "core/text.hpp"
#include "model/workspace.hpp"
#include "simulate/device.hpp"

namespace cairn::app {
namespace {

using Steady = std::chrono::steady_clock;

const OptionSpec send_options[] = {
    {"to", "<url>", "the server (default: http://127.0.0.1:8080)"},
    {"token", "<secret>", "bearer token (default: environment CAIRN_TOKEN)"},
    {"speed", "<factor>", "how much faster than it happened (default: 1)"},
    {"for", "<span>", "how long to send (default: until the pack's rows end; of a kind 10min)"},
    {"thing", "<id>", "of a kind: the thing whose device it is, marked as simulated"},
    {"map", "<output=property,…>", "of a kind: what is sent (default: every output)"},
    {"with", "<parameter=value,…>", "of a kind: its parameters"},
    {"seed", "<number>", "of a kind: the seed (default: 1)"},
    {"every", "<span>", "of a kind: between two readings (default: 10s)"},
    root_option,
};
const OptionSpec feed_options[] = {
    {"to", "<url>", "the server (default: http://127.0.0.1:8080)"},
    {"token", "<secret>", "bearer token (default: environment CAIRN_TOKEN)"},
    {"every", "<span>", "each thing says everything once in this time (default: 1min)"},
    {"for", "<span>", "how long to send (default: 10min)"},
    {"batch", "<things>", "things in one message (default: 100)"},
    {"connections", "<number>", "messages on the way at a time (default: 4)"},
    root_option,
};

// One message and when it is due, seconds from the start.
struct Message {
  double due_s = 0;
  std::string senml;
  std::size_t readings = 0;
};

SimulateDoor door_of(const Args& args) {
  const char* token = std::getenv("CAIRN_TOKEN");
  return {args.get("to", "http://127.0.0.1:8080"),
          args.get("token", token == nullptr ? "" : token)};
}

Result<double> number_option(const Args& args, std::string_view name, double otherwise,
                             double least, double most) {
  if (!args.has(name)) return otherwise;
  const auto value = parse_number(args.get(name));
  if (value && *value >= least && *value <= most) return *value;
  return fail(Code::invalid,
              format("must be a number from {} to {}", number_text(least), number_text(most)),
              format("--{}", name));
}

Result<double> seconds_option(const Args& args, std::string_view name, double otherwise) {
  if (!args.has(name)) return otherwise;
  const auto span = parse_span(args.get(name));
  if (!span) return fail(span.error().code, span.error().message, format("--{}", name));
  if (span->ns <= 0) return fail(Code::invalid, "must be an exact span: 10s", format("--{}", name));
  return static_cast<double>(span->ns) / 1e9;
}

Status check_things(const SimulateDoor& door, const std::vector<SimulatedTable>& tables) {
  for (const SimulatedTable& table : tables) {
    if (auto known = door.check_simulated(table.thing); !known) return known;
  }
  return {};
}

// The rows of all tables in order of time, those of one instant in one message.
std::vector<Message> messages_of(const std::vector<SimulatedTable>& tables,
                                 const std::vector<std::string>& units, double speed) {
  struct At {
    Instant time;
    const SimulatedTable* table;
    const SimulatedRow* row;
  };
  std::vector<At> rows;
  for (const SimulatedTable& table : tables) {
    // A reading that covers a time is known at its end.
    for (const SimulatedRow& row : table.rows) rows.push_back({row.time.end, &table, &row});
  }
  std::ranges::stable_sort(rows, {}, &At::time);
  std::vector<Message> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double due_s = static_cast<double>(rows[i].time.ns - rows[0].time.ns) / 1e9 / speed;
    if (i == 0 || rows[i].time != rows[i - 1].time) out.push_back({due_s, "[", 0});
    for (std::size_t p = 0; p < rows[i].row->values.size(); ++p) {
      if (!rows[i].row->values[p]) continue;
      append_record(out.back().senml, rows[i].table->thing, rows[i].table->properties[p],
                    p < units.size() ? units[p] : std::string(), *rows[i].row->values[p]);
      ++out.back().readings;
    }
  }
  for (Message& message : out) message.senml += "]";
  return out;
}

Result<std::vector<Message>> of_pack(const Context& context, const Args& args,
                                     const SimulateDoor& door, double speed) {
  Problems problems;
  const auto workspace = model::load_workspace(*context.files, {context.root, "panxi"}, problems);
  if (!workspace) return fail(workspace.error());
  const model::PackDef* pack = workspace->catalog->pack(args.words[0]);
  if (pack == nullptr) {
    return fail(Code::not_found,
                format("'{}' is neither a pack nor a kind of simulated device", args.words[0]));
  }
  const auto tables = simulated_tables(workspace->records.observations, pack->id,
                                       args.words.size() > 1 ? args.words[1] : "");
  if (tables.empty()) return fail(Code::not_found, "there is no simulated series of that");
  if (auto known = check_things(door, tables); !known) return fail(known.error());
  return messages_of(tables, {}, speed);
}

Result<std::vector<Message>> of_kind(const simulate::Kind& kind, const Args& args,
                                     const SimulateDoor& door, double speed) {
  if (!args.has("thing")) return fail(Code::invalid, "say whose device it is", "--thing");
  const auto every_s = seconds_option(args, "every", 10);
  if (!every_s) return fail(every_s.error());
  const auto for_s = seconds_option(args, "for", 600);
  if (!for_s) return fail(for_s.error());
  const auto seed = number_option(args, "seed", 1, 0, 1e15);
  if (!seed) return fail(seed.error());
  const auto with = parse_values(args.get("with"));
  if (!with) return fail(with.error());
  const auto map = parse_map(args.get("map"));
  if (!map) return fail(map.error());
  simulate::Setting setting;
  setting.seed = static_cast<std::uint64_t>(*seed);
  setting.zone = Zone{8 * 3600};
  setting.from = start_of({2024, 7, 1}, setting.zone);
  setting.to = setting.from + static_cast<std::int64_t>(*for_s * speed * 1e9);
  setting.every_ns = static_cast<std::int64_t>(*every_s * 1e9);
  setting.with = *with;
  const auto rows = simulate::run(kind, setting);
  if (!rows) return fail(rows.error());
  SimulatedTable table{args.get("thing"), {}, {}};
  std::vector<std::size_t> outputs;
  std::vector<std::string> units;
  for (std::size_t i = 0; i < kind.outputs.size(); ++i) {
    const auto named = std::ranges::find(*map, std::string(kind.outputs[i].name),
                                         &std::pair<std::string, std::string>::first);
    if (!map->empty() && named == map->end()) continue;
    table.properties.push_back(map->empty() ? std::string(kind.outputs[i].name) : named->second);
    units.emplace_back(kind.outputs[i].unit);
    outputs.push_back(i);
  }
  if (outputs.size() < map->size()) {
    return fail(Code::invalid, format("'{}' has no output of one of these names", kind.id),
                "--map");
  }
  for (std::size_t i = 0; i < rows->times.size(); ++i) {
    SimulatedRow row{{rows->times[i], rows->times[i]}, {}};
    for (const std::size_t output : outputs) {
      const double value = rows->columns[output][i];
      row.values.push_back(std::isnan(value) ? std::nullopt : std::optional(value));
    }
    table.rows.push_back(std::move(row));
  }
  if (auto known = check_things(door, {table}); !known) return fail(known.error());
  return messages_of({table}, units, speed);
}

int send_all(const Context& context, const SimulateDoor& door, const std::vector<Message>& messages,
             double for_s) {
  const auto start = Steady::now();
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  for (const Message& message : messages) {
    if (message.due_s > for_s) break;
    if (message.readings == 0) continue;
    std::this_thread::sleep_until(start + std::chrono::duration_cast<Steady::duration>(
                                              std::chrono::duration<double>(message.due_s)));
    const auto taken = door.post(message.senml);
    if (!taken) return report(context, taken.error());
    accepted += taken->accepted;
    refused += taken->refused;
    if (!taken->reason.empty()) {
      std::fprintf(stderr, "refused: %s\n", taken->reason.c_str());
    }
  }
  print_out(format("{} simulated readings acknowledged, {} refused\n", accepted, refused));
  return refused == 0 ? exit_ok : exit_failed;
}

// Sends what all things of a deployment say, spread evenly over every period.
class Feeder {
 public:
  Feeder(const SimulateDoor& door, const std::vector<Script>& scripts,
         const std::vector<FedThing>& things, std::size_t batch, double every_s)
      : door_(door), scripts_(scripts), things_(things), batch_(batch), every_s_(every_s) {}

  void run(std::size_t connections, double for_s) {
    start_ = Steady::now();
    std::vector<std::thread> threads;
    for (std::size_t c = 0; c < connections; ++c) {
      threads.emplace_back([=, this] { feed(c, connections, for_s); });
    }
    for (std::thread& thread : threads) thread.join();
  }

  std::string report() {
    std::ranges::sort(ack_ms_);
    const auto at = [&](double share) {
      return ack_ms_.empty() ? 0.0
                             : ack_ms_[static_cast<std::size_t>(
                                   share * static_cast<double>(ack_ms_.size() - 1))];
    };
    std::string out = format(
        "{} simulated readings acknowledged, {} refused, {} messages, {} failed; acknowledged "
        "within {:.1f} ms (p50), {:.1f} ms (p95), {:.1f} ms (p99); at most {:.2f} s late\n",
        accepted_, refused_, ack_ms_.size(), failed_, at(0.5), at(0.95), at(0.99), late_s_);
    if (!reason_.empty()) out += format("the first refused: {}\n", reason_);
    return out;
  }
  bool good() const { return failed_ == 0 && refused_ == 0; }

 private:
  void feed(std::size_t first, std::size_t step, double for_s) {
    const std::size_t batches = (things_.size() + batch_ - 1) / batch_;
    for (std::size_t tick = 0;; ++tick) {
      for (std::size_t b = first; b < batches; b += step) {
        const double due_s = every_s_ * (static_cast<double>(tick) +
                                         static_cast<double>(b) / static_cast<double>(batches));
        if (due_s >= for_s) return;
        send(b, tick, due_s);
      }
      if (first >= batches) return;
    }
  }

  void send(std::size_t b, std::size_t tick, double due_s) {
    std::string senml = "[";
    for (std::size_t i = b * batch_; i < std::min(things_.size(), (b + 1) * batch_); ++i) {
      append_senml(senml, things_[i], scripts_[things_[i].script], tick);
    }
    senml += "]";
    std::this_thread::sleep_until(start_ + std::chrono::duration_cast<Steady::duration>(
                                               std::chrono::duration<double>(due_s)));
    const auto began = Steady::now();
    const auto taken = door_.post(senml);
    const std::chrono::duration<double> took = Steady::now() - began;
    const std::chrono::duration<double> since = began - start_;
    const std::lock_guard lock(mutex_);
    late_s_ = std::max(late_s_, since.count() - due_s);
    if (!taken) {
      ++failed_;
      if (reason_.empty()) reason_ = to_string(taken.error());
      return;
    }
    accepted_ += taken->accepted;
    refused_ += taken->refused;
    if (reason_.empty()) reason_ = taken->reason;
    ack_ms_.push_back(took.count() * 1000);
  }

  const SimulateDoor& door_;
  const std::vector<Script>& scripts_;
  const std::vector<FedThing>& things_;
  std::size_t batch_;
  double every_s_;
  Steady::time_point start_;
  std::mutex mutex_;  // of what follows
  std::uint64_t accepted_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t failed_ = 0;
  double late_s_ = 0;
  std::string reason_;
  std::vector<double> ack_ms_;
};

struct FeedPlan {
  double every_s = 60;
  double for_s = 600;
  std::size_t batch = 100;
  std::size_t connections = 4;
};

Result<FeedPlan> feed_plan(const Args& args) {
  const auto every = seconds_option(args, "every", 60);
  if (!every) return fail(every.error());
  const auto time = seconds_option(args, "for", 600);
  if (!time) return fail(time.error());
  const auto batch = number_option(args, "batch", 100, 1, 1000);
  if (!batch) return fail(batch.error());
  const auto connections = number_option(args, "connections", 4, 1, 64);
  if (!connections) return fail(connections.error());
  return FeedPlan{*every, *time, static_cast<std::size_t>(*batch),
                  static_cast<std::size_t>(*connections)};
}

}  // namespace

const CommandSpec simulate_send_command = {
    "simulate send",
    "<pack> [thing] | <kind>",
    "Sends readings of simulated devices to a running server as they would come.",
    1,
    2,
    send_options,
    "cairn simulate send slope_water --thing sim:slope:1 --with rain_rate=30 --speed 60"};
const CommandSpec simulate_feed_command = {
    "simulate feed",
    "<things.csv>",
    "Sends what all things of a simulated deployment say.",
    1,
    1,
    feed_options,
    "cairn simulate feed deployment/things.csv --every 1min --for 10min"};

Result<std::vector<std::pair<std::string, std::string>>> parse_map(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const std::string_view part : split(text, ',')) {
    if (trim(part).empty()) continue;
    const std::size_t equals = part.find('=');
    const std::string_view from = trim(part.substr(0, equals));
    const std::string_view to =
        equals == std::string_view::npos ? from : trim(part.substr(equals + 1));
    if (!is_identifier(from) || !is_identifier(to)) {
      return fail(Code::invalid, format("'{}' is not output=property", part), "--map");
    }
    out.emplace_back(from, to);
  }
  return out;
}

Result<std::vector<std::pair<std::string, double>>> parse_values(std::string_view text) {
  std::vector<std::pair<std::string, double>> out;
  for (const std::string_view part : split(text, ',')) {
    if (trim(part).empty()) continue;
    const std::size_t equals = part.find('=');
    const auto value = equals == std::string_view::npos
                           ? std::nullopt
                           : parse_number(trim(part.substr(equals + 1)));
    if (!value) return fail(Code::invalid, format("'{}' is not parameter=number", part), "--with");
    out.emplace_back(trim(part.substr(0, equals)), *value);
  }
  return out;
}

int run_simulate_send(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  const SimulateDoor door = door_of(args);
  const auto speed = number_option(args, "speed", 1, 0.001, 1e6);
  if (!speed) return report(*context, speed.error());
  const auto for_s = seconds_option(args, "for", 1e9);
  if (!for_s) return report(*context, for_s.error());
  const simulate::Kind* kind = simulate::kind(args.words[0]);
  const auto messages =
      kind != nullptr ? of_kind(*kind, args, door, *speed) : of_pack(*context, args, door, *speed);
  if (!messages) return report(*context, messages.error());
  return send_all(*context, door, *messages, *for_s);
}

int run_simulate_feed(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  const auto plan = feed_plan(args);
  if (!plan) return report(*context, plan.error());
  const auto text = context->files->read(args.words[0]);
  if (!text) return report(*context, text.error());
  Problems problems;
  const auto workspace = model::load_workspace(*context->files, {context->root, "panxi"}, problems);
  if (!workspace) return report(*context, workspace.error());
  const std::vector<Script> scripts = make_scripts(*workspace);
  const auto things = fed_things(*text, scripts);
  if (!things) return report(*context, things.error());
  const SimulateDoor door = door_of(args);
  std::size_t readings = 0;
  std::vector<bool> seen(scripts.size());
  for (const FedThing& thing : *things) {
    readings += scripts[thing.script].rows.properties.size();
    if (seen[thing.script]) continue;
    seen[thing.script] = true;
    if (auto known = door.check_simulated(thing.id); !known) return report(*context, known.error());
  }
  if (things->empty())
    return report(*context, {Code::not_found, "no thing of it has a script", {}});
  print_out(format("{} things of {} types, at most {} readings every {} s\n", things->size(),
                   std::ranges::count(seen, true), readings, number_text(plan->every_s)));
  std::fflush(stdout);
  Feeder feeder(door, scripts, *things, plan->batch, plan->every_s);
  feeder.run(plan->connections, plan->for_s);
  print_out(feeder.report());
  return feeder.good() ? exit_ok : exit_failed;
}

}  // namespace cairn::app
