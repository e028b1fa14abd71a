// SPDX-License-Identifier: Apache-2.0
#include "respond/grouping.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

#include "core/text.hpp"
#include "respond/group_board.hpp"
#include "respond/group_store.hpp"
#include "respond/maintenance.hpp"

namespace cairn::respond {
namespace {

constexpr std::size_t windows_most = 1000;  // that are not over: each is held against each alert

Error no_group(std::string_view id) {
  return {Code::not_found, format("there is no group '{}'", id), "path:id"};
}

bool same_window(const Maintenance& a, const Maintenance& b) {
  return a.region == b.region && a.thing == b.thing && a.type == b.type && a.rule == b.rule &&
         a.end == b.end && a.reason == b.reason && a.by == b.by;
}

GroupEvent event_of(const AlertGroup& g, GroupChange::Kind kind, const model::Actor& actor,
                    std::string_view note, Instant now) {
  return {g.revision, kind,    now,      g.level,  g.level,
          g.firing,   g.total, g.things, actor.id, std::string(note)};
}

}  // namespace

struct Grouping::Impl {
  Impl(store::Ledger& ledger_, std::shared_ptr<const model::Workspace> workspace_, Options options_)
      : ledger(ledger_), workspace(std::move(workspace_)), options(std::move(options_)) {}

  // What is in memory is of this generation of the ledger; after a write that was not committed
  // it is not, and is read anew.
  Status prepare(store::Database& db, Instant now) {
    const auto found = read_meta(db);
    if (!found) return fail(found.error());
    if (board && !broken && found->generation == meta.generation) return {};
    auto windows = read_maintenance(db, now);
    if (!windows) return fail(windows.error());
    const auto family = read_living(db, options.reopen_within_ns);
    if (!family) return fail(family.error());
    board = std::make_unique<GroupBoard>(workspace, options);
    board->load(*family);
    board->set_windows(std::move(*windows));
    meta = *found;
    broken = false;
    untold = true;
    return {};
  }

  Result<std::vector<GroupChange>> write_down(store::Database& db, Instant now, bool always) {
    BoardChanges out = board->drain(now);
    const bool same = out.dropped.empty() && out.members.empty() && out.groups.empty();
    if (same && !always) return std::move(out.changes);
    GroupWriter writer(db);
    for (const std::string& id : out.dropped) {
      if (auto done = writer.drop(id); !done) return fail(done.error());
    }
    for (const StoredMember& member : out.members) {
      if (auto done = writer.put(member); !done) return fail(done.error());
    }
    for (const StoredGroup& group : out.groups) {
      if (auto done = writer.put(group); !done) return fail(done.error());
      touched.insert(group.group.id);
    }
    for (const auto& [group, event] : out.events) {
      if (auto done = writer.put(group, event, true); !done) return fail(done.error());
    }
    ++meta.generation;
    if (auto done = writer.put(meta); !done) return fail(done.error());
    return std::move(out.changes);
  }

  Result<std::vector<GroupChange>> take(store::Database& db,
                                        std::span<const store::AlertChange> changes, Instant now) {
    if (auto ready = prepare(db, now); !ready) return fail(ready.error());
    board->pass_time(now);
    GroupWriter finder(db);
    const auto fetch = [&](std::string_view alert) -> Result<StoredFamily> {
      const auto group = finder.group_of(alert);
      if (!group) return fail(group.error());
      if (group->empty()) return StoredFamily{};
      return read_family(db, *group);
    };
    const std::uint64_t from = meta.cursor;
    for (const store::AlertChange& each : changes) {
      if (each.number <= meta.cursor) continue;
      if (auto done = board->apply(each.alert, now, fetch); !done) return fail(done.error());
      meta.cursor = each.number;
    }
    board->tell(now, false);
    return write_down(db, now, meta.cursor != from);
  }

  Result<std::vector<GroupChange>> tick(store::Database& db, Instant now) {
    if (auto ready = prepare(db, now); !ready) return fail(ready.error());
    std::vector<std::pair<std::string, GroupEvent>> by_persons;
    if (untold) {
      auto found = read_untold(db);
      if (!found) return fail(found.error());
      by_persons = std::move(*found);
      if (!by_persons.empty()) {
        if (auto done = mark_told(db); !done) return fail(done.error());
      }
    }
    board->pass_time(now);
    board->tell(now, true);
    std::vector<GroupChange> out;
    for (const auto& [id, event] : by_persons) {
      const auto group = held(db, id);
      if (!group) return fail(group.error());
      out.push_back({event.kind, **group, event.before, event.at});
    }
    auto more = write_down(db, now, false);
    if (!more) return more;
    out.insert(out.end(), std::make_move_iterator(more->begin()),
               std::make_move_iterator(more->end()));
    board->forget(now);
    return out;
  }

