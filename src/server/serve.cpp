// SPDX-License-Identifier: Apache-2.0
#include "server/serve.hpp"

#include <chrono>
#include <cstdio>
#include <functional>
#include <limits>
#include <string_view>

#include "core/text.hpp"
#include "server/api.hpp"
#include "server/api_hj212.hpp"
#include "server/api_pack_coverage.hpp"
#include "server/api_sta_post.hpp"
#include "server/coverage_desk.hpp"
#include "server/device_desk.hpp"
#include "server/event_hub.hpp"
#include "server/http.hpp"
#include "server/imports.hpp"
#include "server/live_json.hpp"
#include "server/live_service.hpp"
#include "server/map_keeper.hpp"
#include "server/modbus_targets.hpp"
#include "server/overlay_queue.hpp"
#include "server/probe_desk.hpp"
#include "server/proxy.hpp"
#include "server/respond_service.hpp"
#include "server/service.hpp"
#include "server/shard_service.hpp"
#include "server/state.hpp"
#include "server/study.hpp"
#include "store/postgres_registry.hpp"
#include "watch/shard.hpp"

namespace cairn::server {
namespace {

// Readings and the passing of time both change what is the case.
std::function<std::uint64_t()> generation_of(LiveService& live) {
  return [&live] { return live.engine().generation(); };
}

// Of the coverage study, while somebody waits for the start or for an import: about 0.1 s.
constexpr std::size_t villages_at_once = 64;

// Of one answer by CoAP, in blocks of 1 KiB: about 20 kB.
constexpr std::size_t coap_alerts_most = 25;

constexpr double slow_end_s = 3;  // a part that takes longer to end is named

class Instance final : public Running {
 public:
  Instance(ServiceOptions options, const Clock& clock, Files& files, std::string data_directory,
           std::shared_ptr<const State> state, std::unique_ptr<store::Registry> registry,
           std::unique_ptr<ShardService> shard, std::unique_ptr<LiveService> live,
           std::shared_ptr<StudyDesk> study, std::unique_ptr<DeviceDesk> devices,
           std::unique_ptr<RespondService> respond)
      : study_(std::move(study)),
        devices_(std::move(devices)),
        shard_(std::move(shard)),
        live_(std::move(live)),
        respond_(std::move(respond)),
        service_(std::move(options), clock, files, std::move(state)),
        imports_(std::move(registry), service_, adopter()),
        coverage_(files, data_directory.empty() ? "" : data_directory + "/coverage") {
    if (live_) {
      live_->door().add_routes(service_.router());
      add_sta_post_routes(service_.router(), live_->door());
      service_.tell([this](const watch::LiveUpdate& update, const std::vector<Event>& events) {
        live_->tell(update, events);
      });
      service_.live(&live_->engine());
    }
    if (respond_) respond_->attach(service_);
    if (devices_) {
      devices_->attach(service_, imports_);
      add_device_routes(service_.router(), *devices_);
    }
    add_import_routes(service_.router(), imports_);
    add_coverage_routes(service_.router(), coverage_);
    add_pack_coverage_routes(service_.router(), files);
  }
  ~Instance() override { stop(); }

  Status listen(const HttpOptions& options) {
    if (live_) {
      if (auto opened = open_doors(); !opened) return opened;
    }
    auto http = HttpServer::start(
        options,
        {.admit = [this](const Request& head) { return service_.admit(head); },
         .handle =
             [this](Request request, Reply reply) {
               if (behind_proxy_) trust_proxy(request);
               if (OverlayQueue::concerns(*service_.state(), request)) {
                 return overlays_.take(std::move(request), std::move(reply));
               }
               service_.handle(std::move(request), std::move(reply));
             },
         .fail =
             [this](int status, std::string message) {
               return service_.transport_failure(status, std::move(message));
             },
         .quick = [this](std::string_view path) { return live_ && live_->door().quick(path); },
         .take =
             [this](const Request& request, Reply reply) {
               live_->door().take(request, service_.finishing(std::move(reply)));
             }});
    if (!http) return fail(http.error());
    http_ = std::move(*http);
    service_.watch(http_->counters());
    service_.events().wake_with([this] { http_->poke(); });
    if (live_) {
      if (auto runs = live_->run(); !runs) return runs;
      if (shard_) shard_->start(*live_);
    }
    if (respond_) respond_->run(alert_feed(), publisher());
    if (devices_) devices_->run();
    if (probe_) probe_->run();
    if (live_) map_.run();
    if (study_) study_->start([this] { (void)imports_.refresh(); });
    return {};
  }
  // Before listen(), as the next.
  void behind_proxy(bool yes) { behind_proxy_ = yes; }
  void probe(std::unique_ptr<ProbeDesk> desk) {
    probe_ = std::move(desk);
    probe_->attach(service_, imports_);
  }
  void ask_meters(Problems& problems) { live_->ask_meters(problems); }
  void rehearse(const watch::World& world, Instant start) {
    live_->rehearse(world, start, http_->port());
  }

