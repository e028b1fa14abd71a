// SPDX-License-Identifier: Apache-2.0
#include "simulate/device.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace cairn::simulate {
namespace {

int index_of(const auto& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, [](const auto& f) { return f.name; });
  return found == fields.end() ? -1 : static_cast<int>(found - fields.begin());
}

bool holds(Instant from, Instant to, Instant now) {
  return from <= now && now < to;
}

}  // namespace

int Kind::parameter(std::string_view name) const {
  return index_of(parameters, name);
}
int Kind::output(std::string_view name) const {
  return index_of(outputs, name);
}

Result<std::size_t> check_parameter(const Kind& kind, std::string_view name, double value) {
  const int at = kind.parameter(name);
  if (at < 0) {
    std::vector<std::string> names;
    for (const Parameter& parameter : kind.parameters) names.emplace_back(parameter.name);
    const auto near = nearest(name, names);
    return fail(Code::invalid,
                format("'{}' has no parameter '{}'{}; it has {}", kind.id, name,
                       near ? "; did you mean '" + *near + "'?" : "", join(names, ", ")));
  }
  const Parameter& parameter = kind.parameters[static_cast<std::size_t>(at)];
  if (!(value >= parameter.least && value <= parameter.most)) {
    return fail(Code::invalid,
                format("'{}' is {} {}; it must be from {} to {}", name, number_text(value),
                       parameter.unit, number_text(parameter.least), number_text(parameter.most)));
  }
  return static_cast<std::size_t>(at);
}

std::uint64_t steps_of(Instant from, Instant to, std::int64_t every_ns) {
  if (!(from < to) || every_ns <= 0) return 0;
  // Unsigned: two instants may be further apart than an int64 says.
  const std::uint64_t span =
      static_cast<std::uint64_t>(to.ns) - static_cast<std::uint64_t>(from.ns);
  return (span - 1) / static_cast<std::uint64_t>(every_ns) + 1;
}

Result<Rows> run(const Kind& kind, const Setting& setting) {
  if (setting.every_ns <= 0) return fail(Code::invalid, "a simulated device needs 'every'");
  if (!(setting.from < setting.to)) return fail(Code::invalid, "'to' must be later than 'from'");
  const std::uint64_t steps = steps_of(setting.from, setting.to, setting.every_ns);
  if (steps > most_rows) {
    return fail(Code::too_large, format("{} readings; at most {}", steps, most_rows));
  }
  std::vector<double> base;
  for (const Parameter& parameter : kind.parameters) base.push_back(parameter.value);
  for (const auto& [name, value] : setting.with) {
    const auto at = check_parameter(kind, name, value);
    if (!at) return fail(at.error());
    base[*at] = value;
  }
  std::vector<std::size_t> changed;
  for (const Change& change : setting.changes) {
    const auto at = check_parameter(kind, change.parameter, change.value);
    if (!at) return fail(at.error());
    changed.push_back(*at);
  }
  const auto values_at = [&](Instant now) {
    std::vector<double> values = base;
    for (std::size_t i = 0; i < changed.size(); ++i) {
      const Change& change = setting.changes[i];
      if (holds(change.from, change.to, now)) values[changed[i]] = change.value;
    }
    return values;
  };

  Random random(setting.seed);
  const std::unique_ptr<Model> model = kind.make(values_at(setting.from));
  Rows rows;
  rows.columns.resize(kind.outputs.size());
  std::vector<double> out(kind.outputs.size());
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(steps); ++i) {
    const Instant time{setting.from.ns + i * setting.every_ns};
    const std::vector<double> values = values_at(time);
    const Date day = date_of(time, setting.zone);
    const double dt_s = static_cast<double>(setting.every_ns) / 1e9;
    Step step{
        .index = i, .dt_s = dt_s, .elapsed_s = dt_s * static_cast<double>(i), .parameters = values};
    step.hour = static_cast<double>(time.ns - start_of(day, setting.zone).ns) / 3600e9;
    step.day_of_year = static_cast<double>(time.ns - start_of({day.year}, setting.zone).ns) /
                       static_cast<double>(ns_per_day);
    model->step(step, random, out);
    const bool silent = std::ranges::any_of(setting.silences, [&](const Interval& silence) {
      return holds(silence.begin, silence.end, time);
    });
    if (silent) continue;
    rows.times.push_back(time);
    for (std::size_t k = 0; k < out.size(); ++k) rows.columns[k].push_back(out[k]);
  }
  return rows;
}

}  // namespace cairn::simulate
