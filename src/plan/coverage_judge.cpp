// SPDX-License-Identifier: Apache-2.0
#include "plan/coverage_judge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/text.hpp"

namespace cairn::plan {
namespace {

using model::Value;
using radio::CellLife;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double kbit_per_mbit = 1000;

// In this order the least is "and", the greatest "or".
enum class Known : std::uint8_t { no, unknown, yes };

Value truth(Known known) {
  return known == Known::unknown ? Value{} : Value{known == Known::yes};
}

Value rounded(double value, double per_unit) {
  return Value{std::round(value * per_unit) / per_unit};
}
Value decibels(double value) {
  return rounded(value, 10);
}
Value megabits(double kbps) {
  return rounded(kbps / kbit_per_mbit, 100);
}

double distance_at(const std::vector<NearestStep>& steps, std::int64_t t) {
  const auto after =
      std::upper_bound(steps.begin(), steps.end(), t,
                       [](std::int64_t a, const NearestStep& s) { return a < s.from; });
  return after == steps.begin() ? infinite : std::prev(after)->distance_m;
}

}  // namespace

std::string in_name(std::string_view word) {
  std::string out;
  for (const char c : lower_ascii(word)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_') out += c;
  }
  return out;
}

std::vector<NearestStep> nearest_steps(std::span<const NearStation> near,
                                       std::string_view technology, std::string_view operator_id,
                                       std::int64_t begin) {
  // Time that no nearer station has taken yet.
  std::vector<CellLife> open{{begin, CellLife::forever}};
  std::vector<std::pair<CellLife, double>> taken;
  std::vector<CellLife> rest;
  for (const NearStation& station : near) {
    if (station.technology != technology) continue;
    if (!operator_id.empty() && station.operator_id != operator_id) continue;
    rest.clear();
    for (const CellLife& gap : open) {
      const CellLife part{std::max(gap.begin, station.life.begin),
                          std::min(gap.end, station.life.end)};
      if (part.begin >= part.end) {
        rest.push_back(gap);
        continue;
      }
      taken.emplace_back(part, station.distance_m);
      if (gap.begin < part.begin) rest.push_back({gap.begin, part.begin});
      if (part.end < gap.end) rest.push_back({part.end, gap.end});
    }
    open.swap(rest);
    if (open.empty()) break;
  }
  for (const CellLife& gap : open) taken.emplace_back(gap, infinite);
  std::sort(taken.begin(), taken.end(),
            [](const auto& a, const auto& b) { return a.first.begin < b.first.begin; });
  std::vector<NearestStep> out;
  for (const auto& [life, distance_m] : taken) {
    if (out.empty() || out.back().distance_m != distance_m) out.push_back({life.begin, distance_m});
  }
  return out;
}

// What is the case at one instant.
class CoverageJudge::Moment {
 public:
  Moment(const CoverageJudge& judge, const VillageFacts& facts) : judge_(judge), facts_(facts) {
    for (const OfTechnology& of : judge.of_technology_) nearest(of.technology, {});
    for (const OfRule& of : judge.of_rule_) {
      if (of.rule->station_within_m > 0) nearest(of.rule->technology, of.operator_id);
    }
  }

