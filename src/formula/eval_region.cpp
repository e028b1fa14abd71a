// SPDX-License-Identifier: Apache-2.0
#include "formula/eval_region.hpp"

#include <algorithm>

#include "core/exact_sum.hpp"
#include "core/text.hpp"
#include "formula/eval_ops.hpp"

namespace cairn::formula {
namespace {

// Frames are a request's regions at a date; a page with twenty years of trend needs twenty.
constexpr std::size_t most_frames = 128;
// Columns of last values and lists of rows, by date: rules that are replayed ask for many dates.
constexpr std::size_t most_columns = 512;

std::string reason_of(const Partial& partial, Lack lack, const model::TypeDef& type) {
  if (lack == Lack::none_reported) return format("0 of {} reported", partial.expected);
  if (lack == Lack::none_selected) return format("no {} selected", type.name);
  return to_string(lack);
}

// True when a is worse covered than b; both expect something.
bool worse(const Basis& a, const Basis& b) {
  const auto left = static_cast<unsigned long long>(a.reported) * b.expected;
  const auto right = static_cast<unsigned long long>(b.reported) * a.expected;
  return left != right ? left < right : a.expected > b.expected;
}

const Basis& basis_at(const RegionColumn& column, std::size_t lane) {
  static const Basis nothing;
  return column.basis.empty() ? nothing : column.basis[lane];
}

}  // namespace

void combine(Basis& into, const Basis& from) {
  if (from.expected > 0 && (into.expected == 0 || worse(from, into))) {
    into.reported = from.reported;
    into.expected = from.expected;
  }
  into.estimated = into.estimated || from.estimated;
  into.newest = std::max(into.newest, from.newest);
}

Frame& RegionEvaluator::frame(const std::vector<model::RegionIndex>& regions, Instant as_of) {
  std::unique_ptr<Frame>& frame = frames_[{as_of.ns, regions}];
  if (!frame) {
    frame = std::make_unique<Frame>();
    frame->as_of = as_of;
    frame->moment = as_of - 1;
    frame->regions = regions;
  }
  return *frame;
}

const RegionMap& RegionEvaluator::map_of(Frame& frame) const {
  if (!frame.map) frame.map = make_region_map(*snapshot_.regions, frame.regions, frame.moment);
  return *frame.map;
}

void RegionEvaluator::forget() {
  frames_.clear();
  rows_.clear();
  last_.clear();
}

void RegionEvaluator::trim() {
  if (frames_.size() <= most_frames && rows_.size() <= most_columns &&
      last_.size() <= most_columns) {
    return;
  }
  forget();
}

const std::vector<std::uint32_t>& RegionEvaluator::rows(std::uint32_t type, Instant as_of,
                                                        bool any_status) {
  const auto [at, fresh] = rows_.try_emplace({type, as_of.ns, any_status});
  if (fresh) at->second = rows_in_force(*snapshot_.tables[type], as_of, any_status);
  return at->second;
}

RegionColumn RegionEvaluator::evaluate(const Expr& e, const Program& program, Frame& frame) {
  switch (e.kind) {
    case ExprKind::constant:
      return {e.constant, {}};
    case ExprKind::aggregate:
      return *aggregate(program.aggregates[e.index], frame);
    case ExprKind::given:
      return *given(e.index, frame);
    case ExprKind::indicator: {
      if (const auto known = frame.indicators.find(e.inner); known != frame.indicators.end()) {
        return *known->second;
      }
      auto column = std::make_shared<const RegionColumn>(evaluate(e.inner->root, *e.inner, frame));
      frame.indicators.emplace(e.inner, column);
      return *column;
    }
    case ExprKind::at: {
      Frame& then = this->frame(frame.regions, shifted(e.shift, frame.as_of, snapshot_.zone));
      return evaluate(e.args[0], program, then);
    }
    default:
      break;
  }
  std::vector<RegionColumn> args;
  args.reserve(e.args.size());
  for (const Expr& arg : e.args) args.push_back(evaluate(arg, program, frame));
  return combined(e, std::move(args), frame.regions.size());
}

// Applies an operator and says what its result rests on. if() rests on its condition and the
// branch taken, coalesce() on the value taken, everything else on all its arguments.
RegionColumn RegionEvaluator::combined(const Expr& e, std::vector<RegionColumn> args,
                                       std::size_t lanes) const {
  std::vector<Vec> values;
  values.reserve(args.size());
  for (RegionColumn& arg : args) values.push_back(std::move(arg.vec));
  RegionColumn out;
  out.vec = apply(e, values, lanes);
  const bool plain =
      std::all_of(args.begin(), args.end(), [](const auto& arg) { return arg.basis.empty(); });
  if (plain && out.vec.constant) return out;
  out.basis.resize(lanes);
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    Basis& basis = out.basis[lane];
    for (std::size_t i = 0; i < args.size(); ++i) {
      if (e.kind == ExprKind::choose && i > 0 && values[0].present(lane)) {
        const bool first = values[0].numbers[values[0].at(lane)] != 0;
        if (first != (i == 1)) continue;
      }
      if (e.kind == ExprKind::coalesce && !values[i].present(lane) && out.vec.present(lane)) {
        continue;
      }
      combine(basis, basis_at(args[i], lane));
      if (e.kind == ExprKind::coalesce && values[i].present(lane)) break;
    }
    if (out.vec.present(lane)) continue;
    const Lack lack = out.vec.lack[out.vec.at(lane)];
    for (std::size_t i = 0; i < args.size() && basis.reason.empty(); ++i) {
      if (values[i].present(lane) || values[i].lack[values[i].at(lane)] != lack) continue;
      basis.reason = basis_at(args[i], lane).reason;
    }
    if (basis.reason.empty()) basis.reason = to_string(lack);
  }
  return out;
}

