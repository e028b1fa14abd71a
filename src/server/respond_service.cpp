// SPDX-License-Identifier: Apache-2.0
#include "server/respond_service.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <utility>

#include "core/text.hpp"
#include "respond/grouping.hpp"
#include "respond/incident_desk.hpp"
#include "respond/reach.hpp"
#include "respond/report_desk.hpp"
#include "respond/spot.hpp"
#include "respond/statistics.hpp"
#include "respond/warning_desk.hpp"
#include "server/access.hpp"
#include "server/api_groups.hpp"
#include "server/api_incidents.hpp"
#include "server/api_open311.hpp"
#include "server/api_reports.hpp"
#include "server/api_warnings.hpp"
#include "server/channel_desk.hpp"
#include "server/channel_open311.hpp"
#include "server/http_client.hpp"
#include "server/open311_desk.hpp"
#include "server/random.hpp"
#include "server/service.hpp"
#include "server/warning_config.hpp"
#include "store/ledger.hpp"

namespace cairn::server {
namespace {

// Of the journal at once: one transaction, a few hundredths of a second.
constexpr std::size_t alerts_at_once = 2'000;
// Between two looks at the journal. What it shows has been on disk for as long at most.
constexpr std::chrono::milliseconds look_every{250};
// After an error of the disk.
constexpr std::chrono::seconds retry_after{2};
constexpr std::int64_t tick_ns = ns_per_second;
// Of strangers' requests in a second; what is beyond is no attempt but a flood, and metrics count
// it.
constexpr std::size_t refused_most = 1'000;
constexpr std::size_t incidents_at_once = 100;
constexpr std::size_t readings_at_once = 500;

// How the sign-in provider is asked; it may stand in the house.
Result<protect::HttpReply> ask_provider(const protect::HttpQuestion& question) {
  HttpAsk ask{.method = question.method, .url = question.url, .body = question.body};
  ask.headers.push_back({"accept", "application/json"});
  if (!question.body.empty()) {
    ask.headers.push_back({"content-type", "application/x-www-form-urlencoded"});
  }
  if (!question.authorization.empty()) {
    ask.headers.push_back({"authorization", question.authorization});
  }
  ask.total_ms = 15'000;
  ask.reach = Reach::anyone;
  auto answer = HttpClient().ask(ask);
  if (!answer) return fail(answer.error());
  return protect::HttpReply{answer->status, std::move(answer->body)};
}

// In [0, 1).
double random_fraction() {
  std::uint32_t bits = 0;
  const std::string bytes = random_bytes(sizeof bits);
  std::memcpy(&bits, bytes.data(), sizeof bits);
  return bits / 4294967296.0;
}

}  // namespace

RespondService::RespondService(Files& files, const Clock& clock, RespondOptions options)
    : files_(files),
      clock_(clock),
      options_(std::move(options)),
      report_doors_(std::make_unique<ReportDoors>()) {}

RespondService::~RespondService() {
  stop();
  channels_.reset();  // ways out may use the desks until they end
}

Result<std::unique_ptr<RespondService>> RespondService::open(
    Files& files, const Clock& clock, std::shared_ptr<const model::Workspace> workspace,
    const model::Snapshot& snapshot, RespondOptions options) {
  std::unique_ptr<RespondService> out(new RespondService(files, clock, std::move(options)));
  out->places_ = respond::places_of(snapshot, clock.now());
  out->ledger_ = out->options_.ledger;
  if (!out->ledger_) {
    auto ledger = store::Ledger::open(out->options_.directory + "/respond");
    if (!ledger) return fail(ledger.error());
    out->ledger_ = std::move(*ledger);
  }
  if (auto opened = out->open_desks(std::move(workspace)); !opened) return fail(opened.error());
  return out;
}

Status RespondService::open_access(std::shared_ptr<const model::Workspace> workspace) {
  AccessOptions needs;
  needs.directory = ledger_->directory();
  needs.demonstration = options_.demonstration;
  needs.base_url = options_.base_url;
  needs.behind_proxy = options_.behind_proxy;
  needs.http = ask_provider;
  auto access = AccessDesk::open(*ledger_, files_, clock_, std::move(workspace), std::move(needs));
  if (!access) return fail(access.error());
  access_ = std::move(*access);
  if (!access_->trouble().empty()) {
    std::fprintf(stderr, "signing in at the provider is off: %s\n", access_->trouble().c_str());
  }
  if (access_->accounts().empty()) {
    std::fputs(
        "nobody can sign in yet; make the first administrator with\n"
        "  cairn account add <name> --administrator\n",
        stderr);
  }
  return {};
}

// A wrong file stops the start: nothing may leave in another name than the one meant.
Status RespondService::read_config(respond::WarningOptions& warn) const {
  warn.base_url = options_.base_url;
  const std::string path = options_.directory + "/warnings.yaml";
  if (!files_.exists(path)) return {};
  const auto text = files_.read(path);
  if (!text) return fail(text.error());
  Problems problems;
  read_warning_config(*text, path, warn, problems);
  return problems.ok() ? Status{} : fail(problems.errors.front());
}

Status RespondService::open_desks(std::shared_ptr<const model::Workspace> workspace) {
  auto groups = respond::Grouping::open(*ledger_, workspace, grouping_options());
  if (!groups) return fail(groups.error());
  groups_ = std::move(*groups);
  auto statistics = respond::Statistics::open(*ledger_);
  if (!statistics) return fail(statistics.error());
  statistics_ = std::move(*statistics);
  if (auto opened = open_channels(workspace); !opened) return opened;
  auto incidents = respond::IncidentDesk::open(*ledger_, {files_, channels_->outbox(), workspace});
  if (!incidents) return fail(incidents.error());
  incidents_ = std::move(*incidents);
  channels_->add_kind("open311", open311_kind(*ledger_, *incidents_));
  auto newest = incidents_->newest_change();
  if (!newest) return fail(newest.error());
  told_incidents_ = *newest;
  respond::WarningOptions warn;
  warn.exercise = options_.exercise;
  if (auto read = read_config(warn); !read) return read;
  warn.group = [this](const std::string& id) -> std::optional<respond::AlertGroup> {
    auto group = groups_->group(id);
    return group ? *group : std::nullopt;
  };
  warn.incident = [this](const std::string& id) -> std::optional<respond::Incident> {
    auto incident = incidents_->find(id);
    return incident ? std::optional(*incident) : std::nullopt;
  };
  warn.reason = [this](const respond::AlertGroup& group, const store::Database* inside) {
    return reasons_ ? (*reasons_)(group, inside) : Label{};
  };
  warn.spots = [this](const respond::AlertGroup& group, const store::Database* inside) {
    return service_ == nullptr ? std::vector<respond::Spot>{}
                               : group_spots(group, *groups_, *service_->state(), inside);
  };
  warn.places = [this] { return places_; };
  auto warnings =
      respond::WarningDesk::open(*ledger_, channels_->outbox(), workspace, std::move(warn));
  if (!warnings) return fail(warnings.error());
  warnings_ = std::move(*warnings);
  if (auto opened = open_public(workspace); !opened) return opened;
  return open_access(std::move(workspace));
}

// Causes that share a text property of their things ask the registry for it.
respond::GroupingOptions RespondService::grouping_options() const {
  respond::GroupingOptions out;
  out.text_property = [this](std::string_view thing, std::string_view property) {
    return service_ == nullptr
               ? std::string()
               : text_property(service_->state()->base->snapshot(), thing, property);
  };
  return out;
}

Status RespondService::open_channels(std::shared_ptr<const model::Workspace> workspace) {
  ChannelDeskOptions options;
  options.files = &files_;
  options.clock = &clock_;
  options.directory = options_.directory;
  options.environment = options_.environment;
  options.random = [] { return random_fraction(); };
  auto channels = ChannelDesk::open(*ledger_, std::move(workspace), std::move(options));
  if (!channels) return fail(channels.error());
  channels_ = std::move(*channels);
  return {};
}

Status RespondService::open_public(std::shared_ptr<const model::Workspace> workspace) {
  respond::ReportDesk::Options report;
  report.random = random_bytes;
  auto reports =
      respond::ReportDesk::open(*ledger_, *incidents_, std::move(workspace), std::move(report));
  if (!reports) return fail(reports.error());
  reports_ = std::move(*reports);
  auto open311 = Open311Desk::open(*ledger_, *incidents_, *reports_, {});
  if (!open311) return fail(open311.error());
  open311_ = std::move(*open311);
  return {};
}

void RespondService::attach(Service& service) {
  service_ = &service;
  Router& router = service.router();
  access_->add_routes(router);
  service.authenticate_with(access_.get());
  service.refused_unread([this](const Request& head) { note_refused(head); });
  add_report_routes(router, *reports_, *incidents_, *report_doors_);
  add_open311_routes(router, *open311_, *access_, *report_doors_);
  add_channel_routes(router, *channels_);
  reasons_ = std::make_unique<GroupReasons>(service, *groups_);
  add_group_routes(router, {service, *ledger_, *groups_, *reasons_});
  WarningDoors warn{ledger_.get(), warnings_.get(), &channels_->outbox(), channels_.get()};
  warn.alert = [this](const std::string& id) { return alert_context(id); };
  warn.released = [this](store::Ledger::Write& write, const respond::Warning& warning) {
    return note_warning(write, warning, clock_.now());
  };
  add_warning_routes(router, service, warn);
  add_cap_routes(router, service, warn);
  IncidentDoors work{*incidents_, *ledger_};
  work.name_of = [this](const std::string& id) -> Label {
    const auto account = access_->accounts().find(id);
    return account ? account->name : Label{};
  };
  work.changed = [this] { poke(); };
  work.simulated = [this](const std::string& id) {
    const auto group = groups_->group(id);
    return group && *group ? reasons_->simulated(**group) : respond::Simulated::none;
  };
  add_incident_routes(router, std::move(work));
}

void RespondService::poke() {
  {
    const std::lock_guard lock(mutex_);
    poked_ = true;
  }
  wake_.notify_all();
}

std::optional<AlertContext> RespondService::alert_context(const std::string& id) const {
  const watch::Live* live = service_->live();
  if (live == nullptr) return std::nullopt;
  const auto page = live->alerts({.open = false, .id = id, .limit = 1});
  if (page.alerts.empty()) return std::nullopt;
  AlertContext out;
  out.alert = page.alerts.front();
  const auto state = service_->state();
  out.spot = respond::spot_of(state->base->snapshot(), out.alert.type, out.alert.thing,
                              out.alert.region, service_->now());
  const auto member = groups_->member(id);
  if (member && *member) {
    const auto group = groups_->group((*member)->group);
    if (group && *group) out.reason = (*reasons_)(**group);
  }
  return out;
}

void RespondService::rebind(std::shared_ptr<const model::Workspace> workspace,
                            const model::Snapshot& snapshot) {
  places_ = respond::places_of(snapshot, clock_.now());
  access_->rebind(workspace);
  groups_->rebind(workspace);
  channels_->rebind(workspace);
  report(incidents_->rebind(workspace), "incidents");
  warnings_->rebind(workspace);
  reports_->rebind(workspace);
}

void RespondService::run(Feed feed, Publish publish) {
  feed_ = std::move(feed);
  if (publish) channels_->publish_with(std::move(publish));
  const Zone zone = incidents_->workspace()->zone;
  channels_->start([this, zone](const ChannelState& state) {
    publish_event({Topic::channels, "channel", channel_event(state, zone), {}});
  });
  thread_ = std::thread([this] { work(); });
}

void RespondService::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (channels_) channels_->stop();
  if (access_) access_->stop();
}

