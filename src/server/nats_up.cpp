// SPDX-License-Identifier: Apache-2.0
#include "server/nats_up.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "core/text.hpp"
#include "server/nats_alert.hpp"
#include "server/nats_names.hpp"
#include "server/nats_share.hpp"
#include "watch/shard.hpp"

namespace cairn::server {
namespace {

using std::chrono::milliseconds;

constexpr int connect_ms = 15'000;
constexpr int confirm_ms = 5'000;
constexpr milliseconds pace{20};    // a parent's page moves this often
constexpr milliseconds pause{250};  // after a failure
constexpr std::size_t most = 512;   // messages sent at once

}  // namespace

Result<std::unique_ptr<NatsUp>> NatsUp::open(const Options& options) {
  auto link = NatsLink::connect(options.url, "cairn shard upward", connect_ms);
  if (!link) return fail(link.error());
  if (auto made = make_streams(**link); !made) return fail(made.error());
  return std::unique_ptr<NatsUp>(new NatsUp(options, std::move(*link)));
}

std::string NatsUp::partition_of(std::string_view region) {
  const auto at = partitions_.find(region);
  if (at != partitions_.end()) return at->second;
  std::string partition = watch::partition_of(*options_.regions, region);
  partitions_.emplace(std::string(region), partition);
  return partition;
}

void NatsUp::shares(std::vector<stream::Share> shares) {
  const std::lock_guard lock(mutex_);
  for (const stream::Share& share : shares) {
    const std::string partition = partition_of(share.region);
    // Divisions are things themselves, everywhere: only ours are ours to tell of.
    if (!std::binary_search(options_.partitions.begin(), options_.partitions.end(), partition)) {
      continue;
    }
    std::string subject = format("cairn.up.share.{}.{}", partition,
                                 subject_hash(share.aggregate + '\n' + share.region));
    std::string text = share_text(share);
    shares_[subject] = text;
    waiting_[std::move(subject)] = std::move(text);
  }
}

void NatsUp::tell(const model::Alert& above) {
  waiting_[format("cairn.alerts.{}.{}", partition_of(above.region), subject_hash(above.id))] =
      alert_text(above);
}

void NatsUp::alerts(const std::vector<model::Alert>& alerts) {
  const std::lock_guard lock(mutex_);
  for (const model::Alert& alert : alerts) {
    for (const model::Alert& above : upward_.take(alert)) tell(above);
  }
}

// What had been told of these partitions, by this directory or by one that is lost, against what is
// known now.
Status NatsUp::compare(std::vector<model::Alert> own) {
  std::map<std::string, model::Alert> told;  // by upward id
  for (const std::string& partition : options_.partitions) {
    const std::string subjects = format("cairn.alerts.{}.>", partition);
    const auto newest = link_->newest(std::string(alert_stream), subjects);
    if (!newest) return fail(newest.error());
    const std::uint64_t last = *newest ? (*newest)->sequence : 0;
    if (last == 0) continue;
    auto pull = link_->pull({std::string(alert_stream), subjects, "compare-" + partition});
    if (!pull) return fail(pull.error());
    for (std::uint64_t read = 0; read < last;) {
      const auto messages = (*pull)->fetch(256, 2'000);
      if (!messages) return fail(messages.error());
      if (messages->empty()) return fail(Code::io, "what had been told does not come");
      for (const NatsMessage& message : *messages) {
        if (auto alert = read_alert(message.data)) told[alert->id] = std::move(*alert);
      }
      read = messages->back().sequence;
      if (auto done = link_->acknowledge(messages->back()); !done) return done;
    }
  }
  const std::lock_guard lock(mutex_);
  for (const model::Alert& above : upward_.compare(std::move(own), std::move(told))) tell(above);
  return {};
}

// False when the stream did not take all of it.
bool NatsUp::send() {
  std::vector<NatsPublication> messages;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [subject, data] : waiting_) {
      if (messages.size() == most) break;
      messages.push_back(
          {subject, data,
           format("{}-{:x}-{}", options_.partitions.front(), options_.started_ns, sent_++),
           std::nullopt});
    }
  }
  if (messages.empty()) return true;
  const auto answers = link_->publish(messages, confirm_ms);
  const std::lock_guard lock(mutex_);
  bool all = true;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (!answers[i]) {
      all = false;
      continue;
    }
    // A newer state may have come meanwhile.
    const auto at = waiting_.find(messages[i].subject);
    if (at != waiting_.end() && at->second == messages[i].data) waiting_.erase(at);
  }
  return all;
}

void NatsUp::start(std::function<bool()> ready,
                   std::function<std::vector<model::Alert>()> all_alerts) {
  thread_ = std::thread([this, ready = std::move(ready), all_alerts = std::move(all_alerts)] {
    run(ready, all_alerts);
  });
}

void NatsUp::run(const std::function<bool()>& ready,
                 const std::function<std::vector<model::Alert>()>& all_alerts) {
  bool compared = false;
  std::uint64_t reconnects = link_->reconnects();
  while (!stopping_) {
    std::this_thread::sleep_for(pace);
    if (!ready() || !link_->connected()) continue;
    if (reconnects != link_->reconnects()) {
      // A server that comes back may have forgotten: to say it again changes nothing.
      reconnects = link_->reconnects();
      compared = false;
      const std::lock_guard lock(mutex_);
      for (const auto& [subject, text] : shares_) waiting_.try_emplace(subject, text);
    }
    if (!compared) {
      compared = static_cast<bool>(compare(all_alerts()));
      if (!compared) std::this_thread::sleep_for(pause);
      continue;
    }
    if (!send()) std::this_thread::sleep_for(pause);
  }
}

void NatsUp::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  thread_.join();
}

}  // namespace cairn::server
