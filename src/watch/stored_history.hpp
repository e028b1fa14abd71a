// SPDX-License-Identifier: Apache-2.0
// The history that requests read beside the running engine: the series of files and imports, and
// what the engine has stored. Never waits for the engine, and the engine never for it.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
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

// Reads that met a damaged block. The points in it count as missing; that it is so is told.
class HistoryDamage {
 public:
  void note(const Error& error);
  std::uint64_t reads() const { return reads_.load(std::memory_order_relaxed); }
  std::string first() const;  // where and what; empty: nothing is damaged

 private:
  std::atomic<std::uint64_t> reads_{0};
  mutable std::mutex mutex_;
  std::string first_;
};

class StoredHistory final : public model::History {
 public:
  // shared: all of them with requests, which may outlive the engine
  StoredHistory(std::shared_ptr<const SeriesIndex> index,
                std::shared_ptr<const store::HistoryStore> store,
                std::shared_ptr<HistoryDamage> damage = std::make_shared<HistoryDamage>())
      : index_(std::move(index)), store_(std::move(store)), damage_(std::move(damage)) {}

  std::optional<model::Sample> last(model::SeriesId series, Instant until) const override;
  void read(model::SeriesId series, Instant after, Instant until,
            std::vector<model::Sample>& out) const override;

  // The newest sample of files and imports up to `until`, live readings aside.
  std::optional<model::Sample> last_given(model::SeriesId series, Instant until) const;
  // The series of the log behind a series of the snapshot; `stream::none` when there is none.
  std::uint32_t logged(model::SeriesId series) const;
  const store::HistoryStore& store() const { return *store_; }
  std::uint64_t damaged() const { return damage_->reads(); }

 private:
  const model::History& base() const { return *index_->binding().base().history; }

  std::shared_ptr<const SeriesIndex> index_;          // shared: with the desk
  std::shared_ptr<const store::HistoryStore> store_;  // shared: requests may outlive the engine
  std::shared_ptr<HistoryDamage> damage_;             // shared: with the engine
};

}  // namespace cairn::watch
