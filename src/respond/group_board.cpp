// SPDX-License-Identifier: Apache-2.0
// Where each alert belongs. What is told of it: group_tell.cpp.
#include "respond/group_board.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "respond/maintenance.hpp"

namespace cairn::respond {
namespace {

using model::AlertState;

// Causes of causes; rules that follow from each other in a ring are not followed round.
constexpr int deepest_cause = 32;

bool counts(AlertState state) {
  return state != AlertState::pending && state != AlertState::retracted;
}

}  // namespace

Level level_of_rule(const model::RuleDef* rule) {
  if (rule == nullptr) return Level::blue;
  if (rule->severity == "Extreme") return Level::red;
  if (rule->severity == "Severe") return Level::orange;
  if (rule->severity == "Moderate") return Level::yellow;
  return Level::blue;
}

bool GroupBoard::Member::firing() const {
  return it().state == AlertState::firing || it().state == AlertState::clearing;
}

GroupBoard::GroupBoard(std::shared_ptr<const model::Workspace> workspace, GroupingOptions options)
    : options_(std::move(options)) {
  rebind(std::move(workspace));
}

GroupBoard::~GroupBoard() = default;

void GroupBoard::rebind(std::shared_ptr<const model::Workspace> workspace) {
  workspace_ = std::move(workspace);
  rules_.clear();
  for (const model::RuleDef& rule : workspace_->catalog->rules) rules_.emplace(rule.id, &rule);
  causes_ = std::make_unique<CauseIndex>(*workspace_, options_.text_property);
  for (auto& [id, member] : members_) {
    remove(*member);
    set_level(*member);
    add(*member);
    if (member->firing()) causes_->put(cause_view(member->it()));
  }
  for (const auto& [id, group] : groups_) touched_.insert(id);
  cover_all_ = true;
}

const model::RuleDef* GroupBoard::rule(std::string_view id) const {
  const auto at = rules_.find(std::string(id));
  return at == rules_.end() ? nullptr : at->second;
}

GroupBoard::Key GroupBoard::home_key(const GroupMember& member) const {
  const model::RuleDef* def = rule(member.rule);
  const model::RegionTree& regions = *workspace_->regions;
  model::RegionIndex at = regions.find(member.region);
  if (at != model::no_region) at = regions.county_of(at);
  if (at == model::no_region) at = regions.find(workspace_->home);
  return {def == nullptr || def->response.hazard.empty() ? member.rule : def->response.hazard,
          at == model::no_region ? std::string() : regions[at].code};
}

std::string GroupBoard::upper_region(const std::string& region) const {
  const model::RegionTree& regions = *workspace_->regions;
  model::RegionIndex at = regions.find(region);
  while (at != model::no_region && regions[at].level != model::Level::prefecture) {
    at = regions[at].parent;
  }
  return at == model::no_region ? std::string() : regions[at].code;
}

CauseAlert GroupBoard::cause_view(const GroupMember& m) {
  return {m.alert, m.rule, m.thing, m.region, m.began};
}

void GroupBoard::set_level(Member& member) const {
  const model::RuleDef* def = rule(member.it().rule);
  member.level = level_of_rule(def);
  member.urgent = def != nullptr && def->severity == "Extreme" && def->urgency == "Immediate";
}

void GroupBoard::count(Tally& tally, const Member& member, int sign) {
  const auto by = static_cast<std::uint64_t>(sign);  // wraps as it should
  const GroupMember& m = member.it();
  if (m.state == AlertState::retracted) tally.retracted += by;
  if (!counts(m.state)) return;
  if (member.firing()) tally.open += by;
  if (m.consequence) {
    tally.consequences += by;
    return;
  }
  tally.total += by;
  if (!m.quiet) tally.loud_ever += by;
  if (sign > 0) {
    ++tally.things[m.thing];
  } else if (const auto at = tally.things.find(m.thing); --at->second == 0) {
    tally.things.erase(at);
  }
  if (!member.firing()) return;
  tally.firing += by;
  const int level = static_cast<int>(member.level);
  (m.quiet ? tally.quiet : tally.loud[static_cast<std::size_t>(level)]) += by;
  const LeadKey key{m.quiet, -level, m.began, m.alert};
  if (sign > 0) {
    tally.order.emplace(key, &member);
  } else {
    tally.order.erase(key);
  }
}

void GroupBoard::add(Member& member) {
  const GroupMember& m = member.it();
  const bool lasting = counts(m.state) && !m.consequence;
  for (Group* group = member.group; group != nullptr; group = group->parent) {
    count(group->tally, member, 1);
    note_lead(*group);
    if (!lasting) continue;
    AlertGroup& g = group->it();
    g.highest = std::max(g.highest, member.level);
    g.since = std::min(g.since, m.began);
  }
  member.group->members.insert(&member);
  if (lasting && member.firing()) member.group->it().cause.clear();
  touched_.insert(member.group->it().id);
}

void GroupBoard::note_lead(Group& group) {
  if (group.tally.order.empty()) return;
  const GroupMember& lead = group.tally.order.begin()->second->it();
  AlertGroup& g = group.it();
  if (g.lead == lead.alert) return;
  g.lead = lead.alert;
  g.lead_rule = lead.rule;
  g.lead_thing = lead.thing;
}

void GroupBoard::remove(Member& member) {
  for (Group* group = member.group; group != nullptr; group = group->parent) {
    count(group->tally, member, -1);
  }
  member.group->members.erase(&member);
  touched_.insert(member.group->it().id);
}

// Takes it out of all sums, changes it, and counts it as what it is then.
template <class Change>
void GroupBoard::change(Member& member, Instant now, Change change) {
  if (member.firing()) causes_->drop(cause_view(member.it()));
  Group* const from = member.group;
  const bool was_loud_there = from->tally.is_loud();
  remove(member);
  change();
  Group& group = *member.group;
  const bool was_loud = &group == from ? was_loud_there : group.tally.is_loud();
  add(member);
  if (&group != from) note_lead(*from);
  if (member.firing()) causes_->put(cause_view(member.it()));
  if (!member.dirty) dirty_.push_back(&member);
  member.dirty = true;
  hurry(member, now);
  if (!was_loud && group.tally.is_loud()) seek_parent(group, now);
}

Status GroupBoard::apply(const model::Alert& alert, Instant now, const Fetch& fetch) {
  auto at = members_.find(alert.id);
  if (at == members_.end()) {
    const auto family = fetch(alert.id);
    if (!family) return fail(family.error());
    if (!family->groups.empty()) {
      load(*family);
      at = members_.find(alert.id);
    }
  }
  if (at != members_.end()) {
    update(*at->second, alert, now);
  } else if (alert.began && counts(alert.state)) {
    enter(alert, now);
  }
  return {};
}

void GroupBoard::enter(const model::Alert& alert, Instant now) {
  auto made = std::make_unique<Member>();
  Member& member = *made;
  GroupMember& m = member.row.member;
  m.alert = alert.id;
  m.rule = alert.rule;
  m.thing = alert.thing;
  m.type = alert.type;
  m.region = alert.region;
  m.state = alert.state;
  m.flapping = alert.flapping;
  m.began = *alert.began;
  m.ended = alert.ended;
  m.seen = now;
  member.row.aside = alert.suppressed || alert.shelved;
  m.maintenance = window_of(m, now);
  m.quiet = member.row.aside || !m.maintenance.empty();
  set_level(member);
  members_.emplace(m.alert, std::move(made));
  const Member* cause = cause_for(member);
  if (cause != nullptr) {
    m.consequence = true;
    m.cause = cause->it().alert;
  }
  // What is over already when it is heard of calls if that is news.
  const bool news = member.firing() || (alert.known + options_.reopen_within_ns >= now &&
                                        alert.known <= now + options_.reopen_within_ns);
  Group& group = cause != nullptr ? *cause->group : home(member, m.alert, now, news);
  m.group = group.it().id;
  member.group = &group;
  // It is not counted yet: as one that is moved there.
  const bool was_loud = group.tally.is_loud();
  if (m.flapping) group.row.flapped_at = now;
  add(member);
  dirty_.push_back(&member);
  member.dirty = true;
  if (!member.firing()) {
    if (news && calls(group)) seek_parent(group, now);
    if (news) note_over(member);
    return;
  }
  causes_->put(cause_view(m));
  hurry(member, now);
  if (!was_loud && group.tally.is_loud()) seek_parent(group, now);
  began(member, now);
}

// Where nothing fires any more, the gravest that did leads until the group has called.
void GroupBoard::note_over(const Member& member) {
  if (member.it().quiet || member.it().consequence) return;
  for (Group* group = member.group; group != nullptr; group = group->parent) {
    AlertGroup& g = group->it();
    const bool waits = g.state == GroupState::gathering && group->tally.order.empty();
    if (!waits || member.level <= g.level) continue;
    g.level = member.level;
    g.lead = member.it().alert;
    g.lead_rule = member.it().rule;
    g.lead_thing = member.it().thing;
  }
}

void GroupBoard::hurry(Member& member, Instant now) {
  const GroupMember& m = member.it();
  if (!member.urgent || !member.firing() || m.quiet || m.consequence) return;
  for (Group* group = member.group; group != nullptr; group = group->parent) {
    if (group->row.gather_at && *group->row.gather_at > now) group->row.gather_at = now;
  }
}

void GroupBoard::update(Member& member, const model::Alert& alert, Instant now) {
  const StoredMember before = member.row;
  const bool was_firing = member.firing();
  StoredMember after = before;
  GroupMember& m = after.member;
  m.state = alert.state;
  m.flapping = alert.flapping;
  m.began = alert.began.value_or(m.began);
  m.ended = alert.ended;
  if (m.state == AlertState::firing || m.state == AlertState::clearing) {
    after.aside = alert.suppressed || alert.shelved;
    m.maintenance = window_of(m, now);
    m.quiet = after.aside || !m.maintenance.empty();
  }
  if (after == before) return;
  if (m.flapping) member.group->row.flapped_at = now;
  change(member, now, [&] { member.row = std::move(after); });
  if (member.firing() && !was_firing) {
    if (const Member* cause = cause_for(member)) follow(member, *cause, now);
    began(member, now);
  } else if (was_firing && !member.firing()) {
    ended(member, now);
  }
}

bool GroupBoard::usable(const Group& group, Instant now) const {
  const AlertGroup& g = group.row.group;
  return g.state != GroupState::cleared || !g.cleared ||
         now <= *g.cleared + options_.reopen_within_ns;
}

GroupBoard::Group& GroupBoard::home(const Member& member, const std::string& first, Instant now,
                                    bool news) {
  Key key = home_key(member.it());
  const auto at = current_.find(key);
  if (at != current_.end() && usable(*at->second, now)) return *at->second;
  Group& group = make(std::move(key), first, now, false);
  AlertGroup& g = group.it();
  const model::RuleDef* def = rule(member.it().rule);
  g.pack = def == nullptr ? std::string() : def->pack;
  g.since = member.it().began;
  g.lead = member.it().alert;
  g.lead_rule = member.it().rule;
  g.lead_thing = member.it().thing;
  g.level = member.level;
  if (!news) {
    g.state = GroupState::cleared;
    g.cleared = now;
    group.row.gather_at.reset();
  }
  return group;
}

GroupBoard::Group& GroupBoard::make(Key key, const std::string& first, Instant now, bool upper) {
  const std::string id = stable_id('G', {key.first, key.second, upper ? "upper" : "", first});
  auto& slot = groups_[id];
  slot = std::make_unique<Group>();
  Group& group = *slot;
  group.row.upper = upper;
  group.row.gather_at = now + options_.gather_ns;
  group.row.told_at = now;
  group.row.flapped_at = Instant::min();
  AlertGroup& g = group.it();
  g.id = id;
  g.hazard = key.first;
  g.region = key.second;
  g.opened = now;
  g.changed = now;
  g.since = Instant::max();
  (upper ? uppers_ : current_)[std::move(key)] = &group;
  return group;
}

// Causes.

const GroupBoard::Member* GroupBoard::cause_for(const Member& member) const {
  for (const std::string& id : causes_->causes(cause_view(member.it()))) {
    const auto at = members_.find(id);
    if (at != members_.end() && may_cause(*at->second, member)) return at->second.get();
  }
  return nullptr;
}

bool GroupBoard::may_cause(const Member& cause, const Member& member) const {
  const Member* above = &cause;
  for (int depth = 0; depth < deepest_cause; ++depth) {
    if (above == &member) return false;
    if (!above->it().consequence) return true;
    const auto at = members_.find(above->it().cause);
    if (at == members_.end()) return true;
    above = at->second.get();
  }
  return false;
}

void GroupBoard::move(Member& member, Group& to) {
  member.group = &to;
  member.row.member.group = to.it().id;
}

void GroupBoard::follow(Member& member, const Member& cause, Instant now) {
  Group& from = *member.group;
  Group& to = *cause.group;
  if (member.row.release) releases_.erase({*member.row.release, member.it().alert});
  change(member, now, [&] {
    member.row.release.reset();
    member.row.member.consequence = true;
    member.row.member.cause = cause.it().alert;
    move(member, to);
  });
  if (&from != &to && from.tally.total == 0) from.it().cause = to.it().id;
  lead_on(member, now);
}

// What it is the cause of goes where it goes.
void GroupBoard::lead_on(Member& member, Instant now) {
  for (const std::string& id : causes_->consequences(cause_view(member.it()))) {
    const auto at = members_.find(id);
    if (at == members_.end() || at->second->it().cause != member.it().alert) continue;
    if (at->second->group != member.group) follow(*at->second, member, now);
  }
}

void GroupBoard::began(Member& member, Instant now) {
  for (const std::string& id : causes_->consequences(cause_view(member.it()))) {
    const auto at = members_.find(id);
    if (at == members_.end()) continue;
    Member& other = *at->second;
    const bool waits = other.it().consequence && other.row.release.has_value();
    const bool fresh = !other.it().consequence && now <= other.it().seen + options_.cause_lead_ns;
    if ((waits || fresh) && may_cause(member, other)) follow(other, member, now);
  }
}

void GroupBoard::ended(Member& member, Instant now) {
  if (member.row.release) {
    releases_.erase({*member.row.release, member.it().alert});
    member.row.release.reset();
  }
  for (const std::string& id : causes_->consequences(cause_view(member.it()))) {
    const auto at = members_.find(id);
    if (at == members_.end() || at->second->it().cause != member.it().alert) continue;
    Member& other = *at->second;
    if (const Member* cause = cause_for(other)) {
      follow(other, *cause, now);
      continue;
    }
    const Instant due = now + options_.cause_delay_ns;
    change(other, now, [&] { other.row.release = due; });
    releases_.emplace(due, id);
  }
}

void GroupBoard::release(Member& member, Instant now) {
  Group& to = home(member, format("{}@{}", member.it().alert, now.ns), now, true);
  change(member, now, [&] {
    member.row.release.reset();
    member.row.member.consequence = false;
    member.row.member.cause.clear();
    move(member, to);
  });
  lead_on(member, now);
}

// Maintenance.

void GroupBoard::set_windows(std::vector<Maintenance> windows) {
  windows_ = std::move(windows);
  std::sort(windows_.begin(), windows_.end(), [](const Maintenance& a, const Maintenance& b) {
    return std::tie(a.begin, a.id) < std::tie(b.begin, b.id);
  });
  cover_all_ = true;
}

std::string GroupBoard::window_of(const GroupMember& m, Instant now) const {
  for (const Maintenance& window : windows_) {
    if (!is_active(window, now)) continue;
    if (covers(window, {m.rule, m.thing, m.type, m.region}, *workspace_->regions)) return window.id;
  }
  return {};
}

void GroupBoard::pass_time(Instant now) {
  std::set<std::string> active;
  for (const Maintenance& window : windows_) {
    if (is_active(window, now)) active.insert(window.id);
  }
  if (cover_all_ || active != active_) {
    active_ = std::move(active);
    cover_all_ = false;
    std::vector<std::string> firing;  // in an order that is always the same
    for (const auto& [id, member] : members_) {
      if (member->firing()) firing.push_back(id);
    }
    std::sort(firing.begin(), firing.end());
    for (const std::string& id : firing) cover(*members_.at(id), now);
  }
  while (!releases_.empty() && releases_.begin()->first <= now) {
    const std::string id = releases_.begin()->second;
    releases_.erase(releases_.begin());
    const auto at = members_.find(id);
    if (at != members_.end() && at->second->firing()) release(*at->second, now);
  }
}

void GroupBoard::cover(Member& member, Instant now) {
  std::string window = window_of(member.it(), now);
  const bool quiet = member.row.aside || !window.empty();
  if (window == member.it().maintenance && quiet == member.it().quiet) return;
  change(member, now, [&] {
    member.row.member.maintenance = std::move(window);
    member.row.member.quiet = quiet;
  });
}

// Prefectures.

// It has called or is about to.
bool GroupBoard::calls(const Group& group) {
  const GroupState state = group.row.group.state;
  const bool under_way = state == GroupState::gathering || state == GroupState::open;
  return group.tally.is_loud() || (under_way && group.tally.loud_ever > 0);
}

void GroupBoard::seek_parent(Group& group, Instant now) {
  if (group.row.upper || group.parent != nullptr) return;
  const std::string region = upper_region(group.it().region);
  if (region.empty()) return;
  const Key key{group.it().hazard, region};
  if (const auto at = uppers_.find(key); at != uppers_.end() && usable(*at->second, now)) {
    join(group, *at->second, now);
    return;
  }
  std::vector<Group*> all;
  std::set<std::string> counties;
  Group* first = nullptr;
  for (const auto& [id, each] : groups_) {
    if (each->row.upper || each->parent != nullptr || each->it().hazard != key.first) continue;
    if (!calls(*each) || upper_region(each->it().region) != region) continue;
    all.push_back(each.get());
    if (now > each->it().opened + options_.counties_within_ns) continue;
    counties.insert(each->it().region);
    if (first == nullptr || each->it().opened < first->it().opened) first = each.get();
  }
  if (counties.size() < options_.counties) return;
  Group& parent = make(key, first->it().id, now, true);
  AlertGroup& p = parent.it();
  p.pack = first->it().pack;
  p.lead = first->it().lead;
  p.lead_rule = first->it().lead_rule;
  p.lead_thing = first->it().lead_thing;
  p.level = first->it().level;
  // Together with the first of them that would have called; at once when one has.
  for (const Group* each : all) {
    const bool gathers =
        each->row.group.state == GroupState::gathering && each->row.gather_at.has_value();
    parent.row.gather_at = std::min(*parent.row.gather_at, gathers ? *each->row.gather_at : now);
  }
  for (Group* each : all) join(*each, parent, now);
}

void GroupBoard::join(Group& child, Group& parent, Instant now) {
  AlertGroup& p = parent.it();
  child.parent = &parent;
  child.it().parent = p.id;
  parent.children.insert(child.it().id);
  for (const Member* member : child.members) count(parent.tally, *member, 1);
  note_lead(parent);
  p.highest = std::max(p.highest, child.it().highest);
  p.since = std::min(p.since, child.it().since);
  if (child.row.gather_at && parent.row.gather_at) {
    parent.row.gather_at = std::min(*parent.row.gather_at, *child.row.gather_at);
  }
  touched_.insert(child.it().id);
  touched_.insert(p.id);
  summarise(child);
  emit(child, GroupChange::Kind::joined, child.it().level, now, p.id);
}

// Memory.

void GroupBoard::load(const StoredFamily& family) {
  std::set<std::string> fresh;
  for (const StoredGroup& row : family.groups) {
    auto& slot = groups_[row.group.id];
    if (slot) continue;
    slot = std::make_unique<Group>();
    slot->row = row;
    slot->saved = row;
    fresh.insert(row.group.id);
    auto& newest = (row.upper ? uppers_ : current_)[{row.group.hazard, row.group.region}];
    if (newest == nullptr || newest->it().opened < row.group.opened) newest = slot.get();
  }
  for (const std::string& id : fresh) {
    Group& group = *groups_.at(id);
    if (group.it().parent.empty()) continue;
    const auto parent = groups_.find(group.it().parent);
    if (parent == groups_.end()) continue;
    group.parent = parent->second.get();
    parent->second->children.insert(id);
  }
  for (const StoredMember& row : family.members) {
    if (!fresh.contains(row.member.group)) continue;
    auto made = std::make_unique<Member>();
    made->row = row;
    made->group = groups_.at(row.member.group).get();
    set_level(*made);
    for (Group* group = made->group; group != nullptr; group = group->parent) {
      count(group->tally, *made, 1);
    }
    made->group->members.insert(made.get());
    if (made->firing()) causes_->put(cause_view(made->it()));
    if (row.release) releases_.emplace(*row.release, row.member.alert);
    members_[row.member.alert] = std::move(made);
  }
}

void GroupBoard::forget(Instant now) {
  const auto over = [&](const Group& group) {
    return group.row.group.state == GroupState::cleared && !usable(group, now) &&
           group.tally.open == 0 && group.row == group.saved;
  };
  std::vector<std::string> gone;
  for (const auto& [id, group] : groups_) {
    if (!over(*group) || (group->parent != nullptr && !over(*group->parent))) continue;
    const bool whole =
        std::all_of(group->children.begin(), group->children.end(),
                    [&](const std::string& child) { return over(*groups_.at(child)); });
    const Group* parent = group->parent;
    const bool with_siblings =
        parent == nullptr ||
        std::all_of(parent->children.begin(), parent->children.end(),
                    [&](const std::string& child) { return over(*groups_.at(child)); });
    if (whole && with_siblings) gone.push_back(id);
  }
  for (const std::string& id : gone) drop(id);
}

void GroupBoard::drop(const std::string& id) {
  Group& group = *groups_.at(id);
  for (const Member* member : group.members) members_.erase(std::string(member->it().alert));
  auto& newest = group.row.upper ? uppers_ : current_;
  const auto at = newest.find({group.it().hazard, group.it().region});
  if (at != newest.end() && at->second == &group) newest.erase(at);
  touched_.erase(id);
  groups_.erase(id);
}

AlertGroup* GroupBoard::find(const std::string& group) {
  const auto at = groups_.find(group);
  return at == groups_.end() ? nullptr : &at->second->it();
}

std::vector<std::string> GroupBoard::children(const std::string& group) const {
  const auto at = groups_.find(group);
  if (at == groups_.end()) return {};
  return {at->second->children.begin(), at->second->children.end()};
}

BoardChanges GroupBoard::drain(Instant now) {
  for (Member* member : dirty_) {
    member->dirty = false;
    out_.members.push_back(member->row);
  }
  dirty_.clear();
  for (auto& [id, group] : groups_) {
    if (group->row == group->saved) continue;
    group->it().changed = now;
    group->saved = group->row;
    out_.groups.push_back(group->row);
  }
  for (GroupChange& change : out_.changes) change.group = groups_.at(change.group.id)->it();
  return std::exchange(out_, {});
}

}  // namespace cairn::respond
