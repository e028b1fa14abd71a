// SPDX-License-Identifier: Apache-2.0
// The eight entity sets of SensorThings over a snapshot.
//
//   Thing               every thing of a pack, and each division that has a series of statistics;
//                       the observed ones come first
//   Datastream          one series property of one thing that has observations
//   Sensor              the procedure that gives a property of a type (one for all its things)
//   ObservedProperty    a series property of a type
//   Observation         one sample; its end of time is the result time
//   Location            where a version of a thing stands; HistoricalLocation since when
//   FeatureOfInterest   an observed thing
//
// Identifiers are whole numbers below 2^53, the same after every start: a hash of the text that
// names the entity ("air:huairou", "air:huairou:pm25"); that text in quotes is understood too. An
// observation's number holds its datastream and its second; the few that share a second or lie on
// a fraction have a text: "air:huairou:pm25|2017-01-01T00:00:00.5Z".
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "model/snapshot.hpp"
#include "server/sta_query.hpp"

namespace cairn::server::sta {

enum class Set : std::uint8_t {
  things,
  locations,
  historical_locations,
  datastreams,
  sensors,
  observed_properties,
  observations,
  features_of_interest
};
inline constexpr std::size_t set_count = 8;

enum class Prop : std::uint8_t {
  id,
  self_link,
  name,
  description,
  properties,
  encoding_type,
  location,
  time,
  observation_type,
  unit_of_measurement,
  observed_area,
  phenomenon_time,
  result_time,
  metadata,
  definition,
  result,
  parameters,
  feature
};

// What a comparison may expect of a property; `any` is not checked.
enum class Kind : std::uint8_t { text, time, geometry, object, any };

struct PropDef {
  Prop prop;
  std::string_view name;
  Kind kind;
};
struct NavDef {
  std::string_view name;
  Set target;
  bool many;
};
std::string_view set_name(Set set);  // "Things"
std::optional<Set> find_set(std::string_view name);
std::span<const PropDef> properties_of(Set set);
std::span<const NavDef> navigation_of(Set set);
const PropDef* find_property(Set set, std::string_view name);  // also "id"
const NavDef* find_navigation(Set set, std::string_view name);

// One entity. `index` is a datastream's for an observation, a thing's for a feature of interest.
struct Ref {
  Set set = Set::things;
  std::uint32_t index = 0;
  model::Sample sample;
};

using Id = std::variant<std::int64_t, std::string>;

class Entities {
 public:
  // The newest versions at `as_of`. References the snapshot, which must outlive it.
  Entities(const model::Snapshot& snapshot, Instant as_of);
  Entities(const Entities&) = delete;  // the maps of names look into the lists
  Entities& operator=(const Entities&) = delete;

  struct Thing {
    std::size_t type = 0;
    std::uint32_t row = 0;
    std::string id;
    std::int64_t number = 0;
    std::vector<std::uint32_t> datastreams;
    std::vector<std::uint32_t> locations;  // of its versions, newest first
  };
  struct Location {
    std::uint32_t thing = 0;
    std::uint32_t row = 0;
    geo::Point at;
    Instant since;
    bool present = false;  // of the version that is a Thing now
    bool estimated = false;
    std::string id;
    std::int64_t number = 0;
  };
  struct Datastream {
    std::uint32_t thing = 0;
    std::uint32_t procedure = 0;
    model::SeriesId series = model::no_series;
    std::size_t count = 0;  // of observations
    Interval extent;        // of their times
    Instant first_end;      // end of the oldest one
    Instant last_end;
    bool begins_ascend = true;  // in the order of their ends, which is the history's
    std::string id;
    std::int64_t number = 0;
    std::int64_t slot = 0;  // its part of the numbers of observations
  };
  // A series property of a type: both the sensor and the observed property.
  struct Procedure {
    std::size_t type = 0;
    std::size_t property = 0;
    std::vector<std::uint32_t> datastreams;
    std::string id;
    std::int64_t number = 0;
  };

  const model::Snapshot& snapshot() const { return snapshot_; }
  std::size_t size(Set set) const;  // of observations: all there are
  const Thing& thing(std::size_t i) const { return things_[i]; }
  const Location& location(std::size_t i) const { return locations_[i]; }
  const Datastream& datastream(std::size_t i) const { return datastreams_[i]; }
  const Procedure& procedure(std::size_t i) const { return procedures_[i]; }
  const model::PropertyDef& property_def(const Procedure& p) const;
  // The thing an entity belongs to (not for sensors and observed properties).
  std::uint32_t thing_of(const Ref& ref) const;

  // By number or text.
  std::optional<Ref> find(Set set, const Id& id) const;
  Id id(const Ref& ref) const;
  // Its text form, whatever id() is.
  std::string text_id(const Ref& ref) const;

  std::optional<Ref> one(const Ref& from, const NavDef& nav) const;
  // Entities of a to-many navigation other than Observations, in default order.
  std::vector<Ref> many(const Ref& from, const NavDef& nav) const;
  // The datastreams whose observations a navigation gives.
  std::vector<std::uint32_t> observed(const Ref& from) const;

  model::Sample first_sample(std::uint32_t datastream) const;

 private:
  void add_things(Instant as_of);
  void add_versions(std::size_t type, Instant as_of);
  void add_locations(std::uint32_t thing, const std::vector<std::uint32_t>& rows);
  void add_datastreams();
  void add_series(std::uint32_t thing, std::size_t property, model::SeriesId series);
  void number_all();
  std::optional<Ref> find_observation(const Id& id) const;
  std::optional<std::uint32_t> find_index(Set set, const Id& id) const;

  const model::Snapshot& snapshot_;
  std::vector<Thing> things_;
  std::size_t observed_things_ = 0;  // these stand first
  std::vector<Location> locations_;
  std::vector<Datastream> datastreams_;
  std::vector<Procedure> procedures_;
  std::size_t observations_ = 0;
  std::unordered_map<std::size_t, std::uint32_t> procedure_index_;  // type << 16 | property
  // By set: things, locations, datastreams, procedures share their maps.
  struct Names {
    std::unordered_map<std::int64_t, std::uint32_t> numbers;
    std::unordered_map<std::string_view, std::uint32_t> texts;
  };
  Names thing_names_, location_names_, datastream_names_, procedure_names_;
  std::unordered_map<std::int64_t, std::uint32_t> slots_;
};

// A property as a value for expressions; objects have none.
Value value_of(const Entities& entities, const Ref& ref, Prop prop);
}  // namespace cairn::server::sta
