// SPDX-License-Identifier: Apache-2.0
// Warnings as CAP documents and feeds, and those of others.
#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "codec/cap_atom.hpp"
#include "codec/cap_read.hpp"
#include "codec/cap_write.hpp"
#include "core/text.hpp"
#include "respond/warning_desk.hpp"
#include "server/api_warnings.hpp"
#include "server/base_url.hpp"
#include "server/detail/warning_json.hpp"
#include "server/guard.hpp"
#include "server/inquiry.hpp"
#include "server/service.hpp"

namespace cairn::server {
namespace {

using model::Action;
using respond::WarningKind;

constexpr std::size_t feed_entries = 200;
// Most have 10 kB. Of strangers it is read too, for the audit trail.
constexpr std::size_t message_bytes = 256 * 1024;
constexpr std::size_t feeds_kept = 16;
constexpr std::size_t source_bytes = 200;

// Feeds as they were made last: many ask, few messages come.
struct FeedShelf {
  std::mutex mutex;
  std::map<std::string, std::string> made;  // under mutex; by what they are made of
};

struct Doors : WarningDoors {
  Service* service = nullptr;
  std::shared_ptr<FeedShelf> feeds;  // shared: the handlers are copies
};

Response document(std::string xml, std::string type) {
  Response out;
  out.type = std::move(type);
  out.body = std::move(xml);
  return out;
}

// Messages for duty are read like alerts.
std::optional<Response> refuse_reading(const Call& call, const Doors& my) {
  if (!my.service->guards_reads() || call.actor.kind != model::ActorKind::nobody) {
    return std::nullopt;
  }
  Response out = problem(401, "sign in, or send the header 'Authorization: Bearer <token>'");
  out.headers.push_back({"WWW-Authenticate", "Bearer realm=\"cairn\""});
  return out;
}

Response get_message(const Call& call, const Doors& my) {
  const std::string& identifier = call.path("identifier");
  const auto found = my.desk->message(identifier);
  if (!found) return problem(found.error());
  if (*found) {
    const auto warning = my.desk->find((*found)->warning);
    if (!warning) return problem(warning.error());
    const bool open = *warning && (*warning)->kind == WarningKind::open_to_all;
    if (!open) {
      if (auto no = refuse_reading(call, my)) return std::move(*no);
    }
    Response out = document((*found)->xml, std::string(codec::cap_media_type));
    out.headers.push_back({"Last-Modified", http_date((*found)->sent)});
    return out;
  }
  if (auto no = refuse_reading(call, my)) return std::move(*no);
  return problem(
      {Code::not_found, format("there is no message '{}' of ours", identifier), "path:identifier"});
}

Result<std::string> make_feed(const std::vector<respond::Message>& messages, bool open,
                              const std::string& base, const std::string& author, Instant started,
                              Zone zone) {
  codec::AtomFeed feed;
  const std::string path = open ? "/v1/cap/warnings.atom" : "/v1/cap/alerts.atom";
  feed.id = base + path;
  feed.title = open ? "预警信息 / Warnings" : "值守告警 / Alerts for those on duty";
  feed.author = author;
  feed.updated = {messages.empty() ? started : messages.front().sent, zone};
  feed.links = {{base + path, "self", "application/atom+xml"}};
  for (const respond::Message& message : messages) {
    const auto alert = codec::read_cap(message.xml);
    if (!alert) return fail(alert.error());
    feed.entries.push_back(
        codec::atom_entry(*alert, "zh-CN", feed.id + "#",
                          base + "/v1/cap/" + percent_encode(message.identifier) + ".xml"));
  }
  return codec::write_atom(feed);
}

Response get_feed(const Call& call, const Doors& my, WarningKind kind) {
  const auto messages = my.desk->newest(kind, feed_entries);
  if (!messages) return problem(messages.error());
  const Zone zone = call.state->workspace->zone;
  const std::string base = base_url(call.request);
  const Instant started = {my.service->started_at().ns / ns_per_second * ns_per_second};
  std::string name = format("{} {} {}", static_cast<int>(kind), base, messages->size());
  for (std::size_t i = 0; i < std::min<std::size_t>(messages->size(), 1); ++i) {
    name += format(" {} {}", (*messages)[i].identifier, (*messages)[i].sent.ns);
  }
  std::string body;
  {
    const std::lock_guard lock(my.feeds->mutex);
    if (const auto at = my.feeds->made.find(name); at != my.feeds->made.end()) body = at->second;
  }
  if (body.empty()) {
    auto made = make_feed(*messages, kind == WarningKind::open_to_all, base,
                          my.desk->options().sender_name.in(Language::zh), started, zone);
    if (!made) return problem(made.error());
    body = std::move(*made);
    const std::lock_guard lock(my.feeds->mutex);
    if (my.feeds->made.size() >= feeds_kept) my.feeds->made.clear();
    my.feeds->made[name] = body;
  }
  const Instant changed = messages->empty() ? started : messages->front().sent;
  Response out = document(std::move(body), "application/atom+xml; charset=utf-8");
  out.headers.push_back({"Last-Modified", http_date(changed)});
  return out;
}

Response get_public_feed(const Call& call, const Doors& my) {
  return get_feed(call, my, WarningKind::open_to_all);
}
Response get_duty_feed(const Call& call, const Doors& my) {
  return get_feed(call, my, WarningKind::duty);
}

Response get_alert_cap(const Call& call, const Doors& my) {
  const std::string& id = call.path("id");
  const auto context = my.alert ? my.alert(id) : std::nullopt;
  if (!context) return problem({Code::not_found, format("there is no alert '{}'", id), "path:id"});
  auto xml = my.desk->cap_of(context->alert, context->spot, context->reason,
                             my.service->true_clock().now());
  if (!xml) return problem(xml.error());
  return document(std::move(*xml), std::string(codec::cap_media_type));
}

Json receipt_json(const respond::Receipt& receipt) {
  using Outcome = respond::Receipt::Outcome;
  const char* word = receipt.outcome == Outcome::accepted    ? "accepted"
                     : receipt.outcome == Outcome::duplicate ? "duplicate"
                                                             : "refused";
  return {{"outcome", word},
          {"warning", json_text_or_null(receipt.warning)},
          {"identifier", json_text_or_null(receipt.identifier)},
          {"expired", receipt.expired},
          {"place", json_text_or_null(receipt.place)},
          {"reason", json_text_or_null(receipt.reason)},
          {"findings", receipt.findings}};
}

// What is refused is written down too.
Result<respond::Receipt> take(const Call& call, const Doors& my, const std::string& source) {
  auto write = my.ledger->begin();
  if (!write) return fail(write.error());
  auto receipt = my.desk->receive(*write, call.request.body, source, call.asked_at);
  if (!receipt) return receipt;
  if (auto done = write->commit(); !done) return fail(done.error());
  return receipt;
}

Response receive(const Call& call, const Doors& my) {
  if (auto no = refuse_anywhere(call, Action::receive_warning)) return std::move(*no);
  Inquiry in(call);
  std::string source = in.params.text_or("source", "");
  if (source.size() > source_bytes) in.params.complain("source", "at most 200 bytes");
  if (!in.ready()) return in.refusal();
  const std::string_view sent = call.request.header("content-type");
  const std::string type = lower_ascii(trim(sent.substr(0, sent.find(';'))));
  if (type != codec::cap_media_type && type != "application/xml" && type != "text/xml") {
    return problem(415, "the body must be application/cap+xml or application/xml");
  }
  if (source.empty()) source = call.actor.id;
  const auto receipt = take(call, my, source);
  if (!receipt) return problem(receipt.error());
  using Outcome = respond::Receipt::Outcome;
  if (receipt->outcome == Outcome::refused) {
    (void)failed(call, Action::receive_warning, {},
                 {Code::invalid, receipt->reason, receipt->place}, receipt->identifier);
    return json_response(receipt_json(*receipt), 422);
  }
  audited(call, Action::receive_warning, {}, receipt->identifier);
  if (receipt->outcome == Outcome::duplicate) return json_response(receipt_json(*receipt));
  if (const auto warning = my.desk->find(receipt->warning); warning && *warning) {
    my.service->events().publish({warning_event(**warning, *call.state, call.asked_at)});
  }
  return json_response(receipt_json(*receipt), 201);
}

}  // namespace

void add_cap_routes(Router& router, Service& service, WarningDoors doors) {
  const Doors my{{std::move(doors)}, &service, std::make_shared<FeedShelf>()};
  const auto with = [my](auto handler) {
    return [my, handler](const Call& call) { return handler(call, my); };
  };
  router.add({"POST", "/v1/cap", Access::actor, message_bytes, with(receive)});
  router.add({"GET", "/v1/cap/warnings.atom", Access::open, 0, with(get_public_feed)});
  router.add({"GET", "/v1/cap/alerts.atom", Access::read, 0, with(get_duty_feed)});
  router.add({"GET", "/v1/cap/{identifier}.xml", Access::open, 0, with(get_message)});
  router.add({"GET", "/v1/alerts/{id}/cap", Access::read, 0, with(get_alert_cap)});
}

}  // namespace cairn::server
