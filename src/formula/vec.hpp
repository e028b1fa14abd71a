// SPDX-License-Identifier: Apache-2.0
// A vector of values, one a lane: what expressions are evaluated on. A lane is a row of a table
// (row context) or a region (region context). Which member is filled follows from the type:
//   number, boolean (0/1) -> numbers;  text -> texts;  time, date -> times (ns since 1970 UTC, a
//   date as its midnight UTC);  interval, geometry, array -> values (never null where present).
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formula/formula.hpp"
#include "model/value.hpp"

namespace cairn::formula {

// Why a lane has no value; `present` when it has one.
enum class Lack : std::uint8_t {
  present = 0,
  missing,        // not reported, or no attribute
  stale,          // the last observation is older than the property's max_age
  few_samples,    // the window holds fewer samples than the function needs
  many_samples,   // the window holds more than limits::window_samples
  zero_division,  // division by zero
  domain,         // the logarithm of zero, the root of a negative number …
  overflow,       // not a finite number
  not_in_force,   // the region or thing is not valid at that date
  incomparable,   // values that cannot be compared or converted
  // Region context only; the cell says more.
  none_selected,
  none_reported,
};
// "not reported", "division by zero", …
const char* to_string(Lack lack);

struct Vec {
  Type type = Type::number;
  bool constant = false;  // one lane stands for all: index with at(lane)
  std::vector<Lack> lack;
  std::vector<double> numbers;
  std::vector<std::string_view> texts;
  std::vector<std::int64_t> times;
  std::vector<const model::Value*> values;
  // Storage of texts and values that were made, not read from a table; a deque keeps addresses.
  std::shared_ptr<std::deque<std::string>> own_texts;    // shared: results refer to arguments'
  std::shared_ptr<std::deque<model::Value>> own_values;  // shared: likewise

  std::size_t at(std::size_t lane) const { return constant ? 0 : lane; }
  std::size_t size() const { return lack.size(); }
  bool present(std::size_t lane) const { return lack[at(lane)] == Lack::present; }
  // Makes `lanes` lanes of `of`, all missing.
  void reset(Type of, std::size_t lanes);
  // Setters mark the lane as present.
  void set_number(std::size_t lane, double value);
  void set_truth(std::size_t lane, bool value) { set_number(lane, value ? 1 : 0); }
  void set_time(std::size_t lane, std::int64_t ns);
  void set_text(std::size_t lane, std::string value);       // keeps the text
  void set_view(std::size_t lane, std::string_view value);  // the text lives elsewhere
  void set_value(std::size_t lane, model::Value value);     // keeps the value
};

// One lane of `value`, standing for all.
Vec constant_vec(const model::Value& value);

}  // namespace cairn::formula
