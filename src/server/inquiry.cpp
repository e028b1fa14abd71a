// SPDX-License-Identifier: Apache-2.0
#include "server/inquiry.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "server/map_data.hpp"
#include "watch/regions.hpp"

namespace cairn::server {

using model::no_region;
using model::RegionIndex;

std::string date_text(Instant t, Zone zone) {
  if (start_of(date_of(t, zone), zone) == t) return to_string(watch::last_day(t, zone));
  return to_string(t, zone);
}

void Inquiry::set_at(std::string_view text, std::string_view place) {
  const auto parsed = parse_as_of(text, zone());
  if (!parsed) {
    refuse(Error{Code::invalid, parsed.error().message, std::string(place)});
    return;
  }
  as_of_ = *parsed;
}

void Inquiry::read_at() {
  if (const auto text = params.text("at")) set_at(*text, "query:at");
}

void Inquiry::read_overlay() {
  overlay_ = params.text_or("overlay", "");
}

std::optional<model::Level> Inquiry::level(std::string_view name) {
  const auto word =
      params.word(name, {"zone", "province", "prefecture", "county", "town", "village"});
  return word ? model::parse_level(*word) : std::nullopt;
}

RegionIndex Inquiry::region_of(std::string_view code, std::string place) {
  const auto found = call_.state->workspace->regions->require(code);
  if (found) return *found;
  refuse(Error{found.error().code, found.error().message, std::move(place)});
  return no_region;
}

RegionIndex Inquiry::region(std::string_view name) {
  const auto code = params.text(name);
  return region_of(code ? *code : call_.state->workspace->home, format("query:{}", name));
}

RegionIndex Inquiry::region_or_none(std::string_view name) {
  const auto code = params.text(name);
  return code ? region_of(*code, format("query:{}", name)) : no_region;
}

Page Inquiry::page(std::size_t standard, std::size_t most) {
  Page out;
  const auto limit = params.integer("limit", 1, static_cast<std::int64_t>(most));
  out.limit = limit ? static_cast<std::size_t>(*limit) : standard;
  // The cursor is the position: it stays right as long as the state does.
  if (const auto cursor = params.text("cursor")) {
    const auto offset = parse_integer(*cursor);
    if (!offset || *offset < 0) params.complain("cursor", "this is no cursor of an earlier answer");
    out.offset = offset && *offset > 0 ? static_cast<std::size_t>(*offset) : 0;
  }
  return out;
}

std::optional<Instant> Inquiry::moment(std::string_view name, bool end) {
  const auto text = params.text(name);
  if (!text) return std::nullopt;
  if (const auto period = parse_period(*text, zone())) return end ? period->end : period->begin;
  const auto instant = parse_instant(*text, zone());
  if (!instant) {
    params.complain(name, instant.error().message);
    return std::nullopt;
  }
  return *instant;
}

void Inquiry::refuse(const Error& error) {
  refuse(problem(error));
}

void Inquiry::refuse(Response response) {
  if (!refusal_) refusal_ = std::move(response);
}

bool Inquiry::ready() {
  auto complaints = params.done();
  if (!complaints.empty()) refusal_ = problem(std::move(complaints));
  if (refusal_) return false;
  auto overlaid = call_.state->overlaid(overlay_);
  if (!overlaid) {
    refuse(overlaid.error());
    return false;
  }
  reading_ = std::make_unique<Reading>(call_.state, std::move(*overlaid), as_of_);
  return true;
}

Response Inquiry::refusal() {
  return std::move(*refusal_);
}

std::string Inquiry::map_key() const {
  const bool present = call_.state->generation && overlay_.empty() && as_of_ == call_.today;
  return present ? std::string(MapData::present_key) : state_key();
}

std::string Inquiry::at_text() const {
  return date_text(as_of_, zone());
}

Response formula_problem(const Error& error, std::string_view formula) {
  Complaint complaint{"formula", error.message, std::nullopt, 1, {}};
  const std::size_t colon = error.place.find(':');
  const auto line = parse_integer(std::string_view(error.place).substr(0, colon));
  const auto column = colon == std::string::npos
                          ? std::nullopt
                          : parse_integer(std::string_view(error.place).substr(colon + 1));
  if (line && column) {
    complaint.place = "formula:" + error.place;
    std::size_t at = 0;  // code points before the place
    std::int64_t row = 1;
    for (std::size_t i = 0; i < formula.size() && row < *line; ++at) {
      if (next_code_point(formula, i) == U'\n') ++row;
    }
    complaint.offset = at + static_cast<std::size_t>(std::max<std::int64_t>(*column, 1) - 1);
  }
  const int status = error.code == Code::too_large ? 413 : 400;
  return problem(status, error.message, {std::move(complaint)});
}

}  // namespace cairn::server
