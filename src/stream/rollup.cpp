// SPDX-License-Identifier: Apache-2.0
#include "stream/rollup.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/text.hpp"
#include "formula/depends.hpp"
#include "formula/eval_explain.hpp"
#include "formula/eval_region.hpp"
#include "formula/expiry.hpp"
#include "stream/rollup_group.hpp"
#include "stream/rollup_inputs.hpp"

namespace cairn::stream {
namespace {

using model::RegionIndex;

// The device's clock may run so far ahead of ours that its readings wait for their time, and
// windows still need what is as much older (watch/desk refuses more).
constexpr std::int64_t clock_allowance_ns = 600 * ns_per_second;
// Windows up to a week are read from memory, a year's from the disk: a reading a minute would be
// 8 MB a series.
constexpr std::int64_t most_kept_ns = 8 * ns_per_day;

// A formula::Cell of a number in a third of its room.
struct Kept {
  double value = 0;
  Instant newest = Instant::min();
  std::uint64_t reported = 0;
  std::uint64_t expected = 0;
  std::unique_ptr<std::string> reason;
  bool known = false;
  bool present = false;
  bool estimated = false;

  // Takes it over; false when it is the same already, to the bit.
  bool take(formula::Cell cell) {
    const auto same_value = [&] {
      return !present || std::bit_cast<std::uint64_t>(value) ==
                             std::bit_cast<std::uint64_t>(cell.value.value_or(0));
    };
    const bool same_reason = reason ? *reason == cell.reason : cell.reason.empty();
    if (known && present == cell.value.has_value() && same_value() && same_reason &&
        newest == cell.data_time.value_or(Instant::min()) && reported == cell.reported &&
        expected == cell.expected && estimated == cell.estimated) {
      return false;
    }
    known = true;
    present = cell.value.has_value();
    value = cell.value.value_or(0);
    newest = cell.data_time.value_or(Instant::min());
    reported = cell.reported;
    expected = cell.expected;
    estimated = cell.estimated;
    if (!same_reason) {
      reason =
          cell.reason.empty() ? nullptr : std::make_unique<std::string>(std::move(cell.reason));
    }
    return true;
  }

  formula::Cell cell() const {
    formula::Cell out;
    if (present) out.value = value;
    if (newest != Instant::min()) out.data_time = newest;
    out.reported = reported;
    out.expected = expected;
    out.estimated = estimated;
    if (reason) out.reason = *reason;
    return out;
  }
};

// Everything that is asked for as of one date, which advances with the date of the refresh.
struct Timeline {
  Shifts shifts;
  std::optional<Instant> as_of;
  std::vector<std::unique_ptr<Group>> groups;  // unique: named by address
  std::vector<std::uint32_t> given;            // indicators
  Instant given_due = Instant::min();
  // Of the last refresh.
  bool all = false;      // every region may have changed
  bool new_day = false;  // so did the reasons of regions that are not in force
};

struct Source {
  std::string key;
  Timeline* timeline = nullptr;
  Group* group = nullptr;
  Totals* totals = nullptr;
};

struct Indicator {
  std::uint32_t index = 0;
  const formula::Compiled* formula = nullptr;
  std::vector<std::uint32_t> sources;
  std::vector<Timeline*> timelines;
  std::vector<Kept> cells;  // by region
};

// Where things and regions begin or cease to count, rising.
using Edges = std::vector<Instant>;

void put_edges(const Interval& valid, Edges& out) {
  for (const Instant t : {valid.begin, valid.end}) {
    if (t != Instant::min() && t != Instant::max()) out.push_back(t + 1);
  }
}

// One lies in (after, until].
bool crossed(const Edges& edges, Instant after, Instant until) {
  const auto next = std::upper_bound(edges.begin(), edges.end(), after);
  return next != edges.end() && *next <= until;
}

template <class F>
void each_column(const formula::Compiled& formula, const Binding& binding, const F& take) {
  for (const auto& [aggregate, shifts] : inputs_of(formula).aggregates) {
    const auto columns = binding.live_columns(aggregate->type);
    const model::TypeDef& type = binding.base().catalog->types[aggregate->type];
    for (const formula::Reach& reach : formula::depends(*aggregate, type).reaches) {
      if (std::find(columns.begin(), columns.end(), reach.column) == columns.end()) continue;
      take(aggregate->type, reach, longest_back_ns(shifts));
    }
  }
}

bool reads_live(const formula::Compiled& formula, const Binding& binding) {
  bool found = false;
  each_column(formula, binding, [&](auto...) { found = true; });
  return found;
}

}  // namespace

struct Rollup::Impl final : formula::PartialSource {
  Impl(const formula::Library& from, const Binding& to, const model::Snapshot& of)
      : library(from), binding(to), live(of), looker(of), evaluator(of, this) {}

