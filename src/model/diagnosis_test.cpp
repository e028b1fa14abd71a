// SPDX-License-Identifier: Apache-2.0
// Places within files; the words of many mistakes are kept in tools/e2e/check-mistakes.txt.
#include "model/diagnosis.hpp"

#include <gtest/gtest.h>

#include <set>

#include "model/fault.hpp"
#include "model/memory_files.hpp"
#include "model/source_text.hpp"

namespace cairn::model {
namespace {

Diagnosis one(const std::string& yaml, const std::string& place, const std::string& message) {
  MemoryFiles files(FileMap{{"p/pack.yaml", yaml}});
  Problems problems;
  problems.error("p/pack.yaml:" + place, message);
  return diagnose(files, problems).at(0);
}

TEST(Diagnosis, PointsIntoAFoldedFormula) {
  const Diagnosis d = one("rules:\n  r:\n    when: >-\n      站 > 1\n      AND lvel > 3\n", "3:5",
                          "rule 'r', when: 1:11: 't' has no property 'lvel'; did you mean level?");
  EXPECT_EQ(d.code, "P0032");
  EXPECT_EQ(d.line, 5);
  EXPECT_EQ(d.column, 11);
  EXPECT_EQ(d.end_column, 15);
  EXPECT_EQ(d.source, "      AND lvel > 3");
}

TEST(Diagnosis, PointsIntoAQuotedFormulaBehindChinese) {
  const Diagnosis d = one("indicators: {i: {label: 站, formula: 'a = ''x'' and b'}}\n", "1:17",
                          "indicator 'i': 1:13: there is no indicator 'b'");
  EXPECT_EQ(d.line, 1);
  EXPECT_EQ(d.source.substr(static_cast<std::size_t>(d.column) + 1, 1), "b");  // 站 has 3 bytes
  EXPECT_EQ(d.end_column, d.column + 1);
}

TEST(Diagnosis, WhatFollowsFromAnotherIsMarked) {
  MemoryFiles files(FileMap{{"p/pack.yaml",
                             "types:\n  t:\n    properties:\n      a: {unit: mtr}\n"
                             "      b: {formula: a + 1 m}\n"}});
  Problems problems;
  problems.error("p/pack.yaml:4:17", "unknown unit 'mtr'");
  problems.error("p/pack.yaml:5:10",
                 "property 'b' of t: 1:1: cannot add 1 (none) at 1:1 and m "
                 "(length) at 1:5");
  const auto all = diagnose(files, problems);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_FALSE(all[0].consequence);
  EXPECT_TRUE(all[1].consequence);
}

TEST(Diagnosis, NothingIsKnownOfAFileThatIsNotThere) {
  MemoryFiles files(FileMap{});
  Problems problems;
  problems.error("gone.csv:3", "x");
  problems.error("", "y");
  EXPECT_EQ(diagnose(files, problems).size(), 2u);
}

TEST(Fault, CodesAreUniqueAndFound) {
  std::set<std::string_view> codes;
  for (const Fault& fault : faults()) {
    EXPECT_TRUE(codes.insert(fault.code).second) << fault.code;
    EXPECT_EQ(find_fault(fault.code), &fault);
    EXPECT_FALSE(fault.zh.empty() || fault.en.empty()) << fault.code;
  }
  EXPECT_EQ(find_fault("P9999"), nullptr);
  EXPECT_EQ(recognise("no such message at all").fault->code, "P0000");
  EXPECT_EQ(help_of(recognise("'label' is missing")).en, "add `label: …`");
}

TEST(SourceText, EveryByteOfAScalarHasItsPlace) {
  const SourceText source("a: |\n  l1\n  l2\nb: 'it''s'\nc: \"x\\\"y\"\n");
  const auto block = source.bytes_of(*source.root()->find("a"));
  ASSERT_GE(block.size(), 5u);
  EXPECT_EQ(source.text()[block[3]], 'l');
  EXPECT_EQ(source.line_of(block[3]), 3);
  const auto quoted = source.bytes_of(*source.root()->find("b"));
  EXPECT_EQ(source.text()[quoted[3]], 's');
  const auto escaped = source.bytes_of(*source.root()->find("c"));
  EXPECT_EQ(source.text()[escaped[2]], 'y');
}

}  // namespace
}  // namespace cairn::model
