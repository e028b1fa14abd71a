// SPDX-License-Identifier: Apache-2.0
// Messages of warnings in both languages, from what they tell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "codec/cap.hpp"
#include "core/label.hpp"
#include "model/catalog.hpp"
#include "respond/area.hpp"
#include "respond/group.hpp"

namespace cairn::respond {

// All but identifier, sender and times.
struct Telling {
  codec::CapStatus status = codec::CapStatus::actual;
  codec::CapType type = codec::CapType::alert;
  codec::CapScope scope = codec::CapScope::restricted;
  std::string note;
  Level level = Level::blue;
  codec::CapCategory category = codec::CapCategory::other;
  codec::CapUrgency urgency = codec::CapUrgency::unknown;
  codec::CapCertainty certainty = codec::CapCertainty::unknown;
  std::string event_code;  // GB/T 35561
  std::vector<codec::CapResponse> responses;
  Label event;
  Label headline;
  Label description;
  Label instruction;
  Label sender_name;
  std::string web;
  std::string contact;
  std::vector<codec::CapValue> parameters;  // besides the colour
  std::vector<std::string> incidents;
  std::vector<AreaPart> areas;
};

// What a rule says of its messages.
void tell_rule(Telling& telling, const model::RuleDef& rule);
// "[橙色预警] 金阳县 滑坡"; `word` says what became of it: 升级, 解除, … with its English.
Label headline_of(Level level, const Label& word, const Label& where, const Label& what,
                  codec::CapStatus status);
// In Chinese and English, with equal times, level and areas.
codec::CapAlert compose(const Telling& telling, codec::CapTime sent, codec::CapTime expires);

// The texts of a message: zh from its info in Chinese, en from the other one.
struct CapWords {
  Label event, headline, description, instruction;
};
CapWords words_of(const codec::CapAlert& alert);
// The level of its first info; blue, when it says none.
Level level_of(const codec::CapAlert& alert);
// Its areas with the descriptions of both languages.
std::vector<AreaPart> areas_of(const codec::CapAlert& alert);
// When the last info expires; `without` when none says it.
Instant expires_of(const codec::CapAlert& alert, Instant without);

const char* level_word(Level level);  // "orange"
std::optional<Level> parse_level_word(std::string_view word);

}  // namespace cairn::respond
