// SPDX-License-Identifier: Apache-2.0
#include "server/modbus_poller.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "core/text.hpp"
#include "model/reading.hpp"
#include "server/modbus_meter.hpp"

namespace cairn::server {
namespace {

constexpr int most_doublings = 16;
// While the intake takes nothing: readings are offered again a few times, then given up, as the
// next round brings newer ones.
constexpr int offers = 5;
constexpr int between_offers_ms = 200;

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct Scheduled {
  Scheduled(ModbusTarget target, const model::ModbusModel& model, std::int64_t refused_again_ms)
      : identity(identity_of(target)), meter(std::move(target), model, refused_again_ms) {}
  std::string identity;
  ModbusMeter meter;
  std::int64_t due_ms = 0;
  int silences = 0;         // one after the other
  bool registered = false;  // it comes from the register, and goes with that
  bool gone = false;        // it is being asked for the last time
};

// What is reached over one connection; asked by one thread at a time.
struct Bus {
  std::unique_ptr<ModbusLink> link;
  std::vector<std::unique_ptr<Scheduled>> meters;
  bool busy = false;
};

class Poller final : public ModbusPoller {
 public:
  Poller(watch::Intake& intake, const Clock& clock, const Clock& true_clock,
         device::Register* devices, ModbusOptions options, std::vector<model::ModbusModel> models)
      : models_(std::move(models)),
        intake_(intake),
        clock_(clock),
        true_clock_(true_clock),
        devices_(devices),
        options_(std::move(options)) {
    if (!options_.link) options_.link = tcp_link;
  }
  ~Poller() override { stop(); }
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  Status add(ModbusTarget target, bool registered);
  void begin();
  const ModbusCounters& counters() const override { return counters_; }
  void stop() override;

 private:
  void work();
  // The meter that is due first, on a bus that nobody asks; null when the threads shall end.
  std::pair<Bus*, Scheduled*> next();
  bool poll(Bus& bus, Scheduled& meter);  // false: it is not to be asked now
  void submit(const Scheduled& meter, const std::string& thing, const ModbusRound& round,
              std::uint64_t& accepted, std::vector<ModbusRound::Trouble>& troubles);
  void tell(const Scheduled& meter, const std::optional<device::Known>& known,
            const ModbusRound& round, std::uint64_t accepted,
            const std::vector<ModbusRound::Trouble>& troubles);
  void reschedule(Scheduled& meter, bool silent);
  // Under mutex_, as the next.
  void look_at_register(std::unique_lock<std::mutex>& lock);
  void take(std::vector<ModbusTarget> registered);
  void bury(Bus& bus);
  void drop_empty();

