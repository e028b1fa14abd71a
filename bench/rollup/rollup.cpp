// SPDX-License-Identifier: Apache-2.0
// What does it cost to keep ten indicators of every region of a province current while readings
// come in? The roll-up against the batch evaluator, all cells compared to the bit, and against one
// question that is asked of victoria-metrics.
//   bench_rollup [--small] [--series n] [--refreshes n] [--readings n a refresh] [--scattered]
#include "stream/rollup.hpp"

#include <time.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <numeric>
#include <random>
#include <string>

#include "core/text.hpp"
#include "stream/heads.hpp"
#include "victoria.hpp"
#include "world.hpp"

namespace {

using namespace cairn;
using namespace bench;

struct Size {
  std::uint32_t series = 100'000;
  std::uint32_t refreshes = 1'000;
  std::uint32_t readings = 2'000;  // a refresh: 10 ms of 200,000 a second
  bool small = false;
  bool scattered = false;  // series in random order, not as gateways send them
};

double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double megabytes() {
  std::ifstream in("/proc/self/statm");
  double pages = 0;
  in >> pages >> pages;
  return pages * 4096 / 1e6;
}

class Feed {
 public:
  Feed(const World& world, const Size& size) : binding_(world.base), size_(size) {
    heads_.resize(binding_.cells());
    const auto wants = stream::Rollup::wants(world.library, binding_);
    order_.resize(binding_.cells());
    std::iota(order_.begin(), order_.end(), 0U);
    for (stream::CellId cell = 0; cell < binding_.cells(); ++cell) {
      map_.bind(cell, cell);
      for (const auto& wanted : wants) heads_.keep(cell, wanted.span_ns);
    }
    if (size.scattered) std::shuffle(order_.begin(), order_.end(), random_);
    live_ = binding_.live(std::make_shared<stream::LiveHistory>(binding_, heads_, map_));
  }

  // Readings of the next series, of now; then `take` for each cell.
  template <class F>
  void readings(std::uint32_t count, Instant now, const F& take) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const stream::CellId cell = order_[next_++ % order_.size()];
      const double value = static_cast<double>(random_() % 10'000) / 100;
      heads_.add(cell, {now.ns - static_cast<std::int64_t>(random_() % 1'000'000), value});
      take(cell);
    }
  }

  const stream::Binding& binding() const { return binding_; }
  const model::Snapshot& live() const { return live_; }
  // Newest values, by meter.
  std::vector<double> values() const {
    std::vector<double> out;
    for (stream::Series s = 0; s < heads_.size(); ++s) out.push_back(heads_.last(s).value);
    return out;
  }

 private:
  stream::Binding binding_;
  Size size_;
  stream::Heads heads_;
  stream::SeriesMap map_;
  model::Snapshot live_;
  std::vector<stream::CellId> order_;
  std::size_t next_ = 0;
  std::mt19937_64 random_{7};
};

// Milliseconds of the batch evaluator for all questions and regions; exits when a cell differs.
double compare(const World& world, const Feed& feed, const stream::Rollup& rollup, Instant now) {
  std::vector<model::RegionIndex> regions(world.base->regions->size());
  std::iota(regions.begin(), regions.end(), 0U);
  const double begin = cpu_seconds();
  formula::Evaluator batch(world.library, feed.live());
  std::vector<formula::Answer> answers;
  for (std::size_t i = 0; i < std::size(questions); ++i) {
    answers.push_back(*batch.indicator(format("q{}", i), {regions, now}));
  }
  const double took = (cpu_seconds() - begin) * 1e3;
  for (std::uint32_t i = 0; i < std::size(questions); ++i) {
    for (const model::RegionIndex region : regions) {
      const formula::Cell& want = answers[i].cells[region];
      const formula::Cell got = rollup.value(i, region);
      if (got == want && std::bit_cast<std::uint64_t>(got.value.value_or(0)) ==
                             std::bit_cast<std::uint64_t>(want.value.value_or(0))) {
        continue;
      }
      std::printf("%s differs in %s\n", questions[i], (*world.base->regions)[region].code.c_str());
      std::exit(1);
    }
  }
  return took;
}

void run(const Size& size) {
  const World world = make_world(size.series, size.small);
  Feed feed(world, size);
  const double before = megabytes();
  stream::Rollup rollup(world.library, feed.binding(), feed.live());
  Instant now = start_of({2025, 1, 1}, Zone{8 * 3600});
  feed.readings(size.series, now, [&](stream::CellId cell) { rollup.touch(cell); });
  std::vector<stream::Rollup::Changed> changed;
  const double built = cpu_seconds();
  const double filled = megabytes();
  rollup.refresh(now, changed);
  std::printf("%u series, %zu regions; first refresh %.2f s, %.0f B a series\n", size.series,
              world.base->regions->size(), cpu_seconds() - built,
              (megabytes() - filled) * 1e6 / size.series);
  std::vector<double> took;
  std::size_t cells = 0;
  double refreshing = 0;
  for (std::uint32_t i = 0; i < size.refreshes; ++i) {
    now = now + 10'000'000;
    std::vector<stream::CellId> touched;
    feed.readings(size.readings, now, [&](stream::CellId cell) { touched.push_back(cell); });
    const double begin = cpu_seconds();
    for (const stream::CellId cell : touched) rollup.touch(cell);
    changed.clear();
    rollup.refresh(now, changed);
    const double spent = cpu_seconds() - begin;
    refreshing += spent;
    took.push_back(spent * 1e3);
    cells += changed.size();
  }
  std::sort(took.begin(), took.end());
  const double readings = static_cast<double>(size.refreshes) * size.readings;
  std::printf(
      "%.3f CPU-s a million readings; a refresh p50 %.2f, p99 %.2f, max %.2f CPU-ms; "
      "%.1f cells a reading\n",
      refreshing / readings * 1e6, took[took.size() / 2], took[took.size() * 99 / 100], took.back(),
      static_cast<double>(cells) / readings);
  const double batch_ms = compare(world, feed, rollup, now);
  std::printf("batch evaluator, all cells: %.1f ms; %.0f MB in all, %.0f before the roll-up\n",
              batch_ms, megabytes(), before);
  if (!ask_victoria(world, feed.values())) std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  Size size;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto number = [&] {
      return i + 1 < argc ? static_cast<std::uint32_t>(std::atol(argv[++i])) : 0;
    };
    if (argument == "--small") {
      size = {600, 40, 50, true, true};
    } else if (argument == "--series") {
      size.series = number();
    } else if (argument == "--refreshes") {
      size.refreshes = number();
    } else if (argument == "--readings") {
      size.readings = number();
    } else if (argument == "--scattered") {
      size.scattered = true;
    } else {
      std::printf("unknown: %s\n", argument.c_str());
      return 2;
    }
  }
  run(size);
  return 0;
}
