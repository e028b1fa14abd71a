// SPDX-License-Identifier: Apache-2.0
// What a parent hears from its shards: partials, which its roll-up adds up, and alerts. All of it
// is in streams that keep the newest of each, so a parent that starts hears everything again.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/result.hpp"
#include "model/alert.hpp"
#include "server/nats_link.hpp"
#include "stream/rollup.hpp"

namespace cairn::server {

class NatsGather {
 public:
  struct Heard {
    std::vector<stream::Share> shares;
    std::vector<model::Alert> alerts;
  };
  // `name` of the parent.
  static Result<std::unique_ptr<NatsGather>> open(const std::string& url, const std::string& name);
  ~NatsGather() { stop(); }

  // `take` is called from a thread of this, never twice at once.
  void start(std::function<void(Heard)> take);
  void stop();
  std::uint64_t broken() const { return broken_.load(); }  // messages that nobody understood

 private:
  NatsGather(std::unique_ptr<NatsLink> link, std::string name)
      : link_(std::move(link)), name_(std::move(name)) {}
  Status begin();
  Result<Heard> fetch();
  void run(const std::function<void(Heard)>& take);

  const std::unique_ptr<NatsLink> link_;
  const std::string name_;
  std::unique_ptr<NatsPull> shares_;
  std::unique_ptr<NatsPull> alerts_;
  std::atomic<std::uint64_t> broken_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace cairn::server
