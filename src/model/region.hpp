// SPDX-License-Identifier: Apache-2.0
// The administrative tree, dated: province > prefecture > county > town > village by GB/T 2260 and
// the statistical division codes, plus zones (a plan's region: a union of members).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "geo/geometry.hpp"

namespace cairn::model {

using RegionIndex = std::uint32_t;
inline constexpr RegionIndex no_region = 0xFFFFFFFF;

enum class Level : std::uint8_t { zone, province, prefecture, county, town, village };
const char* to_string(Level level);  // also the name of the thing type of that level
std::optional<Level> parse_level(std::string_view text);
inline constexpr int level_count = 6;

struct Region {
  std::string code;  // GB/T 2260 / statistical code; a zone's id
  Label name;
  Level level = Level::county;
  RegionIndex parent = no_region;
  Interval valid{Instant::min(), Instant::max()};  // half-open
  std::string successor;             // code that answers for it after valid.end; empty: parent
  std::vector<std::string> aliases;  // codes it had or has elsewhere
  std::optional<geo::Point> position;
  bool estimated = false;  // the position is
  std::string source;
  std::vector<RegionIndex> members;  // of a zone
  std::string place;                 // file:line

  bool valid_at(Instant t) const { return valid.begin <= t && t < valid.end; }
};

// Regions by index; a parent always stands before its children.
class RegionTree {
 public:
  // Adds a region whose `parent` code must be present already ("" for a root). The same code with
  // equal content is merged; with other content it is an error.
  Status add(Region region, std::string_view parent_code);
  Status add_zone(std::string id, Label name, std::span<const std::string> member_codes,
                  std::string place);

  std::size_t size() const { return regions_.size(); }
  const Region& operator[](RegionIndex index) const { return regions_[index]; }
  std::span<const Region> all() const { return regions_; }
  // By code, alias or zone id.
  RegionIndex find(std::string_view code) const;
  // By code or alias, else an error that suggests a near code or a region of that name.
  Result<RegionIndex> require(std::string_view code) const;
  std::vector<RegionIndex> children(RegionIndex index) const;  // sorted by code; a zone's members
  // Ancestors from the nearest up; zones are not ancestors.
  std::vector<RegionIndex> ancestors(RegionIndex index) const;
  // The county it lies in or is; a region above county level, or none, itself.
  RegionIndex county_of(RegionIndex index) const;
  bool is_ancestor_or_self(RegionIndex ancestor, RegionIndex index) const;
  // True when `index` lies in `region`, which may be a zone.
  bool within(RegionIndex index, RegionIndex region) const;
  // The region that answers for `index` at `t`: itself while valid, afterwards its successor (or
  // parent), before its beginning its parent.
  RegionIndex resolve(RegionIndex index, Instant t) const;
  // Regions of `level` inside `region` that are valid at `t`, sorted by code.
  std::vector<RegionIndex> at_level(RegionIndex region, Level level, Instant t) const;

 private:
  std::vector<Region> regions_;
  std::vector<std::vector<RegionIndex>> children_;
  std::unordered_map<std::string, RegionIndex> by_code_;
};

}  // namespace cairn::model
