// SPDX-License-Identifier: Apache-2.0
#include "server/series_csv.hpp"

#include <algorithm>

#include "core/csv.hpp"
#include "core/text.hpp"

namespace cairn::server {
namespace {

// About 40 B each: one pull sends some 64 KiB, and reads for well under a millisecond.
constexpr std::size_t few_samples = 500;
constexpr std::size_t many_samples = 4'000;
constexpr std::size_t chunk_bytes = 64 * 1024;
constexpr std::int64_t least_step_ns = ns_per_second;
constexpr std::int64_t most_step_ns = std::int64_t{1} << 60;  // 36 years

}  // namespace

bool SeriesCsv::pull(std::chrono::steady_clock::time_point, std::string& out) {
  if (!begun_) {
    begun_ = true;
    unit_ = csv_field(unit_);
    out += "time,value,unit\r\n";
  }
  const std::size_t begin = out.size();
  while (after_ < until_ && out.size() - begin < chunk_bytes) {
    const Instant to = until_.ns - after_.ns > step_ns_ ? after_ + step_ns_ : until_;
    samples_.clear();
    history_.read(series_, after_, to, samples_);
    for (const model::Sample& sample : samples_) {
      out += to_string(sample.time.end, {});
      ((out += ',') += number_text(sample.value)) += ',';
      (out += unit_) += "\r\n";
    }
    after_ = to;
    if (samples_.size() < few_samples) step_ns_ = std::min(step_ns_ * 2, most_step_ns);
    if (samples_.size() > many_samples) step_ns_ = std::max(step_ns_ / 4, least_step_ns);
  }
  return after_ < until_;
}

}  // namespace cairn::server
