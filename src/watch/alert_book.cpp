// SPDX-License-Identifier: Apache-2.0
#include "watch/alert_book.hpp"

#include <algorithm>
#include <tuple>

namespace cairn::watch {
namespace {

// A page of all alerts of a region may have to pass over many of others.
constexpr std::size_t searched_most = 200'000;

auto order(const model::Alert& alert) {
  return std::tuple(alert.position, alert.revision);
}

bool newest_first(const model::Alert& a, const model::Alert& b) {
  return std::tie(b.since, b.id) < std::tie(a.since, a.id);
}

}  // namespace

Status AlertBook::load() {
  auto open = journal_.open_alerts();
  if (!open) return fail(open.error());
  const std::lock_guard lock(mutex_);
  for (model::Alert& alert : *open) open_[alert.id] = std::move(alert);
  return {};
}

bool AlertBook::put(const model::Alert& alert) {
  const std::lock_guard lock(mutex_);
  for (const auto* known : {&open_, &unsaved_}) {
    const auto at = known->find(alert.id);
    if (at == known->end()) continue;
    if (order(at->second) > order(alert) || at->second == alert) return false;
  }
  unsaved_[alert.id] = alert;
  if (is_open(alert.state)) {
    open_[alert.id] = alert;
  } else {
    open_.erase(alert.id);
  }
  return true;
}

std::optional<model::Alert> AlertBook::find(const std::string& id) const {
  {
    const std::lock_guard lock(mutex_);
    for (const auto* known : {&open_, &unsaved_}) {
      if (const auto at = known->find(id); at != known->end()) return at->second;
    }
  }
  auto stored = journal_.alert(id);
  return stored ? *stored : std::nullopt;
}

std::vector<model::Alert> AlertBook::unsaved(std::size_t most) const {
  const std::lock_guard lock(mutex_);
  std::vector<model::Alert> out;
  out.reserve(std::min(most, unsaved_.size()));
  for (const auto& [id, alert] : unsaved_) {
    if (out.size() == most) break;
    out.push_back(alert);
  }
  return out;
}

void AlertBook::saved(const std::vector<model::Alert>& alerts) {
  const std::lock_guard lock(mutex_);
  for (const model::Alert& alert : alerts) {
    const auto at = unsaved_.find(alert.id);
    if (at != unsaved_.end() && at->second == alert) unsaved_.erase(at);
  }
}

std::size_t AlertBook::open_count() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

// Of the journal, with what is not written yet laid over it.
Result<std::vector<model::Alert>> AlertBook::stored(const AlertQuery& query) const {
  auto rows = journal_.alerts(
      {.rule = query.rule, .thing = query.thing, .from = query.from, .limit = searched_most});
  if (!rows) return rows;
  const std::lock_guard lock(mutex_);
  for (model::Alert& alert : *rows) {
    const auto at = unsaved_.find(alert.id);
    if (at != unsaved_.end()) alert = at->second;
  }
  std::vector<std::string> known;
  for (const model::Alert& alert : *rows) known.push_back(alert.id);
  std::sort(known.begin(), known.end());
  for (const auto& [id, alert] : unsaved_) {
    if (!std::binary_search(known.begin(), known.end(), id)) rows->push_back(alert);
  }
  return rows;
}

Result<std::vector<model::Alert>> AlertBook::episodes(const std::string& rule,
                                                      std::string_view thing, Instant from) const {
  constexpr std::size_t page = 256;
  std::vector<model::Alert> out;
  for (bool more = true; more;) {
    const auto rows = journal_.alerts(
        {rule, std::string(thing), {}, page, out.size()});
    if (!rows) return fail(rows.error());
    more = rows->size() == page && std::none_of(rows->begin(), rows->end(), [&](const auto& row) {
             return row.since < from && row.state != model::AlertState::retracted;
           });
    out.insert(out.end(), rows->begin(), rows->end());
  }
  const std::lock_guard lock(mutex_);
  std::map<std::string_view, const model::Alert*> news;
  // Ids begin with the rule's.
  for (auto at = unsaved_.lower_bound(rule + "-"); at != unsaved_.end(); ++at) {
    if (!at->first.starts_with(rule + "-")) break;
    if (at->second.rule == rule && at->second.thing == thing) news[at->first] = &at->second;
  }
  for (model::Alert& alert : out) {
    const auto at = news.find(alert.id);
    if (at == news.end()) continue;
    alert = *at->second;
    news.erase(at);
  }
  for (const auto& [id, alert] : news) out.push_back(*alert);
  return out;
}

AlertPage AlertBook::query(const AlertQuery& query, const model::RegionTree& regions) const {
  std::vector<model::Alert> rows;
  if (!query.id.empty()) {
    if (auto alert = find(query.id)) rows.push_back(std::move(*alert));
  } else if (query.open) {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, alert] : open_) rows.push_back(alert);
  } else if (auto all = stored(query)) {
    rows = std::move(*all);
  }
  const model::RegionIndex within =
      query.region.empty() ? model::no_region : regions.find(query.region);
  const auto unwanted = [&](const model::Alert& alert) {
    if (query.open && !is_open(alert.state)) return true;
    if (!query.rule.empty() && alert.rule != query.rule) return true;
    if (!query.thing.empty() && alert.thing != query.thing) return true;
    if (query.from && alert.since < *query.from) return true;
    if (query.region.empty()) return false;
    const model::RegionIndex region = regions.find(alert.region);
    return within == model::no_region || region == model::no_region ||
           !regions.within(region, within);
  };
  rows.erase(std::remove_if(rows.begin(), rows.end(), unwanted), rows.end());
  std::sort(rows.begin(), rows.end(), newest_first);
  AlertPage page;
  page.total = rows.size();
  const std::size_t begin = std::min(query.offset, rows.size());
  const std::size_t end = std::min(rows.size(), begin + query.limit);
  page.alerts.assign(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                     rows.begin() + static_cast<std::ptrdiff_t>(end));
  return page;
}

}  // namespace cairn::watch