  const std::vector<model::ModbusModel> models_;
  watch::Intake& intake_;
  const Clock& clock_;
  const Clock& true_clock_;
  device::Register* devices_;
  ModbusOptions options_;
  ModbusCounters counters_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::pair<std::string, std::uint16_t>, Bus> buses_;
  std::int64_t look_ms_ = 0;  // when the register is looked at next
  bool looking_ = false;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

Status Poller::add(ModbusTarget target, bool registered) {
  const auto model = std::ranges::find(models_, target.model, &model::ModbusModel::id);
  if (model == models_.end()) {
    return fail(Code::not_found, format("no pack declares the register map '{}'", target.model));
  }
  Bus& bus = buses_[{target.host, target.port}];
  if (!bus.link) {
    auto link = options_.link(target.host, target.port);
    if (!link) {
      buses_.erase({target.host, target.port});
      return fail(link.error());
    }
    bus.link = std::move(*link);
  }
  // Spread over their interval's first second, so that not all begin at once.
  const std::int64_t due_ms = steady_ms() + counters_.targets * 20 % 1'000;
  bus.meters.push_back(
      std::make_unique<Scheduled>(std::move(target), *model, options_.refused_again_ms));
  bus.meters.back()->due_ms = due_ms;
  bus.meters.back()->registered = registered;
  ++counters_.targets;
  return {};
}

void Poller::begin() {
  const std::size_t threads = options_.registered
                                  ? options_.threads
                                  : std::min<std::size_t>(options_.threads, buses_.size());
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

void Poller::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& [name, bus] : buses_) bus.link->interrupt();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

// Without the lock: whoever it is asked of may take its time.
void Poller::look_at_register(std::unique_lock<std::mutex>& lock) {
  if (!options_.registered || looking_ || steady_ms() < look_ms_) return;
  looking_ = true;
  lock.unlock();
  auto registered = options_.registered();
  lock.lock();
  looking_ = false;
  look_ms_ = steady_ms() + options_.look_every_ms;
  if (registered && !stopping_) take(std::move(*registered));
}

void Poller::take(std::vector<ModbusTarget> registered) {
  std::map<std::string, ModbusTarget> wanted;
  for (ModbusTarget& target : registered) {
    std::string identity = identity_of(target);
    wanted.emplace(std::move(identity), std::move(target));
  }
  for (auto& [name, bus] : buses_) {
    for (auto& meter : bus.meters) {
      const auto want = wanted.find(meter->identity);
      const bool stays =
          !meter->registered || (want != wanted.end() && want->second == meter->meter.target());
      if (stays && want != wanted.end()) wanted.erase(want);
      meter->gone = meter->gone || !stays;
    }
    bury(bus);
  }
  drop_empty();
  for (auto& [identity, target] : wanted) {
    const auto added = add(target, true);
    if (!added && devices_ != nullptr) {
      devices_->fault(device::Protocol::modbus, target.place, identity, device::Fault::timeout,
                      added.error().message, {}, true_clock_.now());
    }
  }
  changed_.notify_all();
}

// Nobody is left behind the connection: it is closed.
void Poller::drop_empty() {
  std::erase_if(buses_,
                [](const auto& bus) { return bus.second.meters.empty() && !bus.second.busy; });
}

// Those that are being asked go when the answer is there.
void Poller::bury(Bus& bus) {
  if (bus.busy) return;
  std::erase_if(bus.meters, [this](const std::unique_ptr<Scheduled>& meter) {
    if (!meter->gone) return false;
    --counters_.targets;
    if (meter->silences > 0) --counters_.silent;
    return true;
  });
}

std::pair<Bus*, Scheduled*> Poller::next() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    look_at_register(lock);
    if (stopping_) break;
    Bus* bus = nullptr;
    Scheduled* meter = nullptr;
    for (auto& [name, candidate] : buses_) {
      if (candidate.busy) continue;
      for (auto& one : candidate.meters) {
        if (meter != nullptr && one->due_ms >= meter->due_ms) continue;
        bus = &candidate;
        meter = one.get();
      }
    }
    const std::int64_t wait_ms = meter == nullptr ? 1'000 : meter->due_ms - steady_ms();
    if (meter != nullptr && wait_ms <= 0) {
      bus->busy = true;
      return {bus, meter};
    }
    const std::int64_t most_ms = options_.registered ? options_.look_every_ms : 1'000;
    changed_.wait_for(lock, std::chrono::milliseconds(std::min(wait_ms, most_ms)));
  }
  return {};
}

void Poller::reschedule(Scheduled& meter, bool silent) {
  const std::int64_t now_ms = steady_ms();
  const std::int64_t every_ms = meter.meter.target().every_ms;
  if (silent) {
    if (meter.silences == 0) ++counters_.silent;
    meter.silences = std::min(meter.silences + 1, most_doublings);
    const std::int64_t most_ms = std::max(every_ms, options_.most_backoff_ms);
    meter.due_ms = now_ms + std::min(every_ms << (meter.silences - 1), most_ms);
    return;
  }
  if (meter.silences > 0) --counters_.silent;
  meter.silences = 0;
  meter.due_ms += every_ms;
  if (meter.due_ms < now_ms)
    meter.due_ms = now_ms + every_ms;  // rounds that were missed are not made up
}

void Poller::work() {
  for (auto [bus, meter] = next(); meter != nullptr; std::tie(bus, meter) = next()) {
    const bool silent = !poll(*bus, *meter);
    {
      const std::lock_guard lock(mutex_);
      reschedule(*meter, silent);
      bus->busy = false;
      bury(*bus);
      drop_empty();
    }
    changed_.notify_one();
  }
}

bool Poller::poll(Bus& bus, Scheduled& meter) {
  std::optional<device::Known> known;
  if (devices_ != nullptr) known = devices_->find(device::Protocol::modbus, meter.identity);
  if (known &&
      (known->status == device::Status::blocked || known->status == device::Status::retired)) {
    return true;
  }
  const ModbusRound round = meter.meter.ask(*bus.link, clock_, steady_ms());
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return true;  // its silence is our doing
  }
  counters_.requests += round.requests;
  counters_.answers += round.answers;
  counters_.exceptions += round.exceptions;
  counters_.silences += round.silent ? 1 : 0;
  std::string thing = meter.meter.target().thing;
  if (known && !known->thing.empty()) thing = known->thing;
  std::vector<ModbusRound::Trouble> troubles = round.troubles;
  std::uint64_t accepted = 0;
  if (!round.readings.empty() && !thing.empty()) submit(meter, thing, round, accepted, troubles);
  if (devices_ != nullptr) tell(meter, known, round, accepted, troubles);
  return !round.silent;
}

