// SPDX-License-Identifier: Apache-2.0
#include "world.hpp"

#include <filesystem>
#include <fstream>

#include "core/text.hpp"

namespace cairn::bench {
namespace {

constexpr std::string_view province = "88";  // no province has it
constexpr std::uint32_t province_number = 88;

// Cheap and well mixed (a round of splitmix64).
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

constexpr std::string_view pack_head = R"(pack: bench
version: 1
label: {zh: 测量, en: Benchmark}
summary: {zh: 性能测量用, en: Made up for measurements.}
types:
  station:
    label: {zh: 站, en: Station}
    properties:
)";
constexpr std::array<std::string_view, property_count> units{"K", "g/m3", "ug/m3", "kW", "V"};

struct IndicatorRow {
  std::string_view id;
  std::string_view formula;
  std::string_view unit;
};
constexpr std::array<IndicatorRow, 7> indicators{{
    {"bench_dusty", "count(station where pm25 > 380 ug/m3)", "'1'"},
    {"bench_pm25", "avg(pm25 of station)", "ug/m3"},
    {"bench_power", "sum(power of station)", "kW"},
    {"bench_hottest", "max(temperature of station)", "K"},
    {"bench_humid", "share(station: humidity > 300 g/m3)", "'1'"},
    {"bench_charge", "sum(power of station) / sum(voltage of station)", "kW/V"},
    {"bench_p95", "quantile(0.95, power of station)", "kW"},
}};

struct RuleRow {
  std::string_view id;
  std::string_view what;
};
constexpr std::array<RuleRow, 10> rules{{
    {spike_rule, "when: pm25 > 700 ug/m3, clear: pm25 < 600 ug/m3"},
    {"bench_hot", "when: temperature > 700 K"},
    {"bench_humid_long", "when: humidity > 700 g/m3, for: 30s"},
    {"bench_power_keep", "when: power > 700 kW, keep: 30s"},
    {"bench_surge", "when: voltage > 700 V, for: 10s, keep: 10s"},
    {"bench_low", "when: voltage < 110 V"},
    {"bench_pm25_minute", "when: 'avg(pm25, 1min) > 600 ug/m3'"},
    {"bench_hot_minute", "when: 'max(temperature, 1min) > 750 K'"},
    {"bench_both", "when: power > 600 kW and voltage > 600 V"},
    {"bench_double", "when: power * 2 > 1400 kW, clear: power * 2 < 1300 kW"},
}};

std::string pack() {
  std::string out(pack_head);
  for (std::size_t p = 0; p < property_count; ++p) {
    out += format(
        "      {0}: {{label: {{zh: {0}, en: {0}}}, unit: {1}, series: true, every: 1min, max_age: "
        "2h}}\n",
        property_names[p], units[p]);
  }
  out += "indicators:\n";
  for (const IndicatorRow& row : indicators) {
    out += format(
        "  {0}: {{label: {{zh: {0}, en: {0}}}, formula: '{1}', unit: {2}, digits: 3, better: "
        "lower}}\n",
        row.id, row.formula, row.unit);
  }
  out += "rules:\n";
  for (const RuleRow& rule : rules) {
    out += format(
        "  {}: {{label: {{zh: 规, en: Rule}}, type: station, {}, severity: Severe, urgency: "
        "Immediate, certainty: Observed, text: {{zh: 看, en: Look}}}}\n",
        rule.id, rule.what);
  }
  return out + "sources: SOURCES.md\n";
}

class Divisions {
 public:
  explicit Divisions(std::uint32_t fan) : fan_(fan) {}
  void write() {
    rows =
        "code,name_zh,name_en,level,parent,valid_from,valid_to,successor,aliases,lon,lat,"
        "estimated,source\n";
    row(std::string(province), "province", "", 105, 30);
    below(std::string(province), 0, 100, 25, 10);
  }
  std::string rows;
  std::string boundaries;  // features

