// SPDX-License-Identifier: Apache-2.0
#include "respond/reach.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/text.hpp"

namespace cairn::respond {
namespace {

// A county, or a town where its people are known, with its villages.
struct Unit {
  double people = 0;
  double villages = 0;        // all of them
  double inside = 0;          // that lie in the area
  double people_of_all = 0;   // of its villages
  double people_inside = 0;   // likewise
  bool every_village = true;  // knows its people
  bool whole = false;
};

void read_people(const model::Snapshot& snapshot, const model::Column& column, std::size_t row,
                 Instant until, Place& out) {
  if (!column.series.empty()) {
    if (column.series[row] == model::no_series) return;
    const auto sample = snapshot.history->last(column.series[row], until);
    if (!sample) return;
    out.people = sample->value;
    out.people_estimated = sample->estimated;
    out.people_as_of = std::to_string(date_of(sample->time.end - 1, snapshot.zone).year);
  } else if (!column.present.empty() && column.present[row]) {
    out.people = column.numbers[row];
    out.people_estimated = !column.estimated.empty() && column.estimated[row];
  }
}

class Counter {
 public:
  Counter(const Covered& covered, std::span<const Place> places, const model::RegionTree& regions)
      : covered_(covered), places_(places), regions_(regions) {
    for (const std::string& code : covered.regions) {
      if (const auto index = regions.find(code); index != model::no_region) {
        whole_.push_back(index);
      }
    }
    for (const geo::Polygon& polygon : covered.polygons) {
      geo::Box box;
      if (!polygon.rings.empty()) {
        for (const geo::Point p : polygon.rings[0]) box.add(p);
      }
      boxes_.push_back(box);
    }
  }

  Reach run() {
    find_units();
    for (const Place& place : places_) {
      if (place.level == model::Level::village) count(place);
    }
    sum();
    return std::move(out_);
  }

 private:
  bool in_whole(model::RegionIndex index) const {
    return std::any_of(whole_.begin(), whole_.end(),
                       [&](model::RegionIndex w) { return regions_.within(index, w); });
  }
  bool in_polygon(geo::Point p) const {
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      if (boxes_[i].contains(p) && geo::contains(covered_.polygons[i], p)) return true;
    }
    return false;
  }

  // Towns whose people are known stand for themselves, the rest of a county for the county.
  void find_units() {
    for (const Place& place : places_) {
      const bool unit = place.level == model::Level::county || place.level == model::Level::town;
      const model::RegionIndex index = regions_.find(place.code);
      if (!unit || !place.people || index == model::no_region) continue;
      units_[index].people = *place.people;
      units_[index].whole = in_whole(index);
      as_of_[index] = {place.people_as_of, place.people_estimated};
    }
  }
  Unit* unit_of(model::RegionIndex village) {
    for (const model::RegionIndex up : regions_.ancestors(village)) {
      if (const auto at = units_.find(up); at != units_.end()) return &at->second;
      if (regions_[up].level == model::Level::county) return nullptr;
    }
    return nullptr;
  }

  void count(const Place& place) {
    const model::RegionIndex index = regions_.find(place.code);
    if (index == model::no_region) return;
    const bool whole = in_whole(index);
    const bool inside = whole || (place.point && in_polygon(*place.point));
    Unit* unit = unit_of(index);
    if (unit) {
      unit->villages += 1;
      unit->every_village = unit->every_village && place.people.has_value();
      unit->people_of_all += place.people.value_or(0);
    }
    if (!inside) return;
    ++out_.villages;
    if (!whole && place.point_estimated) out_.estimated = true;
    counties_.insert(regions_[regions_.county_of(index)].code);
    if (unit) {
      unit->inside += 1;
      unit->people_inside += place.people.value_or(0);
    } else {
      missing_ = true;
    }
  }

  // What a county has besides its towns that are counted themselves.
  double rest_of(model::RegionIndex county, const Unit& unit) const {
    double rest = unit.people;
    for (const auto& [index, town] : units_) {
      if (index != county && regions_.is_ancestor_or_self(county, index)) rest -= town.people;
    }
    return std::max(rest, 0.0);
  }
  bool counted_above(model::RegionIndex index) const {
    const auto ancestors = regions_.ancestors(index);
    return std::any_of(ancestors.begin(), ancestors.end(), [&](model::RegionIndex up) {
      const auto at = units_.find(up);
      return at != units_.end() && at->second.whole;
    });
  }