void RespondService::publish_event(Event event) {
  if (service_ == nullptr) return;
  std::vector<Event> events;
  events.push_back(std::move(event));
  service_->events().publish(std::move(events));
}

void RespondService::work() {
  Instant ticked = Instant::min();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const std::uint64_t failures = failures_;
    auto more = take_alerts();
    report(more ? Status{} : fail(more.error()), "alerts");
    if (const Instant now = clock_.now(); now < ticked || now >= ticked + tick_ns) {
      ticked = now;
      report(tick(), "deadlines");
      report(keep_refused(), "audit trail");
    }
    report(hand_over_statistics(), "statistics");
    tell();
    lock.lock();
    if (more && *more) continue;
    const std::chrono::milliseconds pause =
        failures_ == failures ? look_every : std::chrono::milliseconds(retry_after);
    wake_.wait_for(lock, pause, [this] { return stopping_ || poked_; });
    poked_ = false;
  }
}

Result<bool> RespondService::take_alerts() {
  if (!feed_) return false;
  auto feed = feed_(groups_->cursor(), alerts_at_once);
  if (!feed) return fail(feed.error());
  if (feed->empty()) return false;
  auto write = ledger_->begin();
  if (!write) return fail(write.error());
  const Instant now = clock_.now();
  auto changes = groups_->take(*write, *feed, now);
  if (!changes) return fail(changes.error());
  if (auto done = follow(*write, *changes, now); !done) return fail(done.error());
  if (auto done = commit(*write); !done) return fail(done.error());
  return feed->size() == alerts_at_once;
}