  void add_indicator(std::uint32_t index, const formula::Compiled& formula);
  Timeline& timeline(const Shifts& shifts);
  void find_edges();

  void advance(Timeline& timeline, Instant now, const Pause& pause);
  void touch_groups();
  void collect_regions(const Indicator& indicator);
  void put_all_regions();
  void put_region(RegionIndex region);
  void evaluate(Indicator& indicator, std::span<const RegionIndex> some, Instant now,
                std::vector<Changed>& changed);

  // PartialSource: what the evaluator of region formulas asks for instead of scanning.
  std::uint32_t find(const formula::Aggregate& aggregate, Instant as_of) const override;
  const formula::Partial& total(std::uint32_t handle, RegionIndex region,
                                formula::Partial& room) const override;

  formula::Library library;
  const Binding& binding;
  const model::Snapshot& live;
  Looker looker;
  formula::RegionEvaluator evaluator;

  std::vector<std::unique_ptr<Timeline>> timelines;  // unique: named by address
  std::vector<Source> sources;
  std::unordered_map<const formula::Aggregate*, std::vector<std::uint32_t>> sources_of;
  std::vector<Indicator> indicators;
  std::vector<std::uint32_t> kept_of;               // by indicator
  std::vector<std::vector<Group*>> groups_of_type;  // by type
  std::vector<Edges> thing_edges;                   // by type
  Edges region_edges;

  std::vector<CellId> touched;
  std::vector<std::uint64_t> is_touched;  // a bit a cell

