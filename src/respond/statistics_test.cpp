// SPDX-License-Identifier: Apache-2.0
#include "respond/statistics.hpp"

#include <map>
#include <set>

#include "model/response_things.hpp"
#include "respond/detail/test_groups.hpp"

namespace cairn::respond {
namespace {

using detail::alert;
using detail::at_s;

class StatisticsTest : public detail::GroupTest {
 protected:
  void SetUp() override {
    GroupTest::SetUp();
    statistics_ = *Statistics::open(*ledger_);
  }
  void TearDown() override {
    statistics_.reset();
    GroupTest::TearDown();
  }
  void judge(const std::string& id, Verdict verdict, double now_s) {
    auto write = *ledger_->begin();
    ASSERT_TRUE(grouping_->judge(write, id, verdict, officer(), "", at_s(now_s)));
    const auto told = grouping_->tick(write, at_s(now_s));
    ASSERT_TRUE(statistics_->on_groups(write, *told, at_s(now_s)));
    ASSERT_TRUE(write.commit());
  }
  void closes(const Incident& incident, const std::vector<Entry>& entries, double now_s) {
    auto write = *ledger_->begin();
    ASSERT_TRUE(statistics_->on_incident(write, incident, entries, at_s(now_s)));
    ASSERT_TRUE(write.commit());
  }
  std::map<std::string, double> values() const {
    std::map<std::string, double> out;
    const auto rows = statistics_->waiting(100).value();
    for (const StatReading& row : rows) out[row.thing + " " + row.property] = row.value;
    return out;
  }
  std::unique_ptr<Statistics> statistics_;
};

TEST_F(StatisticsTest, AVerdictIsAReadingOfItsRuleAndCounty) {
  take({alert("a", "minor", "t1", "510101"), alert("b", "moderate", "t2", "510102")}, at_s(0));
  tick(at_s(5));
  const std::string id = grouping_->member("a")->value().group;
  judge(id, Verdict::false_alarm, 60);
  const auto first = statistics_->waiting(10).value();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].thing, model::rule_watch_id("minor", "510101"));
  EXPECT_EQ(first[0].property, "false_alarm");
  EXPECT_EQ(first[0].value, 1);
  // Judged anew: the same reading with another value, handed over again.
  judge(id, Verdict::true_alarm, 90);
  const auto second = statistics_->waiting(10).value();
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].time, first[0].time);
  EXPECT_EQ(second[0].value, 0);
  EXPECT_GT(second[0].number, first[0].number);
  {
    auto write = *ledger_->begin();
    ASSERT_TRUE(statistics_->handed_over(write, second[0].number));
    ASSERT_TRUE(write.commit());
  }
  EXPECT_TRUE(statistics_->waiting(10)->empty());
  judge(grouping_->member("b")->value().group, Verdict::test, 100);  // of no statistics
  EXPECT_TRUE(statistics_->waiting(10)->empty());
}

TEST_F(StatisticsTest, OfAPrefectureEachCountyCounts) {
  take({alert("a", "minor", "t1", "510101"), alert("b", "minor", "t2", "510102"),
        alert("c", "moderate", "t3", "510103")},
       at_s(0));
  tick(at_s(5));
  const std::string id = open_groups()[0].id;
  {
    auto write = *ledger_->begin();
    ASSERT_TRUE(grouping_->acknowledge(write, id, officer(), "", at_s(180)));
    ASSERT_TRUE(statistics_->on_groups(write, *grouping_->tick(write, at_s(181)), at_s(181)));
    ASSERT_TRUE(write.commit());
  }
  const auto found = values();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found.at(model::rule_watch_id("moderate", "510103") + " acknowledge_time"), 3);
}

TEST_F(StatisticsTest, AnIncidentIsReadingsOfItsUnit) {
  Incident incident;
  incident.id = "I-1";
  incident.unit = "u";
  incident.opened = at_s(0);
  std::vector<Entry> entries(3);
  entries[0].kind = Entry::Kind::step;
  entries[0].event = "dispatch";
  entries[0].at = at_s(100);
  entries[1].kind = Entry::Kind::step;
  entries[1].event = "accept";
  entries[1].at = at_s(1800);
  entries[2].kind = Entry::Kind::escalation;
  entries[2].reason = "时限将至 80% of the time is gone";
  closes(incident, entries, 7200);
  EXPECT_TRUE(values().empty());  // it is open
  incident.closed = at_s(7200);
  closes(incident, entries, 7200);
  const std::string unit = model::response_unit_id("u");
  EXPECT_EQ(values(), (std::map<std::string, double>{{unit + " response_time", 0.5},
                                                     {unit + " handling_time", 2},
                                                     {unit + " on_time", 1},
                                                     {unit + " reopened", 0}}));
  closes(incident, entries, 7300);  // looked at again after a kill
  EXPECT_EQ(statistics_->waiting(100)->size(), 4u);
  entries[2].reason = "已超时限 the deadline has passed";
  incident.reopened = 1;
  incident.closed = at_s(10'800);
  closes(incident, entries, 10'800);
  EXPECT_EQ(values().at(unit + " on_time"), 0);
  EXPECT_EQ(values().at(unit + " handling_time"), 3);
  EXPECT_EQ(statistics_->waiting(100)->size(), 4u);
  // Another one at the same moment does not lie on top of it.
  incident.id = "I-2";
  closes(incident, entries, 7200);
  EXPECT_EQ(statistics_->waiting(100)->size(), 8u);
  std::set<std::pair<std::string, Instant>> times;
  const auto rows = statistics_->waiting(100).value();
  for (const StatReading& row : rows) times.emplace(row.property, row.time);
  EXPECT_EQ(times.size(), 8u);
}

}  // namespace
}  // namespace cairn::respond
