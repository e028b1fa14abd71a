// SPDX-License-Identifier: Apache-2.0
// The register of devices: what speaks to us, as which thing, with which right, and how it fares. A
// device is the sender behind a thing: a logger, a meter, a modem. Doors ask here who speaks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/time.hpp"

namespace cairn::device {

enum class Protocol : std::uint8_t { http, mqtt, coap, hj212, modbus, probe };
const char* to_string(Protocol protocol);
std::optional<Protocol> parse_protocol(std::string_view text);

enum class Status : std::uint8_t {
  waiting,   // has spoken; nobody has said yet that it may
  approved,  // may write to its thing
  blocked,   // is refused
  retired    // is gone; is refused, its past stays
};
const char* to_string(Status status);
std::optional<Status> parse_status(std::string_view text);

// What a door needs to know of a device.
struct Known {
  std::string id;      // "dev-…", of the register
  std::string thing;   // that its readings belong to; empty while waiting
  std::string type;    // of the thing
  std::string vendor;  // empty: unknown
  Status status = Status::waiting;
};

// A device that nobody knows has spoken.
struct Contact {
  Protocol protocol = Protocol::http;
  std::string
      identity;        // MN of HJ 212, name of a DTLS key, client or identity name, host:port/unit
  std::string peer;    // address it came from
  std::string system;  // what it says of itself: ST of HJ 212, content format; empty: nothing
  std::string sample;  // first bytes of what it said, at most 500, UTF-8
};

// What was wrong with a message, counted by device and by vendor.
enum class Fault : std::uint8_t {
  framing,       // no begin or end where there must be
  length,        // the declared length is not the real one
  checksum,      // CRC
  syntax,        // not readable
  password,      // wrong
  unknown_name,  // a factor, name or register that no pack declares
  clock,         // its time is impossible
  value,         // not finite, out of range
  timeout,       // it did not answer
  refused        // answered with an exception
};
const char* to_string(Fault fault);

// Called by doors on any thread; must not block on the disk. Time is the server's true clock.
class Register {
 public:
  virtual ~Register() = default;
  // Nothing: never heard of.
  virtual std::optional<Known> find(Protocol protocol, std::string_view identity) const = 0;
  // True when the secret (password of HJ 212, token) is the device's; also where none was set.
  virtual bool accepts(std::string_view device, std::string_view secret) const = 0;
  // First contact of a stranger: it waits for approval. Bounded: beyond a number of strangers
  // (each door, each peer) nothing more is noted.
  virtual void contact(const Contact& contact, Instant now) = 0;
  // It spoke and was understood. `offset_ns`: its clock less ours where its message says a time.
  virtual void heard(std::string_view device, std::uint64_t readings,
                     std::optional<std::int64_t> offset_ns, Instant now) = 0;
  // Something was wrong. `device` may be empty (identity not readable); `sample` as in Contact.
  virtual void fault(Protocol protocol, std::string_view device, std::string_view identity,
                     Fault fault, std::string_view what, std::string_view sample, Instant now) = 0;
};

}  // namespace cairn::device
