// SPDX-License-Identifier: Apache-2.0
// A device as the register keeps it. Plain values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/label.hpp"
#include "core/time.hpp"
#include "device/register.hpp"

namespace cairn::device {

inline constexpr std::size_t fault_kinds = 10;
inline constexpr std::size_t protocols = 6;
// Silent after so many expected intervals without a word; the pack `devices` has the same number.
inline constexpr std::int64_t silent_intervals = 3;

struct Place {
  double lon = 0;
  double lat = 0;  // WGS 84, degrees
  bool operator==(const Place&) const = default;
};

// What people say of a device.
struct Facts {
  Label label;
  std::string vendor;
  std::string model;
  std::string serial;
  std::string firmware;
  std::optional<Date> calibrated_on;
  std::optional<Date> calibration_due;
  std::int64_t expected_every_s = 0;  // 0: none, it may be silent
  std::vector<std::string> rights;    // patterns of things besides its own
  bool simulated = false;
  bool operator==(const Facts&) const = default;
};

// What its readings belong to, as the registry of things has it.
struct Target {
  std::string thing;  // empty: none yet
  std::string type;
  std::string region;  // code
  std::optional<Place> place;
  bool estimated = false;  // its place
  bool operator==(const Target&) const = default;
};

struct Device {
  std::string id;
  Protocol protocol = Protocol::http;
  std::string identity;
  Status status = Status::waiting;
  std::string reason;  // of blocked and retired
  Facts facts;
  Target target;
  Instant registered_at;
  std::string registered_by;
  std::string peer;    // of the first contact, as the next
  std::string system;  // what it said of itself
  std::string sample;
  std::string digest;   // of its secret, hex; empty: none is asked for
  std::string secret;   // as it is, for DTLS only
  std::string offered;  // digest of what it showed at its first contact
  bool operator==(const Device&) const = default;
};

struct Trouble {
  Fault fault = Fault::framing;
  std::string text;
  Instant at;
  bool operator==(const Trouble&) const = default;
};

struct Battery {
  double value = 0;
  std::string unit;
  Instant at;
  bool operator==(const Battery&) const = default;
};

// What is counted; written every so often.
struct Counts {
  std::uint64_t messages = 0;  // that were understood
  std::uint64_t readings = 0;
  std::array<std::uint64_t, fault_kinds> faults{};
  std::optional<std::int64_t> clock_offset_ns;
  std::optional<Instant> first_heard;
  std::optional<Instant> last_heard;
  std::optional<Trouble> trouble;
  std::optional<Battery> battery;
  bool operator==(const Counts&) const = default;
  std::uint64_t all_faults() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t n : faults) sum += n;
    return sum;
  }
};

// One line of a device's history.
struct Step {
  Instant at;
  std::string actor;
  std::string action;  // contact, register, import, change, approve, block, retire, secret, order
  std::string note;
  bool operator==(const Step&) const = default;
};

struct Listed {
  Device device;
  Counts counts;
  bool silent = false;
};

}  // namespace cairn::device
