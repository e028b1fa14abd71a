// SPDX-License-Identifier: Apache-2.0
// Warnings for the public: prepared, released, confirmed; all warnings: listed.
#include "server/api_warnings.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "codec/cap_read.hpp"
#include "core/text.hpp"
#include "respond/cap_compose.hpp"
#include "respond/warning_desk.hpp"
#include "server/channel_desk.hpp"
#include "server/detail/render.hpp"
#include "server/detail/warning_json.hpp"
#include "server/guard.hpp"
#include "server/inquiry.hpp"
#include "server/service.hpp"

namespace cairn::server {
namespace {

using model::Action;
using respond::Draft;
using respond::Wish;

// A drawn area may have many corners; of strangers it is read, for the audit trail.
constexpr std::size_t wish_bytes = 256 * 1024;
constexpr std::size_t small_bytes = 4096;
constexpr std::int64_t page_standard = 100;
constexpr std::int64_t page_most = 500;
constexpr std::size_t key_bytes = 200;

struct Doors : WarningDoors {
  Service* service = nullptr;
};

void tell(const Doors& my, const Call& call, const respond::Warning& warning) {
  my.service->events().publish({warning_event(warning, *call.state, call.asked_at)});
}

std::optional<Response> not_json(const Request& request) {
  if (request.header("content-type").starts_with("application/json")) return std::nullopt;
  return problem(415, "the body must be application/json");
}

// A pointer into the body as the place of a complaint.
Response wish_problem(const Error& error) {
  if (error.code != Code::invalid) return problem(error);
  return problem({Complaint{error.place, error.message, {}, 1, {}}});
}

Json channels_json(const Doors& my, const Draft& draft) {
  Json out = Json::array();
  if (my.channels == nullptr) return out;
  respond::Posting posting;
  posting.topic = respond::Topic::warning;
  posting.region = draft.region;
  const auto carriers = my.channels->outbox().carriers(posting);
  const std::set<std::string> ids(carriers.begin(), carriers.end());
  const auto states = my.channels->states();
  if (!states) return out;
  for (const ChannelState& state : *states) {
    if (!ids.contains(state.def.id)) continue;
    out.push_back({{"id", state.def.id},
                   {"label", json_label(state.def.label)},
                   {"kind", state.def.kind},
                   {"simulated", state.simulated},
                   {"enabled", state.def.enabled},
                   {"waiting", state.queue.waiting},
                   {"trouble", state.trouble ? Json(state.trouble->text.in(Language::zh) + " / " +
                                                    state.trouble->text.in(Language::en))
                                             : Json(nullptr)}});
  }
  return out;
}

Json draft_json(const Doors& my, const Call& call, const Wish& wish, const Draft& draft) {
  const model::RegionTree& regions = *call.state->workspace->regions;
  Json out = content_json(draft.alert);
  out["wish"] = filled_wish_json(wish, draft);
  out["region"] = draft.region;
  const model::RegionIndex region = regions.find(draft.region);
  out["region_label"] = json_label(region == model::no_region ? Label{draft.region, draft.region}
                                                              : regions[region].name);
  out["expires_minutes"] = draft.expires_minutes;
  out["simulated"] = respond::to_string(draft.simulated);
  Json counties = Json::array();
  for (const std::string& code : draft.reach.regions) {
    const model::RegionIndex index = regions.find(code);
    counties.push_back(
        {{"code", code},
         {"label", json_label(index == model::no_region ? Label{code, code} : regions[index].name)},
         {"may_send", may(call, Action::send_warning, code)}});
  }
  const auto& people = draft.reach.people;
  out["reach"] = {{"villages", draft.reach.villages},
                  {"people", people ? Json(static_cast<std::uint64_t>(*people)) : Json(nullptr)},
                  {"estimated", draft.reach.estimated},
                  {"people_as_of", draft.reach.people_as_of},
                  {"words", json_label(draft.reach.words)},
                  {"counties", std::move(counties)}};
  out["findings"] = findings_json(draft.findings);
  out["sendable"] = draft.sendable && my.desk->forbidden(draft, call.actor).empty();
  out["digest"] = draft.digest;
  out["channels"] = channels_json(my, draft);
  out["second_person"] = my.desk->wants_second(wish.act, draft.level);
  Json previous = Json::array();
  for (const codec::CapReference& r : draft.alert.references) previous.push_back(r.identifier);
  out["previous"] = std::move(previous);
  return out;
}

Response prepare(const Call& call, const Doors& my) {
  if (auto no = refuse_anywhere(call, Action::prepare_warning)) return std::move(*no);
  if (auto no = not_json(call.request)) return std::move(*no);
  const auto wish = respond::read_wish(call.request.body, {"digest"});
  if (!wish) return wish_problem(wish.error());
  const auto draft = my.desk->prepare(*wish, call.asked_at);
  if (!draft) return wish_problem(draft.error());
  return json_response(draft_json(my, call, *wish, *draft));
}

Json release_json(const Call& call, const respond::Release& release) {
  const model::Workspace& workspace = *call.state->workspace;
  const bool sent = !release.identifier.empty();
  return {{"warning",
           sent ? warning_json(release.warning, *workspace.regions, call.asked_at, workspace.zone)
                : Json(nullptr)},
          {"identifier", json_text_or_null(release.identifier)},
          {"deliveries", release.deliveries},
          {"repeated", release.repeated},
          {"awaiting",
           release.awaiting ? awaiting_json(*release.awaiting, workspace.zone) : Json(nullptr)}};
}

// The right in every county that the draft touches; the attempt is in the trail once.
std::optional<Response> refuse_draft(const Call& call, const Doors& my, const Draft& draft,
                                     const std::string& subject) {
  const auto closed = my.desk->forbidden(draft, call.actor);
  if (!closed.empty()) return refuse(call, Action::send_warning, closed.front(), {}, subject);
  const std::string region = draft.reach.regions.empty() ? "" : draft.reach.regions.front();
  return refuse(call, Action::send_warning, region, {}, subject);
}

Response unsendable(const Draft& draft) {
  std::vector<Complaint> complaints;
  for (const std::string& finding : draft.findings) {
    if (finding.starts_with("error ")) complaints.push_back({"body", finding, {}, 1, {}});
  }
  return problem(422, "the warning cannot be sent as it is", std::move(complaints));
}

// Runs `act` in a transaction of its own and commits it.
template <class Act>
auto written(const Doors& my, Act&& act) -> decltype(act(std::declval<store::Ledger::Write&>())) {
  auto write = my.ledger->begin();
  if (!write) return fail(write.error());
  auto out = act(*write);
  if (!out) return out;
  if (auto done = write->commit(); !done) return fail(done.error());
  return out;
}

// With what follows from a release in its transaction.
Result<respond::Release> followed(const Doors& my, store::Ledger::Write& write,
                                  Result<respond::Release> release) {
  if (!release || release->repeated || release->awaiting || !my.released) return release;
  if (auto done = my.released(write, release->warning); !done) return fail(done.error());
  return release;
}

std::string text_member(const std::string& body, const char* name) {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains(name) || !json[name].is_string()) return {};
  return json[name];
}

Response send(const Call& call, const Doors& my) {
  if (!model::may_somewhere(call.actor, Action::send_warning)) {
    if (auto no = refuse_anywhere(call, Action::send_warning)) return std::move(*no);
  }
  if (auto no = not_json(call.request)) return std::move(*no);
  const std::string key(call.request.header("idempotency-key"));
  if (key.empty() || key.size() > key_bytes || !is_valid_utf8(key)) {
    return problem(400,
                   "the header Idempotency-Key is missing: a text of at most 200 bytes that "
                   "is new for every release");
  }
  const auto wish = respond::read_wish(call.request.body, {"digest"});
  if (!wish) return wish_problem(wish.error());
  const std::string digest = text_member(call.request.body, "digest");
  if (digest.empty()) {
    return problem({Complaint{"/digest", "send the digest of what was shown", {}, 1, {}}});
  }
  const auto before = my.desk->released(key, digest, call.actor);
  if (!before) return problem(before.error());
  if (*before) return json_response(release_json(call, **before));
  const auto draft = my.desk->prepare(*wish, call.asked_at);
  if (!draft) return wish_problem(draft.error());
  const std::string& subject = !wish->warning.empty() ? wish->warning : draft->group;
  if (auto no = refuse_draft(call, my, *draft, subject)) return std::move(*no);
  if (!draft->sendable) return unsendable(*draft);
  const auto release = written(my, [&](store::Ledger::Write& write) {
    return followed(my, write, my.desk->send(write, *wish, digest, key, call.actor, call.asked_at));
  });
  if (!release) {
    return failed(call, Action::send_warning, draft->region, release.error(), subject);
  }
  const bool waits = release->awaiting.has_value();
  audited(call, Action::send_warning, draft->region,
          waits ? release->awaiting->id : release->identifier,
          waits
              ? std::string("waits for a second person")
              : format("{} {}", to_string(wish->act), release->warning.headline.in(Language::zh)));
  if (!waits && !release->repeated) tell(my, call, release->warning);
  return json_response(release_json(call, *release), waits ? 202 : release->repeated ? 200 : 201);
}

std::optional<respond::Awaiting> find_awaiting(const Doors& my, const Call& call) {
  const auto all = my.desk->awaiting(call.asked_at);
  if (!all) return std::nullopt;
  const auto at = std::find_if(all->begin(), all->end(),
                               [&](const respond::Awaiting& a) { return a.id == call.path("id"); });
  return at == all->end() ? std::nullopt : std::optional(*at);
}

Response none_waits() {
  return problem(404, "nothing waits for confirmation there, or it is too late");
}

Response confirm(const Call& call, const Doors& my) {
  if (!model::may_somewhere(call.actor, Action::send_warning)) {
    if (auto no = refuse_anywhere(call, Action::send_warning)) return std::move(*no);
  }
  const auto awaiting = find_awaiting(my, call);
  if (!awaiting) return none_waits();
  if (auto no = not_json(call.request)) return std::move(*no);
  const auto draft = my.desk->prepare(awaiting->wish, call.asked_at);
  if (!draft) return wish_problem(draft.error());
  if (auto no = refuse_draft(call, my, *draft, awaiting->id)) return std::move(*no);
  const auto release = written(my, [&](store::Ledger::Write& write) {
    return followed(my, write,
                    my.desk->confirm(write, awaiting->id, text_member(call.request.body, "digest"),
                                     call.actor, call.asked_at));
  });
  if (!release) {
    return failed(call, Action::send_warning, draft->region, release.error(), awaiting->id);
  }
  audited(call, Action::send_warning, draft->region, release->identifier, "as the second person");
  tell(my, call, release->warning);
  return json_response(release_json(call, *release), 201);
}

Response decline(const Call& call, const Doors& my) {
  if (auto no = refuse_anywhere(call, Action::send_warning)) return std::move(*no);
  const auto awaiting = find_awaiting(my, call);
  if (!awaiting) return none_waits();
  const auto done = written(my, [&](store::Ledger::Write& write) {
    return my.desk->decline(write, awaiting->id, call.actor, call.asked_at);
  });
  if (!done) return failed(call, Action::send_warning, {}, done.error(), awaiting->id);
  audited(call, Action::send_warning, {}, awaiting->id, "declined");
  return {.status = 204};
}

Response list(const Call& call, const Doors& my) {
  Inquiry in(call);
  respond::WarningQuery query;
  query.open = in.params.boolean("open", false);
  if (const auto kind = in.params.word("kind", {"duty", "open_to_all", "received"})) {
    query.kind = respond::parse_warning_kind(*kind);
  }
  query.region = in.params.text_or("region", "");
  query.group = in.params.text_or("group", "");
  query.incident = in.params.text_or("incident", "");
  query.limit =
      static_cast<std::size_t>(in.params.integer("limit", 1, page_most).value_or(page_standard));
  query.offset =
      static_cast<std::size_t>(in.params.integer("offset", 0, 1'000'000'000).value_or(0));
  if (!in.ready()) return in.refusal();
  const auto page = my.desk->list(query, call.asked_at);
  if (!page) return problem(page.error());
  const auto waiting = my.desk->awaiting(call.asked_at);
  if (!waiting) return problem(waiting.error());
  const model::RegionTree& regions = *call.state->workspace->regions;
  Json warnings = Json::array();
  for (const respond::Warning& w : page->warnings) {
    warnings.push_back(warning_json(w, regions, call.asked_at, in.zone()));
  }
  Json awaiting = Json::array();
  for (const respond::Awaiting& a : *waiting) awaiting.push_back(awaiting_json(a, in.zone()));
  return json_response({{"warnings", std::move(warnings)},
                        {"total", page->total},
                        {"awaiting", std::move(awaiting)}});
}

// Texts and areas of the newest message that has some.
Json newest_content(const std::vector<respond::Message>& messages) {
  for (auto at = messages.rbegin(); at != messages.rend(); ++at) {
    const auto alert = codec::read_cap(at->xml);
    if (alert && !alert->infos.empty()) return content_json(*alert);
  }
  return nullptr;
}

Response get_one(const Call& call, const Doors& my) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const std::string& id = call.path("id");
  const auto warning = my.desk->find(id);
  if (!warning) return problem(warning.error());
  if (!*warning)
    return problem({Code::not_found, format("there is no warning '{}'", id), "path:id"});
  const auto messages = my.desk->messages(id);
  if (!messages) return problem(messages.error());
  Json out = warning_json(**warning, *call.state->workspace->regions, call.asked_at, in.zone());
  const bool ours = (*warning)->kind != respond::WarningKind::received;
  Json chain = Json::array();
  for (const respond::Message& m : *messages) {
    chain.push_back(warning_message_json(m, ours, in.zone()));
  }
  Json deliveries = Json::array();
  if (my.outbox != nullptr && ours) {
    const auto list = my.outbox->of(id);
    if (!list) return problem(list.error());
    for (const respond::Delivery& d : *list) {
      const bool message =
          d.posting.topic == respond::Topic::warning || d.posting.topic == respond::Topic::alert;
      if (message) deliveries.push_back(warning_delivery_json(d, in.zone()));
    }
  }
  out["chain"] = std::move(chain);
  out["deliveries"] = std::move(deliveries);
  out["draft"] = newest_content(*messages);
  return json_response(out);
}

Response list_refused(const Call& call, const Doors& my) {
  Inquiry in(call);
  const auto before = in.params.integer("before", 0, INT64_MAX).value_or(0);
  const auto limit = in.params.integer("limit", 1, page_most).value_or(page_standard);
  if (!in.ready()) return in.refusal();
  const auto found =
      my.desk->refused(static_cast<std::uint64_t>(before), static_cast<std::size_t>(limit));
  if (!found) return problem(found.error());
  Json rows = Json::array();
  for (const respond::Refused& r : *found) {
    rows.push_back({{"number", r.number},
                    {"at", to_string(r.at, in.zone())},
                    {"source", r.source},
                    {"text", r.text},
                    {"place", r.place},
                    {"reason", r.reason},
                    {"findings", r.findings}});
  }
  const bool more = found->size() == static_cast<std::size_t>(limit);
  return json_response({{"refused", std::move(rows)},
                        {"next_before", more ? Json(found->back().number) : Json(nullptr)}});
}

}  // namespace

void add_warning_routes(Router& router, Service& service, WarningDoors doors) {
  const Doors my{{std::move(doors)}, &service};
  const auto with = [my](auto handler) {
    return [my, handler](const Call& call) { return handler(call, my); };
  };
  router.add({"POST", "/v1/warnings/prepare", Access::actor, wish_bytes, with(prepare)});
  router.add({"GET", "/v1/warnings", Access::read, 0, with(list)});
  router.add({"POST", "/v1/warnings", Access::actor, wish_bytes, with(send)});
  router.add({"GET", "/v1/warnings/refused", Access::read, 0, with(list_refused)});
  router.add(
      {"POST", "/v1/warnings/awaiting/{id}/confirm", Access::actor, small_bytes, with(confirm)});
  router.add(
      {"POST", "/v1/warnings/awaiting/{id}/decline", Access::actor, small_bytes, with(decline)});
  router.add({"GET", "/v1/warnings/{id}", Access::read, 0, with(get_one)});
}

}  // namespace cairn::server
