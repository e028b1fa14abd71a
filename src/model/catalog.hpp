// SPDX-License-Identifier: Apache-2.0
// What packs declare: thing types with their properties, indicators, rules, map layers. A catalog
// is the union of all loaded packs; every name is unique over all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/label.hpp"
#include "core/time.hpp"
#include "core/unit.hpp"
#include "model/band.hpp"
#include "model/coverage_rule.hpp"
#include "model/input.hpp"
#include "model/response.hpp"

namespace cairn::model {

enum class PropertyKind : std::uint8_t {
  number,
  integer,
  boolean,
  text,
  time,
  date,
  interval,
  geometry,
  array
};
// "number", … and back; the loader names the allowed words in its error.
const char* to_string(PropertyKind kind);
std::optional<PropertyKind> parse_property_kind(std::string_view text);

struct PropertyDef {
  std::string name;  // ASCII snake_case
  Label label;
  Unit unit;
  PropertyKind kind = PropertyKind::number;
  bool series = false;               // observations in time instead of one attribute
  bool counter = false;              // a meter that only rises; a fall is a reset
  std::optional<Span> every;         // expected interval of observations
  std::optional<Span> max_age;       // an older last value counts as not reported
  std::optional<PeriodKind> period;  // a statistic of that period (implies series)
  std::string formula;               // derived per thing when not empty
  Label note;
  std::string place;  // file:line of the declaration
};

struct TypeDef {
  std::string name;
  Label label;
  std::string pack;
  std::vector<PropertyDef> properties;
  std::string place;

