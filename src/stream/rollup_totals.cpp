// SPDX-License-Identifier: Apache-2.0
#include "stream/rollup_totals.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace cairn::stream {
namespace {

using formula::Partial;

// Of a node.
constexpr std::uint8_t is_changed = 1;
constexpr std::uint8_t open_extremes = 2;
constexpr std::uint8_t open_whole = 4;

// Of a region.
constexpr std::uint8_t was_told = 1;
constexpr std::uint8_t own_is_changed = 2;

// The calendar's days last 67 ms: often enough looked at, and 2^32 of them are nine years.
constexpr int tick_bits = 26;
constexpr std::uint32_t no_tick = 0xFFFFFFFF;

// Some hundred nodes take about a millisecond.
class Breath {
 public:
  explicit Breath(const std::function<void()>& pause) : pause_(pause) {}
  void after(std::size_t i) const {
    constexpr std::size_t nodes = 512;
    if (pause_ && i % nodes == nodes - 1) pause_();
  }

 private:
  const std::function<void()>& pause_;
};

}  // namespace

void Totals::begin(Instant as_of) {
  beginning_ = true;
  begun_ = as_of;
  things_.assign(places_->size(), {});
  due_.clear();
  tick_.clear();
  calendar_.clear();
}

void Totals::replace(Place place, const formula::Contribution& now) {
  formula::Contribution& before = things_[place];
  if (beginning_ || before == now) {
    before = now;
    return;
  }
  const Node node = places_->node_of(place);
  if (foreign_.empty() || !foreign_.contains(places_->region(node))) {
    note_own(places_->region(node));
    change_of(node).add(before, now);
  }
  before = now;
}

formula::Difference& Totals::change_of(Node node) {
  std::uint32_t& at = change_of_[node];
  if (at == none) {
    at = static_cast<std::uint32_t>(used_++);
    if (used_ > changes_.size()) {
      changes_.push_back({node, formula::Difference(aggregate_->kind)});
    } else {
      changes_[at].node = node;
      changes_[at].difference.clear();
    }
  }
  return changes_[at].difference;
}

void Totals::apply(const Change& change) {
  change_of_[change.node] = none;
  for (const Node at : places_->path(change.node)) {
    open(at, is_changed);
    if ((state_[at] & open_whole) != 0) continue;
    switch (totals_[at].apply(change.difference)) {
      case Partial::Lost::nothing:
        break;
      case Partial::Lost::extremes:
        open(at, open_extremes);
        break;
      case Partial::Lost::all:
        open(at, open_whole);
        break;
    }
  }
}

void Totals::open(Node node, std::uint8_t how) {
  const std::uint8_t before = state_[node];
  state_[node] = before | how | is_changed;
  if ((before & is_changed) == 0) changed_.push_back(node);
  constexpr std::uint8_t opened = open_extremes | open_whole;
  if ((before & opened) == 0 && (how & opened) != 0) open_.push_back(node);
}

void Totals::clear_changed() {
  for (const Node node : changed_) state_[node] = 0;
  changed_.clear();
}

void Totals::add_up(const std::function<void()>& pause) {
  beginning_ = false;
  totals_.clear();
  totals_.resize(places_->nodes());
  state_.assign(places_->nodes(), 0);
  changed_.clear();
  open_.clear();
  change_of_.assign(places_->nodes(), none);
  used_ = 0;
  for (auto& [region, own] : pending_) foreign_[region] = std::move(own);
  pending_.clear();
  const Breath breath(pause);
  for (Node node = places_->nodes(); node-- > 0;) {
    add_up(node);
    breath.after(node);
  }
  note_all_own();
}

void Totals::settle(const std::function<void()>& pause) {
  const Breath breath(pause);
  for (std::size_t i = 0; i < used_; ++i) {
    apply(changes_[i]);
    breath.after(i);
  }
  used_ = 0;
  for (auto& [region, own] : pending_) {
    foreign_[region] = std::move(own);
    for (const Node node : places_->path(places_->node(region))) open(node, open_whole);
    note_own(region);
  }
  pending_.clear();
  // Parts have the higher numbers.
  std::sort(open_.begin(), open_.end(), std::greater<>());
  for (std::size_t i = 0; i < open_.size(); ++i) {
    const Node node = open_[i];
    if ((state_[node] & open_whole) != 0) {
      add_up(node);
    } else {
      look_through(node);
    }
    state_[node] = is_changed;
    breath.after(i);
  }
  open_.clear();
}

const Partial* Totals::foreign_of(Node node) const {
  if (foreign_.empty() || places_->is_bucket(node)) return nullptr;
  const auto at = foreign_.find(places_->region(node));
  return at == foreign_.end() ? nullptr : &at->second;
}

