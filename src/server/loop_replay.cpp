// SPDX-License-Identifier: Apache-2.0
#include "server/loop_replay.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "core/simulated_files.hpp"
#include "core/text.hpp"
#include "respond/grouping.hpp"
#include "respond/incident_desk.hpp"
#include "respond/outbox_store.hpp"
#include "server/api_groups.hpp"
#include "store/journal.hpp"
#include "store/ledger.hpp"
#include "watch/earliest.hpp"
#include "watch/engine.hpp"

namespace cairn::server {
namespace {

using watch::Firing;
using watch::ReplayLine;

// After a change of alerts: when groups are looked at again, for what time alone brings (a group
// clears a minute after its last alert, ten when it flapped).
constexpr std::int64_t look_again_ns[] = {61 * ns_per_second, 661 * ns_per_second};
constexpr std::size_t alerts_at_once = 2'000;

struct Told {
  Instant time;
  std::string_view thing;
  std::string_view property;
  double value = 0;
};

struct ThingSeries {
  std::string_view thing;
  std::string_view property;
  model::SeriesId id = model::no_series;
};

// The series of things that a pack's files or devices feed.
std::vector<ThingSeries> series_of(const model::Snapshot& snapshot, const model::PackDef& pack) {
  std::set<std::string> things;
  for (const model::SeriesFile& file : pack.series) things.insert(file.thing);
  std::vector<ThingSeries> out;
  std::set<model::SeriesId> seen;
  for (const auto& table : snapshot.tables) {
    if (!table) continue;
    for (const std::string& thing : things) {
      const auto [first, last] = table->rows_by_id.equal_range(thing);
      for (auto at = first; at != last; ++at) {
        for (std::size_t k = 0; k < table->columns.size(); ++k) {
          const auto& series = table->columns[k].series;
          const model::PropertyDef& property = table->type->properties[k];
          if (at->second >= series.size() || series[at->second] == model::no_series) continue;
          if (property.period || !property.formula.empty()) continue;
          if (!seen.insert(series[at->second]).second) continue;
          out.push_back({table->ids[at->second], property.name, series[at->second]});
        }
      }
    }
  }
  return out;
}

std::vector<Told> readings_of(const model::Snapshot& snapshot, const model::PackDef& pack) {
  std::vector<Told> out;
  std::vector<model::Sample> samples;
  for (const ThingSeries& series : series_of(snapshot, pack)) {
    samples.clear();
    snapshot.history->read(series.id, Instant::min(), Instant::max(), samples);
    for (const model::Sample& sample : samples) {
      if (sample.time.end < watch::earliest_reading) continue;
      out.push_back({sample.time.end, series.thing, series.property, sample.value});
    }
  }
  std::ranges::sort(
      out, {}, [](const Told& told) { return std::tuple(told.time, told.thing, told.property); });
  return out;
}

// Things with series, and when the last reading of each is.
std::map<std::string, Instant> ends_of(const watch::World& world) {
  std::map<std::string, Instant> out;
  for (const model::PackDef& pack : world.snapshot.catalog->packs) {
    for (const Told& told : readings_of(world.snapshot, pack)) {
      auto& end = out.try_emplace(std::string(told.thing), told.time).first->second;
      end = std::max(end, told.time);
    }
  }
  return out;
}

// One engine and the desks behind it, stepped by hand.
class Loop {
 public:
  Loop(std::shared_ptr<const watch::World> world, const model::PackDef& pack)
      : world_(std::move(world)), pack_(pack) {}

