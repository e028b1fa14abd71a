// SPDX-License-Identifier: Apache-2.0
#include "watch/alert_book.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace cairn::watch {
namespace {

// A page of all alerts of a region may have to pass over many of others.
constexpr std::size_t searched_most = 200'000;

auto order(const model::Alert& alert) {
  return std::tuple(alert.position, alert.revision);
}

// The newer of each; those that are in `news` alone come last.
void lay_over(std::map<std::string, model::Alert> news, std::vector<model::Alert>& rows) {
  for (model::Alert& row : rows) {
    const auto at = news.find(row.id);
    if (at == news.end()) continue;
    if (order(at->second) >= order(row)) row = std::move(at->second);
    news.erase(at);
  }
  for (auto& [id, alert] : news) rows.push_back(std::move(alert));
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

std::optional<model::Alert> AlertBook::raise(model::Alert alert) {
  if (const auto known = find(alert.id)) {
    const std::uint64_t position = std::exchange(alert.position, known->position);
    if (alert == *known) return std::nullopt;
    alert.position = std::max(position, known->position + 1);
  }
  if (!put(alert)) return std::nullopt;
  return alert;
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

// What is not written yet. To be asked before the journal: what is written meanwhile is then in
// both, and in neither never.
std::map<std::string, model::Alert> AlertBook::news(const AlertQuery& query) const {
  std::map<std::string, model::Alert> out;
  const std::lock_guard lock(mutex_);
  // Ids begin with the rule's.
  const std::string prefix = query.rule.empty() ? std::string() : query.rule + '-';
  for (auto at = unsaved_.lower_bound(prefix); at != unsaved_.end(); ++at) {
    const auto& [id, alert] = *at;
    if (!id.starts_with(prefix)) break;
    if (!query.rule.empty() && alert.rule != query.rule) continue;
    if (!query.thing.empty() && alert.thing != query.thing) continue;
    out.emplace(id, alert);
  }
  return out;
}

// Of the journal, with what is not written yet laid over it.
Result<std::vector<model::Alert>> AlertBook::stored(const AlertQuery& query) const {
  auto unwritten = news(query);
  const std::size_t most = std::clamp<std::size_t>(query.limit, searched_most, INT64_MAX);
  auto rows = journal_.alerts(
      {.rule = query.rule, .thing = query.thing, .from = query.from, .limit = most});
  if (!rows) return rows;
  lay_over(std::move(unwritten), *rows);
  return rows;
}

Result<std::vector<model::Alert>> AlertBook::episodes(const std::string& rule,
                                                      std::string_view thing, Instant from) const {
  constexpr std::size_t page = 256;
  AlertQuery query;
  query.rule = rule;
  query.thing = std::string(thing);
  auto unwritten = news(query);
  std::vector<model::Alert> out;
  std::set<std::string> seen;  // what is written between two pages pushes rows to the next one
  std::size_t read = 0;
  for (bool more = true; more;) {
    auto rows = journal_.alerts({rule, query.thing, {}, page, read});
    if (!rows) return fail(rows.error());
    read += rows->size();
    more = rows->size() == page && std::none_of(rows->begin(), rows->end(), [&](const auto& row) {
             return row.since < from && row.state != model::AlertState::retracted;
           });
    for (model::Alert& row : *rows) {
      if (seen.insert(row.id).second) out.push_back(std::move(row));
    }
  }
  lay_over(std::move(unwritten), out);
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
  const std::size_t end = begin + std::min(query.limit, rows.size() - begin);
  page.alerts.assign(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                     rows.begin() + static_cast<std::ptrdiff_t>(end));
  return page;
}

}  // namespace cairn::watch
