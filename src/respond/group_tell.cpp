// SPDX-License-Identifier: Apache-2.0
// What of a group is to be told, and when: docs/alerts.md.
#include <algorithm>

#include "respond/group_board.hpp"

namespace cairn::respond {

using Kind = GroupChange::Kind;

void GroupBoard::tell(Instant now, bool all) {
  std::set<std::string> ids = std::exchange(touched_, {});
  if (all) {
    for (const auto& [id, group] : groups_) ids.insert(id);
  }
  std::set<std::string> uppers;
  for (const std::string& id : ids) {
    const auto at = groups_.find(id);
    if (at == groups_.end()) continue;
    Group& group = *at->second;
    if (group.row.upper) {
      uppers.insert(id);
      continue;
    }
    if (group.parent != nullptr) uppers.insert(group.parent->it().id);
    tell(group, now);
  }
  for (const std::string& id : uppers) tell(*groups_.at(id), now);
  touched_.clear();
}

void GroupBoard::tell(Group& group, Instant now) {
  summarise(group);
  const Tally& tally = group.tally;
  if (tally.total == 0 && tally.retracted == 0 && tally.consequences == 0 && !group.row.upper) {
    tell_empty(group, now);
  } else if (group.parent != nullptr) {
    tell_child(group, now);
  } else if (tally.total == 0) {  // later data took all of it back, or moved it to its cause
    if (group.it().state != GroupState::cleared) end(group, now);
  } else if (tally.firing == 0) {
    wind_down(group, now);
  } else {
    group.row.clear_at.reset();
    if (tally.is_loud()) {
      call(group, now);
    } else {
      silence(group, now);
    }
  }
}

void GroupBoard::summarise(Group& group) const {
  AlertGroup& g = group.it();
  const Tally& tally = group.tally;
  g.firing = tally.firing;
  g.total = tally.total;
  g.things = tally.things.size();
  g.quiet = tally.quiet;
  g.consequences = tally.consequences;
  g.retracted = tally.retracted;
  if (tally.order.empty()) return;
  const GroupMember& lead = tally.order.begin()->second->it();
  note_lead(group);
  g.maintenance = tally.is_loud() ? std::string() : lead.maintenance;
}

namespace {

template <class Loud>
Level highest_of(const Loud& loud, Level otherwise) {
  for (std::size_t i = loud.size(); i-- > 0;) {
    if (loud[i] > 0) return static_cast<Level>(i);
  }
  return otherwise;
}

}  // namespace

// All that was in it follows from a cause elsewhere.
void GroupBoard::tell_empty(Group& group, Instant now) {
  AlertGroup& g = group.it();
  if (g.revision == 0) {  // nobody had heard of it
    out_.dropped.push_back(g.id);
    drop(std::string(g.id));
    return;
  }
  if (g.state == GroupState::cleared) return;
  if (g.state == GroupState::open && group.row.called && group.parent == nullptr) {
    g.state = GroupState::quiet;
    emit(group, Kind::silenced, g.level, now, g.cause);
  }
  g.state = GroupState::quiet;
  if (!group.row.clear_at) group.row.clear_at = now + options_.clear_after_ns;
  if (now >= *group.row.clear_at) end(group, now);
}

// The prefecture speaks for it: it keeps its own state and says only that it joined and ended.
void GroupBoard::tell_child(Group& group, Instant now) {
  AlertGroup& g = group.it();
  const Tally& tally = group.tally;
  group.row.ease_at.reset();
  if (tally.total == 0) {
    if (g.state != GroupState::cleared) end(group, now);
    return;
  }
  if (tally.firing == 0) {
    if (g.state == GroupState::gathering) g.state = GroupState::open;
    wind_down(group, now);
    return;
  }
  group.row.clear_at.reset();
  group.row.gather_at.reset();
  g.cleared.reset();
  g.state = tally.is_loud() ? GroupState::open : GroupState::quiet;
  g.level = highest_of(tally.loud, g.level);
}

void GroupBoard::wind_down(Group& group, Instant now) {
  AlertGroup& g = group.it();
  if (g.state == GroupState::cleared) return;
  if (g.state == GroupState::gathering) {
    // It was over before it could call: that it was is told, if anybody should have heard.
    if (group.tally.loud_ever > 0) {
      if (group.row.gather_at && now < *group.row.gather_at) return;
      g.level = g.highest;
      open(group, now);
    } else {
      g.state = GroupState::quiet;
    }
  }
  const bool flaps =
      group.row.flapped_at != Instant::min() && now < group.row.flapped_at + options_.flapping_ns;
  if (!group.row.clear_at) {
    group.row.clear_at = now + (flaps ? options_.flapping_ns : options_.clear_after_ns);
  }
  group.row.ease_at.reset();
  if (now >= *group.row.clear_at) end(group, now);
}

void GroupBoard::end(Group& group, Instant now) {
  AlertGroup& g = group.it();
  const Level before = g.level;
  g.state = GroupState::cleared;
  g.level = g.highest;
  g.cleared = now;
  g.maintenance.clear();
  group.row.gather_at.reset();
  group.row.ease_at.reset();
  group.row.clear_at.reset();
  if (!group.row.called) return;
  group.row.called = false;
  emit(group, Kind::cleared, before, now);
}

void GroupBoard::silence(Group& group, Instant now) {
  AlertGroup& g = group.it();
  const GroupState before = std::exchange(g.state, GroupState::quiet);
  g.cleared.reset();
  group.row.gather_at.reset();
  group.row.ease_at.reset();
  if (before == GroupState::open) emit(group, Kind::silenced, g.level, now);
}

void GroupBoard::call(Group& group, Instant now) {
  AlertGroup& g = group.it();
  const Level top = highest_of(group.tally.loud, g.level);
  if (g.state == GroupState::cleared) {  // it is back
    g.cleared.reset();
    g.state = GroupState::gathering;
    if (!group.row.gather_at) group.row.gather_at = now;
  } else if (g.state == GroupState::quiet) {
    g.state = GroupState::gathering;
    const bool urgent = group.tally.order.begin()->second->urgent;
    group.row.gather_at = urgent ? now : now + options_.gather_ns;
  }
  if (g.state == GroupState::gathering) {
    g.level = top;
    if (!group.row.gather_at || now >= *group.row.gather_at) open(group, now);
    return;
  }
  follow_level(group, top, now);
}

void GroupBoard::follow_level(Group& group, Level top, Instant now) {
  AlertGroup& g = group.it();
  const Level before = g.level;
  if (top > before) {
    g.level = top;
    g.acknowledged.reset();  // somebody has to see it anew
    g.acknowledged_by.clear();
    group.row.ease_at.reset();
    told(group, now);
    emit(group, Kind::worsened, before, now);
  } else if (top < before) {
    if (!group.row.ease_at) group.row.ease_at = now + options_.eased_after_ns;
    if (now < *group.row.ease_at) return;
    g.level = top;
    group.row.ease_at.reset();
    emit(group, Kind::eased, before, now);
  } else {
    group.row.ease_at.reset();
  }
  const auto enough = static_cast<double>(group.row.told_things) * options_.grew_factor;
  if (g.things > group.row.told_things && static_cast<double>(g.things) >= enough &&
      now >= group.row.told_at + options_.grew_every_ns) {
    told(group, now);
    emit(group, Kind::grew, g.level, now);
  }
}

void GroupBoard::open(Group& group, Instant now) {
  AlertGroup& g = group.it();
  g.state = GroupState::open;
  g.acknowledged.reset();
  g.acknowledged_by.clear();
  group.row.called = true;
  group.row.gather_at.reset();
  told(group, now);
  emit(group, Kind::opened, g.level, now);
}

void GroupBoard::told(Group& group, Instant now) {
  group.row.told_at = now;
  group.row.told_things = group.it().things;
}

void GroupBoard::emit(Group& group, Kind kind, Level before, Instant now, std::string note) {
  AlertGroup& g = group.it();
  ++g.revision;
  out_.events.emplace_back(g.id, GroupEvent{g.revision,
                                            kind,
                                            now,
                                            before,
                                            g.level,
                                            g.firing,
                                            g.total,
                                            g.things,
                                            {},
                                            std::move(note)});
  GroupChange change{kind, {}, before, now};
  change.group.id = g.id;
  out_.changes.push_back(std::move(change));
}

}  // namespace cairn::respond
