// SPDX-License-Identifier: Apache-2.0
// The part of the desk that turns data messages into readings.
#include <cmath>

#include "core/text.hpp"
#include "server/hj212_desk.hpp"

namespace cairn::server {

namespace hj212 = codec::hj212;

namespace {

constexpr std::int64_t minute_ns = 60 * ns_per_second;
constexpr std::size_t gaps_most = 8;
constexpr std::int64_t gap_back_ns = 7 * ns_per_day;  // older ones an operator may ask for

// After its end a value of this kind comes late: the instrument sends again what it kept.
std::int64_t late_ns(hj212::Kind kind) {
  switch (kind) {
    case hj212::Kind::minute:
      return 60 * minute_ns;
    case hj212::Kind::hour:
      return 180 * minute_ns;
    case hj212::Kind::day:
      return 2 * ns_per_day;
    default:
      return 10 * minute_ns;
  }
}

}  // namespace

std::int64_t Hj212Desk::lasting(const Message& message, const Instrument& instrument) const {
  const Hj212Meaning* any = names_.any(instrument.type, message.packet.st, message.kind);
  return any == nullptr ? 0 : any->lasts_ns;
}

void Hj212Desk::take_data(Hj212Session& session, const Message& message, Instrument& instrument,
                          std::int64_t now_ms) {
  const hj212::Parts::Place place = session.parts.add(message.packet);
  for (const auto& finding : place.findings) find(session, message, finding);
  const hj212::Data data = hj212::read_data(message.packet, options_.zone, place.time);
  session.parts.time(data.time);
  bool wrong = false;
  for (const hj212::Finding& finding : data.findings) {
    find(session, message, finding);
    wrong = wrong || finding.refuses;
  }
  if (wrong) {
    --counters_.frames;
    ++counters_.wrong_frames;
    return;
  }
  const auto offset_ns = clock_offset(session, message);
  Hj212Request* history = data.time ? history_of(instrument, message, *data.time) : nullptr;
  const std::int64_t lasts_ns = lasting(message, instrument);
  const bool late = data.time && *data.time + (lasts_ns + late_ns(message.kind)) < clock_.now();
  fill(session, message, instrument, data);
  const auto taken = submit(session, message, instrument, history != nullptr || late);
  if (!taken) return;
  devices_.heard(instrument.device, *taken, offset_ns, true_clock_.now());
  if (history != nullptr) {
    history->readings += *taken;
    history->deadline_ms = now_ms + 12 * options_.answer_ms;
    if (history->state == Hj212Request::State::sent) {
      history->state = Hj212Request::State::accepted;
    }
  } else if (data.time && !late) {
    watch_gap(message, instrument, *data.time);
  }
}

void Hj212Desk::fill(Hj212Session& session, const Message& message, Instrument& instrument,
                     const hj212::Data& data) {
  batch_.clear();
  const Instant said = hj212::read_time(message.packet.qn, options_.zone).value_or(clock_.now());
  for (const hj212::Value& value : data.values) {
    const auto record = static_cast<std::uint32_t>(&value - data.values.data());
    const Hj212Meaning* meaning =
        names_.find(instrument.type, message.packet.st, message.kind, value.name);
    if (value.flag != 'N') {
      instrument.flags.insert_or_assign(value.code, value.flag);
      if (meaning != nullptr) ++counters_.flagged;
      continue;
    }
    instrument.flags.erase(value.code);
    if (meaning == nullptr) {
      ++counters_.unnamed;
      if (!names_.knows(instrument.type, value.code)) {
        fault(session, message, device::Fault::unknown_name, false,
              format("no pack says what {} is for a thing of type {} (ST {})", value.name,
                     instrument.type, message.packet.st));
      }
      continue;
    }
    const Instant end = hj212_end(value.time, meaning->lasts_ns, said);
    if (meaning->lasts_ns > 0 && end == value.time) {
      fault(session, message, device::Fault::clock, false,
            "DataTime is the end of its interval, not the beginning as the standard has it");
    }
    batch_.readings.push_back({instrument.thing, meaning->property, meaning->unit, end,
                               value.value * meaning->scale + meaning->offset, record});
  }
}

std::optional<std::size_t> Hj212Desk::submit(Hj212Session& session, const Message& message,
                                             Instrument& instrument, bool historical) {
  watch::Sender sender;
  sender.name = instrument.device;
  sender.historical = historical;
  sender.things = {instrument.thing};
  watch::Receipt receipt;
  if (!batch_.readings.empty()) {
    auto done = intake_.submit(sender, batch_);
    if (!done) {
      // Not acknowledged: the instrument sends it again.
      ++counters_.unavailable;
      return std::nullopt;
    }
    receipt = std::move(*done);
  }
  counters_.readings += receipt.accepted;
  if (historical) counters_.historical += receipt.accepted;
  counters_.refused += receipt.refused.size();
  for (const model::Refusal& refusal : receipt.refused) {
    fault(session, message, device::Fault::value, false, refusal.error.message);
  }
  std::string answer = hj212::answer_to(message.packet);
  if (answer.empty()) return receipt.accepted;
  if (receipt.position > intake_.durable()) {
    pending_.push_back({receipt.position, session.id, std::move(answer)});
  } else {
    ++counters_.acknowledged;
    send(session, answer);
  }
  return receipt.accepted;
}

// What lies between the last data of that kind and these is missing.
void Hj212Desk::watch_gap(const Message& message, Instrument& instrument, Instant data_time) {
  const std::int64_t lasts_ns = lasting(message, instrument);
  if (lasts_ns == 0) return;
  std::optional<Instant> last;
  if (const auto at = instrument.last.find(message.kind); at != instrument.last.end()) {
    last = at->second;
  } else if (options_.last) {
    const Hj212Meaning* any = names_.any(instrument.type, message.packet.st, message.kind);
    last = options_.last(instrument.thing, any->property);
    if (last) last = *last - lasts_ns;
  }
  if (last && *last >= data_time) return;
  instrument.last.insert_or_assign(message.kind, data_time);
  if (!last || !options_.back_fill || instrument.gaps.size() >= gaps_most) return;
  const Instant begin = std::max(*last + lasts_ns, data_time - gap_back_ns);
  const Instant end = data_time - lasts_ns;
  if (begin <= end) instrument.gaps.push_back({message.kind, {begin, end}});
}

}  // namespace cairn::server