// What a change of groups leads to, in its transaction.
Status RespondService::follow(store::Ledger::Write& write,
                              std::span<const respond::GroupChange> changes, Instant now) {
  pending_.clear();
  auto warned = warnings_->on_groups(write, changes, now);
  if (!warned) return fail(warned.error());
  if (auto done = statistics_->on_groups(write, changes, stamp(now)); !done) return done;
  if (auto done = incidents_->on_groups(write, changes, now); !done) return done;
  for (const respond::Warning& warning : *warned) {
    if (auto done = note_warning(write, warning, now); !done) return done;
  }
  tell_soon(std::move(*warned));
  return {};
}

// The record of an incident names each message about it.
Status RespondService::note_warning(store::Ledger::Write& write, const respond::Warning& warning,
                                    Instant now) {
  std::string incident = warning.incident;
  if (incident.empty() && !warning.group.empty()) {
    auto found = incidents_->of_group(write, warning.group);
    if (!found) return fail(found.error());
    incident = std::move(*found);
  }
  if (incident.empty()) return {};
  respond::Entry entry;
  entry.kind = respond::Entry::Kind::warning;
  entry.actor = warning.by.empty() ? model::system_actor("warnings").id : warning.by;
  entry.reason = format("{} {}", warning.headline.zh, warning.headline.en);
  entry.fields = {{"warning", warning.id}, {"message", warning.newest}};
  auto noted = incidents_->record(write, incident, std::move(entry), now);
  return noted ? Status{} : fail(noted.error());
}

