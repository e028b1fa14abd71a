// SPDX-License-Identifier: Apache-2.0
#include "server/open311_desk.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "respond/incident_book.hpp"
#include "respond/incident_desk.hpp"
#include "respond/report_store.hpp"
#include "respond/report_text.hpp"
#include "respond/webhook_signature.hpp"
#include "server/detail/json.hpp"

namespace cairn::server {
namespace {

using model::Action;
using model::Level;
using model::RegionIndex;
using model::RegionTree;
using respond::Incident;
using respond::Origin;

// Of the standard: "a span of 90 days or first 1000 requests".
constexpr std::int64_t span_ns = 90 * ns_per_day;
constexpr std::size_t requests_most = 1'000;
constexpr std::size_t looked_at = 50'000;
constexpr std::size_t description_characters = 4'000;  // of the standard
constexpr std::size_t url_characters = 2'000;
constexpr std::size_t attributes_most = 50;

tl::unexpected<GeoError> refuse(int status, std::string message) {
  return tl::unexpected<GeoError>(GeoError{status, std::move(message)});
}
// What the desks say; a full disk has its own number, all the rest is a general error.
tl::unexpected<GeoError> refuse(const Error& error) {
  const int status = error.code == Code::io ? 507 : error.code == Code::not_found ? 404 : 400;
  return refuse(status, to_string(error));
}

bool contains(const std::vector<std::string>& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// From the most specific to the most general, as the standard wants it.
std::string address_of(const RegionTree& regions, std::string_view code, Language language) {
  const RegionIndex index = regions.find(code);
  if (index == model::no_region) return {};
  std::string out = regions[index].name.in(language);
  for (const RegionIndex above : regions.ancestors(index)) {
    out += ", " + regions[above].name.in(language);
  }
  return out;
}

// The only division of the level below `parent` whose name stands in the text; none otherwise.
RegionIndex named_in(const RegionTree& regions, const std::vector<RegionIndex>& choice,
                     std::string_view text) {
  RegionIndex found = model::no_region;
  for (const RegionIndex index : choice) {
    const Label& name = regions[index].name;
    const bool zh = !name.zh.empty() && text.find(name.zh) != std::string_view::npos;
    const bool en =
        !name.en.empty() && lower_ascii(text).find(lower_ascii(name.en)) != std::string::npos;
    if (!zh && !en) continue;
    if (found != model::no_region) return model::no_region;  // two: which one is not told
    found = index;
  }
  return found;
}

GeoResult<std::optional<geo::Point>> point_of(const GeoPost& post) {
  const std::string* lat = post.find("lat");
  const std::string* lon = post.find("long");
  if (lat == nullptr && lon == nullptr) return std::nullopt;
  if (lat == nullptr || lon == nullptr) return refuse(400, "lat and long belong together");
  const auto y = parse_number(*lat);
  const auto x = parse_number(*lon);
  if (!x || !y || std::abs(*x) > 180 || std::abs(*y) > 90) {
    return refuse(400, "lat is -90 to 90 and long is -180 to 180 degrees (WGS 84)");
  }
  return geo::Point{*x, *y};
}

struct Words {
  std::string description;
  std::string address;
  std::string media_url;
  respond::Reporter reporter;
};

GeoResult<Words> words_of(const GeoPost& post) {
  Words out;
  std::string first, last;
  struct Member {
    const char* name;
    std::string* into;
    std::size_t most;
  };
  for (const Member& m :
       {Member{"description", &out.description, description_characters},
        Member{"address_string", &out.address, 500},
        Member{"media_url", &out.media_url, url_characters}, Member{"first_name", &first, 100},
        Member{"last_name", &last, 100}, Member{"phone", &out.reporter.phone, 40},
        Member{"email", &out.reporter.mail, 200}}) {
    const std::string* given = post.find(m.name);
    if (given == nullptr) continue;
    auto clean = respond::clean_words(*given, m.name, m.most);
    if (!clean) return refuse(clean.error());
    *m.into = std::move(*clean);
  }
  const bool web = out.media_url.starts_with("http://") || out.media_url.starts_with("https://");
  if (!out.media_url.empty() && !web) return refuse(400, "media_url is an http or https address");
  out.reporter.name = std::string(trim(first + " " + last));
  out.reporter.words = out.description;
  return out;
}

GeoResult<std::string> attributes_json(const GeoPost& post) {
  if (post.attributes.size() > attributes_most) {
    return refuse(400, format("at most {} attributes are taken", attributes_most));
  }
  Json out = Json::object();
  for (const auto& [code, value] : post.attributes) {
    auto name = respond::clean_words(code, "attribute", 100);
    if (!name) return refuse(name.error());
    auto words = respond::clean_words(value, "attribute[" + *name + "]", 500);
    if (!words) return refuse(words.error());
    out[*name].push_back(std::move(*words));
  }
  return out.empty() ? std::string() : json_text(out);
}

}  // namespace

Result<std::unique_ptr<Open311Desk>> Open311Desk::open(store::Ledger& ledger,
                                                       respond::IncidentDesk& incidents,
                                                       respond::ReportDesk& reports,
                                                       Open311Options options) {
  if (auto ready = respond::ensure_reports(ledger); !ready) return fail(ready.error());
  return std::unique_ptr<Open311Desk>(
      new Open311Desk(ledger, incidents, reports, std::move(options)));
}

std::optional<GeoError> Open311Desk::wrong_jurisdiction(const std::string* id,
                                                        const model::Workspace& workspace) const {
  const std::string& ours = options_.jurisdiction.empty() ? workspace.home : options_.jurisdiction;
  if (id == nullptr || id->empty() || *id == ours) return std::nullopt;
  return GeoError{404, format("jurisdiction_id '{}' was not found: this server serves '{}' alone, "
                              "and the parameter may be left out",
                              *id, ours)};
}

std::vector<GeoService> Open311Desk::services(const model::Workspace& workspace,
                                              Language language) const {
  std::vector<GeoService> out;
  for (const model::IncidentKind& kind : workspace.response.kinds) {
    if (!kind.citizens) continue;
    const std::string& other =
        kind.label.in(language == Language::zh ? Language::en : Language::zh);
    const std::string& group = kind.group.in(language);
    out.push_back({kind.id, kind.label.in(language), kind.hint.in(language),
                   format("{},{}", other, group), group});
  }
  return out;
}

GeoResult<GeoService> Open311Desk::service(const model::Workspace& workspace, std::string_view code,
                                           Language language) const {
  for (GeoService& one : services(workspace, language)) {
    if (one.code == code) return std::move(one);
  }
  return refuse(404,
                format("service_code '{}' was not found; services.json has those that are", code));
}

GeoRequest Open311Desk::request_of(const Incident& incident, const model::Workspace& workspace,
                                   bool all, Language language) const {
  const RegionTree& regions = *workspace.regions;
  const Zone zone = workspace.zone;
  const auto second = [&](Instant t) {  // the W3C form wants no more
    return to_string(Instant{t.ns - t.ns % ns_per_second}, zone);
  };
  GeoRequest out;
  out.id = incident.id;
  out.closed = incident.closed.has_value() || !incident.duplicate_of.empty();
  out.status_notes =
      respond::states_label(*incidents_.book(), incident.workflow, incident.states).in(language);
  if (!incident.duplicate_of.empty()) {
    out.status_notes =
        format("{} {}", language == Language::zh ? "并入" : "Duplicate of", incident.duplicate_of);
  }
  if (const auto* kind = workspace.response.kind(incident.kind)) {
    out.service_name = kind->label.in(language);
  }
  out.service_code = incident.kind;
  if (const auto* unit = workspace.response.unit(incident.unit)) {
    out.agency_responsible = unit->label.in(language);
  }
  out.requested_datetime = second(incident.opened);
  out.updated_datetime = second(incident.closed.value_or(incident.changed));
  if (incident.due) out.expected_datetime = second(*incident.due);
  out.address = address_of(regions, incident.region, language);
  out.address_id = incident.region;
  if (incident.position) {
    out.lat_deg = incident.position->y;
    out.long_deg = incident.position->x;
  }
  if (!all) return out;
  out.description = incident.text;
  const auto read = ledger_.read();
  const auto foreign = respond::foreign_by_number(read.db(), incident.id);
  if (foreign && *foreign) {
    if (!(*foreign)->address.empty()) out.address = (*foreign)->address;
    out.media_url = (*foreign)->media_url;
  }
  return out;
}

bool Open311Desk::sent_by(std::string_view number, const model::Actor& actor) const {
  if (actor.id.empty()) return false;
  const auto read = ledger_.read();
  const auto row = respond::foreign_by_number(read.db(), number);
  return row && *row && (*row)->sender == actor.id;
}

GeoResult<std::vector<GeoRequest>> Open311Desk::requests(const GeoQuery& query,
                                                         const model::Workspace& workspace,
                                                         const model::Actor& actor,
                                                         Language language, Instant now) const {
  const RegionTree& regions = *workspace.regions;
  const auto may_read = [&](const Incident& i) {
    return model::may(actor, Action::read_incidents, i.region, i.unit, regions);
  };
  const auto shown = [&](const Incident& i) {
    return i.origin == Origin::report || i.origin == Origin::partner || may_read(i);
  };
  std::vector<Incident> found;
  if (!query.ids.empty()) {
    for (const std::string& id : query.ids) {
      auto one = incidents_.find(id);
      if (!one && one.error().code != Code::not_found) return refuse(one.error());
      if (one && shown(*one)) found.push_back(std::move(*one));
    }
  } else {
    const Instant to = query.to.value_or(query.from ? *query.from + span_ns : now);
    const Instant from = query.from.value_or(to - span_ns);
    if (to < from) return refuse(400, "start_date is later than end_date");
    if (to.ns - from.ns > span_ns) return refuse(400, "start_date and end_date span over 90 days");
    respond::IncidentQuery wanted;
    wanted.limit = looked_at;
    wanted.visible = [&](const Incident& i) {
      const bool closed = i.closed.has_value() || !i.duplicate_of.empty();
      return i.opened >= from && i.opened <= to && (!query.closed || *query.closed == closed) &&
             (query.services.empty() || contains(query.services, i.kind)) && shown(i);
    };
    auto page = incidents_.list(wanted);
    if (!page) return refuse(page.error());
    found = std::move(page->incidents);
    std::sort(found.begin(), found.end(), [](const Incident& a, const Incident& b) {
      return std::pair(b.opened, b.id) < std::pair(a.opened, a.id);
    });
    if (found.size() > requests_most) found.resize(requests_most);
  }
  std::vector<GeoRequest> out;
  for (const Incident& incident : found) {
    const bool all = may_read(incident);
    out.push_back(request_of(incident, workspace, all, language));
    // A reporter's own words only go to who may read the reporter, and to who sent them.
    const bool his = sent_by(incident.id, actor);
    if (his) out.back() = request_of(incident, workspace, true, language);
    if (his || (all && model::may(actor, Action::read_reporter, incident.region, incident.unit,
                                  regions))) {
      const auto view = incidents_.view(incident.id, actor, now);
      if (view && !view->reporter.words.empty()) out.back().description = view->reporter.words;
    }
  }
  return out;
}

GeoResult<std::string> Open311Desk::region_of(const GeoPost& post,
                                              const model::Workspace& workspace) const {
  const RegionTree& regions = *workspace.regions;
  const auto point = point_of(post);
  if (!point) return refuse(point.error().status, point.error().message);
  const auto elsewhere = [&] {
    const Label& call = reports_.call();
    return refuse(400,
                  format("this place lies outside the jurisdiction. {} / {}", call.zh, call.en));
  };
  if (*point) {
    const auto county = reports_.county_at(**point);
    if (!county) return elsewhere();
    return *county;
  }
  if (const std::string* id = post.find("address_id")) {
    const RegionIndex index = regions.find(*id);
    if (index == model::no_region) return refuse(400, format("address_id '{}' is no code", *id));
    if (!reports_.is_ours(regions[index].code)) return elsewhere();
    return regions[index].code;
  }
  const std::string* address = post.find("address_string");
  if (address == nullptr) {
    return refuse(400, "a location is required: lat and long, address_id or address_string");
  }
  std::vector<RegionIndex> counties;
  for (RegionIndex i = 0; i < regions.size(); ++i) {
    if (regions[i].level == Level::county && reports_.is_ours(regions[i].code)) {
      counties.push_back(i);
    }
  }
  RegionIndex found = named_in(regions, counties, *address);
  if (found == model::no_region) {
    return refuse(400,
                  "address_string names no county of the jurisdiction, or several; send lat "
                  "and long");
  }
  for (int deeper = 0; deeper < 2; ++deeper) {  // the town, then the village
    const RegionIndex next = named_in(regions, regions.children(found), *address);
    if (next == model::no_region) break;
    found = next;
  }
  return regions[found].code;
}

GeoResult<GeoCreated> Open311Desk::create(const GeoPost& post, const std::string& region,
                                          const std::string& key, const model::Workspace& workspace,
                                          const model::Actor& actor, Instant now) {
  const std::string* code = post.find("service_code");
  if (code == nullptr) return refuse(400, "service_code was not provided");
  const auto known = service(workspace, *code, Language::zh);
  if (!known) return refuse(known.error().status, known.error().message);
  auto words = words_of(post);
  if (!words) return refuse(words.error().status, words.error().message);
  auto attributes = attributes_json(post);
  if (!attributes) return refuse(attributes.error().status, attributes.error().message);
  if (words->description.empty() && words->media_url.empty() && attributes->empty()) {
    return refuse(400, "a description is required: say what is wrong");
  }
  const auto point = point_of(post);
  if (!point) return refuse(point.error().status, point.error().message);

  const Json content{*code,
                     region,
                     *point ? number_text((*point)->x) + " " + number_text((*point)->y) : "",
                     words->description,
                     words->address,
                     words->media_url,
                     words->reporter.name,
                     words->reporter.phone,
                     words->reporter.mail,
                     *attributes};
  const std::string digest = respond::sha256_hex(json_text(content));
  const std::string key_hash = respond::sha256_hex(json_text(
      Json{"open311", actor.id, key.empty() ? "content" : "key", key.empty() ? digest : key}));
  auto write = ledger_.begin();
  if (!write) return refuse(write.error());
  auto before = respond::foreign_by_key(write->db(), key_hash);
  if (!before) return refuse(before.error());
  const auto routed = model::route(workspace.response, *workspace.regions, *code, region);
  const auto* unit = routed ? workspace.response.unit(routed->unit) : nullptr;
  const std::string notice = unit == nullptr
                                 ? std::string()
                                 : format("由{}受理 / Taken by {}", unit->label.in(Language::zh),
                                          unit->label.in(Language::en));
  if (*before && (!key.empty() || now.ns - (*before)->at.ns <= options_.repeat_ns)) {
    if ((*before)->digest != digest) {
      return refuse(400, "another request was created under this Idempotency-Key");
    }
    return GeoCreated{(*before)->number, region, notice, true};
  }
  if (*before) {
    if (auto gone = respond::forget_foreign_key(write->db(), (*before)->number); !gone) {
      return refuse(gone.error());
    }
  }
  respond::NewIncident incident;
  incident.kind = *code;
  incident.origin = actor.id == respond::reporter_of({}).id ? Origin::report : Origin::partner;
  incident.region = region;
  incident.position = *point;
  incident.reporter = words->reporter;
  std::vector<std::string> lines;
  if (!words->address.empty()) lines.push_back("地址 / address: " + words->address);
  if (!words->media_url.empty()) lines.push_back("媒体 / media: " + words->media_url);
  if (!attributes->empty()) lines.push_back("属性 / attributes: " + *attributes);
  incident.text = join(lines, "\n");
  auto opened = incidents_.open(*write, incident, actor, now);
  if (!opened) return refuse(opened.error());
  respond::ForeignRow row{opened->incident, words->address, region,
                          words->media_url, *attributes,    key_hash,
                          digest,           actor.id,       now};
  if (auto kept = respond::put_foreign(write->db(), row); !kept) return refuse(kept.error());
  if (auto done = write->commit(); !done) return refuse(done.error());
  return GeoCreated{opened->incident, region, notice, false};
}

}  // namespace cairn::server
