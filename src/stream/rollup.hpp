// SPDX-License-Identifier: Apache-2.0
// Indicators of regions kept current while observations come in. An indicator is computed again
// when a cell that it reads was touched, or when time alone may change it; the values are the
// batch evaluator's, so they equal it to the bit. What is computed again is the whole indicator:
// a refresh costs a scan of its things, however few were touched.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "formula/formula.hpp"
#include "stream/binding.hpp"

namespace cairn::stream {

class Rollup {
 public:
  // `live` reads the heads; it and `binding` must stay.
  Rollup(const formula::Library& library, const Binding& binding, const model::Snapshot& live);

  // An observation of the cell, of any time, was added or corrected.
  void touch(CellId cell);

  struct Changed {
    std::uint32_t indicator = 0;  // index into Catalog::indicators
    model::RegionIndex region = 0;
  };
  // Brings all live indicators at all regions to `now`; appends what is not as it was.
  void refresh(Instant now, std::vector<Changed>& changed);
  // As of the last refresh.
  formula::Cell value(std::uint32_t indicator, model::RegionIndex region) const;
  // Fed by observed cells, directly or through other indicators.
  bool live(std::uint32_t indicator) const { return kept_of_[indicator] != none; }

  // How far back live indicators read a property; INT64_MAX: all of it.
  struct Wanted {
    std::uint32_t type = 0;
    std::uint32_t column = 0;
    std::int64_t span_ns = 0;
  };
  static std::vector<Wanted> wants(const formula::Library& library, const Binding& binding);

 private:
  struct Kept {
    std::uint32_t indicator = 0;
    bool dirty = true;
    Instant due = Instant::min();
    std::vector<formula::Cell> cells;  // by region
  };
  Instant due_of(const formula::Compiled& formula, Instant now) const;
  Instant structural_due(Instant now) const;

  formula::Library library_;
  const Binding& binding_;
  const model::Snapshot& live_;
  std::vector<std::uint32_t> kept_of_;  // by indicator
  std::vector<Kept> kept_;
  std::vector<std::vector<std::vector<std::uint32_t>>> readers_;  // type, column: kept ones
  std::vector<Instant> edges_;  // where things and regions begin or cease to count, rising
  Instant now_ = Instant::min();
};

}  // namespace cairn::stream
