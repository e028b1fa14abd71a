// SPDX-License-Identifier: Apache-2.0
// The formula language: compile once, evaluate over a snapshot for any regions and date.
//
//   Library library = Library::build(catalog, problems);          // all indicators of all packs
//   auto f = library.compile("count(village)");
//   Evaluator evaluator(library, snapshot);
//   Answer a = evaluator.evaluate(*f, {.regions = {liangshan}, .as_of = now});
//   a.cells[0].value  ->  2377
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "core/unit.hpp"
#include "model/snapshot.hpp"

namespace cairn::formula {

// A compiled formula: the list of its aggregates (each a mergeable partial per region: what the
// incremental evaluator will maintain) and the expression over them. Opaque outside `formula`.
struct Program;

enum class Type : std::uint8_t { number, boolean, text, time, date, interval, geometry, array };

struct Compiled {
  std::shared_ptr<const Program> program;  // shared: immutable, held by indicators that name it
  std::string text;
  Type type = Type::number;
  Unit unit;  // of the result when it is a number
};

// The value of one formula for one region at one date, with what it rests on.
struct Cell {
  std::optional<double> value;       // numbers; truth values as 0 and 1
  model::Value other;                // results of other types
  std::size_t reported = 0;          // things (or given values) that had a value
  std::size_t expected = 0;          // things that should have one
  bool estimated = false;            // an input is an estimate
  std::optional<Instant> data_time;  // newest time of an observation or statistic used
  std::string reason;                // why there is no value; empty when there is one
  bool operator==(const Cell&) const = default;
};

// Observations that ended at or before `as_of` are known; regions and things count that were in
// force just before it. So the end of 2020 (2021-01-01T00:00) sees 2020 whole and nothing of what
// begins in 2021: who lists regions for a request asks RegionTree for `as_of - 1`.
struct Request {
  std::vector<model::RegionIndex> regions;
  Instant as_of;
};

struct Answer {
  Unit unit;
  std::vector<Cell> cells;  // as Request::regions
};

// One step of an explanation.
struct Explanation {
  std::string text;  // the part of the formula, or the indicator's id
  Label label;       // of an indicator or property
  Cell cell;
  Unit unit;
  Instant as_of;
  std::string source;  // source key of a given value
  // For an aggregate: what it came from, at most Explain::max_inputs of them.
  struct Input {
    std::string thing;
    Label label;
    std::string region;  // code
    std::optional<double> value;
    Unit unit;
    std::optional<Interval> time;  // of the observation
    bool estimated = false;
    std::string source;
  };
  std::vector<Input> inputs;
  std::size_t input_count = 0;
  std::vector<Explanation> parts;
};

// All indicators, derived properties and rules of a catalog, compiled.
class Library {
 public:
  // Compiles everything; what does not compile is reported with file:line of its declaration and
  // left out. Cycles (of indicators or derived properties) are reported with the whole ring.
  static Library build(std::shared_ptr<const model::Catalog> catalog, Problems& problems);

  // Region context: names are indicators.
  Result<Compiled> compile(std::string_view text) const;
  // Row context of a type: names are its properties. For rules, filters and derived properties.
  Result<Compiled> compile_row(std::string_view text, std::string_view type) const;

  const Compiled* indicator(std::string_view id) const;
  const model::Catalog& catalog() const { return *catalog_; }

  struct Impl;

 private:
  std::shared_ptr<const model::Catalog> catalog_;  // shared with the snapshots
  std::shared_ptr<const Impl> impl_;               // shared: libraries are copied by value
  friend class Evaluator;
};

// Evaluates over one snapshot. Keeps region maps and indicator values of this snapshot, so one
// evaluator should serve all indicators of one page. Not thread-safe; make one a thread.
class Evaluator {
 public:
  Evaluator(const Library& library, const model::Snapshot& snapshot);
  ~Evaluator();

  Answer evaluate(const Compiled& formula, const Request& request);
  // The indicator in its own unit (IndicatorDef::unit).
  Result<Answer> indicator(std::string_view id, const Request& request);

  Explanation explain(const Compiled& formula, model::RegionIndex region, Instant as_of,
                      std::size_t max_inputs = 200);
  Result<Explanation> explain_indicator(std::string_view id, model::RegionIndex region,
                                        Instant as_of, std::size_t max_inputs = 200);

  // Rows of a table (compiled with compile_row for its type) for which the predicate is true at
  // `as_of`; only rows valid then, and live ones unless the predicate names status.
  std::vector<std::uint32_t> select(const Compiled& predicate, std::string_view type,
                                    Instant as_of);
  // A row-context formula for one row.
  Cell row_value(const Compiled& formula, std::string_view type, std::uint32_t row, Instant as_of);
  // The same for many rows at once, as numbers (false and true are 0 and 1); nothing where there is
  // no value or one of another kind.
  std::vector<std::optional<double>> row_numbers(const Compiled& formula, std::string_view type,
                                                 std::span<const std::uint32_t> rows,
                                                 Instant as_of);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::formula