std::shared_ptr<const RegionColumn> RegionEvaluator::aggregate(
    const std::shared_ptr<const Aggregate>& aggregate, Frame& frame) {
  if (const auto known = frame.aggregates.find(aggregate); known != frame.aggregates.end()) {
    return known->second;
  }
  const model::TypeDef& type = snapshot_.catalog->types[aggregate->type];
  auto column = std::make_shared<RegionColumn>();
  const std::size_t lanes = frame.regions.size();
  column->vec.reset(Type::number, lanes);
  column->basis.resize(lanes);
  const std::uint32_t kept =
      source_ == nullptr ? PartialSource::none : source_->find(*aggregate, frame.as_of);
  const Partials partials =
      kept == PartialSource::none ? scan(*aggregate, frame, nullptr) : Partials();
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    if (kept != PartialSource::none) {
      Partial room;
      put_partial(*aggregate, source_->total(kept, frame.regions[lane], room), lane, *column);
      continue;
    }
    const auto& slots = map_of(frame).targets[lane];
    Partial zone;
    const Partial* partial = &zone;
    if (slots.size() == 1) {
      partial = &partials[slots[0]];
    } else {
      for (const std::uint32_t slot : slots) zone.merge(partials[slot]);
    }
    put_partial(*aggregate, *partial, lane, *column);
  }
  check_level(type, frame, *column);
  check_in_force(frame, *column);
  frame.aggregates.emplace(aggregate, column);
  return column;
}

void RegionEvaluator::put_partial(const Aggregate& aggregate, const Partial& partial,
                                  std::size_t lane, RegionColumn& column) const {
  const PartialValue value = partial.value(aggregate.kind, aggregate.quantile);
  Basis& basis = column.basis[lane];
  basis = {partial.reported, partial.expected, partial.estimated != 0, partial.newest, {}};
  if (value.lack == Lack::present) {
    column.vec.set_number(lane, value.value);
  } else {
    column.vec.lack[lane] = value.lack;
    basis.reason = reason_of(partial, value.lack, snapshot_.catalog->types[aggregate.type]);
  }
}

// A town holds no counties: what is summed over counties has no value there, which is not zero.
void RegionEvaluator::check_level(const model::TypeDef& type, const Frame& frame,
                                  RegionColumn& column) const {
  const auto level = model::parse_level(type.name);
  if (!level) return;
  const model::RegionTree& tree = *snapshot_.regions;
  for (std::size_t lane = 0; lane < frame.regions.size(); ++lane) {
    const model::Level asked = tree[frame.regions[lane]].level;
    if (asked == model::Level::zone || asked <= *level) continue;
    column.vec.lack[lane] = Lack::none_selected;
    column.basis[lane] = {};
    column.basis[lane].reason =
        format("a {} is part of a {}; ask above it", model::to_string(asked), type.name);
  }
}