  Result<AlertGroup*> held(store::Database& db, const std::string& id) {
    if (AlertGroup* group = board->find(id)) return group;
    const auto family = read_family(db, id);
    if (!family) return fail(family.error());
    board->load(*family);
    if (AlertGroup* group = board->find(id)) return group;
    return fail(no_group(id));
  }

  // Changes a group and its children, with a line in its history.
  template <class Change>
  Result<AlertGroup> by_person(store::Database& db, std::string_view id, GroupChange::Kind kind,
                               const model::Actor& actor, std::string_view note, Instant now,
                               Change change) {
    if (auto ready = prepare(db, now); !ready) return fail(ready.error());
    const auto group = held(db, std::string(id));
    if (!group) return fail(group.error());
    if (Status done = change(**group, true); !done) return fail(done.error());
    for (const std::string& child : board->children((*group)->id)) {
      (void)change(*board->find(child), false);
    }
    ++(*group)->revision;
    GroupWriter writer(db);
    const GroupEvent event = event_of(**group, kind, actor, note, now);
    if (auto done = writer.put((*group)->id, event, false); !done) return fail(done.error());
    untold = true;
    if (auto done = write_down(db, now, true); !done) return fail(done.error());
    return **group;
  }

  Status put_window(store::Database& db, const Maintenance& window, Instant now) {
    if (auto done = GroupWriter(db).put(window); !done) return done;
    auto windows = read_maintenance(db, now);
    if (!windows) return fail(windows.error());
    board->set_windows(std::move(*windows));
    const auto done = write_down(db, now, true);
    return done ? Status{} : fail(done.error());
  }

  // Whatever failed half-way is read anew.
  template <class T>
  Result<T> settled(Result<T> result) {
    if (!result && (result.error().code == Code::io || result.error().code == Code::internal)) {
      broken = true;
    }
    return result;
  }

  store::Ledger& ledger;
  mutable std::mutex mutex;
  std::shared_ptr<const model::Workspace> workspace;  // under mutex; as the rest
  Options options;
  std::unique_ptr<GroupBoard> board;
  GroupMeta meta;
  bool broken = false;
  bool untold = true;             // there may be events of persons that tick() has to return
  std::set<std::string> touched;  // groups
};

Grouping::Grouping(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Grouping::~Grouping() = default;

Result<std::unique_ptr<Grouping>> Grouping::open(store::Ledger& ledger,
                                                 std::shared_ptr<const model::Workspace> workspace,
                                                 Options options) {
  if (auto done = ensure_group_tables(ledger); !done) return fail(done.error());
  return std::unique_ptr<Grouping>(
      new Grouping(std::make_unique<Impl>(ledger, std::move(workspace), std::move(options))));
}

void Grouping::rebind(std::shared_ptr<const model::Workspace> workspace) {
  const std::lock_guard lock(impl_->mutex);
  impl_->workspace = std::move(workspace);
  if (impl_->board) impl_->board->rebind(impl_->workspace);
}

std::uint64_t Grouping::cursor() const {
  const auto meta = read_meta(impl_->ledger.read().db());
  return meta ? meta->cursor : 0;
}

Result<std::vector<GroupChange>> Grouping::take(store::Ledger::Write& write,
                                                std::span<const store::AlertChange> changes,
                                                Instant now) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->settled(impl_->take(write.db(), changes, now));
}

Result<std::vector<GroupChange>> Grouping::tick(store::Ledger::Write& write, Instant now) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->settled(impl_->tick(write.db(), now));
}

Result<AlertGroup> Grouping::acknowledge(store::Ledger::Write& write, std::string_view id,
                                         const model::Actor& actor, std::string_view note,
                                         Instant now) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->settled(impl_->by_person(
      write.db(), id, GroupChange::Kind::acknowledged, actor, note, now,
      [&](AlertGroup& group, bool itself) -> Status {
        if (itself && group.acknowledged) {
          return fail(Code::conflict, format("{} has acknowledged it", group.acknowledged_by));
        }
        if (group.acknowledged) return {};
        group.acknowledged = now;
        group.acknowledged_by = actor.id;
        return {};
      }));
}

