// SPDX-License-Identifier: Apache-2.0
// Thousands of random histories of groups and of warnings for the public: every message is valid
// by the schema, and a receiver that shares no code with us (tools/e2e/cap-consumer) follows all
// chains without an objection.
#include <array>
#include <cstdlib>
#include <random>

#include "codec/cap_check.hpp"
#include "codec/test_xmllint.hpp"
#include "core/text.hpp"
#include "respond/test_warning.hpp"

namespace cairn::respond {
namespace {

using Kind = GroupChange::Kind;

constexpr int histories = 2000;

class History : public WarningTest {
 protected:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  AlertGroup random_group(int number) {
    static constexpr std::array counties{"513430", "510402", "513402", "510411", "513422"};
    static constexpr std::array rules{"slope_rain_threshold", "slope_silent",
                                      "slope_rain_intensity", "no_such_rule"};
    AlertGroup group = slope_group("G-" + std::to_string(number), counties[below(5)],
                                   static_cast<Level>(below(4)));
    group.lead_rule = rules[below(4)];
    const auto spots = below(4);
    for (std::uint64_t i = 0; i < spots; ++i) {
      const double x = 101.5 + static_cast<double>(below(200)) / 100;
      const double y = 26.5 + static_cast<double>(below(150)) / 100;
      spots_[group.id].push_back(
          {"t" + std::to_string(i), {}, group.region, geo::Point{x, y}, below(2) == 0});
    }
    return group;
  }

  // One life of a group; changes that the desk may hear in any order.
  void live(store::Ledger::Write& write, int number) {
    AlertGroup group = random_group(number);
    const auto tell = [&](Kind kind) {
      ++group.revision;
      const std::vector<GroupChange> one{{kind, group, Level::blue, now_}};
      const auto done = desk().on_groups(write, one, now_);
      ASSERT_TRUE(done) << to_string(done.error());
    };
    tell(Kind::opened);
    for (std::uint64_t step = 0, steps = below(8); step < steps; ++step) {
      now_ =
          now_ +
          static_cast<std::int64_t>(below(4) == 0 ? below(200'000) : below(400)) * ns_per_second +
          static_cast<std::int64_t>(below(ns_per_second));
      group.state = GroupState::open;
      switch (below(9)) {
        case 0:
        case 1: {
          const Level before = group.level;
          group.level = static_cast<Level>(below(4));
          tell(group.level > before ? Kind::worsened : Kind::eased);
          break;
        }
        case 2:
          group.things += below(9);
          tell(Kind::grew);
          break;
        case 3:
          group.state = GroupState::quiet;
          group.maintenance = below(2) ? "M-1" : "";
          tell(Kind::silenced);
          break;
        case 4:
          group.state = GroupState::cleared;
          tell(Kind::cleared);
          break;
        case 5:
          group.verdict = static_cast<Verdict>(below(4));
          group.note = "说明 <&> \x02";
          tell(Kind::judged);
          break;
        case 6:
          tell(Kind::opened);
          break;
        case 7:
          group.parent = "G-" + std::to_string(below(number + 1));
          tell(Kind::joined);
          group.parent.clear();
          break;
        default: {
          const auto done = desk().tick(write, now_);
          ASSERT_TRUE(done) << to_string(done.error());
        }
      }
    }
    group.state = GroupState::cleared;
    tell(Kind::cleared);
  }

  // One warning for the public, from its release to its end; each in a transaction of its own.
  void warn(int number) {
    const model::Actor actor = officer("li", "");
    Wish wish;
    wish.event = {"山洪", "Flash flood"};
    wish.level = static_cast<Level>(below(4));
    wish.regions = {below(2) ? "513430" : "510411"};
    for (std::uint64_t step = 0, steps = 1 + below(4); step <= steps; ++step) {
      const auto draft = desk().prepare(wish, now_);
      ASSERT_TRUE(draft) << to_string(draft.error());
      auto write = ledger_->begin();
      const auto sent =
          desk().send(*write, wish, draft->digest, format("{}/{}", number, step), actor, now_);
      ASSERT_TRUE(sent) << to_string(sent.error());
      ASSERT_TRUE(write->commit());
      wish = Wish{};
      wish.warning = sent->warning.id;
      wish.reason = "雨停";
      wish.act = step + 1 < steps ? WarningAct::update
                 : below(2)       ? WarningAct::cancel
                                  : WarningAct::all_clear;
      if (wish.act == WarningAct::update) wish.level = static_cast<Level>(below(4));
      now_ = now_ + static_cast<std::int64_t>(below(90'000)) * ns_per_second;
    }
  }

  int run(const std::string& command) { return std::system(command.c_str()); }
  std::mt19937_64 random_{20261121};
};

TEST_F(History, AllMessagesAreValidAndAllChainsHold) {
  if (!codec::Xmllint::is_here()) GTEST_SKIP() << codec::no_xmllint;
  options_.exercise = false;
  desk();
  // Forty lives a transaction, then one warning for the public in several of its own.
  for (int number = 0; number < histories;) {
    {
      auto write = ledger_->begin();
      for (int most = number + 39; number < most; ++number) {
        live(*write, number);
        if (HasFatalFailure()) return;
        now_ = now_ + static_cast<std::int64_t>(1 + below(50)) * ns_per_second;
      }
      ASSERT_TRUE(write->commit());
    }
    warn(number++);
    if (HasFatalFailure()) return;
  }
  const std::string folder = testing::TempDir() + "/warning-history";
  codec::Xmllint xmllint(CAIRN_SOURCE_DIR, folder);
  std::size_t updates = 0;
  std::size_t cancels = 0;
  for (std::size_t i = 0; i < outbox_.postings.size(); ++i) {
    const codec::CapAlert alert = cap(i);
    updates += alert.type == codec::CapType::update;
    cancels += alert.type == codec::CapType::cancel;
    for (const auto& finding : codec::check_cap(alert)) ADD_FAILURE() << to_string(finding);
    xmllint.put(format("{:06}.xml", i), outbox_.postings[i].cap_xml);
  }
  EXPECT_GT(outbox_.postings.size(), 4000u);
  EXPECT_GT(updates, 1000u);
  EXPECT_GT(cancels, 300u);
  EXPECT_EQ(xmllint.valid().size(), outbox_.postings.size()) << xmllint.log().substr(0, 2000);
  const std::string consumer = std::string(CAIRN_SOURCE_DIR) + "/tools/e2e/cap-consumer --folder '";
  EXPECT_EQ(run(consumer + folder + "'"), 0);
  // It can object: to a chain with a hole, and to a message that is there twice.
  const std::string few = testing::TempDir() + "/warning-history-few";
  codec::Xmllint part(CAIRN_SOURCE_DIR, few);
  for (std::size_t i = 0; i < 60; ++i) {
    part.put(format("{:06}.xml", i), outbox_.postings[i].cap_xml);
  }
  EXPECT_EQ(run(consumer + few + "' >/dev/null"), 0);
  part.put("again.xml", outbox_.postings[1].cap_xml);
  EXPECT_NE(run(consumer + few + "' >/dev/null"), 0);
  std::filesystem::remove(few + "/again.xml");
  std::filesystem::remove(few + "/000000.xml");
  EXPECT_NE(run(consumer + few + "' >/dev/null"), 0);
  RecordProperty("messages", static_cast<int>(outbox_.postings.size()));
  std::printf("%zu messages of %d histories, %zu updates, %zu cancels\n", outbox_.postings.size(),
              histories, updates, cancels);
}

}  // namespace
}  // namespace cairn::respond
