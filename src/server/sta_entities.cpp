// SPDX-License-Identifier: Apache-2.0
#include "server/sta_entities.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>
#include <utility>

#include "core/text.hpp"

namespace cairn::server::sta {
namespace {

// Observation numbers: 21 bits of datastream, 32 bits of seconds since 1950 (until 2086).
constexpr int slot_bits = 21;
constexpr int second_bits = 32;
constexpr std::int64_t second_zero = -631'152'000;  // 1950-01-01T00:00:00Z
constexpr int number_bits = 52;                     // whole numbers that JSON readers keep exactly

std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 14'695'981'039'346'656'037U;  // FNV-1a
  for (const char c : text) {
    h ^= static_cast<unsigned char>(c);
    h *= 1'099'511'628'211U;
  }
  return h ^ (h >> 29);
}

// A free number from 1 up, the same for the same names in the same order.
std::int64_t free_number(std::unordered_map<std::int64_t, std::uint32_t>& taken,
                         std::string_view name, int bits, std::uint32_t index) {
  const std::int64_t size = std::int64_t{1} << bits;
  auto number = static_cast<std::int64_t>(hash(name) >> (64 - bits));
  if (number == 0) number = 1;
  while (!taken.emplace(number, index).second) number = number + 1 == size ? 1 : number + 1;
  return number;
}

bool has_position(geo::Point p) {
  return std::isfinite(p.x) && std::isfinite(p.y);
}

}  // namespace

Entities::Entities(const model::Snapshot& snapshot, Instant as_of) : snapshot_(snapshot) {
  add_things(as_of);
  add_datastreams();
  number_all();
}

void Entities::add_versions(std::size_t type, Instant as_of) {
  const model::Table& table = *snapshot_.tables[type];
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> versions;
  for (std::uint32_t row = 0; row < table.size(); ++row) versions[table.ids[row]].push_back(row);
  for (auto& [id, rows] : versions) {
    std::sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(table.valid[a].begin, a) > std::pair(table.valid[b].begin, b);
    });
    const auto now = std::find_if(rows.begin(), rows.end(), [&](std::uint32_t row) {
      return table.valid[row].begin <= as_of && as_of < table.valid[row].end;
    });
    const std::uint32_t row = now == rows.end() ? rows.front() : *now;
    Thing thing{type, row, std::string(id), 0, {}, {}};
    for (const std::uint32_t version : rows) thing.locations.push_back(version);  // rows, for now
    things_.push_back(std::move(thing));
  }
}

void Entities::add_things(Instant as_of) {
  const auto& types = snapshot_.catalog->types;
  std::vector<std::uint8_t> observed;
  for (std::size_t t = 0; t < types.size(); ++t) add_versions(t, as_of);
  const auto is_observed = [&](const Thing& thing) {
    const model::Table& table = *snapshot_.tables[thing.type];
    for (const model::Column& column : table.columns) {
      if (thing.row < column.series.size() && column.series[thing.row] != model::no_series &&
          snapshot_.history->last(column.series[thing.row], Instant::max())) {
        return true;
      }
    }
    return false;
  };
  std::vector<std::pair<bool, Thing>> sorted;
  for (Thing& thing : things_) {
    const bool seen = is_observed(thing);
    if (!seen && model::parse_level(types[thing.type].name)) continue;
    sorted.emplace_back(seen, std::move(thing));
  }
  std::sort(sorted.begin(), sorted.end(), [&](const auto& a, const auto& b) {
    // Observed first, among them the packs' own things before divisions, then by id.
    const auto key = [&](const auto& item) {
      return std::tuple(!item.first, model::parse_level(types[item.second.type].name).has_value(),
                        std::string_view(item.second.id), item.second.type);
    };
    return key(a) < key(b);
  });
  things_.clear();
  for (auto& [seen, thing] : sorted) {
    observed_things_ += seen ? 1 : 0;
    things_.push_back(std::move(thing));
  }
}

void Entities::add_locations(std::uint32_t index, const std::vector<std::uint32_t>& rows) {
  Thing& thing = things_[index];
  const model::Table& table = *snapshot_.tables[thing.type];
  for (const std::uint32_t row : rows) {
    Location location;
    location.thing = index;
    location.row = row;
    location.present = row == thing.row;
    location.at = table.position[row];
    location.estimated = table.position_estimated[row] != 0;
    const model::RegionIndex region = table.region[row];
    if (!has_position(location.at) && region != model::no_region &&
        (*snapshot_.regions)[region].position) {
      location.at = *(*snapshot_.regions)[region].position;  // where it is known to be, roughly
      location.estimated = true;
    }
    if (!has_position(location.at)) continue;
    location.since = table.valid[row].begin;
    location.id =
        location.present ? thing.id : format("{}@{}", thing.id, to_string(location.since));
    thing.locations.push_back(static_cast<std::uint32_t>(locations_.size()));
    locations_.push_back(std::move(location));
  }
}

