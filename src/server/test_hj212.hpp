// SPDX-License-Identifier: Apache-2.0
// For tests of the HJ 212 door: a register and an intake in memory, a pack, an instrument.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "codec/hj212.hpp"
#include "core/text.hpp"
#include "model/memory_files.hpp"
#include "model/pack_load.hpp"
#include "server/hj212_desk.hpp"

namespace cairn::server {

class TestRegister final : public device::Register {
 public:
  struct Told {
    device::Fault fault;
    std::string device, identity, what, sample;
  };
  std::optional<device::Known> find(device::Protocol, std::string_view identity) const override {
    const auto at = known.find(std::string(identity));
    return at == known.end() ? std::nullopt : std::optional(at->second);
  }
  bool accepts(std::string_view, std::string_view secret) const override {
    return secret == password;
  }
  void contact(const device::Contact& contact, Instant) override { contacts.push_back(contact); }
  void heard(std::string_view, std::uint64_t readings, std::optional<std::int64_t> offset_ns,
             Instant) override {
    ++messages;
    total += readings;
    if (offset_ns) offset = offset_ns;
  }
  void fault(device::Protocol, std::string_view device, std::string_view identity,
             device::Fault fault, std::string_view what, std::string_view sample,
             Instant) override {
    faults.push_back({fault, std::string(device), std::string(identity), std::string(what),
                      std::string(sample)});
  }
  std::size_t count(device::Fault fault, std::string_view what = "") const {
    std::size_t n = 0;
    for (const Told& told : faults) {
      n += told.fault == fault && told.what.find(what) != std::string::npos ? 1 : 0;
    }
    return n;
  }

  std::map<std::string, device::Known> known{
      {"A1", {"dev-1", "out-1", "outfall", "maker", device::Status::approved}}};
  std::string password = "123456";
  std::vector<device::Contact> contacts;
  std::vector<Told> faults;
  std::uint64_t messages = 0, total = 0;
  std::optional<std::int64_t> offset;
};

class TimedIntake final : public watch::Intake {
 public:
  struct Taken {
    std::string thing, property, unit;
    double value = 0;
    Instant time;
    bool historical = false;
  };
  Result<watch::Receipt> submit(const watch::Sender& sender,
                                const model::ReadingBatch& batch) override {
    if (full) return fail(Code::too_large, "the queue is full");
    for (const model::Reading& r : batch.readings) {
      taken.push_back({std::string(r.thing), std::string(r.property), std::string(r.unit), r.value,
                       r.time, sender.historical});
    }
    return watch::Receipt{++position, batch.readings.size(), {}};
  }
  std::uint64_t durable() const override { return on_disk; }
  void listen(Listener) override {}

  bool full = false;
  std::uint64_t position = 0, on_disk = 0;
  std::vector<Taken> taken;
};

inline const char* hj212_pack = R"(pack: p
label: {zh: 包, en: Pack}
types:
  outfall:
    label: {zh: 排口, en: Outfall}
    properties:
      cod: {label: {zh: 甲, en: COD}, unit: mg/L, series: true}
      flow: {label: {zh: 乙, en: Flow}, unit: L/s, series: true}
      cod_10min: {label: {zh: 丙, en: COD}, unit: mg/L, series: true, every: 10min}
      cod_hour: {label: {zh: 丁, en: COD}, unit: mg/L, series: true, every: 1h}
      cod_day: {label: {zh: 戊, en: COD}, unit: mg/L, series: true, every: 1d}
inputs:
  hj212:
    - type: outfall
      systems: ['32']
      realtime: {w01018-Rtd: cod, w00000-Rtd: {property: flow, unit: m3/h, scale: 3.6, offset: 1}}
      minute: {w01018-Avg: cod_10min}
      hour: {w01018-Avg: cod_hour}
      day: {w01018-Avg: cod_day}
)";

inline model::Catalog hj212_catalog() {
  model::Catalog catalog;
  model::Records records;
  Problems problems;
  const model::FileMap files{{"p/pack.yaml", hj212_pack}};
  model::load_pack(model::MemoryFiles(files), "p", catalog, records, problems);
  return catalog;
}

class StillClock final : public Clock {
 public:
  Instant now() const override { return at; }
  Instant at;
};

// One connection of an instrument A1 to a desk, on 1 August 2016, 08:58:57.223 in China.
struct Hj212Bench {
  static constexpr Zone zone{8 * 3600};
  explicit Hj212Bench(Hj212DeskOptions options = {}) {
    options.zone = zone;
    clock.at = *codec::hj212::read_time("20160801085857223", zone);
    desk = std::make_unique<Hj212Desk>(options, names, intake, devices, clock, clock, counters);
    session.id = 20;
    session.peer = "192.0.2.7";
    desk->opened(session, now_ms);
  }
  // A message with Flag 5 and the QN of the clock.
  static std::string data(Instant qn, const std::string& cn, const std::string& content,
                          const std::string& mn = "A1", const std::string& pw = "123456",
                          int flag = 5) {
    return codec::hj212::write_frame(format("QN={};ST=32;CN={};PW={};MN={};Flag={};CP=&&{}&&",
                                            codec::hj212::write_time(qn, zone, true), cn, pw, mn,
                                            flag, content));
  }
  void say(const std::string& bytes) { desk->receive(session, bytes, now_ms); }
  void say(const std::string& cn, const std::string& content, int flag = 5) {
    say(data(clock.at, cn, content, "A1", "123456", flag));
  }
  void wait(std::int64_t ms) {
    now_ms += ms;
    clock.at = clock.at + ms * 1'000'000;
    desk->tick(now_ms);
  }
  // What was sent to the instrument since, as data segments.
  std::vector<codec::hj212::Packet> sent() {
    std::vector<codec::hj212::Packet> out;
    codec::hj212::Framer framer;
    framer.feed(session.out);
    session.out.clear();
    while (auto frame = framer.next()) out.push_back(codec::hj212::parse(frame->data).packet);
    return out;
  }
  void to_disk() {
    intake.on_disk = intake.position;
    desk->committed({intake.position, 0, {}});
  }
  Instant at(const char* digits) const { return *codec::hj212::read_time(digits, zone); }

  model::Catalog catalog = hj212_catalog();
  Hj212Names names{catalog};
  TimedIntake intake;
  TestRegister devices;
  StillClock clock;
  Hj212Counters counters;
  Hj212Session session;
  std::unique_ptr<Hj212Desk> desk;
  std::int64_t now_ms = 1'000;
};

}  // namespace cairn::server
