// SPDX-License-Identifier: Apache-2.0
// Alerts as pages ask for them: the open ones in memory, the others in the journal, and between
// the two what is not written yet. Thread-safe.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "model/region.hpp"
#include "store/journal.hpp"
#include "watch/live.hpp"

namespace cairn::watch {

inline bool is_open(model::AlertState state) {
  return state != model::AlertState::resolved && state != model::AlertState::retracted;
}

class AlertBook {
 public:
  explicit AlertBook(store::Journal& journal) : journal_(journal) {}

  Status load();  // the open ones of the journal
  // A new state of an alert; one that is older than what is known (a replay) changes nothing.
  // False then.
  bool put(const model::Alert& alert);
  // What a shard tells: what is heard last stands, whatever its position says. A stream that was
  // made anew counts from one again. Returns it with the position it has here; nothing when it
  // says what is known. From one thread.
  std::optional<model::Alert> raise(model::Alert alert);
  std::optional<model::Alert> find(const std::string& id) const;

  // What is to be written, and that it was.
  std::vector<model::Alert> unsaved(std::size_t most) const;
  void saved(const std::vector<model::Alert>& alerts);

  AlertPage query(const AlertQuery& query, const model::RegionTree& regions) const;
  std::size_t open_count() const;
  // Of a rule over a thing: all with `since` at or after `from`, and those before it back to the
  // newest that was not taken back. In no order.
  Result<std::vector<model::Alert>> episodes(const std::string& rule, std::string_view thing,
                                             Instant from) const;

 private:
  std::map<std::string, model::Alert> news(const AlertQuery& query) const;
  Result<std::vector<model::Alert>> stored(const AlertQuery& query) const;

  store::Journal& journal_;
  mutable std::mutex mutex_;
  std::map<std::string, model::Alert> open_;     // by id
  std::map<std::string, model::Alert> unsaved_;  // by id
};

}  // namespace cairn::watch