Instant RespondService::stamp(Instant now) const {
  return service_ == nullptr ? now : service_->now();
}

// Of incidents that were closed since the last look.
Status RespondService::keep_statistics(store::Ledger::Write& write, Instant now) {
  const auto from = statistics_->incidents();
  if (!from) return fail(from.error());
  std::uint64_t cursor = *from;
  const auto changed = incidents_->changed(cursor, incidents_at_once);
  if (!changed) return fail(changed.error());
  for (const respond::Incident& incident : *changed) {
    if (!incident.closed) continue;
    const auto view = incidents_->view(incident.id, model::system_actor("statistics"), now);
    if (!view) return fail(view.error());
    if (auto done = statistics_->on_incident(write, incident, view->entries, stamp(now)); !done) {
      return done;
    }
  }
  return cursor == *from ? Status{} : statistics_->incidents(write, cursor);
}

// Readings go to the engine as any sensor's, until it has them on disk.
Status RespondService::hand_over_statistics() {
  watch::Live* live = service_ == nullptr ? nullptr : service_->live();
  if (live == nullptr) return {};
  watch::Intake& intake = live->intake();
  if (handed_over_) {
    if (intake.durable() < handed_over_->position) return {};
    auto write = ledger_->begin();
    if (!write) return fail(write.error());
    if (auto done = statistics_->handed_over(*write, handed_over_->up_to); !done) return done;
    if (auto done = write->commit(); !done) return done;
    handed_over_.reset();
  }
  const auto waiting = statistics_->waiting(readings_at_once);
  if (!waiting) return fail(waiting.error());
  if (waiting->empty()) return {};
  model::ReadingBatch batch;
  for (const respond::StatReading& reading : *waiting) {
    batch.readings.push_back({reading.thing,
                              reading.property,
                              {},
                              reading.time,
                              reading.value,
                              static_cast<std::uint32_t>(batch.readings.size())});
  }
  const auto receipt = intake.submit({"cairn/statistics", 0, false, {"*"}}, batch);
  if (!receipt) return fail(receipt.error());
  handed_over_ = HandedOver{receipt->position, waiting->back().number};
  return {};
}

