// SPDX-License-Identifier: Apache-2.0
#include "model/region.hpp"

#include <algorithm>
#include <iterator>

#include "core/text.hpp"

namespace cairn::model {
namespace {

constexpr const char* level_names[] = {"zone",   "province", "prefecture",
                                       "county", "town",     "village"};

bool same_content(const Region& a, const Region& b) {
  return a.level == b.level && a.name.zh == b.name.zh && a.valid == b.valid &&
         a.successor == b.successor;
}

}  // namespace

const char* to_string(Level level) {
  return level_names[static_cast<std::size_t>(level)];
}

std::optional<Level> parse_level(std::string_view text) {
  for (std::size_t i = 0; i < std::size(level_names); ++i) {
    if (text == level_names[i]) return static_cast<Level>(i);
  }
  return std::nullopt;
}

Status RegionTree::add(Region region, std::string_view parent_code) {
  if (!parent_code.empty()) {
    region.parent = find(parent_code);
    if (region.parent == no_region) {
      return fail(Code::not_found,
                  format("region {} names the parent '{}', which is not known (parents stand "
                         "before their children)",
                         region.code, parent_code),
                  region.place);
    }
    if (regions_[region.parent].level >= region.level) {
      return fail(
          Code::invalid,
          format("region {} is a {} and cannot lie in the {} {}", region.code,
                 to_string(region.level), to_string(regions_[region.parent].level), parent_code),
          region.place);
    }
  }
  if (const auto known = by_code_.find(region.code); known != by_code_.end()) {
    const Region& old = regions_[known->second];
    if (old.code == region.code && old.parent == region.parent && same_content(old, region)) {
      return {};
    }
    return fail(Code::conflict,
                format("region code {} ({}) is already taken by {} ({}) at {}", region.code,
                       region.name.zh, old.code, old.name.zh, old.place),
                region.place);
  }
  for (const std::string& alias : region.aliases) {
    if (const auto known = by_code_.find(alias); known != by_code_.end()) {
      return fail(Code::conflict,
                  format("alias {} of region {} is already taken by {} at {}", alias, region.code,
                         regions_[known->second].code, regions_[known->second].place),
                  region.place);
    }
  }
  const auto index = static_cast<RegionIndex>(regions_.size());
  by_code_.emplace(region.code, index);
  for (const std::string& alias : region.aliases) by_code_.emplace(alias, index);
  if (region.parent != no_region) {
    auto& siblings = children_[region.parent];
    const auto at = std::lower_bound(siblings.begin(), siblings.end(), region.code,
                                     [&](RegionIndex sibling, const std::string& code) {
                                       return regions_[sibling].code < code;
                                     });
    siblings.insert(at, index);
  }
  regions_.push_back(std::move(region));
  children_.emplace_back();
  return {};
}

Status RegionTree::add_zone(std::string id, Label name, std::span<const std::string> member_codes,
                            std::string place) {
  Region zone;
  zone.code = std::move(id);
  zone.name = std::move(name);
  zone.level = Level::zone;
  zone.place = place;
  for (const std::string& code : member_codes) {
    const RegionIndex member = find(code);
    if (member == no_region) {
      return fail(Code::not_found,
                  format("zone {} names the member '{}', which is not known", zone.code, code),
                  place);
    }
    for (const RegionIndex other : zone.members) {
      if (is_ancestor_or_self(other, member) || is_ancestor_or_self(member, other)) {
        return fail(Code::conflict,
                    format("zone {} counts {} twice: {} and {} overlap", zone.code, code,
                           regions_[other].code, code),
                    place);
      }
    }
    zone.members.push_back(member);
  }
  if (by_code_.contains(zone.code)) {
    return fail(Code::conflict, format("region id {} is already taken", zone.code), place);
  }
  by_code_.emplace(zone.code, static_cast<RegionIndex>(regions_.size()));
  regions_.push_back(std::move(zone));
  children_.emplace_back();
  return {};
}

RegionIndex RegionTree::find(std::string_view code) const {
  const auto at = by_code_.find(std::string(code));
  return at == by_code_.end() ? no_region : at->second;
}

Result<RegionIndex> RegionTree::require(std::string_view code) const {
  if (const RegionIndex index = find(code); index != no_region) return index;
  std::vector<std::string> codes;
  std::string hint;
  for (const Region& region : regions_) {
    if (region.name.zh == code || iequals_ascii(region.name.en, code)) {
      hint = format("; {} has the code {}", code, region.code);
      break;
    }
    codes.push_back(region.code);
  }
  if (hint.empty()) {
    if (const auto near = nearest(code, codes)) hint = format("; did you mean {}?", *near);
  }
  return fail(Code::not_found, format("there is no region '{}'{}", code, hint));
}

std::vector<RegionIndex> RegionTree::children(RegionIndex index) const {
  return regions_[index].level == Level::zone ? regions_[index].members : children_[index];
}

std::vector<RegionIndex> RegionTree::ancestors(RegionIndex index) const {
  std::vector<RegionIndex> chain;
  for (RegionIndex at = regions_[index].parent; at != no_region; at = regions_[at].parent) {
    chain.push_back(at);
  }
  return chain;
}

RegionIndex RegionTree::county_of(RegionIndex index) const {
  RegionIndex at = index;
  while (at != no_region && regions_[at].level > Level::county) at = regions_[at].parent;
  return at == no_region ? index : at;
}

bool RegionTree::is_ancestor_or_self(RegionIndex ancestor, RegionIndex index) const {
  // A parent has a smaller index than its children, so the walk can stop early.
  while (index != no_region && index >= ancestor) {
    if (index == ancestor) return true;
    index = regions_[index].parent;
  }
  return false;
}

bool RegionTree::within(RegionIndex index, RegionIndex region) const {
  if (regions_[region].level != Level::zone) return is_ancestor_or_self(region, index);
  const auto& members = regions_[region].members;
  return index == region || std::any_of(members.begin(), members.end(), [&](RegionIndex member) {
           return is_ancestor_or_self(member, index);
         });
}

RegionIndex RegionTree::resolve(RegionIndex index, Instant t) const {
  // Each step leads to a successor or a parent; the bound ends a ring of successors.
  for (int step = 0; step < 32; ++step) {
    const Region& region = regions_[index];
    if (region.valid_at(t)) return index;
    RegionIndex next = no_region;
    if (t >= region.valid.end && !region.successor.empty()) next = find(region.successor);
    if (next == no_region) next = region.parent;
    if (next == no_region) return index;
    index = next;
  }
  return index;
}

std::vector<RegionIndex> RegionTree::at_level(RegionIndex region, Level level, Instant t) const {
  std::vector<RegionIndex> out;
  std::vector<RegionIndex> open{region};
  while (!open.empty()) {
    const RegionIndex index = open.back();
    open.pop_back();
    const Region& candidate = regions_[index];
    if (candidate.level == level) {
      if (candidate.valid_at(t)) out.push_back(index);
      continue;
    }
    if (candidate.level > level) continue;
    for (const RegionIndex child : children(index)) open.push_back(child);
  }
  std::sort(out.begin(), out.end(),
            [&](RegionIndex a, RegionIndex b) { return regions_[a].code < regions_[b].code; });
  return out;
}

}  // namespace cairn::model
