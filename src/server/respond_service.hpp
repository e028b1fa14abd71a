// SPDX-License-Identifier: Apache-2.0
// From an alert to its end, as `cairn serve` runs it: the ledger, the desks over it, the thread
// that carries alerts into them, and what pages hear of it.
//
// Journal -> groups -> warnings, incidents -> outbox is one transaction, with the place in the
// journal; a stop anywhere loses and doubles nothing. People act through the routes. The clock is
// the one on the wall, also in a demonstration, whose alerts keep the times of their readings.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "core/seams.hpp"
#include "model/snapshot.hpp"
#include "model/workspace.hpp"
#include "protect/audit.hpp"
#include "respond/reach.hpp"
#include "respond/warning.hpp"
#include "server/event_hub.hpp"
#include "server/metrics.hpp"
#include "store/journal.hpp"
#include "store/ledger.hpp"

namespace cairn::respond {
class Grouping;
struct GroupingOptions;
class IncidentDesk;
class ReportDesk;
class Statistics;
class WarningDesk;
struct WarningOptions;
struct GroupChange;
}  // namespace cairn::respond

namespace cairn::server {

class AccessDesk;
class AccessDesk;
class ChannelDesk;
class GroupReasons;
class Open311Desk;
class Service;
struct AlertContext;
struct ReportDoors;

struct RespondOptions {
  std::string directory;       // of the data; the ledger is in respond/
  bool exercise = false;       // a demonstration: nothing leaves as an actual warning
  bool demonstration = false;  // and nobody but this machine listens: sample accounts may be shown
  bool behind_proxy = false;   // whose X-Forwarded-Proto counts
  std::string base_url = {};   // of the console, for links in messages
  // shared: with the register of devices. None: it is opened in <directory>/respond.
  std::shared_ptr<store::Ledger> ledger = {};
  // Of the process: secrets that channels.yaml names. None: there are none.
  std::function<std::optional<std::string>(const std::string&)> environment = {};
};

class RespondService {
 public:
  // `files` and `clock` (on the wall) must outlive this.
  static Result<std::unique_ptr<RespondService>> open(
      Files& files, const Clock& clock, std::shared_ptr<const model::Workspace> workspace,
      const model::Snapshot& snapshot, RespondOptions options);
  ~RespondService();
  RespondService(const RespondService&) = delete;
  RespondService& operator=(const RespondService&) = delete;

  // The routes, and whom to tell. Before run(); `service` must outlive this.
  void attach(Service& service);
  // An import has changed the workspace.
  void rebind(std::shared_ptr<const model::Workspace> workspace, const model::Snapshot& snapshot);

  // The journal's feed (store::Journal::changes).
  using Feed =
      std::function<Result<std::vector<store::AlertChange>>(std::uint64_t after, std::size_t most)>;
  // What goes to the subscribers of the MQTT door; false: not now.
  using Publish =
      std::function<bool(std::string_view topic, std::string_view payload, bool retain)>;
  void run(Feed feed, Publish publish);
  // Idempotent.
  void stop();

  store::Ledger& ledger() { return *ledger_; }
  AccessDesk& access() { return *access_; }
  void add_figures(std::vector<Gauge>& gauges) const;

 private:
  RespondService(Files& files, const Clock& clock, RespondOptions options);
  Status open_access(std::shared_ptr<const model::Workspace> workspace);
  Status open_desks(std::shared_ptr<const model::Workspace> workspace);
  respond::GroupingOptions grouping_options() const;
  void note_refused(const Request& head);
  Status keep_refused();
  Status read_config(respond::WarningOptions& warn) const;
  Status open_channels(std::shared_ptr<const model::Workspace> workspace);
  Status open_public(std::shared_ptr<const model::Workspace> workspace);
  void work();
  Result<bool> take_alerts();  // true: there may be more
  Status follow(store::Ledger::Write& write, std::span<const respond::GroupChange> changes,
                Instant now);
  Status note_warning(store::Ledger::Write& write, const respond::Warning& warning, Instant now);
  Status tick();
  void tell();
  void tell_groups();
  Status keep_statistics(store::Ledger::Write& write, Instant now);
  Status hand_over_statistics();
  Instant stamp(Instant now) const;  // by the engine's clock
  void publish_event(Event event);
  Status commit(store::Ledger::Write& write);
  void tell_soon(std::vector<respond::Warning> warned);
  void tell_warnings();
  void poke();
  std::optional<AlertContext> alert_context(const std::string& id) const;
  void report(const Status& done, std::string_view what);

  Files& files_;
  const Clock& clock_;
  const RespondOptions options_;
  Service* service_ = nullptr;
  std::shared_ptr<store::Ledger> ledger_;  // shared: see RespondOptions; before the desks
  std::unique_ptr<AccessDesk> access_;
  std::unique_ptr<respond::Grouping> groups_;
  std::unique_ptr<GroupReasons> reasons_;  // once attached
  std::unique_ptr<respond::Statistics> statistics_;
  struct HandedOver {
    std::uint64_t position = 0;  // of the log, that has to be on disk
    std::uint64_t up_to = 0;     // number of the newest reading
  };
  std::optional<HandedOver> handed_over_;
  std::unique_ptr<ChannelDesk> channels_;
  std::unique_ptr<respond::IncidentDesk> incidents_;
  std::unique_ptr<respond::WarningDesk> warnings_;
  std::unique_ptr<respond::ReportDesk> reports_;
  std::unique_ptr<ReportDoors> report_doors_;
  std::unique_ptr<Open311Desk> open311_;

  std::vector<respond::Place> places_;     // of the present workspace
  std::vector<respond::Warning> pending_;  // likewise; of the transaction under way
  std::vector<respond::Warning> warned_;   // of the thread: to be told after the commit
  Feed feed_;
  std::uint64_t told_incidents_ = 0;  // cursor
  std::string trouble_;               // the last error, while it lasts
  std::atomic<std::uint64_t> failures_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // under mutex
  bool poked_ = false;     // under mutex
  std::mutex refused_mutex_;
  std::vector<protect::AuditRow> refused_;  // under refused_mutex_; not written yet
  std::thread thread_;
};

}  // namespace cairn::server