  std::uint16_t port() const override { return http_->port(); }
  std::uint16_t mqtt_port() const override { return live_ ? live_->mqtt_port() : 0; }
  std::uint16_t coap_port() const override { return live_ ? live_->coap_port() : 0; }
  std::uint16_t hj212_port() const override {
    return live_ && live_->hj212() != nullptr ? live_->hj212()->port() : 0;
  }
  std::uint16_t coaps_port() const override { return live_ ? live_->coaps_port() : 0; }
  void stop() override {
    if (study_) end("the study", [this] { study_->stop(); });
    if (probe_) end("the probe", [this] { probe_->stop(); });
    end("the map's keeper", [this] { map_.stop(); });
    if (respond_) end("incidents and channels", [this] { respond_->stop(); });
    if (devices_) end("the register of devices", [this] { devices_->pause(); });
    // Doors and engine first: what waits for the disk is answered while HTTP still sends.
    if (shard_) end("the shards", [this] { shard_->stop_below(); });
    if (live_) end("the doors and the engine", [this] { live_->stop(); });
    if (shard_) end("the shards", [this] { shard_->stop(); });
    if (devices_) end("the register of devices", [this] { devices_->stop(); });
    service_.events().wake_with({});
    overlays_.stop();
    end("the coverage study", [this] { coverage_.stop(); });
    if (http_) end("HTTP", [this] { http_->stop(); });
  }

 private:
  // A part that keeps the end waiting is named: a slow end can be explained.
  static void end(const char* part, const std::function<void()>& stop) {
    const auto begun = std::chrono::steady_clock::now();
    stop();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    if (took.count() > slow_end_s) {
      std::fprintf(stderr, "stopping: %s took %.1f s\n", part, took.count());
    }
  }
  // Besides HTTP; before it, so that no request meets a half-made server.
  Status open_doors() {
    service_.add_figures([this](std::vector<Gauge>& gauges) { live_->add_figures(gauges); });
    if (respond_) {
      service_.add_figures([this](std::vector<Gauge>& gauges) { respond_->add_figures(gauges); });
    }
    if (devices_) {
      service_.add_figures([this](std::vector<Gauge>& gauges) { devices_->add_figures(gauges); });
    }
    for (const model::Alert& alert : open_alerts(std::numeric_limits<std::size_t>::max())) {
      live_->tell_open(alert, json_text(alert_json(alert, *service_.state())));
    }
    if (auto opened = live_->open_hj212(*service_.state()->workspace->catalog); !opened) {
      return opened;
    }
    if (devices_ && live_->hj212() != nullptr) {
      add_hj212_routes(service_.router(), *devices_, *live_->hj212());
    }
    return live_->open_coap([this] { return coap_alerts(); });
  }
  std::vector<model::Alert> open_alerts(std::size_t limit) const {
    watch::AlertQuery query;
    query.limit = limit;
    return live_->engine().alerts(query).alerts;
  }
  // The newest that are open, as small devices read them.
  std::string coap_alerts() const {
    const auto state = service_.state();
    Json list = Json::array();
    for (const model::Alert& alert : open_alerts(coap_alerts_most)) {
      list.push_back(alert_json(alert, *state));
    }
    return json_text(list);
  }
  RespondService::Feed alert_feed() {
    if (!live_) return {};
    return [this](std::uint64_t after, std::size_t most) {
      return live_->engine().alert_changes(after, most);
    };
  }
  RespondService::Publish publisher() {
    if (!live_ || live_->mqtt_port() == 0) return {};
    return [this](std::string_view topic, std::string_view payload, bool retain) {
      return live_->publish(topic, payload, retain);
    };
  }
  ImportDesk::Adopt adopter() {
    if (!live_) return {};
    return [this](std::shared_ptr<const watch::World> world,
                  const model::Records& imported) -> Result<std::shared_ptr<const State>> {
      auto served = live_->adopt(std::move(world));
      if (!served) return fail(served.error());
      auto state = build_state(std::move(*served), imported, service_.true_clock().now(),
                               generation_of(*live_));
      if (shard_ && shard_->parent()) state->present = &live_->engine();
      if (respond_) respond_->rebind(state->workspace, state->base->snapshot());
      return std::shared_ptr<const State>(std::move(state));
    };
  }

