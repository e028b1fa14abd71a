// SPDX-License-Identifier: Apache-2.0
// Groups in memory: which alert belongs where, and what of it is to be told. Deterministic: knows
// no clock and no database; what it does not hold it asks `Fetch` for. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "model/alert.hpp"
#include "respond/cause.hpp"
#include "respond/group_store.hpp"
#include "respond/grouping.hpp"

namespace cairn::respond {

// What a call has changed.
struct BoardChanges {
  std::vector<StoredGroup> groups;
  std::vector<std::string> dropped;  // that nobody had heard of
  std::vector<StoredMember> members;
  std::vector<std::pair<std::string, GroupEvent>> events;  // by group, in order
  std::vector<GroupChange> changes;                        // the same, for the desks
};

class GroupBoard {
 public:
  // The family of the group that an alert is in; empty: it is in none.
  using Fetch = std::function<Result<StoredFamily>(std::string_view alert)>;

  GroupBoard(std::shared_ptr<const model::Workspace> workspace, GroupingOptions options);
  ~GroupBoard();

  // As it was written. `windows`: those that are not over.
  void load(const StoredFamily& family);
  void set_windows(std::vector<Maintenance> windows);
  void rebind(std::shared_ptr<const model::Workspace> workspace);

  // Maintenance that begins or ends, consequences that outlive their causes.
  void pass_time(Instant now);
  Status apply(const model::Alert& alert, Instant now, const Fetch& fetch);
  // Says what there is to say of the groups that changed, or of all.
  void tell(Instant now, bool all);
  // Forgets what cannot change by itself any more.
  void forget(Instant now);
  BoardChanges drain(Instant now);

  // For what persons do; none when it is not held here.
  AlertGroup* find(const std::string& group);
  std::vector<std::string> children(const std::string& group) const;

 private:
  struct Group;
  struct Member {
    StoredMember row;
    Group* group = nullptr;
    Level level = Level::blue;
    bool urgent = false;  // extreme and immediate
    bool dirty = false;
    const GroupMember& it() const { return row.member; }
    bool firing() const;
  };
  // Quiet ones last, the gravest first, then the oldest.
  using LeadKey = std::tuple<bool, int, Instant, std::string_view>;
  struct Tally {
    std::uint64_t firing = 0;
    std::uint64_t quiet = 0;
    std::uint64_t total = 0;
    std::uint64_t loud_ever = 0;  // of `total`: that were not quiet when they fired last
    std::uint64_t retracted = 0;
    std::uint64_t consequences = 0;
    std::uint64_t open = 0;  // with consequences
    std::array<std::uint64_t, 4> loud{};
    std::unordered_map<std::string, std::uint32_t> things;
    std::map<LeadKey, const Member*> order;  // firing
    bool is_loud() const { return firing > quiet; }
  };
  struct Group {
    StoredGroup row;
    StoredGroup saved;
    Tally tally;
    std::unordered_set<Member*> members;  // never walked where the order matters
    std::set<std::string> children;
    Group* parent = nullptr;
    AlertGroup& it() { return row.group; }
  };
  using Key = std::pair<std::string, std::string>;  // hazard, region

  const model::RuleDef* rule(std::string_view id) const;
  Key home_key(const GroupMember& member) const;
  std::string upper_region(const std::string& region) const;
  static CauseAlert cause_view(const GroupMember& member);
  static void count(Tally& tally, const Member& member, int sign);
  static void note_lead(Group& group);
  void add(Member& member);
  void remove(Member& member);
  template <class Change>
  void change(Member& member, Instant now, Change change);
  void set_level(Member& member) const;

  void enter(const model::Alert& alert, Instant now);
  void update(Member& member, const model::Alert& alert, Instant now);
  static void note_over(const Member& member);
  void hurry(Member& member, Instant now);
  Group& home(const Member& member, const std::string& first, Instant now, bool news);
  static bool calls(const Group& group);
  bool usable(const Group& group, Instant now) const;
  Group& make(Key key, const std::string& first, Instant now, bool upper);
  static void move(Member& member, Group& to);
  const Member* cause_for(const Member& member) const;
  bool may_cause(const Member& cause, const Member& member) const;
  void follow(Member& member, const Member& cause, Instant now);
  void lead_on(Member& member, Instant now);
  void began(Member& member, Instant now);
  void ended(Member& member, Instant now);
  void release(Member& member, Instant now);
  std::string window_of(const GroupMember& member, Instant now) const;
  void cover(Member& member, Instant now);
  void seek_parent(Group& group, Instant now);
  void join(Group& child, Group& parent, Instant now);
  void drop(const std::string& id);

  void tell(Group& group, Instant now);
  void summarise(Group& group) const;
  void tell_child(Group& group, Instant now);
  void tell_empty(Group& group, Instant now);
  void wind_down(Group& group, Instant now);
  void silence(Group& group, Instant now);
  void call(Group& group, Instant now);
  void follow_level(Group& group, Level top, Instant now);
  void open(Group& group, Instant now);
  void end(Group& group, Instant now);
  void emit(Group& group, GroupChange::Kind kind, Level before, Instant now, std::string note = {});
  void told(Group& group, Instant now);

  std::shared_ptr<const model::Workspace> workspace_;
  GroupingOptions options_;
  std::unordered_map<std::string, const model::RuleDef*> rules_;
  std::unique_ptr<CauseIndex> causes_;
  std::vector<Maintenance> windows_;
  std::set<std::string> active_;
  bool cover_all_ = true;

  std::map<std::string, std::unique_ptr<Group>> groups_;
  std::unordered_map<std::string, std::unique_ptr<Member>> members_;
  std::map<Key, Group*> current_;  // the newest of its kind
  std::map<Key, Group*> uppers_;
  std::set<std::pair<Instant, std::string>> releases_;  // consequences without a cause
  std::set<std::string> touched_;                       // groups to be told of
  std::vector<Member*> dirty_;
  BoardChanges out_;
};

}  // namespace cairn::respond
