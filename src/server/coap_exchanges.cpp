// SPDX-License-Identifier: Apache-2.0
#include "server/coap_exchanges.hpp"

#include <algorithm>
#include <utility>

namespace cairn::server {
namespace {

// A full disk is emptied by people.
constexpr std::uint32_t disk_again_s = 60;

}  // namespace

CoapAnswer coap_disk_refuses(const Error& error) {
  CoapAnswer out = coap_error(
      coap_unavailable, "the readings did not come to the disk; send them again: " + error.message);
  out.max_age_s = disk_again_s;
  return out;
}

bool CoapExchanges::repeated(std::string_view key, const std::shared_ptr<void>& session) {
  const auto at = by_key_.find(key);
  if (at == by_key_.end()) return false;
  CoapExchange& exchange = *at->second;
  if (!exchange.confirmable) return true;
  if (exchange.acknowledged) {  // the transport itself repeats the answer
    const std::shared_ptr<void> before = std::exchange(exchange.session, session);
    empty_(exchange);
    exchange.session = before;
  } else if (exchange.answered) {
    exchange.session = session;
    answer_(exchange);
    exchange.session.reset();
  }
  return true;
}

void CoapExchanges::finish(CoapExchange& exchange) {
  exchange.answered = true;
  answer_(exchange);
  exchange.session.reset();
}

void CoapExchanges::begin(CoapExchange exchange, CoapAnswer answer, std::int64_t now_ms) {
  exchange.begun_ms = now_ms;
  exchange.answer = std::move(answer);
  exchanges_.push_back(std::move(exchange));
  CoapExchange& kept = exchanges_.back();
  by_key_[kept.key] = &kept;
  if (kept.answer.position <= durable_) {
    finish(kept);
  } else {
    waiting_.push_back(&kept);
  }
}

void CoapExchanges::settle(const watch::Intake::Commit& commit) {
  durable_ = std::max(durable_, commit.durable);
  const std::uint64_t settled = std::max(durable_, commit.failed_to);
  while (!waiting_.empty() && waiting_.front()->answer.position <= settled) {
    CoapExchange& exchange = *waiting_.front();
    waiting_.pop_front();
    if (exchange.answer.position > commit.durable && exchange.answer.position <= commit.failed_to) {
      exchange.answer = coap_disk_refuses(commit.error);
    }
    finish(exchange);
  }
}

void CoapExchanges::tick(std::int64_t now_ms) {
  for (CoapExchange* exchange : waiting_) {
    if (now_ms - exchange->begun_ms < limits_.acknowledge_ms) break;  // the rest is younger
    if (exchange->acknowledged || !exchange->confirmable) continue;
    exchange->acknowledged = true;
    empty_(*exchange);
  }
  while (!exchanges_.empty()) {
    const CoapExchange& oldest = exchanges_.front();
    const bool old = now_ms - oldest.begun_ms > limits_.lifetime_ms;
    if (!oldest.answered || (!old && exchanges_.size() <= limits_.kept)) break;
    by_key_.erase(oldest.key);
    exchanges_.pop_front();
  }
}

}  // namespace cairn::server
