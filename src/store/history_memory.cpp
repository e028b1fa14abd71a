// SPDX-License-Identifier: Apache-2.0
#include "store/history_memory.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>

namespace cairn::store {
namespace {

bool rises(const std::vector<std::int64_t>& times) {
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (times[i] <= times[i - 1]) return false;
  }
  return true;
}

// From the order of adding to rising times; of equal times the last stays.
void sort_points(Columns& points) {
  if (rises(points.times_ns)) return;
  std::vector<std::uint32_t> order(points.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return points.times_ns[a] < points.times_ns[b];
  });
  Columns sorted;
  for (const std::uint32_t i : order) {
    if (!sorted.times_ns.empty() && sorted.times_ns.back() == points.times_ns[i]) {
      sorted.values.back() = points.values[i];
      continue;
    }
    sorted.times_ns.push_back(points.times_ns[i]);
    sorted.values.push_back(points.values[i]);
  }
  points = std::move(sorted);
}

}  // namespace

MemoryPart::MemoryPart() : blocks_(most_blocks), heads_(block_size) {}

MemoryPart::~MemoryPart() {
  for (auto& block : blocks_) delete block.load(std::memory_order_relaxed);
  for (auto& block : heads_) delete block.load(std::memory_order_relaxed);
}

MemoryPart::Head& MemoryPart::head_of(std::uint32_t series) {
  auto& slot = heads_[series >> block_bits];
  HeadBlock* block = slot.load(std::memory_order_relaxed);
  if (block == nullptr) {
    block = new HeadBlock();
    slot.store(block, std::memory_order_release);
  }
  return block->head[series & (block_size - 1)];
}

void MemoryPart::add(std::uint32_t series, std::int64_t time_ns, double value,
                     std::uint64_t position) {
  const std::uint64_t number = size_.load(std::memory_order_relaxed);
  const std::uint64_t in_block = number & (block_size - 1);
  if (in_block == 0) {
    if (number >> block_bits >= most_blocks) {
      std::fputs("history: 2^30 points were added without a seal\n", stderr);
      std::abort();
    }
    last_block_ = new Block;  // left as it is: readers see only what was written
    blocks_[number >> block_bits].store(last_block_, std::memory_order_release);
  }
  Head& head = head_of(series);
  last_block_->series[in_block] = series;
  last_block_->before[in_block] = head.newest.load(std::memory_order_relaxed);
  last_block_->time_ns[in_block] = time_ns;
  last_block_->value[in_block] = value;
  ++head.count;
  position_ = position;
  // What stands above is seen by everyone who sees this.
  head.newest.store(static_cast<std::uint32_t>(number + 1), std::memory_order_release);
  size_.store(number + 1, std::memory_order_relaxed);
}

void MemoryPart::collect(std::uint32_t series, Columns& out) const {
  out.clear();
  const HeadBlock* heads = heads_[series >> block_bits].load(std::memory_order_acquire);
  if (heads == nullptr) return;
  std::uint32_t at = heads->head[series & (block_size - 1)].newest.load(std::memory_order_acquire);
  while (at != 0) {
    const Block& block = *blocks_[(at - 1) >> block_bits].load(std::memory_order_relaxed);
    const std::uint32_t i = (at - 1) & (block_size - 1);
    out.times_ns.push_back(block.time_ns[i]);
    out.values.push_back(block.value[i]);
    at = block.before[i];
  }
  std::reverse(out.times_ns.begin(), out.times_ns.end());
  std::reverse(out.values.begin(), out.values.end());
  sort_points(out);
}

void MemoryPart::series(std::vector<std::uint32_t>& out) const {
  for (std::uint32_t high = 0; high < block_size; ++high) {
    const HeadBlock* heads = heads_[high].load(std::memory_order_acquire);
    if (heads == nullptr) continue;
    for (std::uint32_t low = 0; low < block_size; ++low) {
      if (heads->head[low].newest.load(std::memory_order_relaxed) != 0) {
        out.push_back(high << block_bits | low);
      }
    }
  }
}

Status MemoryPart::each_series(
    const std::function<Status(std::uint32_t, const Columns&)>& take) const {
  // Counting sort by series, which keeps the order of adding.
  struct Entry {
    std::int64_t time_ns;
    double value;
  };
  const std::uint64_t size = this->size();
  const auto sorted = std::make_unique_for_overwrite<Entry[]>(size);
  std::vector<std::unique_ptr<std::uint32_t[]>> starts(block_size);
  std::uint32_t start = 0;
  for (std::uint32_t high = 0; high < block_size; ++high) {
    const HeadBlock* heads = heads_[high].load(std::memory_order_relaxed);
    if (heads == nullptr) continue;
    starts[high] = std::make_unique_for_overwrite<std::uint32_t[]>(block_size);
    for (std::uint32_t low = 0; low < block_size; ++low) {
      starts[high][low] = start;
      start += heads->head[low].count;
    }
  }
  for (std::uint64_t number = 0; number < size; ++number) {
    const Block& block = *blocks_[number >> block_bits].load(std::memory_order_relaxed);
    const std::uint64_t i = number & (block_size - 1);
    const std::uint32_t series = block.series[i];
    sorted[starts[series >> block_bits][series & (block_size - 1)]++] = {block.time_ns[i],
                                                                         block.value[i]};
  }
  Columns columns;
  for (std::uint32_t high = 0; high < block_size; ++high) {
    const HeadBlock* heads = heads_[high].load(std::memory_order_relaxed);
    if (heads == nullptr) continue;
    for (std::uint32_t low = 0; low < block_size; ++low) {
      const std::uint32_t count = heads->head[low].count;
      if (count == 0) continue;
      const Entry* const end = sorted.get() + starts[high][low];
      columns.clear();
      for (const Entry* entry = end - count; entry != end; ++entry) {
        columns.times_ns.push_back(entry->time_ns);
        columns.values.push_back(entry->value);
      }
      sort_points(columns);
      if (auto done = take(high << block_bits | low, columns); !done) return done;
    }
  }
  return {};
}

}  // namespace cairn::store
