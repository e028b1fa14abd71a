// SPDX-License-Identifier: Apache-2.0
// The probe as `cairn serve` runs it: registered services, their owners' consent, and one thread
// that measures those that agreed, one request after the other.
//
// Nothing is sent to a service that is not confirmed, but for the look at its token that a person
// asks for. Consent that is withdrawn ends a measurement before withdraw() returns.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/seams.hpp"
#include "probe/measure.hpp"
#include "probe/schedule.hpp"
#include "server/metrics.hpp"
#include "server/probe_config.hpp"
#include "server/probe_store.hpp"

namespace cairn::server {

struct NewService {
  std::string id;
  Label label;
  std::string url;
  std::string owner;
  std::string thing;
  std::string region;
};

class ProbeService {
 public:
  // What was measured of a thing: properties of type `service` with their values.
  using Readings = std::vector<std::pair<std::string_view, double>>;
  using Hand = std::function<void(const std::string& thing, const Readings& readings)>;

  // `ledger` and `clock` (on the wall) must outlive this. `hand` is called on the probe's thread.
  static Result<std::unique_ptr<ProbeService>> open(store::Ledger& ledger, const Clock& clock,
                                                    ProbeConfig config, Hand hand);
  ~ProbeService();
  ProbeService(const ProbeService&) = delete;
  ProbeService& operator=(const ProbeService&) = delete;

  void run();
  // Within a quarter of a second or so. Idempotent.
  void stop();

  const ProbeStore& store() const { return *store_; }
  Result<WebService> add(const NewService& wish, const std::string& actor);
  // Asks for the record, then for the page. Error: conflict when neither says the token, too_large
  // when too much was asked within the hour. Takes seconds.
  Result<WebService> confirm_by_token(const std::string& id, const std::string& actor);
  // Error: denied when the same person has registered it.
  Result<WebService> confirm_by_person(const std::string& id, const std::string& actor,
                                       const std::string& note);
  Result<WebService> withdraw(const std::string& id, const std::string& actor,
                              const std::string& reason);
  // Error: conflict when it is not confirmed, too_large as above.
  Result<WebService> measure_soon(const std::string& id);

  bool measuring(const std::string& id) const;  // under way or asked for
  Instant next_due(const std::string& id) const;
  void add_figures(std::vector<Gauge>& gauges) const;

 private:
  class Live;  // the Means over real sockets

  ProbeService(const Clock& clock, ProbeConfig config, Hand hand);
  void work();
  std::optional<std::string> next_service();
  void measure(const std::string& id);
  Result<std::string> look_for_token(const WebService& service, const probe::Target& target);
  bool cut(std::uint64_t generation) const;
  Status may_go_on(const std::string& id, std::uint64_t generation);
  std::size_t room(const std::string& id);

  const Clock& clock_;
  const ProbeConfig config_;
  const Hand hand_;
  std::unique_ptr<ProbeStore> store_;
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::uint64_t> measured_{0};
  std::atomic<std::uint64_t> cut_short_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> generation_{1};  // a measurement under an older one ends
  mutable std::mutex mutex_;                  // over all below
  std::condition_variable wake_;
  std::condition_variable idle_;
  probe::Budget budget_;
  std::deque<std::string> asked_;          // by people
  std::map<std::string, Instant> looked_;  // up to when the schedule was followed
  std::string current_;                    // empty: none
  std::thread thread_;
};

}  // namespace cairn::server
