// SPDX-License-Identifier: Apache-2.0
// Simulated devices: models with stated physics that stand in where no real series may be had. The
// same setting gives the same readings. What they say is labelled as simulated wherever it is
// shown. One kind is one file `src/simulate/<id>.cpp` and one line in `kinds()`.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "simulate/random.hpp"

namespace cairn::simulate {

// What a user may set. It may change with time (Change), so that a pump fails at three o'clock.
struct Parameter {
  std::string_view name;  // "rain_rate"
  std::string_view unit;  // UCUM: "mm/h"
  double value = 0;       // unless set
  double least = 0;       // other values are refused
  double most = 0;
  std::string_view zh;
  std::string_view en;
};

// What the device measures.
struct Output {
  std::string_view name;
  std::string_view unit;  // UCUM
  std::string_view zh;
  std::string_view en;
};

// One step of the simulated time. Values of `parameters` are in the order of Kind::parameters.
struct Step {
  std::int64_t index = 0;  // 0 at the start
  double dt_s = 0;         // since the step before; the first one has it too
  double elapsed_s = 0;    // since the start
  double hour = 0;         // of the local day, [0, 24)
  double day_of_year = 0;  // local, [0, 366)
  std::span<const double> parameters;
};

class Model {
 public:
  virtual ~Model() = default;
  // Goes on by one step and writes one value for each output; NaN: no reading.
  virtual void step(const Step& now, Random& random, std::span<double> out) = 0;
};

struct Kind {
  std::string_view id;  // "slope_water", ASCII snake_case
  std::string_view zh;
  std::string_view en;
  std::string_view physics_zh;  // the equations and what they leave out, in a few sentences
  std::string_view physics_en;
  std::string_view source;  // where they stand: paper, standard, handbook
  std::vector<Parameter> parameters;
  std::vector<Output> outputs;
  // `parameters` as at the start, to begin in equilibrium with them.
  std::unique_ptr<Model> (*make)(std::span<const double> parameters) = nullptr;

  int parameter(std::string_view name) const;  // -1: none
  int output(std::string_view name) const;     // -1: none
};

// All kinds, by id.
const std::vector<Kind>& kinds();
const Kind* kind(std::string_view id);

// The index of a parameter that may have this value. Errors: an unknown parameter (with the nearest
// name), a value out of its range.
Result<std::size_t> check_parameter(const Kind& kind, std::string_view name, double value);

// A parameter has another value from `from` to `to`; of several that hold, the last one counts.
struct Change {
  Instant from;
  Instant to;
  std::string parameter;
  double value = 0;
};

struct Setting {
  std::uint64_t seed = 1;
  Instant from;  // of the first reading
  Instant to;    // no reading at or after it
  std::int64_t every_ns = 0;
  Zone zone;                                         // of the local day
  std::vector<std::pair<std::string, double>> with;  // parameters; the others keep their values
  std::vector<Change> changes;
  std::vector<Interval> silences;  // the device goes on, but nothing is heard of it
};

// How many readings a device gives; 0 when `from` is not before `to` or `every_ns` not above 0.
std::uint64_t steps_of(Instant from, Instant to, std::int64_t every_ns);

struct Rows {
  std::vector<Instant> times;
  std::vector<std::vector<double>> columns;  // by output, then by time; NaN: no reading
};

// Errors: those of check_parameter, no step, more than `most_rows` steps.
inline constexpr std::uint64_t most_rows = 2'000'000;
Result<Rows> run(const Kind& kind, const Setting& setting);

}  // namespace cairn::simulate