  Status open(const std::string& scratch, Instant begin) {
    clock_.set(begin);
    auto journal = store::Journal::open(scratch);
    if (!journal) return fail(journal.error());
    watch::EngineOptions options;
    options.directory = "live";
    options.tick_ns = 1;
    options.hourly = false;  // a replay's values are those of its stored series
    auto engine = watch::Engine::open(disk_, clock_, world_, std::move(*journal), options);
    if (!engine) return fail(engine.error());
    engine_ = std::move(*engine);
    engine_->watch([this](const watch::LiveUpdate& update) { alerts_ |= !update.alerts.empty(); });
    auto ledger = store::Ledger::open(scratch + "/respond");
    if (!ledger) return fail(ledger.error());
    ledger_ = std::move(*ledger);
    const std::shared_ptr<const model::Workspace> workspace(world_, &world_->workspace);
    respond::GroupingOptions grouping;
    grouping.gather_ns = 0;
    grouping.text_property = [this](std::string_view thing, std::string_view property) {
      return text_property(world_->snapshot, thing, property);
    };
    auto groups = respond::Grouping::open(*ledger_, workspace, grouping);
    if (!groups) return fail(groups.error());
    groups_ = std::move(*groups);
    auto outbox = respond::StoredOutbox::open(*ledger_, {{}, workspace->regions});
    if (!outbox) return fail(outbox.error());
    outbox_ = std::move(*outbox);
    auto incidents = respond::IncidentDesk::open(*ledger_, {disk_, *outbox_, workspace});
    if (!incidents) return fail(incidents.error());
    incidents_ = std::move(*incidents);
    return {};
  }

  // `stops`: at which something falls due though nothing is told.
  Status play(const std::vector<Told>& readings, const std::vector<Instant>& stops) {
    stops_.insert(stops.begin(), stops.end());
    for (std::size_t i = 0; i < readings.size();) {
      const Instant next = readings[i].time;
      while (!stops_.empty() && *stops_.begin() < next) {
        clock_.set(std::max(clock_.now(), *stops_.begin()));
        if (auto done = step(); !done) return done;
      }
      clock_.set(next);
      std::size_t end = i;
      while (end < readings.size() && readings[end].time == next) ++end;
      if (auto done = submit({readings.data() + i, end - i}); !done) return done;
      if (auto done = step(); !done) return done;
      i = end;
    }
    return {};
  }

  Result<LoopRun> result() {
    if (auto done = follow(); !done) return fail(done.error());
    const auto changes = engine_->alert_changes(0, SIZE_MAX);
    if (!changes) return fail(changes.error());
    for (const store::AlertChange& change : *changes) {
      const model::Alert& alert = change.alert;
      if (!alert.began || alert.pack != pack_.id) continue;
      run_.firings.push_back(
          {alert.rule, alert.thing, *alert.began, alert.ended, alert.suppressed});
    }
    std::ranges::sort(run_.firings, {},
                      [](const Firing& f) { return std::tuple(f.rule, f.thing, f.begin); });
    respond::IncidentQuery all;
    all.limit = 100'000;
    const auto page = incidents_->list(all);
    if (!page) return fail(page.error());
    for (const respond::Incident& incident : page->incidents) {
      run_.incidents.push_back({incident.kind, incident.region, incident.unit, incident.opened});
    }
    std::ranges::sort(run_.incidents, {}, [](const LoopIncident& incident) {
      return std::tuple(incident.opened, incident.kind, incident.region);
    });
    return std::move(run_);
  }

 private:
  Status submit(std::span<const Told> readings) {
    model::ReadingBatch batch;
    for (const Told& told : readings) {
      batch.readings.push_back({told.thing,
                                told.property,
                                {},
                                told.time,
                                told.value,
                                static_cast<std::uint32_t>(batch.readings.size())});
    }
    const auto receipt = engine_->intake().submit({"replay", 0, false, {"*"}}, batch);
    if (!receipt) return fail(receipt.error());
    run_.readings += receipt->accepted;
    for (const model::Refusal& refusal : receipt->refused) {
      const std::string& why = refusal.error.message;
      if (std::ranges::find(run_.refused, why) == run_.refused.end()) run_.refused.push_back(why);
    }
    return {};
  }