void Poller::submit(const Scheduled& meter, const std::string& thing, const ModbusRound& round,
                    std::uint64_t& accepted, std::vector<ModbusRound::Trouble>& troubles) {
  const auto& registers = meter.meter.model().registers;
  model::ReadingBatch batch;
  for (const ModbusRound::Reading& reading : round.readings) {
    const model::InputName& value = registers[reading.reg].value;
    batch.readings.push_back({.thing = thing,
                              .property = value.property,
                              .unit = value.unit ? std::string_view(value.unit->text) : "",
                              .time = reading.time,
                              .value = reading.value,
                              .record = static_cast<std::uint32_t>(batch.readings.size())});
  }
  watch::Sender sender;
  sender.name = "modbus:" + meter.identity;
  sender.things = {thing};
  for (int offer = 1;; ++offer) {
    const auto receipt = intake_.submit(sender, batch);
    if (receipt) {
      accepted = receipt->accepted;
      counters_.readings += receipt->accepted;
      counters_.refused += receipt->refused.size();
      for (const model::Refusal& refusal : receipt->refused) {
        troubles.push_back({refusal.error.code == Code::not_found ? device::Fault::unknown_name
                                                                  : device::Fault::value,
                            refusal.error.message, refusal.text});
      }
      return;
    }
    std::unique_lock lock(mutex_);
    if (offer == offers || stopping_) {
      counters_.unavailable += batch.readings.size();
      return;
    }
    changed_.wait_for(lock, std::chrono::milliseconds(between_offers_ms));
  }
}

void Poller::tell(const Scheduled& meter, const std::optional<device::Known>& known,
                  const ModbusRound& round, std::uint64_t accepted,
                  const std::vector<ModbusRound::Trouble>& troubles) {
  const Instant now = true_clock_.now();
  const ModbusTarget& target = meter.meter.target();
  if (!known && round.answered) {
    devices_->contact({.protocol = device::Protocol::modbus,
                       .identity = meter.identity,
                       .peer = format("{}:{}", target.host, target.port),
                       .system = target.model,
                       .sample = round.sample},
                      now);
  }
  const std::string id = known ? known->id : std::string();
  if (known && round.answered) devices_->heard(id, accepted, std::nullopt, now);
  for (const ModbusRound::Trouble& trouble : troubles) {
    devices_->fault(device::Protocol::modbus, id, meter.identity, trouble.fault, trouble.what,
                    trouble.sample, now);
  }
}

}  // namespace

std::unique_ptr<ModbusPoller> ModbusPoller::start(std::vector<ModbusTarget> targets,
                                                  std::vector<model::ModbusModel> models,
                                                  watch::Intake& intake, const Clock& clock,
                                                  const Clock& true_clock,
                                                  device::Register* devices, ModbusOptions options,
                                                  Problems& problems) {
  auto poller = std::make_unique<Poller>(intake, clock, true_clock, devices, std::move(options),
                                         std::move(models));
  for (ModbusTarget& target : targets) {
    const std::string place = target.place;
    if (auto added = poller->add(std::move(target), false); !added) {
      problems.error(place, added.error().message, added.error().code);
    }
  }
  poller->begin();
  return poller;
}

void add_modbus_gauges(std::vector<Gauge>& gauges, const ModbusCounters& counters) {
  const auto total = [&](const char* name, const char* help, std::uint64_t value) {
    gauges.push_back(
        {format("cairn_modbus_{}_total", name), help, "counter", static_cast<double>(value)});
  };
  total("requests", "Requests sent to meters.", counters.requests);
  total("answers", "Requests answered with values.", counters.answers);
  total("exceptions", "Requests that a meter or gateway refused.", counters.exceptions);
  total("silences", "Rounds that ended without an answer.", counters.silences);
  total("readings", "Readings accepted.", counters.readings);
  total("refused", "Readings that were refused.", counters.refused);
  total("unavailable", "Readings given up: the queue or the disk was full.", counters.unavailable);
  gauges.push_back({"cairn_modbus_targets", "Meters that are asked.", "gauge",
                    static_cast<double>(counters.targets.load())});
  gauges.push_back({"cairn_modbus_silent", "Meters that did not answer when last asked.", "gauge",
                    static_cast<double>(counters.silent.load())});
}

}  // namespace cairn::server
