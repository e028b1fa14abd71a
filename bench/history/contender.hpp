// SPDX-License-Identifier: Apache-2.0
// What every store of this benchmark does with the same points.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "store/history.hpp"

namespace cairn::bench {

struct Observed {
  std::uint32_t series = 0;
  std::int64_t time_ns = 0;
  double value = 0;
};

class Contender {
 public:
  virtual ~Contender() = default;
  virtual std::string name() const = 0;
  // A batch of 10,000 as they arrive: all series in turn.
  virtual Status write(std::span<const Observed> batch) = 0;
  // Everything to disk, in the form that it stays in.
  virtual Status settle() = 0;
  virtual Status read(std::uint32_t series, std::vector<store::Point>& out) = 0;
  virtual Status chart(std::uint32_t series, std::int64_t step_ns,
                       std::vector<store::Bucket>& out) = 0;
};

// Each in a new directory of its own.
Result<std::unique_ptr<Contender>> open_cairn(Files& files, const std::string& directory);
Result<std::unique_ptr<Contender>> open_sqlite(const std::string& directory);
Result<std::unique_ptr<Contender>> open_rocks_points(const std::string& directory);
Result<std::unique_ptr<Contender>> open_rocks_chunks(const std::string& directory);

// Buckets of points in order, the plain way.
void add_to_buckets(std::vector<store::Bucket>& out, const store::Point& point,
                    std::int64_t step_ns);

}  // namespace cairn::bench
