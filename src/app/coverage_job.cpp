// SPDX-License-Identifier: Apache-2.0
#include "app/coverage_job.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "app/coverage.hpp"
#include "app/radio_options.hpp"
#include "app/terrain.hpp"
#include "core/text.hpp"

namespace cairn::app {
namespace {

const OptionSpec coverage_options[] = {
    {"sites", "<file.csv>", "sites: lon, lat, height_m, azimuth, tilt, band, … (docs/coverage.md)"},
    dem_option,
    {"band", "<bands>", "bands or technologies by ',' (default: what the rows say)"},
    {"operator", "<id>", "only the sites of this operator"},
    model_option,
    {"out", "<file.tif>", "the map as Cloud-Optimised GeoTIFF"},
    {"png", "<file.png>", "the map as a picture"},
    {"kmz", "<file.kmz>", "the map for Google Earth"},
    {"contours", "<file>", "outlines of received power as GeoJSON"},
    {"levels", "<dBm,…>", "of the outlines (-85,-95,-105,-110)"},
    {"points", "<file.csv>", "places: id, name, kind, lon, lat; who serves each, or why nobody"},
    {"roads", "<file>", "lines as GeoJSON, WKT or CSV; which part of their length is covered"},
    {"spacing", "<m>", "between samples of a road (50)"},
    {"points-out", "<file>", "write the answer here, as .csv or .json"},
    {"radius", "<km>", "farther stations are not heard (15)"},
    {"cell", "<m>", "pixel of the map (the terrain's cell)"},
    {"area", "<w,s,e,n>", "degrees of the map (default: around all sites)"},
    {"threads", "<n>", "the files are the same for any number (all processors)"},
    {"antenna", "<folder>", "pattern files (.msi, .pln) that rows name"},
    time_option,
    locations_option,
    polarisation_option,
    air_option,
    {"rx-mast", "<m>", "receiver above ground (1.5)"},
    {"mast", "<m>", "of sites that do not say their own"},
    {"refine", "<dB>", "exact paths so near to the threshold (3; 0: none)"},
    {"at", "<date>", "stations that are on the air then (now)"},
    {"planned", "", "planned and unfinished stations count, too"},
    terrain_cell_option,
    dtm_option,
    clutter_option,
    fill_option,
    root_option,
    data_option,
    language_option,
};

Status read_numbers(const Args& args, CoverageJob& job) {
  double km = job.radius_m / 1000;
  double threads = 0;
  double mast_m = 0;
  for (const auto& [name, lowest, highest, value] :
       {std::tuple{"radius", 0.1, 300.0, &km},
        {"cell", 1.0, 10'000.0, &job.cell_m},
        {"spacing", 1.0, 100'000.0, &job.spacing_m},
        {"threads", 1.0, 256.0, &threads},
        {"rx-mast", 0.5, 3'000.0, &job.propagation.rx_mast_m},
        {"mast", 0.5, 3'000.0, &mast_m},
        {"refine", 0.0, 30.0, &job.refine_db}}) {
    const auto number = number_option(args, name, lowest, highest, *value);
    if (!number) return fail(number.error());
    *value = *number;
  }
  job.radius_m = 1000 * km;
  job.threads = static_cast<std::size_t>(threads);
  if (mast_m > 0) job.reading.mast_m = mast_m;
  return {};
}

Status read_levels(const Args& args, CoverageJob& job) {
  const std::string levels = args.get("levels", "-85,-95,-105,-110");
  for (const std::string_view part : split(levels, ',')) {
    const auto level = parse_number(trim(part));
    if (!level || *level < -200 || *level > 50) {
      return fail(Code::invalid, format("'{}' is no level in dBm from -200 to 50", part),
                  "--levels");
    }
    job.levels_dbm.push_back(*level);
  }
  std::sort(job.levels_dbm.begin(), job.levels_dbm.end());
  if (std::adjacent_find(job.levels_dbm.begin(), job.levels_dbm.end()) != job.levels_dbm.end()) {
    return fail(Code::invalid, "a level stands twice", "--levels");
  }
  return {};
}

// Whether a file can come to be there is asked before the work, not after it.
Status check_folder(const char* option, const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(path).parent_path();
  std::error_code ignored;
  if (!folder.empty() && !fs::is_directory(folder, ignored)) {
    return fail(Code::not_found, format("there is no folder '{}'", folder.string()),
                format("--{}", option));
  }
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK) != 0) {
    return fail(Code::io, format("nothing may be written beside '{}'", path),
                format("--{}", option));
  }
  return {};
}

// Each output its own file, and none the input.
Status check_files(const Args& args, const CoverageJob& job) {
  if (job.sites.empty()) return fail(Code::invalid, "which sites? name a CSV file", "--sites");
  if (!job.wants_map() && !job.wants_points()) {
    return fail(Code::invalid,
                "what for? a map (--out, --png, --kmz, --contours) or places (--points, --roads)");
  }
  if (!job.points_out.empty() && !job.wants_points()) {
    return fail(Code::invalid, "there are no places: name them with --points or --roads",
                "--points-out");
  }
  if (!job.points_out.empty() && !job.points_out.ends_with(".csv") &&
      !job.points_out.ends_with(".json")) {
    return fail(Code::invalid, format("'{}' ends neither in .csv nor in .json", job.points_out),
                "--points-out");
  }
  std::set<std::string> taken;
  for (const char* name :
       {"sites", "points", "roads", "out", "png", "kmz", "contours", "points-out"}) {
    if (args.has(name) && !taken.insert(args.get(name)).second) {
      return fail(Code::invalid, format("'{}' is named twice", args.get(name)),
                  format("--{}", name));
    }
  }
  for (const char* name : {"out", "png", "kmz", "contours", "points-out"}) {
    if (!args.has(name)) continue;
    if (Status ok = check_folder(name, args.get(name)); !ok) return ok;
  }
  return {};
}

}  // namespace

const CommandSpec coverage_command = {
    "coverage",
    "",
    "Who is heard where over mountain country: a map, or place by place with reasons.",
    0,
    0,
    coverage_options,
    "cairn coverage --sites sites.csv --dem dem/ --model p1812 --band n28 --out coverage.tif"};

Result<CoverageJob> coverage_job(const Context& context, const Args& args) {
  CoverageJob job;
  job.sites = args.get("sites");
  job.tif = args.get("out");
  job.png = args.get("png");
  job.kmz = args.get("kmz");
  job.contours = args.get("contours");
  job.points = args.get("points");
  job.roads = args.get("roads");
  job.points_out = args.get("points-out");
  if (Status ok = check_files(args, job); !ok) return fail(ok.error());

  auto propagation = propagation_of(args);
  if (!propagation) return fail(propagation.error());
  job.propagation = *propagation;
  if (Status ok = read_numbers(args, job); !ok) return fail(ok.error());
  if (Status ok = read_levels(args, job); !ok) return fail(ok.error());
  if (Status ok = radio::check_propagation(job.propagation); !ok) return fail(ok.error());
  if (args.has("area")) {
    const auto area = parse_area(args.get("area"));
    if (!area) return fail(area.error().code, area.error().message, "--area");
    job.area = *area;
  }
  job.wishes.model = job.propagation.model;
  job.wishes.operator_id = args.get("operator");
  job.wishes.antenna_folder = args.get("antenna");
  const std::string bands = args.get("band");
  for (const std::string_view band : split(bands, ',')) {
    if (!trim(band).empty()) job.wishes.bands.emplace_back(trim(band));
  }
  job.reading.planned = args.has("planned");
  job.reading.zone = *parse_zone("+08:00");
  const auto at = as_of(context, args, job.reading.zone);
  if (!at) return fail(at.error());
  job.reading.at = *at;
  auto terrain = terrain_wish(context, args);
  if (!terrain) return fail(terrain.error());
  job.terrain = std::move(*terrain);
  return job;
}

}  // namespace cairn::app