// A region has values only while it is in force: afterwards its things count for its successor.
void RegionEvaluator::check_in_force(Frame& frame, RegionColumn& column) const {
  const model::RegionTree& tree = *snapshot_.regions;
  for (std::size_t lane = 0; lane < frame.regions.size(); ++lane) {
    const model::RegionIndex region = frame.regions[lane];
    if (tree[region].valid_at(frame.moment)) continue;
    column.vec.lack[lane] = Lack::not_in_force;
    column.basis[lane] = {};
    std::string& reason = column.basis[lane].reason;
    reason = format("{} is not in force at {}", tree[region].code,
                    to_string(date_of(frame.moment, snapshot_.zone)));
    const model::RegionIndex now = tree.resolve(region, frame.moment);
    if (now != region) reason += format("; {} answers for it", tree[now].code);
  }
}

// Regions below which somebody reports the indicator; elsewhere a roll-up need not descend.
const std::vector<std::uint8_t>& RegionEvaluator::given_below(std::uint32_t indicator) {
  const auto [at, fresh] = given_below_.try_emplace(indicator);
  if (!fresh) return at->second;
  const model::RegionTree& tree = *snapshot_.regions;
  at->second.assign(tree.size(), 0);
  if (indicator >= snapshot_.given.size()) return at->second;
  for (const auto& [region, series] : snapshot_.given[indicator]) {
    for (const model::RegionIndex above : tree.ancestors(region)) at->second[above] = 1;
  }
  return at->second;
}

RegionEvaluator::Given RegionEvaluator::given_value(std::uint32_t indicator,
                                                    model::RegionIndex region, Instant as_of) {
  Given result;
  result.basis.expected = 1;
  if (indicator < snapshot_.given.size()) {
    const auto& known = snapshot_.given[indicator];
    if (const auto series = known.find(region); series != known.end()) {
      if (const auto sample = snapshot_.history->last(series->second, as_of)) {
        result.value = sample->value;
        result.basis = {1, 1, sample->estimated, sample->time.end, {}};
        result.own = true;
        result.sample = *sample;
        return result;
      }
    }
  }
  const model::RegionTree& tree = *snapshot_.regions;
  const model::IndicatorDef& definition = snapshot_.catalog->indicators[indicator];
  const bool zone = tree[region].level == model::Level::zone;
  if (definition.rollup != model::Rollup::sum) return result;
  if (!zone && given_below(indicator)[region] == 0) return result;
  ExactSum sum;
  std::size_t expected = 0;
  for (const model::RegionIndex child : tree.children(region)) {
    if (!tree[child].valid_at(as_of - 1)) continue;
    const Given part = given_value(indicator, child, as_of);
    expected += part.basis.expected;
    result.basis.reported += part.basis.reported;
    result.basis.estimated = result.basis.estimated || part.basis.estimated;
    result.basis.newest = std::max(result.basis.newest, part.basis.newest);
    if (part.value) sum.add(*part.value);
  }
  result.basis.expected = std::max<std::size_t>(expected, 1);
  if (result.basis.reported > 0) result.value = sum.value();
  return result;
}

std::shared_ptr<const RegionColumn> RegionEvaluator::given(std::uint32_t indicator, Frame& frame) {
  if (const auto known = frame.given.find(indicator); known != frame.given.end()) {
    return known->second;
  }
  auto column = std::make_shared<RegionColumn>();
  const std::size_t lanes = frame.regions.size();
  column->vec.reset(Type::number, lanes);
  column->basis.resize(lanes);
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    Given value = given_value(indicator, frame.regions[lane], frame.as_of);
    column->basis[lane] = value.basis;
    if (value.value) {
      column->vec.set_number(lane, *value.value);
    } else {
      column->basis[lane].reason = value.basis.expected > 1
                                       ? format("0 of {} reported", value.basis.expected)
                                       : std::string("not reported");
    }
  }
  check_in_force(frame, *column);
  frame.given.emplace(indicator, column);
  return column;
}

}  // namespace cairn::formula
