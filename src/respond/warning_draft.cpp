// SPDX-License-Identifier: Apache-2.0
#include "respond/warning_draft.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "codec/cap_write.hpp"
#include "core/text.hpp"
#include "respond/webhook_signature.hpp"

namespace cairn::respond {
namespace {

using codec::CapType;

constexpr const char* stand_in = "draft";  // for the check: the identifier comes with the release
constexpr std::int64_t ns_per_minute = 60 * ns_per_second;

struct Part {
  Label name;
  std::string text;
};

std::string short_hash(const std::string& text) {
  return sha256_hex(text).substr(0, 10);
}
std::string both(const Label& label) {
  return label.in(Language::zh) + '\n' + label.in(Language::en);
}
std::string areas_text(const std::vector<AreaPart>& areas) {
  std::string out;
  for (const AreaPart& part : areas) {
    out += both(part.description);
    for (const geo::Ring& ring : part.rings) {
      out += "\n";
      for (const geo::Point p : ring) out += format("{:.6f},{:.6f} ", p.y, p.x);
    }
    out += "\n" + join(part.geocodes, " ") + "\n";
  }
  return out;
}

std::vector<Part> parts_of(const Draft& draft, const Telling& t, const Wish& wish,
                           const DraftSources& sources) {
  std::string behind;
  if (sources.group) {
    behind = format("{} {} {}", to_string(sources.group->state), level_word(sources.group->level),
                    sources.group->parent);
  }
  std::string chain = format("{} {}", to_string(wish.act), draft.warning);
  for (const Message& message : sources.messages) chain += " " + message.identifier;
  return {
      {{"操作与所针对的消息", "what is done, and to which message"}, chain},
      {{"等级", "level"}, level_word(draft.level)},
      {{"事件类别", "event"},
       both(t.event) + format("{} {} {} {}", codec::cap_text(t.category), t.event_code,
                              codec::cap_text(t.urgency), codec::cap_text(t.certainty))},
      {{"标题", "headline"}, both(t.headline)},
      {{"内容", "description"}, both(t.description)},
      {{"防御指引", "instruction"}, both(t.instruction)},
      {{"区域", "areas"}, areas_text(t.areas)},
      {{"覆盖的村和人口", "reach"}, format("{} {}", draft.reach.villages, both(draft.reach.words))},
      {{"有效期", "expiry"}, std::to_string(draft.expires_minutes)},
      {{"状态与说明", "status and note"},
       format("{} {} {}", codec::cap_text(t.status), t.note, wish.reason)},
      {{"背后的告警", "the alerts behind it"}, behind},
  };
}

class Drafter {
 public:
  Drafter(const WarningOptions& options, const WarningGround& ground, const Wish& wish,
          const DraftSources& sources, Instant now)
      : options_(options), ground_(ground), wish_(wish), sources_(sources), now_(now) {}

  Result<DraftMade> run() {
    const bool follows = wish_.act != WarningAct::release;
    set_simulated();
    Status done = follows ? from_chain() : from_scratch();
    if (done) done = set_status();
    if (done) done = set_areas();
    if (!done) return fail(done.error());
    set_event();
    set_level();
    if (!follows) set_group_words();
    set_act();
    set_words();
    finish();
    return std::move(out_);
  }

 private:
  Telling& t() { return out_.telling; }

  // By the group itself, or by that of the incident.
  void set_simulated() {
    std::optional<AlertGroup> behind = sources_.group;
    if (!behind && sources_.incident && !sources_.incident->group.empty() && options_.group) {
      behind = options_.group(sources_.incident->group);
    }
    if (behind) out_.draft.simulated = simulated_of(options_, *behind, nullptr);
  }

  Status from_chain() {
    if (sources_.messages.empty()) return fail(Code::invalid, "name the warning", "/warning");
    auto before = telling_of(sources_.messages.back());
    if (!before) return fail(before.error());
    t() = std::move(*before);
    out_.draft.warning = sources_.chain->warning.id;
    out_.draft.group = sources_.chain->warning.group;
    out_.draft.incident = sources_.chain->warning.incident;
    return {};
  }

