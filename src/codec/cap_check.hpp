// SPDX-License-Identifier: Apache-2.0
// What is wrong with a warning beyond its schema: times that contradict each other, references
// that lead nowhere, areas that are none. A message that validates can still warn nobody.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/cap.hpp"

namespace cairn::codec {

enum class CapRule : std::uint8_t {
  identifier_form,
  sender_form,
  restriction_missing,
  restriction_unused,
  addresses_missing,
  references_missing,
  references_form,
  references_itself,
  references_later,
  references_unused,
  note_missing,
  info_missing,
  category_missing,
  event_missing,
  language_form,
  language_twice,
  languages_disagree,
  effective_before_sent,
  expires_missing,
  expires_too_early,
  onset_after_expiry,
  level_unknown,
  level_disagrees,
  code_form,
  headline_long,
  uri_form,
  resource_empty,
  digest_form,
  area_missing,
  area_without_place,
  area_description_missing,
  polygon_short,
  polygon_open,
  polygon_touches_itself,
  polygon_crosses_itself,
  polygon_wide,
  coordinate_range,
  coordinates_swapped,
  circle_radius,
  ceiling_alone,
  ceiling_low,
};
// "references-missing": the stable name of a rule.
std::string_view to_string(CapRule rule);

// An error forbids sending the message; a warning is for the person who releases it.
enum class CapWeight : std::uint8_t { warning, error };

struct CapFinding {
  CapRule rule = CapRule::identifier_form;
  CapWeight weight = CapWeight::error;
  std::string place;    // "info[1]/area[2]/polygon[1]"
  std::string message;  // what is wrong and what to do
  bool operator==(const CapFinding&) const = default;
};

struct CapCheckOptions {
  // Where the sender's areas lie (degrees). An area outside it that would lie inside with latitude
  // and longitude changed is an error; without it only impossible latitudes are noticed.
  std::optional<geo::Box> home;
};

// In the order of the elements. No clock: a message that has expired is still a right message.
std::vector<CapFinding> check_cap(const CapAlert& alert, const CapCheckOptions& options = {});

bool has_errors(const std::vector<CapFinding>& findings);
// "error expires-too-early at info[1]/expires: …"
std::string to_string(const CapFinding& finding);

}  // namespace cairn::codec
