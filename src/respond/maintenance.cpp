// SPDX-License-Identifier: Apache-2.0
#include "respond/maintenance.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace cairn::respond {
namespace {

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) next_code_point(text, i);
  return count;
}

Status check_names(const Maintenance& window, const model::Workspace& workspace) {
  if (window.region.empty() && window.thing.empty() && window.type.empty() && window.rule.empty()) {
    return fail(Code::invalid, "say what it covers: a region, a thing, a type or a rule", "region");
  }
  if (!window.region.empty() && workspace.regions->find(window.region) == model::no_region) {
    return fail(Code::invalid, format("there is no region '{}'", window.region), "region");
  }
  if (!window.type.empty() && workspace.catalog->type(window.type) == nullptr) {
    return fail(Code::invalid, format("there is no type '{}'", window.type), "type");
  }
  const auto& rules = workspace.catalog->rules;
  const bool known = std::any_of(rules.begin(), rules.end(),
                                 [&](const auto& rule) { return rule.id == window.rule; });
  if (!window.rule.empty() && !known) {
    return fail(Code::invalid, format("there is no rule '{}'", window.rule), "rule");
  }
  return {};
}

}  // namespace

Instant end_of(const Maintenance& window) {
  return window.ended ? std::min(*window.ended, window.end) : window.end;
}

bool is_active(const Maintenance& window, Instant now) {
  return window.begin <= now && now < end_of(window);
}

bool covers(const Maintenance& window, const Watched& what, const model::RegionTree& regions) {
  if (!window.thing.empty() && window.thing != what.thing) return false;
  if (!window.type.empty() && window.type != what.type) return false;
  if (!window.rule.empty() && window.rule != what.rule) return false;
  if (window.region.empty()) return true;
  const model::RegionIndex outer = regions.find(window.region);
  const model::RegionIndex inner = regions.find(what.region);
  return outer != model::no_region && inner != model::no_region && regions.within(inner, outer);
}

Status check(const Maintenance& window, const model::Workspace& workspace, Instant now,
             std::int64_t longest_ns) {
  if (auto names = check_names(window, workspace); !names) return names;
  if (window.end <= now) return fail(Code::invalid, "the end is past", "end");
  if (window.end <= window.begin) {
    return fail(Code::invalid, "the end must be after the beginning", "end");
  }
  if (window.end > window.begin + longest_ns) {
    return fail(Code::invalid, format("at most {} days", longest_ns / ns_per_day), "end");
  }
  if (trim(window.reason).empty()) return fail(Code::invalid, "a reason is needed", "reason");
  if (characters(window.reason) > maintenance_reason_characters) {
    return fail(Code::invalid, format("at most {} characters", maintenance_reason_characters),
                "reason");
  }
  return {};
}

}  // namespace cairn::respond
