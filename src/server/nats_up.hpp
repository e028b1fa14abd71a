// SPDX-License-Identifier: Apache-2.0
// What a shard tells its parent: the newest partials of its regions and the newest state of its
// alerts. Nothing of it before the shard has made up for what it missed, so that nobody above sees
// the past again (docs/shards.md).
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "model/alert.hpp"
#include "model/region.hpp"
#include "server/nats_link.hpp"
#include "server/upward.hpp"
#include "stream/rollup.hpp"

namespace cairn::server {

class NatsUp {
 public:
  struct Options {
    std::string url;
    std::vector<std::string> partitions;
    std::int64_t started_ns = 0;                            // names this process's messages
    std::shared_ptr<const model::RegionTree> regions = {};  // shared: of the world
  };
  static Result<std::unique_ptr<NatsUp>> open(const Options& options);
  ~NatsUp() { stop(); }

  // From any thread; kept until they are out, the newest of each only.
  void shares(std::vector<stream::Share> shares);
  void alerts(const std::vector<model::Alert>& alerts);

  // Sends as soon as `ready` says so. `all_alerts`: those that the engine knows, for comparison
  // with what had been told before.
  void start(std::function<bool()> ready, std::function<std::vector<model::Alert>()> all_alerts);
  void stop();

 private:
  NatsUp(Options options, std::unique_ptr<NatsLink> link)
      : options_(std::move(options)), link_(std::move(link)) {}
  std::string partition_of(std::string_view region);
  void tell(const model::Alert& above);
  Status compare(std::vector<model::Alert> own);
  bool send();
  void run(const std::function<bool()>& ready,
           const std::function<std::vector<model::Alert>()>& all_alerts);

  const Options options_;
  const std::unique_ptr<NatsLink> link_;
  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> waiting_;  // by subject: the newest message
  std::map<std::string, std::string, std::less<>> shares_;   // by subject: all of them
  Upward upward_;
  std::map<std::string, std::string, std::less<>> partitions_;  // by region
  std::uint64_t sent_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace cairn::server