void RespondService::tell() {
  tell_groups();
  if (service_ == nullptr) return;
  tell_warnings();
  service_->events().publish(incident_events(*incidents_, told_incidents_));
}

// Told after the commit.
void RespondService::tell_soon(std::vector<respond::Warning> warned) {
  for (respond::Warning& warning : warned) pending_.push_back(std::move(warning));
}

Status RespondService::commit(store::Ledger::Write& write) {
  auto pending = std::exchange(pending_, {});
  auto done = write.commit();
  if (!done) return done;
  for (respond::Warning& warning : pending) warned_.push_back(std::move(warning));
  return {};
}

void RespondService::tell_warnings() {
  const auto state = service_->state();
  for (const respond::Warning& warning : std::exchange(warned_, {})) {
    publish_event(warning_event(warning, *state, clock_.now()));
  }
}

void RespondService::tell_groups() {
  if (service_ == nullptr) return;
  const auto touched = groups_->touched();
  if (!touched) return report(fail(touched.error()), "pages");
  const auto state = service_->state();
  for (const respond::AlertGroup& group : *touched) {
    publish_event(
        {Topic::groups, "alert_group", group_event(group, *state, *reasons_), group.region});
  }
}

// Uploads of strangers: nobody waits for the disk on their account.
void RespondService::note_refused(const Request& head) {
  protect::AuditRow row;
  row.at = clock_.now();
  row.action = "request";
  row.outcome = protect::Outcome::refused;
  row.subject = head.path;
  row.peer = head.peer;
  row.detail = format("{} by nobody who is signed in, refused unread", head.method);
  const std::lock_guard lock(refused_mutex_);
  if (refused_.size() < refused_most) refused_.push_back(std::move(row));
}

Status RespondService::keep_refused() {
  std::vector<protect::AuditRow> rows;
  {
    const std::lock_guard lock(refused_mutex_);
    rows.swap(refused_);
  }
  for (protect::AuditRow& row : rows) {
    if (auto done = access_->trail()->append_refusal(std::move(row)); !done) return done;
  }
  return {};
}

Status RespondService::tick() {
  auto write = ledger_->begin();
  if (!write) return fail(write.error());
  const Instant now = clock_.now();
  auto changes = groups_->tick(*write, now);
  if (!changes) return fail(changes.error());
  if (auto done = follow(*write, *changes, now); !done) return done;
  auto warned = warnings_->tick(*write, now);
  if (!warned) return fail(warned.error());
  for (const respond::Warning& warning : *warned) {
    if (auto done = note_warning(*write, warning, now); !done) return done;
  }
  tell_soon(std::move(*warned));
  if (auto done = incidents_->tick(*write, now); !done) return fail(done.error());
  if (auto done = reports_->tick(*write, now); !done) return fail(done.error());
  if (auto done = keep_statistics(*write, now); !done) return done;
  if (auto done = commit(*write); !done) return done;
  return channels_->forget_old(now);
}

// Nothing that was acknowledged rests on it: it is tried again, and said once.
void RespondService::report(const Status& done, std::string_view what) {
  if (done) {
    if (trouble_.starts_with(format("{}: ", what))) {
      std::fprintf(stderr, "what follows alerts goes on (%s)\n", std::string(what).c_str());
      trouble_.clear();
    }
    return;
  }
  ++failures_;
  std::string now = format("{}: {}", what, to_string(done.error()));
  if (now == trouble_) return;
  trouble_ = std::move(now);
  std::fprintf(stderr, "what follows alerts waits: %s\n", trouble_.c_str());
}

void RespondService::add_figures(std::vector<Gauge>& gauges) const {
  channels_->add_figures(gauges);
  gauges.push_back({"cairn_respond_failures_total",
                    "Steps from alerts to incidents that failed and were tried again", "counter",
                    static_cast<double>(failures_.load())});
}

}  // namespace cairn::server
