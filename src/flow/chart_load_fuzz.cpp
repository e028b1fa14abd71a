// SPDX-License-Identifier: Apache-2.0
// A workflow, and after the first line "---" an instance of it as text or, a line each, events for
// a new one. Whatever is accepted keeps to the form of a configuration and comes back as text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/text.hpp"
#include "flow/calendar.hpp"
#include "flow/chart_load.hpp"
#include "flow/expression.hpp"
#include "flow/instance_text.hpp"

namespace {

using namespace cairn::flow;

void check(const Chart& chart, const Instance& instance) {
  if (!is_configuration(chart, instance.active)) std::abort();
  const auto again = parse_instance(to_text(chart, instance), chart);
  if (!again || !(*again == instance)) std::abort();
}

void walk(const Chart& chart, Instance instance, std::string_view events) {
  Expressions guards;
  check(chart, instance);
  int left = 50;
  for (const std::string_view name : cairn::split(events, '\n')) {
    if (!instance.running || left-- == 0) return;
    const Fields data{{"actor", "li"}, {"unit", "road"}, {"reason", "r"}};
    if (step(chart, instance, {std::string(name), data, {}}, guards)) check(chart, instance);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = input.find("\n---\n");
  const std::string_view yaml = input.substr(0, cut);
  const std::string_view rest = cut == std::string_view::npos ? "" : input.substr(cut + 5);
  cairn::Problems problems;
  Calendar calendar;
  if (const auto read = read_calendar(yaml, "c.yaml", problems)) calendar = *read;
  if (add_holidays(rest, "h.yaml", calendar, problems)) {
    const auto next = next_working(calendar, {});
    if (next && !is_working(calendar, *next)) std::abort();
  }
  problems = {};
  const auto workflow = read_workflow(yaml, "w.yaml", problems);
  if (workflow.has_value() != problems.ok()) std::abort();
  if (!workflow) return 0;
  const Chart& chart = workflow->chart;
  Expressions guards;
  const auto started = start(chart, {}, guards);
  if (started) walk(chart, started->instance, rest);
  if (const auto instance = parse_instance(rest, chart)) walk(chart, *instance, "done\npassed\nx");
  return 0;
}
