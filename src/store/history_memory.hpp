// SPDX-License-Identifier: Apache-2.0
// The newest points, in memory until they are sealed: columns that only grow, with a chain through
// the points of each series. One thread adds, any number of threads read beside it, without locks.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/result.hpp"
#include "store/chunk.hpp"

namespace cairn::store {

class MemoryPart {
 public:
  MemoryPart();
  ~MemoryPart();
  MemoryPart(const MemoryPart&) = delete;
  MemoryPart& operator=(const MemoryPart&) = delete;

  // By the adding thread only. At most 2^30 points: the owner must have sealed long before.
  void add(std::uint32_t series, std::int64_t time_ns, double value, std::uint64_t position);

  std::uint64_t size() const { return size_.load(std::memory_order_relaxed); }
  std::uint64_t position() const { return position_; }  // by the adding thread, or when at rest

  // The points of a series by rising time, of several for one time the last one added.
  void collect(std::uint32_t series, Columns& out) const;
  // Rising.
  void series(std::vector<std::uint32_t>& out) const;
  // All of it, by rising series; only when nothing is added any more.
  Status each_series(const std::function<Status(std::uint32_t, const Columns&)>& take) const;

 private:
  static constexpr std::uint32_t block_bits = 16;
  static constexpr std::uint32_t block_size = 1u << block_bits;
  static constexpr std::uint32_t most_blocks = 1u << 14;

  struct Block {
    std::uint32_t series[block_size];
    std::uint32_t before[block_size];  // number + 1 of the series' point before; 0: none
    std::int64_t time_ns[block_size];
    double value[block_size];
  };
  // By series: number + 1 of its newest point, and how many it has.
  struct Head {
    std::atomic<std::uint32_t> newest;
    std::uint32_t count;  // by the adding thread, or when at rest
  };
  struct HeadBlock {
    Head head[block_size];
  };

  Head& head_of(std::uint32_t series);

  std::atomic<std::uint64_t> size_{0};
  std::uint64_t position_ = 0;
  Block* last_block_ = nullptr;
  std::vector<std::atomic<Block*>> blocks_;
  std::vector<std::atomic<HeadBlock*>> heads_;
};

}  // namespace cairn::store
