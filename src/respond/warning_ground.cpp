// SPDX-License-Identifier: Apache-2.0
#include "respond/warning_ground.hpp"

#include <algorithm>
#include <utility>

#include "codec/cap_read.hpp"
#include "codec/cap_write.hpp"
#include "codec/cap_xml.hpp"
#include "core/text.hpp"

namespace cairn::respond {
namespace {

using codec::CapAlert;

std::string alert_words(const Telling& telling, const char* reason_of_end) {
  std::string out = telling.headline.zh + "\n" + telling.description.zh;
  if (!telling.instruction.zh.empty()) out += "\n" + telling.instruction.zh;
  out += "\n\n" + telling.headline.en + "\n" + telling.description.en;
  if (!telling.instruction.en.empty()) out += "\n" + telling.instruction.en;
  if (*reason_of_end) out += std::string("\n\n") + reason_of_end;
  return out;
}

Label count_words(const AlertGroup& group) {
  // What is over is counted too, once nothing fires any more.
  const std::uint64_t alerts = group.firing > 0 ? group.firing : group.total;
  return {
      format("共{}个监测对象、{}{}条告警。", group.things, group.firing > 0 ? "" : "先后", alerts),
      format("{} {}, {} {}.", group.things, group.things == 1 ? "thing" : "things", alerts,
             alerts == 1 ? "alert" : "alerts")};
}

// "11月8日 21:00" and "11-08 21:00", on the region's clocks.
Label since_words(const AlertGroup& group, Zone zone) {
  const Date day = date_of(group.since, zone);
  const std::string text = to_string(to_second(group.since), zone);
  const std::string clock = text.size() >= 16 ? text.substr(11, 5) : text;
  return {format("{}月{}日 {} 起。", day.month, day.day, clock),
          format("Since {:02}-{:02} {}. ", day.month, day.day, clock)};
}

}  // namespace

Instant to_second(Instant t) {
  std::int64_t s = t.ns / ns_per_second;
  if (t.ns % ns_per_second < 0) --s;
  return {s * ns_per_second};
}

std::string cleaned(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const char32_t c = next_code_point(text, i);
    const bool control = c < 0x20 && c != '\n' && c != '\t';
    const bool never = (c >= 0xD800 && c <= 0xDFFF) || c == 0xFFFE || c == 0xFFFF;
    append_utf8(out, control ? U' ' : never ? U'\uFFFD' : c);
  }
  return out;
}
Label cleaned(const Label& label) {
  return {cleaned(label.zh), cleaned(label.en)};
}

WarningGround::WarningGround(std::shared_ptr<const model::Workspace> from,
                             std::vector<Place> places)
    : workspace(std::move(from)), areas(*workspace, std::move(places)) {
  for (const model::RuleDef& rule : workspace->catalog->rules) rules.emplace(rule.id, &rule);
}

const model::RuleDef* WarningGround::rule(const std::string& id) const {
  const auto at = rules.find(id);
  return at == rules.end() ? nullptr : at->second;
}

codec::CapCheckOptions WarningGround::check() const {
  codec::CapCheckOptions out;
  if (!areas.home().empty()) out.home = areas.home();
  return out;
}

Simulated simulated_of(const WarningOptions& options, const AlertGroup& group,
                       const store::Database* inside) {
  return options.spots ? simulated_of(options.spots(group, inside)) : Simulated::none;
}

Label simulated_words(Simulated simulated) {
  switch (simulated) {
    case Simulated::none:
      return {};
    case Simulated::some:
      return {"部分读数来自模拟设备。", "Some readings are of simulated devices."};
    case Simulated::all:
      return {"读数来自模拟设备。", "The readings are of simulated devices."};
  }
  return {};
}

Telling group_telling(const WarningOptions& options, const WarningGround& ground,
                      const AlertGroup& group, const store::Database* inside) {
  Telling t;
  const std::vector<Spot> found =
      options.spots ? options.spots(group, inside) : std::vector<Spot>{};
  const Simulated simulated = simulated_of(found);
  // What no real reading is behind is never Actual; one real thing is enough to be.
  const bool exercise = options.exercise || simulated == Simulated::all;
  t.status = exercise ? codec::CapStatus::exercise : codec::CapStatus::actual;
  if (exercise) t.note = options.exercise ? options.exercise_note : simulated_note;
  t.level = group.level;
  t.sender_name = options.sender_name;
  t.contact = options.contact;
  Label what{group.hazard, group.hazard};
  if (const model::RuleDef* rule = ground.rule(group.lead_rule)) {
    tell_rule(t, *rule);
    what = rule->label;
  } else {
    t.event = what;
    t.responses = {codec::CapResponse::monitor};
  }
  t.headline = headline_of(t.level, {}, ground.areas.name_of(group.region), what, t.status);
  Label reason = options.reason ? options.reason(group, inside) : Label{};
  if (reason.empty()) reason = since_words(group, ground.workspace->zone);
  const Label counts = count_words(group);
  t.description = {std::string(trim(reason.in(Language::zh))) + counts.zh,
                   std::string(trim(reason.in(Language::en))) + " " + counts.en};
  if (const Label words = simulated_words(simulated); !words.empty()) {
    t.description.zh += words.zh;
    t.description.en += " " + words.en;
  }
  std::vector<AreaSpot> spots;
  bool estimated = false;
  for (const Spot& spot : found) {
    spots.push_back({spot.region.empty() ? group.region : spot.region, spot.point});
    estimated = estimated || spot.estimated;
  }
  t.areas = ground.areas.around(spots, options.radius_m);
  if (t.areas.empty()) {
    if (auto whole = ground.areas.whole(std::vector{group.region})) t.areas = std::move(*whole);
  }
  if (t.areas.empty()) t.areas = {{ground.areas.name_of(group.region), {}, {}}};
  t.parameters = {{"CairnRule", group.lead_rule},
                  {"CairnGroup", group.id},
                  {"CairnEstimated", estimated ? "true" : "false"}};
  if (simulated != Simulated::none) {
    t.parameters.push_back({"CairnSimulated", to_string(simulated)});
  }
  t.incidents = {group.id};
  return t;
}

