// SPDX-License-Identifier: Apache-2.0
#include "server/nats_gather.hpp"

#include <chrono>
#include <utility>

#include "core/text.hpp"
#include "server/nats_alert.hpp"
#include "server/nats_names.hpp"
#include "server/nats_share.hpp"

namespace cairn::server {
namespace {

constexpr int connect_ms = 15'000;
constexpr int most = 512;
constexpr int idle_ms = 50;
constexpr std::chrono::milliseconds pause{250};

}  // namespace

Result<std::unique_ptr<NatsGather>> NatsGather::open(const std::string& url,
                                                     const std::string& name) {
  auto link = NatsLink::connect(url, "cairn parent from below", connect_ms);
  if (!link) return fail(link.error());
  if (auto made = make_streams(**link); !made) return fail(made.error());
  auto gather = std::unique_ptr<NatsGather>(new NatsGather(std::move(*link), name));
  if (auto begun = gather->begin(); !begun) return fail(begun.error());
  return gather;
}

Status NatsGather::begin() {
  // Neither without the other: a reader whose consumer is gone would wait for ever.
  shares_.reset();
  alerts_.reset();
  auto shares = link_->pull({std::string(up_stream), "cairn.up.share.>", "shares-" + name_});
  if (!shares) return fail(shares.error());
  auto alerts = link_->pull({std::string(alert_stream), "cairn.alerts.>", "alerts-" + name_});
  if (!alerts) return fail(alerts.error());
  shares_ = std::move(*shares);
  alerts_ = std::move(*alerts);
  return {};
}

Result<NatsGather::Heard> NatsGather::fetch() {
  Heard out;
  if (!alerts_ || !shares_) return fail(Code::io, "the streams are not being read");
  auto alerts = alerts_->fetch(most, 1);
  if (!alerts) return fail(alerts.error());
  auto shares = shares_->fetch(most, alerts->empty() ? idle_ms : 1);
  if (!shares) return fail(shares.error());
  for (const auto* heard : {&*alerts, &*shares}) {
    if (heard->empty()) continue;
    if (auto told = link_->acknowledge(heard->back()); !told) return fail(told.error());
  }
  for (const NatsMessage& message : *alerts) {
    auto alert = read_alert(message.data);
    if (!alert) {
      broken_.fetch_add(1);
      continue;
    }
    // Its order above is that of the stream: the shards' positions are of their own logs.
    alert->position = message.sequence;
    out.alerts.push_back(std::move(*alert));
  }
  for (const NatsMessage& message : *shares) {
    if (auto share = read_share(message.data)) {
      out.shares.push_back(std::move(*share));
    } else {
      broken_.fetch_add(1);
    }
  }
  return out;
}

void NatsGather::start(std::function<void(Heard)> take) {
  thread_ = std::thread([this, take = std::move(take)] { run(take); });
}

void NatsGather::run(const std::function<void(Heard)>& take) {
  while (!stopping_) {
    auto heard = fetch();
    if (heard) {
      if (!heard->shares.empty() || !heard->alerts.empty()) take(std::move(*heard));
      continue;
    }
    // The server went away: everything newest is heard again, which changes nothing known.
    std::this_thread::sleep_for(pause);
    if (link_->connected()) (void)begin();
  }
}

void NatsGather::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  thread_.join();
}

}  // namespace cairn::server
