// SPDX-License-Identifier: Apache-2.0
#include "server/live_json.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "model/simulated.hpp"
#include "server/detail/plan_json.hpp"
#include "server/detail/render.hpp"

namespace cairn::server {
namespace {

using model::no_region;
using model::RegionTree;

// A row of a table; null: the thing is not known (any more).
struct Found {
  const model::Table* table = nullptr;
  std::uint32_t row = 0;
};

// The version valid at `t`, otherwise the one that began last. With a type only of that.
Found find_thing(const model::Snapshot& snapshot, const std::string& id, std::string_view type,
                 Instant t) {
  Found best;
  for (const auto& table : snapshot.tables) {
    if (!type.empty() && table->type->name != type) continue;
    const auto [first, last] = table->rows_by_id.equal_range(id);
    for (auto at = first; at != last; ++at) {
      const Interval valid = table->valid[at->second];
      if (valid.begin <= t && t < valid.end) return {table.get(), at->second};
      if (best.table == nullptr || valid.begin > best.table->valid[best.row].begin) {
        best = {table.get(), at->second};
      }
    }
  }
  return best;
}

Json thing_label(const Found& found, const std::string& id) {
  if (found.table != nullptr && !found.table->names[found.row].empty()) {
    return json_label(found.table->names[found.row]);
  }
  return json_label({id, id});
}

Json region_or_null(const RegionTree& regions, const std::string& code) {
  return region_ref(regions, code.empty() ? no_region : regions.find(code));
}

Json time_or_null(const std::optional<Instant>& t, Zone zone) {
  return t ? Json(to_string(*t, zone)) : Json(nullptr);
}

std::string word_or_unknown(const std::string& word) {
  return word.empty() ? "Unknown" : word;
}

const model::PropertyDef* find_property(const model::Catalog& catalog, const Found& found,
                                        const std::string& name) {
  if (found.table != nullptr) return found.table->type->property(name);
  for (const model::TypeDef& type : catalog.types) {
    if (const auto* property = type.property(name)) return property;
  }
  return nullptr;
}

Json cell_json(const watch::LiveCell& cell, const State& state) {
  const Zone zone = state.workspace->zone;
  const model::IndicatorDef* def = state.workspace->catalog->indicator(cell.indicator);
  Json out = measure_json(cell.cell, def == nullptr ? Unit{} : def->unit, zone);
  out["indicator"] = cell.indicator;
  out["region"] = cell.region;
  out["as_of"] = to_string(cell.as_of, zone);
  return out;
}

Json reading_json(const watch::LiveReading& reading, Zone zone) {
  return {{"thing", reading.thing},
          {"type", reading.type},
          {"property", reading.property},
          {"time", to_string(reading.time, zone)},
          {"value", json_number(reading.value)}};
}

// Code of the smallest division a thing lies in; empty: none known.
std::string region_of(const State& state, const watch::LiveReading& reading, Instant now) {
  const model::Snapshot& snapshot = state.base->snapshot();
  const Found found = find_thing(snapshot, reading.thing, reading.type, now);
  if (found.table == nullptr) return {};
  const model::RegionIndex region = found.table->region[found.row];
  return region == no_region ? std::string() : (*snapshot.regions)[region].code;
}

const model::RuleDef* find_rule(const model::Catalog& catalog, std::string_view id) {
  const auto at = std::find_if(catalog.rules.begin(), catalog.rules.end(),
                               [&](const model::RuleDef& rule) { return rule.id == id; });
  return at == catalog.rules.end() ? nullptr : &*at;
}

}  // namespace

Json alert_json(const model::Alert& alert, const State& state) {
  const Zone zone = state.workspace->zone;
  const model::Snapshot& snapshot = state.base->snapshot();
  const model::Catalog& catalog = *state.workspace->catalog;
  const model::RuleDef gone;  // a rule that no pack has any more
  const model::RuleDef* known = find_rule(catalog, alert.rule);
  const model::RuleDef& rule = known == nullptr ? gone : *known;
  const model::TypeDef* type = catalog.type(alert.type);
  const Found thing = find_thing(snapshot, alert.thing, alert.type, alert.since);
  const Label rule_label = rule.label.empty() ? Label{alert.rule, alert.rule} : rule.label;
  const bool placed = thing.table != nullptr;
  Json out{
      {"id", alert.id},
      {"rule", alert.rule},
      {"rule_label", json_label(rule_label)},
      {"pack", alert.pack},
      {"thing", alert.thing},
      {"thing_label", thing_label(thing, alert.thing)},
      {"type", alert.type},
      {"type_label", json_label(type == nullptr ? Label{alert.type, alert.type} : type->label)}};
  out["region"] = region_or_null(*snapshot.regions, alert.region);
  out["position"] = placed ? position_json(thing.table->position[thing.row]) : Json(nullptr);
  out["position_estimated"] = placed && thing.table->position_estimated[thing.row] != 0;
  out["simulated"] = model::is_simulated_thing(
      catalog, alert.thing,
      placed ? snapshot.sources[thing.table->source[thing.row]] : std::string());
  out["state"] = model::to_string(alert.state);
  out["suppressed"] = alert.suppressed;
  out["shelved"] = alert.shelved;
  out["flapping"] = alert.flapping;
  out["no_data"] = alert.no_data;
  out["severity"] = word_or_unknown(rule.severity);
  out["urgency"] = word_or_unknown(rule.urgency);
  out["certainty"] = word_or_unknown(rule.certainty);
  out["text"] = json_label(rule.text.empty() ? rule_label : rule.text);
  out["since"] = to_string(alert.since, zone);
  out["began"] = time_or_null(alert.began, zone);
  out["ended"] = time_or_null(alert.ended, zone);
  out["known"] = to_string(alert.known, zone);
  out["log_position"] = alert.position;
  out["revision"] = alert.revision;
  return out;
}

Json feed_json(const watch::Feed& feed, const State& state) {
  const model::Snapshot& snapshot = state.base->snapshot();
  const Found thing = find_thing(snapshot, feed.thing, "", feed.last);
  const auto* property = find_property(*state.workspace->catalog, thing, feed.property);
  Json out{{"thing", feed.thing},
           {"thing_label", thing_label(thing, feed.thing)},
           {"property", feed.property},
           {"property_label", json_label(property == nullptr ? Label{feed.property, feed.property}
                                                             : property->label)}};
  out["region"] = region_or_null(*snapshot.regions, feed.region);
  out["last"] = to_string(feed.last, state.workspace->zone);
  out["every_s"] = json_number(static_cast<double>(feed.every_ns) / 1e9);
  return out;
}

Json revision_json(const model::Revision& revision, const State& state) {
  const Zone zone = state.workspace->zone;
  const model::IndicatorDef* def = state.workspace->catalog->indicator(revision.indicator);
  Json out{
      {"indicator", revision.indicator},
      {"indicator_label",
       json_label(def == nullptr ? Label{revision.indicator, revision.indicator} : def->label)}};
  out["region"] = region_or_null(*state.workspace->regions, revision.region);
  out["as_of"] = date_text(revision.as_of, zone);
  out["revision"] = revision.revision;
  out["before"] = json_number(revision.before);
  out["after"] = json_number(revision.after);
  out["unit"] = def == nullptr ? std::string() : def->unit.text;
  out["known"] = to_string(revision.known, zone);
  out["log_position"] = revision.position;
  return out;
}

Json clock_json(const watch::Live& live, Zone zone) {
  const watch::LiveStats stats = live.stats();
  return {{"now", to_string(live.now(), zone)},
          {"speed", json_number(stats.clock_speed)},
          {"received", stats.received},
          {"rejected", stats.rejected}};
}

Json why_json(const watch::Why& why, const State& state, const watch::View& view) {
  const Zone zone = state.workspace->zone;
  const model::RuleDef* rule = find_rule(*state.workspace->catalog, why.rule);
  const Found thing = find_thing(state.base->snapshot(), why.thing, "", why.at);
  Json out{{"rule", why.rule},
           {"rule_label", json_label(rule == nullptr ? Label{why.rule, why.rule} : rule->label)},
           {"thing", why.thing},
           {"thing_label", thing_label(thing, why.thing)},
           {"at", to_string(why.at, zone)},
           {"when", why.when},
           {"clear", json_text_or_null(why.clear)},
           {"hold", json_text_or_null(why.hold)},
           {"pack_version", why.pack_version},
           {"rule_digest", why.rule_digest},
           {"log_position", why.position}};
  out["condition"] = why.condition ? Json(*why.condition) : Json(nullptr);
  out["state"] = why.state;
  out["since"] = time_or_null(why.since, zone);
  out["sentence"] = why.sentence;
  out["explanation"] = explain_node(why.explanation, view);
  return out;
}

std::vector<Event> live_events(const watch::LiveUpdate& update, const State& state) {
  const Zone zone = state.workspace->zone;
  std::vector<Event> events;
  for (const watch::LiveCell& cell : update.cells) {
    events.push_back(
        {Topic::indicators, "indicator", json_text(cell_json(cell, state)), cell.region});
  }
  for (const model::Alert& alert : update.alerts) {
    events.push_back({Topic::alerts, "alert", json_text(alert_json(alert, state)), alert.region});
  }
  for (const watch::LiveReading& reading : update.readings) {
    events.push_back({Topic::readings, "reading", json_text(reading_json(reading, zone)),
                      region_of(state, reading, update.now)});
  }
  const auto add_feeds = [&](const std::vector<watch::Feed>& feeds, bool silent) {
    for (const watch::Feed& feed : feeds) {
      Json data = feed_json(feed, state);
      data["silent"] = silent;
      events.push_back({Topic::feeds, "feed", json_text(data), feed.region});
    }
  };
  add_feeds(update.silent, true);
  add_feeds(update.heard, false);
  for (const model::Revision& revision : update.revisions) {
    events.push_back(
        {Topic::revisions, "revision", json_text(revision_json(revision, state)), revision.region});
  }
  return events;
}

void add_live_gauges(std::vector<Gauge>& gauges, const watch::LiveStats& stats) {
  const auto add = [&](const char* name, const char* help, const char* type, auto value) {
    gauges.push_back({name, help, type, static_cast<double>(value)});
  };
  add("cairn_live_readings_total", "Readings accepted.", "counter", stats.received);
  add("cairn_live_duplicates_total", "Readings that were there already.", "counter",
      stats.duplicates);
  add("cairn_live_late_total", "Readings that came late.", "counter", stats.late);
  add("cairn_live_rejected_total", "Readings refused.", "counter", stats.rejected);
  add("cairn_live_series", "Series heard of.", "gauge", stats.series);
  add("cairn_live_log_position", "Everything up to here is on disk.", "gauge", stats.position);
  add("cairn_live_applied_position", "Everything up to here is in the values.", "gauge",
      stats.applied);
  add("cairn_live_log_bytes", "Size of the log.", "gauge", stats.log_bytes);
  add("cairn_live_history_points", "Observations in the history.", "gauge", stats.history_points);
  add("cairn_live_history_bytes", "Size of the history.", "gauge", stats.history_bytes);
  add("cairn_live_alerts_open", "Alerts that are open.", "gauge", stats.alerts_open);
  add("cairn_live_late_things", "Things whose rules wait to be looked at again, for late data.",
      "gauge", stats.late_things);
  add("cairn_live_repairs_total", "Corrections of rules that late data led to.", "counter",
      stats.repairs);
  add("cairn_live_unrevised_total", "Looks at late data that failed; they are tried again.",
      "counter", stats.unrevised);
  add("cairn_live_history_damaged_reads_total", "Reads that met a damaged block of the history.",
      "counter", stats.damaged_reads);
  add("cairn_live_commit_seconds", "Median of the newest commits to disk.", "gauge",
      stats.commit_ms / 1000);
  add("cairn_live_recovery_seconds", "What the start took.", "gauge", stats.recovery_s);
  add("cairn_live_swap_seconds", "How long the engine stood still for the newest world.", "gauge",
      stats.swap_s);
  add("cairn_live_clock_speed", "Of the engine's clock; 1 is true time.", "gauge",
      stats.clock_speed);
}

}  // namespace cairn::server
