// SPDX-License-Identifier: Apache-2.0
#include "server/live_service.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "core/text.hpp"
#include "server/device_desk.hpp"
#include "server/door_figures.hpp"
#include "store/journal.hpp"

namespace cairn::server {
namespace {

// A demonstration's first alarm comes so long after its beginning.
constexpr std::int64_t rehearsal_lead_ns = ns_per_day / 2;

}  // namespace

LiveService::~LiveService() {
  stop();
  if (lock_ >= 0) ::close(lock_);
}

// Two processes in one directory would tear its log apart. The lock goes with the process.
Status LiveService::lock() {
  const std::string path = options_.directory + "/lock";
  lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0) return fail(Code::io, "cannot create the lock file", path);
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    return fail(Code::conflict,
                "another process serves this data directory; stop it or name another with --data",
                path);
  }
  return {};
}

Result<std::unique_ptr<LiveService>> LiveService::open(Files& files, const Clock& clock,
                                                       std::shared_ptr<const watch::World> world,
                                                       const LiveOptions& options) {
  auto live = std::unique_ptr<LiveService>(new LiveService(options));
  live->clock_ = &clock;
  live->files_ = &files;
  if (auto made = files.make_directory(options.directory); !made) return fail(made.error());
  if (auto locked = live->lock(); !locked) return fail(locked.error());
  auto identities = Identities::load(files, options.directory + "/identities.csv", options.address,
                                     options.device_desk);
  if (!identities) return fail(identities.error());
  live->identities_ = std::move(*identities);
  auto journal = store::Journal::open(options.directory);
  if (!journal) return fail(journal.error());
  watch::EngineOptions engine_options;
  engine_options.directory = options.directory;
  engine_options.clock_speed = options.clock_speed;
  engine_options.timer = options.true_clock;
  engine_options.forward = options.forward;
  engine_options.shares = options.shares;
  engine_options.history.retention = options.retention;
  const Zone zone = world->workspace.zone;
  auto engine =
      watch::Engine::open(files, clock, std::move(world), std::move(*journal), engine_options);
  if (!engine) return fail(engine.error());
  live->engine_ = std::move(*engine);
  watch::Intake& intake = options.intake != nullptr ? *options.intake : live->engine_->intake();
  live->intake_ = &intake;
  live->zone_ = zone;
  live->door_ = std::make_unique<IngestDoor>(live->door_intake(device::Protocol::http),
                                             live->identities_, options.token, clock, zone);
  if (options.mqtt_port) {
    MqttOptions mqtt;
    mqtt.address = options.address;
    mqtt.port = options.mqtt_port;
    mqtt.zone = zone;
    watch::Intake& noted = live->door_intake(device::Protocol::mqtt);
    auto door = MqttEndpoint::start(mqtt, noted, live->identities_, clock);
    if (!door && options.any_mqtt_port) {
      mqtt.port = 0;
      door = MqttEndpoint::start(mqtt, noted, live->identities_, clock);
    }
    if (!door) return fail(door.error());
    live->mqtt_ = std::move(*door);
    live->topics_ = std::make_unique<Topics>(
        [door = live->mqtt_.get()](const std::string& topic, const std::string& payload,
                                   bool retain, std::uint8_t qos) {
          return door->publish(topic, payload, {.retain = retain, .qos = qos});
        });
  }
  if (options.device_desk != nullptr) {
    options.device_desk->book().on_revoked(
        [live = live.get()](std::span<const device::Revocation> revoked) {
          live->revoke(revoked);
        });
  }
  return live;
}

// The register hears what comes through a door.
watch::Intake& LiveService::door_intake(device::Protocol protocol) {
  if (options_.device_desk == nullptr) return *intake_;
  noted_.push_back(options_.device_desk->before(*intake_, protocol));
  return *noted_.back();
}

bool LiveService::publish(std::string_view topic, std::string_view payload, bool retain) {
  return mqtt_ &&
         mqtt_->publish(std::string(topic), std::string(payload), {.retain = retain, .qos = 1});
}

Status LiveService::open_coap(std::function<std::string()> alerts) {
  if (!options_.coap_port && !options_.coaps_port) return {};
  CoapOptions coap;
  coap.address = options_.address;
  coap.port = options_.coap_port;
  coap.dtls_port = options_.coaps_port;
  coap.insecure = options_.coap_insecure;
  coap.token = options_.token;
  coap.zone = zone_;
  coap.alerts = std::move(alerts);
  CoapKeys keys;
  if (options_.coaps_port) {
    const std::string path = options_.directory + "/psk.csv";
    if (options_.device_desk == nullptr || files_->exists(path)) {
      auto loaded = CoapKeys::load(*files_, path);
      if (!loaded) return fail(loaded.error());
      keys = std::move(*loaded);
    }
    keys.ask_also(options_.device_desk);
  }
  auto door = CoapEndpoint::start(coap, door_intake(device::Protocol::coap), identities_,
                                  std::move(keys), *clock_);
  if (!door) return fail(door.error());
  coap_ = std::move(*door);
  return {};
}

