// SPDX-License-Identifier: Apache-2.0
#include "app/coverage.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iterator>

#include "app/coverage_area.hpp"
#include "app/coverage_files.hpp"
#include "app/coverage_job.hpp"
#include "app/coverage_points.hpp"
#include "app/coverage_report.hpp"
#include "app/progress.hpp"
#include "core/crc32c.hpp"
#include "core/encoding.hpp"
#include "core/parallel.hpp"
#include "core/text.hpp"

namespace cairn::app {
namespace {

constexpr std::size_t most_shown = 20;  // mistakes, one by one
constexpr std::size_t served_at_once = 2'000;
constexpr std::size_t most_places = 60;  // rows of the table on a terminal

// One run, step by step; each step says whether the next may follow.
class Run {
 public:
  Run(Context& context, const CoverageJob& job)
      : context_(context),
        job_(job),
        terminal_(::isatty(STDERR_FILENO) == 1),
        workers_(thread_workers(job.threads)) {}

  int run() {
    for (const auto step : {&Run::read_inputs, &Run::choose_cells, &Run::prepare, &Run::place_cells,
                            &Run::serve, &Run::map, &Run::write_points}) {
      const Status ok = (this->*step)();
      if (Interruption::asked()) {
        std::fputs("interrupted; nothing was written\n", stderr);
        return exit_interrupted;
      }
      if (!ok) return report(context_, ok.error());
    }
    return exit_ok;
  }

 private:
  Result<std::string> read_text(const std::string& path) {
    const auto bytes = context_.files->read(path);
    if (!bytes) return fail(bytes.error());
    hash_ = crc32c(*bytes, hash_);
    auto text = decode_text(*bytes);
    if (!text) return fail(text.error().code, text.error().message, path);
    return std::move(text->text);
  }

