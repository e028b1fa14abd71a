// SPDX-License-Identifier: Apache-2.0
#include "model/snapshot.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "core/text.hpp"
#include "model/table_builder.hpp"

namespace cairn::model {
namespace {

class Builder {
 public:
  Builder(const SnapshotInputs& inputs, Problems& problems)
      : catalog_(*inputs.catalog),
        regions_(*inputs.regions),
        boundaries_(inputs.boundaries),
        problems_(problems) {
    out_.catalog = inputs.catalog;
    out_.regions = inputs.regions;
    out_.zone = inputs.zone;
    out_.sources.emplace_back("unknown");
    out_.given.resize(catalog_.indicators.size());
    for (const TypeDef& type : catalog_.types) {
      auto table = std::make_shared<Table>();
      table->type = &type;
      table->columns.resize(type.properties.size());
      tables_.push_back(table);
    }
    for (const auto& table : tables_) builders_.emplace_back(*table, inputs.zone);
  }

  Snapshot build(const Records& records) {
    add_regions();
    for (const Thing& thing : records.things) add(thing);
    check_versions(records);
    for (const Observation& observation : records.observations) add(observation);
    for (const Statistic& statistic : records.statistics) add(statistic);
    history_->sort();
    out_.history = history_;
    out_.tables.assign(tables_.begin(), tables_.end());
    return std::move(out_);
  }

 private:
  // The regions of each level are the things of the type of that name, if a pack declares it.
  void add_regions() {
    for (RegionIndex index = 0; index < regions_.size(); ++index) {
      const Region& region = regions_[index];
      const int type = catalog_.type_index(to_string(region.level));
      if (region.level == Level::zone || type < 0) continue;
      Thing thing;
      thing.id = region.code;
      thing.name = region.name;
      thing.position = region.position;
      if (boundaries_ != nullptr) {
        if (const auto at = boundaries_->find(index); at != boundaries_->end()) {
          thing.geometry = at->second;
        }
      }
      thing.valid = region.valid;
      const auto t = static_cast<std::size_t>(type);
      const std::uint32_t row = builders_[t].append(thing, index, source(region.source));
      tables_[t]->position_estimated[row] = region.estimated;
    }
  }

  void add(const Thing& thing) {
    const int type = catalog_.type_index(thing.type);
    if (type < 0) {
      const auto near = nearest(thing.type, type_names());
      problems_.error(thing.place, format("thing {}: no pack declares the type '{}'{}", thing.id,
                                          thing.type, suggestion(near)));
      return;
    }
    const auto t = static_cast<std::size_t>(type);
    const bool is_region = parse_level(thing.type).has_value();
    std::uint32_t row = 0;
    if (is_region) {
      const auto at = tables_[t]->rows_by_id.find(region_code(thing.id));
      if (at == tables_[t]->rows_by_id.end()) {
        problems_.error(thing.place,
                        format("there is no {} with the code {}", thing.type, thing.id),
                        Code::not_found);
        return;
      }
      row = at->second;
      if (!thing.geometry.empty()) tables_[t]->shapes[row] = {thing.geometry};
      if (thing.position) {
        tables_[t]->position[row] = *thing.position;
        tables_[t]->position_estimated[row] = thing.estimated;
      }
    } else {
      const RegionIndex region = regions_.find(thing.region);
      if (region == no_region && !thing.region.empty()) {
        problems_.error(
            thing.place,
            format("thing {} names the region '{}', which is not known", thing.id, thing.region),
            Code::not_found);
        return;
      }
      row = builders_[t].append(thing, region, source(thing.source));
    }
    for (const auto& [name, value] : thing.properties) {
      set_property(thing, t, row, name, value, is_region);
    }
  }

  void set_property(const Thing& thing, std::size_t type, std::uint32_t row,
                    const std::string& name, const Value& value, bool is_region) {
    const TypeDef& def = catalog_.types[type];
    const int property = def.property_index(name);
    if (property < 0) {
      // A wrong header would be told for each row.
      if (!unknown_.insert(def.name + "." + name).second) return;
      std::vector<std::string> names;
      for (const PropertyDef& p : def.properties) names.push_back(p.name);
      problems_.error(thing.place, format("thing {}: the type {} has no property '{}'{}", thing.id,
                                          def.name, name, suggestion(nearest(name, names))));
      return;
    }
    const auto p = static_cast<std::size_t>(property);
    if (auto done = builders_[type].set(row, p, value); !done) {
      problems_.error(thing.place, format("thing {}: {}", thing.id, done.error().message));
      return;
    }
    if (is_region) builders_[type].mark_estimated(row, p, thing.estimated && !value.missing());
  }

