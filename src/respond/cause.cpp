// SPDX-License-Identifier: Apache-2.0
#include "respond/cause.hpp"

#include "core/text.hpp"

namespace cairn::respond {
namespace {

// The division of a level that the region lies in or is; empty: none.
std::string division(const model::RegionTree& regions, std::string_view code, model::Level level) {
  model::RegionIndex at = regions.find(code);
  while (at != model::no_region && regions[at].level != level) at = regions[at].parent;
  return at == model::no_region ? std::string() : regions[at].code;
}

std::string key_of(std::string_view rule, std::string_view same, std::string_view value) {
  return format("{}\n{}\n{}", rule, same, value);
}

}  // namespace

CauseIndex::CauseIndex(const model::Workspace& workspace, TextProperty text_property)
    : regions_(*workspace.regions), text_property_(std::move(text_property)) {
  for (const model::RuleDef& rule : workspace.catalog->rules) {
    for (const model::CauseRef& cause : rule.response.caused_by) {
      above_[rule.id].emplace_back(cause.rule, cause.same);
      below_[cause.rule].emplace_back(rule.id, cause.same);
      kinds_[rule.id].insert(cause.same);
      kinds_[cause.rule].insert(cause.same);
    }
  }
}

std::string CauseIndex::shared(const CauseAlert& alert, const std::string& same) const {
  if (same == "thing") return std::string(alert.thing);
  if (same == "county") return division(regions_, alert.region, model::Level::county);
  if (same == "town") return division(regions_, alert.region, model::Level::town);
  return text_property_ ? text_property_(alert.thing, same) : std::string();
}

void CauseIndex::each_key(const CauseAlert& alert,
                          const std::function<void(std::string)>& use) const {
  const auto kinds = kinds_.find(std::string(alert.rule));
  if (kinds == kinds_.end()) return;
  for (const std::string& same : kinds->second) {
    const std::string value = shared(alert, same);
    if (!value.empty()) use(key_of(alert.rule, same, value));
  }
}

void CauseIndex::put(const CauseAlert& alert) {
  each_key(alert, [&](std::string key) {
    open_[std::move(key)].emplace(alert.began, std::string(alert.id));
  });
}

void CauseIndex::drop(const CauseAlert& alert) {
  each_key(alert, [&](const std::string& key) {
    const auto at = open_.find(key);
    if (at == open_.end()) return;
    at->second.erase({alert.began, std::string(alert.id)});
    if (at->second.empty()) open_.erase(at);
  });
}

std::vector<std::string> CauseIndex::causes(const CauseAlert& alert) const {
  return open_of(above_, alert);
}

std::vector<std::string> CauseIndex::consequences(const CauseAlert& alert) const {
  return open_of(below_, alert);
}

std::vector<std::string> CauseIndex::open_of(const Links& links, const CauseAlert& alert) const {
  std::vector<std::string> out;
  const auto linked = links.find(std::string(alert.rule));
  if (linked == links.end()) return out;
  for (const auto& [rule, same] : linked->second) {
    const std::string value = shared(alert, same);
    const auto open = value.empty() ? open_.end() : open_.find(key_of(rule, same, value));
    if (open == open_.end()) continue;
    for (const auto& [began, id] : open->second) {
      if (id != alert.id) out.push_back(id);
    }
  }
  return out;
}

}  // namespace cairn::respond
