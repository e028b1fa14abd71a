// SPDX-License-Identifier: Apache-2.0
// The HJ 212 door: instruments that watch outfalls, stacks, air and noise call it by TCP and stay.
// docs/hj212.md has what is understood and answered.
//
//   auto door = Hj212Endpoint::start({.port = 9212}, catalog, intake, devices, clock, clock);
//   if (!door) return fail(door.error());
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/seams.hpp"
#include "device/revocation.hpp"
#include "server/hj212_desk.hpp"

namespace cairn::server {

struct Hj212Options {
  std::string address = "127.0.0.1";  // an IPv4 or IPv6 address
  std::uint16_t port = 0;             // 0: any free one
  std::size_t connections = 2'000;
  Hj212DeskOptions desk = {};
};

class Hj212Endpoint {
 public:
  // Binds and serves from a thread of its own until stop() or destruction. `intake`, `devices` and
  // the clocks must outlive it. The standard has no encryption: beyond this machine the line has
  // to be a private one.
  static Result<std::unique_ptr<Hj212Endpoint>> start(const Hj212Options& options,
                                                      const model::Catalog& catalog,
                                                      watch::Intake& intake,
                                                      device::Register& devices, const Clock& clock,
                                                      const Clock& true_clock);
  virtual ~Hj212Endpoint() = default;

  virtual std::uint16_t port() const = 0;
  // Of the instrument with this MN; thread-safe.
  virtual Result<Hj212Request> ask(std::string_view mn, const Hj212Command& command) = 0;
  virtual Hj212Standing standing(std::string_view mn) const = 0;
  // Who writes down what instruments did and said; on a thread of its own, one note after the
  // other, again and again while the disk takes nothing (Code::io). Once, before the first
  // instrument speaks; without it notes count as written.
  using Keep = std::function<Status(const Hj212Note& note)>;
  virtual void keep_notes(Keep keep) = 0;
  // Ends the connections of these instruments; a connection that others share stays, without them.
  // Thread-safe.
  virtual void revoke(std::span<const device::Revocation> revoked) = 0;
  // shared: handlers that report the figures may outlive the endpoint.
  virtual std::shared_ptr<const Hj212Counters> counters() const = 0;
  // Waits; idempotent.
  virtual void stop() = 0;
};

}  // namespace cairn::server