void Entities::add_series(std::uint32_t thing, std::size_t property, model::SeriesId series) {
  std::vector<model::Sample> samples;
  snapshot_.history->read(series, Instant::min(), Instant::max(), samples);
  if (samples.empty()) return;
  Datastream out;
  out.thing = thing;
  out.series = series;
  out.count = samples.size();
  out.first_end = samples.front().time.end;
  out.last_end = samples.back().time.end;
  out.extent = {samples.front().time.begin, samples.back().time.end};
  for (std::size_t i = 1; i < samples.size(); ++i) {
    out.begins_ascend &= samples[i - 1].time.begin <= samples[i].time.begin;
    out.extent.begin = std::min(out.extent.begin, samples[i].time.begin);
  }
  const std::size_t type = things_[thing].type;
  const auto& def = snapshot_.catalog->types[type];
  out.id = format("{}:{}", things_[thing].id, def.properties[property].name);
  const auto [at, added] = procedure_index_.emplace(type << 16 | property,
                                                    static_cast<std::uint32_t>(procedures_.size()));
  if (added) {
    procedures_.push_back(
        {type, property, {}, format("{}.{}", def.name, def.properties[property].name), 0});
  }
  out.procedure = at->second;
  const auto index = static_cast<std::uint32_t>(datastreams_.size());
  things_[thing].datastreams.push_back(index);
  procedures_[at->second].datastreams.push_back(index);
  observations_ += out.count;
  datastreams_.push_back(std::move(out));
}

void Entities::add_datastreams() {
  for (std::uint32_t i = 0; i < things_.size(); ++i) {
    const std::vector<std::uint32_t> rows = std::exchange(things_[i].locations, {});
    const model::Table& table = *snapshot_.tables[things_[i].type];
    for (std::size_t p = 0; p < table.columns.size(); ++p) {
      const auto& series = table.columns[p].series;
      const std::uint32_t row = things_[i].row;
      if (row < series.size() && series[row] != model::no_series) add_series(i, p, series[row]);
    }
    add_locations(i, rows);
    // Since when it stands there: since it began, otherwise since it was first observed.
    for (const std::uint32_t l : things_[i].locations) {
      if (locations_[l].since != Instant::min()) continue;
      Instant since{0};
      if (!things_[i].datastreams.empty()) since = Instant::max();
      for (const std::uint32_t d : things_[i].datastreams) {
        since = std::min(since, datastreams_[d].extent.begin);
      }
      locations_[l].since = since;
    }
  }
}

void Entities::number_all() {
  const auto number = [](auto& list, Names& names) {
    for (std::uint32_t i = 0; i < list.size(); ++i) {
      list[i].number = free_number(names.numbers, list[i].id, number_bits, i);
      names.texts.emplace(list[i].id, i);
    }
  };
  number(things_, thing_names_);
  number(locations_, location_names_);
  number(datastreams_, datastream_names_);
  number(procedures_, procedure_names_);
  for (std::uint32_t i = 0; i < datastreams_.size(); ++i) {
    datastreams_[i].slot = free_number(slots_, datastreams_[i].id, slot_bits, i);
  }
}

std::size_t Entities::size(Set set) const {
  switch (set) {
    case Set::things:
      return things_.size();
    case Set::locations:
    case Set::historical_locations:
      return locations_.size();
    case Set::datastreams:
      return datastreams_.size();
    case Set::sensors:
    case Set::observed_properties:
      return procedures_.size();
    case Set::observations:
      return observations_;
    case Set::features_of_interest:
      return observed_things_;
  }
  return 0;
}

const model::PropertyDef& Entities::property_def(const Procedure& p) const {
  return snapshot_.catalog->types[p.type].properties[p.property];
}

std::uint32_t Entities::thing_of(const Ref& ref) const {
  switch (ref.set) {
    case Set::locations:
    case Set::historical_locations:
      return locations_[ref.index].thing;
    case Set::datastreams:
    case Set::observations:
      return datastreams_[ref.index].thing;
    default:
      return ref.index;
  }
}

std::optional<std::uint32_t> Entities::find_index(Set set, const Id& id) const {
  const Names* names = nullptr;
  switch (set) {
    case Set::things:
    case Set::features_of_interest:
      names = &thing_names_;
      break;
    case Set::locations:
    case Set::historical_locations:
      names = &location_names_;
      break;
    case Set::datastreams:
      names = &datastream_names_;
      break;
    case Set::sensors:
    case Set::observed_properties:
      names = &procedure_names_;
      break;
    case Set::observations:
      return std::nullopt;
  }
  if (const auto* number = std::get_if<std::int64_t>(&id)) {
    const auto at = names->numbers.find(*number);
    if (at == names->numbers.end()) return std::nullopt;
    return at->second;
  }
  const auto at = names->texts.find(std::get<std::string>(id));
  if (at == names->texts.end()) return std::nullopt;
  return at->second;
}

std::optional<Ref> Entities::find(Set set, const Id& id) const {
  if (set == Set::observations) return find_observation(id);
  const auto index = find_index(set, id);
  if (!index || *index >= size(set)) return std::nullopt;
  return Ref{set, *index, {}};
}

