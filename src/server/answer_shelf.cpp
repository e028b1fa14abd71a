// SPDX-License-Identifier: Apache-2.0
#include "server/answer_shelf.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace cairn::server {
namespace {

constexpr std::int64_t remembered_ms = 120'000;
constexpr std::size_t most = 200;

}  // namespace

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::optional<std::string> AnswerShelf::find(const std::string& question, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  const auto at = kept_.find(question);
  if (at == kept_.end()) return std::nullopt;
  Kept& kept = at->second;
  kept.asked_ms = now_ms;
  if (now_ms - kept.made_ms > longest_ms) return std::nullopt;
  return kept.answer;
}

void AnswerShelf::put(const std::string& question, std::string answer, std::int64_t took_ms,
                      std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (took_ms < quick_ms) {
    kept_.erase(question);
    return;
  }
  if (kept_.size() >= most && !kept_.contains(question)) {
    std::erase_if(kept_,
                  [&](const auto& one) { return now_ms - one.second.asked_ms > remembered_ms; });
    if (kept_.size() >= most) return;
  }
  const auto [at, fresh] = kept_.try_emplace(question);
  if (fresh) at->second.asked_ms = now_ms;
  at->second.answer = std::move(answer);
  at->second.took_ms = took_ms;
  at->second.made_ms = now_ms;
}

std::vector<std::string> AnswerShelf::wanted(std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::int64_t, std::string>> due;
  for (const auto& [question, kept] : kept_) {
    const std::int64_t age = now_ms - kept.made_ms;
    if (now_ms - kept.asked_ms > remembered_ms) continue;
    if (age >= std::min(longest_ms / 2, worth * kept.took_ms)) {
      due.emplace_back(kept.made_ms, question);
    }
  }
  std::ranges::sort(due);
  std::vector<std::string> out;
  for (auto& [made_ms, question] : due) out.push_back(std::move(question));
  return out;
}

}  // namespace cairn::server