Result<AlertGroup> Grouping::judge(store::Ledger::Write& write, std::string_view id,
                                   Verdict verdict, const model::Actor& actor,
                                   std::string_view note, Instant now) {
  if (verdict == Verdict::none) return fail(Code::invalid, "a verdict is needed", "verdict");
  const std::lock_guard lock(impl_->mutex);
  return impl_->settled(impl_->by_person(
      write.db(), id, GroupChange::Kind::judged, actor, note, now,
      [&](AlertGroup& group, bool itself) -> Status {
        if (itself && group.verdict == verdict && group.note == note) {
          return fail(Code::conflict, format("it is judged so by {}", group.verdict_by));
        }
        if (!itself && group.verdict != Verdict::none) return {};
        group.verdict = verdict;
        group.verdict_by = actor.id;
        group.note = note;
        return {};
      }));
}

Result<Maintenance> Grouping::declare(store::Ledger::Write& write, Maintenance window,
                                      const model::Actor& actor, Instant now) {
  const std::lock_guard lock(impl_->mutex);
  if (auto ready = impl_->prepare(write.db(), now); !ready) return fail(ready.error());
  window.by = actor.id;
  window.ended.reset();
  window.ended_by.clear();
  window.ended_reason.clear();
  if (!window.id.empty()) {
    const auto known = read_window(write.db(), window.id);
    if (!known) return fail(known.error());
    if (*known && same_window(**known, window)) return **known;
    if (*known) return fail(Code::conflict, "the same key was used for another window");
  }
  window.begin = std::max(window.begin, now);
  if (auto good = check(window, *impl_->workspace, now, impl_->options.longest_maintenance_ns);
      !good) {
    return fail(good.error());
  }
  const auto others = read_maintenance(write.db(), now);
  if (!others) return fail(others.error());
  if (others->size() >= windows_most) {
    return fail(Code::conflict, format("there are {} windows already: end some", windows_most));
  }
  if (window.id.empty()) {
    window.id = stable_id('M', {window.region, window.thing, window.type, window.rule,
                                window.reason, window.by, to_string(window.end), to_string(now)});
  }
  if (auto done = impl_->settled(impl_->put_window(write.db(), window, now)); !done) {
    return fail(done.error());
  }
  return window;
}

Result<Maintenance> Grouping::end_maintenance(store::Ledger::Write& write, std::string_view id,
                                              const model::Actor& actor, std::string_view reason,
                                              Instant now) {
  const std::lock_guard lock(impl_->mutex);
  if (auto ready = impl_->prepare(write.db(), now); !ready) return fail(ready.error());
  auto window = read_window(write.db(), id);
  if (!window) return fail(window.error());
  if (!*window) return fail(Code::not_found, format("there is no window '{}'", id), "path:id");
  if (trim(reason).empty()) return fail(Code::invalid, "a reason is needed", "reason");
  if (end_of(**window) <= now || (*window)->ended) {
    return fail(Code::conflict, "it is over");
  }
  (*window)->ended = now;
  (*window)->ended_by = actor.id;
  (*window)->ended_reason = reason;
  if (auto done = impl_->settled(impl_->put_window(write.db(), **window, now)); !done) {
    return fail(done.error());
  }
  return **window;
}

// Queries.

namespace {

std::vector<AlertGroup> bare(std::vector<StoredGroup> groups) {
  std::vector<AlertGroup> out;
  out.reserve(groups.size());
  for (StoredGroup& each : groups) out.push_back(std::move(each.group));
  return out;
}

// Groups in the region, and prefectures' with a part in it.
void add_region(GroupFilter& filter, const model::RegionTree& regions, std::string_view code) {
  const model::RegionIndex outer = regions.find(code);
  std::string marks;
  std::vector<std::string> codes;
  for (model::RegionIndex i = 0; outer != model::no_region && i < regions.size(); ++i) {
    if (regions[i].level > model::Level::county || !regions.within(i, outer)) continue;
    codes.push_back(regions[i].code);
    marks += marks.empty() ? "?" : ",?";
  }
  filter.where += format(
      " AND (region IN ({0}) OR id IN (SELECT parent FROM alert_group WHERE "
      "parent <> '' AND region IN ({0})))",
      marks);
  filter.values.insert(filter.values.end(), codes.begin(), codes.end());
  filter.values.insert(filter.values.end(), codes.begin(), codes.end());
}

}  // namespace

