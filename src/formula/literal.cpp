// SPDX-License-Identifier: Apache-2.0
#include "formula/literal.hpp"

#include "core/text.hpp"
#include "core/time.hpp"
#include "geo/wkt.hpp"

namespace cairn::formula {

std::optional<model::Value> date_literal(std::string_view text, std::string& problem) {
  const auto date = parse_date(text);
  if (!date) {
    problem = date.error().message;
    return std::nullopt;
  }
  return model::Value{*date};
}

std::optional<model::Value> time_literal(std::string_view text, std::string& problem) {
  const auto time = parse_instant(text);
  if (!time || text.size() <= 10) {
    problem = format("'{}' is not a time; write it as 2020-12-31T08:00:00Z", text);
    return std::nullopt;
  }
  // Beyond these years nanoseconds since 1970 do not fit 64 bits.
  if (*time < start_of({1678, 1, 1}, {}) || *time >= start_of({2262, 1, 1}, {})) {
    problem = format("'{}' is outside the years 1678 to 2261", text);
    return std::nullopt;
  }
  return model::Value{*time};
}

std::optional<model::Value> interval_end_literal(std::string_view text, std::string& problem) {
  if (text.size() > 10) return time_literal(text, problem);
  if (auto date = date_literal(text, problem)) return date;
  problem = format("'{}' is no end of an interval; write a day, a time or '..'", text);
  return std::nullopt;
}

std::optional<geo::Geometry> box_literal(const std::vector<double>& bounds, std::string& problem) {
  if (bounds.size() != 4 && bounds.size() != 6) {
    problem = "BBOX takes four numbers, or six with heights: west, south, east, north";
    return std::nullopt;
  }
  const std::size_t far = bounds.size() / 2;
  const double west = bounds[0], south = bounds[1], east = bounds[far], north = bounds[far + 1];
  if (south > north) {
    problem = "the south of BBOX is above its north; the order is west, south, east, north";
    return std::nullopt;
  }
  for (const geo::Point corner : {geo::Point{west, south}, geo::Point{east, north}}) {
    problem = coordinate_problem({corner});
    if (!problem.empty()) return std::nullopt;
  }
  return geo::box_geometry(west, south, east, north);
}

std::string coordinate_problem(const geo::Geometry& geometry) {
  const geo::Box box = geo::bounds(geometry);
  if (box.empty()) return {};
  if (box.min_x < -180 || box.max_x > 180) {
    return format("longitude {} is outside -180 to 180",
                  number_text(box.min_x < -180 ? box.min_x : box.max_x));
  }
  if (box.min_y < -90 || box.max_y > 90) {
    return format("latitude {} is outside -90 to 90 (the order is longitude, latitude)",
                  number_text(box.min_y < -90 ? box.min_y : box.max_y));
  }
  return {};
}

}  // namespace cairn::formula
