// SPDX-License-Identifier: Apache-2.0
#include "app/coverage_files.hpp"

#include <cmath>
#include <filesystem>
#include <limits>

#include "core/csv.hpp"
#include "core/text.hpp"
#include "geo/contour.hpp"
#include "geo/raster_write.hpp"

namespace cairn::app {
namespace {

namespace fs = std::filesystem;

constexpr float nothing = std::numeric_limits<float>::quiet_NaN();

std::vector<float> codes_of(const std::vector<std::uint16_t>& numbers) {
  std::vector<float> out(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    out[i] = numbers[i] == radio::no_cell ? nothing : static_cast<float>(numbers[i]);
  }
  return out;
}

std::vector<float> flags_of(const std::vector<std::uint8_t>& flags) {
  std::vector<float> out(flags.size());
  for (std::size_t i = 0; i < flags.size(); ++i) {
    out[i] = flags[i] > 1 ? nothing : static_cast<float>(flags[i]);
  }
  return out;
}

// A name beside the wanted one, with its ending: writers look at it.
std::string beside(const std::string& path) {
  const fs::path whole(path);
  return (whole.parent_path() / (whole.stem().string() + ".part" + whole.extension().string()))
      .string();
}

// Files that are written under other names until all are there. What is left over goes.
class Together {
 public:
  explicit Together(Files& files) : files_(files) {}
  ~Together() {
    for (const auto& [part, path] : parts_) {
      std::error_code ignored;
      fs::remove(part, ignored);
    }
  }
  Together(const Together&) = delete;
  Together& operator=(const Together&) = delete;

  std::string add(const std::string& path) {
    parts_.emplace_back(beside(path), path);
    return parts_.back().first;
  }
  Status put(const std::string& path, std::string_view bytes) {
    return files_.replace(add(path), bytes);
  }
  Result<std::vector<std::string>> keep() {
    std::vector<std::string> out;
    for (const auto& [part, path] : parts_) {
      std::error_code error;
      fs::rename(part, path, error);
      if (error) return fail(Code::io, format("cannot be written: {}", error.message()), path);
      out.push_back(path);
    }
    parts_.clear();
    return out;
  }

 private:
  Files& files_;
  std::vector<std::pair<std::string, std::string>> parts_;
};

class Writer {
 public:
  Writer(const CoverageResult& result, const CoverageJob& job, Files& files,
         const std::function<bool(double)>& progress)
      : result_(result),
        job_(job),
        files_(files),
        progress_(progress),
        out_(files),
        frame_{result.plane,
               result.map.frame.west_m,
               result.map.frame.north_m,
               result.map.frame.cell_m,
               result.map.frame.columns,
               result.map.frame.rows},
        rsrp_{"rsrp_dbm", "dBm", result.map.rsrp_dbm, false} {}

  Result<std::vector<std::string>> write() {
    for (const auto step : {&Writer::tif, &Writer::pictures, &Writer::contours}) {
      if (Status ok = (this->*step)(); !ok) return fail(ok.error());
      if (progress_ && !progress_(1)) return fail(Code::conflict, "cancelled");
    }
    return out_.keep();
  }

 private:
  Status tif() {
    if (job_.tif.empty()) return {};
    const radio::CoverageMap& map = result_.map;
    const std::vector<float> server = codes_of(map.server);
    const std::vector<float> second = codes_of(map.second);
    const std::vector<float> sight = flags_of(map.line_of_sight);
    const geo::RasterLayer layers[] = {rsrp_,
                                       {"server", "", server, true},
                                       {"second_rsrp_dbm", "dBm", map.second_rsrp_dbm, false},
                                       {"second_server", "", second, true},
                                       {"loss_db", "dB", map.loss_db, false},
                                       {"line_of_sight", "", sight, true}};
    geo::CogOptions options;
    options.metadata = result_.provenance;
    const std::string part = out_.add(job_.tif);
    if (Status ok = geo::write_cog(frame_, layers, options, part, progress_); !ok) return ok;
    return out_.put(fs::path(job_.tif).replace_extension(".cells.csv").string(),
                    cells_csv(result_.plan));
  }

  Status pictures() {
    if (job_.png.empty() && job_.kmz.empty()) return {};
    const geo::ColourRamp ramp = geo::rsrp_ramp();
    const auto picture = geo::draw_picture(frame_, rsrp_, ramp);
    if (!picture) return fail(picture.error());
    if (!job_.png.empty()) {
      const std::string part = out_.add(job_.png);
      for (const char* ending : {".pgw", ".prj"}) {
        out_.add(fs::path(job_.png).replace_extension(ending).string());
      }
      if (Status ok = geo::write_png(files_, *picture, part); !ok) return ok;
    }
    if (job_.kmz.empty()) return {};
    std::string text =
        format("{}{}", result_.terrain_label, result_.estimated ? " (estimated)" : "");
    for (const auto& [key, value] : result_.provenance) text += format("\n{}: {}", key, value);
    const auto kmz = geo::encode_kmz(*picture, ramp, fs::path(job_.kmz).stem().string(), text);
    if (!kmz) return fail(kmz.error());
    return out_.put(job_.kmz, *kmz);
  }

  Status contours() {
    if (job_.contours.empty()) return {};
    geo::ContourOptions options;
    options.levels = job_.levels_dbm;
    options.property = "rsrp_dbm";
    options.unit = "dBm";
    options.metadata = result_.provenance;
    const auto text = geo::contours_geojson(frame_, rsrp_, options);
    if (!text) return fail(text.error());
    return out_.put(job_.contours, *text);
  }

  const CoverageResult& result_;
  const CoverageJob& job_;
  Files& files_;
  const std::function<bool(double)>& progress_;
  Together out_;
  geo::PlaneFrame frame_;
  geo::RasterLayer rsrp_;
};

}  // namespace

Result<std::vector<std::string>> write_coverage(const CoverageResult& result,
                                                const CoverageJob& job, Files& files,
                                                const std::function<bool(double)>& progress) {
  return Writer(result, job, files, progress).write();
}

std::string cells_csv(const CellPlan& plan) {
  std::string out = "server,id,site,operator,band,technology,lon,lat,mast_m,azimuth_deg,place\r\n";
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    const radio::Cell& cell = plan.cells[i];
    out += format(
        "{},{},{},{},{},{},{},{},{},{},{}\r\n", i, csv_field(cell.id), csv_field(cell.site),
        csv_field(cell.operator_id), cell.budget->band, cell.budget->technology,
        number_text(cell.position.x), number_text(cell.position.y), number_text(cell.mast_m),
        cell.antenna == nullptr ? "" : number_text(cell.azimuth_deg), csv_field(plan.places[i]));
  }
  return out;
}

CoveredArea covered_area(const radio::CoverageMap& map, const CellPlan& plan) {
  std::size_t covered = 0;
  for (std::size_t i = 0; i < map.server.size(); ++i) {
    if (map.server[i] == radio::no_cell) continue;
    const radio::LinkBudget& budget = *plan.cells[map.server[i]].budget;
    covered += map.rsrp_dbm[i] >= budget.rsrp_threshold_dbm ? 1 : 0;
  }
  const double pixel_km2 = map.frame.cell_m * map.frame.cell_m / 1e6;
  const auto pixels = static_cast<double>(map.frame.size());
  return {static_cast<double>(covered) * pixel_km2,
          (pixels - static_cast<double>(map.figures.unknown)) * pixel_km2, pixels * pixel_km2};
}

}  // namespace cairn::app