  // Of the indicator at hand.
  std::vector<RegionIndex> regions;
  std::vector<std::uint32_t> asked;  // by region: the last round in which it was put
  std::uint32_t round = 0;
};

// --- what is kept --------------------------------------------------------------------------------

Rollup::Rollup(const formula::Library& library, const Binding& binding, const model::Snapshot& live)
    : impl_(std::make_unique<Impl>(library, binding, live)) {
  const auto& indicators = library.catalog().indicators;
  impl_->kept_of.assign(indicators.size(), none);
  impl_->groups_of_type.resize(live.tables.size());
  for (std::uint32_t i = 0; i < indicators.size(); ++i) {
    const formula::Compiled* formula = impl_->library.indicator(indicators[i].id);
    if (formula != nullptr && reads_live(*formula, binding)) impl_->add_indicator(i, *formula);
  }
  impl_->find_edges();
  impl_->is_touched.assign(binding.cells() / 64 + 1, 0);
  impl_->asked.assign(live.regions->size(), 0);
}

Rollup::~Rollup() = default;

Timeline& Rollup::Impl::timeline(const Shifts& shifts) {
  for (const auto& known : timelines) {
    if (known->shifts == shifts) return *known;
  }
  timelines.push_back(std::make_unique<Timeline>());
  timelines.back()->shifts = shifts;
  return *timelines.back();
}

void Rollup::Impl::add_indicator(std::uint32_t index, const formula::Compiled& formula) {
  kept_of[index] = static_cast<std::uint32_t>(indicators.size());
  Indicator& indicator = indicators.emplace_back();
  indicator.index = index;
  indicator.formula = &formula;
  indicator.cells.resize(live.regions->size());
  const auto rests_on = [&](Timeline& at) {
    auto& all = indicator.timelines;
    if (std::find(all.begin(), all.end(), &at) == all.end()) all.push_back(&at);
  };
  const RegionInputs inputs = inputs_of(formula);
  for (const auto& [aggregate, shifts] : inputs.aggregates) {
    Timeline& at = timeline(shifts);
    rests_on(at);
    auto group = std::find_if(at.groups.begin(), at.groups.end(), [&](const auto& known) {
      return known->places().type() == aggregate->type &&
             known->places().any_status() == aggregate->any_status;
    });
    if (group == at.groups.end()) {
      at.groups.push_back(
          std::make_unique<Group>(live, binding, aggregate->type, aggregate->any_status));
      group = at.groups.end() - 1;
      groups_of_type[aggregate->type].push_back(group->get());
    }
    Totals* totals = &(*group)->add(aggregate);
    const auto known = std::find_if(sources.begin(), sources.end(),
                                    [&](const Source& s) { return s.totals == totals; });
    const auto source = static_cast<std::uint32_t>(known - sources.begin());
    if (known == sources.end()) {
      sources.push_back({aggregate->text + to_string(shifts), &at, group->get(), totals});
    }
    indicator.sources.push_back(source);
    sources_of[aggregate.get()].push_back(source);
  }
  for (const auto& [given, shifts] : inputs.given) {
    Timeline& at = timeline(shifts);
    rests_on(at);
    at.given.push_back(given);
  }
}

void Rollup::Impl::find_edges() {
  thing_edges.resize(live.tables.size());
  for (std::size_t type = 0; type < live.tables.size(); ++type) {
    if (!live.tables[type] || groups_of_type[type].empty()) continue;
    Edges& edges = thing_edges[type];
    for (const Interval& valid : live.tables[type]->valid) put_edges(valid, edges);
    std::sort(edges.begin(), edges.end());
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  }
  for (const model::Region& region : live.regions->all()) put_edges(region.valid, region_edges);
  std::sort(region_edges.begin(), region_edges.end());
}

// --- bringing it to a date -----------------------------------------------------------------------

void Rollup::touch(CellId cell) {
  std::uint64_t& word = impl_->is_touched[cell / 64];
  const std::uint64_t bit = std::uint64_t{1} << (cell % 64);
  if ((word & bit) != 0) return;
  word |= bit;
  impl_->touched.push_back(cell);
}

void Rollup::Impl::touch_groups() {
  for (const CellId id : touched) {
    is_touched[id / 64] = 0;
    const Cell cell = binding.cell(id);
    for (Group* group : groups_of_type[cell.type]) {
      if (!group->reads(cell.column)) continue;
      for (const std::uint32_t row : binding.rows(cell.slot)) group->touch(row, cell.column);
    }
  }
  touched.clear();
}

void Rollup::Impl::advance(Timeline& timeline, Instant now, const Pause& pause) {
  const Instant next = shifted_by(timeline.shifts, now, live.zone);
  const bool anew = !timeline.as_of || next < *timeline.as_of;
  const Instant before = timeline.as_of.value_or(next);
  timeline.all = anew || crossed(region_edges, before, next);
  timeline.new_day = timeline.all || date_of(before - 1, live.zone) != date_of(next - 1, live.zone);
  if (!timeline.given.empty() && (timeline.all || next >= timeline.given_due)) {
    timeline.all = true;
    timeline.given_due = Instant::max();
    for (const std::uint32_t given : timeline.given) {
      if (given >= live.given.size()) continue;
      for (const auto& [region, series] : live.given[given]) {
        timeline.given_due =
            std::min(timeline.given_due, formula::next_sample(*live.history, series, next));
      }
    }
  }
  timeline.as_of = next;
  const bool regions_changed = anew || crossed(region_edges, before, next);
  for (const auto& group : timeline.groups) {
    if (regions_changed || crossed(thing_edges[group->places().type()], before, next)) {
      group->arrange(next, looker, pause);
      timeline.all = true;
    } else if (group->update(next, looker, pause)) {
      timeline.all = true;
    }
  }
}

void Rollup::refresh(Instant now, std::vector<Changed>& changed, const Pause& pause) {
  Impl& impl = *impl_;
  impl.touch_groups();
  for (const auto& timeline : impl.timelines) impl.advance(*timeline, now, pause);
  for (Indicator& indicator : impl.indicators) {
    impl.collect_regions(indicator);
    const std::span<const RegionIndex> all = impl.regions;
    for (std::size_t first = 0; first < all.size(); first += formula::chunk_rows) {
      const auto some = all.subspan(first, std::min(formula::chunk_rows, all.size() - first));
      impl.evaluate(indicator, some, now, changed);
      if (pause) pause();
    }
  }
  for (const auto& timeline : impl.timelines) {
    for (const auto& group : timeline->groups) group->clear_changed();
  }
  impl.evaluator.forget();
}

void Rollup::Impl::put_region(RegionIndex region) {
  if (asked[region] == round) return;
  asked[region] = round;
  regions.push_back(region);
}

void Rollup::Impl::put_all_regions() {
  regions.resize(live.regions->size());
  std::iota(regions.begin(), regions.end(), RegionIndex{0});
}

// Regions at which an input is not as it was.
void Rollup::Impl::collect_regions(const Indicator& indicator) {
  regions.clear();
  ++round;
  for (const Timeline* timeline : indicator.timelines) {
    if (timeline->all) return put_all_regions();
  }
  for (const Timeline* timeline : indicator.timelines) {
    if (!timeline->new_day) continue;
    for (RegionIndex region = 0; region < live.regions->size(); ++region) {
      if (!(*live.regions)[region].valid_at(*timeline->as_of - 1)) put_region(region);
    }
  }
  for (const std::uint32_t source : indicator.sources) {
    const Places& places = sources[source].group->places();
    for (const Node node : sources[source].totals->changed()) {
      if (!places.is_bucket(node)) put_region(places.region(node));
    }
  }
}

void Rollup::Impl::evaluate(Indicator& indicator, std::span<const RegionIndex> some, Instant now,
                            std::vector<Changed>& changed) {
  formula::Frame& frame = evaluator.frame({some.begin(), some.end()}, now);
  const auto& program = indicator.formula->program;
  auto at = frame.indicators.find(program);
  if (at == frame.indicators.end()) {
    auto column = std::make_shared<const formula::RegionColumn>(
        evaluator.evaluate(program->root, *program, frame));
    at = frame.indicators.emplace(program, std::move(column)).first;
  }
  for (std::size_t lane = 0; lane < some.size(); ++lane) {
    if (indicator.cells[some[lane]].take(formula::make_cell(*at->second, lane))) {
      changed.push_back({indicator.index, some[lane]});
    }
  }
}

std::uint32_t Rollup::Impl::find(const formula::Aggregate& aggregate, Instant as_of) const {
  const auto at = sources_of.find(&aggregate);
  if (at == sources_of.end()) return none;
  for (const std::uint32_t source : at->second) {
    if (sources[source].timeline->as_of == as_of) return source;
  }
  return none;
}

const formula::Partial& Rollup::Impl::total(std::uint32_t handle, RegionIndex region,
                                            formula::Partial& room) const {
  const Source& source = sources[handle];
  const Node node = source.group->places().node(region);
  return node == none ? room : source.totals->total(node);
}

// --- what others ask -----------------------------------------------------------------------------

bool Rollup::live(std::uint32_t indicator) const {
  return impl_->kept_of[indicator] != none;
}

formula::Cell Rollup::value(std::uint32_t indicator, RegionIndex region) const {
  const std::uint32_t kept = impl_->kept_of[indicator];
  if (kept != none && impl_->indicators[kept].cells[region].known) {
    return impl_->indicators[kept].cells[region].cell();
  }
  formula::Cell cell;
  cell.reason = "the indicator is not kept current";
  return cell;
}

void Rollup::own_changes(std::vector<Share>& out) {
  for (const Source& source : impl_->sources) {
    for (const RegionIndex region : source.totals->own_changes()) {
      Share& share = out.emplace_back();
      share.aggregate = source.key;
      share.region = (*impl_->live.regions)[region].code;
      source.totals->own(region).write(share.bytes);
    }
  }
}

Status Rollup::inject(const Share& share) {
  const auto source = std::find_if(impl_->sources.begin(), impl_->sources.end(),
                                   [&](const Source& s) { return s.key == share.aggregate; });
  if (source == impl_->sources.end()) {
    return fail(Code::not_found, format("no indicator kept here rests on '{}'", share.aggregate));
  }
  const model::RegionTree& tree = *impl_->live.regions;
  const RegionIndex region = tree.find(share.region);
  if (region == model::no_region || tree[region].level == model::Level::zone) {
    return fail(Code::not_found, format("nothing can lie in a region '{}'", share.region));
  }
  formula::Partial own;
  std::string_view bytes = share.bytes;
  const bool quantile = source->totals->aggregate().kind == formula::AggregateKind::quantile;
  if (!formula::Partial::read(bytes, own) || !bytes.empty() ||
      (own.sketch != nullptr) != (quantile && own.count > 0)) {
    return fail(Code::invalid,
                format("the share of '{}' in {} is damaged", share.aggregate, share.region));
  }
  source->totals->inject(region, std::move(own));
  return {};
}

std::vector<Rollup::Wanted> Rollup::wants(const formula::Library& library, const Binding& binding) {
  std::vector<Wanted> out;
  for (const model::IndicatorDef& indicator : library.catalog().indicators) {
    const formula::Compiled* formula = library.indicator(indicator.id);
    if (formula == nullptr) continue;
    each_column(*formula, binding,
                [&](std::uint32_t type, const formula::Reach& reach, std::int64_t back_ns) {
                  auto known = std::find_if(out.begin(), out.end(), [&](const Wanted& other) {
                    return other.type == type && other.column == reach.column;
                  });
                  if (known == out.end()) known = out.insert(known, {type, reach.column, 0});
                  const bool unlimited =
                      back_ns == formula::unlimited_ns || reach.back_ns == formula::unlimited_ns;
                  if (unlimited || back_ns + reach.back_ns == 0) return;
                  const std::int64_t span_ns = std::min(
                      most_kept_ns, std::min(most_kept_ns, back_ns) +
                                        std::min(most_kept_ns, reach.back_ns) + clock_allowance_ns);
                  known->span_ns = std::max(known->span_ns, span_ns);
                });
  }
  return out;
}

}  // namespace cairn::stream