Status LiveService::open_hj212(const model::Catalog& catalog) {
  if (!options_.hj212_port) return {};
  if (options_.devices == nullptr) {
    return fail(Code::invalid, "the HJ 212 door needs a register of devices: not with --shard");
  }
  Hj212Options door;
  door.address = options_.address;
  door.port = *options_.hj212_port;
  door.desk.zone = zone_;
  door.desk.last = [this](std::string_view thing,
                          std::string_view property) -> std::optional<Instant> {
    const model::Snapshot snapshot = engine_->snapshot();
    for (const auto& table : snapshot.tables) {
      if (!table) continue;
      const auto row = table->rows_by_id.find(std::string(thing));
      if (row == table->rows_by_id.end()) continue;
      const int index = table->type->property_index(property);
      if (index < 0) return std::nullopt;
      const auto& series = table->columns[static_cast<std::size_t>(index)].series;
      if (row->second >= series.size() || series[row->second] == model::no_series) {
        return std::nullopt;
      }
      const auto sample = snapshot.history->last(series[row->second], clock_->now());
      return sample ? std::optional(sample->time.end) : std::nullopt;
    }
    return std::nullopt;
  };
  const Clock& true_clock = options_.true_clock == nullptr ? *clock_ : *options_.true_clock;
  auto started =
      Hj212Endpoint::start(door, catalog, *intake_, *options_.devices, *clock_, true_clock);
  if (!started) return fail(started.error());
  hj212_ = std::move(*started);
  return {};
}

void LiveService::ask_meters(Problems& problems) {
  const bool registered = options_.device_desk != nullptr && !options_.modbus_models.empty();
  if (options_.modbus.empty() && !registered) return;
  const Clock& true_clock = options_.true_clock == nullptr ? *clock_ : *options_.true_clock;
  ModbusOptions asking;
  if (registered) {
    meters_ = std::make_unique<ModbusRegister>(options_.device_desk->book(), options_.modbus_models,
                                               true_clock);
    asking.registered = [this] { return meters_->changed(); };
  }
  modbus_ = ModbusPoller::start(std::move(options_.modbus), options_.modbus_models, *intake_,
                                *clock_, true_clock, options_.devices, std::move(asking), problems);
}

void LiveService::tell_open(const model::Alert& alert, std::string json) {
  if (topics_) topics_->open(alert, std::move(json));
}

void LiveService::tell(const watch::LiveUpdate& update, const std::vector<Event>& events) {
  if (topics_) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    topics_->publish(update, events,
                     std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  }
  if (coap_ && !update.alerts.empty()) coap_->alerts_changed();
}

void LiveService::add_figures(std::vector<Gauge>& gauges) const {
  add_ingest_gauges(gauges, door_->counters());
  if (mqtt_) add_mqtt_gauges(gauges, *mqtt_->counters());
  if (coap_) add_coap_gauges(gauges, *coap_->counters());
  if (hj212_) add_hj212_gauges(gauges, *hj212_->counters());
  if (modbus_) add_modbus_gauges(gauges, modbus_->counters());
}

std::shared_ptr<const watch::World> LiveService::served(
    std::shared_ptr<const watch::World> world) const {
  auto live = std::make_shared<watch::World>(*world);
  live->snapshot = engine_->snapshot();
  return live;
}

Result<std::shared_ptr<const watch::World>> LiveService::adopt(
    std::shared_ptr<const watch::World> world) {
  // Made here, and what it takes the place of goes here, while the engine goes on.
  const auto prepared = engine_->prepare(world);
  const auto rebind = [this, &prepared] { return engine_->rebind(*prepared); };
  const Status bound = threads_ ? threads_->between(rebind) : rebind();
  if (!bound) return fail(bound.error());
  return served(std::move(world));
}

Status LiveService::between(std::function<Status()> work) {
  if (!threads_) return fail(Code::io, "the live engine does not run");
  return threads_->between(std::move(work));
}

// What is open of who may not go on ends, at every door that keeps something open.
void LiveService::revoke(std::span<const device::Revocation> revoked) {
  if (mqtt_) mqtt_->revoke(revoked);
  if (coap_) coap_->revoke(revoked);
  if (hj212_) hj212_->revoke(revoked);
}

Status LiveService::run() {
  threads_ = std::make_unique<LiveThreads>(*engine_, options_.fatal);
  return {};
}

void LiveService::rehearse(const watch::World& world, Instant start, std::uint16_t http_port) {
  player_ = std::make_unique<Player>(watch::Rehearsal(world, start, rehearsal_lead_ns), *clock_,
                                     PlayerOptions{http_port, mqtt_port(), options_.token});
}

void LiveService::stop() {
  if (player_) player_->stop();
  if (options_.device_desk != nullptr) options_.device_desk->book().on_revoked({});
  if (hj212_) hj212_->stop();
  if (modbus_) modbus_->stop();
  if (mqtt_) mqtt_->stop();
  if (coap_) coap_->stop();
  if (threads_) threads_->stop();
}

}  // namespace cairn::server