  Status step() {
    if (auto done = engine_->write(0); !done) return done;
    if (auto done = engine_->apply(0); !done) return fail(done.error());
    engine_->tell_alerts();
    const Instant now = clock_.now();
    bool due = false;
    while (!stops_.empty() && *stops_.begin() <= now) {
      stops_.erase(stops_.begin());
      due = true;
    }
    if (!std::exchange(alerts_, false) && !due) return {};
    return follow();
  }

  // The journal, the groups that come of it, and the incidents of these.
  Status follow() {
    if (auto kept = engine_->keep(); !kept) return fail(kept.error());
    const auto feed = engine_->alert_changes(groups_->cursor(), alerts_at_once);
    if (!feed) return fail(feed.error());
    auto write = ledger_->begin();
    if (!write) return fail(write.error());
    const Instant now = clock_.now();
    auto changes = groups_->take(*write, *feed, now);
    if (!changes) return fail(changes.error());
    if (auto done = incidents_->on_groups(*write, *changes, now); !done) return done;
    changes = groups_->tick(*write, now);
    if (!changes) return fail(changes.error());
    if (auto done = incidents_->on_groups(*write, *changes, now); !done) return done;
    if (!feed->empty()) {
      for (const std::int64_t later : look_again_ns) stops_.insert(now + later);
    }
    return write->commit();
  }

  std::shared_ptr<const watch::World> world_;
  const model::PackDef& pack_;
  SimulatedFiles disk_{1};
  FixedClock clock_{Instant{}};
  bool alerts_ = false;  // something of an alert has changed
  std::set<Instant> stops_;
  std::unique_ptr<watch::Engine> engine_;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<respond::Grouping> groups_;
  std::unique_ptr<respond::StoredOutbox> outbox_;
  std::unique_ptr<respond::IncidentDesk> incidents_;
  LoopRun run_;
};

const model::PackDef* pack_of(const watch::World& world, std::string_view id) {
  return world.snapshot.catalog->pack(id);
}

std::string times_text(const std::vector<Instant>& times, Zone zone) {
  std::string out;
  for (const Instant time : times) out += (out.empty() ? "" : "; ") + to_string(time, zone);
  return out.empty() ? "none" : out;
}

// Compares what is declared with what came.
class Judge {
 public:
  Judge(const model::PackDef& pack, const LoopRun& run, Zone zone, watch::ReplayReport& report)
      : pack_(pack), run_(run), zone_(zone), report_(report) {}

  void judge() {
    std::map<std::pair<std::string, std::string>, std::vector<Instant>> opened;
    for (const LoopIncident& incident : run_.incidents) {
      const Instant second{incident.opened.ns - incident.opened.ns % ns_per_second};
      opened[{incident.kind, incident.region}].push_back(second);
    }
    for (const model::ReplayExpectation& expectation : pack_.replay) {
      if (expectation.incident.empty()) continue;
      std::vector<Instant> expected = expectation.opens;
      std::ranges::sort(expected);
      const auto at = opened.find({expectation.incident, expectation.region});
      compare(expectation.incident, expectation.region, expected,
              at == opened.end() ? std::vector<Instant>{} : at->second, expectation.place);
      if (at != opened.end()) opened.erase(at);
    }
    for (const auto& [key, times] : opened) compare(key.first, key.second, {}, times, "");
    alerts();
    for (const std::string& why : run_.refused) {
      report_.lines.push_back(
          {"readings through the loop", "", "", "taken", "refused", {}, false, why, ""});
    }
  }

 private:
  void compare(const std::string& kind, const std::string& region,
               const std::vector<Instant>& expected, const std::vector<Instant>& actual,
               const std::string& place) {
    ReplayLine line;
    line.what = format("incident {}", kind);
    line.region = region;
    line.expected = times_text(expected, zone_);
    line.actual = times_text(actual, zone_);
    line.passed = expected == actual;
    line.place = place;
    if (!line.passed) {
      line.reason = place.empty() ? "an incident that the replay does not declare"
                                  : "other incidents than expected";
    }
    report_.lines.push_back(std::move(line));
  }

