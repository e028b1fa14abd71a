// SPDX-License-Identifier: Apache-2.0
// The engine's present: its figures, the stream of events, refused readings, silent feeds,
// corrected publications. Without an engine the lists are empty and the stream says 503.
#include <algorithm>
#include <limits>
#include <map>

#include "core/text.hpp"
#include "server/api.hpp"
#include "server/detail/json.hpp"
#include "server/inquiry.hpp"
#include "server/live_json.hpp"
#include "server/service.hpp"

namespace cairn::server {
namespace {

constexpr std::int64_t list_standard = 100;
constexpr std::int64_t list_most = 1000;
constexpr std::size_t event_id_bytes = 100;

Json severity_counts(const watch::Live* live, const model::Catalog& catalog) {
  std::map<std::string, std::string> severities;  // by rule
  for (const model::RuleDef& rule : catalog.rules) severities[rule.id] = lower_ascii(rule.severity);
  Json out{{"open", 0}, {"extreme", 0}, {"severe", 0}, {"moderate", 0}, {"minor", 0}};
  out["unknown"] = 0;
  if (live == nullptr) return out;
  const auto page = live->alerts({.limit = std::numeric_limits<std::size_t>::max()});
  out["open"] = page.total;
  std::map<std::string, std::size_t> counts;
  for (const model::Alert& alert : page.alerts) {
    const std::string& severity = severities[alert.rule];
    ++counts[out.contains(severity) && severity != "open" ? severity : "unknown"];
  }
  for (const auto& [severity, count] : counts) out[severity] = count;
  return out;
}

Response get_live(const Call& call, const Service& service) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const watch::Live* live = service.live();
  const watch::LiveStats stats = live == nullptr ? watch::LiveStats{} : live->stats();
  return json_response({{"running", live != nullptr},
                        {"now", to_string(service.now(), in.zone())},
                        {"speed", json_number(stats.clock_speed)},
                        {"received", stats.received},
                        {"duplicates", stats.duplicates},
                        {"late", stats.late},
                        {"rejected", stats.rejected},
                        {"series", stats.series},
                        {"log_position", stats.position},
                        {"applied_position", stats.applied},
                        {"log_bytes", stats.log_bytes},
                        {"history_points", stats.history_points},
                        {"history_bytes", stats.history_bytes},
                        {"commit_ms", json_number(stats.commit_ms)},
                        {"recovery_s", json_number(stats.recovery_s)},
                        {"feeds_silent", live == nullptr ? 0 : live->silent().size()},
                        {"alerts", severity_counts(live, in.view().catalog())}});
}

std::vector<Topic> read_topics(Inquiry& in) {
  std::vector<Topic> out;
  const auto text = in.params.text("topics");
  if (!text) return out;
  for (const std::string_view word : split(*text, ',')) {
    if (const auto topic = parse_topic(trim(word))) {
      out.push_back(*topic);
    } else {
      in.params.complain("topics", format("'{}' is no topic; there are indicators, alerts, "
                                          "readings, feeds, revisions",
                                          word));
    }
  }
  return out;
}

// Is a division within the region asked for? The tree stays alive with the stream.
std::function<bool(std::string_view)> region_filter(
    std::shared_ptr<const model::RegionTree> regions, model::RegionIndex asked) {
  if (asked == model::no_region) return {};
  return [regions = std::move(regions), asked](std::string_view code) {
    const model::RegionIndex region = code.empty() ? model::no_region : regions->find(code);
    return region != model::no_region && regions->within(region, asked);
  };
}

Response get_events(const Call& call, Service& service) {
  Inquiry in(call);
  Subscription subscription;
  subscription.topics = read_topics(in);
  const model::RegionIndex region = in.region_or_none("region");
  // A browser that comes back sets the header; the address still has the id of the first time.
  const std::string asked = in.params.text_or("last_event_id", "");
  const std::string_view header = call.request.header("last-event-id");
  subscription.last_event_id = header.empty() ? asked : std::string(header);
  if (subscription.last_event_id.size() > event_id_bytes) {
    in.params.complain("last_event_id", "this is no id of an event");
  }
  if (!in.ready()) return in.refusal();
  if (service.live() == nullptr) return no_engine();
  subscription.wants = region_filter(in.state().workspace->regions, region);
  // The engine outlives the listener's streams; the service may not have it any more.
  subscription.clock = [&service, zone = in.zone()] {
    const watch::Live* live = service.live();
    return live == nullptr ? std::string("{}") : json_text(clock_json(*live, zone));
  };
  Response out;
  out.type = "text/event-stream";
  out.headers.push_back({"Cache-Control", "no-store"});
  out.headers.push_back({"X-Accel-Buffering", "no"});  // proxies must not hold events back
  if (call.request.method != "HEAD") out.stream = service.events().open(std::move(subscription));
  return out;
}

Response list_rejected(const Call& call, const Service& service) {
  Inquiry in(call);
  const auto before = in.params.integer("before", 1, std::numeric_limits<std::int64_t>::max());
  const auto limit = in.params.integer("limit", 1, list_most);
  if (!in.ready()) return in.refusal();
  const auto most = static_cast<std::size_t>(limit.value_or(list_standard));
  std::vector<model::Rejected> rows;
  if (const watch::Live* live = service.live()) {
    rows = live->rejected(
        before ? static_cast<std::uint64_t>(*before) : std::numeric_limits<std::uint64_t>::max(),
        most);
  }
  Json list = Json::array();
  for (const model::Rejected& row : rows) {
    list.push_back({{"number", row.number},
                    {"at", to_string(row.at, in.zone())},
                    {"sender", row.sender},
                    {"text", row.text},
                    {"place", row.place},
                    {"reason", row.reason}});
  }
  // Number 1 is the first of all.
  const bool more = rows.size() == most && rows.back().number > 1;
  return json_response({{"rejected", std::move(list)},
                        {"next_before", more ? Json(rows.back().number) : Json(nullptr)}});
}

Response list_silent(const Call& call, const Service& service) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  std::vector<watch::Feed> feeds;
  if (const watch::Live* live = service.live()) feeds = live->silent();
  std::stable_sort(feeds.begin(), feeds.end(),
                   [](const auto& a, const auto& b) { return a.last < b.last; });
  Json list = Json::array();
  for (const watch::Feed& feed : feeds) list.push_back(feed_json(feed, in.state()));
  return json_response({{"feeds", std::move(list)}});
}

