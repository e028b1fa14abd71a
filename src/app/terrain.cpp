// SPDX-License-Identifier: Apache-2.0
#include "app/terrain.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "app/context.hpp"
#include "app/coverage_terrain.hpp"
#include "app/progress.hpp"
#include "app/radio_options.hpp"
#include "core/text.hpp"
#include "model/region_load.hpp"

namespace cairn::app {
namespace {

constexpr double default_margin_m = 20'000;

const OptionSpec prepare_options[] = {
    {"dem", "<paths>", "folders of tiles or rasters, the best first, separated by ','"},
    {"dtm", "<paths>", "the same of the bare ground (terrain model): with --dem it gives clutter"},
    clutter_option,
    {"clutter-table", "<csv>", "heights of classes: class,height_m,name (default: ESA WorldCover)"},
    {"area", "<w,s,e,n>", "in degrees; west beyond east crosses the antimeridian"},
    {"region", "<id>", "instead: the box around a folder of regions/, and its relief"},
    {"margin", "<m>", "around the region (20000): sites beyond the border count"},
    {"cell", "<m>", "between heights (30)"},
    fill_option,
    {"label", "<text>", "what pictures and tables call this relief (default: its sources)"},
    {"threads", "<n>", "the file is the same for any number (all processors)"},
    {"out", "<file>", "the prepared file, as a rule x.terrain"},
    root_option,
    language_option,
};

const OptionSpec info_options[] = {
    {"verify", "", "read all of it and compare with the check sums"},
    language_option,
};

Status add_sources(const Context& context, const Args& args, std::string_view option, bool ground,
                   std::vector<geo::TerrainSource>& out) {
  const std::string list = args.get(option);
  for (const std::string_view part : split(list, ',')) {
    const std::string path(trim(part));
    if (path.empty()) continue;
    if (!context.files->exists(path)) {
      return fail(Code::not_found, format("there is no '{}'", path), format("--{}", option));
    }
    out.push_back({path, ground, {}});
  }
  return {};
}

// The box around the region's boundaries; its relief where the command names none.
Status take_region(const Context& context, const Args& args, geo::TerrainRequest& out) {
  const std::string folder = context.root + "/regions/" + args.get("region");
  if (!context.files->exists(folder + "/region.yaml")) {
    return fail(Code::not_found, format("there is no folder '{}' of a region", folder), "--region");
  }
  Problems problems;
  const auto region = model::load_region_folder(*context.files, folder, problems);
  if (!region) return fail(region.error());
  geo::Box box;
  for (const auto& [code, geometry] : region->boundaries) box.add(geo::bounds(geometry));
  if (box.empty()) return fail(Code::invalid, "the region has no boundaries", "--region");
  const auto margin = number_option(args, "margin", 0, 500'000, default_margin_m);
  if (!margin) return fail(margin.error());
  out.area = geo::area_around(box, *margin);
  if (!out.sources.empty()) return {};
  for (const std::string& path : region->terrain.dem) out.sources.push_back({path, false, {}});
  out.cell_m = region->terrain.cell_m;
  return {};
}

Status take_clutter(const Context& context, const Args& args, geo::TerrainRequest& out) {
  out.clutter_path = args.get("clutter");
  const std::string table = args.get("clutter-table");
  if (table.empty()) return {};
  if (out.clutter_path.empty()) {
    return fail(Code::invalid, "a table of clutter needs a raster of classes: --clutter",
                "--clutter-table");
  }
  const auto text = context.files->read(table);
  if (!text) return fail(text.error());
  auto read = geo::read_clutter_table(*text, table);
  if (!read) return fail(read.error());
  out.clutter = std::move(*read);
  return {};
}

Result<geo::TerrainRequest> request_of(const Context& context, const Args& args) {
  geo::TerrainRequest out;
  if (auto done = add_sources(context, args, "dem", false, out.sources); !done) {
    return fail(done.error());
  }
  if (auto done = add_sources(context, args, "dtm", true, out.sources); !done) {
    return fail(done.error());
  }
  if (args.has("area") == args.has("region")) {
    return fail(Code::invalid, "which area? --area west,south,east,north, or --region panxi");
  }
  if (args.has("area")) {
    const auto area = parse_area(args.get("area"));
    if (!area) return fail(area.error().code, area.error().message, "--area");
    out.area = *area;
  } else if (auto done = take_region(context, args, out); !done) {
    return fail(done.error());
  }
  if (out.sources.empty()) return fail(Code::invalid, "where is the relief? name it with --dem");
  if (auto done = take_clutter(context, args, out); !done) return fail(done.error());
  for (const auto& [name, lowest, value] :
       {std::tuple{"cell", 0.1, &out.cell_m}, {"fill", 0.0, &out.fill_m}}) {
    const auto number = number_option(args, name, lowest, 100'000, *value);
    if (!number) return fail(number.error());
    *value = *number;
  }
  out.label = args.get("label");
  return out;
}

std::string corner_text(const geo::TerrainGrid& grid, double column, double row) {
  const geo::Point p =
      grid.plane.inverse({grid.west_m + column * grid.cell_m, grid.north_m - row * grid.cell_m});
  return format("{:.4f},{:.4f}", p.x, p.y);
}

void print_terrain(const Context& context, const geo::PreparedTerrain& terrain) {
  const bool zh = context.language == Language::zh;
  const auto say = [zh](const char* chinese, const char* english) {
    return zh ? chinese : english;
  };
  const geo::TerrainGrid& grid = terrain.grid();
  const geo::TerrainInfo& info = terrain.info();
  TextTable table({say("项目", "what"), say("内容", "value")});
  const double km2 = 1e-6 * grid.cell_m * grid.cell_m * grid.columns * grid.rows;
  table.add(
      {say("名称", "label"), info.label + (info.estimated ? say("（估计）", " (estimated)") : "")});
  for (const std::string& source : info.sources) table.add({say("来源", "source"), source});
  table.add({say("网格", "grid"), format("{} x {}, {} m, {} km2", grid.columns, grid.rows,
                                         number_text(grid.cell_m), grouped(km2, 0))});
  table.add({say("西北角", "north-west"), corner_text(grid, 0, 0)});
  table.add({say("东南角", "south-east"), corner_text(grid, grid.columns - 1.0, grid.rows - 1.0)});
  table.add({say("原点", "origin"),
             format("{:.6f},{:.6f}", grid.plane.origin().x, grid.plane.origin().y)});
  table.add({say("高程", "heights"),
             format("{} .. {} m, {} m {}", number_text(info.lowest_m), number_text(info.highest_m),
                    number_text(grid.scale_m), say("一级", "steps"))});
  table.add({say("模型", "model"), grid.surface ? say("地表 (DSM)", "surface (DSM)")
                                                : say("地面 (DTM)", "ground (DTM)")});
  if (!info.clutter.empty()) table.add({say("地物", "clutter"), join(info.clutter, ": ")});
  table.add({say("大小", "size"),
             format("{} B, {:.0f} B/km2", grouped(static_cast<double>(terrain.file_bytes())),
                    static_cast<double>(terrain.file_bytes()) / km2)});
  table.add({say("缺失", "missing"), grouped(static_cast<double>(info.missing))});
  table.add({say("摘要", "digest"), format("{:08x}", terrain.digest())});
  print_out(table.text(context.out));
  for (const std::string& line : terrain_notes(info)) print_out(line + "\n");
}

}  // namespace

const CommandSpec terrain_prepare_command = {
    "terrain prepare",
    "",
    "Makes relief tiles into one grid that coverage opens at once.",
    0,
    0,
    prepare_options,
    "cairn terrain prepare --dem dem/ --region panxi --cell 30 --out panxi.terrain"};

const CommandSpec terrain_info_command = {
    "terrain info",
    "<file>",
    "What a prepared terrain holds: sources, heights, what is missing, bytes per km2.",
    1,
    1,
    info_options,
    "cairn terrain info panxi.terrain --verify"};

Result<geo::TerrainArea> parse_area(std::string_view text) {
  const auto parts = split(text, ',');
  geo::TerrainArea out;
  if (parts.size() == 4) {
    const std::array<double*, 4> values = {&out.west_deg, &out.south_deg, &out.east_deg,
                                           &out.north_deg};
    std::size_t read = 0;
    for (; read < 4; ++read) {
      const auto number = parse_number(trim(parts[read]));
      if (!number) break;
      *values[read] = *number;
    }
    if (read == 4) return out;
  }
  return fail(Code::invalid,
              format("'{}' is no area: give west,south,east,north in degrees", text));
}

int run_terrain_prepare(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  auto request = request_of(*context, args);
  const auto threads = number_option(args, "threads", 1, 256, 0);
  const std::string out = args.get("out");
  if (!request || !threads || out.empty()) {
    print_error(*context, !request ? request.error()
                          : !threads
                              ? threads.error()
                              : Error{Code::invalid, "where to? name the file with --out", {}});
    return exit_usage;
  }
  const Interruption interruption;
  const auto workers = thread_workers(static_cast<std::size_t>(*threads));
  const auto info = [&] {
    Progress progress(stderr, isatty(2) == 1, "terrain");
    return geo::prepare_terrain(*request, *workers, out, progress.callback());
  }();
  if (!info) {
    if (Interruption::asked()) return exit_interrupted;
    return report(*context, info.error());
  }
  const auto terrain = geo::PreparedTerrain::open(*context->files, out);
  if (!terrain) return report(*context, terrain.error());
  print_terrain(*context, *terrain);
  return exit_ok;
}

int run_terrain_info(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  const auto terrain = geo::PreparedTerrain::open(*context->files, args.words[0]);
  if (!terrain) return report(*context, terrain.error());
  if (args.has("verify")) {
    if (auto whole = terrain->verify(); !whole) return report(*context, whole.error());
  }
  print_terrain(*context, *terrain);
  return exit_ok;
}

}  // namespace cairn::app
