// SPDX-License-Identifier: Apache-2.0
#include "model/derived.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "model/table_builder.hpp"

namespace cairn::model {
namespace {

class DerivedLayer {
 public:
  DerivedLayer(Table& table, Zone zone, std::vector<std::size_t> properties)
      : table_(table), builder_(table, zone), properties_(std::move(properties)) {}

  Status lay(const DerivedThing& thing) {
    std::vector<std::uint32_t> rows;
    const auto [first, last] = table_.rows_by_id.equal_range(thing.id);
    for (auto at = first; at != last; ++at) rows.push_back(at->second);
    if (rows.empty()) {
      return fail(Code::not_found, format("there is no {} '{}'", table_.type->name, thing.id));
    }
    std::sort(rows.begin(), rows.end());
    for (const std::uint32_t row : rows) {
      if (auto done = lay(thing, row); !done) return done;
    }
    return {};
  }

 private:
  // One version of the thing as it was registered: split where derived values change in it.
  Status lay(const DerivedThing& thing, std::uint32_t row) {
    const Instant end = table_.valid[row].end;
    auto next = thing.versions.begin();
    for (; next != thing.versions.end() && next->from < end; ++next) {
      if (next->from > table_.valid[row].begin) {
        const std::uint32_t later = builder_.duplicate(row);
        table_.valid[row].end = next->from;
        table_.valid[later].begin = next->from;
        row = later;
      }
      if (auto done = set(row, *next, thing.estimated); !done) return done;
    }
    return {};
  }

  Status set(std::uint32_t row, const DerivedVersion& version, bool estimated) {
    for (const auto& [index, value] : version.changes) {
      if (index >= properties_.size()) {
        return fail(Code::internal, format("there is no derived property number {}", index));
      }
      const std::size_t property = properties_[index];
      if (auto done = builder_.set(row, property, value); !done) return done;
      builder_.mark_estimated(row, property, estimated && !value.missing());
    }
    return {};
  }

  Table& table_;
  TableBuilder builder_;
  std::vector<std::size_t> properties_;
};

}  // namespace

Result<Snapshot> lay_derived(const Snapshot& base, const DerivedValues& values) {
  const int type = base.catalog->type_index(values.type);
  if (type < 0) {
    return fail(Code::not_found, format("no pack declares the type '{}'", values.type));
  }
  const auto t = static_cast<std::size_t>(type);
  const TypeDef& def = base.catalog->types[t];
  std::vector<std::size_t> properties;
  for (const std::string& name : values.properties) {
    const int index = def.property_index(name);
    if (index < 0) {
      return fail(Code::not_found, format("the type {} has no property '{}'", def.name, name));
    }
    properties.push_back(static_cast<std::size_t>(index));
  }
  Snapshot out = base;
  const auto known = std::find(out.sources.begin(), out.sources.end(), values.source.key);
  const auto source = static_cast<std::uint16_t>(known - out.sources.begin());
  if (known == out.sources.end()) {
    if (out.sources.size() >= 0xFFFF) {
      return fail(Code::too_large, "a snapshot has at most 65,535 sources");
    }
    out.sources.push_back(values.source.key);
  }
  out.derived.push_back(values.source);
  out.registered.resize(out.tables.size());
  if (out.registered[t] == nullptr) out.registered[t] = base.tables[t];
  const auto table = std::make_shared<Table>(*base.tables[t]);
  for (const std::size_t property : properties) table->columns[property].source = source;
  DerivedLayer layer(*table, base.zone, std::move(properties));
  for (const DerivedThing& thing : values.things) {
    if (auto done = layer.lay(thing); !done) return fail(done.error());
  }
  out.tables[t] = table;
  return out;
}

namespace {

// Series are those of a thing, whatever its version: since the values were laid over the table
// its things may have got others (those of the live log).
std::shared_ptr<const Table> with_series_of(const Table& present,
                                            const std::shared_ptr<const Table>& registered) {
  std::shared_ptr<Table> out;
  for (std::size_t c = 0; c < registered->columns.size(); ++c) {
    if (!registered->type->properties[c].series) continue;
    if (out == nullptr) out = std::make_shared<Table>(*registered);
    auto& series = out->columns[c].series;
    for (std::uint32_t row = 0; row < out->size(); ++row) {
      const auto at = present.rows_by_id.find(out->ids[row]);
      if (at != present.rows_by_id.end()) series[row] = present.columns[c].series[at->second];
    }
  }
  return out == nullptr ? registered : std::shared_ptr<const Table>(std::move(out));
}

}  // namespace

Snapshot without_derived(const Snapshot& snapshot) {
  Snapshot out = snapshot;
  for (std::size_t t = 0; t < out.registered.size(); ++t) {
    if (out.registered[t] == nullptr) continue;
    out.tables[t] = with_series_of(*snapshot.tables[t], out.registered[t]);
  }
  out.registered.clear();
  out.derived.clear();
  return out;
}

}  // namespace cairn::model
