// SPDX-License-Identifier: Apache-2.0
#include "respond/report_desk.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/text.hpp"
#include "respond/incident_book.hpp"
#include "respond/incident_desk.hpp"
#include "respond/incident_photo.hpp"
#include "respond/report_place.hpp"
#include "respond/report_store.hpp"
#include "respond/report_text.hpp"
#include "respond/webhook_signature.hpp"

namespace cairn::respond {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view event_reopen = "reopen";
constexpr std::string_view event_satisfied = "satisfied";
constexpr std::string_view note_key = "satisfied";
constexpr std::string_view satisfied_words =
    "上报人表示已解决 / the reporter says that it is settled";
constexpr std::string_view who = "reports";
// A position that is worse does not say where to go.
constexpr double coarse_m = 500;
// A phone's clock may be wrong, and a report may have waited for a network.
constexpr std::int64_t clock_error_ns = 600 * ns_per_second;
constexpr std::int64_t oldest_ns = 30 * ns_per_day;
// Contacts looked at in one tick: a few milliseconds.
constexpr std::size_t erased_at_once = 50;
constexpr std::int64_t erase_every_ns = 3600 * ns_per_second;
constexpr std::size_t nearby_looked_at = 1'000;

// All that the reporter said, in one form.
std::string content_of(const NewReport& r) {
  const auto number = [](const std::optional<double>& v) { return v ? number_text(*v) : ""; };
  const Json all{r.kind,
                 r.text,
                 r.position ? number_text(r.position->x) : "",
                 r.position ? number_text(r.position->y) : "",
                 number(r.accuracy_m),
                 r.region,
                 r.place,
                 r.contact.name,
                 r.contact.phone,
                 r.contact.mail,
                 r.photos,
                 r.taken_at ? r.taken_at->ns : 0};
  return all.dump();
}

std::string nearby_json(const std::vector<Nearby>& list) {
  Json out = Json::array();
  for (const Nearby& n : list) out.push_back({n.number, n.kind, n.distance_m, n.age_ns});
  return out.dump();
}

std::vector<Nearby> parse_nearby(const std::string& text) {
  std::vector<Nearby> out;
  const Json list = Json::parse(text, nullptr, false);
  if (!list.is_array()) return out;
  for (const Json& n : list) out.push_back({n[0], n[1], n[2], n[3]});
  return out;
}

std::string distance_text(double m) {
  return m < 1000 ? format("{:.0f} m", m) : format("{:.1f} km", m / 1000);
}

bool is_key(std::string_view key) {
  return key.size() >= 16 && key.size() <= 128 &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

Error not_there() {
  return {Code::not_found, "there is no such report, or its secret is wrong", {}};
}

}  // namespace

// What is of one workspace. Immutable.
struct ReportRules {
  explicit ReportRules(std::shared_ptr<const model::Workspace> w)
      : workspace(std::move(w)), places(workspace) {}
  std::shared_ptr<const model::Workspace> workspace;  // shared: with the server's state
  ReportPlaces places;
};

Label states_label(const IncidentBook& book, std::string_view workflow,
                   const std::vector<std::string>& states) {
  const flow::Workflow* known = book.workflow(workflow);
  Label out;
  for (const std::string& id : states) {
    const flow::State* state = known == nullptr ? nullptr : known->chart.find(id);
    const Label label = state == nullptr || state->label.empty() ? Label{id, id} : state->label;
    out.zh += (out.zh.empty() ? "" : "、") + label.in(Language::zh);
    out.en += (out.en.empty() ? "" : ", ") + label.in(Language::en);
  }
  return out;
}

struct ReportDesk::Impl {
  Impl(store::Ledger& l, IncidentDesk& i, Options o)
      : ledger(l), incidents(i), options(std::move(o)) {}

  std::shared_ptr<const ReportRules> now_rules() const {
    const std::lock_guard lock(mutex);
    return rules;
  }
  // The report whose secret was shown.
  Result<ReportRow> shown(std::string_view number, std::string_view secret) const;
  Result<ReportTaken> repeated(const ReportRow& row, const NewReport& report) const;
  Status write_note(store::Ledger::Write& write, const std::string& number, const NewReport& report,
                    const std::optional<ReportPlace>& place, const std::vector<Nearby>& near,
                    Instant now);
  Status event(std::string_view number, std::string_view name, std::string_view reason,
               Instant now);

