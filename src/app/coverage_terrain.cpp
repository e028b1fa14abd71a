// SPDX-License-Identifier: Apache-2.0
#include "app/coverage_terrain.hpp"

#include <algorithm>

#include "app/radio_options.hpp"
#include "core/text.hpp"
#include "geo/terrain_key.hpp"
#include "model/region_load.hpp"

namespace cairn::app {
namespace {

Result<TerrainWish> of_region(const Context& context) {
  Problems problems;
  const auto loaded =
      model::load_region_folder(*context.files, context.root + "/regions/panxi", problems);
  if (!loaded) return fail(loaded.error());
  const model::RegionFolder& folder = *loaded;
  if (folder.terrain.dem.empty()) {
    return fail(Code::invalid, "where is the relief? name it with --dem", "--dem");
  }
  TerrainWish out;
  for (const std::string& path : folder.terrain.dem)
    out.request.sources.push_back({path, false, {}});
  out.request.cell_m = folder.terrain.cell_m;
  if (folder.terrain.dem.size() == 1 && folder.terrain.dem[0].ends_with(".terrain")) {
    out.prepared = folder.terrain.dem[0];
  }
  return out;
}

}  // namespace

const OptionSpec dem_option = {"dem", "<paths>",
                               "relief: a folder of tiles, a raster, a prepared .terrain file; "
                               "several by ',', best first (default: the region's)"};
const OptionSpec terrain_cell_option = {"terrain-cell", "<m>", "cell of the prepared grid (30)"};
const OptionSpec dtm_option = {"dtm", "<paths>", "the same of the bare ground (terrain model)"};
const OptionSpec clutter_option = {"clutter", "<path>", "land-cover raster (ESA WorldCover codes)"};
const OptionSpec fill_option = {"fill", "<m>", "holes up to this wide are filled (300)"};

Result<TerrainWish> terrain_wish(const Context& context, const Args& args) {
  TerrainWish out;
  if (!args.has("dem") && !args.has("dtm")) {
    auto own = of_region(context);
    if (!own) return fail(own.error());
    out = std::move(*own);
  }
  for (const char* option : {"dem", "dtm"}) {
    const std::string list = args.get(option);
    for (const std::string_view part : split(list, ',')) {
      const std::string path(trim(part));
      if (path.empty()) continue;
      if (!context.files->exists(path)) {
        return fail(Code::not_found, format("there is no '{}'", path), format("--{}", option));
      }
      out.request.sources.push_back({path, option == std::string_view("dtm"), {}});
    }
  }
  if (out.request.sources.size() == 1 && out.request.sources[0].path.ends_with(".terrain")) {
    out.prepared = out.request.sources[0].path;
  }
  for (const auto& [name, highest, value] :
       {std::tuple{"terrain-cell", 10'000.0, &out.request.cell_m},
        {"fill", 100'000.0, &out.request.fill_m}}) {
    const auto number = number_option(args, name, 0, highest, *value);
    if (!number) return fail(number.error());
    *value = *number;
  }
  out.request.clutter_path = args.get("clutter");
  if (!out.prepared.empty() && (args.has("terrain-cell") || args.has("clutter"))) {
    return fail(Code::invalid, "a prepared terrain has its cell and clutter already", "--dem");
  }
  return out;
}

Result<geo::PreparedTerrain> open_terrain(const Context& context, TerrainWish wish,
                                          const geo::TerrainArea& area, const Workers& workers,
                                          const std::function<bool(double)>& progress) {
  if (!wish.prepared.empty()) return geo::PreparedTerrain::open(*context.files, wish.prepared);
  wish.request.area = area;
  const std::string folder = context.data + "/terrain";
  const std::string path = format("{}/{}.terrain", folder, geo::terrain_key(wish.request));
  if (context.files->exists(path)) {
    auto kept = geo::PreparedTerrain::open(*context.files, path);
    if (kept) return kept;
  }
  if (Status ok = context.files->make_directory(folder); !ok) return fail(ok.error());
  const auto info = geo::prepare_terrain(wish.request, workers, path, progress);
  if (!info) return fail(info.error());
  return geo::PreparedTerrain::open(*context.files, path);
}

std::vector<std::string> terrain_notes(const geo::TerrainInfo& info) {
  std::vector<std::string> out;
  const auto some = [&out](const char* what, const std::vector<std::string>& list) {
    if (list.empty()) return;
    std::string line = what;
    for (std::size_t i = 0; i < std::min<std::size_t>(list.size(), 8); ++i) {
      line += (i > 0 ? ", " : " ") + list[i];
    }
    if (list.size() > 8) line += format(" and {} more", list.size() - 8);
    out.push_back(std::move(line));
  };
  some("tiles that nobody had:", info.absent);
  some("files that could not be read:", info.refused);
  if (info.missing > 0) out.push_back(format("{} posts of the area have no height", info.missing));
  if (info.filled > 0) {
    out.push_back(format("{} posts in small holes were filled from around them", info.filled));
  }
  return out;
}

}  // namespace cairn::app