  Status from_scratch() {
    Telling& telling = t();
    telling.sender_name = options_.sender_name;
    telling.contact = options_.contact;
    telling.urgency = codec::CapUrgency::expected;
    telling.certainty = codec::CapCertainty::likely;
    telling.responses = {codec::CapResponse::prepare};
    if (sources_.group) {
      telling = group_telling(options_, ground_, *sources_.group, nullptr);
      telling.parameters = {{"CairnRule", sources_.group->lead_rule},
                            {"CairnGroup", sources_.group->id}};
      if (const Simulated simulated = out_.draft.simulated; simulated != Simulated::none) {
        telling.parameters.push_back({"CairnSimulated", to_string(simulated)});
      }
      out_.draft.group = sources_.group->id;
    } else if (sources_.incident) {
      const Incident& incident = *sources_.incident;
      out_.draft.incident = incident.id;
      if (const auto* kind = ground_.workspace->response.kind(incident.kind)) {
        telling.event = kind->label;
        telling.category = codec::parse_cap_code<codec::CapCategory>(kind->category)
                               .value_or(codec::CapCategory::other);
      }
      if (incident.level) telling.level = *incident.level;
      telling.areas = ground_.areas.around(
          std::vector<AreaSpot>{{incident.region, incident.position}}, options_.radius_m);
    }
    if (!wish_.incident.empty()) out_.draft.incident = wish_.incident;
    telling.scope = codec::CapScope::everyone;
    telling.incidents.clear();
    if (!out_.draft.group.empty()) telling.incidents.push_back(out_.draft.group);
    if (!out_.draft.incident.empty()) telling.incidents.push_back(out_.draft.incident);
    return {};
  }

  Status set_status() {
    Telling& telling = t();
    const auto asked = codec::parse_cap_code<codec::CapStatus>(wish_.status);
    if (wish_.act != WarningAct::release) {
      if (asked && *asked != telling.status) {
        return fail(Code::invalid, "a warning keeps the status that it began with", "/status");
      }
    } else {
      telling.status = asked.value_or(options_.exercise || simulated() ? codec::CapStatus::exercise
                                                                       : codec::CapStatus::actual);
      if (simulated() && telling.status == codec::CapStatus::actual) {
        return fail(Code::invalid,
                    "all readings behind it are of simulated devices: exercises and tests only",
                    "/status");
      }
    }
    if (options_.exercise && telling.status == codec::CapStatus::actual) {
      return fail(Code::invalid, "a demonstration sends exercises and tests only", "/status");
    }
    if (!wish_.note.empty()) {
      telling.note = wish_.note;
    } else if (wish_.act == WarningAct::release) {
      telling.note = options_.exercise ? options_.exercise_note
                     : telling.status == codec::CapStatus::exercise && simulated()
                         ? std::string(simulated_note)
                         : std::string();
    }
    if (telling.status != codec::CapStatus::actual && telling.note.empty()) {
      error("note-missing at note: say what is exercised or tested");
    }
    return {};
  }

  bool simulated() const { return out_.draft.simulated == Simulated::all; }

  Status set_areas() {
    Telling& telling = t();
    if (wish_.regions.empty() && wish_.polygons.empty()) {
      if (telling.areas.empty()) {
        return fail(Code::invalid, "say where: regions, a polygon, a group or an incident",
                    "/regions");
      }
    } else {
      telling.areas.clear();
      auto whole = ground_.areas.whole(wish_.regions);
      if (!whole) return fail(Code::invalid, whole.error().message, "/regions");
      telling.areas = std::move(*whole);
      std::vector<geo::Ring> rings;
      for (const geo::Polygon& polygon : wish_.polygons) {
        auto ring = drawn_ring(polygon.rings.front());
        if (!ring) return fail(Code::invalid, ring.error().message, "/polygon");
        rings.push_back(std::move(*ring));
      }
      if (!rings.empty()) telling.areas.push_back(ground_.areas.drawn(rings));
    }
    set_reach();
    return {};
  }

