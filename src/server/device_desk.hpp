// SPDX-License-Identifier: Apache-2.0
// The register of devices in the server: opened before the doors, asked by them who speaks, and
// tied to the registry of things. One thread writes what doors have counted, and tells the engine
// as readings what it knows of devices; another has the world built anew where things made of
// devices have changed, which takes long: silence is told meanwhile. docs/devices.md.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/seams.hpp"
#include "device/book.hpp"
#include "model/records.hpp"
#include "model/snapshot.hpp"
#include "server/identity.hpp"
#include "server/metrics.hpp"
#include "share/import.hpp"
#include "watch/intake.hpp"

namespace cairn::server {

class ImportDesk;
class Router;
class Service;

// The thing that stands for a device: "device:dev-17".
std::string device_thing_id(std::string_view device);

// What of a thing is to be made when a device is approved or registered.
struct DeviceWish {
  std::string thing;  // empty: the device's identity
  std::string type;   // empty: the thing is there
  std::string region;
  std::optional<device::Place> place;
  Label label;
  bool simulated = false;  // the device is: so is what it says of its thing
};

// A CSV of things, as imports take it.
std::string things_csv(std::span<const DeviceWish> wishes);

class DeviceDesk final : public DeviceNames {
 public:
  // `clock` is on the wall; both must outlive this.
  static Result<std::unique_ptr<DeviceDesk>> open(std::shared_ptr<store::Ledger> ledger,
                                                  const Clock& clock);
  ~DeviceDesk() override;
  DeviceDesk(const DeviceDesk&) = delete;
  DeviceDesk& operator=(const DeviceDesk&) = delete;

  device::Book& book() { return *book_; }
  const device::Book& book() const { return *book_; }
  Instant now() const { return clock_.now(); }

  // Of the doors that look names up.
  std::optional<Result<Identity>> authenticate(std::string_view user, std::string_view password,
                                               bool open) const override;
  std::optional<Result<Identity>> by_name(std::string_view name) const override;
  std::optional<std::string> key(std::string_view name) const override;

  // Stands before `intake` for a door: counts, refuses for blocked devices, notes strangers. Both
  // must outlive it.
  std::unique_ptr<watch::Intake> before(watch::Intake& intake, device::Protocol protocol);

  // The things made of devices, where a pack declares their type.
  void add_things(const model::Catalog& catalog, model::Records& records) const;
  // Where the devices' things are now.
  void locate(const model::Snapshot& snapshot);

  // Before anything is served.
  void attach(Service& service, ImportDesk& imports);
  void run();
  // Ends the threads, while doors still speak.
  void pause();
  // Idempotent; the counts are on disk afterwards.
  void stop();
  void add_figures(std::vector<Gauge>& gauges) const;

  // Of handlers. Finds the thing, or imports it and runs `then` before the world is built anew,
  // so that both take effect together. Without anything to make, `then` only.
  using Then = std::function<Status(const device::Target& target)>;
  // The thing as it is, or as it would be made.
  Result<device::Target> look(const DeviceWish& wish);
  Status with_thing(const DeviceWish& wish, const std::string& name, const Then& then);
  // The same for many: a CSV of things, all of them or none; `then` gets where they are.
  using Targets = std::map<std::string, device::Target>;  // by thing
  Status with_things(const std::string& csv, const std::string& name,
                     const std::function<Status(const Targets& made)>& then);
  // What would be wrong with it.
  Result<std::vector<share::RowError>> try_things(const std::string& csv);
  // A thing of the registry; nothing: there is none.
  std::optional<device::Target> target_of(std::string_view thing) const;
  // What is simulated must not speak for what is measured: a simulated device is refused on a thing
  // that is there and not marked as simulated.
  Status fits(std::string_view thing, bool simulated) const;
  bool knows(std::string_view thing) const { return target_of(thing).has_value(); }
  // The property is the device's own (battery, signal), and the thing's type has none of it.
  bool is_of_device(std::string_view thing, std::string_view property) const;
  // Soon: the things made of devices are made anew.
  void changed();

 private:
  DeviceDesk(std::shared_ptr<store::Ledger> ledger, const Clock& clock)
      : ledger_(std::move(ledger)), clock_(clock) {}
  void work();
  void tell();
  void build();
  static void report(const Status& done, std::string& trouble);

  std::shared_ptr<store::Ledger> ledger_;  // shared: with all that people do
  const Clock& clock_;
  std::unique_ptr<device::Book> book_;
  Service* service_ = nullptr;
  ImportDesk* imports_ = nullptr;
  std::string trouble_;           // of work() and stop(), while it lasts
  std::string building_trouble_;  // of build()
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;            // under mutex_
  bool changed_ = false;             // under mutex_
  std::optional<Instant> kept_off_;  // of the thread: an error of the disk, until then
  std::thread thread_;
  std::thread builder_;
};

// The chapter `devices` of docs/api/openapi.yaml.
void add_device_routes(Router& router, DeviceDesk& desk);

}  // namespace cairn::server
