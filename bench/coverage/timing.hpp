// SPDX-License-Identifier: Apache-2.0
// How the programs of this folder measure.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <vector>

namespace cairn::bench {

// Processor time of this process, user and kernel, all threads.
inline double cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace cairn::bench