Response list_revisions(const Call& call, const Service& service) {
  Inquiry in(call);
  const auto limit = in.params.integer("limit", 1, list_most);
  if (!in.ready()) return in.refusal();
  Json list = Json::array();
  if (const watch::Live* live = service.live()) {
    for (const auto& row :
         live->revisions(static_cast<std::size_t>(limit.value_or(list_standard)))) {
      list.push_back(revision_json(row, in.state()));
    }
  }
  return json_response({{"revisions", std::move(list)}});
}

}  // namespace

Response no_engine() {
  return problem(503,
                 "this server has no live engine; start it with a data folder (cairn serve "
                 "--data)");
}

void add_live_routes(Router& router, Service& service) {
  const auto with = [&service](auto handler) {
    return [&service, handler](const Call& call) { return handler(call, service); };
  };
  router.add({"GET", "/v1/live", Access::read, 0, with(get_live)});
  router.add({"GET", "/v1/events", Access::read, 0, with(get_events)});
  router.add({"GET", "/v1/rejected", Access::read, 0, with(list_rejected)});
  router.add({"GET", "/v1/feeds/silent", Access::read, 0, with(list_silent)});
  router.add({"GET", "/v1/revisions", Access::read, 0, with(list_revisions)});
}

}  // namespace cairn::server