 private:
  // Square cells of the parent's square.
  void below(const std::string& parent, int depth, double lon, double lat, double side) {
    static constexpr std::array<std::string_view, 4> levels{"prefecture", "county", "town",
                                                            "village"};
    static constexpr std::array<int, 4> digits{2, 2, 3, 3};
    const double step = side / fan_;
    for (std::uint32_t i = 0; i < fan_; ++i) {
      const auto d = static_cast<std::size_t>(depth);
      const std::string code = parent + format("{:0{}}", i + 1, digits[d]);
      // Side by side in one direction at even depths, in the other at odd ones.
      const double x = depth % 2 == 0 ? lon + i * step : lon;
      const double y = depth % 2 == 0 ? lat : lat + i * step;
      const double width = depth % 2 == 0 ? step : side;
      row(code, levels[d], parent, x + width / 2, y + step / 2);
      if (depth == 1) boundary(code, x, y, side, step);
      if (depth < 3) below(code, depth + 1, x, y, depth % 2 == 0 ? side : step);
    }
  }
  void row(const std::string& code, std::string_view level, const std::string& parent, double lon,
           double lat) {
    rows +=
        format("{0},{0},{0},{1},{2},,,,,{3:.6f},{4:.6f},true,s\n", code, level, parent, lon, lat);
  }
  void boundary(const std::string& code, double x, double y, double width, double height) {
    const double r = x + width;
    const double t = y + height;
    boundaries += format(
        "{0}{{\"type\":\"Feature\",\"properties\":{{\"code\":\"{1}\"}},\"geometry\":{{\"type\":"
        "\"Polygon\",\"coordinates\":[[[{2:.6f},{3:.6f}],[{4:.6f},{3:.6f}],[{4:.6f},{5:.6f}],"
        "[{2:.6f},{5:.6f}],[{2:.6f},{3:.6f}]]]}}}}",
        boundaries.empty() ? "" : ",\n", code, x, y, r, t);
  }
  std::uint32_t fan_;
};

std::string village_code(const WorldShape& shape, std::uint32_t station) {
  std::uint32_t rest = shape.village_of(station);
  const std::uint32_t village = rest % shape.fan + 1;
  rest /= shape.fan;
  const std::uint32_t town = rest % shape.fan + 1;
  rest /= shape.fan;
  const std::uint32_t county = rest % shape.fan + 1;
  return format("{}{:02}{:02}{:03}{:03}", province, rest / shape.fan + 1, county, town, village);
}

bool put_file(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  return static_cast<bool>(file);
}

}  // namespace

void put_station_id(std::uint32_t station, char* to) {
  to[0] = 's';
  to[1] = 't';
  to[2] = '-';
  for (std::size_t i = station_id_bytes; i-- > 3; station /= 10) {
    to[i] = static_cast<char>('0' + station % 10);
  }
}

std::string station_id(std::uint32_t station) {
  std::string out(station_id_bytes, '0');
  put_station_id(station, out.data());
  return out;
}

std::uint32_t county_number(const WorldShape& shape, std::uint32_t station) {
  const std::uint32_t county = shape.village_of(station) / (shape.fan * shape.fan);
  return province_number * 10'000 + (county / shape.fan + 1) * 100 + county % shape.fan + 1;
}

bool rises(std::uint32_t station) {
  return mixed(station) % 200 == 0;
}

bool has_excursion(std::uint32_t station, std::uint32_t round) {
  return (round / 20 + station) % 2 == 1 && rises(station);
}

std::uint32_t value_tenths(std::uint32_t station, std::size_t property, std::uint32_t round) {
  const std::uint64_t own = mixed((std::uint64_t{station} << 3) + property);
  const auto base = static_cast<std::uint32_t>(2000 + own % 2000);
  // Walks up and down by tenths, as readings of calm instruments do.
  const std::uint32_t phase = (round + static_cast<std::uint32_t>(own >> 32)) % 32;
  const std::uint32_t walk = phase < 16 ? phase : 32 - phase;
  return base + walk + (has_excursion(station, round) ? 5'600 : 0);
}

std::string write_world(const std::string& root, const WorldShape& shape) {
  const std::string region = root + "/regions/bench";
  const std::string packs = root + "/packs/bench";
  std::error_code ec;
  std::filesystem::create_directories(region, ec);
  std::filesystem::create_directories(packs, ec);
  Divisions divisions(shape.fan);
  divisions.write();
  std::string things =
      "id,type,region,name_zh,name_en,lon,lat,status,valid_from,valid_to,estimated,source\n";
  for (std::uint32_t i = 0; i < shape.stations; ++i) {
    things +=
        format("{0},station,{1},{0},{0},,,live,,,true,s\n", station_id(i), village_code(shape, i));
  }
  const std::string sources =
      "# Sources\n\n| key | files | origin | licence |\n|---|---|---|---|\n"
      "| `s` | all | made up for measurements | Apache-2.0 |\n";
  const std::string outlines =
      "{\"type\":\"FeatureCollection\",\"features\":[\n" + divisions.boundaries + "]}\n";
  const bool ok =
      put_file(region + "/region.yaml",
               format("id: bench\nlabel: {{zh: 测量省, en: Benchmark province}}\nmembers: ['{}']\n"
                      "requires: []\ntime_zone: '+08:00'\ndivisions: divisions.csv\n"
                      "boundaries: boundaries.geojson\nthings: [things.csv]\n"
                      "sources: SOURCES.md\n",
                      province)) &&
      put_file(region + "/divisions.csv", divisions.rows) &&
      put_file(region + "/boundaries.geojson", outlines) &&
      put_file(region + "/things.csv", things) && put_file(region + "/SOURCES.md", sources) &&
      put_file(packs + "/pack.yaml", pack()) && put_file(packs + "/SOURCES.md", sources);
  return ok ? std::string() : "cannot write the world below " + root;
}

}  // namespace cairn::bench