  // When something may change, the beginning first.
  std::vector<std::int64_t> events() const {
    std::vector<std::int64_t> out{facts_.begin};
    for (const auto& of_point : facts_.served) {
      for (const radio::ServedPoint* served : of_point) {
        if (served == nullptr) continue;
        for (const radio::ServedState& state : served->states) out.push_back(state.from);
      }
    }
    for (const Steps& steps : nearest_) {
      for (const NearestStep& step : steps.steps) out.push_back(step.from);
    }
    std::erase_if(out, [&](std::int64_t t) { return t < facts_.begin; });
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  std::vector<Value> at(std::int64_t t) const {
    std::vector<Value> out(judge_.properties_.size());
    for (const OfBand& of : judge_.of_band_) put(out, of.rsrp, strongest(of.band, t));
    for (const OfTechnology& of : judge_.of_technology_) best_server(of, t, out);
    for (const OfRule& of : judge_.of_rule_) put(out, of.property, truth(decide(of, t)));
    put(out, judge_.basis_, {basis()});
    return out;
  }

 private:
  struct Steps {
    std::string technology;
    std::string operator_id;
    std::vector<NearestStep> steps;
  };

  static void put(std::vector<Value>& out, int slot, Value value) {
    if (slot != none) out[static_cast<std::size_t>(slot)] = std::move(value);
  }

  const std::vector<NearestStep>& nearest(std::string_view technology,
                                          std::string_view operator_id) {
    for (const Steps& known : nearest_) {
      if (known.technology == technology && known.operator_id == operator_id) return known.steps;
    }
    nearest_.push_back({std::string(technology), std::string(operator_id),
                        nearest_steps(facts_.near, technology, operator_id, facts_.begin)});
    return nearest_.back().steps;
  }
  double distance(std::string_view technology, std::string_view operator_id, std::int64_t t) const {
    for (const Steps& known : nearest_) {
      if (known.technology == technology && known.operator_id == operator_id) {
        return distance_at(known.steps, t);
      }
    }
    return infinite;
  }

  const std::string& technology(std::size_t group) const {
    return judge_.bands_[judge_.groups_[group].band].budget.technology;
  }
  const radio::ServedState* state(std::size_t point, std::size_t group, std::int64_t t) const {
    const radio::ServedPoint* served = facts_.served[point][group];
    return served == nullptr || !served->error.empty() ? nullptr : &served->at(t);
  }
  // Something of the group could not be computed at the point.
  bool doubtful(std::size_t point, std::size_t group) const {
    const radio::ServedPoint* served = facts_.served[point][group];
    return served != nullptr && (!served->error.empty() || !served->note.empty());
  }

  Value strongest(std::size_t band, std::int64_t t) const {
    double best = -infinite;
    for (std::size_t g = 0; g < judge_.groups_.size(); ++g) {
      if (judge_.groups_[g].band != band) continue;
      const radio::ServedState* now = state(0, g, t);
      if (now != nullptr && now->best) best = std::max(best, now->best->quality.rsrp_dbm);
    }
    return best == -infinite ? Value{} : decibels(best);
  }

  // Of all bands of a technology at the committee: who has the greatest headroom.
  void best_server(const OfTechnology& of, std::int64_t t, std::vector<Value>& out) const {
    const double nearest_m = distance(of.technology, {}, t);
    if (nearest_m < infinite) put(out, of.nearest, rounded(nearest_m, 1));
    const radio::ServedState* best = nullptr;
    std::size_t group = 0;
    bool doubt = false;
    for (std::size_t g = 0; g < judge_.groups_.size(); ++g) {
      if (technology(g) != of.technology) continue;
      doubt |= doubtful(0, g);
      const radio::ServedState* now = state(0, g, t);
      if (now == nullptr || !now->best) continue;
      if (best != nullptr && now->best->headroom_db <= best->best->headroom_db) continue;
      best = now;
      group = g;
    }
    if (best == nullptr) {
      if (!doubt && registered(of.technology, {}))
        put(out, of.reason, {std::string(radio::to_string(radio::Why::no_cell))});
      return;
    }
    const radio::Serving& serving = *best->best;
    const StudyGroup& cells = judge_.groups_[group];
    put(out, of.rsrp, decibels(serving.quality.rsrp_dbm));
    put(out, of.margin, decibels(serving.quality.margin_db));
    put(out, of.band, {judge_.bands_[cells.band].def->id});
    put(out, of.server, {cells.stations[serving.cell]});
    put(out, of.operator_id, {cells.operator_id});
    put(out, of.downlink, megabits(serving.quality.downlink_kbps));
    put(out, of.uplink, megabits(serving.quality.uplink_kbps));
    put(out, of.line_of_sight, {serving.line_of_sight});
    put(out, of.reason, {std::string(radio::to_string(best->why))});
  }

  // Whether the operator's network of the rule's technology reaches the point.
  Known signal(const model::CoverageRule& rule, std::string_view operator_id, std::size_t point,
               std::int64_t t) const {
    Known out = Known::no;
    for (std::size_t g = 0; g < judge_.groups_.size() && out != Known::yes; ++g) {
      if (technology(g) != rule.technology) continue;
      if (!operator_id.empty() && judge_.operators_[g] != operator_id) continue;
      const radio::ServedState* now = state(point, g, t);
      if (now != nullptr && now->best) {
        const radio::LinkQuality& quality = now->best->quality;
        const bool enough =
            rule.threshold_dbm ? quality.rsrp_dbm >= *rule.threshold_dbm : quality.signal_suffices;
        if (enough) out = Known::yes;
      }
      if (out == Known::no && doubtful(point, g)) out = Known::unknown;
    }
    return out;
  }

  bool needs_signal(const model::CoverageRule& rule, std::size_t p) const {
    const StudyPoint& point = facts_.points[p];
    if (std::find(rule.signal_at.begin(), rule.signal_at.end(), point.kind) ==
        rule.signal_at.end()) {
      return false;
    }
    return !rule.least_households || !point.households ||
           *point.households >= *rule.least_households;
  }

  Known at_all_points(const model::CoverageRule& rule, std::string_view operator_id,
                      std::int64_t t) const {
    Known out = Known::yes;
    for (std::size_t p = 0; p < facts_.points.size() && out != Known::no; ++p) {
      if (needs_signal(rule, p)) out = std::min(out, signal(rule, operator_id, p, t));
    }
    return out;
  }

  bool registered(std::string_view technology, std::string_view operator_id) const {
    for (std::size_t g = 0; g < judge_.groups_.size(); ++g) {
      if (this->technology(g) != technology) continue;
      if (operator_id.empty() || judge_.operators_[g] == operator_id) return true;
    }
    return false;
  }

  Known decide(const OfRule& of, std::int64_t t) const {
    const model::CoverageRule& rule = *of.rule;
    if (rule.station_within_m > 0 &&
        distance(rule.technology, of.operator_id, t) <= rule.station_within_m) {
      return Known::yes;
    }
    if (rule.signal_at.empty()) return Known::no;
    // Where no such network is registered at all nothing is known of it.
    if (!registered(rule.technology, of.operator_id)) return Known::unknown;
    if (!rule.one_operator || !of.operator_id.empty()) {
      return at_all_points(rule, of.operator_id, t);
    }
    Known out = Known::no;
    for (const std::string& operator_id : judge_.different_operators_) {
      out = std::max(out, at_all_points(rule, operator_id, t));
    }
    return out;
  }

  std::string basis() const {
    std::vector<std::string> kinds;
    if (!facts_.committee_registered) kinds.emplace_back("position");
    for (std::size_t p = facts_.committee_registered ? 0 : 1; p < facts_.points.size(); ++p) {
      const std::string& kind = facts_.points[p].kind;
      if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
    }
    return join(kinds, " ");
  }

  const CoverageJudge& judge_;
  const VillageFacts& facts_;
  std::vector<Steps> nearest_;
};

CoverageJudge::CoverageJudge(const model::CoverageDef& def, const model::TypeDef& type,
                             std::span<const StudyBand> bands, std::span<const StudyGroup> groups)
    : bands_(bands), groups_(groups) {
  for (const StudyGroup& group : groups) {
    operators_.push_back(in_name(group.operator_id));
    auto& each = different_operators_;
    if (std::find(each.begin(), each.end(), operators_.back()) == each.end()) {
      each.push_back(operators_.back());
    }
  }
  for (std::size_t b = 0; b < bands.size(); ++b) {
    of_band_.push_back({b, slot(type, "rsrp_" + in_name(bands[b].def->id))});
  }
  for (const std::string technology : {"4g", "5g", "nb-iot"}) {
    const std::string t = in_name(technology);
    of_technology_.push_back({technology, slot(type, "rsrp_" + t), slot(type, "margin_" + t),
                              slot(type, "band_" + t), slot(type, "server_" + t),
                              slot(type, "operator_" + t), slot(type, "downlink_" + t),
                              slot(type, "uplink_" + t), slot(type, "line_of_sight_" + t),
                              slot(type, "reason_" + t), slot(type, "nearest_" + t)});
  }
  for (const model::CoverageRule& rule : def.rules) {
    of_rule_.push_back({&rule, {}, slot(type, rule.property)});
    // "coverage_5g_mobile" is the rule over the network of "mobile" alone.
    for (const model::PropertyDef& property : type.properties) {
      if (!property.name.starts_with(rule.property + "_")) continue;
      of_rule_.push_back(
          {&rule, property.name.substr(rule.property.size() + 1), slot(type, property.name)});
    }
  }
  basis_ = slot(type, "coverage_basis");
}

int CoverageJudge::slot(const model::TypeDef& type, const std::string& name) {
  if (type.property(name) == nullptr) return none;
  properties_.push_back(name);
  return static_cast<int>(properties_.size()) - 1;
}

std::vector<model::DerivedVersion> CoverageJudge::judge(const VillageFacts& facts) const {
  const Moment moment(*this, facts);
  std::vector<model::DerivedVersion> out;
  std::vector<Value> before(properties_.size());
  for (const std::int64_t t : moment.events()) {
    std::vector<Value> now = moment.at(t);
    model::DerivedVersion version{Instant{t}, {}};
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i] != before[i]) version.changes.emplace_back(static_cast<std::uint16_t>(i), now[i]);
    }
    if (!version.changes.empty()) out.push_back(std::move(version));
    before = std::move(now);
  }
  return out;
}

}  // namespace cairn::plan
