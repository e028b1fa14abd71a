// SPDX-License-Identifier: Apache-2.0
#include "server/group_reason.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "respond/group_store.hpp"
#include "respond/grouping.hpp"
#include "respond/spot.hpp"
#include "server/api_groups.hpp"
#include "server/service.hpp"

namespace cairn::server {
namespace {

using respond::AlertGroup;
using respond::GroupState;

// So long the numbers of a lead alert are good enough to be said again.
constexpr std::int64_t looked_ns = 10 * ns_per_second;
constexpr std::size_t known_most = 1000;
constexpr std::size_t counties_named = 5;

std::string unit_text(const Unit& unit) {
  static constexpr std::pair<std::string_view, std::string_view> words[] = {
      {"Cel", "℃"}, {"ug", "µg"}, {"m3", "m³"}, {"m2", "m²"}};
  if (unit.text == "1") return {};
  std::string out = unit.text;
  for (const auto& [from, to] : words) {
    if (const auto at = out.find(from); at != std::string::npos) out.replace(at, from.size(), to);
  }
  std::erase_if(out, [](char c) { return c == '{' || c == '}'; });
  return out;
}

Label clock_text(Instant t, Instant now, Zone zone) {
  const std::string time = to_string(t, zone).substr(11, 5);
  const Date date = date_of(t, zone);
  if (date == date_of(now, zone)) return {time, time};
  return {format("{}月{}日 {}", date.month, date.day, time),
          format("{:02}-{:02} {}", date.month, date.day, time)};
}

std::string level_zh(respond::Level level) {
  return std::string(codec::level_text(level, "zh"));
}
std::string level_en(respond::Level level) {
  return lower_ascii(codec::level_text(level, "en"));
}

// "金阳县3处边坡监测站", "凉山州4个县（…）共12处边坡监测站".
Label where_text(const GroupFacts& f) {
  const auto things = std::max<std::uint64_t>(f.group.things, 1);
  const std::string zh_count = format("{}处{}", things, f.type.in(Language::zh));
  const std::string en_count = format("{} × {}", things, f.type.in(Language::en));
  if (f.counties.size() < 2) {
    return {f.region.in(Language::zh) + zh_count,
            f.region.empty() ? en_count : format("{}, {}", f.region.in(Language::en), en_count)};
  }
  std::string zh;
  std::string en;
  for (std::size_t i = 0; i < std::min(f.counties.size(), counties_named); ++i) {
    zh += (i > 0 ? "、" : "") + f.counties[i].in(Language::zh);
    en += (i > 0 ? ", " : "") + f.counties[i].in(Language::en);
  }
  const bool more = f.counties.size() > counties_named;
  return {format("{}{}个县（{}{}）共{}", f.region.in(Language::zh), f.counties.size(), zh,
                 more ? "等" : "", zh_count),
          format("{}, {} counties ({}{}), {}", f.region.in(Language::en), f.counties.size(), en,
                 more ? ", …" : "", en_count)};
}

// "；最重 某站：3日雨量 97 mm，阈值 88.9 mm，自 14:20 起".
Label lead_text(const GroupFacts& f) {
  const Label since = clock_text(f.began, f.now, f.zone);
  std::string zh = format("；最重 {}：", f.thing.in(Language::zh));
  std::string en = format("; gravest {}: ", f.thing.in(Language::en));
  if (f.no_data) {
    zh += "无数据，";
    en += "no data, ";
  } else if (f.compared && f.compared->value) {
    const auto& c = *f.compared;
    const Label name = c.label.empty() ? Label{"计算值", "value"} : c.label;
    zh += format("{} {}，", name.in(Language::zh), quantity_text(*c.value, c.unit));
    en += format("{} {}, ", name.in(Language::en), quantity_text(*c.value, c.unit));
    if (c.limit) {
      const std::string limit = quantity_text(*c.limit, c.unit);
      const bool below = c.op.starts_with("<");
      zh += format("{}阈值 {}，", below ? "低于" : "", limit);
      en += format("{}threshold {}, ", below ? "below the " : "", limit);
    }
  }
  return {zh + format("自 {} 起", since.zh), en + format("since {}", since.en)};
}

Label end_text(const GroupFacts& f) {
  const AlertGroup& g = f.group;
  if (g.total == 0 && g.retracted > 0) {
    return {"，后到的数据表明并未发生", ": data that came later show that it had never been"};
  }
  return {format("，已全部解除，最高{}", level_zh(g.highest)),
          format("; all over, {} at its worst", level_en(g.highest))};
}

}  // namespace

std::string quantity_text(double value, const Unit& unit) {
  const double size = std::fabs(value);
  std::string number = size >= 1000 ? format("{:.0f}", value) : format("{:.3g}", value);
  if (number == "-0") number = "0";
  const std::string text = unit_text(unit);
  if (text.empty()) return number;
  return text == "%" ? number + text : number + " " + text;
}

Label group_sentence(const GroupFacts& f) {
  const AlertGroup& g = f.group;
  Label out = where_text(f);
  out.zh += "：" + f.what.in(Language::zh);
  out.en += ": " + f.what.in(Language::en);
  const bool over = g.state == GroupState::cleared;
  const Label next = over ? end_text(f) : lead_text(f);
  out.zh += next.zh;
  out.en += next.en;
  if (g.consequences > 0) {
    out.zh += format("；另有{}条告警由此引起", g.consequences);
    out.en += format("; {} more alerts follow from it", g.consequences);
  }
  if (!over && !g.cause.empty()) {
    out.zh += "；由另一处告警引起，不另行通知";
    out.en += "; it follows from another alert and calls nobody";
  } else if (!over && !g.maintenance.empty()) {
    out.zh += "；处于申报的维护期，不通知";
    out.en += "; in declared maintenance, calls nobody";
  }
  out.zh += "。";
  out.en += ".";
  return out;
}

GroupReasons::Known GroupReasons::look(const AlertGroup& group,
                                       const store::Database* inside) const {
  const Instant clock = service_.true_clock().now();
  {
    const std::lock_guard lock(mutex_);
    const auto at = known_.find(group.id);
    if (at != known_.end() && at->second.lead == group.lead && at->second.at <= clock &&
        clock < at->second.at + looked_ns) {
      return at->second;
    }
  }
  Known out{group.lead, clock, group.since, {}};
  const auto lead =
      inside != nullptr ? respond::read_member(*inside, group.lead) : grouping_.member(group.lead);
  if (lead && *lead) out.began = (*lead)->began;
  if (const watch::Live* live = service_.live()) {
    // As it is now; where hysteresis alone holds it, as it was when it fired.
    for (const Instant at : {live->now(), out.began}) {
      auto why = live->why(group.lead_rule, group.lead_thing, at);
      if (!why) break;
      out.compared = std::move(why->compared);
      if (why->condition.value_or(false)) break;
    }
  }
  const std::lock_guard lock(mutex_);
  if (known_.size() >= known_most) known_.clear();
  return known_[group.id] = out;
}

respond::Simulated GroupReasons::simulated(const AlertGroup& group) const {
  const auto state = service_.state();
  const std::weak_ptr<const void> snapshot = state->base;
  {
    const std::lock_guard lock(mutex_);
    const auto at = counted_.find(group.id);
    if (at != counted_.end() && at->second.firing == group.firing &&
        at->second.total == group.total && !at->second.snapshot.owner_before(snapshot) &&
        !snapshot.owner_before(at->second.snapshot)) {
      return at->second.simulated;
    }
  }
  const auto out = respond::simulated_of(group_spots(group, grouping_, *state, nullptr));
  const std::lock_guard lock(mutex_);
  if (counted_.size() >= known_most) counted_.clear();
  counted_[group.id] = {group.firing, group.total, snapshot, out};
  return out;
}

Label GroupReasons::operator()(const AlertGroup& group, const store::Database* inside) const {
  const auto state = service_.state();
  const model::Workspace& workspace = *state->workspace;
  const model::RegionTree& regions = *workspace.regions;
  const auto name = [&](const std::string& code) {
    const model::RegionIndex at = regions.find(code);
    return at == model::no_region ? Label{code, code} : regions[at].name;
  };
  const Known known = look(group, inside);
  // On the reader's clock: a demonstration's alert of another day is told with its day.
  const Instant clock_now = service_.true_clock().now();
  GroupFacts facts{
      group,     name(group.region), {}, {}, {}, {}, false, known.compared, known.began,
      clock_now, workspace.zone};
  const auto& rules = workspace.catalog->rules;
  const auto rule = std::find_if(rules.begin(), rules.end(),
                                 [&](const auto& one) { return one.id == group.lead_rule; });
  facts.what = {group.lead_rule, group.lead_rule};
  std::string type_name;
  if (rule != rules.end()) {
    if (!rule->label.empty()) facts.what = rule->label;
    facts.no_data = !rule->no_data.empty();
    type_name = rule->type;
  }
  const model::TypeDef* type = workspace.catalog->type(type_name);
  facts.type = type == nullptr ? Label{"监测对象", "thing"} : type->label;
  facts.thing = respond::spot_of(state->base->snapshot(), type_name, group.lead_thing, group.region,
                                 group.since)
                    .name;
  const auto children =
      inside != nullptr ? respond::read_children(*inside, group.id) : grouping_.children(group.id);
  std::vector<std::string> seen;
  for (const AlertGroup& child : children ? *children : std::vector<AlertGroup>{}) {
    const std::string& code = child.region;
    if (std::find(seen.begin(), seen.end(), code) != seen.end()) continue;
    seen.push_back(code);
    facts.counties.push_back(name(code));
  }
  return group_sentence(facts);
}

}  // namespace cairn::server
