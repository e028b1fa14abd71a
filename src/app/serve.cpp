// SPDX-License-Identifier: Apache-2.0
#include "app/serve.hpp"

#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "app/context.hpp"
#include "app/demo_clock.hpp"
#include "core/text.hpp"
#include "server/serve.hpp"
#include "store/postgres_registry.hpp"
#include "store/retention.hpp"

namespace cairn::app {
namespace {

const OptionSpec serve_options[] = {
    {"address", "<ip>", "listen here (default: 127.0.0.1; elsewhere needs a token)"},
    {"port", "<number>", "port (default: 8080; 0: any free one)"},
    {"token", "<secret>", "bearer token for writing (default: environment CAIRN_TOKEN)"},
    {"behind-proxy", "", "a reverse proxy with TLS is the only one that reaches this server"},
    {"web", "<folder>", "the built console (default: web/dist in the root)"},
    {"mqtt-port", "<number>", "port of the MQTT door (default: 1883, or a free one)"},
    {"coap-port", "<number>", "UDP port of the CoAP door (default: none; often 5683)"},
    {"coaps-port", "<number>", "the same with DTLS and the keys of live/psk.csv (often 5684)"},
    {"hj212-port", "<number>", "TCP port of the HJ 212 door (default: none; often 9212)"},
    {"coap-insecure", "", "plain CoAP also where other machines reach it"},
    {"demo", "", "the packs' series arrive as if they happened now, at first 600 times faster"},
    {"parent", "", "takes readings in for shards, and adds up what they find (needs --nats)"},
    {"shard", "<codes>", "serves the things of these prefectures, for a parent (needs --nats)"},
    {"nats", "<url>", "NATS server with JetStream between parent and shards"},
    {"registry", "<url>", "imports in PostgreSQL (postgresql://…; default: a file in --data)"},
    {"home", "<region>", "the region shown first (default: panxi)"},
    {"keep", "<spans>", "how long readings stay: raw=400d,1h=10y (default: all, for ever)"},
    root_option,
    data_option,
};

// `cairn check` lists all; a few are shown so that nobody is surprised. What a shard missed of its
// stream stands among the warnings.
void print_load(const Context& context, const Problems& problems) {
  for (const auto* list : {&problems.errors, &problems.warnings}) {
    std::size_t shown = 0;
    for (const Error& error : *list) {
      if (++shown > 10) break;
      print_error(context, error);
    }
  }
  if (!problems.ok()) {
    std::fprintf(stderr, "%zu errors in the data; `cairn check` shows all. The rest is served.\n",
                 problems.errors.size());
  }
}

// A demonstration begins two weeks back and reaches the present in about half an hour.
constexpr std::int64_t demo_back_ns = 14 * ns_per_day;
constexpr double demo_speed = 600;
constexpr int exit_disk = 74;  // EX_IOERR of sysexits.h

void announce(const server::ServeOptions& options, const server::Running& running, bool demo) {
  const std::string host = options.address.find(':') == std::string::npos
                               ? options.address
                               : "[" + options.address + "]";
  std::printf("Cairn serves %s at http://%s:%u\n", options.home.c_str(), host.c_str(),
              running.port());
  std::printf("MQTT at %s port %u\n", host.c_str(), running.mqtt_port());
  if (running.coap_port() != 0) {
    std::printf("CoAP at %s port %u%s\n", host.c_str(), running.coap_port(),
                options.coap_insecure ? ", readable on its way" : "");
  }
  if (running.coaps_port() != 0) {
    std::printf("CoAP with DTLS at %s port %u\n", host.c_str(), running.coaps_port());
  }
  if (running.hj212_port() != 0) {
    std::printf("HJ 212 at %s port %u, readable on its way\n", host.c_str(), running.hj212_port());
  }
  if (demo) {
    std::puts("Demonstration: the packs' own series arrive as if they happened now.");
  }
  if (options.token.empty()) {
    std::puts("Imports over HTTP need a token: start with --token or CAIRN_TOKEN.");
  }
  std::fflush(stdout);
}

// Every connection is a file: as many as the system lets this process have.
unsigned long raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : before;
}

// What is on disk is whole; what was in memory is in doubt. The next start recovers.
void end_at_once(const Error& error) {
  std::fprintf(stderr, "the disk did not keep its word: %s\nCairn ends; start it again.\n",
               to_string(error).c_str());
  std::_Exit(exit_disk);
}

// When the demonstration of this data directory was first started.
Result<Instant> demo_begun(const Context& context) {
  const std::string path = context.data + "/demonstration";
  if (context.files->exists(path)) {
    const auto text = context.files->read(path);
    if (!text) return fail(text.error());
    return parse_instant(trim(*text));
  }
  const Instant now = context.clock->now();
  if (auto made = context.files->make_directory(context.data); !made) return fail(made.error());
  if (auto kept = context.files->replace(path, to_string(now) + "\n"); !kept) {
    return fail(kept.error());
  }
  return now;
}

// A port that an option names; nothing, with the error printed, when it is none.
std::optional<std::uint16_t> read_port(const Context& context, const Args& args, const char* name,
                                       const char* otherwise = "0") {
  const auto port = parse_integer(args.get(name, otherwise));
  if (port && *port >= 0 && *port <= 65535) return static_cast<std::uint16_t>(*port);
  print_error(context, {Code::invalid, format("--{} is a number from 0 to 65535", name), {}});
  return std::nullopt;
}

bool read_doors(const Context& context, const Args& args, server::ServeOptions& options) {
  const auto http = read_port(context, args, "port", "8080");
  const auto mqtt = read_port(context, args, "mqtt-port", "1883");
  const auto coap = read_port(context, args, "coap-port");
  const auto coaps = read_port(context, args, "coaps-port");
  const auto hj212 = read_port(context, args, "hj212-port");
  if (!http || !mqtt || !coap || !coaps || !hj212) return false;
  if (args.has("hj212-port")) options.hj212_port = hj212;
  options.port = *http;
  options.mqtt_port = mqtt;
  options.any_mqtt_port = !args.has("mqtt-port");
  if (args.has("coap-port")) options.coap_port = coap;
  if (args.has("coaps-port")) options.coaps_port = coaps;
  options.coap_insecure = args.has("coap-insecure");
  return true;
}

// The options of one process among several.
bool read_several(const Context& context, const Args& args, server::ServeOptions& options) {
  const bool parent = args.has("parent");
  const bool shard = args.has("shard");
  std::string wrong;
  if (parent && shard) wrong = "--parent and --shard exclude each other";
  if ((parent || shard) && !args.has("nats")) wrong = "--parent and --shard need --nats <url>";
  if (args.has("nats") && !parent && !shard) wrong = "--nats goes with --parent or --shard";
  if (shard && args.has("demo")) wrong = "--demo is for the parent: its readings reach the shards";
  if (args.has("registry") && !store::is_postgres_url(args.get("registry"))) {
    wrong = "--registry is the address of a PostgreSQL database: postgresql://user@host/database";
  }
  if (!wrong.empty()) {
    print_error(context, {Code::invalid, std::move(wrong), {}});
    return false;
  }
  options.nats = args.get("nats");
  options.shard = args.get("shard");
  options.registry = args.get("registry");
  return true;
}

}  // namespace

