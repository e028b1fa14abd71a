// SPDX-License-Identifier: Apache-2.0
// The registry as columns: what formulas read. One table a thing type; one row a version of a
// thing; one column a property. Immutable once built; an overlay makes a new one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "model/catalog.hpp"
#include "model/history.hpp"
#include "model/records.hpp"
#include "model/region.hpp"

namespace cairn::model {

// Which member is filled follows from the property's kind:
//   number, integer, boolean, date (days since 1970), time (not exact: use `times`) …
//   number/integer/boolean -> numbers; text -> texts (index into dictionary); date/time -> times;
//   interval/geometry/array -> values. `present` says where a row has a value.
// A series property fills `series` instead, no_series where a thing has none.
struct Column {
  std::vector<std::uint8_t> present;
  std::vector<double> numbers;
  std::vector<std::uint32_t> texts;
  std::vector<std::string> dictionary;
  std::vector<std::int64_t> times;  // ns since 1970 UTC; dates as midnight UTC
  std::vector<Value> values;
  std::vector<SeriesId> series;
  // Rows whose value is an estimate although the thing itself is not (a village's population);
  // empty when there are none. Samples of a series carry their own mark.
  std::vector<std::uint8_t> estimated;
  // Of all its values, where an engine derived them (Snapshot::sources); 0: each row's own.
  std::uint16_t source = 0;
};

struct Table {
  const TypeDef* type = nullptr;
  std::vector<std::string> ids;
  std::vector<Label> names;
  std::vector<RegionIndex> region;   // no_region: outside the tree
  std::vector<geo::Point> position;  // NaN when there is none
  std::vector<std::uint8_t> position_estimated;
  std::vector<Life> status;
  std::vector<Interval> valid;
  std::vector<std::uint8_t> estimated;
  std::vector<std::uint8_t> proposed;  // came with an overlay
  std::vector<std::uint16_t> source;
  std::vector<Column> columns;  // as type->properties
  // Row -> geometry, of the rows that have more than a position: lines, areas, boundaries.
  std::unordered_map<std::uint32_t, Value> shapes;
  std::unordered_multimap<std::string, std::uint32_t> rows_by_id;

  std::size_t size() const { return ids.size(); }
};

struct Snapshot {
  std::shared_ptr<const Catalog> catalog;     // shared: every snapshot of a workspace reads it
  std::shared_ptr<const RegionTree> regions;  // shared: likewise
  std::shared_ptr<const History> history;     // shared: overlays read the base's series
  std::vector<std::shared_ptr<const Table>> tables;  // as catalog->types; shared by overlays
  // given[indicator index] : region -> series
  std::vector<std::unordered_map<RegionIndex, SeriesId>> given;
  std::vector<std::string> sources;  // index -> source key; 0 is "unknown"
  std::vector<SourceDef> derived;    // explains those sources that are runs of an engine
  // The tables as registered, where an engine's values were laid over them (model/derived.hpp);
  // null where not. Empty: nowhere.
  std::vector<std::shared_ptr<const Table>> registered;
  Zone zone;  // civil time of the region

  const Table* table(std::string_view type) const;
};

struct SnapshotInputs {
  std::shared_ptr<const Catalog> catalog;
  std::shared_ptr<const RegionTree> regions;
  Zone zone;
  // Of regions; not owned, read while building. May be null.
  const std::unordered_map<RegionIndex, geo::Geometry>* boundaries = nullptr;
};

// Builds a snapshot. Records that do not fit (unknown type, property, region or unit, a value of
// the wrong kind, NaN, overlapping versions of one id) go to `problems.errors` with their place
// and are left out; the rest is built.
Snapshot build_snapshot(const SnapshotInputs& inputs, const Records& records, Problems& problems);

}  // namespace cairn::model
