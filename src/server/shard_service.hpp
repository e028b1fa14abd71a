// SPDX-License-Identifier: Apache-2.0
// A process as one of several over one region: a parent with all doors, or a shard with some of
// the things. What it adds to the live service; docs/shards.md has the whole.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/seams.hpp"
#include "model/region.hpp"
#include "server/live_service.hpp"

namespace cairn::server {

struct ShardOptions {
  std::string nats;   // "nats://127.0.0.1:4222"; empty: this is no part of several
  std::string shard;  // "5104,5134"; empty: the parent
};

class ShardService {
 public:
  // Connects. `directory` is the live engine's; `regions` those of the workspace.
  static Result<std::unique_ptr<ShardService>> open(
      Files& files, const Clock& clock, std::shared_ptr<const model::RegionTree> regions,
      const ShardOptions& options, const std::string& directory,
      std::function<void(const Error&)> fatal);
  ~ShardService();

  bool parent() const;
  const std::vector<std::string>& partitions() const;  // of a shard
  const std::string& note() const;                     // for the operator; empty: nothing
  // The clock that the engine is to go by.
  const Clock& clock() const;
  // What the live service needs to know before it opens.
  void configure(LiveOptions& options);

  // After LiveService::run().
  void start(LiveService& live);
  // Before and after LiveService::stop().
  void stop_below();
  void stop();

 private:
  struct Impl;
  explicit ShardService(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::server
