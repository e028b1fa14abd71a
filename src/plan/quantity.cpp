// SPDX-License-Identifier: Apache-2.0
#include "plan/quantity.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "core/text.hpp"

namespace cairn::plan {
namespace {

std::optional<Point> point_of(const model::Plan& plan, const model::Claim& claim, bool target) {
  const auto& figure = target ? claim.target : claim.baseline;
  if (!figure) return std::nullopt;
  Point point{&plan, &claim, &*figure, target, {}};
  if (auto unit = model::read_printed_unit(claim.unit)) {
    point.unit = std::move(*unit);
  } else if (figure->value) {
    return std::nullopt;  // the loader has refused such claims
  }
  return point;
}

bool same_subject(const model::Claim& a, const model::Claim& b) {
  return a.indicator == b.indicator && a.region == b.region &&
         compare_scopes(a, b) != Scopes::different;
}

// Union of sets of claims, by index.
class Sets {
 public:
  explicit Sets(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t root(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  // The smaller index stays the root, so that groups keep the order of the plans.
  void join(std::size_t a, std::size_t b) {
    a = root(a);
    b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace

std::vector<Point> points_of(const model::Plan& plan, const model::Claim& claim) {
  std::vector<Point> points;
  for (const bool target : {false, true}) {
    if (auto point = point_of(plan, claim, target)) points.push_back(std::move(*point));
  }
  return points;
}

model::RegionIndex region_of(const model::RegionTree& regions, std::string_view code) {
  const model::RegionIndex index = regions.find(code);
  if (index == model::no_region) return index;
  const model::Region& region = regions[index];
  return region.level == model::Level::zone && region.members.size() == 1 ? region.members[0]
                                                                          : index;
}

std::vector<Quantity> quantities(std::span<const model::Plan> plans,
                                 const model::RegionTree& regions) {
  struct Item {
    const model::Plan* plan;
    const model::Claim* claim;
  };
  std::vector<Item> items;
  std::map<std::pair<std::string, std::string>, std::size_t> by_subject;
  std::map<std::pair<std::string, std::string>, std::size_t> by_id;
  for (const model::Plan& plan : plans) {
    for (const model::Claim& claim : plan.claims) {
      by_id[{plan.id, claim.id}] = items.size();
      items.push_back({&plan, &claim});
    }
  }
  Sets sets(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const model::RegionIndex index = region_of(regions, items[i].claim->region);
    const std::string region =
        index == model::no_region ? items[i].claim->region : regions[index].code;
    const auto [at, fresh] = by_subject.try_emplace({items[i].claim->indicator, region}, i);
    if (!fresh) sets.join(at->second, i);
  }
  for (const model::Plan& plan : plans) {
    for (const model::Relation& relation : plan.relations) {
      if (relation.kind != model::RelationKind::same) continue;
      std::optional<std::size_t> first;
      for (const std::string& id : relation.claims) {
        const auto at = by_id.find({plan.id, id});
        if (at == by_id.end()) continue;
        if (first) sets.join(*first, at->second);
        first = at->second;
      }
    }
  }
  std::map<std::size_t, Quantity> groups;
  for (std::size_t i = 0; i < items.size(); ++i) {
    Quantity& group = groups[sets.root(i)];
    if (group.indicator.empty()) {
      group.indicator = items[i].claim->indicator;
      group.region = region_of(regions, items[i].claim->region);
    }
    for (Point& point : points_of(*items[i].plan, *items[i].claim)) {
      group.points.push_back(std::move(point));
    }
  }
  std::vector<Quantity> out;
  for (auto& [root, group] : groups) out.push_back(std::move(group));
  return out;
}

std::optional<Point> baseline_of(const model::Plan& plan, const model::Claim& claim) {
  if (auto own = point_of(plan, claim, false)) {
    if (own->number()) return own;
    return std::nullopt;
  }
  const auto target = point_of(plan, claim, true);
  if (!target || !target->number()) return std::nullopt;
  std::optional<Point> best;
  for (const model::Claim& other : plan.claims) {
    if (&other == &claim || !same_subject(claim, other)) continue;
    auto point = point_of(plan, other, false);
    if (!point || !point->number() || year_of(*point) >= year_of(*target)) continue;
    if (!comparable(point->unit, target->unit) || point->price_base() != target->price_base()) {
      continue;
    }
    // The newest one; of one year the first.
    if (!best || year_of(*point) > year_of(*best)) best = std::move(point);
  }
  return best;
}

std::optional<Point> point_at(const model::Plan& plan, const model::Claim& claim, int year) {
  for (Point& point : points_of(plan, claim)) {
    if (point.number() && year_of(point) == year) return std::move(point);
  }
  for (const model::Claim& other : plan.claims) {
    if (&other == &claim || !same_subject(claim, other)) continue;
    for (Point& point : points_of(plan, other)) {
      if (point.number() && year_of(point) == year) return std::move(point);
    }
  }
  return std::nullopt;
}

int year_of(const Point& point) {
  if (point.figure->year) return *point.figure->year;
  return point.target ? point.plan->last_year : point.plan->first_year - 1;
}

Scopes compare_scopes(const model::Claim& a, const model::Claim& b) {
  if (a.scope == b.scope) return Scopes::equal;
  return a.scope.empty() || b.scope.empty() ? Scopes::unsure : Scopes::different;
}

bool is_growth(const model::Claim& claim) {
  constexpr std::array<std::string_view, 9> words{"增长", "增速", "增幅", "增加", "下降",
                                                  "降幅", "同比", "提升", "涨"};
  constexpr std::array<std::string_view, 8> english{"growth", "fall",    "increase",  "decrease",
                                                    "rise",   "decline", "reduction", "saving"};
  const auto has = [](const std::string& text, std::string_view word) {
    return text.find(word) != std::string::npos;
  };
  const std::string en = lower_ascii(claim.label.en + " " + claim.indicator);
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view w) { return has(claim.label.zh, w); }) ||
         std::any_of(english.begin(), english.end(),
                     [&](std::string_view w) { return has(en, w); });
}

std::string computed(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, std::clamp(decimals, 0, 12));
  if (text.find('.') != std::string::npos) {
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
  }
  if (text == "-0") text = "0";
  if (text.starts_with('-')) text.replace(0, 1, "−");
  return text;
}

std::string figure_text(const model::Figure& figure) {
  if (!figure.value) return figure.text;
  const auto printed = [&](double value) {
    std::string text = fmt::format("{:.{}f}", value, figure.decimals);
    if (text.starts_with('-')) text.replace(0, 1, "−");
    return text;
  };
  const char* sign = "";
  switch (figure.bound) {
    case model::Bound::at_least:
      sign = "≥";
      break;
    case model::Bound::at_most:
      sign = "≤";
      break;
    default:
      sign = model::to_string(figure.bound);
  }
  std::string text = sign + printed(*figure.value);
  if (figure.value_max) text += "–" + printed(*figure.value_max);
  return text;
}

std::string point_text(const Point& point) {
  const std::string text = figure_text(*point.figure);
  if (!point.number() || point.claim->unit == "1") return text;
  return text + " " + point.claim->unit;
}

}  // namespace cairn::plan
