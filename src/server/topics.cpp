// SPDX-License-Identifier: Apache-2.0
#include "server/topics.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace cairn::server {

std::string topic_level(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  if (text.empty()) return "-";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte != 0x7F && c != '/' && c != '+' && c != '#' && c != '%') {
      out += c;
      continue;
    }
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::string Topics::topic_of(const model::Alert& alert) {
  return format("cairn/v1/alerts/{}/{}/{}", topic_level(alert.region), topic_level(alert.rule),
                topic_level(alert.thing));
}

void Topics::open(const model::Alert& alert, std::string json) {
  alerts_[topic_of(alert)] = {std::move(json), true};
}

void Topics::publish(const watch::LiveUpdate& update, const std::vector<Event>& events,
                     std::int64_t now_ms) {
  for (std::size_t i = 0; i < update.cells.size(); ++i) {
    const watch::LiveCell& cell = update.cells[i];
    std::string topic =
        format("cairn/v1/indicators/{}/{}", topic_level(cell.region), topic_level(cell.indicator));
    // Most divisions have nothing that an indicator needs, and never will: that is no news.
    auto at = values_.find(topic);
    if (at == values_.end() && cell.cell.reported == 0) continue;
    if (at == values_.end()) at = values_.try_emplace(std::move(topic)).first;
    if (at->second.json.empty()) due_.push_back(at);
    at->second.json = events[i].data;
  }
  for (std::size_t i = 0; i < update.alerts.size(); ++i) {
    const model::Alert& alert = update.alerts[i];
    const bool open = alert.state == model::AlertState::pending ||
                      alert.state == model::AlertState::firing ||
                      alert.state == model::AlertState::clearing;
    alerts_[topic_of(alert)] = {events[update.cells.size() + i].data, open};
  }
  send_alerts();
  send_values(now_ms);
}

// The end of an alert is told, and then what was retained of it is taken back.
void Topics::send_alerts() {
  for (auto at = alerts_.begin(); at != alerts_.end(); at = alerts_.erase(at)) {
    const auto& [topic, state] = *at;
    if (!send_(topic, state.json, state.open, 1)) return;
    if (!state.open && !send_(topic, {}, true, 1)) return;
  }
}

void Topics::send_values(std::int64_t now_ms) {
  std::size_t kept = 0;
  bool full = false;
  for (const auto& at : due_) {
    Value& value = at->second;
    if (full || now_ms - value.sent_ms < least_ms || !send_(at->first, value.json, true, 0)) {
      full = full || now_ms - value.sent_ms >= least_ms;
      due_[kept++] = at;
      continue;
    }
    value.sent_ms = now_ms;
    value.json = {};
  }
  due_.resize(kept);
}

}  // namespace cairn::server
