// SPDX-License-Identifier: Apache-2.0
#include "server/shard_service.hpp"

#include <chrono>
#include <limits>
#include <thread>
#include <utility>

#include "core/text.hpp"
#include "server/nats_feed.hpp"
#include "server/nats_gather.hpp"
#include "server/nats_relay.hpp"
#include "server/nats_up.hpp"

namespace cairn::server {
namespace {

// What a shard would take from a device its successor would never hear of.
class ClosedIntake final : public watch::Intake {
 public:
  Result<watch::Receipt> submit(const watch::Sender&, const model::ReadingBatch&) override {
    return fail(Code::denied, "this is a shard: readings are sent to its parent");
  }
  std::uint64_t durable() const override { return 0; }
  void listen(Listener) override {}
};

// What was read is on disk, and all but looked at: alerts of the last records would be missed.
void wait_applied(const watch::Engine& engine) {
  const std::uint64_t durable = engine.stats().position;
  for (int i = 0; i < 200 && engine.stats().applied < durable; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace

struct ShardService::Impl {
  Impl(const Clock& real, std::vector<std::string> of)
      : shard_clock(real), real_clock(real), partitions(std::move(of)) {}

  ShardClock shard_clock;
  const Clock& real_clock;
  std::vector<std::string> partitions;
  std::string note;
  ClosedIntake closed;
  // Of a parent:
  std::unique_ptr<NatsRelay> relay;
  std::unique_ptr<NatsGather> gather;
  // Of a shard:
  std::unique_ptr<NatsFeed> feed;
  std::unique_ptr<NatsUp> up;
};

ShardService::ShardService(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ShardService::~ShardService() {
  stop_below();
  stop();
}

Result<std::unique_ptr<ShardService>> ShardService::open(
    Files& files, const Clock& clock, std::shared_ptr<const model::RegionTree> regions,
    const ShardOptions& options, const std::string& directory,
    std::function<void(const Error&)> fatal) {
  std::vector<std::string> partitions;
  if (!options.shard.empty()) {
    auto read = watch::read_partitions(options.shard, *regions);
    if (!read) return fail(read.error());
    partitions = std::move(*read);
  }
  auto impl = std::make_unique<Impl>(clock, partitions);
  if (auto made = files.make_directory(directory); !made) return fail(made.error());
  if (partitions.empty()) {
    auto relay = NatsRelay::open(files, clock, {options.nats, directory, fatal});
    if (!relay) return fail(relay.error());
    impl->relay = std::move(*relay);
    auto gather = NatsGather::open(options.nats, impl->relay->parent());
    if (!gather) return fail(gather.error());
    impl->gather = std::move(*gather);
  } else {
    auto feed =
        NatsFeed::open(files, impl->shard_clock, {options.nats, directory, partitions, fatal});
    if (!feed) return fail(feed.error());
    impl->feed = std::move(*feed);
    impl->note = impl->feed->note();
    auto up = NatsUp::open({options.nats, partitions, clock.now().ns, std::move(regions)});
    if (!up) return fail(up.error());
    impl->up = std::move(*up);
  }
  return std::unique_ptr<ShardService>(new ShardService(std::move(impl)));
}

bool ShardService::parent() const {
  return impl_->relay != nullptr;
}
const std::vector<std::string>& ShardService::partitions() const {
  return impl_->partitions;
}
const std::string& ShardService::note() const {
  return impl_->note;
}
const Clock& ShardService::clock() const {
  return parent() ? impl_->real_clock : impl_->shard_clock;
}

void ShardService::configure(LiveOptions& options) {
  if (parent()) {
    options.forward = impl_->relay.get();
    return;
  }
  options.intake = &impl_->closed;
  options.mqtt_port.reset();
  options.shares = [up = impl_->up.get()](std::vector<stream::Share> shares) {
    up->shares(std::move(shares));
  };
}

void ShardService::start(LiveService& live) {
  watch::Engine& engine = live.engine();
  if (parent()) {
    impl_->relay->start([&engine](std::size_t bytes) { engine.forwarded(bytes); });
    impl_->gather->start([&live, &engine](NatsGather::Heard heard) {
      // A partial that this world does not ask for is none of an error: packs may differ in time.
      (void)live.between([&engine, heard = std::move(heard)]() -> Status {
        engine.raise(heard.alerts);
        for (const stream::Share& share : heard.shares) (void)engine.inject(share);
        return {};
      });
    });
    return;
  }
  engine.watch([up = impl_->up.get()](const watch::LiveUpdate& update) {
    if (!update.alerts.empty()) up->alerts(update.alerts);
  });
  impl_->up->start([feed = impl_->feed.get()] { return feed->caught_up(); },
                   [&engine] {
                     wait_applied(engine);
                     watch::AlertQuery all;
                     all.open = false;
                     all.limit = std::numeric_limits<std::size_t>::max();
                     return engine.alerts(all).alerts;
                   });
  impl_->feed->start(engine);
}

void ShardService::stop_below() {
  if (impl_->feed) impl_->feed->stop();
  if (impl_->gather) impl_->gather->stop();
}

void ShardService::stop() {
  if (impl_->relay) impl_->relay->stop();
  if (impl_->up) impl_->up->stop();
}

}  // namespace cairn::server
