// SPDX-License-Identifier: Apache-2.0
// The CoAP door: SenML over UDP and DTLS. A request is answered when its readings are on disk;
// docs/coap.md lists resources, answers and limits.
//
//   auto coap = CoapEndpoint::start({.port = 5683}, live.intake(), identities, {}, clock);
//   if (!coap) return fail(coap.error());
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/result.hpp"
#include "core/seams.hpp"
#include "core/time.hpp"
#include "device/revocation.hpp"
#include "server/coap_ingest.hpp"
#include "server/coap_keys.hpp"

namespace cairn::server {

struct CoapOptions {
  std::string address = "127.0.0.1";            // an IPv4 or IPv6 address
  std::optional<std::uint16_t> port = {};       // plain UDP; 0: any free one
  std::optional<std::uint16_t> dtls_port = {};  // with keys
  bool insecure = false;                        // plain UDP also where other machines reach it
  std::string token = {};
  Zone zone = {};
  // A device that says nothing for so long is forgotten; it may come again at any time.
  unsigned session_seconds = 300;
  unsigned sessions = 10'000;   // that say nothing now; beyond it the oldest goes
  unsigned handshakes = 1'000;  // of DTLS under way
  // The open alerts as JSON, for GET /alerts; none: there is no such resource. From the door's
  // thread.
  std::function<std::string()> alerts = {};
};

class CoapEndpoint {
 public:
  // Binds and serves from a thread of its own until stop() or destruction. `intake` and `clock`
  // must outlive it. Plain UDP beyond loopback is an error unless it is asked for by `insecure`.
  static Result<std::unique_ptr<CoapEndpoint>> start(const CoapOptions& options,
                                                     watch::Intake& intake,
                                                     std::shared_ptr<const Identities> identities,
                                                     CoapKeys keys, const Clock& clock);
  virtual ~CoapEndpoint() = default;

  virtual std::uint16_t port() const = 0;       // 0: none
  virtual std::uint16_t dtls_port() const = 0;  // 0: none
  // Tells those who observe the alerts. Thread-safe, does not block.
  virtual void alerts_changed() = 0;
  // Ends the DTLS sessions of these devices; all else is asked anew with each request.
  // Thread-safe, does not block.
  virtual void revoke(std::span<const device::Revocation> revoked) = 0;
  // shared: handlers that report the figures may outlive the endpoint.
  virtual std::shared_ptr<const CoapCounters> counters() const = 0;
  // Waits; idempotent.
  virtual void stop() = 0;
};

}  // namespace cairn::server