  void sum() {
    double people = 0;
    bool any = false;
    for (const auto& [index, unit] : units_) {
      if (counted_above(index) || (!unit.whole && unit.inside <= 0)) continue;
      if (unit.whole) {
        people += unit.people;
      } else {
        const bool weighted = unit.every_village && unit.people_of_all > 0;
        const double share =
            weighted ? unit.people_inside / unit.people_of_all : unit.inside / unit.villages;
        people += rest_of(index, unit) * share;
        shares_ = true;
      }
      any = true;
      const auto& [year, estimated] = as_of_.at(index);
      out_.estimated = out_.estimated || estimated || shares_;
      out_.people_as_of = std::max(out_.people_as_of, year);
    }
    for (const model::RegionIndex whole : whole_) {
      const model::RegionIndex county = regions_.county_of(whole);
      if (regions_[county].level == model::Level::county) counties_.insert(regions_[county].code);
    }
    if (any && !missing_) out_.people = std::round(people);
    out_.regions.assign(counties_.begin(), counties_.end());
    out_.words = words();
  }

  Label words() const {
    Label out{
        format("{}个县（市、区）、{}个村（社区）", counties_.size(), out_.villages),
        format("{} {}, {} {}", counties_.size(), counties_.size() == 1 ? "county" : "counties",
               out_.villages, out_.villages == 1 ? "village" : "villages")};
    if (!out_.people) {
      out.zh += "；人口未知";
      out.en += "; people not known";
      return out;
    }
    // An estimate is not known to the last person.
    double shown = *out_.people;
    for (double step = 10; shares_ && step * 100 <= *out_.people; step *= 10) {
      shown = std::round(*out_.people / step) * step;
    }
    const auto people = static_cast<std::uint64_t>(shown);
    out.zh += format("，{}{}人", shares_ ? "约" : "", people);
    out.en += format(", {}{} people", shares_ ? "about " : "", people);
    if (!out_.people_as_of.empty()) {
      out.zh += format("（{}年数据）", out_.people_as_of);
      out.en += format(" (as of {})", out_.people_as_of);
    }
    if (shares_) {
      out.zh += "；只涉及一部分的县按其中村庄的人口份额估算";
      out.en += "; parts of counties are estimated by the share of their villages";
    } else if (out_.estimated) {
      out.zh += "；含估计数";
      out.en += "; with estimates";
    }
    return out;
  }

  const Covered& covered_;
  std::span<const Place> places_;
  const model::RegionTree& regions_;
  std::vector<model::RegionIndex> whole_;
  std::vector<geo::Box> boxes_;
  std::map<model::RegionIndex, Unit> units_;
  std::map<model::RegionIndex, std::pair<std::string, bool>> as_of_;
  std::set<std::string> counties_;
  bool missing_ = false;
  bool shares_ = false;
  Reach out_;
};

}  // namespace

std::vector<Place> places_of(const model::Snapshot& snapshot, Instant until) {
  std::vector<Place> out;
  for (const model::Level level :
       {model::Level::county, model::Level::town, model::Level::village}) {
    const model::Table* table = snapshot.table(model::to_string(level));
    if (!table) continue;
    const int column = table->type->property_index("population");
    for (std::size_t row = 0; row < table->size(); ++row) {
      const Interval valid = table->valid[row];
      if (table->region[row] == model::no_region || valid.begin > until || valid.end <= until) {
        continue;
      }
      Place place;
      place.code = (*snapshot.regions)[table->region[row]].code;
      place.level = level;
      if (const geo::Point p = table->position[row]; !std::isnan(p.x)) place.point = p;
      place.point_estimated = table->position_estimated[row] != 0 || table->estimated[row] != 0;
      if (column >= 0) {
        read_people(snapshot, table->columns[static_cast<std::size_t>(column)], row, until, place);
      }
      out.push_back(std::move(place));
    }
  }
  return out;
}

Reach reach_of(const Covered& covered, std::span<const Place> places,
               const model::RegionTree& regions) {
  return Counter(covered, places, regions).run();
}

}  // namespace cairn::respond
