// SPDX-License-Identifier: Apache-2.0
#include "server/channel_open311.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "core/text.hpp"
#include "respond/incident_desk.hpp"
#include "respond/report_store.hpp"
#include "server/http_client.hpp"

namespace cairn::server {
namespace {

using respond::Attempt;
using respond::Delivery;
using respond::HandedRow;
using respond::Incident;

constexpr std::size_t answer_bytes = std::size_t{4} << 20;  // a list of a thousand requests
constexpr std::size_t followed_at_once = 200;
constexpr std::size_t asked_at_once = 50;  // ids in one question
// Their clocks may differ from ours.
constexpr std::int64_t clock_error_ns = ns_per_day;

struct Open311Options {
  std::string url;  // up to …/open311/v2
  std::string jurisdiction;
  std::string api_key;
  std::map<std::string, std::string> services;  // our kind: their code
  std::string otherwise;                        // their code for other kinds; empty: not handed on
  std::int64_t poll_s = 300;
  Reach reach = Reach::outside;
  std::string ca_file;
};

class Open311Channel final : public respond::Channel {
 public:
  Open311Channel(std::string id, Open311Options options, const ChannelHouse& house,
                 store::Ledger& ledger, respond::IncidentDesk& incidents)
      : id_(std::move(id)),
        options_(std::move(options)),
        house_(house),
        ledger_(ledger),
        incidents_(incidents),
        thread_([this] { follow(); }) {}
  ~Open311Channel() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  Attempt deliver(const Delivery& delivery) override;
  std::string to() const override {
    return options_.url.substr(0, options_.url.find_first_of("?#"));
  }

 private:
  // What is known of an incident there: our memory, else their list. Nothing: it is not there.
  Result<std::optional<HandedRow>> known(const std::string& number);
  Result<std::optional<GeoRemote>> search(const Incident& incident, const HandedRow& row);
  Attempt hand_on(const Incident& incident, const std::string& code);
  Attempt test();
  Status keep(const HandedRow& row);
  Status forget(const std::string& number);
  std::string form_of(const Incident& incident, const std::string& code) const;
  // Stands in the description: by it a request of ours is known again.
  static std::string marker(const Incident& incident) {
    return format("[Cairn {} {}]", incident.id, incident.opened.ns / ns_per_second);
  }
  std::string common() const;  // parameters of every request
  Result<HttpAnswer> ask(std::string method, const std::string& path, std::string body) const;
  void follow();
  Status poll();
  Status name_of(HandedRow& row);
  Status told(const HandedRow& row, const GeoRemote& remote);

