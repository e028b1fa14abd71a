// SPDX-License-Identifier: Apache-2.0
#include "stream/rollup_inputs.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "formula/depends.hpp"
#include "formula/eval_row.hpp"

namespace cairn::stream {
namespace {

void collect(const formula::Expr& e, const formula::Program& program, const Shifts& shifts,
             RegionInputs& out) {
  using formula::ExprKind;
  switch (e.kind) {
    case ExprKind::aggregate:
      out.aggregates.push_back({program.aggregates[e.index], shifts});
      return;
    case ExprKind::given:
      out.given.push_back({e.index, shifts});
      return;
    case ExprKind::indicator:
      return collect(e.inner->root, *e.inner, shifts, out);
    case ExprKind::at: {
      Shifts inner = shifts;
      if (!e.shift.as_of.empty()) inner.clear();  // a fixed date, whatever was asked for
      inner.push_back(e.shift);
      return collect(e.args[0], program, inner, out);
    }
    default:
      for (const formula::Expr& arg : e.args) collect(arg, program, shifts, out);
  }
}

}  // namespace

Instant shifted_by(const Shifts& shifts, Instant as_of, Zone zone) {
  for (const formula::Shift& shift : shifts) as_of = formula::shifted(shift, as_of, zone);
  return as_of;
}

std::int64_t longest_back_ns(const Shifts& shifts) {
  constexpr std::int64_t month_ns = 31 * ns_per_day;
  constexpr std::int64_t most_ns = 50 * 366 * ns_per_day;  // sums of three do not overflow
  std::int64_t sum = 0;
  for (const formula::Shift& shift : shifts) {
    if (!shift.as_of.empty()) return formula::unlimited_ns;
    const std::int64_t months_ns = std::min(shift.back.months, 600) * month_ns;
    sum = std::min(most_ns, sum + std::min(most_ns, shift.back.ns) + months_ns);
  }
  return sum;
}

std::string to_string(const Shifts& shifts) {
  std::string out;
  for (const formula::Shift& shift : shifts) {
    out += shift.as_of.empty() ? format(" at -{}ns -{}mo", shift.back.ns, shift.back.months)
                               : format(" at {}", shift.as_of);
  }
  return out;
}

RegionInputs inputs_of(const formula::Compiled& region_formula) {
  RegionInputs out;
  collect(region_formula.program->root, *region_formula.program, {}, out);
  return out;
}

}  // namespace cairn::stream