  // Versions of one thing must not overlap in time.
  void check_versions(const Records& records) {
    for (const auto& table : tables_) {
      std::map<std::string, std::vector<std::uint32_t>> versions;
      for (std::uint32_t row = 0; row < table->size(); ++row) {
        if (table->rows_by_id.count(table->ids[row]) > 1) {
          versions[table->ids[row]].push_back(row);
        }
      }
      for (auto& [id, rows] : versions) {
        std::sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
          return table->valid[a].begin < table->valid[b].begin;
        });
        for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
          const Interval& first = table->valid[rows[i]];
          Interval& second = table->valid[rows[i + 1]];
          if (first.end <= second.begin) continue;
          const std::string when =
              second.begin == Instant::min() ? "one time" : to_string(second.begin);
          problems_.error(place_of(records, id, second.begin),
                          format("the {} {} has two versions valid at {}; the second is left out",
                                 table->type->name, id, when),
                          Code::conflict);
          second = {Instant::max(), Instant::max()};
        }
      }
    }
  }

  // Of the last row that says so.
  static std::string place_of(const Records& records, const std::string& id, Instant begin) {
    const auto at = std::find_if(
        records.things.rbegin(), records.things.rend(),
        [&](const Thing& thing) { return thing.id == id && thing.valid.begin == begin; });
    return at == records.things.rend() ? std::string() : at->place;
  }

  void add(const Observation& observation) {
    if (!std::isfinite(observation.value)) {
      problems_.error(observation.thing, format("{} is not a finite number", observation.property));
      return;
    }
    bool known = false;
    for (std::size_t t = 0; t < tables_.size(); ++t) {
      const auto [first, last] = tables_[t]->rows_by_id.equal_range(observation.thing);
      if (first == last) continue;
      known = true;
      const int property = catalog_.types[t].property_index(observation.property);
      if (property < 0 ||
          !catalog_.types[t].properties[static_cast<std::size_t>(property)].series) {
        continue;
      }
      SeriesId series = no_series;
      auto& column = tables_[t]->columns[static_cast<std::size_t>(property)].series;
      for (auto at = first; at != last; ++at) {
        if (column[at->second] != no_series) series = column[at->second];
      }
      if (series == no_series) series = history_->create();
      for (auto at = first; at != last; ++at) column[at->second] = series;
      history_->add(series, {observation.time, observation.value, observation.estimated,
                             source(observation.source)});
      return;
    }
    problems_.error(observation.thing,
                    known ? format("it has no series '{}'", observation.property)
                          : format("an observation of '{}' for a thing that is not known",
                                   observation.property),
                    Code::not_found);
  }

  void add(const Statistic& statistic) {
    const RegionIndex region = regions_.find(statistic.region);
    if (region == no_region) {
      problems_.error(statistic.place, format("there is no region '{}'", statistic.region),
                      Code::not_found);
      return;
    }
    const int type = catalog_.type_index(to_string(regions_[region].level));
    const int property =
        type < 0
            ? -1
            : catalog_.types[static_cast<std::size_t>(type)].property_index(statistic.property);
    const int indicator = catalog_.indicator_index(statistic.property);
    const Unit* unit = nullptr;
    SeriesId* slot = nullptr;
    if (property >= 0) {
      const auto t = static_cast<std::size_t>(type);
      const auto p = static_cast<std::size_t>(property);
      const PropertyDef& def = catalog_.types[t].properties[p];
      const auto row = tables_[t]->rows_by_id.find(regions_[region].code);
      if (!def.series || row == tables_[t]->rows_by_id.end()) {
        problems_.error(statistic.place, format("'{}' of a {} is not a series; declare it with "
                                                "`series: true`",
                                                statistic.property, catalog_.types[t].name));
        return;
      }
      unit = &def.unit;
      slot = &tables_[t]->columns[p].series[row->second];
    } else if (indicator >= 0 && catalog_.indicators[static_cast<std::size_t>(indicator)].given) {
      const auto i = static_cast<std::size_t>(indicator);
      unit = &catalog_.indicators[i].unit;
      slot = &out_.given[i].try_emplace(region, no_series).first->second;
    } else {
      problems_.warning(statistic.place,
                        format("no pack declares '{}' as a property of {} or as a given indicator;"
                               " the value is not used",
                               statistic.property, to_string(regions_[region].level)));
      return;
    }
    store(statistic, *unit, *slot);
  }

  void store(const Statistic& statistic, const Unit& unit, SeriesId& slot) {
    const auto from = parse_unit(statistic.unit);
    if (!from) {
      problems_.error(statistic.place, from.error().message);
      return;
    }
    if (!from->compatible(unit)) {
      problems_.error(statistic.place, format("'{}' is kept in {} and cannot be given in {}",
                                              statistic.property, unit.text, statistic.unit));
      return;
    }
    const double value = convert(statistic.value, *from, unit);
    if (!std::isfinite(value)) {
      problems_.error(statistic.place, format("'{}' is not a finite number", statistic.property));
      return;
    }
    if (slot == no_series) slot = history_->create();
    history_->add(slot, {statistic.period, value, statistic.estimated, source(statistic.source)});
  }

  std::uint16_t source(const std::string& key) {
    if (key.empty()) return 0;
    const auto [at, added] =
        source_index_.emplace(key, static_cast<std::uint16_t>(out_.sources.size()));
    if (added) {
      if (out_.sources.size() >= 0xFFFF) return 0;
      out_.sources.push_back(key);
    }
    return at->second;
  }

  std::string region_code(const std::string& id) const {
    const RegionIndex index = regions_.find(id);
    return index == no_region ? id : regions_[index].code;
  }

  std::vector<std::string> type_names() const {
    std::vector<std::string> names;
    for (const TypeDef& type : catalog_.types) names.push_back(type.name);
    return names;
  }

  static std::string suggestion(const std::optional<std::string>& near) {
    return near ? format("; did you mean '{}'?", *near) : std::string();
  }

  const Catalog& catalog_;
  const RegionTree& regions_;
  const std::unordered_map<RegionIndex, geo::Geometry>* boundaries_;
  Problems& problems_;
  Snapshot out_;
  std::vector<std::shared_ptr<Table>> tables_;
  std::vector<TableBuilder> builders_;
  std::shared_ptr<MemoryHistory> history_ = std::make_shared<MemoryHistory>();
  std::unordered_map<std::string, std::uint16_t> source_index_;
  std::set<std::string> unknown_;  // "type.property" of things that no pack declares
};

}  // namespace

const Table* Snapshot::table(std::string_view type) const {
  const int index = catalog->type_index(type);
  return index < 0 ? nullptr : tables[static_cast<std::size_t>(index)].get();
}

Snapshot build_snapshot(const SnapshotInputs& inputs, const Records& records, Problems& problems) {
  return Builder(inputs, problems).build(records);
}

}  // namespace cairn::model
