// SPDX-License-Identifier: Apache-2.0
#include "data.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/csv.hpp"

namespace cairn::bench {
namespace {

constexpr std::int64_t minute = 60'000'000'000;
constexpr std::array<double, 10> power_of_ten = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

std::uint64_t mixed(std::uint64_t x) {  // Steele, Lea, Flood: SplitMix64
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

bool is_time(const std::string& column) {
  return column == "time" || column == "year" || column == "month" || column == "day" ||
         column == "hour";
}

void add_columns(const CsvTable& table, const std::string& file, std::int64_t every_ns,
                 std::vector<RealSeries>& out) {
  for (std::size_t column = 0; column < table.header.size(); ++column) {
    if (is_time(table.header[column])) continue;
    RealSeries real{file + ":" + table.header[column], {}, 0, every_ns};
    std::array<std::size_t, 10> with_digits{};
    for (const CsvRecord& record : table.records) {
      const std::string& text = record.fields[column];
      double value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc() || end != text.data() + text.size()) continue;  // NA
      real.values.push_back(value);
      const std::size_t point = text.find('.');
      ++with_digits[point == std::string::npos ? 0
                                               : std::min<std::size_t>(text.size() - point - 1, 9)];
    }
    real.digits = static_cast<int>(std::max_element(with_digits.begin(), with_digits.end()) -
                                   with_digits.begin());
    if (real.values.size() >= 1'000) out.push_back(std::move(real));
  }
}

}  // namespace

Result<std::vector<RealSeries>> load_real(const Files& files, const std::string& root) {
  struct Source {
    const char* path;
    std::int64_t every_ns;
  };
  const Source sources[] = {{"air-quality/data/huairou.csv.gz", 60 * minute},
                            {"data-centre/data/cbsugpu08.csv.gz", 60 * minute},
                            {"slope/data/mvd_14d.csv.gz", 15 * minute},
                            {"slope/data/mlp_14d.csv.gz", 15 * minute},
                            {"slope/data/waterton_14d.csv.gz", 15 * minute}};
  std::vector<RealSeries> out;
  for (const Source& source : sources) {
    const std::string path = root + "/packs/" + source.path;
    const auto text = files.read(path);
    if (!text) return fail(text.error());
    const auto table = read_csv(*text, path);
    if (!table) return fail(table.error());
    add_columns(*table, source.path, source.every_ns, out);
  }
  return out;
}

double value_of(const RealSeries& real, std::uint32_t series, std::uint64_t i) {
  const std::size_t count = real.values.size();
  const double value = real.values[(mixed(series) % count + i) % count];
  const std::uint64_t random = mixed(series * 0x100000001ull + i);
  if (random % 8 != 0) return value;
  const double unit = power_of_ten[static_cast<std::size_t>(real.digits)];
  return std::round(value * unit + (random & 8 ? 1 : -1)) / unit;
}

}  // namespace cairn::bench
