// SPDX-License-Identifier: Apache-2.0
// The ways out of the house: what waits, what was carried, tests, and a person's decisions.
#include "core/text.hpp"
#include "server/channel_desk.hpp"
#include "server/channel_text.hpp"
#include "server/detail/json.hpp"
#include "server/guard.hpp"
#include "server/inquiry.hpp"
#include "server/problem.hpp"
#include "server/router.hpp"

namespace cairn::server {
namespace {

using model::Action;
using respond::DeliveryState;
using respond::StoredDelivery;

constexpr std::size_t body_most = 8 * 1024;
constexpr std::size_t reason_bytes = 2'000;  // 500 characters

// To the millisecond.
std::string time_text(Instant t, Zone zone) {
  constexpr std::int64_t ms = 1'000'000;
  return to_string(Instant{t.ns / ms * ms}, zone);
}
Json time_or_null(const std::optional<Instant>& t, Zone zone) {
  return t ? Json(time_text(*t, zone)) : Json(nullptr);
}

Json channel_json(const ChannelState& state, Zone zone) {
  const ChannelDef& def = state.def;
  const respond::Queue& queue = state.queue;
  Json topics = Json::array();
  for (const respond::Topic topic : def.topics) topics.push_back(respond::to_string(topic));
  Json out{{"id", def.id},
           {"kind", def.kind},
           {"label", json_label(def.label)},
           {"topics", std::move(topics)},
           {"regions", def.regions},
           {"to", state.to},
           {"simulated", state.simulated},
           {"enabled", def.enabled},
           {"broken", json_text_or_null(def.broken)},
           {"waiting", queue.waiting},
           {"held", queue.held},
           {"oldest_waiting", time_or_null(queue.oldest_waiting, zone)},
           {"last_delivery", time_or_null(queue.last_delivery, zone)},
           {"last_trouble", nullptr},
           {"last_test", nullptr},
           {"trouble", nullptr}};
  if (queue.last_trouble_at) {
    out["last_trouble"] = {{"at", time_text(*queue.last_trouble_at, zone)},
                           {"text", queue.last_trouble}};
  }
  if (queue.test_at) {
    out["last_test"] = {{"at", time_text(*queue.test_at, zone)},
                        {"ok", queue.test_ok},
                        {"message", queue.test_message}};
  }
  if (state.trouble) {
    out["trouble"] = {{"since", time_or_null(state.trouble->since, zone)},
                      {"text", json_label(state.trouble->text)}};
  }
  return out;
}

// What a message says, and to whom, is shown to those who may know it: answers to reporters are
// personal.
bool may_see(const Call& call, const respond::Posting& posting) {
  if (posting.topic == respond::Topic::test) return true;
  const bool personal = posting.topic == respond::Topic::answer;
  return may(call, personal ? Action::read_reporter : Action::read_channels, posting.region);
}

Json delivery_json(const Call& call, const StoredDelivery& stored, Zone zone) {
  const respond::Delivery& d = stored.delivery;
  const respond::Posting& p = d.posting;
  const bool seen = may_see(call, p);
  const bool due = stored.state == DeliveryState::waiting && !stored.hold;
  return {{"number", d.number},
          {"id", d.id},
          {"channel", d.channel},
          {"state", respond::to_string(stored.state)},
          {"topic", respond::to_string(p.topic)},
          {"subject", p.subject},
          {"region", p.region},
          {"to", seen ? Json(p.to) : Json(nullptr)},
          {"title", seen ? Json(p.title) : Json(nullptr)},
          {"text", seen ? Json(p.text) : Json(nullptr)},
          {"status", p.status},
          {"urgent", p.urgent},
          {"posted", time_text(d.posted, zone)},
          {"attempts", d.attempts},
          {"next", due ? Json(time_text(d.next, zone)) : Json(nullptr)},
          {"held", stored.hold},
          {"delivered", time_or_null(d.delivered, zone)},
          {"given_up", time_or_null(d.given_up, zone)},
          {"given_up_by", stored.given_up_by},
          {"digest", stored.digest == 0 ? Json(nullptr) : Json(stored.digest)},
          {"trouble", d.trouble},
          {"receipt", d.receipt}};
}

// The one region of a channel; several, or everywhere, want a right for everywhere.
std::string region_of(const ChannelDef& def) {
  return def.regions.size() == 1 ? def.regions.front() : std::string();
}

Response no_channel(std::string_view id) {
  return problem(404, format("there is no channel '{}'", id));
}

Response list_channels(const Call& call, const ChannelDesk& desk) {
  if (auto no = refuse_anywhere(call, Action::read_channels)) return std::move(*no);
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const auto states = desk.states();
  if (!states) return problem(states.error());
  Json out = Json::array();
  for (const ChannelState& state : *states) out.push_back(channel_json(state, in.zone()));
  return json_response(out);
}

Response test_channel(const Call& call, ChannelDesk& desk) {
  const ChannelDef* def = desk.find(call.path("id"));
  const std::string region = def == nullptr ? std::string() : region_of(*def);
  const std::string subject = "channel/" + call.path("id");
  if (auto no = refuse(call, Action::test_channel, region, {}, subject)) return std::move(*no);
  if (def == nullptr) return no_channel(call.path("id"));
  const auto number = [&]() -> Result<std::uint64_t> {
    auto write = desk.ledger().begin();
    if (!write) return fail(write.error());
    auto made = desk.outbox().test(*write, def->id, call.actor.id, desk.clock().now());
    if (!made) return made;
    if (auto done = write->commit(); !done) return fail(done.error());
    return made;
  }();
  if (!number) return failed(call, Action::test_channel, region, number.error(), subject);
  audited(call, Action::test_channel, region, subject, format("delivery {}", *number));
  const auto made = desk.outbox().delivery(def->id, *number);
  if (!made) return problem(made.error());
  return json_response(delivery_json(call, *made, call.state->workspace->zone), 202);
}

Response list_deliveries(const Call& call, const ChannelDesk& desk,
                         const respond::StoredOutbox& outbox) {
  if (auto no = refuse_anywhere(call, Action::read_channels)) return std::move(*no);
  Inquiry in(call);
  respond::StoredOutbox::Filter filter;
  constexpr std::int64_t most = 500;
  filter.limit = static_cast<std::size_t>(in.params.integer("limit", 1, most).value_or(50));
  filter.before = static_cast<std::uint64_t>(in.params.integer("before", 1, INT64_MAX).value_or(0));
  if (const auto word = in.params.text("state")) {
    filter.state = respond::parse_delivery_state(*word);
    if (!filter.state) {
      in.params.complain("state", "there are waiting, delivered, given_up, parked, listed");
    }
  }
  if (!in.ready()) return in.refusal();
  const std::string& id = call.path("id");
  if (desk.find(id) == nullptr && !desk.state(id)) return no_channel(id);
  const auto rows = outbox.deliveries(id, filter);
  if (!rows) return problem(rows.error());
  Json list = Json::array();
  for (const StoredDelivery& row : *rows) list.push_back(delivery_json(call, row, in.zone()));
  const bool more = rows->size() == filter.limit;
  return json_response(
      {{"deliveries", std::move(list)},
       {"next_before", more ? Json(rows->back().delivery.number) : Json(nullptr)}});
}

Result<std::string> read_reason(const std::string& body) {
  const Json document = Json::parse(body, nullptr, false);
  if (!document.is_object() || !document.contains("reason") || !document["reason"].is_string()) {
    return fail(Code::invalid, "the body is {\"reason\": \"…\"}", "/reason");
  }
  std::string reason(trim(document["reason"].get<std::string>()));
  if (reason.empty() || reason.size() > reason_bytes) {
    return fail(Code::invalid, "say why, in at most 500 characters", "/reason");
  }
  return reason;
}

// A person's decision about one delivery.
using Decide = std::function<Status(store::Ledger::Write&, std::uint64_t number, Instant now)>;
Response decide(const Call& call, ChannelDesk& desk, std::string_view what, const Decide& act) {
  const std::string& id = call.path("id");
  const ChannelDef* def = desk.find(id);
  const std::string region = def == nullptr ? std::string() : region_of(*def);
  const std::string subject = format("channel/{}/{}", id, call.path("number"));
  if (auto no = refuse(call, Action::manage_channels, region, {}, subject)) return std::move(*no);
  const auto number = parse_integer(call.path("number"));
  if (!number || *number < 1) return problem(404, "a delivery has a number from 1");
  const auto done = [&]() -> Status {
    auto write = desk.ledger().begin();
    if (!write) return fail(write.error());
    auto acted = act(*write, static_cast<std::uint64_t>(*number), desk.clock().now());
    return acted ? write->commit() : acted;
  }();
  if (!done) return failed(call, Action::manage_channels, region, done.error(), subject);
  audited(call, Action::manage_channels, region, subject, what);
  const auto now = desk.outbox().delivery(id, static_cast<std::uint64_t>(*number));
  if (!now) return problem(now.error());
  return json_response(delivery_json(call, *now, call.state->workspace->zone));
}

}  // namespace

std::string channel_event(const ChannelState& state, Zone zone) {
  return json_text(channel_json(state, zone));
}

void add_channel_routes(Router& router, ChannelDesk& desk) {
  router.add({"GET", "/v1/channels", Access::actor, 0,
              [&desk](const Call& call) { return list_channels(call, desk); }});
  router.add({"POST", "/v1/channels/{id}/test", Access::actor, body_most,
              [&desk](const Call& call) { return test_channel(call, desk); }});
  router.add({"GET", "/v1/channels/{id}/deliveries", Access::actor, 0,
              [&desk](const Call& call) { return list_deliveries(call, desk, desk.outbox()); }});
  router.add({"POST", "/v1/channels/{id}/deliveries/{number}/retry", Access::actor, body_most,
              [&desk](const Call& call) {
                return decide(call, desk, "retry",
                              [&](store::Ledger::Write& write, std::uint64_t number, Instant now) {
                                return desk.outbox().retry(write, call.path("id"), number, now);
                              });
              }});
  router.add({"POST", "/v1/channels/{id}/deliveries/{number}/give-up", Access::actor, body_most,
              [&desk](const Call& call) {
                const auto reason = read_reason(call.request.body);
                return decide(call, desk, "give up: " + reason.value_or("?"),
                              [&](store::Ledger::Write& write, std::uint64_t number, Instant now) {
                                if (!reason) return Status(fail(reason.error()));
                                return desk.outbox().give_up(write, call.path("id"), number,
                                                             call.actor.id, *reason, now);
                              });
              }});
}

}  // namespace cairn::server