  void set_reach() {
    Covered covered;
    std::set<std::string> counties;
    std::vector<AreaPart> whole;
    if (!wish_.regions.empty()) {
      covered.regions = wish_.regions;
    }
    for (const AreaPart& part : t().areas) {
      for (const std::string& code : part.geocodes) counties.insert(code);
      const bool all = whole_of(part);
      if (all)
        covered.regions.insert(covered.regions.end(), part.geocodes.begin(), part.geocodes.end());
      for (const geo::Ring& ring : part.rings) {
        if (all) continue;
        covered.polygons.push_back({{ring}});
        for (std::string& code : ground_.areas.counties_of(ring)) counties.insert(std::move(code));
      }
    }
    Reach& reach = out_.draft.reach;
    reach = reach_of(covered, ground_.areas.places(), *ground_.workspace->regions);
    for (const std::string& code : reach.regions) counties.insert(code);
    reach.regions.assign(counties.begin(), counties.end());
    out_.draft.region = ground_.areas.common_region(reach.regions);
  }
  // Is it the outline of a county as the desk makes it, or without any?
  bool whole_of(const AreaPart& part) const {
    if (part.geocodes.size() != 1) return false;
    if (part.rings.empty()) return true;
    const auto county = ground_.areas.whole(part.geocodes);
    return county && county->size() == 1 && county->front().rings == part.rings;
  }

  void set_event() {
    Telling& telling = t();
    if (!wish_.event.empty()) telling.event = wish_.event;
    if (!wish_.event_code.empty()) telling.event_code = wish_.event_code;
    if (const auto category = codec::parse_cap_code<codec::CapCategory>(wish_.category)) {
      telling.category = *category;
    }
    if (telling.event.empty()) error("event-missing at event: name the kind of event");
  }

  void set_level() {
    if (wish_.level) t().level = *wish_.level;
    out_.draft.level = t().level;
  }

  Label where() const {
    if (!out_.draft.region.empty()) return ground_.areas.name_of(out_.draft.region);
    if (!out_.telling.areas.empty()) return out_.telling.areas.front().description;
    return {};
  }

  // For the public the kind of event says more than the rule's threshold.
  void set_group_words() {
    Telling& telling = t();
    telling.headline = headline_of(telling.level, {}, where(), telling.event, telling.status);
    if (telling.description.empty()) {
      const Label level{std::string(codec::level_text(telling.level, "zh")),
                        std::string(codec::level_text(telling.level, "en"))};
      telling.description = {
          format("{}可能发生{}，预警等级为{}。", where().in(Language::zh),
                 telling.event.in(Language::zh), level.zh),
          format("{} is possible in {}; the level is {}.", telling.event.in(Language::en),
                 where().in(Language::en), lower_ascii(level.en))};
    }
  }

  void set_act() {
    Telling& telling = t();
    const WarningAct act = wish_.act;
    if (act == WarningAct::release) return;
    if (wish_.reason.empty()) error("reason-missing at reason: say why");
    telling.type = act == WarningAct::cancel ? CapType::cancel : CapType::update;
    const Level before = sources_.chain->told_level;
    Label word{"更新", "update"};
    if (telling.level > before) word = {"升级", "raised"};
    if (telling.level < before) word = {"降级", "lowered"};
    if (act == WarningAct::cancel) word = {"撤销", "cancelled"};
    if (act == WarningAct::all_clear) word = {"解除", "over"};
    telling.headline = headline_of(telling.level, word, where(), telling.event, telling.status);
    if (act == WarningAct::update) return;
    telling.instruction = {};
    telling.description = {wish_.reason.empty() ? "" : wish_.reason + "。", wish_.reason};
    if (act == WarningAct::cancel) {
      telling.responses = {codec::CapResponse::none};
      if (!wish_.reason.empty()) {
        telling.note += (telling.note.empty() ? "" : "; ") + wish_.reason;
      }
    } else {
      telling.responses = {codec::CapResponse::all_clear};
      telling.urgency = codec::CapUrgency::past;
    }
  }

  // Whoever writes the text anew: that readings are simulated is said in it.
  void say_simulated(Label& text) const {
    const Label words = simulated_words(out_.draft.simulated);
    if (words.empty() || text.empty()) return;
    if (!text.zh.empty() && text.zh.find(words.zh) == std::string::npos) text.zh += words.zh;
    if (!text.en.empty() && text.en.find(words.en) == std::string::npos) text.en += " " + words.en;
  }

