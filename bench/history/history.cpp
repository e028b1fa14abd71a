// SPDX-License-Identifier: Apache-2.0
// What does a point of sensor data cost: to write, on disk, to read, in a chart of years? The real
// series of the packs over many series, in the order in which devices send them. All contenders
// must give the same points and the same charts before any time counts.
//   bench_history [--small] [--root <folder>] [--series n] [--points n a series]
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>

#include "contender.hpp"
#include "data.hpp"

namespace {

using namespace cairn;

struct Size {
  std::uint32_t series = 200;
  std::uint64_t points = 50'000;  // of each
};

struct Cost {
  double wall_s = 0;
  double cpu_s = 0;
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Cost measure(const std::function<Status()>& work) {
  const double cpu = cpu_seconds();
  const auto start = std::chrono::steady_clock::now();
  if (const auto done = work(); !done) {
    std::printf("%s\n", to_string(done.error()).c_str());
    std::exit(1);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return {took.count(), cpu_seconds() - cpu};
}

std::uint64_t bytes_in(const std::string& directory) {
  std::uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

class Question {
 public:
  Question(Size size, std::vector<bench::RealSeries> real) : size_(size), real_(std::move(real)) {}

  bool ask(bench::Contender& contender, const std::string& directory) {
    Cost write;
    write_all(contender, write);
    const Cost settle = measure([&] { return contender.settle(); });
    const std::uint64_t bytes = bytes_in(directory);
    if (!check(contender)) return false;
    std::uint64_t points = 0;
    const Cost read = measure([&]() -> Status {
      std::vector<store::Point> out;
      for (std::uint32_t s = 0; s < size_.series; ++s) {
        out.clear();
        if (auto done = contender.read(s, out); !done) return done;
        points += out.size();
      }
      return {};
    });
    const std::uint32_t charts = std::min(size_.series, 100u);
    const Cost chart = measure([&]() -> Status {
      std::vector<store::Bucket> out;
      for (std::uint32_t s = 0; s < charts; ++s) {
        out.clear();
        if (auto done = contender.chart(s, step_of(s), out); !done) return done;
      }
      return {};
    });
    const double millions = static_cast<double>(points) / 1e6;
    std::printf("%-28s %10.2f %12.3f %12.2f %12.1f %12.3f\n", contender.name().c_str(),
                static_cast<double>(bytes) / static_cast<double>(points),
                (write.cpu_s + settle.cpu_s) / millions, millions / (write.wall_s + settle.wall_s),
                millions / read.wall_s, chart.wall_s * 1e3 / charts);
    std::fflush(stdout);
    return true;
  }

 private:
  static constexpr std::int64_t start = 1'500'000'000 * ns_per_second;

  const bench::RealSeries& real_of(std::uint32_t series) const {
    return real_[series % real_.size()];
  }
  store::Point point_of(std::uint32_t series, std::uint64_t i) const {
    const bench::RealSeries& real = real_of(series);
    return {start + static_cast<std::int64_t>(i) * real.every_ns, bench::value_of(real, series, i)};
  }
  // A thousand buckets over all of it.
  std::int64_t step_of(std::uint32_t series) const {
    return std::max<std::int64_t>(
        1, static_cast<std::int64_t>(size_.points) * real_of(series).every_ns / 1'000);
  }

  void write_all(bench::Contender& contender, Cost& cost) const {
    std::vector<bench::Observed> batch;
    const auto send = [&] {
      const Cost one = measure([&] { return contender.write(batch); });
      cost.wall_s += one.wall_s;
      cost.cpu_s += one.cpu_s;
      batch.clear();
    };
    for (std::uint64_t i = 0; i < size_.points; ++i) {
      for (std::uint32_t s = 0; s < size_.series; ++s) {
        const store::Point point = point_of(s, i);
        batch.push_back({s, point.time_ns, point.value});
        if (batch.size() == 10'000) send();
      }
    }
    if (!batch.empty()) send();
  }

  bool check(bench::Contender& contender) const {
    std::vector<store::Point> points;
    for (std::uint32_t s = 0; s < size_.series; s += 1 + size_.series / 50) {
      points.clear();
      std::vector<store::Bucket> want;
      std::vector<store::Bucket> got;
      bool same = contender.read(s, points) && points.size() == size_.points &&
                  contender.chart(s, step_of(s), got);
      for (std::uint64_t i = 0; same && i < size_.points; ++i) {
        same = points[i] == point_of(s, i);
        bench::add_to_buckets(want, points[i], step_of(s));
      }
      same = same && want.size() == got.size();
      for (std::size_t i = 0; same && i < want.size(); ++i) {
        // Sums differ in rounding: ours is rounded once, others at every step.
        same = want[i].begin_ns == got[i].begin_ns && want[i].count == got[i].count &&
               want[i].min == got[i].min && want[i].max == got[i].max &&
               want[i].last == got[i].last &&
               std::fabs(want[i].sum - got[i].sum) <= 1e-9 * (1 + std::fabs(want[i].sum));
      }
      if (same) continue;
      std::printf("%s: the answers for series %u differ\n", contender.name().c_str(), s);
      return false;
    }
    return true;
  }

  Size size_;
  std::vector<bench::RealSeries> real_;
};

using Opener = std::function<Result<std::unique_ptr<bench::Contender>>(const std::string&)>;

int run(const Size& size, const std::string& root) {
  const auto files = system_files();
  auto real = bench::load_real(*files, root);
  if (!real) {
    std::printf("%s\n", to_string(real.error()).c_str());
    return 1;
  }
  std::printf("%u series x %llu points, from %zu real ones\n", size.series,
              static_cast<unsigned long long>(size.points), real->size());
  std::printf("%-28s %10s %12s %12s %12s %12s\n", "", "B/point", "CPU-s/M", "M/s written",
              "M/s read", "ms a chart");
  Question question(size, std::move(*real));
  std::vector<Opener> openers = {[&](const std::string& d) { return bench::open_cairn(*files, d); },
                                 bench::open_sqlite};
#ifdef CAIRN_ROCKSDB
  openers.push_back(bench::open_rocks_points);
  openers.push_back(bench::open_rocks_chunks);
#endif
  for (const Opener& open : openers) {
    const std::filesystem::path directory =
        std::filesystem::temp_directory_path() / ("bench_history." + std::to_string(getpid()));
    std::filesystem::create_directories(directory);
    auto contender = open(directory.string());
    bool good = contender.has_value();
    if (good) {
      good = question.ask(**contender, directory.string());
      contender->reset();
    } else {
      std::printf("%s\n", to_string(contender.error()).c_str());
    }
    std::filesystem::remove_all(directory);
    if (!good) return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Size size;
  std::string root = ".";
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--small") == 0) size = {50, 2'000};
    if (i + 1 == argc) break;
    if (std::strcmp(argv[i], "--root") == 0) root = argv[i + 1];
    if (std::strcmp(argv[i], "--series") == 0)
      size.series = static_cast<std::uint32_t>(atoi(argv[i + 1]));
    if (std::strcmp(argv[i], "--points") == 0)
      size.points = static_cast<std::uint64_t>(atoll(argv[i + 1]));
  }
  return run(size, root);
}
