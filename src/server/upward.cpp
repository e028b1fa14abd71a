// SPDX-License-Identifier: Apache-2.0
#include "server/upward.hpp"

#include <algorithm>
#include <tuple>

#include "server/nats_alert.hpp"

namespace cairn::server {
namespace {

std::pair<std::uint64_t, int> order(const model::Alert& alert) {
  return {alert.position, alert.revision};
}

model::Alert taken_back(model::Alert alert, std::string id) {
  alert.id = std::move(id);
  alert.state = model::AlertState::retracted;
  ++alert.revision;
  return alert;
}

}  // namespace

std::vector<model::Alert> Upward::take(const model::Alert& alert) {
  std::vector<model::Alert> out;
  model::Alert above = alert;
  above.id = upward_id(alert);
  const auto [at, fresh] = known_.try_emplace(alert.id, Known{above.id, order(alert)});
  if (!fresh) {
    if (at->second.order > order(alert)) return out;
    const std::string before = std::exchange(at->second.above, above.id);
    at->second.order = order(alert);
    const auto held = holder_.find(before);
    if (before != above.id && held != holder_.end() && held->second == alert.id) {
      holder_.erase(held);
      out.push_back(taken_back(above, before));
    }
  }
  const auto [holder, first] = holder_.try_emplace(above.id, alert.id);
  if (!first && holder->second != alert.id) {
    // Two of the same beginning: one was taken back, later data brought the other.
    if (alert.state == model::AlertState::retracted) return out;
    holder->second = alert.id;
  }
  out.push_back(std::move(above));
  return out;
}

std::vector<model::Alert> Upward::compare(std::vector<model::Alert> own,
                                          std::map<std::string, model::Alert> told) {
  std::sort(own.begin(), own.end(), [](const model::Alert& a, const model::Alert& b) {
    return std::tuple(order(a), std::string_view(a.id)) <
           std::tuple(order(b), std::string_view(b.id));
  });
  std::map<std::string, model::Alert> news;
  for (const model::Alert& alert : own) {
    for (model::Alert& above : take(alert)) {
      std::string id = above.id;
      news.insert_or_assign(std::move(id), std::move(above));
    }
  }
  for (const auto& [id, alert] : told) {
    if (holder_.contains(id) || alert.state == model::AlertState::retracted) continue;
    news.try_emplace(id, taken_back(alert, id));
  }
  std::vector<model::Alert> out;
  for (auto& [id, alert] : news) {
    const auto at = told.find(id);
    if (at != told.end() && alert_text(at->second) == alert_text(alert)) continue;
    out.push_back(std::move(alert));
  }
  return out;
}

}  // namespace cairn::server
