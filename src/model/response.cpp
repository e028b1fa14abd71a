// SPDX-License-Identifier: Apache-2.0
#include "model/response.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace cairn::model {
namespace {

template <class T>
const T* by_id(const std::vector<T>& all, std::string_view id) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const T& one) { return one.id == id; });
  return at == all.end() ? nullptr : &*at;
}

// The unit of the smallest division at or above `place` that `fits`.
template <class Fits>
const UnitDef* nearest_unit(const ResponseDef& response, const RegionTree& regions,
                            RegionIndex place, Fits fits) {
  if (place == no_region) return nullptr;
  std::vector<RegionIndex> line{place};
  const auto above = regions.ancestors(place);
  line.insert(line.end(), above.begin(), above.end());
  for (const RegionIndex region : line) {
    for (const UnitDef& unit : response.units) {
      if (fits(unit) && regions.find(unit.region) == region) return &unit;
    }
  }
  return nullptr;
}

Label region_name(const RegionTree& regions, const UnitDef& unit) {
  const RegionIndex index = regions.find(unit.region);
  return index == no_region ? Label{unit.region, unit.region} : regions[index].name;
}

}  // namespace

const UnitDef* ResponseDef::unit(std::string_view id) const {
  return by_id(units, id);
}
const IncidentKind* ResponseDef::kind(std::string_view id) const {
  return by_id(kinds, id);
}

Result<Route> route(const ResponseDef& response, const RegionTree& regions, std::string_view kind,
                    std::string_view region) {
  const RegionIndex place = regions.find(region);
  const IncidentKind* known = response.kind(kind);
  if (known != nullptr) {
    for (const std::string& wanted : known->to) {
      const UnitDef* unit = nearest_unit(response, regions, place,
                                         [&](const UnitDef& u) { return u.kind == wanted; });
      if (unit == nullptr) continue;
      const Label where = region_name(regions, *unit);
      return Route{
          unit->id,
          false,
          {format("{}的“{}”由{}负责", where.zh, known->label.zh, unit->label.zh),
           format("{} answers for '{}' in {}", unit->label.en, known->label.en, where.en)}};
    }
  }
  const UnitDef* desk =
      nearest_unit(response, regions, place, [](const UnitDef& u) { return u.desk; });
  if (desk == nullptr) {  // a place that no desk covers must not fall between two stools
    const auto any = std::find_if(response.units.begin(), response.units.end(),
                                  [](const UnitDef& u) { return u.desk; });
    if (any == response.units.end()) {
      return fail(Code::not_found, "no unit is a desk: name one in the region's units", "units");
    }
    desk = &*any;
  }
  return Route{desk->id,
               true,
               {format("没有对应的负责单位，转{}兜底", desk->label.zh),
                format("nobody else answers for it here: to {}", desk->label.en)}};
}

}  // namespace cairn::model
