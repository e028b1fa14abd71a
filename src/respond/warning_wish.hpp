// SPDX-License-Identifier: Apache-2.0
// What a person asks for when a warning for the public is prepared: what is left open is filled in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"
#include "geo/geometry.hpp"
#include "respond/group.hpp"

namespace cairn::respond {

enum class WarningAct : std::uint8_t {
  release,
  update,
  all_clear,  // it is over
  cancel,     // it was wrong, or another one stands for it
};
const char* to_string(WarningAct act);

struct Wish {
  WarningAct act = WarningAct::release;
  std::string warning;   // that is updated or ended
  std::string group;     // of alerts, that it is made of
  std::string incident;  // likewise
  std::optional<Level> level;
  Label event;
  std::string event_code;            // GB/T 35561
  std::string category;              // of CAP
  std::vector<std::string> regions;  // codes of counties, towns, prefectures: whole ones
  std::vector<geo::Polygon> polygons;
  std::optional<Label> headline;
  std::optional<Label> description;
  std::optional<Label> instruction;
  std::optional<int> expires_minutes;
  std::string status;  // Actual, Exercise, Test; empty: as the house stands
  std::string note;    // of an exercise or test
  std::string reason;  // of an update or the end
  bool operator==(const Wish&) const = default;
};

// JSON as docs/api/openapi.yaml has it (WarningWish). Members of `beside` are passed over. Error:
// place is a JSON pointer.
Result<Wish> read_wish(std::string_view json, std::vector<std::string> beside = {});
std::string wish_json(const Wish& wish);

}  // namespace cairn::respond