  void set_words() {
    Telling& telling = t();
    if (wish_.headline) telling.headline = *wish_.headline;
    if (wish_.description) telling.description = *wish_.description;
    if (wish_.instruction) telling.instruction = *wish_.instruction;
    say_simulated(telling.description);
    telling.headline = cleaned(telling.headline);
    telling.description = cleaned(telling.description);
    telling.instruction = cleaned(telling.instruction);
    for (const auto& [label, name] : {std::pair<const Label&, const char*>(telling.event, "event"),
                                      {telling.headline, "headline"},
                                      {telling.description, "description"}}) {
      if (label.empty() || (!label.zh.empty() && !label.en.empty())) continue;
      out_.draft.findings.push_back(
          format("warning language-missing at {}: is there in one language only; both will show it",
                 name));
    }
    if (telling.headline.empty()) error("headline-missing at headline: say it in one line");
  }

  void finish() {
    Telling& telling = t();
    Draft& draft = out_.draft;
    const bool ends = wish_.act == WarningAct::cancel || wish_.act == WarningAct::all_clear;
    const std::int64_t standard =
        ends ? options_.cleared_ns : options_.valid_ns[static_cast<std::size_t>(telling.level)];
    draft.expires_minutes =
        wish_.expires_minutes.value_or(static_cast<int>(standard / ns_per_minute));
    out_.valid_ns = draft.expires_minutes * ns_per_minute;
    const Zone zone = ground_.workspace->zone;
    Instant sent = to_second(now_);
    // Two within one second: the release will be later than both.
    if (wish_.act != WarningAct::release) {
      sent = std::max(sent, sources_.chain->told_sent + ns_per_second);
    }
    draft.alert = compose(telling, {sent, zone}, {sent + out_.valid_ns, zone});
    draft.alert.sender = options_.sender;
    draft.alert.identifier = stand_in;
    if (wish_.act != WarningAct::release) {
      draft.alert.references =
          WarningPress::references(sources_.messages, sources_.chain->run_from, sent, zone);
    }
    for (const codec::CapFinding& finding : codec::check_cap(draft.alert, ground_.check())) {
      draft.findings.push_back(codec::to_string(finding));
    }
    if (const auto xml = codec::write_cap(draft.alert); !xml) {
      error("not-writable at " + to_string(xml.error()));
    }
    draft.alert.identifier.clear();
    draft.sendable = std::none_of(draft.findings.begin(), draft.findings.end(),
                                  [](const std::string& f) { return f.starts_with("error "); });
    draft.digest = digest_of(draft, telling, wish_, sources_);
  }

  void error(const std::string& what) { out_.draft.findings.push_back("error " + what); }

  const WarningOptions& options_;
  const WarningGround& ground_;
  const Wish& wish_;
  const DraftSources& sources_;
  Instant now_;
  DraftMade out_;
};

}  // namespace

Result<DraftMade> make_draft(const WarningOptions& options, const WarningGround& ground,
                             const Wish& wish, const DraftSources& sources, Instant now) {
  return Drafter(options, ground, wish, sources, now).run();
}

std::string digest_of(const Draft& draft, const Telling& telling, const Wish& wish,
                      const DraftSources& sources) {
  std::string out;
  for (const Part& part : parts_of(draft, telling, wish, sources)) {
    out += (out.empty() ? "" : ".") + short_hash(part.text);
  }
  return out;
}

Label difference(const std::string& shown, const std::string& now) {
  if (shown == now) return {};
  const auto a = split(shown, '.');
  const auto b = split(now, '.');
  const auto names = parts_of({}, {}, {}, {});
  Label out;
  for (std::size_t i = 0; i < b.size() && i < names.size(); ++i) {
    if (i < a.size() && a[i] == b[i]) continue;
    out.zh += (out.zh.empty() ? "" : "、") + names[i].name.zh;
    out.en += (out.en.empty() ? "" : ", ") + names[i].name.en;
  }
  return a.size() == b.size() ? out : Label{"全部", "everything"};
}

}  // namespace cairn::respond