  const std::string id_;
  const Open311Options options_;
  const ChannelHouse& house_;
  store::Ledger& ledger_;
  respond::IncidentDesk& incidents_;
  HttpClient client_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // under mutex
  std::thread thread_;     // last: it uses all the others
};

std::string Open311Channel::common() const {
  std::string out;
  if (!options_.jurisdiction.empty()) {
    out += "&jurisdiction_id=" + percent_encode(options_.jurisdiction);
  }
  if (!options_.api_key.empty()) out += "&api_key=" + percent_encode(options_.api_key);
  return out;
}

Result<HttpAnswer> Open311Channel::ask(std::string method, const std::string& path,
                                       std::string body) const {
  HttpAsk ask;
  ask.url = options_.url + path;
  if (!body.empty()) {
    ask.headers.push_back({"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"});
  }
  ask.method = std::move(method);
  ask.body = std::move(body);
  ask.answer_bytes = answer_bytes;
  ask.reach = options_.reach;
  ask.ca_file = options_.ca_file;
  ask.stopped = house_.stopped;
  return client_.ask(ask);
}

Status Open311Channel::keep(const HandedRow& row) {
  auto write = ledger_.begin();
  if (!write) return fail(write.error());
  if (auto put = respond::put_handed(write->db(), row); !put) return put;
  return write->commit();
}

Status Open311Channel::forget(const std::string& number) {
  auto write = ledger_.begin();
  if (!write) return fail(write.error());
  if (auto gone = respond::drop_handed(write->db(), id_, number); !gone) return gone;
  return write->commit();
}

std::string Open311Channel::form_of(const Incident& incident, const std::string& code) const {
  std::string out = "service_code=" + percent_encode(code) + common();
  if (incident.position) {
    out += format("&lat={}&long={}", number_text(incident.position->y),
                  number_text(incident.position->x));
  } else {
    out += "&address_id=" + percent_encode(incident.region);
  }
  // The matter as the office states it; nothing of a reporter leaves the house.
  std::string words = incident.title;
  if (!incident.text.empty()) words += "\n" + incident.text;
  words += "\n" + marker(incident);
  return out + "&description=" + percent_encode(words);
}

Result<std::optional<HandedRow>> Open311Channel::known(const std::string& number) {
  const auto read = ledger_.read();
  return respond::handed(read.db(), id_, number);
}

// The standard has no key for repetitions: a request whose outcome is not known is looked for.
Result<std::optional<GeoRemote>> Open311Channel::search(const Incident& incident,
                                                        const HandedRow& row) {
  const Instant from = row.at - clock_error_ns;
  const auto text = [&](Instant t) {
    return percent_encode(to_string(Instant{t.ns - t.ns % ns_per_second}, house_.zone));
  };
  const Instant to = house_.clock->now() + clock_error_ns;
  const auto answer =
      ask("GET",
          format("/requests.json?start_date={}&end_date={}{}", text(from), text(to), common()), {});
  if (!answer) return fail(answer.error());
  if (answer->status != 200) {
    return fail(Code::io, format("their list of requests: HTTP {}", answer->status));
  }
  const auto list = parse_geo_remote(answer->body);
  if (!list) return fail(list.error());
  for (const GeoRemote& remote : *list) {
    if (remote.description.find(marker(incident)) != std::string::npos) return remote;
  }
  return std::nullopt;
}

Attempt Open311Channel::test() {
  const auto answer = ask("GET", "/services.json?" + common(), {});
  if (!answer) return {.trouble = to_string(answer.error())};
  if (answer->status != 200) return {.trouble = format("services: HTTP {}", answer->status)};
  return {.taken = true, .receipt = "services.json was read"};
}

Attempt Open311Channel::hand_on(const Incident& incident, const std::string& code) {
  HandedRow row{id_, incident.id, {}, {}, "open", {}, house_.clock->now()};
  // Before it goes: after a crash it is looked for and not sent twice.
  if (auto kept = keep(row); !kept) return {.trouble = to_string(kept.error())};
  const auto answer = ask("POST", "/requests.json", form_of(incident, code));
  if (!answer) return {.trouble = to_string(answer.error())};
  const std::string said =
      format("HTTP {} {}", answer->status, std::string_view(answer->body).substr(0, 200));
  if (answer->status < 200 || answer->status >= 500) return {.trouble = said};
  if (answer->status >= 300) {  // refused: there is nothing to look for
    (void)forget(incident.id);
    return {.trouble = said};
  }
  const auto created = parse_geo_remote(answer->body);
  if (!created || created->empty() ||
      (created->front().id.empty() && created->front().token.empty())) {
    return {.trouble = "neither service_request_id nor token: " + said};
  }
  row.remote = created->front().id;
  row.token = created->front().token;
  if (auto kept = keep(row); !kept) return {.trouble = to_string(kept.error())};
  return {.taken = true,
          .receipt = format("{} there", row.remote.empty() ? row.token : row.remote)};
}

Attempt Open311Channel::deliver(const Delivery& delivery) {
  if (delivery.posting.topic == respond::Topic::test) return test();
  const auto incident = incidents_.find(delivery.posting.subject);
  if (!incident && incident.error().code == Code::not_found) {
    return {.taken = true, .receipt = "this is about no incident"};
  }
  if (!incident) return {.trouble = to_string(incident.error())};
  const auto mapped = options_.services.find(incident->kind);
  const std::string& code = mapped == options_.services.end() ? options_.otherwise : mapped->second;
  if (code.empty()) return {.taken = true, .receipt = "this kind is not handed on"};
  // What came from a partner is not sent on: two servers would send it in circles.
  if (incident->origin == respond::Origin::partner) {
    return {.taken = true, .receipt = "it came from a partner"};
  }
  auto before = known(incident->id);
  if (!before) return {.trouble = to_string(before.error())};
  if (*before) {
    HandedRow row = **before;
    if (!row.remote.empty() || !row.token.empty()) {
      return {.taken = true,
              .receipt = format("is there as {}", row.remote.empty() ? row.token : row.remote)};
    }
    const auto found = search(*incident, row);
    if (!found) return {.trouble = to_string(found.error())};
    if (*found) {
      row.remote = (*found)->id;
      if (auto kept = keep(row); !kept) return {.trouble = to_string(kept.error())};
      return {.taken = true, .receipt = format("was found there as {}", row.remote)};
    }
  }
  return hand_on(*incident, code);
}

// Their status as a note, once for each change.
Status Open311Channel::told(const HandedRow& row, const GeoRemote& remote) {
  HandedRow now_row = row;
  now_row.status = remote.closed ? "closed" : "open";
  now_row.notes = remote.status_notes.substr(0, 500);
  if (now_row.status == row.status && now_row.notes == row.notes) return {};
  auto write = ledger_.begin();
  if (!write) return fail(write.error());
  const Instant now = house_.clock->now();
  const model::Actor partner{"partner/" + id_, {id_, id_}, model::ActorKind::system, {}};
  const std::string text =
      format("{} {}: {}{}{}", id_, row.remote, remote.closed ? "已办结 closed" : "办理中 open",
             now_row.notes.empty() ? "" : " – ", now_row.notes);
  auto noted = incidents_.note(*write, row.number, text, partner, now);
  if (!noted) return fail(noted.error());
  now_row.at = now;
  if (auto put = respond::put_handed(write->db(), now_row); !put) return put;
  return write->commit();
}

// Servers that take their time give a token first.
Status Open311Channel::name_of(HandedRow& row) {
  if (!row.remote.empty()) return {};
  const auto answer =
      ask("GET", format("/tokens/{}.json?{}", percent_encode(row.token), common()), {});
  if (!answer) return fail(answer.error());
  const auto list = parse_geo_remote(answer->body);
  // Not yet, says the standard with an error.
  if (answer->status != 200 || !list || list->empty() || list->front().id.empty()) return {};
  row.remote = list->front().id;
  return keep(row);
}

Status Open311Channel::poll() {
  std::vector<HandedRow> rows;
  {
    const auto read = ledger_.read();
    auto open = respond::handed_open(read.db(), id_, followed_at_once);
    if (!open) return fail(open.error());
    rows = std::move(*open);
  }
  for (HandedRow& row : rows) {
    if (auto named = name_of(row); !named) return named;
  }
  for (std::size_t begin = 0; begin < rows.size(); begin += asked_at_once) {
    const std::size_t end = std::min(rows.size(), begin + asked_at_once);
    std::string ids;
    for (std::size_t i = begin; i < end; ++i) {
      if (rows[i].remote.empty()) continue;
      ids += (ids.empty() ? "" : ",") + percent_encode(rows[i].remote);
    }
    if (ids.empty()) continue;
    const auto answer = ask("GET", "/requests.json?service_request_id=" + ids + common(), {});
    if (!answer) return fail(answer.error());
    if (answer->status != 200) return fail(Code::io, format("HTTP {}", answer->status));
    const auto list = parse_geo_remote(answer->body);
    if (!list) return fail(list.error());
    for (const GeoRemote& remote : *list) {
      for (std::size_t i = begin; i < end; ++i) {
        if (rows[i].remote != remote.id) continue;
        if (auto noted = told(rows[i], remote); !noted) return noted;
      }
    }
  }
  return {};
}

// A failed round is tried again at the next: the queue of deliveries shows whether the other side
// answers at all.
void Open311Channel::follow() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (wake_.wait_for(lock, std::chrono::seconds(options_.poll_s), [this] { return stopping_; })) {
      return;
    }
    if (house_.stopped && house_.stopped()) return;
    lock.unlock();
    (void)poll();
    lock.lock();
  }
}

}  // namespace

MakeChannel open311_kind(store::Ledger& ledger, respond::IncidentDesk& incidents) {
  return [&ledger, &incidents](const ChannelDef& def, const ChannelHouse& house) -> MadeChannel {
    ChannelKeys keys(def);
    Open311Options options;
    options.url = keys.text("url", true);
    while (options.url.ends_with('/')) options.url.pop_back();
    options.jurisdiction = keys.text("jurisdiction");
    options.api_key = keys.text("api_key");
    for (const auto& [kind, codes] : keys.below("services")) {
      if (codes.size() == 1) options.services[kind] = codes.front();
      if (codes.size() != 1) keys.complain(format("services.{} is one code", kind));
    }
    options.otherwise = keys.text("otherwise");
    options.poll_s = keys.integer("poll_s", 300, 1, 86'400);
    options.reach = keys.flag("private") ? Reach::anyone : Reach::outside;
    options.ca_file = keys.text("ca_file");
    if (options.services.empty() && options.otherwise.empty()) {
      keys.complain("name the services: which of their codes a kind of incident becomes");
    }
    if (auto good = keys.done(); !good) return fail(good.error());
    return std::make_unique<Open311Channel>(def.id, std::move(options), house, ledger, incidents);
  };
}

}  // namespace cairn::server
