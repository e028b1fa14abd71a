// SPDX-License-Identifier: Apache-2.0
// The history that requests read beside the running engine: the series of files and imports, and
// what the engine has stored. Never waits for the engine, and the engine never for it.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "model/history.hpp"
#include "store/history.hpp"
#include "stream/binding.hpp"

namespace cairn::watch {

// Which series of the log feeds each cell of a binding: written by the desk, read by anyone.
class SeriesIndex {
 public:
  explicit SeriesIndex(std::shared_ptr<const stream::Binding> binding);

  const stream::Binding& binding() const { return *binding_; }
  // `stream::none` when nothing was heard of it.
  std::uint32_t series(stream::CellId cell) const {
    return series_of_[cell].load(std::memory_order_relaxed);
  }
  void bind(stream::CellId cell, std::uint32_t series) {
    series_of_[cell].store(series, std::memory_order_relaxed);
  }

 private:
  std::shared_ptr<const stream::Binding> binding_;  // shared: with the engine
  std::vector<std::atomic<std::uint32_t>> series_of_;
};

class StoredHistory final : public model::History {
 public:
  StoredHistory(std::shared_ptr<const SeriesIndex> index,
                std::shared_ptr<const store::HistoryStore> store)
      : index_(std::move(index)), store_(std::move(store)) {}

  std::optional<model::Sample> last(model::SeriesId series, Instant until) const override;
  void read(model::SeriesId series, Instant after, Instant until,
            std::vector<model::Sample>& out) const override;

  // The newest sample of files and imports up to `until`, live readings aside.
  std::optional<model::Sample> last_given(model::SeriesId series, Instant until) const;
  // The series of the log behind a series of the snapshot; `stream::none` when there is none.
  std::uint32_t logged(model::SeriesId series) const;
  const store::HistoryStore& store() const { return *store_; }

 private:
  const model::History& base() const { return *index_->binding().base().history; }

  std::shared_ptr<const SeriesIndex> index_;          // shared: with the desk
  std::shared_ptr<const store::HistoryStore> store_;  // shared: requests may outlive the engine
};

}  // namespace cairn::watch
