// SPDX-License-Identifier: Apache-2.0
#include "server/device_intake.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "server/device_desk.hpp"

namespace cairn::server {
namespace {

using device::Book;
using device::Fault;

std::optional<Error> refusal_of(const Book& book, std::uint32_t device) {
  if (device == Book::none || book.status(device) == device::Status::approved) return std::nullopt;
  const Book::Standing standing = book.standing(device);
  return Error{Code::denied,
               format("the device {} is {}{}", standing.id, to_string(standing.status),
                      standing.reason.empty() ? "" : ": " + standing.reason),
               {}};
}

std::string shown(const model::Reading& reading) {
  return format("{}/{} {} {}", reading.thing, reading.property, reading.value, reading.unit);
}

Fault fault_of(const model::Refusal& refusal) {
  if (refusal.flaw == model::Flaw::clock) return Fault::clock;
  if (refusal.error.code == Code::not_found) return Fault::unknown_name;
  return refusal.error.code == Code::denied ? Fault::refused : Fault::value;
}

}  // namespace

struct DeviceIntake::Heard {
  std::uint32_t sender = Book::none;
  std::vector<std::uint32_t> of;               // device of each reading
  std::optional<model::ReadingBatch> changed;  // what is submitted in place of the message
};

void DeviceIntake::look(const watch::Sender& sender, const model::ReadingBatch& batch,
                        Heard& heard) const {
  const Book& book = desk_.book();
  if (sender.name.starts_with("dev-")) heard.sender = book.of_id(sender.name);
  const auto blocked = refusal_of(book, heard.sender);
  heard.of.reserve(batch.readings.size());
  std::string_view thing;
  std::uint32_t device = Book::none;
  std::optional<Error> refusal = blocked;
  // A copy only from where it differs: hardly ever.
  const auto differ = [&] {
    if (heard.changed) return;
    heard.changed.emplace();
    heard.changed->refused = batch.refused;
    heard.changed->readings.assign(
        batch.readings.begin(),
        batch.readings.begin() + static_cast<std::ptrdiff_t>(heard.of.size() - 1));
  };
  for (const model::Reading& reading : batch.readings) {
    if (heard.of.empty() || reading.thing != thing) {
      thing = reading.thing;
      device = book.of_thing(thing);
      refusal = blocked ? blocked : refusal_of(book, device);
    }
    heard.of.push_back(device);
    if (refusal) {
      differ();
      Error error = *refusal;
      error.place = format("record {}", reading.record + 1);
      heard.changed->refused.push_back({reading.record, shown(reading), std::move(error)});
      continue;
    }
    if (device == Book::none || !desk_.is_of_device(thing, reading.property)) {
      if (heard.changed) heard.changed->readings.push_back(reading);
      continue;
    }
    differ();
    const std::string id = book.standing(device).id;
    heard.changed->texts.push_back(device_thing_id(id));
    heard.changed->readings.push_back(reading);
    heard.changed->readings.back().thing = heard.changed->texts.back();
    if (reading.property.starts_with("battery")) {
      desk_.book().battery(
          id, {reading.value, reading.unit.empty() ? "%" : std::string(reading.unit), desk_.now()});
    }
  }
}

// One message of each device that had a part in it.
void DeviceIntake::count(const watch::Sender& sender, const model::ReadingBatch& batch,
                         const Heard& heard, watch::Receipt& receipt) const {
  Book& book = desk_.book();
  const Instant now = desk_.now();
  std::vector<std::uint32_t> refused;  // records
  for (const model::Refusal& one : receipt.refused) refused.push_back(one.record);
  std::sort(refused.begin(), refused.end());
  std::vector<std::pair<std::uint32_t, std::uint64_t>> taken;  // by device, as they come
  for (std::size_t i = 0; i < batch.readings.size(); ++i) {
    const std::uint32_t device = heard.of[i];
    if (device == Book::none || device == heard.sender) continue;
    if (std::binary_search(refused.begin(), refused.end(), batch.readings[i].record)) continue;
    if (taken.empty() || taken.back().first != device) taken.emplace_back(device, 0);
    ++taken.back().second;
  }
  for (const auto& [device, readings] : taken) book.heard_at(device, readings, now);
  if (heard.sender != Book::none && receipt.accepted > 0) {
    book.heard_at(heard.sender, receipt.accepted, now);
  }
  // Bounded: of a message with thousands of wrong records the first tell enough.
  constexpr std::size_t looked_at = 100;
  for (std::size_t n = 0; n < std::min(looked_at, receipt.refused.size()); ++n) {
    model::Refusal& refusal = receipt.refused[n];
    const auto at = std::find_if(
        batch.readings.begin(), batch.readings.end(),
        [&](const model::Reading& reading) { return reading.record == refusal.record; });
    const bool read = at != batch.readings.end();
    const auto i = static_cast<std::size_t>(at - batch.readings.begin());
    complain(sender, read && heard.of[i] != Book::none ? heard.of[i] : heard.sender,
             read ? at->thing : std::string_view(), refusal);
  }
}

void DeviceIntake::complain(const watch::Sender& sender, std::uint32_t device,
                            std::string_view thing, model::Refusal& refusal) const {
  Book& book = desk_.book();
  const Instant now = desk_.now();
  if (refusal.error.code == Code::not_found && !thing.empty() && !desk_.knows(thing)) {
    const std::string system = sender.name.empty() ? std::string() : format("by {}", sender.name);
    book.contact({protocol_, std::string(thing), {}, system, refusal.text}, now);
    if (const auto known = book.find(protocol_, thing)) {
      refusal.error.message +=
          known->status == device::Status::waiting
              ? format("; its device waits for approval as {}", known->id)
              : format("; the device {} is {}", known->id, to_string(known->status));
    }
    return;
  }
  if (device == Book::none) return;
  const Fault fault = thing.empty() ? Fault::syntax : fault_of(refusal);
  book.fault(protocol_, book.standing(device).id, {}, fault, refusal.error.message, refusal.text,
             now);
}

Result<watch::Receipt> DeviceIntake::submit(const watch::Sender& sender,
                                            const model::ReadingBatch& batch) {
  Heard heard;
  look(sender, batch, heard);
  auto receipt = intake_.submit(sender, heard.changed ? *heard.changed : batch);
  if (receipt) count(sender, batch, heard, *receipt);
  return receipt;
}

}  // namespace cairn::server
