// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "model/memory_files.hpp"
#include "model/region_load.hpp"

namespace cairn::model {
namespace {

constexpr Zone china{8 * 3600};

TEST(ProposalLoad, ReadsThingsChangesAndRetirements) {
  const MemoryFiles files(FileMap{{"p/x.yaml", R"(proposal: x
label: {zh: 方案, en: Plan X}
region: demo
note: {zh: 估计, en: An estimate}
things: [x.csv]
retire: [old:1]
retire_from: 2024
changes:
  - {thing: '513401001001', from: 2023-05-01, set: {has_5g: true, people: 12, note: ~}}
)"},
                                  {"p/x.csv",
                                   "id,type,region,status,valid_from,source\n"
                                   "new:1,mast,513401,planned,2022-01-01,sites\n"}});
  Problems problems;
  const auto read = load_proposal(files, "p/x.yaml", china, problems);
  ASSERT_TRUE(read) << to_string(read.error());
  ASSERT_TRUE(problems.ok()) << to_string(problems.errors[0]);
  EXPECT_EQ(read->id, "x");
  EXPECT_EQ(read->note.en, "An estimate");
  ASSERT_EQ(read->things.size(), 1u);
  EXPECT_EQ(read->things[0].status, Life::planned);
  EXPECT_EQ(read->things[0].source, "regions/demo/sites");
  EXPECT_EQ(read->retire, std::vector<std::string>{"old:1"});
  EXPECT_EQ(to_string(read->retire_from, china), "2024-01-01T00:00:00+08:00");
  ASSERT_EQ(read->changes.size(), 1u);
  const Change& change = read->changes[0];
  EXPECT_EQ(change.thing, "513401001001");
  EXPECT_EQ(to_string(change.from, china), "2023-05-01T00:00:00+08:00");
  ASSERT_EQ(change.set.size(), 3u);
  EXPECT_EQ(change.set[0].first, "has_5g");
  EXPECT_EQ(change.set[0].second, Value{std::string("true")});
  EXPECT_TRUE(change.set[2].second.missing());
  EXPECT_EQ(change.place, "p/x.yaml:9:5");
}

TEST(ProposalLoad, NamesWhatIsWrong) {
  const MemoryFiles files(FileMap{{"p/x.yaml", R"(proposal: x
label: X
region: demo
things: [missing.csv]
changes:
  - {thing: a, from: someday, set: {p: 1}}
  - {thing: b, sets: {p: 1}}
  - {thing: c, set: {p: [1, 2]}}
)"}});
  Problems problems;
  const auto read = load_proposal(files, "p/x.yaml", china, problems);
  ASSERT_TRUE(read);
  ASSERT_EQ(problems.errors.size(), 5u);
  EXPECT_EQ(problems.errors[0].place, "p/missing.csv");
  EXPECT_EQ(problems.errors[1].place, "p/x.yaml:6:5");
  EXPECT_NE(problems.errors[2].message.find("'set' is missing"), std::string::npos);
  EXPECT_NE(problems.errors[3].message.find("sets"), std::string::npos);
  EXPECT_NE(problems.errors[4].message.find("the value of 'p' must be plain"), std::string::npos);
}

TEST(ProposalLoad, NeedsAnId) {
  const MemoryFiles files(FileMap{{"p/x.yaml", "label: X\n"}});
  Problems problems;
  EXPECT_FALSE(load_proposal(files, "p/x.yaml", china, problems));
  EXPECT_FALSE(load_proposal(files, "p/none.yaml", china, problems));
}

}  // namespace
}  // namespace cairn::model
