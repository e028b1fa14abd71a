// SPDX-License-Identifier: Apache-2.0
// Requests by CoAP that are being answered or were: an answer waits until its readings are on
// disk, and a datagram that comes twice has its effect and its answer once (RFC 7252, 4.2 and 4.5).
// It knows no clock and no sockets; the caller passes steady milliseconds. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/coap_message.hpp"
#include "watch/intake.hpp"

namespace cairn::server {

struct CoapExchange {
  std::string key;  // peer and message id
  std::uint16_t message_id = 0;
  std::string token;
  bool confirmable = false;
  bool acknowledged = false;  // by an empty message: the answer comes in one of its own
  bool answered = false;
  std::int64_t begun_ms = 0;
  CoapAnswer answer;
  std::shared_ptr<void> session;  // shared: the transport's, held until the answer is sent
};

class CoapExchanges {
 public:
  struct Limits {
    std::size_t under_way = 4'096;  // more does not make a group commit better
    std::size_t kept = 16'384;      // answers that can be given again
    // How long a datagram may come again (EXCHANGE_LIFETIME).
    std::int64_t lifetime_ms = 247'000;
    // A sender repeats after 2 s: by then it must have heard something.
    std::int64_t acknowledge_ms = 1'000;
  };
  // What the transport does with an exchange: sends its answer, or an empty acknowledgement.
  using Send = std::function<void(CoapExchange&)>;
  CoapExchanges(Limits limits, Send send_answer, Send send_empty)
      : limits_(limits), answer_(std::move(send_answer)), empty_(std::move(send_empty)) {}

  // True when this is a repetition: it has been dealt with.
  bool repeated(std::string_view key, const std::shared_ptr<void>& session);
  bool full() const { return waiting_.size() >= limits_.under_way; }
  // A new one whose answer is known, and may have to wait for the log.
  void begin(CoapExchange exchange, CoapAnswer answer, std::int64_t now_ms);
  // Of the intake. Answers what has become durable, or never will.
  void settle(const watch::Intake::Commit& commit);
  // Empty acknowledgements that are due; what is too old is forgotten.
  void tick(std::int64_t now_ms);
  std::size_t waiting() const { return waiting_.size(); }
  std::size_t kept() const { return exchanges_.size(); }

 private:
  void finish(CoapExchange& exchange);

  Limits limits_;
  Send answer_;
  Send empty_;
  std::uint64_t durable_ = 0;
  std::list<CoapExchange> exchanges_;  // in the order they began
  std::unordered_map<std::string_view, CoapExchange*> by_key_;
  std::deque<CoapExchange*> waiting_;  // in the order of their positions
};

// 5.03 for a commit that failed.
CoapAnswer coap_disk_refuses(const Error& error);

}  // namespace cairn::server
