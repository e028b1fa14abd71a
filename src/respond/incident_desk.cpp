// SPDX-License-Identifier: Apache-2.0
#include "respond/incident_desk.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"
#include "flow/expression.hpp"
#include "respond/cap_compose.hpp"
#include "respond/incident_case.hpp"
#include "respond/incident_check.hpp"
#include "respond/incident_photo.hpp"
#include "respond/webhook_signature.hpp"

namespace cairn::respond {
namespace {

// Whether somebody has it still; no incident is none.
Result<bool> is_open(const store::Database& db, std::string_view incident) {
  if (incident.empty()) return false;
  const auto row = incident_store::find(db, incident);
  if (!row) return fail(row.error());
  return *row && !(*row)->incident.closed;
}

constexpr std::size_t due_at_once = 200;
// After an error of one incident the others go on; it is tried again then.
constexpr std::int64_t retry_ns = 3'600 * ns_per_second;

Error already_other() {
  return {Code::conflict, "this key was used for another request: make a new one", {}};
}

std::string content_of(const NewIncident& what) {
  std::string out = format("{}\n{}\n{}\n{}\n{}\n{}", what.kind, to_string(what.origin), what.region,
                           what.group, what.title, what.text);
  if (what.position) out += format("\n{} {}", what.position->x, what.position->y);
  out += format("\n{}\n{}\n{}\n{}", what.reporter.name, what.reporter.phone, what.reporter.mail,
                what.reporter.words);
  return sha256_hex(out);
}
std::string content_of(const Command& command) {
  std::string out = command.event;
  for (const auto& [name, value] : command.fields) out += format("\n{}={}", name, value);
  return sha256_hex(out);
}

bool is_urgent(const std::optional<Level>& level) {
  return level && *level >= Level::orange;
}

}  // namespace

model::Actor reporter_of(std::string_view incident) {
  return {"reporter/" + std::string(incident),
          {"上报人", "Reporter"},
          model::ActorKind::person,
          {{model::Role::reporter, {}, {}}}};
}

IncidentDesk::IncidentDesk(store::Ledger& ledger, Options options)
    : ledger_(ledger), files_(options.files), outbox_(options.outbox) {}
IncidentDesk::~IncidentDesk() = default;

Result<std::unique_ptr<IncidentDesk>> IncidentDesk::open(store::Ledger& ledger, Options options) {
  auto workspace = options.workspace;
  std::unique_ptr<IncidentDesk> out(new IncidentDesk(ledger, std::move(options)));
  if (auto done = out->rebind(std::move(workspace)); !done) return fail(done.error());
  if (auto done = ledger.ensure(incident_part()); !done) return fail(done.error());
  if (auto done = out->files_.make_directory(ledger.directory() + "/files"); !done) {
    return fail(done.error());
  }
  return out;
}

Status IncidentDesk::rebind(std::shared_ptr<const model::Workspace> workspace) {
  auto book = IncidentBook::make(std::move(workspace));
  if (!book) return fail(book.error());
  const std::lock_guard lock(mutex_);
  book_ = *std::move(book);
  return {};
}

std::shared_ptr<const IncidentBook> IncidentDesk::book() const {
  const std::lock_guard lock(mutex_);
  return book_;
}
std::shared_ptr<const model::Workspace> IncidentDesk::workspace() const {
  return book()->shared_workspace();
}

namespace {

// The outcome of what was done under a key; nothing: it is new.
Result<std::optional<Outcome>> repeated(const store::Database& db, const std::string& scope,
                                        const std::string& key, const std::string& digest) {
  if (key.empty()) return std::optional<Outcome>();
  const auto found = incident_store::find_key(db, scope, key);
  if (!found) return fail(found.error());
  if (!*found) return std::optional<Outcome>();
  if ((*found)->digest != digest) return fail(already_other());
  const auto entries = incident_store::entries(db, (*found)->incident, (*found)->entry - 1);
  if (!entries) return fail(entries.error());
  Outcome out{(*found)->incident, (*found)->entry, {}, (*found)->refusal, true};
  if (!entries->empty()) out.states = entries->front().to;
  return std::optional(std::move(out));
}

Status remember(store::Database& db, const std::string& scope, const std::string& key,
                const std::string& digest, const Outcome& outcome) {
  if (key.empty()) return {};
  return incident_store::put_key(db, scope, key,
                                 {digest, outcome.incident, outcome.entry, outcome.refusal});
}

// Fills what the desk knows better than a form: the unit that answers for the place, the place.
struct Filled {
  flow::Fields fields;
  std::optional<model::Route> route;
};
Result<Filled> fill(const IncidentBook& book, const Incident& incident, const EventForm& form,
                    flow::Fields fields) {
  Filled out{std::move(fields), std::nullopt};
  if (form.asks("place") && !out.fields.contains("place")) out.fields["place"] = incident.region;
  if (!form.routes || out.fields.contains("unit")) return out;
  const model::Workspace& workspace = book.workspace();
  auto route = model::route(workspace.response, *workspace.regions, incident.kind, incident.region);
  if (!route) return fail(route.error());
  out.fields["unit"] = route->unit;
  out.route = *std::move(route);
  return out;
}

void note_route(Incident& incident, const Filled& filled, const IncidentBook& book) {
  if (filled.route) {
    incident.fallback = filled.route->fallback;
    incident.route_reason = filled.route->reason;
  } else if (const auto unit = filled.fields.find("unit"); unit != filled.fields.end()) {
    const model::UnitDef* def = book.workspace().response.unit(unit->second);
    const Label name = def == nullptr ? Label{unit->second, unit->second} : def->label;
    incident.fallback = false;
    incident.route_reason = {"人工指定" + name.zh, name.en + ", named by hand"};
  }
}

// What the program does by itself with what the program has found.
Status first_steps(IncidentCase& in, const IncidentBook& book) {
  const model::Actor system = model::system_actor("dispatch");
  for (const std::string_view event : {"file", "dispatch", "assign"}) {
    const EventForm form = form_of(in.workflow().chart, in.instance(), event);
    if (form.transitions.empty() || !form.may_be_by("system")) continue;
    auto filled = fill(book, in.incident(), form, {});
    if (!filled) return fail(filled.error());
    const auto moved =
        in.send({std::string(event), filled->fields,
                 filled->route ? refusal_free_text(filled->route->reason) : form.reason(),
                 system.id, "system"});
    if (!moved) return fail(moved.error());
    if (moved->refusal.empty()) note_route(in.incident(), *filled, book);
  }
  return {};
}

}  // namespace

Result<Outcome> IncidentDesk::open(store::Ledger::Write& write, const NewIncident& what,
                                   const model::Actor& actor, Instant now) {
  if (auto known = check_actor(actor); !known) return fail(known.error());
  const auto book = this->book();
  const model::Workspace& workspace = book->workspace();
  auto checked = check_new(what, workspace);
  if (!checked) return fail(checked.error());
  const std::string digest = content_of(what);
  auto before = repeated(write.db(), actor.id, what.key, digest);
  if (!before) return fail(before.error());
  if (*before) return **std::move(before);
  if (const auto other = incident_store::of_group(write.db(), what.group); !other) {
    return fail(other.error());
  } else if (const auto open = is_open(write.db(), *other); !open) {
    return fail(open.error());
  } else if (*open) {
    return fail(Code::conflict, format("the group has the incident {} already", *other), "/group");
  }
  const model::IncidentKind& kind = *workspace.response.kind(what.kind);
  const auto workflow = book->workflow_for(kind, what.origin);
  if (!workflow) return fail(workflow.error());
  auto id = incident_store::next_id(write.db(), date_of(now, workspace.zone));
  if (!id) return fail(id.error());
  Incident fresh = *std::move(checked);
  fresh.id = *std::move(id);
  fresh.urgent = kind.urgent || is_urgent(what.level);
  Entry opened;
  opened.at = now;
  opened.actor = what.origin == Origin::report ? reporter_of(fresh.id).id : actor.id;
  opened.role = what.origin == Origin::report ? "reporter" : "";
  opened.reason = refusal_free_text(origin_label(what.origin));
  opened.fields = {
      {"origin", to_string(what.origin)}, {"kind", what.kind}, {"region", fresh.region}};
  if (!what.group.empty()) opened.fields["group"] = what.group;
  const CaseHost host{*book, write.db(), write, outbox_, now};
  auto in = IncidentCase::begin(host, std::move(fresh), **workflow, std::move(opened));
  if (!in) return fail(in.error());
  if (!what.reporter.empty()) {
    auto kept = incident_store::put_reporter(write.db(), in->incident().id, what.reporter);
    if (!kept) return fail(kept.error());
  }
  Outcome out{in->incident().id, 1, in->incident().states, {}, false};
  if (what.origin == Origin::alert) {
    if (auto done = first_steps(*in, *book); !done) return fail(done.error());
  }
  if (auto done = in->save(); !done) return fail(done.error());
  if (auto done = remember(write.db(), actor.id, what.key, digest, out); !done) {
    return fail(done.error());
  }
  return out;
}

namespace {

// Links a duplicate with what it is a duplicate of, on both sides.
Status link(IncidentCase& duplicate, const CaseHost& host, const std::string& main_id,
            const CaseEvent& event) {
  auto main = IncidentCase::load(host, main_id);
  if (!main) return fail(main.error());
  duplicate.incident().duplicate_of = main_id;
  duplicate.incident().closed = std::nullopt;  // it ends with the other
  main->incident().duplicates.push_back(duplicate.incident().id);
  Entry entry;
  entry.kind = Entry::Kind::link;
  entry.at = main->at();
  entry.actor = event.actor;
  entry.role = event.role;
  entry.reason = event.reason;
  entry.from = entry.to = main->incident().states;
  entry.fields = {{"duplicate", duplicate.incident().id}};
  if (auto added = main->add(std::move(entry)); !added) return fail(added.error());
  return main->save();
}

// Of a duplicate the other one is what its reporter can reopen.
Result<std::string> meant(const store::Database& db, std::string_view incident,
                          const model::Actor& actor) {
  auto row = incident_store::find(db, incident);
  if (!row) return fail(row.error());
  if (!*row) return fail(Code::not_found, format("there is no incident '{}'", incident), "path:id");
  const std::string& other = (*row)->incident.duplicate_of;
  const bool his = actor.id == reporter_of(incident).id;
  return his && !other.empty() ? other : std::string(incident);
}

}  // namespace

Result<Outcome> IncidentDesk::act(store::Ledger::Write& write, std::string_view incident,
                                  const Command& command, const model::Actor& actor, Instant now) {
  if (auto known = check_actor(actor); !known) return fail(known.error());
  auto fields = check_fields(command.fields);
  if (!fields) return fail(fields.error());
  const std::string scope = format("{}/{}", actor.id, incident);
  const std::string digest = content_of(command);
  auto before = repeated(write.db(), scope, command.key, digest);
  if (!before) return fail(before.error());
  if (*before) return **std::move(before);
  auto target = meant(write.db(), incident, actor);
  if (!target) return fail(target.error());
  const auto book = this->book();
  const CaseHost host{*book, write.db(), write, outbox_, now};
  auto in = IncidentCase::load(host, *target);
  if (!in) return fail(in.error());
  if (*target == incident) {
    if (auto fresh = check_version(write.db(), in->incident(), command.version); !fresh) {
      return fail(fresh.error());
    }
  }
  const EventForm form = form_of(in->workflow().chart, in->instance(), command.event);
  if (auto fits = check_event(form, in->workflow().chart, command.event); !fits) {
    return fail(fits.error());
  }
  const std::string role = role_of(actor, form.by, in->incident(), book->workspace());
  if (role.empty()) return fail(Code::denied, refusal_not_by(form.by));
  if (role == "checker" && belongs_to(actor, in->incident().unit)) {
    return fail(Code::denied, refusal_own_unit());
  }
  auto filled = fill(*book, in->incident(), form, *std::move(fields));
  if (!filled) return fail(filled.error());
  if (auto fits = check_given(write.db(), form, filled->fields, in->incident(), book->workspace());
      !fits) {
    return fail(fits.error());
  }
  CaseEvent event{command.event, filled->fields, form.reason(), actor.id, role, role == "reporter"};
  if (const auto reason = event.fields.extract("reason"); !reason.empty()) {
    event.reason = reason.mapped();
  } else if (filled->route) {
    event.reason = refusal_free_text(filled->route->reason);
  }
  auto moved = in->send(event);
  if (!moved) return fail(moved.error());
  if (moved->refusal.empty()) {
    note_route(in->incident(), *filled, *book);
    if (const auto text = event.fields.find("text"); text != event.fields.end()) {
      in->incident().text = text->second;
    }
    if (command.event == "duplicate") {
      if (auto done = link(*in, host, event.fields.at("of"), event); !done) {
        return fail(done.error());
      }
    }
  }
  if (auto done = in->save(); !done) return fail(done.error());
  Outcome out{in->incident().id, moved->entry, {}, moved->refusal, false};
  out.states = in->incident().states;
  if (auto done = remember(write.db(), scope, command.key, digest, out); !done) {
    return fail(done.error());
  }
  return out;
}

Result<Outcome> IncidentDesk::note(store::Ledger::Write& write, std::string_view incident,
                                   const std::string& text, const model::Actor& actor, Instant now,
                                   const std::string& key) {
  if (auto known = check_actor(actor); !known) return fail(known.error());
  auto words = check_words(text, "/text");
  if (!words) return fail(words.error());
  if (words->empty()) return fail(Code::invalid, "the note is empty", "/text");
  const std::string scope = format("{}/{}", actor.id, incident);
  const std::string digest = sha256_hex("note\n" + *words);
  auto before = repeated(write.db(), scope, key, digest);
  if (!before) return fail(before.error());
  if (*before) return **std::move(before);
  const auto book = this->book();
  auto in = IncidentCase::load({*book, write.db(), write, outbox_, now}, incident);
  if (!in) return fail(in.error());
  Entry entry;
  entry.kind = Entry::Kind::note;
  entry.at = in->at();
  entry.actor = actor.id;
  entry.role = any_role_of(actor, in->incident(), book->workspace());
  entry.from = entry.to = in->incident().states;
  entry.reason = *std::move(words);
  entry.personal = entry.role == "reporter";
  const auto number = in->add(std::move(entry));
  if (!number) return fail(number.error());
  if (auto done = in->save(); !done) return fail(done.error());
  Outcome out{in->incident().id, *number, in->incident().states, {}, false};
  if (auto done = remember(write.db(), scope, key, digest, out); !done) return fail(done.error());
  return out;
}

Status IncidentDesk::forget_reporter(store::Ledger::Write& write, std::string_view incident,
                                     Instant now) {
  if (auto done = incident_store::forget_reporter(write.db(), incident); !done) return done;
  Entry entry;
  entry.kind = Entry::Kind::note;
  entry.actor = model::system_actor("reports").id;
  entry.role = "system";
  entry.reason = "上报人联系方式已按期删除 the reporter's name and addresses were erased in time";
  const auto done = record(write, incident, std::move(entry), now);
  if (!done) return fail(done.error());
  return {};
}

Result<Outcome> IncidentDesk::record(store::Ledger::Write& write, std::string_view incident,
                                     Entry entry, Instant now) {
  if (entry.actor.empty()) return fail(Code::denied, "an entry has an actor");
  if (entry.kind == Entry::Kind::step || entry.kind == Entry::Kind::opened) {
    return fail(Code::invalid, "steps are made by the workflow alone");
  }
  const auto book = this->book();
  auto in = IncidentCase::load({*book, write.db(), write, outbox_, now}, incident);
  if (!in) return fail(in.error());
  entry.at = in->at();
  entry.handled = false;
  entry.from = entry.to = in->incident().states;
  const auto number = in->add(std::move(entry));
  if (!number) return fail(number.error());
  if (auto done = in->save(); !done) return fail(done.error());
  return Outcome{in->incident().id, *number, in->incident().states, {}, false};
}

Result<KeptFile> IncidentDesk::keep(std::string_view bytes, std::string_view name, bool personal) {
  if (bytes.empty()) return fail(Code::invalid, "the file is empty");
  if (bytes.size() > evidence_bytes_most) {
    return fail(Code::too_large,
                format("a file has at most {} MiB", evidence_bytes_most / (1024 * 1024)));
  }
  KeptFile out;
  out.type = media_type_of(bytes);
  if (out.type.empty()) {
    return fail(Code::unsupported, "JPEG, PNG, WebP, PDF and plain text in UTF-8 are taken");
  }
  std::string clean(bytes);
  const bool picture = out.type.starts_with("image/");
  if (personal && !picture) {
    return fail(Code::unsupported, "JPEG, PNG and WebP are taken");
  }
  if (picture) {
    auto stripped = without_metadata(bytes);
    if (!stripped) return fail(stripped.error());
    if (personal) clean = *std::move(stripped);
  }
  out.sha256 = sha256_hex(clean);
  out.name = file_name(name, out.type);
  out.size_bytes = clean.size();
  out.personal = personal;
  const std::string path = format("{}/files/{}", ledger_.directory(), out.sha256);
  if (!files_.exists(path)) {
    if (auto done = files_.replace(path, clean); !done) return fail(done.error());
  }
  return out;
}

Result<Outcome> IncidentDesk::attach(store::Ledger::Write& write, std::string_view incident,
                                     const KeptFile& file, const model::Actor& actor, Instant now) {
  if (auto known = check_actor(actor); !known) return fail(known.error());
  const auto book = this->book();
  auto in = IncidentCase::load({*book, write.db(), write, outbox_, now}, incident);
  if (!in) return fail(in.error());
  const auto present = incident_store::evidence(write.db(), incident);
  if (!present) return fail(present.error());
  Outcome out{in->incident().id, 0, {}, {}, false};
  const bool there =
      std::ranges::any_of(*present, [&](const Evidence& e) { return e.id == file.sha256; });
  if (there) {
    out.repeated = true;
  } else {
    const std::string role = any_role_of(actor, in->incident(), book->workspace());
    const Evidence evidence{
        file.sha256,     in->incident().id, file.name, file.type,
        file.size_bytes, in->at(),          actor.id,  file.personal || role == "reporter"};
    CaseEvent event{"evidence",
                    {{"file", file.sha256}, {"type", file.type}},
                    "添加证据 a file was added",
                    actor.id,
                    role};
    if (!evidence.personal) event.fields["name"] = file.name;
    if (auto done = in->attach(evidence, event); !done) return fail(done.error());
  }
  if (auto done = in->save(); !done) return fail(done.error());
  out.entry = in->incident().version;
  out.states = in->incident().states;
  return out;
}

namespace {

Entry group_entry(const GroupChange& change) {
  Entry entry;
  entry.kind = Entry::Kind::alert;
  entry.actor = model::system_actor("groups").id;
  entry.role = "system";
  entry.event = to_string(change.kind);
  entry.reason = refusal_free_text(change_label(change.kind));
  const AlertGroup& group = change.group;
  entry.fields = {{"group", group.id},
                  {"level", level_word(group.level)},
                  {"before", level_word(change.before)},
                  {"firing", std::to_string(group.firing)},
                  {"things", std::to_string(group.things)}};
  if (!group.parent.empty()) entry.fields["parent"] = group.parent;
  if (change.kind == GroupChange::Kind::acknowledged) entry.fields["by"] = group.acknowledged_by;
  if (change.kind == GroupChange::Kind::judged) {
    entry.fields["verdict"] = to_string(group.verdict);
    entry.fields["by"] = group.verdict_by;
  }
  return entry;
}

const model::Thing* thing_of(const model::Workspace& workspace, const std::string& id) {
  const auto& things = workspace.records.things;
  const auto found = std::ranges::find(things, id, &model::Thing::id);
  return found == things.end() ? nullptr : &*found;
}

// What a group of alerts opens; nothing when its rule opens none, or its counties have their own.
std::optional<NewIncident> opened_by(const GroupChange& change, const model::Workspace& workspace,
                                     std::span<const GroupChange> changes) {
  const AlertGroup& group = change.group;
  if (group.state != GroupState::open || !group.cause.empty()) return std::nullopt;
  const auto& rules = workspace.catalog->rules;
  const auto rule = std::ranges::find(rules, group.lead_rule, &model::RuleDef::id);
  if (rule == rules.end() || rule->response.incident.empty()) return std::nullopt;
  const auto region = workspace.regions->find(group.region);
  const bool above =
      region != model::no_region && (*workspace.regions)[region].level < model::Level::county;
  // A prefecture's group is opened together with the joining of its counties.
  const bool gathers = std::ranges::any_of(
      changes, [&](const GroupChange& c) { return c.group.parent == group.id; });
  if (above && (gathers || change.kind != GroupChange::Kind::opened)) return std::nullopt;
  NewIncident out;
  out.kind = rule->response.incident;
  out.origin = Origin::alert;
  out.region = group.region;
  out.group = group.id;
  out.level = group.level;
  const Label place =
      region == model::no_region ? Label{group.region, {}} : (*workspace.regions)[region].name;
  out.title = format("{} · {}", rule->label.zh, place.zh);
  out.text = rule->text.zh.empty() ? rule->label.zh : rule->text.zh;
  if (const model::Thing* thing = thing_of(workspace, group.lead_thing)) {
    out.position = thing->position;
    out.estimated = thing->estimated;
    out.text += format("（{}）", thing->name.zh.empty() ? thing->id : thing->name.zh);
  }
  return out;
}

}  // namespace

Status IncidentDesk::on_groups(store::Ledger::Write& write, std::span<const GroupChange> changes,
                               Instant now) {
  const auto book = this->book();
  for (const GroupChange& change : changes) {
    auto id = incident_store::of_group(write.db(), change.group.id);
    if (!id) return fail(id.error());
    const auto at_work = is_open(write.db(), *id);
    if (!at_work) return fail(at_work.error());
    // What grows worse after its incident was closed is new work: nobody has it any more.
    const bool calls =
        change.kind == GroupChange::Kind::opened || change.kind == GroupChange::Kind::worsened;
    if (id->empty() || (!*at_work && calls)) {
      auto fresh = opened_by(change, book->workspace(), changes);
      if (!fresh) continue;
      if (!id->empty()) fresh->text += format("（此前的事件 {} 已结案）", *id);
      auto opened = open(write, *fresh, model::system_actor("rules"), now);
      if (!opened) return fail(opened.error());
      continue;
    }
    auto in = IncidentCase::load({*book, write.db(), write, outbox_, now}, *id);
    if (!in) return fail(in.error());
    Entry entry = group_entry(change);
    entry.at = in->at();
    entry.from = entry.to = in->incident().states;
    in->incident().level = change.group.level;
    in->incident().urgent = in->incident().urgent || is_urgent(change.group.level);
    if (auto added = in->add(std::move(entry)); !added) return fail(added.error());
    if (auto done = in->save(); !done) return done;
  }
  return {};
}

Result<bool> IncidentDesk::tick(store::Ledger::Write& write, Instant now) {
  const auto book = this->book();
  const auto due = incident_store::due(write.db(), now, due_at_once);
  if (!due) return fail(due.error());
  for (const std::string& id : *due) {
    auto in = IncidentCase::load({*book, write.db(), write, outbox_, now}, id);
    if (in) {
      if (auto done = in->save(); !done) return fail(done.error());
      continue;
    }
    // Its workflow has gone, say: the others must not wait for it.
    if (in.error().code == Code::io) return fail(in.error());
    if (auto done = incident_store::look_again(write.db(), id, now + retry_ns); !done) {
      return fail(done.error());
    }
  }
  return due->size() == due_at_once;
}

}  // namespace cairn::respond
