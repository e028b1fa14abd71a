// SPDX-License-Identifier: Apache-2.0
// Counts requests for Prometheus (text exposition 0.0.4).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cairn::server {

struct Gauge {
  std::string name;
  std::string help;
  std::string type;  // gauge or counter
  double value = 0;
};

class Metrics {
 public:
  void record(std::string_view route, int status, double seconds);
  // All counters and histograms, and these besides.
  std::string render(const std::vector<Gauge>& gauges) const;

  // Upper ends of the histogram's buckets: a page feels instant below 0.1 s.
  static constexpr std::array<double, 10> buckets{0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30};

 private:
  struct Histogram {
    std::array<std::uint64_t, buckets.size() + 1> counts{};
    double sum = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, std::uint64_t> requests_;
  std::map<std::string, Histogram> latency_;
};

}  // namespace cairn::server
