// SPDX-License-Identifier: Apache-2.0
// The messages of the generated stations, written into a buffer quickly enough that writing them
// is no part of what is measured.
#pragma once

#include <cstdint>
#include <string>

#include "world.hpp"

namespace cairn::bench {

enum class Wire : std::uint8_t {
  senml_json,
  senml_cbor,
  influx,  // a line a station: its five properties
  single,  // one reading: SenML of one record
  plain,   // one reading: its number alone (MQTT, where the topic says of what)
};

// How the readings of a round are cut into messages.
struct Cut {
  WorldShape shape;
  Wire wire = Wire::senml_json;
  std::uint32_t stations = 10;  // a message; `single` and `plain` hold one property of one

  bool one() const { return wire == Wire::single || wire == Wire::plain; }
  std::uint32_t messages() const;  // a round
  std::uint32_t readings() const { return one() ? 1 : stations * property_count; }
  std::uint32_t first_station(std::uint32_t message) const;
};

// What every message of a run shares, and what of it is extraordinary.
struct Moment {
  std::uint32_t round = 0;
  std::int64_t time_ms = 0;
  std::uint32_t spike_every = 0;  // one station of so many has a spike of pm25; 0: none
};
// Whether pm25 of the station is 950 in this round (and was not in the one before).
bool is_spike(std::uint32_t station, const Moment& moment);

// Appends message number `message` of the round: the body alone.
void put_message(const Cut& cut, std::uint32_t message, const Moment& moment, std::string& out);
const char* content_type(Wire wire);

}  // namespace cairn::bench
