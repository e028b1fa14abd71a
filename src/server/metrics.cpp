// SPDX-License-Identifier: Apache-2.0
#include "server/metrics.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace cairn::server {
namespace {

std::string escaped(std::string_view label) {
  std::string out;
  for (const char c : label) {
    if (c == '\\' || c == '"') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

}  // namespace

void Metrics::record(std::string_view route, int status, double seconds) {
  const std::lock_guard lock(mutex_);
  ++requests_[{std::string(route), status}];
  Histogram& histogram = latency_[std::string(route)];
  const auto at = std::lower_bound(buckets.begin(), buckets.end(), seconds);
  ++histogram.counts[static_cast<std::size_t>(at - buckets.begin())];
  histogram.sum += seconds;
}

std::string Metrics::render(const std::vector<Gauge>& gauges) const {
  std::string out =
      "# HELP cairn_http_requests_total Requests answered, by route and status.\n"
      "# TYPE cairn_http_requests_total counter\n";
  const std::lock_guard lock(mutex_);
  for (const auto& [key, n] : requests_) {
    out += format("cairn_http_requests_total{{route=\"{}\",status=\"{}\"}} {}\n",
                  escaped(key.first), key.second, n);
  }
  out +=
      "# HELP cairn_http_request_duration_seconds Time that handlers took.\n"
      "# TYPE cairn_http_request_duration_seconds histogram\n";
  for (const auto& [route, histogram] : latency_) {
    const std::string label = escaped(route);
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      total += histogram.counts[i];
      out += format("cairn_http_request_duration_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n",
                    label, number_text(buckets[i]), total);
    }
    total += histogram.counts[buckets.size()];
    out += format("cairn_http_request_duration_seconds_bucket{{route=\"{}\",le=\"+Inf\"}} {}\n",
                  label, total);
    out += format("cairn_http_request_duration_seconds_sum{{route=\"{}\"}} {}\n", label,
                  number_text(histogram.sum));
    out += format("cairn_http_request_duration_seconds_count{{route=\"{}\"}} {}\n", label, total);
  }
  for (const Gauge& gauge : gauges) {
    out += format("# HELP {} {}\n# TYPE {} {}\n{} {}\n", gauge.name, gauge.help, gauge.name,
                  gauge.type, gauge.name, number_text(gauge.value));
  }
  return out;
}

}  // namespace cairn::server
