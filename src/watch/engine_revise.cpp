// SPDX-License-Identifier: Apache-2.0
// Late data: apply() marks the things and hands out what the rules' states are, keep() goes through
// the stored history again, and what differs goes through the log like everything else. Nothing is
// lost on the way: a state holds the marks of its position, replaying the log behind it makes the
// others again, and to look twice changes nothing.
#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/text.hpp"
#include "watch/detail/engine_parts.hpp"
#include "watch/detail/state_parts.hpp"

namespace cairn::watch {
namespace {

// Things that one step of keep() looks at.
constexpr std::size_t orders_at_once = 64;

stream::AlertPhase phase_of(AlertState state) {
  switch (state) {
    case AlertState::pending:
      return stream::AlertPhase::pending;
    case AlertState::firing:
      return stream::AlertPhase::firing;
    case AlertState::clearing:
      return stream::AlertPhase::clearing;
    case AlertState::resolved:
      return stream::AlertPhase::resolved;
    case AlertState::retracted:
      break;
  }
  return stream::AlertPhase::retracted;
}

}  // namespace

// --- Of apply() ----------------------------------------------------------------------------------

void Engine::note_late(const stream::Effects& effects) {
  const Running& running = *running_;
  const stream::SeriesMap& map = running.machine.map();
  std::vector<LateMarks::Late> marks;
  marks.reserve(effects.late.size());
  for (const stream::LateChange& late : effects.late) {
    marks.push_back(
        {late.slot, late.time, std::max(late.time, running.machine.last_step(late.slot))});
  }
  // How far they reach: what is not late comes after the last step before it.
  const auto by_slot = [](const LateMarks::Late& mark, stream::Slot slot) {
    return mark.slot < slot;
  };
  std::sort(marks.begin(), marks.end(),
            [](const LateMarks::Late& a, const LateMarks::Late& b) { return a.slot < b.slot; });
  if (!effects.stored.empty()) {
    std::vector<Instant> until(marks.size(), Instant::min());
    for (const stream::Observed& observed : effects.stored) {
      const stream::CellId cell = map.cell_of[observed.series];
      if (cell == stream::none) continue;
      const stream::Slot slot = running.binding->cell(cell).slot;
      const auto at = std::lower_bound(marks.begin(), marks.end(), slot, by_slot);
      if (at == marks.end() || at->slot != slot) continue;
      if (observed.time_ns >= at->until.ns) continue;  // the last step itself
      Instant& newest = until[static_cast<std::size_t>(at - marks.begin())];
      newest = std::max(newest, Instant{observed.time_ns});
    }
    for (std::size_t i = 0; i < marks.size(); ++i) {
      marks[i].until = std::max(marks[i].from, until[i]);
    }
  }
  const std::lock_guard lock(late_mutex_);
  for (const LateMarks::Late& mark : marks) late_.note(mark, running.machine.arrival());
}

// Readings for a time whose values were published already.
void Engine::note_published(const stream::Effects& effects) {
  const Instant until = publisher_.until();
  if (until == Instant::min()) return;
  const Running& running = *running_;
  touched_.clear();
  for (const stream::Observed& observed : effects.stored) {
    if (observed.time_ns > until.ns) continue;
    const stream::CellId id = running.machine.map().cell_of[observed.series];
    if (id == stream::none) continue;
    const stream::Cell cell = running.binding->cell(id);
    // Few columns a record, and the same ones after each other.
    auto at = touched_.rbegin();
    while (at != touched_.rend() &&
           (std::get<0>(*at) != cell.type || std::get<1>(*at) != cell.column)) {
      ++at;
    }
    if (at == touched_.rend()) {
      touched_.emplace_back(cell.type, cell.column, Instant{observed.time_ns});
    } else {
      std::get<2>(*at) = std::min(std::get<2>(*at), Instant{observed.time_ns});
    }
  }
  for (const auto& [type, column, time] : touched_) {
    publisher_.touch(type, column, time, running.machine.arrival());
  }
}

void Engine::note_repair(const Written& record) {
  const auto repair = stream::read_repair(record.payload);
  if (!repair) return;
  const stream::Binding& binding = *running_->binding;
  const model::Catalog& catalog = *running_->world->snapshot.catalog;
  const auto rule = std::find_if(catalog.rules.begin(), catalog.rules.end(),
                                 [&](const model::RuleDef& def) { return def.id == repair->rule; });
  if (rule == catalog.rules.end()) return;
  const int type = catalog.type_index(rule->type);
  stream::Slot slot = binding.find_thing(repair->thing);
  while (slot != stream::none && static_cast<int>(binding.type_of(slot)) != type) {
    slot = binding.find_thing(repair->thing, slot);
  }
  if (slot == stream::none) return;
  const std::lock_guard lock(late_mutex_);
  late_.repaired(slot);
}

void Engine::plan_revisions() {
  const std::lock_guard lock(late_mutex_);
  counters_->late_things.store(late_.size(), std::memory_order_relaxed);
  if (orders_ || late_.size() == 0) return;
  const stream::Machine& machine = running_->machine;
  Orders orders{running_, {}};
  for (const LateMarks::Late& late : late_.due(machine.arrival(), orders_at_once)) {
    RevisionOrder order{
        late.slot, late.from, late.until, machine.position(), machine.last_step(late.slot), {}};
    for (const stream::CompiledRule& rule :
         running_->reviser->rules(running_->binding->type_of(late.slot))) {
      order.rules.push_back({rule.index, machine.rule_state(rule.index, late.slot)});
    }
    if (order.rules.empty()) {
      late_.settled(late.slot);
    } else {
      orders.orders.push_back(std::move(order));
    }
  }
  if (!orders.orders.empty()) orders_ = std::move(orders);
}

void Engine::rebind_late(const stream::Binding& from, const stream::Binding& to) {
  const std::lock_guard lock(late_mutex_);
  late_.rebind(from, to);
  orders_.reset();
}

void Engine::add_late(std::string& state) {
  const std::size_t begin = state.size();
  const std::lock_guard lock(late_mutex_);
  late_.write(*running_->binding, state);
  publisher_.write(state);
  const std::uint64_t bytes = state.size() - begin;
  char length[sizeof(bytes)];
  std::memcpy(length, &bytes, sizeof(bytes));
  state.append(length, sizeof(bytes));
  state.append(detail::late_mark);
}

Status Engine::read_state(std::string_view bytes) {
  const auto parts = detail::parts_of_state(bytes);
  if (!parts) return fail(Code::invalid, "the bytes are no state of an engine");
  std::string_view late = parts->late;
  if (auto done = running_->machine.read(parts->machine); !done) return done;
  if (late.empty()) return {};
  const std::lock_guard lock(late_mutex_);
  if (late_.read(*running_->binding, late, running_->machine.arrival()) && publisher_.read(late)) {
    return {};
  }
  return fail(Code::invalid, "the bytes are no list of what late data came for");
}

std::size_t Engine::late_things() {
  const std::lock_guard lock(late_mutex_);
  return late_.size();
}

// --- Of keep() -----------------------------------------------------------------------------------

Result<std::vector<KnownEpisode>> Engine::told_episodes(const model::RuleDef& rule,
                                                        std::string_view thing,
                                                        Instant from) const {
  auto alerts = book_.episodes(rule.id, thing, from);
  if (!alerts) return fail(alerts.error());
  std::vector<KnownEpisode> out;
  for (const Alert& alert : *alerts) {
    if (alert.state == AlertState::retracted || alert.no_data) continue;
    KnownEpisode episode{0,           alert.position, phase_of(alert.state),
                         alert.since, alert.began,    alert.ended};
    // An alert's id is its rule's and the number (alert_of).
    const std::string_view hex = std::string_view(alert.id).substr(rule.id.size() + 1);
    std::from_chars(hex.data(), hex.data() + hex.size(), episode.number, 16);
    out.push_back(episode);
  }
  std::sort(out.begin(), out.end(), [](const KnownEpisode& a, const KnownEpisode& b) {
    return a.since != b.since ? a.since < b.since : a.number < b.number;
  });
  return out;
}

void Engine::revise(const Running& running, const RevisionOrder& order) {
  const auto known = [&](const model::RuleDef& rule, stream::Slot slot, Instant from) {
    return told_episodes(rule, running.binding->id_of(slot), from);
  };
  auto outcome = running.reviser->revise(order, known);
  if (!outcome) counters_->unrevised.fetch_add(1, std::memory_order_relaxed);
  const bool nothing = outcome && !outcome->later && outcome->repairs.empty();
  std::vector<Control> controls;
  if (outcome) {
    for (const stream::Repair& repair : outcome->repairs) {
      Control& control = controls.emplace_back();
      control.kind = stream::RecordKind::repair;
      stream::write(repair, control.payload);
    }
  }
  {
    const std::lock_guard lock(late_mutex_);
    // In another world meanwhile: it looks for itself.
    if (!orders_ || orders_->running.get() != &running) return;
    if (nothing) {
      late_.settled(order.slot);
    } else {
      late_.again(order.slot, Instant{counters_->log_time.load(std::memory_order_relaxed)});
      late_.repairing(order.slot, controls.size());
    }
  }
  counters_->repairs.fetch_add(controls.size(), std::memory_order_relaxed);
  const std::lock_guard lock(queue_mutex_);
  std::move(controls.begin(), controls.end(), std::back_inserter(controls_));
}

Result<bool> Engine::keep_published() {
  const std::uint64_t position = applied();
  const Instant now{counters_->log_time.load(std::memory_order_relaxed)};
  // A parent of shards has no history of its own: each shard publishes its part.
  if (now.ns == 0 || !options_.hourly || options_.forward != nullptr) return false;
  std::shared_ptr<const Running> running;  // shared: the world may change meanwhile
  {
    const std::lock_guard lock(running_mutex_);
    running = running_;
  }
  std::vector<Revision> revised;
  auto more = publisher_.step(*running->world, running->stored(), now, position, revised);
  if (!revised.empty()) {
    const std::lock_guard lock(kept_mutex_);
    std::move(revised.begin(), revised.end(), std::back_inserter(revised_));
  }
  return more;
}

bool Engine::revise() {
  std::optional<Orders> orders;
  {
    const std::lock_guard lock(late_mutex_);
    if (!orders_) return false;
    orders.emplace(*orders_);
  }
  for (const RevisionOrder& order : orders->orders) revise(*orders->running, order);
  const std::lock_guard lock(late_mutex_);
  if (orders_ && orders_->running == orders->running) orders_.reset();
  return true;
}

}  // namespace cairn::watch