void Totals::add_up(Node node) {
  Partial& total = totals_[node];
  total = {};
  const Partial* foreign = foreign_of(node);
  if (foreign != nullptr) total.merge(*foreign);
  if (foreign == nullptr && !places_->has_buckets(node)) {
    const auto [first, last] = places_->own(node);
    for (Place at = first; at < last; ++at) total.add(aggregate_->kind, things_[at]);
  }
  for (const Node part : places_->parts(node)) {
    if (foreign == nullptr || !places_->is_bucket(part)) total.merge(totals_[part]);
  }
}

void Totals::look_through(Node node) {
  formula::Extremes extremes;
  const Partial* foreign = foreign_of(node);
  if (foreign != nullptr) extremes.add(*foreign);
  if (foreign == nullptr && !places_->has_buckets(node)) {
    const auto [first, last] = places_->own(node);
    for (Place at = first; at < last; ++at) extremes.add(things_[at]);
  }
  for (const Node part : places_->parts(node)) {
    if (foreign == nullptr || !places_->is_bucket(part)) extremes.add(totals_[part]);
  }
  totals_[node].set_extremes(aggregate_->kind, extremes);
}

// --- when ----------------------------------------------------------------------------------------

std::uint32_t Totals::tick_of(Instant due) const {
  const std::int64_t ticks = (due.ns >> tick_bits) - (begun_.ns >> tick_bits);
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(ticks, 0, no_tick - 1));
}

void Totals::set_due(Place place, Instant due) {
  if (due_.empty()) {
    if (due == Instant::max()) return;
    due_.assign(things_.size(), Instant::max());
    tick_.assign(things_.size(), no_tick);
  }
  due_[place] = due;
  schedule(place);
}

// A place stands in the calendar no later than it is due, and is looked up there: most put their
// date off again and again before it comes.
void Totals::schedule(Place place) {
  if (due_[place] == Instant::max()) return;
  const std::uint32_t tick = tick_of(due_[place]);
  if (tick >= tick_[place]) return;
  tick_[place] = tick;
  calendar_[tick].push_back(place);
}

void Totals::take_due(Instant as_of, std::vector<Place>& out) {
  while (!calendar_.empty() && calendar_.begin()->first <= tick_of(as_of)) {
    const auto day = calendar_.extract(calendar_.begin());
    for (const Place place : day.mapped()) {
      if (tick_[place] != day.key()) continue;  // it was put forward
      tick_[place] = no_tick;
      (due_[place] <= as_of ? out : later_).push_back(place);
    }
  }
  for (const Place place : later_) schedule(place);
  later_.clear();
}

// --- shares --------------------------------------------------------------------------------------

Partial Totals::own(model::RegionIndex region) const {
  Partial out;
  const Node node = places_->node(region);
  if (node == none) return out;
  if (const Partial* foreign = foreign_of(node)) {
    out.merge(*foreign);
  } else {
    const auto [first, last] = places_->own(node);
    for (Place at = first; at < last; ++at) out.add(aggregate_->kind, things_[at]);
  }
  return out;
}

void Totals::note_own(model::RegionIndex region) {
  if (!sharing_ || (told_[region] & own_is_changed) != 0) return;
  told_[region] |= own_is_changed;
  own_changed_.push_back(region);
}

// Where things lie now, and where they once lay.
void Totals::note_all_own() {
  for (model::RegionIndex region = 0; region < told_.size(); ++region) {
    const Node node = places_->node(region);
    const bool holds = node != none && places_->own(node).first != places_->own(node).second;
    const bool foreign = foreign_.contains(region);
    if (holds || foreign || (told_[region] & was_told) != 0) note_own(region);
  }
}

std::vector<model::RegionIndex> Totals::own_changes() {
  if (!sharing_) {
    sharing_ = true;
    told_.assign(places_->regions(), 0);
    note_all_own();
  }
  for (const model::RegionIndex region : own_changed_) told_[region] = was_told;
  std::sort(own_changed_.begin(), own_changed_.end());
  return std::exchange(own_changed_, {});
}

void Totals::inject(model::RegionIndex region, Partial own) {
  pending_[region] = std::move(own);
}

std::vector<model::RegionIndex> Totals::injected() const {
  std::vector<model::RegionIndex> out;
  for (const auto& [region, own] : foreign_) out.push_back(region);
  for (const auto& [region, own] : pending_) out.push_back(region);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool Totals::lacks_node() const {
  return std::any_of(pending_.begin(), pending_.end(),
                     [&](const auto& entry) { return places_->node(entry.first) == none; });
}

}  // namespace cairn::stream
