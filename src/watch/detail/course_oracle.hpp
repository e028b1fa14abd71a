// SPDX-License-Identifier: Apache-2.0
// What a rule over a gauge comes to, from sorted samples in memory: nothing of the engine but
// stream::step. For the tests of what the engine makes of data in any order.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "formula/row_batch.hpp"
#include "stream/rule_compile.hpp"
#include "watch/world.hpp"

namespace cairn::watch::detail {

struct Told {
  Instant since;
  std::optional<Instant> began;
  std::optional<Instant> ended;
  bool operator==(const Told&) const = default;
  bool operator<(const Told& b) const { return since < b.since; }
};
inline std::string text_of(const std::vector<Told>& all, std::int64_t t0) {
  const auto minutes = [&](const std::optional<Instant>& t) {
    return t ? format("{:g}", static_cast<double>(t->ns - t0) / 6e10) : std::string("-");
  };
  std::string out;
  for (const Told& one : all) {
    out += format("[{} {} {}] ", minutes(one.since), minutes(one.began), minutes(one.ended));
  }
  return out;
}

struct Course {
  std::vector<Told> episodes;
  stream::RuleState state;
};

// By time, of one gauge: level and flow.
using Values = std::map<std::int64_t, std::array<std::optional<double>, 2>>;

// Sorted samples in memory, one step after the other: nothing of the engine but stream::step.
inline Course oracle(const World& world, const Values& values, std::size_t gauge,
                     const model::RuleDef& rule) {
  const auto table = std::make_shared<model::Table>(*world.snapshot.table("gauge"));
  auto history = std::make_shared<model::MemoryHistory>();
  for (std::size_t k = 0; k < 2; ++k) {
    const model::SeriesId series = history->create();
    for (const auto& [time, both] : values) {
      if (both[k]) history->add(series, {{{time}, {time}}, *both[k], false, 0});
    }
    table->columns[k].series.assign(table->size(), model::no_series);
    table->columns[k].series[gauge] = series;
  }
  history->sort();
  model::Snapshot snapshot = world.snapshot;
  snapshot.history = history;
  snapshot.tables[0] = table;
  const auto index = static_cast<std::uint32_t>(&rule - world.library.catalog().rules.data());
  const auto compiled = stream::compile_rule(world.library, index, snapshot.zone);
  EXPECT_TRUE(compiled) << to_string(compiled.error());
  Course out;
  std::optional<Told> open;
  formula::RowBatch batch(snapshot);
  for (const auto& [time, both] : values) {
    const std::vector<std::uint32_t> rows{static_cast<std::uint32_t>(gauge)};
    const std::vector<Instant> times{{time}};
    batch.begin(0, rows, times);
    const auto when = stream::CompiledRule::truth(batch.evaluate(compiled->when), 0);
    auto clear = stream::Truth::unknown;
    if (compiled->clear) clear = stream::CompiledRule::truth(batch.evaluate(*compiled->clear), 0);
    const stream::RuleState before = out.state;
    out.state = stream::step(compiled->times, before, {time}, when, clear);
    if (before.phase == stream::AlertPhase::inactive &&
        out.state.phase != stream::AlertPhase::inactive) {
      open = Told{{time}, {}, {}};
    }
    if (!stream::fires(before.phase) && stream::fires(out.state.phase)) open->began = {time};
    if (open && out.state.phase == stream::AlertPhase::inactive) {
      open->ended = {time};
      if (open->began) out.episodes.push_back(*open);
      open.reset();
    }
  }
  if (open) out.episodes.push_back(*open);
  return out;
}

// Seeds to try, [first, end): `watch_test seeds=3000` for more of them, `watch_test seed=7` for
// one.
inline std::pair<std::uint64_t, std::uint64_t> seeds(std::uint64_t usual) {
  for (const std::string& arg : testing::internal::GetArgvs()) {
    const std::size_t at = arg.find('=');
    if (at == std::string::npos) continue;
    const std::uint64_t number = std::strtoull(arg.c_str() + at + 1, nullptr, 10);
    if (arg.starts_with("seeds=")) return {1, 1 + number};
    if (arg.starts_with("seed=")) return {number, number + 1};
  }
  return {1, 1 + usual};
}

}  // namespace cairn::watch::detail
