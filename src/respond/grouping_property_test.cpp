// SPDX-License-Identifier: Apache-2.0
// Random changes in any batches, with kills between: the same groups, nothing twice, nothing lost.
#include <map>
#include <random>
#include <set>

#include "respond/detail/test_groups.hpp"
#include "respond/group_store.hpp"

namespace cairn::respond {
namespace {

using detail::alert;
using detail::at_s;
using model::AlertState;

struct Step {
  Instant now;
  std::vector<store::AlertChange> changes;
};

// What the journal could say within an hour: alerts that fire, flap, end, are taken back.
std::vector<Step> random_steps(std::mt19937& random, std::size_t count) {
  const std::vector<std::string> rules{"minor", "moderate", "severe", "extreme", "lone",
                                       "power", "silent",   "deaf",   "tail",    "minor"};
  std::map<std::string, model::Alert> known;
  std::vector<Step> out;
  std::uint64_t number = 0;
  double now_s = 0;
  while (out.size() < count) {
    now_s += std::uniform_real_distribution(0.5, 60.0)(random);
    Step step{at_s(now_s), {}};
    // Of each alert the feed tells the newest only.
    std::set<std::string> in_step;
    for (unsigned i = 0; i < random() % 12; ++i) {
      model::Alert each;
      if (!known.empty() && random() % 2 == 0) {
        each =
            std::next(known.begin(), static_cast<std::ptrdiff_t>(random() % known.size()))->second;
        each.state = static_cast<AlertState>(1 + random() % 4);
        each.ended.reset();
        if (each.state > AlertState::clearing) each.ended = step.now;
        each.suppressed = random() % 10 == 0;
        each.shelved = random() % 20 == 0;
        each.flapping = random() % 8 == 0;
        ++each.revision;
      } else {
        const std::string county = format("510{}0{}", 1 + random() % 2, 1 + random() % 5);
        each = alert(format("a{}", known.size()), rules[random() % rules.size()],
                     format("t{}", random() % 30), random() % 3 == 0 ? county + "101" : county);
        each.began = step.now;
        if (random() % 10 == 0) each.state = AlertState::resolved;
      }
      if (!in_step.insert(each.id).second) continue;
      known[each.id] = each;
      step.changes.push_back({++number, each});
    }
    out.push_back(std::move(step));
  }
  return out;
}

std::string words(const AlertGroup& g) {
  return format(
      "{} {} {} parent {} cause {} {} level {} highest {} lead {} since {} opened {} "
      "changed {} cleared {} counts {} {} {} {} {} {} window {}",
      g.id, g.hazard, g.region, g.parent, g.cause, to_string(g.state), static_cast<int>(g.level),
      static_cast<int>(g.highest), g.lead, to_string(g.since), to_string(g.opened),
      to_string(g.changed), g.cleared ? to_string(*g.cleared) : "never", g.firing, g.total,
      g.things, g.quiet, g.consequences, g.retracted, g.maintenance);
}

class GroupingPropertyTest : public detail::GroupTest {
 protected:
  GroupingPropertyTest() {
    options_.text_property = [](std::string_view thing, std::string_view) {
      return std::string(thing.substr(0, 2));
    };
  }
  void restart() {
    TearDown();
    SetUp();
  }

  // Each alert that ever fired is in one group, and the sums are those of the alerts.
  void check(const std::vector<Step>& steps) {
    std::map<std::string, model::Alert> last;
    for (const Step& step : steps) {
      for (const auto& change : step.changes) last[change.alert.id] = change.alert;
    }
    std::map<std::string, AlertGroup> groups;
    const auto all = read_groups(ledger_->read().db(), {}).value();
    for (const StoredGroup& row : all) {
      groups[row.group.id] = row.group;
    }
    std::map<std::string, AlertGroup> sums;
    std::size_t members = 0;
    std::vector<std::string> ids;
    for (const auto& [id, group] : groups) ids.push_back(id);
    const auto rows = read_members(ledger_->read().db(), ids).value();
    for (const StoredMember& row : rows) {
      ++members;
      const GroupMember& m = row.member;
      ASSERT_TRUE(last.contains(m.alert)) << m.alert;
      EXPECT_EQ(m.state, last[m.alert].state);
      ASSERT_TRUE(groups.contains(m.group));
      for (std::string id = m.group; !id.empty(); id = groups[id].parent) {
        AlertGroup& sum = sums[id];
        const bool firing = m.state == AlertState::firing || m.state == AlertState::clearing;
        if (m.state == AlertState::retracted) {
          ++sum.retracted;
        } else if (m.consequence) {
          ++sum.consequences;
        } else {
          ++sum.total;
          if (firing) ++sum.firing;
          if (firing && m.quiet) ++sum.quiet;
        }
      }
    }
    std::size_t fired = 0;
    for (const auto& [id, each] : last) fired += grouping_->member(id)->has_value() ? 1 : 0;
    EXPECT_EQ(members, fired);
    for (const auto& [id, each] : last) {
      if (each.state == AlertState::retracted) continue;  // or never seen to fire
      EXPECT_TRUE(grouping_->member(id)->has_value()) << id;
    }
    for (const auto& [id, group] : groups) {
      EXPECT_EQ(group.firing, sums[id].firing) << id;
      EXPECT_EQ(group.total, sums[id].total) << id;
      EXPECT_EQ(group.quiet, sums[id].quiet) << id;
      EXPECT_EQ(group.consequences, sums[id].consequences) << id;
      EXPECT_EQ(group.retracted, sums[id].retracted) << id;
      EXPECT_TRUE(group.firing == 0 || group.state != GroupState::cleared) << id;
      const auto history = grouping_->history(id).value();
      ASSERT_EQ(history.size(), static_cast<std::size_t>(group.revision));
      int called = 0;
      for (const GroupEvent& event : history) {
        called += event.kind == GroupChange::Kind::opened ? 1 : 0;
        called -= event.kind == GroupChange::Kind::cleared ? 1 : 0;
        EXPECT_GE(called, 0) << id;
      }
    }
  }

