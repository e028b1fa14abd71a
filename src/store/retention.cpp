// SPDX-License-Identifier: Apache-2.0
#include "store/retention.hpp"

#include <optional>

#include "core/text.hpp"

namespace cairn::store {
namespace {

// Of the Gregorian calendar: 146,097 days in 4,800 months.
constexpr std::int64_t mean_month_ns = ns_per_day / 4'800 * 146'097;

struct Stage {
  std::int64_t step_ns = 0;                 // 0: as observed
  std::optional<std::int64_t> age_ns = {};  // until it is so old; nothing: for ever
};

Result<std::int64_t> age_of(std::string_view text) {
  const auto span = parse_span(text);
  if (!span) return fail(span.error());
  if (span->months > INT64_MAX / mean_month_ns) {
    return fail(Code::invalid, format("'{}' is longer than 292 years", text));
  }
  return span->ns + span->months * mean_month_ns;
}

Result<Stage> stage_of(std::string_view text) {
  Stage stage;
  const std::size_t equals = text.find('=');
  const std::string_view what = trim(text.substr(0, equals));
  if (what != "raw") {
    const auto step = parse_span(what);
    if (!step) {
      return fail(Code::invalid, format("'{}' is neither 'raw' nor a step such as 1h", what));
    }
    if (step->months > 0) {
      return fail(Code::invalid, format("'{}': a step is of equal length, at most weeks", what));
    }
    stage.step_ns = step->ns;
  }
  if (equals == std::string_view::npos) return stage;
  const auto age = age_of(trim(text.substr(equals + 1)));
  if (!age) return fail(age.error());
  stage.age_ns = *age;
  return stage;
}

Status follows(const Stage& stage, const Stage& before, std::string_view text) {
  if (!before.age_ns) {
    return fail(Code::invalid, format("'{}' follows what is kept for ever", text));
  }
  if (stage.step_ns == 0) {
    return fail(Code::invalid, "'raw' comes first, once");
  }
  if (before.step_ns > 0 &&
      (stage.step_ns <= before.step_ns || stage.step_ns % before.step_ns != 0)) {
    return fail(Code::invalid, format("the step of '{}' is no multiple of the one before", text));
  }
  if (stage.age_ns && *stage.age_ns <= *before.age_ns) {
    return fail(Code::invalid, format("'{}' ends before it begins", text));
  }
  return {};
}

}  // namespace

Result<std::vector<Retention>> parse_retention(std::string_view text) {
  std::vector<Retention> out;
  Stage before;
  bool first = true;
  std::string_view rest = trim(text);
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = trim(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    const auto stage = stage_of(part);
    if (!stage) return fail(stage.error());
    if (first && stage->step_ns != 0) {
      return fail(Code::invalid, "it begins with 'raw', how long values stay as observed");
    }
    if (!first) {
      if (auto done = follows(*stage, before, part); !done) return fail(done.error());
      out.push_back({*before.age_ns, stage->step_ns});
    }
    before = *stage;
    first = false;
  }
  if (before.age_ns) out.push_back({*before.age_ns, 0});
  return out;
}

}  // namespace cairn::store
