// SPDX-License-Identifier: Apache-2.0
#include "respond/cap_compose.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace cairn::respond {
namespace {

constexpr std::array<const char*, 4> level_words{"blue", "yellow", "orange", "red"};
constexpr const char* restriction =
    "仅限值守和处置单位内部使用 / For those on duty and the units that respond only";

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

codec::CapInfo info_of(const Telling& t, Language language, codec::CapTime sent,
                       codec::CapTime expires) {
  codec::CapInfo info;
  info.language = language == Language::zh ? "zh-CN" : "en-US";
  info.categories = {t.category};
  info.event = t.event.in(language);
  info.responses = t.responses;
  info.urgency = t.urgency;
  info.certainty = t.certainty;
  if (!t.event_code.empty()) {
    info.event_codes = {{std::string(codec::cap_event_code), t.event_code}};
  }
  info.effective = sent;
  info.expires = expires;
  info.sender_name = t.sender_name.in(language);
  info.headline = t.headline.in(language);
  info.description = t.description.in(language);
  info.instruction = t.instruction.in(language);
  info.web = t.web;
  info.contact = t.contact;
  info.parameters = t.parameters;
  codec::set_level(info, t.level);
  for (const AreaPart& part : t.areas) {
    codec::CapArea area;
    area.description = part.description.in(language);
    area.polygons = part.rings;
    for (const std::string& code : part.geocodes) {
      area.geocodes.push_back({std::string(codec::cap_geocode_division), code});
    }
    info.areas.push_back(std::move(area));
  }
  return info;
}

bool is_chinese(const codec::CapInfo& info) {
  return lower_ascii(info.language).starts_with("zh");
}

}  // namespace

void tell_rule(Telling& telling, const model::RuleDef& rule) {
  const model::RuleResponse& response = rule.response;
  telling.category = codec::parse_cap_code<codec::CapCategory>(response.category)
                         .value_or(codec::CapCategory::other);
  telling.urgency =
      codec::parse_cap_code<codec::CapUrgency>(rule.urgency).value_or(codec::CapUrgency::unknown);
  telling.certainty = codec::parse_cap_code<codec::CapCertainty>(rule.certainty)
                          .value_or(codec::CapCertainty::unknown);
  telling.event = response.event.empty() ? rule.label : response.event;
  if (codec::is_event_code(response.event_code)) telling.event_code = response.event_code;
  telling.responses.clear();
  for (const std::string& word : response.responses) {
    if (const auto code = codec::parse_cap_code<codec::CapResponse>(word)) {
      telling.responses.push_back(*code);
    }
  }
  if (telling.responses.empty()) telling.responses = {codec::CapResponse::monitor};
  telling.instruction = response.instruction.empty() ? rule.text : response.instruction;
}

Label headline_of(Level level, const Label& word, const Label& where, const Label& what,
                  codec::CapStatus status) {
  Label mark;
  if (status == codec::CapStatus::exercise) mark = {"【演练】", "EXERCISE "};
  if (status == codec::CapStatus::test) mark = {"【测试】", "TEST "};
  const std::string zh(codec::level_text(level, "zh-CN"));
  const std::string en(codec::level_text(level, "en-US"));
  return {format("{}[{}预警{}] {} {}", mark.zh, zh, word.zh, where.in(Language::zh),
                 what.in(Language::zh)),
          format("{}[{} warning{}{}] {}: {}", mark.en, en, word.en.empty() ? "" : ", ", word.en,
                 where.in(Language::en), capitalised(what.in(Language::en)))};
}

codec::CapAlert compose(const Telling& t, codec::CapTime sent, codec::CapTime expires) {
  codec::CapAlert out;
  out.sent = sent;
  out.status = t.status;
  out.type = t.type;
  out.scope = t.scope;
  if (t.scope == codec::CapScope::restricted) out.restriction = restriction;
  out.note = t.note;
  out.incidents = t.incidents;
  out.infos = {info_of(t, Language::zh, sent, expires), info_of(t, Language::en, sent, expires)};
  return out;
}

CapWords words_of(const codec::CapAlert& alert) {
  CapWords out;
  bool zh = false;
  bool en = false;
  for (const codec::CapInfo& info : alert.infos) {
    const bool chinese = is_chinese(info);
    bool& seen = chinese ? zh : en;
    if (seen) continue;
    seen = true;
    (chinese ? out.event.zh : out.event.en) = info.event;
    (chinese ? out.headline.zh : out.headline.en) = info.headline;
    (chinese ? out.description.zh : out.description.en) = info.description;
    (chinese ? out.instruction.zh : out.instruction.en) = info.instruction;
  }
  return out;
}

Level level_of(const codec::CapAlert& alert) {
  if (alert.infos.empty()) return Level::blue;
  return codec::level_of(alert.infos.front()).value_or(Level::blue);
}

std::vector<AreaPart> areas_of(const codec::CapAlert& alert) {
  std::vector<AreaPart> out;
  if (alert.infos.empty()) return out;
  for (const codec::CapArea& area : alert.infos.front().areas) {
    AreaPart part;
    part.rings = area.polygons;
    for (const codec::CapValue& code : area.geocodes) {
      if (code.name == codec::cap_geocode_division) part.geocodes.push_back(code.value);
    }
    out.push_back(std::move(part));
  }
  for (const codec::CapInfo& info : alert.infos) {
    for (std::size_t i = 0; i < std::min(out.size(), info.areas.size()); ++i) {
      std::string& text = is_chinese(info) ? out[i].description.zh : out[i].description.en;
      if (text.empty()) text = info.areas[i].description;
    }
  }
  return out;
}

Instant expires_of(const codec::CapAlert& alert, Instant without) {
  std::optional<Instant> out;
  for (const codec::CapInfo& info : alert.infos) {
    if (info.expires) out = std::max(out.value_or(info.expires->at), info.expires->at);
  }
  return out.value_or(without);
}

const char* level_word(Level level) {
  return level_words[static_cast<std::size_t>(level)];
}

std::optional<Level> parse_level_word(std::string_view word) {
  const auto at = std::find(level_words.begin(), level_words.end(), word);
  if (at == level_words.end()) return std::nullopt;
  return static_cast<Level>(at - level_words.begin());
}

}  // namespace cairn::respond