Result<Telling> telling_of(const Message& message) {
  auto alert = codec::read_cap(message.xml);
  if (!alert) return fail(alert.error());
  Telling t;
  t.status = alert->status;
  t.scope = alert->scope;
  t.note = alert->note;
  t.incidents = alert->incidents;
  t.level = level_of(*alert);
  t.areas = areas_of(*alert);
  CapWords words = words_of(*alert);
  t.event = std::move(words.event);
  t.headline = std::move(words.headline);
  t.description = std::move(words.description);
  t.instruction = std::move(words.instruction);
  if (alert->infos.empty()) return t;
  const codec::CapInfo& info = alert->infos.front();
  if (!info.categories.empty()) t.category = info.categories.front();
  t.urgency = info.urgency;
  t.certainty = info.certainty;
  t.responses = info.responses;
  for (const codec::CapValue& code : info.event_codes) {
    if (code.name == codec::cap_event_code) t.event_code = code.value;
  }
  t.sender_name.zh = info.sender_name;
  t.sender_name.en = alert->infos.back().sender_name;
  t.web = info.web;
  t.contact = info.contact;
  t.parameters = info.parameters;
  return t;
}

std::vector<codec::CapReference> WarningPress::references(const std::vector<Message>& messages,
                                                          int run_from, Instant sent, Zone zone) {
  std::vector<codec::CapReference> out;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Message& m = messages[i];
    const bool newest = i + 1 == messages.size();
    if (m.number < run_from || (m.expires <= sent && !newest)) continue;
    out.push_back({m.sender, m.identifier, {m.sent, zone}});
  }
  return out;
}

Result<CapAlert> WarningPress::alert(const Chain& chain, const Telling& telling,
                                     codec::CapTime sent, codec::CapTime expires,
                                     std::vector<codec::CapReference> references) const {
  CapAlert out = compose(telling, sent, expires);
  out.sender = options_.sender;
  out.identifier = format("{}-{}", chain.warning.id, chain.warning.messages + 1);
  out.references = std::move(references);
  auto findings = codec::check_cap(out, ground_.check());
  if (codec::has_errors(findings)) {
    // Better a warning by divisions alone than none.
    for (codec::CapInfo& info : out.infos) {
      for (codec::CapArea& area : info.areas) area.polygons.clear();
    }
    findings = codec::check_cap(out, ground_.check());
  }
  for (const codec::CapFinding& finding : findings) {
    if (finding.weight == codec::CapWeight::error) {
      return fail(Code::invalid, codec::to_string(finding), out.identifier);
    }
  }
  return out;
}

Result<std::string> WarningPress::print(store::Ledger::Write& write, Chain& chain, Telling telling,
                                        const Sending& sending, Instant now) const {
  const Zone zone = ground_.workspace->zone;
  Warning& w = chain.warning;
  Instant sent = to_second(now);
  if (w.messages > 0) sent = std::max(sent, chain.told_sent + ns_per_second);
  const Instant expires = to_second(sent + sending.valid_ns);
  const bool first = telling.type == codec::CapType::alert;
  if (first) chain.run_from = w.messages + 1;
  std::vector<codec::CapReference> refers;
  if (!first) {
    const auto messages = messages_of(write.db(), w.id, false);
    if (!messages) return fail(messages.error());
    refers = references(*messages, chain.run_from, sent, zone);
  }
  telling.headline = cleaned(telling.headline);
  telling.description = cleaned(telling.description);
  const auto made = alert(chain, telling, {sent, zone}, {expires, zone}, std::move(refers));
  if (!made) return fail(made.error());
  auto xml = codec::write_cap(*made);
  if (!xml) return fail(xml.error());

  if (w.messages == 0) w.sent = sent;
  ++w.messages;
  w.level = telling.level;
  w.headline = telling.headline;
  w.expires = expires;
  w.newest = made->identifier;
  w.by = sending.by;
  w.status = std::string(codec::cap_text(telling.status));
  w.ended = sending.last ? std::optional(now) : std::nullopt;
  chain.sender = options_.sender;
  chain.pending.reset();
  chain.told_level = telling.level;
  chain.told_things = chain.group.things;
  chain.told_at = now;
  chain.told_sent = sent;
  if (auto done = put_chain(write.db(), chain); !done) return fail(done.error());
  Message message;
  message.identifier = made->identifier;
  message.warning = w.id;
  message.number = w.messages;
  message.type = std::string(codec::cap_text(telling.type));
  message.sent = sent;
  message.expires = expires;
  message.by = sending.by;
  message.reason = sending.reason;
  message.sender = options_.sender;
  message.xml = *xml;
  if (auto done = put_message(write.db(), message); !done) return fail(done.error());
  Posting posting;
  posting.topic = sending.topic;
  posting.key = made->identifier;
  posting.subject = w.id;
  posting.region = w.region;
  posting.title = telling.headline.zh;
  posting.text = alert_words(telling, sending.reason.c_str());
  posting.cap_xml = std::move(*xml);
  posting.urgent = sending.urgent;
  posting.status = w.status;
  const auto posted = outbox_.post(write, posting, now);
  if (!posted) return fail(posted.error());
  deliveries_ = *posted;
  return made->identifier;
}

}  // namespace cairn::respond