Result<GroupPage> Grouping::groups(const GroupQuery& query) const {
  GroupFilter filter{"parent = ''", {}};
  if (query.open) filter.where += *query.open ? " AND state <> 3" : " AND state = 3";
  if (!query.hazard.empty()) {
    filter.where += " AND hazard = ?";
    filter.values.push_back(query.hazard);
  }
  if (!query.region.empty()) {
    const std::lock_guard lock(impl_->mutex);
    add_region(filter, *impl_->workspace->regions, query.region);
  }
  filter.order =
      "CASE state WHEN 3 THEN 2 WHEN 2 THEN 1 ELSE 0 END, "
      "CASE WHEN state = 3 THEN -cleared ELSE -level END, -opened, id";
  const auto read = impl_->ledger.read();
  const auto total = count_groups(read.db(), filter);
  if (!total) return fail(total.error());
  filter.limit = query.limit;
  filter.offset = query.offset;
  auto found = read_groups(read.db(), filter);
  if (!found) return fail(found.error());
  return GroupPage{bare(std::move(*found)), *total};
}

Result<std::optional<AlertGroup>> Grouping::group(std::string_view id) const {
  auto found = read_groups(impl_->ledger.read().db(), {"id = ?", {std::string(id)}});
  if (!found) return fail(found.error());
  if (found->empty()) return std::optional<AlertGroup>{};
  return std::optional(std::move(found->front().group));
}

Result<std::vector<AlertGroup>> Grouping::children(std::string_view id) const {
  return read_children(impl_->ledger.read().db(), id);
}

Result<std::vector<AlertGroup>> Grouping::consequences(std::string_view id) const {
  auto found = read_groups(impl_->ledger.read().db(),
                           {"cause = ? AND cause <> ''", {std::string(id)}, "opened, id"});
  if (!found) return fail(found.error());
  return bare(std::move(*found));
}

Result<std::vector<CountyShare>> Grouping::counties(std::string_view id) const {
  auto parts = children(id);
  if (!parts) return fail(parts.error());
  if (parts->empty()) {
    auto itself = group(id);
    if (!itself) return fail(itself.error());
    if (*itself) parts->push_back(std::move(**itself));
  }
  std::vector<CountyShare> out;
  for (const AlertGroup& part : *parts) {
    const auto at = std::find_if(out.begin(), out.end(), [&](const CountyShare& share) {
      return share.region == part.region;
    });
    CountyShare& share = at != out.end() ? *at : out.emplace_back(CountyShare{part.region});
    share.firing += part.firing;
    share.total += part.total;
    // A county that had it twice: no fewer things than the larger of the two.
    share.things = std::max(share.things, part.things);
  }
  std::stable_sort(out.begin(), out.end(), [](const CountyShare& a, const CountyShare& b) {
    return std::tuple(b.firing, b.total) < std::tuple(a.firing, a.total);
  });
  return out;
}

Result<std::vector<GroupEvent>> Grouping::history(std::string_view id) const {
  return read_events(impl_->ledger.read().db(), id);
}

Result<MemberPage> Grouping::members(std::string_view id, std::size_t limit,
                                     std::size_t offset) const {
  return read_member_page(impl_->ledger.read().db(), id, limit, offset);
}

Result<std::optional<GroupMember>> Grouping::member(std::string_view alert) const {
  return read_member(impl_->ledger.read().db(), alert);
}

Result<std::vector<Maintenance>> Grouping::maintenance(bool past, Instant now) const {
  return read_maintenance(impl_->ledger.read().db(),
                          past ? std::nullopt : std::optional<Instant>(now));
}

Result<std::vector<AlertGroup>> Grouping::touched() {
  std::set<std::string> ids;
  {
    const std::lock_guard lock(impl_->mutex);
    ids = std::exchange(impl_->touched, {});
  }
  std::vector<AlertGroup> out;
  const auto read = impl_->ledger.read();
  for (const std::string& id : ids) {
    auto found = read_groups(read.db(), {"id = ?", {id}});
    if (!found) return fail(found.error());
    if (!found->empty()) out.push_back(std::move(found->front().group));
  }
  return out;
}

}  // namespace cairn::respond
