// SPDX-License-Identifier: Apache-2.0
// Facts as they arrive from files, imports and proposals, before they are built into a snapshot.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/label.hpp"
#include "core/time.hpp"
#include "model/value.hpp"

namespace cairn::model {

enum class Life : std::uint8_t { planned, building, live, retired };
const char* to_string(Life life);
std::optional<Life> parse_life(std::string_view text);

// One version of a thing. Several records with one id and disjoint `valid` are its versions. For
// a thing whose type is a level (village, county …) the id is the region's code.
struct Thing {
  std::string id;
  std::string type;
  std::string region;  // code of the smallest known region it lies in
  Label name;
  std::optional<geo::Point> position;
  geo::Geometry geometry;  // when it is more than a point
  Life status = Life::live;
  Interval valid{Instant::min(), Instant::max()};
  bool estimated = false;
  std::string source;
  std::vector<std::pair<std::string, Value>> properties;
  std::string place;  // file:line it was read from
  // Imported things that stand take the place of the estimated ones of their type and county; true
  // for those that are to stand beside them.
  bool beside_estimated = false;

  // What is only planned or gone says nothing about what stands.
  bool replaces_estimated() const {
    return !estimated && !beside_estimated && status == Life::live;
  }
};

// A numeric observation of a thing's property; time.begin == time.end for an instant. Text and
// truth series are coded by the importer (true = 1).
struct Observation {
  std::string thing;
  std::string property;
  Interval time;
  double value = 0;
  bool estimated = false;
  std::string source;
};

// A statistic of a region for a period: of a property of the region's level type, or of a `given`
// indicator. `unit` is as reported; the builder converts.
struct Statistic {
  std::string region;
  std::string property;
  Interval period;
  double value = 0;
  std::string unit;
  bool estimated = false;
  std::string source;
  std::string place;
};

struct Records {
  std::vector<Thing> things;
  std::vector<Observation> observations;
  std::vector<Statistic> statistics;
};

}  // namespace cairn::model