  std::vector<AlertGroup> everything() const {
    std::vector<AlertGroup> out;
    auto rows = read_groups(ledger_->read().db(), {}).value();
    for (StoredGroup& row : rows) {
      // What is told at once may be told one by one: in more lines, and timers begin apart.
      row.group.revision = 0;
      row.group.changed = row.group.opened;
      if (row.group.cleared) row.group.cleared = row.group.opened;
      out.push_back(std::move(row.group));
    }
    return out;
  }
};

TEST_F(GroupingPropertyTest, AnyBatchesAndKillsGiveTheSameGroups) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    std::mt19937 random(seed);
    const auto steps = random_steps(random, 60);
    std::vector<AlertGroup> expected;
    for (int run = 0; run < 3; ++run) {
      restart();
      std::map<std::pair<std::string, int>, int> told;
      const auto hear = [&](const std::vector<GroupChange>& changes) {
        std::map<std::string, int> of_group;
        for (const GroupChange& change : changes) ++of_group[change.group.id];
        for (const auto& [id, count] : of_group) told[{id, 0}] += count;
      };
      for (const Step& step : steps) {
        std::span<const store::AlertChange> rest(step.changes);
        while (!rest.empty()) {
          const std::size_t size = run == 0 ? rest.size() : 1 + random() % rest.size();
          if (run == 2 && random() % 6 == 0) {  // killed before the commit
            auto write = ledger_->begin();
            ASSERT_TRUE(grouping_->take(*write, rest.first(size), step.now));
          }
          if (run == 2 && random() % 4 == 0) reopen();
          hear(take(rest.first(size), step.now));
          rest = rest.subspan(size);
        }
        if (run == 2 && random() % 4 == 0) reopen();
        hear(tick(step.now));
      }
      for (int minute = 1; minute <= 60; minute += 5) {
        hear(tick(steps.back().now + minute * 60 * ns_per_second));
      }
      for (const auto& [key, count] : told) {
        const auto group = grouping_->group(key.first).value();
        ASSERT_TRUE(group);
        EXPECT_EQ(group->revision, count) << "told once each, seed " << seed;
      }
      check(steps);
      if (run == 0) {
        expected = everything();
      } else {
        const auto found = everything();
        ASSERT_EQ(found.size(), expected.size()) << "seed " << seed << " run " << run;
        for (std::size_t i = 0; i < found.size(); ++i) {
          EXPECT_EQ(words(found[i]), words(expected[i]))
              << "seed " << seed << " run " << run << " " << found[i].id << " " << found[i].hazard
              << " " << found[i].region;
        }
      }
      if (HasFailure()) return;
    }
  }
}

// 5,000 things, each of whose alerts fires and ends twenty times within a minute.
TEST_F(GroupingPropertyTest, AHundredThousandChangesCostSeconds) {
  constexpr int things = 5000;
  constexpr int rounds = 20;
  const std::clock_t begin = std::clock();
  for (int round = 0; round < rounds; ++round) {
    std::vector<model::Alert> batch;
    for (int i = 0; i < things; ++i) {
      model::Alert each = alert(format("a{}-{}", i, round / 2), i % 3 == 0 ? "moderate" : "minor",
                                format("t{}", i), format("510{}0{}", 1 + i % 2, 1 + i % 5));
      each.flapping = round > 6;
      if (round % 2 == 1) {
        each.state = AlertState::resolved;
        each.ended = at_s(round * 3);
      }
      batch.push_back(std::move(each));
    }
    std::vector<store::AlertChange> changes;
    for (model::Alert& each : batch) changes.push_back({++number_, std::move(each)});
    for (std::span<const store::AlertChange> rest(changes); !rest.empty();) {
      const auto part = rest.first(std::min<std::size_t>(rest.size(), 500));
      take(part, at_s(round * 3));
      rest = rest.subspan(part.size());
    }
    tick(at_s(round * 3 + 2));
  }
  const double cpu_s = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  RecordProperty("cpu_ms", static_cast<int>(cpu_s * 1000));
  std::printf("100,000 changes in batches of 500: %.2f s of CPU\n", cpu_s);
  EXPECT_LT(cpu_s, 30);
  const auto top = grouping_->groups({.open = true}).value();
  EXPECT_EQ(top.total, 2u);  // two prefectures
  std::uint64_t total = 0;
  for (const AlertGroup& group : top.groups) total += group.total;
  EXPECT_EQ(total, 50'000u);
  std::size_t opened = 0;
  for (const AlertGroup& group : top.groups) {
    const auto history = grouping_->history(group.id).value();
    for (const GroupEvent& event : history) {
      opened += event.kind == GroupChange::Kind::opened ? 1 : 0;
    }
  }
  EXPECT_EQ(opened, 2u);  // each called once
}

}  // namespace
}  // namespace cairn::respond
