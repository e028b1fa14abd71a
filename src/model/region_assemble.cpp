// SPDX-License-Identifier: Apache-2.0
// One tree out of region folders, with the checks between files: see region_load.hpp.
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "core/unit.hpp"
#include "model/region_load.hpp"

namespace cairn::model {
namespace {

// Statistics of which a whole is exactly the sum of its parts.
constexpr std::array<std::string_view, 2> additive = {"population", "households"};

bool is_additive(std::string_view property) {
  return std::find(additive.begin(), additive.end(), property) != additive.end();
}

struct Boundary {
  const geo::Geometry* area = nullptr;
  geo::Box box;
};

class Assembler {
 public:
  Assembler(const std::vector<RegionFolder>& folders, Problems& problems)
      : folders_(folders), problems_(problems) {}

  RegionTree build() {
    add_divisions();
    for (const RegionFolder& folder : folders_) {
      keep(tree_.add_zone(folder.id, folder.label, folder.members, folder.place));
    }
    for (const RegionFolder& folder : folders_) add_boundaries(folder);
    for (const RegionFolder& folder : folders_) check_folder(folder);
    check_sums();
    return std::move(tree_);
  }

 private:
  void keep(const Status& status) {
    if (!status) problems_.errors.push_back(status.error());
  }

  // Level by level over all folders, so that a parent in another folder stands first.
  void add_divisions() {
    for (int level = 0; level < level_count; ++level) {
      for (const RegionFolder& folder : folders_) {
        for (const auto& [region, parent] : folder.divisions) {
          if (static_cast<int>(region.level) == level) keep(tree_.add(region, parent));
        }
      }
    }
    for (const RegionFolder& folder : folders_) {
      for (const auto& [region, parent] : folder.divisions) {
        if (!region.successor.empty() && tree_.find(region.successor) == no_region) {
          problems_.error(region.place,
                          format("region {} names the successor '{}', which is not known",
                                 region.code, region.successor),
                          Code::not_found);
        }
      }
    }
  }

  void add_boundaries(const RegionFolder& folder) {
    for (const auto& [code, geometry] : folder.boundaries) {
      const RegionIndex index = tree_.find(code);
      if (index == no_region) {
        problems_.error(folder.place,
                        format("the boundary '{}' is of no region that is known", code),
                        Code::not_found);
        continue;
      }
      const bool fresh =
          boundaries_.try_emplace(index, Boundary{&geometry, geo::bounds(geometry)}).second;
      if (!fresh) {
        problems_.error(folder.place, format("region {} has two boundaries", tree_[index].code),
                        Code::conflict);
      }
    }
  }

  void check_folder(const RegionFolder& folder) {
    for (const auto& [region, parent] : folder.divisions) {
      const RegionIndex index = tree_.find(region.code);
      if (index == no_region) continue;
      if (region.level == Level::county && !folder.boundaries.empty() &&
          !boundaries_.contains(index)) {
        problems_.error(region.place,
                        format("county {} {} has no boundary", region.code, region.name.zh),
                        Code::not_found);
      }
      if (region.position) check_position(region, index);
    }
    for (const Thing& thing : folder.records.things) check_thing(thing);
  }

  // The nearest region at or above `index` that has a boundary; nothing above county has one.
  const Boundary* boundary_around(RegionIndex index, RegionIndex& holder) const {
    for (; index != no_region; index = tree_[index].parent) {
      const auto at = boundaries_.find(index);
      if (at == boundaries_.end()) continue;
      holder = index;
      return &at->second;
    }
    return nullptr;
  }

  bool outside(RegionIndex index, geo::Point p, RegionIndex& holder) const {
    const Boundary* boundary = boundary_around(index, holder);
    return boundary != nullptr && !(boundary->box.contains(p) && geo::contains(*boundary->area, p));
  }

