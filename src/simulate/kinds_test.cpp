// SPDX-License-Identifier: Apache-2.0
// What every kind of simulated device owes its users.
#include "simulate/kinds.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <fstream>
#include <iterator>
#include <set>

#include "core/text.hpp"
#include "core/unit.hpp"

namespace cairn::simulate {
namespace {

Setting two_days() {
  Setting setting;
  setting.zone = Zone{8 * 3600};
  setting.from = start_of({2024, 7, 1}, setting.zone);
  setting.to = setting.from + 2 * ns_per_day;
  setting.every_ns = 600 * ns_per_second;
  return setting;
}

bool same(const Rows& a, const Rows& b) {
  for (std::size_t c = 0; c < a.columns.size(); ++c) {
    for (std::size_t i = 0; i < a.columns[c].size(); ++i) {
      const double x = a.columns[c][i];
      const double y = b.columns[c][i];
      if (x != y && !(std::isnan(x) && std::isnan(y))) return false;
    }
  }
  return true;
}

TEST(Kinds, AreFoundById) {
  ASSERT_FALSE(kinds().empty());
  for (std::size_t i = 0; i < kinds().size(); ++i) {
    EXPECT_EQ(kind(kinds()[i].id), &kinds()[i]);
    if (i == 0) continue;
    EXPECT_LT(kinds()[i - 1].id, kinds()[i].id);
  }
  EXPECT_EQ(kind(""), nullptr);
  EXPECT_EQ(kind("zzz"), nullptr);
}

TEST(Kinds, StateTheirPhysicsInBothLanguages) {
  for (const Kind& kind : kinds()) {
    EXPECT_TRUE(is_identifier(kind.id)) << kind.id;
    EXPECT_FALSE(kind.zh.empty() || kind.en.empty()) << kind.id;
    EXPECT_GT(kind.physics_zh.size(), 60u) << kind.id;
    EXPECT_GT(kind.physics_en.size(), 60u) << kind.id;
    EXPECT_GT(kind.source.size(), 10u) << kind.id;
    EXPECT_FALSE(kind.outputs.empty()) << kind.id;
  }
}

// `cairn simulate kinds --markdown` writes the chapter anew.
TEST(Kinds, StandInTheDocuments) {
  std::ifstream file(std::string(CAIRN_SOURCE_DIR) + "/docs/simulate.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const Kind& kind : kinds()) {
    EXPECT_NE(text.find(format("### {}\n", kind.id)), std::string::npos) << kind.id;
    EXPECT_NE(text.find(kind.physics_en), std::string::npos) << kind.id;
    for (const Parameter& p : kind.parameters) {
      const std::string row = format("| `{}` | {} | {} | {} |", p.name, number_text(p.value),
                                     number_text(p.least), number_text(p.most));
      EXPECT_NE(text.find(row), std::string::npos) << kind.id << ": " << row;
    }
  }
}

TEST(Kinds, HaveUnitsAndRangesThatHold) {
  for (const Kind& kind : kinds()) {
    std::set<std::string_view> names;
    for (const Parameter& p : kind.parameters) {
      EXPECT_TRUE(is_identifier(p.name)) << kind.id;
      EXPECT_TRUE(names.insert(p.name).second) << kind.id << " " << p.name;
      EXPECT_TRUE(parse_unit(p.unit).has_value()) << kind.id << " " << p.name << " " << p.unit;
      EXPECT_LT(p.least, p.most) << kind.id << " " << p.name;
      EXPECT_LE(p.least, p.value) << kind.id << " " << p.name;
      EXPECT_LE(p.value, p.most) << kind.id << " " << p.name;
      EXPECT_FALSE(p.zh.empty() || p.en.empty()) << kind.id << " " << p.name;
    }
    names.clear();
    for (const Output& o : kind.outputs) {
      EXPECT_TRUE(is_identifier(o.name)) << kind.id;
      EXPECT_TRUE(names.insert(o.name).second) << kind.id << " " << o.name;
      EXPECT_TRUE(parse_unit(o.unit).has_value()) << kind.id << " " << o.name << " " << o.unit;
      EXPECT_FALSE(o.zh.empty() || o.en.empty()) << kind.id << " " << o.name;
    }
  }
}

TEST(Kinds, SameSeedSameBytes) {
  for (const Kind& kind : kinds()) {
    const auto one = run(kind, two_days());
    const auto two = run(kind, two_days());
    ASSERT_TRUE(one && two) << kind.id;
    ASSERT_EQ(one->times.size(), 288u) << kind.id;
    for (std::size_t c = 0; c < one->columns.size(); ++c) {
      for (std::size_t i = 0; i < 288; ++i) {
        ASSERT_EQ(std::bit_cast<std::uint64_t>(one->columns[c][i]),
                  std::bit_cast<std::uint64_t>(two->columns[c][i]))
            << kind.id;
      }
    }
  }
}

// At the ends of the range of every parameter: numbers, no infinity, no trap.
TEST(Kinds, BearTheEndsOfTheirRanges) {
  for (const Kind& kind : kinds()) {
    for (const Parameter& p : kind.parameters) {
      for (const double value : {p.least, p.most}) {
        Setting setting = two_days();
        setting.with = {{std::string(p.name), value}};
        const auto rows = run(kind, setting);
        ASSERT_TRUE(rows.has_value()) << kind.id << " " << p.name;
        for (const auto& column : rows->columns) {
          for (const double v : column) {
            ASSERT_FALSE(std::isinf(v)) << kind.id << " " << p.name << " " << value;
          }
        }
      }
    }
  }
}

// Two days in which `other` has another value for a while in the middle of them.
Setting disturbed(const Parameter& other, double value) {
  Setting setting = two_days();
  setting.changes = {
      {setting.from + ns_per_day / 4, setting.to - ns_per_day / 4, std::string(other.name), value}};
  return setting;
}

bool matters(const Kind& kind, const Parameter& p, Setting setting) {
  const auto without = run(kind, setting);
  for (const double value : {p.least, p.most}) {
    setting.with = {{std::string(p.name), value}};
    const auto with = run(kind, setting);
    if (without && with && !same(*without, *with)) return true;
  }
  return false;
}

// A parameter that changes nothing would be a lie in the table of kinds. Some count only while
// something else happens: a battery's size, while the mains are out.
TEST(Kinds, EveryParameterMatters) {
  for (const Kind& kind : kinds()) {
    for (const Parameter& p : kind.parameters) {
      bool found = matters(kind, p, two_days());
      for (const Parameter& other : kind.parameters) {
        if (found) break;
        if (other.name == p.name) continue;
        found = matters(kind, p, disturbed(other, other.least)) ||
                matters(kind, p, disturbed(other, other.most));
      }
      EXPECT_TRUE(found) << kind.id << " " << p.name;
    }
  }
}

}  // namespace
}  // namespace cairn::simulate
