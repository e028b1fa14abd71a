// SPDX-License-Identifier: Apache-2.0
// Literals that the text and the JSON encoding of CQL2 share. Nothing is returned when the input
// is wrong; `problem` then says why.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "geo/geometry.hpp"
#include "model/value.hpp"

namespace cairn::formula {

// '2020-12-31' of DATE.
std::optional<model::Value> date_literal(std::string_view text, std::string& problem);
// '2020-12-31T08:00:00Z' of TIMESTAMP.
std::optional<model::Value> time_literal(std::string_view text, std::string& problem);
// An end of INTERVAL: a date or a time.
std::optional<model::Value> interval_end_literal(std::string_view text, std::string& problem);
// Four or six numbers of BBOX: west, south[, low], east, north[, high].
std::optional<geo::Geometry> box_literal(const std::vector<double>& bounds, std::string& problem);
// What is wrong with the coordinates, or nothing: longitude -180..180, latitude -90..90.
std::string coordinate_problem(const geo::Geometry& geometry);

}  // namespace cairn::formula
