// SPDX-License-Identifier: Apache-2.0
// Claims brought together: which of them speak about one quantity, and in what unit.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/plan.hpp"
#include "model/printed_unit.hpp"
#include "model/region.hpp"
#include "plan/range.hpp"

namespace cairn::plan {

// One printed number (or phrase) of a claim.
struct Point {
  const model::Plan* plan = nullptr;
  const model::Claim* claim = nullptr;
  const model::Figure* figure = nullptr;
  bool target = false;  // else a baseline
  model::PrintedUnit unit;

  bool number() const { return figure->value.has_value(); }
  double nominal() const { return *figure->value * unit.unit.scale; }
  Range range(Doubt doubt) const { return meaning(*figure, doubt, unit.unit.scale); }
  const std::string& price_base() const {
    return figure->price_base.empty() ? claim->price_base : figure->price_base;
  }
};

// Baseline and target of a claim, in this order, as far as they are printed.
std::vector<Point> points_of(const model::Plan& plan, const model::Claim& claim);

// All claims about one indicator of one region, over all plans; `same` relations join indicators.
struct Quantity {
  std::vector<Point> points;
  model::RegionIndex region = model::no_region;
  std::string indicator;  // of the first claim
};

// A zone of one member is that member.
model::RegionIndex region_of(const model::RegionTree& regions, std::string_view code);

std::vector<Quantity> quantities(std::span<const model::Plan> plans,
                                 const model::RegionTree& regions);

// The baseline a claim's target starts from: its own, or the one that another claim of the plan
// prints for the same indicator, region and scope in a comparable unit.
std::optional<Point> baseline_of(const model::Plan& plan, const model::Claim& claim);

// The number a claim means for `year`: its own, or that of another claim of its indicator, region
// and scope in the plan.
std::optional<Point> point_at(const model::Plan& plan, const model::Claim& claim, int year);

// The year of a baseline or target, where the plan's period says it when the figure does not.
int year_of(const Point& point);

// What two claims count is defined: equally, perhaps differently (one says nothing), differently.
enum class Scopes : std::uint8_t { equal, unsure, different };
Scopes compare_scopes(const model::Claim& a, const model::Claim& b);

// A percentage of a growth or fall, which may pass 100, rather than a share of a whole.
bool is_growth(const model::Claim& claim);

// ">50", "2–3", "0.16", "初步建成": as printed.
std::string figure_text(const model::Figure& figure);
// With its unit: "0.16 万", "5 %", "1.3".
std::string point_text(const Point& point);
// A computed number with so many decimals, without a trailing ".0…" beyond them.
std::string computed(double value, int decimals);

}  // namespace cairn::plan