  store::Ledger& ledger;
  IncidentDesk& incidents;
  const Options options;
  mutable std::mutex mutex;
  std::shared_ptr<const ReportRules> rules;  // shared: calls under way keep theirs
  std::string erase_after;                   // of the respond thread
  Instant erase_next;
};

ReportDesk::ReportDesk(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ReportDesk::~ReportDesk() = default;

Result<std::unique_ptr<ReportDesk>> ReportDesk::open(
    store::Ledger& ledger, IncidentDesk& incidents,
    std::shared_ptr<const model::Workspace> workspace, Options options) {
  if (!options.random) return fail(Code::invalid, "reports need a source of random bytes");
  if (auto ready = ensure_reports(ledger); !ready) return fail(ready.error());
  auto impl = std::make_unique<Impl>(ledger, incidents, std::move(options));
  auto out = std::unique_ptr<ReportDesk>(new ReportDesk(std::move(impl)));
  out->rebind(std::move(workspace));
  return out;
}

void ReportDesk::rebind(std::shared_ptr<const model::Workspace> workspace) {
  auto rules = std::make_shared<const ReportRules>(std::move(workspace));
  const std::lock_guard lock(impl_->mutex);
  impl_->rules = std::move(rules);
}

const Label& ReportDesk::call() const {
  return impl_->options.call;
}

namespace {

// The words made harmless, and what is wrong with the rest.
Status check(NewReport& r, const ReportRules& rules, Instant now) {
  if (!is_key(r.key)) {
    return fail(Code::invalid,
                "the header Idempotency-Key must be 16 to 128 visible ASCII characters that are "
                "hard to guess, such as a UUID");
  }
  const model::IncidentKind* kind = rules.workspace->response.kind(r.kind);
  if (kind == nullptr || !kind->citizens) {
    return fail(Code::invalid, format("the public does not report the kind '{}'", r.kind), "/kind");
  }
  struct Words {
    std::string* text;
    const char* place;
    std::size_t most;
  };
  for (const Words& w :
       {Words{&r.text, "/text", report_text_characters}, Words{&r.place, "/place/note", 200},
        Words{&r.contact.name, "/contact/name", 100}, Words{&r.contact.phone, "/contact/phone", 40},
        Words{&r.contact.mail, "/contact/mail", 200}}) {
    auto clean = clean_words(*w.text, w.place, w.most);
    if (!clean) return fail(clean.error());
    *w.text = std::move(*clean);
  }
  if (r.photos < 0 || r.photos > report_photos) {
    return fail(Code::invalid, format("a report has at most {} photos", report_photos), "/photos");
  }
  if (r.text.empty() && r.photos == 0) {
    return fail(Code::invalid, "say in words what is wrong, or send a photo", "/text");
  }
  if (!r.position && r.region.empty()) {
    return fail(Code::invalid, "give a position (lon, lat) or the region", "/place");
  }
  if (r.position && !(std::abs(r.position->x) <= 180 && std::abs(r.position->y) <= 90)) {
    return fail(Code::invalid, "lon is -180 to 180, lat is -90 to 90 degrees", "/place");
  }
  if (r.accuracy_m && !(*r.accuracy_m >= 0 && std::isfinite(*r.accuracy_m))) {
    return fail(Code::invalid, "accuracy_m is not negative", "/place/accuracy_m");
  }
  const bool told = r.taken_at && *r.taken_at <= now + clock_error_ns &&
                    *r.taken_at >= now - oldest_ns;  // otherwise the phone's clock is wrong
  if (!told) r.taken_at.reset();
  return {};
}

// Where it is filed: the chosen division inside the county of the position, else that county.
Result<std::string> file_under(const NewReport& r, const ReportRules& rules,
                               const std::optional<ReportPlace>& place, const Label& call) {
  const model::RegionTree& regions = *rules.workspace->regions;
  const auto elsewhere = [&](const char* pointer) {
    return fail(Code::unsupported,
                format("这个地点不在本平台的区域内。{} / This place lies outside the region. {}",
                       call.zh, call.en),
                pointer);
  };
  const model::RegionIndex chosen = r.region.empty() ? model::no_region : regions.find(r.region);
  if (!r.region.empty() && chosen == model::no_region) {
    return fail(Code::invalid, format("there is no region '{}'", r.region), "/place/region");
  }
  if (r.position) {
    if (!place) return elsewhere("/place");
    const bool inside = chosen != model::no_region && rules.places.ours(chosen) &&
                        regions.is_ancestor_or_self(place->county, chosen);
    return regions[inside ? chosen : place->county].code;
  }
  if (!rules.places.ours(chosen)) return elsewhere("/place/region");
  return regions[chosen].code;
}

}  // namespace

Result<ReportTaken> ReportDesk::Impl::repeated(const ReportRow& row,
                                               const NewReport& report) const {
  if (!same_digest(row.digest, hmac_sha256_hex(row.salt, content_of(report)))) {
    return fail(Code::conflict,
                "another report was taken under this Idempotency-Key; make a new key for a new "
                "report");
  }
  ReportTaken out;
  out.number = row.number;
  out.secret = hmac_sha256_hex(row.salt, report.key).substr(0, 32);
  out.region = row.region;
  out.unit = row.unit;
  out.again = true;
  out.nearby = parse_nearby(row.nearby);
  return out;
}

Status ReportDesk::Impl::write_note(store::Ledger::Write& write, const std::string& number,
                                    const NewReport& report,
                                    const std::optional<ReportPlace>& place,
                                    const std::vector<Nearby>& near, Instant now) {
  const auto current = now_rules();
  const model::RegionTree& regions = *current->workspace->regions;
  std::vector<std::string> lines;
  if (report.accuracy_m) {
    lines.push_back(
        format("位置精度约 ±{0} / position within about {0}", distance_text(*report.accuracy_m)));
  }
  if (place && place->near != model::no_region) {
    const Label& name = regions[place->near].name;
    lines.push_back(format("最近：{} 约 {}{} / nearest: {}{}", name.in(Language::zh),
                           distance_text(place->near_m),
                           place->near_estimated ? "（估计位置）" : "", name.in(Language::en),
                           place->near_estimated ? " (estimated position)" : ""));
  }
  if (report.taken_at && now.ns - report.taken_at->ns > clock_error_ns) {
    const std::string at = to_string(*report.taken_at, current->workspace->zone);
    lines.push_back(
        format("发现于 {0}，联网后送达 / seen at {0}, sent when there was a network", at));
  }
  for (const Nearby& n : near) {
    lines.push_back(format("附近同类未结：{0}，{1} / open nearby: {0}, {1}", n.number,
                           distance_text(n.distance_m)));
  }
  if (lines.empty()) return {};
  auto noted =
      incidents.note(write, number, join(lines, "\n"), model::system_actor(who), now, "arrival");
  if (!noted) return fail(noted.error());
  return {};
}

Result<ReportTaken> ReportDesk::take(const NewReport& given, Instant now) {
  Impl& my = *impl_;
  const auto rules = my.now_rules();
  NewReport report = given;
  if (auto good = check(report, *rules, now); !good) return fail(good.error());
  const std::string key_hash = sha256_hex(report.key);
  {
    const auto read = my.ledger.read();
    auto row = report_by_key(read.db(), key_hash);
    if (!row) return fail(row.error());
    if (*row) return my.repeated(**row, report);
  }
  const auto place = report.position ? rules->places.find(*report.position) : std::nullopt;
  auto region = file_under(report, *rules, place, my.options.call);
  if (!region) return fail(region.error());
  ReportTaken out;
  if (report.position) {
    auto near = nearby(report.kind, *report.position, now);
    if (!near) return fail(near.error());
    out.nearby = std::move(*near);
  }

  auto write = my.ledger.begin();
  if (!write) return fail(write.error());
  // Two attempts at once: the other one may have been faster.
  auto raced = report_by_key(write->db(), key_hash);
  if (!raced) return fail(raced.error());
  if (*raced) return my.repeated(**raced, report);
  NewIncident incident;
  incident.kind = report.kind;
  incident.origin = Origin::report;
  incident.region = *region;
  incident.position = report.position;
  incident.estimated = report.position && report.accuracy_m.value_or(0) > coarse_m;
  incident.reporter = report.contact;
  incident.reporter.words = report.text;
  if (!report.place.empty()) {
    if (!report.text.empty()) incident.reporter.words += '\n';
    incident.reporter.words += "地点：" + report.place;
  }
  auto opened = my.incidents.open(*write, incident, reporter_of({}), now);
  if (!opened) return fail(opened.error());
  out.number = opened->incident;
  out.region = *region;
  if (auto noted = my.write_note(*write, out.number, report, place, out.nearby, now); !noted) {
    return fail(noted.error());
  }
  auto routed =
      model::route(rules->workspace->response, *rules->workspace->regions, report.kind, *region);
  if (routed) out.unit = routed->unit;

  ReportRow row;
  row.number = out.number;
  row.key_hash = key_hash;
  row.salt = sha256_hex(my.options.random(32));
  // Of the salt and the client's key, which is not kept: a repetition can be answered the same.
  out.secret = hmac_sha256_hex(row.salt, report.key).substr(0, 32);
  row.secret_hash = sha256_hex(out.secret);
  row.digest = hmac_sha256_hex(row.salt, content_of(report));
  row.kind = report.kind;
  row.region = *region;
  row.unit = out.unit;
  row.nearby = nearby_json(out.nearby);
  row.photos = report.photos;
  row.contact = !report.contact.empty();
  row.reported = now;
  row.taken_at = report.taken_at;
  if (auto kept = put_report(write->db(), row); !kept) return fail(kept.error());
  if (auto done = write->commit(); !done) return fail(done.error());
  return out;
}

Result<ReportRow> ReportDesk::Impl::shown(std::string_view number, std::string_view secret) const {
  const auto read = ledger.read();
  auto row = report_by_number(read.db(), number);
  if (!row) return fail(row.error());
  // A report that is not there takes as long as a wrong secret.
  const std::string hash = sha256_hex(secret);
  if (!*row || !same_digest((*row)->secret_hash, hash)) return fail(not_there());
  return std::move(**row);
}

Result<ReportPhoto> ReportDesk::photo(std::string_view number, std::string_view secret, int k,
                                      std::string_view bytes, Instant now) {
  Impl& my = *impl_;
  auto report = my.shown(number, secret);
  if (!report) return fail(report.error());
  if (k < 1 || k > report_photos) {
    return fail(Code::invalid, format("photos are numbered from 1 to {}", report_photos));
  }
  if (bytes.size() > report_photo_bytes) {
    return fail(Code::too_large,
                format("a photo has at most {} MiB", report_photo_bytes / (1024 * 1024)));
  }
  if (!media_type_of(bytes).starts_with("image/")) {
    return fail(Code::unsupported, "this is no JPEG, PNG or WebP picture, whatever it is called");
  }
  const std::string sent = sha256_hex(bytes);
  const auto there = [&](const store::Database& db) -> Result<std::optional<ReportPhoto>> {
    auto rows = photos_of(db, number);
    if (!rows) return fail(rows.error());
    for (const PhotoRow& row : *rows) {
      if (row.k != k) continue;
      if (row.sent != sent) return fail(Code::conflict, format("photo {} is another picture", k));
      return ReportPhoto{k, row.size_bytes, static_cast<int>(rows->size()), true};
    }
    return std::nullopt;
  };
  {
    const auto read = my.ledger.read();
    auto before = there(read.db());
    if (!before) return fail(before.error());
    if (*before) return std::move(**before);
    auto total = photo_bytes(read.db());
    if (!total) return fail(total.error());
    if (*total + bytes.size() > my.options.photo_bytes_most) {
      return fail(Code::io, "there is no more room for photos of reports; tell the office");
    }
  }
  auto file = my.incidents.keep(bytes, format("photo-{}", k), true);
  if (!file) return fail(file.error());
  auto write = my.ledger.begin();
  if (!write) return fail(write.error());
  auto raced = there(write->db());
  if (!raced) return fail(raced.error());
  if (*raced) return std::move(**raced);
  auto attached = my.incidents.attach(*write, number, *file, reporter_of(number), now);
  if (!attached) return fail(attached.error());
  const PhotoRow row{k, sent, file->sha256, file->size_bytes};
  if (auto kept = put_photo(write->db(), number, row, now); !kept) return fail(kept.error());
  auto rows = photos_of(write->db(), number);
  if (!rows) return fail(rows.error());
  if (auto done = write->commit(); !done) return fail(done.error());
  return ReportPhoto{k, file->size_bytes, static_cast<int>(rows->size()), false};
}

namespace {

// What a line of the record says to the reporter; nothing when it is not for him.
std::optional<ReportStatus::Step> step_of(const Entry& entry, const std::string& workflow,
                                          const IncidentBook& book) {
  using Kind = Entry::Kind;
  const bool his = entry.actor.starts_with("reporter");
  ReportStatus::Step out{entry.at, {}, {}};
  if (entry.kind == Kind::opened) {
    out.label = {"已收到上报", "Report received"};
  } else if (entry.kind == Kind::step && entry.to != entry.from) {
    out.label = states_label(book, workflow, entry.to);
    if (his) out.text = entry.reason;
  } else if (entry.kind == Kind::note && his) {
    out.label = {"您的反馈", "Your words"};
    out.text = entry.reason;
  } else if (entry.kind == Kind::link) {
    out.label = {"与同一件事的其他上报合并", "Linked with other reports of the same"};
  } else {
    return std::nullopt;
  }
  return out;
}

bool can(const std::vector<Choice>& choices, std::string_view event) {
  return std::any_of(choices.begin(), choices.end(), [&](const Choice& choice) {
    return choice.event == event && choice.refusal.empty();
  });
}

// What the unit tells the reporter: the words of the step that answered him.
std::string answer_in(const std::vector<Entry>& entries) {
  std::string out;
  for (const Entry& entry : entries) {
    if (const auto answer = entry.fields.find("answer"); answer != entry.fields.end()) {
      out = answer->second;
    }
  }
  return out;
}

}  // namespace

Result<ReportStatus> ReportDesk::status(std::string_view number, std::string_view secret,
                                        Instant now) const {
  const Impl& my = *impl_;
  auto report = my.shown(number, secret);
  if (!report) return fail(report.error());
  auto view = my.incidents.view(number, reporter_of(number), now);
  if (!view) return fail(view.error());
  const auto book = my.incidents.book();
  ReportStatus out;
  out.text = view->reporter.words;
  out.reported = report->reported;
  out.can_reopen = can(view->choices, event_reopen);
  out.closed = view->incident.closed.has_value() || out.can_reopen;
  out.state = states_label(*book, view->incident.workflow, view->incident.states);
  bool said = false;
  for (const Entry& entry : view->entries) {
    if (auto step = step_of(entry, view->incident.workflow, *book)) {
      out.steps.push_back(std::move(*step));
    }
    if (entry.kind == Entry::Kind::step && entry.to != entry.from) said = false;
    if (entry.kind == Entry::Kind::note && entry.reason == satisfied_words) said = true;
  }
  out.can_satisfy = can(view->choices, event_satisfied) || (out.can_reopen && !said);
  // Before the check it may still turn out to be wrong.
  if (out.closed) out.answer = answer_in(view->entries);
  {
    const auto read = my.ledger.read();
    auto rows = photos_of(read.db(), number);
    if (!rows) return fail(rows.error());
    for (const PhotoRow& row : *rows) out.photos.push_back(row.k);
  }
  out.photos_announced = report->photos;
  out.incident = std::move(view->incident);
  return out;
}

Status ReportDesk::Impl::event(std::string_view number, std::string_view name,
                               std::string_view reason, Instant now) {
  for (int attempt = 0;; ++attempt) {
    auto incident = incidents.find(number);
    if (!incident) return fail(incident.error());
    auto write = ledger.begin();
    if (!write) return fail(write.error());
    Command command;
    command.event = name;
    if (!reason.empty()) command.fields["reason"] = std::string(reason);
    command.version = incident->version;
    auto done = incidents.act(*write, number, command, reporter_of(number), now);
    // Somebody else was first: look again, once.
    if (!done && done.error().code == Code::conflict && attempt == 0) continue;
    if (!done) return fail(done.error());
    if (auto committed = write->commit(); !committed) return committed;
    if (!done->refusal.empty()) return fail(Code::conflict, done->refusal);
    return {};
  }
}

Status ReportDesk::reopen(std::string_view number, std::string_view secret, std::string_view reason,
                          Instant now) {
  auto report = impl_->shown(number, secret);
  if (!report) return fail(report.error());
  auto words = clean_words(reason, "/reason", 1'000);
  if (!words) return fail(words.error());
  if (words->empty()) return fail(Code::invalid, "say why it is not settled", "/reason");
  auto view = impl_->incidents.view(number, reporter_of(number), now);
  if (!view) return fail(view.error());
  if (!can(view->choices, event_reopen)) {
    return fail(Code::conflict,
                "现在不能要求重办：还在办理，或期限已过 / It cannot be reopened now: it is still "
                "under way, or the time for it is over");
  }
  return impl_->event(number, event_reopen, *words, now);
}

Status ReportDesk::satisfied(std::string_view number, std::string_view secret, Instant now) {
  auto report = impl_->shown(number, secret);
  if (!report) return fail(report.error());
  auto view = impl_->incidents.view(number, reporter_of(number), now);
  if (!view) return fail(view.error());
  if (can(view->choices, event_satisfied)) {
    return impl_->event(number, event_satisfied, satisfied_words, now);
  }
  if (!can(view->choices, event_reopen)) {
    return fail(Code::conflict, "还没有办结 / It is not closed yet");
  }
  // A workflow without such a step keeps the words.
  auto write = impl_->ledger.begin();
  if (!write) return fail(write.error());
  auto noted =
      impl_->incidents.note(*write, number, std::string(satisfied_words), reporter_of(number), now,
                            format("{}-{}", note_key, view->incident.reopened));
  if (!noted) return fail(noted.error());
  return write->commit();
}

Result<std::vector<Nearby>> ReportDesk::nearby(std::string_view kind, geo::Point at, Instant now,
                                               std::string_view but) const {
  std::vector<Nearby> out;
  IncidentQuery query;
  query.open = true;
  query.kind = kind;
  query.limit = nearby_looked_at;
  query.visible = [&](const Incident& incident) {
    return incident.position && incident.duplicate_of.empty() && incident.id != but &&
           now.ns - incident.opened.ns <= nearby_ns &&
           geo::distance_m(*incident.position, at) <= nearby_m;
  };
  auto page = impl_->incidents.list(query);
  if (!page) return fail(page.error());
  for (const Incident& incident : page->incidents) {
    out.push_back({incident.id, incident.kind, geo::distance_m(*incident.position, at),
                   std::max<std::int64_t>(0, now.ns - incident.opened.ns)});
  }
  std::sort(out.begin(), out.end(), [](const Nearby& a, const Nearby& b) {
    return std::pair(a.distance_m, a.number) < std::pair(b.distance_m, b.number);
  });
  if (out.size() > nearby_most) out.resize(nearby_most);
  return out;
}

std::optional<std::string> ReportDesk::county_at(geo::Point at) const {
  const auto rules = impl_->now_rules();
  const auto place = rules->places.find(at);
  if (!place) return std::nullopt;
  return (*rules->workspace->regions)[place->county].code;
}

bool ReportDesk::is_ours(std::string_view region) const {
  const auto rules = impl_->now_rules();
  return rules->places.ours(rules->workspace->regions->find(region));
}

Result<std::size_t> ReportDesk::tick(store::Ledger::Write& write, Instant now) {
  Impl& my = *impl_;
  if (now < my.erase_next) return 0;
  auto numbers =
      reports_with_contact(write.db(), now - my.options.contact_ns, my.erase_after, erased_at_once);
  if (!numbers) return fail(numbers.error());
  std::size_t erased = 0;
  for (const std::string& number : *numbers) {
    auto incident = my.incidents.find(number);
    if (!incident) return fail(incident.error());
    if (!incident->closed || now - my.options.contact_ns < *incident->closed) continue;
    if (auto gone = my.incidents.forget_reporter(write, number, now); !gone) {
      return fail(gone.error());
    }
    if (auto gone = contact_gone(write.db(), number); !gone) return fail(gone.error());
    ++erased;
  }
  const bool all = numbers->size() < erased_at_once;
  my.erase_after = all ? std::string() : numbers->back();
  if (all) my.erase_next = now + erase_every_ns;
  return erased;
}

}  // namespace cairn::respond