  void show(const Problems& problems) {
    std::size_t shown = 0;
    for (const Error& error : problems.errors) {
      if (shown++ == most_shown) break;
      print_error(context_, error);
    }
    if (problems.errors.size() > most_shown) {
      std::fprintf(stderr, "… and %zu more\n", problems.errors.size() - most_shown);
    }
  }
  void note(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

  Status read_inputs() {
    const auto text = read_text(job_.sites);
    if (!text) return fail(text.error());
    sites_ = read_sites(*text, job_.sites, job_.reading);
    show(sites_.problems);
    if (!job_.points.empty()) {
      const auto places = read_text(job_.points);
      if (!places) return fail(places.error());
      points_ = read_points(*places, job_.points);
    }
    if (!job_.roads.empty()) {
      const auto lines = read_text(job_.roads);
      if (!lines) return fail(lines.error());
      add_roads(read_roads(*lines, job_.roads, job_.spacing_m));
    }
    show(points_.problems);
    if (points_.left_out > 0) note(format("{} places were left out", points_.left_out));
    if (job_.wants_points() && points_.rows.empty()) {
      return fail(Code::invalid, "no place is left to ask for");
    }
    return {};
  }

  void add_roads(PointList roads) {
    points_.rows.insert(points_.rows.end(), std::make_move_iterator(roads.rows.begin()),
                        std::make_move_iterator(roads.rows.end()));
    points_.roads = std::move(roads.roads);
    points_.left_out += roads.left_out;
    for (Error& error : roads.problems.errors) points_.problems.errors.push_back(std::move(error));
  }

  Status choose_cells() {
    auto bands = read_bands(*context_.files, context_.root + "/packs");
    if (!bands) return fail(bands.error());
    bands_ = std::move(*bands);
    auto plan = make_cells(sites_.rows, bands_, job_.wishes, *context_.files);
    if (!plan) return fail(plan.error());
    plan_ = std::move(*plan);
    if (job_.area) {  // a province's list of sites need not be cut to it by hand
      const geo::TerrainArea heard = widened(*job_.area, job_.radius_m);
      pass_over(plan_, [&](const radio::Cell& cell) { return holds(heard, cell.position); });
    } else if (!plan_.cells.empty()) {
      const geo::Point middle = middle_of(positions());
      leave_out(plan_, [&](const radio::Cell& cell) { return far_from(middle, cell.position); });
    }
    show(plan_.problems);
    plan_.problems = {};
    return check_cells();
  }

  std::vector<geo::Point> positions() const {
    std::vector<geo::Point> out;
    for (const radio::Cell& cell : plan_.cells) out.push_back(cell.position);
    return out;
  }

  Status check_cells() const {
    if (!plan_.cells.empty()) return {};
    std::string why = format("no station is left of {}", job_.sites);
    if (const std::size_t bad = sites_.left_out + plan_.left_out; bad > 0) {
      why += format("; {} rows have mistakes", bad);
    }
    if (sites_.others > 0) why += format("; {} are no stations on the air then", sites_.others);
    if (plan_.others > 0) why += format("; {} are of another band, operator or area", plan_.others);
    std::string others;
    for (const auto& [band, count] : plan_.other_bands) {
      others += format("{}{} ({})", others.empty() ? ": " : ", ", band, count);
    }
    return fail(Code::invalid, why + others);
  }

  Status prepare() {
    area_ = job_.area ? *job_.area : *area_of(positions(), job_.radius_m);
    // Sites beside the map are heard in it, too.
    const double margin_m = job_.radius_m + 1'000;
    const geo::TerrainArea around =
        job_.area ? widened(*job_.area, margin_m) : around_all(positions(), margin_m);
    Progress progress(stderr, terminal_, "terrain");
    auto terrain = open_terrain(context_, job_.terrain, around, *workers_, progress.callback());
    if (!terrain) return fail(terrain.error());
    terrain_ = std::move(*terrain);
    job_.propagation.air.latitude_deg = terrain_.grid().plane.origin().y;
    return {};
  }

  // The sites with their margin. Only places beyond make it larger: a table of places lies on the
  // grid of the map of the same sites, and says the same.
  geo::TerrainArea around_all(std::vector<geo::Point> wanted, double margin_m) const {
    const geo::TerrainArea sites = *area_of(wanted, margin_m);
    const geo::Point middle = middle_of(wanted);
    const std::size_t before = wanted.size();
    for (const PointRow& point : points_.rows) {
      const bool far = !far_from(middle, point.position).empty();
      if (!far && !holds(sites, point.position)) wanted.push_back(point.position);
    }
    return wanted.size() == before ? sites : *area_of(wanted, margin_m);
  }

  // A row off the terrain is a row with a mistake.
  Status place_cells() {
    for (const std::string& line : terrain_notes(terrain_.info())) note("terrain: " + line);
    const geo::TerrainGrid& grid = terrain_.grid();
    const auto known = [&grid](geo::Point p) {
      const auto at = grid.plane.forward(p);
      return at && grid.height_m(*at);
    };
    const auto inside = [&grid](geo::Point p) {
      const auto at = grid.plane.forward(p);
      return at && grid.nearest(*at);
    };
    leave_out(plan_, [&](const radio::Cell& cell) -> std::string {
      if (known(cell.position)) return {};
      const std::string where =
          format("{},{}", number_text(cell.position.x), number_text(cell.position.y));
      if (inside(cell.position)) return where + " lies in a hole of the terrain";
      return where + " lies outside the terrain" +
             (inside({cell.position.y, cell.position.x}) ? "; longitude and latitude look swapped"
                                                         : "");
    });
    show(plan_.problems);
    if (Status ok = check_cells(); !ok) return ok;
    const std::size_t bad = sites_.left_out + plan_.left_out;
    note(format("{} cells of {} bands; {} rows left out, {} of other kinds", plan_.cells.size(),
                bands_in_use(), bad, sites_.others + plan_.others));
    if (plan_.standard_sectors > 0) {
      note(format("{} sectors have the usual antenna of their band", plan_.standard_sectors));
    }
    if (plan_.unread_antennas > 0) {
      note(format("{} rows name an antenna; its pattern is read with --antenna <folder>",
                  plan_.unread_antennas));
    }
    return {};
  }

  std::size_t bands_in_use() const {
    std::vector<const radio::LinkBudget*> seen;
    for (const radio::Cell& cell : plan_.cells) seen.push_back(cell.budget);
    std::sort(seen.begin(), seen.end());
    return static_cast<std::size_t>(std::unique(seen.begin(), seen.end()) - seen.begin());
  }

  bool estimated() const {
    return terrain_.info().estimated ||
           std::find(plan_.estimated.begin(), plan_.estimated.end(), true) != plan_.estimated.end();
  }

  // Some at a time, so that it can be seen and stopped.
  Status serve_all(radio::ServedPoints& out) {
    radio::ServeOptions options;
    options.propagation = job_.propagation;
    options.radius_m = job_.radius_m;
    Progress progress(stderr, terminal_, "places");
    const std::size_t all = points_.rows.size();
    for (std::size_t begin = 0; begin < all; begin += served_at_once) {
      std::vector<radio::ServePoint> places;
      for (std::size_t i = begin; i < std::min(all, begin + served_at_once); ++i) {
        places.push_back({points_.rows[i].id, points_.rows[i].position});
      }
      auto served = radio::serve_points(terrain_.grid(), plan_.cells, places, options, *workers_);
      if (!served) return fail(served.error());
      std::move(served->points.begin(), served->points.end(), std::back_inserter(out.points));
      if (begin == 0) out.left_out = std::move(served->left_out);
      const auto done = static_cast<double>(out.points.size());
      if (!progress.show(done / static_cast<double>(all))) return fail(Code::conflict, "cancelled");
    }
    for (const auto& bad : out.left_out) {
      print_error(context_, {Code::invalid, bad.message, plan_.places[bad.cell]});
    }
    return {};
  }

  Status serve() {
    if (!job_.wants_points()) return {};
    radio::ServedPoints served;
    if (Status ok = serve_all(served); !ok) return ok;
    const CoverageReport report = {points_,
                                   served,
                                   plan_.cells,
                                   radio::to_string(job_.propagation.model),
                                   terrain_.info().label,
                                   estimated(),
                                   context_.language};
    if (job_.points_out.empty()) {
      print_out(report_table(report, context_.out, ::isatty(STDOUT_FILENO) == 1 ? most_places : 0));
      return {};
    }
    // Kept until all is computed: an interrupted run leaves no file.
    points_text_ = job_.points_out.ends_with(".json") ? report_json(report) : report_csv(report);
    print_out(share_text(report));
    return {};
  }

  Status write_points() {
    if (job_.points_out.empty()) return {};
    if (Status ok = context_.files->replace(job_.points_out, points_text_); !ok) return ok;
    print_out(format("{}\n", job_.points_out));
    return {};
  }

  std::vector<std::pair<std::string, std::string>> provenance() const {
    const radio::Propagation& p = job_.propagation;
    const std::string model = format(
        "{}, {} % of time, {} % of locations, {} polarisation, receiver at {} m, lapse {} N/km, "
        "latitude {}",
        model_name(p.model), number_text(p.time_percent), number_text(p.location_percent),
        p.polarisation == radio::Polarisation::vertical ? "vertical" : "horizontal",
        number_text(p.rx_mast_m), number_text(p.air.delta_n_per_km),
        number_text(p.air.latitude_deg));
    std::string cells;
    for (const radio::Cell& cell : plan_.cells) {
      cells += format("{} {} {} {} {} {} {} {}\n", cell.id, cell.budget->band,
                      number_text(cell.position.x), number_text(cell.position.y),
                      number_text(cell.mast_m), number_text(cell.azimuth_deg),
                      number_text(cell.mechanical_tilt_deg), number_text(cell.power_offset_db));
    }
    const std::string inputs =
        format("{:08x}-{:08x}-{:08x}", hash_, crc32c(cells + model), terrain_.digest());
    return {{"software", "cairn"},
            {"model", model},
            {"radius_km", number_text(job_.radius_m / 1000)},
            {"cells", format("{}", plan_.cells.size())},
            {"terrain", terrain_.info().label},
            {"terrain_digest", format("{:08x}", terrain_.digest())},
            {"estimated", estimated() ? "yes: terrain or positions are estimates" : "no"},
            {"inputs", inputs}};
  }

  static const char* model_name(radio::Model model) {
    switch (model) {
      case radio::Model::p1812:
        return "ITU-R P.1812 (method of editions 6 to 8)";
      case radio::Model::itm:
        return "Longley-Rice ITM 1.2.2";
      case radio::Model::delta_bullington:
        return "ITU-R P.526 delta-Bullington over P.525";
      case radio::Model::rma:
        return "3GPP TR 38.901 RMa";
      case radio::Model::free_space:
        break;
    }
    return "ITU-R P.525 free space";
  }

  Status map() {
    if (!job_.wants_map()) return {};
    const double cell_m = job_.cell_m > 0 ? job_.cell_m : terrain_.grid().cell_m;
    const auto frame = frame_of(terrain_.grid(), area_, cell_m);
    if (!frame) return fail(frame.error());
    radio::CoverageOptions options;
    options.propagation = job_.propagation;
    options.radius_m = job_.radius_m;
    options.refine_db = job_.refine_db;
    Result<radio::CoverageMap> map = [&] {
      Progress progress(stderr, terminal_, "map");
      return radio::coverage_map(terrain_.grid(), plan_.cells, *frame, options, *workers_,
                                 progress.callback());
    }();
    if (!map) return fail(map.error());
    const CoverageResult result = {
        *map, plan_, terrain_.grid().plane, provenance(), terrain_.info().label, estimated()};
    const auto files = [&] {
      Progress progress(stderr, terminal_, "files");
      return write_coverage(result, job_, *context_.files, progress.callback());
    }();
    if (!files) return fail(files.error());
    summary(*map, *files);
    return {};
  }

  void summary(const radio::CoverageMap& map, const std::vector<std::string>& files) {
    const CoveredArea area = covered_area(map, plan_);
    const bool zh = context_.language == Language::zh;
    // A share needs an area that somebody asked about; around sites it would be one of corners.
    std::string share;
    if (job_.area && area.known_km2 > 0) {
      const double percent = 100 * area.covered_km2 / area.known_km2;
      share = zh ? format("，占所问区域有地形部分 {:.1f} km² 的 {:.1f} %", area.known_km2, percent)
                 : format(", {:.1f} % of the {:.1f} km2 with terrain in the area", percent,
                          area.known_km2);
    }
    print_out(zh ? format("覆盖 {:.1f} km²{}\n", area.covered_km2, share)
                 : format("{:.1f} km2 covered{}\n", area.covered_km2, share));
    note(format("{} x {} pixels of {} m; {} interpolated, {} exact, {} without terrain",
                map.frame.columns, map.frame.rows, number_text(map.frame.cell_m),
                map.figures.receivers, map.figures.exact, map.figures.unknown));
    print_out(
        zh ? format("地形：{}{}\n", terrain_.info().label, estimated() ? "（含估计数据）" : "")
           : format("terrain: {}{}\n", terrain_.info().label,
                    estimated() ? " (with estimated data)" : ""));
    for (const std::string& file : files) print_out(file + "\n");
  }

  Context& context_;
  CoverageJob job_;
  bool terminal_;
  std::unique_ptr<Workers> workers_;
  std::uint32_t hash_ = 0;  // of all files that were read
  SiteList sites_;
  PointList points_;
  BandBook bands_;
  CellPlan plan_;
  geo::TerrainArea area_;
  geo::PreparedTerrain terrain_;
  std::string points_text_;
};

}  // namespace

int run_coverage(const Args& args) {
  auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  const auto job = coverage_job(*context, args);
  if (!job) {
    print_error(*context, job.error());
    return exit_usage;
  }
  const Interruption interruption;
  return Run(*context, *job).run();
}

}  // namespace cairn::app