const CommandSpec serve_command = {
    "serve",
    "",
    "Serves the region: console, JSON API, SensorThings, OGC API Features, tiles.",
    0,
    0,
    serve_options,
    "cairn serve --port 8080"};

int run_serve(const Args& args) {
  auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  server::ServeOptions options;
  options.address = args.get("address", "127.0.0.1");
  options.token = args.get("token");
  if (const char* token = std::getenv("CAIRN_TOKEN"); options.token.empty() && token != nullptr) {
    options.token = token;
  }
  options.root = context->root;
  options.home = args.get("home", "panxi");
  auto retention = store::parse_retention(args.get("keep"));
  if (!retention) {
    print_error(*context, {Code::invalid, retention.error().message, "--keep"});
    return exit_usage;
  }
  options.retention = std::move(*retention);
  options.live = true;
  options.study = true;
  if (!read_several(*context, args, options)) return exit_usage;
  if (!read_doors(*context, args, options)) return exit_usage;
  options.behind_proxy = args.has("behind-proxy");
  options.true_clock = context->clock.get();
  options.fatal = end_at_once;
  options.environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  options.web_directory = args.get("web", context->root + "/web/dist");
  if (!context->files->exists(options.web_directory + "/index.html")) {
    std::fprintf(stderr, "no console at %s; the API is served without it\n",
                 options.web_directory.c_str());
    options.web_directory.clear();
  }
  // The signals are taken by sigwait below, in this thread alone.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::fprintf(stderr, "%lu files and connections may be open at once\n", raise_file_limit());
  Problems problems;
  options.data_directory = context->data;
  std::optional<DemoClock> demo;
  if (args.has("demo")) {
    const auto begun = demo_begun(*context);
    if (!begun) return report(*context, begun.error());
    demo.emplace(*context->clock, *begun, *begun - demo_back_ns, demo_speed);
    options.rehearse = *begun - demo_back_ns;
    options.clock_speed = [&demo] { return demo->speed(); };
  }
  const Clock& clock = demo ? static_cast<const Clock&>(*demo) : *context->clock;
  const auto running = server::serve(options, *context->files, clock, problems);
  if (!running) return report(*context, running.error());
  print_load(*context, problems);
  announce(options, **running, demo.has_value());
  int signal = 0;
  sigwait(&signals, &signal);
  (*running)->stop();
  return exit_ok;
}

}  // namespace cairn::app