  const PropertyDef* property(std::string_view name) const;
  int property_index(std::string_view name) const;  // -1 when there is none
};

// Further properties that a pack gives a type of another one.
struct TypeExtension {
  std::string type;
  std::string pack;
  std::vector<PropertyDef> properties;
  std::string place;
};

enum class Better : std::uint8_t { higher, lower, neither };
enum class Rollup : std::uint8_t { sum, none };

struct IndicatorDef {
  std::string id;
  std::string pack;
  Label label;
  Unit unit;                     // the unit it is shown in
  std::string formula;           // empty when given
  bool given = false;            // a statistic that somebody reports for a region
  Rollup rollup = Rollup::none;  // of given values: a region without its own is the sum of parts
  Better better = Better::neither;
  int digits = -1;                  // after the decimal point; -1: as the value needs
  std::vector<std::string> levels;  // where it makes sense; empty: everywhere
  Label note;
  std::string place;
};

// A rule whose alert is the cause of others.
struct CauseRef {
  std::string rule;
  std::string same;  // "thing", "county", "town", or a text property that both have the same of
  bool operator==(const CauseRef&) const = default;
};
// What follows from an alert of a rule, besides being shown.
struct RuleResponse {
  std::string hazard;                  // rules of one hazard form one group; empty: the rule itself
  std::vector<CauseRef> caused_by;     // while such an alert is open, this one is a consequence
  std::string incident;                // IncidentKind that a group opens; empty: none
  std::string category;                // of CAP: "Geo"; empty: "Other"
  std::string event_code;              // GB/T 35561; empty: none
  Label event;                         // of CAP: "Landslide"; empty: the rule's label
  std::vector<std::string> responses;  // of CAP: "Evacuate"
  Label instruction;                   // what people shall do
  bool operator==(const RuleResponse&) const = default;
};

struct RuleDef {
  std::string id;
  std::string pack;
  Label label;
  std::string type;                          // of the things it watches
  std::string when;                          // boolean formula in row context; empty with no_data
  std::optional<Span> hold;                  // `for`: how long it must be true, or silence last
  std::string clear;                         // boolean formula that ends it; empty: not when
  std::optional<Span> keep;                  // how long that must be so before a firing ends
  std::string suppress;                      // `while`: true where alerts are only recorded
  std::string no_data;                       // the property whose silence is meant
  bool expected = false;                     // no_data: also of things never heard
  std::string severity, urgency, certainty;  // CAP 1.2 code values
  Label text;
  RuleResponse response;
  std::string place;
};

struct LayerDef {
  std::string id;  // pack.type or as declared
  std::string pack;
  std::string type;
  Label label;
  std::string colour_by;  // property or empty
  std::string symbol = "circle";
  std::string place;
};

struct Quote {
  std::string plan;
  int line = 0;
  std::string text;
  bool operator==(const Quote&) const = default;
};

struct SourceDef {
  std::string key;  // unique as scope/key, e.g. "regions/panxi/census2020"
  std::string files;
  std::string origin;
  std::string licence;
  bool operator==(const SourceDef&) const = default;
};

// One column of a series file feeds one property: value * scale + offset, in `unit`.
struct SeriesColumn {
  std::string column;
  std::string property;
  double scale = 1;
  double offset = 0;
  std::optional<Unit> unit{};  // of the scaled value; nothing: the property's own
  Unit to{};                   // the property's, filled in by the pack loader where `unit` is given
};
// A simulated device instead of a file (simulate/device.hpp).
struct SimulatedSeries {
  std::string kind;  // "slope_water"
  std::uint64_t seed = 1;
  Interval time;  // of its readings, without the end
  Span every;
  std::vector<std::pair<std::string, double>> with;  // parameters
  struct Change {
    Interval time;
    std::string parameter;
    double value = 0;
  };
  std::vector<Change> changes;
  std::vector<Interval> silences;
};
struct SeriesFile {
  std::string file;  // relative to the pack; empty with `simulated`
  std::optional<SimulatedSeries> simulated;
  std::string thing;
  std::string format;                     // csv (default) or as the pack loader documents
  std::vector<std::string> time_columns;  // one ISO column, or year, month, day[, hour[, minute]]
  Zone zone;
  std::optional<Span> lasts;  // a row covers the time from its stamp on; nothing: an instant
  std::vector<SeriesColumn> columns;
  std::vector<std::string> missing;  // texts that mean no value ("NA")
  Label origin;
  bool elsewhere = false;  // measured in another part of the world; the page says so
  std::string source;
  std::string place;
};

// What a replay must give: the value of `formula`, or the firings of `rule` over `thing`.
struct ReplayExpectation {
  std::string formula;
  std::string region;
  std::string at;
  std::string proposal;         // overlay, or empty
  std::optional<double> value;  // nothing: no value expected
  double tolerance = 0;
  std::string rule;
  std::string thing;
  Interval range{Instant::min(), Instant::max()};  // firings that begin in it are compared
  std::vector<Interval> firings;                   // begin, end; an open end is Instant::max()
  std::string incident;        // a kind: when the whole loop opens incidents of it in `region`
  std::vector<Instant> opens;  // of `incident`
  std::string place;
};

struct PackDef {
  std::string id;
  int version = 1;
  Label label;
  Label summary;
  std::vector<Quote> answers;
  std::vector<SeriesFile> series;
  std::vector<ReplayExpectation> replay;
  std::string directory;
};

struct Catalog {
  std::vector<PackDef> packs;
  std::vector<TypeDef> types;
  std::vector<IndicatorDef> indicators;
  std::vector<RuleDef> rules;
  std::vector<LayerDef> layers;
  std::vector<SourceDef> sources;
  std::vector<BandDef> bands;
  std::vector<TypeExtension> extensions;  // that still wait for their type
  std::optional<CoverageDef> coverage;    // how coverage is studied; nothing: it is not
  InputDefs inputs;                       // how devices that use other names are understood
  ResponseDef response;                   // on its way to the workspace, which adds the units

  const TypeDef* type(std::string_view name) const;
  int type_index(std::string_view name) const;  // -1 when there is none
  const IndicatorDef* indicator(std::string_view id) const;
  int indicator_index(std::string_view id) const;
  const PackDef* pack(std::string_view id) const;
  const BandDef* band(std::string_view name) const;  // by id, then by alias; whatever the case
};

}  // namespace cairn::model
