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

World::Seat World::borrow() const {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      Seat seat = std::move(free_.back());
      free_.pop_back();
      ++seat.uses;
      return seat;
    }
  }
  return {std::make_unique<formula::Evaluator>(*library_, *snapshot_), 1};
}

void World::give_back(Seat seat) const {
  if (seat.uses >= evaluator_uses) return;
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(seat));
}

Result<std::shared_ptr<const World>> State::world(const std::string& overlay) const {
  if (overlay.empty()) return base;
  {
    const std::lock_guard lock(mutex);
    if (const auto at = overlays.find(overlay); at != overlays.end()) return at->second;
  }
  const model::Proposal* proposal = workspace->proposal(overlay);
  if (proposal == nullptr) {
    std::vector<std::string> ids;
    for (const model::Proposal& p : workspace->proposals) ids.push_back(p.id);
    const auto near = nearest(overlay, ids);
    return fail(Code::not_found,
                format("there is no proposal '{}'{}", overlay,
                       near ? format("; did you mean '{}'?", *near) : ""),
                "query:overlay");
  }
  auto laid = model::overlay(base->snapshot(), *proposal);
  if (!laid) return fail(laid.error());
  auto world = std::make_shared<const World>(
      overlay, library, std::make_shared<const model::Snapshot>(std::move(*laid)));
  const std::lock_guard lock(mutex);
  if (overlays.size() >= kept_overlays) overlays.clear();
  overlays[overlay] = world;
  return std::shared_ptr<const World>(world);
}

std::shared_ptr<State> build_state(std::shared_ptr<const model::Workspace> workspace,
                                   const model::Records& records, Instant now, Problems& problems) {
  auto state = std::make_shared<State>();
  state->workspace = std::move(workspace);
  const model::Workspace& ws = *state->workspace;
  state->library =
      std::make_shared<const formula::Library>(formula::Library::build(ws.catalog, problems));
  auto snapshot = std::make_shared<const model::Snapshot>(
      model::build_snapshot({ws.catalog, ws.regions, ws.zone}, records, problems));
  count(*state, records);
  for (const auto& table : snapshot->tables) {
    if (!model::parse_level(table->type->name)) state->counts.things += table->size();
  }
  for (const model::Plan& plan : ws.plans) state->counts.claims += plan.claims.size();
  state->base = std::make_shared<const World>("", state->library, std::move(snapshot));
  state->built_at = now;
  state->map = std::make_shared<MapData>(ws);
  return state;
}

Reading::Reading(std::shared_ptr<const State> state, std::shared_ptr<const World> world,
                 Instant as_of)
    : state_(std::move(state)),
      world_(std::move(world)),
      seat_(world_->borrow()),
      view_{*state_->workspace, world_->library(), world_->snapshot(), *seat_.evaluator, as_of} {}

Reading::~Reading() {
  world_->give_back(std::move(seat_));
}

}  // namespace cairn::server
