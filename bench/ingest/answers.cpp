// SPDX-License-Identifier: Apache-2.0
#include "answers.hpp"

#include <cmath>
#include <cstdlib>

#include "core/text.hpp"
#include "core/time.hpp"
#include "process.hpp"

namespace cairn::bench {
namespace {

void add(Sum& sum, std::int64_t time_ms, double value) {
  ++sum.points;
  sum.values += static_cast<std::uint64_t>(std::llround(value * 10)) *
                static_cast<std::uint64_t>(time_ms / 100);
}

// The numbers of a JSON array that begins behind `name`.
std::vector<double> numbers_of(const std::string& text, std::string_view name) {
  std::vector<double> out;
  std::size_t at = text.find(name);
  if (at == std::string::npos) return out;
  const char* p = text.c_str() + at + name.size();
  while (*p == '[' || *p == ',') {
    char* end = nullptr;
    out.push_back(std::strtod(p + 1, &end));
    if (end == p + 1) return {};
    p = end;
  }
  return out;
}

}  // namespace

Sum expected_sum(const Sent& sent, std::uint32_t station, std::size_t property) {
  Sum out;
  for (std::uint32_t r = 0; r < sent.rounds; ++r) {
    add(out, sent.start_ms + r * sent.step_ms, value_tenths(station, property, r) / 10.0);
  }
  return out;
}

Sum cairn_sum(const Sent& sent, std::uint16_t port, std::uint32_t station, std::size_t property) {
  const auto time = [](std::int64_t ms) { return to_string(Instant{ms * 1'000'000}); };
  const std::string text =
      http_get(port, format("/v1/things/{}/series?property={}&format=csv&from={}&to={}",
                            station_id(station), property_names[property], time(sent.start_ms),
                            time(sent.start_ms + sent.rounds * sent.step_ms)));
  Sum out;
  for (std::size_t line = text.find('\n'); line != std::string::npos && line + 1 < text.size();
       line = text.find('\n', line + 1)) {
    const std::size_t comma = text.find(',', line);
    const auto at = parse_instant(std::string_view(text).substr(line + 1, comma - line - 1));
    if (!at) return {};
    add(out, at->ns / 1'000'000, std::strtod(text.c_str() + comma + 1, nullptr));
  }
  return out;
}

Sum victoria_sum(std::uint16_t port, std::uint32_t station, std::size_t property) {
  const std::string text =
      http_get(port, format("/api/v1/export?match[]=station_{}%7Bthing=%22{}%22%7D",
                            property_names[property], station_id(station)));
  const std::vector<double> values = numbers_of(text, "\"values\":");
  const std::vector<double> times = numbers_of(text, "\"timestamps\":");
  Sum out;
  for (std::size_t i = 0; i < values.size() && i < times.size(); ++i) {
    add(out, static_cast<std::int64_t>(times[i]), values[i]);
  }
  return out;
}

}  // namespace cairn::bench
