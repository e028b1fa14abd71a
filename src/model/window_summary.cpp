// SPDX-License-Identifier: Apache-2.0
#include "model/window_summary.hpp"

#include <algorithm>

namespace cairn::model {

void WindowSummary::add(const Sample& sample, std::uint8_t parts) {
  const double value = sample.value + 0.0;  // -0 becomes 0: min and max do not depend on the order
  if (count == 0) {
    first = sample;
    totals.min = totals.max = value;
  } else {
    totals.min = std::min(totals.min, value);
    totals.max = std::max(totals.max, value);
    if ((parts & summary_part::falls) != 0 && value < last.value) totals.falls.add(last.value);
  }
  ++count;
  last = sample;
  estimated = estimated || sample.estimated;
  instants = instants && sample.time.begin == sample.time.end;
  if ((parts & summary_part::sum) != 0) totals.sum.add(value);
  if ((parts & summary_part::squares) != 0) totals.squares.add_square(value);
}

void WindowSummary::append(const WindowSummary& later, std::uint8_t parts) {
  if (later.count == 0) return;
  if (count == 0) {
    *this = later;
    return;
  }
  totals.min = std::min(totals.min, later.totals.min);
  totals.max = std::max(totals.max, later.totals.max);
  if ((parts & summary_part::falls) != 0) {
    if (later.first.value < last.value) totals.falls.add(last.value);
    totals.falls.merge(later.totals.falls);
  }
  count += later.count;
  last = later.last;
  estimated = estimated || later.estimated;
  instants = instants && later.instants;
  if ((parts & summary_part::sum) != 0) totals.sum.merge(later.totals.sum);
  if ((parts & summary_part::squares) != 0) totals.squares.merge(later.totals.squares);
}

}  // namespace cairn::model