  std::shared_ptr<StudyDesk> study_;     // shared: with the worlds that were made with it
  std::unique_ptr<DeviceDesk> devices_;  // before the doors, which ask it
  std::unique_ptr<ShardService> shard_;  // before the engine, which hands on to it
  std::unique_ptr<LiveService> live_;    // before the service, which reads it
  std::unique_ptr<RespondService> respond_;
  Service service_;
  ImportDesk imports_;
  CoverageDesk coverage_;
  std::unique_ptr<ProbeDesk> probe_;
  MapKeeper map_{[this] { return service_.state(); }, [this] { return live_->engine().now(); }};
  bool behind_proxy_ = false;
  // Before the listener, which feeds it.
  OverlayQueue overlays_{[this](Request request, Reply reply) {
                           service_.handle(std::move(request), std::move(reply));
                         },
                         [this](int status, std::string message) {
                           return service_.transport_failure(status, std::move(message));
                         }};
  std::unique_ptr<HttpServer> http_;  // after the service: it stops first
};

LiveOptions live_options(const ServeOptions& options) {
  LiveOptions out;
  out.directory = options.data_directory + "/live";
  out.address = options.address == "localhost" ? "127.0.0.1" : options.address;
  out.mqtt_port = options.mqtt_port;
  out.any_mqtt_port = options.any_mqtt_port;
  out.token = options.token;
  out.retention = options.retention;
  out.coap_port = options.coap_port;
  out.coaps_port = options.coaps_port;
  out.hj212_port = options.hj212_port;
  out.coap_insecure = options.coap_insecure;
  out.clock_speed = options.clock_speed;
  out.true_clock = options.true_clock;
  out.fatal = options.fatal;
  return out;
}

RespondOptions respond_options(const ServeOptions& options) {
  RespondOptions out;
  out.directory = options.data_directory;
  out.exercise = options.rehearse.has_value();
  out.behind_proxy = options.behind_proxy;
  out.demonstration = out.exercise && is_loopback(options.address) && !options.behind_proxy;
  out.environment = options.environment;
  return out;
}

}  // namespace

bool is_loopback(std::string_view address) {
  return address == "localhost" || address == "::1" || address.starts_with("127.");
}

Result<std::unique_ptr<Running>> serve(const ServeOptions& options, Files& files,
                                       const Clock& clock, Problems& problems) {
  const bool beyond = !is_loopback(options.address) || options.behind_proxy;
  if (beyond && options.token.empty()) {
    return fail(Code::denied,
                format("listening on {}{} lets other machines in: that needs a token",
                       options.address, options.behind_proxy ? " behind a proxy" : ""));
  }
  std::unique_ptr<store::Registry> registry;
  model::Records imported;
  if (!options.data_directory.empty()) {
    auto opened = options.registry.empty() ? store::Registry::open(options.data_directory)
                                           : store::open_postgres_registry(options.registry);
    if (!opened) return fail(opened.error());
    registry = std::move(*opened);
    auto records = registry->records();
    if (!records) return fail(records.error());
    imported = std::move(*records);
  }
  auto workspace = model::load_workspace(files, {options.root, options.home}, problems);
  if (!workspace) return fail(workspace.error());
  std::unique_ptr<ShardService> shard;
  if (!options.nats.empty()) {
    auto opened =
        ShardService::open(files, clock, workspace->regions, {options.nats, options.shard},
                           options.data_directory + "/live", options.fatal);
    if (!opened) return fail(opened.error());
    shard = std::move(*opened);
    if (!shard->note().empty()) problems.warning("NATS", shard->note());
    if (!shard->parent()) {
      watch::keep_partitions(*workspace->regions, shard->partitions(), workspace->records);
      watch::keep_partitions(*workspace->regions, shard->partitions(), imported);
      registry.reset();  // imports are made at the parent
    }
  }
  std::shared_ptr<StudyDesk> study;
  if (options.study) {
    // A shard cannot swap its world: it has no imports of its own.
    study = StudyDesk::make(files, {.data_directory = options.data_directory,
                                    .aside = options.shard.empty(),
                                    .at_once = villages_at_once});
  }
  const Clock& true_clock = options.true_clock == nullptr ? clock : *options.true_clock;
  std::shared_ptr<store::Ledger> ledger;
  std::unique_ptr<DeviceDesk> devices;
  // A shard's doors, devices and alerts are its parent's.
  if (!options.data_directory.empty() && options.shard.empty()) {
    auto opened = store::Ledger::open(options.data_directory + "/respond");
    if (!opened) return fail(opened.error());
    ledger = std::move(*opened);
    auto desk = DeviceDesk::open(ledger, true_clock);
    if (!desk) return fail(desk.error());
    devices = std::move(*desk);
    devices->add_things(*workspace->catalog, imported);
  }
  const auto world =
      watch::build_world(std::move(*workspace), imported, std::move(problems), study);
  problems = world->problems;
  std::unique_ptr<LiveService> live;
  std::shared_ptr<const watch::World> served = world;
  std::function<std::uint64_t()> generation;
  if (options.live) {
    LiveOptions live_needs = live_options(options);
    live_needs.modbus_models = world->workspace.catalog->inputs.modbus;
    live_needs.modbus = load_modbus_targets(files, live_needs.directory + "/modbus.csv",
                                            live_needs.modbus_models, problems);
    live_needs.device_desk = devices.get();
    live_needs.devices = devices ? &devices->book() : nullptr;
    if (shard) shard->configure(live_needs);
    auto opened = LiveService::open(files, shard ? shard->clock() : clock, world, live_needs);
    if (!opened) return fail(opened.error());
    live = std::move(*opened);
    served = live->served(world);
    generation = generation_of(*live);
  }
  std::unique_ptr<RespondService> respond;
  if (ledger) {
    devices->locate(world->snapshot);
    RespondOptions needs = respond_options(options);
    needs.ledger = ledger;
    auto opened = RespondService::open(files, true_clock, {world, &world->workspace},
                                       world->snapshot, std::move(needs));
    if (!opened) return fail(opened.error());
    respond = std::move(*opened);
  }
  auto state = build_state(served, imported, true_clock.now(), std::move(generation));
  if (shard && shard->parent()) state->present = &live->engine();
  auto running = std::make_unique<Instance>(
      ServiceOptions{options.token, beyond, options.web_directory, options.true_clock}, clock,
      files, options.data_directory, std::move(state), std::move(registry), std::move(shard),
      std::move(live), std::move(study), std::move(devices), std::move(respond));
  running->behind_proxy(options.behind_proxy);
  if (ledger) {
    auto desk = ProbeDesk::open(*ledger, files, true_clock, options.data_directory);
    if (!desk) return fail(desk.error());
    running->probe(std::move(*desk));
  }
  HttpOptions http;
  http.address = options.address == "localhost" ? "127.0.0.1" : options.address;
  http.port = options.port;
  http.handler_threads = options.handler_threads;
  if (const Status listening = running->listen(http); !listening) return fail(listening.error());
  if (options.live) running->ask_meters(problems);
  if (options.live && options.rehearse) running->rehearse(*world, *options.rehearse);
  return running;
}

}  // namespace cairn::server
