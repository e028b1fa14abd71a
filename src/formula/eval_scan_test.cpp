// SPDX-License-Identifier: Apache-2.0
// One thing's contribution; whole scans are in evaluator_test.cpp and brute_force_test.cpp.
#include "formula/eval_scan.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace cairn::formula {
namespace {

RowNotes notes_of(std::int64_t newest_ns, bool estimated) {
  RowNotes notes;
  notes.reset(1);
  notes.newest[0] = {newest_ns};
  notes.estimated[0] = estimated ? 1 : 0;
  return notes;
}

Vec lane(bool present, double value) {
  Vec out;
  out.reset(Type::number, 1);
  if (present) out.set_number(0, value);
  return out;
}

TEST(Contribution, CountsKnowThePredicateOrExpectTheThing) {
  const RowNotes notes = notes_of(7, true);
  const auto kind = AggregateKind::count;
  const Contribution yes = by_predicate(kind, {true, true}, &notes, 0, false);
  EXPECT_EQ(yes, (Contribution{0, {7}, 1, 1, 1, 1}));
  EXPECT_EQ(by_predicate(kind, {true, false}, &notes, 0, true), (Contribution{0, {7}, 1, 0, 1, 1}));
  Contribution expected;
  expected.expected = 1;
  EXPECT_EQ(by_predicate(kind, {false, false}, &notes, 0, true), expected);
  // Without a predicate: the thing alone says whether it is an estimate.
  EXPECT_EQ(by_predicate(kind, {}, nullptr, 0, true),
            (Contribution{0, Instant::min(), 1, 1, 1, 1}));
}

TEST(Contribution, ValuesRestOnThePredicateToo) {
  const RowNotes where = notes_of(7, true);
  const RowNotes notes = notes_of(5, false);
  const auto kind = AggregateKind::sum;
  Contribution of = by_predicate(kind, {true, true}, &where, 0, false);
  add_value(kind, lane(true, -0.0), notes, 0, false, of);
  EXPECT_EQ(of, (Contribution{0, {7}, 1, 1, 1, 1}));
  EXPECT_FALSE(std::signbit(of.value));
  // Where there is no value, what the predicate read does not count.
  of = by_predicate(kind, {true, true}, &where, 0, true);
  add_value(kind, lane(false, 0), notes, 0, true, of);
  Contribution expected;
  expected.expected = 1;
  EXPECT_EQ(of, expected);
  EXPECT_EQ(by_predicate(kind, {true, false}, &where, 0, true), Contribution{});
  EXPECT_EQ(by_predicate(kind, {false, false}, &where, 0, true), expected);
}

TEST(Contribution, PeriodsAreExpectedOneByOne) {
  RowNotes notes = notes_of(5, false);
  notes.periods_expected = {12};
  notes.periods_reported = {9};
  Contribution of = by_predicate(AggregateKind::share, {}, nullptr, 0, false);
  add_value(AggregateKind::share, lane(true, 1), notes, 0, false, of);
  EXPECT_EQ(of, (Contribution{0, {5}, 12, 1, 0, 9}));
  add_value(AggregateKind::share, lane(true, 0), notes, 0, false, of);
  EXPECT_EQ(of.counts, 0U);
}

}  // namespace
}  // namespace cairn::formula
