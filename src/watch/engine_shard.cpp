// SPDX-License-Identifier: Apache-2.0
// What an engine does as one of several (docs/shards.md).
#include "core/text.hpp"
#include "watch/detail/engine_parts.hpp"

namespace cairn::watch {

// A parent's machine only learns names: rules, heads and history are with the shards.
Status Engine::hand_on(const Written& record) {
  const bool observed = record.kind == stream::RecordKind::observations;
  if (record.position > running_->machine.position()) {
    effects_.clear();
    const stream::Record view{record.position, observed ? stream::RecordKind::tick : record.kind,
                              record.arrival, observed ? std::string_view{} : record.payload};
    if (auto done = running_->machine.apply(view, effects_); !done) {
      return fail(done.error().code, done.error().message,
                  format("log position {}", record.position));
    }
    counters_->series.store(running_->machine.series(), std::memory_order_relaxed);
  }
  if (observed || record.kind == stream::RecordKind::shelve) {
    const ForwardedRecord out{record.position, record.kind, record.arrival, record.payload,
                              observed && !replaying_};
    if (auto done = options_.forward->take(out, running_->machine); !done) return done;
  }
  counters_->applied.store(record.position, std::memory_order_release);
  return {};
}

Result<Receipt> Engine::submit_all(std::span<const Delivery> deliveries) {
  return desk_->submit_all(deliveries);
}

void Engine::forwarded(std::size_t bytes) {
  desk_->applied(bytes);
}

void Engine::raise(const std::vector<Alert>& alerts) {
  for (const Alert& alert : alerts) {
    if (auto news = book_.raise(alert)) update_.alerts.push_back(std::move(*news));
  }
  counters_->raised.fetch_add(1, std::memory_order_relaxed);
}

Status Engine::inject(const stream::Share& share) {
  if (auto done = running_->rollup->inject(share); !done) return done;
  injected_[{share.aggregate, share.region}] = share.bytes;
  counters_->raised.fetch_add(1, std::memory_order_relaxed);
  return {};
}

// Another world's roll-up knows nothing of the shards; what it does not ask for any more is left.
void Engine::inject_again() {
  std::erase_if(injected_, [this](const auto& kept) {
    return !running_->rollup->inject({kept.first.first, kept.first.second, kept.second});
  });
}

void Engine::tell_shares() {
  std::vector<stream::Share> shares;
  running_->rollup->own_changes(shares);
  if (!shares.empty()) options_.shares(std::move(shares));
}

std::uint64_t Engine::generation() const {
  return applied() + counters_->raised.load(std::memory_order_relaxed);
}

}  // namespace cairn::watch
