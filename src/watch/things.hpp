// SPDX-License-Identifier: Apache-2.0
// Finding things, and what is known of one of them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "watch/view.hpp"

namespace cairn::watch {

// One version of a thing: a row of a table of the snapshot.
struct ThingRef {
  std::size_t type = 0;  // index into catalog types and snapshot tables
  std::uint32_t row = 0;
  bool operator==(const ThingRef&) const = default;
};

struct ThingFilter {
  std::string type = {};                         // empty: all that are no divisions
  model::RegionIndex region = model::no_region;  // none: anywhere
  std::string text = {};                         // part of a name or beginning of an id
  std::optional<geo::Box> box = {};
  std::optional<model::Life> status = {};  // none: all but retired
};

// Versions valid at the date, in order of id.
Result<std::vector<ThingRef>> find_things(const View& view, const ThingFilter& filter);

// The version valid at the date, otherwise the newest one; by id, over all types.
Result<ThingRef> find_thing(const View& view, std::string_view id);

struct PropertyValue {
  const model::PropertyDef* def = nullptr;
  std::optional<double> value;  // numbers; truth values as 0 and 1
  std::string text;             // texts, times and dates
  std::optional<Instant> time;  // of the observation
  bool stale = false;           // older than max_age
  bool has_series = false;
  bool estimated = false;
  std::uint16_t source =
      0;                    // of a value that an engine derived (Snapshot::sources); 0: the thing's
  std::string_view reason;  // why there is none
};
PropertyValue property_value(const View& view, ThingRef thing, std::size_t property);
std::vector<PropertyValue> property_values(const View& view, ThingRef thing);
// One numeric property of many things of one type.
std::vector<std::optional<double>> property_numbers(const View& view,
                                                    std::span<const ThingRef> things,
                                                    std::size_t property);

struct ThingPoint {
  Instant at;
  double value = 0;
  double least = 0;
  double greatest = 0;
};
struct ThingSeries {
  std::size_t count = 0;    // observations in the span
  bool aggregated = false;  // points are means of equal spans of time
  std::optional<Instant> first;
  std::optional<Instant> last;
  std::vector<ThingPoint> points;
};
// Observations that end in (after, until].
ThingSeries thing_series(const View& view, ThingRef thing, std::size_t property, Instant after,
                         Instant until, std::size_t max_points);

}  // namespace cairn::watch
