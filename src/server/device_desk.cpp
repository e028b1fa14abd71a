// SPDX-License-Identifier: Apache-2.0
#include "server/device_desk.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <utility>

#include "core/csv.hpp"
#include "core/text.hpp"
#include "model/simulated.hpp"
#include "server/device_intake.hpp"
#include "server/imports.hpp"
#include "server/random.hpp"
#include "server/service.hpp"
#include "server/state.hpp"
#include "watch/live.hpp"

namespace cairn::server {
namespace {

using device::Device;
using device::Protocol;

constexpr const char* device_type = "device";
// What a device says of itself, whatever it measures.
constexpr std::array<std::string_view, 3> own_properties{"battery", "battery_voltage", "signal"};
constexpr std::chrono::milliseconds look_every{1'000};
constexpr std::int64_t after_error_ns = 5 * ns_per_second;
constexpr std::size_t reports_at_once = 2'000;

Identity identity_of(const Device& device) {
  Identity out{.name = device.id, .things = device.facts.rights, .publish = true};
  if (!device.target.thing.empty()) out.things.push_back(device.target.thing);
  out.things.push_back(device_thing_id(device.id));
  return out;
}

// Of a thing that a simulated device brings: see model/simulated.hpp.
constexpr const char* simulated_devices = "simulated/devices";

Error refusal_of(const Device& device) {
  if (device.status == device::Status::waiting) {
    return {Code::denied, format("the device {} waits for approval", device.id), {}};
  }
  return {Code::denied,
          format("the device {} is {}{}", device.id, to_string(device.status),
                 device.reason.empty() ? "" : ": " + device.reason),
          {}};
}

model::Thing thing_of(const Device& device, const model::TypeDef& type) {
  model::Thing out;
  out.id = device_thing_id(device.id);
  out.type = type.name;
  out.region = device.target.region;
  out.name = device.facts.label;
  if (out.name.empty()) out.name = {"设备 " + device.identity, "Device " + device.identity};
  if (device.target.place) {
    out.position = geo::Point{device.target.place->lon, device.target.place->lat};
  }
  out.estimated = device.target.estimated;
  out.source = device.facts.simulated ? simulated_devices : "devices";
  out.beside_estimated = true;
  const auto put = [&](const char* name, model::Value value) {
    if (type.property(name) != nullptr) out.properties.emplace_back(name, std::move(value));
  };
  const auto text = [&](const char* name, const std::string& value) {
    if (!value.empty()) put(name, {value});
  };
  text("protocol", to_string(device.protocol));
  text("vendor", device.facts.vendor);
  text("model", device.facts.model);
  text("serial", device.facts.serial);
  text("firmware", device.facts.firmware);
  text("measures", device.target.thing);
  text("measures_type", device.target.type);
  put("simulated", {device.facts.simulated});
  if (device.facts.expected_every_s > 0) {
    put("expected_every", {static_cast<double>(device.facts.expected_every_s) / 60.0});
  }
  if (device.facts.calibrated_on) put("calibrated_on", {*device.facts.calibrated_on});
  if (device.facts.calibration_due) put("calibration_due", {*device.facts.calibration_due});
  return out;
}

struct Found {
  const model::Table* table = nullptr;  // none: there is no such thing
  std::uint32_t row = 0;                // of its newest version
};
Found find_thing(const model::Snapshot& snapshot, std::string_view thing) {
  const std::string id(thing);
  for (const auto& table : snapshot.tables) {
    const auto [first, last] = table->rows_by_id.equal_range(id);
    if (first == last) continue;
    std::uint32_t row = first->second;
    for (auto at = first; at != last; ++at) {
      if (table->valid[at->second].begin > table->valid[row].begin) row = at->second;
    }
    return {table.get(), row};
  }
  return {};
}

std::optional<device::Target> find_target(const model::Snapshot& snapshot, std::string_view thing) {
  const auto [table, row] = find_thing(snapshot, thing);
  if (table == nullptr) return std::nullopt;
  device::Target out;
  out.thing = thing;
  out.type = table->type->name;
  if (table->region[row] != model::no_region) {
    out.region = (*snapshot.regions)[table->region[row]].code;
  }
  if (const geo::Point p = table->position[row]; !std::isnan(p.x)) {
    out.place = device::Place{p.x, p.y};
  }
  out.estimated = table->position_estimated[row] != 0 || table->estimated[row] != 0;
  return out;
}

device::Target target_of_thing(const model::Thing& thing) {
  device::Target out{thing.id, thing.type, thing.region, std::nullopt, thing.estimated};
  if (thing.position) out.place = device::Place{thing.position->x, thing.position->y};
  return out;
}

share::ImportRequest request_of(const std::string& csv, const std::string& name) {
  share::ImportRequest out;
  out.name = name;
  out.format = share::ImportFormat::csv;
  out.bytes = csv;
  out.replace_estimated = false;
  return out;
}

}  // namespace

std::string things_csv(std::span<const DeviceWish> wishes) {
  std::string out = "id,type,region,name_zh,name_en,source,lon,lat\n";
  for (const DeviceWish& wish : wishes) {
    const Label label = wish.label.empty() ? Label{wish.thing, wish.thing} : wish.label;
    out += format("{},{},{},{},{},{},", csv_field(wish.thing), csv_field(wish.type),
                  csv_field(wish.region), csv_field(label.in(Language::zh)),
                  csv_field(label.in(Language::en)), wish.simulated ? simulated_devices : "");
    if (wish.place) {
      out += format("{},{}\n", number_text(wish.place->lon), number_text(wish.place->lat));
    } else {
      out += ",\n";
    }
  }
  return out;
}

std::string device_thing_id(std::string_view device) {
  return format("device:{}", device);
}

Result<std::unique_ptr<DeviceDesk>> DeviceDesk::open(std::shared_ptr<store::Ledger> ledger,
                                                     const Clock& clock) {
  std::unique_ptr<DeviceDesk> out(new DeviceDesk(std::move(ledger), clock));
  auto book = device::Book::open(*out->ledger_, {.random = random_bytes}, clock.now());
  if (!book) return fail(book.error());
  out->book_ = std::move(*book);
  return out;
}

DeviceDesk::~DeviceDesk() {
  stop();
}

std::optional<Result<Identity>> DeviceDesk::authenticate(std::string_view user,
                                                         std::string_view password,
                                                         bool open) const {
  const auto device = user.empty() ? book_->by_token(password) : book_->by_name(user);
  if (!device) {
    if (!open && !user.empty()) {
      book_->contact({Protocol::mqtt, std::string(user), {}, "by name", {}}, password, now());
    }
    return std::nullopt;
  }
  if (device->status == device::Status::waiting) {
    if (open) return std::nullopt;  // anybody may speak there, and is found by what it writes to
    book_->contact({Protocol::mqtt, device->identity, {}, {}, {}}, password, now());
  }
  if (device->status != device::Status::approved) return fail(refusal_of(*device));
  const bool no_secret = device->digest.empty();
  if ((no_secret && !open) || !book_->accepts(device->id, password)) {
    book_->fault(device->protocol, device->id, {}, device::Fault::password,
                 no_secret ? "it has no secret yet" : "the token is wrong", {}, now());
    if (!no_secret) return fail(Code::denied, "the name or the token is wrong");
    return fail(Code::denied, format("the device {} has no secret yet: give it one", device->id));
  }
  return identity_of(*device);
}

std::optional<Result<Identity>> DeviceDesk::by_name(std::string_view name) const {
  const auto device = book_->by_name(name);
  // Whose key or certificate is good is known to who gave it: no stranger.
  if (!device) return std::nullopt;
  if (device->status != device::Status::approved) return fail(refusal_of(*device));
  return identity_of(*device);
}

std::optional<std::string> DeviceDesk::key(std::string_view name) const {
  const auto known = book_->find(Protocol::coap, name);
  if (!known) {
    book_->contact({Protocol::coap, std::string(name), {}, "DTLS", {}}, now());
    return std::nullopt;
  }
  const auto listed = book_->get(known->id, now());
  if (!listed || listed->device.status != device::Status::approved) return std::nullopt;
  return device::key_bytes(listed->device.secret);
}

std::unique_ptr<watch::Intake> DeviceDesk::before(watch::Intake& intake, Protocol protocol) {
  return std::make_unique<DeviceIntake>(*this, intake, protocol);
}

void DeviceDesk::add_things(const model::Catalog& catalog, model::Records& records) const {
  const model::TypeDef* type = catalog.type(device_type);
  if (type == nullptr) return;
  for (const Device& device : book_->approved()) {
    if (device.target.region.empty()) continue;  // it lies nowhere: nothing would count it
    records.things.push_back(thing_of(device, *type));
  }
}

void DeviceDesk::locate(const model::Snapshot& snapshot) {
  book_->locate([&](const Device& device) { return find_target(snapshot, device.target.thing); });
}

void DeviceDesk::attach(Service& service, ImportDesk& imports) {
  service_ = &service;
  imports_ = &imports;
  service.devices(book_.get());
  imports.also([this](const model::Catalog& catalog, model::Records& records) {
    add_things(catalog, records);
  });
}

std::optional<device::Target> DeviceDesk::target_of(std::string_view thing) const {
  if (service_ == nullptr) return std::nullopt;
  return find_target(service_->state()->base->snapshot(), thing);
}

Status DeviceDesk::fits(std::string_view thing, bool simulated) const {
  if (!simulated || service_ == nullptr) return {};
  const auto state = service_->state();
  const model::Snapshot& snapshot = state->base->snapshot();
  const auto [table, row] = find_thing(snapshot, thing);
  if (table == nullptr ||
      model::is_simulated_thing(*snapshot.catalog, thing, snapshot.sources[table->source[row]])) {
    return {};
  }
  return fail(Code::conflict,
              format("'{}' is not marked as simulated: its warnings would go out in earnest. Give "
                     "the simulated device a thing of its own (another id, with type and place)",
                     thing),
              "/thing");
}

bool DeviceDesk::is_of_device(std::string_view thing, std::string_view property) const {
  if (std::find(own_properties.begin(), own_properties.end(), property) == own_properties.end()) {
    return false;
  }
  if (service_ == nullptr) return false;
  const auto state = service_->state();
  const model::TypeDef* type = state->workspace->catalog->type(device_type);
  if (type == nullptr || type->property(property) == nullptr) return false;
  const auto target = find_target(state->base->snapshot(), thing);
  if (!target) return false;
  const model::TypeDef* of = state->workspace->catalog->type(target->type);
  return of != nullptr && of->property(property) == nullptr;
}

Result<std::vector<share::RowError>> DeviceDesk::try_things(const std::string& csv) {
  const auto entry = imports_->preview(request_of(csv, "devices.csv"), false);
  if (!entry) return fail(entry.error());
  return entry->preview->errors;
}

Status DeviceDesk::with_things(const std::string& csv, const std::string& name,
                               const std::function<Status(const Targets& made)>& then) {
  const auto entry = imports_->preview(request_of(csv, name), true);
  if (!entry) return fail(entry.error());
  if (!entry->preview->errors.empty()) {
    const share::RowError& first = entry->preview->errors.front();
    (void)imports_->remove(entry->id);
    return fail(Code::invalid, format("the thing cannot be made: {}", first.message),
                first.column.empty() ? "" : "/" + first.column);
  }
  Targets made;
  for (const model::Thing& thing : entry->preview->records.things) {
    made.emplace(thing.id, target_of_thing(thing));
  }
  const auto done = imports_->commit(entry->id, false, [&] { return then(made); });
  return done ? Status{} : fail(done.error());
}

Result<device::Target> DeviceDesk::look(const DeviceWish& wish) {
  const auto there = target_of(wish.thing);
  if (there) {
    if (auto fit = fits(wish.thing, wish.simulated); !fit) return fail(fit.error());
    if (wish.type.empty() || there->type == wish.type) return *there;
    return fail(Code::conflict, format("'{}' is there and is a {}", wish.thing, there->type),
                "/type");
  }
  if (wish.type.empty()) {
    return fail(Code::invalid,
                format("there is no thing '{}'; name its type and place to make it", wish.thing),
                "/thing");
  }
  const auto entry = imports_->preview(request_of(things_csv({&wish, 1}), "device"), false);
  if (!entry) return fail(entry.error());
  if (!entry->preview->errors.empty() || entry->preview->records.things.empty()) {
    const bool known = !entry->preview->errors.empty();
    return fail(
        Code::invalid,
        format("the thing cannot be made: {}", known ? entry->preview->errors.front().message
                                                     : std::string("the row was not read")),
        known ? "/" + entry->preview->errors.front().column : "/thing");
  }
  return target_of_thing(entry->preview->records.things.front());
}

Status DeviceDesk::with_thing(const DeviceWish& wish, const std::string& name, const Then& then) {
  const auto there = look(wish);
  if (!there) return fail(there.error());
  if (knows(wish.thing)) {
    auto done = then(*there);
    if (done) changed();
    return done;
  }
  return with_things(things_csv({&wish, 1}), name, [&](const Targets& made) -> Status {
    const auto at = made.find(wish.thing);
    if (at == made.end()) return fail(Code::internal, "the thing was not made");
    return then(at->second);
  });
}

void DeviceDesk::changed() {
  {
    const std::lock_guard lock(mutex_);
    changed_ = true;
  }
  wake_.notify_all();
}

void DeviceDesk::run() {
  thread_ = std::thread([this] { work(); });
  builder_ = std::thread([this] { build(); });
}

void DeviceDesk::pause() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (builder_.joinable()) builder_.join();
}

void DeviceDesk::stop() {
  pause();
  report(book_->keep(now(), true), trouble_);
}

void DeviceDesk::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const Instant at = now();
    if (!kept_off_ || at >= *kept_off_ || at < *kept_off_ - after_error_ns) {
      const Status kept = book_->keep(at);
      kept_off_ = kept ? std::nullopt : std::optional(at + after_error_ns);
      report(kept, trouble_);
    }
    tell();
    lock.lock();
    wake_.wait_for(lock, look_every, [this] { return stopping_; });
  }
}