  // The rules over the stored series and the live machine have to agree.
  void alerts() {
    std::map<std::pair<std::string, std::string>, std::vector<const Firing*>> live;
    std::map<std::pair<std::string, std::string>, std::vector<const Firing*>> stored;
    for (const Firing& firing : run_.firings) live[{firing.rule, firing.thing}].push_back(&firing);
    for (const Firing& firing : report_.firings) {
      stored[{firing.rule, firing.thing}].push_back(&firing);
      live.try_emplace({firing.rule, firing.thing});
    }
    for (const auto& [key, firings] : live) {
      ReplayLine line;
      line.what = format("alerts of {} over {}", key.first, key.second);
      line.expected = text_of(stored[key]);
      line.actual = text_of(firings);
      line.passed = agree(stored[key], firings);
      if (!line.passed) line.reason = "the live engine fires otherwise than the stored series say";
      report_.lines.push_back(std::move(line));
    }
  }

  // An end behind the last reading is known to neither.
  static bool agree(const std::vector<const Firing*>& a, const std::vector<const Firing*>& b) {
    return std::ranges::equal(a, b, [](const Firing* x, const Firing* y) {
      return x->begin == y->begin && (!x->end || !y->end || *x->end == *y->end) &&
             x->suppressed == y->suppressed;
    });
  }

  std::string text_of(const std::vector<const Firing*>& firings) const {
    std::string out;
    for (const Firing* firing : firings) {
      out += format("{}{} – {}", out.empty() ? "" : "; ", to_string(firing->begin, zone_),
                    firing->end ? to_string(*firing->end, zone_) : "open");
    }
    return out.empty() ? "none" : out;
  }

  const model::PackDef& pack_;
  const LoopRun& run_;
  const Zone zone_;
  watch::ReplayReport& report_;
};

}  // namespace

LoopReplay LoopReplay::make(const watch::World& world) {
  LoopReplay out;
  out.world_ = &world;
  model::Workspace workspace = world.workspace;
  workspace.records.observations.clear();
  const auto ends = ends_of(world);
  for (model::Thing& thing : workspace.records.things) {
    const auto end = ends.find(thing.id);
    if (end == ends.end()) continue;
    if (thing.valid.end > end->second) thing.valid.end = end->second;
  }
  out.bare_ = watch::build_world(std::move(workspace), {}, {});
  return out;
}

Result<LoopRun> LoopReplay::run(std::string_view pack, const std::string& scratch) const {
  const model::PackDef* def = pack_of(*world_, pack);
  if (def == nullptr) return fail(Code::not_found, format("there is no pack '{}'", pack));
  const std::vector<Told> readings = readings_of(world_->snapshot, *def);
  if (readings.empty()) return LoopRun{};
  std::vector<Instant> stops;
  for (const model::RuleDef& rule : world_->snapshot.catalog->rules) {
    if (rule.pack != def->id || rule.no_data.empty()) continue;
    for (const ThingSeries& series : series_of(world_->snapshot, *def)) {
      if (series.property != rule.no_data) continue;
      const auto firings =
          watch::rule_firings(*world_, rule.id, series.thing, {Instant::min(), Instant::max()});
      if (!firings) continue;  // a property of the same name of another type
      // A moment later: a silence has to be longer than the rule says.
      for (const Firing& firing : *firings) stops.push_back(firing.begin + 1);
    }
  }
  Loop loop(bare_, *def);
  if (auto done = loop.open(scratch, readings.front().time); !done) return fail(done.error());
  if (auto done = loop.play(readings, stops); !done) return fail(done.error());
  return loop.result();
}

Result<watch::ReplayReport> LoopReplay::replay(std::string_view pack,
                                               const std::string& scratch) const {
  auto report = watch::replay_pack(*world_, pack);
  if (!report) return report;
  const auto run = this->run(pack, scratch);
  if (!run) return fail(run.error());
  Judge(*pack_of(*world_, pack), *run, world_->workspace.zone, *report).judge();
  return report;
}

}  // namespace cairn::server
