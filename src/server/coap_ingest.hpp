// SPDX-License-Identifier: Apache-2.0
// What becomes of a CoAP request: readings into the intake, and the answer in CoAP's codes.
// docs/coap.md lists resources, formats and answers.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "codec/decode.hpp"
#include "core/result.hpp"
#include "core/seams.hpp"
#include "core/time.hpp"
#include "model/reading.hpp"
#include "server/coap_message.hpp"
#include "server/identity.hpp"
#include "watch/intake.hpp"

namespace cairn::server {

// Live figures, for /metrics.
struct CoapCounters {
  std::atomic<std::uint64_t> messages{0};        // requests, blocks of a body counted one by one
  std::atomic<std::uint64_t> repeated{0};        // that had come before
  std::atomic<std::uint64_t> accepted{0};        // readings
  std::atomic<std::uint64_t> refused{0};         // readings, or whole messages that cannot be read
  std::atomic<std::uint64_t> denied{0};          // messages without the right to write
  std::atomic<std::uint64_t> unavailable{0};     // answered 5.03: queue or disk are full
  std::atomic<std::uint64_t> bytes_received{0};  // of payloads
  std::atomic<std::int64_t> waiting{0};          // requests that wait for the disk
  std::atomic<std::int64_t> observers{0};        // of alerts
  std::atomic<std::uint64_t> revoked{0};         // DTLS sessions ended with the right to them
};

// Not thread-safe. What it refers to must outlive it.
class CoapIngest {
 public:
  // A sender with `token` may write everything; empty: there is none.
  CoapIngest(watch::Intake& intake, const Identities& identities, std::string token,
             const Clock& clock, Zone zone, CoapCounters& counters)
      : intake_(intake),
        identities_(identities),
        token_(std::move(token)),
        clock_(clock),
        zone_(zone),
        counters_(counters) {}

  // A whole message. The answer may have to wait for its position of the log.
  CoapAnswer take(const CoapRequest& request);
  // May this sender read alerts? An answer that refuses, when not.
  std::optional<CoapAnswer> may_read(const CoapRequest& request) const;

 private:
  struct Query;
  Result<Query> read_query(const CoapRequest& request) const;
  Result<Identity> identify(const CoapRequest& request, std::string_view token) const;
  CoapAnswer submit(const Query& query, const CoapRequest& request, watch::Sender& sender);
  CoapAnswer answer_to(const watch::Receipt& receipt);

  watch::Intake& intake_;
  const Identities& identities_;
  std::string token_;
  const Clock& clock_;
  Zone zone_;
  CoapCounters& counters_;
  codec::Decoder decoder_;
  model::ReadingBatch batch_;
};

}  // namespace cairn::server