// One at a time; what changes meanwhile is in the next one.
void DeviceDesk::build() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || changed_; });
    if (stopping_) return;
    changed_ = false;
    lock.unlock();
    if (imports_ != nullptr) {
      report(imports_->refresh(), building_trouble_);
      locate(service_->state()->base->snapshot());
    }
    lock.lock();
  }
}

// What is known of devices, as readings of the things that stand for them.
void DeviceDesk::tell() {
  watch::Live* live = service_ == nullptr ? nullptr : service_->live();
  if (live == nullptr) return;
  const auto state = service_->state();
  if (state->workspace->catalog->type(device_type) == nullptr) return;
  const Zone zone = state->workspace->zone;
  const auto reports = book_->reports(now(), date_of(now(), zone), reports_at_once);
  if (reports.empty()) return;
  // Whole milliseconds: what every format of readings keeps.
  constexpr std::int64_t ms = 1'000'000;
  const Instant at{live->now().ns / ms * ms};
  model::ReadingBatch batch;
  for (const device::Report& report : reports) {
    batch.texts.push_back(device_thing_id(report.device));
    const std::string_view thing = batch.texts.back();
    const auto add = [&](std::string_view property, double value) {
      batch.readings.push_back(
          {thing, property, {}, at, value, static_cast<std::uint32_t>(batch.readings.size())});
    };
    if (report.heard) add("heard", 1);
    if (report.tell_missed) add("missed", static_cast<double>(report.missed));
    if (report.calibration_overdue_d) {
      add("calibration_overdue", static_cast<double>(*report.calibration_overdue_d));
    }
  }
  const auto receipt = live->intake().submit({"system/devices", 0, false, {"device:*"}}, batch);
  if (!receipt) return book_->tell_again(reports);
  if (receipt->refused.empty()) return;
  // Their things are not there yet: the world is being built anew.
  std::vector<device::Report> again;
  for (const model::Refusal& refusal : receipt->refused) {
    if (refusal.error.code != Code::not_found) continue;
    const std::string_view thing = batch.readings[refusal.record].thing;
    again.push_back({std::string(thing.substr(thing.find(':') + 1)), false, 0, false, {}});
  }
  book_->tell_again(again);
}

// The same trouble is told once.
void DeviceDesk::report(const Status& done, std::string& trouble) {
  std::string is = done ? std::string() : to_string(done.error());
  if (is == trouble) return;
  if (!is.empty()) std::fprintf(stderr, "devices: %s\n", is.c_str());
  trouble = std::move(is);
}

void DeviceDesk::add_figures(std::vector<Gauge>& gauges) const {
  device::Query none;
  none.limit = 0;
  const device::Page page = book_->list(none, now());
  const auto add = [&](const char* name, const char* help, const char* type, std::uint64_t value) {
    gauges.push_back({name, help, type, static_cast<double>(value)});
  };
  add("cairn_devices_waiting", "Devices that wait for approval.", "gauge", page.by_status[0]);
  add("cairn_devices_approved", "Devices that may write.", "gauge", page.by_status[1]);
  add("cairn_devices_silent", "Approved devices not heard for three intervals.", "gauge",
      page.silent);
  add("cairn_device_strangers_dropped_total", "First contacts that there was no room for.",
      "counter", book_->dropped());
}

}  // namespace cairn::server
