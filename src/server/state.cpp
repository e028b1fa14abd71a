// SPDX-License-Identifier: Apache-2.0
#include "server/state.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "server/map_data.hpp"

namespace cairn::server {
namespace {

// An evaluator keeps what it has computed; after so many requests it starts afresh, so that dates
// that nobody asks for any more are forgotten.
constexpr int evaluator_uses = 50;
// Overlays that are kept at the same time.
constexpr std::size_t kept_overlays = 16;
// Dates for which the plans stay evaluated.
constexpr std::size_t kept_results = 32;

void note_time(State& state, Instant begin, Instant end) {
  if (!state.data_from || begin < *state.data_from) state.data_from = begin;
  if (!state.data_to || end > *state.data_to) state.data_to = end;
}

void count(State& state, const model::Records& records) {
  state.counts.observations += records.observations.size();
  state.counts.statistics += records.statistics.size();
  for (const model::Observation& o : records.observations) {
    note_time(state, o.time.begin, o.time.end);
    state.counts.estimated |= o.estimated;
  }
  for (const model::Statistic& s : records.statistics) {
    note_time(state, s.period.begin, s.period.end);
    state.counts.estimated |= s.estimated;
  }
  for (const model::Thing& t : records.things) state.counts.estimated |= t.estimated;
}

}  // namespace

Overlaid::Seat Overlaid::borrow() const {
  const std::uint64_t generation = generation_ ? generation_() : 0;
  {
    const std::lock_guard lock(mutex_);
    while (!free_.empty()) {
      Seat seat = std::move(free_.back());
      free_.pop_back();
      if (seat.generation != generation) continue;  // it would tell what was the case before
      ++seat.uses;
      return seat;
    }
  }
  return {std::make_unique<formula::Evaluator>(*library_, *snapshot_), 1, generation};
}

void Overlaid::give_back(Seat seat) const {
  if (seat.uses >= evaluator_uses) return;
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(seat));
}

Result<std::shared_ptr<const Overlaid>> State::overlaid(const std::string& overlay) const {
  if (overlay.empty()) return base;
  {
    const std::lock_guard lock(mutex);
    if (const auto at = overlays.find(overlay); at != overlays.end()) return at->second;
  }
  auto laid = world->with_proposal(overlay);
  if (!laid) return fail(laid.error().code, laid.error().message, "query:overlay");
  auto made = std::make_shared<const Overlaid>(
      overlay, library, std::make_shared<const model::Snapshot>(std::move(*laid)), generation);
  const std::lock_guard lock(mutex);
  if (overlays.size() >= kept_overlays) overlays.clear();
  overlays[overlay] = made;
  return std::shared_ptr<const Overlaid>(made);
}

bool State::must_lay(const std::string& overlay) const {
  const auto& all = workspace->proposals;
  const bool known = std::any_of(all.begin(), all.end(), [&](const model::Proposal& proposal) {
    return proposal.id == overlay;
  });
  if (!known) return false;
  const std::lock_guard lock(mutex);
  return !overlays.contains(overlay);
}

std::shared_ptr<const std::vector<plan::PlanResult>> State::plan_results(
    const watch::View& view, const std::string& overlay, const std::string& key) const {
  const std::string kept = generation ? format("{} {}", generation(), key) : key;
  {
    const std::lock_guard lock(mutex);
    if (const auto at = results.find(kept); at != results.end()) return at->second;
  }
  formula::Evaluator base(view.library, world->snapshot);
  const plan::Actuals actuals = plan::formula_actuals({.evaluator = view.evaluator,
                                                       .library = view.library,
                                                       .regions = view.regions(),
                                                       .as_of = view.as_of,
                                                       .overlay = !overlay.empty(),
                                                       .base = overlay.empty() ? nullptr : &base});
  auto made = std::make_shared<std::vector<plan::PlanResult>>();
  for (const model::Plan& p : workspace->plans) {
    made->push_back(plan::evaluate(p, view.as_of, view.snapshot.zone, actuals));
  }
  const std::lock_guard lock(mutex);
  if (results.size() >= kept_results) results.clear();
  results[kept] = made;
  return made;
}

std::shared_ptr<State> build_state(std::shared_ptr<const watch::World> world,
                                   const model::Records& imported, Instant now,
                                   std::function<std::uint64_t()> generation) {
  auto state = std::make_shared<State>();
  state->world = world;
  state->workspace = {world, &world->workspace};
  state->library = {world, &world->library};
  std::shared_ptr<const model::Snapshot> snapshot{world, &world->snapshot};
  count(*state, world->workspace.records);
  count(*state, imported);
  for (const auto& table : snapshot->tables) {
    if (!model::parse_level(table->type->name)) state->counts.things += table->size();
  }
  for (const model::Plan& plan : world->workspace.plans) {
    state->counts.claims += plan.claims.size();
  }
  state->generation = std::move(generation);
  state->base =
      std::make_shared<const Overlaid>("", state->library, std::move(snapshot), state->generation);
  state->built_at = now;
  state->map = std::make_shared<MapData>(world->workspace, state->generation);
  state->findings = plan::check(world->workspace.plans, *world->workspace.regions);
  return state;
}

Reading::Reading(std::shared_ptr<const State> state, std::shared_ptr<const Overlaid> overlaid,
                 Instant as_of)
    : state_(std::move(state)),
      overlaid_(std::move(overlaid)),
      seat_(overlaid_->borrow()),
      view_{*state_->workspace,
            overlaid_->library(),
            overlaid_->snapshot(),
            *seat_.evaluator,
            as_of,
            overlaid_->overlay().empty() ? state_->present : nullptr} {}

Reading::~Reading() {
  overlaid_->give_back(std::move(seat_));
}

}  // namespace cairn::server