std::optional<Ref> Entities::find_observation(const Id& id) const {
  std::vector<model::Sample> samples;
  if (const auto* number = std::get_if<std::int64_t>(&id)) {
    if (*number < 0 || *number >> (slot_bits + second_bits) != 0) return std::nullopt;
    const auto slot = slots_.find(*number >> second_bits);
    if (slot == slots_.end()) return std::nullopt;
    const std::int64_t second = (*number & ((std::int64_t{1} << second_bits) - 1)) + second_zero;
    const Instant end{second * ns_per_second};
    snapshot_.history->read(datastreams_[slot->second].series, end - 1, end, samples);
    for (const model::Sample& sample : samples) {
      const Ref ref{Set::observations, slot->second, sample};
      if (this->id(ref) == id) return ref;
    }
    return std::nullopt;
  }
  const std::string_view text = std::get<std::string>(id);
  const std::size_t bar = text.rfind('|');
  if (bar == std::string_view::npos) return std::nullopt;
  const auto stream = find_index(Set::datastreams, std::string(text.substr(0, bar)));
  const auto time = read_time(text.substr(bar + 1));
  if (!stream || !time) return std::nullopt;
  const auto* instant = time->get<Instant>();
  const Interval wanted =
      instant != nullptr ? Interval{*instant, *instant} : *time->get<Interval>();
  snapshot_.history->read(datastreams_[*stream].series, wanted.end - 1, wanted.end, samples);
  for (const model::Sample& sample : samples) {
    if (sample.time == wanted) return Ref{Set::observations, *stream, sample};
  }
  return std::nullopt;
}

std::string Entities::text_id(const Ref& ref) const {
  switch (ref.set) {
    case Set::things:
    case Set::features_of_interest:
      return things_[ref.index].id;
    case Set::locations:
    case Set::historical_locations:
      return locations_[ref.index].id;
    case Set::datastreams:
      return datastreams_[ref.index].id;
    case Set::sensors:
    case Set::observed_properties:
      return procedures_[ref.index].id;
    case Set::observations:
      break;
  }
  const Interval time = ref.sample.time;
  std::string out = datastreams_[ref.index].id + "|" + to_string(time.begin);
  if (time.begin != time.end) out += "/" + to_string(time.end);
  return out;
}

Id Entities::id(const Ref& ref) const {
  switch (ref.set) {
    case Set::things:
    case Set::features_of_interest:
      return things_[ref.index].number;
    case Set::locations:
    case Set::historical_locations:
      return locations_[ref.index].number;
    case Set::datastreams:
      return datastreams_[ref.index].number;
    case Set::sensors:
    case Set::observed_properties:
      return procedures_[ref.index].number;
    case Set::observations:
      break;
  }
  const Instant end = ref.sample.time.end;
  const std::int64_t second = end.ns / ns_per_second - second_zero;
  if (end.ns % ns_per_second != 0 || second < 0 || second >> second_bits != 0) return text_id(ref);
  std::vector<model::Sample> same;  // that end at the same time
  snapshot_.history->read(datastreams_[ref.index].series, end - 1, end, same);
  if (same.size() != 1) return text_id(ref);
  return datastreams_[ref.index].slot << second_bits | second;
}

std::optional<Ref> Entities::one(const Ref& from, const NavDef& nav) const {
  if (nav.target == Set::observations || nav.many) return std::nullopt;
  if (nav.target == Set::sensors || nav.target == Set::observed_properties) {
    return Ref{nav.target, datastreams_[from.index].procedure, {}};
  }
  if (nav.target == Set::datastreams) return Ref{Set::datastreams, from.index, {}};
  return Ref{nav.target, thing_of(from), {}};  // Thing, FeatureOfInterest
}

std::vector<Ref> Entities::many(const Ref& from, const NavDef& nav) const {
  std::vector<Ref> out;
  const auto add = [&](std::uint32_t index) { out.push_back({nav.target, index, {}}); };
  if (from.set == Set::sensors || from.set == Set::observed_properties) {
    for (const std::uint32_t d : procedures_[from.index].datastreams) add(d);
  } else if (nav.target == Set::datastreams) {
    for (const std::uint32_t d : things_[from.index].datastreams) add(d);
  } else if (nav.target == Set::things) {  // of a location: the thing, while it is there
    if (locations_[from.index].present) add(locations_[from.index].thing);
  } else if (from.set == Set::things) {
    for (const std::uint32_t l : things_[from.index].locations) {
      if (nav.target == Set::historical_locations || locations_[l].present) add(l);
    }
  } else {  // between a location and its historical location
    add(from.index);
  }
  return out;
}

std::vector<std::uint32_t> Entities::observed(const Ref& from) const {
  if (from.set == Set::datastreams) return {from.index};
  return things_[from.index].datastreams;  // a feature of interest
}

model::Sample Entities::first_sample(std::uint32_t datastream) const {
  std::vector<model::Sample> out;
  const Datastream& d = datastreams_[datastream];
  snapshot_.history->read(d.series, d.first_end - 1, d.first_end, out);
  return out.empty() ? model::Sample{} : out.front();
}

}  // namespace cairn::server::sta