  // A derived position must lie inside; a surveyed one may miss a generalised boundary a little.
  void check_position(const Region& region, RegionIndex index) {
    RegionIndex holder = no_region;
    if (!outside(index, *region.position, holder)) return;
    std::string text =
        format("{} {} lies at {} {}, outside the boundary of {} {}", to_string(region.level),
               region.code, number_text(region.position->x), number_text(region.position->y),
               tree_[holder].code, tree_[holder].name.zh);
    if (region.estimated) {
      problems_.error(region.place, std::move(text));
    } else {
      problems_.warning(region.place, std::move(text));
    }
  }

  void check_thing(const Thing& thing) {
    if (!thing.position || thing.region.empty()) return;
    const RegionIndex index = tree_.find(thing.region);
    RegionIndex holder = no_region;
    if (index == no_region || !outside(index, *thing.position, holder)) return;
    if (++stray_things_ > limits::reported_errors) return;
    problems_.warning(thing.place, format("{} {} lies outside the boundary of {} {}", thing.type,
                                          thing.id, tree_[holder].code, tree_[holder].name.zh));
  }

  using Figure = std::tuple<RegionIndex, std::string, Instant, Instant>;

  // Where a region and all its parts report an additive statistic for one period, the parts must
  // add up to the whole. Two folders may repeat a figure, but not with different values.
  void check_sums() {
    std::map<Figure, const Statistic*> reported;
    for (const RegionFolder& folder : folders_) {
      for (const Statistic& statistic : folder.records.statistics) {
        const RegionIndex index = tree_.find(statistic.region);
        if (index == no_region) {
          const auto known = tree_.require(statistic.region);
          problems_.error(statistic.place, known.error().message, Code::not_found);
          continue;
        }
        note(reported, index, statistic);
      }
    }
    for (const auto& [figure, whole] : reported) {
      if (is_additive(whole->property)) check_sum(reported, figure, *whole);
    }
  }

  void note(std::map<Figure, const Statistic*>& reported, RegionIndex index,
            const Statistic& statistic) {
    const Figure figure{index, statistic.property, statistic.period.begin, statistic.period.end};
    const auto [at, fresh] = reported.try_emplace(figure, &statistic);
    if (fresh || base_value(*at->second) == base_value(statistic)) return;
    problems_.error(statistic.place,
                    format("'{}' of {} is {} {} here and {} {} at {}", statistic.property,
                           tree_[index].code, number_text(statistic.value), statistic.unit,
                           number_text(at->second->value), at->second->unit, at->second->place),
                    Code::conflict);
  }

  void check_sum(const std::map<Figure, const Statistic*>& reported, const Figure& figure,
                 const Statistic& whole) {
    const auto& [index, property, begin, end] = figure;
    double sum = 0;
    std::size_t parts = 0;
    for (const RegionIndex part : tree_.children(index)) {
      if (!tree_[part].valid_at(begin)) continue;
      const auto at = reported.find({part, property, begin, end});
      if (at == reported.end()) return;
      sum += base_value(*at->second);
      ++parts;
    }
    const double value = base_value(whole);
    // Counts of people are whole numbers; what is given in 万 is rounded.
    const bool rounded = value != std::floor(value) || whole.unit.starts_with("万");
    if (parts == 0 || std::fabs(sum - value) <= (rounded ? 1e-3 * std::fabs(value) : 0.0)) return;
    problems_.error(whole.place, format("'{}' of {} {} is {}, but its {} parts add up to {}",
                                        property, tree_[index].code, tree_[index].name.zh,
                                        number_text(value), parts, number_text(sum)));
  }

  static double base_value(const Statistic& statistic) {
    const auto unit = parse_unit(statistic.unit);
    return unit ? statistic.value * unit->scale + unit->offset : statistic.value;
  }

  const std::vector<RegionFolder>& folders_;
  Problems& problems_;
  RegionTree tree_;
  std::unordered_map<RegionIndex, Boundary> boundaries_;
  std::size_t stray_things_ = 0;
};

}  // namespace

RegionTree assemble_regions(const std::vector<RegionFolder>& folders, Problems& problems) {
  return Assembler(folders, problems).build();
}

}  // namespace cairn::model
